//! Carrying one request to one endpoint and its answer back.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::dns::Resolve;
use reqwest::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Response};

use super::endpoint::Endpoint;
use super::fault::Fault;

/// Longest wait for a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Idle connections kept for each endpoint, and for how long. Calls under way are not limited by it.
const IDLE_CONNECTIONS: usize = 20;
const IDLE_FOR: Duration = Duration::from_secs(60);

/// One request.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// The JSON text.
    pub body: &'a str,
    /// Sent as `x-request-id`.
    pub correlation: &'a str,
    /// How long until the whole answer must be there.
    pub timeout: Duration,
    /// Longest answer in bytes.
    pub max_answer_len: usize,
    /// Whether the connection is given up with the answer: the next one looks the endpoint's name up anew.
    pub is_last: bool,
}

/// An answer of any HTTP status.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, where it is a number of seconds.
    pub retry_after: Option<Duration>,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, retry_after, body } = self;
        f.debug_struct("Reply")
            .field("status", status)
            .field("retry_after", retry_after)
            .field("body", &format_args!("{} bytes", body.len()))
            .finish()
    }
}

/// Carries requests. The pool does everything else, so that it can be tried against a network that is made up.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Carries one request.
    ///
    /// # Errors
    /// [`Fault::Connect`], [`Fault::Timeout`], [`Fault::Broken`] and [`Fault::TooLarge`]. An HTTP status is no
    /// error here.
    async fn post(&self, to: &Endpoint, post: Post<'_>) -> Result<Reply, Fault>;

    /// As [`Transport::post`], telling from which network address the answer came: where a name comes to lead elsewhere,
    /// what answers there must say its cluster first. `None` where nothing is known, which is never asked again.
    ///
    /// # Errors
    /// As [`Transport::post`].
    async fn post_telling(&self, to: &Endpoint, post: Post<'_>) -> Result<(Reply, Option<SocketAddr>), Fault> {
        Ok((self.post(to, post).await?, None))
    }
}

/// No certificate of an authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no certificate in PEM: it begins with `-----BEGIN CERTIFICATE-----`")]
pub struct BadCertificate;

/// HTTP/1.1 over TCP and TLS, with connections kept and shared by all calls.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
}

impl Http {
    /// A transport with no connection yet. It takes no proxy from the environment and follows no redirection:
    /// a key goes nowhere but to the endpoint that it belongs to.
    ///
    /// # Panics
    /// When the TLS library cannot start, which depends on nothing that can change at run time.
    #[must_use]
    pub fn new() -> Self {
        Self::of(Client::builder())
    }

    /// The same with another way to look up names. Names are looked up for each new connection and not remembered.
    ///
    /// # Panics
    /// As [`Http::new`].
    #[must_use]
    pub fn with_resolver(resolver: impl Resolve + 'static) -> Self {
        Self::of(Client::builder().dns_resolver(Arc::new(resolver)))
    }

    /// The same for endpoints whose certificates an authority of one's own vouches for, beside the public ones: its
    /// certificate, or several, as PEM.
    ///
    /// # Errors
    /// [`BadCertificate`].
    pub fn with_authorities(pem: &[u8]) -> Result<Self, BadCertificate> {
        let authorities = Certificate::from_pem_bundle(pem).map_err(|_| BadCertificate)?;
        if authorities.is_empty() {
            return Err(BadCertificate);
        }
        let builder = authorities.into_iter().fold(Client::builder(), ClientBuilder::add_root_certificate);
        Ok(Self { client: client(builder).map_err(|_| BadCertificate)? })
    }

    fn of(builder: ClientBuilder) -> Self {
        Self { client: client(builder).expect("the TLS library starts with the roots it was built with") }
    }
}

fn client(builder: ClientBuilder) -> reqwest::Result<Client> {
    builder
        .connect_timeout(CONNECT_LIMIT)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .pool_idle_timeout(IDLE_FOR)
        .redirect(Policy::none())
        .no_proxy()
        .user_agent(concat!("quantumagi-rpc/", env!("CARGO_PKG_VERSION")))
        .build()
}

impl Default for Http {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Transport for Http {
    async fn post(&self, to: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        Ok(self.post_telling(to, post).await?.0)
    }

    async fn post_telling(&self, to: &Endpoint, post: Post<'_>) -> Result<(Reply, Option<SocketAddr>), Fault> {
        let Post { body, correlation, timeout, max_answer_len, is_last } = post;
        // Not a fault of the network: an endpoint without an address is in no group that calls go to.
        let url = to.url().ok_or(Fault::Connect)?.secret().clone();
        let mut request =
            self.client.post(url).header(CONTENT_TYPE, "application/json").header("x-request-id", correlation);
        #[cfg(feature = "otel")]
        if let Some(traceparent) = crate::traceparent::current() {
            request = request.header("traceparent", traceparent);
        }
        if is_last {
            request = request.header(CONNECTION, "close");
        }
        for (name, value) in &to.headers {
            request = request.header(name, value);
        }
        let exchange = async {
            let response = request.body(body.to_owned()).send().await.map_err(|error| fault(&error, timeout))?;
            let from = response.remote_addr();
            let reply = receive(response, max_answer_len).await.map_err(|interruption| match interruption {
                Interruption::Broken(error) => fault(&error, timeout),
                Interruption::TooLarge => Fault::TooLarge { limit: max_answer_len },
            })?;
            Ok((reply, from))
        };
        tokio::time::timeout(timeout, exchange).await.unwrap_or(Err(Fault::Timeout { limit: timeout }))
    }
}

enum Interruption {
    Broken(reqwest::Error),
    TooLarge,
}

async fn receive(mut response: Response, max_len: usize) -> Result<Reply, Interruption> {
    let status = response.status().as_u16();
    let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = asked.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    let mut body = Vec::new();
    // Counted as it comes: the length in the header may be absent, wrong, or that of a compressed body.
    while let Some(part) = response.chunk().await.map_err(Interruption::Broken)? {
        if part.len() > max_len.saturating_sub(body.len()) {
            return Err(Interruption::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    Ok(Reply { status, retry_after, body })
}

/// The error itself is dropped: its text holds the address.
fn fault(error: &reqwest::Error, limit: Duration) -> Fault {
    if error.is_connect() {
        Fault::Connect
    } else if error.is_timeout() {
        Fault::Timeout { limit }
    } else {
        Fault::Broken
    }
}
