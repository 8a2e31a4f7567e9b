//! What the crank knows at a moment, and what each rule says to it.

use std::collections::BTreeMap;

use super::rule::{
    BLIND, CALLS_FAIL, CANNOT_PAY, CERTIFICATE_ENDS, CLOCK_SKEW, CONFIG_STALE, CONSTITUTION_UNREAD, DEAD_LETTERS,
    DISK_FULL, ENDPOINT_OUT, FALSE_ROOT, HISTORY_UNPROVED, LEAST_WASTED, OVERDUE, POOR, RULES, RUNS_DRY, Rule,
    UNREADABLE_ACCOUNTS, WASTING, WORKFLOW_OVERDUE,
};
use crate::workflow::Workflow;

/// Why a duty was left for want of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unpaid {
    /// The wallet holds too little.
    NoFunds,
    /// The day's limit is reached.
    DayLimit,
    /// One transaction would cost more than it may.
    TooDear,
}

impl Unpaid {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::NoFunds, Self::DayLimit, Self::TooDear];

    /// The name of the outcome.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoFunds => "no_funds",
            Self::DayLimit => "day_limit",
            Self::TooDear => "too_dear",
        }
    }
}

/// What the crank knows. `None` is what it does not know yet: then every alert about it stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Now, seconds since 1970 by the host's clock, as all moments here.
    pub now: i64,
    /// Since when it watches.
    pub started_at: i64,
    /// When a look last read every constitution; `None` where none has.
    pub last_success: Option<i64>,
    /// Since when the oldest duty of each kind is due, seconds.
    pub oldest_due: Option<BTreeMap<&'static str, u64>>,
    /// Dead letters that are not dropped.
    pub dead_letters: Option<u64>,
    /// For how long the oldest missed deadline of each workflow is missed, seconds; 0 where none is.
    pub workflows_overdue: Option<BTreeMap<&'static str, u64>>,
    /// What the wallet holds, lamports.
    pub balance: Option<u64>,
    /// What it should hold, lamports.
    pub min_balance: u64,
    /// How long that lasts by what the last week cost, seconds.
    pub runway: Option<u64>,
    /// When a duty was last left for want of money.
    pub unpaid: BTreeMap<Unpaid, i64>,
    /// Fees of the last day, and those of transactions that failed, lamports.
    pub fees: Option<(u64, u64)>,
    /// Published roots that are not what the stake gives.
    pub false_roots: Option<u64>,
    /// Constitutions, and whether the history of each does not verify.
    pub unproved: BTreeMap<String, Option<bool>>,
    /// Accounts of an unknown layout.
    pub unreadable: Option<u64>,
    /// Constitutions, and whether each could not be read.
    pub unread: BTreeMap<String, Option<bool>>,
    /// Endpoints, and whether each is out.
    pub endpoints: BTreeMap<String, bool>,
    /// Calls within the window, and those that failed.
    pub calls: Option<(u64, u64)>,
    /// The host's clock less the chain's, seconds.
    pub skew: Option<i64>,
    /// Whether the last reload was refused.
    pub config_is_stale: bool,
    /// For how long the certificate of the pages is valid still, seconds; `None` where they are served without.
    pub certificate_left: Option<i64>,
    /// Room for the journal, bytes.
    pub disk_free: Option<u64>,
}

/// What a rule says to the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Its condition holds.
    Bad,
    /// It holds no more, and is not yet over.
    Between,
    /// It is over.
    Good,
    /// Not known.
    Unknown,
}

/// What a rule says of one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The rule.
    pub rule: &'static Rule,
    /// Which of several endpoints, constitutions, kinds; `None` where there is one.
    pub subject: Option<String>,
    /// What it says.
    pub truth: Truth,
    /// What was measured.
    pub value: Option<f64>,
    /// In a sentence.
    pub summary: String,
}

impl Reading {
    /// Name of the alert: the rule's, and what it is about.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.subject {
            Some(subject) => format!("{}/{subject}", self.rule.name),
            None => self.rule.name.to_owned(),
        }
    }
}

/// Seconds, lamports and bytes stay exact up to 2^53.
#[allow(clippy::cast_precision_loss, reason = "a measure, not an amount")]
fn float(number: u64) -> f64 {
    number as f64
}

fn above(rule: &Rule, value: f64) -> Truth {
    match value {
        value if rule.fire < value => Truth::Bad,
        value if value <= rule.clear => Truth::Good,
        _ => Truth::Between,
    }
}

