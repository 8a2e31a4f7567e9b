//! Tokens in and out of a deposit: `deposit_open`, `_add`, `_mature`, `_withdraw`, `_delegate`, `_close`.

use crate::support::*;

const NO_INDEX: u32 = u32::MAX;

/// A pool beside a council, into which Ana has put 100 tokens just now.
fn fresh() -> Depositors {
    fresh_of(&Mint::default())
}

fn fresh_of(mint: &Mint) -> Depositors {
    let mut depositors = Depositors::beside_a_council(Founding::default(), mint);
    depositors.join("ana", 100);
    depositors
}

/// Later, when they could mature.
fn ripe() -> Depositors {
    let mut depositors = fresh();
    depositors.pass(i64::from(MATURITY));
    depositors
}

/// Proposals come and go; only their number matters here.
fn next_proposal(depositors: &mut Depositors) {
    depositors.propose(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 });
}

#[test]
fn a_deposit_begins_empty_whoever_pays_for_it() {
    let mut depositors = fresh();
    let stranger = depositors.stranger();
    let before = depositors.lamports(&stranger);
    let open = ix::DepositOpen { payer: stranger, ..depositors.open("ben") };
    let done = depositors.send(open.instruction(person("ben")));
    let deposit = depositors.deposit("ben");
    let expected = accounts::Deposit {
        constitution: depositors.constitution,
        pool: depositors.pool,
        owner: person("ben"),
        payer: stranger,
        delegate: Address::default(),
        delegate_expires_at: 0,
        fresh: 0,
        fresh_at: 0,
        locked_until: 0,
        checkpoints: [types::DepositCheckpoint { from_proposal_id: 0, amount: 0 }; 4],
        index: NO_INDEX,
        layout_version: 1,
        bump: deposit.bump,
        reserved: [0; 2],
    };
    assert_eq!(deposit, expected);
    let cost = before - depositors.lamports(&stranger);
    assert!(cost < 10_000_000, "{cost} lamports is less than 0.01 SOL");
    let Event::DepositOpened(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.deposit, event.owner, event.payer), (open.deposit, person("ben"), stranger));
    check_refused(&mut depositors, open.instruction(person("ben")), ACCOUNT_IN_USE);
    check_refused(&mut depositors, open.instruction(person("cleo")), InstructionError::InvalidSeeds);
}

#[test]
fn a_deposit_opens_in_a_pool_of_this_constitution() {
    let depositors = fresh();
    let others = Founding::named("others").found_in(depositors.world.clone());
    let mut others = Depositors::in_a_community(others, &Mint::default());
    let open = ix::DepositOpen { constitution: depositors.constitution, ..others.open("ana") };
    check_refused(&mut others, open.instruction(person("ana")), GovError::WrongConstitution);
}

#[test]
fn adding_moves_exactly_that_many_tokens_in_both_programs() {
    for mint in [Mint::default(), Mint::extended(18, 64)] {
        let mut depositors = fresh_of(&mint);
        let wallet = depositors.wallet("ana");
        assert_eq!((depositors.tokens(&wallet), depositors.tokens(&depositors.vault)), (999_900, 100));
        depositors.pass(5);
        let before = depositors.deposit("ana");
        let done = depositors.add("ana", 23);
        let now = depositors.now();
        assert_eq!(depositors.deposit("ana"), accounts::Deposit { fresh: 123, fresh_at: now, ..before });
        assert_eq!((depositors.tokens(&wallet), depositors.tokens(&depositors.vault)), (999_877, 123));
        assert_eq!((depositors.pool().total, depositors.pool().matured_total), (123, 0));
        let Event::DepositAdded(event) = done.event() else { panic!("{:?}", done.events) };
        assert_eq!((event.deposit, event.amount), (depositors.deposit_of("ana"), 23));
    }
}

