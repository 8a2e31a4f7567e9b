//! `deposit_vote`, and every route by which tokens might count twice, too early or too late.

use crate::support::*;

const NAMES: [&str; 5] = ["ana", "ben", "cleo", "dora", "emil"];

/// Ana (600), Ben (300) and Cleo (100) in the first second of voting on a policy.
fn voting() -> (Depositors, Address) {
    let mut depositors = Depositors::found();
    let proposal = depositors.voting();
    (depositors, proposal)
}

fn tally(depositors: &Depositors, proposal: &Address) -> [u64; 3] {
    let stored = depositors.proposal(proposal);
    [stored.for_weight, stored.against_weight, stored.abstain_weight]
}

#[test]
fn w1_a_ballot_weighs_what_had_matured_and_locks_it() {
    let (mut depositors, proposal) = voting();
    let before = depositors.proposal(&proposal);
    assert_eq!((before.electorate, before.electorate_kind), (depositors.pool, DEPOSITS));
    assert_eq!((before.total_weight, before.voters), (1_000, 3));
    let deposit = depositors.deposit("ben");
    let done = depositors.cast(&proposal, "ben", AGAINST);
    assert!(done.compute_units <= 2_000, "{} compute units", done.compute_units);
    let after = depositors.proposal(&proposal);
    let mut ballots = [0; 64];
    ballots[0] = AGAINST << 2;
    let updated_at = depositors.now();
    let expected =
        accounts::Proposal { against_weight: 300, ballots_cast: 1, updated_at, ballots, chain: after.chain, ..before };
    assert_eq!(after, expected);
    let locked_until = before.ends_at + i64::from(before.extension_seconds);
    assert_eq!(depositors.deposit("ben"), accounts::Deposit { locked_until, ..deposit });
    let Event::ProposalVoted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.voter, event.voter_index, event.weight), (person("ben"), 1, 300));
    assert_eq!((event.choice, event.previous_choice), (AGAINST, 0));
}

#[test]
fn the_whole_way_from_a_deposit_to_an_adopted_policy() {
    let (mut depositors, proposal) = voting();
    depositors.cast(&proposal, "ana", FOR);
    depositors.cast(&proposal, "ben", AGAINST);
    depositors.finalize(&proposal);
    let opens_at = depositors.opens_at(&proposal);
    depositors.set_time(opens_at);
    let constitution = depositors.constitution;
    let (payer, policy) = (depositors.stranger(), pda::policy(&constitution, 0));
    let adopt = ix::PolicyAdopt { payer, constitution, proposal, policy };
    depositors.send(adopt.instruction(hash("be kind"), 0));
    assert_eq!(depositors.policy(&policy).text_hash, hash("be kind"));
    let close = depositors.close(&proposal).instruction();
    depositors.send(close);
    assert_eq!(depositors.pool().bound_proposals, 0);
}

#[test]
fn w1_w2_what_came_or_matured_after_the_proposal_weighs_nothing_on_it() {
    let mut depositors = Depositors::found();
    depositors.join("dora", 500_000);
    depositors.pass(i64::from(MATURITY));
    depositors.add("ana", 50_000);
    let proposal = depositors.propose_policy();
    // In the very second of the proposal, and before voting.
    depositors.mature("dora");
    depositors.open_voting(&proposal);
    let newcomer = depositors.ballot_of(&proposal, "dora").instruction(FOR);
    check_refused(&mut depositors, newcomer, GovError::DepositWeighsNothing);
    depositors.pass(i64::from(MATURITY) - DAY);
    depositors.mature("ana");
    depositors.cast(&proposal, "ana", FOR);
    assert_eq!((tally(&depositors, &proposal), depositors.proposal(&proposal).total_weight), ([600, 0, 0], 1_000));
    // On the next proposal everything counts.
    let next = depositors.voting();
    depositors.cast(&next, "ana", FOR);
    depositors.cast(&next, "dora", FOR);
    assert_eq!((tally(&depositors, &next)[0], depositors.proposal(&next).total_weight), (550_600, 551_000));
    depositors.check_totals(&NAMES);
}

