//! Endpoints of the chain in this process: they speak JSON-RPC, each as well as the weather lets it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use litesvm::LiteSVM;
use quantumagi_interface::Address;
use quantumagi_rpc::pool::{Endpoint, Fault, Post, Reply, Transport};
use quantumagi_rpc::solana::{Signature, VersionedTransaction};
use serde_json::{Value, json};
use solana_account::{Account, ReadableAccount};

use super::chain::{CONFIRMED_AFTER, Chain, FINAL_AFTER, Record};

/// By which a probe is known: nothing else waits exactly so long.
pub(crate) const PROBE_TIMEOUT: Duration = Duration::from_millis(2_999);

/// How an endpoint is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Well,
    Dead,
    Hung,
    Slow,
    /// The connection breaks at once, or with half of the answer there.
    Reset,
    HalfWritten,
    /// Status 429 with a page for people.
    Busy,
    /// The same, asking to be left alone for an hour.
    BusyForAnHour,
    /// Status 200 with a JSON-RPC error.
    Erring,
    /// Status 200 with a page for people.
    NoJson,
    /// It answers from what it knew, and what it is sent gets nowhere.
    Frozen,
    Oversized,
    /// It is of another cluster.
    Foreign,
}

impl Way {
    /// Every way to be unwell for a while.
    pub(crate) const FAULTS: [Self; 11] = [
        Self::Dead,
        Self::Hung,
        Self::Slow,
        Self::Reset,
        Self::HalfWritten,
        Self::Busy,
        Self::BusyForAnHour,
        Self::Erring,
        Self::NoJson,
        Self::Frozen,
        Self::Oversized,
    ];
}

/// What an endpoint knew when it froze.
struct Past {
    svm: LiteSVM,
    slot: u64,
}

/// What is asked of the endpoints, and when.
#[derive(Default)]
pub(crate) struct Asked {
    /// By endpoint and method.
    pub(crate) counts: BTreeMap<(String, String), u64>,
    /// Those of them that the pool asks by itself.
    pub(crate) probes: u64,
    /// How often each way was met.
    pub(crate) met: BTreeMap<Way, u64>,
}

struct State {
    chain: Chain,
    ways: BTreeMap<String, Way>,
    past: Option<Past>,
    asked: Asked,
}

/// All endpoints.
#[derive(Clone)]
pub(crate) struct Network(Arc<Mutex<State>>);

impl Network {
    pub(crate) fn new(chain: Chain) -> Self {
        let (ways, past, asked) = (BTreeMap::new(), None, Asked::default());
        Self(Arc::new(Mutex::new(State { chain, ways, past, asked })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nobody panics while it is held")
    }

    pub(crate) fn chain<T>(&self, look: impl FnOnce(&mut Chain) -> T) -> T {
        let mut state = self.lock();
        state.chain.advance();
        look(&mut state.chain)
    }

    pub(crate) fn set(&self, endpoint: &str, way: Way) {
        let mut state = self.lock();
        state.chain.advance();
        if way == Way::Frozen {
            state.past = Some(Past { svm: state.chain.svm().clone(), slot: state.chain.slot() });
        } else if state.ways.get(endpoint) == Some(&Way::Frozen) {
            state.past = None;
        }
        state.ways.insert(endpoint.to_owned(), way);
    }

    pub(crate) fn asked<T>(&self, look: impl FnOnce(&Asked) -> T) -> T {
        look(&self.lock().asked)
    }

    /// How the endpoint is, and its answer if it gives one.
    fn ask(&self, endpoint: &str, method: &str, params: &Value, is_probe: bool) -> (Way, Result<Value, Value>) {
        let mut state = self.lock();
        let state = &mut *state;
        state.chain.advance();
        let way = state.ways.get(endpoint).copied().unwrap_or(Way::Well);
        *state.asked.counts.entry((endpoint.to_owned(), method.to_owned())).or_default() += 1;
        state.asked.probes += u64::from(is_probe);
        *state.asked.met.entry(way).or_default() += 1;
        let past = state.past.as_ref().filter(|_| way == Way::Frozen);
        (way, answer(&mut state.chain, past, way, method, params))
    }
}

#[async_trait]
impl Transport for Network {
    async fn post(&self, to: &Endpoint, post: Post<'_>) -> Result<Reply, Fault> {
        let body: Value = serde_json::from_str(post.body).expect("the pool sends JSON");
        let method = body["method"].as_str().expect("a method");
        let exchange = async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let is_probe = post.timeout == PROBE_TIMEOUT;
            let (way, answer) = self.ask(to.name().as_str(), method, &body["params"], is_probe);
            let page = |status, retry_after| {
                Ok(Reply { status, retry_after, body: b"<html>there is nothing to see</html>".to_vec() })
            };
            let whole = |answer: Result<Value, Value>| {
                let answer = match answer {
                    Ok(result) => json!({ "jsonrpc": "2.0", "id": body["id"], "result": result }),
                    Err(error) => json!({ "jsonrpc": "2.0", "id": body["id"], "error": error }),
                };
                Ok(Reply { status: 200, retry_after: None, body: answer.to_string().into_bytes() })
            };
            match way {
                Way::Well | Way::Frozen | Way::Foreign => whole(answer),
                Way::Dead => Err(Fault::Connect),
                Way::Hung => std::future::pending().await,
                Way::Slow => {
                    tokio::time::sleep(Duration::from_millis(1_500)).await;
                    whole(answer)
                }
                Way::Reset => Err(Fault::Broken),
                Way::HalfWritten => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    Err(Fault::Broken)
                }
                Way::Busy => page(429, None),
                Way::BusyForAnHour => page(429, Some(Duration::from_secs(3_600))),
                Way::Erring => whole(Err(json!({ "code": -32603, "message": "internal error" }))),
                Way::NoJson => page(200, None),
                Way::Oversized => Err(Fault::TooLarge { limit: post.max_answer_len }),
            }
        };
        tokio::time::timeout(post.timeout, exchange).await.unwrap_or(Err(Fault::Timeout { limit: post.timeout }))
    }
}

