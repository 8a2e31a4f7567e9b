//! A member of the electorate proposes an action. Everything that will decide it is frozen here.
//!
//! Specification
//! 1. The constitution shall be sealed, and the proposer shall belong to the electorate in force and have fewer proposals
//!    open than the constitution allows (L4).
//! 2. Cited principles shall belong to the constitution, be active, different and in ascending order of id; a policy or
//!    treasury proposal shall cite at least one.
//! 3. What the action is about shall exist, belong to the constitution and be in the state the action expects.
//! 4. Parameters, electorate, constitution version and execution digest shall be copied and never read again from
//!    elsewhere (T6, W7, X1). An act on an entrenched principle, and a change of who decides or how, take the entrenched
//!    threshold at least (M12, T9).
//! 5. No guardrail shall be in the way (M3).
//! 6. Called programs shall not be this one, shall each be pinned by its deploy slot, and only the vault shall sign; a call
//!    shall name neither the proposal nor the constitution to be written (X2, X6).
//! 7. An action that does not fit the instruction shall be read from a payload that is complete.
//! 8. While new proposals are paused, amendments and ratifications shall be taken all the same (E6).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::Action,
    ballot::BallotRule,
    emergency::{gates::Gate, Subsystem},
};

use super::{proposal_args::Creation, ProposalCreateArgs};
use crate::{
    calls::{split_behind, CalledAccounts},
    citing::cite,
    electorate::{split_own_record, ElectorateAccounts},
    error::GovError,
    guard::check_proposed,
    mandate::now,
    scrutiny::{bind_veto_body, freeze_attestor, take_deposit},
    seeds,
    state::{action_in, Bound, Constitution, Guardrails, Payload, Proposal, Proposer, Roster, LAYOUT_VERSION},
    subject::SubjectAccounts,
};

/// The accounts behind the declared ones are the cited principles, at most eight; on an electorate by weight records the
/// proposer's own record comes first. Behind these, for each instruction of a series and for an upgrade: the program and the
/// account with its code, or the program again where it cannot be upgraded.
#[derive(Accounts)]
pub struct ProposalCreate {
    /// Proposes and pays.
    #[account(mut)]
    pub proposer: Signer,
    #[account(mut, constraint = constitution.is_sealed == 1 @ GovError::NotSealed)]
    pub constitution: Account<Constitution>,
    /// The electorate in force. Its kind says what it is.
    #[account(mut, constraint = *electorate.address() == constitution.electorate @ GovError::WrongElectorate)]
    pub electorate: UncheckedAccount,
    /// What shows the proposer's standing in it: for a council, the roster page that holds the proposer.
    pub membership: Option<UncheckedAccount>,
    /// Counts the proposer's open proposals.
    #[account(
        mut,
        constraint = record.constitution == *constitution.address() @ GovError::WrongConstitution,
        constraint = record.owner == *proposer.address() @ GovError::NotProposer
    )]
    pub record: Account<Proposer>,
    #[account(
        init,
        payer = proposer,
        seeds = [seeds::PROPOSAL, constitution, &constitution.next_proposal_id.to_le_bytes()],
        bump
    )]
    pub proposal: Account<Proposal>,
    /// The principle to amend or retire, the policy to amend or repeal, or the program to call. Checked by `Subject`.
    pub subject: Option<UncheckedAccount>,
    /// The roster to adopt.
    #[account(mut, constraint = candidate.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub candidate: Option<Account<Roster>>,
    /// The veto body's roster, where the body has a say about the action; none where it has none.
    #[account(mut)]
    pub veto_roster: Option<Account<Roster>>,
    /// The account that holds the code of the program of a single call, where it can be upgraded.
    pub program_data: Option<UncheckedAccount>,
    /// Holds the action's bytes where they do not stand in the arguments. Anybody's will do.
    pub payload: Option<Payload>,
    /// The guardrails, where there are any.
    pub guardrails: Option<Account<Guardrails>>,
    pub system_program: Program<System>,
}

