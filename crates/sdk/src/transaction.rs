//! From instructions to a receipt: simulate, price, sign, send, confirm.
//!
//! The compute-unit limit is what a simulation used plus a margin, and the priority fee is what
//! the network asks for the accounts that are written, up to a cap. A transaction that a program
//! would refuse is therefore refused here, in words, before anything is signed or paid.

mod budget;
mod pack;
mod receipt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::try_join;
use quantumagi_interface::events::Event;
use quantumagi_rpc::deploy::SyncSigner;
use quantumagi_rpc::solana::{Address, AddressLookupTableAccount, Hash, Instruction, Signer, VersionedTransaction};
use quantumagi_rpc::{Account, Blockhash, ConfirmOptions, Preflight, SendProgress};

use crate::client::Quantumagi;
use crate::error::{Result, SdkError};
pub use budget::{Pricing, SIGNATURE_FEE_LAMPORTS};
pub use pack::{Limits, MAX_ACCOUNT_LOCKS, MAX_TRANSACTION_LEN, pack, pack_within, wire_len, wire_len_with_tables};
pub use receipt::{BalanceChange, Receipt};

/// What instructions would do, and what a transaction with them costs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Estimate {
    /// Compute units that they used.
    pub units: u64,
    /// Compute-unit limit that a transaction with them gets.
    pub unit_limit: u32,
    /// Priority fee, micro-lamports per compute unit of the limit.
    pub unit_price: u64,
    /// Whole fee of the transaction, lamports.
    pub fee_lamports: u64,
    /// Events that they would log.
    pub events: Vec<Event>,
    /// Slot on whose state they ran.
    pub slot: u64,
}

/// A transaction for somebody else to sign.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unsigned {
    /// The transaction, with places for the signatures left empty.
    pub transaction: VersionedTransaction,
    /// Who has to sign, the payer first.
    pub signers: Vec<Address>,
    /// Last block height at which it is taken: about a minute from now.
    pub last_valid_block_height: u64,
    /// What it would do and cost.
    pub estimate: Estimate,
}

impl Unsigned {
    /// The transaction in base64, as wallets take it.
    #[must_use]
    pub fn to_base64(&self) -> String {
        STANDARD.encode(serialized(&self.transaction))
    }
}

impl Quantumagi {
    /// Runs the instructions on the current state and says what they would do and cost.
    ///
    /// # Errors
    /// [`SdkError::Refused`] and [`SdkError::WouldFail`] where they would fail; [`SdkError::TooLong`];
    /// [`SdkError::Rpc`].
    pub async fn estimate(&self, payer: &Address, instructions: &[Instruction], pricing: &Pricing) -> Result<Estimate> {
        let unit_price = pricing.unit_price(self.rpc(), &written(instructions)).await?;
        let first = with_budget(instructions, budget::MAX_UNITS, unit_price);
        let transaction = unsigned(payer, &first, self.lookup_tables(), Hash::default())?;
        let simulation = self.rpc().simulate(&transaction, &[]).await?;
        if let Some(error) = simulation.error {
            return Err(SdkError::of_simulation(error, simulation.logs, &first));
        }
        let units = simulation.units_consumed.unwrap_or(u64::from(budget::MAX_UNITS));
        let unit_limit = pricing.unit_limit(units);
        let n_signatures = u64::from(transaction.message.header().num_required_signatures);
        let fee_lamports = budget::fee_lamports(n_signatures, unit_limit, unit_price);
        let (events, _) = receipt::events_in(&simulation.logs);
        Ok(Estimate { units, unit_limit, unit_price, fee_lamports, events, slot: simulation.slot })
    }

    /// Runs the instructions on the current state and says what these accounts would be afterwards, in the order asked.
    ///
    /// # Errors
    /// As [`Quantumagi::estimate`].
    pub async fn rehearse(
        &self,
        payer: &Address,
        instructions: &[Instruction],
        accounts: &[Address],
    ) -> Result<Vec<Option<Account>>> {
        let first = with_budget(instructions, budget::MAX_UNITS, 0);
        let transaction = unsigned(payer, &first, self.lookup_tables(), Hash::default())?;
        let simulation = self.rpc().simulate(&transaction, accounts).await?;
        match simulation.error {
            Some(error) => Err(SdkError::of_simulation(error, simulation.logs, &first)),
            None => Ok(simulation.accounts),
        }
    }

    /// A priced transaction for any wallet to sign.
    ///
    /// # Errors
    /// As [`Quantumagi::estimate`].
    pub async fn unsigned(&self, payer: &Address, instructions: &[Instruction], pricing: &Pricing) -> Result<Unsigned> {
        let (estimate, blockhash) = try_join(self.estimate(payer, instructions, pricing), self.blockhash()).await?;
        let Blockhash { hash, last_valid_block_height } = blockhash;
        let priced = with_budget(instructions, estimate.unit_limit, estimate.unit_price);
        let transaction = unsigned(payer, &priced, self.lookup_tables(), hash)?;
        let n_signers = usize::from(transaction.message.header().num_required_signatures);
        let signers = transaction.message.static_account_keys().iter().take(n_signers).copied().collect();
        Ok(Unsigned { transaction, signers, last_valid_block_height, estimate })
    }

