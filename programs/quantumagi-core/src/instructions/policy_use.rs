//! As `policy_authorize`, once: writes down that this key of this authority was used, and refuses it ever after.
//!
//! Specification
//! 1. What `policy_authorize` denies shall be denied.
//! 2. A key shall be used once an authority and policy, whatever else is in the transaction; nobody can use another's.
//! 3. The record shall stay until the policy has ended, and then return its rent to who paid it (A5, A6).
// The derive reads the key where it loads the accounts, and needs it only where it checks them.
#![allow(unused_variables)]

use anchor_lang::{prelude::*, AccountInitialize};

use super::policy_authorize::{answer, tell};
use crate::{
    error::GovError,
    events::PolicyUsed,
    mandate::now,
    seeds,
    state::{Authorization, Constitution, Policy, LAYOUT_VERSION},
};

#[derive(Accounts)]
#[instruction(use_key: [u8; 32])]
pub struct PolicyUse {
    /// Who asks: an address that the calling program signs for, or a wallet.
    pub authority: Signer,
    /// The policy's constitution.
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The policy.
    #[account(constraint = policy.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub policy: Account<Policy>,
    /// Pays, and is paid back when the record is closed.
    #[account(mut)]
    pub payer: Signer,
    /// The record of this use. Created here: not by `init`, so that a second use gets its answer and not the System
    /// program's error.
    #[account(mut, seeds = [seeds::AUTHORIZATION, policy, authority, &use_key], bump)]
    pub authorization: UncheckedAccount,
    pub system_program: Program<System>,
}

impl PolicyUse {
    pub fn handler(
        &mut self,
        bumps: &PolicyUseBumps,
        use_key: [u8; 32],
        action_hash: [u8; 32],
        text_hash: [u8; 32],
    ) -> Result<()> {
        let now = now()?;
        // Lamports alone use nothing up: anybody can send them to an address.
        let is_used = self.authorization.account().owned_by(&crate::ID);
        let answer = answer(&self.policy, action_hash, &text_hash, is_used, now)?;
        if answer.denial.is_some() {
            return tell(&answer);
        }
        let (policy, authority) = (*self.policy.address(), *self.authority.address());
        let bump = [bumps.authorization];
        let seeds: [&[u8]; 5] = [seeds::AUTHORIZATION, policy.as_ref(), authority.as_ref(), &use_key, &bump];
        let mut record = Account::<Authorization>::create_and_initialize(
            self.payer.account(),
            self.authorization.account(),
            Account::<Authorization>::INIT_SPACE,
            &crate::ID,
            &Default::default(),
            Some(&seeds),
            None,
        )?;
        let constitution = *self.constitution.address();
        record.constitution = constitution;
        record.policy = policy;
        record.authority = authority;
        record.payer = *self.payer.address();
        record.use_key = use_key;
        record.action_hash = action_hash;
        record.used_at = now.0;
        record.layout_version = LAYOUT_VERSION;
        record.bump = bumps.authorization;
        let event = PolicyUsed {
            constitution,
            sequence: self.constitution.chain.sequence,
            at: now.0,
            policy_id: self.policy.id,
            version: self.policy.version,
            authority,
            payer: record.payer,
            use_key,
            action_hash,
        };
        self.constitution.chain.record(&event)?;
        tell(&answer)
    }
}
