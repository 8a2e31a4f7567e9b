//! `proposal_cancel`, `proposal_finalize`, `proposal_expire` and `proposal_close`: the life of a proposal as a table.

use crate::support::*;

fn payment() -> Action<'static> {
    Action::TransferLamports { recipient: hash("bob"), lamports: 5_000_000 }
}

fn proposed() -> (Community, Address) {
    let mut community = Founding::default().found();
    let proposal = community.propose(&payment());
    (community, proposal)
}

fn approved() -> (Community, Address) {
    let (mut community, proposal) = proposed();
    community.approve(&proposal);
    (community, proposal)
}

fn pay(community: &Community, proposal: Address) -> Instruction {
    let recipient = Address::new_from_array(hash("bob"));
    let pay = ix::VaultTransfer {
        constitution: community.constitution,
        proposal,
        vault: community.vault,
        recipient,
        guardrails: None,
    };
    pay.instruction(5_000_000)
}

fn cancel(community: &Community, proposal: Address) -> Instruction {
    ix::ProposalCancel { proposer: community.member(0), proposal }.instruction()
}

#[test]
fn the_proposer_cancels_until_the_last_second_of_voting() {
    let waits: [fn(&accounts::Proposal) -> i64; 3] =
        [|_| START, |proposal| proposal.starts_at, |proposal| proposal.ends_at - 1];
    for wait in waits {
        let (mut community, proposal) = proposed();
        let before = community.proposal(&proposal);
        community.set_time(wait(&before));
        let cancel = cancel(&community, proposal);
        let done = community.send(cancel.clone());
        let after = community.proposal(&proposal);
        let expected = accounts::Proposal { status: 4, updated_at: community.now(), chain: after.chain, ..before };
        assert_eq!(after, expected);
        let Event::ProposalCancelled(event) = done.event() else { panic!("{:?}", done.events) };
        assert_eq!((event.proposal, event.sequence, event.at), (proposal, 1, community.now()));
        check_refused(&mut community, cancel, GovError::AlreadyFinal);
    }
}

#[test]
fn proposal_cancel_refuses_everybody_else() {
    let (mut community, proposal) = proposed();
    for proposer in [community.stranger(), community.member(1), community.founder] {
        let cancel = ix::ProposalCancel { proposer, proposal };
        check_refused(&mut community, cancel.instruction(), GovError::NotProposer);
    }
    let cancel = unsigned(cancel(&community, proposal), 0);
    check_refused(&mut community, cancel, InstructionError::MissingRequiredSignature);
}

#[test]
fn finalize_writes_success_and_defeat_with_the_reason_and_the_numbers() {
    // In the treasury track: quorum 30 %, threshold 65 %, 15 % of all in favour.
    type Ballots = [(u32, u8)];
    let cases: [(&Ballots, u8, u8); 6] = [
        (&[(0, FOR)], 1, 0),
        (&[(1, FOR), (4, AGAINST)], 1, 0),
        (&[(1, FOR)], 2, 1),
        (&[(0, ABSTAIN)], 2, 2),
        (&[(0, FOR), (1, AGAINST)], 2, 3),
        (&[(0, ABSTAIN), (4, FOR)], 2, 4),
    ];
    for (ballots, status, defeat) in cases {
        let (mut community, proposal) = proposed();
        community.open_voting(&proposal);
        for (index, choice) in ballots {
            community.vote(&proposal, *index, *choice);
        }
        let before = community.proposal(&proposal);
        let done = community.finalize(&proposal);
        let after = community.proposal(&proposal);
        let expected =
            accounts::Proposal { status, defeat, updated_at: before.ends_at, chain: after.chain, ..before.clone() };
        assert_eq!(after, expected, "{ballots:?}");
        let Event::ProposalFinalized(event) = done.event() else { panic!("{:?}", done.events) };
        assert_eq!((event.status, event.defeat, event.total_weight), (status, defeat, 10_000));
        let weights = (event.for_weight, event.against_weight, event.abstain_weight);
        assert_eq!(weights, (before.for_weight, before.against_weight, before.abstain_weight));
        assert_eq!((event.opens_at, event.closes_at), (before.ends_at + 3 * DAY, before.ends_at + 11 * DAY));
    }
}

