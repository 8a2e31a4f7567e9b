//! `deposit_pool_create`, `deposit_pool_close` and `electorate_adopt`: which tokens can be an electorate, and who decides.

use quantumagi_rules::electorate::ElectorateKind;

use crate::support::*;

/// A founded community and the creation of a pool of this mint.
fn creation(mint: &Mint) -> (Community, ix::DepositPoolCreate) {
    let mut community = Founding::default().unsealed().found();
    let address = person("mint");
    community.put_mint(&address, mint);
    let create = create_pool(&community, community.founder, address, mint.program);
    (community, create)
}

#[track_caller]
fn check_mint_refused(mint: &Mint, refusal: GovError) {
    let (mut community, create) = creation(mint);
    check_refused(&mut community, create.instruction(MATURITY, FLOOR), refusal);
}

#[test]
fn a_pool_holds_what_it_was_created_with() {
    for mint in [Mint::default(), Mint { program: TOKEN_2022, ..Mint::default() }, Mint::extended(18, 64)] {
        let (mut community, create) = creation(&mint);
        let done = community.send(create.instruction(MATURITY, FLOOR));
        let pool = community.deposit_pool(&create.pool);
        let expected = accounts::DepositPool {
            constitution: community.constitution,
            payer: community.founder,
            mint: create.mint,
            token_program: mint.program,
            vault: create.pool_vault,
            total: 0,
            matured_total: 0,
            floor: FLOOR,
            version: 1,
            next_index: 0,
            maturity_seconds: MATURITY,
            bound_proposals: 0,
            decimals: 6,
            layout_version: 1,
            bump: pool.bump,
            reserved: [0; 5],
        };
        assert_eq!(pool, expected);
        assert_eq!(community.account(&create.pool_vault).unwrap().owner, mint.program);
        let Event::DepositPoolCreated(event) = done.event() else { panic!("{:?}", done.events) };
        assert_eq!((event.pool, event.mint, event.vault), (create.pool, create.mint, create.pool_vault));
        assert_eq!((event.floor, event.maturity_seconds, event.version), (FLOOR, MATURITY, 1));
        assert_eq!(community.constitution(&community.constitution).next_electorate_version, 2);
    }
}

#[test]
fn mints_over_which_somebody_has_power_are_refused() {
    let frozen = Mint { freeze_authority: Some(person("issuer")), ..Mint::default() };
    check_mint_refused(&frozen, GovError::MintCanFreeze);
    check_mint_refused(&Mint { program: TOKEN_2022, ..frozen }, GovError::MintCanFreeze);
    let powers = [
        ("transfer fee", 1, 108, GovError::MintCannotMovePlainly),
        ("mint close authority", 3, 32, GovError::MintCanSeize),
        ("confidential transfer", 4, 65, GovError::MintCanHide),
        ("default account state", 6, 1, GovError::MintCanFreeze),
        ("non-transferable", 9, 0, GovError::MintCannotMovePlainly),
        ("permanent delegate", 12, 32, GovError::MintCanSeize),
        ("transfer hook", 14, 64, GovError::MintCannotMovePlainly),
        ("confidential transfer fee", 16, 129, GovError::MintCanHide),
        ("confidential mint and burn", 24, 196, GovError::MintCanHide),
        ("pausable", 26, 33, GovError::MintCanFreeze),
        ("an extension of the future", 99, 8, GovError::MintExtensionUnknown),
    ];
    for (name, number, len, refusal) in powers {
        println!("{name}");
        check_mint_refused(&Mint::extended(number, len), refusal);
        let mut behind = Mint::extended(18, 64);
        behind.extensions.push((number, vec![0; len]));
        check_mint_refused(&behind, refusal);
    }
}

#[test]
fn extensions_that_only_name_or_show_are_welcome() {
    for (number, len) in [(10, 52), (18, 64), (19, 80), (20, 64), (21, 80), (22, 64), (23, 72), (25, 56)] {
        let (mut community, create) = creation(&Mint::extended(number, len));
        community.send(create.instruction(MATURITY, FLOOR));
    }
}

