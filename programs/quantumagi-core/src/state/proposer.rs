//! How many proposals somebody has open.

use anchor_lang::prelude::*;
use quantumagi_rules::electorate::{with_one_more, TooManyOpen};

use crate::error::GovError;

/// A proposer's count of open proposals: what caps them, whatever the electorate. Opened by anyone for anyone, closed by
/// its payer when nothing is open.
///
/// Seeds: `"proposer"`, constitution, owner.
#[account]
pub struct Proposer {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Whose proposals it counts.
    pub owner: Address,
    /// Who paid for this account, and is paid back when it is closed.
    pub payer: Address,
    /// Proposals that are not closed yet.
    pub open_proposals: u16,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: [u8; 4],
}

impl Proposer {
    /// Counts a new proposal.
    ///
    /// # Errors
    /// [`GovError::TooManyOpenProposals`] at the constitution's cap.
    pub fn count(&mut self, most: u8) -> Result<()> {
        let counted = with_one_more(self.open_proposals, most);
        self.open_proposals = counted.map_err(|TooManyOpen { .. }| GovError::TooManyOpenProposals)?;
        Ok(())
    }

    /// Uncounts a proposal that is closed.
    ///
    /// # Errors
    /// [`GovError::InvariantBroken`] where none was counted.
    pub fn uncount(&mut self) -> Result<()> {
        self.open_proposals = self.open_proposals.checked_sub(1).ok_or(GovError::InvariantBroken)?;
        Ok(())
    }
}
