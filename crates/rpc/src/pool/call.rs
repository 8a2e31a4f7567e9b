//! What a caller says about one call, and what is known of it afterwards.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::dice::Dice;
use super::endpoint::{Endpoint, Label};

/// Longest correlation id in bytes.
const MAX_CORRELATION_LEN: usize = 64;

/// What a caller says about its calls. The default says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallOptions {
    /// When the caller no longer waits. It travels: retries and pauses end with it, whatever the timeouts say.
    /// `None` leaves it to the pool's own limit.
    pub deadline: Option<Instant>,
    /// Joins the log lines of several calls. `None` gives each call its own.
    pub correlation: Option<CorrelationId>,
    /// Only endpoints with this tag.
    pub tag: Option<Label>,
    /// Only the endpoint with this name: for questions whose answers are compared with each other.
    pub endpoint: Option<Label>,
}

impl CallOptions {
    /// The same options with a deadline.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The same options with a correlation id.
    #[must_use]
    pub fn with_correlation(mut self, correlation: CorrelationId) -> Self {
        self.correlation = Some(correlation);
        self
    }

    /// The same options for endpoints with this tag only.
    #[must_use]
    pub fn with_tag(mut self, tag: Label) -> Self {
        self.tag = Some(tag);
        self
    }

    /// The same options for this endpoint only.
    #[must_use]
    pub fn with_endpoint(mut self, name: Label) -> Self {
        self.endpoint = Some(name);
        self
    }

    /// Whether an endpoint is one that calls with these options may go to.
    pub(super) fn allow(&self, endpoint: &Endpoint) -> bool {
        self.tag.as_ref().is_none_or(|tag| endpoint.tags.contains(tag))
            && self.endpoint.as_ref().is_none_or(|name| endpoint.name == *name)
    }
}

/// Joins what different places log about one thing. Sent to endpoints as `x-request-id`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CorrelationId(Arc<str>);

/// A correlation id that is empty, too long or has other characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a correlation id is 1 to {MAX_CORRELATION_LEN} of A-Z, a-z, 0-9, `-`, `_` and `.`")]
pub struct BadCorrelationId;

impl CorrelationId {
    pub(crate) fn new(dice: &Dice) -> Self {
        Self(Arc::from(format!("{:032x}", dice.wide())))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CorrelationId {
    type Err = BadCorrelationId;

    fn from_str(text: &str) -> Result<Self, BadCorrelationId> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if text.is_empty() || text.len() > MAX_CORRELATION_LEN || !text.bytes().all(is_allowed) {
            return Err(BadCorrelationId);
        }
        Ok(Self(Arc::from(text)))
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a call went.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallTrace {
    /// The method.
    pub method: &'static str,
    /// The endpoint that was asked last; `None` where none was.
    pub endpoint: Option<Label>,
    /// How often an endpoint was asked.
    pub attempts: u32,
    /// Whether an attempt before the last may have been carried out though its answer was lost: the last one's refusal
    /// then says nothing about that one.
    pub may_be_done: bool,
    /// From the first attempt to the end, pauses included.
    pub elapsed: Duration,
    /// What the log lines of this call have in common.
    pub correlation: CorrelationId,
}

impl fmt::Display for CallTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, endpoint, attempts, elapsed, correlation, may_be_done: _ } = self;
        write!(f, "{method}")?;
        if let Some(endpoint) = endpoint {
            write!(f, " at {endpoint}")?;
        }
        let plural = if *attempts == 1 { "" } else { "s" };
        write!(f, ", {attempts} attempt{plural} in {} ms, call {correlation}", elapsed.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::CorrelationId;

    #[test]
    fn a_correlation_id_fits_into_a_header_and_a_log_line() {
        for good in ["a", "0af7651916cd43dd8448eb211c80319c", "req_1.2-3", &"x".repeat(64)] {
            assert_eq!(good.parse::<CorrelationId>().expect("an id").as_str(), good);
        }
        for bad in ["", "a b", "a\n", "é", &"x".repeat(65)] {
            assert!(bad.parse::<CorrelationId>().is_err(), "{bad}");
        }
    }
}
