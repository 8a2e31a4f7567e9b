//! Calls to a single endpoint.
//!
//! Not through `solana-rpc-client`'s own sender: it logs an answer of status 429 with the whole address, which may hold a
//! key. No retries either but for that status, as that sender has them; a [`crate::pool`] does more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;
use solana_rpc_client_api::client_error::Error as ClientError;
use solana_rpc_client_api::request::{RpcError as ServerError, RpcRequest};
use tokio::time::sleep;

use crate::endpoint::shown_host;
use crate::error::{Result, RpcError};
use crate::pool::answer_data;
use crate::redact::Secrets;

/// Longest wait for an answer.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// How often a refusal for load is waited for, and how long where the endpoint does not say.
const RATE_LIMIT_PAUSES: u32 = 5;
const RATE_LIMIT_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_RATE_LIMIT_PAUSE: Duration = Duration::from_secs(120);

/// One endpoint.
pub(crate) struct Single {
    client: Client,
    /// As it was given: what is wrong with it shows when it is called.
    url: String,
    secrets: Secrets,
    last_id: AtomicU64,
}

#[derive(Deserialize)]
struct AnswerError {
    code: i64,
    message: String,
    #[serde(default)]
    data: Value,
}

impl Single {
    /// Follows no redirection and takes no proxy from the environment: a key goes nowhere but to its endpoint.
    pub(crate) fn new(url: &str) -> Self {
        let client = Client::builder().timeout(CALL_LIMIT).redirect(Policy::none()).no_proxy().build();
        let secrets = url.parse::<Url>().map(|url| Secrets::of_url(&url)).unwrap_or_default();
        Self {
            client: client.expect("the TLS library starts with the roots it was built with"),
            url: url.to_owned(),
            secrets,
            last_id: AtomicU64::new(0),
        }
    }

    pub(crate) async fn call(&self, request: RpcRequest, params: Value) -> Result<Value> {
        let answer = self.ask(request, params).await;
        answer.map_err(|error| RpcError::from_client(&shown_host(&self.url), error, &self.secrets))
    }

    async fn ask(&self, request: RpcRequest, params: Value) -> std::result::Result<Value, ClientError> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let body = request.build_request_json(id, params).to_string();
        let mut pauses = 0;
        let response = loop {
            let post = self.client.post(&self.url).header(CONTENT_TYPE, "application/json").body(body.clone());
            let response = post.send().await?;
            if response.status() != StatusCode::TOO_MANY_REQUESTS || pauses == RATE_LIMIT_PAUSES {
                break response;
            }
            pauses += 1;
            sleep(pause(&response)).await;
        };
        let Value::Object(mut answer) = response.error_for_status()?.json().await? else {
            return Err(ServerError::ParseError("no object".to_owned()).into());
        };
        match answer.remove("error") {
            Some(error @ Value::Object(_)) => {
                let AnswerError { code, message, data } = serde_json::from_value(error)?;
                let data = answer_data(code, data);
                Err(ServerError::RpcResponseError { code, message, data }.into())
            }
            Some(_) | None => Ok(answer.remove("result").unwrap_or(Value::Null)),
        }
    }
}

fn pause(response: &Response) -> Duration {
    let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let asked = asked.map(Duration::from_secs).filter(|asked| *asked < LONGEST_RATE_LIMIT_PAUSE);
    asked.unwrap_or(RATE_LIMIT_PAUSE)
}