#[test]
fn terms_lie_within_their_bounds() {
    let (mut community, create) = creation(&Mint { supply: 5_000, ..Mint::default() });
    for maturity in [0, 3_599, 90 * 86_400 + 1, u32::MAX] {
        check_refused(&mut community, create.instruction(maturity, FLOOR), GovError::MaturityOutOfRange);
    }
    for floor in [0, 5_001, u64::MAX] {
        check_refused(&mut community, create.instruction(MATURITY, floor), GovError::FloorOutOfRange);
    }
    let mut shortest = community.clone();
    shortest.send(create.instruction(3_600, 1));
    community.send(create.instruction(90 * 86_400, 5_000));
}

#[test]
fn only_the_founder_creates_before_the_seal_and_anybody_after_it() {
    let (mut community, create) = creation(&Mint::default());
    let stranger = community.stranger();
    let by_a_stranger = ix::DepositPoolCreate { payer: stranger, ..create };
    check_refused(&mut community, by_a_stranger.instruction(MATURITY, FLOOR), GovError::NotFounder);
    let (founder, constitution) = (community.founder, community.constitution);
    community.send(ix::ConstitutionSeal { founder, constitution }.instruction());
    community.send(by_a_stranger.instruction(MATURITY, FLOOR));
    assert_eq!(community.deposit_pool(&create.pool).payer, stranger);
}

#[test]
fn a_pool_needs_the_program_of_its_mint() {
    let (mut community, create) = creation(&Mint::default());
    let other = ix::DepositPoolCreate { token_program: TOKEN_2022, ..create };
    check_refused(&mut community, other.instruction(MATURITY, FLOOR), GovError::WrongTokenAccount);
}

#[test]
fn t6_t7_a_vote_adopts_a_pool_and_open_proposals_keep_their_electorate() {
    let mut depositors = Depositors::beside_a_council(Founding::default(), &Mint::default());
    for name in ["ana", "ben"] {
        depositors.join(name, 500);
    }
    let electorate = depositors.pool.to_bytes();
    let adoption = Action::ElectorateAdopt { kind: ElectorateKind::Deposit, electorate };
    let change = depositors.propose(&adoption);
    let stored = depositors.proposal(&change);
    assert_eq!((stored.subject, stored.track, stored.threshold_bps), (depositors.pool, 2, 8_000));
    depositors.approve(&change);
    let open = depositors.propose(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 });
    let by_anybody =
        ix::ElectorateAdopt { authority: depositors.stranger(), proposal: Some(change), ..depositors.adopt() };
    let before = depositors.constitution(&depositors.constitution);
    let done = depositors.send(by_anybody.instruction(DEPOSITS));
    let after = depositors.constitution(&depositors.constitution);
    let (electorate, electorate_kind) = (depositors.pool, DEPOSITS);
    assert_eq!(after, accounts::Constitution { electorate, electorate_kind, chain: after.chain, ..before });
    let adopted = done.events.iter().find_map(|event| match event {
        Event::ElectorateAdopted(event) => Some((event.electorate, event.kind, event.mandate)),
        _ => None,
    });
    assert_eq!(adopted, Some((depositors.pool, DEPOSITS, change)));

    depositors.open_voting(&open);
    depositors.vote(&open, 0, FOR);
    assert_eq!(depositors.proposal(&open).electorate, depositors.roster);
    let with_a_deposit = depositors.ballot_by(&open, "ana", "ana", FOR);
    check_refused(&mut depositors, with_a_deposit, GovError::WrongPool);
    depositors.mature("ana");
    let theirs = depositors.voting();
    depositors.cast(&theirs, "ana", FOR);
    assert_eq!(depositors.proposal(&theirs).total_weight, FLOOR);
    let member = ix::ProposalVote {
        voter: depositors.member(0),
        proposal: theirs,
        roster_page: depositors.page_of(0),
        ballot_page: None,
    };
    check_refused(&mut depositors, member.instruction(0, FOR), GovError::WrongElectorateKind);
    depositors.finalize(&theirs);
    let close = depositors.close(&theirs);
    assert_eq!(depositors.pool().bound_proposals, 1);
    depositors.pass(30 * DAY);
    let expire = depositors.expire(&theirs);
    depositors.send(expire);
    depositors.send(close.instruction());
    assert_eq!(depositors.pool().bound_proposals, 0);
}

