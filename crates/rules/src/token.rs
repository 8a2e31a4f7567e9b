//! Token accounts as the token programs store them, and what a call may not do to the vault's.
//!
//! Both token programs begin an account with the same 165 bytes. Source: `spl_token_interface::state::Account` and
//! `spl_token_2022_interface::extension` (base layout, account type).

use crate::Address;

/// The token program.
pub const TOKEN_PROGRAM: Address = [
    6, 221, 246, 225, 215, 101, 161, 147, 217, 203, 225, 70, 206, 235, 121, 172, 28, 180, 133, 237, 95, 91, 55, 145,
    58, 140, 245, 133, 126, 255, 0, 169,
];
/// The token program with extensions.
pub const TOKEN_2022_PROGRAM: Address = [
    6, 221, 246, 225, 238, 117, 143, 222, 24, 66, 93, 188, 228, 108, 205, 218, 182, 26, 252, 77, 131, 185, 13, 39, 254,
    189, 249, 40, 216, 161, 139, 252,
];

/// Bytes of a token account without extensions.
const ACCOUNT_LEN: usize = 165;
/// Bytes of a mint without extensions.
const MINT_LEN: usize = 82;
/// What stands behind the first 165 bytes of an account with extensions.
const TYPE_MINT: u8 = 1;
const TYPE_ACCOUNT: u8 = 2;
/// Length of a multisignature account, which no token account has.
const MULTISIG_LEN: usize = 355;

/// A token account that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenAccount {
    /// Its mint.
    pub mint: Address,
    /// Who may spend from it.
    pub owner: Address,
    /// Base units in it.
    pub amount: u64,
    /// Who else may spend from it; zeros where `delegated_amount` is 0.
    pub delegate: Option<Address>,
    /// How much the delegate may spend, in base units.
    pub delegated_amount: u64,
    /// Who may close it besides its owner.
    pub close_authority: Option<Address>,
}

/// What a call did to an account of the vault that nobody voted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seizure {
    /// It is somebody else's now, or no token account any more.
    Owner,
    /// Somebody may spend from it who could not, or more than before.
    Delegate,
    /// Somebody may close it who could not.
    CloseAuthority,
}

/// Whether this is one of the token programs.
#[must_use]
pub fn is_token_program(program: &Address) -> bool {
    *program == TOKEN_PROGRAM || *program == TOKEN_2022_PROGRAM
}

impl TokenAccount {
    /// Reads an account of a token program; `None` for a mint, a multisignature, or one that does not exist yet.
    #[must_use]
    pub fn read(data: &[u8]) -> Option<Self> {
        let base = data.first_chunk::<ACCOUNT_LEN>()?;
        let is_account =
            data.len() == ACCOUNT_LEN || (data.len() != MULTISIG_LEN && data.get(ACCOUNT_LEN) == Some(&TYPE_ACCOUNT));
        let [state] = part::<1>(base, 108)?;
        if !is_account || state == 0 {
            return None;
        }
        Some(Self {
            mint: part(base, 0)?,
            owner: part(base, 32)?,
            amount: u64::from_le_bytes(part(base, 64)?),
            delegate: option(base, 72)?,
            delegated_amount: u64::from_le_bytes(part(base, 121)?),
            close_authority: option(base, 129)?,
        })
    }

    /// Compares with the same account after a call; `None` where it was closed.
    ///
    /// A call may spend what is in the account and may take powers away from others. It may not give any.
    ///
    /// # Errors
    /// The first [`Seizure`].
    pub fn check_kept(&self, after: Option<&Self>) -> Result<(), Seizure> {
        let Some(after) = after else { return Ok(()) };
        if after.owner != self.owner || after.mint != self.mint {
            return Err(Seizure::Owner);
        }
        if after.delegate.is_some()
            && (after.delegate != self.delegate || self.delegated_amount < after.delegated_amount)
        {
            return Err(Seizure::Delegate);
        }
        if after.close_authority.is_some() && after.close_authority != self.close_authority {
            return Err(Seizure::CloseAuthority);
        }
        Ok(())
    }
}

/// The decimals of a mint that exists; `None` for anything else.
#[must_use]
pub fn mint_decimals(data: &[u8]) -> Option<u8> {
    let base = data.first_chunk::<MINT_LEN>()?;
    let is_mint = data.len() == MINT_LEN || (data.len() != MULTISIG_LEN && data.get(ACCOUNT_LEN) == Some(&TYPE_MINT));
    let [decimals, is_initialized] = part::<2>(base, 44)?;
    (is_mint && is_initialized == 1).then_some(decimals)
}

fn part<const N: usize>(data: &[u8], offset: usize) -> Option<[u8; N]> {
    data.get(offset..)?.first_chunk::<N>().copied()
}

/// An address behind a tag of four bytes, which is 1 where there is one. Any other tag but 0 is not valid.
fn option(data: &[u8], offset: usize) -> Option<Option<Address>> {
    match u32::from_le_bytes(part(data, offset)?) {
        0 => Some(None),
        1 => Some(Some(part(data, offset.checked_add(4)?)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
