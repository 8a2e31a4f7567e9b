//! Who did what in the community of the tests.

use quantumagi_interface::events::*;
use quantumagi_interface::types::{Citation, TrackConfig};
use quantumagi_interface::{digest::Sha2, pda};
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::digest::{ExecutionContext, execution_digest};

use super::*;
use crate::history::{History, Trace};
use crate::verify::{ChainHead, Ledger};

pub(super) const ANA: Address = Address::new_from_array([1; 32]);
pub(super) const BEN: Address = Address::new_from_array([2; 32]);
pub(super) const CEM: Address = Address::new_from_array([3; 32]);
pub(super) const POLICY_TEXT: [u8; 32] = [0x77; 32];
/// Weights of Ana, Ben and Cem.
const WEIGHTS: [(Address, u64); 3] = [(ANA, 50), (BEN, 40), (CEM, 10)];

/// A history: the constitution's events, and each proposal's own without the creation.
pub(super) struct Story {
    pub(super) address: Address,
    events: Vec<Event>,
    own: BTreeMap<Address, Vec<Event>>,
}

impl Story {
    fn next(&self) -> (Address, u64, i64) {
        let sequence = self.events.len() as u64;
        (self.address, sequence, 1_000 + sequence.cast_signed())
    }

    pub(super) fn log(&mut self, event: impl FnOnce((Address, u64, i64)) -> Event) {
        let event = event(self.next());
        self.events.push(event);
    }

    fn log_own(&mut self, proposal: Address, event: impl FnOnce((Address, u64, i64)) -> Event) {
        let own = self.own.entry(proposal).or_default();
        let sequence = own.len() as u64 + 1;
        own.push(event((proposal, sequence, 2_000 + sequence.cast_signed())));
    }

    pub(super) fn proposal(&self, id: u64) -> Address {
        pda::proposal(&self.address, id)
    }

    /// Number of the first event with this name on the constitution's chain.
    pub(super) fn sequence_of(&self, name: &str) -> u64 {
        self.events.iter().position(|event| event.name() == name).expect("it happened") as u64
    }

    pub(super) fn tell_wrongly(&mut self, change: impl Fn(&mut Event)) {
        self.events.iter_mut().chain(self.own.values_mut().flatten()).for_each(change);
    }

    pub(super) fn forget_own(&mut self, proposal: Address, name: &str) {
        self.own.get_mut(&proposal).expect("it exists").retain(|event| event.name() != name);
    }

    pub(super) fn replay(&self) -> Result<Replayed, ReplayBreak> {
        let own = self.own.iter().map(|(proposal, events)| (*proposal, events.iter().collect())).collect();
        replay(self.address, &self.events.iter().collect::<Vec<_>>(), &own)
    }

    /// The accounts that the events lead to and the events themselves, each in a slot of its own.
    pub(super) fn ledger(&self) -> Ledger {
        let replayed = self.replay().expect("the story is sound");
        let mut history = History::default();
        for (slot, event) in (10u64..).zip(self.events.iter().chain(self.own.values().flatten())) {
            let program = quantumagi_interface::PROGRAM_ID;
            let logs = [
                format!("Program {program} invoke [1]"),
                format!("Program data: {}", base64(&event.to_bytes())),
                format!("Program {program} success"),
            ];
            // Only lines: a history from an endpoint that tells no instructions.
            let trace = Trace { signature: Default::default(), slot, block_time: None, calls: Vec::new() };
            history.add(trace, &logs);
        }
        fn open<T>(account: T, is_closed: bool) -> Option<T> {
            (!is_closed).then_some(account)
        }
        let guardrails = replayed.guardrails_after(u64::MAX).expect("the changes follow each other");
        let authorizations = replayed.authorizations.clone();
        Ledger {
            address: self.address,
            guardrails,
            authorizations: authorizations.into_iter().map(|(at, r)| (at, open(r.account, r.is_closed))).collect(),
            payloads: BTreeMap::new(),
            constitution: replayed.constitution,
            principles: replayed.principles.into_iter().map(|(id, principle)| (id, Some(principle))).collect(),
            policies: replayed.policies.into_iter().map(|(id, r)| (id, open(r.account, r.is_closed))).collect(),
            rosters: replayed.rosters.into_iter().map(|(id, r)| (id, open(r.account, r.is_closed))).collect(),
            proposals: replayed.proposals.into_iter().map(|(id, r)| (id, open(r.account, r.is_closed))).collect(),
            snapshots: Default::default(),
            proposers: replayed.proposers.into_iter().map(|(id, r)| (id, open(r.account, r.is_closed))).collect(),
            pools: replayed.pools.into_iter().map(|(id, r)| (id, open(r.account, r.is_closed))).collect(),
            deposits: replayed.deposits.into_iter().map(|(id, r)| (id, open(r.account, r.is_closed))).collect(),
            guardians: replayed.guardians,
            emergencies: replayed.emergencies.into_iter().map(|(id, r)| (id, open(r.account, r.is_closed))).collect(),
            history,
        }
    }