#[test]
fn finalize_refuses_before_the_end_and_a_second_time() {
    let (mut community, proposal) = proposed();
    let finalize = ix::ProposalFinalize { proposal }.instruction();
    let stored = community.proposal(&proposal);
    for now in [START, stored.starts_at, stored.ends_at - 1] {
        community.set_time(now);
        check_refused(&mut community, finalize.clone(), GovError::VotingNotEnded);
    }
    community.set_time(stored.ends_at);
    community.send(finalize.clone());
    check_refused(&mut community, finalize, GovError::AlreadyFinalized);
}

#[test]
fn l6_expire_writes_down_a_missed_window_and_ends_it() {
    let (mut community, proposal) = approved();
    let expire = community.expire(&proposal);
    let closes_at = community.closes_at(&proposal);
    community.set_time(closes_at - 1);
    check_refused(&mut community, expire.clone(), GovError::WindowNotClosed);
    community.set_time(closes_at);
    let before = community.proposal(&proposal);
    let done = community.send(expire.clone());
    let after = community.proposal(&proposal);
    assert_eq!(after, accounts::Proposal { status: 6, updated_at: closes_at, chain: after.chain, ..before });
    let Event::ProposalExpired(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.proposal, event.at), (proposal, closes_at));
    let pay = pay(&community, proposal);
    check_refused(&mut community, pay, GovError::AlreadyFinal);
    check_refused(&mut community, expire, GovError::AlreadyFinal);
}

#[test]
fn a6_close_returns_the_rent_seals_the_history_and_frees_the_roster() {
    let (mut community, proposal) = approved();
    let pay = pay(&community, proposal);
    community.send(pay);
    let stored = community.proposal(&proposal);
    let proposer = community.member(0);
    let (before, rent) = (community.lamports(&proposer), community.rent(accounts::Proposal::LEN));
    let close = community.close(&proposal).instruction();
    let done = community.send(close.clone());
    assert_eq!((community.account(&proposal), community.lamports(&proposer)), (None, before + rent));
    assert_eq!(community.roster(&community.roster).bound_proposals, 0);
    let Event::ProposalClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.proposal, event.payer, event.status), (proposal, proposer, 5));
    assert_eq!((event.final_sequence, event.final_hash), (stored.chain.sequence, stored.chain.hash));
    check_refused(&mut community, close, InstructionError::AccountDataTooSmall);
}

#[test]
fn a5_a_closed_proposals_id_is_never_used_again() {
    let (mut community, proposal) = proposed();
    community.defeat(&proposal);
    let close = community.close(&proposal).instruction();
    community.send(close);
    let mut draft = community.draft(&payment());
    assert_eq!(draft.accounts.proposal, pda::proposal(&community.constitution, 1));
    draft.accounts.proposal = proposal;
    check_refused(&mut community, draft.instruction(), InstructionError::InvalidSeeds);
}

#[test]
fn a5_a_closed_proposal_cannot_be_kept_alive_by_paying_into_it() {
    let (mut community, proposal) = proposed();
    community.defeat(&proposal);
    let close = community.close(&proposal).instruction();
    let keep = solana_system_interface::instruction::transfer(&community.stranger(), &proposal, 5_000_000);
    community.try_send(&[close, keep]).expect("nobody can be kept from sending lamports");
    let left = community.account(&proposal).unwrap();
    assert_eq!((left.owner, left.data.len()), (solana_sdk_ids::system_program::ID, 0));
    let vote = community.ballot(&proposal, 0, FOR);
    check_refused(&mut community, vote, InstructionError::AccountDataTooSmall);
}

#[test]
fn close_refuses_the_wrong_people_and_rosters() {
    let (mut community, proposal) = proposed();
    community.defeat(&proposal);
    let (stranger, members) = (community.stranger(), community.members.clone());
    let other = community.fill_roster(&stranger, 2, &members);
    let right = community.close(&proposal);
    let to_stranger = ix::ProposalClose { proposer: stranger, ..right };
    check_refused(&mut community, to_stranger.instruction(), GovError::NotPayer);
    let other_roster = ix::ProposalClose { electorate: other, ..right };
    check_refused(&mut community, other_roster.instruction(), GovError::WrongElectorate);
    let with_candidate = ix::ProposalClose { candidate: Some(other), ..right };
    check_refused(&mut community, with_candidate.instruction(), GovError::WrongRoster);
}

