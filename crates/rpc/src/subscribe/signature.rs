//! The outcome of one transaction, as soon as it is known.

use futures_util::stream::{Stream, unfold};
use serde::Deserialize;
use serde_json::{Value, json};
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::UiTransactionError;

use super::account::notified;
use super::feed::{Asking, Follow, Told};
use super::{Method, Seen, Subscriptions};
use crate::client::{AtSlot, Commitment, Rpc};
use crate::error::Result;
use crate::solana::{Signature, TransactionError};

/// How a transaction ended.
pub type SignatureOutcome = std::result::Result<(), TransactionError>;

#[derive(Deserialize)]
struct WireOutcome {
    err: Option<UiTransactionError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireStatus {
    slot: u64,
    err: Option<UiTransactionError>,
    confirmation_status: Option<String>,
}

impl Subscriptions {
    /// How the transaction with this first signature ended, once it is as settled as the connection asks; then the
    /// stream ends. For a transaction that never lands it waits for ever: [`Rpc::send_and_confirm`] knows when one no
    /// longer can. The slot is that of its block where a call found it, and the one at which it was told otherwise.
    ///
    /// Errors that can pass are waited out. Others are told, and the stream goes on.
    pub fn signature(
        &self,
        signature: &Signature,
    ) -> impl Stream<Item = Result<Seen<SignatureOutcome>>> + Send + use<> {
        let params = json!([signature.to_string(), { "commitment": self.rpc.commitment().as_str() }]);
        let follow = Follow::new(self.feed(Method::Signature, params));
        let state = Watched { follow, rpc: self.rpc.clone(), signature: *signature };
        unfold(Some(state), |state| async move {
            let mut state = state?;
            let next = state.next().await;
            let rest = next.is_err().then_some(state);
            Some((next, rest))
        })
    }
}

struct Watched {
    follow: Follow<Option<Seen<SignatureOutcome>>>,
    rpc: Rpc,
    signature: Signature,
}

impl Watched {
    async fn next(&mut self) -> Result<Seen<SignatureOutcome>> {
        loop {
            let (rpc, signature) = (&self.rpc, self.signature);
            let ask = || -> Asking<_> {
                let rpc = rpc.clone();
                Box::pin(async move { status(&rpc, &signature).await })
            };
            match self.follow.next(ask).await? {
                Told::Notified(value) => {
                    let AtSlot { context, value } = notified::<Value>(&self.rpc, value)?;
                    // Nodes also tell, where asked, that they received it: a text, and no outcome.
                    let Ok(WireOutcome { err }) = serde_json::from_value(value) else { continue };
                    return Ok(Seen { slot: context.slot, value: outcome(err), skipped: 0 });
                }
                Told::Called(_, Some(outcome)) => return Ok(outcome),
                Told::Called(_, None) => {}
            }
        }
    }
}

/// The slot that was read, and the outcome where it is settled.
async fn status(rpc: &Rpc, signature: &Signature) -> Result<(u64, Option<Seen<SignatureOutcome>>)> {
    let params = json!([[signature.to_string()], { "searchTransactionHistory": true }]);
    let answer: AtSlot<Vec<Option<WireStatus>>> = rpc.call(RpcRequest::GetSignatureStatuses, params).await?;
    let settled = |status: &WireStatus| match status.confirmation_status.as_deref() {
        Some("finalized") => Commitment::Finalized,
        Some("confirmed") => Commitment::Confirmed,
        _ => Commitment::Processed,
    };
    let status = answer.value.into_iter().flatten().find(|status| rpc.commitment() <= settled(status));
    let seen = status.map(|status| Seen { slot: status.slot, value: outcome(status.err), skipped: 0 });
    Ok((answer.context.slot, seen))
}

fn outcome(error: Option<UiTransactionError>) -> SignatureOutcome {
    error.map_or(Ok(()), |error| Err(error.into()))
}
