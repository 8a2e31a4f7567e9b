//! `proposal_create`: a member proposes, and everything that will decide is frozen.

use quantumagi_interface::digest::Sha2;
use quantumagi_rules::digest::{ExecutionContext, execution_digest_of_bytes};

use crate::support::*;

fn payment() -> Action<'static> {
    Action::TransferLamports { recipient: hash("bob"), lamports: 5 }
}

#[test]
fn t6_w7_x1_everything_that_decides_is_frozen_at_creation() {
    let mut community = Founding::default().found();
    let mut draft = community.draft(&payment()).citing([0, 1].map(|id| pda::principle(&community.constitution, id)));
    draft = draft.by(community.member(4), 4);
    draft.args.ballot_rule = 1;
    let (proposer, before) = (community.member(4), community.lamports(&community.member(4)));
    let done = community.send(draft.instruction());

    let proposal = draft.accounts.proposal;
    let stored = community.proposal(&proposal);
    let seeds: [&[u8]; 3] = [b"proposal", community.constitution.as_ref(), &0u64.to_le_bytes()];
    let (address, bump) = Address::find_program_address(&seeds, &PROGRAM_ID);
    assert_eq!(proposal, address);
    let context = ExecutionContext {
        constitution: community.constitution.to_bytes(),
        constitution_version: 1,
        proposal_id: 0,
        cooloff_seconds: 0,
        timelock_seconds: 3 * 86_400,
        window_seconds: 8 * 86_400,
        deploy_slot: 0,
    };
    let digest = execution_digest_of_bytes::<Sha2>(&context, &payment().to_bytes());
    let cited = |principle_id| types::Citation { principle_id, version: 1 };
    let none = types::Citation { principle_id: 0, version: 0 };
    let expected = accounts::Proposal {
        constitution: community.constitution,
        proposer,
        electorate: community.roster,
        veto_roster: Address::default(),
        attestor: Address::default(),
        subject: Address::default(),
        content_hash: hash("why this is right"),
        execution_digest: digest,
        pending_digest: digest,
        snapshot_root: [0; 32],
        attestation_hash: [0; 32],
        chain: stored.chain,
        id: 0,
        total_weight: 10_000,
        for_weight: 0,
        against_weight: 0,
        abstain_weight: 0,
        veto_total: 0,
        veto_weight: 0,
        snapshot_slot: 0,
        deposit_lamports: 0,
        created_at: START,
        starts_at: START + 2 * DAY,
        ends_at: START + 6 * DAY,
        updated_at: START,
        held_until: 0,
        deploy_slot: 0,
        citations: [cited(0), cited(1), none, none, none, none, none, none],
        constitution_version: 1,
        voters: 8,
        ballots_cast: 0,
        ballot_pages: 0,
        extension_seconds: 43_200,
        cooloff_seconds: 0,
        timelock_seconds: 3 * 86_400,
        window_seconds: 8 * 86_400,
        threshold_bps: 6_500,
        quorum_bps: 3_000,
        min_for_bps: 1_500,
        veto_bps: 0,
        slash_bps: 0,
        unattested_threshold_bps: 0,
        attestation_mark: 0,
        attestation_score: 0,
        steps: 0,
        steps_done: 0,
        electorate_kind: 1,
        is_attested: 0,
        track: 1,
        action: 10,
        status: 0,
        defeat: 0,
        ballot_rule: 1,
        was_extended: 0,
        layout_version: 1,
        bump,
        reserved: stored.reserved,
        veto_ballots: [0; 32],
        ballots: [0; 64],
    };
    assert_eq!(stored, expected);
    assert_eq!(stored.reserved, [0; 2]);
    assert_eq!(before - community.lamports(&proposer), community.rent(accounts::Proposal::LEN));
    assert_eq!(community.constitution(&community.constitution).next_proposal_id, 1);
    assert_eq!(community.roster(&community.roster).bound_proposals, 1);

    let Event::ProposalCreated(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.proposal, event.proposal_id, event.proposer), (proposal, 0, proposer));
    assert_eq!(
        (event.electorate, event.subject, event.content_hash),
        (stored.electorate, stored.subject, stored.content_hash)
    );
    assert_eq!((event.execution_digest, event.deploy_slot), (digest, 0));
    assert_eq!((event.total_weight, event.voters, event.constitution_version), (10_000, 8, 1));
    assert_eq!((event.starts_at, event.ends_at), (stored.starts_at, stored.ends_at));
    assert_eq!((event.extension_seconds, event.timelock_seconds), (43_200, stored.timelock_seconds));
    assert_eq!((event.window_seconds, event.threshold_bps), (stored.window_seconds, 6_500));
    assert_eq!((event.quorum_bps, event.min_for_bps, event.track, event.ballot_rule), (3_000, 1_500, 1, 1));
    assert_eq!((&event.citations, &event.action), (&vec![cited(0), cited(1)], &payment().to_bytes()));
}

