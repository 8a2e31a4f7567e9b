//! Log lines, on standard error. Every line about a duty has its name as `action`, and every line of a look its number.

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogFormat, LogLevel};

/// What hears of spans and is no log.
pub(crate) type Traces = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts logging. Crates of others are heard from warnings on only: some of them tell addresses of endpoints otherwise.
/// `traces` hears of spans besides.
pub(crate) fn start(format: LogFormat, level: LogLevel, traces: Option<Traces>) {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
    };
    let ours = Targets::new().with_default(level.min(LevelFilter::WARN)).with_target("quantumagi", level);
    let json = (format == LogFormat::Json).then(|| {
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(io::stderr).with_filter(ours.clone())
    });
    let text = (format == LogFormat::Text)
        .then(|| tracing_subscriber::fmt::layer().with_ansi(false).with_writer(io::stderr).with_filter(ours));
    // Started once, by the command that runs; a second start would be a mistake of ours and changes nothing.
    let _ = tracing_subscriber::registry().with(traces).with(json).with(text).try_init();
}
