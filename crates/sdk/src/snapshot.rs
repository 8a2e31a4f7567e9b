//! Voters of a snapshot: read from the cluster, kept in a file, made into a tree.
//!
//! A file is one text for one list: whoever reads the same weights at the same slot writes the same bytes. Operators
//! publish the file, and anybody can read the weights again and compare. The tree is of a proposal, because its leaves are
//! bound to it: see [`quantumagi_rules::snapshot`].

use std::fmt::Write as _;

use quantumagi_interface::PROGRAM_ID;
use quantumagi_interface::digest::{Sha2, sha256};
use quantumagi_rpc::VoteAccount;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::snapshot::tree::SnapshotTree;
use quantumagi_rules::snapshot::{SnapshotContext, SnapshotError};
use quantumagi_rules::{Hash, Weight};

/// First line of a file.
const HEADING: &str = "quantumagi snapshot 1";

/// Voters with their weights, ascending by address, as they were at one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoterList {
    slot: u64,
    voters: Vec<(Address, u64)>,
}

/// A file, or weights, that are no list of voters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VoterListError {
    /// The first line is another.
    #[error("line 1 is not `{HEADING}`")]
    NotASnapshot,
    /// The second line does not name the slot.
    #[error("line 2 is not `slot NUMBER`")]
    NoSlot,
    /// A line that is not an address, a space and a weight.
    #[error("line {line} is not `ADDRESS WEIGHT`")]
    NotAVoter {
        /// The line, from 1.
        line: usize,
    },
    /// The text is not the one that this list is written as: another order, blanks, leading zeros.
    #[error("the file is not as a snapshot is written: voters ascend by address, one a line, and nothing else")]
    NotCanonical,
    /// One voter's weights add up to more than 64 bits.
    #[error("the weight of {voter} does not fit 64 bits")]
    Overflow {
        /// Whose.
        voter: Address,
    },
}

impl VoterList {
    /// The list of these voters. Who comes more than once weighs the sum; who weighs nothing is left out.
    ///
    /// # Errors
    /// [`VoterListError::Overflow`].
    pub fn new(slot: u64, voters: impl IntoIterator<Item = (Address, u64)>) -> Result<Self, VoterListError> {
        let mut all: Vec<(Address, u64)> = voters.into_iter().filter(|(_, weight)| *weight > 0).collect();
        all.sort_unstable_by_key(|(voter, _)| *voter);
        let mut voters: Vec<(Address, u64)> = Vec::with_capacity(all.len());
        for (voter, weight) in all {
            match voters.last_mut() {
                Some((last, sum)) if *last == voter => {
                    *sum = sum.checked_add(weight).ok_or(VoterListError::Overflow { voter })?;
                }
                _ => voters.push((voter, weight)),
            }
        }
        Ok(Self { slot, voters })
    }

    /// Validators by stake: each identity votes with the stake of all its vote accounts, in lamports, whether it votes on
    /// blocks now or not.
    ///
    /// # Errors
    /// [`VoterListError::Overflow`].
    pub fn of_stake(slot: u64, accounts: &[VoteAccount]) -> Result<Self, VoterListError> {
        Self::new(slot, accounts.iter().map(|account| (account.node, account.activated_stake)))
    }

    /// The same voters at another slot: validators by stake are the same in every slot of an epoch, and leaves are bound to
    /// one.
    #[must_use]
    pub fn at_slot(&self, slot: u64) -> Self {
        Self { slot, voters: self.voters.clone() }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`VoterListError`].
    pub fn parse(text: &str) -> Result<Self, VoterListError> {
        let mut lines = text.lines();
        if lines.next() != Some(HEADING) {
            return Err(VoterListError::NotASnapshot);
        }
        let slot = lines.next().and_then(|line| line.strip_prefix("slot ")?.parse().ok());
        let slot = slot.ok_or(VoterListError::NoSlot)?;
        let voters: Result<Vec<(Address, u64)>, VoterListError> = (3..)
            .zip(lines)
            .map(|(line, voter)| {
                let read = voter
                    .split_once(' ')
                    .and_then(|(voter, weight)| Some((voter.parse::<Address>().ok()?, weight.parse::<u64>().ok()?)));
                read.ok_or(VoterListError::NotAVoter { line })
            })
            .collect();
        let list = Self::new(slot, voters?)?;
        // One list has one text, so that its hash names it.
        if list.to_text() == text { Ok(list) } else { Err(VoterListError::NotCanonical) }
    }