    fn create(&mut self, proposal_id: u64, action: &Action<'_>) {
        let (roster, proposal) = (pda::roster(&self.address, 1), self.proposal(proposal_id));
        let context = ExecutionContext {
            constitution: self.address.to_bytes(),
            constitution_version: 1,
            proposal_id,
            cooloff_seconds: 0,
            timelock_seconds: 3_600,
            window_seconds: 7_200,
            deploy_slot: 0,
        };
        let execution_digest = execution_digest::<Sha2>(&context, action, &[]).expect("it calls nothing");
        let action = action.to_bytes();
        self.log(|(constitution, sequence, at)| {
            Event::ProposalCreated(ProposalCreated {
                constitution,
                sequence,
                at,
                proposal,
                proposal_id,
                proposer: ANA,
                electorate: roster,
                veto_roster: Address::default(),
                attestor: Address::default(),
                subject: Address::default(),
                content_hash: [0x33; 32],
                execution_digest,
                deploy_slot: 0,
                total_weight: 100,
                veto_total: 0,
                deposit_lamports: 0,
                voters: 3,
                constitution_version: 1,
                starts_at: at + 60,
                ends_at: at + 3_660,
                extension_seconds: 0,
                cooloff_seconds: 0,
                timelock_seconds: 3_600,
                window_seconds: 7_200,
                threshold_bps: 6_000,
                quorum_bps: 2_000,
                min_for_bps: 1_000,
                veto_bps: 0,
                slash_bps: 0,
                unattested_threshold_bps: 0,
                attestation_mark: 0,
                steps: 0,
                electorate_kind: 1,
                track: 0,
                ballot_rule: 0,
                number: action[0],
                payload: Address::default(),
                slots: Vec::new(),
                citations: vec![Citation { principle_id: 0, version: 2 }],
                action,
            })
        });
    }

    /// End of voting on this proposal. No ballot moves it: they can be changed, and there is no extension.
    fn ends_at(&self, proposal: Address) -> i64 {
        let created = self.events.iter().find_map(|event| {
            let Event::ProposalCreated(e) = event else { return None };
            (e.proposal == proposal).then_some(e.ends_at)
        });
        created.expect("it was created")
    }

    fn vote(&mut self, proposal: Address, voter_index: u32, choice: Choice, previous: Option<Choice>) {
        let (voter, weight) = WEIGHTS[voter_index as usize];
        let ends_at = self.ends_at(proposal);
        self.log_own(proposal, |(proposal, sequence, at)| {
            Event::ProposalVoted(ProposalVoted {
                proposal,
                sequence,
                at,
                voter,
                weight,
                ends_at,
                voter_index,
                choice: choice as u8,
                previous_choice: previous.map_or(0, |previous| previous as u8),
                was_extended: 0,
                reserved: 0,
            })
        });
    }
}

/// Founds, fills and adopts a roster, seals, adopts a policy with exactly 60 %, and starts another proposal.
pub(super) fn community() -> Story {
    let address = pda::constitution(&ANA);
    let mut story = Story { address, events: Vec::new(), own: BTreeMap::new() };
    found(&mut story);
    let policy = Action::PolicyAdopt { text_hash: POLICY_TEXT, sunset_at: 0 };
    story.create(0, &policy);
    let first = story.proposal(0);
    story.vote(first, 0, Choice::For, None);
    story.vote(first, 1, Choice::Against, None);
    story.vote(first, 2, Choice::For, None);
    finish(&mut story, first);
    story.create(1, &Action::PolicyRepeal { policy_id: 0 });
    let second = story.proposal(1);
    story.vote(second, 0, Choice::Abstain, None);
    story.vote(second, 0, Choice::Against, Some(Choice::Abstain));
    story
}

