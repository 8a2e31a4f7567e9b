//! Orders about everything but proposals: what an instruction needs is read, the rules are asked, instructions come back.
//!
//! Each returns what [`Quantumagi::send`] takes, or where it takes more than one transaction, what
//! [`Quantumagi::send_all`] takes.

use quantumagi_interface::accounts::Constitution;
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::Instruction;
use quantumagi_rules::Hash;
use quantumagi_rules::parameters::TrackParameters;

use super::Quantumagi;
use crate::builders::{self, Mandate, Member, NewPrinciple};
use crate::check::{self, CheckError};
use crate::error::Result;

impl Quantumagi {
    /// Founds a constitution at [`pda::constitution`] of `create_key`; both sign.
    ///
    /// # Errors
    /// [`CheckError::Parameter`] where a track leaves its bounds.
    pub fn constitution_create(
        &self,
        founder: &Address,
        create_key: &Address,
        text_hash: Hash,
        tracks: [TrackParameters; 4],
    ) -> Result<Instruction> {
        check::tracks(&tracks)?;
        Ok(builders::constitution_create(founder, create_key, text_hash, tracks))
    }

    /// Replaces the text, by the founder before the seal.
    ///
    /// # Errors
    /// [`CheckError::AlreadySealed`], [`CheckError::WrongSigner`], and as [`Quantumagi::constitution`].
    pub async fn constitution_amend(
        &self,
        constitution: &Address,
        founder: &Address,
        text_hash: Hash,
    ) -> Result<Instruction> {
        let (account, mandate) = self.founder_of(constitution, founder).await?;
        Ok(builders::constitution_amend(constitution, &mandate, text_hash, account.text_hash))
    }

    /// Ends the founder's power.
    ///
    /// # Errors
    /// [`CheckError::AlreadySealed`], [`CheckError::WrongSigner`], [`CheckError::RosterMissing`], and as
    /// [`Quantumagi::constitution`].
    pub async fn constitution_seal(&self, constitution: &Address, founder: &Address) -> Result<Instruction> {
        let (account, _) = self.founder_of(constitution, founder).await?;
        account.electorate().ok_or(CheckError::RosterMissing)?;
        Ok(builders::constitution_seal(constitution, founder))
    }

    /// Adds principles, by the founder before the seal, with the ids that follow; in transactions to be sent one
    /// after the other.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution_amend`].
    pub async fn principle_add(
        &self,
        constitution: &Address,
        founder: &Address,
        principles: &[NewPrinciple],
    ) -> Result<Vec<Vec<Instruction>>> {
        let (account, mandate) = self.founder_of(constitution, founder).await?;
        let ids = account.next_principle_id..;
        let added = ids.zip(principles).map(|(id, new)| builders::principle_add(constitution, &mandate, id, *new));
        crate::transaction::pack(founder, added)
    }

    /// Replaces a principle's text, by the founder before the seal.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution_amend`]; [`CheckError::PrincipleRetired`].
    pub async fn principle_amend(
        &self,
        constitution: &Address,
        founder: &Address,
        id: u32,
        text_hash: Hash,
    ) -> Result<Instruction> {
        let (_, mandate) = self.founder_of(constitution, founder).await?;
        let principle = self.principle(constitution, id).await?.value;
        check::principle(&principle, principle.version)?;
        Ok(builders::principle_amend(constitution, &mandate, id, principle.version, text_hash))
    }

    /// Retires a principle, by the founder before the seal.
    ///
    /// # Errors
    /// As [`Quantumagi::principle_amend`].
    pub async fn principle_retire(&self, constitution: &Address, founder: &Address, id: u32) -> Result<Instruction> {
        let (account, mandate) = self.founder_of(constitution, founder).await?;
        let principle = self.principle(constitution, id).await?.value;
        check::principle(&principle, principle.version)?;
        let guardrails = account.guardrails(constitution);
        Ok(builders::principle_retire(constitution, &mandate, id, principle.version, guardrails))
    }

    /// Creates and fills the constitution's next roster; anybody may. Its version comes with it.
    ///
    /// # Errors
    /// As [`builders::sorted_members`] and [`Quantumagi::constitution`].
    pub async fn roster_create(
        &self,
        constitution: &Address,
        payer: &Address,
        members: &[Member],
    ) -> Result<(u32, Vec<Vec<Instruction>>)> {
        let version = self.constitution(constitution).await?.value.next_roster_version;
        Ok((version, builders::roster_create(payer, constitution, version, members)?))
    }

    /// Makes a roster the electorate, by the founder before the seal.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution_amend`]; [`CheckError::RosterNotUsable`].
    pub async fn roster_adopt(&self, constitution: &Address, founder: &Address, version: u32) -> Result<Instruction> {
        let (_, mandate) = self.founder_of(constitution, founder).await?;
        let roster = self.roster(constitution, version).await?.value;
        check::usable(&roster)?;
        Ok(builders::roster_adopt(constitution, &mandate, version))
    }

    /// Closes a roster that is not in use, and its pages.
    ///
    /// # Errors
    /// [`CheckError::RosterInUse`], [`CheckError::WrongSigner`], and as [`Quantumagi::constitution`].
    pub async fn roster_close(
        &self,
        constitution: &Address,
        authority: &Address,
        version: u32,
    ) -> Result<Vec<Vec<Instruction>>> {
        let account = self.constitution(constitution).await?.value;
        let electorate = self.electorate(&pda::roster(constitution, version)).await?.value;
        let roster = &electorate.roster;
        let is_adopted = [account.roster(), account.veto_roster()].contains(&Some(electorate.address));
        if is_adopted || roster.bound_proposals > 0 {
            Err(CheckError::RosterInUse { version, bound: roster.bound_proposals, is_adopted })?;
        }
        if account.roster_version <= version {
            check::signer(&roster.payer, authority)?;
        }
        builders::roster_close(authority, constitution, version, &roster.payer, &electorate.pages)
    }

    /// Writes down that a policy's sunset has come.
    ///
    /// # Errors
    /// [`CheckError::PolicyInForce`], [`CheckError::PolicyNotInForce`] where it ended otherwise, and as
    /// [`Quantumagi::constitution`].
    pub async fn policy_sunset(&self, constitution: &Address, id: u64) -> Result<Instruction> {
        let policy = self.policy(constitution, id).await?.value;
        check::sunset_due(&policy, self.now().await?)?;
        Ok(builders::policy_sunset(constitution, id))
    }

    /// Closes an ended policy.
    ///
    /// # Errors
    /// [`CheckError::PolicyInForce`], and as [`Quantumagi::constitution`].
    pub async fn policy_close(&self, constitution: &Address, id: u64) -> Result<Instruction> {
        let policy = self.policy(constitution, id).await?.value;
        if policy.is_in_force(self.now().await?)? {
            Err(CheckError::PolicyInForce { id })?;
        }
        Ok(builders::policy_close(constitution, id, &policy.payer))
    }

    /// The constitution, where `founder` may still change it.
    pub(super) async fn founder_of(
        &self,
        constitution: &Address,
        founder: &Address,
    ) -> Result<(Constitution, Mandate)> {
        let account = self.constitution(constitution).await?.value;
        if account.is_sealed() {
            Err(CheckError::AlreadySealed)?;
        }
        check::signer(&account.founder, founder)?;
        Ok((account, Mandate::Founder { founder: *founder }))
    }
}