    /// The text of its file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADING}\nslot {}\n", self.slot);
        for (voter, weight) in &self.voters {
            writeln!(text, "{voter} {weight}").expect("writing to a string does not fail");
        }
        text
    }

    /// SHA-256 of its file.
    #[must_use]
    pub fn hash(&self) -> Hash {
        sha256(self.to_text().as_bytes())
    }

    /// The slot at which the weights were read.
    #[must_use]
    pub fn slot(&self) -> u64 {
        self.slot
    }

    /// The voters with their weights: the position is the index that a vote names.
    #[must_use]
    pub fn voters(&self) -> &[(Address, u64)] {
        &self.voters
    }

    /// Index and weight of a voter.
    #[must_use]
    pub fn find(&self, voter: &Address) -> Option<(u32, u64)> {
        let index = self.voters.binary_search_by_key(voter, |(voter, _)| *voter).ok()?;
        let (_, weight) = self.voters.get(index)?;
        Some((u32::try_from(index).ok()?, *weight))
    }

    /// The tree of these voters for one proposal.
    ///
    /// # Errors
    /// [`SnapshotError::VotersOutOfRange`] and [`SnapshotError::TotalMismatch`]; the others a list rules out.
    pub fn tree(&self, constitution: &Address, proposal: &Address) -> Result<SnapshotTree, SnapshotError> {
        let (constitution, proposal) = (constitution.to_bytes(), proposal.to_bytes());
        let context = SnapshotContext {
            program: &PROGRAM_ID.to_bytes(),
            constitution: &constitution,
            proposal: &proposal,
            slot: self.slot,
        };
        let voters: Vec<_> = self.voters.iter().map(|(voter, weight)| (voter.to_bytes(), Weight(*weight))).collect();
        SnapshotTree::build::<Sha2>(&context, &voters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quantumagi_rules::snapshot::Leaf;

    const ANA: Address = Address::new_from_array([1; 32]);
    const BEN: Address = Address::new_from_array([2; 32]);

    fn vote_account(node: Address, activated_stake: u64, is_delinquent: bool) -> VoteAccount {
        VoteAccount { vote: Address::default(), node, activated_stake, is_delinquent }
    }

    #[test]
    fn an_identity_votes_once_with_all_its_stake() {
        let accounts = [
            vote_account(BEN, 7, true),
            vote_account(ANA, 5, false),
            vote_account(ANA, 6, true),
            vote_account(Address::new_from_array([3; 32]), 0, false),
        ];
        let list = VoterList::of_stake(90, &accounts).expect("small");
        assert_eq!(list.voters(), [(ANA, 11), (BEN, 7)]);
        assert_eq!((list.find(&BEN), list.find(&Address::default())), (Some((1, 7)), None));
        let too_much = [vote_account(ANA, u64::MAX, false), vote_account(ANA, 1, false)];
        assert_eq!(VoterList::of_stake(90, &too_much), Err(VoterListError::Overflow { voter: ANA }));
    }

    #[test]
    fn a_list_is_one_text_whatever_the_order_it_came_in() {
        let list = VoterList::new(90, [(BEN, 7), (ANA, 11)]).expect("small");
        assert_eq!(list, VoterList::new(90, [(ANA, 11), (BEN, 7)]).expect("small"));
        let text = list.to_text();
        assert_eq!(text, format!("quantumagi snapshot 1\nslot 90\n{ANA} 11\n{BEN} 7\n"));
        assert_eq!(VoterList::parse(&text), Ok(list));
    }

    #[test]
    fn anything_else_is_no_snapshot() {
        let check = |text: String, expected| assert_eq!(VoterList::parse(&text), Err(expected), "{text}");
        let head = "quantumagi snapshot 1\nslot 90\n";
        check(String::new(), VoterListError::NotASnapshot);
        check("quantumagi snapshot 2\nslot 90\n".into(), VoterListError::NotASnapshot);
        check("quantumagi snapshot 1\nslot ninety\n".into(), VoterListError::NoSlot);
        check(format!("{head}{ANA} 11\n{BEN}\n"), VoterListError::NotAVoter { line: 4 });
        check(format!("{head}{ANA} -1\n"), VoterListError::NotAVoter { line: 3 });
        for text in [
            format!("{head}{BEN} 7\n{ANA} 11\n"),
            format!("{head}{ANA} 11\n{ANA} 11\n"),
            format!("{head}{ANA} 011\n"),
            format!("{head}{ANA} 0\n"),
            format!("{head}{ANA} 11"),
            format!("{head}{ANA} 11\r\n"),
        ] {
            check(text, VoterListError::NotCanonical);
        }
    }

    #[test]
    fn w9_a_tree_is_of_one_proposal() {
        let list = VoterList::new(90, [(ANA, 11), (BEN, 7)]).expect("small");
        let tree = list.tree(&ANA, &BEN).expect("two voters");
        let elsewhere = list.tree(&ANA, &ANA).expect("two voters");
        assert_eq!(tree.root().total, Weight(18));
        assert_ne!(tree.root(), elsewhere.root());
        let (program, constitution, proposal) = (PROGRAM_ID.to_bytes(), ANA.to_bytes(), BEN.to_bytes());
        let context = SnapshotContext { program: &program, constitution: &constitution, proposal: &proposal, slot: 90 };
        let leaf = Leaf { index: 1, voter: &BEN.to_bytes(), weight: Weight(7) };
        let proof = tree.proof(1).expect("a voter");
        assert_eq!(tree.root().verify::<Sha2>(&context, &leaf, &proof), Ok(()));
    }
}
