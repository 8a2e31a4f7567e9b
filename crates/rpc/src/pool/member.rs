//! One endpoint at work: its breakers, its load, and whether it may be used at all.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::time::Instant;

use super::breaker::{Breaker, Transition};
use super::call::CallOptions;
use super::config::PoolConfig;
use super::dice::Dice;
use super::endpoint::{Endpoint, Role};
use super::error::{Ailment, Unfit};
use super::health::Record;
use super::identity::{Belonging, Identity};
use super::load::Load;
use super::meters::MemberMeters;
use super::method::{MethodClass, PerClass};
use super::retry::RetryBudget;
use crate::solana::Hash;

/// Most endpoints of a pool: sets of them are the bits of one word.
pub(super) const MAX_ENDPOINTS: usize = 64;

/// A set of endpoints, by their position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Members(u64);

impl Members {
    pub(super) const NONE: Self = Self(0);

    pub(super) fn from_fn(count: usize, holds: impl Fn(usize) -> bool) -> Self {
        (0..count.min(MAX_ENDPOINTS)).filter(|index| holds(*index)).fold(Self::NONE, Self::with)
    }

    pub(super) fn with(self, index: usize) -> Self {
        Self(self.0 | 1 << index)
    }

    pub(super) fn without(self, index: usize) -> Self {
        Self(self.0 & !(1 << index))
    }

