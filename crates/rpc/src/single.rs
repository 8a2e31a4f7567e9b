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
use tokio::time::{Instant, sleep, timeout_at};
use tracing::Instrument;

use crate::endpoint::shown_host;
use crate::error::{Result, RpcError};
use crate::pool::dice::Dice;
use crate::pool::{CallOptions, CallTrace, CorrelationId, Label, answer_data};
use crate::redact::Secrets;

/// Longest wait for an answer.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// How often a refusal for load is waited for, and how long where the endpoint does not say.
const RATE_LIMIT_PAUSES: u32 = 5;
const RATE_LIMIT_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_RATE_LIMIT_PAUSE: Duration = Duration::from_secs(120);

/// Longer than any call with all its pauses.
const LONGEST_CALL: Duration = Duration::from_secs(3_600);

/// One endpoint.
pub(crate) struct Single {
    client: Client,
    /// After its host.
    name: Label,
    dice: Dice,
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
            name: Label::of_host(&shown_host(url)),
            dice: Dice::new(),
            url: url.to_owned(),
            secrets,
            last_id: AtomicU64::new(0),
        }
    }

    /// Makes a call, with the caller's correlation id and deadline where there is one.
    pub(crate) async fn call(&self, request: RpcRequest, params: Value, options: &CallOptions) -> Result<Value> {
        let correlation = self.correlation(options);
        // Of the highest level: a line of any level that is written must find its call's id.
        let span = tracing::error_span!("rpc_call", method = request.as_str(), %correlation);
        let started = Instant::now();
        // Without a deadline of the caller's each attempt has its own limit, and pauses are as the endpoint asks.
        let deadline = options.deadline.unwrap_or(started + LONGEST_CALL);
        let mut attempts = 0;
        async {
            let asking = self.ask(request, params, &correlation, &mut attempts);
            let answer = timeout_at(deadline, asking).await;
            let error = match answer {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) => error,
                Err(_) => std::io::Error::from(std::io::ErrorKind::TimedOut).into(),
            };
            let trace = CallTrace {
                method: request.as_str(),
                endpoint: Some(self.name.clone()),
                attempts,
                // An attempt before the last was refused for load.
                may_be_done: false,
                elapsed: started.elapsed(),
                correlation: correlation.clone(),
            };
            let error = RpcError::from_client(&shown_host(&self.url), error, &self.secrets, trace);
            tracing::info!(%error, "call failed");
            Err(error)
        }
        .instrument(span)
        .await
    }

    /// The caller's id, or a new one.
    pub(crate) fn correlation(&self, options: &CallOptions) -> CorrelationId {
        options.correlation.clone().unwrap_or_else(|| CorrelationId::new(&self.dice))
    }

    async fn ask(
        &self,
        request: RpcRequest,
        params: Value,
        correlation: &CorrelationId,
        attempts: &mut u32,
    ) -> std::result::Result<Value, ClientError> {
        let id = self.last_id.fetch_add(1, Ordering::Relaxed);
        let body = request.build_request_json(id, params).to_string();
        let mut pauses = 0;
        let response = loop {
            *attempts += 1;
            let post = self.client.post(&self.url).header(CONTENT_TYPE, "application/json");
            let response = post.header("x-request-id", correlation.as_str()).body(body.clone()).send().await?;
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
