//! Who votes, vetoes and attests.

use quantumagi_rules::snapshot::{SnapshotContext, tree::SnapshotTree};
use quantumagi_rules::{Weight, ballot};

use super::super::model::{OPEN, SUCCEEDED, Tree};
use super::Walk;
use crate::support::*;

impl Walk {
    pub(super) fn vote(&mut self) -> Option<Instruction> {
        let now = self.now();
        let is_judged = |known: &super::Proposal| known.kind == 3 && known.bound.is_none() && known.is_undecided(now);
        if let Some(proposal) = self.some_proposal(is_judged).filter(|_| self.chance.once_in(2)) {
            return self.judge_snapshot(proposal);
        }
        let is_voted_on = |known: &super::Proposal| {
            known.status == OPEN && now < known.ends_at && (known.kind != 3 || known.bound.is_some())
        };
        let (proposal, starts_at) = self.some_due(is_voted_on, |_, known| known.starts_at)?;
        self.wait_for(starts_at);
        let kind = self.known(&proposal).kind;
        let choice = [FOR, FOR, FOR, FOR, FOR, FOR, FOR, AGAINST, ABSTAIN, 0][self.chance.index(10)];
        match kind {
            1 => self.council_vote(proposal, choice),
            2 => self.deposit_vote(proposal, choice),
            3 => self.snapshot_vote(proposal, choice),
            _ => self.record_vote(proposal, choice),
        }
    }

    fn page_for(&self, proposal: &Address, index: u32) -> Option<Address> {
        match ballot::place(index) {
            ballot::Place::Proposal { .. } => None,
            ballot::Place::Page { page, .. } => Some(pda::ballot_page(proposal, page)),
        }
    }