fn below(rule: &Rule, value: f64) -> Truth {
    match value {
        value if value < rule.fire => Truth::Bad,
        value if rule.clear <= value => Truth::Good,
        _ => Truth::Between,
    }
}

fn known(rule: &Rule, value: Option<f64>) -> Truth {
    value.map_or(Truth::Unknown, |value| above(rule, value))
}

/// The rule of the table, which lives as long as the program.
fn of_table(rule: &Rule) -> &'static Rule {
    RULES.iter().find(|other| other.name == rule.name).expect("every rule is in the table")
}

fn reading(rule: &Rule, subject: Option<&str>, truth: Truth, value: Option<f64>, summary: String) -> Reading {
    Reading { rule: of_table(rule), subject: subject.map(str::to_owned), truth, value, summary }
}

fn about(rule: &Rule, value: Option<f64>, summary: String) -> Reading {
    reading(rule, None, known(rule, value), value, summary)
}

/// Whether it is so of each of several.
fn of_each<'a>(
    rule: &'a Rule,
    each: &'a BTreeMap<String, Option<bool>>,
    summary: impl Fn(&str) -> String + 'a,
) -> impl Iterator<Item = Reading> + 'a {
    each.iter().map(move |(subject, is_so)| {
        let value = is_so.map(|is_so| f64::from(u8::from(is_so)));
        reading(rule, Some(subject), known(rule, value), value, summary(subject))
    })
}

fn certificate_ends(left: i64) -> Reading {
    let days = left.unsigned_abs() / 86_400;
    let summary = match left {
        0.. => format!("The certificate of the pages ends in {days} days."),
        _ => format!("The certificate of the pages ended {days} days ago."),
    };
    let left = float(left.max(0).unsigned_abs());
    reading(&CERTIFICATE_ENDS, None, below(&CERTIFICATE_ENDS, left), Some(left), summary)
}

impl Facts {
    /// What every rule says, once for each thing that it is about.
    #[must_use]
    pub fn readings(&self) -> Vec<Reading> {
        let mut readings = vec![self.blind()];
        readings.extend(self.overdue());
        readings.push(self.dead_letters());
        readings.extend(self.workflows_overdue());
        readings.push(self.poor());
        readings.push(self.runs_dry());
        readings.extend(self.cannot_pay());
        readings.push(self.wasting());
        let (many, false_roots) = (self.false_roots.unwrap_or_default(), self.false_roots.map(float));
        let summary = format!("{many} published roots are not what the stake read here gives.");
        readings.push(about(&FALSE_ROOT, false_roots, summary));
        readings.extend(of_each(&HISTORY_UNPROVED, &self.unproved, |address| {
            format!("The history of the constitution {address} does not verify.")
        }));
        let unreadable = self.unreadable.map(float);
        let count = self.unreadable.unwrap_or_default();
        readings.push(about(
            &UNREADABLE_ACCOUNTS,
            unreadable,
            format!("{count} accounts have a layout that is unknown here."),
        ));
        readings.extend(of_each(&CONSTITUTION_UNREAD, &self.unread, |address| {
            format!("The constitution {address} cannot be read.")
        }));
        readings.extend(self.endpoints.iter().map(|(name, is_out)| {
            let truth = if *is_out { Truth::Bad } else { Truth::Good };
            let summary = format!("The endpoint {name} is unwell and not used.");
            reading(&ENDPOINT_OUT, Some(name), truth, None, summary)
        }));
        readings.push(self.calls_fail());
        let skew = self.skew.map(|skew| float(skew.unsigned_abs()));
        let seconds = self.skew.unwrap_or_default();
        readings.push(about(&CLOCK_SKEW, skew, format!("The clock of this machine is {seconds} s from the chain's.")));
        let stale = Some(f64::from(u8::from(self.config_is_stale)));
        readings.push(about(
            &CONFIG_STALE,
            stale,
            "The new configuration was refused, and the old one is in force.".to_owned(),
        ));
        readings.extend(self.certificate_left.map(certificate_ends));
        let free = self.disk_free.map(float);
        let truth = free.map_or(Truth::Unknown, |free| below(&DISK_FULL, free));
        let mib = self.disk_free.unwrap_or_default() >> 20;
        readings.push(reading(&DISK_FULL, None, truth, free, format!("{mib} MiB are left for the journal.")));
        readings
    }