#[test]
fn each_track_gives_its_own_parameters() {
    let mut community = Founding::default().found();
    let policy = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 };
    let amendment = Action::ConstitutionAmend { text_hash: hash("version 2"), parent_hash: hash("version 1") };
    let tracks = Founding::default().tracks;
    for (number, action) in (0u8..).zip([policy, payment(), amendment]) {
        let proposal = community.propose(&action);
        let (stored, track) = (community.proposal(&proposal), tracks[usize::from(number)]);
        let shares = (stored.threshold_bps, stored.quorum_bps, stored.min_for_bps);
        assert_eq!(shares, (track.threshold_bps, track.quorum_bps, track.min_for_bps));
        let times = (stored.extension_seconds, stored.timelock_seconds, stored.window_seconds);
        assert_eq!(times, (track.extension_seconds, track.timelock_seconds, track.window_seconds));
        assert_eq!(stored.starts_at, START + i64::from(track.discussion_seconds));
        assert_eq!(stored.ends_at, stored.starts_at + i64::from(track.voting_seconds));
        assert_eq!((stored.track, stored.id), (number, u64::from(number)));
    }
}

#[test]
fn m12_an_act_on_an_entrenched_principle_takes_the_entrenched_threshold() {
    use quantumagi_rules::principle::{Category, Class};
    let mut community = Founding::default().found();
    let add = |class| Action::PrincipleAdd { text_hash: hash("new"), class, category: Category::Rights, priority: 1 };
    let amend = |principle_id| Action::PrincipleAmend { principle_id, version: 1, text_hash: hash("new") };
    let retire = |principle_id| Action::PrincipleRetire { principle_id, version: 1 };
    let cases = [
        (add(Class::Ordinary), 6_700),
        (add(Class::Entrenched), 8_000),
        (amend(0), 6_700),
        (amend(1), 8_000),
        (retire(0), 6_700),
        (retire(1), 8_000),
    ];
    for (action, threshold_bps) in cases {
        let proposal = community.propose(&action);
        assert_eq!(community.proposal(&proposal).threshold_bps, threshold_bps, "{action:?}");
    }
}

#[test]
fn proposal_create_refuses_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let draft = community.draft(&payment());
    check_refused(&mut community, draft.instruction(), GovError::NotSealed);
}

#[test]
fn proposal_create_refuses_a_proposer_who_did_not_sign() {
    let mut community = Founding::default().found();
    let create = unsigned(community.draft(&payment()).instruction(), 0);
    check_refused(&mut community, create, InstructionError::MissingRequiredSignature);
}

#[test]
fn proposal_create_refuses_everybody_but_the_member_at_the_index() {
    let mut community = Founding::default().found();
    let draft = community.draft(&payment());
    let stranger = community.stranger();
    community.open_proposer(stranger);
    for (proposer, member_index) in [
        (community.stranger(), 0),
        (community.member(1), 0),
        (community.member(0), 1),
        (community.member(0), 8),
        (community.member(0), 29),
    ] {
        let wrong = draft.clone().by(proposer, member_index);
        check_refused(&mut community, wrong.instruction(), GovError::NotTheMember);
    }
    let mut wrong = draft;
    wrong.args.member_index = 30;
    check_refused(&mut community, wrong.instruction(), GovError::WrongPage);
}

#[test]
fn proposal_create_refuses_a_roster_that_is_not_in_force() {
    let mut community = Founding::default().found();
    let (stranger, members) = (community.stranger(), community.members.clone());
    let other = community.fill_roster(&stranger, 2, &members);
    let draft = community.draft(&payment());
    let mut wrong = draft.clone();
    wrong.accounts.electorate = other;
    wrong.accounts.membership = Some(pda::roster_page(&other, 0));
    check_refused(&mut community, wrong.instruction(), GovError::WrongElectorate);
    let mut wrong = draft.clone();
    wrong.accounts.membership = None;
    check_refused(&mut community, wrong.instruction(), GovError::NotTheMember);
    let mut wrong = draft;
    wrong.accounts.membership = Some(pda::roster_page(&other, 0));
    check_refused(&mut community, wrong.instruction(), GovError::WrongRoster);
}