fn found(story: &mut Story) {
    let track = TrackConfig {
        threshold_bps: 6_000,
        quorum_bps: 2_000,
        min_for_bps: 1_000,
        entrenched_threshold_bps: 7_500,
        discussion_seconds: 60,
        voting_seconds: 3_600,
        extension_seconds: 0,
        timelock_seconds: 3_600,
        window_seconds: 7_200,
        veto_bps: 0,
        slash_bps: 0,
        cooloff_seconds: 0,
        deposit_lamports: 0,
    };
    let (roster, mandate) = (pda::roster(&story.address, 1), Address::default());
    let members: Vec<Member> = WEIGHTS.into_iter().map(|(voter, weight)| Member { voter, weight }).collect();
    let members_hash = Member::list_hash(&members);
    story.log(|(constitution, sequence, at)| {
        let (text_hash, tracks) = ([0x11; 32], [track; 4]);
        let (create_key, founder) = (ANA, ANA);
        Event::ConstitutionCreated(ConstitutionCreated {
            constitution,
            sequence,
            at,
            create_key,
            founder,
            text_hash,
            tracks,
        })
    });
    story.log(|(constitution, sequence, at)| {
        Event::PrincipleAdded(PrincipleAdded {
            constitution,
            sequence,
            at,
            mandate,
            payer: ANA,
            principle_id: 0,
            class: 0,
            category: 1,
            priority: 50,
            text_hash: [0x10; 32],
        })
    });
    story.log(|(constitution, sequence, at)| {
        let (principle_id, version, text_hash) = (0, 2, [0x12; 32]);
        Event::PrincipleAmended(PrincipleAmended {
            constitution,
            sequence,
            at,
            mandate,
            principle_id,
            version,
            text_hash,
        })
    });
    story.log(|(constitution, sequence, at)| {
        Event::RosterCreated(RosterCreated { constitution, sequence, at, roster, payer: ANA, version: 1, size: 3 })
    });
    story.log(|(constitution, sequence, at)| {
        Event::RosterPageOpened(RosterPageOpened { constitution, sequence, at, roster, page: 0, payer: ANA })
    });
    let (early, late) = members.split_at(2);
    for (first_index, members) in [(0, early), (2, late)] {
        let members = members.to_vec();
        story.log(|(constitution, sequence, at)| {
            Event::RosterExtended(RosterExtended { constitution, sequence, at, roster, first_index, members })
        });
    }
    story.log(|(constitution, sequence, at)| {
        let (version, total_weight) = (1, 100);
        Event::RosterAdopted(RosterAdopted {
            constitution,
            sequence,
            at,
            mandate,
            roster,
            version,
            total_weight,
            members_hash,
        })
    });
    story.log(|(constitution, sequence, at)| {
        Event::ProposerOpened(ProposerOpened { constitution, sequence, at, owner: ANA, payer: ANA })
    });
    story.log(|(constitution, sequence, at)| {
        Event::ConstitutionSealed(ConstitutionSealed { constitution, sequence, at, electorate: roster })
    });
}

/// Counts, executes and closes a proposal to adopt the policy.
fn finish(story: &mut Story, proposal: Address) {
    let ends_at = story.ends_at(proposal);
    story.log_own(proposal, |(proposal, sequence, at)| {
        Event::ProposalFinalized(ProposalFinalized {
            proposal,
            sequence,
            at,
            for_weight: 60,
            against_weight: 40,
            abstain_weight: 0,
            total_weight: 100,
            cooled_at: ends_at,
            opens_at: ends_at + 3_600,
            closes_at: ends_at + 3_600 + 7_200,
            status: 1,
            defeat: 0,
            reserved: [0; 6],
        })
    });
    let Some(Event::ProposalCreated(created)) = story.events.last().cloned() else { panic!("just created") };
    story.log_own(proposal, |(proposal, sequence, at)| {
        Event::ProposalExecuted(ProposalExecuted { proposal, sequence, at, digest: created.execution_digest })
    });
    story.log(|(constitution, sequence, at)| {
        Event::PolicyAdopted(PolicyAdopted {
            constitution,
            sequence,
            at,
            mandate: proposal,
            payer: BEN,
            policy_id: 0,
            proposal_id: 0,
            text_hash: POLICY_TEXT,
            sunset_at: 0,
        })
    });
    let created = Event::ProposalCreated(created);
    let own = story.own.get(&proposal).into_iter().flatten();
    let head = [&created].into_iter().chain(own).fold(ChainHead::START, |head, event| ChainHead {
        hash: quantumagi_rules::digest::next_link::<Sha2>(&head.hash, &event.to_bytes()),
        sequence: head.sequence + 1,
    });
    story.log(|(constitution, sequence, at)| {
        Event::ProposalClosed(ProposalClosed {
            constitution,
            sequence,
            at,
            proposal,
            payer: ANA,
            forfeited_lamports: 0,
            status: 5,
            final_sequence: head.sequence,
            final_hash: head.hash,
        })
    });
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}
