//! The command line: options that every command takes, and the nouns.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use quantumagi_rpc::Commitment;
use quantumagi_rpc::solana::Address;

use crate::nouns::{
    audit, constitution, deposit, electorate, emergency, guardians, guardrail, parameters, policy, principle, proposal,
    roster, settings, snapshot, text, vault, veto_body,
};

/// Governs a community by a written constitution on Solana.
///
/// Settings come from the options, else from the Solana CLI's own configuration file, else they are the Solana CLI's
/// defaults. Exit codes: 0 done, 1 failed, 64 the command line makes no sense, 75 try again later.
#[derive(Debug, Parser)]
#[command(name = "quantumagi", version)]
pub(crate) struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What it is about.
    #[command(subcommand)]
    pub(crate) noun: Noun,
}

/// Options that every command takes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Endpoint: a URL, or localhost, devnet, testnet, mainnet-beta or their first letter. Several are taken for one
    /// cluster: they must agree on it, and where one fails another is asked.
    #[arg(long, short = 'u', global = true, value_name = "URL")]
    pub(crate) url: Vec<String>,
    /// File that names endpoints, their cluster and how to ask them, instead of --url.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "QUANTUMAGI_ENDPOINTS",
        hide_env_values = true,
        conflicts_with = "url"
    )]
    pub(crate) endpoints: Option<PathBuf>,
    /// Key file of who signs and pays.
    #[arg(long, short = 'k', global = true, value_name = "FILE")]
    pub(crate) keypair: Option<PathBuf>,
    /// How settled the state must be that is read, and a transaction before it counts.
    #[arg(long, global = true, value_enum, value_name = "LEVEL")]
    pub(crate) commitment: Option<Level>,
    /// Configuration file of the Solana CLI [default: ~/.config/solana/cli/config.yml].
    #[arg(long, short = 'C', global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The community: the address of its constitution.
    #[arg(
        long,
        short = 'c',
        global = true,
        value_name = "ADDRESS",
        env = "QUANTUMAGI_CONSTITUTION",
        hide_env_values = true
    )]
    pub(crate) constitution: Option<Address>,
    /// Print JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print transactions in base64 for any wallet to sign, instead of sending them.
    #[arg(long, global = true)]
    pub(crate) unsigned: bool,
    /// Who signs and pays, with --unsigned [default: the address of --keypair].
    #[arg(long, global = true, value_name = "ADDRESS", requires = "unsigned")]
    pub(crate) signer: Option<Address>,
    /// Folder of known texts [default: ~/.local/share/quantumagi/texts].
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
    /// File with the members' names: a file that `roster create` takes.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) names: Option<PathBuf>,
}

/// How settled the state must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Level {
    /// In the endpoint's latest block, which may yet be dropped.
    Processed,
    /// Voted for by two thirds of the stake.
    Confirmed,
    /// Cannot be undone.
    Finalized,
}

impl From<Level> for Commitment {
    fn from(level: Level) -> Self {
        match level {
            Level::Processed => Self::Processed,
            Level::Confirmed => Self::Confirmed,
            Level::Finalized => Self::Finalized,
        }
    }
}

/// What a command is about.
#[derive(Debug, Subcommand)]
pub(crate) enum Noun {
    /// The constitution: found, show, seal, amend, compare its versions.
    #[command(subcommand)]
    Constitution(constitution::Command),
    /// Principles: what decisions rest on.
    #[command(subcommand)]
    Principle(principle::Command),
    /// Guardrails: what principles forbid in numbers.
    #[command(subcommand)]
    Guardrail(guardrail::Command),
    /// Rosters: who votes, with what weight.
    #[command(subcommand)]
    Roster(roster::Command),
    /// The electorate in force, of whatever kind.
    #[command(subcommand)]
    Electorate(electorate::Command),
    /// Deposits: tokens as voting weight.
    #[command(subcommand)]
    Deposit(deposit::Command),
    /// Snapshots: weights read off the cluster, proved voter by voter.
    #[command(subcommand)]
    Snapshot(snapshot::Command),
    /// Proposals: from the first draft to what was done.
    #[command(subcommand)]
    Proposal(proposal::Command),
    /// Parameters of the tracks: what it takes to decide.
    #[command(subcommand)]
    Parameters(parameters::Command),
    /// Settings: who attests, how many proposals may be open.
    #[command(subcommand)]
    Settings(settings::Command),
    /// The veto body: who can stop what the electorate wants.
    #[command(subcommand)]
    VetoBody(veto_body::Command),
    /// Guardians: who may act in an emergency.
    #[command(subcommand)]
    Guardians(guardians::Command),
    /// Emergency acts: what guardians stop.
    #[command(subcommand)]
    Emergency(emergency::Command),
    /// Policies that were adopted.
    #[command(subcommand)]
    Policy(policy::Command),
    /// The vault: what the community owns.
    #[command(subcommand)]
    Vault(vault::Command),
    /// Texts behind the hashes on the chain.
    #[command(subcommand)]
    Text(text::Command),
    /// Proof of the whole history.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}
