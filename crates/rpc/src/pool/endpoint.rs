//! One endpoint as it is configured: where it is, what it may be used for, and what must not be shown.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};

use crate::endpoint::shown_host;
use crate::solana::Hash;

/// Longest label in bytes: it becomes a value of metrics and a word in log lines.
const MAX_LABEL_LEN: usize = 40;

/// Longest part of a label that is taken from a host: three more digits have room behind it.
const MAX_HOST_LEN: usize = 36;

/// What an endpoint may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Every call that changes nothing, simulations included.
    Read,
    /// `sendTransaction`.
    Send,
    /// Subscriptions.
    Websocket,
}

impl Role {
    /// Every role, in the order in which they are documented.
    pub const ALL: [Self; 3] = [Self::Read, Self::Send, Self::Websocket];

    /// The name in a configuration file and in metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Send => "send",
            Self::Websocket => "websocket",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name or a tag: 1 to 40 of `a-z`, `0-9` and `-`. Never a secret: it is shown everywhere.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(Arc<str>);

/// A label that is empty, too long or has other characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name or tag is 1 to {MAX_LABEL_LEN} of a-z, 0-9 and -")]
pub struct BadLabel;

impl Label {
    /// The label as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name for an endpoint at this host that nobody named: its letters and digits. Short enough for a number behind it.
    #[must_use]
    pub fn of_host(host: &str) -> Self {
        let lower = host.to_ascii_lowercase();
        let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let name: String = words.collect::<Vec<_>>().join("-").chars().take(MAX_HOST_LEN).collect();
        let name = name.trim_end_matches('-');
        Self(Arc::from(if name.is_empty() { "endpoint" } else { name }))
    }

    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl FromStr for Label {
    type Err = BadLabel;

    fn from_str(text: &str) -> Result<Self, BadLabel> {
        let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || text.len() > MAX_LABEL_LEN || !text.bytes().all(is_allowed) {
            return Err(BadLabel);
        }
        Ok(Self(Arc::from(text)))
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address that may hold an access key. `Display` and `Debug` show its host only.
#[derive(Clone, PartialEq, Eq)]
pub struct EndpointUrl(Url);

/// Why an address cannot be used. Never repeats it: it may hold a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// It is not an absolute address.
    #[error("the address cannot be read; write it as https://host/path")]
    Unreadable,
    /// Another kind of address is needed here.
    #[error("the address must begin with {expected}")]
    Scheme {
        /// The two beginnings that are allowed, in words.
        expected: &'static str,
    },
    /// It names no host.
    #[error("the address names no host")]
    NoHost,
}

impl EndpointUrl {
    /// An address for calls: `http://` or `https://`.
    ///
    /// # Errors
    /// [`BadUrl`].
    pub fn http(text: &str) -> Result<Self, BadUrl> {
        Self::read(text, ["http", "https"], "http:// or https://")
    }

    /// An address for subscriptions: `ws://` or `wss://`.
    ///
    /// # Errors
    /// [`BadUrl`].
    pub fn websocket(text: &str) -> Result<Self, BadUrl> {
        Self::read(text, ["ws", "wss"], "ws:// or wss://")
    }

    fn read(text: &str, schemes: [&str; 2], expected: &'static str) -> Result<Self, BadUrl> {
        let url = Url::parse(text.trim()).map_err(|_| BadUrl::Unreadable)?;
        if !schemes.contains(&url.scheme()) {
            return Err(BadUrl::Scheme { expected });
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(BadUrl::NoHost);
        }
        Ok(Self(url))
    }

    /// Host and port: the part that may be shown.
    #[must_use]
    pub fn host(&self) -> String {
        shown_host(self.0.as_str())
    }

    pub(crate) fn secret(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host())
    }
}

impl fmt::Debug for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host())
    }
}

