//! A proposal: everything that decides it, frozen when it was created, and what has happened since.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::{Action, Invocation, ROSTER_ADOPT, VETO_BODY_ADOPT},
    approval::{ApprovalRule, Tally},
    attestation::Attestation,
    ballot::{BallotRule, PROPOSAL_BALLOT_BYTES, VETO_BALLOT_BYTES},
    digest::{execution_digest_of_bytes, pending_digest, step_digest, ExecutionContext, NOTHING_PENDING},
    emergency::{Pause, Subsystem},
    lifecycle::{check_step, phase, Phase, Status, Step, Times, Timetable},
    parameters::Track,
    principle::MAX_CITATIONS,
    spam::Ending,
    Bps, Hash, UnixSeconds, Weight,
};

extern crate alloc;
use alloc::vec::Vec;

use super::{Constitution, EventChain, SolSha256};
use crate::{
    error::GovError,
    events::{ProposalExecuted, ProposalStepExecuted},
};

/// A principle a proposal rests on, in the version it was cited in.
#[derive(Clone, Copy, Default, bytemuck::Pod, bytemuck::Zeroable, AnchorSerialize, AnchorDeserialize, IdlType)]
#[bytemuck(crate = "anchor_lang::bytemuck")]
#[repr(C)]
pub struct Citation {
    /// The principle's id.
    pub principle_id: u32,
    /// Its version when it was cited, from 1; 0 marks an unused place.
    pub version: u32,
}

