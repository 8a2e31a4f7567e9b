//! Hashes that a new account's address took.

use quantumagi_interface::{Payload, RosterPage, accounts};

/// Hashes it took to find the address of an account with these bytes. The search goes down from 255 and keeps where it
/// ended; founding a constitution looks for its vault as well. A pool's token account keeps nothing and is not counted.
pub(super) fn address_tries(data: &[u8]) -> u64 {
    let bumps = None
        .or_else(|| accounts::Constitution::decode(data).ok().map(|account| vec![account.bump, account.vault_bump]))
        .or_else(|| RosterPage::decode(data).ok().map(|account| vec![account.header.bump]))
        .or_else(|| Payload::decode(data).ok().map(|account| vec![account.header.bump]))
        .or_else(|| bump(data).map(|bump| vec![bump]));
    bumps.into_iter().flatten().map(|bump| 256 - u64::from(bump)).sum()
}

/// Of an account that has nothing behind its fields.
fn bump(data: &[u8]) -> Option<u8> {
    macro_rules! bump_of {
        ($($kind:ident),+ $(,)?) => {
            None$(.or_else(|| accounts::$kind::decode(data).ok().map(|account| account.bump)))+
        };
    }
    bump_of!(
        Authorization,
        BallotPage,
        Deposit,
        DepositPool,
        EmergencyAction,
        Guardians,
        Guardrails,
        Policy,
        Principle,
        Proposal,
        Proposer,
        Roster,
        Seat,
        Snapshot,
        SnapshotOperators,
        WeightPlugin,
    )
}
