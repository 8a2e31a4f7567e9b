//! The table of alerts. A test compares it with packaging/prometheus/quantumagi-crank.rules.yml.

use serde::{Deserialize, Serialize};

use crate::runway::SHORT_SECONDS;

/// How bad it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Somebody should look within a day.
    #[default]
    Warning,
    /// Somebody should look now.
    Critical,
}

impl Severity {
    /// The word, as everywhere.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// One alert: when it rings, and when it is over.
#[derive(Debug, PartialEq)]
pub struct Rule {
    /// Its name, as in Prometheus and as a section of docs/operators.md.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// For how long its condition must hold, seconds.
    pub hold: i64,
    /// Beyond it, the condition holds. In the unit of what is measured.
    pub fire: f64,
    /// Up to it, the condition is over. Between the two, whatever was goes on.
    pub clear: f64,
    /// Over how long it looks back, seconds; 0 where it looks at the moment.
    pub window: i64,
}

const fn rule(name: &'static str, severity: Severity, hold: i64, fire: f64, clear: f64, window: i64) -> Rule {
    Rule { name, severity, hold, fire, clear, window }
}

use Severity::{Critical, Warning};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;
const DAY: f64 = 86_400.0;
const MIB: f64 = 1_048_576.0;
#[allow(clippy::cast_precision_loss, reason = "four days are far below 2^53 seconds")]
const SHORT: f64 = SHORT_SECONDS as f64;

/// Seconds since a look has read every constitution.
pub const BLIND: Rule = rule("QuantumagiCrankBlind", Critical, 5 * MINUTE, 900.0, 900.0, 0);
/// Seconds since the oldest duty of a kind is due.
pub const OVERDUE: Rule = rule("QuantumagiCrankOverdue", Critical, 10 * MINUTE, 1_800.0, 1_800.0, 0);
/// Dead letters that are not dropped.
pub const DEAD_LETTERS: Rule = rule("QuantumagiCrankDeadLetters", Warning, 15 * MINUTE, 0.0, 0.0, 0);
/// Seconds since the oldest deadline of a workflow is missed.
pub const WORKFLOW_OVERDUE: Rule = rule("QuantumagiCrankWorkflowOverdue", Warning, 10 * MINUTE, 0.0, 0.0, 0);
/// Lamports that the wallet lacks of `min_balance`.
pub const POOR: Rule = rule("QuantumagiCrankPoor", Warning, 10 * MINUTE, 0.0, 0.0, 0);
/// Seconds that the wallet lasts, by what the last week cost; the condition holds below.
pub const RUNS_DRY: Rule = rule("QuantumagiCrankRunsDry", Critical, HOUR, SHORT, SHORT + DAY, 0);
/// Duties that were left for want of money within the window.
pub const CANNOT_PAY: Rule = rule("QuantumagiCrankCannotPay", Critical, 0, 0.0, 0.0, 30 * MINUTE);
/// Share of the window's fees that went to transactions that failed.
pub const WASTING: Rule = rule("QuantumagiCrankWasting", Warning, HOUR, 0.02, 0.015, 24 * HOUR);
/// Published roots that are not what the stake gives.
pub const FALSE_ROOT: Rule = rule("QuantumagiCrankFalseRoot", Critical, 0, 0.0, 0.0, 0);
/// 1 where the history of one constitution does not verify.
pub const HISTORY_UNPROVED: Rule = rule("QuantumagiCrankHistoryUnproved", Critical, 10 * MINUTE, 0.0, 0.0, 0);
/// Accounts of an unknown layout.
pub const UNREADABLE_ACCOUNTS: Rule = rule("QuantumagiCrankUnreadableAccounts", Warning, HOUR, 0.0, 0.0, 0);
/// 1 where one constitution could not be read.
pub const CONSTITUTION_UNREAD: Rule = rule("QuantumagiCrankConstitutionUnread", Warning, 15 * MINUTE, 0.0, 0.0, 0);
/// Quarters of its share that an endpoint has; the condition holds at 0 exactly.
pub const ENDPOINT_OUT: Rule = rule("QuantumagiCrankEndpointOut", Warning, 15 * MINUTE, 0.0, 0.0, 0);
/// Share of the window's calls that failed at every endpoint.
pub const CALLS_FAIL: Rule = rule("QuantumagiCrankCallsFail", Warning, 15 * MINUTE, 0.2, 0.1, 15 * MINUTE);
/// Seconds between the host's clock and the chain's, without sign.
pub const CLOCK_SKEW: Rule = rule("QuantumagiCrankClockSkew", Warning, 30 * MINUTE, 120.0, 90.0, 0);
/// 1 where the last reload was refused.
pub const CONFIG_STALE: Rule = rule("QuantumagiCrankConfigStale", Warning, 5 * MINUTE, 0.0, 0.0, 0);
/// Seconds that the certificate of the pages is valid still; the condition holds below.
pub const CERTIFICATE_ENDS: Rule = rule("QuantumagiCrankCertificateEnds", Warning, HOUR, 14.0 * DAY, 14.0 * DAY, 0);
/// Bytes that are free for the journal; the condition holds below.
pub const DISK_FULL: Rule = rule("QuantumagiCrankDiskFull", Critical, 10 * MINUTE, 200.0 * MIB, 250.0 * MIB, 0);

/// Fees below which nothing is called wasted: ten failures at the lowest fee. Lamports.
pub(super) const LEAST_WASTED: u64 = 50_000;

/// Every alert that a crank raises about itself. That no crank runs, only somebody else can tell.
pub static RULES: [Rule; 18] = [
    BLIND,
    OVERDUE,
    DEAD_LETTERS,
    WORKFLOW_OVERDUE,
    POOR,
    RUNS_DRY,
    CANNOT_PAY,
    WASTING,
    FALSE_ROOT,
    HISTORY_UNPROVED,
    UNREADABLE_ACCOUNTS,
    CONSTITUTION_UNREAD,
    ENDPOINT_OUT,
    CALLS_FAIL,
    CLOCK_SKEW,
    CONFIG_STALE,
    CERTIFICATE_ENDS,
    DISK_FULL,
];

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = include_str!("../../../../packaging/prometheus/quantumagi-crank.rules.yml");
    /// What only Prometheus tells. A crank that does not run cannot tell that. That it is slow is part of its promised
    /// latency, and the alerts of that budget it rings itself, in its log and in `/healthz`. That a workflow has failed has
    /// happened, and does not hold: it would never be over, and nothing is left to do in time. `workflows list --all`
    /// tells it.
    const OF_PROMETHEUS_ONLY: [&str; 3] =
        ["QuantumagiCrankAbsent", "QuantumagiCrankSlow", "QuantumagiCrankWorkflowFailed"];