#[test]
fn l4_proposal_create_refuses_an_id_that_is_not_the_next() {
    let mut community = Founding::default().found();
    community.propose(&payment());
    let draft = community.draft(&payment());
    for id in [0, 2] {
        let mut wrong = draft.clone();
        wrong.accounts.proposal = pda::proposal(&community.constitution, id);
        check_refused(&mut community, wrong.instruction(), InstructionError::InvalidSeeds);
    }
}

#[test]
fn proposal_create_refuses_content_and_rules_without_meaning() {
    let mut community = Founding::default().found();
    let mut draft = community.draft(&payment());
    draft.args.ballot_rule = 2;
    check_refused(&mut community, draft.instruction(), GovError::UnknownBallotRule);
    draft.args.ballot_rule = 0;
    draft.args.content_hash = [0; 32];
    check_refused(&mut community, draft.instruction(), GovError::TextEmpty);
}

#[test]
fn proposal_create_refuses_bytes_that_are_not_an_action() {
    let mut community = Founding::default().found();
    let draft = community.draft(&payment());
    let bytes = payment().to_bytes();
    let longer = [bytes.as_slice(), &[0]].concat();
    let unknown = [&[3], &bytes[1..]].concat();
    for action in [Vec::new(), bytes[..40].to_vec(), longer, unknown] {
        let mut wrong = draft.clone();
        wrong.args.action = action;
        check_refused(&mut community, wrong.instruction(), GovError::ActionMalformed);
    }
    let mut nothing = draft;
    nothing.args.action = Action::TransferLamports { recipient: hash("bob"), lamports: 0 }.to_bytes();
    check_refused(&mut community, nothing.instruction(), GovError::ActionOutOfRange);
}

#[test]
fn proposal_create_refuses_empty_texts_and_sunsets_in_the_past() {
    let mut community = Founding::default().found();
    let (_, policy) = community.adopt_policy("be kind", 0);
    let now = community.now();
    let parent_hash = hash("version 1");
    let empty = [
        Action::PolicyAdopt { text_hash: [0; 32], sunset_at: 0 },
        Action::PolicyAmend { policy_id: 0, text_hash: [0; 32], sunset_at: 0 },
        Action::ConstitutionAmend { text_hash: [0; 32], parent_hash },
        Action::PrincipleAmend { principle_id: 0, version: 1, text_hash: [0; 32] },
    ];
    for action in empty {
        let draft = community.draft(&action);
        check_refused(&mut community, draft.instruction(), GovError::TextEmpty);
    }
    for sunset_at in [now, now - 1, -1, i64::MIN] {
        let adopt = community.draft(&Action::PolicyAdopt { text_hash: hash("new"), sunset_at });
        check_refused(&mut community, adopt.instruction(), GovError::SunsetInThePast);
        let amend = community.draft(&Action::PolicyAmend { policy_id: 0, text_hash: hash("new"), sunset_at });
        assert_eq!(amend.accounts.subject, Some(policy));
        check_refused(&mut community, amend.instruction(), GovError::SunsetInThePast);
    }
    community.propose(&Action::PolicyAdopt { text_hash: hash("new"), sunset_at: now + 1 });
}

#[test]
fn proposal_create_refuses_an_amendment_of_a_text_not_in_force() {
    let mut community = Founding::default().found();
    let draft =
        community.draft(&Action::ConstitutionAmend { text_hash: hash("version 3"), parent_hash: hash("version 2") });
    check_refused(&mut community, draft.instruction(), GovError::ParentMismatch);
}

#[test]
fn proposal_create_refuses_a_principle_or_policy_in_another_state() {
    let mut community = Founding::default().found();
    community.adopt_policy("brief", START + 40 * DAY);
    for action in [
        Action::PrincipleAmend { principle_id: 0, version: 2, text_hash: hash("new") },
        Action::PrincipleRetire { principle_id: 0, version: 0 },
    ] {
        let draft = community.draft(&action);
        check_refused(&mut community, draft.instruction(), GovError::PrincipleVersionMismatch);
    }
    community.set_time(START + 40 * DAY);
    let amend = Action::PolicyAmend { policy_id: 0, text_hash: hash("new"), sunset_at: 0 };
    for action in [amend, Action::PolicyRepeal { policy_id: 0 }] {
        let draft = community.draft(&action);
        check_refused(&mut community, draft.instruction(), GovError::PolicyNotInForce);
    }
}

