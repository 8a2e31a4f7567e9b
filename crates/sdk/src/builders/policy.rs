//! Adopting, amending, repealing, ending and closing policies.

use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::Hash;

/// Puts the policy that was voted on into force. `id` is the constitution's `next_policy_id`; `payer` signs, pays, and
/// is paid back when the policy is closed. `sunset_at` is in Unix seconds, 0 for never.
#[must_use]
pub fn policy_adopt(
    payer: &Address,
    constitution: &Address,
    proposal: &Address,
    id: u64,
    text_hash: Hash,
    sunset_at: i64,
) -> Instruction {
    let (payer, constitution, proposal) = (*payer, *constitution, *proposal);
    let policy = pda::policy(&constitution, id);
    instructions::PolicyAdopt { payer, constitution, proposal, policy }.instruction(text_hash, sunset_at)
}

/// Replaces a policy's text and sunset (Unix seconds, 0 for never) as was voted on.
#[must_use]
pub fn policy_amend(
    constitution: &Address,
    proposal: &Address,
    id: u64,
    text_hash: Hash,
    sunset_at: i64,
) -> Instruction {
    let policy = pda::policy(constitution, id);
    instructions::PolicyAmend { constitution: *constitution, proposal: *proposal, policy }
        .instruction(text_hash, sunset_at)
}

/// Ends a policy as was voted on.
#[must_use]
pub fn policy_repeal(constitution: &Address, proposal: &Address, id: u64) -> Instruction {
    let policy = pda::policy(constitution, id);
    instructions::PolicyRepeal { constitution: *constitution, proposal: *proposal, policy }.instruction()
}

/// Writes down that a policy's sunset has come. It has ended without that, too.
#[must_use]
pub fn policy_sunset(constitution: &Address, id: u64) -> Instruction {
    let policy = pda::policy(constitution, id);
    instructions::PolicySunset { constitution: *constitution, policy }.instruction()
}

/// Closes an ended policy; the rent goes to `payer`, who adopted it.
#[must_use]
pub fn policy_close(constitution: &Address, id: u64, payer: &Address) -> Instruction {
    let policy = pda::policy(constitution, id);
    instructions::PolicyClose { constitution: *constitution, policy, payer: *payer }.instruction()
}
