//! Running a transaction without sending it.

use serde::Deserialize;
use serde_json::json;
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::UiTransactionError;

use crate::accounts::{Account, WireAccount};
use crate::client::{AtSlot, Rpc};
use crate::confirm::encode;
use crate::error::Result;
use crate::solana::{Address, TransactionError, VersionedTransaction};

/// What a transaction would have done at one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Simulation {
    /// Why it would fail; `None` when it would succeed.
    pub error: Option<TransactionError>,
    /// Log lines.
    pub logs: Vec<String>,
    /// Compute units used up to the end or the failure; `None` where the endpoint does not say.
    /// After a failure it is no measure of what success costs.
    pub units_consumed: Option<u64>,
    /// The accounts asked for as they would be afterwards, in the order asked. Empty when the
    /// simulation failed.
    pub accounts: Vec<Option<Account>>,
    /// Slot whose state it ran on.
    pub slot: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireSimulation {
    err: Option<UiTransactionError>,
    logs: Option<Vec<String>>,
    units_consumed: Option<u64>,
    accounts: Option<Vec<Option<WireAccount>>>,
}

impl Rpc {
    /// Runs `transaction` on the current state and says what it would do to `accounts`. Signatures
    /// are not checked and may be missing; the blockhash is replaced by a current one.
    ///
    /// A transaction that would fail is not an error of this call: see [`Simulation::error`].
    ///
    /// # Errors
    /// [`RpcError::TooLarge`](crate::RpcError::TooLarge), and as [`Rpc::genesis_hash`].
    pub async fn simulate(&self, transaction: &VersionedTransaction, accounts: &[Address]) -> Result<Simulation> {
        let names: Vec<String> = accounts.iter().map(ToString::to_string).collect();
        let mut config = json!({
            "encoding": "base64",
            "commitment": self.commitment().as_str(),
            "sigVerify": false,
            "replaceRecentBlockhash": true,
        });
        if !names.is_empty() {
            config["accounts"] = json!({ "encoding": "base64", "addresses": names });
        }
        let answer: AtSlot<WireSimulation> =
            self.call(RpcRequest::SimulateTransaction, json!([encode(transaction)?, config])).await?;
        let (slot, result) = (answer.context.slot, answer.value);
        let decoded = result
            .accounts
            .unwrap_or_default()
            .into_iter()
            .map(|account| {
                account
                    .map(|account| account.decode(slot).ok_or_else(|| self.malformed("account encoding")))
                    .transpose()
            })
            .collect::<Result<_>>()?;
        Ok(Simulation {
            error: result.err.map(Into::into),
            logs: result.logs.unwrap_or_default(),
            units_consumed: result.units_consumed,
            accounts: decoded,
            slot,
        })
    }
}
