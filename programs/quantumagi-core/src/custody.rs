//! What a call may not do to what the vault owns, whatever it was told to do (X8).
//!
//! A call is voted on by its bytes, and what those do inside another program not every voter can know. So the vault's
//! accounts are looked at before it and after it: it may spend from them, and may give nobody a power over them.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::FLAG_WRITABLE,
    token::{Seizure, TokenAccount, TOKEN_2022_PROGRAM, TOKEN_PROGRAM},
};

extern crate alloc;
use alloc::vec::Vec;

use crate::error::GovError;

/// The token programs, in the order in which accounts of the vault are mostly theirs.
pub const TOKEN_PROGRAMS: [Address; 2] =
    [Address::new_from_array(TOKEN_PROGRAM), Address::new_from_array(TOKEN_2022_PROGRAM)];

/// A token account of the vault before a call: where it stands among the call's accounts, whose account it is, and how it
/// is.
struct Kept(usize, Address, TokenAccount);

/// The vault and its token accounts before a call.
pub struct Custody<'a> {
    vault: &'a AccountView,
    kept: Vec<Kept>,
}

impl<'a> Custody<'a> {
    /// Notes the vault's token accounts among those that the call may write.
    ///
    /// # Errors
    /// Where an account is borrowed, which none is.
    pub fn before(vault: &'a AccountView, views: &[AccountView], flags: impl Iterator<Item = u8>) -> Result<Self> {
        let mut kept = Vec::new();
        for (index, (view, flags)) in views.iter().zip(flags).enumerate() {
            if flags & FLAG_WRITABLE == 0 {
                continue;
            }
            let Some(program) = token_program_of(view) else { continue };
            if let Some(account) = TokenAccount::read(&view.try_borrow()?) {
                if account.owner == vault.address().to_bytes() {
                    kept.push(Kept(index, program, account));
                }
            }
        }
        Ok(Self { vault, kept })
    }

    /// Looks at all of them again.
    ///
    /// # Errors
    /// [`GovError::VaultSeized`] where the vault is no plain account any more; [`GovError::TokensSeized`],
    /// [`GovError::TokensDelegated`] or [`GovError::TokensClosable`] where somebody got a power over its tokens.
    pub fn check_after(&self, views: &[AccountView]) -> Result<()> {
        let is_plain = self.vault.owned_by(&System::id()) && self.vault.data_len() == 0;
        require!(is_plain, GovError::VaultSeized);
        for Kept(index, program, before) in &self.kept {
            let view = views.get(*index).ok_or(GovError::InvariantBroken)?;
            // What a token program leaves of an account that its owner closed.
            let is_closed = view.owned_by(&System::id()) && view.data_len() == 0;
            let after = if is_closed {
                None
            } else {
                require!(view.owned_by(program), GovError::TokensSeized);
                Some(TokenAccount::read(&view.try_borrow()?).ok_or(GovError::TokensSeized)?)
            };
            before.check_kept(after.as_ref()).map_err(GovError::from)?;
        }
        Ok(())
    }
}

/// The token program that owns this account, if one does.
pub fn token_program_of(view: &AccountView) -> Option<Address> {
    TOKEN_PROGRAMS.into_iter().find(|program| view.owned_by(program))
}

impl From<Seizure> for GovError {
    fn from(seizure: Seizure) -> Self {
        match seizure {
            Seizure::Owner => Self::TokensSeized,
            Seizure::Delegate => Self::TokensDelegated,
            Seizure::CloseAuthority => Self::TokensClosable,
        }
    }
}
