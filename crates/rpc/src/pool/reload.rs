//! Changing a pool's configuration while it runs. Calls under way end as they began; nothing is dropped.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::Pool;
use super::config::{ConfigError, PoolConfig};
use super::endpoint::Label;
use super::member::Table;
use super::meters::ReloadMeters;

/// What a reload changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reload {
    /// Endpoints that are new, or no longer what they were: they start without a history.
    pub added: Vec<Label>,
    /// Endpoints that are gone, or no longer what they were.
    pub removed: Vec<Label>,
    /// Endpoints that are as they were, with their breakers, latencies and health.
    pub kept: Vec<Label>,
    /// Keys that the file now has otherwise and that take effect with the next start, not before: those of `[cache]` but
    /// for `[cache.ttl]`. Everything else takes effect with the reload.
    pub after_restart: Vec<&'static str>,
}

/// Why a configuration was not taken. The one before stays.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// It is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It names another cluster: what was read so far would be of one chain and what comes of another.
    #[error("the cluster of a running pool cannot change: restart to change it")]
    OtherCluster,
    /// Its file cannot be read.
    #[error("cannot read the configuration")]
    Io(#[from] std::io::Error),
}

impl Pool {
    /// Takes another configuration. Endpoints that it leaves as they were keep what was learnt of them.
    ///
    /// # Errors
    /// [`ReloadError::OtherCluster`]; then nothing changed.
    pub fn reload(&self, config: PoolConfig) -> Result<Reload, ReloadError> {
        let before = self.shared.table.load_full();
        if before.config.cluster != config.cluster {
            return Err(ReloadError::OtherCluster);
        }
        let after = Table::next(&before, config, Instant::now());
        let names = |these: &Table, others: &Table, is_kept: bool| -> Vec<Label> {
            let is_in_both = |member| others.members.iter().any(|other| Arc::ptr_eq(other, member));
            let chosen = these.members.iter().filter(|member| is_in_both(*member) == is_kept);
            chosen.map(|member| member.endpoint.name().clone()).collect()
        };
        let changed = Reload {
            added: names(&after, &before, false),
            removed: names(&before, &after, false),
            kept: names(&after, &before, true),
            after_restart: match (&before.config.reader, &after.config.reader) {
                (Some(before), Some(after)) => before.fixed_keys_that_differ(after),
                (None, None) => Vec::new(),
                (Some(_), None) | (None, Some(_)) => vec!["cache"],
            },
        };
        self.shared.table.store(Arc::new(after));
        self.shared.reloads.send_modify(|count| *count = count.wrapping_add(1));
        Ok(changed)
    }

    /// Reads the file at `path` again at SIGHUP, and looks every `look_every` whether it says something else, until
    /// what is returned is dropped. `variable` looks a name up in the environment. A wrong file is told in the log
    /// and changes nothing.
    ///
    /// # Errors
    /// When the process can handle no more signals.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub fn spawn_reloads(
        &self,
        path: &Path,
        variable: impl Fn(&str) -> Option<String> + Send + 'static,
        look_every: Duration,
    ) -> std::io::Result<Reloads> {
        let hangups = signal(SignalKind::hangup())?;
        let source =
            Source { pool: self.clone(), path: path.to_owned(), variable, last: None, meters: ReloadMeters::new() };
        Ok(Reloads(tokio::spawn(source.follow(hangups, look_every))))
    }
}

/// Reloads that go on until this is dropped.
#[derive(Debug)]
#[must_use = "reloads end when this is dropped"]
pub struct Reloads(JoinHandle<()>);

impl Drop for Reloads {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Where a configuration comes from.
struct Source<V> {
    pool: Pool,
    path: PathBuf,
    variable: V,
    /// The text that was read last, right or wrong, so that a wrong one is told once.
    last: Option<String>,
    meters: ReloadMeters,
}

impl<V: Fn(&str) -> Option<String> + Send> Source<V> {
    async fn follow(mut self, mut hangups: Signal, look_every: Duration) {
        let mut looks = interval(look_every.max(Duration::from_millis(1)));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_asked_for = tokio::select! {
                hangup = hangups.recv() => hangup.is_some(),
                _ = looks.tick() => false,
            };
            match self.reload(is_asked_for).await {
                Ok(None) => {}
                Ok(Some(changed)) => {
                    self.meters.ok.increment(1);
                    tracing::info!(?changed, "configuration reloaded");
                    if !changed.after_restart.is_empty() {
                        let keys = changed.after_restart.join(", ");
                        tracing::warn!(keys, "these keys are as they were until the next start");
                    }
                }
                Err(error) => {
                    self.meters.refused.increment(1);
                    tracing::error!(%error, "configuration not reloaded: the one before stays");
                }
            }
        }
    }

    /// `None` where there was nothing new.
    async fn reload(&mut self, is_asked_for: bool) -> Result<Option<Reload>, ReloadError> {
        let text = tokio::fs::read_to_string(&self.path).await?;
        if !is_asked_for && self.last.as_ref() == Some(&text) {
            return Ok(None);
        }
        let config = PoolConfig::parse(&text, &self.variable);
        self.last = Some(text);
        let config = config?;
        if !is_asked_for && self.pool.shared.table.load().config == config {
            return Ok(None);
        }
        self.pool.reload(config).map(Some)
    }
}