#[test]
fn proposal_create_refuses_a_roster_that_is_not_the_one_meant() {
    let mut community = Founding::default().found();
    let (stranger, members) = (community.stranger(), community.members.clone());
    let other = community.fill_roster(&stranger, 2, &members[..3]);
    let members_hash = community.roster(&other).members_hash;
    let draft = community.draft(&Action::RosterAdopt { roster_version: 2, members_hash });
    for action in [
        Action::RosterAdopt { roster_version: 1, members_hash },
        Action::RosterAdopt { roster_version: 2, members_hash: hash("others") },
    ] {
        let mut wrong = draft.clone();
        wrong.args.action = action.to_bytes();
        check_refused(&mut community, wrong.instruction(), GovError::WrongSubject);
    }
    let (payer, constitution, begun) = (stranger, community.constitution, pda::roster(&community.constitution, 3));
    community.send(ix::RosterCreate { payer, constitution, roster: begun }.instruction(2));
    let incomplete = community.draft(&Action::RosterAdopt { roster_version: 3, members_hash: [0; 32] });
    check_refused(&mut community, incomplete.instruction(), GovError::RosterNotUsable);
}

#[test]
fn proposal_create_refuses_a_subject_that_is_missing_another_or_one_too_many() {
    let mut community = Founding::default().found();
    let (_, policy) = community.adopt_policy("be kind", 0);
    let (stranger, members) = (community.stranger(), community.members.clone());
    let candidate = community.fill_roster(&stranger, 2, &members[..3]);
    let members_hash = community.roster(&candidate).members_hash;
    let principle = pda::principle(&community.constitution, 0);
    let actions = [
        payment(),
        Action::PolicyAdopt { text_hash: hash("new"), sunset_at: 0 },
        Action::PolicyAmend { policy_id: 0, text_hash: hash("new"), sunset_at: 0 },
        Action::PolicyRepeal { policy_id: 0 },
        Action::ConstitutionAmend { text_hash: hash("version 2"), parent_hash: hash("version 1") },
        Action::PrincipleAdd {
            text_hash: hash("new"),
            class: quantumagi_rules::principle::Class::Ordinary,
            category: quantumagi_rules::principle::Category::Rights,
            priority: 0,
        },
        Action::PrincipleAmend { principle_id: 0, version: 1, text_hash: hash("new") },
        Action::PrincipleRetire { principle_id: 0, version: 1 },
        Action::RosterAdopt { roster_version: 2, members_hash },
    ];
    for action in actions {
        let right = community.draft(&action);
        let named = (right.accounts.subject, right.accounts.candidate);
        for subject in [None, Some(principle), Some(policy)] {
            for candidate in [None, Some(candidate)] {
                let mut wrong = right.clone();
                (wrong.accounts.subject, wrong.accounts.candidate) = (subject, candidate);
                if (subject, candidate) == named {
                    continue;
                }
                // A subject of another kind is told by its bytes.
                match (named.0, subject, candidate) {
                    (Some(right), Some(other), None) if right == policy && other == principle => {
                        check_refused(&mut community, wrong.instruction(), InstructionError::AccountDataTooSmall);
                    }
                    (Some(right), Some(other), None) if right == principle && other == policy => {
                        check_refused(&mut community, wrong.instruction(), InstructionError::InvalidAccountData);
                    }
                    _ => check_refused(&mut community, wrong.instruction(), GovError::WrongSubject),
                }
            }
        }
    }
    for (principle_id, policy_id) in [(1, 1), (9, 9)] {
        let mut other = community.draft(&Action::PrincipleRetire { principle_id: 0, version: 1 });
        other.args.action = Action::PrincipleRetire { principle_id, version: 1 }.to_bytes();
        check_refused(&mut community, other.instruction(), GovError::WrongSubject);
        let mut other = community.draft(&Action::PolicyRepeal { policy_id: 0 });
        other.args.action = Action::PolicyRepeal { policy_id }.to_bytes();
        check_refused(&mut community, other.instruction(), GovError::WrongSubject);
    }
}