#[test]
fn w1_tokens_in_a_wallet_or_still_fresh_weigh_nothing() {
    let (mut depositors, proposal) = voting();
    depositors.join("dora", 10);
    let fresh = depositors.ballot_of(&proposal, "dora").instruction(FOR);
    check_refused(&mut depositors, fresh, GovError::DepositWeighsNothing);
    let someone_else_s = depositors.ballot_by(&proposal, "ana", "dora", FOR);
    check_refused(&mut depositors, someone_else_s, GovError::NotDepositVoter);
}

#[test]
fn w3_a_later_ballot_replaces_the_earlier_one_in_every_direction() {
    for first in [FOR, AGAINST, ABSTAIN] {
        for second in [FOR, AGAINST, ABSTAIN] {
            let (mut depositors, proposal) = voting();
            depositors.cast(&proposal, "ana", first);
            if first == second {
                let again = depositors.ballot_of(&proposal, "ana").instruction(second);
                check_refused(&mut depositors, again, GovError::BallotUnchanged);
            } else {
                depositors.cast(&proposal, "ana", second);
            }
            let mut expected = [0; 3];
            expected[usize::from(second) - 1] = 600;
            assert_eq!(tally(&depositors, &proposal), expected);
        }
    }
}

#[test]
fn w3_a_delegate_casts_once_and_the_owner_replaces_it() {
    let (mut depositors, proposal) = voting();
    depositors.delegate("ana", "cleo", 100);
    let as_delegate = depositors.ballot_by(&proposal, "ana", "cleo", AGAINST);
    let done = depositors.send(as_delegate);
    let Event::ProposalVoted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.voter, event.weight, event.voter_index), (person("ana"), 600, 0));
    // Cleo's own weight is hers alone, and is counted beside.
    depositors.cast(&proposal, "cleo", AGAINST);
    assert_eq!(tally(&depositors, &proposal), [0, 700, 0]);
    let changed = depositors.ballot_by(&proposal, "ana", "cleo", FOR);
    check_refused(&mut depositors, changed, GovError::DelegateSpoke);
    depositors.cast(&proposal, "ana", FOR);
    assert_eq!(tally(&depositors, &proposal), [600, 100, 0]);
    let again = depositors.ballot_by(&proposal, "ana", "cleo", AGAINST);
    check_refused(&mut depositors, again, GovError::DelegateSpoke);
    assert_eq!(depositors.proposal(&proposal).ballots_cast, 2);
    // The delegate's ballot locked the owner's tokens, which were to back it.
    let withdrawal = depositors.withdrawal("ana", 1);
    check_refused(&mut depositors, withdrawal, GovError::DepositLocked);
}

#[test]
fn t4_a_delegate_may_not_vote_where_ballots_are_final() {
    let mut depositors = Depositors::found();
    depositors.delegate("ana", "cleo", 100);
    let action = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 };
    let draft = depositors.draft_of("ben", &action).with_final_ballots();
    let proposal = depositors.create(&draft);
    depositors.open_voting(&proposal);
    let as_delegate = depositors.ballot_by(&proposal, "ana", "cleo", FOR);
    check_refused(&mut depositors, as_delegate, GovError::DelegateNotAllowed);
    depositors.cast(&proposal, "ana", AGAINST);
    let change = depositors.ballot_of(&proposal, "ana").instruction(FOR);
    check_refused(&mut depositors, change, GovError::VotingEnded);
    let stored = depositors.proposal(&proposal);
    assert_eq!(stored.ends_at, depositors.now(), "six of ten against decide");
}

#[test]
fn a_delegation_that_has_ended_or_was_revoked_is_none() {
    let (mut depositors, proposal) = voting();
    depositors.delegate("ana", "cleo", 1);
    depositors.delegate("ben", "cleo", 2);
    depositors.pass(DAY);
    let expired = depositors.ballot_by(&proposal, "ana", "cleo", FOR);
    check_refused(&mut depositors, expired, GovError::NotDepositVoter);
    let revoke = depositors.delegation("ben").instruction(Address::default(), 0);
    depositors.send(revoke);
    let revoked = depositors.ballot_by(&proposal, "ben", "cleo", FOR);
    check_refused(&mut depositors, revoked, GovError::NotDepositVoter);
    // Nobody signs for the address of nobody.
    let nobody = ix::DepositVote { voter: Address::default(), ..depositors.ballot_of(&proposal, "ben") };
    check_refused(&mut depositors, nobody.instruction(FOR), GovError::NotDepositVoter);
}