#[test]
fn close_of_a_roster_adoption_takes_its_candidate() {
    let mut community = Founding::default().found();
    let (stranger, members) = (community.stranger(), community.members.clone());
    let candidate = community.fill_roster(&stranger, 2, &members);
    let members_hash = community.roster(&candidate).members_hash;
    let proposal = community.propose(&Action::RosterAdopt { roster_version: 2, members_hash });
    community.defeat(&proposal);
    let with = community.close(&proposal);
    let without = ix::ProposalClose { candidate: None, ..with };
    check_refused(&mut community, without.instruction(), GovError::WrongSubject);
    community.send(with.instruction());
    assert_eq!(community.roster(&candidate).bound_proposals, 0);
    assert_eq!(community.roster(&community.roster).bound_proposals, 0);
}

/// Every step in every phase, and what it is refused with; `None` where the table allows it.
#[test]
fn l1_every_step_in_every_phase_follows_the_table() {
    use GovError::*;
    let (draft, id) = proposed();
    let at = |community: &Community, now: fn(&Community, Address) -> i64| {
        let mut community = community.clone();
        let now = now(&community, id);
        community.set_time(now);
        community
    };
    let voting = at(&draft, |community, id| community.proposal(&id).starts_at);
    let finalizing = at(&draft, |community, id| community.proposal(&id).ends_at);
    let (executable, _) = approved();
    let queued = at(&executable, |community, id| community.opens_at(&id) - 1);
    let expiring = at(&executable, |community, id| community.closes_at(&id));
    let after = |community: &Community, instruction: Instruction| {
        let mut community = community.clone();
        community.send(instruction);
        community
    };
    let defeated = after(&finalizing, ix::ProposalFinalize { proposal: id }.instruction());
    let cancelled = after(&voting, cancel(&voting, id));
    let executed = after(&executable, pay(&executable, id));
    let expired = after(&expiring, expiring.expire(&id));
    // Columns: cancel, vote, finalize, execute, expire, close.
    let table = [
        (
            draft,
            [
                None,
                Some(VotingNotStarted),
                Some(VotingNotEnded),
                Some(NotFinalized),
                Some(NotFinalized),
                Some(NotFinal),
            ],
        ),
        (voting, [None, None, Some(VotingNotEnded), Some(NotFinalized), Some(NotFinalized), Some(NotFinal)]),
        (
            finalizing,
            [Some(TooLateToCancel), Some(VotingEnded), None, Some(NotFinalized), Some(NotFinalized), Some(NotFinal)],
        ),
        (
            queued,
            [
                Some(TooLateToCancel),
                Some(VotingEnded),
                Some(AlreadyFinalized),
                Some(TimelockActive),
                Some(WindowNotClosed),
                Some(NotFinal),
            ],
        ),
        (
            executable,
            [
                Some(TooLateToCancel),
                Some(VotingEnded),
                Some(AlreadyFinalized),
                None,
                Some(WindowNotClosed),
                Some(NotFinal),
            ],
        ),
        (
            expiring,
            [
                Some(TooLateToCancel),
                Some(VotingEnded),
                Some(AlreadyFinalized),
                Some(WindowClosed),
                None,
                Some(NotFinal),
            ],
        ),
        (
            defeated,
            [
                Some(AlreadyFinal),
                Some(VotingEnded),
                Some(AlreadyFinalized),
                Some(AlreadyFinal),
                Some(AlreadyFinal),
                None,
            ],
        ),
        (
            cancelled,
            [
                Some(AlreadyFinal),
                Some(VotingEnded),
                Some(AlreadyFinalized),
                Some(AlreadyFinal),
                Some(AlreadyFinal),
                None,
            ],
        ),
        (
            executed,
            [
                Some(AlreadyFinal),
                Some(VotingEnded),
                Some(AlreadyFinalized),
                Some(AlreadyFinal),
                Some(AlreadyFinal),
                None,
            ],
        ),
        (
            expired,
            [
                Some(AlreadyFinal),
                Some(VotingEnded),
                Some(AlreadyFinalized),
                Some(AlreadyFinal),
                Some(AlreadyFinal),
                None,
            ],
        ),
    ];
    for (community, refusals) in table {
        let steps = [
            cancel(&community, id),
            community.ballot(&id, 7, AGAINST),
            ix::ProposalFinalize { proposal: id }.instruction(),
            pay(&community, id),
            community.expire(&id),
            community.close(&id).instruction(),
        ];
        for (step, refusal) in steps.into_iter().zip(refusals) {
            let mut community = community.clone();
            match refusal {
                Some(refusal) => check_refused(&mut community, step, refusal),
                None => {
                    community.send(step);
                }
            }
        }
    }
}
