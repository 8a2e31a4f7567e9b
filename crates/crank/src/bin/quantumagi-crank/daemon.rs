//! `run`: works until told to stop, takes a new configuration in between, and tells systemd how it is.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use metrics::{counter, gauge};
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};

use crate::args::Run;
use crate::catalogue::list as name;
use crate::config::{Config, Tls};
use crate::crew::Crew;
use crate::exit::{Exit, Mendable};
use crate::health::Health;
use crate::http::{self, Pages, Seal};
use crate::printer::{self, Form};
use crate::sla::{Keeper, WRITE_EVERY};
use crate::{logs, meters, report, variable};

/// Runs until told to stop, or once.
pub(crate) async fn run(path: &Path, config: Config, asked: Run, form: Form) -> anyhow::Result<Exit> {
    #[cfg(feature = "otel")]
    let (traces, tracing) = crate::otel::start(&config)?;
    #[cfg(not(feature = "otel"))]
    let traces = None;
    logs::start(config.log_format, config.log_level, traces);
    let ended = until_told_to_stop(path, config, asked, form).await;
    #[cfg(feature = "otel")]
    crate::otel::end(tracing).await;
    ended
}

async fn until_told_to_stop(path: &Path, config: Config, asked: Run, form: Form) -> anyhow::Result<Exit> {
    let (metrics, calls) = meters::install()?;
    meters::prepare(&config);
    let health = Arc::new(Health::new(&config, Instant::now()));
    health.knowledge.measured_by(metrics.clone());
    let (stop, reload) = listen_to_signals(&health)?;
    let mut crew = Crew::assemble(config, asked, &health)?;
    health.reconfigured(&crew.config, crew.pool.clone());
    if asked.once {
        let round = crew.once(&stop).await?;
        let (words, value, exit) = report::of_one_look(&round);
        printer::report(form, &words, &value)?;
        return Ok(exit);
    }
    let keeper = Arc::new(Keeper::start(&crew.config, crew.ledger()?, calls));
    health.keep(Arc::clone(&keeper));
    let seal = crew.config.tls.as_ref().map(Seal::new).transpose()?.map(Arc::new);
    health.sealed_until(seal.as_deref().map(Seal::ends_at));
    let listen = crew.config.listen;
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        let hint = "another crank may run here: choose another port with `listen`";
        Mendable::new(format!("cannot serve health and metrics at {listen}: {error}"), hint)
    })?;
    let listen = listener.local_addr()?;
    let pages = Pages::new(Arc::clone(&health), metrics, listen);
    let pages = tokio::spawn(pages.serve(listener, seal.clone()));
    let constitutions = crew.config.constitutions.len();
    tracing::info!(%listen, is_tls = seal.is_some(), constitutions, version = env!("CARGO_PKG_VERSION"), "started");
    tell_systemd(&[NotifyState::Ready]);
    let watchdog = tokio::spawn(feed_watchdog(Arc::clone(&health)));
    let ticking = tokio::spawn(tick(Arc::clone(&keeper)));
    let ended = shifts(path, &mut crew, asked, (&health, &keeper, seal.as_deref()), &stop, &reload).await;
    watchdog.abort();
    ticking.abort();
    pages.abort();
    ended?;
    keeper.stopped();
    tracing::info!("stopped");
    Ok(Exit::Done)
}

