//! Instructions of an electorate by snapshot: operators, roots, votes with a proof.

use anyhow::{Context, Result, ensure};
use quantumagi_interface::{Address, Instruction, PROGRAM_ID, digest::Sha2, instructions as ix, pda};
use quantumagi_rules::{
    Weight,
    action::Action,
    ballot,
    electorate::ElectorateKind,
    snapshot::{MAX_VOTERS_PER_SNAPSHOT, SnapshotContext, review::MAX_SNAPSHOT_OPERATORS, tree::SnapshotTree},
};

use super::community::{AGAINST, Community, FOR};
use super::cost::Sent;
use super::figures::Rows;
use super::people::{crank, voter};

/// Operators: as many as there can be, of whom all but the challenger are needed.
const OPERATORS: u32 = MAX_SNAPSHOT_OPERATORS as u32;
/// The last of them.
const LAST_OPERATOR: u32 = OPERATORS - 1;
/// Seconds between publication and binding.
const CHALLENGE: u32 = 3_600;
/// The slot that is read.
const READ_AT: u64 = 900;
/// The slot in which all of this happens.
const SLOT: u64 = 1_000;
/// What a verdict says.
const APPROVE: u8 = 1;
const POLICY: Action<'static> = Action::PolicyAdopt { text_hash: [9; 32], sunset_at: 0 };

/// Who votes on one proposal, with the tree that proves them.
struct Electors {
    proposal: Address,
    weights: Vec<u64>,
    tree: SnapshotTree,
}

/// Measures them with the most operators and the most voters there can be.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = founding(rows)?;
    few(&mut community, rows)?;
    final_ballots(&mut community, rows)?;
    changed_ballots(&mut community, rows)?;
    endings(&mut community, rows)
}

fn founding(rows: &mut Rows) -> Result<Community> {
    let mut community = Community::before("snapshots", OPERATORS)?;
    community.chain.set_slot(SLOT);
    community.send(community.create())?;
    community.send(community.principle_add(0))?;
    let (founder, constitution) = (community.founder, community.constitution);
    let operators: Vec<Address> = (0..OPERATORS).map(|index| voter(community.name, index)).collect();
    let create = |version| ix::OperatorsCreate {
        payer: founder,
        constitution,
        electorate: pda::operators(&constitution, version),
    };
    let cost = community.send(create(1).instruction(OPERATORS as u8 - 2, CHALLENGE, &operators))?;
    rows.note("16 operators, the most", cost);
    let cost = community.send(create(2).instruction(1, CHALLENGE, &operators[..1]))?;
    rows.note("1 operator", cost);
    let electorate = pda::operators(&constitution, 1);
    let adopt = ix::ElectorateAdopt { authority: founder, constitution, proposal: None, electorate };
    let cost = community.send(adopt.instruction(ElectorateKind::Snapshot as u8))?;
    rows.note("snapshot operators, by the founder", cost);
    community.send(community.seal())?;
    community.send(community.proposer_open())?;
    Ok(community)
}

/// Two voters: the least for which there is a proof.
fn few(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (proposal, create) = community.propose(&POLICY, &[0], false)?;
    let cost = community.send(create)?;
    rows.note("by a snapshot operator, 1 citation", cost);
    let electors = Electors::new(community, proposal, vec![1, 1])?;
    community.send(community.publish(&electors, 0))?;
    community.bind(&electors, None)?;
    community.open_voting(&proposal)?;
    let cost = electors.vote(community, 0, FOR)?;
    rows.note("one of 2 voters", cost);
    Ok(())
}

