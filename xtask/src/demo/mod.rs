//! `cargo xtask demo`: a whole community's decisions on a local network, with a real constitution and its real history.
//!
//! Everything happens through the SDK on a network that this process starts; time passes by that network's clock
//! control. Each outcome is compared with what is expected, and the demo fails where one differs.

mod amendments;
mod bill;
mod cases;
mod chain;
mod check;
mod closing;
mod community;
mod documents;
mod keep;
mod motions;
mod narrator;
mod people;
mod proof;
mod proposals;
mod refusals;
mod report;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use quantumagi_document::Document;
use quantumagi_rpc::deploy::DeployProgress;
use quantumagi_sdk::texts::TextStore;

use crate::{build, repo, step};
use chain::Chain;
use community::{Community, LAMPORTS_PER_SOL};
use narrator::{Narrator, Teller};
use people::People;
use report::Report;

/// What everybody's wallet starts with, lamports.
const WALLET_LAMPORTS: u64 = 1_000 * LAMPORTS_PER_SOL;

/// Options of `demo`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Govern with the constitution in this file (Debian text, Markdown or TOML) instead of Debian's; it is not amended
    #[arg(long, value_name = "FILE")]
    constitution: Option<PathBuf>,
    /// Leave the network running and print how to go on by hand
    #[arg(long)]
    keep: bool,
    /// Print one report for machines on standard output
    #[arg(long)]
    json: bool,
    /// Run the demo as a test: twice, with its reports and a kept network compared with what must be in them
    #[arg(long, conflicts_with_all = ["constitution", "keep", "json"])]
    check: bool,
}

/// Runs the demo.
///
/// # Errors
/// When a step fails or an outcome is not the expected one.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.check {
        return check();
    }
    let versions = documents::versions(args.constitution.as_deref())?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the asynchronous runtime")?;
    let folder = std::env::temp_dir().join(format!("quantumagi-demo-{}", std::process::id()));
    let governed = runtime.block_on(govern(args, versions, &folder));
    let report = governed.with_context(|| format!("the demo failed; what it left is in {}", folder.display()))?;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        println!("\n{}", report.to_text());
    }
    if !report.is_as_expected {
        bail!("not everything ended as expected; the report above says what did not");
    }
    Ok(())
}

/// Runs the demo as a test.
///
/// # Errors
/// The first thing that is not as it must be.
pub(crate) fn check() -> Result<()> {
    check::check()
}

async fn govern(args: &Args, versions: Vec<Document>, folder: &Path) -> Result<Report> {
    let narrator = Narrator::new();
    let store = TextStore::open(folder.join("texts"))?;
    narrator.part("build the program", async |teller| prepare(args, teller)).await?;
    let chain = narrator
        .part("start the local network", async |teller| {
            let chain = Chain::start(&folder.join("network.log")).await?;
            teller.say(chain.network().rpc_url());
            Ok(chain)
        })
        .await?;
    let people = People::meet();
    let program_bytes = narrator
        .part("deploy the program", async |teller| {
            for wallet in people.wallets() {
                chain.network().fund(&wallet, WALLET_LAMPORTS).await?;
            }
            let key = repo::program_dir().join("localnet-keypair.json");
            let progress = |step| {
                if let DeployProgress::Written { parts, of } = step {
                    teller.now(format!("{parts} of {of} parts"));
                }
            };
            let len = chain.deploy(&people.founder, &key, &repo::program_so(), progress).await?;
            teller.say(format!("{} ({len} bytes)", quantumagi_interface::PROGRAM_ID));
            Ok(len)
        })
        .await?;
    let (community, mut report) = live(&narrator, &chain, &people, versions, store).await?;
    report.program_bytes = program_bytes;
    if args.keep {
        let proposal = keep::leave_open(&chain, &people, &community).await?;
        report.kept = Some(keep::keep(chain.into_network(), &people, &community, folder, proposal).await?);
    } else {
        chain.into_network().stop().await?;
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    report.seconds = narrator.elapsed().as_secs_f64();
    Ok(report)
}

/// The program, and the command line where somebody will go on by hand.
fn prepare(args: &Args, teller: &Teller) -> Result<()> {
    teller.step_aside();
    build::program()?;
    if args.keep {
        step::run(&mut repo::cargo(["build", "--quiet", "--locked", "--package", "quantumagi-cli"]))?;
    }
    Ok(())
}

/// The community's life, from its founding to the bill.
async fn live(
    narrator: &Narrator,
    chain: &Chain,
    people: &People,
    versions: Vec<Document>,
    store: TextStore,
) -> Result<(Community, Report)> {
    let mut versions = versions.into_iter();
    let first = versions.next().context("there is no constitution to start with")?;
    let mut community = narrator
        .part("found the community", async |teller| community::found(chain, people, first, store, teller).await)
        .await?;
    let mut amendments = Vec::new();
    if versions.len() > 0 {
        narrator
            .part("amend the constitution by vote", async |teller| {
                for next in versions {
                    amendments.push(amendments::amend(chain, people, &mut community, next, teller).await?);
                }
                teller.say("its text and every principle that changed, each by a vote of its own");
                Ok(())
            })
            .await?;
    }
    let outcomes = narrator
        .part("decide five proposals", async |teller| proposals::govern(chain, people, &community, teller).await)
        .await?;
    narrator
        .part("close everything that can be closed", async |teller| {
            closing::close(chain, people, &community, teller).await
        })
        .await?;
    let proof = narrator
        .part("prove the history from the network alone", async |teller| proof::prove(chain, &community, teller).await)
        .await?;
    let bill = narrator.part("add up the bill", async |_| bill::add_up(chain).await).await?;
    let is_as_expected = proof.words.is_proved && outcomes.iter().all(|outcome| outcome.is_as_expected);
    let report = Report {
        is_as_expected,
        program: quantumagi_interface::PROGRAM_ID.to_string(),
        program_bytes: 0,
        constitution: community.address.to_string(),
        title: community.document.title.clone(),
        amendments,
        outcomes,
        verification: proof.words,
        history: proof.history,
        last_diff: proof.last_diff,
        bill,
        durations: narrator.parts(),
        seconds: 0.0,
        kept: None,
    };
    Ok((community, report))
}