    async fn blockhash(&self) -> Result<Blockhash> {
        Ok(self.rpc().latest_blockhash().await?)
    }

    /// Simulates, prices, signs, sends and confirms one transaction. The first signer pays.
    ///
    /// # Errors
    /// As [`Quantumagi::estimate`] before anything is sent; then [`SdkError::Refused`] where the state changed
    /// meanwhile, [`SdkError::Rpc`] with what sending and confirming can fail with, and [`SdkError::NoRecord`] where
    /// it succeeded and the endpoint does not tell more.
    pub async fn send(&self, instructions: &[Instruction], signers: &[SyncSigner<'_>]) -> Result<Receipt> {
        self.send_with(instructions, signers, &Pricing::default(), |_| {}).await
    }

    /// As [`Quantumagi::send`], with a price of one's own and somebody told how it goes.
    ///
    /// # Errors
    /// As [`Quantumagi::send`].
    pub async fn send_with(
        &self,
        instructions: &[Instruction],
        signers: &[SyncSigner<'_>],
        pricing: &Pricing,
        progress: impl FnMut(SendProgress) + Send,
    ) -> Result<Receipt> {
        let signers = distinct(signers);
        let payer = signers.first().map(|signer| signer.pubkey()).unwrap_or_default();
        let (estimate, blockhash) = try_join(self.estimate(&payer, instructions, pricing), self.blockhash()).await?;
        let priced = with_budget(instructions, estimate.unit_limit, estimate.unit_price);
        let Blockhash { hash, last_valid_block_height } = blockhash;
        let message = unsigned(&payer, &priced, self.lookup_tables(), hash)?.message;
        let transaction = VersionedTransaction::try_new(message, &signers).map_err(quantumagi_rpc::RpcError::from)?;
        // It was simulated a moment ago; the endpoint need not do it again.
        let options = ConfirmOptions::default().with_preflight(Preflight::Skip);
        let confirmed = self
            .rpc()
            .send_and_confirm(&transaction, last_valid_block_height, options, progress)
            .await
            .map_err(|error| SdkError::of_sending(error, &priced))?;
        self.note_written(&written(&priced), confirmed.slot);
        receipt::read(self.rpc(), confirmed).await
    }

    /// Sends transactions one after the other, each confirmed before the next is built.
    ///
    /// # Errors
    /// As [`Quantumagi::send`], at the first that fails; those before it stay done.
    pub async fn send_all(
        &self,
        transactions: &[Vec<Instruction>],
        signers: &[SyncSigner<'_>],
        mut progress: impl FnMut(usize) + Send,
    ) -> Result<Vec<Receipt>> {
        let mut receipts = Vec::with_capacity(transactions.len());
        for instructions in transactions {
            receipts.push(self.send(instructions, signers).await?);
            progress(receipts.len());
        }
        Ok(receipts)
    }
}

/// A transaction with these instructions in base64, without signatures, price or blockhash: to be read, not to be sent.
#[must_use]
pub fn draft_base64(payer: &Address, instructions: &[Instruction]) -> String {
    STANDARD.encode(serialized(&pack::empty(payer, instructions, &[], Hash::default())))
}

/// The bytes that go over the network.
pub(crate) fn serialized(transaction: &VersionedTransaction) -> Vec<u8> {
    bincode::serialize(transaction).expect("a transaction is made of serialisable parts")
}

fn with_budget(instructions: &[Instruction], unit_limit: u32, unit_price: u64) -> Vec<Instruction> {
    // Order: behind the real ones, so that the runtime's position of a failing instruction is the caller's.
    let budget = budget::instructions(unit_limit, unit_price);
    instructions.iter().cloned().chain(budget).collect()
}

/// A transaction with empty places for signatures.
fn unsigned(
    payer: &Address,
    instructions: &[Instruction],
    tables: &[AddressLookupTableAccount],
    hash: Hash,
) -> Result<VersionedTransaction> {
    let transaction = pack::empty(payer, instructions, tables, hash);
    let len = serialized(&transaction).len();
    if MAX_TRANSACTION_LEN < len {
        return Err(SdkError::TooLong { len, max: MAX_TRANSACTION_LEN });
    }
    Ok(transaction)
}

/// The accounts that these instructions write, each once.
fn written(instructions: &[Instruction]) -> Vec<Address> {
    let metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
    let mut written: Vec<Address> = metas.filter(|meta| meta.is_writable).map(|meta| meta.pubkey).collect();
    written.sort_unstable();
    written.dedup();
    written
}

/// One signer for each key: the same key may sign in two roles.
fn distinct<'a>(signers: &[SyncSigner<'a>]) -> Vec<SyncSigner<'a>> {
    let mut distinct: Vec<SyncSigner<'a>> = Vec::with_capacity(signers.len());
    for signer in signers {
        if distinct.iter().all(|other| other.pubkey() != signer.pubkey()) {
            distinct.push(*signer);
        }
    }
    distinct
}
