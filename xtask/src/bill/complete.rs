//! Whether the bill leaves anything out, by the names in the IDL. There is no list of exceptions: an instruction without a
//! row, and a kind of account that is neither closed here nor said to stay, each fail the bill.

use std::collections::BTreeSet;

use anchor_lang_idl::types::Idl;
use anyhow::{Context, Result, bail};

use super::figures::{Bill, Closing, Rows};
use crate::repo;

/// The kinds of account that no instruction closes, and why.
pub(super) const KEPT: [(&str, &str); 4] = [
    ("Constitution", "its address, its numbers and the head of its history stay, so that none of them comes again"),
    ("Principle", "a retired one stays readable for whatever cited it"),
    (
        "Guardians",
        "opened once; what they have spent of their budget must outlive them, or removing them would renew it",
    ),
    ("Guardrails", "opened once; what the vault has spent must outlive the guardrail that measures it"),
];

/// The names that the program goes by.
pub(super) struct Names(Idl);

impl Names {
    /// Of the committed IDL.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn read() -> Result<Self> {
        let path = repo::idl_path();
        let json = std::fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        Ok(Self(serde_json::from_str(&json).with_context(|| format!("{} is no IDL", path.display()))?))
    }

    /// All instructions.
    fn instructions(&self) -> impl Iterator<Item = &str> {
        self.0.instructions.iter().map(|instruction| instruction.name.as_str())
    }

    /// All kinds of account. A header stands for the account it begins.
    fn accounts(&self) -> impl Iterator<Item = &str> {
        self.0.accounts.iter().map(|account| kind_of(&account.name))
    }

    /// What the rows closed, with the names of the accounts.
    ///
    /// # Errors
    /// Where an account is of no kind that the IDL knows.
    pub(super) fn closings(&self, rows: &Rows) -> Result<Vec<Closing>> {
        let closings = rows.closed.iter().map(|(instruction, case, closed)| {
            let names = closed.kinds.iter().map(|kind| self.name(*kind)).collect::<Result<BTreeSet<_>>>()?;
            Ok(Closing {
                account: names.into_iter().collect::<Vec<_>>().join(" and "),
                instruction: (*instruction).to_owned(),
                case: case.clone(),
                placed_lamports: closed.placed_lamports,
                returned_lamports: closed.returned_lamports,
                elsewhere_lamports: closed.elsewhere_lamports,
                left_lamports: closed
                    .placed_lamports
                    .saturating_sub(closed.returned_lamports)
                    .saturating_sub(closed.elsewhere_lamports),
            })
        });
        closings.collect()
    }

    fn name(&self, kind: Option<[u8; 8]>) -> Result<&str> {
        let Some(kind) = kind else { return Ok("its token account") };
        let Some(account) = self.0.accounts.iter().find(|account| account.discriminator == kind) else {
            bail!("the IDL knows no account that begins with {kind:?}");
        };
        Ok(kind_of(&account.name))
    }

    /// One line for whatever the bill leaves out.
    pub(super) fn missing(&self, bill: &Bill) -> Vec<String> {
        let measured: BTreeSet<_> = bill.instructions.iter().map(|row| row.instruction.as_str()).collect();
        let instructions = self.instructions().filter(|name| !measured.contains(name));
        let instructions = instructions.map(|name| format!("{name} has no row; measure it in xtask/src/bill"));
        let closed: BTreeSet<_> = bill.closings.iter().flat_map(|closing| closing.account.split(" and ")).collect();
        let kept: BTreeSet<_> = KEPT.iter().map(|(name, _)| *name).collect();
        let accounts = self.accounts().filter_map(|name| match (closed.contains(name), kept.contains(name)) {
            (true, false) | (false, true) => None,
            (true, true) => Some(format!("{name} is said to stay, but was closed; see xtask/src/bill/complete.rs")),
            (false, false) => Some(format!("no row closes an account {name}; measure it in xtask/src/bill")),
        });
        instructions.chain(accounts).collect()
    }
}

fn kind_of(name: &str) -> &str {
    name.strip_suffix("Header").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::super::cost::Cost;
    use super::super::figures::{Lifecycle, Row};
    use super::*;

    /// A bill with a row for each of these instructions, and a closing of each of these accounts.
    fn bill<'a>(instructions: impl Iterator<Item = &'a str>, closed: &[&str]) -> Bill {
        let row = |name: &str| Row { instruction: name.to_owned(), case: String::new(), cost: Cost::default() };
        let closing = |name: &&str| Closing {
            account: (*name).to_owned(),
            instruction: String::new(),
            case: String::new(),
            placed_lamports: 1,
            returned_lamports: 1,
            elsewhere_lamports: 0,
            left_lamports: 0,
        };
        Bill {
            compiler: "one".to_owned(),
            program_bytes: 1,
            lamports_per_byte: 6_960,
            instructions: instructions.map(row).collect(),
            closings: closed.iter().map(closing).collect(),
            lifecycle: Lifecycle { founding: Vec::new(), decision: Vec::new(), left: Vec::new() },
        }
    }

    #[test]
    fn whatever_has_no_row_is_named() {
        let names = Names::read().unwrap();
        let kept = KEPT.map(|(name, _)| name);
        let closed: Vec<&str> = names.accounts().filter(|name| !kept.contains(name)).collect();
        assert_eq!(names.missing(&bill(names.instructions(), &closed)), [""; 0]);
        let without = names.instructions().filter(|name| *name != "proposal_vote");
        let missing = names.missing(&bill(without, &closed));
        assert_eq!(missing, ["proposal_vote has no row; measure it in xtask/src/bill"]);
        let fewer: Vec<&str> = closed.iter().copied().filter(|name| *name != "Snapshot").collect();
        let missing = names.missing(&bill(names.instructions(), &fewer));
        assert_eq!(missing, ["no row closes an account Snapshot; measure it in xtask/src/bill"]);
        let more = [closed.as_slice(), &["Principle"]].concat();
        let missing = names.missing(&bill(names.instructions(), &more));
        assert_eq!(missing, ["Principle is said to stay, but was closed; see xtask/src/bill/complete.rs"]);
    }
}
