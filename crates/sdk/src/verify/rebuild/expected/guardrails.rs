//! What is logged about guardrails and about uses of a policy.

use quantumagi_interface::calls::Call;
use quantumagi_interface::events::{
    AuthorizationClosed, Event, GuardrailCleared, GuardrailSet, GuardrailsOpened, PolicyUsed,
};
use quantumagi_interface::{Address, accounts::Principle};

use super::super::live::Live;
use super::community::Next;

/// The event of a call about them.
#[allow(clippy::wildcard_enum_match_arm, reason = "the families divide the calls among themselves")]
pub(super) fn bound(live: &Live, call: &Call, next: Next) -> Option<Event> {
    let Next { constitution, sequence, at } = next;
    Some(match call {
        Call::GuardrailsOpen { accounts } => {
            Event::GuardrailsOpened(GuardrailsOpened { constitution, sequence, at, payer: accounts.payer })
        }
        Call::GuardrailSet { accounts, version, guardrail } => Event::GuardrailSet(GuardrailSet {
            constitution,
            sequence,
            at,
            mandate: accounts.proposal.unwrap_or_default(),
            change: changes(live)?,
            principle_id: live.principle(&accounts.principle)?.id,
            version: *version,
            guardrail: *guardrail,
        }),
        Call::GuardrailClear { accounts, .. } => {
            cleared(live, accounts.proposal, live.principle(&accounts.principle)?, next)?
        }
        Call::PolicyUse { accounts, use_key, action_hash, .. } => {
            let policy = live.policy(&accounts.policy)?;
            Event::PolicyUsed(PolicyUsed {
                constitution,
                sequence,
                at,
                policy_id: policy.id,
                version: policy.version,
                authority: accounts.authority,
                payer: accounts.payer,
                use_key: *use_key,
                action_hash: *action_hash,
            })
        }
        Call::AuthorizationClose { accounts } => {
            let record = &live.state()?.authorizations.get(&accounts.authorization)?.account;
            Event::AuthorizationClosed(AuthorizationClosed {
                constitution,
                sequence,
                at,
                policy: record.policy,
                authority: record.authority,
                payer: record.payer,
                use_key: record.use_key,
            })
        }
        _ => return None,
    })
}

/// That a principle lost its guardrail: by itself, or because it is retired.
pub(super) fn cleared(live: &Live, proposal: Option<Address>, principle: &Principle, next: Next) -> Option<Event> {
    let Next { constitution, sequence, at } = next;
    Some(Event::GuardrailCleared(GuardrailCleared {
        constitution,
        sequence,
        at,
        mandate: proposal.unwrap_or_default(),
        change: changes(live)?,
        principle_id: principle.id,
        version: principle.version,
    }))
}

/// How often the guardrails were changed so far.
fn changes(live: &Live) -> Option<u64> {
    Some(live.state()?.guardrails_after(u64::MAX).ok()??.changes)
}
