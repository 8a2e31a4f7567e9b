//! Communities whose electorate is no council: by snapshot, and by weight records.

use quantumagi_interface::{Address, Instruction, digest::Sha2, instructions as ix, pda};
use quantumagi_rules::{
    Weight, action::Action, ballot, electorate::ElectorateKind, snapshot::SnapshotContext, snapshot::tree::SnapshotTree,
};
use solana_clock::Clock;

use super::{Community, Draft, FOR, Founding, PROGRAM_ID, World, member_key};

/// Seconds between publication of a root and its binding.
pub const CHALLENGE: u32 = 3_600;
/// The slot at which snapshots of tests are read. The chain is past it.
pub const READ_AT: u64 = 900;
/// The slot in which tests act.
pub const SLOT: u64 = 1_000;

impl World {
    /// Puts the chain into this slot, where it stays.
    pub fn set_slot(&mut self, slot: u64) {
        let mut clock = self.svm.get_sysvar::<Clock>();
        clock.slot = slot;
        self.svm.set_sysvar(&clock);
        self.ticks = false;
    }
}

/// Operator number `index`.
pub fn operator(index: u8) -> Address {
    member_key("operators", u32::from(index))
}

/// Voter number `index` of a snapshot.
pub fn elector(index: u32) -> Address {
    member_key("electors", index)
}

/// Electors with these weights.
pub fn electors(weights: impl IntoIterator<Item = u64>) -> Vec<(Address, u64)> {
    (0..).zip(weights).map(|(index, weight)| (elector(index), weight)).collect()
}

impl Founding {
    /// A community that votes by snapshot, of whose `count` operators approvals must exceed challenges by `needed`.
    pub fn by_snapshot(self, count: u8, needed: u8) -> Community {
        self.by_snapshot_in(World::new(), count, needed)
    }

    /// The same in a world where others may live already.
    pub fn by_snapshot_in(self, world: World, count: u8, needed: u8) -> Community {
        let mut community = self.unsealed().found_in(world);
        community.set_slot(SLOT);
        for index in 0..count {
            community.fund(&operator(index), 10_000_000_000);
            community.open_proposer(operator(index));
        }
        let (founder, constitution) = (community.founder, community.constitution);
        let electorate = pda::operators(&constitution, 1);
        let listed: Vec<Address> = (0..count).map(operator).collect();
        let create = ix::OperatorsCreate { payer: founder, constitution, electorate };
        community.send(create.instruction(needed, CHALLENGE, &listed));
        community.adopt_electorate(ElectorateKind::Snapshot, electorate);
        community
    }
}

impl Community {
    /// Adopts an electorate before the seal, and seals.
    pub fn adopt_electorate(&mut self, kind: ElectorateKind, electorate: Address) {
        let (founder, constitution) = (self.founder, self.constitution);
        let adopt = ix::ElectorateAdopt { authority: founder, constitution, electorate, proposal: None };
        self.send(adopt.instruction(kind as u8));
        self.send(ix::ConstitutionSeal { founder, constitution }.instruction());
    }

    /// A proposal of operator 0.
    pub fn operators_draft(&self, action: &Action) -> Draft {
        let mut draft = self.draft(action);
        draft.accounts.proposer = operator(0);
        draft.accounts.record = pda::proposer(&self.constitution, &operator(0));
        draft.accounts.membership = None;
        draft
    }

    /// A proposal of operator 0, and the tree of these voters for it.
    #[track_caller]
    pub fn propose_to(&mut self, action: &Action, voters: &[(Address, u64)]) -> Electors {
        let draft = self.operators_draft(action);
        let proposal = self.create(&draft);
        Electors::new(self, proposal, voters)
    }

    /// The root of these electors, published by this operator.
    pub fn publish(&self, electors: &Electors, publisher: Address) -> Instruction {
        let root = electors.tree.root();
        let proposal = electors.proposal;
        let electorate = self.proposal(&proposal).electorate;
        let snapshot = pda::snapshot(&proposal, &publisher);
        ix::SnapshotPublish { publisher, proposal, electorate, snapshot }.instruction(
            root.hash,
            root.total.0,
            root.voters,
            READ_AT,
        )
    }