/// As many voters as there can be, on a proposal whose ballots are final: the last one settles it.
fn final_ballots(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (proposal, create) = community.propose(&POLICY, &[0], true)?;
    community.send(create)?;
    let electors = Electors::new(community, proposal, with_decisive_last())?;
    let cost = community.send(community.publish(&electors, 0))?;
    rows.note("1,048,576 voters, by the first operator", cost);
    let cost = community.send(community.publish(&electors, LAST_OPERATOR))?;
    rows.note("1,048,576 voters, by the last of 16 operators", cost);
    community.bind(&electors, Some(rows))?;
    let publisher = voter(community.name, LAST_OPERATOR);
    let snapshot = pda::snapshot(&proposal, &publisher);
    let close = ix::SnapshotClose { constitution: community.constitution, snapshot, proposal, publisher };
    let cost = community.send(close.instruction())?;
    rows.note("", cost);
    let last = electors.last();
    electors.open_page(community, last)?;
    community.open_voting(&proposal)?;
    let cost = electors.vote(community, 0, AGAINST)?;
    rows.note("the first of 1,048,576 voters, a final ballot", cost);
    let ends_at = community.proposal(&proposal)?.ends_at;
    let cost = electors.vote(community, last, FOR)?;
    ensure!(community.proposal(&proposal)?.ends_at < ends_at, "the last voter has settled nothing");
    rows.note("the last of 1,048,576 voters, a final ballot on a ballot page that settles the outcome", cost);
    Ok(())
}

/// The same with ballots that can be changed: the last one brings the quorum late.
fn changed_ballots(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (proposal, create) = community.propose(&POLICY, &[0], false)?;
    community.send(create)?;
    let electors = Electors::new(community, proposal, with_decisive_last())?;
    community.send(community.publish(&electors, 0))?;
    community.bind(&electors, None)?;
    let last = electors.last();
    electors.open_page(community, last)?;
    community.open_voting(&proposal)?;
    let (first, middle) = (0, MAX_VOTERS_PER_SNAPSHOT / 2);
    electors.open_page(community, middle)?;
    for (index, choice, case) in [
        (first, FOR, "the first of 1,048,576 voters"),
        (first, AGAINST, "the first of 1,048,576 voters changes it"),
        (middle, FOR, "the voter in the middle of 1,048,576, on a ballot page"),
    ] {
        let cost = electors.vote(community, index, choice)?;
        rows.note(case, cost);
    }
    community.chain.set_time(community.proposal(&proposal)?.ends_at - 3_600);
    let cost = electors.vote(community, last, FOR)?;
    ensure!(community.proposal(&proposal)?.was_extended == 1, "the last voter has extended nothing");
    rows.note("the last of 1,048,576 voters, on a ballot page, a late quorum extends voting", cost);
    let cost = electors.vote(community, last, AGAINST)?;
    rows.note("the last of 1,048,576 voters, on a ballot page, changes it", cost);
    community.end_voting(&proposal)?;
    let cost = community.send(Community::finalize(&proposal))?;
    rows.note("defeated, by snapshot", cost);
    Ok(())
}

fn endings(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (payer, constitution) = (community.founder, community.constitution);
    let close = ix::ElectorateClose { payer, constitution, electorate: pda::operators(&constitution, 2) };
    let cost = community.send(close.instruction())?;
    rows.note("snapshot operators", cost);
    let (proposal, create) = community.propose(&POLICY, &[0], false)?;
    community.send(create)?;
    community.send(ix::ProposalCancel { proposer: voter(community.name, 0), proposal }.instruction())?;
    let close = community.close(&proposal)?;
    let cost = community.send(close)?;
    rows.note("by a snapshot operator", cost);
    Ok(())
}

/// Everybody weighs one; the last alone has more than 60 %.
fn with_decisive_last() -> Vec<u64> {
    let mut weights = vec![1; MAX_VOTERS_PER_SNAPSHOT as usize];
    weights[MAX_VOTERS_PER_SNAPSHOT as usize - 1] = 3 * u64::from(MAX_VOTERS_PER_SNAPSHOT);
    weights
}

