//! What a policy's stored numbers mean.

use quantumagi_rules::UnixSeconds;
use quantumagi_rules::policy::{self, PolicyStatus};

use super::meaning;
use crate::DecodeError;
use crate::accounts::Policy;

impl Policy {
    /// What was last written about it.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn status(&self) -> Result<PolicyStatus, DecodeError> {
        meaning(PolicyStatus::from_u8(self.status), "status of the policy", self.status)
    }

    /// When it ends by itself; `None` for never.
    #[must_use]
    pub fn sunset(&self) -> Option<UnixSeconds> {
        policy::sunset(self.sunset_at)
    }

    /// Whether it holds at `now`: neither repealed nor past its sunset, written down or not.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn is_in_force(&self, now: UnixSeconds) -> Result<bool, DecodeError> {
        Ok(policy::is_in_force(self.status()?, self.sunset_at, now))
    }
}
