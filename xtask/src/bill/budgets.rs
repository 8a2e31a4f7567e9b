//! What may never be exceeded, and what is.

use std::fmt;

use super::above::ABOVE;
use super::figures::{Bill, Row, unreturned};
use super::table::grouped;
use crate::build::MAX_PROGRAM_BYTES;
use crate::peers;

/// Every instruction stays under 0.01 SOL, fee and rent together.
const MAX_GROSS_LAMPORTS: u64 = 9_999_999;
/// A vote's compute units.
const MAX_VOTE_COMPUTE_UNITS: u64 = 2_000;
/// Compute units of a vote with a proof, at most 20 hashes long.
const MAX_PROVEN_VOTE_COMPUTE_UNITS: u64 = 5_500;
/// Creating, finalizing and executing take at most this part of SPL Governance's compute units.
const PART_OF_PEER_COMPUTE_UNITS: u64 = 8;
/// A whole lifecycle leaves at most this part of SPL Governance's rent in accounts.
const PART_OF_PEER_RENT: u64 = 20;

/// A figure and what it may be at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Budget {
    /// What the budget is of, with its unit. Several figures can share one budget.
    pub(super) of: String,
    /// The transaction that was measured; empty where the budget is of one figure only.
    pub(super) transaction: String,
    /// What was measured.
    pub(super) value: u64,
    /// What is allowed.
    pub(super) most: u64,
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { of, transaction, value, most } = self;
        let separator = if transaction.is_empty() { "" } else { ", " };
        write!(
            f,
            "{of}{separator}{transaction}: {} exceeds the budget of {}; `cargo xtask bill` shows all figures",
            grouped(*value),
            grouped(*most)
        )
    }
}

impl Budget {
    fn new(of: &str, value: u64, most: u64) -> Self {
        Self { of: of.to_owned(), transaction: String::new(), value, most }
    }

    fn of_row(of: &str, row: &Row, value: u64, most: u64) -> Self {
        let case = if row.case.is_empty() { String::new() } else { format!(" ({})", row.case) };
        Self { transaction: format!("{}{case}", row.instruction), ..Self::new(of, value, most) }
    }

    /// What is left of it; less than nothing where it is too large.
    fn margin(&self) -> i128 {
        i128::from(self.most) - i128::from(self.value)
    }

    /// Whether the figure is too large.
    pub(super) fn is_missed(&self) -> bool {
        self.value > self.most
    }
}

/// All budgets with their figures.
pub(super) fn all(bill: &Bill) -> Vec<Budget> {
    let lifecycle = &bill.lifecycle;
    let mut budgets = vec![Budget::new("bytes of the program", bill.program_bytes, MAX_PROGRAM_BYTES)];
    for row in bill.instructions.iter().chain(&lifecycle.founding).chain(&lifecycle.decision) {
        let gross = row.cost.gross_lamports();
        budgets.push(Budget::of_row("gross lamports of an instruction", row, gross, MAX_GROSS_LAMPORTS));
        if let Some(most) = compute_units_of(row) {
            let above = if allowance(row) > 0 { ", above an eighth or a vote's budget" } else { "" };
            let of = format!("compute units of {}{above}", row.instruction);
            budgets.push(Budget::of_row(&of, row, row.cost.compute_units, most));
        }
        if row.instruction.ends_with("_vote") {
            budgets.push(Budget::of_row("lamports of rent for a vote", row, row.cost.placed_lamports, 0));
        }
    }
    let peer = [peers::SPL_GOVERNANCE_FOUNDING.as_slice(), &peers::SPL_GOVERNANCE_DECISION].map(peers::rent);
    let left: u64 = lifecycle.left.iter().map(|account| account.lamports).sum();
    let total = lifecycle.total();
    budgets.push(Budget::new(
        "lamports of rent that the lifecycle does not return, without those in accounts that serve every decision",
        (total.placed_lamports - total.returned_lamports).saturating_sub(left),
        peer.iter().sum::<u64>() / PART_OF_PEER_RENT,
    ));
    for closing in &bill.closings {
        let transaction = format!("{} by {}", closing.account, closing.instruction);
        let budget = Budget::new("lamports that a close leaves", closing.left_lamports, 0);
        budgets.push(Budget { transaction, ..budget });
    }
    budgets.push(Budget::new(
        "lamports of rent that a decision does not return once it is closed",
        unreturned(&lifecycle.decision),
        0,
    ));
    budgets
}

/// Of each budget the figure that comes closest to it, or leaves it furthest.
pub(super) fn tightest(bill: &Bill) -> Vec<Budget> {
    let mut tightest: Vec<Budget> = Vec::new();
    for budget in all(bill) {
        match tightest.iter_mut().find(|other| other.of == budget.of) {
            Some(other) if budget.margin() < other.margin() => *other = budget,
            Some(_) => {}
            None => tightest.push(budget),
        }
    }
    tightest
}

/// The budget of compute units that a transaction has, if any, with what its case may take above it.
pub(super) fn compute_units_of(row: &Row) -> Option<u64> {
    Some(budget_of(&row.instruction)? + allowance(row))
}

/// What this case may take above its budget.
fn allowance(row: &Row) -> u64 {
    let above = ABOVE.iter().find(|above| above.instruction == row.instruction && above.case == row.case);
    above.map_or(0, |above| above.compute_units)
}

/// One line for each allowance above a budget that no case needs.
pub(super) fn unneeded(bill: &Bill) -> Vec<String> {
    let is_needed = |instruction: &str, case: &str| {
        let row = bill.instructions.iter().find(|row| row.instruction == instruction && row.case == case);
        row.is_some_and(|row| budget_of(instruction).is_some_and(|budget| row.cost.compute_units > budget))
    };
    let unneeded = ABOVE.iter().filter(|above| !is_needed(above.instruction, above.case));
    unneeded
        .map(|above| {
            let (instruction, case) = (above.instruction, above.case);
            format!("{instruction} ({case}) needs nothing above its budget; remove it from xtask/src/bill/above.rs")
        })
        .collect()
}

