//! An electorate whose weights another program knows.

use anchor_lang::prelude::*;
use quantumagi_rules::weight_record::{Plugin, Record};

use crate::error::GovError;

/// A voter-weight plugin of SPL Governance, bound to one realm and mint. Created by the founder before the seal and by
/// anybody after it, adopted as an electorate of kind 4, closed by its payer when it is neither the electorate nor bound to
/// a proposal and has no seats.
///
/// Seeds: `"plugin"`, constitution, version (u32, little endian).
#[account]
pub struct WeightPlugin {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Who paid for it, may close it, and is paid back then.
    pub payer: Address,
    /// The program whose records count.
    pub program: Address,
    /// The realm they must be written for.
    pub realm: Address,
    /// The governing mint they must be written for.
    pub mint: Address,
    /// Its version among the constitution's electorates that are no rosters, from 1.
    pub version: u32,
    /// Proposals that bind to it and are not closed.
    pub bound_proposals: u32,
    /// Index of the next seat. Never used twice.
    pub next_seat: u32,
    /// Seats that are open.
    pub seats: u32,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: [u8; 6],
}

impl WeightPlugin {
    /// Calls `read` with this plugin and an account's record, as the rules ask for them.
    ///
    /// # Errors
    /// What `read` gives, and where the account's data are borrowed.
    pub fn read<T>(
        &self,
        account: &AccountView,
        read: impl FnOnce(&Plugin<'_>, &Record<'_>) -> core::result::Result<T, GovError>,
    ) -> Result<T> {
        let plugin =
            Plugin { program: self.program.as_array(), realm: self.realm.as_array(), mint: self.mint.as_array() };
        let data = account.try_borrow()?;
        Ok(read(&plugin, &Record { owner: account.owner().as_array(), data: &data })?)
    }
}

/// A voter's index among those of a plugin: what its ballots lie by. Opened by anyone for anyone, closed by the voter, or
/// by its payer while the plugin is neither the electorate nor bound to a proposal.
///
/// A proposal takes ballots of seats that were opened before it was created: the index of a later one lies beyond its
/// voters. So a voter who closes a seat and opens another has one ballot on each proposal (W3).
///
/// Seeds: `"seat"`, plugin, voter.
#[account]
pub struct Seat {
    /// The plugin it belongs to.
    pub plugin: Address,
    /// Who votes.
    pub voter: Address,
    /// Who paid for it, and is paid back when it is closed.
    pub payer: Address,
    /// Its index.
    pub index: u32,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last four bytes.
    pub reserved: [u8; 2],
}
