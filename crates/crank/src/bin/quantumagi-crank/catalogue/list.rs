//! The list itself.

use std::borrow::Cow;

use super::{Metric, Row, Shape, Unit, Values};
use crate::notify::RESULTS;

pub(crate) const BUILD_INFO: &str = "quantumagi_crank_build_info";
pub(crate) const ROUNDS: &str = "quantumagi_crank_rounds_total";
pub(crate) const ROUND_SECONDS: &str = "quantumagi_crank_round_seconds";
pub(crate) const LAST_ROUND: &str = "quantumagi_crank_last_round_timestamp_seconds";
pub(crate) const LAST_SUCCESS: &str = "quantumagi_crank_last_success_timestamp_seconds";
pub(crate) const DUE: &str = "quantumagi_crank_due";
pub(crate) const OLDEST_DUE: &str = "quantumagi_crank_oldest_due_seconds";
pub(crate) const WAITING: &str = "quantumagi_crank_waiting";
pub(crate) const ATTEMPTS: &str = "quantumagi_crank_attempts_total";
pub(crate) const DELAY: &str = "quantumagi_crank_action_delay_seconds";
pub(crate) const LANDING_SLOTS: &str = "quantumagi_crank_landing_slots";
pub(crate) const LANDING_DELAY: &str = "quantumagi_crank_landing_delay_seconds";
pub(crate) const CACHE: &str = "quantumagi_crank_cache_lookups_total";
pub(crate) const RECENT_DELAY: &str = "quantumagi_crank_recent_delay_seconds";
pub(crate) const LATENCY_LIMIT: &str = "quantumagi_crank_latency_limit_seconds";
pub(crate) const LETTERS: &str = "quantumagi_crank_dead_letters";
pub(crate) const SETTLED: &str = "quantumagi_crank_dead_letters_settled_total";
pub(crate) const UNREAD: &str = "quantumagi_crank_constitution_unread";
pub(crate) const UNREADABLE: &str = "quantumagi_crank_unreadable_accounts";
pub(crate) const DOUBTFUL_ROOTS: &str = "quantumagi_crank_doubtful_roots";
pub(crate) const UNPROVED: &str = "quantumagi_crank_history_unproved";
pub(crate) const FLIGHTS: &str = "quantumagi_crank_transactions_open";
pub(crate) const FEES: &str = "quantumagi_crank_fee_lamports_total";
pub(crate) const RENTS: &str = "quantumagi_crank_rent_lamports_total";
pub(crate) const WASTED: &str = "quantumagi_crank_fee_wasted_lamports_total";
pub(crate) const SPENT_TODAY: &str = "quantumagi_crank_spent_today_lamports";
pub(crate) const DAY_LIMIT: &str = "quantumagi_crank_day_limit_lamports";
pub(crate) const BALANCE: &str = "quantumagi_crank_balance_lamports";
pub(crate) const MIN_BALANCE: &str = "quantumagi_crank_min_balance_lamports";
pub(crate) const RUNWAY: &str = "quantumagi_crank_runway_seconds";
pub(crate) const SKEW: &str = "quantumagi_crank_clock_skew_seconds";
pub(crate) const SLOT: &str = "quantumagi_crank_slot";
pub(crate) const CONFIG_STALE: &str = "quantumagi_crank_config_stale";
pub(crate) const RELOADS: &str = "quantumagi_crank_config_reloads_total";
pub(crate) const DISK_FREE: &str = "quantumagi_crank_disk_free_bytes";
pub(crate) const RESIDENT: &str = "quantumagi_crank_resident_memory_bytes";
pub(crate) const FILES: &str = "quantumagi_crank_open_files";
pub(crate) const INSTANCES: &str = "quantumagi_crank_workflow_instances";
pub(crate) const FLAGGED: &str = "quantumagi_crank_workflow_flagged";
pub(crate) const STEP_OVERDUE: &str = "quantumagi_crank_workflow_overdue_seconds";
pub(crate) const STEPS: &str = "quantumagi_crank_workflow_steps_total";
pub(crate) const ENDED: &str = "quantumagi_crank_workflow_ended_total";
pub(crate) const SLA_RATIO: &str = "quantumagi_crank_sla_ratio";
pub(crate) const SLA_BURN: &str = "quantumagi_crank_sla_burn_rate";
pub(crate) const SLA_BUDGET: &str = "quantumagi_crank_sla_budget_left_ratio";
pub(crate) const SLA_BAD: &str = "quantumagi_crank_sla_bad";
pub(crate) const SLA_TIME: &str = "quantumagi_crank_sla_time_seconds";
pub(crate) const SLA_OBJECTIVE: &str = "quantumagi_crank_sla_objective_ratio";
pub(crate) const SLA_ALERT: &str = "quantumagi_crank_sla_alert";
pub(crate) const CONNECTIONS_REFUSED: &str = "quantumagi_crank_http_connections_refused_total";
pub(crate) const CERTIFICATE_LEFT: &str = "quantumagi_crank_tls_certificate_left_seconds";
pub(crate) const REQUESTS: &str = "quantumagi_crank_http_requests_total";

