//! Transactions over a cluster that is made up, with endpoints that lag, lose answers, drop what they are sent, tell a
//! height too low and follow a fork that never roots. Whatever they do, nothing that may still land is signed anew,
//! nothing happens twice, and what the caller is told is true.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::net::{Act, MS, Net, Seen, config, genesis};
use crate::pool::dice::Dice;
use crate::pool::shared::Shared;
use crate::pool::{CallOptions, Fault, Pool};
use crate::solana::{Address, Hash, Keypair, Message, Signature, Signer, VersionedMessage, VersionedTransaction};
use crate::{Blockhash, Commitment, ConfirmOptions, FailureStage, Preflight, Rpc, RpcError};

const SLOT: Duration = Duration::from_millis(400);
/// Slots after which a block is confirmed, and final.
const CONFIRMED_AFTER: u64 = 2;
const FINAL_AFTER: u64 = 32;
/// Blocks for which a blockhash is taken.
const LIFE: u64 = 150;
/// The first slot of a run, far enough from zero for everything that looks back.
const FIRST: u64 = 1_000;

/// Runs, each with its own chances.
const SEEDS: u64 = 400;

const NAMES: [&str; 4] = ["honest", "lagging", "forked", "stingy"];

/// Blocks up to this slot: each fifth slot has none.
fn height(slot: u64) -> u64 {
    slot - slot / 5
}

/// What really happened, which no endpoint need know.
struct Truth {
    start: Instant,
    dice: Dice,
    /// When an endpoint left for a fork of its own.
    forked_at: u64,
    /// Whether all transactions are one payment, signed anew.
    is_one_payment: bool,
    /// Signatures in each question about statuses.
    asked: Vec<usize>,
    /// Share of transactions that an endpoint takes and loses, in hundredths.
    dropped: usize,
    /// Share of answers that are lost, in hundredths.
    lost: usize,
    /// Slot in which each transaction was or will be executed.
    landed: HashMap<Signature, u64>,
    /// Slots in which blocks with a transaction could be seen that were dropped later.
    ghosts: HashMap<Signature, (u64, u64)>,
    /// Slot of the blockhash of each transaction that any endpoint was sent.
    sent: HashMap<Signature, u64>,
    /// The bytes in which each was sent.
    bytes: HashMap<Signature, String>,
}

/// How far an endpoint knows the chain.
#[derive(Clone, Copy)]
struct View {
    processed: u64,
    confirmed: u64,
    last_final: u64,
}

impl Truth {
    fn new(seed: u64) -> Self {
        let dice = Dice::seeded(seed);
        Self {
            start: Instant::now(),
            forked_at: FIRST + dice.below(100) as u64,
            is_one_payment: true,
            lost: 30,
            asked: Vec::new(),
            dropped: [0, 50, 90, 97][dice.below(4)],
            dice,
            landed: HashMap::new(),
            ghosts: HashMap::new(),
            sent: HashMap::new(),
            bytes: HashMap::new(),
        }
    }

    fn slot(&self) -> u64 {
        FIRST + u64::try_from(self.start.elapsed().as_millis() / SLOT.as_millis()).expect("a short run")
    }

    fn view(&self, endpoint: &str) -> View {
        let own = |processed: u64| View {
            processed,
            confirmed: processed - CONFIRMED_AFTER,
            last_final: processed - FINAL_AFTER,
        };
        match endpoint {
            "lagging" => own(self.slot() - 40),
            // It goes on alone: nobody votes for what it sees.
            "forked" => View { processed: self.slot(), ..own(self.slot().min(self.forked_at)) },
            _ => own(self.slot()),
        }
    }

    fn can_still_land(&self, signature: &Signature) -> bool {
        self.landed.contains_key(signature) || height(self.slot()) <= height(self.sent[signature]) + LIFE
    }

    /// An endpoint is sent these bytes. The law of the whole: what was signed before can no longer land.
    fn take(&mut self, transaction: &VersionedTransaction, bytes: &str) {
        let signature = transaction.signatures[0];
        let known_as = self.bytes.entry(signature).or_insert_with(|| bytes.to_owned());
        assert_eq!(known_as, bytes, "the same transaction in another form");
        if !self.sent.contains_key(&signature) {
            let open: Vec<_> = self.sent.keys().filter(|before| self.can_still_land(before)).collect();
            assert!(
                open.is_empty() || !self.is_one_payment,
                "signed anew at slot {} while {open:?} may land",
                self.slot()
            );
            self.sent.insert(signature, slot_of(transaction.message.recent_blockhash()));
        }
        if self.dice.below(100) < self.dropped {
            return;
        }
        let mut slot = self.slot() + 1 + self.dice.below(20) as u64;
        slot += u64::from(slot.is_multiple_of(5));
        if self.dice.below(100) < 15 {
            self.ghosts.insert(signature, (slot, slot + 4));
        } else if height(slot) <= height(self.sent[&signature]) + LIFE {
            let at = self.landed.entry(signature).or_insert(slot);
            *at = slot.min(*at);
        }
    }

