//! Guardrails: opening their account, and binding them to principles.

use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::guardrail::Guardrail;

use super::Mandate;

/// Opens the account of the guardrails, once; it stays. `payer` signs and pays.
#[must_use]
pub fn guardrails_open(payer: &Address, constitution: &Address) -> Instruction {
    let guardrails = pda::guardrails(constitution);
    instructions::GuardrailsOpen { payer: *payer, constitution: *constitution, guardrails }.instruction()
}

/// Binds a guardrail to a principle, in place of the one it had. `version` is the principle's current one.
#[must_use]
pub fn guardrail_set(
    constitution: &Address,
    mandate: &Mandate,
    principle_id: u32,
    version: u32,
    guardrail: &Guardrail,
) -> Instruction {
    instructions::GuardrailSet {
        authority: mandate.authority(),
        constitution: *constitution,
        proposal: mandate.proposal(),
        principle: pda::principle(constitution, principle_id),
        guardrails: Some(pda::guardrails(constitution)),
    }
    .instruction(version, guardrail.to_bytes())
}

/// Takes a principle's guardrail away. `version` is the principle's current one.
#[must_use]
pub fn guardrail_clear(constitution: &Address, mandate: &Mandate, principle_id: u32, version: u32) -> Instruction {
    instructions::GuardrailClear {
        authority: mandate.authority(),
        constitution: *constitution,
        proposal: mandate.proposal(),
        principle: pda::principle(constitution, principle_id),
        guardrails: Some(pda::guardrails(constitution)),
    }
    .instruction(version)
}
