//! A chain in memory that tells what each transaction costs.

use anyhow::{Context, Result, bail, ensure};
use litesvm::{LiteSVM, types::TransactionMetadata};
use quantumagi_interface::{Address, Instruction, PROGRAM_ID};
use solana_account::{Account, ReadableAccount};
use solana_clock::Clock;
use solana_message::{AddressLookupTableAccount, Message, VersionedMessage, v0};
use solana_rent::Rent;
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;

use super::bumps::address_tries;
use super::cost::{Cost, Sent};
use super::ledger::{Ledger, View, is_own};
use super::people::{crank, person};
use crate::repo;

/// Rent of every byte an account holds, lamports; 128 bytes of overhead count as well.
pub(super) const LAMPORTS_PER_BYTE: u64 = 6_960;
/// Largest transaction, bytes: what fits one packet of IPv6's least size. Source: `solana_packet::PACKET_DATA_SIZE`.
pub(super) const MAX_TRANSACTION_BYTES: usize = 1_232;
/// Most compute units of a transaction. Source: `solana_compute_budget::compute_budget_limits::MAX_COMPUTE_UNIT_LIMIT`.
const MAX_COMPUTE_UNITS: u32 = 1_400_000;
/// SPL Token.
pub(super) const TOKEN: Address = Address::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// Token-2022.
pub(super) const TOKEN_2022: Address = Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// Both token programs.
pub(super) const TOKEN_PROGRAMS: [Address; 2] = [TOKEN, TOKEN_2022];
/// Owner of address lookup tables.
const TABLES: Address = Address::from_str_const("AddressLookupTab1e1111111111111111111111111");
/// The chain's first second.
const START: i64 = 1_800_000_000;

/// A chain with the built program on it.
pub(super) struct Chain {
    svm: LiteSVM,
    ledger: Ledger,
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
        let mut chain = Self { svm, ledger: Ledger::default() };
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

