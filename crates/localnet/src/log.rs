//! Where the output of a network's process goes.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::process::Child;

use crate::error::{LocalnetError, Result};

/// A file for the process's own output.
#[derive(Debug)]
pub(crate) struct Log {
    pub(crate) path: PathBuf,
    pub(crate) temporary: bool,
}

impl Log {
    pub(crate) fn create(asked: Option<PathBuf>) -> Result<Self> {
        static STARTED: AtomicU64 = AtomicU64::new(0);
        if let Some(path) = asked {
            return Ok(Self { path, temporary: false });
        }
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let name = format!("quantumagi-localnet-{}-{number}.log", std::process::id());
        Ok(Self { path: std::env::temp_dir().join(name), temporary: true })
    }

    /// Keeps the output of a failed start, or says that there was no Node to start: the shell
    /// answers 127 for a command it cannot find.
    pub(crate) async fn explain(mut self, error: LocalnetError, child: &mut Child) -> LocalnetError {
        if !matches!(error, LocalnetError::Ended { .. }) {
            return error;
        }
        if let Ok(status) = child.wait().await
            && status.code() == Some(127)
        {
            return LocalnetError::NodeMissing { source: std::io::ErrorKind::NotFound.into() };
        }
        self.temporary = false;
        error
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if self.temporary {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
