//! A guardian proposes an emergency act and is the first to approve it. It has no effect yet.
//!
//! Specification
//! 1. The act shall be one of the closed list (E1), an hour to 14 days long (E2), and rest on an active principle, a reason
//!    and evidence (E9).
//! 2. The guardians shall be armed: in their term, heard of, and not struck out (E4, E8).
//! 3. The guardian shall sign now and here (E7).

use anchor_lang::prelude::*;
use quantumagi_rules::emergency::{check_length, guardians::Approvals, Act};

use crate::{
    error::GovError,
    events::EmergencyOpened,
    mandate::now_and_slot,
    seeds,
    signing::check_signed_now,
    state::{Constitution, EmergencyAction, Guardians, Principle, LAYOUT_VERSION},
};

/// What a guardian proposes.
#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct EmergencyOpenArgs {
    /// The guardian's index.
    pub index: u8,
    /// 0 to 3 to pause proposals, treasury, policies or deposits; 4 to suspend a policy; 5 to hold a proposal.
    pub act: u8,
    /// The policy or the proposal; zeros for a pause.
    pub target: Address,
    /// How long it shall hold if a vote confirms it: 3,600 to 1,209,600 seconds.
    pub seconds: u32,
    /// SHA-256 of the canonical text that says why.
    pub reason_hash: [u8; 32],
    /// SHA-256 of the evidence.
    pub evidence_hash: [u8; 32],
}

#[derive(Accounts)]
pub struct EmergencyOpen {
    /// The guardian. Pays, and is paid back when the act is closed.
    #[account(mut)]
    pub guardian: Signer,
    #[account(mut, constraint = constitution.is_sealed == 1 @ GovError::NotSealed)]
    pub constitution: Account<Constitution>,
    /// The guardians of this constitution.
    #[account(constraint = guardians.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub guardians: Account<Guardians>,
    /// The principle it rests on.
    #[account(constraint = principle.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub principle: Account<Principle>,
    /// The emergency act.
    #[account(
        init,
        payer = guardian,
        seeds = [seeds::EMERGENCY, constitution, &constitution.next_emergency_id.to_le_bytes()],
        bump
    )]
    pub emergency: Account<EmergencyAction>,
    /// The transaction's instructions: none may make its nonce durable.
    pub transaction: Sysvar<SysvarInstructions>,
    pub system_program: Program<System>,
}

impl EmergencyOpen {
    pub fn handler(&mut self, bumps: &EmergencyOpenBumps, args: EmergencyOpenArgs) -> Result<()> {
        let (now, slot) = now_and_slot()?;
        let EmergencyOpenArgs { index, act, target, seconds, reason_hash, evidence_hash } = args;
        check_signed_now(&self.transaction)?;
        self.guardians.check_guardian(index, self.guardian.address())?;
        self.guardians.power().check_armed(self.guardians.present(now), now).map_err(GovError::from)?;
        check_length(seconds).map_err(GovError::from)?;
        let has_target = Act::from_u8(act).ok_or(GovError::UnknownAct)?.has_target();
        require!(has_target == (target != Address::default()), GovError::WrongSubject);
        require!(self.principle.is_retired == 0, GovError::PrincipleRetired);
        require!(reason_hash != [0; 32] && evidence_hash != [0; 32], GovError::TextEmpty);

        let (address, emergency_address) = (*self.constitution.address(), *self.emergency.address());
        let constitution = &mut *self.constitution;
        let emergency = &mut *self.emergency;
        emergency.constitution = address;
        emergency.payer = *self.guardian.address();
        emergency.target = target;
        emergency.reason_hash = reason_hash;
        emergency.evidence_hash = evidence_hash;
        emergency.opened_slot = slot;
        emergency.opened_at = now.0;
        emergency.id = constitution.take_emergency_id()?;
        emergency.principle_id = self.principle.id;
        emergency.guardians_version = self.guardians.version;
        emergency.seconds = seconds;
        emergency.approvals = Approvals::default().with(index).map_err(GovError::from)?.0;
        emergency.act = act;
        emergency.layout_version = LAYOUT_VERSION;
        emergency.bump = bumps.emergency;
        emergency.statement = emergency.statement_hash();
        let event = EmergencyOpened {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            emergency: emergency_address,
            emergency_id: emergency.id,
            guardian: emergency.payer,
            index,
            act,
            target,
            seconds,
            principle_id: emergency.principle_id,
            reason_hash,
            evidence_hash,
            statement: emergency.statement,
            guardians_version: emergency.guardians_version,
            slot,
        };
        constitution.chain.record(&event)
    }
}