#[test]
fn electorate_adopt_refuses_whom_the_mandate_does_not_allow() {
    let mut depositors = Depositors::beside_a_council(Founding::default().unsealed(), &Mint::default());
    let adopt = depositors.adopt();
    let stranger = depositors.stranger();
    let by_a_stranger = ix::ElectorateAdopt { authority: stranger, ..adopt };
    check_refused(&mut depositors, by_a_stranger.instruction(DEPOSITS), GovError::NotFounder);
    let (founder, constitution) = (depositors.founder, depositors.constitution);
    depositors.send(ix::ConstitutionSeal { founder, constitution }.instruction());
    check_refused(&mut depositors, adopt.instruction(DEPOSITS), GovError::MandateMissing);
    let other = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 };
    let proposal = Some(depositors.approved(&other));
    check_refused(
        &mut depositors,
        ix::ElectorateAdopt { proposal, ..adopt }.instruction(DEPOSITS),
        GovError::DigestMismatch,
    );
}

#[test]
fn electorate_adopt_refuses_what_is_not_that_kind_of_electorate() {
    let mut depositors = Depositors::beside_a_council(Founding::default().unsealed(), &Mint::default());
    let adopt = depositors.adopt();
    for kind in [0, 1, 5, 255] {
        check_refused(&mut depositors, adopt.instruction(kind), GovError::WrongElectorateKind);
    }
    let roster = ix::ElectorateAdopt { electorate: depositors.roster, ..adopt };
    check_refused(&mut depositors, roster.instruction(DEPOSITS), InstructionError::AccountDataTooSmall);
    let nothing = ix::ElectorateAdopt { electorate: person("nothing"), ..adopt };
    check_refused(&mut depositors, nothing.instruction(DEPOSITS), InstructionError::UninitializedAccount);

    let world = depositors.world.clone();
    let others = Founding::named("others").unsealed().found_in(world);
    let mut others = Depositors::in_a_community(others, &Mint::default());
    let foreign = ix::ElectorateAdopt { electorate: others.pool, ..adopt };
    check_refused(&mut others, foreign.instruction(DEPOSITS), GovError::WrongConstitution);
}

#[test]
fn a_proposal_to_adopt_names_the_account_it_is_about() {
    let mut depositors = Depositors::beside_a_council(Founding::default(), &Mint::default());
    let electorate = depositors.pool.to_bytes();
    let mut draft = depositors.draft(&Action::ElectorateAdopt { kind: ElectorateKind::Deposit, electorate });
    draft.accounts.subject = None;
    check_refused(&mut depositors, draft.instruction(), GovError::WrongSubject);
    draft.accounts.subject = Some(pda::principle(&depositors.constitution, 0));
    check_refused(&mut depositors, draft.instruction(), GovError::WrongSubject);
    let as_council = Action::ElectorateAdopt { kind: ElectorateKind::Council, electorate };
    let draft = depositors.draft(&as_council);
    check_refused(&mut depositors, draft.instruction(), GovError::WrongElectorateKind);
}

