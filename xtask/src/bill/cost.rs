//! What one transaction cost.

use serde::{Deserialize, Serialize};

/// What one transaction cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cost {
    /// Compute units, of all programs that ran.
    pub(super) compute_units: u64,
    /// Lamports for signatures; no priority fee.
    pub(super) fee_lamports: u64,
    /// Lamports that accounts of the program hold more than before.
    pub(super) placed_lamports: u64,
    /// Lamports that accounts of the program hold less than before.
    pub(super) returned_lamports: u64,
    /// Bytes of the signed transaction, without a priority fee's instructions; in the legacy format where its case does not
    /// name an address lookup table.
    pub(super) transaction_bytes: u64,
    /// Hashes it took to find the addresses of the accounts it created, which the program pays for: two on average for
    /// each account, and as the keys will have it.
    pub(super) address_tries: u64,
}

impl Cost {
    /// All that leaves the payer, whatever comes back later.
    pub(super) fn gross_lamports(self) -> u64 {
        self.fee_lamports + self.placed_lamports
    }

    /// The cost of both.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            compute_units: self.compute_units + other.compute_units,
            fee_lamports: self.fee_lamports + other.fee_lamports,
            placed_lamports: self.placed_lamports + other.placed_lamports,
            returned_lamports: self.returned_lamports + other.returned_lamports,
            transaction_bytes: self.transaction_bytes + other.transaction_bytes,
            address_tries: self.address_tries + other.address_tries,
        }
    }
}

/// A transaction that went through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    /// The instruction's name, as its first bytes tell it: no row can say another.
    pub(super) instruction: &'static str,
    /// What it cost.
    pub(super) cost: Cost,
    /// What it closed, if anything.
    pub(super) closed: Option<Closed>,
}

/// Accounts that a transaction closed, and where their lamports went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closed {
    /// First eight bytes of each account of the program; `None` for a token account.
    pub(super) kinds: Vec<Option<[u8; 8]>>,
    /// Lamports that had been placed in them since they were opened.
    pub(super) placed_lamports: u64,
    /// Lamports that whoever had placed them got.
    pub(super) returned_lamports: u64,
    /// Lamports that anybody else got.
    pub(super) elsewhere_lamports: u64,
}
