//! Lists of accounts that more than one instruction takes. Sharing a list shares the code that checks it, which is most
//! of the program's size.

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, lifecycle::Step, UnixSeconds};

use crate::{
    error::GovError,
    mandate::{execute, Mandate},
    state::{
        Constitution, Guardrails, Payload, Policy, Principle, Proposal, Roster, RosterPage, Snapshot,
        SnapshotOperators, WeightPlugin,
    },
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

/// A principle to amend.
#[derive(Accounts)]
pub struct PrincipleChange {
    pub mandated: Nested<Mandated>,
    #[account(mut, constraint = principle.constitution == *mandated.constitution.address() @ GovError::WrongConstitution)]
    pub principle: Account<Principle>,
}

/// A principle whose guardrail is set or cleared, by itself or because the principle is retired.
#[derive(Accounts)]
pub struct GuardrailChange {
    pub target: Nested<PrincipleChange>,
    /// The guardrails; needed where the principle has one or gets one.
    #[account(mut, constraint = guardrails.constitution == *target.mandated.constitution.address() @ GovError::WrongConstitution)]
    pub guardrails: Option<Account<Guardrails>>,
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
        execute(&mut self.proposal, &self.target.constitution, action, now)
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

/// An approved proposal whose execution calls another program with the vault's signature. What else the call takes comes
/// behind these accounts, in the order that the instruction says.
#[derive(Accounts)]
pub struct VaultOrder {
    #[account(constraint = proposal.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub constitution: Account<Constitution>,
    /// The approved proposal that orders this.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// Signs. Read-only here, because the call may list it as writable.
    #[account(constraint = *vault.address() == constitution.vault @ GovError::WrongVault)]
    pub vault: UncheckedAccount,
    /// The program that is called, or upgraded.
    pub program: UncheckedAccount,
    /// The account that holds the program's code, where the program can be upgraded.
    pub program_data: Option<UncheckedAccount>,
    /// Where the action's bytes are read, if the instruction's flags and data do not fit the arguments. Anybody's will do:
    /// its bytes count for nothing but the digest they have.
    pub payload: Option<Payload>,
    /// The guardrails, where there are any.
    #[account(mut)]
    pub guardrails: Option<Account<Guardrails>>,
}
