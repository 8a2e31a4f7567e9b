//! Reading accounts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use solana_rpc_client_api::request::{MAX_MULTIPLE_ACCOUNTS, RpcRequest};

use crate::client::{AtSlot, Rpc};
use crate::error::{Result, RpcError};
use crate::solana::{Address, ids};

/// An account as it was at one slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Balance.
    pub lamports: u64,
    /// Program that may change it.
    pub owner: Address,
    /// Its content.
    pub data: Vec<u8>,
    /// Whether it is a program.
    pub executable: bool,
    /// Slot at which it was read.
    pub slot: u64,
}

/// The chain's own clock. Rules about time go by it, never by the host's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainClock {
    /// Slot of the block that set the clock.
    pub slot: u64,
    /// Epoch of that slot.
    pub epoch: u64,
    /// Seconds since 1970, estimated by the validators.
    pub unix_timestamp: i64,
}

/// A condition on the accounts of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// The data are exactly this many bytes long.
    DataSize(u64),
    /// The data hold these bytes (at most 128) from `offset` on.
    Bytes {
        /// Where, counted in bytes from the start.
        offset: usize,
        /// What.
        bytes: Vec<u8>,
    },
}

impl Filter {
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::DataSize(size) => json!({ "dataSize": size }),
            Self::Bytes { offset, bytes } => {
                json!({ "memcmp": { "offset": offset, "bytes": STANDARD.encode(bytes), "encoding": "base64" } })
            }
        }
    }
}

/// An account as endpoints encode it.
#[derive(Deserialize)]
pub(crate) struct WireAccount {
    lamports: u64,
    owner: String,
    data: (String, String),
    executable: bool,
}

#[derive(Deserialize)]
pub(crate) struct WireKeyedAccount {
    pub(crate) pubkey: String,
    pub(crate) account: WireAccount,
}

impl WireAccount {
    /// `None` when a part cannot be decoded.
    pub(crate) fn decode(self, slot: u64) -> Option<Account> {
        let owner = self.owner.parse().ok()?;
        let data = STANDARD.decode(self.data.0).ok()?;
        Some(Account { lamports: self.lamports, owner, data, executable: self.executable, slot })
    }
}

