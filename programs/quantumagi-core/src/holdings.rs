//! How many tokens of a mint the vault can call its own.
//!
//! Read from the accounts' bytes: what a call did to them is measured, whatever program and instruction did it.

use anchor_lang::prelude::*;

use crate::error::GovError;

/// SPL Token.
const TOKEN: Address = Address::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// Token-2022.
const TOKEN_2022: Address = Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// Bytes of a token account without extensions. Source: `spl_token_interface::state::Account`.
const ACCOUNT_BYTES: usize = 165;
/// What Token-2022 writes behind those bytes where extensions follow an account, and not a mint.
const IS_ACCOUNT: u8 = 2;
/// Tag of an option that holds something: u32.
const SOME: [u8; 4] = [1, 0, 0, 0];

/// Tokens of `mint` that are the vault's to give, over different accounts among `accounts`.
///
/// What a delegate may take counts as gone, and so does wrapped SOL that somebody else may unwrap: an approval is how tokens
/// leave after the call that is measured here.
///
/// # Errors
/// [`GovError::Overflow`] past 2^64 tokens, which no mint can have; where an account is borrowed.
#[inline(never)]
pub fn tokens_of(mint: &[u8; 32], vault: &Address, accounts: &[AccountView]) -> Result<u64> {
    let mut sum = 0u64;
    for (index, account) in accounts.iter().enumerate() {
        if !account.owned_by(&TOKEN) && !account.owned_by(&TOKEN_2022) {
            continue;
        }
        // An account that is named twice would count twice, and hide what leaves another.
        if accounts.iter().take(index).any(|earlier| earlier.address() == account.address()) {
            continue;
        }
        let bytes = account.try_borrow()?;
        let own = own_tokens(&bytes, mint, vault).unwrap_or(0);
        sum = sum.checked_add(own).ok_or(GovError::Overflow)?;
    }
    Ok(sum)
}

/// Tokens in one account; `None` where it is no token account, of another mint, or not the vault's.
fn own_tokens(bytes: &[u8], mint: &[u8; 32], vault: &Address) -> Option<u64> {
    let (account, extensions) = bytes.split_at_checked(ACCOUNT_BYTES)?;
    if extensions.first().is_some_and(|kind| *kind != IS_ACCOUNT) {
        return None;
    }
    let (of_mint, rest) = account.split_first_chunk::<32>()?;
    let (owner, rest) = rest.split_first_chunk::<32>()?;
    let (amount, rest) = rest.split_first_chunk::<8>()?;
    if of_mint != mint || owner != vault.as_array() {
        return None;
    }
    let (delegate, rest) = rest.split_first_chunk::<4>()?;
    let (_delegate, rest) = rest.split_first_chunk::<32>()?;
    let (_state, rest) = rest.split_first_chunk::<1>()?;
    let (native, rest) = rest.split_first_chunk::<4>()?;
    let (_reserve, rest) = rest.split_first_chunk::<8>()?;
    let (delegated, rest) = rest.split_first_chunk::<8>()?;
    let (closer, closer_address) = rest.split_first_chunk::<4>()?;
    let is_closed_by_other = *closer == SOME && closer_address != vault.as_ref();
    if *native == SOME && is_closed_by_other {
        return Some(0);
    }
    let delegated = if *delegate == SOME { u64::from_le_bytes(*delegated) } else { 0 };
    Some(u64::from_le_bytes(*amount).saturating_sub(delegated))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINT: [u8; 32] = [1; 32];
    const VAULT: Address = Address::new_from_array([2; 32]);

    fn account(amount: u64) -> [u8; ACCOUNT_BYTES] {
        let mut bytes = [0; ACCOUNT_BYTES];
        bytes[..32].copy_from_slice(&MINT);
        bytes[32..64].copy_from_slice(VAULT.as_ref());
        bytes[64..72].copy_from_slice(&amount.to_le_bytes());
        bytes[108] = 1;
        bytes
    }

    #[track_caller]
    fn check(change: impl Fn(&mut [u8; ACCOUNT_BYTES]), expected: Option<u64>) {
        let mut bytes = account(100);
        change(&mut bytes);
        assert_eq!(own_tokens(&bytes, &MINT, &VAULT), expected);
        let with_extensions = [&bytes[..], &[IS_ACCOUNT, 7, 0, 0, 0]].concat();
        assert_eq!(own_tokens(&with_extensions, &MINT, &VAULT), expected);
    }

    #[test]
    fn what_others_may_take_is_not_the_vaults() {
        check(|_| {}, Some(100));
        let delegate = |bytes: &mut [u8; ACCOUNT_BYTES], amount: u64| {
            bytes[72] = 1;
            bytes[121..129].copy_from_slice(&amount.to_le_bytes());
        };
        check(|bytes| delegate(bytes, 30), Some(70));
        check(|bytes| delegate(bytes, u64::MAX), Some(0));
        let closer = |bytes: &mut [u8; ACCOUNT_BYTES], address: [u8; 32]| {
            bytes[129] = 1;
            bytes[133..].copy_from_slice(&address);
        };
        check(|bytes| closer(bytes, [9; 32]), Some(100));
        check(|bytes| (bytes[109], _) = (1, closer(bytes, [9; 32])), Some(0));
        check(|bytes| (bytes[109], _) = (1, closer(bytes, [2; 32])), Some(100));
    }

    #[test]
    fn only_token_accounts_of_the_mint_and_the_vault_count() {
        check(|bytes| bytes[0] = 9, None);
        check(|bytes| bytes[32] = 9, None);
        assert_eq!(own_tokens(&account(1)[..164], &MINT, &VAULT), None);
        let mint_with_extensions = [&account(1)[..], &[1]].concat();
        assert_eq!(own_tokens(&mint_with_extensions, &MINT, &VAULT), None);
    }
}
