//! A chain in this process, whose seconds are those of the test's runtime: the program's own bytes run in LiteSVM, and
//! transactions land in the slot after the one in which they came, once, and only while their blockhash lives.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use litesvm::LiteSVM;
use quantumagi_interface::{Address, PROGRAM_ID};
use quantumagi_rpc::solana::{Hash, Keypair, Signature, Signer, TransactionError, VersionedTransaction, ids};
use solana_account::Account;
use solana_clock::Clock;
use tokio::time::Instant;

/// The first second of the chain, and its first slot.
const START: i64 = 1_800_000_000;
const FIRST_SLOT: u64 = 1_000;
pub(crate) const SLOT_MS: u64 = 400;
/// Slots for which a blockhash lives, and after which a block is confirmed and final.
const LIFE: u64 = 150;
pub(crate) const CONFIRMED_AFTER: u64 = 1;
pub(crate) const FINAL_AFTER: u64 = 32;

/// A transaction in a block.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) slot: u64,
    pub(crate) second: i64,
    pub(crate) error: Option<TransactionError>,
    pub(crate) logs: Vec<String>,
    pub(crate) fee: u64,
    pub(crate) compute_units: u64,
    pub(crate) accounts: Vec<Address>,
    pub(crate) before: Vec<u64>,
    pub(crate) after: Vec<u64>,
}

/// What happens to transactions of one wallet, by the order in which they come, from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Luck {
    Good,
    /// No leader ever receives it.
    Lost,
    /// Somebody else's with the same instructions comes right before it.
    Late,
}

type Fortune = Box<dyn Fn(u64) -> Luck + Send>;

pub(crate) struct Chain {
    svm: Option<LiteSVM>,
    origin: Instant,
    /// By how much the clock was set ahead.
    ahead: Duration,
    slot: u64,
    waiting: Vec<(u64, VersionedTransaction)>,
    pub(crate) records: HashMap<Signature, Record>,
    /// The transactions that name an address, the oldest first.
    pub(crate) histories: HashMap<Address, Vec<Signature>>,
    /// Whose transactions have other luck than good, and what each had.
    unlucky: Option<(Address, Fortune)>,
    pub(crate) luck: BTreeMap<Signature, Luck>,
    /// How often somebody else did what the wallet's transaction was for.
    pub(crate) rival_was_faster: usize,
    rival: Keypair,
}

impl Chain {
    pub(crate) fn new(program: &[u8]) -> Self {
        let svm = LiteSVM::new().with_blockhash_check(false).with_transaction_history(0).with_log_bytes_limit(None);
        let mut svm = svm.with_sigverify(false);
        svm.add_program(PROGRAM_ID, program).expect("the program loads");
        let rival = Keypair::new();
        let mut chain = Self {
            svm: Some(svm),
            origin: Instant::now(),
            ahead: Duration::ZERO,
            slot: FIRST_SLOT,
            waiting: Vec::new(),
            records: HashMap::new(),
            histories: HashMap::new(),
            unlucky: None,
            luck: BTreeMap::new(),
            rival_was_faster: 0,
            rival,
        };
        chain.set_clock(FIRST_SLOT);
        chain.fund(chain.rival.pubkey(), 100_000_000_000);
        chain
    }

    /// From now on the transactions of this wallet have such luck.
    pub(crate) fn tempt(&mut self, payer: Address, fortune: impl Fn(u64) -> Luck + Send + 'static) {
        self.unlucky = Some((payer, Box::new(fortune)));
    }

    /// The chain's time, milliseconds since its first second.
    pub(crate) fn millis(&self) -> u64 {
        u64::try_from((self.origin.elapsed() + self.ahead).as_millis()).expect("days")
    }

    /// The second that the clock shows.
    pub(crate) fn second(&self) -> i64 {
        second_of(self.slot)
    }

    pub(crate) fn slot(&self) -> u64 {
        self.slot
    }

    /// Sets the clock ahead.
    pub(crate) fn jump(&mut self, by: Duration) {
        self.ahead += by;
        self.advance();
    }

    /// Makes the blocks up to now.
    pub(crate) fn advance(&mut self) {
        let now = FIRST_SLOT + self.millis() / SLOT_MS;
        let mut due: Vec<(u64, VersionedTransaction)> = Vec::new();
        self.waiting.retain(|(slot, transaction)| {
            if *slot <= now {
                due.push((*slot, transaction.clone()));
            }
            now < *slot
        });
        for (slot, transaction) in due {
            self.set_clock(slot);
            self.take(slot, &transaction);
        }
        if self.slot != now {
            self.set_clock(now);
        }
    }

