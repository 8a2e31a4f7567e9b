//! The table `[tls]`, and where the pages may be served without it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use quantumagi_rpc::pool::{ConfigFault, nearest};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::reader::{Given, Reader};

/// The table's name.
pub(super) const TABLE: &str = "tls";
/// Its keys.
const KEYS: [&str; 3] = ["certificate", "key", "client_ca"];

/// With which files the pages are served over TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tls {
    /// The server's certificate, and those between it and an authority.
    pub(crate) certificate: PathBuf,
    /// Its key.
    pub(crate) key: PathBuf,
    /// Who may vouch for clients; without it every client is served.
    pub(crate) client_ca: Option<PathBuf>,
}

/// What protects pages that other machines can ask for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Protection {
    /// Nothing but TLS.
    #[default]
    No,
    /// Something that the crank cannot see: a proxy, a VPN, a firewall.
    Elsewhere,
}

impl Protection {
    /// The words of the configuration.
    pub(super) const WORDS: [(&'static str, Self); 2] = [("no", Self::No), ("elsewhere", Self::Elsewhere)];

    /// Its word.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Elsewhere => "elsewhere",
        }
    }
}

impl Reader<'_> {
    /// Where the pages are served. Other machines can ask for them only where something protects them.
    pub(super) fn listen(&self, is_tls: bool, protection: Protection) -> Option<SocketAddr> {
        let default = SocketAddr::from((Ipv4Addr::LOCALHOST, 9_464));
        let Some((given, text)) = self.text("listen") else {
            return self.given("listen").is_none().then_some(default);
        };
        let Ok(address) = text.parse::<SocketAddr>() else {
            self.wrong(&given, "this must be an address and a port like 127.0.0.1:9464".to_owned());
            return None;
        };
        if address.ip().is_loopback() || is_tls || protection == Protection::Elsewhere {
            return Some(address);
        }
        let words = format!(
            "other machines can reach {address}, and nothing protects it: give [tls] with certificate and key, or write \
             listen_protected = \"elsewhere\" where a proxy, a VPN or a firewall does, or listen on 127.0.0.1:{}",
            address.port()
        );
        self.wrong(&given, words);
        None
    }

    /// The table; `None` where there is none, or something is wrong with it, which is noted.
    pub(super) fn tls(&self, folder: &Path) -> Option<Tls> {
        let (_, value) = self.table.iter().find(|(name, _)| name.get_ref().as_ref() == TABLE)?;
        let line = self.line(value.span().start);
        let DeValue::Table(table) = value.get_ref() else {
            self.note(Some(line), TABLE, "this must be a table".to_owned());
            return None;
        };
        for (name, _) in table {
            let word = name.get_ref().as_ref();
            if !KEYS.contains(&word) {
                let fault = ConfigFault::UnknownKey { nearest: nearest(word, &KEYS) };
                self.note(Some(self.line(name.span().start)), format!("{TABLE}.{word}"), fault.to_string());
            }
        }
        let [certificate, key, client_ca] = KEYS.map(|key| self.file(table, key, folder));
        for (key, file) in [("certificate", &certificate), ("key", &key)] {
            if *file == File::Absent {
                let words = "this key is missing: a file in PEM".to_owned();
                self.note(Some(line), format!("{TABLE}.{key}"), words);
            }
        }
        match (certificate, key, client_ca) {
            (File::At(certificate), File::At(key), File::At(ca)) => Some(Tls { certificate, key, client_ca: Some(ca) }),
            (File::At(certificate), File::At(key), File::Absent) => Some(Tls { certificate, key, client_ca: None }),
            _ => None,
        }
    }

    fn file(&self, table: &DeTable<'_>, key: &str, folder: &Path) -> File {
        let Some((_, value)) = table.iter().find(|(name, _)| name.get_ref().as_ref() == key) else {
            return File::Absent;
        };
        match value.get_ref().as_str().filter(|text| !text.trim().is_empty()) {
            Some(text) => File::At(folder.join(text)),
            None => {
                let (line, place) = (Some(self.line(value.span().start)), format!("{TABLE}.{key}"));
                self.wrong(
                    &Given { line, place, value: super::reader::Value::Other },
                    "this must be a path".to_owned(),
                );
                File::Wrong
            }
        }
    }

    /// Whether the table is there, right or wrong.
    pub(super) fn has_tls(&self) -> bool {
        self.table.iter().any(|(name, _)| name.get_ref().as_ref() == TABLE)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum File {
    Absent,
    Wrong,
    At(PathBuf),
}

/// What the table takes of the file: its header, and each key with its value. It may be written as `[tls]`, in one line, or
/// with dots.
pub(super) fn places(
    name: &Spanned<DeString<'_>>,
    value: &Spanned<DeValue<'_>>,
    text: &str,
) -> Vec<std::ops::Range<usize>> {
    let begin = |offset: usize| text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let end = |offset: usize| text.get(offset..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| offset + at);
    let header = begin(name.span().start)..end(name.span().end);
    let keys = value.get_ref().as_table().into_iter().flatten();
    std::iter::once(header).chain(keys.map(|(key, value)| begin(key.span().start)..value.span().end)).collect()
}
