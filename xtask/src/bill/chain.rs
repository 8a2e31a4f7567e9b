//! A chain in memory that tells what each transaction costs.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use litesvm::LiteSVM;
use quantumagi_interface::{Address, Instruction, PROGRAM_ID, RosterPage, accounts};
use serde::{Deserialize, Serialize};
use solana_account::{Account, ReadableAccount};
use solana_clock::Clock;
use solana_message::{Message, VersionedMessage};
use solana_rent::Rent;
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;

use super::people::crank;
use crate::repo;

/// Rent of every byte an account holds, lamports; 128 bytes of overhead count as well.
pub(super) const LAMPORTS_PER_BYTE: u64 = 6_960;
/// Largest transaction, bytes: what fits one packet of IPv6's least size. Source: `solana_packet::PACKET_DATA_SIZE`.
pub(super) const MAX_TRANSACTION_BYTES: usize = 1_232;
/// SPL Token. A token account that is opened here is a pool's, and costs like one of the program's own.
pub(super) const TOKEN: Address = Address::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// The chain's first second.
const START: i64 = 1_800_000_000;

/// What one transaction cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cost {
    /// Compute units, of all programs that ran.
    pub(super) compute_units: u64,
    /// Lamports for signatures; no priority fee.
    pub(super) fee_lamports: u64,
    /// Lamports that accounts of the program hold more than before.
    pub(super) placed_lamports: u64,
    /// Lamports that accounts of the program hold less than before.
    pub(super) returned_lamports: u64,
    /// Bytes of the signed transaction, in the legacy format, without a priority fee's instructions.
    pub(super) transaction_bytes: u64,
    /// Hashes it took to find the addresses of the accounts it created, which the program pays for: two on average for
    /// each account, and as the keys will have it.
    pub(super) address_tries: u64,
}

impl Cost {
    /// All that leaves the payer, whatever comes back later.
    pub(super) fn gross_lamports(self) -> u64 {
        self.fee_lamports + self.placed_lamports
    }

    /// The cost of both.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            compute_units: self.compute_units + other.compute_units,
            fee_lamports: self.fee_lamports + other.fee_lamports,
            placed_lamports: self.placed_lamports + other.placed_lamports,
            returned_lamports: self.returned_lamports + other.returned_lamports,
            transaction_bytes: self.transaction_bytes + other.transaction_bytes,
            address_tries: self.address_tries + other.address_tries,
        }
    }
}

/// A chain with the built program on it.
pub(super) struct Chain {
    svm: LiteSVM,
}

impl Chain {
    /// Loads the program as it was built last.
    ///
    /// # Errors
    /// Where it was not built, or does not load.
    pub(super) fn new() -> Result<Self> {
        let so = repo::program_so();
        let program = std::fs::read(&so)
            .with_context(|| format!("{}.so is missing; build it: cargo xtask build --program-only", repo::PROGRAM))?;
        // Signatures are not made: their check is the runtime's own work and costs the program nothing.
        let mut svm = LiteSVM::new().with_sigverify(false).with_transaction_history(0).with_log_bytes_limit(None);
        // Set, not assumed: a virtual machine of another version might charge another rate.
        let mut rent = svm.get_sysvar::<Rent>();
        rent_per_byte(&mut rent);
        svm.set_sysvar(&rent);
        ensure!(
            svm.minimum_balance_for_rent_exemption(72) == 200 * LAMPORTS_PER_BYTE,
            "the virtual machine does not charge {LAMPORTS_PER_BYTE} lamports a byte"
        );
        svm.add_program(PROGRAM_ID, &program)
            .map_err(|error| anyhow::anyhow!("the program does not load: {error:?}"))?;
        let mut chain = Self { svm };
        chain.set_time(START);
        chain.fund(&crank())?;
        Ok(chain)
    }

    /// The clock, Unix seconds.
    pub(super) fn now(&self) -> i64 {
        self.svm.get_sysvar::<Clock>().unix_timestamp
    }

    /// Puts the clock there.
    pub(super) fn set_time(&mut self, now: i64) {
        let mut clock = self.svm.get_sysvar::<Clock>();
        clock.unix_timestamp = now;
        self.svm.set_sysvar(&clock);
    }

    /// Gives somebody a hundred SOL.
    ///
    /// # Errors
    /// Where the virtual machine refuses.
    pub(super) fn fund(&mut self, who: &Address) -> Result<()> {
        let account =
            Account { lamports: 100_000_000_000, owner: solana_sdk_ids::system_program::ID, ..Account::default() };
        self.svm.set_account(*who, account).map_err(|error| anyhow::anyhow!("{who} cannot be funded: {error:?}"))
    }

    /// Writes an account as no transaction could, with the rent it needs.
    ///
    /// # Errors
    /// Where the virtual machine refuses.
    pub(super) fn put(&mut self, address: &Address, owner: Address, data: Vec<u8>) -> Result<()> {
        let lamports = self.svm.minimum_balance_for_rent_exemption(data.len());
        let account = Account { lamports, data, owner, ..Account::default() };
        self.svm.set_account(*address, account).map_err(|error| anyhow::anyhow!("{address} is refused: {error:?}"))
    }

    /// The account that holds a program's code, where the program can be upgraded.
    pub(super) fn program_data(&self, program: &Address) -> Option<Address> {
        let account = self.svm.get_account(program)?;
        let can_change = account.owner == solana_sdk_ids::bpf_loader_upgradeable::ID;
        // The tag of a program (u32), then the address of its code. Source: `UpgradeableLoaderState::Program`.
        let code = account.data.get(4..36)?.try_into().ok()?;
        can_change.then(|| Address::new_from_array(code))
    }

