//! Carrying out an order: sending its transactions, or printing them for somebody's wallet.

use futures_util::stream::{self, StreamExt, TryStreamExt};
use quantumagi_rpc::deploy::SyncSigner;
use quantumagi_rpc::solana::{Instruction, Keypair, Signer};
use quantumagi_sdk::words::{Names, describe_event, sol};
use quantumagi_sdk::{Pricing, Quantumagi, Receipt, SdkError, Unsigned};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::context::{Actor, Context};
use crate::printer::Report;
use crate::table::facts;

/// Transactions under way at one time where their order does not matter. Public endpoints refuse more.
const SIDE_BY_SIDE: usize = 8;

/// Something to be done, in one or more transactions.
pub(crate) struct Order {
    /// What has been done when all is done: `proposal 3 created`.
    pub(crate) done: String,
    /// What the reader wants to know of it, by name.
    pub(crate) facts: Vec<(&'static str, Value)>,
    /// Transactions to be sent one after the other.
    pub(crate) sequence: Vec<Vec<Instruction>>,
    /// Transactions that depend on nothing and on which nothing depends.
    pub(crate) aside: Vec<Vec<Instruction>>,
    /// Keys besides the actor's that sign the first transaction of the sequence.
    pub(crate) keys: Vec<Keypair>,
    /// The client that sends it, where it is not the context's own: one with address tables.
    pub(crate) client: Option<Quantumagi>,
}

impl Order {
    /// An order of one transaction.
    pub(crate) fn one(done: impl Into<String>, instructions: Vec<Instruction>) -> Self {
        Self::many(done, vec![instructions])
    }

    /// An order of transactions one after the other.
    pub(crate) fn many(done: impl Into<String>, sequence: Vec<Vec<Instruction>>) -> Self {
        Self { done: done.into(), facts: Vec::new(), sequence, aside: Vec::new(), keys: Vec::new(), client: None }
    }

    /// The same with something that the reader wants to know.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    /// The same with transactions at any time.
    pub(crate) fn with_aside(mut self, aside: Vec<Vec<Instruction>>) -> Self {
        self.aside.extend(aside);
        self
    }

    /// The same sent by this client.
    pub(crate) fn by(mut self, client: Quantumagi) -> Self {
        self.client = Some(client);
        self
    }

    /// The same with another key for the first transaction of the sequence.
    pub(crate) fn with_key(mut self, key: Keypair) -> Self {
        self.keys.push(key);
        self
    }
}

impl Context {
    /// Carries out an order and prints what came of it.
    ///
    /// # Errors
    /// As [`quantumagi_sdk::Quantumagi::send`], at the first transaction that fails; those before it stay done.
    pub(crate) async fn carry_out(&self, actor: &Actor, order: Order) -> anyhow::Result<()> {
        match actor {
            Actor::Key(key) if !self.is_unsigned => {
                let receipts = self.send(key, &order).await?;
                let names = self.people();
                let transactions = receipts.iter().map(|receipt| Sent::new(receipt, &names)).collect();
                self.printer.report(&Done { done: order.done, facts: Facts(order.facts), transactions })
            }
            Actor::Key(_) | Actor::Wallet(_) => {
                let prepared = self.prepare(actor, &order).await?;
                for to_sign in &prepared.transactions {
                    self.printer.aside(&to_sign.words());
                }
                if prepared.remaining > 0 {
                    let remaining = prepared.remaining;
                    self.printer
                        .note(&format!("{remaining} more to come: once this has landed, run the same command again"));
                }
                self.printer.report(&prepared)
            }
        }
    }