    pub(super) fn minus(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    pub(super) fn or(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    pub(super) fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    pub(super) fn has(self, index: usize) -> bool {
        self.0 >> index & 1 == 1
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// The position of the `nth` member, counted from 0; `None` where there are fewer.
    pub(super) fn nth(self, nth: usize) -> Option<usize> {
        let mut rest = self.0;
        for _ in 0..nth {
            rest &= rest.wrapping_sub(1);
        }
        (rest != 0).then(|| rest.trailing_zeros() as usize)
    }
}

/// Quarters of its usual share that an endpoint gets: 4 when all is well, 0 when it is out, between while it
/// comes back.
pub(super) const WHOLE_SHARE: u8 = 4;

/// One endpoint at work.
pub(super) struct Member {
    pub(super) endpoint: Endpoint,
    pub(super) breakers: PerClass<Breaker>,
    pub(super) load: Load,
    pub(super) identity: Identity,
    pub(super) meters: MemberMeters,
    share: AtomicU8,
    ailment: Mutex<Option<Ailment>>,
    record: Mutex<Record>,
}

impl Member {
    pub(super) fn new(endpoint: Endpoint, config: &PoolConfig, now: Instant) -> Self {
        let meters = MemberMeters::new(&endpoint.name);
        meters.share.set(WHOLE_SHARE);
        Self {
            breakers: PerClass::from_fn(|class: MethodClass| Breaker::new(config.breakers[class], now)),
            load: Load::new(now),
            identity: Identity::default(),
            meters,
            share: AtomicU8::new(WHOLE_SHARE),
            ailment: Mutex::new(None),
            record: Mutex::default(),
            endpoint,
        }
    }

    /// Whether it may be asked at all, as far as its cluster and its health go.
    pub(super) fn is_usable(&self) -> bool {
        self.share.load(Ordering::Relaxed) > 0 && self.identity.get() != Belonging::Foreign
    }

    /// Why it is not asked.
    pub(super) fn unfit(&self) -> Unfit {
        if self.identity.get() == Belonging::Foreign {
            return Unfit::Foreign;
        }
        self.ailment().map_or(Unfit::BreakerOpen, Unfit::Unwell)
    }

    /// What probes found wrong with it last.
    pub(super) fn ailment(&self) -> Option<Ailment> {
        *self.ailment.lock().expect("nothing panics while it holds the lock")
    }

    /// Takes note of how a breaker changed.
    pub(super) fn note(&self, class: MethodClass, transition: Option<Transition>) {
        let Some(Transition { from, to }) = transition else { return };
        self.meters.classes[class].breaker(to);
        let endpoint = &self.endpoint.name;
        tracing::warn!(%endpoint, %class, from = from.as_str(), to = to.as_str(), "breaker changed");
    }

    /// What its probes found.
    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().expect("nothing panics while it holds the lock")
    }

    /// Quarters of its usual share of calls.
    pub(super) fn share(&self) -> u8 {
        self.share.load(Ordering::Relaxed)
    }

    /// Whether its share of the chances includes this one.
    pub(super) fn takes_part(&self, dice: &Dice) -> bool {
        let share = self.share.load(Ordering::Relaxed);
        share == WHOLE_SHARE || dice.below(WHOLE_SHARE.into()) < share.into()
    }

    /// Gives it so many quarters of its usual share of calls, and says what is wrong where that is none.
    pub(super) fn set_share(&self, quarters: u8, ailment: Option<Ailment>) {
        let quarters = quarters.min(WHOLE_SHARE);
        *self.ailment.lock().expect("nothing panics while it holds the lock") = ailment;
        self.share.store(quarters, Ordering::Relaxed);
        self.meters.share.set(quarters);
    }
}

/// The endpoints of a pool, and in which order groups of them are asked.
pub(super) struct Table {
    pub(super) config: PoolConfig,
    pub(super) budget: Arc<RetryBudget>,
    pub(super) members: Vec<Arc<Member>>,
    /// Groups for reading and for sending, the preferred one first.
    reading: Vec<Members>,
    sending: Vec<Members>,
}

impl Table {
    pub(super) fn new(config: PoolConfig, now: Instant) -> Self {
        let budget = Arc::new(RetryBudget::new(&config.retry, now));
        Self::build(config, budget, |_| None, now)
    }

    /// The table that follows `before`: what stays as it was keeps its history.
    pub(super) fn next(before: &Self, config: PoolConfig, now: Instant) -> Self {
        let is_same_budget = before.config.retry == config.retry;
        let budget =
            if is_same_budget { Arc::clone(&before.budget) } else { Arc::new(RetryBudget::new(&config.retry, now)) };
        // A breaker has its numbers for life.
        let are_same_breakers = before.config.breakers == config.breakers;
        let kept = |endpoint: &Endpoint| {
            let mut same = before.members.iter().filter(|member| are_same_breakers && member.endpoint == *endpoint);
            same.next().map(Arc::clone)
        };
        Self::build(config, budget, kept, now)
    }

    fn build(
        config: PoolConfig,
        budget: Arc<RetryBudget>,
        kept: impl Fn(&Endpoint) -> Option<Arc<Member>>,
        now: Instant,
    ) -> Self {
        let chain = |role| config.fallback.groups(role, &config.endpoints);
        let member = |endpoint: &Endpoint| {
            kept(endpoint).unwrap_or_else(|| Arc::new(Member::new(endpoint.clone(), &config, now)))
        };
        Self {
            budget,
            reading: chain(Role::Read),
            sending: chain(Role::Send),
            members: config.endpoints.iter().take(MAX_ENDPOINTS).map(member).collect(),
            config,
        }
    }

    /// The first block that every endpoint must have; `None` for a single endpoint of any cluster.
    pub(super) fn genesis(&self) -> Option<Hash> {
        self.config.cluster.map(|cluster| cluster.genesis())
    }

    /// Groups of endpoints for this class, the preferred one first.
    pub(super) fn chain(&self, class: MethodClass) -> &[Members] {
        if class.role() == Role::Send { &self.sending } else { &self.reading }
    }

    /// Endpoints that calls of this class with these options may go to, well or not.
    pub(super) fn meant(&self, class: MethodClass, options: &CallOptions) -> Members {
        let in_chain = self.chain(class).iter().fold(Members::NONE, |all, group| all.or(*group));
        in_chain.and(self.those(|member| options.allow(&member.endpoint)))
    }

    /// Endpoints that `holds`.
    pub(super) fn those(&self, holds: impl Fn(&Member) -> bool) -> Members {
        Members::from_fn(self.members.len(), |index| self.members.get(index).is_some_and(|member| holds(member)))
    }
}

#[cfg(test)]
mod tests {
    use super::Members;

    #[test]
    fn members_are_counted_from_the_first() {
        let members = Members::from_fn(64, |index| [0, 5, 63].contains(&index));
        assert_eq!(members.len(), 3);
        assert_eq!([0, 1, 2, 3].map(|nth| members.nth(nth)), [Some(0), Some(5), Some(63), None]);
        assert!(members.has(63) && !members.has(62));
        assert_eq!(members.without(5).with(7).minus(Members::NONE.with(0)).nth(0), Some(7));
        assert_eq!(Members::NONE.nth(0), None);
    }
}
