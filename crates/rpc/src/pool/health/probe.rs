//! Asking every endpoint, in rounds.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::{self, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use solana_rpc_client_api::request::RpcRequest;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use tracing::Instrument;

use super::{Finding, Verdict, verdicts};
use crate::pool::call::CorrelationId;
use crate::pool::fault::{Blame, Fault};
use crate::pool::identity::Belonging;
use crate::pool::member::{Member, Table, WHOLE_SHARE};
use crate::pool::method::MethodClass;
use crate::pool::shared::Shared;
use crate::pool::sharing;
use crate::pool::transport::Post;
use crate::solana::ids;

/// Rounds after which an endpoint is asked for its cluster again: a name may come to lead elsewhere.
const IDENTITY_EVERY: u64 = 3;

/// Longest pause between the two rounds that another's word causes.
const HICCUP: Duration = Duration::from_secs(1);

/// Probes that go on until this is dropped.
#[derive(Debug)]
#[must_use = "probes end when this is dropped"]
pub struct Probes([JoinHandle<()>; 2]);

impl Drop for Probes {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// Why a round is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Occasion {
    /// Its time has come.
    Interval,
    /// Another process said something. Such a round puts endpoints out, and lets none in sooner.
    Word,
}

impl Probes {
    pub(in crate::pool) fn spawn(shared: Arc<Shared>) -> Self {
        let sharing = tokio::spawn(sharing::share(Arc::clone(&shared)));
        let rounds = tokio::spawn(async move {
            loop {
                shared.probe_next_round().await;
                let interval = shared.table.load().config.probe.interval;
                // Four to six fifths, so that many processes do not ask in step.
                sleep(interval * 4 / 5 + shared.dice.up_to(interval * 2 / 5)).await;
            }
        });
        Self([rounds, sharing])
    }
}

impl Shared {
    /// Probes every endpoint once; waits for a round that is under way, because what it learns must not be lost.
    pub(in crate::pool) async fn probe_next_round(&self) {
        let mut round = self.next_round.lock().await;
        self.probe_round(*round, Occasion::Interval).await;
        *round = round.wrapping_add(1);
    }

    /// Looks at once whether something is wrong, by the same rules as ever; whether something went out. Two rounds at
    /// most: the second where the first left it open.
    pub(in crate::pool) async fn probe_on_a_word(&self) -> bool {
        let round = self.next_round.lock().await;
        let mut has_found = self.probe_round(*round, Occasion::Word).await;
        let table = self.table.load_full();
        if table.members.iter().any(|member| member.record().is_open()) {
            // What lasts less is a hiccup.
            sleep((table.config.probe.interval / 10).min(HICCUP)).await;
            has_found |= self.probe_round(*round, Occasion::Word).await;
        }
        has_found
    }

    /// Probes every endpoint once and acts on what all of them say; whether one went out.
    pub(in crate::pool) async fn probe_round(&self, round: u64, occasion: Occasion) -> bool {
        let correlation = CorrelationId::new(&self.dice);
        let span = tracing::error_span!("rpc_probes", %correlation);
        self.probe_all(round, occasion, &correlation).instrument(span).await
    }

    async fn probe_all(&self, round: u64, occasion: Occasion, correlation: &CorrelationId) -> bool {
        let table = self.table.load_full();
        let policy = table.config.probe;
        let mut probes = Vec::with_capacity(table.members.len());
        for member in &table.members {
            let table = &table;
            probes.push(async move {
                // Within a hundredth of the interval, so that many probes are no burst.
                if occasion == Occasion::Interval {
                    sleep(self.dice.up_to(policy.interval / 100)).await;
                }
                let finding = self.probe(table, member, round, correlation).await;
                member.record().take(finding, Instant::now(), &policy);
            });
        }
        stream::iter(probes).buffer_unordered(policy.parallel.max(1)).collect::<Vec<()>>().await;
        let outs = judge(&table, occasion);
        if table.config.sharing.is_some() {
            outs.iter().for_each(|member| self.outs.add(member));
        }
        !outs.is_empty()
    }

    async fn probe(&self, table: &Table, member: &Member, round: u64, correlation: &CorrelationId) -> Finding {
        let post = Post {
            body: "",
            correlation: correlation.as_str(),
            timeout: table.config.probe.timeout,
            max_answer_len: 0,
            is_last: false,
        };
        let began = Instant::now();
        let answer = self.look(table, member, round, post).await;
        let now = Instant::now();
        let latency = now.saturating_duration_since(began);
        match answer {
            Ok(finding) => {
                if finding != Finding::Unknown {
                    member.load.observe(MethodClass::Read, latency, now);
                }
                finding
            }
            Err(fault) => {
                member.load.penalise(MethodClass::Read, latency, now);
                tracing::debug!(endpoint = %member.endpoint.name, %fault, "probe failed");
                if fault.verdict().blame == Blame::Load {
                    member.load.rest(fault.retry_after(), now);
                    return Finding::Unknown;
                }
                Finding::Failed
            }
        }
    }