#[test]
fn w3_w5_tokens_that_voted_cannot_leave_and_vote_again_from_another_wallet() {
    let (mut depositors, proposal) = voting();
    depositors.cast(&proposal, "ana", FOR);
    let stored = depositors.proposal(&proposal);
    let last = stored.ends_at + i64::from(stored.extension_seconds);
    let withdrawal = depositors.withdrawal("ana", 600);
    for moment in [depositors.now(), stored.ends_at - 1, stored.ends_at, last - 1] {
        depositors.set_time(moment);
        check_refused(&mut depositors, withdrawal.clone(), GovError::DepositLocked);
    }
    depositors.set_time(last);
    depositors.send(withdrawal);
    // The same tokens, by way of another wallet, are new: too late for this proposal, whatever its outcome waits for.
    depositors.join("dora", 600);
    depositors.pass(i64::from(MATURITY));
    depositors.mature("dora");
    let again = depositors.ballot_of(&proposal, "dora").instruction(FOR);
    check_refused(&mut depositors, again, GovError::VotingEnded);
    assert_eq!(tally(&depositors, &proposal), [600, 0, 0]);
}

#[test]
fn w3_tokens_that_leave_before_voting_weigh_nothing_wherever_they_go() {
    let (mut depositors, proposal) = voting();
    depositors.withdraw("ana", 450);
    depositors.join("dora", 450);
    depositors.pass(i64::from(MATURITY) - 1);
    let moved = depositors.ballot_of(&proposal, "dora").instruction(FOR);
    check_refused(&mut depositors, moved, GovError::DepositWeighsNothing);
    // Put in again by the same owner, they are just as new.
    depositors.add("ana", 450);
    depositors.cast(&proposal, "ana", FOR);
    depositors.cast(&proposal, "ben", FOR);
    assert_eq!((tally(&depositors, &proposal), depositors.proposal(&proposal).total_weight), ([450, 0, 0], 1_000));
    depositors.check_totals(&NAMES);
}

#[test]
fn w3_a_deposit_that_is_closed_and_opened_again_has_another_index_and_no_weight() {
    let (mut depositors, proposal) = voting();
    depositors.cast(&proposal, "ben", FOR);
    let locked = depositors.closing("ben").instruction();
    check_refused(&mut depositors, locked, GovError::DepositNotEmpty);
    // Who has not voted may leave altogether, and come back as new.
    depositors.withdraw("ana", 600);
    let closing = depositors.closing("ana").instruction();
    depositors.send(closing);
    let open = depositors.open("ana").instruction(person("ana"));
    depositors.send(open);
    depositors.add("ana", 600);
    depositors.pass(i64::from(MATURITY) - DAY);
    let ballot = depositors.ballot_of(&proposal, "ana").instruction(FOR);
    check_refused(&mut depositors, ballot, GovError::DepositWeighsNothing);
    depositors.pass(DAY);
    depositors.mature("ana");
    assert_eq!((depositors.deposit("ana").index, depositors.pool().next_index), (3, 4));
    assert_eq!(tally(&depositors, &proposal), [300, 0, 0]);
}

#[test]
fn w3_an_index_that_was_given_out_later_has_no_ballot() {
    let (mut depositors, proposal) = voting();
    depositors.join("dora", 10);
    depositors.pass(i64::from(MATURITY) - 1);
    // As no transaction could: weight for a proposal that is older than the index.
    let address = depositors.deposit_of("dora");
    let mut stored = depositors.deposit("dora");
    stored.index = 3;
    stored.checkpoints[0] = types::DepositCheckpoint { from_proposal_id: 0, amount: 10 };
    let mut account = depositors.account(&address).unwrap();
    account.data = stored.to_bytes();
    depositors.put(&address, account);
    let ballot = depositors.ballot_of(&proposal, "dora").instruction(FOR);
    check_refused(&mut depositors, ballot, GovError::NotTheMember);
}

#[test]
fn w4_the_tally_is_the_sum_of_the_ballots_and_never_more_than_the_total() {
    let (mut depositors, proposal) = voting();
    for (name, choice) in [("ana", FOR), ("ben", AGAINST), ("cleo", ABSTAIN), ("ana", ABSTAIN), ("ben", FOR)] {
        depositors.cast(&proposal, name, choice);
        let stored = depositors.proposal(&proposal);
        assert!(tally(&depositors, &proposal).iter().sum::<u64>() <= stored.total_weight);
    }
    assert_eq!((tally(&depositors, &proposal), depositors.proposal(&proposal).ballots_cast), ([300, 0, 700], 3));
}

