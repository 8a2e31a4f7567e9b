//! Tables of figures, for the terminal and for a Markdown page.

use comfy_table::{CellAlignment, Table, presets};

use super::above::{ABOVE, Above};
use super::budgets;
use super::figures::{Account, Bill, Closing, Row, sum};
use crate::peers::{self, Step};

/// Where a table is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Medium {
    /// With lines between columns.
    Terminal,
    /// As Markdown reads it.
    Markdown,
}

impl Medium {
    /// A table whose columns from `numbers` on are numbers.
    fn table<const N: usize>(self, header: [&str; N], rows: Vec<[String; N]>, numbers: usize) -> Table {
        let mut table = Table::new();
        table.load_preset(match self {
            Self::Terminal => presets::UTF8_FULL_CONDENSED,
            Self::Markdown => presets::ASCII_MARKDOWN,
        });
        table.set_header(header).add_rows(rows);
        for column in table.column_iter_mut().skip(numbers) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table
    }

    /// One line a transaction.
    pub(super) fn transactions(self, rows: &[Row]) -> Table {
        let header = [
            "instruction",
            "case",
            "CU",
            "CU budget",
            "tries",
            "fee",
            "rent placed",
            "rent returned",
            "gross",
            "bytes",
        ];
        let lines = rows.iter().map(|row| {
            let Row { instruction, case, cost } = row;
            [
                instruction.clone(),
                case.clone(),
                grouped(cost.compute_units),
                budgets::compute_units_of(row).map(grouped).unwrap_or_default(),
                cost.address_tries.to_string(),
                grouped(cost.fee_lamports),
                grouped(cost.placed_lamports),
                grouped(cost.returned_lamports),
                grouped(cost.gross_lamports()),
                grouped(cost.transaction_bytes),
            ]
        });
        self.table(header, lines.collect(), 2)
    }

    /// Each budget and the figure closest to it.
    pub(super) fn budgets(self, bill: &Bill) -> Table {
        let lines = budgets::tightest(bill).into_iter().map(|budget| {
            let verdict = if budget.is_missed() { "missed" } else { "met" };
            [budget.of, budget.transaction, grouped(budget.value), grouped(budget.most), verdict.to_owned()]
        });
        self.table(["budget", "largest figure", "measured", "at most", ""], lines.collect(), 2)
    }

    /// What may take more than its budget: each reason, and the cases it is the reason of.
    pub(super) fn above(self, bill: &Bill) -> String {
        let mut reasons: Vec<&str> = Vec::new();
        for Above { why, .. } in ABOVE {
            if !reasons.contains(why) {
                reasons.push(why);
            }
        }
        let parts = reasons.into_iter().map(|why| {
            let cases = ABOVE.iter().filter(|above| above.why == why);
            let lines = cases.map(|above| above_line(above, bill)).collect();
            let table = self.table(["instruction", "case", "CU", "budget", "above", "at most"], lines, 2);
            format!("Because {why}:\n\n{table}")
        });
        parts.collect::<Vec<_>>().join("\n\n")
    }

    /// The peer's transactions.
    pub(super) fn peer(self, steps: &[Step]) -> Table {
        let lines = steps.iter().map(|step| {
            [
                step.name.to_owned(),
                step.times.to_string(),
                grouped(step.compute_units),
                grouped(step.fee_lamports),
                grouped(step.placed_lamports),
                grouped(step.transaction_bytes),
            ]
        });
        self.table(["step", "times", "CU", "fee", "rent placed", "bytes"], lines.collect(), 1)
    }

    /// Founding, decision and both beside the peer's.
    pub(super) fn comparison(self, bill: &Bill) -> Table {
        let ours = [&bill.lifecycle.founding, &bill.lifecycle.decision].map(|rows| sum(rows));
        let theirs: [&[Step]; 2] = [&peers::SPL_GOVERNANCE_FOUNDING, &peers::SPL_GOVERNANCE_DECISION];
        let mut lines = Vec::new();
        let mut add = |part: &str, what: &str, ours: u64, theirs: u64| {
            lines.push([format!("{part}: {what}"), grouped(ours), grouped(theirs), percent(ours, theirs)]);
        };
        for (part, ours, theirs) in [("founding", ours[0], theirs[0]), ("decision", ours[1], theirs[1])] {
            let unreturned = ours.placed_lamports.saturating_sub(ours.returned_lamports);
            add(part, "CU", ours.compute_units, peers::compute_units(theirs));
            add(part, "fees", ours.fee_lamports, peers::fees(theirs));
            add(part, "rent placed", ours.placed_lamports, peers::rent(theirs));
            add(part, "rent not returned", unreturned, peers::rent(theirs));
            add(part, "bytes", ours.transaction_bytes, peers::bytes(theirs));
        }
        let total = bill.lifecycle.total();
        let both = |of: fn(&[Step]) -> u64| theirs.iter().map(|steps| of(steps)).sum();
        add("both", "CU", total.compute_units, both(peers::compute_units));
        add("both", "rent not returned", total.placed_lamports - total.returned_lamports, both(peers::rent));
        self.table(["", "Quantumagi", "SPL Governance", "ratio"], lines, 1)
    }

    /// What each close gave back.
    pub(super) fn closings(self, closings: &[Closing]) -> Table {
        let header = ["account", "closed by", "case", "placed", "returned", "to others", "left"];
        let lines = closings.iter().map(|closing| {
            [
                closing.account.clone(),
                closing.instruction.clone(),
                closing.case.clone(),
                grouped(closing.placed_lamports),
                grouped(closing.returned_lamports),
                grouped(closing.elsewhere_lamports),
                grouped(closing.left_lamports),
            ]
        });
        self.table(header, lines.collect(), 3)
    }

    /// Accounts with their lamports.
    pub(super) fn accounts(self, accounts: &[Account]) -> Table {
        let lines = accounts.iter().map(|account| [account.name.clone(), grouped(account.lamports)]);
        self.table(["account", "lamports"], lines.collect(), 1)
    }
}

/// What a case takes, its budget, and what it takes above that: measured, and at most.
fn above_line(above: &Above, bill: &Bill) -> [String; 6] {
    let Above { instruction, case, compute_units, .. } = *above;
    let row = bill.instructions.iter().find(|row| row.instruction == instruction && row.case == case);
    let measured = row.map_or(0, |row| row.cost.compute_units);
    let most = row.and_then(budgets::compute_units_of).unwrap_or_default();
    let budget = most.saturating_sub(compute_units);
    let [measured, budget, over, most] =
        [measured, budget, measured.saturating_sub(budget), compute_units].map(grouped);
    [instruction.to_owned(), case.to_owned(), measured, budget, over, most]
}

/// A number with a comma before every third digit.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A ratio in percent, with one digit, rounded up so that a cost never looks smaller than it is.
fn percent(part: u64, whole: u64) -> String {
    let tenths = (u128::from(part) * 1_000).div_ceil(u128::from(whole.max(1)));
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_threes() {
        let all = [0, 999, 1_000, 12_345, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "999", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn a_ratio_never_looks_smaller_than_it_is() {
        assert_eq!(percent(0, 7), "0.0 %");
        assert_eq!(percent(1, 1_000), "0.1 %");
        assert_eq!(percent(1, 1_001), "0.1 %");
        assert_eq!(percent(1, 8), "12.5 %");
        assert_eq!(percent(2_001, 8_000), "25.1 %");
    }
}
