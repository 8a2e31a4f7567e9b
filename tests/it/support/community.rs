//! A community that exists: where its accounts are, and how its people act.

use std::ops::{Deref, DerefMut};

use quantumagi_interface::{Address, Instruction, instructions as ix, pda, types::Member};
use quantumagi_rules::{ballot, roster::MEMBERS_PER_PAGE};

use super::{Done, FOR, World, founding::stranger};

/// Most members that fit one transaction beside everything else.
const MEMBERS_PER_TRANSACTION: usize = 15;

/// A constitution with its council, in its world.
#[derive(Clone)]
pub struct Community {
    pub world: World,
    pub constitution: Address,
    pub vault: Address,
    pub founder: Address,
    /// The roster in force when it was founded.
    pub roster: Address,
    /// Its members, ascending by address.
    pub members: Vec<Member>,
    /// Who may be guardians, ascending; empty for guardians made up by index.
    pub guardians: Vec<Address>,
}

impl Deref for Community {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Community {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Community {
    /// Somebody who is not a member.
    pub fn stranger(&self) -> Address {
        stranger()
    }

    /// The member with this index.
    pub fn member(&self, index: usize) -> Address {
        self.members[index].voter
    }

    /// Creates the roster of this version and fills it.
    pub fn fill_roster(&mut self, payer: &Address, version: u32, members: &[Member]) -> Address {
        let (payer, constitution) = (*payer, self.constitution);
        let roster = pda::roster(&constitution, version);
        let size = u32::try_from(members.len()).unwrap();
        self.send(ix::RosterCreate { payer, constitution, roster }.instruction(size));
        for (page, on_page) in (0..).zip(members.chunks(MEMBERS_PER_PAGE as usize)) {
            let roster_page = pda::roster_page(&roster, page);
            self.send(ix::RosterPageOpen { payer, constitution, roster, roster_page }.instruction(page));
            for part in on_page.chunks(MEMBERS_PER_TRANSACTION) {
                let extend = ix::RosterExtend { payer, constitution, roster, roster_page };
                self.send(extend.instruction(part));
            }
        }
        roster
    }

    /// The page of the first roster that holds the member with this index.
    pub fn page_of(&self, index: u32) -> Address {
        pda::roster_page(&self.roster, quantumagi_rules::roster::place(index).0)
    }

    /// A ballot of the member with this index.
    pub fn ballot(&self, proposal: &Address, index: u32, choice: u8) -> Instruction {
        self.ballot_accounts(proposal, index).instruction(index, choice)
    }

    /// Its accounts, for tests that change one.
    pub fn ballot_accounts(&self, proposal: &Address, index: u32) -> ix::ProposalVote {
        let ballot_page = match ballot::place(index) {
            ballot::Place::Proposal { .. } => None,
            ballot::Place::Page { page, .. } => Some(pda::ballot_page(proposal, page)),
        };
        let voter = self.member(index as usize);
        ix::ProposalVote { voter, proposal: *proposal, roster_page: self.page_of(index), ballot_page }
    }

    /// The member with this index votes.
    #[track_caller]
    pub fn vote(&mut self, proposal: &Address, index: u32, choice: u8) -> Done {
        let ballot = self.ballot(proposal, index, choice);
        self.send(ballot)
    }

    /// Waits for the first second of voting.
    pub fn open_voting(&mut self, proposal: &Address) {
        let starts_at = self.proposal(proposal).starts_at;
        self.set_time(starts_at);
    }

    /// Waits for the end of voting and has the outcome written down.
    #[track_caller]
    pub fn finalize(&mut self, proposal: &Address) -> Done {
        let ends_at = self.proposal(proposal).ends_at;
        self.set_time(ends_at);
        self.send(ix::ProposalFinalize { proposal: *proposal }.instruction())
    }

    /// The instruction that writes down that a window was missed.
    pub fn expire(&self, proposal: &Address) -> Instruction {
        ix::ProposalExpire { constitution: self.constitution, proposal: *proposal }.instruction()
    }

    /// First second of the execution window.
    pub fn opens_at(&self, proposal: &Address) -> i64 {
        let proposal = self.proposal(proposal);
        proposal.ends_at + i64::from(proposal.cooloff_seconds) + i64::from(proposal.timelock_seconds)
    }

    /// First second after the execution window.
    pub fn closes_at(&self, proposal: &Address) -> i64 {
        self.opens_at(proposal) + i64::from(self.proposal(proposal).window_seconds)
    }

    /// Has the first seven members vote for it, finalizes it, and waits for its window.
    #[track_caller]
    pub fn approve(&mut self, proposal: &Address) {
        self.open_voting(proposal);
        for index in 0..u32::try_from(self.members.len()).unwrap().min(7) {
            self.vote(proposal, index, FOR);
        }
        self.finalize(proposal);
        let opens_at = self.opens_at(proposal);
        self.set_time(opens_at);
    }

    /// Waits for voting, lets it pass without a ballot, and finalizes: defeated.
    #[track_caller]
    pub fn defeat(&mut self, proposal: &Address) {
        self.finalize(proposal);
    }

    /// The instruction that closes a proposal.
    pub fn close(&self, proposal: &Address) -> ix::ProposalClose {
        let stored = self.proposal(proposal);
        ix::ProposalClose {
            constitution: self.constitution,
            proposal: *proposal,
            electorate: stored.electorate,
            candidate: stored.candidate(),
            veto_roster: stored.veto_roster(),
            vault: self.vault,
            proposer: stored.proposer,
            record: pda::proposer(&self.constitution, &stored.proposer),
        }
    }
}
