//! The bill as numbers: what docs/bill.json holds.

use serde::{Deserialize, Serialize};

use super::chain::Cost;

/// Everything that was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bill {
    /// What built the program. Compute units of two compilers cannot be compared.
    pub(super) compiler: String,
    /// Length of the program as deployed, bytes.
    pub(super) program_bytes: u64,
    /// Rent of each byte, lamports.
    pub(super) lamports_per_byte: u64,
    /// Every instruction, each alone in a transaction.
    pub(super) instructions: Vec<Row>,
    /// One decision of five voters, from nothing.
    pub(super) lifecycle: Lifecycle,
}

/// One transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Row {
    /// The instruction's name.
    pub(super) instruction: String,
    /// What is special about it: typical, or at which limit.
    pub(super) case: String,
    /// What it cost.
    #[serde(flatten)]
    pub(super) cost: Cost,
}

/// A community is founded, decides one payment, and clears up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Lifecycle {
    /// What is done once for all decisions, in order.
    pub(super) founding: Vec<Row>,
    /// What is done for this decision, in order.
    pub(super) decision: Vec<Row>,
    /// Accounts that are left at the end, with their lamports.
    pub(super) left: Vec<Account>,
}

/// An account of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Account {
    /// What it is.
    pub(super) name: String,
    /// Lamports in it.
    pub(super) lamports: u64,
}

impl Lifecycle {
    /// Founding and decision together.
    pub(super) fn total(&self) -> Cost {
        sum(&self.founding).plus(sum(&self.decision))
    }
}

/// The cost of all rows.
pub(super) fn sum(rows: &[Row]) -> Cost {
    rows.iter().fold(Cost::default(), |sum, row| sum.plus(row.cost))
}

/// Lamports placed by these rows and not returned by them.
pub(super) fn unreturned(rows: &[Row]) -> u64 {
    let cost = sum(rows);
    cost.placed_lamports.saturating_sub(cost.returned_lamports)
}

/// Rows under way.
#[derive(Default)]
pub(super) struct Rows(pub(super) Vec<Row>);

impl Rows {
    /// Notes what a transaction cost.
    pub(super) fn note(&mut self, instruction: &str, case: &str, cost: Cost) {
        self.0.push(Row { instruction: instruction.to_owned(), case: case.to_owned(), cost });
    }
}