    fn status(&self, endpoint: &str, name: &str, is_history_searched: bool) -> Value {
        let signature: Signature = name.parse().expect("a signature");
        let view = self.view(endpoint);
        let is_seen = |slot: u64| slot <= view.processed && (endpoint != "forked" || slot <= self.forked_at);
        if let Some(slot) = self.landed.get(&signature).filter(|slot| is_seen(**slot)) {
            let settled = match slot {
                slot if *slot <= view.last_final => "finalized",
                slot if *slot <= view.confirmed => "confirmed",
                _ => "processed",
            };
            let is_forgotten = view.processed - slot > 150 && !is_history_searched;
            return if is_forgotten { Value::Null } else { landing(*slot, settled) };
        }
        match self.ghosts.get(&signature) {
            Some((from, to)) if (*from..*to).contains(&view.processed) => landing(*from, "processed"),
            Some(_) | None => Value::Null,
        }
    }

    fn answer(&mut self, seen: &Seen<'_>) -> Act {
        let View { processed, confirmed, last_final } = self.view(seen.endpoint);
        let at = |slot: u64, value: Value| Act::Result(json!({ "context": { "slot": slot }, "value": value }));
        match seen.method {
            "getGenesisHash" => Act::Result(json!(genesis().to_string())),
            "getLatestBlockhash" => {
                // One endpoint is wrong about how long that is.
                let life = if seen.endpoint == "stingy" { 10 } else { LIFE };
                let (hash, end) = (hash_of(confirmed).to_string(), height(confirmed) + life);
                at(confirmed, json!({ "blockhash": hash, "lastValidBlockHeight": end }))
            }
            "getBlockHeight" => Act::Result(json!(height(confirmed))),
            "getEpochInfo" => Act::Result(json!({ "absoluteSlot": last_final, "blockHeight": height(last_final) })),
            "isBlockhashValid" => {
                let slot = slot_of(&seen.params[0].as_str().expect("a hash").parse().expect("a hash"));
                at(last_final, json!(slot <= last_final && height(last_final) <= height(slot) + LIFE))
            }
            "getSignatureStatuses" => {
                let is_history_searched = seen.params[1]["searchTransactionHistory"] == json!(true);
                let names = seen.params[0].as_array().expect("signatures");
                self.asked.push(names.len());
                let of = |name: &Value| self.status(seen.endpoint, name.as_str().expect("text"), is_history_searched);
                at(processed, names.iter().map(of).collect())
            }
            "sendTransaction" => self.sent_to(seen, confirmed),
            other => panic!("{other} is not asked"),
        }
    }

    fn sent_to(&mut self, seen: &Seen<'_>, confirmed: u64) -> Act {
        let bytes = seen.params[0].as_str().expect("base64");
        let decoded = STANDARD.decode(bytes).expect("base64");
        let transaction: VersionedTransaction = bincode::deserialize(&decoded).expect("a transaction");
        if seen.params[1]["skipPreflight"] == json!(false) {
            if confirmed < slot_of(transaction.message.recent_blockhash()) {
                return Act::Refused("BlockhashNotFound");
            }
            // Its accounts are those of before the payer was funded.
            if seen.endpoint == "forked" {
                return Act::Refused("AccountNotFound");
            }
        }
        self.take(&transaction, bytes);
        match self.dice.below(100) {
            chance if chance < self.lost / 2 => Act::Fault(Fault::Broken),
            chance if chance < self.lost => Act::Status(502),
            _ => Act::Result(json!(transaction.signatures[0].to_string())),
        }
    }
}

fn landing(slot: u64, settled: &str) -> Value {
    json!({ "slot": slot, "err": null, "confirmationStatus": settled })
}

fn hash_of(slot: u64) -> Hash {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&slot.to_le_bytes());
    Hash::new_from_array(bytes)
}

fn slot_of(hash: &Hash) -> u64 {
    u64::from_le_bytes(*hash.to_bytes().first_chunk().expect("a hash is longer"))
}

fn pay(ana: &Keypair, blockhash: Hash) -> VersionedTransaction {
    let payment = solana_system_interface::instruction::transfer(&ana.pubkey(), &Address::new_unique(), 1);
    let message = Message::new_with_blockhash(&[payment], Some(&ana.pubkey()), &blockhash);
    VersionedTransaction::try_new(VersionedMessage::Legacy(message), &[ana]).expect("the payer signs")
}

