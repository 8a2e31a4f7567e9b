//! Adds a principle: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The id shall be the constitution's next; ids are never used twice (L4, A5).
//! 2. Class, category and priority shall have a meaning, and the text hash shall not be empty.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::Action,
    principle::{Category, Class, MAX_PRIORITY},
};

use crate::{
    error::GovError,
    events::PrincipleAdded,
    mandate::{now, order},
    seeds,
    state::{Constitution, Principle, Proposal, LAYOUT_VERSION},
};

/// A principle to add.
#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct PrincipleAddArgs {
    /// SHA-256 of the canonical text.
    pub text_hash: [u8; 32],
    /// 0 ordinary, 1 entrenched.
    pub class: u8,
    /// `quantumagi_rules::principle::Category`: 0 to 6.
    pub category: u8,
    /// 0 to 100.
    pub priority: u8,
}

#[derive(Accounts)]
pub struct PrincipleAdd {
    /// The founder before the seal; anybody with the proposal after it. Pays.
    #[account(mut)]
    pub authority: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(
        init,
        payer = authority,
        seeds = [seeds::PRINCIPLE, constitution, &constitution.next_principle_id.to_le_bytes()],
        bump
    )]
    pub principle: Account<Principle>,
    /// The approved proposal that orders this; none before the seal.
    #[account(mut)]
    pub proposal: Option<Account<Proposal>>,
    pub system_program: Program<System>,
}

impl PrincipleAdd {
    pub fn handler(&mut self, bumps: &PrincipleAddBumps, args: PrincipleAddArgs) -> Result<()> {
        let now = now()?;
        let PrincipleAddArgs { text_hash, class, category, priority } = args;
        require!(text_hash != [0; 32], GovError::TextEmpty);
        require!(priority <= MAX_PRIORITY, GovError::ActionOutOfRange);
        let action = Action::PrincipleAdd {
            text_hash,
            class: Class::from_u8(class).ok_or(GovError::ActionOutOfRange)?,
            category: Category::from_u8(category).ok_or(GovError::ActionOutOfRange)?,
            priority,
        };
        let mandate = order(self.authority.address(), &self.constitution, self.proposal.as_mut(), &action, now)?;
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
        let principle = &mut *self.principle;
        principle.constitution = address;
        principle.payer = *self.authority.address();
        principle.text_hash = text_hash;
        principle.id = constitution.take_principle_id()?;
        principle.version = 1;
        principle.class = class;
        principle.category = category;
        principle.priority = priority;
        principle.layout_version = LAYOUT_VERSION;
        principle.bump = bumps.principle;
        let event = PrincipleAdded {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            payer: principle.payer,
            principle_id: principle.id,
            class,
            category,
            priority,
            text_hash,
        };
        constitution.chain.record(&event)
    }
}
