//! What a breaker remembers, as one word, and how each event changes it. Pure: time is an argument.

use super::BreakerPolicy;

/// What a breaker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Every call goes through.
    Closed,
    /// No call goes through.
    Open,
    /// A few calls go through, to find out.
    HalfOpen,
}

impl BreakerState {
    /// The name in metrics and log lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
        }
    }
}

/// In which turn a call was let through. A turn ends when the breaker opens or closes; what a call of an
/// earlier turn reports is no news and is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Admission {
    turn: u16,
    /// Whether it holds one of the counted places.
    is_counted: bool,
}

impl Admission {
    pub(super) fn is_counted(self) -> bool {
        self.is_counted
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// With failures in a row.
    Closed {
        failures: u8,
    },
    /// Since so many milliseconds after the breaker was made.
    Open {
        since: u64,
    },
    HalfOpen {
        under_way: u8,
        successes: u8,
    },
}

/// The state. Encoded: 2 bits phase, 14 bits turn, then for [`Phase::Closed`] 8 bits of failures, for
/// [`Phase::Open`] 48 bits of milliseconds (8,900 years), for [`Phase::HalfOpen`] twice 8 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    phase: Phase,
    /// Counts openings and closings. It wraps at 2^14: a call would have to last through exactly 16,384 of
    /// them, each half of which takes as long as the breaker stays open, to be taken for another.
    turn: u16,
}

const TURN_BITS: u32 = 14;
const TURN_MASK: u64 = (1 << TURN_BITS) - 1;
const DATA_SHIFT: u32 = 2 + TURN_BITS;
const MAX_MILLIS: u64 = (1 << (64 - DATA_SHIFT)) - 1;

impl State {
    pub(super) const CLOSED: Self = Self { phase: Phase::Closed { failures: 0 }, turn: 0 };

    pub(super) fn encode(self) -> u64 {
        let (tag, data) = match self.phase {
            Phase::Closed { failures } => (0, u64::from(failures)),
            Phase::Open { since } => (1, since.min(MAX_MILLIS)),
            Phase::HalfOpen { under_way, successes } => (2, u64::from(under_way) | u64::from(successes) << 8),
        };
        tag | (u64::from(self.turn) & TURN_MASK) << 2 | data << DATA_SHIFT
    }

    pub(super) fn decode(word: u64) -> Self {
        let turn = u16::try_from((word >> 2) & TURN_MASK).expect("14 bits fit into 16");
        let data = word >> DATA_SHIFT;
        let [low, high, ..] = data.to_le_bytes();
        let phase = match word & 3 {
            0 => Phase::Closed { failures: low },
            1 => Phase::Open { since: data },
            _ => Phase::HalfOpen { under_way: low, successes: high },
        };
        Self { phase, turn }
    }

    fn next_turn(self, phase: Phase) -> Self {
        let turn = u16::try_from((u64::from(self.turn) + 1) & TURN_MASK).expect("14 bits fit into 16");
        Self { phase, turn }
    }

    /// Leave to call where that changes nothing.
    pub(super) fn admission_while_closed(self) -> Option<Admission> {
        let is_closed = matches!(self.phase, Phase::Closed { .. });
        is_closed.then_some(Admission { turn: self.turn, is_counted: false })
    }

    /// Whether a success of this call changes nothing.
    pub(super) fn is_untouched_by_success(self, admission: Admission) -> bool {
        admission.turn != self.turn || self.phase == Phase::Closed { failures: 0 }
    }

    pub(super) fn admit(self, now: u64, policy: &BreakerPolicy) -> (Self, Option<Admission>) {
        match self.phase {
            Phase::Closed { .. } => (self, self.admission_while_closed()),
            Phase::Open { since } if !has_passed(since, now, policy) => (self, None),
            Phase::Open { .. } => {
                let opened = self.next_turn(Phase::HalfOpen { under_way: 1, successes: 0 });
                (opened, Some(Admission { turn: opened.turn, is_counted: true }))
            }
            // A success frees its place but stays counted: no more than `permits` calls go through before the
            // breaker has made up its mind.
            Phase::HalfOpen { under_way, successes } if under_way.saturating_add(successes) < policy.permits => {
                // Bound: under_way < permits <= 15.
                let phase = Phase::HalfOpen { under_way: under_way + 1, successes };
                (Self { phase, ..self }, Some(Admission { turn: self.turn, is_counted: true }))
            }
            Phase::HalfOpen { .. } => (self, None),
        }
    }

    pub(super) fn succeed(self, admission: Admission, policy: &BreakerPolicy) -> Self {
        if admission.turn != self.turn {
            return self;
        }
        match self.phase {
            Phase::Closed { .. } => Self { phase: Phase::Closed { failures: 0 }, ..self },
            Phase::Open { .. } => self,
            Phase::HalfOpen { under_way, successes } => {
                let successes = successes.saturating_add(1);
                if successes >= policy.permits {
                    return self.next_turn(Phase::Closed { failures: 0 });
                }
                Self { phase: Phase::HalfOpen { under_way: under_way.saturating_sub(1), successes }, ..self }
            }
        }
    }

    pub(super) fn fail(self, admission: Admission, now: u64, policy: &BreakerPolicy) -> Self {
        if admission.turn != self.turn {
            return self;
        }
        match self.phase {
            Phase::Closed { failures } => {
                let failures = failures.saturating_add(1);
                if failures >= policy.failures {
                    return self.next_turn(Phase::Open { since: now });
                }
                Self { phase: Phase::Closed { failures }, ..self }
            }
            Phase::Open { .. } => self,
            Phase::HalfOpen { .. } => self.next_turn(Phase::Open { since: now }),
        }
    }

    /// The call went away without a result.
    pub(super) fn release(self, admission: Admission) -> Self {
        match self.phase {
            Phase::HalfOpen { under_way, successes } if admission.is_counted && admission.turn == self.turn => {
                Self { phase: Phase::HalfOpen { under_way: under_way.saturating_sub(1), successes }, ..self }
            }
            Phase::HalfOpen { .. } | Phase::Closed { .. } | Phase::Open { .. } => self,
        }
    }

    pub(super) fn shown(self, now: u64, policy: &BreakerPolicy) -> BreakerState {
        match self.phase {
            Phase::Closed { .. } => BreakerState::Closed,
            Phase::Open { since } if !has_passed(since, now, policy) => BreakerState::Open,
            Phase::Open { .. } | Phase::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }
}

fn has_passed(since: u64, now: u64, policy: &BreakerPolicy) -> bool {
    let open_for = u64::try_from(policy.open_for.as_millis()).unwrap_or(u64::MAX);
    now >= since.saturating_add(open_for)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MAX_MILLIS, Phase, State, TURN_MASK};

    fn phases() -> impl Strategy<Value = Phase> {
        prop_oneof![
            any::<u8>().prop_map(|failures| Phase::Closed { failures }),
            (0..=MAX_MILLIS).prop_map(|since| Phase::Open { since }),
            (0..=15_u8, 0..=15_u8).prop_map(|(under_way, successes)| Phase::HalfOpen { under_way, successes }),
        ]
    }

    proptest! {
        #[test]
        fn a_state_survives_its_encoding(phase in phases(), turn in 0..=TURN_MASK) {
            let state = State { phase, turn: u16::try_from(turn).expect("14 bits") };
            prop_assert_eq!(State::decode(state.encode()), state);
        }
    }
}
