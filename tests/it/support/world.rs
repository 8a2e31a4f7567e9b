//! A chain with the program on it, a clock that obeys, and laws that hold after every transaction.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::OnceLock;

use litesvm::{
    LiteSVM,
    types::{FailedTransactionMetadata, TransactionResult},
};
use quantumagi_interface::{Address, DecodeError, Instruction, PROGRAM_ID, accounts, events::Event};
use solana_account::{Account, AccountSharedData, ReadableAccount};
use solana_clock::Clock;
use solana_instruction_error::InstructionError;
use solana_message::{Message, VersionedMessage};
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;

use super::chains::Chains;
use super::person;

/// The first second of every world.
pub const START: i64 = 1_800_000_000;

/// A chain in memory.
#[derive(Clone)]
pub struct World {
    pub svm: LiteSVM,
    chains: Chains,
    /// Every instruction that went through, and when.
    pub sent: Vec<(i64, Instruction)>,
    /// The slot of each of them.
    pub sent_in: Vec<u64>,
    /// Every transaction that went through: which of the instructions were its, and what it logged.
    pub landed: Vec<(Range<usize>, Vec<Event>)>,
    /// Whether a slot passes with every transaction that goes through.
    pub ticks: bool,
}

/// What a transaction that went through left behind.
#[derive(Clone, Debug)]
pub struct Done {
    pub events: Vec<Event>,
    pub compute_units: u64,
}

impl Done {
    /// The event, where there is exactly one.
    pub fn event(&self) -> &Event {
        match self.events.as_slice() {
            [event] => event,
            events => panic!("one event was expected, not {}: {events:?}", events.len()),
        }
    }
}

/// The program's bytes.
pub fn program() -> &'static [u8] {
    static PROGRAM: OnceLock<Vec<u8>> = OnceLock::new();
    PROGRAM.get_or_init(|| built("quantumagi_core.so"))
}

/// The bytes of a program that was built for the chain.
pub fn built(file: &str) -> Vec<u8> {
    let path = format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/deploy/{}"), file);
    std::fs::read(&path).unwrap_or_else(|error| panic!("target/deploy/{file}: {error}; run cargo xtask build"))
}

impl World {
    /// An empty chain with the program deployed, at [`START`].
    pub fn new() -> Self {
        static EMPTY: OnceLock<LiteSVM> = OnceLock::new();
        let empty = EMPTY.get_or_init(|| {
            let mut svm = LiteSVM::new().with_sigverify(false).with_transaction_history(0).with_log_bytes_limit(None);
            svm.add_program(PROGRAM_ID, program()).expect("the program loads");
            svm
        });
        let mut world = Self {
            svm: empty.clone(),
            chains: Chains::default(),
            sent: Vec::new(),
            sent_in: Vec::new(),
            landed: Vec::new(),
            ticks: true,
        };
        world.set_time(START);
        world.fund(&fee_payer(), 1_000_000_000_000);
        world
    }

    /// The chain's clock, Unix seconds.
    pub fn now(&self) -> i64 {
        self.svm.get_sysvar::<Clock>().unix_timestamp
    }

    /// Puts the clock anywhere, the past included.
    pub fn set_time(&mut self, now: i64) {
        let mut clock = self.svm.get_sysvar::<Clock>();
        clock.unix_timestamp = now;
        self.svm.set_sysvar(&clock);
    }

    /// The chain's slot.
    pub fn slot(&self) -> u64 {
        self.svm.get_sysvar::<Clock>().slot
    }

    /// Lets slots pass, and no second.
    pub fn pass_slots(&mut self, slots: u64) {
        let mut clock = self.svm.get_sysvar::<Clock>();
        clock.slot += slots;
        self.svm.set_sysvar(&clock);
    }

    /// Gives somebody an account of their own with this many lamports.
    pub fn fund(&mut self, who: &Address, lamports: u64) {
        self.put(who, Account { lamports, owner: solana_sdk_ids::system_program::ID, ..Account::default() });
    }

