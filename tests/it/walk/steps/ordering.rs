//! Carrying out what a vote has decided, or a founder decides alone.

use quantumagi_rules::action::FLAG_WRITABLE;
use solana_instruction::AccountMeta;
use solana_sdk_ids::{bpf_loader_upgradeable as loader, sysvar};

use super::super::model::SUCCEEDED;
use super::Walk;
use crate::support::*;

impl Walk {
    /// Executes a proposal by what was proposed, mostly waiting for its window first.
    pub(super) fn execute(&mut self) -> Option<Instruction> {
        let is_approved = |known: &super::Proposal| known.status == SUCCEEDED;
        let (proposal, opens_at) = self.some_due(is_approved, |walk, known| walk.stage.model.window(known).0)?;
        self.wait_for(opens_at);
        let known = self.known(&proposal).clone();
        if known.status != SUCCEEDED && !self.chance.once_in(2) {
            return None;
        }
        self.carry_out(known.constitution, &known.action, Some(proposal))
    }

    /// The instruction that does what an action says.
    pub(super) fn carry_out(
        &mut self,
        constitution: Address,
        bytes: &[u8],
        mandate: Option<Address>,
    ) -> Option<Instruction> {
        let polity = self.stage.model.polities[&constitution].clone();
        let authority = if mandate.is_some() { self.somebody() } else { polity.founder };
        let proposal = mandate;
        let guardrails = self.rails_named(&constitution);
        let action = Action::decode(bytes).expect("it was read when it was proposed");
        Some(match action {
            Action::PolicyAdopt { text_hash, sunset_at } => {
                let policy = pda::policy(&constitution, polity.next_policy);
                let adopt = ix::PolicyAdopt { payer: authority, constitution, proposal: mandate?, policy };
                adopt.instruction(text_hash, sunset_at)
            }
            Action::PolicyAmend { policy_id, text_hash, sunset_at } => {
                let policy = pda::policy(&constitution, policy_id);
                ix::PolicyAmend { constitution, policy, proposal: mandate? }.instruction(text_hash, sunset_at)
            }
            Action::PolicyRepeal { policy_id } => {
                let policy = pda::policy(&constitution, policy_id);
                ix::PolicyRepeal { constitution, policy, proposal: mandate? }.instruction()
            }
            Action::TransferLamports { .. }
            | Action::Invoke { .. }
            | Action::InvokeSeries { .. }
            | Action::TransferTokens { .. }
            | Action::ProgramUpgrade { .. } => return self.spend(constitution, &action, mandate?),
            Action::ConstitutionAmend { text_hash, parent_hash } => {
                ix::ConstitutionAmend { authority, constitution, proposal }.instruction(text_hash, parent_hash)
            }
            Action::PrincipleAdd { text_hash, class, category, priority } => {
                let principle = pda::principle(&constitution, polity.next_principle);
                let (class, category) = (class as u8, category as u8);
                let args = types::PrincipleAddArgs { text_hash, class, category, priority };
                ix::PrincipleAdd { authority, constitution, principle, proposal }.instruction(&args)
            }
            Action::PrincipleAmend { principle_id, version, text_hash } => {
                let principle = pda::principle(&constitution, principle_id);
                ix::PrincipleAmend { authority, constitution, principle, proposal }.instruction(version, text_hash)
            }
            Action::PrincipleRetire { principle_id, version } => {
                let principle = pda::principle(&constitution, principle_id);
                ix::PrincipleRetire { authority, constitution, principle, proposal, guardrails }.instruction(version)
            }
            Action::GuardrailSet { principle_id, version, guardrail } => {
                let principle = pda::principle(&constitution, principle_id);
                let guardrails = Some(pda::guardrails(&constitution));
                let set = ix::GuardrailSet { authority, constitution, principle, proposal, guardrails };
                set.instruction(version, guardrail.to_bytes())
            }
            Action::GuardrailClear { principle_id, version } => {
                let principle = pda::principle(&constitution, principle_id);
                let guardrails = Some(pda::guardrails(&constitution));
                ix::GuardrailClear { authority, constitution, principle, proposal, guardrails }.instruction(version)
            }
            Action::RosterAdopt { roster_version, .. } => {
                let roster = pda::roster(&constitution, roster_version);
                ix::RosterAdopt { authority, constitution, roster, proposal }.instruction()
            }
            Action::VetoBodyAdopt { roster_version: 0, .. } => {
                ix::VetoBodyRemove { authority, constitution, proposal }.instruction()
            }
            Action::VetoBodyAdopt { roster_version, .. } => {
                let roster = pda::roster(&constitution, roster_version);
                ix::VetoBodyAdopt { authority, constitution, roster, proposal }.instruction()
            }
            Action::ElectorateAdopt { kind, electorate } => {
                let electorate = Address::new_from_array(electorate);
                ix::ElectorateAdopt { authority, constitution, electorate, proposal }.instruction(kind as u8)
            }
            Action::ParametersAmend(change) => {
                let amend = ix::ParametersAmend { authority, constitution, proposal, guardrails };
                amend.instruction(change.track as u8, &change.after.into())
            }
            Action::SettingsAmend(settings) => {
                let attestor = Address::new_from_array(settings.attestor);
                let amend = ix::SettingsAmend { authority, constitution, proposal };
                amend.instruction(attestor, settings.attestation_mark, settings.max_open_proposals)
            }
            Action::GuardiansAdopt { threshold, term_seconds, members } => {
                let guardians = pda::guardians(&constitution);
                let members: Vec<Address> = members.iter().map(|member| Address::new_from_array(*member)).collect();
                let adopt = ix::GuardiansAdopt { authority, constitution, proposal, guardians };
                adopt.instruction(threshold, term_seconds, &members)
            }
            Action::GuardiansRemove => {
                let guardians = pda::guardians(&constitution);
                ix::GuardiansRemove { authority, constitution, proposal, guardians }.instruction()
            }
            Action::EmergencyRatify { emergency_id } | Action::EmergencyEnd { emergency_id } => {
                let emergency = pda::emergency(&constitution, emergency_id);
                let act = self.stage.model.emergencies.get(&emergency)?;
                let target = (act.act >= 4).then_some(act.target);
                let (guardians, proposal) = (pda::guardians(&constitution), mandate?);
                if matches!(action, Action::EmergencyRatify { .. }) {
                    ix::EmergencyRatify { constitution, guardians, emergency, target, proposal }.instruction()
                } else {
                    ix::EmergencyEnd { constitution, guardians, emergency, target, proposal }.instruction()
                }
            }
        })
    }

