//! The line protocol with `surfpool.mjs`: one JSON request, one JSON answer.

use std::path::PathBuf;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{ChildStdin, ChildStdout};

use crate::error::{LocalnetError, Result};

/// Far above what any operation takes; reached only when the process hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// The two ends of the pipe to the process.
#[derive(Debug)]
pub(crate) struct Control {
    requests: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    next_id: u64,
    log: PathBuf,
}

#[derive(Serialize)]
struct Request<'a, T> {
    id: u64,
    op: &'a str,
    #[serde(flatten)]
    args: T,
}

#[derive(Deserialize)]
struct Answer {
    id: u64,
    #[serde(default)]
    ok: Value,
    error: Option<String>,
    not_installed: Option<String>,
}

impl Control {
    pub(crate) fn new(requests: ChildStdin, answers: ChildStdout, log: PathBuf) -> Self {
        Self { requests, answers: BufReader::new(answers).lines(), next_id: 1, log }
    }

    /// Reads the line that the process sends by itself once the network runs.
    pub(crate) async fn greeting<R: DeserializeOwned>(&mut self) -> Result<R> {
        self.answer("start", 0).await
    }

    /// Asks for one operation and waits until it is done.
    pub(crate) async fn ask<R: DeserializeOwned>(
        &mut self,
        operation: &'static str,
        args: impl Serialize,
    ) -> Result<R> {
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        let mut line = serde_json::to_vec(&Request { id, op: operation, args })?;
        line.push(b'\n');
        if let Err(source) = self.requests.write_all(&line).await {
            return Err(self.broken(source));
        }
        self.answer(operation, id).await
    }

    async fn answer<R: DeserializeOwned>(&mut self, operation: &'static str, id: u64) -> Result<R> {
        let reading = async {
            loop {
                let Some(line) = self.answers.next_line().await? else {
                    return Err(LocalnetError::Ended { log: self.log.clone() });
                };
                let answer: Answer = serde_json::from_str(&line)?;
                // An earlier question whose asker went away leaves its answer in the pipe.
                if answer.id == id {
                    return Ok(answer);
                }
            }
        };
        let answer =
            tokio::time::timeout(LIMIT, reading).await.map_err(|_| LocalnetError::Unresponsive { limit: LIMIT })??;
        match answer {
            Answer { not_installed: Some(package), .. } => Err(LocalnetError::NotInstalled { package }),
            Answer { error: Some(reason), .. } => Err(LocalnetError::Refused { operation, reason }),
            Answer { ok, .. } => Ok(serde_json::from_value(ok)?),
        }
    }

    fn broken(&self, source: std::io::Error) -> LocalnetError {
        if source.kind() == std::io::ErrorKind::BrokenPipe {
            return LocalnetError::Ended { log: self.log.clone() };
        }
        LocalnetError::Io { source }
    }
}
