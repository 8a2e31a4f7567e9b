//! What a transaction did, read back from the chain.

use serde::Deserialize;
use serde_json::json;
use solana_rpc_client_api::request::RpcRequest;
use solana_rpc_client_api::response::UiTransactionError;

use crate::client::{Commitment, Rpc};
use crate::error::Result;
use crate::solana::{Address, Signature, TransactionError};

/// Newest transaction format that is asked for. Older nodes take a higher number than they know.
const NEWEST_VERSION: u8 = 1;

/// A transaction that landed, with everything it named and did.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionRecord {
    /// First signature.
    pub signature: Signature,
    /// Slot of its block.
    pub slot: u64,
    /// When its block was made, in seconds since 1970, where the endpoint says. For people only:
    /// Surfpool 1.5 gives thousands of seconds here (and seconds in the history of an address).
    pub block_time: Option<i64>,
    /// Why it failed; `None` when it succeeded.
    pub error: Option<TransactionError>,
    /// Fee paid by the first account, in lamports, priority fee included.
    pub fee: u64,
    /// Compute units used, where the endpoint says.
    pub compute_units: Option<u64>,
    /// Log lines, complete unless the runtime cut them ("Log truncated").
    pub logs: Vec<String>,
    /// All accounts: those of the message, then writable and read-only ones from lookup tables.
    pub accounts: Vec<Address>,
    /// The transaction's own instructions in order.
    pub instructions: Vec<RecordedInstruction>,
    /// Balance of each account before, in lamports.
    pub pre_balances: Vec<u64>,
    /// Balance of each account afterwards, in lamports.
    pub post_balances: Vec<u64>,
}

/// An instruction with its addresses filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedInstruction {
    /// Program that was called.
    pub program: Address,
    /// Accounts it was given.
    pub accounts: Vec<Address>,
    /// Data it was given.
    pub data: Vec<u8>,
    /// How deep in the call stack it ran: 1 for the transaction's own, `None` where the endpoint
    /// does not say.
    pub stack_height: Option<u32>,
    /// Everything it called in turn, at any depth, in the order of execution. Empty for inner ones.
    pub inner: Vec<RecordedInstruction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireRecord {
    slot: u64,
    block_time: Option<i64>,
    meta: Option<WireMeta>,
    transaction: WireTransaction,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMeta {
    err: Option<UiTransactionError>,
    fee: u64,
    pre_balances: Vec<u64>,
    post_balances: Vec<u64>,
    log_messages: Option<Vec<String>>,
    inner_instructions: Option<Vec<WireInner>>,
    loaded_addresses: Option<WireLoaded>,
    compute_units_consumed: Option<u64>,
}

#[derive(Deserialize)]
struct WireInner {
    index: usize,
    instructions: Vec<WireInstruction>,
}

#[derive(Default, Deserialize)]
struct WireLoaded {
    writable: Vec<String>,
    readonly: Vec<String>,
}

#[derive(Deserialize)]
struct WireTransaction {
    message: WireMessage,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMessage {
    account_keys: Vec<String>,
    instructions: Vec<WireInstruction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireInstruction {
    program_id_index: usize,
    accounts: Vec<usize>,
    data: String,
    stack_height: Option<u32>,
}

impl Rpc {
    /// Reads one transaction; `None` when the endpoint does not know it (yet, or any more).
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn transaction(&self, signature: &Signature) -> Result<Option<TransactionRecord>> {
        // The JSON form is the same in all transaction formats; the binary one needs a decoder
        // for each.
        let config = json!({
            "encoding": "json",
            "commitment": self.commitment().max(Commitment::Confirmed).as_str(),
            "maxSupportedTransactionVersion": NEWEST_VERSION,
        });
        let record: Option<WireRecord> =
            self.call(RpcRequest::GetTransaction, json!([signature.to_string(), config])).await?;
        record.map(|wire| wire.decode(*signature).ok_or_else(|| self.malformed("transaction"))).transpose()
    }
}

impl WireRecord {
    fn decode(self, signature: Signature) -> Option<TransactionRecord> {
        let meta = self.meta?;
        let message = self.transaction.message;
        let loaded = meta.loaded_addresses.unwrap_or_default();
        let accounts: Vec<Address> = [message.account_keys, loaded.writable, loaded.readonly]
            .into_iter()
            .flatten()
            .map(|name| name.parse().ok())
            .collect::<Option<_>>()?;
        let mut instructions: Vec<RecordedInstruction> = message
            .instructions
            .into_iter()
            .map(|wire| wire.decode(&accounts).map(|ix| RecordedInstruction { stack_height: Some(1), ..ix }))
            .collect::<Option<_>>()?;
        for group in meta.inner_instructions.unwrap_or_default() {
            let outer = instructions.get_mut(group.index)?;
            for wire in group.instructions {
                outer.inner.push(wire.decode(&accounts)?);
            }
        }
        Some(TransactionRecord {
            signature,
            slot: self.slot,
            block_time: self.block_time,
            error: meta.err.map(Into::into),
            fee: meta.fee,
            compute_units: meta.compute_units_consumed,
            logs: meta.log_messages.unwrap_or_default(),
            accounts,
            instructions,
            pre_balances: meta.pre_balances,
            post_balances: meta.post_balances,
        })
    }
}

impl WireInstruction {
    fn decode(self, accounts: &[Address]) -> Option<RecordedInstruction> {
        Some(RecordedInstruction {
            program: *accounts.get(self.program_id_index)?,
            accounts: self.accounts.into_iter().map(|index| accounts.get(index).copied()).collect::<Option<_>>()?,
            data: bs58::decode(self.data).into_vec().ok()?,
            stack_height: self.stack_height,
            inner: Vec::new(),
        })
    }
}