impl Rpc {
    /// Reads one account; `None` where there is none.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn account(&self, address: &Address) -> Result<Option<Account>> {
        Ok(self.account_at_slot(address).await?.1)
    }

    /// The slot that was read, and the account there; `None` where there is none.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn account_at_slot(&self, address: &Address) -> Result<(u64, Option<Account>)> {
        let answer: AtSlot<Option<WireAccount>> =
            self.call(RpcRequest::GetAccountInfo, json!([address.to_string(), self.account_config()])).await?;
        Ok((answer.context.slot, self.decode(answer.value, answer.context.slot)?))
    }

    /// Reads an account that must exist.
    ///
    /// # Errors
    /// [`RpcError::AccountNotFound`], and as [`Rpc::genesis_hash`].
    pub async fn existing_account(&self, address: &Address) -> Result<Account> {
        self.account(address).await?.ok_or(RpcError::AccountNotFound { address: *address })
    }

    /// Reads many accounts, a hundred in a call, in the order asked; `None` where there is none.
    /// Accounts of one call are read at one slot, those of different calls need not be.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn accounts(&self, addresses: &[Address]) -> Result<Vec<Option<Account>>> {
        let mut accounts = Vec::with_capacity(addresses.len());
        for part in addresses.chunks(MAX_MULTIPLE_ACCOUNTS) {
            let names: Vec<String> = part.iter().map(ToString::to_string).collect();
            let answer: AtSlot<Vec<Option<WireAccount>>> =
                self.call(RpcRequest::GetMultipleAccounts, json!([names, self.account_config()])).await?;
            if answer.value.len() != part.len() {
                return Err(self.malformed("number of accounts"));
            }
            for account in answer.value {
                accounts.push(self.decode(account, answer.context.slot)?);
            }
        }
        Ok(accounts)
    }

    /// Reads at most a hundred accounts in one call, at `least` or a later slot, which comes with them. An account that
    /// cannot be decoded is a failure of its own.
    pub(crate) async fn accounts_since(
        &self,
        addresses: &[Address],
        least: u64,
    ) -> Result<(u64, Vec<Result<Option<Account>>>)> {
        let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        let mut config = self.account_config();
        if least > 0 {
            config["minContextSlot"] = json!(least);
        }
        let answer: AtSlot<Vec<Value>> = self.call(RpcRequest::GetMultipleAccounts, json!([names, config])).await?;
        let slot = answer.context.slot;
        if answer.value.len() != addresses.len() {
            return Err(self.malformed("number of accounts"));
        }
        // Not every endpoint heeds the least slot that it is asked for.
        if slot < least {
            return Err(self.malformed("slot before the one asked for"));
        }
        let decode = |account: Value| -> Result<Option<Account>> {
            let wire = serde_json::from_value(account).map_err(|_| self.malformed("account"))?;
            self.decode(wire, slot)
        };
        Ok((slot, answer.value.into_iter().map(decode).collect()))
    }

    /// Reads all accounts of a program that pass every filter (at most four), by address.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn program_accounts(&self, program: &Address, filters: &[Filter]) -> Result<Vec<(Address, Account)>> {
        Ok(self.program_at_slot(program, filters).await?.1)
    }

    /// The slot that was read, and the accounts there.
    pub(crate) async fn program_at_slot(
        &self,
        program: &Address,
        filters: &[Filter],
    ) -> Result<(u64, Vec<(Address, Account)>)> {
        let mut config = self.account_config();
        config["withContext"] = json!(true);
        config["filters"] = filters.iter().map(Filter::to_json).collect();
        let answer: AtSlot<Vec<WireKeyedAccount>> =
            self.call(RpcRequest::GetProgramAccounts, json!([program.to_string(), config])).await?;
        Ok((answer.context.slot, self.keyed(answer)?))
    }

    /// Reads all accounts of a token program that belong to `owner`, by address.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn token_accounts(&self, owner: &Address, program: &Address) -> Result<Vec<(Address, Account)>> {
        let params = json!([owner.to_string(), { "programId": program.to_string() }, self.account_config()]);
        let answer: AtSlot<Vec<WireKeyedAccount>> = self.call(RpcRequest::GetTokenAccountsByOwner, params).await?;
        self.keyed(answer)
    }

    /// Balance of an account in lamports; 0 where there is none.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn balance(&self, address: &Address) -> Result<u64> {
        let config = json!({ "commitment": self.commitment().as_str() });
        let answer: AtSlot<u64> = self.call(RpcRequest::GetBalance, json!([address.to_string(), config])).await?;
        Ok(answer.value)
    }

    /// Lamports that an account with `len` bytes of data must hold today. The rate changes with
    /// epochs: ask, never keep.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn minimum_balance(&self, len: usize) -> Result<u64> {
        self.call(RpcRequest::GetMinimumBalanceForRentExemption, json!([len])).await
    }

    /// The chain's clock.
    ///
    /// # Errors
    /// As [`Rpc::existing_account`].
    pub async fn clock(&self) -> Result<ChainClock> {
        let account = self.existing_account(&ids::sysvar::clock::ID).await?;
        // Clock { slot, epoch_start_timestamp, epoch, leader_schedule_epoch, unix_timestamp },
        // eight bytes each.
        let word = |index: usize| -> Result<[u8; 8]> {
            let (words, _) = account.data.as_chunks::<8>();
            words.get(index).copied().ok_or_else(|| self.malformed("clock"))
        };
        Ok(ChainClock {
            slot: u64::from_le_bytes(word(0)?),
            epoch: u64::from_le_bytes(word(2)?),
            unix_timestamp: i64::from_le_bytes(word(4)?),
        })
    }

    /// Accounts with their addresses, by address.
    fn keyed(&self, answer: AtSlot<Vec<WireKeyedAccount>>) -> Result<Vec<(Address, Account)>> {
        let mut accounts = Vec::with_capacity(answer.value.len());
        for WireKeyedAccount { pubkey, account } in answer.value {
            let address = pubkey.parse().map_err(|_| self.malformed("account address"))?;
            let account = account.decode(answer.context.slot).ok_or_else(|| self.malformed("account encoding"))?;
            accounts.push((address, account));
        }
        accounts.sort_by_key(|(address, _)| *address);
        Ok(accounts)
    }

    pub(crate) fn account_config(&self) -> Value {
        json!({ "encoding": "base64", "commitment": self.commitment().as_str() })
    }

    fn decode(&self, account: Option<WireAccount>, slot: u64) -> Result<Option<Account>> {
        account.map(|account| account.decode(slot).ok_or_else(|| self.malformed("account encoding"))).transpose()
    }
}