    /// An alert of the rules file: name, question, `for`, severity.
    fn written() -> Vec<(String, String, i64, String)> {
        let mut all = Vec::new();
        for block in FILE.split("      - alert: ").skip(1) {
            let after =
                |key: &str| block.split_once(key).map(|(_, rest)| rest.lines().next().unwrap_or_default().trim());
            let name = block.lines().next().expect("a name").trim().to_owned();
            let (_, rest) = block.split_once("expr: ").expect("a question");
            let end = ["\n        for:", "\n        labels:"].iter().filter_map(|it| rest.find(it)).min();
            let question = rest[..end.expect("labels")].trim_start_matches(">-");
            let question = question.split_whitespace().collect::<Vec<_>>().join(" ");
            let hold = after("\n        for: ").map_or(0, |text| {
                let (number, unit) = text.split_at(text.len() - 1);
                let number: i64 = number.parse().expect("a number");
                number * if unit == "h" { HOUR } else { MINUTE }
            });
            let severity = after("severity: ").expect("a severity").trim_end_matches('}').to_owned();
            all.push((name, question, hold, severity));
        }
        all
    }

    fn window(rule: &Rule) -> String {
        match rule.window {
            seconds if seconds % (24 * HOUR) == 0 => format!("{}d", seconds / (24 * HOUR)),
            seconds => format!("{}m", seconds / MINUTE),
        }
    }

