//! Asking whether an action may rest on a policy, as a wallet; programs on chain ask by `quantumagi-cpi`.

use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::Hash;

/// Asks whether the policy carries an action now; the answer is the transaction's return data. `authority` signs.
/// `text_hash` is the text that the action rests on, zeros for whatever text is in force.
#[must_use]
pub fn policy_authorize(
    authority: &Address,
    constitution: &Address,
    policy_id: u64,
    action_hash: Hash,
    text_hash: Hash,
) -> Instruction {
    let policy = pda::policy(constitution, policy_id);
    instructions::PolicyAuthorize { authority: *authority, constitution: *constitution, policy }
        .instruction(action_hash, text_hash)
}

/// A use of a policy, which can be authorized once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyUse {
    /// The constitution.
    pub constitution: Address,
    /// The policy.
    pub policy_id: u64,
    /// Who asks; signs.
    pub authority: Address,
    /// Signs, pays, and gets the rent back once the policy has ended. Not `authority`.
    pub payer: Address,
    /// The authority's own name for this use.
    pub use_key: Hash,
    /// The caller's own hash of the action.
    pub action_hash: Hash,
    /// The text that the action rests on; zeros for whatever text is in force.
    pub text_hash: Hash,
}

/// As [`policy_authorize`], once.
#[must_use]
pub fn policy_use(it: &PolicyUse) -> Instruction {
    let PolicyUse { constitution, policy_id, authority, payer, use_key, action_hash, text_hash } = *it;
    let policy = pda::policy(&constitution, policy_id);
    let authorization = pda::authorization(&policy, &authority, &use_key);
    instructions::PolicyUse { authority, constitution, policy, payer, authorization }.instruction(
        use_key,
        action_hash,
        text_hash,
    )
}

/// Closes the record of a use whose policy has ended for good; the rent goes to `payer`, who opened it.
#[must_use]
pub fn authorization_close(
    constitution: &Address,
    policy_id: u64,
    authority: &Address,
    use_key: &Hash,
    payer: &Address,
) -> Instruction {
    let policy = pda::policy(constitution, policy_id);
    let authorization = pda::authorization(&policy, authority, use_key);
    instructions::AuthorizationClose { constitution: *constitution, policy, authorization, payer: *payer }.instruction()
}