/// One endpoint as it is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub(crate) name: Label,
    pub(crate) url: Option<EndpointUrl>,
    pub(crate) websocket_url: Option<EndpointUrl>,
    pub(crate) roles: Vec<Role>,
    pub(crate) tags: Vec<Label>,
    /// Marked sensitive, so that `Debug` hides their values.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl Endpoint {
    /// An endpoint for reading and sending, without tags or headers.
    #[must_use]
    pub fn new(name: Label, url: EndpointUrl) -> Self {
        Self {
            name,
            url: Some(url),
            websocket_url: None,
            roles: vec![Role::Read, Role::Send],
            tags: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// The same endpoint with these tags instead of its own.
    #[must_use]
    pub fn with_tags(mut self, tags: impl IntoIterator<Item = Label>) -> Self {
        self.tags = tags.into_iter().collect();
        self
    }

    /// The same endpoint with these roles instead of its own. Without an address of the right kind
    /// a role has no effect.
    #[must_use]
    pub fn with_roles(mut self, roles: impl IntoIterator<Item = Role>) -> Self {
        self.roles = roles.into_iter().collect();
        self
    }

    /// What it is called in errors, log lines and metrics.
    #[must_use]
    pub fn name(&self) -> &Label {
        &self.name
    }

    /// Where calls go; `None` for an endpoint that only has subscriptions.
    #[must_use]
    pub fn url(&self) -> Option<&EndpointUrl> {
        self.url.as_ref()
    }

    /// Where subscriptions go.
    #[must_use]
    pub fn websocket_url(&self) -> Option<&EndpointUrl> {
        self.websocket_url.as_ref()
    }

    /// What it may be used for.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// Its tags, which fallback chains and calls choose by.
    #[must_use]
    pub fn tags(&self) -> &[Label] {
        &self.tags
    }
}

/// Which chain the endpoints belong to, by the hash of its first block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cluster {
    genesis: Hash,
}

/// A word that names no cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cluster is mainnet-beta, testnet, devnet or the hash of its first block (`getGenesisHash`)")]
pub struct UnknownCluster;

/// Public clusters and their first blocks, as solana-cluster-type 3.2 lists them.
const PUBLIC_CLUSTERS: [(&str, &str); 3] = [
    ("mainnet-beta", "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d"),
    ("testnet", "4uhcVJyU9pJkvQyS88uRDiswHXSCkY3zQawwpjk2NsNY"),
    ("devnet", "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"),
];

impl Cluster {
    /// The cluster with this first block.
    #[must_use]
    pub fn with_genesis(genesis: Hash) -> Self {
        Self { genesis }
    }

    /// Hash of its first block.
    #[must_use]
    pub fn genesis(&self) -> Hash {
        self.genesis
    }
}

impl FromStr for Cluster {
    type Err = UnknownCluster;

    fn from_str(text: &str) -> Result<Self, UnknownCluster> {
        let listed = PUBLIC_CLUSTERS.iter().find(|(name, _)| *name == text);
        let hash = listed.map_or(text, |(_, hash)| hash);
        hash.parse().map(Self::with_genesis).map_err(|_| UnknownCluster)
    }
}

#[cfg(test)]
mod tests {
    use super::{BadUrl, Cluster, EndpointUrl, Label, PUBLIC_CLUSTERS};

    #[test]
    fn a_label_is_short_and_plain() {
        for good in ["a", "helius-1", "0", &"x".repeat(40)] {
            assert_eq!(good.parse::<Label>().expect("a label").as_str(), good);
        }
        for bad in ["", "A", "a b", "a_b", "ä", "a.b", &"x".repeat(41)] {
            assert!(bad.parse::<Label>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_host_gives_a_label() {
        let long = format!("{}.example.org", "x".repeat(50));
        for (host, label) in [
            ("RPC.example.org:8443", "rpc-example-org-8443"),
            ("[::1]:8899", "1-8899"),
            ("", "endpoint"),
            ("münchen.example", "m-nchen-example"),
            (&long, &"x".repeat(36)),
            (&format!("{}..a", "x".repeat(35)), &"x".repeat(35)),
        ] {
            let name = Label::of_host(host);
            assert_eq!(name.as_str(), label);
            assert_eq!(label.parse(), Ok(name));
        }
    }

    #[test]
    fn an_address_is_checked_and_never_shown_whole() {
        let url = EndpointUrl::http(" https://user:pass@rpc.example.org:8443/key?api=key ").expect("an address");
        assert_eq!(format!("{url} {url:?}"), "rpc.example.org:8443 rpc.example.org:8443");
        assert_eq!(EndpointUrl::http("rpc.example.org/key"), Err(BadUrl::Unreadable));
        assert_eq!(EndpointUrl::http("wss://a.b"), Err(BadUrl::Scheme { expected: "http:// or https://" }));
        assert_eq!(EndpointUrl::websocket("https://a.b"), Err(BadUrl::Scheme { expected: "ws:// or wss://" }));
        assert_eq!(EndpointUrl::http("https://"), Err(BadUrl::Unreadable));
    }

    #[test]
    fn a_cluster_is_a_known_name_or_a_hash() {
        for (name, hash) in PUBLIC_CLUSTERS {
            let cluster: Cluster = name.parse().expect("a public cluster");
            assert_eq!(cluster.genesis().to_string(), hash);
            assert_eq!(hash.parse::<Cluster>().expect("a hash"), cluster);
        }
        for unknown in ["mainnet", "", "5eykt4"] {
            assert!(unknown.parse::<Cluster>().is_err(), "{unknown}");
        }
    }
}
