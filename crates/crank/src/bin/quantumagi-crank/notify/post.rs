//! One attempt at telling one sink, and what its answer means. Nothing here names an address: a sink's is a secret.

use std::time::Duration;

use hmac::{Hmac, Mac};
use quantumagi_crank::alert::Notice;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode};
use sha2::Sha256;

use super::{format, now};
use crate::config::alerting::Webhook;

/// By which a receiver that has seen a notice knows it again.
const ID_HEADER: &str = "idempotency-key";
/// Second at which it was signed: a receiver refuses what is old.
const TIME_HEADER: &str = "x-quantumagi-timestamp";
/// `v1=` and the signature in hexadecimal digits.
const SIGNATURE_HEADER: &str = "x-quantumagi-signature";

/// Longest time for a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Longest pause that a sink may ask for.
const LONGEST_REST: Duration = Duration::from_secs(3_600);

/// How an attempt can end, and `dropped` for what is given up without one.
pub(crate) const RESULTS: [&str; 9] =
    ["delivered", "refused", "rejected", "redirected", "limited", "unavailable", "timeout", "unreachable", "dropped"];

/// How an attempt has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The sink has it.
    Delivered,
    /// The sink will never take this one: told again it would say the same.
    Refused {
        /// Why.
        words: String,
    },
    /// It may take it later, not before this time where it said so.
    Later {
        /// Which of [`RESULTS`].
        result: &'static str,
        /// Why.
        words: String,
        /// For how long it wants to be left alone.
        rest: Option<Duration>,
    },
}

impl Verdict {
    /// One word, as the metric calls it.
    pub(crate) fn result(&self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Refused { .. } => "refused",
            Self::Later { result, .. } => result,
        }
    }

    /// Why not; `None` where it was delivered.
    pub(crate) fn words(&self) -> Option<&str> {
        match self {
            Self::Delivered => None,
            Self::Refused { words } | Self::Later { words, .. } => Some(words),
        }
    }
}

/// Tells one sink.
#[derive(Clone)]
pub(crate) struct Post {
    webhook: Webhook,
    instance: String,
    client: Client,
}

impl Post {
    /// Connects to nothing yet.
    ///
    /// # Errors
    /// Where the TLS of this machine cannot be used.
    pub(crate) fn new(webhook: &Webhook, instance: &str) -> anyhow::Result<Self> {
        let client = Client::builder()
            // A redirection would take the signature and the headers to somebody whom nobody has named.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .https_only(webhook.url.secret().scheme() == "https")
            .timeout(webhook.timeout)
            .connect_timeout(webhook.timeout.min(CONNECT))
            .pool_max_idle_per_host(1)
            .user_agent(concat!("quantumagi-crank/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { webhook: webhook.clone(), instance: instance.to_owned(), client })
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        self.webhook.name.as_str()
    }

    /// One attempt. `id` stays the same for all attempts at one notice.
    pub(crate) async fn send(&self, id: &str, notice: &Notice) -> Verdict {
        let body = format::body(&self.webhook, &self.instance, id, notice);
        let mut request = self.client.post(self.webhook.url.secret().clone());
        request = request.header(CONTENT_TYPE, "application/json").header(ID_HEADER, id);
        request = request.headers(self.webhook.headers.iter().cloned().collect::<HeaderMap>());
        if let Some(secret) = &self.webhook.secret {
            let at = now().to_string();
            request = request.header(SIGNATURE_HEADER, signature(secret.reveal(), &at, &body)).header(TIME_HEADER, at);
        }
        match request.body(body).send().await {
            // Whatever it says besides is not read: it may be endless.
            Ok(response) => judged(response.status(), rest(response.headers())),
            Err(error) if error.is_timeout() => {
                let words = format!("it did not answer within {:?}", self.webhook.timeout);
                Verdict::Later { result: "timeout", words, rest: None }
            }
            Err(error) => {
                let words = if error.is_connect() { "it could not be reached" } else { "the connection broke" };
                Verdict::Later { result: "unreachable", words: words.to_owned(), rest: None }
            }
        }
    }
}

/// HMAC-SHA256 over the second, a full stop and the body.
fn signature(secret: &str, at: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(at.as_bytes());
    mac.update(b".");
    mac.update(body);
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("v1={digits}")
}

fn judged(status: StatusCode, rest: Option<Duration>) -> Verdict {
    let words = format!("it answered with status {}", status.as_u16());
    let later = |result, words| Verdict::Later { result, words, rest };
    match status.as_u16() {
        200..=299 => Verdict::Delivered,
        300..=399 => later("redirected", format!("{words}: redirections are not followed")),
        // The notice itself is wrong for it.
        400 | 413 | 422 => Verdict::Refused { words },
        408 | 425 | 429 => later("limited", words),
        // A key or an address that somebody can mend.
        401..=499 => later("rejected", words),
        _ => later("unavailable", words),
    }
}

/// `Retry-After`, in seconds or as a date.
fn rest(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let rest = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => {
            let until = httpdate::parse_http_date(text).ok()?;
            until.duration_since(std::time::SystemTime::now()).unwrap_or_default()
        }
    };
    Some(rest.min(LONGEST_REST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_openssl_makes_of_it() {
        // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac s3cret
        let expected = "v1=1698a50bc74d1ff1db85c4e0a5297c2ad9fdba245d5737cdb789e4cc6e098940";
        assert_eq!(signature("s3cret", "1700000000", b"{\"a\":1}"), expected);
    }

    #[test]
    fn every_answer_has_its_meaning() {
        for (status, result) in [
            (200, "delivered"),
            (202, "delivered"),
            (204, "delivered"),
            (302, "redirected"),
            (307, "redirected"),
            (400, "refused"),
            (401, "rejected"),
            (404, "rejected"),
            (408, "limited"),
            (410, "rejected"),
            (413, "refused"),
            (422, "refused"),
            (429, "limited"),
            (500, "unavailable"),
            (503, "unavailable"),
        ] {
            let verdict = judged(StatusCode::from_u16(status).expect("a status"), None);
            assert_eq!(verdict.result(), result, "{status}");
            assert!(RESULTS.contains(&result));
            assert_eq!(verdict.words().is_some_and(|words| words.contains(&status.to_string())), result != "delivered");
        }
    }

    #[test]
    fn a_rest_is_told_in_seconds_or_as_a_date_and_has_an_end() {
        let asked = |text: &str| rest(&[(RETRY_AFTER, text.parse().expect("a value"))].into_iter().collect());
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(asked("99999999"), Some(LONGEST_REST));
        assert_eq!(asked("Fri, 31 Dec 1999 23:59:59 GMT"), Some(Duration::ZERO));
        assert_eq!(asked("Fri, 31 Dec 9999 23:59:59 GMT"), Some(LONGEST_REST));
        assert_eq!(asked("soon"), None);
        assert_eq!(rest(&HeaderMap::new()), None);
    }
}