pub(crate) const ALERTS: &str = "quantumagi_crank_alerts_firing";
pub(crate) const NOTIFICATIONS: &str = "quantumagi_crank_notifications_total";
pub(crate) const NOTIFICATION_QUEUE: &str = "quantumagi_crank_notification_queue";
pub(crate) const NOTIFIED: &str = "quantumagi_crank_last_notification_timestamp_seconds";

const NONE: &[(&str, Values)] = &[];
const BY_KIND: &[(&str, Values)] = &[("kind", Values::Kinds)];
const BY_KIND_AND_OUTCOME: &[(&str, Values)] = &[("kind", Values::Kinds), ("outcome", Values::Outcomes)];
const BY_RESULT: &[(&str, Values)] = &[("result", Values::Words(&["ok", "partial", "failed"]))];
const BY_LOOKUP: &[(&str, Values)] =
    &[("cache", Values::Words(&["published"])), ("result", Values::Words(&["hit", "miss"]))];
const BY_STATE: &[(&str, Values)] = &[("state", Values::LetterStates)];
const BY_CONSTITUTION: &[(&str, Values)] = &[("constitution", Values::Constitutions)];
const BY_DOUBT: &[(&str, Values)] = &[("state", Values::Words(&["false", "unknown"]))];
const BY_RELOAD: &[(&str, Values)] = &[("result", Values::Words(&["ok", "refused"]))];
const BY_REQUEST: &[(&str, Values)] = &[
    ("path", Values::Words(&["/livez", "/readyz", "/healthz", "/status", "/metrics", "other"])),
    ("status", Values::Words(&["200", "404", "405", "413", "429", "503"])),
];
const BY_WORKFLOW: &[(&str, Values)] = &[("workflow", Values::Workflows)];
const BY_WORKFLOW_AND_STATE: &[(&str, Values)] =
    &[("workflow", Values::Workflows), ("state", Values::Words(&["running", "overdue"]))];
const BY_WORKFLOW_AND_TIMING: &[(&str, Values)] =
    &[("workflow", Values::Workflows), ("timing", Values::Words(&["on_time", "late", "unseen"]))];
const BY_WORKFLOW_AND_RESULT: &[(&str, Values)] =
    &[("workflow", Values::Workflows), ("result", Values::Words(&["done", "failed"]))];
const OBJECTIVES: (&str, Values) = ("objective", Values::Words(&["availability", "latency", "errors"]));
const WINDOWS: (&str, Values) = ("window", Values::Words(&["5m", "1h", "24h", "30d"]));
const BY_LEVEL: &[(&str, Values)] = &[OBJECTIVES, ("basis", Values::Words(&["time", "requests"])), WINDOWS];
const BY_OBJECTIVE: &[(&str, Values)] = &[OBJECTIVES];
const BY_BURN: &[(&str, Values)] = &[OBJECTIVES, ("alert", Values::Words(&["fast", "slow", "spent"]))];
const BY_SPENT: &[(&str, Values)] = &[("state", Values::Words(&["up", "down", "off", "planned"])), WINDOWS];
const BY_ALERT: &[(&str, Values)] = &[("alert", Values::Alerts), ("severity", Values::Words(&["warning", "critical"]))];
const BY_SINK: &[(&str, Values)] = &[("sink", Values::Sinks)];
const BY_SINK_AND_RESULT: &[(&str, Values)] = &[("sink", Values::Sinks), ("result", Values::Words(&RESULTS))];
const BY_REFUSAL: &[(&str, Values)] = &[("reason", Values::Words(&["crowded", "handshake"]))];
const BY_VERSION: &[(&str, Values)] = &[("version", Values::Words(&[env!("CARGO_PKG_VERSION")]))];

use Row::{Endpoints, Money, Objectives, Process, Work, Workflows};
use Shape::{Counter, Gauge, Histogram, Moment};
use Unit::{Bytes, Count, Lamports, Ratio, Seconds};

