//! A member of the electorate proposes an action. Everything that will decide it is frozen here.
//!
//! Specification
//! 1. The constitution shall be sealed, and the proposer shall be a member of the roster in force.
//! 2. Cited principles shall belong to the constitution, be active, different and in ascending order of id; a policy or
//!    treasury proposal shall cite at least one.
//! 3. What the action is about shall exist, belong to the constitution and be in the state the action expects.
//! 4. Parameters, electorate, constitution version and execution digest shall be copied and never read again from
//!    elsewhere (T6, W7, X1). An act on an entrenched principle takes the entrenched threshold (M12).
//! 5. A called program shall not be this one, shall be pinned by its deploy slot, and only the vault shall sign (X2, X6).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::Action,
    ballot::BallotRule,
    digest::execution_digest_of_bytes,
    policy::is_in_force,
    principle::{check_citations, MAX_CITATIONS},
    roster::place,
};

extern crate alloc;
use alloc::vec::Vec;

use crate::{
    error::GovError,
    events::ProposalCreated,
    mandate::now,
    program_pin::{check_invoke, deploy_slot},
    seeds,
    state::{Citation, Constitution, Policy, Principle, Proposal, Roster, RosterPage, SolSha256, LAYOUT_VERSION},
};

/// What is proposed.
#[derive(AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct ProposalCreateArgs {
    /// SHA-256 of the canonical text that explains the proposal.
    pub content_hash: [u8; 32],
    /// The proposer's index in the roster.
    pub member_index: u32,
    /// 0 ballots can be changed, 1 ballots are final and voting may end early.
    pub ballot_rule: u8,
    /// Canonical bytes of the action: `quantumagi_rules::action`.
    pub action: Vec<u8>,
}

/// The accounts behind the declared ones are the cited principles, at most eight.
#[derive(Accounts)]
pub struct ProposalCreate {
    /// Proposes and pays.
    #[account(mut)]
    pub proposer: Signer,
    #[account(mut, constraint = constitution.is_sealed == 1 @ GovError::NotSealed)]
    pub constitution: Account<Constitution>,
    #[account(mut, constraint = *roster.address() == constitution.roster @ GovError::WrongRoster)]
    pub roster: Account<Roster>,
    /// The page that holds the proposer.
    #[account(constraint = roster_page.roster == *roster.address() @ GovError::WrongRoster)]
    pub roster_page: RosterPage,
    #[account(
        init,
        payer = proposer,
        seeds = [seeds::PROPOSAL, constitution, &constitution.next_proposal_id.to_le_bytes()],
        bump
    )]
    pub proposal: Account<Proposal>,
    /// The principle to amend or retire.
    #[account(constraint = principle.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub principle: Option<Account<Principle>>,
    /// The policy to amend or repeal.
    #[account(constraint = policy.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub policy: Option<Account<Policy>>,
    /// The roster to adopt.
    #[account(mut, constraint = candidate.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub candidate: Option<Account<Roster>>,
    /// The program to call.
    pub program: Option<UncheckedAccount>,
    /// The account that holds the called program's code, where the program can be upgraded.
    pub program_data: Option<UncheckedAccount>,
    pub system_program: Program<System>,
}

/// What the action is about, as the accounts show it.
#[derive(Default)]
struct Subject {
    address: Address,
    is_entrenched: bool,
    deploy_slot: u64,
}

