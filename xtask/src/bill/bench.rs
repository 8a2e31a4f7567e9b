//! `cargo xtask bench`: how many whole decisions the program takes a second, on one thread.
//!
//! A decision is what the bill's lifecycle is: a proposal is created, five vote, it is finalized, executed and closed. The
//! built program runs in the virtual machine within this process, compiled for release. What a cluster adds is not here:
//! signatures are not checked, nothing is sent, stored or agreed upon. So the figure is an upper bound for one core, and no
//! test depends on it.

use std::time::Instant;

use anyhow::{Result, ensure};
use quantumagi_interface::{Instruction, instructions as ix};
use quantumagi_rules::action::Action;
use serde::Serialize;

use super::community::{AGAINST, Community, FOR};
use super::people::{crank, hash};
use super::table::grouped;
use crate::{repo, step};

/// Fewest runs: below that a median says little.
const MIN_RUNS: usize = 5;
/// Voters of a decision, of whom the last is against.
const VOTERS: u32 = 5;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Subject {
    /// Whole decisions of the program
    Decisions,
    /// The RPC pool, each part beside its peer
    Rpc,
    /// From a deadline until the crank's transaction is confirmed, on the local network
    Crank,
}

/// Options of `bench`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to measure; the options are those of `decisions`
    #[arg(value_enum, default_value_t = Subject::Decisions)]
    subject: Subject,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// How often to measure; at least 5
    #[arg(long, default_value_t = 9)]
    runs: usize,
    /// Decisions of each run
    #[arg(long, default_value_t = 2_000)]
    decisions: u32,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Report {
    /// Length of the program, bytes.
    program_bytes: u64,
    /// Voters of each decision.
    voters: u32,
    /// Transactions of each decision.
    transactions_per_decision: u64,
    /// Compute units of each decision, on average.
    compute_units_per_decision: u64,
    /// Decisions of each run.
    decisions_per_run: u32,
    /// Decisions a second, run by run.
    runs: Vec<f64>,
    /// The run in the middle.
    median: f64,
    /// The slowest run.
    least: f64,
    /// The fastest run.
    most: f64,
    /// From the slowest to the fastest, percent of the median.
    spread_percent: f64,
    /// What the median amounts to in an hour.
    decisions_per_hour: u64,
}

/// Measures and prints. In a debug build, has cargo make a release build first and lets that measure.
///
/// # Errors
/// Where there are too few runs, the program was not built, or it refuses something.
pub(crate) fn run(args: &Args) -> Result<()> {
    match args.subject {
        Subject::Decisions => {}
        Subject::Rpc => {
            return step::run(&mut repo::cargo(["bench", "--locked", "--package", "quantumagi-rpc", "--benches"]));
        }
        // It waits for slots and not for the processor, so the build of the tests will do.
        Subject::Crank => {
            let bench = ["bench", "--locked", "--profile", "dev", "--package", "quantumagi-crank", "--bench", "due"];
            return step::run(&mut repo::cargo(bench));
        }
    }
    ensure!(args.runs >= MIN_RUNS, "{} runs are too few for a median; take at least {MIN_RUNS}", args.runs);
    ensure!(args.decisions > 0, "a run needs at least one decision");
    if cfg!(debug_assertions) {
        let mut again = repo::cargo(["run", "--quiet", "--locked", "--release", "--package", "xtask", "--", "bench"]);
        again.args(["--runs", &args.runs.to_string(), "--decisions", &args.decisions.to_string()]);
        return step::run(if args.json { again.arg("--json") } else { &mut again });
    }
    let report = measure(args)?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("{}", text(&report));
    }
    Ok(())
}

