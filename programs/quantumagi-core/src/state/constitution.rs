//! A community's constitution: the root that every other account hangs from.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    emergency::{gates::Gate, Pause, Subsystem},
    guardrail::{Deed, Guardrail, Summary},
    parameters::{Track, TrackParameters},
    UnixSeconds,
};

use super::{EventChain, Guardrails};
use crate::error::GovError;

/// A track's parameters as stored. Bounds and meaning: `quantumagi_rules::parameters`.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, AnchorSerialize, AnchorDeserialize, IdlType)]
#[bytemuck(crate = "anchor_lang::bytemuck")]
#[repr(C)]
pub struct TrackConfig {
    /// Least share of `for` in `for + against`, basis points: 6,000 to 10,000.
    pub threshold_bps: u16,
    /// Least turnout in the total weight, basis points: 500 to 10,000.
    pub quorum_bps: u16,
    /// Least share of `for` in the total weight, basis points: 100 to 10,000.
    pub min_for_bps: u16,
    /// Threshold where an entrenched principle is touched, basis points: 7,500 to 10,000.
    pub entrenched_threshold_bps: u16,
    /// Share of the veto body's weight that stops a proposal, basis points: 2,500 to 10,000, or 0 for no veto.
    pub veto_bps: u16,
    /// A defeated proposal forfeits its deposit where `for` is below this share of the total, basis points: 0 to 1,000.
    pub slash_bps: u16,
    /// From creation to the first vote, seconds: 60 to 2,592,000.
    pub discussion_seconds: u32,
    /// Voting time, seconds: 3,600 to 2,592,000.
    pub voting_seconds: u32,
    /// Added once after a late quorum, seconds: 0 to 604,800.
    pub extension_seconds: u32,
    /// From the end of voting to the timelock, for the veto body alone, seconds: 0 to 1,209,600.
    pub cooloff_seconds: u32,
    /// From the end of the cool-off to execution, seconds: 3,600 to 7,776,000.
    pub timelock_seconds: u32,
    /// How long an approved proposal can be executed, seconds: 3,600 to 7,776,000.
    pub window_seconds: u32,
    /// What a proposer puts down against spam, lamports: 0 to 2,500,000.
    pub deposit_lamports: u32,
}

impl From<&TrackConfig> for TrackParameters {
    fn from(stored: &TrackConfig) -> Self {
        let TrackConfig {
            threshold_bps,
            quorum_bps,
            min_for_bps,
            entrenched_threshold_bps,
            veto_bps,
            slash_bps,
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            cooloff_seconds,
            timelock_seconds,
            window_seconds,
            deposit_lamports,
        } = *stored;
        Self {
            threshold_bps,
            quorum_bps,
            min_for_bps,
            entrenched_threshold_bps,
            veto_bps,
            slash_bps,
            discussion_seconds,
            voting_seconds,
            extension_seconds,
            cooloff_seconds,
            timelock_seconds,
            window_seconds,
            deposit_lamports,
        }
    }
}

