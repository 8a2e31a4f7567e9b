//! Doing what was voted on.

use quantumagi_interface::{AccountMeta, instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction, ids};
use quantumagi_rules::Hash;
use quantumagi_rules::action::{Action, FLAG_WRITABLE, Invocation};

use super::{
    Mandate, NewPrinciple, constitution_amend, electorate_adopt, emergency_end, emergency_ratify, guardians_adopt,
    guardians_remove, guardrail_clear, guardrail_set, parameters_amend, policy_adopt, policy_amend, policy_repeal,
    principle_add, principle_amend, principle_retire, roster_adopt, settings_amend, vault_transfer, veto_body_adopt,
    veto_body_remove,
};

/// What executing a proposal takes besides the proposal itself.
#[derive(Clone, Copy, Debug)]
pub struct Execution<'a> {
    /// Anybody. Signs, and pays where something is created.
    pub executor: Address,
    /// The constitution.
    pub constitution: Address,
    /// The approved proposal.
    pub proposal: Address,
    /// What was voted on.
    pub action: Action<'a>,
    /// The constitution's `next_principle_id`: of the principle that would be added.
    pub next_principle_id: u32,
    /// The constitution's `next_policy_id`: of the policy that would be adopted.
    pub next_policy_id: u64,
    /// Where the code of the program that [`Action::Invoke`] calls lies, if that program can be upgraded.
    pub program_data: Option<Address>,
    /// The policy or proposal that the emergency act is about which a vote confirms or ends, if it is about one.
    pub emergency_target: Option<Address>,
    /// The constitution's guardrails, where there are any.
    pub guardrails: Option<Address>,
    /// Which call, and what it takes.
    pub step: NextStep,
}

/// What calls and payments of tokens take besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NextStep {
    /// Which call comes next: the proposal's `steps_done`.
    pub index: usize,
    /// Digest of the calls behind it; zeros for the last.
    pub rest: Hash,
    /// The payload that holds the action, where the call does not fit the instruction.
    pub payload: Option<Address>,
    /// The token program, and the vault's token account that pays.
    pub source: Option<(Address, Address)>,
}