    /// Lets seconds pass.
    pub fn pass(&mut self, seconds: i64) {
        self.set_time(self.now() + seconds);
    }

    /// Writes an account as no transaction could.
    pub fn put(&mut self, address: &Address, account: Account) {
        self.svm.set_account(*address, account).expect("the account can be written");
    }

    /// The account, if it exists.
    pub fn account(&self, address: &Address) -> Option<Account> {
        self.svm.get_account(address).filter(|account| account.lamports > 0)
    }

    /// Its lamports; 0 where it does not exist.
    pub fn lamports(&self, address: &Address) -> u64 {
        self.svm.get_balance(address).unwrap_or(0)
    }

    /// What the runtime asks for an account of this size.
    pub fn rent(&self, len: usize) -> u64 {
        self.svm.minimum_balance_for_rent_exemption(len)
    }

    /// All accounts but the fee payer's.
    pub fn snapshot(&self) -> HashMap<Address, AccountSharedData> {
        let mut accounts = self.svm.accounts_db().inner.clone();
        accounts.remove(&fee_payer());
        accounts
    }

    /// All lamports there are.
    pub fn total_lamports(&self) -> u128 {
        self.svm.accounts_db().inner.values().map(|account| u128::from(account.lamports())).sum()
    }

    /// Sends instructions in one transaction, as everybody they name as a signer.
    ///
    /// After it, whatever its outcome: no lamport has appeared or vanished but the fee. After success: every event's
    /// sequence and hash continue its chain, and the accounts say so.
    pub fn try_send(&mut self, instructions: &[Instruction]) -> Result<Done, Box<FailedTransactionMetadata>> {
        let before = self.total_lamports();
        let outcome = self.send_unchecked(instructions);
        let fee = outcome.as_ref().map_or_else(|failed| failed.meta.fee, |meta| meta.fee);
        assert_eq!(before, self.total_lamports() + u128::from(fee), "lamports in = lamports out + live accounts");
        let meta = outcome.map_err(Box::new)?;
        let now = self.now();
        let first = self.sent.len();
        self.sent.extend(instructions.iter().map(|instruction| (now, instruction.clone())));
        self.sent_in.resize(self.sent.len(), self.slot());
        let events = self.chains.follow(&meta.logs);
        self.landed.push((first..self.sent.len(), events.clone()));
        self.chains.check(&self.svm, &events);
        self.pass_slots(u64::from(self.ticks));
        Ok(Done { events, compute_units: meta.compute_units_consumed })
    }

    /// Sends instructions in a world whose accounts were written by hand, so that no chain of events fits them.
    pub fn try_send_unchecked(&mut self, instructions: &[Instruction]) -> Result<(), Box<FailedTransactionMetadata>> {
        self.send_unchecked(instructions).map(drop).map_err(Box::new)
    }

    #[allow(clippy::result_large_err, reason = "LiteSVM's own")]
    fn send_unchecked(&mut self, instructions: &[Instruction]) -> TransactionResult {
        let message = Message::new_with_blockhash(instructions, Some(&fee_payer()), &self.svm.latest_blockhash());
        let signatures = vec![Signature::default(); usize::from(message.header.num_required_signatures)];
        self.svm.send_transaction(VersionedTransaction { signatures, message: VersionedMessage::Legacy(message) })
    }

    /// Sends one instruction and returns its error, if it fails, and what it returned all the same.
    pub fn try_for_return_data(&mut self, instruction: &Instruction) -> (Option<InstructionError>, Vec<u8>) {
        match self.send_unchecked(std::slice::from_ref(instruction)) {
            Ok(meta) => (None, meta.return_data.data),
            Err(failed) => (Some(super::error_of(&failed)), failed.meta.return_data.data),
        }
    }

    /// Sends one instruction, which must go through.
    #[track_caller]
    pub fn send(&mut self, instruction: Instruction) -> Done {
        match self.try_send(&[instruction]) {
            Ok(done) => done,
            Err(failed) => panic!("{:?}\n{}", failed.err, failed.meta.logs.join("\n")),
        }
    }