    async fn send(&self, key: &Keypair, order: &Order) -> anyhow::Result<Vec<Receipt>> {
        let total = order.sequence.len() + order.aside.len();
        let words = match total {
            1 => "sending a transaction".to_owned(),
            _ => format!("sending {total} transactions"),
        };
        let client = order.client.as_ref().unwrap_or(&self.client);
        let progress = self.printer.begin(&words, total);
        let mut receipts = Vec::with_capacity(total);
        for (index, instructions) in order.sequence.iter().enumerate() {
            let mut signers: Vec<SyncSigner<'_>> = vec![key];
            if index == 0 {
                signers.extend(order.keys.iter().map(|key| -> SyncSigner<'_> { key }));
            }
            let sent = client.send(instructions, &signers).await;
            receipts.push(sent.map_err(|error| stopped(order, index, error))?);
            progress.step();
        }
        let aside = order.aside.iter().map(|instructions| async {
            let receipt = client.send(instructions, &[key]).await;
            progress.step();
            receipt
        });
        // Collected first: a stream of borrowing futures that is built lazily asks more of lifetimes than they can give.
        let aside: Vec<_> = aside.collect();
        let sent: Vec<Receipt> = stream::iter(aside).buffered(SIDE_BY_SIDE).try_collect().await?;
        receipts.extend(sent);
        Ok(receipts)
    }

    /// All transactions that can be sent now, signed by the keys that are here only where nobody else has them.
    async fn prepare(&self, actor: &Actor, order: &Order) -> anyhow::Result<Prepared> {
        let payer = actor.address();
        let client = order.client.as_ref().unwrap_or(&self.client);
        let (pricing, names) = (Pricing::default(), self.people());
        let mut transactions = Vec::with_capacity(order.aside.len() + 1);
        for (index, instructions) in order.sequence.iter().take(1).chain(&order.aside).enumerate() {
            let mut unsigned = client.unsigned(&payer, instructions, &pricing).await?;
            if index == 0 && !order.sequence.is_empty() {
                sign(&mut unsigned, &order.keys);
            }
            transactions.push(ToSign::new(&unsigned, &names));
        }
        let remaining = order.sequence.len().saturating_sub(1);
        Ok(Prepared { does: order.done.clone(), facts: Facts(order.facts.clone()), transactions, remaining })
    }
}

/// Puts the signatures of `keys` into their places.
fn sign(unsigned: &mut Unsigned, keys: &[Keypair]) {
    let message = unsigned.transaction.message.serialize();
    for key in keys {
        let place = unsigned.signers.iter().position(|signer| *signer == key.pubkey());
        if let Some(signature) = place.and_then(|place| unsigned.transaction.signatures.get_mut(place)) {
            *signature = key.sign_message(&message);
        }
    }
}

/// Why an order stopped; where some of it stays done, what that is about.
fn stopped(order: &Order, sent: usize, error: SdkError) -> anyhow::Error {
    if sent == 0 {
        return error.into();
    }
    let known: Vec<String> = order.facts.iter().map(|(name, value)| format!("{name} {}", plain(value))).collect();
    let left = order.sequence.len() + order.aside.len() - sent;
    anyhow::Error::new(error).context(format!("{sent} transactions were sent, {left} were not ({})", known.join(", ")))
}

/// What was done.
#[derive(Serialize)]
struct Done {
    done: String,
    #[serde(flatten)]
    facts: Facts,
    transactions: Vec<Sent>,
}

/// Names and values, in the order in which they were said.
#[derive(Clone)]
struct Facts(Vec<(&'static str, Value)>);

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl Facts {
    fn words(&self) -> String {
        let lines: Vec<(&str, String)> = self.0.iter().map(|(name, value)| (*name, plain(value))).collect();
        facts(&lines)
    }
}

/// A transaction that landed.
#[derive(Serialize)]
struct Sent {
    signature: String,
    slot: u64,
    units: Option<u64>,
    fee_lamports: u64,
    events: Vec<String>,
}

impl Sent {
    fn new(receipt: &Receipt, names: &Names) -> Self {
        Self {
            signature: receipt.signature.to_string(),
            slot: receipt.slot,
            units: receipt.units,
            fee_lamports: receipt.fee_lamports,
            events: receipt.events.iter().map(|event| describe_event(event, names)).collect(),
        }
    }
}

impl Report for Done {
    fn words(&self) -> String {
        let mut lines = vec![self.done.clone()];
        lines.extend((!self.facts.0.is_empty()).then(|| self.facts.words()));
        let fee: u64 = self.transactions.iter().map(|sent| sent.fee_lamports).sum();
        lines.push(match self.transactions.as_slice() {
            [] => "nothing had to be sent".to_owned(),
            [one] => format!("transaction {} (fee {})", one.signature, sol(fee)),
            many => format!("{} transactions (fees {})", many.len(), sol(fee)),
        });
        lines.join("\n")
    }
}

/// Transactions for somebody to sign.
#[derive(Serialize)]
struct Prepared {
    does: String,
    #[serde(flatten)]
    facts: Facts,
    transactions: Vec<ToSign>,
    remaining: usize,
}

/// A transaction for somebody to sign.
#[derive(Serialize)]
struct ToSign {
    transaction: String,
    signers: Vec<String>,
    last_valid_block_height: u64,
    fee_lamports: u64,
    units: u64,
    events: Vec<String>,
}

impl ToSign {
    fn new(unsigned: &Unsigned, names: &Names) -> Self {
        Self {
            transaction: unsigned.to_base64(),
            signers: unsigned.signers.iter().map(ToString::to_string).collect(),
            last_valid_block_height: unsigned.last_valid_block_height,
            fee_lamports: unsigned.estimate.fee_lamports,
            units: unsigned.estimate.units,
            events: unsigned.estimate.events.iter().map(|event| describe_event(event, names)).collect(),
        }
    }
}

impl ToSign {
    /// What signing it means.
    fn words(&self) -> String {
        let events = if self.events.is_empty() { String::new() } else { format!(": {}", self.events.join("; ")) };
        format!("to be signed by {}, fee {}{events}", self.signers.join(" and "), sol(self.fee_lamports))
    }
}

impl Report for Prepared {
    /// Base64 and nothing else, one transaction a line, so that it can go straight into a pipe.
    fn words(&self) -> String {
        let lines: Vec<&str> = self.transactions.iter().map(|to_sign| to_sign.transaction.as_str()).collect();
        lines.join("\n")
    }
}

/// A value as people read it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