fn answer(chain: &mut Chain, past: Option<&Past>, way: Way, method: &str, params: &Value) -> Result<Value, Value> {
    let slot = past.map_or(chain.slot(), |past| past.slot);
    let svm = past.map_or(chain.svm(), |past| &past.svm);
    let at_slot = |value: Value| Ok(json!({ "context": { "slot": slot }, "value": value }));
    let text = |index: usize| params[index].as_str().expect("a text");
    let address = |text: &str| -> Address { text.parse().expect("an address") };
    let account = |text: &str| svm.get_account(&address(text)).filter(|account| account.lamports > 0);
    let last_final = slot - FINAL_AFTER;
    match method {
        "getGenesisHash" => Ok(json!(genesis(way == Way::Foreign))),
        "getAccountInfo" => at_slot(account(text(0)).map_or(Value::Null, |account| shown(&account))),
        "getMultipleAccounts" => {
            let names = params[0].as_array().expect("addresses").iter().map(|name| name.as_str().expect("a text"));
            at_slot(names.map(|name| account(name).map_or(Value::Null, |account| shown(&account))).collect())
        }
        "getBalance" => at_slot(json!(account(text(0)).map_or(0, |account| account.lamports))),
        "getMinimumBalanceForRentExemption" => {
            let len = params[0].as_u64().and_then(|len| usize::try_from(len).ok()).expect("a length");
            Ok(json!(svm.minimum_balance_for_rent_exemption(len)))
        }
        "getSlot" | "getBlockHeight" => Ok(json!(slot)),
        "getEpochInfo" => Ok(json!({
            "absoluteSlot": last_final, "blockHeight": last_final, "epoch": 0, "slotIndex": last_final,
            "slotsInEpoch": 432_000,
        })),
        "getLatestBlockhash" => {
            let (hash, last) = chain.blockhash();
            at_slot(json!({ "blockhash": hash.to_string(), "lastValidBlockHeight": last }))
        }
        "isBlockhashValid" => at_slot(json!(Chain::is_alive(&text(0).parse().expect("a hash"), last_final + 1))),
        "getRecentPrioritizationFees" => Ok(json!([])),
        "simulateTransaction" => at_slot(simulated(svm, transaction(text(0)), &params[1])),
        "sendTransaction" => {
            let transaction = transaction(text(0));
            let signature = transaction.signatures[0].to_string();
            if past.is_none() && matches!(way, Way::Well | Way::Slow | Way::HalfWritten) {
                chain.receive(transaction);
            }
            Ok(json!(signature))
        }
        "getSignatureStatuses" => {
            let names = params[0].as_array().expect("signatures").iter().map(|name| name.as_str().expect("a text"));
            at_slot(names.map(|name| status(chain, slot, &name.parse().expect("a signature"))).collect())
        }
        "getSignaturesForAddress" => Ok(history(chain, &address(text(0)), &params[1])),
        "getTransaction" => {
            let record = chain.records.get(&text(0).parse().expect("a signature"));
            Ok(record.filter(|record| record.slot + CONFIRMED_AFTER <= slot).map_or(Value::Null, told))
        }
        other => Err(json!({ "code": -32601, "message": format!("no method {other}") })),
    }
}