/// A constitution. Created by its founder, changed by the founder until sealed and by votes ever after, never closed.
///
/// Seeds: `"constitution"`, create key.
#[account]
pub struct Constitution {
    /// The key that signed the creation and gives the address; used once, so nobody can take the address first.
    pub create_key: Address,
    /// Who founded it. May change things until the seal and has no power after it.
    pub founder: Address,
    /// The electorate that new proposals bind to: a roster, or what `electorate_kind` says; zeros before the first.
    pub electorate: Address,
    /// The account that holds and signs what was approved. Seeds: `"vault"`, constitution.
    pub vault: Address,
    /// The roster whose members can veto; zeros where there is no veto body.
    pub veto_roster: Address,
    /// Who attests proposals; zeros where nobody does.
    pub attestor: Address,
    /// SHA-256 of the canonical text in force.
    pub text_hash: [u8; 32],
    /// SHA-256 of the text before it; zeros for the first version.
    pub parent_hash: [u8; 32],
    /// Events of the constitution, its principles, rosters and policies, and of each proposal's birth and end.
    pub chain: EventChain,
    /// Id of the next proposal; ids are never used twice.
    pub next_proposal_id: u64,
    /// Id of the next policy.
    pub next_policy_id: u64,
    /// Since when an emergency act pauses each subsystem, or paused it last, Unix seconds; same order.
    pub paused_from: [i64; 4],
    /// Until when an emergency act pauses each subsystem, Unix seconds: proposals, treasury, policies, deposits.
    pub paused_until: [i64; 4],
    /// Version of the text, from 1.
    pub version: u32,
    /// Id of the next principle.
    pub next_principle_id: u32,
    /// Version of the next roster.
    pub next_roster_version: u32,
    /// Version of the adopted roster; 0 before the first adoption, so versions start at 1.
    pub roster_version: u32,
    /// Version of the next electorate that is no roster, from 1.
    pub next_electorate_version: u32,
    /// Id of the next emergency act.
    pub next_emergency_id: u32,
    /// Least delay from voting to execution that guardrails ask of each track, seconds; 0 for none.
    pub required_delays: [u32; 4],
    /// Longest life of a policy that guardrails allow, seconds; 0 for any.
    pub policy_life_seconds: u32,
    /// Guardrails in force: 0 to 12. Where there is one, whatever they limit takes their account.
    pub guardrails: u32,
    /// Parameters of the tracks policy, treasury, amendment and ratification, in this order.
    pub tracks: [TrackConfig; 4],
    /// Least score with which an attested proposal keeps its ordinary threshold, basis points: 0 to 10,000.
    pub attestation_mark: u16,
    /// Most proposals one proposer may have open: 1 to 16.
    pub max_open_proposals: u8,
    /// `quantumagi_rules::electorate::ElectorateKind`; 0 before the first adoption.
    pub electorate_kind: u8,
    /// Layout of this account.
    pub layout_version: u8,
    /// 1 once sealed.
    pub is_sealed: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Canonical bump of the vault.
    pub vault_bump: u8,
}

impl Constitution {
    /// The parameters a new proposal on this track freezes.
    pub fn parameters(&self, track: Track) -> TrackParameters {
        let [policy, treasury, amendment, ratification] = &self.tracks;
        TrackParameters::from(match track {
            Track::Policy => policy,
            Track::Treasury => treasury,
            Track::Amendment => amendment,
            Track::Ratification => ratification,
        })
    }

    /// Where they are stored.
    pub fn track_mut(&mut self, track: Track) -> &mut TrackConfig {
        let [policy, treasury, amendment, ratification] = &mut self.tracks;
        match track {
            Track::Policy => policy,
            Track::Treasury => treasury,
            Track::Amendment => amendment,
            Track::Ratification => ratification,
        }
    }

    /// Whether the parameters in force keep a guardrail.
    ///
    /// # Errors
    /// [`crate::error::GovError::GuardrailDelay`] or [`crate::error::GovError::GuardrailParameter`].
    pub fn check_parameters(&self, guardrail: &Guardrail) -> Result<()> {
        for track in Track::ALL {
            let parameters = &self.parameters(track);
            guardrail.check_proposed(Deed::SetParameters { track, parameters }).map_err(GovError::from)?;
        }
        Ok(())
    }

    /// Writes what the guardrails ask of every execution.
    ///
    /// # Errors
    /// As [`Guardrails::summary`].
    pub fn obey(&mut self, guardrails: &Guardrails) -> Result<()> {
        let Summary { delays, policy_life_seconds, count } = guardrails.summary()?;
        self.required_delays = delays;
        self.policy_life_seconds = policy_life_seconds;
        self.guardrails = count;
        Ok(())
    }

    /// Whether the guardrails let a proposal that waited so long since voting be executed now.
    ///
    /// Not an account of its own: this is asked by every instruction that executes, and the table is asked by few.
    ///
    /// # Errors
    /// [`crate::error::GovError::GuardrailDelay`].
    pub fn check_delay(&self, track: u8, waited_seconds: i64) -> Result<()> {
        let required = self.required_delays.get(usize::from(track)).ok_or(GovError::AccountCorrupt)?;
        require!(i64::from(*required) <= waited_seconds, GovError::GuardrailDelay);
        Ok(())
    }