    async fn look(&self, table: &Table, member: &Member, round: u64, post: Post<'_>) -> Result<Finding, Fault> {
        if member.endpoint.url().is_none() {
            return Ok(Finding::Unknown);
        }
        let is_due = round.is_multiple_of(IDENTITY_EVERY) || member.identity.get() != Belonging::Ours;
        if let Some(expected) = table.genesis()
            && is_due
        {
            self.identify(table, member, expected, post).await?;
            if member.identity.get() == Belonging::Foreign {
                return Ok(Finding::Unknown);
            }
        }
        let clock = json!([
            ids::sysvar::clock::ID.to_string(),
            { "encoding": "base64", "commitment": "confirmed" },
        ]);
        let answer = self.ask(table, member, RpcRequest::GetAccountInfo, clock, post).await?;
        read_clock(answer).ok_or(Fault::Unreadable { what: "the Clock account" })
    }
}

#[derive(Deserialize)]
struct ClockAnswer {
    context: ClockContext,
    value: ClockAccount,
}

#[derive(Deserialize)]
struct ClockContext {
    slot: u64,
}

#[derive(Deserialize)]
struct ClockAccount {
    data: (String, String),
}

fn read_clock(answer: Value) -> Option<Finding> {
    let answer: ClockAnswer = serde_json::from_value(answer).ok()?;
    let data = STANDARD.decode(answer.value.data.0).ok()?;
    // The slot is the first of the Clock's words.
    let slot = u64::from_le_bytes(*data.first_chunk()?);
    Some(Finding::Seen { slot, claimed: answer.context.slot })
}

/// Takes unwell endpoints out, which are returned, and lets recovered ones in, a quarter of their share at a time.
fn judge(table: &Table, occasion: Occasion) -> Vec<Arc<Member>> {
    let mut outs = Vec::new();
    let now = Instant::now();
    let mut records: Vec<_> = table.members.iter().map(|member| *member.record()).collect();
    let (found, measure) = verdicts(&mut records, now, &table.config.probe);
    // The only endpoint is never put out: a guess about it is worth less than an answer.
    let is_only = table.members.len() == 1;
    for ((member, mut record), verdict) in table.members.iter().zip(records).zip(found) {
        record.compare(measure);
        // What the comparison learnt is kept. Rounds do not overlap, so no probe was noted in between.
        *member.record() = record;
        let lag = measure.zip(record.slot()).map_or(0, |(measure, slot)| measure.saturating_sub(slot));
        member.meters.lag.set(f64::from(u32::try_from(lag).unwrap_or(u32::MAX)));
        let before = member.share();
        let (share, ailment) = match verdict {
            // It gets its share back in steps once it belongs to the cluster again.
            _ if member.identity.get() == Belonging::Foreign => (0, None),
            Verdict::NoNews => continue,
            Verdict::Well if occasion == Occasion::Word => continue,
            Verdict::Well => (before.saturating_add(1).min(WHOLE_SHARE), None),
            Verdict::Unwell(ailment) if is_only => (WHOLE_SHARE, Some(ailment)),
            Verdict::Unwell(ailment) => (0, Some(ailment)),
        };
        let endpoint = &member.endpoint.name;
        match ailment {
            Some(ailment) if before > 0 && share == 0 => {
                tracing::warn!(%endpoint, %ailment, "endpoint is out");
                outs.push(Arc::clone(member));
            }
            None if before == 0 && share > 0 => tracing::info!(%endpoint, "endpoint is coming back"),
            Some(_) | None => {}
        }
        member.set_share(share, ailment);
    }
    outs
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Finding, read_clock};

    #[test]
    fn the_slot_in_the_account_is_told_from_the_slot_that_is_claimed() {
        // Slot 0x0102 in 40 bytes.
        let mut data = [0_u8; 40];
        data[..2].copy_from_slice(&[2, 1]);
        let text = base64::Engine::encode(&super::STANDARD, data);
        let answer = json!({ "context": { "slot": 300 }, "value": { "data": [text, "base64"], "lamports": 1 } });
        assert_eq!(read_clock(answer), Some(Finding::Seen { slot: 258, claimed: 300 }));
        for wrong in [
            json!(null),
            json!({ "context": { "slot": 300 }, "value": null }),
            json!({ "context": { "slot": 300 }, "value": { "data": ["AAAA", "base64"] } }),
            json!({ "context": { "slot": 300 }, "value": { "data": ["*", "base64"] } }),
        ] {
            assert_eq!(read_clock(wrong), None);
        }
    }
}