/// Does what was voted on: by the instruction of the action's own name, or by `proposal_execute` for a call.
#[must_use]
pub fn proposal_execute(execution: &Execution<'_>) -> Instruction {
    let Execution {
        executor,
        constitution,
        proposal,
        next_principle_id,
        next_policy_id,
        program_data,
        emergency_target,
        guardrails,
        step,
        ..
    } = *execution;
    let mandate = Mandate::Proposal { proposal, executor };
    match execution.action {
        Action::PolicyAdopt { text_hash, sunset_at } => {
            policy_adopt(&executor, &constitution, &proposal, next_policy_id, text_hash, sunset_at)
        }
        Action::PolicyAmend { policy_id, text_hash, sunset_at } => {
            policy_amend(&constitution, &proposal, policy_id, text_hash, sunset_at)
        }
        Action::PolicyRepeal { policy_id } => policy_repeal(&constitution, &proposal, policy_id),
        Action::TransferLamports { recipient, lamports } => {
            vault_transfer(&constitution, &proposal, &Address::new_from_array(recipient), lamports, guardrails)
        }
        Action::ConstitutionAmend { text_hash, parent_hash } => {
            constitution_amend(&constitution, &mandate, text_hash, parent_hash)
        }
        Action::PrincipleAdd { text_hash, class, category, priority } => {
            let principle = NewPrinciple { text_hash, class, category, priority };
            principle_add(&constitution, &mandate, next_principle_id, principle)
        }
        Action::PrincipleAmend { principle_id, version, text_hash } => {
            principle_amend(&constitution, &mandate, principle_id, version, text_hash)
        }
        Action::PrincipleRetire { principle_id, version } => {
            principle_retire(&constitution, &mandate, principle_id, version, guardrails)
        }
        Action::RosterAdopt { roster_version, .. } => roster_adopt(&constitution, &mandate, roster_version),
        Action::ElectorateAdopt { kind, electorate } => {
            electorate_adopt(&constitution, &mandate, kind, &Address::new_from_array(electorate))
        }
        Action::ParametersAmend(change) => {
            parameters_amend(&constitution, &mandate, change.track, change.after, guardrails)
        }
        Action::VetoBodyAdopt { roster_version: 0, .. } => veto_body_remove(&constitution, &mandate),
        Action::VetoBodyAdopt { roster_version, .. } => veto_body_adopt(&constitution, &mandate, roster_version),
        Action::SettingsAmend(settings) => settings_amend(&constitution, &mandate, settings),
        Action::GuardrailSet { principle_id, version, guardrail } => {
            guardrail_set(&constitution, &mandate, principle_id, version, &guardrail)
        }
        Action::GuardrailClear { principle_id, version } => {
            guardrail_clear(&constitution, &mandate, principle_id, version)
        }
        Action::GuardiansAdopt { threshold, term_seconds, members } => {
            let members: Vec<Address> = members.iter().map(|member| Address::new_from_array(*member)).collect();
            guardians_adopt(&constitution, &mandate, threshold, term_seconds, &members)
        }
        Action::GuardiansRemove => guardians_remove(&constitution, &mandate),
        Action::EmergencyRatify { emergency_id } => {
            emergency_ratify(&constitution, &proposal, emergency_id, emergency_target)
        }
        Action::EmergencyEnd { emergency_id } => {
            emergency_end(&constitution, &proposal, emergency_id, emergency_target)
        }
        Action::Invoke { .. } | Action::InvokeSeries { .. } => call(execution),
        Action::TransferTokens { mint, recipient, amount } => {
            let (program, source) = step.source.unwrap_or_default();
            let vault = pda::vault(&constitution);
            let declared = instructions::VaultTransferTokens {
                constitution,
                proposal,
                vault,
                program,
                program_data: None,
                payload: None,
                guardrails,
            };
            let mut instruction = declared.instruction(amount);
            instruction.accounts.extend([
                AccountMeta::new(source, false),
                AccountMeta::new_readonly(Address::new_from_array(mint), false),
                AccountMeta::new(Address::new_from_array(recipient), false),
            ]);
            instruction
        }
        Action::ProgramUpgrade { program, buffer, buffer_hash, spill } => {
            let [program, buffer, spill] = [program, buffer, spill].map(Address::new_from_array);
            let vault = pda::vault(&constitution);
            let declared = instructions::ProgramUpgrade {
                constitution,
                proposal,
                vault,
                program,
                program_data,
                payload: None,
                guardrails,
            };
            let mut instruction = declared.instruction(buffer_hash);
            // The declared list is one that other instructions share; the loader writes these two.
            for meta in &mut instruction.accounts {
                meta.is_writable |= meta.pubkey == program || Some(meta.pubkey) == program_data;
            }
            instruction.accounts.extend([
                AccountMeta::new(buffer, false),
                AccountMeta::new(spill, false),
                AccountMeta::new_readonly(ids::sysvar::rent::ID, false),
                AccountMeta::new_readonly(ids::sysvar::clock::ID, false),
                AccountMeta::new_readonly(ids::bpf_loader_upgradeable::ID, false),
            ]);
            instruction
        }
    }
}

/// The next call. One that the action does not have is refused by the program.
fn call(execution: &Execution<'_>) -> Instruction {
    let NextStep { index, rest, payload, .. } = execution.step;
    let next = execution.action.invocations().nth(index);
    let (program, accounts, data) = next
        .map_or((Address::default(), None, &[][..]), |Invocation { program, accounts, data }| {
            (Address::new_from_array(program), Some(accounts), data)
        });
    let declared = order(execution, program);
    let accounts: Vec<_> = accounts.into_iter().flat_map(|accounts| accounts.iter()).collect();
    let flags: Vec<u8> = accounts.iter().map(|account| account.flags).collect();
    let mut instruction = match payload {
        None => declared.instruction(rest, &flags, data),
        Some(_) => declared.instruction(rest, &[], &[]),
    };
    // The vault's signature is the program's to give: nobody signs for it here.
    instruction.accounts.extend(accounts.iter().map(|account| AccountMeta {
        pubkey: Address::new_from_array(account.address),
        is_signer: false,
        is_writable: account.flags & FLAG_WRITABLE != 0,
    }));
    instruction
}

fn order(execution: &Execution<'_>, program: Address) -> instructions::ProposalExecute {
    let Execution { constitution, proposal, program_data, guardrails, step, .. } = *execution;
    let vault = pda::vault(&constitution);
    instructions::ProposalExecute {
        constitution,
        proposal,
        vault,
        program,
        program_data,
        payload: step.payload,
        guardrails,
    }
}
