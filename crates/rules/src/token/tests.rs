//! What is read of a token account, and what a call may leave of it.

use super::*;
use alloc::{vec, vec::Vec};
use proptest::prelude::*;

const KEPT: TokenAccount = TokenAccount {
    mint: [1; 32],
    owner: [2; 32],
    amount: 500,
    delegate: Some([3; 32]),
    delegated_amount: 100,
    close_authority: Some([4; 32]),
};

fn bytes(account: &TokenAccount) -> Vec<u8> {
    let mut data = vec![0; 165];
    data[..32].copy_from_slice(&account.mint);
    data[32..64].copy_from_slice(&account.owner);
    data[64..72].copy_from_slice(&account.amount.to_le_bytes());
    if let Some(delegate) = account.delegate {
        data[72] = 1;
        data[76..108].copy_from_slice(&delegate);
    }
    data[108] = 1;
    data[121..129].copy_from_slice(&account.delegated_amount.to_le_bytes());
    if let Some(close_authority) = account.close_authority {
        data[129] = 1;
        data[133..165].copy_from_slice(&close_authority);
    }
    data
}

#[test]
fn a_token_account_is_read_with_and_without_extensions() {
    let plain = bytes(&KEPT);
    assert_eq!(TokenAccount::read(&plain), Some(KEPT));
    let extended = [&plain[..], &[2], &[0; 20]].concat();
    assert_eq!(TokenAccount::read(&extended), Some(KEPT));
    let none = TokenAccount { delegate: None, delegated_amount: 0, close_authority: None, ..KEPT };
    assert_eq!(TokenAccount::read(&bytes(&none)), Some(none));
}

#[test]
fn what_is_no_token_account_is_not_taken_for_one() {
    let plain = bytes(&KEPT);
    let mut uninitialized = plain.clone();
    uninitialized[108] = 0;
    let mut tag = plain.clone();
    tag[72] = 2;
    let mint = [&plain[..], &[1], &[0; 20]].concat();
    let multisig = [&plain[..], &[2], &[0; 189]].concat();
    assert_eq!(multisig.len(), 355);
    for data in [&plain[..164], &[], &uninitialized, &tag, &mint, &multisig] {
        assert_eq!(TokenAccount::read(data), None, "{} bytes", data.len());
    }
}

#[test]
fn a_mint_tells_its_decimals() {
    let mut mint = vec![0; 82];
    mint[44] = 6;
    assert_eq!(mint_decimals(&mint), None, "it is not initialized");
    mint[45] = 1;
    assert_eq!(mint_decimals(&mint), Some(6));
    let mut extended = mint.clone();
    extended.resize(165, 0);
    assert_eq!(mint_decimals(&extended), None);
    extended.push(1);
    assert_eq!(mint_decimals(&extended), Some(6));
    extended[165] = 2;
    assert_eq!(mint_decimals(&extended), None, "it is a token account");
    assert_eq!(mint_decimals(&mint[..81]), None);
}

#[track_caller]
fn check(after: TokenAccount, verdict: Result<(), Seizure>) {
    assert_eq!(KEPT.check_kept(Some(&after)), verdict);
}

#[test]
fn x8_a_call_may_spend_and_take_powers_away() {
    check(KEPT, Ok(()));
    check(TokenAccount { amount: 0, ..KEPT }, Ok(()));
    check(TokenAccount { delegated_amount: 99, ..KEPT }, Ok(()));
    check(TokenAccount { delegate: None, delegated_amount: 0, ..KEPT }, Ok(()));
    check(TokenAccount { close_authority: None, ..KEPT }, Ok(()));
    assert_eq!(KEPT.check_kept(None), Ok(()), "the vault closes its own account");
}

#[test]
fn x8_a_call_may_not_give_powers_away() {
    check(TokenAccount { owner: [9; 32], ..KEPT }, Err(Seizure::Owner));
    check(TokenAccount { mint: [9; 32], ..KEPT }, Err(Seizure::Owner));
    check(TokenAccount { delegate: Some([9; 32]), ..KEPT }, Err(Seizure::Delegate));
    check(TokenAccount { delegated_amount: 101, ..KEPT }, Err(Seizure::Delegate));
    check(TokenAccount { close_authority: Some([9; 32]), ..KEPT }, Err(Seizure::CloseAuthority));
    let bare = TokenAccount { delegate: None, delegated_amount: 0, close_authority: None, ..KEPT };
    assert_eq!(bare.check_kept(Some(&TokenAccount { delegate: KEPT.delegate, ..bare })), Err(Seizure::Delegate));
    let closable = TokenAccount { close_authority: KEPT.close_authority, ..bare };
    assert_eq!(bare.check_kept(Some(&closable)), Err(Seizure::CloseAuthority));
}

#[test]
fn the_token_programs_are_known() {
    assert!(is_token_program(&TOKEN_PROGRAM) && is_token_program(&TOKEN_2022_PROGRAM) && !is_token_program(&[0; 32]));
}

proptest! {
    #[test]
    fn reading_never_panics(data in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = (TokenAccount::read(&data), mint_decimals(&data));
    }
}
