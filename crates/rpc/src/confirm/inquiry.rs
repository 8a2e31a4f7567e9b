//! What the cluster says of transactions under way, and whether "not there" is its last word.

use serde_json::json;
use solana_rpc_client_api::request::RpcRequest;

use super::status::{Search, Status};
use crate::client::{AtSlot, Commitment, Rpc};
use crate::error::Result;
use crate::solana::{Hash, Signature};

/// How long transactions with one blockhash can land.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Life {
    pub(super) last_valid_block_height: u64,
    /// The blockhash itself, where it is known: its end is then not taken from the endpoint that gave it alone.
    pub(super) blockhash: Option<Hash>,
}

/// What the cluster says of some transactions.
pub(super) struct Inquiry {
    /// In the order asked.
    pub(super) of: Vec<Option<Status>>,
    /// Whether those that are not there can no longer land.
    pub(super) is_last_word: bool,
}

impl Rpc {
    /// What is known of each transaction, in one question for up to 256 of them.
    pub(super) async fn inquire(&self, signatures: &[Signature], life: Life) -> Result<Inquiry> {
        // Order: the height before the status, or a transaction that lands in the last possible block between the two
        // questions would be declared expired.
        let height = self.block_height().await.ok();
        if height.is_none_or(|height| height <= life.last_valid_block_height) {
            let of = self.statuses(signatures, Search::Recent).await?.of;
            return Ok(Inquiry { of, is_last_word: false });
        }
        // Once the blockhash is old, so may be the landing: nodes forget it after minutes and look it up in their history
        // only when told to.
        match self.one_reader().last_word(signatures, life).await {
            Ok(Some(of)) => Ok(Inquiry { of, is_last_word: true }),
            // One endpoint that cannot say is no reason to stop asking.
            Ok(None) | Err(_) => {
                let of = self.statuses(signatures, Search::History).await?.of;
                Ok(Inquiry { of, is_last_word: false })
            }
        }
    }

    /// What one endpoint says that knows the last possible block, and that it is final. `None` where it does not.
    ///
    /// All questions go to the same one. An endpoint on a fork that never roots says slots as high as the others, and
    /// knows nothing of what they made final: its "not there" proves nothing, and only its own root shows it. Behind one
    /// address there may still be several nodes, so what it says of its slots is compared as well.
    async fn last_word(&self, signatures: &[Signature], life: Life) -> Result<Option<Vec<Option<Status>>>> {
        let Some(end) = self.final_slot_past(life.last_valid_block_height).await? else { return Ok(None) };
        if let Some(blockhash) = life.blockhash
            && self.is_valid_when_final(blockhash).await?
        {
            return Ok(None);
        }
        let statuses = self.statuses(signatures, Search::History).await?;
        Ok((end <= statuses.as_of).then_some(statuses.of))
    }

    /// Whether a transaction with this blockhash could follow the last final block.
    pub(super) async fn is_valid_when_final(&self, blockhash: Hash) -> Result<bool> {
        // Not at a slot of at least `end`: Surfpool 1.5 gives its latest slot for that of its last final block.
        let config = json!({ "commitment": Commitment::Finalized.as_str() });
        let answer: AtSlot<bool> =
            self.call(RpcRequest::IsBlockhashValid, json!([blockhash.to_string(), config])).await?;
        Ok(answer.value)
    }
}