    fn set_clock(&mut self, slot: u64) {
        self.slot = slot;
        let svm = self.svm.as_mut().expect("it is always put back");
        let clock = Clock { slot, unix_timestamp: second_of(slot), ..svm.get_sysvar::<Clock>() };
        svm.set_sysvar(&clock);
    }

    pub(crate) fn fund(&mut self, address: Address, lamports: u64) {
        let account = Account { lamports, owner: ids::system_program::ID, ..Account::default() };
        self.svm.as_mut().expect("it is always put back").set_account(address, account).expect("it is a wallet");
    }

    pub(crate) fn svm(&self) -> &LiteSVM {
        self.svm.as_ref().expect("it is always put back")
    }

    /// The blockhash of now, and the last height at which it is taken. Every slot has a block.
    pub(crate) fn blockhash(&self) -> (Hash, u64) {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&self.slot.to_le_bytes());
        (Hash::new_from_array(bytes), self.slot + LIFE)
    }

    /// Whether a transaction with this blockhash can be in a block of that slot.
    pub(crate) fn is_alive(blockhash: &Hash, slot: u64) -> bool {
        let born = u64::from_le_bytes(*blockhash.to_bytes().first_chunk().expect("32 bytes"));
        (FIRST_SLOT..=slot).contains(&born) && slot <= born + LIFE
    }

    /// A transaction comes in. Those that are known are taken once.
    pub(crate) fn receive(&mut self, transaction: VersionedTransaction) {
        let signature = transaction.signatures[0];
        let is_known = self.records.contains_key(&signature)
            || self.waiting.iter().any(|(_, other)| other.signatures[0] == signature);
        if is_known {
            return;
        }
        let luck = self.luck_of(&transaction);
        if luck != Luck::Lost {
            self.waiting.push((self.slot + 1, transaction));
        }
    }

    fn luck_of(&mut self, transaction: &VersionedTransaction) -> Luck {
        let Some((payer, fortune)) = &self.unlucky else { return Luck::Good };
        if transaction.message.static_account_keys()[0] != *payer {
            return Luck::Good;
        }
        let count = u64::try_from(self.luck.len()).expect("few") + 1;
        *self.luck.entry(transaction.signatures[0]).or_insert_with(|| fortune(count))
    }

    fn take(&mut self, slot: u64, transaction: &VersionedTransaction) {
        let signature = transaction.signatures[0];
        if !Self::is_alive(transaction.message.recent_blockhash(), slot) {
            return;
        }
        if self.luck.get(&signature) == Some(&Luck::Late) {
            let rivals = self.by_rival(transaction);
            self.execute(slot, &rivals);
            // What names the wallet for another reason than to pay the fee is refused to others.
            let record = self.records.get(&rivals.signatures[0]);
            self.rival_was_faster += usize::from(record.is_some_and(|record| record.error.is_none()));
        }
        self.execute(slot, transaction);
    }

    /// The same instructions, paid by somebody else.
    fn by_rival(&self, transaction: &VersionedTransaction) -> VersionedTransaction {
        let mut message = transaction.message.clone();
        match &mut message {
            quantumagi_rpc::solana::VersionedMessage::Legacy(message) => message.account_keys[0] = self.rival.pubkey(),
            quantumagi_rpc::solana::VersionedMessage::V0(message) => message.account_keys[0] = self.rival.pubkey(),
        }
        VersionedTransaction::try_new(message, &[&self.rival]).expect("one signer")
    }

    fn execute(&mut self, slot: u64, transaction: &VersionedTransaction) {
        let accounts = transaction.message.static_account_keys().to_vec();
        let balances =
            |chain: &Self| -> Vec<u64> { accounts.iter().map(|it| chain.svm().get_balance(it).unwrap_or(0)).collect() };
        let before = balances(self);
        // Signatures count here, and not in a trial run.
        let mut svm = self.svm.take().expect("it is always put back").with_sigverify(true);
        let outcome = svm.send_transaction(transaction.clone());
        self.svm = Some(svm.with_sigverify(false));
        let (meta, error) = match outcome {
            Ok(meta) => (meta, None),
            Err(failed) => (failed.meta, Some(failed.err)),
        };
        if meta.fee == 0 && error.is_some() {
            // No leader puts it into a block: nobody pays for it.
            return;
        }
        let signature = transaction.signatures[0];
        for address in &accounts {
            self.histories.entry(*address).or_default().push(signature);
        }
        let (second, after) = (second_of(slot), balances(self));
        let (fee, compute_units) = (meta.fee, meta.compute_units_consumed);
        let record = Record { slot, second, error, logs: meta.logs, fee, compute_units, accounts, before, after };
        self.records.insert(signature, record);
    }
}

fn second_of(slot: u64) -> i64 {
    START + i64::try_from((slot - FIRST_SLOT) * SLOT_MS / 1_000).expect("days")
}