    /// Sends one instruction, which must go through, in a transaction that may use this many compute units.
    #[track_caller]
    pub fn send_with_limit(&mut self, compute_units: u32, instruction: Instruction) -> Done {
        let data = [&[2][..], &compute_units.to_le_bytes()].concat();
        let limit = Instruction { program_id: solana_sdk_ids::compute_budget::ID, accounts: Vec::new(), data };
        match self.try_send(&[limit, instruction]) {
            Ok(done) => done,
            Err(failed) => panic!("{:?}\n{}", failed.err, failed.meta.logs.join("\n")),
        }
    }

    /// The action's bytes, as the proposal's creation published them.
    pub fn action_of(&self, proposal: &Address) -> Option<Vec<u8>> {
        self.chains.action_of(proposal)
    }

    #[track_caller]
    pub(super) fn read<T>(&self, address: &Address, decode: impl Fn(&[u8]) -> Result<T, DecodeError>) -> T {
        let account = self.account(address).unwrap_or_else(|| panic!("there is no account {address}"));
        assert_eq!(account.owner, PROGRAM_ID, "{address} is the program's");
        decode(&account.data).expect("the account can be read")
    }

    #[track_caller]
    pub fn constitution(&self, address: &Address) -> accounts::Constitution {
        self.read(address, accounts::Constitution::decode)
    }

    #[track_caller]
    pub fn guardrails_at(&self, address: &Address) -> accounts::Guardrails {
        self.read(address, accounts::Guardrails::decode)
    }

    #[track_caller]
    pub fn authorization(&self, address: &Address) -> accounts::Authorization {
        self.read(address, accounts::Authorization::decode)
    }

    #[track_caller]
    pub fn principle(&self, address: &Address) -> accounts::Principle {
        self.read(address, accounts::Principle::decode)
    }

    #[track_caller]
    pub fn policy(&self, address: &Address) -> accounts::Policy {
        self.read(address, accounts::Policy::decode)
    }

    #[track_caller]
    pub fn proposal(&self, address: &Address) -> accounts::Proposal {
        self.read(address, accounts::Proposal::decode)
    }

    #[track_caller]
    pub fn proposer(&self, address: &Address) -> accounts::Proposer {
        self.read(address, accounts::Proposer::decode)
    }

    #[track_caller]
    pub fn operators(&self, address: &Address) -> accounts::SnapshotOperators {
        self.read(address, accounts::SnapshotOperators::decode)
    }

    #[track_caller]
    pub fn published(&self, address: &Address) -> accounts::Snapshot {
        self.read(address, accounts::Snapshot::decode)
    }

    #[track_caller]
    pub fn weight_plugin(&self, address: &Address) -> accounts::WeightPlugin {
        self.read(address, accounts::WeightPlugin::decode)
    }

    #[track_caller]
    pub fn seat(&self, address: &Address) -> accounts::Seat {
        self.read(address, accounts::Seat::decode)
    }

    #[track_caller]
    pub fn guardians(&self, address: &Address) -> accounts::Guardians {
        self.read(address, accounts::Guardians::decode)
    }

    #[track_caller]
    pub fn emergency(&self, address: &Address) -> accounts::EmergencyAction {
        self.read(address, accounts::EmergencyAction::decode)
    }

    #[track_caller]
    pub fn roster(&self, address: &Address) -> accounts::Roster {
        self.read(address, accounts::Roster::decode)
    }

    #[track_caller]
    pub fn roster_page(&self, address: &Address) -> quantumagi_interface::RosterPage {
        self.read(address, quantumagi_interface::RosterPage::decode)
    }

    #[track_caller]
    pub fn ballot_page(&self, address: &Address) -> accounts::BallotPage {
        self.read(address, accounts::BallotPage::decode)
    }
}

/// Pays the fees and nothing else, so that "nothing changed" is meant of everybody else.
pub fn fee_payer() -> Address {
    static FEE_PAYER: OnceLock<Address> = OnceLock::new();
    *FEE_PAYER.get_or_init(|| person("fee payer"))
}