/// The budget of compute units that an instruction has before any allowance, if any.
fn budget_of(instruction: &str) -> Option<u64> {
    let peer = match instruction {
        "proposal_vote" | "deposit_vote" | "record_vote" => return Some(MAX_VOTE_COMPUTE_UNITS),
        "snapshot_vote" => return Some(MAX_PROVEN_VOTE_COMPUTE_UNITS),
        "constitution_create" => peers::CREATE_REALM.compute_units,
        "deposit_open" | "deposit_add" => peers::DEPOSIT.compute_units,
        // One instruction here leaves what three leave there: a proposal with its transaction, open for votes.
        "proposal_create" => {
            peers::compute_units(&[peers::CREATE_PROPOSAL, peers::INSERT_TRANSACTION, peers::SIGN_OFF])
        }
        "proposal_finalize" => peers::FINALIZE.compute_units,
        // Whatever carries out what was voted on.
        "vault_transfer"
        | "vault_transfer_tokens"
        | "proposal_execute"
        | "program_upgrade"
        | "constitution_amend"
        | "principle_add"
        | "principle_amend"
        | "principle_retire"
        | "roster_adopt"
        | "electorate_adopt"
        | "parameters_amend"
        | "settings_amend"
        | "veto_body_adopt"
        | "veto_body_remove"
        | "guardians_adopt"
        | "guardians_remove"
        | "guardrail_set"
        | "guardrail_clear"
        | "policy_adopt"
        | "policy_amend"
        | "policy_repeal"
        | "emergency_ratify"
        | "emergency_end" => peers::EXECUTE.compute_units,
        _ => return None,
    };
    Some(peer / PART_OF_PEER_COMPUTE_UNITS)
}

#[cfg(test)]
mod tests {
    use super::super::cost::Cost;
    use super::super::figures::Lifecycle;
    use super::*;

    fn bill(instruction: &str, cost: Cost) -> Bill {
        bill_of(Row { instruction: instruction.to_owned(), case: "late".to_owned(), cost })
    }

    fn bill_of(row: Row) -> Bill {
        Bill {
            compiler: "one".to_owned(),
            program_bytes: 1,
            lamports_per_byte: 6_960,
            instructions: vec![row],
            closings: Vec::new(),
            lifecycle: Lifecycle { founding: Vec::new(), decision: Vec::new(), left: Vec::new() },
        }
    }

    #[track_caller]
    fn check(instruction: &str, cost: Cost, missed: &[&str]) {
        let found = all(&bill(instruction, cost));
        let found: Vec<String> = found.iter().filter(|budget| budget.is_missed()).map(ToString::to_string).collect();
        assert_eq!(found, missed);
    }

    #[test]
    fn a_budget_may_be_used_up_and_no_more() {
        let cost = |compute_units| Cost { compute_units, ..Cost::default() };
        check("proposal_vote", cost(2_000), &[]);
        check(
            "proposal_vote",
            cost(2_001),
            &["compute units of proposal_vote, proposal_vote (late): 2,001 exceeds the budget of 2,000; \
               `cargo xtask bill` shows all figures"],
        );
        check("snapshot_vote", cost(5_500), &[]);
        check("proposal_create", cost(11_787), &[]);
        check("proposal_finalize", cost(2_553), &[]);
        check("vault_transfer", cost(3_055), &[]);
        check("text_publish", cost(200_000), &[]);
    }

    #[test]
    fn a_hundredth_of_a_sol_is_too_much() {
        let cost = |placed_lamports| Cost { fee_lamports: 5_000, placed_lamports, ..Cost::default() };
        check("roster_page_open", cost(9_994_999), &[]);
        check(
            "roster_page_open",
            cost(9_995_000),
            &[
                "gross lamports of an instruction, roster_page_open (late): 10,000,000 exceeds the budget of 9,999,999; \
               `cargo xtask bill` shows all figures",
            ],
        );
    }

    #[test]
    fn a_vote_that_pays_rent_is_told() {
        check(
            "proposal_vote",
            Cost { placed_lamports: 6_960, ..Cost::default() },
            &["lamports of rent for a vote, proposal_vote (late): 6,960 exceeds the budget of 0; \
               `cargo xtask bill` shows all figures"],
        );
    }

    #[test]
    fn a_case_that_may_take_more_takes_no_more_than_that_and_needs_it() {
        let above = ABOVE[0];
        let budget = budget_of(above.instruction).unwrap();
        let bill = |compute_units| {
            let cost = Cost { compute_units, ..Cost::default() };
            bill_of(Row { instruction: above.instruction.to_owned(), case: above.case.to_owned(), cost })
        };
        let missed = |bill: &Bill| all(bill).iter().filter(|budget| budget.is_missed()).count();
        assert_eq!(missed(&bill(budget + above.compute_units)), 0);
        assert_eq!(missed(&bill(budget + above.compute_units + 1)), 1);
        // The bill of one row needs none of the other allowances.
        assert_eq!(unneeded(&bill(budget + 1)).len(), ABOVE.len() - 1);
        let unneeded = unneeded(&bill(budget));
        assert_eq!(unneeded.len(), ABOVE.len());
        assert_eq!(
            unneeded[0],
            format!(
                "{} ({}) needs nothing above its budget; remove it from xtask/src/bill/above.rs",
                above.instruction, above.case
            )
        );
    }
}