impl Community {
    /// The root of these electors, published by this operator.
    fn publish(&self, electors: &Electors, by: u32) -> Instruction {
        let (root, proposal, publisher) = (electors.tree.root(), electors.proposal, voter(self.name, by));
        let electorate = pda::operators(&self.constitution, 1);
        let snapshot = pda::snapshot(&proposal, &publisher);
        ix::SnapshotPublish { publisher, proposal, electorate, snapshot }.instruction(
            root.hash,
            root.total.0,
            root.voters,
            READ_AT,
        )
    }

    /// All other operators speak on the first one's root: the second challenges it, the others approve. Then it is bound.
    fn bind(&mut self, electors: &Electors, mut rows: Option<&mut Rows>) -> Result<()> {
        let proposal = electors.proposal;
        let electorate = pda::operators(&self.constitution, 1);
        let snapshot = pda::snapshot(&proposal, &voter(self.name, 0));
        for index in 1..OPERATORS {
            let operator = voter(self.name, index);
            let verdict = if index == 1 { 1 - APPROVE } else { APPROVE };
            let review = ix::SnapshotReview { operator, proposal, electorate, snapshot }.instruction(verdict);
            let cost = self.send(review)?;
            let case = match index {
                1 => "a challenge of the second operator",
                LAST_OPERATOR => "an approval of the last of 16 operators",
                _ => continue,
            };
            if let Some(rows) = &mut rows {
                rows.note(case, cost);
            }
        }
        self.chain.set_time(self.chain.now() + i64::from(CHALLENGE));
        let cost = self.send(ix::SnapshotBind { proposal, electorate, snapshot }.instruction())?;
        if let Some(rows) = rows {
            rows.note("14 approvals more than challenges", cost);
        }
        Ok(())
    }
}

impl Electors {
    /// The tree of voters with these weights for this proposal.
    fn new(community: &Community, proposal: Address, weights: Vec<u64>) -> Result<Self> {
        let context = SnapshotContext {
            program: &PROGRAM_ID.to_bytes(),
            constitution: &community.constitution.to_bytes(),
            proposal: &proposal.to_bytes(),
            slot: READ_AT,
        };
        let leaves: Vec<_> =
            (0..).zip(&weights).map(|(index, weight)| (elector(index).to_bytes(), Weight(*weight))).collect();
        let tree = SnapshotTree::build::<Sha2>(&context, &leaves)
            .map_err(|error| anyhow::anyhow!("the snapshot is no legal one: {error:?}"))?;
        Ok(Self { proposal, weights, tree })
    }

    fn last(&self) -> u32 {
        self.tree.root().voters - 1
    }

    /// Where the ballot of this voter lies, if not in the proposal.
    fn page_of(&self, index: u32) -> Option<(u32, Address)> {
        match ballot::place(index) {
            ballot::Place::Proposal { .. } => None,
            ballot::Place::Page { page, .. } => Some((page, pda::ballot_page(&self.proposal, page))),
        }
    }

    fn open_page(&self, community: &mut Community, index: u32) -> Result<()> {
        if let Some((page, ballot_page)) = self.page_of(index) {
            let open = ix::BallotPageOpen { payer: crank(), proposal: self.proposal, ballot_page };
            community.send(open.instruction(page))?;
        }
        Ok(())
    }

    fn vote(&self, community: &mut Community, index: u32, choice: u8) -> Result<Sent> {
        let voter = elector(index);
        community.chain.fund(&voter)?;
        let ballot_page = self.page_of(index).map(|(_, address)| address);
        let vote = ix::SnapshotVote { voter, proposal: self.proposal, ballot_page };
        let proof = self.tree.proof(index).context("the snapshot has no such voter")?;
        community.send(vote.instruction(index, self.weights[index as usize], choice, &proof))
    }
}

/// Voter number `index` of every snapshot. A higher index has a higher address.
fn elector(index: u32) -> Address {
    let mut bytes = [7; 32];
    bytes[..4].copy_from_slice(&(index + 1).to_be_bytes());
    Address::new_from_array(bytes)
}
