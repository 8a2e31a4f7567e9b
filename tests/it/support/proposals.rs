//! Proposals in the making: everything `proposal_create` needs, to be changed before it is sent.

use quantumagi_interface::{Address, Instruction, instructions as ix, pda, types::ProposalCreateArgs};
use quantumagi_rules::action::Action;
use solana_instruction::AccountMeta;

use super::{Community, hash};

/// A proposal before it is sent. Public, so that a test can spoil any part of it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub accounts: ix::ProposalCreate,
    pub args: ProposalCreateArgs,
    /// Addresses of the cited principles.
    pub cited: Vec<Address>,
    /// For each call of a series: the program, and the account with its code or the program again.
    pub programs: Vec<Address>,
}

impl Draft {
    /// With ballots that are final.
    pub fn with_final_ballots(mut self) -> Self {
        self.args.ballot_rule = 1;
        self
    }

    /// With these accounts as the cited principles.
    pub fn citing(mut self, cited: impl IntoIterator<Item = Address>) -> Self {
        self.cited = cited.into_iter().collect();
        self
    }

    /// Made by somebody else, who says to be the member with this index.
    pub fn by(mut self, proposer: Address, member_index: u32) -> Self {
        self.accounts.proposer = proposer;
        self.accounts.record = pda::proposer(&self.accounts.constitution, &proposer);
        self.args.member_index = member_index;
        self
    }

    pub fn instruction(&self) -> Instruction {
        let mut instruction = self.accounts.instruction(&self.args);
        let behind = self.cited.iter().chain(&self.programs);
        instruction.accounts.extend(behind.map(|address| AccountMeta::new_readonly(*address, false)));
        instruction
    }
}

impl Community {
    /// A proposal of member 0 for this action, with the accounts it needs, citing principle 0 where it must.
    pub fn draft(&self, action: &Action) -> Draft {
        let constitution = self.constitution;
        let stored = self.world.constitution(&constitution);
        let proposal = pda::proposal(&constitution, stored.next_proposal_id);
        let mut accounts = ix::ProposalCreate {
            proposer: self.member(0),
            constitution,
            electorate: stored.electorate,
            membership: Some(pda::roster_page(&stored.electorate, 0)),
            record: pda::proposer(&constitution, &self.member(0)),
            proposal,
            subject: None,
            candidate: None,
            veto_roster: stored.veto_roster_for(action),
            program_data: None,
            payload: None,
            guardrails: self.guardrails(),
        };
        match *action {
            Action::PolicyAmend { policy_id, .. } | Action::PolicyRepeal { policy_id } => {
                accounts.subject = Some(pda::policy(&constitution, policy_id));
            }
            Action::PrincipleAmend { principle_id, .. }
            | Action::PrincipleRetire { principle_id, .. }
            | Action::GuardrailSet { principle_id, .. }
            | Action::GuardrailClear { principle_id, .. } => {
                accounts.subject = Some(pda::principle(&constitution, principle_id));
            }
            Action::RosterAdopt { roster_version, .. } | Action::VetoBodyAdopt { roster_version, .. }
                if roster_version > 0 =>
            {
                accounts.candidate = Some(pda::roster(&constitution, roster_version));
            }
            Action::ElectorateAdopt { electorate, .. } => {
                accounts.subject = Some(Address::new_from_array(electorate));
            }
            Action::Invoke { program, .. } => accounts.subject = Some(Address::new_from_array(program)),
            Action::EmergencyRatify { emergency_id } | Action::EmergencyEnd { emergency_id } => {
                accounts.subject = Some(pda::emergency(&constitution, emergency_id));
            }
            Action::GuardiansAdopt { .. }
            | Action::GuardiansRemove
            | Action::PolicyAdopt { .. }
            | Action::TransferLamports { .. }
            | Action::InvokeSeries { .. }
            | Action::TransferTokens { .. }
            | Action::ProgramUpgrade { .. }
            | Action::ConstitutionAmend { .. }
            | Action::PrincipleAdd { .. }
            | Action::RosterAdopt { .. }
            | Action::VetoBodyAdopt { .. }
            | Action::ParametersAmend(_)
            | Action::SettingsAmend(_) => {}
        }
        let args = ProposalCreateArgs {
            content_hash: hash("why this is right"),
            member_index: 0,
            ballot_rule: 0,
            action: action.to_bytes(),
        };
        let cited = action.must_cite().then(|| pda::principle(&constitution, 0));
        Draft { accounts, args, cited: cited.into_iter().collect(), programs: Vec::new() }
    }

    /// Opens somebody's count of open proposals.
    #[track_caller]
    pub fn open_proposer(&mut self, owner: Address) -> Address {
        let (payer, constitution) = (self.founder, self.constitution);
        let record = pda::proposer(&constitution, &owner);
        self.send(ix::ProposerOpen { payer, constitution, record }.instruction(owner));
        record
    }

    /// Creates a draft and returns the proposal.
    #[track_caller]
    pub fn create(&mut self, draft: &Draft) -> Address {
        self.send(draft.instruction());
        draft.accounts.proposal
    }

    /// Creates a proposal for this action as [`Community::draft`] makes it.
    #[track_caller]
    pub fn propose(&mut self, action: &Action) -> Address {
        let draft = self.draft(action);
        self.create(&draft)
    }

    /// Creates it, approves it and waits for its window.
    #[track_caller]
    pub fn approved(&mut self, action: &Action) -> Address {
        let proposal = self.propose(action);
        self.approve(&proposal);
        proposal
    }

    /// A policy in force, adopted by vote: its id and address.
    #[track_caller]
    pub fn adopt_policy(&mut self, text: &str, sunset_at: i64) -> (u64, Address) {
        let text_hash = hash(text);
        let proposal = self.approved(&Action::PolicyAdopt { text_hash, sunset_at });
        let id = self.world.constitution(&self.constitution).next_policy_id;
        let policy = pda::policy(&self.constitution, id);
        let adopt = ix::PolicyAdopt { payer: self.stranger(), constitution: self.constitution, proposal, policy };
        self.send(adopt.instruction(text_hash, sunset_at));
        (id, policy)
    }
}