    /// Whether the guardrails let a policy that is adopted or amended at `now` end at `sunset_at`.
    ///
    /// # Errors
    /// [`crate::error::GovError::GuardrailSunset`].
    pub fn check_policy_life(&self, sunset_at: i64, now: UnixSeconds) -> Result<()> {
        if self.policy_life_seconds == 0 {
            return Ok(());
        }
        let guardrail = Guardrail::PolicySunset { seconds: self.policy_life_seconds };
        guardrail
            .check_proposed(Deed::SetSunset { sunset_at, from: now })
            .map_err(|breach| GovError::from(breach).into())
    }

    /// Takes the id of the next proposal.
    ///
    /// # Errors
    /// [`GovError::Overflow`] after 2^64 proposals.
    pub fn take_proposal_id(&mut self) -> Result<u64> {
        take_u64(&mut self.next_proposal_id)
    }

    /// Takes the id of the next policy.
    ///
    /// # Errors
    /// [`GovError::Overflow`] after 2^64 policies.
    pub fn take_policy_id(&mut self) -> Result<u64> {
        take_u64(&mut self.next_policy_id)
    }

    /// Takes the id of the next principle.
    ///
    /// # Errors
    /// [`GovError::Overflow`] after 2^32 principles.
    pub fn take_principle_id(&mut self) -> Result<u32> {
        take_u32(&mut self.next_principle_id)
    }

    /// Takes the version of the next electorate that is no roster.
    ///
    /// # Errors
    /// [`GovError::Overflow`] after 2^32 electorates.
    pub fn take_electorate_version(&mut self) -> Result<u32> {
        take_u32(&mut self.next_electorate_version)
    }

    /// Whether somebody may make an electorate to adopt: the founder before the seal, anybody after it.
    ///
    /// # Errors
    /// [`GovError::NotFounder`].
    pub fn check_may_prepare(&self, payer: &Address) -> Result<()> {
        require!(self.is_sealed == 1 || *payer == self.founder, GovError::NotFounder);
        Ok(())
    }

    /// Takes the id of the next emergency act.
    ///
    /// # Errors
    /// [`GovError::Overflow`] after 2^32 acts.
    pub fn take_emergency_id(&mut self) -> Result<u32> {
        take_u32(&mut self.next_emergency_id)
    }

    /// When a subsystem was last paused.
    pub fn pause(&self, subsystem: Subsystem) -> Pause {
        let place = subsystem as usize;
        Pause { from: UnixSeconds(self.paused_from[place]), until: UnixSeconds(self.paused_until[place]) }
    }

    /// Checks in the instruction with this number in `quantumagi_rules::emergency::gates` that no emergency act stops it.
    ///
    /// Does not compile in an instruction that nothing may stop (E6).
    ///
    /// # Errors
    /// [`GovError::Paused`].
    pub fn check_open<const GATE: u8>(&self, now: UnixSeconds) -> Result<()> {
        let subsystem = const { Gate::ALL[GATE as usize].subsystem() };
        require!(!self.pause(subsystem).holds(now), GovError::Paused);
        Ok(())
    }

    /// Takes the version of the next roster.
    ///
    /// # Errors
    /// [`GovError::Overflow`] after 2^32 rosters.
    pub fn take_roster_version(&mut self) -> Result<u32> {
        take_u32(&mut self.next_roster_version)
    }
}

fn take_u64(next: &mut u64) -> Result<u64> {
    let id = *next;
    *next = id.checked_add(1).ok_or(GovError::Overflow)?;
    Ok(id)
}

fn take_u32(next: &mut u32) -> Result<u32> {
    let id = *next;
    *next = id.checked_add(1).ok_or(GovError::Overflow)?;
    Ok(id)
}
