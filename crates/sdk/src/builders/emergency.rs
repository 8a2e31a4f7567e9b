//! Guardians, and what they stop.

use quantumagi_interface::types::EmergencyOpenArgs;
use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::Hash;
use quantumagi_rules::emergency::Act;

use super::Mandate;

/// Opens the account that guardians are adopted into. Anybody pays; it is never closed.
#[must_use]
pub fn guardians_open(payer: &Address, constitution: &Address) -> Instruction {
    let guardians = pda::guardians(constitution);
    instructions::GuardiansOpen { payer: *payer, constitution: *constitution, guardians }.instruction()
}

/// Gives emergency powers to guardians, ascending by address, for a term in seconds.
#[must_use]
pub fn guardians_adopt(
    constitution: &Address,
    mandate: &Mandate,
    threshold: u8,
    term_seconds: u32,
    members: &[Address],
) -> Instruction {
    let (authority, proposal) = (mandate.authority(), mandate.proposal());
    let guardians = pda::guardians(constitution);
    instructions::GuardiansAdopt { authority, constitution: *constitution, proposal, guardians }.instruction(
        threshold,
        term_seconds,
        members,
    )
}

/// Removes the guardians.
#[must_use]
pub fn guardians_remove(constitution: &Address, mandate: &Mandate) -> Instruction {
    let (authority, proposal) = (mandate.authority(), mandate.proposal());
    let guardians = pda::guardians(constitution);
    instructions::GuardiansRemove { authority, constitution: *constitution, proposal, guardians }.instruction()
}

/// The guardian with this index shows to be there, and signs.
#[must_use]
pub fn guardians_heartbeat(constitution: &Address, guardian: &Address, index: u8) -> Instruction {
    let guardians = pda::guardians(constitution);
    instructions::GuardiansHeartbeat { guardian: *guardian, constitution: *constitution, guardians }.instruction(index)
}

/// An emergency act that a guardian proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewEmergency {
    /// The guardian. Signs, pays, and is paid back when the act is closed.
    pub guardian: Address,
    /// The guardian's index.
    pub index: u8,
    /// What it does.
    pub act: Act,
    /// The policy or the proposal it is about; `None` for a pause.
    pub target: Option<Address>,
    /// How long it holds if a vote confirms it, seconds.
    pub seconds: u32,
    /// The principle it rests on.
    pub principle_id: u32,
    /// SHA-256 of the text that says why.
    pub reason_hash: Hash,
    /// SHA-256 of the evidence.
    pub evidence_hash: Hash,
}

/// Proposes an emergency act, and approves it. `id` is the constitution's `next_emergency_id`.
#[must_use]
pub fn emergency_open(constitution: &Address, id: u32, new: &NewEmergency) -> Instruction {
    let NewEmergency { guardian, index, act, target, seconds, principle_id, reason_hash, evidence_hash } = *new;
    let accounts = instructions::EmergencyOpen {
        guardian,
        constitution: *constitution,
        guardians: pda::guardians(constitution),
        principle: pda::principle(constitution, principle_id),
        emergency: pda::emergency(constitution, id),
    };
    let (act, target) = (act.number(), target.unwrap_or_default());
    accounts.instruction(&EmergencyOpenArgs { index, act, target, seconds, reason_hash, evidence_hash })
}

/// The guardian with this index approves the act with this statement, and signs.
#[must_use]
pub fn emergency_approve(
    constitution: &Address,
    id: u32,
    guardian: &Address,
    index: u8,
    target: Option<Address>,
    statement: Hash,
) -> Instruction {
    let accounts = instructions::EmergencyApprove {
        guardian: *guardian,
        constitution: *constitution,
        guardians: pda::guardians(constitution),
        emergency: pda::emergency(constitution, id),
        target,
    };
    accounts.instruction(index, statement)
}

/// Writes down that a vote has confirmed an act.
#[must_use]
pub fn emergency_ratify(constitution: &Address, proposal: &Address, id: u32, target: Option<Address>) -> Instruction {
    let accounts = instructions::EmergencyRatify {
        constitution: *constitution,
        guardians: pda::guardians(constitution),
        emergency: pda::emergency(constitution, id),
        target,
        proposal: *proposal,
    };
    accounts.instruction()
}

/// Writes down that a vote has ended an act.
#[must_use]
pub fn emergency_end(constitution: &Address, proposal: &Address, id: u32, target: Option<Address>) -> Instruction {
    let accounts = instructions::EmergencyEnd {
        constitution: *constitution,
        guardians: pda::guardians(constitution),
        emergency: pda::emergency(constitution, id),
        target,
        proposal: *proposal,
    };
    accounts.instruction()
}

/// Writes down that no vote has confirmed an act in time.
#[must_use]
pub fn emergency_lapse(constitution: &Address, id: u32) -> Instruction {
    let emergency = pda::emergency(constitution, id);
    instructions::EmergencyLapse { constitution: *constitution, emergency }.instruction()
}

/// Closes an act that is over; the rent goes to `payer`, who opened it.
#[must_use]
pub fn emergency_close(constitution: &Address, id: u32, payer: &Address) -> Instruction {
    let emergency = pda::emergency(constitution, id);
    instructions::EmergencyClose { constitution: *constitution, emergency, payer: *payer }.instruction()
}
