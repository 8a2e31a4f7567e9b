//! When somebody is told: a budget that is spent too fast over a long window and still is over a short one.
//!
//! The rates are those of Google's SRE workbook ("Alerting on SLOs", multiwindow, multi-burn-rate) for a budget of 30 days,
//! with the windows that are kept here. The Prometheus rules are written from the same table.

use super::level::{Basis, Objective, Window};
use super::tracker::Tracker;

/// How soon somebody should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Now.
    Critical,
    /// Within days.
    Warning,
}

impl Severity {
    /// As the label of an alert.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
        }
    }
}

/// When somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BurnRule {
    /// One word.
    pub name: &'static str,
    /// Name of the alert in Prometheus.
    pub alert: &'static str,
    /// So long the budget must have been spent so fast.
    pub long: Window,
    /// And still be: an alert ends soon after its cause.
    pub short: Window,
    /// How fast, in tenths.
    pub burn_tenths: u32,
    /// How soon somebody should look.
    pub severity: Severity,
}

/// All of them, the most urgent first.
pub const BURN_RULES: [BurnRule; 3] = [
    // A fiftieth of the month's budget in an hour.
    BurnRule {
        name: "fast",
        alert: "QuantumagiCrankBudgetBurnsFast",
        long: Window::Hour,
        short: Window::FiveMinutes,
        burn_tenths: 144,
        severity: Severity::Critical,
    },
    // A tenth of the month's budget in a day.
    BurnRule {
        name: "slow",
        alert: "QuantumagiCrankBudgetBurnsSlowly",
        long: Window::Day,
        short: Window::Hour,
        burn_tenths: 30,
        severity: Severity::Warning,
    },
    // All of the month's budget, and it goes on.
    BurnRule {
        name: "spent",
        alert: "QuantumagiCrankBudgetSpent",
        long: Window::Month,
        short: Window::Day,
        burn_tenths: 10,
        severity: Severity::Warning,
    },
];

/// Failed calls of the long window below which errors ring no alert: three of the first four calls say nothing.
pub const LEAST_FAILED_CALLS: u64 = 10;

/// What alerts about an objective go by. Looks and duties are few, and looks are more where they fail, so that one failure
/// would ring: their time counts. Calls are many.
#[must_use]
pub const fn alarm_basis(objective: Objective) -> Basis {
    match objective {
        Objective::Availability | Objective::Latency => Basis::Time,
        Objective::Errors => Basis::Requests,
    }
}

/// An alert that rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// About what.
    pub objective: Objective,
    /// Why.
    pub rule: &'static BurnRule,
}

impl Tracker {
    /// Whether a rule's alert rings for an objective.
    #[must_use]
    pub fn rings(&self, objective: Objective, rule: &BurnRule) -> bool {
        let basis = alarm_basis(objective);
        let [long, short] = [rule.long, rule.short].map(|window| self.level(objective, basis, window));
        let least = if basis == Basis::Requests { LEAST_FAILED_CALLS } else { 0 };
        least <= long.bad && long.burns_above(rule.burn_tenths) && short.burns_above(rule.burn_tenths)
    }

    /// All alerts that ring.
    #[must_use]
    pub fn alarms(&self) -> Vec<Alarm> {
        let of = |rule: &'static BurnRule| {
            let ringing = Objective::ALL.into_iter().filter(move |objective| self.rings(*objective, rule));
            ringing.map(move |objective| Alarm { objective, rule })
        };
        BURN_RULES.iter().flat_map(of).collect()
    }
}
