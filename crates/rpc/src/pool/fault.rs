//! What can go wrong with one attempt at one endpoint, who is to blame, and whether another attempt can help.
//!
//! The answers are two tables, so that they can be read, compared with the nodes' own list and changed in one
//! place.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::Value;

use crate::redact::Secrets;

/// What went wrong with one attempt.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No connection: the name is unknown, nobody listens, or TLS failed. Nothing was asked.
    #[error("no connection could be made")]
    Connect,
    /// No whole answer in time.
    #[error("no answer within {} ms", limit.as_millis())]
    Timeout {
        /// How long was waited.
        limit: Duration,
    },
    /// The connection broke after the request began to go out.
    #[error("the connection broke before the whole answer was there")]
    Broken,
    /// The answer is longer than this pool reads.
    #[error("the answer is longer than the {limit} bytes allowed")]
    TooLarge {
        /// Longest answer in bytes.
        limit: usize,
    },
    /// An HTTP status that is not a success, without a JSON-RPC error beside it.
    #[error("HTTP status {status}")]
    Status {
        /// The status.
        status: u16,
        /// What `Retry-After` asks for, where it is a number of seconds.
        retry_after: Option<Duration>,
    },
    /// The answer is no JSON-RPC answer to what was asked.
    #[error("the answer is not JSON-RPC: {what}")]
    Unreadable {
        /// Which part is wrong.
        what: &'static str,
    },
    /// The endpoint answered with a JSON-RPC error.
    #[error("error {code}: {message}")]
    Answer {
        /// JSON-RPC error number.
        code: i64,
        /// The endpoint's own words.
        message: String,
        /// What came with it; `Null` where nothing did.
        data: Value,
        /// What `Retry-After` asks for, where it is a number of seconds.
        retry_after: Option<Duration>,
    },
}

/// Who is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The endpoint: counts against its breaker.
    Endpoint,
    /// Its load: the endpoint is avoided for a while, its breaker is not touched.
    Load,
    /// Nobody, or the caller: the endpoint did its part.
    Nobody,
}

/// Whether another attempt can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// At another endpoint at once, or at the same one later.
    Later,
    /// At another endpoint; this one will not change its mind.
    Elsewhere,
    /// Nowhere: every endpoint would say the same.
    Never,
}

/// A row's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Who is to blame.
    pub blame: Blame,
    /// Whether another attempt can help.
    pub again: Again,
}

const BROKEN: Verdict = Verdict { blame: Blame::Endpoint, again: Again::Later };
const REFUSED: Verdict = Verdict { blame: Blame::Endpoint, again: Again::Elsewhere };
const BUSY: Verdict = Verdict { blame: Blame::Load, again: Again::Later };
const BEHIND: Verdict = Verdict { blame: Blame::Nobody, again: Again::Later };
const UNABLE: Verdict = Verdict { blame: Blame::Nobody, again: Again::Elsewhere };
const FINAL: Verdict = Verdict { blame: Blame::Nobody, again: Again::Never };

/// HTTP statuses, the first row that has one. A status in no row is [`BROKEN`]: failures of the server, 500
/// itself included.
const STATUSES: [(RangeInclusive<u16>, Verdict, &str); 5] = [
    (400..=400, FINAL, "bad request"),
    (408..=408, BROKEN, "the endpoint waited too long for the request"),
    (413..=415, FINAL, "too long, or of the wrong type"),
    (429..=429, BUSY, "too many requests"),
    // Redirections among them: no key goes where an answer says.
    (300..=499, REFUSED, "a refused or unpaid key, a method that is not served here"),
];

