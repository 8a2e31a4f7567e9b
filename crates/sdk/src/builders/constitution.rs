//! Founding, amending and sealing a constitution.

use quantumagi_interface::types::ConstitutionCreateArgs;
use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::Hash;
use quantumagi_rules::parameters::TrackParameters;

use super::Mandate;

/// Founds a constitution. `founder` and `create_key` sign; the founder pays.
///
/// `tracks` are the parameters of policy, treasury and amendment, in this order. The constitution's address is
/// [`pda::constitution`] of `create_key`, which is never needed again.
#[must_use]
pub fn constitution_create(
    founder: &Address,
    create_key: &Address,
    text_hash: Hash,
    tracks: [TrackParameters; 4],
) -> Instruction {
    let constitution = pda::constitution(create_key);
    let vault = pda::vault(&constitution);
    let args = ConstitutionCreateArgs { text_hash, tracks: tracks.map(Into::into) };
    instructions::ConstitutionCreate { founder: *founder, create_key: *create_key, constitution, vault }
        .instruction(&args)
}

/// Replaces the constitution's text. `parent_hash` is the hash of the text in force.
#[must_use]
pub fn constitution_amend(
    constitution: &Address,
    mandate: &Mandate,
    text_hash: Hash,
    parent_hash: Hash,
) -> Instruction {
    let (authority, proposal) = (mandate.authority(), mandate.proposal());
    instructions::ConstitutionAmend { authority, constitution: *constitution, proposal }
        .instruction(text_hash, parent_hash)
}

/// Ends the founder's power. The founder signs.
#[must_use]
pub fn constitution_seal(constitution: &Address, founder: &Address) -> Instruction {
    instructions::ConstitutionSeal { founder: *founder, constitution: *constitution }.instruction()
}
