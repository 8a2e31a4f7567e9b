//! A community to measure: a constitution with principles and a council.

use anyhow::Result;
use quantumagi_interface::{Address, Instruction, accounts, instructions as ix, pda, types};
use quantumagi_rules::{action::Action, ballot, roster};

use super::chain::Chain;
use super::cost::Sent;
use super::people::{hash, person, voter};

/// For.
pub(super) const FOR: u8 = 1;
/// Against.
pub(super) const AGAINST: u8 = 2;

const DAY: u32 = 86_400;

/// The parameters of all tracks: 60 %, and times that do not matter to a bill.
pub(super) const TRACK: types::TrackConfig = types::TrackConfig {
    threshold_bps: 6_000,
    quorum_bps: 2_000,
    min_for_bps: 1_000,
    entrenched_threshold_bps: 7_500,
    discussion_seconds: DAY,
    voting_seconds: 3 * DAY,
    extension_seconds: DAY,
    timelock_seconds: DAY,
    window_seconds: 7 * DAY,
    veto_bps: 0,
    slash_bps: 0,
    cooloff_seconds: 0,
    deposit_lamports: 0,
};

/// A community in its chain. Its name gives all its keys.
pub(super) struct Community {
    pub(super) chain: Chain,
    pub(super) name: &'static str,
    pub(super) constitution: Address,
    pub(super) vault: Address,
    pub(super) founder: Address,
}

impl Community {
    /// Nothing but people with money: the first instruction is the caller's.
    pub(super) fn before(name: &'static str, voters: u32) -> Result<Self> {
        let mut chain = Chain::new()?;
        let constitution = pda::constitution(&person(&format!("{name}: create key")));
        let vault = pda::vault(&constitution);
        let founder = person(&format!("{name}: founder"));
        chain.fund(&founder)?;
        chain.fund(&vault)?;
        for index in 0..voters {
            chain.fund(&voter(name, index))?;
        }
        Ok(Self { chain, name, constitution, vault, founder })
    }

    /// With a sealed constitution, this many principles and a council in which everybody weighs a million.
    pub(super) fn founded(name: &'static str, voters: u32, principles: u32) -> Result<Self> {
        let mut community = Self::before(name, voters)?;
        community.send(community.create())?;
        for id in 0..principles {
            community.send(community.principle_add(id))?;
        }
        community.fill_roster(1, voters)?;
        community.send(community.roster_adopt(1))?;
        community.send(community.seal())?;
        community.send(community.proposer_open())?;
        Ok(community)
    }

    pub(super) fn send(&mut self, instruction: Instruction) -> Result<Sent> {
        self.chain.send(instruction)
    }

    pub(super) fn create(&self) -> Instruction {
        let create_key = person(&format!("{}: create key", self.name));
        let Self { founder, constitution, vault, .. } = *self;
        ix::ConstitutionCreate { founder, create_key, constitution, vault }
            .instruction(&types::ConstitutionCreateArgs { text_hash: hash("version 1"), tracks: [TRACK; 4] })
    }

    pub(super) fn seal(&self) -> Instruction {
        ix::ConstitutionSeal { founder: self.founder, constitution: self.constitution }.instruction()
    }

    pub(super) fn principle_add(&self, id: u32) -> Instruction {
        let Self { founder: authority, constitution, .. } = *self;
        let principle = pda::principle(&constitution, id);
        let args = types::PrincipleAddArgs { text_hash: hash("people decide"), class: 0, category: 1, priority: 50 };
        ix::PrincipleAdd { authority, constitution, principle, proposal: None }.instruction(&args)
    }

    /// The count of the first voter's open proposals.
    pub(super) fn record(&self) -> Address {
        pda::proposer(&self.constitution, &voter(self.name, 0))
    }

    pub(super) fn proposer_open(&self) -> Instruction {
        let Self { founder: payer, constitution, .. } = *self;
        let (owner, record) = (voter(self.name, 0), self.record());
        ix::ProposerOpen { payer, constitution, record }.instruction(owner)
    }

    pub(super) fn proposer_close(&self) -> Instruction {
        let Self { founder: payer, constitution, .. } = *self;
        ix::ProposerClose { authority: payer, constitution, record: self.record(), payer }.instruction()
    }

    /// The roster with this version.
    pub(super) fn roster(&self, version: u32) -> Address {
        pda::roster(&self.constitution, version)
    }

    pub(super) fn roster_create(&self, version: u32, size: u32) -> Instruction {
        let Self { founder: payer, constitution, .. } = *self;
        ix::RosterCreate { payer, constitution, roster: self.roster(version) }.instruction(size)
    }