#[test]
fn a6_closing_a_pool_returns_all_its_rent_to_its_payer() {
    let mut depositors = Depositors::beside_a_council(Founding::default(), &Mint::default());
    let (payer, close) = (depositors.founder, depositors.pool_closing());
    let rent = depositors.lamports(&depositors.pool) + depositors.lamports(&depositors.vault);
    let before = depositors.lamports(&payer);
    let done = depositors.send(close.instruction());
    assert_eq!(depositors.lamports(&payer), before + rent);
    assert_eq!((depositors.account(&depositors.pool), depositors.account(&depositors.vault)), (None, None));
    let Event::DepositPoolClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.pool, event.payer, event.surplus), (depositors.pool, payer, 0));
    // The next pool has another address: nothing that named this one can mean it.
    let next = create_pool(&depositors, payer, depositors.mint, TOKEN);
    depositors.send(next.instruction(MATURITY, FLOOR));
    assert_ne!(next.pool, depositors.pool);
}

#[test]
fn a_pool_that_is_needed_stays() {
    let mut depositors = Depositors::found();
    let close = depositors.pool_closing();
    check_refused(&mut depositors, close.instruction(), GovError::PoolInUse);

    let mut candidate = Depositors::beside_a_council(Founding::default(), &Mint::default());
    let close = candidate.pool_closing();
    let stranger = candidate.stranger();
    check_refused(&mut candidate, ix::DepositPoolClose { payer: stranger, ..close }.instruction(), GovError::NotPayer);
    candidate.join("ana", 5);
    check_refused(&mut candidate, close.instruction(), GovError::PoolNotEmpty);
    candidate.withdraw("ana", 5);
    // An empty deposit that nobody closes cannot hold the pool up.
    candidate.send(close.instruction());
    let closing = candidate.closing("ana").instruction();
    candidate.send(closing);
}

#[test]
fn a_pool_stays_while_a_proposal_is_bound_to_it() {
    let mut depositors = Depositors::found();
    let members = depositors.members.clone();
    let payer = depositors.founder;
    depositors.fill_roster(&payer, 2, &members);
    let roster = pda::roster(&depositors.constitution, 2);
    let members_hash = depositors.roster(&roster).members_hash;
    let back = depositors.draft_of("ana", &Action::RosterAdopt { roster_version: 2, members_hash });
    let proposal = depositors.create(&back);
    depositors.open_voting(&proposal);
    for name in ["ana", "ben"] {
        depositors.cast(&proposal, name, FOR);
    }
    depositors.finalize(&proposal);
    let opens_at = depositors.opens_at(&proposal);
    depositors.set_time(opens_at);
    let (authority, constitution) = (payer, depositors.constitution);
    let adopt = ix::RosterAdopt { authority, constitution, roster, proposal: Some(proposal) };
    depositors.send(adopt.instruction());
    for (name, amount) in [("ana", 600), ("ben", 300), ("cleo", 100)] {
        depositors.withdraw(name, amount);
    }
    let close = depositors.pool_closing();
    check_refused(&mut depositors, close.instruction(), GovError::PoolInUse);
    let closing = ix::ProposalClose { candidate: Some(roster), ..depositors.close(&proposal) };
    depositors.send(closing.instruction());
    depositors.send(close.instruction());
}

#[test]
fn l7_tokens_nobody_deposited_go_to_the_treasury_and_hold_nothing_up() {
    let mut depositors = Depositors::beside_a_council(Founding::default(), &Mint::default());
    let (vault, mint) = (depositors.vault, depositors.mint);
    depositors.set_tokens(&vault, 7);
    let close = depositors.pool_closing();
    check_refused(&mut depositors, close.instruction(), GovError::TreasuryAccountMissing);
    let (theirs, treasury) = (person("somebody's tokens"), person("the treasury's tokens"));
    let (founder, owner) = (depositors.founder, depositors.community.vault);
    depositors.put_tokens(&theirs, &mint, &founder, 0);
    depositors.put_tokens(&treasury, &mint, &owner, 0);
    let to_the_payer = ix::DepositPoolClose { treasury: Some(theirs), ..close };
    check_refused(&mut depositors, to_the_payer.instruction(), GovError::WrongVault);
    let done = depositors.send(ix::DepositPoolClose { treasury: Some(treasury), ..close }.instruction());
    assert_eq!(depositors.tokens(&treasury), 7);
    let Event::DepositPoolClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!(event.surplus, 7);
}
