//! What can be typed.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use quantumagi_rpc::pool::read_span;

/// Where the configuration lies unless told otherwise.
const CONFIG: &str = "/etc/quantumagi/crank.toml";

/// Moves every due proposal along, unattended
#[derive(Debug, Parser)]
#[command(name = "quantumagi-crank", version, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// The configuration
    #[arg(long, global = true, value_name = "FILE", env = "QUANTUMAGI_CRANK_CONFIG", default_value = CONFIG)]
    pub(crate) config: PathBuf,
    /// Print results as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write a configuration of three lines and make its wallet
    Init(Init),
    /// Say everything that is wrong with the configuration
    CheckConfig,
    /// Print the configuration in force, with its defaults and without its secrets
    PrintConfig,
    /// Look at key, balance, endpoints, program, constitutions, clock and disk, and say how to mend what is wrong
    Doctor,
    /// Carry out what is due, until told to stop
    Run(Run),
    /// Watch a running crank: what is due, its endpoints, its money, what it did last
    Top(Top),
    /// List every metric: what it says, and all values of its labels with this configuration
    Metrics,
    /// How proposals, policies, emergency acts and audits go on, and which deadlines were missed
    #[command(subcommand)]
    Workflows(Workflows),
    /// How much of the time it worked, how much was done in time, and what is left of the error budgets
    Sla,
    /// What is due and refused: the dead letters
    #[command(subcommand)]
    Dlq(Dlq),
    /// What is wrong and whom it was told, and whether webhooks can be told
    #[command(subcommand)]
    Alerts(Alerts),
    /// What a snapshot operator's crank has read: lists of voters, and a voter's proof
    #[command(subcommand)]
    Snapshot(Snapshot),
}

/// What `init` needs to know.
#[derive(Args, Debug)]
pub(crate) struct Init {
    /// A constitution to look after; may be given several times
    #[arg(long = "constitution", short = 'c', value_name = "ADDRESS", required = true)]
    pub(crate) constitutions: Vec<quantumagi_interface::Address>,
    /// The endpoint
    #[arg(long, value_name = "URL")]
    pub(crate) rpc_url: String,
    /// The wallet that pays; made where the file is not there
    #[arg(long, value_name = "FILE", default_value = "/etc/quantumagi/crank-wallet.json")]
    pub(crate) keypair: PathBuf,
}

/// How to run.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Look once, carry out what is due now, and end
    #[arg(long)]
    pub(crate) once: bool,
    /// Build, simulate and price what is due, and send nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Only look: needs no wallet, builds and sends nothing
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) observe: bool,
}

/// What to see of workflows.
#[derive(Debug, Subcommand)]
pub(crate) enum Workflows {
    /// Everything that is on its way
    List {
        /// And what is over, the last first, and of constitutions that are looked after no more
        #[arg(long)]
        all: bool,
    },
    /// One with its steps, its deadlines, and what was done about it
    Show {
        /// Its name, as `workflows list` prints it
        key: String,
    },
}

/// Which crank to watch, and how.
#[derive(Args, Clone, Debug)]
pub(crate) struct Top {
    /// Where it serves its pages; unless told, where the configuration says
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Print one picture and end, as where the output is no terminal: 0 where all is well, 1 where a person should look, 75
    /// where it does not answer
    #[arg(long)]
    pub(crate) once: bool,
    /// Certificates, in PEM, of those who may vouch for the crank's; the public ones unless told
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// The certificate to show, in PEM, where the crank asks for one
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) cert: Option<PathBuf>,
    /// Its key, readable by its owner only
    #[arg(long, value_name = "FILE", requires = "cert")]
    pub(crate) key: Option<PathBuf>,
}

/// What to do with dead letters.
#[derive(Debug, Subcommand)]
pub(crate) enum Dlq {
    /// All of them, the oldest first
    List,
    /// One with its history, its log lines and the transaction that was refused
    Show {
        /// Its name, as `dlq list` prints it
        key: String,
    },
    /// Try again at the next look instead of waiting for its pause to end
    Replay {
        /// Its name, as `dlq list` prints it
        #[arg(required_unless_present = "all")]
        key: Option<String>,
        /// All that are not dropped
        #[arg(long, conflicts_with = "key")]
        all: bool,
    },
    /// Do not try again. It stays in the list until the chain has settled it
    Drop {
        /// Its name, as `dlq list` prints it
        key: String,
    },
}

/// What to do with alerts.
#[derive(Debug, Subcommand)]
pub(crate) enum Alerts {
    /// Those that are pending, firing, or were resolved within a day
    List,
    /// One with everything that is known of it
    Show {
        /// Its name, as `alerts list` prints it
        key: String,
    },
    /// Say nothing more of one that fires, until it is resolved or the time is over
    Ack {
        /// Its name, as `alerts list` prints it
        key: String,
        /// For how long, like 4h; without it, until it is resolved
        #[arg(long = "for", value_name = "TIME", value_parser = span)]
        span: Option<Duration>,
        /// Why, for whoever looks next
        #[arg(long, value_name = "TEXT", default_value = "")]
        comment: String,
        /// Take an acknowledgement back
        #[arg(long, conflicts_with_all = ["span", "comment"])]
        undo: bool,
    },
    /// Send a test to every webhook now
    Test {
        /// Only to this one
        #[arg(long, value_name = "NAME")]
        webhook: Option<String>,
    },
}

fn span(text: &str) -> Result<Duration, &'static str> {
    let span = read_span(text).filter(|span| Duration::from_secs(1) <= *span);
    span.ok_or("this must be a time of at least a second like 30s, 10m or 4h")
}

/// What to do with lists of voters.
#[derive(Debug, Subcommand)]
pub(crate) enum Snapshot {
    /// All that are kept, the newest epoch first, with their files
    Show,
    /// A voter's place in the root that a proposal is voted on by, with its proof
    Proof(Proof),
}

/// Whose proof, and of what.
#[derive(Args, Debug)]
pub(crate) struct Proof {
    /// The voter: a validator's identity
    pub(crate) voter: quantumagi_interface::Address,
    /// Number of the proposal
    #[arg(long, value_name = "ID")]
    pub(crate) proposal: u64,
    /// The constitution; needed where there are several
    #[arg(long, short = 'c', value_name = "ADDRESS")]
    pub(crate) constitution: Option<quantumagi_interface::Address>,
    /// Write the list of voters to this file: `quantumagi proposal vote --snapshot` takes it
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}
