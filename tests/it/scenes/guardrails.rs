//! Guardrails, what they are asked about, and what programs ask of policies.

use solana_system_interface::instruction as system;

use super::Scene;
use crate::support::*;

/// Everything of another constitution that could be mistaken for these accounts.
pub(super) fn foreign(others: &mut Community, policy: Address) -> Vec<(&'static str, Address)> {
    let guardrails = others.open_guardrails();
    let (authority, payer) = (person("their program"), others.stranger());
    let (constitution, key) = (others.constitution, hash("their key"));
    let authorization = pda::authorization(&policy, &authority, &key);
    let use_of = ix::PolicyUse { authority, constitution, policy, payer, authorization };
    others.send(use_of.instruction(key, hash("act"), [0; 32]));
    vec![("guardrails", guardrails), ("authorization", authorization)]
}

pub(super) fn scenes<F>(community: &Community, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let mut scenes = changes(community, &scene);
    scenes.extend(executions(community, &scene));
    scenes.extend(authorizations(community, &scene));
    scenes
}

const GUARDRAIL: Guardrail = Guardrail::LamportsPerWindow { limit: 5_000_000, window_seconds: 604_800 };

fn changes<F>(community: &Community, scene: &F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let (payer, constitution) = (community.stranger(), community.constitution);
    let guardrails = pda::guardrails(&constitution);
    let open = ix::GuardrailsOpen { payer, constitution, guardrails };
    let mut at_set = community.clone();
    at_set.send(open.instruction());
    let opened = at_set.clone();
    let proposal = at_set.approved(&Action::GuardrailSet { principle_id: 0, version: 1, guardrail: GUARDRAIL });
    let set = at_set.guardrail_accounts(0, Some(proposal));
    let mut guarded = opened;
    guarded.guard(0, GUARDRAIL);
    let mut at_clear = guarded.clone();
    let proposal = at_clear.approved(&Action::GuardrailClear { principle_id: 0, version: 1 });
    let ix::GuardrailSet { authority, principle, guardrails: named, .. } = set;
    let proposal = Some(proposal);
    let clear = ix::GuardrailClear { authority, constitution, proposal, principle, guardrails: named };
    let mut at_retire = guarded;
    let proposal = Some(at_retire.approved(&Action::PrincipleRetire { principle_id: 0, version: 1 }));
    let retire = ix::PrincipleRetire { authority, constitution, proposal, principle, guardrails: named };
    let slots: &[_] = &["authority", "constitution", "proposal", "principle", "guardrails"];
    vec![
        scene(
            "guardrails_open",
            community,
            open.instruction(),
            &["payer", "constitution", "new_guardrails", "system_program"],
        ),
        scene("guardrail_set", &at_set, set.instruction(1, GUARDRAIL.to_bytes()), slots),
        scene("guardrail_clear", &at_clear, clear.instruction(1), slots),
        scene("principle_retire", &at_retire, retire.instruction(1), slots),
    ]
}

/// What is executed under a guardrail.
fn executions<F>(community: &Community, scene: &F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let mut guarded = community.clone();
    guarded.guard(0, GUARDRAIL);
    let recipient = person("recipient");
    guarded.fund(&recipient, 1_000_000_000);
    let pay = Action::TransferLamports { recipient: recipient.to_bytes(), lamports: 5_000_000 };
    let draft = guarded.draft(&pay);
    let mut at_pay = guarded.clone();
    let proposal = at_pay.approved(&pay);
    let payment = at_pay.payment(proposal, recipient.to_bytes(), 5_000_000);
    let mut at_call = guarded.clone();
    let call = Call::of(&system::transfer(&community.vault, &recipient, 5_000_000));
    let proposal = call.approved(&mut at_call);
    let execute = call.execute(&at_call, proposal);
    vec![
        scene("proposal_create", &guarded, draft.instruction(), super::CREATE),
        scene("vault_transfer", &at_pay, payment, super::VAULT_TRANSFER),
        scene("proposal_execute", &at_call, execute, super::execution::VAULT_ORDER),
    ]
}

fn authorizations<F>(community: &Community, scene: &F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let (authority, payer, constitution) = (person("a program"), community.stranger(), community.constitution);
    let mut in_force = community.clone();
    let (_, policy) = in_force.adopt_policy("be kind", 0);
    let (key, act) = (hash("key"), hash("act"));
    let authorization = pda::authorization(&policy, &authority, &key);
    let ask = ix::PolicyAuthorize { authority, constitution, policy };
    let use_of = ix::PolicyUse { authority, constitution, policy, payer, authorization };
    let mut ended = in_force.clone();
    ended.send(use_of.instruction(key, act, [0; 32]));
    let proposal = ended.approved(&Action::PolicyRepeal { policy_id: 0 });
    ended.send(ix::PolicyRepeal { constitution, policy, proposal }.instruction());
    let close = ix::AuthorizationClose { constitution, policy, authorization, payer };
    vec![
        scene("policy_authorize", &in_force, ask.instruction(act, [0; 32]), &["authority", "constitution", "policy"]),
        scene(
            "policy_use",
            &in_force,
            use_of.instruction(key, act, [0; 32]),
            &["authority", "constitution", "policy", "payer", "authorization", "system_program"],
        ),
        scene(
            "authorization_close",
            &ended,
            close.instruction(),
            &["constitution", "policy", "authorization", "payer"],
        ),
    ]
}
