//! Deposits against spam: put down when a proposal is created, returned when it is closed, forfeited by one objective rule.

use crate::support::*;

const DEPOSIT: u64 = 2_000_000;

fn policy() -> Action<'static> {
    Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 }
}

/// Tracks with a deposit, forfeited below 5 % of all weight.
fn founding() -> Founding {
    Founding::default().with_tracks(|track| (track.deposit_lamports, track.slash_bps) = (2_000_000, 500))
}

/// What closing a proposal gives to its proposer and to the vault.
fn close(community: &mut Community, proposal: &Address) -> (u64, u64) {
    let (proposer, vault) = (community.proposal(proposal).proposer, community.vault);
    let (to_proposer, to_vault) = (community.lamports(&proposer), community.lamports(&vault));
    let close = community.close(proposal).instruction();
    let done = community.send(close);
    let Event::ProposalClosed(event) = done.event() else { panic!("{:?}", done.events) };
    let gained = (community.lamports(&proposer) - to_proposer, community.lamports(&vault) - to_vault);
    assert_eq!(event.forfeited_lamports, gained.1);
    gained
}

#[test]
fn l4_a_proposer_puts_the_deposit_down_on_top_of_the_rent() {
    let mut community = founding().found();
    let proposer = community.member(0);
    let before = community.lamports(&proposer);
    let proposal = community.propose(&policy());
    let rent = community.rent(accounts::Proposal::LEN);
    assert_eq!(before - community.lamports(&proposer), rent + DEPOSIT);
    assert_eq!(community.lamports(&proposal), rent + DEPOSIT);
    let stored = community.proposal(&proposal);
    assert_eq!((stored.deposit_lamports, stored.slash_bps), (DEPOSIT, 500));
}

#[test]
fn a_proposal_at_the_largest_deposit_costs_less_than_a_hundredth_of_a_sol() {
    let gross = community_rent() + 2_500_000 + 5_000;
    assert!(gross < 10_000_000, "{gross} lamports with the fee");
}

fn community_rent() -> u64 {
    Founding::default().found().rent(accounts::Proposal::LEN)
}

#[test]
fn l4_a_defeat_below_the_share_forfeits_the_deposit_to_the_vault() {
    let mut community = founding().found();
    let rent = community.rent(accounts::Proposal::LEN);
    let proposal = community.propose(&policy());
    community.open_voting(&proposal);
    // 499 of 10,000 are a hair less than 5 %.
    community.vote(&proposal, 6, FOR);
    community.vote(&proposal, 0, AGAINST);
    community.finalize(&proposal);
    assert_eq!(close(&mut community, &proposal), (rent, DEPOSIT));
}

#[test]
fn l4_a_defeat_at_exactly_the_share_returns_it() {
    let mut community = founding().found();
    let rent = community.rent(accounts::Proposal::LEN);
    let proposal = community.propose(&policy());
    community.open_voting(&proposal);
    for (index, choice) in [(6, FOR), (7, FOR), (0, AGAINST)] {
        community.vote(&proposal, index, choice);
    }
    community.finalize(&proposal);
    assert_eq!(close(&mut community, &proposal), (rent + DEPOSIT, 0));
}

#[test]
fn l4_withdrawing_before_voting_is_free_and_later_is_judged() {
    let mut community = founding().found();
    let rent = community.rent(accounts::Proposal::LEN);
    let proposer = community.member(0);
    let cancel = |community: &mut Community, proposal| {
        community.send(ix::ProposalCancel { proposer, proposal }.instruction());
    };
    let early = community.propose(&policy());
    let starts_at = community.proposal(&early).starts_at;
    community.set_time(starts_at - 1);
    cancel(&mut community, early);
    assert_eq!(close(&mut community, &early), (rent + DEPOSIT, 0));

    let unwanted = community.propose(&policy());
    let ends_at = community.proposal(&unwanted).ends_at;
    community.set_time(ends_at - 1);
    community.vote(&unwanted, 1, AGAINST);
    cancel(&mut community, unwanted);
    assert_eq!(close(&mut community, &unwanted), (rent, DEPOSIT));

    let wanted = community.propose(&policy());
    community.open_voting(&wanted);
    community.vote(&wanted, 0, FOR);
    cancel(&mut community, wanted);
    assert_eq!(close(&mut community, &wanted), (rent + DEPOSIT, 0));
}

#[test]
fn l4_every_other_ending_returns_it() {
    let mut community = founding().found();
    let rent = community.rent(accounts::Proposal::LEN);
    let executed = community.approved(&policy());
    let (payer, constitution) = (community.stranger(), community.constitution);
    let adopt = ix::PolicyAdopt { payer, constitution, proposal: executed, policy: pda::policy(&constitution, 0) };
    community.send(adopt.instruction(hash("be kind"), 0));
    let expired = community.approved(&policy());
    let closes_at = community.closes_at(&expired);
    community.set_time(closes_at);
    let expire = community.expire(&expired);
    community.send(expire);
    for proposal in [executed, expired] {
        assert_eq!(close(&mut community, &proposal), (rent + DEPOSIT, 0));
    }

    let (mut community, body) = founding().found_with_veto_body();
    let vetoed = community.propose(&policy());
    community.open_voting(&vetoed);
    for index in [0, 1] {
        let veto = community.veto(&vetoed, &body, index);
        community.send(veto);
    }
    assert_eq!(close(&mut community, &vetoed), (rent + DEPOSIT, 0));
}

#[test]
fn l7_the_smallest_deposit_can_be_forfeited_to_a_vault_that_holds_nothing() {
    let mut community =
        Founding::default().with_tracks(|track| (track.deposit_lamports, track.slash_bps) = (890_880, 1_000)).found();
    let vault = community.vault;
    community.fund(&vault, 0);
    let proposal = community.propose(&policy());
    community.defeat(&proposal);
    close(&mut community, &proposal);
    assert_eq!(community.lamports(&vault), 890_880);
}

#[test]
fn a6_a_forfeited_deposit_goes_to_this_constitutions_vault_and_nowhere_else() {
    let mut community = founding().found();
    let proposal = community.propose(&policy());
    community.defeat(&proposal);
    let close = community.close(&proposal);
    for vault in [community.stranger(), pda::vault(&person("another constitution"))] {
        let elsewhere = ix::ProposalClose { vault, ..close };
        check_refused(&mut community, elsewhere.instruction(), GovError::WrongVault);
    }
}

#[test]
fn t6_the_deposit_and_its_rule_are_frozen() {
    let mut founding = founding();
    founding.tracks[0].slash_bps = 0;
    let mut community = founding.found();
    let rent = community.rent(accounts::Proposal::LEN);
    let proposal = community.propose(&policy());
    // The rule changes under it, as a vote could change it.
    let address = community.constitution;
    let mut changed = community.world.constitution(&address);
    (changed.tracks[0].slash_bps, changed.tracks[0].deposit_lamports) = (1_000, 0);
    let account = community.account(&address).unwrap();
    community.put(&address, solana_account::Account { data: changed.to_bytes(), ..account });
    community.defeat(&proposal);
    assert_eq!(close(&mut community, &proposal), (rent + DEPOSIT, 0));
}

#[test]
fn a_proposer_who_cannot_pay_the_deposit_cannot_propose() {
    let mut community = founding().found();
    let (proposer, rent) = (community.member(0), community.rent(accounts::Proposal::LEN));
    // Enough for the rent and to stay alive, not for the deposit. The error is the System program's.
    community.fund(&proposer, rent + 890_880);
    let draft = community.draft(&policy());
    check_refused(&mut community, draft.instruction(), InstructionError::Custom(1));
}
