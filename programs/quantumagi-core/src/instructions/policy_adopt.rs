//! Anybody puts into force the policy that was voted on, and pays for its account until it is closed.

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, emergency::gates::Gate, policy::has_set};

use crate::{
    error::GovError,
    events::PolicyAdopted,
    mandate::{execute, now},
    seeds,
    state::{Constitution, Policy, Proposal, LAYOUT_VERSION},
};

#[derive(Accounts)]
pub struct PolicyAdopt {
    /// Pays, and is paid back when the policy is closed.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The approved proposal that orders this.
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(
        init,
        payer = payer,
        seeds = [seeds::POLICY, constitution, &constitution.next_policy_id.to_le_bytes()],
        bump
    )]
    pub policy: Account<Policy>,
    pub system_program: Program<System>,
}

impl PolicyAdopt {
    pub fn handler(&mut self, bumps: &PolicyAdoptBumps, text_hash: [u8; 32], sunset_at: i64) -> Result<()> {
        let now = now()?;
        require!(!has_set(sunset_at, now), GovError::SunsetInThePast);
        self.constitution.check_open::<{ Gate::PolicyAdopt as u8 }>(now)?;
        self.constitution.check_policy_life(sunset_at, now)?;
        let action = Action::PolicyAdopt { text_hash, sunset_at };
        let mandate = execute(&mut self.proposal, &self.constitution, &action, now)?;
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
        let policy = &mut *self.policy;
        policy.constitution = address;
        policy.payer = *self.payer.address();
        policy.text_hash = text_hash;
        policy.id = constitution.take_policy_id()?;
        policy.proposal_id = self.proposal.id;
        policy.adopted_at = now.0;
        policy.sunset_at = sunset_at;
        policy.version = 1;
        policy.layout_version = LAYOUT_VERSION;
        policy.bump = bumps.policy;
        let event = PolicyAdopted {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            payer: policy.payer,
            policy_id: policy.id,
            proposal_id: policy.proposal_id,
            text_hash,
            sunset_at,
        };
        constitution.chain.record(&event)
    }
}