fn measure(args: &Args) -> Result<Report> {
    let mut community = Community::founded("bench", VOTERS, 1)?;
    // Not measured: memory is taken and the program's code translated.
    let mut spent = Spent::default();
    for _ in 0..args.decisions.div_ceil(10) {
        decide(&mut community, &mut spent)?;
    }
    let (mut runs, mut spent) = (Vec::with_capacity(args.runs), Spent::default());
    for _ in 0..args.runs {
        let began = Instant::now();
        for _ in 0..args.decisions {
            decide(&mut community, &mut spent)?;
        }
        runs.push(f64::from(args.decisions) / began.elapsed().as_secs_f64());
    }
    let decisions = u64::try_from(args.runs)? * u64::from(args.decisions);
    let (least, median, most) = spread(&runs);
    Ok(Report {
        program_bytes: std::fs::metadata(repo::program_so())?.len(),
        voters: VOTERS,
        transactions_per_decision: spent.transactions / decisions,
        compute_units_per_decision: spent.compute_units / decisions,
        decisions_per_run: args.decisions,
        median: rounded(median),
        least: rounded(least),
        most: rounded(most),
        spread_percent: rounded(100.0 * (most - least) / median),
        decisions_per_hour: whole(median * 3_600.0),
        runs: runs.into_iter().map(rounded).collect(),
    })
}

/// What all decisions took.
#[derive(Default)]
struct Spent {
    transactions: u64,
    compute_units: u64,
}

/// One decision, from its creation until it is closed.
fn decide(community: &mut Community, spent: &mut Spent) -> Result<()> {
    let mut run = |community: &mut Community, instruction: Instruction| -> Result<()> {
        spent.compute_units += community.chain.run(instruction)?.compute_units_consumed;
        spent.transactions += 1;
        Ok(())
    };
    let action = Action::TransferLamports { recipient: hash("crank"), lamports: 1 };
    let (proposal, create) = community.propose(&action, &[0], false)?;
    run(community, create)?;
    community.open_voting(&proposal)?;
    for index in 0..VOTERS {
        let choice = if index + 1 < VOTERS { FOR } else { AGAINST };
        let ballot = community.ballot(&proposal, index, choice)?;
        run(community, ballot)?;
    }
    community.end_voting(&proposal)?;
    run(community, Community::finalize(&proposal))?;
    community.open_window(&proposal)?;
    let transfer = ix::VaultTransfer {
        constitution: community.constitution,
        proposal,
        vault: community.vault,
        recipient: crank(),
        guardrails: None,
    };
    run(community, transfer.instruction(1))?;
    let close = community.close(&proposal)?;
    run(community, close)
}

/// The slowest, the middle (of two, the slower) and the fastest.
fn spread(runs: &[f64]) -> (f64, f64, f64) {
    let mut sorted = runs.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
    let last = sorted.len().saturating_sub(1);
    (at(0), at(last / 2), at(last))
}

/// With one digit.
fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is positive and far below 2^64")]
fn whole(number: f64) -> u64 {
    number as u64
}

fn text(report: &Report) -> String {
    let runs: Vec<String> = report.runs.iter().map(|rate| format!("{rate:.1}")).collect();
    format!(
        "\
Whole decisions (create, {} votes, finalize, execute, close) in LiteSVM on one thread, the program of {} bytes
{} transactions and {} compute units each; {} decisions a run

decisions a second  {:.1} (median of {} runs; {:.1} to {:.1}, a spread of {:.1} %)
decisions an hour   {}
each run            {}

Signatures are not checked, and nothing is sent or agreed upon: an upper bound for one core.",
        report.voters,
        grouped(report.program_bytes),
        report.transactions_per_decision,
        grouped(report.compute_units_per_decision),
        report.decisions_per_run,
        report.median,
        report.runs.len(),
        report.least,
        report.most,
        report.spread_percent,
        grouped(report.decisions_per_hour),
        runs.join("  "),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_run_in_the_middle_and_of_two_the_slower() {
        assert_eq!(spread(&[3.0, 1.0, 2.0]), (1.0, 2.0, 3.0));
        assert_eq!(spread(&[4.0, 1.0, 3.0, 2.0]), (1.0, 2.0, 4.0));
    }

    #[test]
    fn a_decision_is_nine_transactions_and_leaves_no_rent() {
        let mut community = Community::founded("bench", VOTERS, 1).unwrap();
        let standing = community.chain.rent_in_accounts();
        let mut spent = Spent::default();
        for _ in 0..2 {
            decide(&mut community, &mut spent).unwrap();
        }
        assert_eq!((spent.transactions, community.chain.rent_in_accounts()), (18, standing));
    }

    #[test]
    fn fewer_runs_than_five_are_refused() {
        let refused = run(&Args { subject: Subject::Decisions, json: false, runs: 4, decisions: 1 }).unwrap_err();
        assert_eq!(refused.to_string(), "4 runs are too few for a median; take at least 5");
    }
}
