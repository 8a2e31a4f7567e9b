//! What a run writes and measures, kept.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use quantumagi_rpc::catalogue::Kind;
use serde_json::json;

#[derive(Clone, Default)]
pub(crate) struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nothing panics while it holds the lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    /// Everything that was written so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("nothing panics while it holds the lock").clone()).expect("text")
    }
}

/// What libraries write that know of `log` only.
impl log::Log for Written {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = json!({ "target": record.target(), "log": record.args().to_string() });
        writeln!(self.clone(), "{line}").expect("memory takes it");
    }

    fn flush(&self) {}
}

/// Keeps the name and labels of every series, and the sum of what each was told.
#[derive(Clone, Default)]
pub(crate) struct Series(Arc<Mutex<Vec<One>>>);

/// One series.
#[derive(Clone)]
pub(crate) struct One {
    pub(crate) kind: Kind,
    pub(crate) key: Key,
    sum: Arc<Sum>,
}

#[derive(Default)]
struct Sum(AtomicU64);

impl CounterFn for Sum {
    fn increment(&self, value: u64) {
        self.0.fetch_add(value, Ordering::Relaxed);
    }

    fn absolute(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }
}

impl GaugeFn for Sum {
    fn increment(&self, _: f64) {}

    fn decrement(&self, _: f64) {}

    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }
}

impl HistogramFn for Sum {
    fn record(&self, _: f64) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl One {
    /// Name and labels.
    pub(crate) fn text(&self) -> String {
        self.key.to_string()
    }

    pub(crate) fn labels(&self) -> Vec<(&str, String)> {
        self.key.labels().map(|label| (label.key(), label.value().to_owned())).collect()
    }
}

impl Series {
    fn add(&self, kind: Kind, key: &Key) -> Arc<Sum> {
        let sum = Arc::new(Sum::default());
        let one = One { kind, key: key.clone(), sum: Arc::clone(&sum) };
        self.0.lock().expect("nothing panics while it holds the lock").push(one);
        sum
    }

    pub(crate) fn all(&self) -> Vec<One> {
        self.0.lock().expect("nothing panics while it holds the lock").clone()
    }

    /// The sum over the series of this name whose text has all of these parts.
    pub(crate) fn sum(&self, name: &str, parts: &[&str]) -> u64 {
        let is_meant = |one: &&One| one.key.name() == name && parts.iter().all(|part| one.text().contains(part));
        self.all().iter().filter(is_meant).map(|one| one.sum.0.load(Ordering::Relaxed)).sum()
    }
}

impl Recorder for Series {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.add(Kind::Counter, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.add(Kind::Gauge, key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.add(Kind::Histogram, key))
    }
}
