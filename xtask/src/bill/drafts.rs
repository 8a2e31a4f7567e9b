//! Proposals in the making: everything `proposal_create` needs, to be changed before it is sent.

use anyhow::Result;
use quantumagi_interface::{Address, Instruction, accounts, instructions as ix, pda, types::ProposalCreateArgs};
use quantumagi_rules::{action::Action, electorate::ElectorateKind};
use solana_instruction::AccountMeta;

use super::community::Community;
use super::people::{hash, voter};

/// A proposal before it is sent.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) accounts: ix::ProposalCreate,
    pub(super) args: ProposalCreateArgs,
    /// The cited principles; before them, where weight records decide, the proposer's own.
    pub(super) cited: Vec<Address>,
    /// For each call of a series and for an upgrade: the program, and the account with its code or the program again.
    pub(super) programs: Vec<Address>,
}

impl Draft {
    /// With ballots that are final.
    pub(super) fn with_final_ballots(mut self) -> Self {
        self.args.ballot_rule = 1;
        self
    }

    /// With its action in this payload.
    pub(super) fn with_payload(mut self, payload: Address) -> Self {
        self.args.action = Vec::new();
        self.accounts.payload = Some(payload);
        self
    }

    pub(super) fn instruction(&self) -> Instruction {
        let mut instruction = self.accounts.instruction(&self.args);
        let behind = self.cited.iter().chain(&self.programs);
        instruction.accounts.extend(behind.map(|address| AccountMeta::new_readonly(*address, false)));
        instruction
    }
}

impl Community {
    pub(super) fn stored(&self) -> Result<accounts::Constitution> {
        Ok(accounts::Constitution::decode(&self.chain.data(&self.constitution)?)?)
    }

    /// Where the guardrails are, where there are any.
    pub(super) fn guardrails(&self) -> Result<Option<Address>> {
        Ok(self.stored()?.guardrails(&self.constitution))
    }

    /// The proposal that voter 0 makes next, for this action and resting on these principles. By weight records, the
    /// caller adds those.
    pub(super) fn draft(&self, action: &Action, cited: &[u32]) -> Result<Draft> {
        let constitution = self.constitution;
        let stored = self.stored()?;
        let (mut subject, mut candidate, mut program_data) = (None, None, None);
        let mut called = Vec::new();
        match *action {
            Action::PolicyAmend { policy_id, .. } | Action::PolicyRepeal { policy_id } => {
                subject = Some(pda::policy(&constitution, policy_id));
            }
            Action::PrincipleAmend { principle_id, .. }
            | Action::PrincipleRetire { principle_id, .. }
            | Action::GuardrailSet { principle_id, .. }
            | Action::GuardrailClear { principle_id, .. } => {
                subject = Some(pda::principle(&constitution, principle_id));
            }
            Action::RosterAdopt { roster_version, .. } | Action::VetoBodyAdopt { roster_version, .. } => {
                candidate = (roster_version > 0).then(|| self.roster(roster_version));
            }
            Action::EmergencyRatify { emergency_id } | Action::EmergencyEnd { emergency_id } => {
                subject = Some(pda::emergency(&constitution, emergency_id));
            }
            Action::ElectorateAdopt { electorate, .. } => subject = Some(Address::new_from_array(electorate)),
            Action::Invoke { program, .. } => {
                let program = Address::new_from_array(program);
                subject = Some(program);
                program_data = self.chain.program_data(&program);
            }
            Action::InvokeSeries { .. } => called.extend(action.invocations().map(|call| call.program)),
            Action::ProgramUpgrade { program, .. } => called.push(program),
            Action::PolicyAdopt { .. }
            | Action::TransferLamports { .. }
            | Action::TransferTokens { .. }
            | Action::ConstitutionAmend { .. }
            | Action::PrincipleAdd { .. }
            | Action::ParametersAmend(_)
            | Action::SettingsAmend(_)
            | Action::GuardiansAdopt { .. }
            | Action::GuardiansRemove => {}
        }
        let is_council = stored.electorate_kind()? == ElectorateKind::Council;
        let create = ix::ProposalCreate {
            proposer: voter(self.name, 0),
            constitution,
            electorate: stored.electorate,
            membership: is_council.then(|| pda::roster_page(&stored.electorate, 0)),
            record: self.record(),
            proposal: pda::proposal(&constitution, stored.next_proposal_id),
            subject,
            candidate,
            veto_roster: stored.veto_roster_for(action),
            program_data,
            payload: None,
            guardrails: stored.guardrails(&constitution),
        };
        let args = ProposalCreateArgs {
            content_hash: hash("why this is right"),
            member_index: 0,
            ballot_rule: 0,
            action: action.to_bytes(),
        };
        let code = |program| [program, self.chain.program_data(&program).unwrap_or(program)];
        Ok(Draft {
            accounts: create,
            args,
            cited: cited.iter().map(|id| pda::principle(&constitution, *id)).collect(),
            programs: called.into_iter().map(Address::new_from_array).flat_map(code).collect(),
        })
    }

    /// The proposal that voter 0 makes next, and the instruction that makes it.
    pub(super) fn propose(&self, action: &Action, cited: &[u32], is_final: bool) -> Result<(Address, Instruction)> {
        let draft = self.draft(action, cited)?;
        let draft = if is_final { draft.with_final_ballots() } else { draft };
        Ok((draft.accounts.proposal, draft.instruction()))
    }
}