#[test]
fn only_the_owner_adds_and_only_from_tokens_the_owner_can_move() {
    let mut depositors = fresh();
    depositors.join("ben", 1);
    let add = depositors.transfer("ana");
    let for_ana = ix::DepositAdd { owner: person("ben"), token_account: depositors.wallet("ben"), ..add };
    check_refused(&mut depositors, for_ana.instruction(5), GovError::NotDepositOwner);
    let from_ben = ix::DepositAdd { token_account: depositors.wallet("ben"), ..add };
    // The token program's own word for an authority that is not the owner.
    check_refused(&mut depositors, from_ben.instruction(5), InstructionError::Custom(4));
    let too_much = add.instruction(1_000_000);
    check_refused(&mut depositors, too_much, InstructionError::Custom(1));
    check_refused(&mut depositors, add.instruction(0), GovError::AmountIsZero);
    check_refused(&mut depositors, unsigned(add.instruction(5), 0), InstructionError::MissingRequiredSignature);
}

#[test]
fn the_pool_s_own_vault_mint_and_program_are_needed() {
    let mut depositors = fresh();
    depositors.join("ben", 1);
    let other_mint = person("another mint");
    depositors.put_mint(&other_mint, &Mint::default());
    let decoy = person("decoy vault");
    let (mint, pool) = (depositors.mint, depositors.pool);
    depositors.put_tokens(&decoy, &mint, &pool, 0);
    let add = depositors.transfer("ana");
    let wrong = [
        ix::DepositAdd { pool_vault: decoy, ..add },
        ix::DepositAdd { mint: other_mint, ..add },
        ix::DepositAdd { token_program: TOKEN_2022, ..add },
    ];
    for accounts in wrong {
        check_refused(&mut depositors, accounts.instruction(5), GovError::WrongTokenAccount);
        check_refused(&mut depositors, withdraw(&accounts).instruction(5), GovError::WrongTokenAccount);
    }
    let to_the_vault = ix::DepositAdd { token_account: add.pool_vault, ..add };
    check_refused(&mut depositors, to_the_vault.instruction(5), DUPLICATE);
    check_refused(&mut depositors, withdraw(&to_the_vault).instruction(5), DUPLICATE);
}

#[test]
fn a_deposit_belongs_to_one_pool() {
    let mut depositors = fresh();
    let create = create_pool(&depositors, depositors.founder, depositors.mint, TOKEN);
    depositors.send(create.instruction(MATURITY, FLOOR));
    let elsewhere = ix::DepositAdd { pool: create.pool, pool_vault: create.pool_vault, ..depositors.transfer("ana") };
    check_refused(&mut depositors, elsewhere.instruction(5), GovError::WrongPool);
    check_refused(&mut depositors, withdraw(&elsewhere).instruction(5), GovError::WrongPool);
    depositors.pass(i64::from(MATURITY));
    let maturing = ix::DepositMature { pool: create.pool, ..depositors.maturing("ana") };
    check_refused(&mut depositors, maturing.instruction(), GovError::WrongPool);
}

#[test]
fn w2_tokens_that_have_not_waited_do_not_mature() {
    let mut depositors = fresh();
    depositors.pass(i64::from(MATURITY) - 1);
    let maturing = depositors.maturing("ana").instruction();
    check_refused(&mut depositors, maturing.clone(), GovError::NotRipe);
    depositors.set_time(START - 10);
    check_refused(&mut depositors, maturing.clone(), GovError::NotRipe);
    depositors.set_time(START + i64::from(MATURITY));
    depositors.send(maturing.clone());
    check_refused(&mut depositors, maturing, GovError::NothingFresh);
}

#[test]
fn matured_tokens_count_from_the_next_proposal_and_the_first_time_gives_an_index() {
    let mut depositors = ripe();
    for _ in 0..3 {
        next_proposal(&mut depositors);
    }
    depositors.join("ben", 7);
    let stranger = depositors.stranger();
    let by_anybody = ix::DepositMature { authority: stranger, ..depositors.maturing("ana") };
    let before = depositors.deposit("ana");
    let done = depositors.send(by_anybody.instruction());
    let mut checkpoints = before.checkpoints;
    checkpoints[0] = types::DepositCheckpoint { from_proposal_id: 3, amount: 100 };
    let expected = accounts::Deposit { fresh: 0, fresh_at: 0, index: 0, checkpoints, ..before };
    assert_eq!(depositors.deposit("ana"), expected);
    let pool = depositors.pool();
    assert_eq!((pool.total, pool.matured_total, pool.next_index), (107, 100, 1));
    let Event::DepositMatured(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.authority, event.amount), (stranger, 100));
    assert_eq!((event.from_proposal_id, event.index), (3, 0));
    depositors.pass(i64::from(MATURITY));
    depositors.mature("ben");
    assert_eq!((depositors.deposit("ben").index, depositors.pool().next_index), (1, 2));
    depositors.check_totals(&["ana", "ben"]);
}

