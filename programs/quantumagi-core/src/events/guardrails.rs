//! Guardrails, and what programs were told about policies.

extern crate alloc;
use alloc::vec::Vec;

use anchor_lang::prelude::*;

// === The constitution's chain ===

/// The account of the guardrails was opened.
#[event]
pub struct GuardrailsOpened {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// Who paid for the account, which stays.
    pub payer: Address,
}

/// A guardrail was bound to a principle.
#[event]
pub struct GuardrailSet {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    /// Its number among all changes of the guardrails, from 0.
    pub change: u64,
    pub principle_id: u32,
    /// Version of the principle's text.
    pub version: u32,
    /// Its canonical bytes.
    pub guardrail: [u8; 48],
}

/// A principle's guardrail was taken away, by itself or with the principle, whose retirement is the next event.
#[event]
pub struct GuardrailCleared {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    /// Its number among all changes of the guardrails, from 0.
    pub change: u64,
    pub principle_id: u32,
    /// Version of the principle's text.
    pub version: u32,
}

/// An action of another program was authorized, once for this key of this authority.
#[event]
pub struct PolicyUsed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub policy_id: u64,
    /// Version of the policy's text.
    pub version: u32,
    /// Who asked.
    pub authority: Address,
    pub payer: Address,
    /// The authority's own name for this use.
    pub use_key: [u8; 32],
    /// The caller's own hash of the action.
    pub action_hash: [u8; 32],
}

/// The record of a use was closed.
#[event]
pub struct AuthorizationClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The policy.
    pub policy: Address,
    /// Who asked.
    pub authority: Address,
    pub payer: Address,
    /// The authority's own name for this use.
    pub use_key: [u8; 32],
}

// === A proposal's chain ===

/// What an execution spent was counted against the guardrails.
#[event]
pub struct SpendingCounted {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    /// Its number among all changes of the guardrails, from 0.
    pub change: u64,
    /// By guardrail; at least one.
    pub charges: Vec<Charge>,
}

/// What was counted against one guardrail.
#[derive(Clone, Copy, AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct Charge {
    /// The guardrail's principle.
    pub principle_id: u32,
    /// How much, in lamports or base units; at least 1.
    pub amount: u64,
}
