//! Lists of accounts that more than one instruction takes. Sharing a list shares the code that checks it, which is most
//! of the program's size.

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, lifecycle::Step, UnixSeconds};

use crate::{
    error::GovError,
    mandate::{execute, Mandate},
    state::{Constitution, Policy, Principle, Proposal, Roster, RosterPage, Snapshot, SnapshotOperators, WeightPlugin},
};

/// Who orders a change of the constitution: its founder before the seal, an approved proposal ever after. Never both.
#[derive(Accounts)]
pub struct Mandated {
    /// The founder before the seal; anybody with the proposal after it.
    pub authority: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The approved proposal that orders this; none before the seal.
    #[account(mut)]
    pub proposal: Option<Account<Proposal>>,
}

impl Mandated {
    /// Checks that `action` is ordered, and spends the proposal that orders it.
    ///
    /// # Errors
    /// As [`crate::mandate::order`].
    pub fn order(&mut self, action: &Action, now: UnixSeconds) -> Result<Mandate> {
        crate::mandate::order(self.authority.address(), &self.constitution, self.proposal.as_mut(), action, now)
    }
}

/// A principle to amend or retire.
#[derive(Accounts)]
pub struct PrincipleChange {
    pub mandated: Nested<Mandated>,
    #[account(mut, constraint = principle.constitution == *mandated.constitution.address() @ GovError::WrongConstitution)]
    pub principle: Account<Principle>,
}

/// A policy to amend or repeal.
#[derive(Accounts)]
pub struct PolicyChange {
    pub target: Nested<PolicyOfConstitution>,
    /// The approved proposal that orders this.
    #[account(mut)]
    pub proposal: Account<Proposal>,
}

impl PolicyChange {
    /// Checks that `action` is ordered, and spends the proposal that orders it.
    ///
    /// # Errors
    /// As [`crate::mandate::execute`].
    pub fn order(&mut self, action: &Action, now: UnixSeconds) -> Result<Mandate> {
        execute(&mut self.proposal, self.target.constitution.address(), action, now)
    }
}

/// A policy and the constitution it belongs to.
#[derive(Accounts)]
pub struct PolicyOfConstitution {
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(mut, constraint = policy.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub policy: Account<Policy>,
}

/// A roster, or a page of it, to close.
#[derive(Accounts)]
pub struct RosterClosing {
    /// Who created the roster, or anybody once a newer one is adopted.
    pub authority: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(mut, constraint = roster.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub roster: Account<Roster>,
}

impl RosterClosing {
    /// # Errors
    /// As [`Roster::check_closable`].
    pub fn check_closable(&self) -> Result<()> {
        self.roster.check_closable(*self.roster.address(), &self.constitution, self.authority.address())
    }
}

/// A ballot of somebody on a roster.
#[derive(Accounts)]
pub struct MemberBallot {
    /// Votes.
    pub voter: Signer,
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// The page that holds the voter, of the roster that the proposal froze.
    pub roster_page: RosterPage,
}

/// A proposal that anybody may move on.
#[derive(Accounts)]
pub struct ProposalStep {
    #[account(mut)]
    pub proposal: Account<Proposal>,
}

/// A root that was published for a proposal, with the operators who judge it.
#[derive(Accounts)]
pub struct PublishedSnapshot {
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// The operators who judge it.
    #[account(constraint = *electorate.address() == proposal.electorate @ GovError::WrongElectorate)]
    pub electorate: Account<SnapshotOperators>,
    /// The published root.
    #[account(mut, constraint = snapshot.proposal == *proposal.address() @ GovError::WrongProposal)]
    pub snapshot: Account<Snapshot>,
}

impl PublishedSnapshot {
    /// Whether it can still be judged and bound.
    ///
    /// # Errors
    /// The lifecycle's refusal; [`GovError::SnapshotAlreadyBound`].
    pub fn check_open(&self, now: UnixSeconds) -> Result<()> {
        self.proposal.check_step(Step::BindSnapshot, now)?;
        require!(!self.proposal.has_snapshot(), GovError::SnapshotAlreadyBound);
        Ok(())
    }
}

/// A weight plugin and the constitution it belongs to.
#[derive(Accounts)]
pub struct PluginOfConstitution {
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The plugin.
    #[account(mut, constraint = electorate.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub electorate: Account<WeightPlugin>,
}