    /// Puts the chain into this slot; it begins in slot 0.
    pub(super) fn set_slot(&mut self, slot: u64) {
        self.svm.warp_to_slot(slot);
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

    /// Writes a program of the upgradeable loader, whose code must be there.
    ///
    /// # Errors
    /// Where the virtual machine refuses.
    pub(super) fn put_program(&mut self, address: &Address, data: Vec<u8>) -> Result<()> {
        let (lamports, owner) =
            (self.svm.minimum_balance_for_rent_exemption(data.len()), solana_sdk_ids::bpf_loader_upgradeable::ID);
        let account = Account { lamports, data, owner, executable: true, ..Account::default() };
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
        let accounts = self.svm.accounts_db().inner.values().map(|account| Account::from(account.clone()));
        accounts.filter(is_own).map(|account| account.lamports()).sum()
    }

    /// Sends one instruction in a transaction of its own. Its first signer pays the fee; where none signs, a stranger.
    ///
    /// # Errors
    /// Where the transaction is too large, or refused.
    pub(super) fn send(&mut self, instruction: Instruction) -> Result<Sent> {
        let transaction = self.transaction(instruction.clone());
        self.send_transaction(&instruction, transaction)
    }

    /// The same, with all accounts that do not sign behind an address lookup table, and asking for as many compute units as
    /// a transaction can have.
    ///
    /// # Errors
    /// Where the transaction is too large, or refused.
    pub(super) fn send_by_table(&mut self, instruction: Instruction) -> Result<Sent> {
        let key = person("an address lookup table");
        let named = instruction.accounts.iter().filter(|account| !account.is_signer);
        let addresses: Vec<Address> = named.map(|account| account.pubkey).collect();
        // Layout: `solana_address_lookup_table_interface::state`. Never deactivated, extended in slot 0, nobody's any more.
        let mut data = vec![0; 56];
        data[0] = 1;
        data[4..12].copy_from_slice(&u64::MAX.to_le_bytes());
        data.extend(addresses.iter().flat_map(Address::to_bytes));
        self.put(&key, TABLES, data)?;
        // A table cannot be used in the slot in which it was extended.
        self.set_slot(1);
        let tables = [AddressLookupTableAccount { key, addresses }];
        let (payer, blockhash) = (fee_payer(&instruction), self.svm.latest_blockhash());
        // `ComputeBudgetInstruction::SetComputeUnitLimit`, which costs 150 compute units.
        let data = [&[2][..], &MAX_COMPUTE_UNITS.to_le_bytes()].concat();
        let limit = Instruction { program_id: solana_sdk_ids::compute_budget::ID, accounts: Vec::new(), data };
        let message = v0::Message::try_compile(&payer, &[limit, instruction.clone()], &tables, blockhash)?;
        let signatures = vec![Signature::default(); usize::from(message.header.num_required_signatures)];
        let transaction = VersionedTransaction { signatures, message: VersionedMessage::V0(message) };
        self.send_transaction(&instruction, transaction)
    }

    /// Sends one instruction and writes nothing down about it.
    ///
    /// # Errors
    /// Where the transaction is refused.
    pub(super) fn run(&mut self, instruction: Instruction) -> Result<TransactionMetadata> {
        let transaction = self.transaction(instruction);
        self.execute(transaction)
    }

    fn execute(&mut self, transaction: VersionedTransaction) -> Result<TransactionMetadata> {
        match self.svm.send_transaction(transaction) {
            Ok(meta) => Ok(meta),
            Err(failed) => bail!("refused: {:?}\n{}", failed.err, failed.meta.logs.join("\n")),
        }
    }

    fn send_transaction(&mut self, instruction: &Instruction, transaction: VersionedTransaction) -> Result<Sent> {
        let name = quantumagi_interface::instructions::name_of(&instruction.data).unwrap_or("a call");
        let bytes = transaction_bytes(&transaction)?;
        ensure!(
            bytes <= MAX_TRANSACTION_BYTES,
            "{name}: a transaction of {bytes} bytes, at most {MAX_TRANSACTION_BYTES} fit"
        );
        let payer = fee_payer(instruction);
        let mut named: Vec<Address> = instruction.accounts.iter().map(|account| account.pubkey).collect();
        named.push(payer);
        let before = View::of(&self.svm, &named);
        let meta = self.execute(transaction).context(name)?;
        let after = View::of(&self.svm, &named);
        let moved = self.ledger.follow(&before, &after, &payer, meta.fee).context(name)?;
        let opened = moved.opened.iter();
        let tries = opened.map(|address| Ok(address_tries(&self.data(address)?))).sum::<Result<_>>()?;
        let cost = Cost {
            compute_units: meta.compute_units_consumed,
            fee_lamports: meta.fee,
            placed_lamports: moved.placed_lamports,
            returned_lamports: moved.returned_lamports,
            transaction_bytes: bytes as u64,
            address_tries: tries,
        };
        Ok(Sent { instruction: name, cost, closed: moved.closed })
    }

    /// Whether an instruction fits a transaction of its own.
    ///
    /// # Errors
    /// Where the transaction cannot be encoded.
    pub(super) fn fits(&self, instruction: Instruction) -> Result<bool> {
        Ok(transaction_bytes(&self.transaction(instruction))? <= MAX_TRANSACTION_BYTES)
    }

    fn transaction(&self, instruction: Instruction) -> VersionedTransaction {
        let payer = fee_payer(&instruction);
        let message = Message::new_with_blockhash(&[instruction], Some(&payer), &self.svm.latest_blockhash());
        let signatures = vec![Signature::default(); usize::from(message.header.num_required_signatures)];
        VersionedTransaction { signatures, message: VersionedMessage::Legacy(message) }
    }
}

/// The first signer; where none signs, a stranger.
fn fee_payer(instruction: &Instruction) -> Address {
    let signer = instruction.accounts.iter().find(|account| account.is_signer);
    signer.map_or_else(crank, |account| account.pubkey)
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
