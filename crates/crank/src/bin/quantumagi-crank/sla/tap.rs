//! Calls to endpoints, counted where the pool counts them: every metric goes on to its recorder, and calls are noted here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::{Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use quantumagi_rpc::pool::meters::CALLS;

/// Calls since the start.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    ok: AtomicU64,
    failed: AtomicU64,
}

impl Calls {
    /// Those that were answered, and those that were not.
    pub(super) fn counted(&self) -> (u64, u64) {
        (self.ok.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed))
    }
}

/// A counter of calls that is read here too.
struct Both {
    to: Counter,
    calls: Arc<Calls>,
    is_ok: bool,
}

impl CounterFn for Both {
    fn increment(&self, value: u64) {
        self.to.increment(value);
        let count = if self.is_ok { &self.calls.ok } else { &self.calls.failed };
        count.fetch_add(value, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        // Whole counts are set by nobody here; they are shown, and are no calls of this crank.
        self.to.absolute(value);
    }
}

/// A recorder whose calls are counted.
pub(crate) struct Tapped<R> {
    pub(crate) to: R,
    pub(crate) calls: Arc<Calls>,
}

impl<R: Recorder> Recorder for Tapped<R> {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.to.describe_counter(key, unit, description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.to.describe_gauge(key, unit, description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.to.describe_histogram(key, unit, description);
    }

    fn register_counter(&self, key: &Key, metadata: &Metadata<'_>) -> Counter {
        let to = self.to.register_counter(key, metadata);
        if key.name() != CALLS {
            return to;
        }
        let is_ok = key.labels().any(|label| label.key() == "outcome" && label.value() == "ok");
        Counter::from_arc(Arc::new(Both { to, calls: Arc::clone(&self.calls), is_ok }))
    }

    fn register_gauge(&self, key: &Key, metadata: &Metadata<'_>) -> Gauge {
        self.to.register_gauge(key, metadata)
    }

    fn register_histogram(&self, key: &Key, metadata: &Metadata<'_>) -> Histogram {
        self.to.register_histogram(key, metadata)
    }
}
