//! The bill as numbers: what docs/bill.json holds.

use serde::{Deserialize, Serialize};

use super::cost::{Closed, Cost, Sent};

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
    /// What each close gave back.
    pub(super) closings: Vec<Closing>,
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

/// An account that was closed, with everything that was ever placed in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Closing {
    /// What it was, by the IDL's name of its kind.
    pub(super) account: String,
    /// The instruction that closed it.
    pub(super) instruction: String,
    /// What is special about it.
    pub(super) case: String,
    /// Lamports placed in it since it was opened.
    pub(super) placed_lamports: u64,
    /// Lamports that went back to whoever had placed them.
    pub(super) returned_lamports: u64,
    /// Lamports that went to somebody else.
    pub(super) elsewhere_lamports: u64,
    /// Lamports that are nobody's any more.
    pub(super) left_lamports: u64,
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
pub(super) struct Rows {
    /// One for each noted transaction.
    pub(super) rows: Vec<Row>,
    /// What the noted transactions closed: instruction, case, accounts.
    pub(super) closed: Vec<(&'static str, String, Closed)>,
}

impl Rows {
    /// Notes what a transaction cost, under its instruction's own name.
    pub(super) fn note(&mut self, case: &str, sent: Sent) {
        let Sent { instruction, cost, closed } = sent;
        self.closed.extend(closed.map(|closed| (instruction, case.to_owned(), closed)));
        self.rows.push(Row { instruction: instruction.to_owned(), case: case.to_owned(), cost });
    }

    /// Notes all that others have noted.
    pub(super) fn append(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.closed.extend(other.closed);
    }
}
