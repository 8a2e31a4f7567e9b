//! Every way to vote, and when a vote ends.

use quantumagi_interface::calls::Call;

use super::*;

/// A ballot, and who casts it.
#[derive(Clone, Copy)]
struct Ballot {
    index: u32,
    choice: u8,
    weight: u64,
    page: Option<Address>,
}

impl Model {
    pub(super) fn ballots(&self, call: &Call, at: &At) -> Option<Result<Foreseen, Why>> {
        Some(match call.clone() {
            Call::ProposalVote { accounts: a, voter_index, choice } => {
                self.voting(&a.proposal, 1, at).and_then(|known| {
                    let page = self.roster_pages.get(&a.roster_page).ok_or("there is no such page")?;
                    need!(page.of == known.electorate && page.number == voter_index / 30, "another page");
                    let member = self.rosters[&known.electorate].members.get(voter_index as usize);
                    let (voter, weight) = *member.ok_or("no such member")?;
                    need!(voter == a.voter, "somebody else is that member");
                    let ballot = Ballot { index: voter_index, choice, weight, page: a.ballot_page };
                    self.cast(a.proposal, ballot, at, |_| ())
                })
            }
            Call::DepositVote { accounts, choice } => self.deposit_vote(&accounts, choice, at),
            Call::SnapshotVote { accounts: a, voter_index, weight, choice, proof } => {
                self.voting(&a.proposal, 3, at).and_then(|known| {
                    self.check_proof(known, &a.proposal, &a.voter, voter_index, weight, &proof)?;
                    let ballot = Ballot { index: voter_index, choice, weight, page: a.ballot_page };
                    self.cast(a.proposal, ballot, at, |_| ())
                })
            }
            Call::RecordVote { accounts: a, choice } => self.voting(&a.proposal, 4, at).and_then(|known| {
                need!(a.electorate == known.electorate, "another electorate");
                let seat = self.seats.get(&a.seat).ok_or("there is no such seat")?;
                need!(seat.plugin == known.electorate && seat.voter == a.voter, "another's seat");
                let plugin = &self.plugins[&known.electorate];
                let weight = self.weight_in(&a.weight_record, plugin, Some(&a.voter), 0, &a.proposal, at)?;
                let ballot = Ballot { index: seat.index, choice, weight, page: a.ballot_page };
                self.cast(a.proposal, ballot, at, |_| ())
            }),
            _ => return None,
        })
    }

    fn voting(&self, proposal: &Address, kind: u8, at: &At) -> Result<&Proposal, Why> {
        let known = self.proposals.get(proposal).ok_or("there is no such proposal")?;
        need!(known.kind == kind, "another kind of electorate votes on it");
        need!(known.is_voting(at.now), "nobody votes now");
        Ok(known)
    }

    fn deposit_vote(&self, a: &ix::DepositVote, choice: u8, at: &At) -> Result<Foreseen, Why> {
        let known = self.voting(&a.proposal, 2, at)?;
        let deposit = self.deposits.get(&a.deposit).ok_or("there is no such deposit")?;
        need!(deposit.pool == known.electorate, "a deposit of another pool");
        let is_owner = a.voter == deposit.owner;
        let is_delegate = a.voter == deposit.delegate && at.now < deposit.delegated_until;
        need!(is_owner || is_delegate, "neither owner nor delegate");
        let index = deposit.index.ok_or("it never matured")?;
        need!(is_owner || !known.is_final_ballot, "the owner keeps the last word");
        need!(is_owner || !known.ballots.contains_key(&index), "a delegate changes nothing");
        let weight = deposit.weight_for(known.id);
        need!(weight > 0, "it weighs nothing here");
        let until = known.ends_at + if known.was_extended { 0 } else { known.extension };
        let deposit = a.deposit;
        let ballot = Ballot { index, choice, weight, page: a.ballot_page };
        self.cast(a.proposal, ballot, at, move |model| {
            let deposit = model.deposits.get_mut(&deposit).unwrap();
            deposit.locked_until = deposit.locked_until.max(until);
        })
    }

    /// A proof is worth something only if it is the one that belongs to this voter in the tree whose root is bound.
    fn check_proof(
        &self,
        known: &Proposal,
        proposal: &Address,
        voter: &Address,
        index: u32,
        weight: u64,
        proof: &[u8],
    ) -> Result<(), Why> {
        let (root, slot) = known.bound.ok_or("it is not known who votes")?;
        let tree = self.trees.get(&root).ok_or("nobody knows such a tree")?;
        need!(tree.proposal == *proposal && tree.slot == slot, "a tree of another proposal or slot");
        let sum: u128 = tree.voters.iter().map(|(_, weight)| u128::from(*weight)).sum();
        need!(sum == known.total && levels(tree.voters.len()) == levels(known.voters as usize), "another sum, or size");
        need!(index < known.voters && tree.voters.get(index as usize) == Some(&(*voter, weight)), "not in the tree");
        need!(tree.proofs[index as usize] == proof, "no proof of it");
        Ok(())
    }

