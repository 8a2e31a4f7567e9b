//! Where an emergency act has its effect: a moment in the constitution, in a policy or in a proposal, and nowhere else (E3).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    emergency::{can_hold, check_cooldown, Act},
    lifecycle::{Status, Step},
    parameters::Track,
    policy::PolicyStatus,
    UnixSeconds,
};

use crate::{
    error::GovError,
    events::ProposalHeld,
    state::{load_mut, Constitution, EmergencyAction, Policy, Proposal},
};

/// The accounts an act has its effect in.
pub struct Effect<'a> {
    /// Where pauses are written.
    pub constitution: &'a mut Account<Constitution>,
    /// The act.
    pub emergency: &'a Account<EmergencyAction>,
    /// The policy or the proposal; none for a pause.
    pub target: Option<&'a AccountView>,
    /// Now.
    pub now: UnixSeconds,
}

impl Effect<'_> {
    /// Begins it, until `until`.
    ///
    /// # Errors
    /// [`GovError::CoolingDown`] where the target was acted on in the last 90 days (E5), [`GovError::CannotBeHeld`] for a
    /// proposal that nothing may delay or that was held before, or what is wrong with the target.
    #[inline(never)]
    pub fn begin(self, until: UnixSeconds) -> Result<()> {
        let (constitution, now) = (*self.constitution.address(), self.now);
        match self.emergency.act()? {
            Act::Pause(subsystem) => {
                require!(self.target.is_none(), GovError::WrongSubject);
                let place = subsystem as usize;
                let last_until = UnixSeconds(self.constitution.paused_until[place]);
                check_cooldown(last_until, now).map_err(GovError::from)?;
                self.constitution.paused_from[place] = now.0;
                self.constitution.paused_until[place] = until.0;
            }
            Act::SuspendPolicy => {
                let mut policy: Account<Policy> = load_mut(self.target()?)?;
                require!(policy.constitution == constitution, GovError::WrongConstitution);
                policy.check_in_force(now)?;
                check_cooldown(UnixSeconds(policy.suspended_until), now).map_err(GovError::from)?;
                policy.suspended_until = until.0;
            }
            Act::HoldProposal => {
                let mut proposal: Account<Proposal> = load_mut(self.target()?)?;
                proposal.check_due(Step::Hold, self.constitution, now)?;
                let track = Track::from_u8(proposal.track).ok_or(GovError::AccountCorrupt)?;
                // Once in its life: holds that follow each other would be a veto.
                let is_free = can_hold(track, proposal.action) && proposal.held_until == 0;
                require!(is_free, GovError::CannotBeHeld);
                self.hold(&mut proposal, until)?;
            }
        }
        Ok(())
    }

    /// Moves its end to `until`, and returns that; 0 where the target is gone, so that nothing holds any more.
    ///
    /// # Errors
    /// [`GovError::WrongSubject`] where the account passed is not what the act is about.
    #[inline(never)]
    pub fn change(self, until: UnixSeconds) -> Result<i64> {
        match self.emergency.act()? {
            Act::Pause(subsystem) => {
                require!(self.target.is_none(), GovError::WrongSubject);
                self.constitution.paused_until[subsystem as usize] = until.0;
            }
            Act::SuspendPolicy => {
                let view = self.target()?;
                if !view.owned_by(&crate::ID) {
                    return Ok(0);
                }
                let mut policy: Account<Policy> = load_mut(view)?;
                if policy.status()? != PolicyStatus::Active {
                    return Ok(0);
                }
                policy.suspended_until = until.0;
            }
            Act::HoldProposal => {
                let view = self.target()?;
                if !view.owned_by(&crate::ID) {
                    return Ok(0);
                }
                let mut proposal: Account<Proposal> = load_mut(view)?;
                // Vetoed while it was held: final is final.
                if proposal.status != Status::Succeeded as u8 {
                    return Ok(0);
                }
                self.hold(&mut proposal, until)?;
            }
        }
        Ok(until.0)
    }

    /// The account the act is about.
    fn target(&self) -> Result<&AccountView> {
        let target = self.target.ok_or(GovError::WrongSubject)?;
        require!(*target.address() == self.emergency.target, GovError::WrongSubject);
        Ok(target)
    }

    fn hold(&self, proposal: &mut Account<Proposal>, until: UnixSeconds) -> Result<()> {
        proposal.held_until = until.0;
        proposal.updated_at = self.now.0;
        let event = ProposalHeld {
            proposal: *proposal.address(),
            sequence: proposal.chain.sequence,
            at: self.now.0,
            emergency: *self.emergency.address(),
            held_until: until.0,
        };
        proposal.chain.record(&event)
    }
}
