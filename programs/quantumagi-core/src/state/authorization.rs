//! A use of a policy that was authorized, so that it cannot be again.

use anchor_lang::prelude::*;

/// A use. Written by whoever asks to act once, closed for its payer once the policy has ended for good: from then on the
/// policy carries nothing, so what was used cannot be used again.
///
/// Seeds: `"authorization"`, policy, authority, use key.
#[account]
pub struct Authorization {
    /// The policy's constitution.
    pub constitution: Address,
    /// The policy.
    pub policy: Address,
    /// Who asked. In the seeds, so that nobody can use up another's key.
    pub authority: Address,
    /// Who paid for this account, and is paid back when it is closed.
    pub payer: Address,
    /// The authority's own name for this use.
    pub use_key: [u8; 32],
    /// What was asked for.
    pub action_hash: [u8; 32],
    /// When it was authorized, Unix seconds.
    pub used_at: i64,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: [u8; 6],
}
