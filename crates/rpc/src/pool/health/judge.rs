//! What a series of probes says about each endpoint. Pure: no network, and time is an argument.

use tokio::time::Instant;

use super::ProbePolicy;
use crate::pool::error::Ailment;

/// Failed probes in a row after which an endpoint is out.
const FAILURES: u32 = 2;

/// The fastest that any cluster makes slots: twice the fastest that is planned for mainnet (200 ms).
const SLOTS_PER_SECOND: u64 = 10;

/// Slots by which the others must have gone on before one that did not move counts as frozen.
const FROZEN_BY: u64 = 4;

/// What one probe found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Finding {
    /// An answer.
    Seen {
        /// Slot in the Clock account.
        slot: u64,
        /// Slot that the endpoint says the account is of.
        claimed: u64,
    },
    /// None, or an error.
    Failed,
    /// Refused for load: says nothing about health.
    Unknown,
}

/// What a round of probes says about one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Verdict {
    /// Nothing is wrong.
    Well,
    /// Something is.
    Unwell(Ailment),
    /// Nothing new: what was said before stands.
    NoNews,
}

/// What is remembered of one endpoint's probes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::pool) struct Record {
    /// The last answer: when, and the slot in the Clock account.
    sight: Option<(Instant, u64)>,
    /// Whether the last probe gave it.
    is_fresh: bool,
    /// When the slot last rose.
    rose_at: Option<Instant>,
    /// Slots by which the accounts are behind what the endpoint says.
    stale_by: u64,
    /// Whether its slot once rose faster than time allows, and has not come back to the others' since.
    has_leapt: bool,
    failures: u32,
    /// Slots behind the others, as the last round of probes found.
    lag: Option<u64>,
}

impl Record {
    /// Takes note of one probe.
    pub(in crate::pool) fn take(&mut self, finding: Finding, now: Instant, policy: &ProbePolicy) {
        self.is_fresh = matches!(finding, Finding::Seen { .. });
        match finding {
            Finding::Unknown => {}
            Finding::Failed => self.failures = self.failures.saturating_add(1),
            Finding::Seen { slot, claimed } => {
                self.failures = 0;
                self.stale_by = claimed.saturating_sub(slot);
                if let Some((before, at)) = self.sight {
                    let seconds = now.saturating_duration_since(before).as_secs().saturating_add(1);
                    let most = seconds.saturating_mul(SLOTS_PER_SECOND).saturating_add(policy.max_lag);
                    self.has_leapt |= slot.saturating_sub(at) > most;
                }
                if self.sight.is_none_or(|(_, at)| slot != at) {
                    self.rose_at = Some(now);
                }
                self.sight = Some((now, slot));
            }
        }
    }

    /// Slot of the last probe, where it gave one: an older one cannot be compared with what others say now.
    fn fresh(&self) -> Option<u64> {
        self.sight.filter(|_| self.is_fresh).map(|(_, slot)| slot)
    }

    /// Slot that others can be compared with.
    fn plausible(&self, policy: &ProbePolicy) -> Option<u64> {
        self.fresh().filter(|_| !self.has_leapt && self.stale_by <= policy.max_lag)
    }

    /// Whether it failed, and not often enough to say something.
    pub(in crate::pool) fn is_open(&self) -> bool {
        (1..FAILURES).contains(&self.failures)
    }

    /// Compares it with the slot that a round of probes measures by. An answer of an earlier round is compared with nothing.
    pub(in crate::pool) fn compare(&mut self, measure: Option<u64>) {
        self.lag = measure.zip(self.fresh()).map(|(measure, slot)| measure.saturating_sub(slot));
    }

    /// Slots behind the others, as the last round of probes found.
    pub(in crate::pool) fn lag(&self) -> Option<u64> {
        self.lag
    }

    /// Slot of the last answer.
    pub(in crate::pool) fn slot(&self) -> Option<u64> {
        self.sight.map(|(_, slot)| slot)
    }
}

/// What this round says about each endpoint, and the slot that they are compared with, where there is one.
///
/// With three or more plausible answers the second highest slot is the measure: one endpoint that is ahead of
/// the truth then shows, and so does one that is behind. With two, the higher is; time alone tells a false one.
/// A single answer is compared with nothing, and a cluster that stands still as a whole makes nobody unwell.
pub(in crate::pool) fn verdicts(
    records: &mut [Record],
    now: Instant,
    policy: &ProbePolicy,
) -> (Vec<Verdict>, Option<u64>) {
    if have_all_leapt(records, policy) {
        records.iter_mut().for_each(|record| record.has_leapt = false);
    }
    let mut slots: Vec<u64> = records.iter().filter_map(|record| record.plausible(policy)).collect();
    slots.sort_unstable_by(|one, other| other.cmp(one));
    let is_settled_by_many = slots.len() >= 3;
    let measure = slots.get(usize::from(is_settled_by_many)).copied();
    let verdicts = records.iter_mut().map(|record| record.judge(measure, is_settled_by_many, now, policy)).collect();
    (verdicts, measure)
}

/// Whether all that answered leapt together: then it is the clock here that stood still, as that of a host that slept does.
/// A single one is believed only where no other was ever heard, or it could lie while the others are silent.
fn have_all_leapt(records: &[Record], policy: &ProbePolicy) -> bool {
    let fresh = || records.iter().filter(|record| record.is_fresh);
    let slots = || fresh().filter_map(Record::slot);
    let spread = slots().max().unwrap_or(0).saturating_sub(slots().min().unwrap_or(0));
    let do_many_agree = fresh().count() >= 2 && spread <= policy.max_lag;
    let has_nobody_else_been_heard = records.iter().all(|record| record.is_fresh || record.sight.is_none());
    fresh().all(|record| record.has_leapt) && (do_many_agree || has_nobody_else_been_heard)
}

impl Record {
    fn judge(&mut self, measure: Option<u64>, is_settled_by_many: bool, now: Instant, policy: &ProbePolicy) -> Verdict {
        if self.failures >= FAILURES {
            return Verdict::Unwell(Ailment::Silent);
        }
        let Some(slot) = self.fresh() else { return Verdict::NoNews };
        if self.stale_by > policy.max_lag {
            return Verdict::Unwell(Ailment::Stale { slots: self.stale_by });
        }
        let Some(measure) = measure else { return Verdict::Well };
        let is_ahead = slot > measure.saturating_add(policy.max_lag);
        self.has_leapt &= is_ahead;
        if is_ahead && (self.has_leapt || is_settled_by_many) {
            return Verdict::Unwell(Ailment::Lying { slot });
        }
        let still_for = self.rose_at.map(|at| now.saturating_duration_since(at)).unwrap_or_default();
        if still_for >= policy.interval * 3 / 2 && measure > slot.saturating_add(FROZEN_BY) {
            return Verdict::Unwell(Ailment::Frozen { slot });
        }
        let behind = measure.saturating_sub(slot);
        if behind > policy.max_lag { Verdict::Unwell(Ailment::Lagging { slots: behind }) } else { Verdict::Well }
    }
}

#[cfg(test)]
mod tests;