    /// What Prometheus is asked, from this table's numbers.
    fn question(rule: &Rule) -> String {
        let (fire, window) = (rule.fire, window(rule));
        match rule.name {
            "QuantumagiCrankBlind" => format!("time() - quantumagi_crank_last_success_timestamp_seconds > {fire}"),
            "QuantumagiCrankOverdue" => {
                format!("max by (instance, kind) (quantumagi_crank_oldest_due_seconds) > {fire}")
            }
            "QuantumagiCrankDeadLetters" => {
                format!("sum by (instance) (quantumagi_crank_dead_letters{{state!=\"dropped\"}}) > {fire}")
            }
            "QuantumagiCrankWorkflowOverdue" => format!("quantumagi_crank_workflow_overdue_seconds > {fire}"),
            "QuantumagiCrankPoor" => {
                "quantumagi_crank_balance_lamports < quantumagi_crank_min_balance_lamports".to_owned()
            }
            "QuantumagiCrankRunsDry" => format!(
                "quantumagi_crank_runway_seconds < {fire} and quantumagi_crank_last_success_timestamp_seconds > 0"
            ),
            "QuantumagiCrankCannotPay" => {
                let outcomes = crate::alert::Unpaid::ALL.map(crate::alert::Unpaid::name).join("|");
                format!(
                    "sum by (instance, outcome) \
                     (increase(quantumagi_crank_attempts_total{{outcome=~\"{outcomes}\"}}[{window}])) > {fire}"
                )
            }
            "QuantumagiCrankWasting" => format!(
                "sum by (instance) (increase(quantumagi_crank_fee_wasted_lamports_total[{window}])) > {fire} * sum by \
                 (instance) (increase(quantumagi_crank_fee_lamports_total[{window}])) and sum by (instance) \
                 (increase(quantumagi_crank_fee_wasted_lamports_total[{window}])) > {LEAST_WASTED}"
            ),
            "QuantumagiCrankFalseRoot" => format!("quantumagi_crank_doubtful_roots{{state=\"false\"}} > {fire}"),
            "QuantumagiCrankHistoryUnproved" => format!("quantumagi_crank_history_unproved > {fire}"),
            "QuantumagiCrankUnreadableAccounts" => format!("quantumagi_crank_unreadable_accounts > {fire}"),
            "QuantumagiCrankConstitutionUnread" => format!("quantumagi_crank_constitution_unread > {fire}"),
            "QuantumagiCrankEndpointOut" => format!("quantumagi_rpc_endpoint_share == {fire}"),
            "QuantumagiCrankCallsFail" => format!(
                "sum by (instance) (increase(quantumagi_rpc_calls_total{{outcome=\"failed\"}}[{window}])) > {fire} * sum \
                 by (instance) (increase(quantumagi_rpc_calls_total[{window}]))"
            ),
            "QuantumagiCrankClockSkew" => format!("abs(quantumagi_crank_clock_skew_seconds) > {fire}"),
            // The only number above 0 that is.
            "QuantumagiCrankConfigStale" => format!("quantumagi_crank_config_stale == {}", fire + 1.0),
            "QuantumagiCrankCertificateEnds" => format!(
                "quantumagi_crank_tls_certificate_left_seconds != 0 and quantumagi_crank_tls_certificate_left_seconds \
                 < {} * {DAY}",
                fire / DAY
            ),
            "QuantumagiCrankDiskFull" => format!("quantumagi_crank_disk_free_bytes < {fire}"),
            unknown => panic!("no question for {unknown}"),
        }
    }

    #[test]
    fn the_table_and_the_rules_of_prometheus_say_the_same() {
        let of_file = written().into_iter().filter(|it| !OF_PROMETHEUS_ONLY.contains(&it.0.as_str()));
        let of_table =
            RULES.iter().map(|rule| (rule.name.to_owned(), question(rule), rule.hold, rule.severity.name().to_owned()));
        assert_eq!(of_table.collect::<Vec<_>>(), of_file.collect::<Vec<_>>());
    }
}