fn connect(seed: u64, truth: &Arc<Mutex<Truth>>) -> Rpc {
    let truth = Arc::clone(truth);
    let latency = Dice::seeded(!seed);
    let net = Net::new(move |seen| {
        let act = truth.lock().expect("no law is broken").answer(seen);
        (MS + latency.up_to(MS * 300), act)
    });
    let shared = Shared::new(config(&NAMES), Box::new(net), Dice::seeded(seed));
    let pool = Pool { shared: Arc::new(shared), options: CallOptions::default() };
    Rpc::with_pool(pool, Commitment::Confirmed)
}

/// How a run ended, as the caller was told, checked against what happened.
fn check(seed: u64, truth: &Truth, outcome: Result<crate::Confirmed, RpcError>) -> &'static str {
    let landed: Vec<_> = truth.landed.iter().collect();
    assert!(landed.len() <= 1, "seed {seed}: it happened twice: {landed:?}");
    match outcome {
        Ok(confirmed) => {
            assert_eq!(landed, [(&confirmed.signature, &confirmed.slot)], "seed {seed}");
            "confirmed"
        }
        Err(RpcError::Expired { .. }) => {
            assert!(!truth.sent.keys().any(|signature| truth.can_still_land(signature)), "seed {seed}");
            "expired"
        }
        Err(RpcError::TransactionFailed(failure)) => {
            assert_eq!(failure.stage, FailureStage::Preflight, "seed {seed}");
            assert!(!truth.sent.keys().any(|signature| truth.can_still_land(signature)), "seed {seed}: it was sent");
            "refused"
        }
        Err(error) => panic!("seed {seed}: {error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_that_may_land_is_signed_anew_nothing_happens_twice_and_what_is_told_is_true() {
    let mut ends: BTreeMap<&str, u32> = BTreeMap::new();
    let mut signed_anew = 0;
    for seed in 0..SEEDS {
        let truth = Arc::new(Mutex::new(Truth::new(seed)));
        let rpc = connect(seed, &truth);
        let ana = Keypair::new();
        let options = ConfirmOptions::default().with_give_up_after(Duration::from_secs(300));
        let mut signings = 0;
        let sign = |blockhash: Blockhash| {
            signings += 1;
            Ok(pay(&ana, blockhash.hash))
        };
        let outcome = rpc.sign_and_confirm(sign, 3, options, |_| {}).await;
        let truth = truth.lock().expect("no law is broken");
        *ends.entry(check(seed, &truth, outcome)).or_default() += 1;
        signed_anew += u32::from(signings > 1);
    }
    // Each end came up, or its law was tried on nothing.
    let at_least = |end: &str, least: u32| assert!(ends.get(end).is_some_and(|count| least <= *count), "{ends:?}");
    at_least("confirmed", 200);
    at_least("expired", 1);
    at_least("refused", 1);
    assert!(20 <= signed_anew, "{signed_anew} of {SEEDS}");
    println!("{ends:?}, signed anew {signed_anew}");
}

#[tokio::test(start_paused = true)]
async fn of_many_payments_each_lands_once_and_256_are_asked_about_in_a_call() {
    let many = Truth { is_one_payment: false, dropped: 50, lost: 5, ..Truth::new(1) };
    let truth = Arc::new(Mutex::new(many));
    let rpc = connect(1, &truth);
    let (ana, slot) = (Keypair::new(), FIRST - FINAL_AFTER);
    let payments: Vec<_> = (0..600).map(|_| pay(&ana, hash_of(slot))).collect();
    let options =
        ConfirmOptions::default().with_preflight(Preflight::Skip).with_give_up_after(Duration::from_secs(300));
    let outcomes = rpc.send_and_confirm_all(&payments, height(slot) + LIFE, options, |_| {}).await.expect("outcomes");
    let truth = truth.lock().expect("no law is broken");
    for (payment, outcome) in payments.iter().zip(&outcomes) {
        let signature = payment.signatures[0];
        let told =
            outcome.as_ref().map(|confirmed| confirmed.slot).map_err(|error| matches!(error, RpcError::Expired { .. }));
        assert_eq!(told, truth.landed.get(&signature).copied().ok_or(true), "{signature}");
    }
    let landed = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert!(590 <= landed, "{landed} of 600");
    assert_eq!(truth.asked[..3], [256, 256, 88], "one look at all of them");
    assert_eq!(truth.asked.iter().max(), Some(&256));
}