/// JSON-RPC error numbers; those from -32001 down are Agave 4.0's, from its `custom_error.rs`. A number in no
/// row is [`UNABLE`]: providers invent their own, for reasons that another provider does not have. What every
/// node would refuse is [`FINAL`], so that no chain of endpoints is walked in vain.
const CODES: [(i64, Verdict, &str); 28] = [
    (-32700, FINAL, "parse error"),
    (-32600, FINAL, "invalid request"),
    (-32601, UNABLE, "method not found: not served here"),
    (-32602, FINAL, "invalid parameters"),
    (-32603, BROKEN, "internal error"),
    (-32429, BUSY, "too many requests, within HTTP status 200"),
    (429, BUSY, "too many requests, within HTTP status 200"),
    (-32001, UNABLE, "block cleaned up"),
    (-32002, FINAL, "the trial run before sending failed"),
    (-32003, FINAL, "a signature is wrong"),
    (-32004, BEHIND, "block not available for this slot"),
    (-32005, BROKEN, "node is behind"),
    (-32006, FINAL, "a precompiled program refused"),
    (-32007, FINAL, "slot was skipped"),
    (-32008, UNABLE, "no snapshot"),
    (-32009, FINAL, "slot was skipped, says long-term storage"),
    (-32010, UNABLE, "key excluded from this node's index"),
    (-32011, UNABLE, "transaction history not available"),
    (-32012, BROKEN, "scan failed"),
    (-32013, FINAL, "signature of the wrong length"),
    (-32014, BEHIND, "block status not yet available"),
    (-32015, FINAL, "transaction version not asked for"),
    (-32016, BEHIND, "minimum context slot not reached"),
    (-32017, FINAL, "epoch rewards are being paid"),
    (-32018, FINAL, "slot is no epoch boundary"),
    (-32019, BROKEN, "long-term storage unreachable"),
    (-32020, FINAL, "the filter's transaction was not found"),
    // What a node that cannot start answers to everything.
    (-32000, BROKEN, "server error"),
];

/// What an HTTP status means.
pub(crate) fn status_verdict(status: u16) -> Verdict {
    STATUSES.iter().find(|(range, ..)| range.contains(&status)).map_or(BROKEN, |(_, verdict, _)| *verdict)
}

/// What a JSON-RPC error number means.
pub(crate) fn code_verdict(code: i64) -> Verdict {
    CODES.iter().find(|(listed, ..)| *listed == code).map_or(UNABLE, |(_, verdict, _)| *verdict)
}

