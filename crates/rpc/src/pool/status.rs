//! What a pool knows of its endpoints, for people and for health pages.

use std::time::Duration;

use tokio::time::Instant;

use super::breaker::BreakerState;
use super::endpoint::Label;
use super::error::Unfit;
use super::member::Member;
use super::method::PerClass;

/// What is known of one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EndpointStatus {
    /// Its name.
    pub name: Label,
    /// Quarters of its usual share of calls: 4 well, 1 to 3 coming back, 0 out.
    pub share: u8,
    /// Why it is out, where it is. An open breaker is not told here: it concerns one class.
    pub unfit: Option<Unfit>,
    /// Slot of its last good probe.
    pub slot: Option<u64>,
    /// By how many slots it was behind the others at their last probes, where they could be compared.
    pub slot_lag: Option<u64>,
    /// How long its calls take, as it was weighed at the last of each class: a failure counts as five seconds.
    pub latency: PerClass<Option<Duration>>,
    /// Its breakers.
    pub breakers: PerClass<BreakerState>,
}

impl EndpointStatus {
    pub(super) fn of(member: &Member, now: Instant) -> Self {
        let record = *member.record();
        let unfit = (!member.is_usable()).then(|| member.unfit());
        Self {
            name: member.endpoint.name.clone(),
            share: if member.is_usable() { member.share() } else { 0 },
            unfit,
            slot: record.slot(),
            slot_lag: record.lag(),
            latency: PerClass::from_fn(|class| member.load.last(class)),
            breakers: PerClass::from_fn(|class| member.breakers[class].state(now)),
        }
    }
}
