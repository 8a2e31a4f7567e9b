//! Adding, amending and retiring principles.

use quantumagi_interface::types::PrincipleAddArgs;
use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::Hash;
use quantumagi_rules::principle::{Category, Class};

use super::Mandate;

/// A principle to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPrinciple {
    /// Hash of its canonical text.
    pub text_hash: Hash,
    /// How hard it is to change.
    pub class: Class,
    /// What it is about.
    pub category: Category,
    /// 0 to 100.
    pub priority: u8,
}

/// Adds a principle. `id` is the constitution's `next_principle_id`; the authority pays.
#[must_use]
pub fn principle_add(constitution: &Address, mandate: &Mandate, id: u32, principle: NewPrinciple) -> Instruction {
    let NewPrinciple { text_hash, class, category, priority } = principle;
    let args = PrincipleAddArgs { text_hash, class: class as u8, category: category as u8, priority };
    instructions::PrincipleAdd {
        authority: mandate.authority(),
        constitution: *constitution,
        principle: pda::principle(constitution, id),
        proposal: mandate.proposal(),
    }
    .instruction(&args)
}

/// Replaces a principle's text. `version` is the one it amends.
#[must_use]
pub fn principle_amend(
    constitution: &Address,
    mandate: &Mandate,
    id: u32,
    version: u32,
    text_hash: Hash,
) -> Instruction {
    instructions::PrincipleAmend {
        authority: mandate.authority(),
        constitution: *constitution,
        principle: pda::principle(constitution, id),
        proposal: mandate.proposal(),
    }
    .instruction(version, text_hash)
}

/// Retires a principle. `version` is its current one, `guardrails` the constitution's, where there are any.
#[must_use]
pub fn principle_retire(
    constitution: &Address,
    mandate: &Mandate,
    id: u32,
    version: u32,
    guardrails: Option<Address>,
) -> Instruction {
    instructions::PrincipleRetire {
        authority: mandate.authority(),
        constitution: *constitution,
        principle: pda::principle(constitution, id),
        proposal: mandate.proposal(),
        guardrails,
    }
    .instruction(version)
}
