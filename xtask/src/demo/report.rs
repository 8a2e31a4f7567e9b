//! The end of the demo: everything that was decided, proved and paid, for people or for machines.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};
use quantumagi_sdk::words::{ProofWords, sol};
use serde::Serialize;

use super::amendments::Amendment;
use super::bill::Bill;
use super::keep::Kept;
use super::narrator::Part;
use super::proof::Version;
use super::proposals::Outcome;

/// Everything that came of it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    /// Whether everything ended as it must.
    pub(super) is_as_expected: bool,
    /// Address of the program.
    pub(super) program: String,
    /// Size of the program, bytes.
    pub(super) program_bytes: usize,
    /// The constitution's address.
    pub(super) constitution: String,
    /// Its title.
    pub(super) title: String,
    /// The steps of its history, by vote.
    pub(super) amendments: Vec<Amendment>,
    /// The five proposals.
    pub(super) outcomes: Vec<Outcome>,
    /// What was proved from the network alone.
    pub(super) verification: ProofWords,
    /// All versions, as the network tells them.
    pub(super) history: Vec<Version>,
    /// What changed with the last version, in words.
    pub(super) last_diff: Option<String>,
    /// What it cost.
    pub(super) bill: Bill,
    /// How long each part took.
    pub(super) durations: Vec<Part>,
    /// How long all took, seconds.
    pub(super) seconds: f64,
    /// The network that was left running.
    pub(super) kept: Option<Kept>,
}

impl Report {
    /// The report for people.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_decisions(&mut text);
        let _ = self.write_history(&mut text);
        let _ = self.write_bill(&mut text);
        let _ = self.write_end(&mut text);
        text
    }

    fn write_decisions(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "{} ({})\n", self.title, self.constitution)?;
        writeln!(out, "WHAT WAS DECIDED")?;
        for outcome in &self.outcomes {
            let mark = if outcome.is_as_expected { "as expected" } else { "NOT AS EXPECTED" };
            writeln!(out, "\nProposal {}, {}: {} ({mark})", outcome.id, outcome.title, outcome.phase)?;
            writeln!(out, "  it {}", outcome.action)?;
            writeln!(out, "  {}", outcome.tally)?;
            writeln!(out, "  {}", outcome.outcome)?;
            for refusal in &outcome.refusals {
                writeln!(out, "  {}: refused by the {}: {}", refusal.attempt, refusal.by, refusal.words)?;
            }
        }
        writeln!(out, "\nWHAT IS PROVED\n\n{}", self.verification.sentence)?;
        self.verification.problems.iter().try_for_each(|problem| writeln!(out, "  {problem}"))
    }

    fn write_history(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\nHISTORY OF THE CONSTITUTION, from the texts on the network\n")?;
        for version in &self.history {
            let summary = version.summary.as_deref().unwrap_or("founded");
            let short = version.text_hash.get(..16).unwrap_or_default();
            writeln!(out, "{:>2}  {}  {}  {short}…  {summary}", version.number, version.name, version.since)?;
        }
        if let Some(diff) = &self.last_diff {
            writeln!(out, "\nThe last amendment:")?;
            diff.lines().try_for_each(|line| writeln!(out, "  {line}"))?;
        }
        Ok(())
    }

    fn write_bill(&self, out: &mut String) -> std::fmt::Result {
        let bill = &self.bill;
        let mut table = table(&["instruction", "times", "CU", "fees", "rent placed", "rent returned"]);
        for (name, line) in &bill.lines {
            let units = match (line.least_units, line.most_units) {
                (least, most) if least == most => grouped(most),
                (least, most) => format!("{} to {}", grouped(least), grouped(most)),
            };
            table.add_row([
                (*name).to_owned(),
                grouped(line.times),
                units,
                grouped(line.fee_lamports),
                grouped(line.placed_lamports),
                grouped(line.returned_lamports),
            ]);
        }
        aligned(&mut table, &[0]);
        writeln!(out, "\nTHE BILL of {} transactions, in lamports\n\n{table}", bill.transactions)?;
        let stays = bill.placed_lamports.saturating_sub(bill.returned_lamports);
        writeln!(
            out,
            "fees {}, rent placed {}, returned {}; {} stay in the constitution, its principles and its council",
            sol(bill.fee_lamports),
            sol(bill.placed_lamports),
            sol(bill.returned_lamports),
            sol(stays)
        )?;
        let mut table = self::table(&["SPL Governance", "CU", "rent, never returned", "here", "CU here at most"]);
        for peer in &bill.spl_governance {
            table.add_row([
                peer.step.to_owned(),
                grouped(peer.units),
                grouped(peer.placed_lamports),
                peer.ours.unwrap_or("not needed").to_owned(),
                peer.our_units.map(grouped).unwrap_or_default(),
            ]);
        }
        aligned(&mut table, &[0, 3]);
        writeln!(out, "\nBeside it, SPL Governance's deployed program, measured once in LiteSVM\n\n{table}")
    }

    fn write_end(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "\nHOW LONG IT TOOK\n")?;
        for Part { name, seconds } in &self.durations {
            writeln!(out, "{seconds:>6.1} s  {name}")?;
        }
        writeln!(out, "{:>6.1} s  in all", self.seconds)?;
        if let Some(kept) = &self.kept {
            writeln!(out, "\n{kept}")?;
        }
        Ok(())
    }
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    table
}

/// Numbers to the right; `words` are the columns of words.
fn aligned(table: &mut Table, words: &[usize]) {
    for (index, column) in table.column_iter_mut().enumerate() {
        let is_words = words.contains(&index);
        column.set_cell_alignment(if is_words { CellAlignment::Left } else { CellAlignment::Right });
    }
}

/// A number with its thousands apart: `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        let words = [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567")];
        for (number, expected) in words {
            assert_eq!(grouped(number), expected);
        }
    }
}