    fn cast(
        &self,
        proposal: Address,
        ballot: Ballot,
        at: &At,
        also: impl FnOnce(&mut Self) + 'static,
    ) -> Result<Foreseen, Why> {
        let known = &self.proposals[&proposal];
        let Ballot { index, choice, weight, page } = ballot;
        need!((1..=3).contains(&choice), "no such choice");
        need!(index < known.voters, "not among its voters");
        match index.checked_sub(256) {
            None => need!(page.is_none(), "the ballot lies in the proposal"),
            Some(beyond) => {
                let number = beyond / 4_096;
                let is_open = known.pages.contains(&number) && page == Some(pda::ballot_page(&proposal, number));
                need!(is_open, "the ballot lies on a page");
            }
        }
        let previous = known.ballots.get(&index);
        need!(previous.is_none_or(|previous| previous.0 != choice), "nothing changes");
        need!(previous.is_none() || !known.is_final_ballot, "ballots are final");
        let mut after = known.clone();
        after.ballots.insert(index, (choice, weight));
        need!(after.turnout() <= after.total, "more weight than there is");
        after.updated_at = at.now;
        let is_late = at.now >= after.ends_at - after.extension;
        if after.is_final_ballot && after.is_settled() {
            after.ends_at = at.now;
        } else if !known.has_quorum() && after.has_quorum() && is_late && after.extension > 0 && !after.was_extended {
            after.ends_at += after.extension;
            after.was_extended = true;
        }
        sure(move |model| {
            also(model);
            model.proposals.insert(proposal, after);
        })
    }
}

impl Proposal {
    pub fn weight(&self, choice: u8) -> u128 {
        self.ballots.values().filter(|(cast, _)| *cast == choice).map(|(_, weight)| u128::from(*weight)).sum()
    }

    pub fn turnout(&self) -> u128 {
        self.ballots.values().map(|(_, weight)| u128::from(*weight)).sum()
    }

    fn has_quorum(&self) -> bool {
        self.turnout() * 10_000 >= self.quorum * self.total
    }

    /// The thresholds between which the attestor can still choose: the lowest and the highest.
    fn thresholds(&self) -> (u128, u128) {
        let harder = self.threshold.max(self.unattested);
        match self.score {
            _ if self.unattested == 0 => (self.threshold, self.threshold),
            None => (self.threshold, harder),
            Some(score) if score >= self.mark => (self.threshold, self.threshold),
            Some(_) => (harder, harder),
        }
    }

    /// 0 where it passes as things are, else the number of the first reason why it does not (T1 to T3).
    pub fn verdict(&self) -> u8 {
        let (_, threshold) = self.thresholds();
        self.verdict_of(threshold, self.weight(FOR), self.weight(AGAINST), self.turnout())
    }

    fn verdict_of(&self, threshold: u128, in_favour: u128, against: u128, turnout: u128) -> u8 {
        if turnout * 10_000 < self.quorum * self.total {
            1
        } else if in_favour == 0 {
            2
        } else if in_favour * 10_000 < threshold * (in_favour + against) {
            3
        } else if in_favour * 10_000 < self.min_for * self.total {
            4
        } else {
            0
        }
    }

    /// Whether whoever has not voted yet can still turn the outcome, or the attestor: tries all of them on one side, and
    /// on the other (T4).
    fn is_settled(&self) -> bool {
        let (lowest, highest) = self.thresholds();
        let (in_favour, against, turnout) = (self.weight(FOR), self.weight(AGAINST), self.turnout());
        let rest = self.total - turnout;
        let passes_now = self.verdict_of(highest, in_favour, against, turnout) == 0;
        let passes_at_worst = self.verdict_of(highest, in_favour, against + rest, self.total) == 0;
        let fails_at_best = self.verdict_of(lowest, in_favour + rest, against, self.total) != 0;
        (passes_now && passes_at_worst) || fails_at_best
    }
}

/// Levels of a tree with so many leaves.
fn levels(leaves: usize) -> u32 {
    (0..).find(|levels| leaves <= 1 << levels).unwrap()
}
