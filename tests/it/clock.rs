//! A clock that goes backwards opens nothing that was closed by an instruction, and skips nothing (L9).

use crate::support::*;

fn payment() -> Action<'static> {
    Action::TransferLamports { recipient: hash("bob"), lamports: 5_000_000 }
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

#[test]
fn l9_back_before_the_first_second_voting_is_closed_again() {
    let mut community = Founding::default().found();
    let proposal = community.propose(&payment());
    community.open_voting(&proposal);
    community.vote(&proposal, 0, FOR);
    community.set_time(START);
    let ballot = community.ballot(&proposal, 1, FOR);
    check_refused(&mut community, ballot, GovError::VotingNotStarted);
    assert_eq!(community.proposal(&proposal).for_weight, 3_000, "what was cast stays cast");
    community.set_time(START - 1_000 * DAY);
    let ballot = community.ballot(&proposal, 1, FOR);
    check_refused(&mut community, ballot, GovError::VotingNotStarted);
}

#[test]
fn l9_back_into_voting_after_the_outcome_is_written_nobody_votes() {
    let mut community = Founding::default().found();
    for ballots in [0..7, 0..0] {
        let proposal = community.propose(&payment());
        community.open_voting(&proposal);
        for index in ballots {
            community.vote(&proposal, index, FOR);
        }
        community.finalize(&proposal);
        let starts_at = community.proposal(&proposal).starts_at;
        for now in [starts_at, starts_at - 1] {
            community.set_time(now);
            let ballot = community.ballot(&proposal, 7, AGAINST);
            check_refused(&mut community, ballot, GovError::VotingEnded);
            let finalize = ix::ProposalFinalize { proposal }.instruction();
            check_refused(&mut community, finalize, GovError::AlreadyFinalized);
        }
    }
}

#[test]
fn l9_back_before_the_end_an_unfinalized_vote_goes_on() {
    let mut community = Founding::default().found();
    let proposal = community.propose(&payment());
    let ends_at = community.proposal(&proposal).ends_at;
    community.set_time(ends_at);
    let ballot = community.ballot(&proposal, 0, FOR);
    check_refused(&mut community, ballot.clone(), GovError::VotingEnded);
    community.set_time(ends_at - 1);
    let finalize = ix::ProposalFinalize { proposal }.instruction();
    check_refused(&mut community, finalize, GovError::VotingNotEnded);
    community.send(ballot);
}

#[test]
fn l9_back_before_the_window_the_timelock_runs_again() {
    let mut community = Founding::default().found();
    let proposal = community.approved(&payment());
    let (pay, opens_at) = (pay(&community, proposal), community.opens_at(&proposal));
    let (created_at, starts_at) = (community.proposal(&proposal).created_at, community.proposal(&proposal).starts_at);
    for now in [opens_at - 1, starts_at, created_at, 0, i64::MIN] {
        community.set_time(now);
        check_refused(&mut community, pay.clone(), GovError::TimelockActive);
    }
    community.set_time(opens_at);
    community.send(pay);
}

#[test]
fn l9_what_was_executed_cancelled_or_expired_stays_so_at_any_time() {
    let mut executed = Founding::default().found();
    let proposal = executed.approved(&payment());
    let mut expired = executed.clone();
    let payment_of = pay(&executed, proposal);
    executed.send(payment_of.clone());
    let closes_at = expired.closes_at(&proposal);
    expired.set_time(closes_at);
    let expire = expired.expire(&proposal);
    expired.send(expire);
    let mut cancelled = Founding::default().found();
    cancelled.propose(&payment());
    let proposer = cancelled.member(0);
    let cancel = ix::ProposalCancel { proposer, proposal }.instruction();
    cancelled.send(cancel.clone());
    for mut community in [executed, expired, cancelled] {
        let stored = community.proposal(&proposal);
        for now in
            [START, stored.starts_at, stored.ends_at, community.opens_at(&proposal), community.closes_at(&proposal)]
        {
            community.set_time(now);
            check_refused(&mut community, payment_of.clone(), GovError::AlreadyFinal);
            check_refused(&mut community, cancel.clone(), GovError::AlreadyFinal);
            let expire = community.expire(&proposal);
            check_refused(&mut community, expire, GovError::AlreadyFinal);
        }
    }
}

#[test]
fn l9_an_early_decision_survives_a_step_back() {
    let mut community = Founding::default().with_weights([6_000, 4_000]).found();
    let policy = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 };
    let draft = community.draft(&policy).with_final_ballots();
    let proposal = community.create(&draft);
    community.open_voting(&proposal);
    community.pass(100);
    community.vote(&proposal, 0, FOR);
    let decided_at = community.now();
    // A ballot against it, cast in the second before the decision, changes no outcome.
    community.set_time(decided_at - 1);
    community.vote(&proposal, 1, AGAINST);
    let stored = community.proposal(&proposal);
    assert!(stored.ends_at <= decided_at);
    community.set_time(decided_at);
    community.send(ix::ProposalFinalize { proposal }.instruction());
    assert_eq!(community.proposal(&proposal).status, 1);
}

#[test]
fn l9_a_proposal_at_the_end_of_time_is_refused() {
    let mut community = Founding::default().found();
    for now in [i64::MAX, i64::MAX - 17 * DAY + 1] {
        community.set_time(now);
        let draft = community.draft(&payment());
        check_refused(&mut community, draft.instruction(), GovError::Overflow);
    }
}

#[test]
fn l9_a_policy_written_down_as_ended_stays_ended() {
    let mut community = Founding::default().found();
    let (_, policy) = community.adopt_policy("be brief", START + 30 * DAY);
    let constitution = community.constitution;
    let sunset = ix::PolicySunset { constitution, policy }.instruction();
    community.set_time(START + 30 * DAY);
    community.send(sunset.clone());
    community.set_time(START);
    check_refused(&mut community, sunset, GovError::PolicyNotInForce);
    let repeal = community.draft(&Action::PolicyRepeal { policy_id: 0 });
    check_refused(&mut community, repeal.instruction(), GovError::PolicyNotInForce);
}