#[test]
fn fresh_tokens_that_could_mature_are_not_made_to_wait_anew() {
    let mut depositors = ripe();
    let add = depositors.transfer("ana").instruction(5);
    check_refused(&mut depositors, add.clone(), GovError::FreshIsRipe);
    depositors.mature("ana");
    depositors.send(add);
    let deposit = depositors.deposit("ana");
    assert_eq!((deposit.fresh, deposit.fresh_at, deposit.checkpoints[0].amount), (5, depositors.now(), 100));
}

/// Four checkpoints in use, ten more tokens ripe, and Ana's council pool in force.
fn full() -> Depositors {
    let mut depositors = ripe();
    for _ in 0..4 {
        depositors.mature("ana");
        next_proposal(&mut depositors);
        depositors.add("ana", 10);
        depositors.pass(i64::from(MATURITY));
    }
    depositors
}

#[test]
fn the_oldest_checkpoint_gives_way_for_the_owner_and_for_nobody_else() {
    let mut depositors = full();
    let before = depositors.deposit("ana");
    assert_eq!(before.checkpoints.map(|checkpoint| checkpoint.amount), [100, 110, 120, 130]);
    let by_a_stranger = ix::DepositMature { authority: depositors.stranger(), ..depositors.maturing("ana") };
    check_refused(&mut depositors, by_a_stranger.instruction(), GovError::CheckpointsFull);
    depositors.mature("ana");
    let after = depositors.deposit("ana");
    assert_eq!(after.checkpoints.map(|checkpoint| checkpoint.amount), [110, 120, 130, 140]);
    assert_eq!(after.checkpoints.map(|checkpoint| checkpoint.from_proposal_id), [1, 2, 3, 4]);
    depositors.check_totals(&["ana"]);
}

#[test]
fn withdrawing_takes_fresh_tokens_first_and_lowers_every_checkpoint() {
    let mut depositors = full();
    let done = depositors.withdraw("ana", 25);
    let deposit = depositors.deposit("ana");
    assert_eq!((deposit.fresh, deposit.fresh_at), (0, 0));
    assert_eq!(deposit.checkpoints.map(|checkpoint| checkpoint.amount), [100, 110, 115, 0]);
    let Event::DepositWithdrawn(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.amount, event.destination), (25, depositors.wallet("ana")));
    assert_eq!(depositors.tokens(&depositors.vault), 115);
    depositors.check_totals(&["ana"]);
    let too_much = depositors.withdrawal("ana", 116);
    check_refused(&mut depositors, too_much, GovError::InsufficientDeposit);
    let nothing = depositors.withdrawal("ana", 0);
    check_refused(&mut depositors, nothing, GovError::AmountIsZero);
    depositors.withdraw("ana", 115);
    assert_eq!((depositors.pool().total, depositors.tokens(&depositors.wallet("ana"))), (0, 1_000_000));
}

#[test]
fn e6_withdrawing_works_in_both_programs_whatever_is_paused_or_adopted() {
    for mint in [Mint::default(), Mint::extended(25, 56)] {
        let mut depositors = fresh_of(&mint);
        // Not even an emergency act that pauses everything, for ever, keeps anybody's tokens.
        let address = depositors.constitution;
        let mut stored = depositors.constitution(&address);
        stored.paused_until = [i64::MAX; 4];
        let mut account = depositors.account(&address).unwrap();
        account.data = stored.to_bytes();
        depositors.put(&address, account);
        depositors.withdraw("ana", 100);
        assert_eq!(depositors.tokens(&depositors.wallet("ana")), 1_000_000);
    }
}