impl ProposalCreate {
    pub fn handler(
        &mut self,
        bumps: &ProposalCreateBumps,
        args: ProposalCreateArgs,
        behind: &[AccountView],
    ) -> Result<()> {
        let now = now()?;
        require!(args.content_hash != [0; 32], GovError::TextEmpty);
        let ballot_rule = BallotRule::from_u8(args.ballot_rule).ok_or(GovError::UnknownBallotRule)?;
        let bytes = action_in(&args.action, self.payload.as_ref())?;
        let action = Action::decode(bytes).map_err(GovError::from)?;
        let (cited, programs) = split_behind(&action, behind)?;
        let (weight_record, cited) = split_own_record(self.constitution.electorate_kind, cited);
        if Subsystem::of_creation(action.track()).is_some() {
            self.constitution.check_open::<{ Gate::ProposalCreate as u8 }>(now)?;
        }
        let citations = cite(cited, self.constitution.address(), action.must_cite())?;
        let calls = CalledAccounts {
            constitution: &self.constitution,
            proposal: self.proposal.address(),
            subject: self.subject.as_ref().map(|program| program.account()),
            program_data: self.program_data.as_ref().map(|data| data.account()),
            programs,
        }
        .pin(&action)?;
        let subject = SubjectAccounts {
            constitution: &self.constitution,
            proposal: self.proposal.address(),
            subject: self.subject.as_ref().map(|subject| subject.account()),
            candidate: self.candidate.as_ref(),
        }
        .check(&action, now)?;

        let track = action.track();
        let parameters = self.constitution.parameters(track);
        let franchise = ElectorateAccounts {
            constitution: self.constitution.address(),
            kind: self.constitution.electorate_kind,
            electorate: self.electorate.account(),
            membership: self.membership.as_ref().map(|membership| membership.account()),
            weight_record,
            proposer: self.proposer.address(),
            member_index: args.member_index,
            ballot_rule,
            parameters: &parameters,
        }
        .bind()?;
        self.record.count(self.constitution.max_open_proposals)?;

        let (starts_at, ends_at) = parameters.voting_times(now).ok_or(GovError::Overflow)?;
        check_proposed(&self.constitution, self.guardrails.as_ref(), &action, ends_at)?;
        let rule = action.approval_rule(&parameters, action.is_entrenched(subject.class, calls.touch_own_code));
        take_deposit(&mut self.proposer, &mut self.proposal, parameters.deposit_lamports)?;
        let (address, proposal_address) = (*self.constitution.address(), *self.proposal.address());
        let constitution = &mut *self.constitution;
        let proposal = &mut *self.proposal;
        proposal.constitution = address;
        proposal.proposer = *self.proposer.address();
        proposal.electorate = constitution.electorate;
        proposal.electorate_kind = constitution.electorate_kind;
        proposal.subject = subject.address;
        proposal.content_hash = args.content_hash;
        proposal.id = constitution.take_proposal_id()?;
        proposal.total_weight = franchise.total_weight;
        proposal.created_at = now.0;
        proposal.starts_at = starts_at.0;
        proposal.ends_at = ends_at.0;
        proposal.updated_at = now.0;
        proposal.deploy_slot = calls.slots.first().copied().unwrap_or(calls.upgraded_slot);
        proposal.citations[..citations.len()].copy_from_slice(&citations);
        proposal.constitution_version = constitution.version;
        proposal.voters = franchise.voters;
        proposal.extension_seconds = parameters.extension_seconds;
        proposal.cooloff_seconds = parameters.cooloff_seconds;
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
        proposal.slash_bps = parameters.slash_bps;
        bind_veto_body(proposal, constitution, self.veto_roster.as_mut(), &action, &parameters)?;
        freeze_attestor(proposal, constitution, &action, rule, &parameters);
        proposal.steps = u16::try_from(calls.slots.len()).map_err(|_| GovError::Overflow)?;
        proposal.execution_digest = calls.digest(&proposal.execution_context(calls.upgraded_slot), &action, bytes)?;
        proposal.pending_digest = proposal.execution_digest;
        if let Some(candidate) = &mut self.candidate {
            candidate.bind()?;
        }
        let event = Creation {
            address: proposal_address,
            sequence: constitution.chain.sequence,
            payload: self.payload.as_ref().map(|payload| *payload.address()).unwrap_or_default(),
            slots: calls.slots,
            citations,
            action: args.action,
        }
        .of(proposal);
        constitution.chain.record_beginning(&mut proposal.chain, &event)
    }
}
