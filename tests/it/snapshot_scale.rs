//! A snapshot of 1,048,576 voters, and many ballots on one proposal.

use std::time::Instant;

use crate::support::*;

const POLICY: Action<'static> = Action::PolicyAdopt { text_hash: [9; 32], sunset_at: 0 };
/// What a vote by snapshot may take at depth 20.
const BUDGET: u64 = 5_500;

/// Opens the page that holds this voter's ballot.
fn open_page_of(community: &mut Community, proposal: Address, index: u32) {
    let quantumagi_rules::ballot::Place::Page { page, .. } = quantumagi_rules::ballot::place(index) else { return };
    let ballot_page = pda::ballot_page(&proposal, page);
    if community.account(&ballot_page).is_none() {
        let payer = community.stranger();
        community.send(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(page));
    }
}

#[test]
fn l8_one_of_a_million_votes_within_the_budget_in_one_transaction() {
    let mut community = Founding::default().by_snapshot(4, 2);
    // The least that takes 20 levels, and the most.
    let count: u32 = if switches::is_on("QUANTUMAGI_FULL") { 1 << 20 } else { (1 << 19) + 1 };
    let began = Instant::now();
    let electors = community.propose_to(&POLICY, &electors((0..count).map(|index| u64::from(index) + 1)));
    println!("a tree of {count} voters takes {:?}", began.elapsed());
    community.publish_and_bind(&electors, 2);
    community.open_voting(&electors.proposal);
    let mut units = Vec::new();
    for index in [0, 1, 255, 256, 4_351, 4_352, 65_535, count / 2, count - 2, count - 1] {
        open_page_of(&mut community, electors.proposal, index);
        let vote = electors.vote(index, FOR);
        assert!(vote.data.len() <= 850, "{} bytes of data", vote.data.len());
        units.push(community.send(vote.clone()).compute_units);
        check_refused(&mut community, vote, GovError::BallotUnchanged);
    }
    println!("votes by snapshot at depth 20 take {units:?} compute units");
    assert!(units.iter().all(|units| *units <= BUDGET), "{units:?}");
    // A leaf that is not there, beside one that is.
    let (beside, index) = (count - 4, count - 3);
    let thief = ix::SnapshotVote { voter: elector(beside), ..electors.accounts(index) };
    let vote = thief.instruction(index, u64::from(index) + 1, AGAINST, &electors.proof(index));
    check_refused(&mut community, vote, GovError::NotInSnapshot);
}

/// How many ballots the next test casts: 2,000, and 100,000 in a full run.
fn ballots() -> u32 {
    if switches::is_on("QUANTUMAGI_FULL") { 100_000 } else { 2_000 }
}

#[test]
fn w4_many_ballots_on_one_proposal_cost_the_same_and_add_up() {
    let mut community = Founding::default().by_snapshot(4, 2);
    let count = ballots();
    let electors = community.propose_to(&POLICY, &electors((0..count).map(|index| u64::from(index % 1_000) + 1)));
    community.publish_and_bind(&electors, 2);
    community.open_voting(&electors.proposal);
    let (mut units, mut tally) = (Vec::with_capacity(count as usize), [0u64; 4]);
    let began = Instant::now();
    for index in 0..count {
        open_page_of(&mut community, electors.proposal, index);
        let choice = (index % 3) as u8 + 1;
        units.push(community.send(electors.vote(index, choice)).compute_units);
        tally[usize::from(choice)] += electors.voters[index as usize].1;
    }
    let took = began.elapsed();
    units.sort_unstable();
    let (least, median, most) = (units[0], units[units.len() / 2], units[units.len() - 1]);
    println!("{count} ballots in {took:?}: {least} to {most} compute units, median {median}");
    let stored = community.proposal(&electors.proposal);
    assert_eq!([0, stored.for_weight, stored.against_weight, stored.abstain_weight], tally);
    assert_eq!(stored.ballots_cast, count);
    assert_eq!(tally.iter().sum::<u64>(), stored.total_weight);
    assert!(most <= BUDGET, "{most}");
    // Constant: what differs is the branch at each level and the one ballot that meets the quorum.
    assert!(most - least <= 400, "{least} to {most}");
}