/// Hash of the first block.
pub(crate) fn genesis(is_foreign: bool) -> String {
    quantumagi_rpc::solana::Hash::new_from_array([if is_foreign { 9 } else { 1 }; 32]).to_string()
}

fn transaction(encoded: &str) -> VersionedTransaction {
    bincode::deserialize(&STANDARD.decode(encoded).expect("base64")).expect("a transaction")
}

fn shown(account: &Account) -> Value {
    json!({
        "lamports": account.lamports, "owner": account.owner.to_string(), "executable": account.executable,
        "data": [STANDARD.encode(&account.data), "base64"], "rentEpoch": account.rent_epoch, "space": account.data.len(),
    })
}

fn simulated(svm: &LiteSVM, transaction: VersionedTransaction, config: &Value) -> Value {
    match svm.simulate_transaction(transaction) {
        Ok(info) => {
            let asked = config["accounts"]["addresses"].as_array().cloned().unwrap_or_default();
            let after = asked.iter().map(|name| {
                let address: Address = name.as_str().expect("a text").parse().expect("an address");
                let changed = info.post_accounts.iter().find(|(other, _)| *other == address);
                let account = changed.map(|(_, account)| Account::from(account.clone()));
                let account = account.or_else(|| svm.get_account(&address)).filter(|account| account.lamports() > 0);
                account.map_or(Value::Null, |account| shown(&account))
            });
            json!({
                "err": null, "logs": info.meta.logs, "unitsConsumed": info.meta.compute_units_consumed,
                "accounts": after.collect::<Vec<Value>>(),
            })
        }
        Err(failed) => json!({
            "err": failed.err, "logs": failed.meta.logs, "unitsConsumed": failed.meta.compute_units_consumed,
            "accounts": null,
        }),
    }
}

fn status(chain: &Chain, slot: u64, signature: &Signature) -> Value {
    let Some(record) = chain.records.get(signature).filter(|record| record.slot <= slot) else { return Value::Null };
    let settled = match slot - record.slot {
        FINAL_AFTER.. => "finalized",
        CONFIRMED_AFTER.. => "confirmed",
        _ => "processed",
    };
    json!({ "slot": record.slot, "confirmations": null, "err": record.error, "confirmationStatus": settled })
}

fn history(chain: &Chain, address: &Address, config: &Value) -> Value {
    let all = chain.histories.get(address).map(Vec::as_slice).unwrap_or_default();
    let (before, until) = (config["before"].as_str(), config["until"].as_str());
    let limit = config["limit"].as_u64().and_then(|limit| usize::try_from(limit).ok()).unwrap_or(1_000);
    let newest_first = all.iter().rev().skip_while(|it| before.is_some_and(|before| it.to_string() != before));
    let after_it = newest_first.skip(usize::from(before.is_some()));
    let wanted = after_it.take_while(|it| until.is_none_or(|until| it.to_string() != until)).take(limit);
    wanted
        .map(|signature| {
            let Record { slot, second, error, .. } = &chain.records[signature];
            json!({ "signature": signature.to_string(), "slot": slot, "err": error, "blockTime": second, "memo": null })
        })
        .collect()
}

fn told(record: &Record) -> Value {
    let accounts: Vec<String> = record.accounts.iter().map(ToString::to_string).collect();
    json!({
        "slot": record.slot, "blockTime": record.second,
        "meta": {
            "err": record.error, "fee": record.fee, "preBalances": record.before, "postBalances": record.after,
            "logMessages": record.logs, "innerInstructions": [], "computeUnitsConsumed": record.compute_units,
        },
        "transaction": { "signatures": [], "message": { "accountKeys": accounts, "instructions": [] } },
    })
}
