//! Tells another program whether an action may rest on a policy now. It writes nothing, so one policy carries any number
//! of actions at once.
//!
//! Specification
//! 1. Whatever is not a policy in force of the constitution named shall be denied, each reason by a number of its own.
//! 2. The answer shall be return data, also where it denies, and hold the question.
//! 3. Who asks shall sign: the answer is worth nothing to anybody else.

use anchor_lang::prelude::*;
use pinocchio::cpi::set_return_data;
use quantumagi_rules::{
    authorization::{Answer, Denial, Standing},
    UnixSeconds,
};

use crate::{
    error::GovError,
    mandate::now,
    state::{Constitution, Policy},
};

/// Who asks, and what about.
#[derive(Accounts)]
pub struct PolicyAuthorize {
    /// Who asks: an address that the calling program signs for, or a wallet.
    pub authority: Signer,
    /// The policy's constitution.
    pub constitution: Account<Constitution>,
    /// The policy.
    #[account(constraint = policy.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub policy: Account<Policy>,
}

impl PolicyAuthorize {
    pub fn handler(&self, action_hash: [u8; 32], text_hash: [u8; 32]) -> Result<()> {
        tell(&answer(&self.policy, action_hash, &text_hash, false, now()?)?)
    }
}

/// The answer.
///
/// # Errors
/// [`GovError::AccountCorrupt`] where the policy's status has no meaning.
#[inline(never)]
pub fn answer(
    policy: &Account<Policy>,
    action_hash: [u8; 32],
    text_hash: &[u8; 32],
    is_used: bool,
    now: UnixSeconds,
) -> Result<Answer> {
    let standing = Standing {
        status: policy.status()?,
        sunset_at: policy.sunset_at,
        suspended_until: policy.suspended_until,
        text_hash: policy.text_hash,
    };
    let denial = standing.check(text_hash, now).err().or(is_used.then_some(Denial::Used));
    Ok(Answer {
        denial,
        version: policy.version,
        policy_id: policy.id,
        constitution: policy.constitution.to_bytes(),
        policy: policy.address().to_bytes(),
        text_hash: policy.text_hash,
        action_hash,
    })
}

/// Returns the answer as data, and refuses where it is no. Last: a call of another program would wipe it out.
///
/// # Errors
/// [`GovError`] for each [`Denial`].
#[inline(never)]
pub fn tell(answer: &Answer) -> Result<()> {
    set_return_data(&answer.to_bytes());
    answer.denial.map_or(Ok(()), |denial| Err(GovError::from(denial).into()))
}

impl From<Denial> for GovError {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::Repealed => Self::PolicyRepealed,
            Denial::Sunset => Self::PolicySet,
            Denial::Suspended => Self::PolicySuspended,
            Denial::OtherText => Self::PolicyTextDiffers,
            Denial::Used => Self::AlreadyUsed,
        }
    }
}
