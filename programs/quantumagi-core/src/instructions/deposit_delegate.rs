//! The owner names who votes until the owner does, or nobody.
//!
//! Specification
//! 1. A delegation shall end by itself within 365 days; zeros and no end revoke it at once.
//! 2. A delegate shall have no power over tokens, and none over a ballot that stands.

use anchor_lang::prelude::*;
use quantumagi_rules::{deposit::is_legal_delegation, UnixSeconds};

use super::deposit_accounts::*;
use crate::{error::GovError, events::DepositDelegated, mandate::now};

impl DepositChange {
    /// `deposit_delegate`.
    pub fn delegate(&mut self, delegate: Address, expires_at: i64) -> Result<()> {
        let now = now()?;
        require!(*self.authority.address() == self.deposit.owner, GovError::NotDepositOwner);
        let is_revoked = delegate == Address::default() && expires_at == 0;
        let is_legal = delegate != Address::default() && is_legal_delegation(UnixSeconds(expires_at), now);
        require!(is_revoked || is_legal, GovError::DelegationOutOfRange);
        (self.deposit.delegate, self.deposit.delegate_expires_at) = (delegate, expires_at);
        let event = DepositDelegated {
            constitution: self.deposit.constitution,
            sequence: self.constitution.chain.sequence,
            at: now.0,
            deposit: *self.deposit.address(),
            delegate,
            expires_at,
        };
        self.constitution.chain.record(&event)
    }
}
