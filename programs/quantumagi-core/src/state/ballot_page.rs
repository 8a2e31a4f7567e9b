//! Ballots of the voters beyond the first 256.

use anchor_lang::prelude::*;
use quantumagi_rules::ballot::PAGE_BALLOT_BYTES;

/// Two bits a voter for 4,096 voters. Opened by anyone while voting is ahead or under way, closed by anyone once the
/// proposal is final; the rent goes back to who paid it.
///
/// Seeds: `"ballots"`, proposal, page (u32, little endian).
#[account]
pub struct BallotPage {
    /// The proposal it belongs to.
    pub proposal: Address,
    /// Who paid for it, and is paid back when it is closed.
    pub payer: Address,
    /// Number of the page, from 0: it holds the voters from `256 + page * 4,096` on.
    pub page: u32,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last four bytes.
    pub reserved: [u8; 2],
    /// Ballots: 0 none, 1 for, 2 against, 3 abstain; the first voter in the lowest bits of the first byte.
    pub ballots: [u8; PAGE_BALLOT_BYTES],
}