/// A proposal. Created by a member of the electorate, closed by anyone once final and once its ballot pages are closed.
///
/// Seeds: `"proposal"`, constitution, id (u64, little endian).
#[account]
pub struct Proposal {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Who made it, may cancel it, paid for it, and is paid back when it is closed.
    pub proposer: Address,
    /// The electorate that votes on it. Frozen.
    pub electorate: Address,
    /// The roster whose members can veto it; zeros where nobody can. Frozen.
    pub veto_roster: Address,
    /// Who may attest it; zeros where nobody does. Frozen.
    pub attestor: Address,
    /// What its action is about: the roster to adopt, the principle, the policy or the program called; else zeros.
    pub subject: Address,
    /// SHA-256 of the canonical text that explains it. Frozen.
    pub content_hash: [u8; 32],
    /// Digest of what will be done. Frozen; see `quantumagi_rules::digest`.
    pub execution_digest: [u8; 32],
    /// Root of the snapshot that votes on it; zeros before it is bound, and for any other kind of electorate.
    pub snapshot_root: [u8; 32],
    /// SHA-256 of the attestor's report; zeros before it is attested.
    pub attestation_hash: [u8; 32],
    /// Digest of what is still to be done: the execution digest until the first step, zeros after the last.
    pub pending_digest: [u8; 32],
    /// Events of this proposal; the first is its creation.
    pub chain: EventChain,
    /// Its id in the constitution, from 0.
    pub id: u64,
    /// Weight of the whole electorate. Frozen, for a snapshot when it is bound: the denominator of quorum and minimum.
    pub total_weight: u64,
    /// Weight for.
    pub for_weight: u64,
    /// Weight against.
    pub against_weight: u64,
    /// Weight abstaining.
    pub abstain_weight: u64,
    /// Weight of the whole veto body. Frozen.
    pub veto_total: u64,
    /// Weight of the veto body that wants to stop it.
    pub veto_weight: u64,
    /// Slot of the snapshot that votes on it; 0 before it is bound, and for any other kind of electorate.
    pub snapshot_slot: u64,
    /// What the proposer put down against spam, lamports.
    pub deposit_lamports: u64,
    /// When it was created, Unix seconds.
    pub created_at: i64,
    /// First second of voting, Unix seconds.
    pub starts_at: i64,
    /// First second after voting, Unix seconds. A late quorum moves it later, once; an early decision moves it to now.
    pub ends_at: i64,
    /// When its last transition was written, Unix seconds.
    pub updated_at: i64,
    /// An emergency act delays its execution until then, Unix seconds; 0 for none.
    pub held_until: i64,
    /// Slot in which the called program was last deployed; 0 where nothing is called or the code cannot change.
    pub deploy_slot: u64,
    /// Principles it rests on, ascending by id.
    pub citations: [Citation; MAX_CITATIONS],
    /// Version of the constitution it was written under. Frozen.
    pub constitution_version: u32,
    /// Voters in the electorate. Frozen.
    pub voters: u32,
    /// Voters who have cast a ballot.
    pub ballots_cast: u32,
    /// Ballot pages that are open.
    pub ballot_pages: u32,
    /// Added once after a late quorum, seconds. Frozen.
    pub extension_seconds: u32,
    /// From the end of voting to the timelock, seconds. Frozen.
    pub cooloff_seconds: u32,
    /// From the end of the cool-off to execution, seconds. Frozen.
    pub timelock_seconds: u32,
    /// How long it can be executed, seconds. Frozen.
    pub window_seconds: u32,
    /// Threshold, basis points. Frozen.
    pub threshold_bps: u16,
    /// Quorum, basis points. Frozen.
    pub quorum_bps: u16,
    /// Least share of `for` in the total weight, basis points. Frozen.
    pub min_for_bps: u16,
    /// Share of the veto body's weight that stops it, basis points; 0 where nobody can. Frozen.
    pub veto_bps: u16,
    /// Forfeits its deposit where it is defeated with `for` below this share, basis points. Frozen.
    pub slash_bps: u16,
    /// Threshold where it is not attested as the constitution asks, basis points; 0 where nobody attests. Frozen.
    pub unattested_threshold_bps: u16,
    /// Least score that keeps the ordinary threshold, basis points. Frozen.
    pub attestation_mark: u16,
    /// The attestor's score, basis points.
    pub attestation_score: u16,
    /// Instructions that it calls, in order; 0 where it calls none.
    pub steps: u16,
    /// Of these, called already.
    pub steps_done: u16,
    /// Kind of its electorate: `quantumagi_rules::electorate::ElectorateKind`. Frozen.
    pub electorate_kind: u8,
    /// 1 once attested.
    pub is_attested: u8,
    /// Track: 0 policy, 1 treasury, 2 amendment, 3 ratification.
    pub track: u8,
    /// Number of the action: `quantumagi_rules::action`.
    pub action: u8,
    /// Status as last written: `quantumagi_rules::lifecycle::Status`.
    pub status: u8,
    /// Why it was defeated: `quantumagi_rules::approval::Defeat`; 0 otherwise.
    pub defeat: u8,
    /// 0 ballots can be changed, 1 ballots are final and voting may end early. Frozen.
    pub ballot_rule: u8,
    /// 1 once a late quorum has extended voting.
    pub was_extended: u8,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: [u8; 2],
    /// Members of the veto body who want to stop it, one bit each.
    pub veto_ballots: [u8; VETO_BALLOT_BYTES],
    /// Ballots of voters 0 to 255, two bits each: 0 none, 1 for, 2 against, 3 abstain.
    pub ballots: [u8; PROPOSAL_BALLOT_BYTES],
}

impl Proposal {
    /// The moments that divide its life.
    ///
    /// # Errors
    /// [`GovError::Overflow`] past the end of time, which creation rules out.
    pub fn timetable(&self) -> Result<Timetable> {
        Timetable::new(&Times {
            starts_at: UnixSeconds(self.starts_at),
            ends_at: UnixSeconds(self.ends_at),
            cooloff_seconds: self.cooloff_seconds,
            timelock_seconds: self.timelock_seconds,
            window_seconds: self.window_seconds,
            held_until: UnixSeconds(self.held_until),
        })
        .ok_or_else(|| GovError::Overflow.into())
    }

    /// What holds at `now`.
    ///
    /// # Errors
    /// [`GovError::AccountCorrupt`] where the stored status has no meaning.
    pub fn phase(&self, now: UnixSeconds) -> Result<Phase> {
        let status = Status::from_u8(self.status).ok_or(GovError::AccountCorrupt)?;
        Ok(phase(status, &self.timetable()?, now))
    }