#[test]
fn w5_a_vote_that_may_be_extended_locks_beyond_its_end() {
    let (mut depositors, proposal) = voting();
    let before = depositors.proposal(&proposal);
    depositors.set_time(before.ends_at - 1);
    depositors.cast(&proposal, "ana", FOR);
    let extended = depositors.proposal(&proposal);
    assert_eq!((extended.was_extended, extended.ends_at), (1, before.ends_at + i64::from(before.extension_seconds)));
    assert_eq!(depositors.deposit("ana").locked_until, extended.ends_at);
    depositors.cast(&proposal, "ben", FOR);
    assert_eq!(depositors.deposit("ben").locked_until, extended.ends_at, "it is extended once");
    depositors.set_time(extended.ends_at - 1);
    let withdrawal = depositors.withdrawal("ana", 1);
    check_refused(&mut depositors, withdrawal, GovError::DepositLocked);
    depositors.cast(&proposal, "ana", AGAINST);
    depositors.set_time(extended.ends_at);
    depositors.withdraw("ana", 600);
    depositors.withdraw("ben", 300);
}

#[test]
fn w5_a_lock_does_not_hold_fresh_tokens_and_lets_nothing_give_way() {
    let (mut depositors, proposal) = voting();
    depositors.add("ana", 40);
    depositors.cast(&proposal, "ana", FOR);
    depositors.withdraw("ana", 40);
    let matured = depositors.withdrawal("ana", 1);
    check_refused(&mut depositors, matured, GovError::DepositLocked);

    // Checkpoint after checkpoint while the first vote is still open.
    let deposit = depositors.deposit_of("ana");
    let mut stored = depositors.deposit("ana");
    stored.locked_until = depositors.now() + 100 * DAY;
    let mut account = depositors.account(&deposit).unwrap();
    account.data = stored.to_bytes();
    depositors.put(&deposit, account);
    for _ in 0..3 {
        depositors.add("ana", 1);
        depositors.pass(i64::from(MATURITY));
        depositors.mature("ana");
        let draft = depositors.draft_of("ben", &Action::PolicyAdopt { text_hash: hash("more"), sunset_at: 0 });
        depositors.create(&draft);
    }
    depositors.add("ana", 1);
    depositors.pass(i64::from(MATURITY));
    let maturing = depositors.maturing("ana").instruction();
    check_refused(&mut depositors, maturing, GovError::DepositLocked);
}

#[test]
fn w6_nobody_votes_before_voting_or_after_it() {
    let mut depositors = Depositors::found();
    let proposal = depositors.propose_policy();
    let ballot = depositors.ballot_of(&proposal, "ana").instruction(FOR);
    check_refused(&mut depositors, ballot.clone(), GovError::VotingNotStarted);
    depositors.open_voting(&proposal);
    depositors.cast(&proposal, "ana", FOR);
    let ends_at = depositors.proposal(&proposal).ends_at;
    depositors.set_time(ends_at);
    let change = depositors.ballot_of(&proposal, "ana").instruction(AGAINST);
    check_refused(&mut depositors, change, GovError::VotingEnded);
    check_refused(&mut depositors, ballot, GovError::VotingEnded);
}

#[test]
fn w7_the_total_does_not_move_with_deposits_or_the_mint() {
    let (mut depositors, proposal) = voting();
    let frozen = depositors.proposal(&proposal);
    depositors.join("dora", 100_000);
    depositors.withdraw("cleo", 100);
    let mint = depositors.mint;
    depositors.put_mint(&mint, &Mint { supply: 1, ..Mint::default() });
    depositors.cast(&proposal, "ana", FOR);
    let stored = depositors.proposal(&proposal);
    assert_eq!((stored.total_weight, stored.voters), (frozen.total_weight, frozen.voters));
}

