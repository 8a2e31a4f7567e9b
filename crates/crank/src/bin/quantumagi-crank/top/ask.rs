//! Asking a crank for its page.

use std::path::Path;
use std::time::Duration;

use reqwest::{Certificate, Client, Identity, Url};

use crate::args::Top;
use crate::exit::{Exit, Mendable};
use crate::http;
use crate::report::words_of;
use crate::status::{Status, short};

/// Longest time for one question.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer, bytes: several times what a crank tells.
const MOST_BYTES: usize = 1 << 20;

/// Asks one crank.
#[derive(Debug)]
pub(super) struct Asker {
    client: Client,
    page: Url,
    shown: String,
}

impl Asker {
    /// Reads the certificates. Asks nobody yet.
    ///
    /// # Errors
    /// [`Mendable`].
    pub(super) fn new(url: &str, asked: &Top) -> Result<Self, Mendable> {
        let usage = |problem: String, hint: &str| Mendable::new(problem, hint).ending(Exit::Usage);
        let hint = "give --url like http://127.0.0.1:9464 or https://crank.example.org:9464";
        // The address is not repeated: it may hold a password.
        let page = Url::parse(url).map_err(|error| usage(format!("--url is no address: {error}"), hint))?;
        let is_http = matches!(page.scheme(), "http" | "https") && page.host().is_some();
        if !is_http {
            return Err(usage("--url is no address of a crank".to_owned(), hint));
        }
        let mut shown = page.clone();
        let is_hidden = shown.set_username("").and(shown.set_password(None)).is_ok();
        shown.set_query(None);
        let shown = if is_hidden { shown.as_str().trim_end_matches('/').to_owned() } else { "(hidden)".to_owned() };
        let base = page.path().trim_end_matches('/').to_owned();
        let mut page = page;
        page.set_path(&format!("{base}/status"));
        let mut builder = Client::builder().timeout(PATIENCE).no_proxy().redirect(reqwest::redirect::Policy::none());
        if let Some(path) = &asked.ca {
            builder = builder.tls_built_in_root_certs(false);
            for der in http::certificates("--ca", path)? {
                let certificate = Certificate::from_der(&der).map_err(|error| unusable("--ca", path, &error))?;
                builder = builder.add_root_certificate(certificate);
            }
        }
        if let (Some(certificate), Some(key)) = (&asked.cert, &asked.key) {
            http::certificates("--cert", certificate)?;
            let mut text = http::key_bytes("--key", key)?;
            text.push(b'\n');
            text.extend(std::fs::read(certificate).unwrap_or_default());
            builder = builder.identity(Identity::from_pem(&text).map_err(|error| unusable("--key", key, &error))?);
        }
        let wrong = |error| usage(format!("TLS is not possible: {}", words_of(&error)), "check --ca, --cert and --key");
        Ok(Self { client: builder.build().map_err(wrong)?, page, shown })
    }

    /// The address, without what may be a password.
    pub(super) fn shown(&self) -> String {
        self.shown.clone()
    }

    /// The page.
    ///
    /// # Errors
    /// Why not, in words.
    pub(super) async fn ask(&self) -> Result<Status, String> {
        let words = |error: reqwest::Error| {
            if was_closed_on(&error) {
                let words =
                    "it closed the connection before it was asked, as where it wants another client certificate";
                return words.to_owned();
            }
            let words = words_of(&error.without_url());
            // Both only say that it was asked.
            let causes = words.trim_start_matches("error sending request: ");
            short(causes.trim_start_matches("client error (Connect): "))
        };
        let mut answer = self.client.get(self.page.clone()).send().await.map_err(words)?;
        if !answer.status().is_success() {
            return Err(format!("it answers with status {}", answer.status()));
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(words)? {
            body.extend_from_slice(&part);
            if MOST_BYTES < body.len() {
                return Err(format!("it answers with more than {MOST_BYTES} bytes"));
            }
        }
        serde_json::from_slice(&body).map_err(|error| short(&format!("its answer is no status: {error}")))
    }
}

/// In TLS 1.3 a client is told only after its part of the handshake that its certificate is refused, and may not hear it.
fn was_closed_on(error: &reqwest::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled) {
            return true;
        }
        cause = error.source();
    }
    false
}

fn unusable(option: &str, path: &Path, error: &reqwest::Error) -> Mendable {
    let problem = format!("{option}: {} cannot be used: {}", path.display(), words_of(error));
    Mendable::new(problem, "name a file in PEM").ending(Exit::Usage)
}