    /// What the vault pays, or signs.
    fn spend(&mut self, constitution: Address, action: &Action, proposal: Address) -> Option<Instruction> {
        let vault = pda::vault(&constitution);
        let guardrails = self.rails_named(&constitution);
        let (program_data, payload) = (None, None);
        match *action {
            Action::TransferLamports { recipient, lamports } => {
                let recipient = Address::new_from_array(recipient);
                let pay = ix::VaultTransfer { constitution, proposal, vault, recipient, guardrails };
                Some(pay.instruction(lamports))
            }
            Action::TransferTokens { mint, recipient, amount } => {
                let program = TOKEN;
                let pay = ix::VaultTransferTokens {
                    constitution,
                    proposal,
                    vault,
                    program,
                    program_data,
                    payload,
                    guardrails,
                };
                let own = self.stage.model.tokens.iter().find(|(_, tokens)| tokens.owner == vault)?;
                let source = *own.0;
                let mut pay = pay.instruction(amount);
                pay.accounts.extend([
                    AccountMeta::new(source, false),
                    AccountMeta::new_readonly(Address::new_from_array(mint), false),
                    AccountMeta::new(Address::new_from_array(recipient), false),
                ]);
                Some(pay)
            }
            Action::ProgramUpgrade { program, buffer, buffer_hash, spill } => {
                let program = Address::new_from_array(program);
                let program_data = self.stage.world.program_data(&program);
                let upgrade =
                    ix::ProgramUpgrade { constitution, proposal, vault, program, program_data, payload, guardrails };
                let mut upgrade = upgrade.instruction(buffer_hash);
                for slot in [3, 4] {
                    upgrade.accounts[slot].is_writable = true;
                }
                upgrade.accounts.extend([
                    AccountMeta::new(Address::new_from_array(buffer), false),
                    AccountMeta::new(Address::new_from_array(spill), false),
                    AccountMeta::new_readonly(sysvar::rent::ID, false),
                    AccountMeta::new_readonly(sysvar::clock::ID, false),
                    AccountMeta::new_readonly(loader::ID, false),
                ]);
                Some(upgrade)
            }
            _ => self.call(constitution, action, proposal),
        }
    }

    /// The next call of what was voted on; from a payload where there is one.
    fn call(&mut self, constitution: Address, action: &Action, proposal: Address) -> Option<Instruction> {
        let known = self.known(&proposal).clone();
        let done = known.steps_done.min(known.pending.len().saturating_sub(2));
        let step = action.invocations().nth(done)?;
        let rest = *known.pending.get(done + 1)?;
        let program = Address::new_from_array(step.program);
        let mut payloads = self.stage.model.payloads.iter().filter(|(_, payload)| payload.bytes == known.action);
        let payload = payloads.next().map(|(address, _)| *address);
        let execute = ix::ProposalExecute {
            constitution,
            proposal,
            vault: pda::vault(&constitution),
            program,
            program_data: None,
            payload,
            guardrails: self.rails_named(&constitution),
        };
        let flags: Vec<u8> = step.accounts.iter().map(|account| account.flags).collect();
        let mut execute = match payload {
            Some(_) => execute.instruction(rest, &[], &[]),
            None => execute.instruction(rest, &flags, step.data),
        };
        execute.accounts.extend(step.accounts.iter().map(|account| AccountMeta {
            pubkey: Address::new_from_array(account.address),
            is_signer: false,
            is_writable: account.flags & FLAG_WRITABLE != 0,
        }));
        Some(execute)
    }
}
