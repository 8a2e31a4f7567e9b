//! `snapshot`: the lists of voters that are kept here, and a voter's proof.

use std::fmt::Write as _;
use std::fs;

use quantumagi_crank::stake::{EpochVoters, StakeFile};
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::pool::Pool;
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_rules::snapshot::NODE_BYTES;
use quantumagi_sdk::words::hex;
use quantumagi_sdk::{Quantumagi, proved_voter};
use serde_json::{Value, json};

use crate::args::{Proof, Snapshot};
use crate::config::Config;
use crate::exit::{Exit, Mendable};
use crate::printer::{self, Form};

/// Carries the command out.
pub(crate) async fn run(config: &Config, asked: &Snapshot, form: Form) -> anyhow::Result<Exit> {
    match asked {
        Snapshot::Show => show(config, form),
        Snapshot::Proof(asked) => prove(config, asked, form).await,
    }
}

fn show(config: &Config, form: Form) -> anyhow::Result<Exit> {
    let (mut words, mut values) = (String::new(), Vec::new());
    for file in StakeFile::all(&config.snapshots())? {
        let EpochVoters { epoch, voters, .. } = file.read()?;
        let (slot, count, hash) = (voters.slot(), voters.voters().len(), hex(&voters.hash()));
        // More stake than there is would not fit 64 bits, and makes no tree.
        let total: u128 = voters.voters().iter().map(|(_, weight)| u128::from(*weight)).sum();
        let path = file.path.display();
        let _ = writeln!(
            words,
            "epoch {epoch}, from slot {slot}: {count} voters, {total} lamports\n    {path}\n    {hash}"
        );
        values.push(json!({
            "epoch": epoch, "slot": slot, "voters": count, "total_weight": total.to_string(), "file_hash": hash,
            "file": file.path,
        }));
    }
    if values.is_empty() {
        words.push_str("no lists of voters: an operator's crank reads one when a proposal waits for its root\n");
    }
    printer::report(form, &words, &Value::Array(values))?;
    Ok(Exit::Done)
}

/// The constitution that is meant.
fn constitution(config: &Config, asked: &Proof) -> Result<Address, Mendable> {
    match (asked.constitution, config.constitutions.as_slice()) {
        (Some(address), _) | (None, &[address]) => Ok(address),
        (None, several) => {
            let words = format!("which of the {} constitutions?", several.len());
            Err(Mendable::new(words, "name it with --constitution").ending(Exit::Usage))
        }
    }
}

async fn prove(config: &Config, asked: &Proof, form: Form) -> anyhow::Result<Exit> {
    let address = pda::proposal(&constitution(config, asked)?, asked.proposal);
    let client = Quantumagi::new(Rpc::with_pool(Pool::new(config.pool.clone()), Commitment::Confirmed));
    let proposal = client.proposal_at(&address).await?.value;
    let slot = proposal.snapshot_slot;
    let mut voters = None;
    for file in StakeFile::all(&config.snapshots())? {
        let list = file.read()?;
        if list.has(slot) {
            voters = Some(list.voters.at_slot(slot));
            break;
        }
    }
    // A proposal without a root is told by the proof itself, in better words.
    let is_bound = proposal.snapshot_root != [0; 32];
    let voters = match voters {
        Some(voters) => voters,
        None if is_bound => {
            let hint = "ask another operator for the file of that epoch, and use `quantumagi snapshot prove`";
            return Err(Mendable::new(format!("the epoch of slot {slot} is not kept here"), hint).into());
        }
        None => quantumagi_sdk::snapshot::VoterList::new(slot, [])?,
    };
    let place = proved_voter(&proposal, &address, &asked.voter, &voters)?;
    if let Some(out) = &asked.out {
        fs::write(out, voters.to_text())
            .map_err(|error| Mendable::new(format!("cannot write {}: {error}", out.display()), "name another file"))?;
    }
    let nodes: Vec<String> = place.proof.chunks(NODE_BYTES).map(hex).collect();
    let (index, weight, root) = (place.index, place.weight, hex(&proposal.snapshot_root));
    let mut words =
        format!("voter {} has place {index} and weight {weight} in root {root} at slot {slot}\n", asked.voter);
    for node in &nodes {
        let _ = writeln!(words, "  {node}");
    }
    if let Some(out) = &asked.out {
        let (id, out) = (asked.proposal, out.display());
        let _ = writeln!(words, "vote with: quantumagi proposal vote {id} for --snapshot {out}");
    }
    let value = json!({
        "voter": asked.voter.to_string(), "index": index, "weight": weight, "root": root, "slot": slot, "proof": nodes,
        "file": asked.out,
    });
    printer::report(form, &words, &value)?;
    Ok(Exit::Done)
}
