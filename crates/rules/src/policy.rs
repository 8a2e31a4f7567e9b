//! Adopted policies: when one is in force.

use crate::UnixSeconds;

/// What the last instruction wrote about a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum PolicyStatus {
    /// In force until its sunset.
    Active = 0,
    /// Ended by a vote. Final.
    Repealed = 1,
    /// Ended by its own clock. Final.
    Sunset = 2,
}

impl PolicyStatus {
    /// The status with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Active),
            1 => Some(Self::Repealed),
            2 => Some(Self::Sunset),
            _ => None,
        }
    }
}

/// When a policy ends by itself: a moment, or never (stored as 0).
#[must_use]
pub fn sunset(stored: i64) -> Option<UnixSeconds> {
    (stored != 0).then_some(UnixSeconds(stored))
}

/// Whether a policy is in force at `now`. The clock alone ends it; nobody needs to write that down first.
#[must_use]
pub fn is_in_force(status: PolicyStatus, sunset_at: i64, now: UnixSeconds) -> bool {
    status == PolicyStatus::Active && !has_set(sunset_at, now)
}

/// Whether the sunset has come. The first second of the sunset counts as after it.
#[must_use]
pub fn has_set(sunset_at: i64, now: UnixSeconds) -> bool {
    sunset(sunset_at).is_some_and(|moment| now >= moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_ends_at_the_first_second_of_its_sunset() {
        assert!(is_in_force(PolicyStatus::Active, 100, UnixSeconds(99)));
        assert!(!is_in_force(PolicyStatus::Active, 100, UnixSeconds(100)));
        assert!(is_in_force(PolicyStatus::Active, 0, UnixSeconds(i64::MAX)));
        assert!(!is_in_force(PolicyStatus::Repealed, 0, UnixSeconds(0)));
        assert!(!is_in_force(PolicyStatus::Sunset, 0, UnixSeconds(0)));
    }
}