#[test]
fn t3_a_pool_that_most_have_left_counts_its_floor() {
    let mut depositors = Depositors::found();
    depositors.withdraw("ana", 600);
    depositors.withdraw("ben", 300);
    let action = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 };
    let draft = depositors.draft_of("cleo", &action);
    let proposal = depositors.create(&draft);
    depositors.open_voting(&proposal);
    depositors.cast(&proposal, "cleo", FOR);
    assert_eq!((depositors.pool().matured_total, depositors.proposal(&proposal).total_weight), (100, FLOOR));
    depositors.finalize(&proposal);
    let stored = depositors.proposal(&proposal);
    assert_eq!((stored.status, stored.defeat), (2, 1), "100 of 100 are for it, and the quorum is 200 of 1,000");
}

#[test]
fn only_somebody_with_matured_tokens_proposes() {
    let mut depositors = Depositors::found();
    depositors.join("dora", 900);
    let action = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 };
    let fresh = depositors.draft_of("dora", &action);
    check_refused(&mut depositors, fresh.instruction(), GovError::DepositWeighsNothing);
    let mut borrowed = depositors.draft_of("dora", &action);
    borrowed.accounts.membership = Some(depositors.deposit_of("ana"));
    check_refused(&mut depositors, borrowed.instruction(), GovError::NotDepositOwner);
    borrowed.accounts.membership = None;
    check_refused(&mut depositors, borrowed.instruction(), GovError::NotDepositOwner);
    let mut other_pool = depositors.draft_of("ana", &action);
    let create = create_pool(&depositors, depositors.founder, depositors.mint, TOKEN);
    depositors.send(create.instruction(MATURITY, FLOOR));
    let deposit = pda::deposit(&create.pool, &person("ana"));
    let open = ix::DepositOpen { pool: create.pool, deposit, ..depositors.open("ana") };
    depositors.send(open.instruction(person("ana")));
    other_pool.accounts.membership = Some(deposit);
    check_refused(&mut depositors, other_pool.instruction(), GovError::WrongPool);
}

#[test]
fn deposit_vote_refuses_what_is_no_ballot_of_this_electorate() {
    let (mut depositors, proposal) = voting();
    for choice in [0, 4, 255] {
        let ballot = depositors.ballot_of(&proposal, "ana").instruction(choice);
        check_refused(&mut depositors, ballot, GovError::UnknownChoice);
    }
    let unsigned = unsigned(depositors.ballot_of(&proposal, "ana").instruction(FOR), 0);
    check_refused(&mut depositors, unsigned, InstructionError::MissingRequiredSignature);
    let create = create_pool(&depositors, depositors.founder, depositors.mint, TOKEN);
    depositors.send(create.instruction(MATURITY, FLOOR));
    let deposit = pda::deposit(&create.pool, &person("ana"));
    let open = ix::DepositOpen { pool: create.pool, deposit, ..depositors.open("ana") };
    depositors.send(open.instruction(person("ana")));
    let elsewhere = ix::DepositVote { deposit, ..depositors.ballot_of(&proposal, "ana") };
    check_refused(&mut depositors, elsewhere.instruction(FOR), GovError::WrongPool);
}

#[test]
fn voters_beyond_the_first_256_vote_in_a_page() {
    let mut depositors = Depositors::found();
    depositors.join("dora", 50);
    depositors.pass(i64::from(MATURITY));
    // As if 297 others had come before.
    let (address, mut pool) = (depositors.pool, depositors.pool());
    pool.next_index = 300;
    let mut account = depositors.account(&address).unwrap();
    account.data = pool.to_bytes();
    depositors.put(&address, account);
    depositors.mature("dora");
    assert_eq!(depositors.deposit("dora").index, 300);
    let proposal = depositors.voting();
    let ballot = depositors.ballot_of(&proposal, "dora");
    let ballot_page = pda::ballot_page(&proposal, 0);
    check_refused(
        &mut depositors,
        ix::DepositVote { ballot_page: None, ..ballot }.instruction(FOR),
        GovError::BallotPageMissing,
    );
    let payer = depositors.stranger();
    depositors.send(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0));
    let with_a_page = ix::DepositVote { ballot_page: Some(ballot_page), ..depositors.ballot_of(&proposal, "ana") };
    check_refused(&mut depositors, with_a_page.instruction(FOR), GovError::BallotPageNotNeeded);
    let done = depositors.send(ballot.instruction(FOR));
    assert!(done.compute_units <= 2_000, "{} compute units", done.compute_units);
    assert_eq!(depositors.ballot_page(&ballot_page).ballots[11], FOR);
    assert_eq!(tally(&depositors, &proposal), [50, 0, 0]);
}
