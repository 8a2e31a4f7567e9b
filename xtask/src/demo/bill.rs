//! What the community's own transactions cost, read back from the network.
//!
//! Compute units are the runtime's own line for each instruction. A fee belongs to a transaction and is shared out among
//! its instructions. Rent counts as placed by the instruction after which an account exists, and as returned by the one
//! after which it does not.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use quantumagi_interface::{PROGRAM_ID, instructions};
use quantumagi_rpc::TransactionRecord;
use quantumagi_rpc::solana::Signature;
use serde::Serialize;

use super::chain::Chain;
use crate::peers;

/// Transactions asked for at one time.
const PARALLEL_READS: usize = 16;

/// What one instruction cost, all in all.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Line {
    /// How often it was carried out.
    pub(super) times: u64,
    /// Least compute units.
    pub(super) least_units: u64,
    /// Most compute units.
    pub(super) most_units: u64,
    /// Its share of all fees, lamports.
    pub(super) fee_lamports: u64,
    /// Rent placed in accounts, lamports.
    pub(super) placed_lamports: u64,
    /// Rent returned, lamports.
    pub(super) returned_lamports: u64,
}

/// The bill.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Bill {
    /// By instruction.
    pub(super) lines: BTreeMap<&'static str, Line>,
    /// Transactions of the community.
    pub(super) transactions: usize,
    /// All fees, lamports.
    pub(super) fee_lamports: u64,
    /// All rent placed, lamports.
    pub(super) placed_lamports: u64,
    /// All rent returned, lamports.
    pub(super) returned_lamports: u64,
    /// SPL Governance's figures.
    pub(super) spl_governance: Vec<PeerLine>,
}

/// What a step of SPL Governance costs, and what ours is that does the same.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PeerLine {
    /// Its step.
    pub(super) step: &'static str,
    /// Its compute units.
    pub(super) units: u64,
    /// What it places in accounts and never returns, lamports.
    pub(super) placed_lamports: u64,
    /// Our instruction.
    pub(super) ours: Option<&'static str>,
    /// Most compute units of our instruction.
    pub(super) our_units: Option<u64>,
}

/// Our instruction for each step of SPL Governance, by the step's name; a step without one is not needed here.
const COUNTERPARTS: [(&str, &str); 7] = [
    ("create realm", "constitution_create"),
    ("deposit tokens", "roster_extend"),
    ("create proposal", "proposal_create"),
    ("vote for", "proposal_vote"),
    ("vote against", "proposal_vote"),
    ("finalize", "proposal_finalize"),
    ("execute", "vault_transfer"),
];

/// Reads all transactions back and adds them up.
///
/// # Errors
/// When the network does not know one of them.
pub(super) async fn add_up(chain: &Chain) -> Result<Bill> {
    let signatures = chain.sent();
    let records: Vec<TransactionRecord> = stream::iter(signatures)
        .map(|signature| record(chain, signature))
        .buffer_unordered(PARALLEL_READS)
        .try_collect()
        .await?;
    let mut bill = Bill { transactions: records.len(), ..Bill::default() };
    for record in &records {
        bill.add(record)?;
    }
    let lines = &bill.lines;
    let steps = peers::SPL_GOVERNANCE_FOUNDING.iter().chain(&peers::SPL_GOVERNANCE_DECISION);
    bill.spl_governance = steps
        .map(|step| {
            let ours = COUNTERPARTS.iter().find(|(name, _)| *name == step.name).map(|(_, ours)| *ours);
            let our_units = ours.and_then(|name| lines.get(name)).map(|line| line.most_units);
            PeerLine {
                step: step.name,
                units: step.compute_units,
                placed_lamports: step.placed_lamports,
                ours,
                our_units,
            }
        })
        .collect();
    Ok(bill)
}

async fn record(chain: &Chain, signature: Signature) -> Result<TransactionRecord> {
    let found = chain.rpc().transaction(&signature).await?;
    found.with_context(|| format!("the network does not know transaction {signature}"))
}

impl Bill {
    fn add(&mut self, record: &TransactionRecord) -> Result<()> {
        self.fee_lamports += record.fee;
        let own: Vec<(usize, &'static str)> = record
            .instructions
            .iter()
            .enumerate()
            .filter(|(_, instruction)| instruction.program == PROGRAM_ID)
            .filter_map(|(position, instruction)| Some((position, instructions::name_of(&instruction.data)?)))
            .collect();
        if record.error.is_some() || own.is_empty() {
            return Ok(());
        }
        let units = units_of(&record.logs);
        ensure!(units.len() == own.len(), "the logs of {} do not tell its compute units", record.signature);
        let n_own = own.len() as u64;
        for (index, ((_, name), units)) in (0u64..).zip(own.iter().zip(units)) {
            let line = self.lines.entry(name).or_default();
            line.least_units = if line.times == 0 { units } else { line.least_units.min(units) };
            line.most_units = line.most_units.max(units);
            line.times += 1;
            // The first ones take a lamport more where the fee cannot be shared out evenly.
            line.fee_lamports += record.fee / n_own + u64::from(index < record.fee % n_own);
        }
        for (address, (before, after)) in
            record.accounts.iter().zip(record.pre_balances.iter().zip(&record.post_balances))
        {
            let mut naming = own.iter().filter(|(position, _)| {
                record.instructions.get(*position).is_some_and(|ix| ix.accounts.contains(address))
            });
            let (is_created, is_closed) = (*before == 0 && *after > 0, *before > 0 && *after == 0);
            // Whoever names it first creates it, whoever names it last closes it; the others use it.
            if is_created && let Some((_, name)) = naming.next() {
                self.lines.entry(name).or_default().placed_lamports += after;
                self.placed_lamports += after;
            } else if is_closed && let Some((_, name)) = naming.next_back() {
                self.lines.entry(name).or_default().returned_lamports += before;
                self.returned_lamports += before;
            }
        }
        Ok(())
    }
}

/// Compute units of each of the program's instructions in a transaction, from the runtime's own lines.
fn units_of(logs: &[String]) -> Vec<u64> {
    let prefix = format!("Program {PROGRAM_ID} consumed ");
    logs.iter().filter_map(|line| line.strip_prefix(&prefix)?.split(' ').next()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_from_the_runtimes_lines_only() {
        let line = |words: &str| words.replace("PROGRAM", &PROGRAM_ID.to_string());
        let logs = [
            line("Program PROGRAM invoke [1]"),
            line("Program log: Program PROGRAM consumed 9 of 10 compute units"),
            line("Program PROGRAM consumed 1648 of 200000 compute units"),
            line("Program PROGRAM success"),
            line("Program PROGRAM consumed 7 of 198352 compute units"),
        ];
        assert_eq!(units_of(&logs), [1_648, 7]);
    }

    #[test]
    fn every_counterpart_is_a_step_of_the_peer() {
        let steps = peers::SPL_GOVERNANCE_FOUNDING.iter().chain(&peers::SPL_GOVERNANCE_DECISION);
        let names: Vec<&str> = steps.map(|step| step.name).collect();
        assert!(COUNTERPARTS.iter().all(|(name, _)| names.contains(name)), "{names:?}");
    }
}