    /// Checks a step after the vote, where a pause of its execution has moved the window.
    ///
    /// # Errors
    /// [`GovError::WrongConstitution`], or the refusal of the lifecycle table.
    #[inline(never)]
    pub fn check_due(&self, step: Step, constitution: &Account<Constitution>, now: UnixSeconds) -> Result<()> {
        require!(self.constitution == *constitution.address(), GovError::WrongConstitution);
        let status = Status::from_u8(self.status).ok_or(GovError::AccountCorrupt)?;
        let track = Track::from_u8(self.track).ok_or(GovError::AccountCorrupt)?;
        let pause = Subsystem::of_execution(track).map_or(Pause::NONE, |subsystem| constitution.pause(subsystem));
        let times = self.timetable()?.paused(pause).ok_or(GovError::Overflow)?;
        check_step(phase(status, &times, now), step).map_err(|refusal| GovError::from(refusal).into())
    }

    /// # Errors
    /// The refusal of the lifecycle table.
    pub fn check_step(&self, step: Step, now: UnixSeconds) -> Result<()> {
        check_step(self.phase(now)?, step).map_err(|refusal| GovError::from(refusal).into())
    }

    /// The shares frozen at creation, with the higher threshold while an attestor has not signed what keeps the lower.
    pub fn approval_rule(&self) -> ApprovalRule {
        let frozen = self.frozen_rule();
        self.attestation().map_or(frozen, |attestation| attestation.deciding(frozen))
    }

    /// Whether nothing that may still come can change the outcome. Meaningful only where ballots cannot be changed.
    ///
    /// `tally` and `total` are its own, passed because whoever counts a ballot has them at hand.
    pub fn is_settled(&self, tally: Tally, total: Weight) -> bool {
        let frozen = self.frozen_rule();
        match self.attestation() {
            None => frozen.is_settled(tally, total),
            Some(attestation) => attestation.is_settled(frozen, tally, total),
        }
    }

    /// The shares frozen at creation, of which an attestation can raise the threshold only.
    pub fn frozen_rule(&self) -> ApprovalRule {
        ApprovalRule {
            threshold: Bps(self.threshold_bps),
            quorum: Bps(self.quorum_bps),
            min_for: Bps(self.min_for_bps),
        }
    }

    fn attestation(&self) -> Option<Attestation> {
        (self.unattested_threshold_bps > 0).then(|| Attestation {
            mark: Bps(self.attestation_mark),
            unattested_threshold: Bps(self.unattested_threshold_bps),
            score: (self.is_attested == 1).then_some(Bps(self.attestation_score)),
        })
    }

    /// How it ended, once it is final.
    ///
    /// # Errors
    /// [`GovError::AccountCorrupt`] where the stored status has no meaning.
    pub fn ending(&self) -> Result<Ending> {
        Ok(Ending {
            status: Status::from_u8(self.status).ok_or(GovError::AccountCorrupt)?,
            // The last transition of a final proposal is what made it final.
            was_voted_on: self.updated_at >= self.starts_at,
            for_weight: Weight(self.for_weight),
            total: Weight(self.total_weight),
        })
    }

    /// What the voters have said.
    pub fn tally(&self) -> Tally {
        Tally {
            for_weight: Weight(self.for_weight),
            against_weight: Weight(self.against_weight),
            abstain_weight: Weight(self.abstain_weight),
        }
    }

    /// Writes what the rules computed.
    pub fn set_tally(&mut self, tally: Tally) {
        let Tally { for_weight, against_weight, abstain_weight } = tally;
        self.for_weight = for_weight.0;
        self.against_weight = against_weight.0;
        self.abstain_weight = abstain_weight.0;
    }

    /// Whether ballots can be changed.
    ///
    /// # Errors
    /// [`GovError::AccountCorrupt`] where the stored rule has no meaning.
    pub fn ballot_rule(&self) -> Result<BallotRule> {
        BallotRule::from_u8(self.ballot_rule).ok_or_else(|| GovError::AccountCorrupt.into())
    }

