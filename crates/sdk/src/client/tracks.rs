//! Orders about what decides besides the voters, by the founder before the seal; vetoes and scores.

use quantumagi_interface::Address;
use quantumagi_rpc::solana::Instruction;
use quantumagi_rules::Hash;
use quantumagi_rules::lifecycle::Step;
use quantumagi_rules::parameters::{ParameterChange, Track, TrackParameters};
use quantumagi_rules::settings::Settings;

use super::Quantumagi;
use crate::builders;
use crate::check::{self, CheckError};
use crate::error::Result;

impl Quantumagi {
    /// Replaces a track's parameters, by the founder before the seal.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution_amend`]; [`CheckError::NothingAmended`], [`CheckError::Parameter`].
    pub async fn parameters_amend(
        &self,
        constitution: &Address,
        founder: &Address,
        track: Track,
        after: TrackParameters,
    ) -> Result<Instruction> {
        let (account, mandate) = self.founder_of(constitution, founder).await?;
        let before = account.parameters(track);
        check::change(&account, &ParameterChange { track, before, after })?;
        let guardrails = account.guardrails(constitution);
        Ok(builders::parameters_amend(constitution, &mandate, track, after, guardrails))
    }

    /// Replaces the attestor, the mark and the cap on open proposals, by the founder before the seal.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution_amend`]; [`CheckError::Settings`].
    pub async fn settings_amend(
        &self,
        constitution: &Address,
        founder: &Address,
        settings: Settings,
    ) -> Result<Instruction> {
        let (_, mandate) = self.founder_of(constitution, founder).await?;
        check::settings(&settings)?;
        Ok(builders::settings_amend(constitution, &mandate, settings))
    }

    /// Makes a roster the veto body, by the founder before the seal.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution_amend`]; [`CheckError::RosterNotUsable`], [`CheckError::VetoBodyTooLarge`],
    /// [`CheckError::VetoBodyIsElectorate`].
    pub async fn veto_body_adopt(
        &self,
        constitution: &Address,
        founder: &Address,
        version: u32,
    ) -> Result<Instruction> {
        let (account, mandate) = self.founder_of(constitution, founder).await?;
        check::veto_body(&account, &self.roster(constitution, version).await?.value)?;
        Ok(builders::veto_body_adopt(constitution, &mandate, version))
    }

    /// Leaves later proposals without a veto body, by the founder before the seal.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution_amend`].
    pub async fn veto_body_remove(&self, constitution: &Address, founder: &Address) -> Result<Instruction> {
        let (_, mandate) = self.founder_of(constitution, founder).await?;
        Ok(builders::veto_body_remove(constitution, &mandate))
    }

    /// Wants to stop a proposal, as a member of its veto body.
    ///
    /// # Errors
    /// [`CheckError::NoVetoBody`], [`CheckError::Step`], [`CheckError::NotAMember`], and as [`Quantumagi::constitution`].
    pub async fn proposal_veto(&self, address: &Address, member: &Address) -> Result<Instruction> {
        let proposal = self.proposal_at(address).await?.value;
        let roster = proposal.veto_roster().ok_or(CheckError::NoVetoBody)?;
        check::step(&proposal, Step::Veto, self.now().await?)?;
        let (index, _) = self.electorate(&roster).await?.value.member(member)?;
        Ok(builders::proposal_veto(address, &roster, member, index))
    }

    /// Attests a proposal with a score in basis points and the hash of a report, as its attestor.
    ///
    /// # Errors
    /// [`CheckError::WrongSigner`], [`CheckError::Step`], and as [`Quantumagi::constitution`].
    pub async fn proposal_attest(
        &self,
        address: &Address,
        attestor: &Address,
        score: u16,
        report_hash: Hash,
    ) -> Result<Instruction> {
        let proposal = self.in_phase_for(address, Step::Attest).await?;
        check::signer(&proposal.attestor, attestor)?;
        Ok(builders::proposal_attest(address, attestor, score, report_hash))
    }
}
