//! Reading accounts.

use quantumagi_interface::accounts::{Constitution, Policy, Principle, Proposal, Proposer};
use quantumagi_interface::{Address, PROGRAM_ID, pda};
use quantumagi_rpc::Filter;

use super::{AtSlot, Quantumagi};
use crate::error::Result;

impl Quantumagi {
    /// All constitutions of this cluster, by address.
    ///
    /// # Errors
    /// [`SdkError::Rpc`](crate::SdkError::Rpc); endpoints may refuse to list a program's accounts.
    pub async fn constitutions(&self) -> Result<Vec<(Address, AtSlot<Constitution>)>> {
        let bytes = Constitution::DISCRIMINATOR.to_vec();
        let filters = [Filter::DataSize(Constitution::LEN as u64), Filter::Bytes { offset: 0, bytes }];
        let found = self.rpc.program_accounts(&PROGRAM_ID, &filters).await?;
        let mut constitutions = Vec::with_capacity(found.len());
        for (address, account) in found {
            let read = super::decoded("constitution", &address, Some(account), Constitution::decode)?;
            constitutions.extend(read.map(|read| (address, read)));
        }
        Ok(constitutions)
    }

    /// A constitution by its address.
    ///
    /// # Errors
    /// [`SdkError::NotFound`](crate::SdkError::NotFound), [`SdkError::NotOurs`](crate::SdkError::NotOurs),
    /// [`SdkError::Undecodable`](crate::SdkError::Undecodable), [`SdkError::Rpc`](crate::SdkError::Rpc), as every read.
    pub async fn constitution(&self, address: &Address) -> Result<AtSlot<Constitution>> {
        self.existing("constitution", address, Constitution::decode).await
    }

    /// A principle by its id.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn principle(&self, constitution: &Address, id: u32) -> Result<AtSlot<Principle>> {
        self.existing("principle", &pda::principle(constitution, id), Principle::decode).await
    }

    /// All principles, by id, retired ones included.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn principles(&self, constitution: &Address) -> Result<Vec<AtSlot<Principle>>> {
        let next = self.constitution(constitution).await?.value.next_principle_id;
        let addresses: Vec<Address> = (0..next).map(|id| pda::principle(constitution, id)).collect();
        Ok(self.those_of("principle", &addresses, Principle::decode).await?.into_iter().flatten().collect())
    }

    /// A proposal by its address.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn proposal_at(&self, address: &Address) -> Result<AtSlot<Proposal>> {
        self.existing("proposal", address, Proposal::decode).await
    }

    /// A proposal by its id.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`]; a closed proposal is not found, its events are.
    pub async fn proposal(&self, constitution: &Address, id: u64) -> Result<AtSlot<Proposal>> {
        self.proposal_at(&pda::proposal(constitution, id)).await
    }

    /// All proposals that are not closed, by id.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn proposals(&self, constitution: &Address) -> Result<Vec<AtSlot<Proposal>>> {
        let next = self.constitution(constitution).await?.value.next_proposal_id;
        let addresses: Vec<Address> = (0..next).map(|id| pda::proposal(constitution, id)).collect();
        Ok(self.those_of("proposal", &addresses, Proposal::decode).await?.into_iter().flatten().collect())
    }

    /// The count of somebody's open proposals; `None` where it was never opened, or was closed.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn proposer(&self, constitution: &Address, owner: &Address) -> Result<Option<AtSlot<Proposer>>> {
        let found = self.those_of("proposer", &[pda::proposer(constitution, owner)], Proposer::decode).await?;
        Ok(found.into_iter().flatten().next())
    }

    /// A policy by its id.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`]; a closed policy is not found, its events are.
    pub async fn policy(&self, constitution: &Address, id: u64) -> Result<AtSlot<Policy>> {
        self.existing("policy", &pda::policy(constitution, id), Policy::decode).await
    }

    /// All policies that are not closed, by id, ended ones included.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn policies(&self, constitution: &Address) -> Result<Vec<AtSlot<Policy>>> {
        let next = self.constitution(constitution).await?.value.next_policy_id;
        let addresses: Vec<Address> = (0..next).map(|id| pda::policy(constitution, id)).collect();
        Ok(self.those_of("policy", &addresses, Policy::decode).await?.into_iter().flatten().collect())
    }

    /// Lamports in a constitution's vault.
    ///
    /// # Errors
    /// [`SdkError::Rpc`](crate::SdkError::Rpc).
    pub async fn vault_balance(&self, constitution: &Address) -> Result<AtSlot<u64>> {
        let (slot, vault) = self.rpc.account_at_slot(&pda::vault(constitution)).await?;
        Ok(AtSlot { value: vault.map_or(0, |vault| vault.lamports), slot })
    }
}
