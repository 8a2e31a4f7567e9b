//! `[otlp]`: where traces go, in a crank that was built to send them.

use std::fmt::Write as _;

use quantumagi_rpc::pool::ConfigFault;
use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use toml::de::DeValue;

use super::reader::Reader;
use super::tables::{HiddenUrl, check_keys, headers, table, within};

const KEYS: [&str; 4] = ["endpoint", "endpoint_from_env", "sample_ratio", "headers_from_env"];

/// Where an OTLP receiver takes traces, below its address.
const PATH: &str = "v1/traces";
/// Parts of which a ratio is a number.
const WHOLE: u32 = 1_000_000;

/// Where traces go, and how many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Otlp {
    /// Where traces are taken.
    pub(crate) endpoint: HiddenUrl,
    /// What is sent besides.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Rounds of a million that are traced.
    sample: u32,
}

impl Otlp {
    /// The part of rounds that is traced.
    #[cfg_attr(not(feature = "otel"), allow(dead_code, reason = "only what sends traces asks for it"))]
    pub(crate) fn sample_ratio(&self) -> f64 {
        f64::from(self.sample) / f64::from(WHOLE)
    }
}

pub(super) fn read(reader: &Reader<'_>) -> Option<Otlp> {
    let otlp = table(reader, "otlp")?;
    if !cfg!(feature = "otel") {
        let line = reader.table.iter().find(|(key, _)| key.get_ref().as_ref() == "otlp");
        let line = line.map(|(key, _)| reader.line(key.span().start));
        let words = "this crank was built without OpenTelemetry: build it with `--features otel`, or remove the table";
        reader.note(line, "otlp", words.to_owned());
        return None;
    }
    within(reader, "otlp", otlp, |inner| {
        check_keys(inner, &KEYS);
        let given = match (inner.text("endpoint"), inner.text("endpoint_from_env")) {
            (Some(_), Some((given, _))) => {
                let (one, other) = ("endpoint", "endpoint_from_env");
                inner.wrong(&given, ConfigFault::Both { one, other }.to_string());
                None
            }
            (Some((given, text)), None) => Some((given, text)),
            (None, Some((given, variable))) => match (reader.variable)(&variable) {
                Some(text) => Some((given, text)),
                None => {
                    inner.wrong(&given, ConfigFault::VariableNotSet { variable }.to_string());
                    None
                }
            },
            (None, None) => {
                inner.note(None, "endpoint", "this key is missing: the address of an OTLP receiver".to_owned());
                None
            }
        };
        let endpoint = given.and_then(|(given, text)| at(&text).map_err(|words| inner.wrong(&given, words)).ok());
        let (headers, sample) = (headers(inner, reader.variable), sample(inner));
        Some(Otlp { endpoint: endpoint?, headers, sample })
    })
}

/// An address without a path is that of a receiver, one with a path that of its traces.
fn at(text: &str) -> Result<HiddenUrl, String> {
    let url = HiddenUrl::read(text)?;
    if url.secret().path() != "/" {
        return Ok(url);
    }
    let whole = url.secret().join(PATH).map(|url: Url| url.to_string());
    HiddenUrl::read(&whole.map_err(|_| "the address cannot be read; write it as https://host/path".to_owned())?)
}

fn sample(inner: &Reader<'_>) -> u32 {
    let Some((key, value)) = inner.table.iter().find(|(key, _)| key.get_ref().as_ref() == "sample_ratio") else {
        return WHOLE;
    };
    let number: Option<f64> = match value.get_ref() {
        DeValue::Float(digits) => digits.as_str().parse().ok(),
        DeValue::Integer(digits) => digits.as_str().parse().ok(),
        DeValue::String(_) | DeValue::Boolean(_) | DeValue::Datetime(_) | DeValue::Array(_) | DeValue::Table(_) => None,
    };
    match number.filter(|number| (0.0..=1.0).contains(number)) {
        // Bound: at most a million.
        Some(number) => (number * f64::from(WHOLE)).round() as u32,
        None => {
            let line = Some(inner.line(key.span().start));
            inner.note(line, "sample_ratio", "this must be a number from 0 to 1".to_owned());
            WHOLE
        }
    }
}

/// The table as it is in force, without secrets.
pub(super) fn shown(otlp: &Otlp, page: &mut String) {
    let Otlp { endpoint: _, headers, sample } = otlp;
    let ratio = f64::from(*sample) / f64::from(WHOLE);
    let _ = writeln!(page, "\n[otlp]\nendpoint = \"(hidden)\"\nsample_ratio = {ratio:?}");
    if !headers.is_empty() {
        let _ = writeln!(page, "[otlp.headers_from_env]");
    }
    for (name, _) in headers {
        let _ = writeln!(page, "{name} = \"(hidden)\"");
    }
}

#[cfg(test)]
mod tests;
