//! A network that is left running, and how to go on with it by hand.

use std::fmt;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use quantumagi_localnet::{Detached, LocalNetwork};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::BallotRule;
use quantumagi_rules::principle::Category;
use quantumagi_sdk::ProposalDraft;
use serde::Serialize;

use super::chain::{Chain, Order};
use super::community::{Community, publish_short};
use super::documents::place_about;
use super::people::People;
use crate::repo;

/// Who proposes what is left open.
const PROPOSER: &str = "Dev";
/// What is proposed.
const TEXT: &str = "The council meets once a month\n\nThe council meets in public on the first Monday of each month.\n";

/// A network that was left running.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Kept {
    /// Address of the JSON-RPC endpoint.
    pub(super) rpc_url: String,
    /// Address of the websocket endpoint.
    pub(super) ws_url: String,
    /// Id of its process.
    pub(super) pid: u32,
    /// What it prints.
    pub(super) log: PathBuf,
    /// The constitution's address.
    pub(super) constitution: String,
    /// Folder with everybody's key, readable by its owner only.
    pub(super) keys: PathBuf,
    /// File with the council's names.
    pub(super) names: PathBuf,
    /// Folder with the texts.
    pub(super) texts: PathBuf,
    /// The command line.
    pub(super) program: PathBuf,
    /// A proposal that is open.
    pub(super) proposal: u64,
}

/// Proposes something that nobody has voted on yet, for whoever goes on by hand.
///
/// # Errors
/// When it is refused.
pub(super) async fn leave_open(chain: &Chain, people: &People, community: &Community) -> Result<u64> {
    let proposer = people.named(PROPOSER)?;
    let (content_hash, _) = publish_short(chain, &proposer.key, &community.store, TEXT).await?;
    let place = place_about(&community.document, Category::Process);
    let cited = community.principles.get(place).context("there is no principle to rest on")?.id;
    let action = Action::PolicyAdopt { text_hash: content_hash, sunset_at: 0 };
    let draft =
        ProposalDraft { content_hash, ballot_rule: BallotRule::Changeable, action, citations: &[cited], payload: None };
    let (address, create) = chain.client().proposal_create(&community.address, &proposer.address(), &draft).await?;
    chain.send(Order::new(create, &proposer.key)).await?;
    Ok(chain.client().proposal_at(&address).await?.value.id)
}

/// Lets the network live on and writes everybody's key to `folder`.
///
/// # Errors
/// When a key cannot be written or the network has gone.
pub(super) async fn keep(
    network: LocalNetwork,
    people: &People,
    community: &Community,
    folder: &Path,
    proposal: u64,
) -> Result<Kept> {
    let keys = folder.join("keys");
    // Fails where somebody else was quicker to make it: keys are written to nobody's folder but ours.
    let made = std::fs::DirBuilder::new().mode(0o700).create(&keys);
    made.with_context(|| format!("cannot make {}", keys.display()))?;
    people.write_keys(&keys)?;
    let names = folder.join("council.csv");
    people.write_names(&names)?;
    let Detached { rpc_url, ws_url, pid, log } = network.detach().await?;
    Ok(Kept {
        rpc_url,
        ws_url,
        pid,
        log,
        constitution: community.address.to_string(),
        keys,
        names,
        texts: community.store.directory().to_owned(),
        program: repo::root().join("target/debug/quantumagi"),
        proposal,
    })
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rpc_url, ws_url, pid, log, constitution, keys, names, texts, program, proposal } = self;
        let (program, keys, names, texts) = (program.display(), keys.display(), names.display(), texts.display());
        writeln!(f, "THE NETWORK IS STILL RUNNING\n")?;
        writeln!(f, "endpoint       {rpc_url} (websocket {ws_url})")?;
        writeln!(f, "constitution   {constitution}")?;
        writeln!(f, "keys           {keys} (founder, ana, ben, chi, dev, eva, fay, gus, hal)")?;
        writeln!(f, "texts          {texts}")?;
        writeln!(f, "output         {}", log.display())?;
        writeln!(f, "a day passes   kill -USR2 {pid}")?;
        writeln!(f, "it stops       kill {pid}\n")?;
        writeln!(f, "Proposal {proposal} is open: 14 days of discussion, then 7 of voting. Go on by hand:\n")?;
        writeln!(
            f,
            "q() {{ {program} --url {rpc_url} --constitution {constitution} --store {texts} --names {names} \"$@\"; }}"
        )?;
        writeln!(f, "q constitution history")?;
        writeln!(f, "q audit verify")?;
        writeln!(f, "q proposal show {proposal}")?;
        writeln!(f, "for day in $(seq 14); do kill -USR2 {pid}; sleep 0.5; done")?;
        write!(f, "q proposal vote {proposal} for --keypair {keys}/ana.json")
    }
}