    fn council_vote(&mut self, proposal: Address, choice: u8) -> Option<Instruction> {
        let roster = self.known(&proposal).electorate;
        let members = self.stage.model.rosters.get(&roster)?.members.clone();
        let some = [0, 1, 2, 3, 4, 5, 256, 257][self.chance.index(8)] % members.len();
        // Mostly somebody who has not voted, the heaviest first.
        let ballots = &self.known(&proposal).ballots;
        let silent = [0, 1, 2, 256, 257, 3, 4, 5].into_iter().find(|index| !ballots.contains_key(index));
        let silent = silent.map(|index| index as usize).filter(|index| *index < members.len());
        let index = silent.filter(|_| !self.chance.once_in(3)).unwrap_or(some);
        let (voter, _) = members[index];
        let index = index as u32;
        let ballot_page = self.page_for(&proposal, index);
        if ballot_page.is_some() && self.known(&proposal).pages.is_empty() && !self.chance.once_in(4) {
            let payer = self.somebody();
            let ballot_page = pda::ballot_page(&proposal, 0);
            return Some(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0));
        }
        let roster_page = pda::roster_page(&roster, index / 30);
        Some(ix::ProposalVote { voter, proposal, roster_page, ballot_page }.instruction(index, choice))
    }

    fn deposit_vote(&mut self, proposal: Address, choice: u8) -> Option<Instruction> {
        let pool = self.known(&proposal).electorate;
        let own = self.stage.model.deposits.iter().filter(|(_, deposit)| deposit.pool == pool);
        let all: Vec<(Address, Address, Address)> =
            own.map(|(address, deposit)| (*address, deposit.owner, deposit.delegate)).collect();
        let (deposit, owner, delegate) = self.chance.pick(&all)?;
        let voter = if self.chance.once_in(4) && delegate != Address::default() { delegate } else { owner };
        let index = self.stage.model.deposits[&deposit].index.unwrap_or(0);
        let ballot_page = self.page_for(&proposal, index);
        Some(ix::DepositVote { voter, proposal, deposit, ballot_page }.instruction(choice))
    }

    fn snapshot_vote(&mut self, proposal: Address, choice: u8) -> Option<Instruction> {
        let (root, _) = self.known(&proposal).bound?;
        let tree = self.stage.model.trees.get(&root)?;
        let len = tree.voters.len();
        let index = if len > 256 && self.chance.once_in(3) { 256 } else { self.chance.index(len.min(5)) };
        let tree = &self.stage.model.trees[&root];
        let ((voter, weight), proof) = (tree.voters[index], tree.proofs[index].clone());
        let index = index as u32;
        let ballot_page = self.page_for(&proposal, index);
        Some(ix::SnapshotVote { voter, proposal, ballot_page }.instruction(index, weight, choice, &proof))
    }

    fn record_vote(&mut self, proposal: Address, choice: u8) -> Option<Instruction> {
        let electorate = self.known(&proposal).electorate;
        let seats = self.stage.model.seats.iter().filter(|(_, seat)| seat.plugin == electorate);
        let seats: Vec<(Address, Address)> = seats.map(|(address, seat)| (*address, seat.voter)).collect();
        let (seat, voter) = self.chance.pick(&seats)?;
        let weight = 100 + self.chance.below(300);
        let weight_record = self.write_record(Some(voter), weight, CAST_VOTE, proposal);
        Some(ix::RecordVote { voter, proposal, electorate, seat, weight_record, ballot_page: None }.instruction(choice))
    }

    /// What the plugin writes in this slot, or wrote in the last one.
    pub(super) fn write_record(&mut self, voter: Option<Address>, weight: u64, action: u8, target: Address) -> Address {
        let record = match voter {
            Some(voter) => WeightRecord::of(voter, weight, action, target),
            None => WeightRecord::total(weight),
        };
        let slot = self.stage.slot();
        let expiry = if self.chance.once_in(12) { slot.checked_sub(1) } else { Some(slot) };
        let record = WeightRecord { expiry, ..record };
        let address = person(&format!("record of {voter:?}"));
        let account = solana_account::Account {
            lamports: 10_000_000,
            data: record.bytes(),
            owner: record.owner,
            ..solana_account::Account::default()
        };
        self.stage.world.put(&address, account);
        self.stage.model.records.insert(address, record);
        address
    }

    /// Operators publish who votes, judge what others published, and bind it.
    fn judge_snapshot(&mut self, proposal: Address) -> Option<Instruction> {
        let electorate = self.known(&proposal).electorate;
        let list = self.stage.model.operators.get(&electorate)?.list.clone();
        let (challenge, slot) = (self.stage.model.operators[&electorate].challenge, self.stage.slot());
        let published = self.stage.model.snapshots.iter().filter(|(_, snapshot)| snapshot.proposal == proposal);
        let published: Vec<Address> = published.map(|(address, _)| *address).collect();
        let operator = self.chance.pick(&list)?;
        let choice = if published.is_empty() { 0 } else { self.chance.below(8) };
        if choice == 0 {
            let count = if self.chance.once_in(10) { 257 } else { 5 };
            let (root, voters, total) = self.plant(proposal, slot - 1, count);
            let snapshot = pda::snapshot(&proposal, &operator);
            let publish = ix::SnapshotPublish { publisher: operator, proposal, electorate, snapshot };
            return Some(publish.instruction(root, total, voters, slot - 1));
        }
        let snapshot = self.chance.pick(&published)?;
        let known = &self.stage.model.snapshots[&snapshot];
        let approvals = known.said.values().filter(|approves| **approves).count();
        let is_accepted = 2 * approvals >= known.said.len() + 2;
        if choice < if is_accepted { 2 } else { 7 } {
            let verdict = u8::from(!self.chance.once_in(6));
            return Some(ix::SnapshotReview { operator, proposal, electorate, snapshot }.instruction(verdict));
        }
        let bindable_at = self.stage.model.snapshots[&snapshot].published_at + challenge;
        self.wait_for(bindable_at);
        Some(ix::SnapshotBind { proposal, electorate, snapshot }.instruction())
    }

    /// The tree of so many electors for a proposal: root, voters and total weight.
    fn plant(&mut self, proposal: Address, slot: u64, count: u32) -> ([u8; 32], u32, u64) {
        let constitution = self.known(&proposal).constitution;
        let (program, of, about) = (PROGRAM_ID.to_bytes(), constitution.to_bytes(), proposal.to_bytes());
        let voters = electors((0..count).map(|index| if index < 5 || index == 256 { 1_000 } else { 1 }));
        let context = SnapshotContext { program: &program, constitution: &of, proposal: &about, slot };
        let leaves: Vec<_> = voters.iter().map(|(voter, weight)| (voter.to_bytes(), Weight(*weight))).collect();
        let tree = SnapshotTree::build::<quantumagi_interface::digest::Sha2>(&context, &leaves).expect("legal voters");
        let root = tree.root();
        let proofs = (0..count).map(|index| tree.proof(index).expect("a voter")).collect();
        self.stage.model.trees.insert(root.hash, Tree { proposal, slot, voters, proofs });
        (root.hash, root.voters, root.total.0)
    }

    pub(super) fn veto(&mut self) -> Option<Instruction> {
        let proposal = self.some_proposal(|known| known.veto_bps > 0 && [OPEN, SUCCEEDED].contains(&known.status))?;
        let roster = self.known(&proposal).veto_roster;
        let members = self.stage.model.rosters.get(&roster)?.members.clone();
        let index = self.chance.index(members.len());
        let roster_page = pda::roster_page(&roster, index as u32 / 30);
        Some(ix::ProposalVeto { voter: members[index].0, proposal, roster_page }.instruction(index as u32))
    }

    pub(super) fn attest(&mut self) -> Option<Instruction> {
        let proposal = self.some_proposal(|known| known.attestor != Address::default() && known.status == OPEN)?;
        let attestor = self.known(&proposal).attestor;
        let score = [9_000, 8_000, 7_999, 10_000, 10_001][self.chance.index(5)];
        Some(ix::ProposalAttest { attestor, proposal }.instruction(score, hash("report")))
    }
}
