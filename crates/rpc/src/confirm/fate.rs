//! What became of transactions that were sent some time ago, perhaps by a process that is gone.

use std::collections::BTreeMap;

use super::inquiry::Life;
use super::status::{Search, Status};
use crate::client::Rpc;
use crate::error::Result;
use crate::solana::{Signature, TransactionError};

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is in a block, and as settled as this connection's commitment.
    Landed {
        /// The block's slot.
        slot: u64,
        /// Why it failed there; `None` when it succeeded.
        error: Option<TransactionError>,
    },
    /// It may still land: signing another could do the same twice.
    Open,
    /// It did not land and can no longer land: it is safe to sign it anew.
    Expired,
}

/// What is known of a transaction at one moment.
pub(super) struct Seen {
    pub(super) status: Option<Status>,
    /// Whether its last block is past. Where the history was asked, and does not know it: whether that is the last word.
    pub(super) is_past: bool,
}

impl Rpc {
    /// What became of the transactions with these first signatures, each with the last block height at which it can land,
    /// in the order asked. Two calls for each 256.
    ///
    /// Endpoints behind one pool may know of different blocks, so a transaction counts as expired only where the one that
    /// does not know it has made a block after its last one final.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn fates(&self, transactions: &[(Signature, u64)]) -> Result<Vec<Fate>> {
        let asked: Vec<(Signature, Life)> = transactions
            .iter()
            .map(|(signature, height)| (*signature, Life { last_valid_block_height: *height, blockhash: None }))
            .collect();
        let seen = self.seen(&asked, Search::History, 0).await?;
        Ok(seen
            .into_iter()
            .map(|Seen { status, is_past }| match status {
                Some(status) if self.commitment() <= status.settled => {
                    Fate::Landed { slot: status.slot, error: status.error }
                }
                None if is_past => Fate::Expired,
                Some(_) | None => Fate::Open,
            })
            .collect())
    }

    /// What is known of these transactions now, in the order asked. `height` is that of a block which the cluster is known
    /// to have made; who looks through the history asks for the last final one instead.
    pub(super) async fn seen(&self, asked: &[(Signature, Life)], search: Search, height: u64) -> Result<Vec<Seen>> {
        let signatures: Vec<Signature> = asked.iter().map(|(signature, _)| *signature).collect();
        if search == Search::Recent {
            let statuses = self.statuses(&signatures, search).await?.of;
            let seen = statuses.into_iter().zip(asked);
            return Ok(seen
                .map(|(status, (_, life))| Seen { status, is_past: life.last_valid_block_height < height })
                .collect());
        }
        // As in `last_word`: one endpoint, what it knows to be final, and no older than that. Order: the height before the
        // status, or a transaction that lands in the last possible block between the two would be declared expired.
        let reader = self.one_reader();
        let (slot, height) = reader.final_tip().await?;
        let statuses = reader.statuses(&signatures, search).await?;
        let height = if slot <= statuses.as_of { height } else { 0 };
        let mut valid: BTreeMap<[u8; 32], bool> = BTreeMap::new();
        let mut seen = Vec::with_capacity(asked.len());
        for (status, (_, life)) in statuses.of.into_iter().zip(asked) {
            let mut is_past = life.last_valid_block_height < height;
            if let (None, true, Some(blockhash)) = (&status, is_past, life.blockhash) {
                let is_valid = match valid.get(&blockhash.to_bytes()) {
                    Some(is_valid) => *is_valid,
                    None => reader.is_valid_when_final(blockhash).await?,
                };
                valid.insert(blockhash.to_bytes(), is_valid);
                is_past = !is_valid;
            }
            seen.push(Seen { status, is_past });
        }
        Ok(seen)
    }
}
