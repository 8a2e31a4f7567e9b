//! Whether an action of another program may rest on a policy, and the answer's bytes.
//!
//! Whoever asks is denied unless everything is as it must be. The answer says which policy was asked, in which version and
//! words, for which action, and, where it denies, why.

use crate::{
    policy::{has_set, PolicyStatus},
    Address, Hash, UnixSeconds,
};

/// Bytes of an encoded [`Answer`].
pub const ANSWER_BYTES: usize = 141;

/// Why a policy carries no action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Denial {
    /// A vote ended it.
    Repealed = 1,
    /// Its clock ended it.
    Sunset = 2,
    /// It is suspended for now.
    Suspended = 3,
    /// Its text is not the one that the action rests on.
    OtherText = 4,
    /// This use was authorized before.
    Used = 5,
}

impl Denial {
    /// All denials, in the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Repealed, Self::Sunset, Self::Suspended, Self::OtherText, Self::Used];

    /// The denial with this number, or `None`.
    #[must_use]
    pub fn from_u8(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|denial| *denial as u8 == number)
    }
}

/// What decides about a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What was last written.
    pub status: PolicyStatus,
    /// When it ends by itself, Unix seconds; 0 for never.
    pub sunset_at: i64,
    /// First second in which it is not suspended, Unix seconds; 0 where it never was.
    pub suspended_until: i64,
    /// Hash of its text.
    pub text_hash: Hash,
}

impl Standing {
    /// Whether an action that rests on the text `wanted` may be done at `now`; zeros rest on any text.
    ///
    /// # Errors
    /// The first [`Denial`] in the order of their numbers.
    pub fn check(&self, wanted: &Hash, now: UnixSeconds) -> Result<(), Denial> {
        if self.status == PolicyStatus::Repealed {
            Err(Denial::Repealed)
        } else if self.status == PolicyStatus::Sunset || has_set(self.sunset_at, now) {
            Err(Denial::Sunset)
        } else if now.0 < self.suspended_until {
            Err(Denial::Suspended)
        } else if *wanted != [0; 32] && *wanted != self.text_hash {
            Err(Denial::OtherText)
        } else {
            Ok(())
        }
    }
}

/// What the governance program answers, as return data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Why not; `None` where the action is authorized.
    pub denial: Option<Denial>,
    /// Version of the policy's text, from 1.
    pub version: u32,
    /// Id of the policy in its constitution.
    pub policy_id: u64,
    /// The constitution.
    pub constitution: Address,
    /// The policy's account.
    pub policy: Address,
    /// Hash of the policy's text in this version.
    pub text_hash: Hash,
    /// What was asked for: the caller's own hash of what it is about to do.
    pub action_hash: Hash,
}

impl Answer {
    /// Denial (0 for none), version, id, constitution, policy, text, action; integers little endian.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; ANSWER_BYTES] {
        let mut bytes = [0; ANSWER_BYTES];
        let (head, hashes) = bytes.split_at_mut(13);
        let (head, id) = head.split_at_mut(5);
        let (denial, version) = head.split_at_mut(1);
        denial.copy_from_slice(&[self.denial.map_or(0, |denial| denial as u8)]);
        version.copy_from_slice(&self.version.to_le_bytes());
        id.copy_from_slice(&self.policy_id.to_le_bytes());
        let fields = [&self.constitution, &self.policy, &self.text_hash, &self.action_hash];
        for (to, from) in hashes.chunks_exact_mut(32).zip(fields) {
            to.copy_from_slice(from);
        }
        bytes
    }

    /// Reads an answer; `None` for bytes that are not one.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (denial, rest) = bytes.split_first()?;
        let (version, rest) = rest.split_first_chunk()?;
        let (policy_id, rest) = rest.split_first_chunk()?;
        let (constitution, rest) = rest.split_first_chunk()?;
        let (policy, rest) = rest.split_first_chunk()?;
        let (text_hash, rest) = rest.split_first_chunk()?;
        let denial = match denial {
            0 => None,
            denial => Some(Denial::from_u8(*denial)?),
        };
        Some(Self {
            denial,
            version: u32::from_le_bytes(*version),
            policy_id: u64::from_le_bytes(*policy_id),
            constitution: *constitution,
            policy: *policy,
            text_hash: *text_hash,
            // Exactly the rest: longer bytes are not an answer.
            action_hash: rest.try_into().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDING: Standing =
        Standing { status: PolicyStatus::Active, sunset_at: 200, suspended_until: 50, text_hash: [1; 32] };

    #[track_caller]
    fn check(standing: Standing, wanted: Hash, now: i64, expected: Result<(), Denial>) {
        assert_eq!(standing.check(&wanted, UnixSeconds(now)), expected, "{standing:?} at {now}");
    }

    #[test]
    fn nothing_but_a_policy_in_force_and_of_that_text_carries_an_action() {
        for (now, expected) in [
            (49, Err(Denial::Suspended)),
            (50, Ok(())),
            (199, Ok(())),
            (200, Err(Denial::Sunset)),
            (i64::MAX, Err(Denial::Sunset)),
        ] {
            check(STANDING, [0; 32], now, expected);
            check(STANDING, [1; 32], now, expected);
        }
        check(STANDING, [2; 32], 100, Err(Denial::OtherText));
        check(Standing { status: PolicyStatus::Repealed, ..STANDING }, [2; 32], 0, Err(Denial::Repealed));
        check(Standing { status: PolicyStatus::Sunset, sunset_at: 0, ..STANDING }, [0; 32], 100, Err(Denial::Sunset));
        check(Standing { sunset_at: 0, suspended_until: 0, ..STANDING }, [0; 32], i64::MAX, Ok(()));
        check(Standing { suspended_until: i64::MAX, ..STANDING }, [0; 32], 100, Err(Denial::Suspended));
    }

    #[test]
    fn an_answer_has_one_encoding() {
        for denial in [None].into_iter().chain(Denial::ALL.map(Some)) {
            let answer = Answer {
                denial,
                version: 7,
                policy_id: 1 << 40,
                constitution: [1; 32],
                policy: [2; 32],
                text_hash: [3; 32],
                action_hash: [4; 32],
            };
            let bytes = answer.to_bytes();
            assert_eq!(Answer::from_bytes(&bytes), Some(answer));
            assert_eq!(Answer::from_bytes(&bytes[..ANSWER_BYTES - 1]), None);
            assert_eq!(Answer::from_bytes(&[&bytes[..], &[0]].concat()), None);
            let mut unknown = bytes;
            unknown[0] = 6;
            assert_eq!(Answer::from_bytes(&unknown), None);
        }
        assert_eq!(Answer::from_bytes(&[]), None);
    }
}