impl ProposalCreate {
    pub fn handler(
        &mut self,
        bumps: &ProposalCreateBumps,
        args: ProposalCreateArgs,
        cited: &[AccountView],
    ) -> Result<()> {
        let now = now()?;
        require!(args.content_hash != [0; 32], GovError::TextEmpty);
        let ballot_rule = BallotRule::from_u8(args.ballot_rule).ok_or(GovError::UnknownBallotRule)?;
        let action = Action::decode(&args.action).map_err(GovError::from)?;
        self.check_member(args.member_index)?;
        let citations = self.citations(cited, action.must_cite())?;
        let subject = self.subject(&action, now)?;

        let track = action.track();
        let parameters = self.constitution.parameters(track);
        let (starts_at, ends_at) = parameters.voting_times(now).ok_or(GovError::Overflow)?;
        let rule = parameters.approval_rule(subject.is_entrenched);
        let (address, proposal_address) = (*self.constitution.address(), *self.proposal.address());
        let constitution = &mut *self.constitution;
        let proposal = &mut *self.proposal;
        proposal.constitution = address;
        proposal.proposer = *self.proposer.address();
        proposal.roster = *self.roster.address();
        proposal.subject = subject.address;
        proposal.content_hash = args.content_hash;
        proposal.id = constitution.take_proposal_id()?;
        proposal.total_weight = self.roster.total_weight;
        proposal.created_at = now.0;
        proposal.starts_at = starts_at.0;
        proposal.ends_at = ends_at.0;
        proposal.updated_at = now.0;
        proposal.deploy_slot = subject.deploy_slot;
        proposal.citations[..citations.len()].copy_from_slice(&citations);
        proposal.constitution_version = constitution.version;
        proposal.voters = self.roster.count;
        proposal.extension_seconds = parameters.extension_seconds;
        proposal.timelock_seconds = parameters.timelock_seconds;
        proposal.window_seconds = parameters.window_seconds;
        proposal.threshold_bps = rule.threshold.0;
        proposal.quorum_bps = rule.quorum.0;
        proposal.min_for_bps = rule.min_for.0;
        proposal.track = track as u8;
        proposal.action = action.number();
        proposal.ballot_rule = ballot_rule as u8;
        proposal.layout_version = LAYOUT_VERSION;
        proposal.bump = bumps.proposal;
        proposal.execution_digest = execution_digest_of_bytes::<SolSha256>(
            &proposal.execution_context(subject.deploy_slot),
            &args.action,
        );
        self.roster.bind()?;
        if let Some(candidate) = &mut self.candidate {
            candidate.bind()?;
        }
        let event = ProposalCreated {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            proposal: proposal_address,
            proposal_id: proposal.id,
            proposer: proposal.proposer,
            roster: proposal.roster,
            subject: proposal.subject,
            content_hash: proposal.content_hash,
            execution_digest: proposal.execution_digest,
            deploy_slot: proposal.deploy_slot,
            total_weight: proposal.total_weight,
            voters: proposal.voters,
            constitution_version: proposal.constitution_version,
            starts_at: proposal.starts_at,
            ends_at: proposal.ends_at,
            extension_seconds: proposal.extension_seconds,
            timelock_seconds: proposal.timelock_seconds,
            window_seconds: proposal.window_seconds,
            threshold_bps: proposal.threshold_bps,
            quorum_bps: proposal.quorum_bps,
            min_for_bps: proposal.min_for_bps,
            track: proposal.track,
            ballot_rule: proposal.ballot_rule,
            citations,
            action: args.action,
        };
        proposal.chain.begin_with(&event)?;
        constitution.chain.record(&event)
    }

    fn check_member(&self, index: u32) -> Result<()> {
        let (page, slot) = place(index);
        require!(self.roster_page.page == page, GovError::WrongPage);
        let member = self.roster_page.get(slot).ok_or(GovError::NotTheMember)?;
        require!(member.voter == *self.proposer.address(), GovError::NotTheMember);
        Ok(())
    }

    /// The cited principles, each loaded as a principle of this constitution that is active.
    fn citations(&self, cited: &[AccountView], is_required: bool) -> Result<Vec<Citation>> {
        require!(cited.len() <= MAX_CITATIONS, GovError::TooManyCitations);
        let mut citations = Vec::with_capacity(cited.len());
        let mut ids = Vec::with_capacity(cited.len());
        for view in cited {
            let principle = Account::<Principle>::load(*view)?;
            require!(principle.constitution == *self.constitution.address(), GovError::WrongConstitution);
            require!(principle.is_retired == 0, GovError::PrincipleRetired);
            citations.push(Citation { principle_id: principle.id, version: principle.version });
            ids.push(principle.id);
        }
        check_citations(&ids, is_required).map_err(GovError::from)?;
        Ok(citations)
    }