/// One crew after the other, until told to stop. Whatever is under way is finished before the next one begins.
async fn shifts(
    path: &Path,
    crew: &mut Crew,
    asked: Run,
    (health, keeper, seal): (&Arc<Health>, &Keeper, Option<&Seal>),
    stop: &watch::Receiver<bool>,
    reload: &Notify,
) -> anyhow::Result<()> {
    loop {
        let tls = crew.config.tls.clone();
        let (halt, halted) = watch::channel(false);
        let mut told = stop.clone();
        let relief = async {
            loop {
                tokio::select! {
                    _ = told.wait_for(|stop| *stop) => return None,
                    () = reload.notified() => {
                        renew(health, seal, tls.as_ref());
                        if let Some(next) = relieving(path, asked, health).await {
                            return Some(next);
                        }
                    }
                }
            }
        };
        let fixed = |config: &Config| {
            (config.listen, config.tls.is_some(), config.log_format, config.log_level, config.otlp.clone())
        };
        let before = fixed(&crew.config);
        let next = {
            let mut work = std::pin::pin!(crew.work(health, &halted));
            let next = tokio::select! {
                ended = &mut work => return Ok(ended?),
                next = relief => next,
            };
            // Nobody listens only where the work has ended already.
            let _ = halt.send(true);
            work.await?;
            next
        };
        let Some(next) = next else { return Ok(()) };
        renew(health, seal, next.config.tls.as_ref());
        if before != fixed(&next.config) {
            tracing::warn!(
                "a change of listen, log_format, log_level or otlp, or from or to TLS, is in force after a restart only"
            );
        }
        meters::prepare(&next.config);
        health.reconfigured(&next.config, next.pool.clone());
        let is_elsewhere = next.config.journal() != crew.config.journal();
        keeper.reconfigured(&next.config, next.ledger()?, is_elsewhere);
        gauge!(name::CONFIG_STALE).set(0.0);
        counter!(name::RELOADS, "result" => "ok").increment(1);
        tracing::info!("the configuration was read again and is in force");
        *crew = next;
    }
}

/// The crew of the configuration as it is on disk now. `None` where it is wrong: the old one goes on.
async fn relieving(path: &Path, asked: Run, health: &Arc<Health>) -> Option<Crew> {
    let next = async {
        let config = Config::load(path, variable)?;
        config.tls.as_ref().map(http::load).transpose()?;
        let crew = Crew::assemble(config, asked, health)?;
        crew.check_wallet().await?;
        anyhow::Ok(crew)
    };
    match next.await {
        Ok(crew) => Some(crew),
        Err(error) => {
            gauge!(name::CONFIG_STALE).set(1.0);
            counter!(name::RELOADS, "result" => "refused").increment(1);
            health.config_refused(format!(
                "the configuration was not read again, and the old one is in force: {error:#}"
            ));
            tracing::error!(error = format!("{error:#}"), "the configuration was not read again");
            None
        }
    }
}

/// Takes certificates and keys as they are on disk now. Where they are wrong, the old ones go on, and the reload that this
/// belongs to is refused with the reason. Asks no endpoint: a certificate that is about to end does not wait for one.
fn renew(health: &Health, seal: Option<&Seal>, tls: Option<&Tls>) {
    let (Some(seal), Some(tls)) = (seal, tls) else { return };
    match http::load(tls) {
        Ok(loaded) => {
            health.sealed_until(Some(loaded.ends_at));
            seal.replace(loaded);
        }
        Err(error) => tracing::error!(%error, "the certificate was not read again"),
    }
}

/// A stop by SIGTERM or SIGINT, and a reload by SIGHUP.
fn listen_to_signals(health: &Arc<Health>) -> anyhow::Result<(watch::Receiver<bool>, Arc<Notify>)> {
    let (stopping, stop) = watch::channel(false);
    let reload = Arc::new(Notify::new());
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let mut hangup = signal(SignalKind::hangup())?;
    let (health, asked) = (Arc::clone(health), Arc::clone(&reload));
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = term.recv() => {}
                _ = interrupt.recv() => {}
                _ = hangup.recv() => {
                    asked.notify_one();
                    continue;
                }
            }
            tracing::info!("stopping: what is under way is finished");
            health.stopping();
            tell_systemd(&[NotifyState::Stopping]);
            // Nobody listens only where the process ends already.
            let _ = stopping.send(true);
        }
    });
    Ok((stop, reload))
}

/// Service levels change with time alone, and are written down in time.
async fn tick(keeper: Arc<Keeper>) {
    let mut ticks = tokio::time::interval(WRITE_EVERY);
    loop {
        ticks.tick().await;
        keeper.tick();
    }
}

/// Tells systemd that the loop goes on, as long as it does, as often as it wants to hear it.
async fn feed_watchdog(health: Arc<Health>) {
    let Some(limit) = sd_notify::watchdog_enabled() else { return };
    let mut ticks = tokio::time::interval(limit / 2);
    loop {
        ticks.tick().await;
        match health.dead(Instant::now()) {
            None => tell_systemd(&[NotifyState::Watchdog]),
            Some(reason) => tracing::error!(reason, "the watchdog is not told any more"),
        }
    }
}

fn tell_systemd(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "systemd could not be told");
    }
}
