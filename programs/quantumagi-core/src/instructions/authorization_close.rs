//! Anybody closes the record of a use once its policy has ended for good; the rent goes back to who paid it (A6).
//!
//! Specification
//! 1. The policy shall be repealed, written down as set, or closed: none of them can carry an action again, so what was
//!    used stays used (A5).

use anchor_lang::prelude::*;
use quantumagi_rules::policy::PolicyStatus;

use crate::{
    error::GovError,
    events::AuthorizationClosed,
    mandate::now,
    state::{Authorization, Constitution, Policy},
};

#[derive(Accounts)]
pub struct AuthorizationClose {
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The policy, or its address where it was closed.
    #[account(constraint = *policy.address() == authorization.policy @ GovError::WrongPolicy)]
    pub policy: UncheckedAccount,
    /// The record.
    #[account(
        mut,
        constraint = authorization.constitution == *constitution.address() @ GovError::WrongConstitution
    )]
    pub authorization: Account<Authorization>,
    /// Who paid for the record.
    #[account(mut, constraint = *payer.address() == authorization.payer @ GovError::NotPayer)]
    pub payer: UncheckedAccount,
}

impl AuthorizationClose {
    pub fn handler(&mut self) -> Result<()> {
        // Ids are never used twice: an address that held this policy and is not the program's any more holds none again.
        if self.policy.account().owned_by(&crate::ID) {
            let policy = Account::<Policy>::load(*self.policy.account())?;
            require!(policy.status()? != PolicyStatus::Active, GovError::PolicyInForce);
        } else {
            require!(self.policy.account().owned_by(&System::id()), GovError::WrongPolicy);
        }
        let event = AuthorizationClosed {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now()?.0,
            policy: self.authorization.policy,
            authority: self.authorization.authority,
            payer: self.authorization.payer,
            use_key: self.authorization.use_key,
        };
        self.constitution.chain.record(&event)?;
        self.authorization.close(*self.payer.account())
    }
}
