//! What really happened.

use quantumagi_sdk::verify::Ledger;

use crate::support::*;

/// A community that has lived, and the events that its tests are about.
pub(super) struct History {
    pub(super) name: &'static str,
    pub(super) about: &'static [&'static str],
    pub(super) community: Community,
}

impl History {
    /// What an endpoint tells that keeps lines and no instructions.
    pub(super) fn ledger(&self) -> Ledger {
        let mut ledger = ledger(&self.community, &self.community.constitution, |_| true);
        ledger.history.traces.clear();
        ledger
    }
}

pub(super) fn histories() -> [History; 4] {
    [vetoes(), attestations(), weight_records(), emergencies()]
}

const POLICY: Action<'static> = Action::PolicyAdopt { text_hash: [9; 32], sunset_at: 0 };

/// Proposal 0 is stopped by two ballots, proposal 1 outlives one.
pub(super) fn vetoes() -> History {
    let (mut community, body) = Founding::default().found_with_veto_body();
    let [stopped, kept] = [0, 1].map(|_| community.propose(&POLICY));
    community.open_voting(&stopped);
    for index in 0..7 {
        community.vote(&stopped, index, FOR);
        community.vote(&kept, index, FOR);
    }
    for (proposal, index) in [(stopped, 2), (kept, 1), (stopped, 3)] {
        let veto = community.veto(&proposal, &body, index);
        community.send(veto);
    }
    community.finalize(&kept);
    assert_eq!([stopped, kept].map(|proposal| community.proposal(&proposal).status), [3, 1]);
    History { name: "vetoes", about: &["ProposalVetoed"], community }
}

/// Of 10,000, 6,200 are for each proposal: enough only where the score is at the mark of 8,000.
pub(super) fn attestations() -> History {
    let (mut community, _) = Founding::default().found_with_attestor(8_000);
    let [passed, failed] = [0, 1].map(|_| community.propose(&POLICY));
    community.open_voting(&passed);
    for (proposal, score) in [(passed, 8_000), (failed, 7_999)] {
        let attest = community.attest(&proposal, score);
        community.send(attest);
        for index in 0..8 {
            community.vote(&proposal, index, if [0, 1, 3].contains(&index) { FOR } else { AGAINST });
        }
    }
    community.finalize(&passed);
    community.finalize(&failed);
    assert_eq!([passed, failed].map(|proposal| community.proposal(&proposal).status), [1, 2]);
    History { name: "attestations", about: &["ProposalAttested"], community }
}

/// Three vote with 250, 150 and 600 of 1,000; the last decides, because ballots are final.
pub(super) fn weight_records() -> History {
    let mut community = Founding::default().by_records(3);
    let proposal = community.propose_by_record(&POLICY, 1_000);
    community.open_voting(&proposal);
    for (index, weight, choice) in [(1, 250, AGAINST), (2, 150, ABSTAIN), (0, 600, FOR)] {
        let record = WeightRecord::of(elector(index), weight, CAST_VOTE, proposal);
        let record = record.put(&mut community, "weight record");
        let vote = community.record_vote(proposal, elector(index), record).instruction(choice);
        community.send(vote);
    }
    community.finalize(&proposal);
    assert_eq!(community.proposal(&proposal).status, 1);
    History {
        name: "weight records",
        about: &["WeightPluginCreated", "SeatOpened", "ProposalVoted", "ProposalFinalized"],
        community,
    }
}

/// Act 0 is confirmed, act 1 ended by vote, act 2 lapses. Act 1 holds a proposal.
pub(super) fn emergencies() -> History {
    let mut community = Founding::default().guarded();
    let constitution = community.constitution;
    let held = community.propose(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 });
    community.approve(&held);
    let paused = community.take_effect(2, None, 15 * DAY / 2);
    let holding = community.take_effect(5, Some(held), 5 * DAY);
    community.ratify(&paused);
    let proposal = community.approved(&Action::EmergencyEnd { emergency_id: 1 });
    let end = community.end_of_act(&holding, proposal).instruction();
    community.send(end);
    let lapsing = community.take_effect(1, None, DAY);
    community.pass(7 * DAY);
    let emergency = lapsing;
    community.send(ix::EmergencyLapse { constitution, emergency }.instruction());
    let payer = community.guardian(0);
    community.send(ix::EmergencyClose { constitution, emergency, payer }.instruction());
    History {
        name: "emergencies",
        about: &[
            "GuardiansAdopted",
            "GuardianSeen",
            "EmergencyOpened",
            "EmergencyApproved",
            "EmergencyRatified",
            "EmergencyEnded",
            "EmergencyLapsed",
            "EmergencyClosed",
            "ProposalHeld",
        ],
        community,
    }
}
