//! Electorates that stay as long as a proposal needs them.

use anchor_lang::prelude::*;

use super::{DepositPool, Roster, SnapshotOperators, WeightPlugin};
use crate::error::GovError;

/// An account that counts the proposals which are bound to it, and cannot be closed before they are.
pub trait Bound {
    /// How many there are.
    fn bound_proposals(&mut self) -> &mut u32;

    /// Counts a proposal that needs it to stay.
    ///
    /// # Errors
    /// [`GovError::Overflow`] past 2^32 open proposals.
    fn bind(&mut self) -> Result<()> {
        let bound = self.bound_proposals();
        *bound = bound.checked_add(1).ok_or(GovError::Overflow)?;
        Ok(())
    }

    /// Uncounts a proposal that was closed.
    ///
    /// # Errors
    /// [`GovError::InvariantBroken`] where none was counted.
    fn unbind(&mut self) -> Result<()> {
        let bound = self.bound_proposals();
        *bound = bound.checked_sub(1).ok_or(GovError::InvariantBroken)?;
        Ok(())
    }
}

impl Bound for Roster {
    fn bound_proposals(&mut self) -> &mut u32 {
        &mut self.bound_proposals
    }
}

impl Bound for DepositPool {
    fn bound_proposals(&mut self) -> &mut u32 {
        &mut self.bound_proposals
    }
}

impl Bound for SnapshotOperators {
    fn bound_proposals(&mut self) -> &mut u32 {
        &mut self.bound_proposals
    }
}

impl Bound for WeightPlugin {
    fn bound_proposals(&mut self) -> &mut u32 {
        &mut self.bound_proposals
    }
}
