//! Who validates, with how much stake.

use serde::Deserialize;
use serde_json::json;
use solana_rpc_client_api::request::RpcRequest;

use crate::client::{Commitment, Rpc};
use crate::error::Result;
use crate::solana::Address;

/// A vote account with stake, as it is in one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoteAccount {
    /// The vote account.
    pub vote: Address,
    /// Identity of the validator that votes with it. One identity may have several vote accounts.
    pub node: Address,
    /// Stake delegated to it that is active in this epoch, in lamports.
    pub activated_stake: u64,
    /// Whether the validator has not voted lately. Its stake is the same.
    pub is_delinquent: bool,
}

/// Everybody's stake in one epoch, as one endpoint told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochStake {
    /// The epoch.
    pub epoch: u64,
    /// Its first slot.
    pub first_slot: u64,
    /// Slots that it has.
    pub slots: u64,
    /// As [`Rpc::vote_accounts`].
    pub accounts: Vec<VoteAccount>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEpoch {
    epoch: u64,
    absolute_slot: u64,
    slot_index: u64,
    slots_in_epoch: u64,
}

#[derive(Deserialize)]
struct WireVoteAccounts {
    current: Vec<WireVoteAccount>,
    delinquent: Vec<WireVoteAccount>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireVoteAccount {
    vote_pubkey: String,
    node_pubkey: String,
    activated_stake: u64,
}

impl WireVoteAccount {
    fn decode(&self, is_delinquent: bool) -> Option<VoteAccount> {
        let (vote, node) = (self.vote_pubkey.parse().ok()?, self.node_pubkey.parse().ok()?);
        Some(VoteAccount { vote, node, activated_stake: self.activated_stake, is_delinquent })
    }
}

impl Rpc {
    /// All vote accounts with stake in this epoch, by address, those of validators that do not vote now included:
    /// they have not lost their stake.
    ///
    /// The answer is the same for a whole epoch but for [`VoteAccount::is_delinquent`]: stake changes between epochs.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn vote_accounts(&self) -> Result<Vec<VoteAccount>> {
        self.vote_accounts_at(self.commitment()).await
    }

    /// The stake of the newest epoch that has a final block, in three calls to one endpoint; `None` where another epoch
    /// began between them. Whatever the connection's commitment is: the first blocks of an epoch may still be dropped, and
    /// the stake is computed in them.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn epoch_stake(&self) -> Result<Option<EpochStake>> {
        let reader = self.one_reader();
        let before = reader.final_epoch().await?;
        let accounts = reader.vote_accounts_at(Commitment::Finalized).await?;
        let after = reader.final_epoch().await?;
        let first_slot = before.absolute_slot.checked_sub(before.slot_index);
        let first_slot = first_slot.ok_or_else(|| self.malformed("epoch"))?;
        let (epoch, slots) = (before.epoch, before.slots_in_epoch);
        Ok((after.epoch == epoch).then_some(EpochStake { epoch, first_slot, slots, accounts }))
    }

    async fn final_epoch(&self) -> Result<WireEpoch> {
        self.call(RpcRequest::GetEpochInfo, json!([{ "commitment": Commitment::Finalized.as_str() }])).await
    }

    async fn vote_accounts_at(&self, commitment: Commitment) -> Result<Vec<VoteAccount>> {
        let config = json!([{ "commitment": commitment.as_str() }]);
        let answer: WireVoteAccounts = self.call(RpcRequest::GetVoteAccounts, config).await?;
        let current = answer.current.iter().map(|wire| wire.decode(false));
        let delinquent = answer.delinquent.iter().map(|wire| wire.decode(true));
        let accounts: Option<Vec<VoteAccount>> = current.chain(delinquent).collect();
        let mut accounts = accounts.ok_or_else(|| self.malformed("vote account"))?;
        accounts.sort_unstable_by_key(|account| account.vote);
        Ok(accounts)
    }
}