#[test]
fn only_the_owner_takes_tokens_out() {
    let mut depositors = fresh();
    depositors.join("ben", 1);
    depositors.delegate("ana", "ben", 30);
    let by_ben =
        ix::DepositAdd { owner: person("ben"), token_account: depositors.wallet("ben"), ..depositors.transfer("ana") };
    check_refused(&mut depositors, withdraw(&by_ben).instruction(1), GovError::NotDepositOwner);
    let unsigned = unsigned(depositors.withdrawal("ana", 1), 0);
    check_refused(&mut depositors, unsigned, InstructionError::MissingRequiredSignature);
}

#[test]
fn a_vault_that_holds_too_little_is_noticed() {
    let mut depositors = fresh();
    depositors.join("ben", 50);
    let vault = depositors.vault;
    depositors.set_tokens(&vault, 149);
    let withdrawal = depositors.withdrawal("ana", 100);
    check_refused(&mut depositors, withdrawal, GovError::InvariantBroken);
    let add = depositors.transfer("ben").instruction(1);
    check_refused(&mut depositors, add, GovError::InvariantBroken);
}

#[test]
fn a_delegation_ends_within_a_season_and_is_revoked_with_zeros() {
    let mut depositors = fresh();
    let now = depositors.now();
    let before = depositors.deposit("ana");
    let done = depositors.delegate("ana", "ben", 365);
    let (delegate, delegate_expires_at) = (person("ben"), now + 365 * DAY);
    assert_eq!(depositors.deposit("ana"), accounts::Deposit { delegate, delegate_expires_at, ..before });
    let Event::DepositDelegated(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.delegate, event.expires_at), (delegate, delegate_expires_at));
    let delegation = depositors.delegation("ana");
    let nobody = Address::default();
    let illegal = [(delegate, now), (delegate, 0), (delegate, now + 365 * DAY + 1), (nobody, now + DAY), (nobody, 1)];
    for (delegate, expires_at) in illegal {
        let instruction = delegation.instruction(delegate, expires_at);
        check_refused(&mut depositors, instruction, GovError::DelegationOutOfRange);
    }
    for authority in [person("ben"), depositors.stranger()] {
        let by_another = ix::DepositDelegate { authority, ..delegation }.instruction(authority, now + DAY);
        check_refused(&mut depositors, by_another, GovError::NotDepositOwner);
    }
    depositors.send(delegation.instruction(nobody, 0));
    assert_eq!(depositors.deposit("ana"), before);
}

#[test]
fn a6_closing_an_empty_deposit_returns_its_rent_to_who_paid() {
    let mut depositors = fresh();
    let stranger = depositors.stranger();
    let sponsored = ix::DepositOpen { payer: stranger, ..depositors.open("ben") };
    depositors.send(sponsored.instruction(person("ben")));
    let (rent, before) = (depositors.lamports(&sponsored.deposit), depositors.lamports(&stranger));
    let closing = ix::DepositClose { payer: stranger, ..depositors.closing("ben") };
    let mut by_the_payer = depositors.clone();
    by_the_payer.send(ix::DepositClose { authority: stranger, ..closing }.instruction());
    for depositors in [&mut by_the_payer, &mut depositors] {
        if depositors.account(&sponsored.deposit).is_some() {
            let done = depositors.send(closing.instruction());
            let Event::DepositClosed(event) = done.event() else { panic!("{:?}", done.events) };
            assert_eq!((event.deposit, event.payer), (sponsored.deposit, stranger));
        }
        assert_eq!(depositors.lamports(&stranger), before + rent);
    }
}

#[test]
fn a_deposit_that_holds_something_or_is_somebody_else_s_stays() {
    let mut depositors = fresh();
    let closing = depositors.closing("ana");
    check_refused(&mut depositors, closing.instruction(), GovError::DepositNotEmpty);
    depositors.withdraw("ana", 100);
    let authority = depositors.stranger();
    let by_a_stranger = ix::DepositClose { authority, ..closing };
    check_refused(&mut depositors, by_a_stranger.instruction(), GovError::NotDepositOwner);
    let to_a_stranger = ix::DepositClose { payer: authority, ..closing };
    check_refused(&mut depositors, to_a_stranger.instruction(), GovError::NotPayer);
    depositors.send(closing.instruction());
}
