//! `cargo xtask bill`: what every instruction costs, and what a whole decision costs beside SPL Governance.
//!
//! Every instruction of the IDL has a row, at its largest legal input where that costs more, and every account that can be
//! closed is closed once, to show that nothing of its rent is left.
//!
//! The built program runs in a virtual machine within this process, with fixed keys, so that the figures are the same
//! on every machine that compiles the same program. Signatures are not made; their fee is counted.

mod above;
mod authorizations;
pub(crate) mod bench;
mod budgets;
mod bumps;
mod calls;
mod chain;
mod committed;
mod community;
mod complete;
mod cost;
mod deposits;
mod drafts;
mod emergencies;
mod figures;
mod founding;
mod guardrails;
mod ledger;
mod lifecycle;
mod mandates;
mod page;
mod payloads;
mod people;
mod proposals;
mod records;
mod scrutiny;
mod snapshots;
mod table;
mod tokens;
mod upgrades;

use anyhow::{Result, bail};

use crate::{repo, step};
use complete::Names;
use figures::{Bill, Rows};

/// Options of `bill`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write docs/bill.json and docs/bill.md
    #[arg(long, conflicts_with = "check")]
    write: bool,
    /// Print nothing but what differs from docs/bill.json or leaves a budget, and fail then
    #[arg(long, conflicts_with = "json")]
    check: bool,
}

/// Measures, and prints, writes or checks.
///
/// # Errors
/// Where the program was not built, an instruction is refused, or a budget is left.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.check {
        return check();
    }
    let bill = measure()?;
    if args.write {
        committed::write(&bill)?;
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&bill)?);
    } else {
        println!("{}", page::text(&bill));
    }
    refuse(missed(&bill)?)
}

/// Fails when a figure differs from docs/bill.json, or leaves its budget.
///
/// # Errors
/// One line for each.
pub(crate) fn check() -> Result<()> {
    let bill = measure()?;
    let mut findings = committed::differences(&bill)?;
    findings.extend(missed(&bill)?);
    refuse(findings)
}

/// Budgets that are left, and whatever has no row.
fn missed(bill: &Bill) -> Result<Vec<String>> {
    let mut findings = Names::read()?.missing(bill);
    findings.extend(budgets::unneeded(bill));
    findings.extend(budgets::all(bill).iter().filter(|budget| budget.is_missed()).map(ToString::to_string));
    Ok(findings)
}

fn refuse(findings: Vec<String>) -> Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    bail!("{}", findings.join("\n  "));
}

fn measure() -> Result<Bill> {
    let mut rows = Rows::default();
    founding::measure(&mut rows)?;
    proposals::measure(&mut rows)?;
    deposits::measure(&mut rows)?;
    mandates::measure(&mut rows)?;
    scrutiny::measure(&mut rows)?;
    payloads::measure(&mut rows)?;
    tokens::measure(&mut rows)?;
    upgrades::measure(&mut rows)?;
    guardrails::measure(&mut rows)?;
    authorizations::measure(&mut rows)?;
    snapshots::measure(&mut rows)?;
    records::measure(&mut rows)?;
    emergencies::measure(&mut rows)?;
    let lifecycle = lifecycle::measure()?;
    Ok(Bill {
        compiler: compiler()?,
        program_bytes: std::fs::metadata(repo::program_so())?.len(),
        lamports_per_byte: chain::LAMPORTS_PER_BYTE,
        closings: Names::read()?.closings(&rows)?,
        instructions: rows.rows,
        lifecycle,
    })
}

/// What builds the program on this machine, in its own words. The same choice as `cargo xtask build` makes.
fn compiler() -> Result<String> {
    let compiler =
        repo::find_installed("cargo-build-sbf").unwrap_or_else(|| repo::root().join("scripts/sbf/cargo-build-sbf"));
    let version = step::output(repo::command(&compiler, &repo::program_dir()).arg("--version"))?;
    Ok(version.lines().map(str::trim).collect::<Vec<_>>().join(", "))
}
