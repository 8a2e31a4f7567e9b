//! Who validates, with how much stake.

use serde::Deserialize;
use serde_json::json;
use solana_rpc_client_api::request::RpcRequest;

use crate::client::Rpc;
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
        let config = json!([{ "commitment": self.commitment().as_str() }]);
        let answer: WireVoteAccounts = self.call(RpcRequest::GetVoteAccounts, config).await?;
        let current = answer.current.iter().map(|wire| wire.decode(false));
        let delinquent = answer.delinquent.iter().map(|wire| wire.decode(true));
        let accounts: Option<Vec<VoteAccount>> = current.chain(delinquent).collect();
        let mut accounts = accounts.ok_or_else(|| self.malformed("vote account"))?;
        accounts.sort_unstable_by_key(|account| account.vote);
        Ok(accounts)
    }
}
