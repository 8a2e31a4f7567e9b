//! Orders about proposals: propose, vote, decide, execute, close.

use quantumagi_interface::accounts::{Constitution, Proposal};
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::Instruction;
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::{BallotRule, Choice, Place, place};
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::emergency::{Subsystem, course};
use quantumagi_rules::lifecycle::Step;
use quantumagi_rules::{Hash, UnixSeconds};

use super::Quantumagi;
use crate::builders::{self, ClosingProposal, NewProposal};
use crate::check::{self, CheckError, SnapshotRefusal};
use crate::error::Result;

/// What somebody wants to propose.
#[derive(Clone, Copy, Debug)]
pub struct ProposalDraft<'a> {
    /// Hash of the canonical text that explains it.
    pub content_hash: Hash,
    /// Whether ballots can be changed.
    pub ballot_rule: BallotRule,
    /// What is done if it passes.
    pub action: Action<'a>,
    /// Ids of the principles it rests on, ascending; at most 8, and at least 1 for a policy or a payment.
    pub citations: &'a [u32],
    /// The payload that holds the action, where it does not fit the instruction.
    pub payload: Option<Address>,
}

impl Quantumagi {
    /// Proposes an action, and opens the proposer's count of open proposals where there is none yet. The proposal's
    /// address comes with it.
    ///
    /// # Errors
    /// [`CheckError::NotSealed`], [`CheckError::Paused`], [`CheckError::NotAMember`], [`CheckError::Citations`], what is wrong
    /// with the action itself, and as [`Quantumagi::constitution`].
    pub async fn proposal_create(
        &self,
        constitution: &Address,
        proposer: &Address,
        draft: &ProposalDraft<'_>,
    ) -> Result<(Address, Vec<Instruction>)> {
        let account = self.constitution(constitution).await?.value;
        let electorate = check::proposable(&account)?;
        if let Some(subsystem) = Subsystem::of_creation(draft.action.track()) {
            check::open(&account, subsystem, self.now().await?)?;
        }
        check::citations(draft.citations, &draft.action)?;
        self.check_action(constitution, &account, &draft.action).await?;
        self.check_guardrails(constitution, &account, &draft.action).await?;
        let deposit_lamports = account.parameters(draft.action.track()).deposit_lamports;
        let standing = self.standing(&account, &electorate, proposer, deposit_lamports).await?;
        let id = account.next_proposal_id;
        let codes = self.codes_of(&draft.action).await?;
        let codes: Vec<Option<Address>> = codes.iter().map(|code| code.map(|code| code.address)).collect();
        let new = NewProposal {
            constitution: *constitution,
            proposer: *proposer,
            electorate,
            standing,
            id,
            content_hash: draft.content_hash,
            ballot_rule: draft.ballot_rule,
            action: draft.action,
            citations: draft.citations,
            veto_roster: account.veto_roster_for(&draft.action),
            program_data: codes.first().copied().flatten(),
            codes: &codes,
            payload: draft.payload,
            guardrails: account.guardrails(constitution),
        };
        let count = self.proposer(constitution, proposer).await?.map(|read| read.value);
        check::open_proposals(&account, count.as_ref())?;
        let open = count.is_none().then(|| builders::proposer_open(proposer, constitution, proposer));
        let instructions = open.into_iter().chain([builders::proposal_create(&new)]).collect();
        Ok((pda::proposal(constitution, id), instructions))
    }

    /// Withdraws a proposal.
    ///
    /// # Errors
    /// [`CheckError::WrongSigner`], [`CheckError::Step`], and as [`Quantumagi::constitution`].
    pub async fn proposal_cancel(&self, address: &Address, proposer: &Address) -> Result<Instruction> {
        let proposal = self.in_phase_for(address, Step::Cancel).await?;
        check::signer(&proposal.proposer, proposer)?;
        Ok(builders::proposal_cancel(address, proposer))
    }

    /// Votes, or changes a vote. Where the voter's ballot page is not open yet, `voter` opens and pays for it.
    ///
    /// # Errors
    /// [`CheckError::Step`], [`CheckError::NotAMember`], [`CheckError::BallotUnchanged`], [`CheckError::BallotFinal`],
    /// and as [`Quantumagi::constitution`].
    pub async fn proposal_vote(&self, address: &Address, voter: &Address, choice: Choice) -> Result<Vec<Instruction>> {
        let proposal = self.proposal_at(address).await?.value;
        check::step(&proposal, Step::Vote, self.now().await?)?;
        if proposal.electorate_kind()? == ElectorateKind::Deposit {
            return self.deposit_vote(address, voter, voter, choice).await;
        }
        match proposal.electorate_kind()? {
            ElectorateKind::Snapshot => return Err(SnapshotRefusal::FileNeeded.into()),
            ElectorateKind::WeightRecord => return Err(SnapshotRefusal::RecordNeeded.into()),
            ElectorateKind::None | ElectorateKind::Council | ElectorateKind::Deposit => {}
        }
        let (index, _) = self.electorate(&proposal.electorate).await?.value.member(voter)?;
        let previous = self.choice_of(address, &proposal, index).await?;
        check::vote(&proposal, previous, choice, self.now().await?)?;
        let mut instructions = self.page_for(address, &proposal, voter, index).await?;
        instructions.push(builders::proposal_vote(address, &proposal.electorate, voter, index, choice));
        Ok(instructions)
    }

