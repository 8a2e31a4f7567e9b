//! `top`: a running crank on one screen, from its page `/status`. It changes nothing, and needs nothing but that page.

mod ask;
mod draw;
mod panels;
mod screen;
mod view;
mod words;

use std::io::{self, IsTerminal};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tokio::signal::unix::{SignalKind, signal};

use self::ask::Asker;
use self::view::View;
use crate::args::Top;
use crate::exit::{Exit, Mendable};
use crate::health::Condition;
use crate::printer::{self, Form};
use crate::status::Status;
use crate::variable;

/// Between two questions.
const ASK_EVERY: Duration = Duration::from_secs(1);
/// Columns of a picture that is printed where no terminal says how many it has.
const PLAIN_COLUMNS: u16 = 120;

/// An answer, and when it came.
struct Answer {
    at: Instant,
    told: Result<Status, String>,
}

/// Shows a crank until told to stop, or once.
pub(crate) async fn run(config: &Path, asked: &Top, form: Form) -> anyhow::Result<Exit> {
    let url = asked.url.clone().unwrap_or_else(|| default_url(config));
    let asker = Asker::new(&url, asked)?;
    let is_dumb = variable("TERM").is_none_or(|kind| kind.is_empty() || kind == "dumb");
    let view = View::new(asker.shown(), variable("NO_COLOR").is_none_or(|word| word.is_empty()));
    if asked.once || form == Form::Json || is_dumb || !io::stdout().is_terminal() {
        return once(&asker, view, form).await;
    }
    let stop = stop_by_signal()?;
    let (sender, answers) = mpsc::channel();
    let asking = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(ASK_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let told = asker.ask().await;
            if sender.send(Answer { at: Instant::now(), told }).is_err() {
                return;
            }
        }
    });
    let shown = tokio::task::block_in_place(|| screen::run(view, &answers, &stop));
    asking.abort();
    shown?;
    Ok(Exit::Done)
}

async fn once(asker: &Asker, mut view: View, form: Form) -> anyhow::Result<Exit> {
    let status = asker.ask().await.map_err(|why| {
        let hint =
            "is it running (`systemctl status quantumagi-crank`), and is that where it listens? --url names another";
        Mendable::new(format!("the crank at {} does not answer: {why}", asker.shown()), hint).ending(Exit::TryAgain)
    })?;
    let told = variable("COLUMNS").and_then(|columns| columns.parse().ok());
    let terminal = io::stdout().is_terminal().then(|| ratatui::crossterm::terminal::size().ok()).flatten();
    let columns = terminal.map(|(columns, _)| columns).or(told).unwrap_or(PLAIN_COLUMNS);
    view.answered();
    printer::report(form, &draw::plain(&status, &view, columns), &status)?;
    Ok(match status.condition {
        Condition::Ok => Exit::Done,
        Condition::Degraded | Condition::Down => Exit::Failed,
    })
}

/// Where the configuration says that the pages are. Read as far as it can be: whoever watches need not be able to read it,
/// and it may be wrong while the daemon goes on with the one before.
fn default_url(config: &Path) -> String {
    let text = std::fs::read_to_string(config).unwrap_or_default();
    let table = text.parse::<toml::Table>().unwrap_or_default();
    let told = variable("QUANTUMAGI_CRANK_LISTEN").or_else(|| Some(table.get("listen")?.as_str()?.to_owned()));
    let local = SocketAddr::from((Ipv4Addr::LOCALHOST, 9_464));
    let mut listen = told.and_then(|text| text.parse::<SocketAddr>().ok()).unwrap_or(local);
    if listen.ip().is_unspecified() {
        let is_v4 = listen.is_ipv4();
        listen.set_ip(if is_v4 { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { IpAddr::V6(Ipv6Addr::LOCALHOST) });
    }
    let scheme = if table.contains_key("tls") { "https" } else { "http" };
    format!("{scheme}://{listen}")
}

/// Becomes true when the process is told to end, or its terminal is gone.
fn stop_by_signal() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
        let (mut signals, stop) = (signal(kind)?, Arc::clone(&stop));
        tokio::spawn(async move {
            signals.recv().await;
            stop.store(true, Ordering::Relaxed);
        });
    }
    Ok(stop)
}

#[cfg(test)]
mod tests;
