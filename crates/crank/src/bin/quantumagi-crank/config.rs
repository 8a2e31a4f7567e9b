//! What an operator has written: three lines, and whatever differs from the defaults.
//!
//! Endpoints are told as everywhere in Quantumagi, by the tables of [`PoolConfig`] in the same file, or by `rpc_url` where
//! there is one. Every key of ours can be overridden by a variable, `QUANTUMAGI_CRANK_` and its name in capitals. All that
//! is wrong is told at once.

pub(crate) mod alerting;
mod duties;
pub(crate) mod otlp;
mod read;
mod reader;
mod show;
mod sla;
mod tables;
mod tls;

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use quantumagi_crank::Terms;
use quantumagi_crank::sla::Objectives;
use quantumagi_interface::Address;
use quantumagi_rpc::pool::PoolConfig;

use crate::exit::{Exit, Mendable};
use alerting::Alerting;
use otlp::Otlp;

pub(crate) use duties::OperatorConfig;
#[cfg(test)]
pub(crate) use read::KEYS;
#[cfg(test)]
pub(crate) use sla::SLA_KEYS;
pub(crate) use tls::{Protection, Tls};

/// Name of the only endpoint that `rpc_url` tells.
pub(crate) const ONLY_ENDPOINT: &str = "rpc";

/// Everything that the crank goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// What it looks after.
    pub(crate) constitutions: Vec<Address>,
    /// Wallets of other cranks, with which it shares the work.
    pub(crate) peers: Vec<Address>,
    /// The wallet that pays.
    pub(crate) keypair: PathBuf,
    /// The snapshot operator that it is, if any.
    pub(crate) operator: Option<OperatorConfig>,
    /// Folder of the journal.
    pub(crate) state_dir: PathBuf,
    /// Where health, status and metrics are served.
    pub(crate) listen: SocketAddr,
    /// What protects them besides TLS where other machines can ask.
    pub(crate) listen_protected: Protection,
    /// With which files they are served over TLS.
    pub(crate) tls: Option<Tls>,
    /// What the wallet should hold, lamports.
    pub(crate) min_balance: u64,
    /// Form of the log lines.
    pub(crate) log_format: LogFormat,
    /// Least important log lines that are written.
    pub(crate) log_level: LogLevel,
    /// What the crank may do.
    pub(crate) terms: Terms,
    /// What is promised.
    pub(crate) objectives: Objectives,
    /// Its endpoints.
    pub(crate) pool: PoolConfig,
    /// Whom it tells of what is wrong.
    pub(crate) alerting: Alerting,
    /// Where its traces go.
    pub(crate) otlp: Option<Otlp>,
}

/// Form of the log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// One JSON object a line.
    #[default]
    Json,
    /// For people.
    Text,
}

/// Least important log lines that are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum LogLevel {
    /// Only what failed.
    Error,
    /// What somebody should look at.
    Warn,
    /// What was done.
    #[default]
    Info,
    /// Every call.
    Debug,
}

/// One thing that is wrong. Repeats no value that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Line of the file; `None` for what comes from the environment or is absent.
    pub(crate) line: Option<usize>,
    /// Key or variable.
    pub(crate) place: String,
    /// What is wrong, in words.
    pub(crate) words: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.words)
    }
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// Every problem of the file and the variables, in the order of the file.
    pub(crate) fn parse(
        text: &str,
        folder: &Path,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Vec<Problem>> {
        read::parse(text, folder, &variable)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`Mendable`] with every problem.
    pub(crate) fn load(path: &Path, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Mendable> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| {
            let hint = "write one with `quantumagi-crank init`, or name another with --config";
            Mendable::new(format!("cannot read the configuration {shown}: {error}"), hint).ending(Exit::Config)
        })?;
        let folder = path.parent().unwrap_or_else(|| Path::new("."));
        Self::parse(&text, folder, variable).map_err(|problems| {
            let list: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
            let words = format!("{} wrong in {shown}:{}", counted(problems.len()), list.concat());
            let hint = "docs/operators.md lists every key; `quantumagi-crank check-config` reads the file again";
            Mendable::new(words, hint).ending(Exit::Config)
        })
    }

    /// The configuration in force as TOML, without its secrets.
    pub(crate) fn shown(&self) -> String {
        show::shown(self)
    }

    /// File of the journal.
    pub(crate) fn journal(&self) -> PathBuf {
        self.state_dir.join("journal.sqlite")
    }

    /// Folder of the lists of voters.
    pub(crate) fn snapshots(&self) -> PathBuf {
        self.state_dir.join("snapshots")
    }

    /// Without progress for so long, the main loop hangs: a pause, a transaction, and a call for each constitution and for
    /// what all of them share, each as long as it may take.
    pub(crate) fn stall_limit(&self) -> Duration {
        let calls = u32::try_from(self.constitutions.len()).unwrap_or(u32::MAX).saturating_add(4);
        let reading = self.pool.limits.call.saturating_mul(calls);
        self.terms.look_every.saturating_add(self.terms.wait).saturating_add(reading)
    }

    /// Without a successful look for so long, something is wrong.
    pub(crate) fn stale_limit(&self) -> Duration {
        self.terms.look_every.saturating_mul(3).saturating_add(self.terms.wait)
    }
}

fn counted(problems: usize) -> String {
    if problems == 1 { "one thing is".to_owned() } else { format!("{problems} things are") }
}

#[cfg(test)]
mod tests;