    /// What an operator says of the root that `publisher` published.
    pub fn review(&self, proposal: Address, publisher: Address, operator: Address, verdict: u8) -> Instruction {
        let electorate = self.proposal(&proposal).electorate;
        let snapshot = pda::snapshot(&proposal, &publisher);
        ix::SnapshotReview { operator, proposal, electorate, snapshot }.instruction(verdict)
    }

    /// Binds the root that `publisher` published.
    pub fn bind(&self, proposal: Address, publisher: Address) -> Instruction {
        let electorate = self.proposal(&proposal).electorate;
        let snapshot = pda::snapshot(&proposal, &publisher);
        ix::SnapshotBind { proposal, electorate, snapshot }.instruction()
    }

    /// Publishes, approves by the first operators, waits and binds.
    #[track_caller]
    pub fn publish_and_bind(&mut self, electors: &Electors, approvals: u8) {
        let publish = self.publish(electors, operator(0));
        self.send(publish);
        for index in 1..approvals {
            let approve = self.review(electors.proposal, operator(0), operator(index), 1);
            self.send(approve);
        }
        self.pass(i64::from(CHALLENGE));
        let bind = self.bind(electors.proposal, operator(0));
        self.send(bind);
    }

    /// A proposal with its electors bound, in its first second of voting.
    #[track_caller]
    pub fn voting_by_snapshot(&mut self, action: &Action, voters: &[(Address, u64)], approvals: u8) -> Electors {
        let electors = self.propose_to(action, voters);
        self.publish_and_bind(&electors, approvals);
        self.open_voting(&electors.proposal);
        electors
    }

    /// Has these electors vote for it, finalizes it, and waits for its window.
    #[track_caller]
    pub fn approve_by(&mut self, electors: &Electors, indexes: impl IntoIterator<Item = u32>) {
        for index in indexes {
            let vote = electors.vote(index, FOR);
            self.send(vote);
        }
        self.finalize(&electors.proposal);
        let opens_at = self.opens_at(&electors.proposal);
        self.set_time(opens_at);
    }
}

/// The voters of a proposal, with the tree that proves them.
#[derive(Clone, Debug)]
pub struct Electors {
    pub proposal: Address,
    pub voters: Vec<(Address, u64)>,
    pub tree: SnapshotTree,
}

impl Electors {
    /// The tree of these voters for this proposal, read at [`READ_AT`].
    pub fn new(community: &Community, proposal: Address, voters: &[(Address, u64)]) -> Self {
        let (program, constitution) = (PROGRAM_ID.to_bytes(), community.constitution.to_bytes());
        let context = SnapshotContext {
            program: &program,
            constitution: &constitution,
            proposal: &proposal.to_bytes(),
            slot: READ_AT,
        };
        let leaves: Vec<_> = voters.iter().map(|(voter, weight)| (voter.to_bytes(), Weight(*weight))).collect();
        let tree = SnapshotTree::build::<Sha2>(&context, &leaves).expect("legal voters");
        Self { proposal, voters: voters.to_vec(), tree }
    }

    /// Accounts of a ballot.
    pub fn accounts(&self, index: u32) -> ix::SnapshotVote {
        let ballot_page = match ballot::place(index) {
            ballot::Place::Proposal { .. } => None,
            ballot::Place::Page { page, .. } => Some(pda::ballot_page(&self.proposal, page)),
        };
        ix::SnapshotVote { voter: self.voters[index as usize].0, proposal: self.proposal, ballot_page }
    }

    /// The voter's proof.
    pub fn proof(&self, index: u32) -> Vec<u8> {
        self.tree.proof(index).expect("a voter")
    }

    /// A ballot.
    pub fn vote(&self, index: u32, choice: u8) -> Instruction {
        let (_, weight) = self.voters[index as usize];
        self.accounts(index).instruction(index, weight, choice, &self.proof(index))
    }
}