const fn metric(
    name: &'static str,
    form: (Shape, Unit),
    labels: &'static [(&'static str, Values)],
    row: Row,
    help: &'static str,
) -> Metric {
    Metric { name, shape: form.0, unit: form.1, labels: Cow::Borrowed(labels), help, row }
}

/// The crank's own metrics, in the order of the dashboard.
#[rustfmt::skip]
pub(super) const OWN: &[Metric] = &[
    metric(LAST_SUCCESS, (Moment, Seconds), NONE, Work,
        "When a round last read every constitution. The time since grows when endpoints are unwell or the crank hangs."),
    metric(LAST_ROUND, (Moment, Seconds), NONE, Work, "When a round last ended, whatever came of it."),
    metric(ROUNDS, (Counter, Count), BY_RESULT, Work,
        "Rounds: ok where every constitution was read, partial where some were, failed where none was."),
    metric(ROUND_SECONDS, (Histogram, Seconds), NONE, Work, "How long a round took, with all that it carried out."),
    metric(DUE, (Gauge, Count), BY_KIND, Work, "Duties that were due at the last look. High for long: see the oldest."),
    metric(OLDEST_DUE, (Gauge, Seconds), BY_KIND, Work,
        "Since when the oldest duty of its kind is due, by the chain's clock. Grows when something is not carried out."),
    metric(WAITING, (Gauge, Count), NONE, Work,
        "Duties left for later: their rank waits for others, or their dead letter."),
    metric(ATTEMPTS, (Counter, Count), BY_KIND_AND_OUTCOME, Work,
        "Attempts at duties, by how they ended. Overtaken is harmless: another crank was faster."),
    metric(DELAY, (Histogram, Seconds), NONE, Work,
        "From the second a duty was due to the end of the attempt that did it."),
    metric(LANDING_SLOTS, (Histogram, Count), BY_KIND, Work,
        "Slots from the state that a transaction was tried on, right before it was sent, to its block. More: fees are too low, or endpoints send badly."),
    metric(LANDING_DELAY, (Histogram, Seconds), NONE, Work,
        "From the second a duty was due until its transaction was seen in a block."),
    metric(RECENT_DELAY, (Gauge, Seconds), NONE, Work,
        "The median of the same for the last five duties of a day; 0 where there were fewer. Rises when landing gets slow."),
    metric(LATENCY_LIMIT, (Gauge, Seconds), NONE, Work, "What it should stay below, from `sla.latency_limit`."),
    metric(LETTERS, (Gauge, Count), BY_STATE, Work,
        "Duties that are due and refused. Look at them with `quantumagi-crank dlq list`."),
    metric(SETTLED, (Counter, Count), NONE, Work, "Dead letters that the chain has settled since the start."),
    metric(UNREAD, (Gauge, Count), BY_CONSTITUTION, Work,
        "1 where a constitution could not be read at the last look."),
    metric(UNREADABLE, (Gauge, Count), NONE, Work,
        "Accounts that this version cannot read and leaves alone. Install the version that can."),
    metric(DOUBTFUL_ROOTS, (Gauge, Count), BY_DOUBT, Work,
        "Roots that other operators published: false where the stake read here gives another, unknown where none is known."),
    metric(UNPROVED, (Gauge, Count), BY_CONSTITUTION, Work,
        "1 where the history of a constitution did not verify when a checkpoint was due. Nothing is anchored then."),
    metric(FLIGHTS, (Gauge, Count), NONE, Work, "Transactions that were sent and may still land."),
    metric(INSTANCES, (Gauge, Count), BY_WORKFLOW_AND_STATE, Workflows,
        "Matters on their way through each governance workflow. Overdue: a deadline is missed; see `workflows list`."),
    metric(STEP_OVERDUE, (Gauge, Seconds), BY_WORKFLOW, Workflows,
        "For how long the oldest missed deadline of each workflow is missed, by the chain's clock."),
    metric(FLAGGED, (Gauge, Count), BY_WORKFLOW, Workflows,
        "Matters on their way with something that somebody should know: `workflows list` says what."),
    metric(STEPS, (Counter, Count), BY_WORKFLOW_AND_TIMING, Workflows,
        "Steps that ended, whoever did them: on time, late, or unseen where the chain does not tell any more."),
    metric(ENDED, (Counter, Count), BY_WORKFLOW_AND_RESULT, Workflows,
        "Matters that came to their end. Failed: executed against a principle, never executed, lapsed, or unproved."),
    metric(SLA_RATIO, (Gauge, Ratio), BY_LEVEL, Objectives,
        "The share of time or requests that was good; 1 where nothing was counted. See `quantumagi-crank sla`."),
    metric(SLA_BURN, (Gauge, Count), BY_LEVEL, Objectives,
        "How many times faster than it may be the error budget was spent. Above 1 for a month, more was promised than kept."),
    metric(SLA_BUDGET, (Gauge, Ratio), BY_LEVEL, Objectives,
        "The share of the window's error budget that is left; below 0 where more was spent."),
    metric(SLA_BAD, (Gauge, Count), BY_LEVEL, Objectives, "Seconds, or requests, that were bad."),
    metric(SLA_TIME, (Gauge, Seconds), BY_SPENT, Objectives,
        "Where the time went: up, down (it ran and did not work), off (it was killed, or stopped for too long), planned."),
    metric(SLA_OBJECTIVE, (Gauge, Ratio), BY_OBJECTIVE, Objectives, "What is promised, from the table `[sla]`."),
    metric(SLA_ALERT, (Gauge, Count), BY_BURN, Objectives,
        "1 where the crank itself finds that an error budget burns too fast, by the rules that Prometheus has."),
    metric(BALANCE, (Gauge, Lamports), NONE, Money, "What the wallet holds."),
    metric(MIN_BALANCE, (Gauge, Lamports), NONE, Money, "What it should hold, from `min_balance`."),
    metric(RUNWAY, (Gauge, Seconds), NONE, Money,
        "How long the balance lasts at the fees of the last seven days; a year at most. Send the wallet SOL in time."),
    metric(SPENT_TODAY, (Gauge, Lamports), NONE, Money, "Fees of this day of the chain's clock."),
    metric(DAY_LIMIT, (Gauge, Lamports), NONE, Money, "What may be spent in a day, from `max_fee_per_day`."),
    metric(FEES, (Counter, Lamports), BY_KIND, Money, "Fees that were paid, since the start."),
    metric(RENTS, (Counter, Lamports), BY_KIND, Money,
        "Rent that was paid for accounts that duties make, since the start. It comes back when they are closed."),
    metric(WASTED, (Counter, Lamports), NONE, Money, "Fees of transactions that landed and failed, since the start."),
    metric(SLOT, (Gauge, Count), NONE, Endpoints,
        "Slot of the chain's clock at the last look. It should rise with each."),
    metric(SKEW, (Gauge, Seconds), NONE, Endpoints,
        "The host's clock less the chain's. Far from 0: the host's clock is wrong, or endpoint or cluster lag."),
    metric(CACHE, (Counter, Count), BY_LOOKUP, Endpoints,
        "What was published about a proposal, as its execution needs it: at hand, or searched for in the history."),
    metric(CONFIG_STALE, (Gauge, Count), NONE, Process,
        "1 where the last reload found mistakes, and the old configuration goes on."),
    metric(RELOADS, (Counter, Count), BY_RELOAD, Process, "Reloads of the configuration, by SIGHUP."),
    metric(DISK_FREE, (Gauge, Bytes), NONE, Process, "Room where the journal lies. Without any, nothing is sent."),
    metric(RESIDENT, (Gauge, Bytes), NONE, Process, "Memory of the process. It should be flat."),
    metric(FILES, (Gauge, Count), NONE, Process, "Open files and connections of the process. It should be flat."),
    metric(REQUESTS, (Counter, Count), BY_REQUEST, Process,
        "Requests for health and metrics. 429: more than 20 in a second, or 10 from one address."),
    metric(CERTIFICATE_LEFT, (Gauge, Seconds), NONE, Process,
        "How long the certificate of the pages is valid still, at the last look; 0 without TLS."),
    metric(CONNECTIONS_REFUSED, (Counter, Count), BY_REFUSAL, Process,
        "Connections that were closed: crowded, where 64 others came later; handshake, where TLS failed."),
    metric(ALERTS, (Gauge, Count), BY_ALERT, Process,
        "Alerts that the crank itself raises and that are not over. Look at them with `quantumagi-crank alerts list`."),
    metric(NOTIFICATIONS, (Counter, Count), BY_SINK_AND_RESULT, Process,
        "Attempts at telling a webhook, by how they ended. Anything but delivered: `quantumagi-crank doctor` says why."),
    metric(NOTIFICATION_QUEUE, (Gauge, Count), BY_SINK, Process,
        "Notifications that wait for a webhook. High for long: it does not take them."),
    metric(NOTIFIED, (Moment, Seconds), BY_SINK, Process, "When a webhook last took a notification."),
    metric(BUILD_INFO, (Gauge, Count), BY_VERSION, Process, "Always 1."),
];