    /// What surrounds the action in the digest.
    pub fn execution_context(&self, deploy_slot: u64) -> ExecutionContext {
        ExecutionContext {
            constitution: self.constitution.to_bytes(),
            constitution_version: self.constitution_version,
            proposal_id: self.id,
            cooloff_seconds: self.cooloff_seconds,
            timelock_seconds: self.timelock_seconds,
            window_seconds: self.window_seconds,
            deploy_slot,
        }
    }

    /// Spends the proposal on `action`: once, inside the window, and only if it is what was voted on.
    ///
    /// Called before the effect, so that nothing the effect calls can find the proposal still executable.
    ///
    /// # Errors
    /// The lifecycle's refusal; [`GovError::DigestMismatch`] where the action differs in any byte, account or flag.
    pub fn execute(
        &mut self,
        proposal: Address,
        action: &Action,
        deploy_slot: u64,
        constitution: &Account<Constitution>,
        now: UnixSeconds,
    ) -> Result<()> {
        self.check_due(Step::Execute, constitution, now)?;
        let mut bytes = Vec::with_capacity(action.encoded_len());
        action.encode(&mut bytes);
        let digest = execution_digest_of_bytes::<SolSha256>(&self.execution_context(deploy_slot), &bytes);
        require!(digest == self.pending_digest, GovError::DigestMismatch);
        constitution.check_delay(self.track, now.0.saturating_sub(self.ends_at))?;
        self.finish(proposal, now)
    }

    /// Spends the next step on `invocation`, as [`Proposal::execute`] does the whole proposal. `rest` is the digest of the
    /// steps behind it.
    ///
    /// # Errors
    /// As [`Proposal::execute`]; also where the instruction is not the next one, or `rest` is not what follows it.
    pub fn execute_step(
        &mut self,
        proposal: Address,
        invocation: &Invocation,
        deploy_slot: u64,
        rest: Hash,
        constitution: &Account<Constitution>,
        now: UnixSeconds,
    ) -> Result<()> {
        self.check_due(Step::Execute, constitution, now)?;
        let context = self.execution_context(deploy_slot);
        let step = step_digest::<SolSha256>(&context, self.steps_done, invocation);
        require!(pending_digest::<SolSha256>(&step, &rest) == self.pending_digest, GovError::DigestMismatch);
        constitution.check_delay(self.track, now.0.saturating_sub(self.ends_at))?;
        self.steps_done = self.steps_done.checked_add(1).ok_or(GovError::Overflow)?;
        if rest == NOTHING_PENDING {
            return self.finish(proposal, now);
        }
        self.pending_digest = rest;
        self.updated_at = now.0;
        let event = ProposalStepExecuted {
            proposal,
            sequence: self.chain.sequence,
            at: now.0,
            step_digest: step,
            pending_digest: rest,
            steps_done: self.steps_done,
            steps: self.steps,
            reserved: [0; 4],
        };
        self.chain.record(&event)
    }

    /// Writes that everything is done.
    #[inline(never)]
    fn finish(&mut self, proposal: Address, now: UnixSeconds) -> Result<()> {
        self.status = Status::Executed as u8;
        self.pending_digest = NOTHING_PENDING;
        self.updated_at = now.0;
        let (sequence, digest) = (self.chain.sequence, self.execution_digest);
        self.chain.record(&ProposalExecuted { proposal, sequence, at: now.0, digest })
    }

    /// Whether its action gives a roster a role: then closing it unbinds that roster, too.
    pub fn adopts_roster(&self) -> bool {
        self.action == ROSTER_ADOPT || (self.action == VETO_BODY_ADOPT && self.subject != Address::default())
    }

    /// Whether it is known who votes by snapshot.
    pub fn has_snapshot(&self) -> bool {
        self.snapshot_root != [0; 32]
    }

    /// Laws that hold between instructions. Last call of every instruction that changes a tally.
    ///
    /// # Errors
    /// [`GovError::InvariantBroken`]; nothing is then written.
    pub fn check_invariant(&self) -> Result<()> {
        let holds = self.tally().turnout() <= u128::from(self.total_weight)
            && self.ballots_cast <= self.voters
            && self.veto_weight <= self.veto_total
            && self.starts_at <= self.ends_at;
        require!(holds, GovError::InvariantBroken);
        Ok(())
    }
}