    pub(super) fn roster_page_open(&self, version: u32, page: u32) -> Instruction {
        let Self { founder: payer, constitution, .. } = *self;
        let roster = self.roster(version);
        ix::RosterPageOpen { payer, constitution, roster, roster_page: pda::roster_page(&roster, page) }
            .instruction(page)
    }

    /// Adds the voters `from..to`, who belong on one page.
    pub(super) fn roster_extend(&self, version: u32, from: u32, to: u32) -> Instruction {
        let Self { founder: payer, constitution, .. } = *self;
        let roster = self.roster(version);
        let roster_page = pda::roster_page(&roster, roster::place(from).0);
        let members = (from..to).map(|index| types::Member { voter: voter(self.name, index), weight: 1_000_000 });
        ix::RosterExtend { payer, constitution, roster, roster_page }.instruction(&members.collect::<Vec<_>>())
    }

    pub(super) fn roster_adopt(&self, version: u32) -> Instruction {
        let Self { founder: authority, constitution, .. } = *self;
        ix::RosterAdopt { authority, constitution, proposal: None, roster: self.roster(version) }.instruction()
    }

    /// Creates a roster of this size and fills it.
    pub(super) fn fill_roster(&mut self, version: u32, size: u32) -> Result<()> {
        self.send(self.roster_create(version, size))?;
        for from in (0..size).step_by(15) {
            if from % roster::MEMBERS_PER_PAGE == 0 {
                self.send(self.roster_page_open(version, from / roster::MEMBERS_PER_PAGE))?;
            }
            self.send(self.roster_extend(version, from, (from + 15).min(size)))?;
        }
        Ok(())
    }

    pub(super) fn proposal(&self, proposal: &Address) -> Result<accounts::Proposal> {
        Ok(accounts::Proposal::decode(&self.chain.data(proposal)?)?)
    }

    /// The ballot of the voter with this index.
    pub(super) fn ballot(&self, proposal: &Address, index: u32, choice: u8) -> Result<Instruction> {
        let roster_page = pda::roster_page(&self.proposal(proposal)?.electorate, roster::place(index).0);
        let ballot_page = match ballot::place(index) {
            ballot::Place::Proposal { .. } => None,
            ballot::Place::Page { page, .. } => Some(pda::ballot_page(proposal, page)),
        };
        let voter = voter(self.name, index);
        Ok(ix::ProposalVote { voter, proposal: *proposal, roster_page, ballot_page }.instruction(index, choice))
    }

    pub(super) fn vote(&mut self, proposal: &Address, index: u32, choice: u8) -> Result<Sent> {
        let ballot = self.ballot(proposal, index, choice)?;
        self.send(ballot)
    }

    pub(super) fn finalize(proposal: &Address) -> Instruction {
        ix::ProposalFinalize { proposal: *proposal }.instruction()
    }

    pub(super) fn close(&self, proposal: &Address) -> Result<Instruction> {
        let stored = self.proposal(proposal)?;
        let close = ix::ProposalClose {
            constitution: self.constitution,
            proposal: *proposal,
            electorate: stored.electorate,
            candidate: stored.candidate(),
            veto_roster: stored.veto_roster(),
            vault: self.vault,
            proposer: stored.proposer,
            record: self.record(),
        };
        Ok(close.instruction())
    }

    /// First second of voting.
    pub(super) fn open_voting(&mut self, proposal: &Address) -> Result<()> {
        let starts_at = self.proposal(proposal)?.starts_at;
        self.chain.set_time(starts_at);
        Ok(())
    }

    /// First second after voting.
    pub(super) fn end_voting(&mut self, proposal: &Address) -> Result<()> {
        let ends_at = self.proposal(proposal)?.ends_at;
        self.chain.set_time(ends_at);
        Ok(())
    }

    /// First second in which it can be executed.
    pub(super) fn open_window(&mut self, proposal: &Address) -> Result<()> {
        let stored = self.proposal(proposal)?;
        self.chain.set_time(stored.ends_at + i64::from(stored.cooloff_seconds) + i64::from(stored.timelock_seconds));
        Ok(())
    }

    /// Has what is proposed here approved, and waits for its window.
    pub(super) fn approved(&mut self, action: &Action) -> Result<Address> {
        let (proposal, create) = self.propose(action, &[0], false)?;
        self.send(create)?;
        self.approve(&proposal)?;
        Ok(proposal)
    }

    /// Has just as many vote for it as the quorum asks, finalizes it, and waits for its window.
    pub(super) fn approve(&mut self, proposal: &Address) -> Result<()> {
        self.open_voting(proposal)?;
        let voters = self.proposal(proposal)?.voters;
        for index in 0..voters.div_ceil(5) {
            self.vote(proposal, index, FOR)?;
        }
        self.end_voting(proposal)?;
        self.send(Self::finalize(proposal))?;
        self.open_window(proposal)
    }
}
