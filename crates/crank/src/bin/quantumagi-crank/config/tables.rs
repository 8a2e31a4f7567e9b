//! Tables of ours beside those of the endpoints, and what in them is a secret.

use std::fmt;
use std::net::IpAddr;

use quantumagi_rpc::pool::{ConfigFault, EndpointUrl, nearest};
use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use toml::de::DeTable;

use super::reader::Reader;

/// Their names, for the reader of the endpoints, which must not see them.
pub(super) const TABLES: [&str; 3] = ["alert", "webhook", "otlp"];

/// An address that is a secret as a whole: whoever knows it can write to the sink.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct HiddenUrl(Url);

impl HiddenUrl {
    /// The address, for asking only.
    pub(crate) fn secret(&self) -> &Url {
        &self.0
    }
}

impl fmt::Debug for HiddenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// A text that is a secret from now on.
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for signing and sending only.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

impl HiddenUrl {
    /// Only this machine may be told without TLS.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        EndpointUrl::http(text).map_err(|fault| fault.to_string())?;
        let unreadable = |_| "the address cannot be read; write it as https://host/path".to_owned();
        let url: Url = text.trim().parse().map_err(unreadable)?;
        let host = url.host_str().unwrap_or_default();
        let ip = host.trim_matches(['[', ']']).parse::<IpAddr>();
        let is_here = host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback());
        if url.scheme() != "https" && !is_here {
            return Err("the address must begin with https://; only this machine is told without TLS".to_owned());
        }
        Ok(Self(url))
    }
}

/// The table of this name; anything else is noted.
pub(super) fn table<'a>(reader: &Reader<'a>, key: &str) -> Option<&'a DeTable<'a>> {
    let (name, value) = reader.table.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
    let table = value.get_ref().as_table();
    if table.is_none() {
        reader.note(Some(reader.line(name.span().start)), key, format!("this must be a table: [{key}]"));
    }
    table
}

/// Reads a table as if it were the file; its problems are told with its name before theirs.
pub(super) fn within<'a, T>(
    reader: &Reader<'a>,
    place: &str,
    table: &'a DeTable<'a>,
    read: impl FnOnce(&Reader<'a>) -> T,
) -> T {
    let inner = Reader { table, text: reader.text, variable: &|_| None, problems: std::cell::RefCell::default() };
    let read = read(&inner);
    for problem in inner.problems.into_inner() {
        reader.note(problem.line, format!("{place}.{}", problem.place), problem.words);
    }
    read
}

/// Notes what is none of these.
pub(super) fn check_keys(reader: &Reader<'_>, known: &[&'static str]) {
    for (key, _) in reader.table.iter().filter(|(key, _)| !known.contains(&key.get_ref().as_ref())) {
        let name = key.get_ref().as_ref();
        let words = ConfigFault::UnknownKey { nearest: nearest(name, known) }.to_string();
        reader.note(Some(reader.line(key.span().start)), name, words);
    }
}

/// `headers_from_env`: names of headers, and of the variables that hold their values.
pub(super) fn headers(inner: &Reader<'_>, variable: &dyn Fn(&str) -> Option<String>) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = Vec::new();
    let Some(table) = table(inner, "headers_from_env") else { return headers };
    within(inner, "headers_from_env", table, |inner| {
        for (key, _) in table {
            let name = key.get_ref().as_ref();
            let Some((given, named)) = inner.text(name) else { continue };
            let Ok(header) = name.parse::<HeaderName>() else {
                inner.wrong(&given, ConfigFault::BadHeader { part: "name" }.to_string());
                continue;
            };
            let Some(value) = variable(&named) else {
                inner.wrong(&given, ConfigFault::VariableNotSet { variable: named }.to_string());
                continue;
            };
            let Ok(mut value) = value.parse::<HeaderValue>() else {
                inner.wrong(&given, ConfigFault::BadHeader { part: "value" }.to_string());
                continue;
            };
            value.set_sensitive(true);
            headers.push((header, value));
        }
    });
    headers
}