    /// Checks what the action is about against the accounts that show it.
    fn subject(&self, action: &Action, now: quantumagi_rules::UnixSeconds) -> Result<Subject> {
        let Self { constitution, principle, policy, candidate, program, program_data, .. } = self;
        let is_needed = |needed: &[bool; 3]| {
            [principle.is_some(), policy.is_some(), candidate.is_some()] == *needed
        };
        let (is_principle, is_policy, is_candidate) = (
            is_needed(&[true, false, false]),
            is_needed(&[false, true, false]),
            is_needed(&[false, false, true]),
        );
        match *action {
            Action::PolicyAdopt { text_hash, sunset_at } => {
                check_text(&text_hash)?;
                check_sunset(sunset_at, now)?;
            }
            Action::PolicyAmend { policy_id, text_hash, sunset_at } => {
                check_text(&text_hash)?;
                check_sunset(sunset_at, now)?;
                require!(is_policy, GovError::WrongSubject);
                return policy_subject(policy, policy_id, now);
            }
            Action::PolicyRepeal { policy_id } => {
                require!(is_policy, GovError::WrongSubject);
                return policy_subject(policy, policy_id, now);
            }
            Action::ConstitutionAmend { text_hash, parent_hash } => {
                check_text(&text_hash)?;
                require!(parent_hash == constitution.text_hash, GovError::ParentMismatch);
            }
            Action::PrincipleAdd { text_hash, class, .. } => {
                check_text(&text_hash)?;
                // Whoever entrenches must meet the threshold that will be needed to undo it.
                let is_entrenched = class == quantumagi_rules::principle::Class::Entrenched;
                require!(is_needed(&[false, false, false]), GovError::WrongSubject);
                return Ok(Subject { is_entrenched, ..Subject::default() });
            }
            Action::PrincipleAmend { principle_id, version, text_hash } => {
                check_text(&text_hash)?;
                require!(is_principle, GovError::WrongSubject);
                return principle_subject(principle, principle_id, version);
            }
            Action::PrincipleRetire { principle_id, version } => {
                require!(is_principle, GovError::WrongSubject);
                return principle_subject(principle, principle_id, version);
            }
            Action::RosterAdopt { roster_version, members_hash } => {
                require!(is_candidate, GovError::WrongSubject);
                let candidate = candidate.as_ref().ok_or(GovError::WrongSubject)?;
                let is_meant = candidate.version == roster_version && candidate.members_hash == members_hash;
                require!(is_meant, GovError::WrongSubject);
                require!(candidate.is_usable(), GovError::RosterNotUsable);
                return Ok(Subject { address: *candidate.address(), ..Subject::default() });
            }
            Action::TransferLamports { .. } => {}
            Action::Invoke { program: called, accounts, .. } => {
                require!(is_needed(&[false, false, false]), GovError::WrongSubject);
                check_invoke(&called, accounts, &constitution.vault)?;
                let program = program.as_ref().ok_or(GovError::ProgramNotPinned)?;
                require!(program.address().to_bytes() == called, GovError::WrongSubject);
                let deploy_slot = deploy_slot(program.account(), program_data.as_ref().map(|data| data.account()))?;
                return Ok(Subject { address: *program.address(), deploy_slot, is_entrenched: false });
            }
        }
        require!(is_needed(&[false, false, false]), GovError::WrongSubject);
        Ok(Subject::default())
    }
}

fn check_text(hash: &[u8; 32]) -> Result<()> {
    require!(*hash != [0; 32], GovError::TextEmpty);
    Ok(())
}

fn check_sunset(sunset_at: i64, now: quantumagi_rules::UnixSeconds) -> Result<()> {
    require!(!quantumagi_rules::policy::has_set(sunset_at, now), GovError::SunsetInThePast);
    Ok(())
}

fn policy_subject(policy: &Option<Account<Policy>>, id: u64, now: quantumagi_rules::UnixSeconds) -> Result<Subject> {
    let policy = policy.as_ref().ok_or(GovError::WrongSubject)?;
    require!(policy.id == id, GovError::WrongSubject);
    require!(is_in_force(policy.status()?, policy.sunset_at, now), GovError::PolicyNotInForce);
    Ok(Subject { address: *policy.address(), ..Subject::default() })
}

fn principle_subject(principle: &Option<Account<Principle>>, id: u32, version: u32) -> Result<Subject> {
    let principle = principle.as_ref().ok_or(GovError::WrongSubject)?;
    require!(principle.id == id, GovError::WrongSubject);
    principle.check_current(version)?;
    Ok(Subject { address: *principle.address(), is_entrenched: principle.is_entrenched()?, deploy_slot: 0 })
}