impl Fault {
    /// Who is to blame, and whether another attempt can help.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Connect | Self::Timeout { .. } | Self::Broken | Self::Unreadable { .. } => BROKEN,
            // As likely the question's fault as the endpoint's, whose probes tell.
            Self::TooLarge { .. } => UNABLE,
            Self::Status { status, .. } => status_verdict(*status),
            Self::Answer { code, .. } => code_verdict(*code),
        }
    }

    /// The same without the keys that the endpoint repeats.
    pub(super) fn hiding(self, secrets: &Secrets) -> Self {
        if let Self::Answer { code, message, data, retry_after } = self {
            let (message, data) = (secrets.hide(&message), secrets.hide_within(data));
            return Self::Answer { code, message, data, retry_after };
        }
        self
    }

    /// A JSON-RPC error of which the number is all that is known.
    pub(crate) fn bare_answer(code: i64) -> Self {
        Self::Answer { code, message: String::new(), data: Value::Null, retry_after: None }
    }

    /// Whether nodes themselves use this number.
    pub(super) fn is_listed(code: i64) -> bool {
        CODES.iter().any(|(listed, ..)| *listed == code)
    }

    /// Whether the same call can succeed later without any change.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.verdict().again == Again::Later
    }

    /// Whether the endpoint certainly did nothing: it was not reached, or refused for its load or its key.
    pub(super) fn is_undone(&self) -> bool {
        matches!(self, Self::Connect) || self.verdict().blame == Blame::Load
    }

    /// Whether the endpoint may have done what it was asked, though its answer was lost. One that answers with an error
    /// of the nodes' own refused before it did anything, but for failures within.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        match self {
            Self::Connect => false,
            Self::Timeout { .. } | Self::Broken | Self::TooLarge { .. } | Self::Unreadable { .. } => true,
            Self::Status { status, .. } => status_verdict(*status) == BROKEN,
            Self::Answer { code, .. } => {
                let is_refusal = (-32_099..=-32_001).contains(code) || self.verdict().again == Again::Never;
                !is_refusal && self.verdict().blame != Blame::Load
            }
        }
    }

    /// How long the endpoint asks to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } | Self::Answer { retry_after, .. } => *retry_after,
            Self::Connect | Self::Timeout { .. } | Self::Broken | Self::TooLarge { .. } | Self::Unreadable { .. } => {
                None
            }
        }
    }

    /// A short fixed word for metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout { .. } => "timeout",
            Self::Broken => "broken",
            Self::TooLarge { .. } => "too-large",
            Self::Status { .. } => "status",
            Self::Unreadable { .. } => "unreadable",
            Self::Answer { .. } => "answer",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use solana_rpc_client_api::custom_error as listed;

    use super::{BEHIND, BROKEN, BUSY, CODES, FINAL, Fault, REFUSED, UNABLE, Verdict};

    #[track_caller]
    fn check(fault: &Fault, verdict: Verdict) {
        assert_eq!(fault.verdict(), verdict, "{fault}");
    }

    #[test]
    fn a_status_is_judged_by_its_row() {
        for (status, verdict) in [
            (302, REFUSED),
            (400, FINAL),
            (401, REFUSED),
            (403, REFUSED),
            (404, REFUSED),
            (408, BROKEN),
            (410, REFUSED),
            (413, FINAL),
            (429, BUSY),
            (500, BROKEN),
            (502, BROKEN),
            (503, BROKEN),
        ] {
            check(&Fault::Status { status, retry_after: None }, verdict);
        }
    }

    #[test]
    fn an_answer_is_judged_by_its_number() {
        for (code, verdict) in [
            (listed::JSON_RPC_SERVER_ERROR_NODE_UNHEALTHY, BROKEN),
            (listed::JSON_RPC_SERVER_ERROR_SLOT_SKIPPED, FINAL),
            (listed::JSON_RPC_SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE, FINAL),
            (listed::JSON_RPC_SERVER_ERROR_MIN_CONTEXT_SLOT_NOT_REACHED, BEHIND),
            (listed::JSON_RPC_SERVER_ERROR_TRANSACTION_HISTORY_NOT_AVAILABLE, UNABLE),
            (429, BUSY),
            (-1, UNABLE),
            (3, UNABLE),
        ] {
            check(&Fault::Answer { code, message: String::new(), data: Value::Null, retry_after: None }, verdict);
        }
    }

    #[test]
    fn what_an_endpoint_may_have_done_is_told_from_what_it_refused() {
        let status = |status| Fault::Status { status, retry_after: None };
        let answer = |code| Fault::Answer { code, message: String::new(), data: Value::Null, retry_after: None };
        let limit = std::time::Duration::ZERO;
        for lost in [Fault::Timeout { limit }, Fault::Broken, Fault::Unreadable { what: "" }, status(502), status(408)]
        {
            assert!(lost.may_be_done(), "{lost}");
        }
        for code in [-32_603, -32_000, 19] {
            assert!(answer(code).may_be_done(), "{code}");
        }
        for refused in [Fault::Connect, status(429), status(401), status(413)] {
            assert!(!refused.may_be_done(), "{refused}");
        }
        for code in [-32_002, -32_005, -32_016, -32_429, -32_602] {
            assert!(!answer(code).may_be_done(), "{code}");
        }
    }

    #[test]
    fn the_table_has_every_number_once_and_all_of_the_nodes() {
        for (index, (code, ..)) in CODES.iter().enumerate() {
            assert!(CODES.iter().skip(index + 1).all(|(other, ..)| other != code), "{code}");
        }
        for code in
            listed::JSON_RPC_SERVER_ERROR_FILTER_TRANSACTION_NOT_FOUND..=listed::JSON_RPC_SERVER_ERROR_BLOCK_CLEANED_UP
        {
            assert!(CODES.iter().any(|(listed, ..)| *listed == code), "{code}");
        }
    }
}
