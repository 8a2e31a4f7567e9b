//! Accounts as no instruction writes them: the last line of defence, which honest histories never reach.

use crate::support::*;

fn policy() -> Action<'static> {
    Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 }
}

fn voting() -> (Community, Address) {
    let mut community = Founding::default().found();
    let proposal = community.propose(&policy());
    community.open_voting(&proposal);
    (community, proposal)
}

/// Rewrites an account of the program.
fn write(community: &mut Community, address: &Address, data: Vec<u8>) {
    let account = community.account(address).unwrap();
    community.put(address, solana_account::Account { data, ..account });
}

#[test]
fn values_without_meaning_are_refused() {
    let (community, proposal) = voting();
    let stored = community.proposal(&proposal);
    for change in [
        accounts::Proposal { status: 7, ..stored.clone() },
        accounts::Proposal { status: 255, ..stored.clone() },
        accounts::Proposal { ballot_rule: 2, ..stored.clone() },
    ] {
        let mut community = community.clone();
        write(&mut community, &proposal, change.to_bytes());
        let ballot = community.ballot(&proposal, 0, FOR);
        check_refused(&mut community, ballot, GovError::AccountCorrupt);
    }
    let mut community = community;
    let council = accounts::Constitution { electorate_kind: 5, ..community.constitution(&community.constitution) };
    let mut strange = community.clone();
    let constitution = strange.constitution;
    write(&mut strange, &constitution, council.to_bytes());
    let draft = strange.draft(&policy());
    check_refused(&mut strange, draft.instruction(), GovError::AccountCorrupt);
    let none = accounts::Proposal { electorate_kind: 0, ..stored };
    let mut strange = community.clone();
    write(&mut strange, &proposal, none.to_bytes());
    let ballot = strange.ballot(&proposal, 0, FOR);
    check_refused(&mut strange, ballot, GovError::WrongElectorateKind);
    let principle = pda::principle(&community.constitution, 1);
    let changed = accounts::Principle { class: 2, ..community.principle(&principle) };
    write(&mut community, &principle, changed.to_bytes());
    let draft = community.draft(&Action::PrincipleRetire { principle_id: 1, version: 1 });
    check_refused(&mut community, draft.instruction(), GovError::AccountCorrupt);
    let (_, policy) = community.adopt_policy("be brief", START + DAY * 60);
    let changed = accounts::Policy { status: 3, ..community.policy(&policy) };
    write(&mut community, &policy, changed.to_bytes());
    community.set_time(START + DAY * 60);
    let constitution = community.constitution;
    let sunset = ix::PolicySunset { constitution, policy }.instruction();
    check_refused(&mut community, sunset, GovError::AccountCorrupt);
}

#[test]
fn w4_a_tally_never_exceeds_the_total() {
    let (mut community, proposal) = voting();
    let changed = accounts::Proposal { total_weight: 2_999, ..community.proposal(&proposal) };
    write(&mut community, &proposal, changed.to_bytes());
    let ballot = community.ballot(&proposal, 0, FOR);
    check_refused(&mut community, ballot, GovError::InvariantBroken);
    let cast = accounts::Proposal { total_weight: 10_000, ballots_cast: 8, ..changed };
    write(&mut community, &proposal, cast.to_bytes());
    let ballot = community.ballot(&proposal, 1, FOR);
    check_refused(&mut community, ballot, GovError::InvariantBroken);
    let voters = accounts::Proposal { voters: 1, ..cast };
    write(&mut community, &proposal, voters.to_bytes());
    let ballot = community.ballot(&proposal, 1, FOR);
    check_refused(&mut community, ballot, GovError::NotTheMember);
}

#[test]
fn w3_a_ballot_that_was_never_counted_cannot_be_taken_back() {
    let (mut community, proposal) = voting();
    community.vote(&proposal, 0, FOR);
    let changed = accounts::Proposal { for_weight: 2_999, ..community.proposal(&proposal) };
    write(&mut community, &proposal, changed.to_bytes());
    let ballot = community.ballot(&proposal, 0, AGAINST);
    check_refused(&mut community, ballot, GovError::TallyUnderflow);
}

#[test]
fn counts_never_fall_below_zero() {
    let mut community = Founding::default().with_weights(1..=257).found();
    let proposal = community.propose(&policy());
    let (payer, ballot_page) = (community.stranger(), pda::ballot_page(&proposal, 0));
    community.send(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0));
    community.defeat(&proposal);
    let changed = accounts::Proposal { ballot_pages: 0, ..community.proposal(&proposal) };
    write(&mut community, &proposal, changed.to_bytes());
    let close_page = ix::BallotPageClose { proposal, ballot_page, payer }.instruction();
    check_refused(&mut community, close_page, GovError::InvariantBroken);
    let roster = community.roster;
    let changed = accounts::Roster { bound_proposals: 0, ..community.roster(&roster) };
    write(&mut community, &roster, changed.to_bytes());
    let close = community.close(&proposal).instruction();
    check_refused(&mut community, close, GovError::InvariantBroken);

    let members = community.members[..1].to_vec();
    let idle = community.fill_roster(&payer, 2, &members);
    let changed = accounts::Roster { pages: 0, ..community.roster(&idle) };
    write(&mut community, &idle, changed.to_bytes());
    let (constitution, roster_page) = (community.constitution, pda::roster_page(&idle, 0));
    let close_page = ix::RosterPageClose { authority: payer, constitution, roster: idle, roster_page, payer };
    check_refused(&mut community, close_page.instruction(), GovError::InvariantBroken);
}

#[test]
fn counters_never_wrap() {
    let community = Founding::default().found();
    let constitution = community.constitution;
    let stored = community.constitution(&constitution);
    let with = |changed: accounts::Constitution| {
        let mut community = community.clone();
        write(&mut community, &constitution, changed.to_bytes());
        community
    };
    let payer = community.stranger();
    let mut at_the_last_roster = with(accounts::Constitution { next_roster_version: u32::MAX, ..stored.clone() });
    let roster = pda::roster(&constitution, u32::MAX);
    let create = ix::RosterCreate { payer, constitution, roster }.instruction(1);
    check_refused(&mut at_the_last_roster, create, GovError::Overflow);
    let mut at_the_last_proposal = with(accounts::Constitution { next_proposal_id: u64::MAX, ..stored.clone() });
    let draft = at_the_last_proposal.draft(&policy());
    check_refused(&mut at_the_last_proposal, draft.instruction(), GovError::Overflow);
    let chain = types::EventChain { sequence: u64::MAX, ..stored.chain };
    let mut at_the_last_event = with(accounts::Constitution { chain, ..stored });
    let draft = at_the_last_event.draft(&policy());
    check_refused(&mut at_the_last_event, draft.instruction(), GovError::Overflow);
    let mut bound = community.clone();
    let roster = bound.roster;
    let changed = accounts::Roster { bound_proposals: u32::MAX, ..bound.roster(&roster) };
    write(&mut bound, &roster, changed.to_bytes());
    let draft = bound.draft(&policy());
    check_refused(&mut bound, draft.instruction(), GovError::Overflow);
}