    /// The bytes of an account.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn data(&self, address: &Address) -> Result<Vec<u8>> {
        Ok(self.svm.get_account(address).with_context(|| format!("there is no account {address}"))?.data)
    }

    /// Lamports of an account.
    ///
    /// # Errors
    /// Where there is none.
    pub(super) fn lamports(&self, address: &Address) -> Result<u64> {
        self.svm.get_balance(address).with_context(|| format!("there is no account {address}"))
    }

    /// Lamports in all accounts of the program.
    pub(super) fn rent_in_accounts(&self) -> u64 {
        self.program_accounts().values().sum()
    }

    /// The lamports of each account of the program.
    fn program_accounts(&self) -> BTreeMap<Address, u64> {
        let accounts = self.svm.accounts_db().inner.iter();
        let own = accounts.filter(|(_, account)| [PROGRAM_ID, TOKEN].contains(account.owner()));
        own.map(|(address, account)| (*address, account.lamports())).collect()
    }

    /// Sends one instruction in a transaction of its own. Its first signer pays the fee; where none signs, a stranger.
    ///
    /// # Errors
    /// Where the transaction is too large, or refused.
    pub(super) fn send(&mut self, instruction: Instruction) -> Result<Cost> {
        let name = quantumagi_interface::instructions::name_of(&instruction.data).unwrap_or("a call");
        let transaction = self.transaction(instruction);
        let bytes = transaction_bytes(&transaction)?;
        ensure!(bytes <= MAX_TRANSACTION_BYTES, "a transaction of {bytes} bytes, at most {MAX_TRANSACTION_BYTES} fit");
        let before = self.program_accounts();
        let meta = match self.svm.send_transaction(transaction) {
            Ok(meta) => meta,
            Err(failed) => bail!("{name} is refused: {:?}\n{}", failed.err, failed.meta.logs.join("\n")),
        };
        let after = self.program_accounts();
        let created = after.keys().filter(|address| !before.contains_key(*address));
        let tries = created.map(|address| Ok(address_tries(&self.data(address)?))).sum::<Result<_>>()?;
        Ok(Cost {
            compute_units: meta.compute_units_consumed,
            fee_lamports: meta.fee,
            placed_lamports: gain(&before, &after),
            returned_lamports: gain(&after, &before),
            transaction_bytes: bytes as u64,
            address_tries: tries,
        })
    }

    /// Whether an instruction fits a transaction of its own.
    ///
    /// # Errors
    /// Where the transaction cannot be encoded.
    pub(super) fn fits(&self, instruction: Instruction) -> Result<bool> {
        Ok(transaction_bytes(&self.transaction(instruction))? <= MAX_TRANSACTION_BYTES)
    }

    fn transaction(&self, instruction: Instruction) -> VersionedTransaction {
        let signer = instruction.accounts.iter().find(|account| account.is_signer).map(|account| account.pubkey);
        let payer = signer.unwrap_or_else(crank);
        let message = Message::new_with_blockhash(&[instruction], Some(&payer), &self.svm.latest_blockhash());
        let signatures = vec![Signature::default(); usize::from(message.header.num_required_signatures)];
        VersionedTransaction { signatures, message: VersionedMessage::Legacy(message) }
    }
}

/// What the accounts of `to` hold more than in `from`, lamports.
fn gain(from: &BTreeMap<Address, u64>, to: &BTreeMap<Address, u64>) -> u64 {
    to.iter().map(|(address, lamports)| lamports.saturating_sub(from.get(address).copied().unwrap_or(0))).sum()
}

/// Hashes it took to find the address of an account with these bytes. The search goes down from 255 and keeps where it
/// ended; founding a constitution looks for its vault as well.
fn address_tries(data: &[u8]) -> u64 {
    let bumps = None
        .or_else(|| accounts::Constitution::decode(data).ok().map(|account| vec![account.bump, account.vault_bump]))
        .or_else(|| accounts::Principle::decode(data).ok().map(|account| vec![account.bump]))
        .or_else(|| accounts::Roster::decode(data).ok().map(|account| vec![account.bump]))
        .or_else(|| RosterPage::decode(data).ok().map(|account| vec![account.header.bump]))
        .or_else(|| accounts::Proposal::decode(data).ok().map(|account| vec![account.bump]))
        .or_else(|| accounts::BallotPage::decode(data).ok().map(|account| vec![account.bump]))
        .or_else(|| accounts::DepositPool::decode(data).ok().map(|account| vec![account.bump]))
        .or_else(|| accounts::Deposit::decode(data).ok().map(|account| vec![account.bump]))
        .or_else(|| accounts::Policy::decode(data).ok().map(|account| vec![account.bump]));
    bumps.into_iter().flatten().map(|bump| 256 - u64::from(bump)).sum()
}

/// As many bytes as are sent.
fn transaction_bytes(transaction: &VersionedTransaction) -> Result<usize> {
    // The number of signatures takes one byte up to 127.
    Ok(1 + 64 * transaction.signatures.len() + transaction.message.serialize().len())
}

#[allow(deprecated, reason = "the field's new name is not in the version of the virtual machine")]
fn rent_per_byte(rent: &mut Rent) {
    rent.lamports_per_byte_year = LAMPORTS_PER_BYTE;
    rent.exemption_threshold = 1.0;
}