    /// Opens the ballot page of the voter with this index, where one is needed and not open.
    pub(super) async fn page_for(
        &self,
        address: &Address,
        proposal: &Proposal,
        payer: &Address,
        index: u32,
    ) -> Result<Vec<Instruction>> {
        let Place::Page { page, .. } = place(index) else { return Ok(Vec::new()) };
        let is_open = self.ballot_pages(address, proposal).await?.iter().any(|open| open.value.page == page);
        Ok((!is_open).then(|| builders::ballot_page_open(payer, address, page)).into_iter().collect())
    }

    /// Writes down the outcome of a vote.
    ///
    /// # Errors
    /// [`CheckError::Step`], and as [`Quantumagi::constitution`].
    pub async fn proposal_finalize(&self, address: &Address) -> Result<Instruction> {
        self.in_phase_for(address, Step::Finalize).await?;
        Ok(builders::proposal_finalize(address))
    }

    /// Writes down that an approved proposal missed its window.
    ///
    /// # Errors
    /// [`CheckError::Step`], and as [`Quantumagi::constitution`].
    pub async fn proposal_expire(&self, address: &Address) -> Result<Instruction> {
        let proposal = self.proposal_at(address).await?.value;
        let account = self.constitution(&proposal.constitution).await?.value;
        check::due(&account, &proposal, Step::Expire, self.now().await?)?;
        Ok(builders::proposal_expire(&proposal.constitution, address))
    }

    /// Closes a final proposal and its ballot pages.
    ///
    /// # Errors
    /// [`CheckError::Step`], and as [`Quantumagi::constitution`].
    pub async fn proposal_close(&self, address: &Address) -> Result<Vec<Instruction>> {
        let proposal = self.in_phase_for(address, Step::Close).await?;
        let pages = self.ballot_pages(address, &proposal).await?;
        let pages: Vec<(u32, Address)> = pages.iter().map(|page| (page.value.page, page.value.payer)).collect();
        Ok(builders::proposal_close(&ClosingProposal {
            constitution: proposal.constitution,
            proposal: *address,
            electorate: proposal.electorate,
            candidate: proposal.candidate(),
            veto_roster: proposal.veto_roster(),
            proposer: proposal.proposer,
            ballot_pages: &pages,
        }))
    }

    pub(super) async fn in_phase_for(&self, address: &Address, step: Step) -> Result<Proposal> {
        let proposal = self.proposal_at(address).await?.value;
        check::step(&proposal, step, self.now().await?)?;
        Ok(proposal)
    }

    /// Whether what the action is about is as the action expects.
    async fn check_action(&self, constitution: &Address, account: &Constitution, action: &Action<'_>) -> Result<()> {
        let now: UnixSeconds = self.now().await?;
        match *action {
            Action::PolicyAdopt { sunset_at, .. } => check::sunset(sunset_at, now)?,
            Action::PolicyAmend { policy_id, sunset_at, .. } => {
                check::sunset(sunset_at, now)?;
                self.check_in_force(constitution, policy_id, now).await?;
            }
            Action::PolicyRepeal { policy_id } => self.check_in_force(constitution, policy_id, now).await?,
            Action::ConstitutionAmend { parent_hash, .. } => check::parent(account, parent_hash)?,
            Action::PrincipleAmend { principle_id, version, .. }
            | Action::PrincipleRetire { principle_id, version }
            | Action::GuardrailSet { principle_id, version, .. }
            | Action::GuardrailClear { principle_id, version } => {
                let principle = self.principle(constitution, principle_id).await?.value;
                check::principle(&principle, version)?;
                if let Action::GuardrailSet { guardrail, .. } = action {
                    self.check_guardrails_open(constitution).await?;
                    check::guardrail::settable(account, principle_id, guardrail)?;
                }
                if matches!(action, Action::GuardrailClear { .. }) && principle.has_guardrail == 0 {
                    Err(CheckError::GuardrailNotSet { principle_id })?;
                }
            }
            Action::RosterAdopt { roster_version, .. } => {
                check::usable(&self.roster(constitution, roster_version).await?.value)?;
            }
            Action::EmergencyRatify { emergency_id } => {
                self.check_votable(constitution, emergency_id, course::Step::Ratify).await?;
            }
            Action::EmergencyEnd { emergency_id } => {
                self.check_votable(constitution, emergency_id, course::Step::End).await?;
            }
            Action::GuardiansAdopt { threshold, term_seconds, members } => {
                let members: Vec<Address> = members.iter().map(|member| Address::new_from_array(*member)).collect();
                self.check_guardians(constitution, threshold, term_seconds, &members).await?;
            }
            Action::ElectorateAdopt { kind, electorate } => {
                self.check_adoptable(constitution, kind, &Address::new_from_array(electorate)).await?;
            }
            Action::ParametersAmend(change) => check::change(account, &change)?,
            Action::SettingsAmend(settings) => check::settings(&settings)?,
            Action::VetoBodyAdopt { roster_version, .. } => {
                if roster_version > 0 {
                    check::veto_body(account, &self.roster(constitution, roster_version).await?.value)?;
                }
            }
            Action::ProgramUpgrade { buffer, buffer_hash, .. } => {
                let buffer = Address::new_from_array(buffer);
                check::same_buffer(&buffer, self.hash_in_buffer(&buffer).await?, buffer_hash)?;
            }
            Action::PrincipleAdd { .. }
            | Action::GuardiansRemove
            | Action::TransferLamports { .. }
            | Action::TransferTokens { .. }
            | Action::InvokeSeries { .. }
            | Action::Invoke { .. } => {}
        }
        Ok(())
    }

    async fn check_in_force(&self, constitution: &Address, id: u64, now: UnixSeconds) -> Result<()> {
        let policy = self.policy(constitution, id).await?.value;
        if policy.is_in_force(now)? { Ok(()) } else { Err(CheckError::PolicyNotInForce { id })? }
    }
}