    fn blind(&self) -> Reading {
        match self.last_success {
            None => {
                let summary = "No look has read all constitutions since the start.".to_owned();
                reading(&BLIND, None, Truth::Bad, None, summary)
            }
            Some(at) => {
                let since = self.now.saturating_sub(at).max(0).unsigned_abs();
                about(&BLIND, Some(float(since)), format!("No look has read all constitutions for {since} s."))
            }
        }
    }

    fn overdue(&self) -> Vec<Reading> {
        let kinds = crate::Kind::ALL.iter().map(|kind| kind.name());
        kinds
            .map(|kind| {
                let oldest = self.oldest_due.as_ref().map(|of_kind| of_kind.get(kind).copied().unwrap_or_default());
                let value = oldest.map(float);
                let summary = format!("{kind} is due for {} s, and nobody does it.", oldest.unwrap_or_default());
                reading(&OVERDUE, Some(kind), known(&OVERDUE, value), value, summary)
            })
            .collect()
    }

    fn dead_letters(&self) -> Reading {
        let letters = self.dead_letters.unwrap_or_default();
        about(&DEAD_LETTERS, self.dead_letters.map(float), format!("{letters} duties are due and refused."))
    }

    fn workflows_overdue(&self) -> impl Iterator<Item = Reading> {
        Workflow::ALL.into_iter().map(|workflow| {
            let name = workflow.name();
            let overdue = self.workflows_overdue.as_ref().map(|of| of.get(name).copied().unwrap_or_default());
            let summary = format!("A deadline of {name} is missed for {} s.", overdue.unwrap_or_default());
            let value = overdue.map(float);
            reading(&WORKFLOW_OVERDUE, Some(name), known(&WORKFLOW_OVERDUE, value), value, summary)
        })
    }

    fn poor(&self) -> Reading {
        let (balance, least) = (self.balance.unwrap_or_default(), self.min_balance);
        let lacks = self.balance.map(|balance| float(least.saturating_sub(balance)));
        let summary = format!("The wallet holds {balance} lamports, less than min_balance, {least}.");
        reading(&POOR, None, known(&POOR, lacks), self.balance.map(float), summary)
    }

    /// As in Prometheus, it does not ring before a look has read everything. Where one has and told no balance, it is over.
    fn runs_dry(&self) -> Reading {
        let has_looked = self.last_success.is_some();
        let truth = match self.runway.map(|seconds| below(&RUNS_DRY, float(seconds))) {
            Some(Truth::Bad) | None if !has_looked => Truth::Unknown,
            Some(truth) => truth,
            None => Truth::Good,
        };
        let summary = match self.runway {
            Some(seconds) => format!("By what the last week cost, the wallet is empty in {} hours.", seconds / 3_600),
            None => "How long the wallet lasts is not known any more.".to_owned(),
        };
        reading(&RUNS_DRY, None, truth, self.runway.map(float), summary)
    }

    /// What was forgotten at the start is not known until the window has passed.
    fn cannot_pay(&self) -> Vec<Reading> {
        let is_within = |at: i64| self.now.saturating_sub(at) < CANNOT_PAY.window;
        let each = Unpaid::ALL.into_iter().map(|why| {
            let truth = match self.unpaid.get(&why) {
                Some(at) if is_within(*at) => Truth::Bad,
                None if is_within(self.started_at) => Truth::Unknown,
                Some(_) | None => Truth::Good,
            };
            let summary = format!("Duties are left undone for want of money: {}.", why.name());
            reading(&CANNOT_PAY, Some(why.name()), truth, None, summary)
        });
        each.collect()
    }

    fn wasting(&self) -> Reading {
        let Some((paid, wasted)) = self.fees else {
            return reading(&WASTING, None, Truth::Unknown, None, String::new());
        };
        let share = if paid == 0 { 0.0 } else { float(wasted) / float(paid) };
        let truth = if LEAST_WASTED < wasted { above(&WASTING, share) } else { Truth::Good };
        let summary = format!("{wasted} of {paid} lamports of a day's fees went to transactions that failed.");
        reading(&WASTING, None, truth, Some(share), summary)
    }

    fn calls_fail(&self) -> Reading {
        let share = self.calls.map(|(all, failed)| if all == 0 { 0.0 } else { float(failed) / float(all) });
        let (all, failed) = self.calls.unwrap_or_default();
        about(&CALLS_FAIL, share, format!("{failed} of {all} calls of a quarter of an hour failed at every endpoint."))
    }
}

#[cfg(test)]
mod tests;
