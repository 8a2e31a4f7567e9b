//! The table of a constitution's guardrails: who lies where, and what all of them ask together.

use super::{Deed, Guardrail, Spending};
use crate::parameters::Track;

/// What guardrails ask of every execution, whatever it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Summary {
    /// Least delay from voting to execution by track, in seconds; 0 for none.
    pub delays: [u32; Track::ALL.len()],
    /// Longest life of a policy, in seconds; 0 for any.
    pub policy_life_seconds: u32,
    /// How many guardrails there are.
    pub count: u32,
}

impl Summary {
    /// With one guardrail more.
    #[must_use]
    pub fn with(mut self, guardrail: &Guardrail) -> Self {
        // Bound: there are at most MAX_GUARDRAILS.
        self.count = self.count.saturating_add(1);
        match *guardrail {
            Guardrail::RequiredDelay { track, seconds } => {
                for (number, delay) in self.delays.iter_mut().enumerate() {
                    if number == track as usize {
                        *delay = (*delay).max(seconds);
                    }
                }
            }
            Guardrail::PolicySunset { seconds } => {
                let is_shorter = self.policy_life_seconds == 0 || seconds < self.policy_life_seconds;
                self.policy_life_seconds = if is_shorter { seconds } else { self.policy_life_seconds };
            }
            Guardrail::LamportsPerWindow { .. }
            | Guardrail::TokensPerWindow { .. }
            | Guardrail::ForbiddenProgram { .. }
            | Guardrail::ParameterRange { .. }
            | Guardrail::NeverWritable { .. } => {}
        }
        self
    }
}

/// Where the guardrail of a principle goes: where it lies, else in the first free place, else nowhere. `owners` are the
/// principles of all places, `None` for a free one.
#[must_use]
pub fn place_for(mut owners: impl Iterator<Item = Option<u32>> + Clone, principle_id: u32) -> Option<usize> {
    place_of(owners.clone(), principle_id).or_else(|| owners.position(|owner| owner.is_none()))
}

/// Where the guardrail of a principle lies.
#[must_use]
pub fn place_of(mut owners: impl Iterator<Item = Option<u32>>, principle_id: u32) -> Option<usize> {
    owners.position(|owner| owner == Some(principle_id))
}

impl Guardrail {
    /// What it starts from where it takes the place of `old`: raising a limit must not forgive what was spent, so the past
    /// is kept where both measure the same.
    #[must_use]
    pub fn inherited(&self, old: Option<&Self>, spent: Spending) -> Spending {
        if old.is_some_and(|old| old.measures_like(self)) {
            spent
        } else {
            Spending::default()
        }
    }

    /// The deed by which `amount` leaves of what it limits; `None` where it limits no spending.
    #[must_use]
    pub fn payment(&self, amount: u64) -> Option<Deed<'_>> {
        match self {
            Self::LamportsPerWindow { .. } => Some(Deed::PayLamports { lamports: amount }),
            Self::TokensPerWindow { mint, .. } => Some(Deed::PayTokens { mint, amount }),
            Self::ForbiddenProgram { .. }
            | Self::RequiredDelay { .. }
            | Self::ParameterRange { .. }
            | Self::PolicySunset { .. }
            | Self::NeverWritable { .. } => None,
        }
    }

    /// Whether both count the same spending over the same window.
    fn measures_like(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::LamportsPerWindow { window_seconds: a, .. }, Self::LamportsPerWindow { window_seconds: b, .. }) => {
                a == b
            }
            (
                Self::TokensPerWindow { mint: mint_a, window_seconds: a, .. },
                Self::TokensPerWindow { mint: mint_b, window_seconds: b, .. },
            ) => mint_a == mint_b && a == b,
            _ => false,
        }
    }
}
