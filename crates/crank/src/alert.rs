//! Alerts that the crank raises by itself, for operators without Prometheus.
//!
//! [`RULES`] is the table: names, severities, times and thresholds, the same as in packaging/prometheus. [`Facts`] is what the
//! crank knows at a moment, and [`Facts::readings`] asks every rule about it. [`step`] takes the readings into what was known
//! of each alert before, and says whom to tell what. All of it is pure: the journal keeps the alerts, and the daemon sends.

mod facts;
mod machine;
mod rule;

pub use facts::{Facts, Reading, Truth, Unpaid};
pub use machine::{Ack, Alert, Notice, Phase, Policy, Step, Told, step};
pub use rule::{
    BLIND, CALLS_FAIL, CANNOT_PAY, CERTIFICATE_ENDS, CLOCK_SKEW, CONFIG_STALE, CONSTITUTION_UNREAD, DEAD_LETTERS,
    DISK_FULL, ENDPOINT_OUT, FALSE_ROOT, HISTORY_UNPROVED, OVERDUE, POOR, RULES, RUNS_DRY, Rule, Severity,
    UNREADABLE_ACCOUNTS, WASTING, WORKFLOW_OVERDUE,
};
