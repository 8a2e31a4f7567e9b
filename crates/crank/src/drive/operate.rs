//! What an operator signs: a root that it publishes, and its word on another's.

use quantumagi_interface::accounts::Snapshot;
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::{Instruction, Signer};
use quantumagi_rules::snapshot::Root;
use quantumagi_rules::snapshot::review::Verdict;
use quantumagi_sdk::SdkError;
use quantumagi_sdk::check::SnapshotRefusal;
use quantumagi_sdk::snapshot::VoterList;

use super::attempt::Driver;
use super::build::BuildError;
use crate::duty::{Duty, Kind};
use crate::operator::{OnFalseRoot, Operator, StakeUnknown};

impl From<StakeUnknown> for BuildError {
    fn from(unknown: StakeUnknown) -> Self {
        match unknown {
            StakeUnknown::Rpc(error) => Self::Sdk(SdkError::Rpc(error)),
            StakeUnknown::Kept(error) => Self::Stake(error),
            StakeUnknown::EpochChanged => Self::EpochChanged,
        }
    }
}

impl Driver {
    /// The one transaction by which an operator publishes a root or speaks on one. What it says follows from what it has
    /// read itself, a moment ago or earlier in the epoch.
    pub(super) async fn operate(
        &self,
        duty: &Duty,
        id: u64,
        publisher: &Address,
    ) -> Result<Vec<Vec<Instruction>>, BuildError> {
        let operator = self.operator.as_ref().ok_or(BuildError::NotDue)?;
        let proposal = pda::proposal(&duty.constitution, id);
        operator.read_stake(self.client.rpc(), &self.clock).await?;
        let instruction = if duty.kind == Kind::SnapshotPublish {
            self.check_can_publish(operator).await?;
            let voters = operator.voters().ok_or(BuildError::EpochChanged)?;
            self.check_is_missing(&duty.constitution, &proposal, &voters).await?;
            self.client.snapshot_publish(&proposal, publisher, &voters).await?
        } else {
            let published = self.client.published_root(&proposal, publisher).await?.value;
            let voters = operator.voters_at(published.slot, &self.clock).ok_or(BuildError::NotDue)?;
            let (verdict, review) =
                self.client.snapshot_review(&proposal, publisher, &operator.address(), &voters).await?;
            if verdict == Verdict::Challenge && operator.on_false_root() == OnFalseRoot::Tell {
                let own = root_of(&voters, &duty.constitution, &proposal)?;
                return Err(BuildError::FalseRoot {
                    publisher: *publisher,
                    slot: published.slot,
                    published: quantumagi_sdk::words::hex(&published.root),
                    own: quantumagi_sdk::words::hex(&own.hash),
                });
            }
            review
        };
        Ok(vec![vec![instruction]])
    }

    /// Whether nobody has published the same meanwhile: cranks that follow each other look a moment apart.
    async fn check_is_missing(
        &self,
        constitution: &Address,
        proposal: &Address,
        voters: &VoterList,
    ) -> Result<(), BuildError> {
        let own = root_of(voters, constitution, proposal)?;
        let published = self.client.published_roots(proposal).await?;
        let is_same = |it: &Snapshot| it.root == own.hash && it.slot == voters.slot();
        if published.iter().any(|read| is_same(&read.value)) { Err(BuildError::NotDue) } else { Ok(()) }
    }

    /// Whether the operator can pay the rent of what it publishes; the System program would only say that it failed.
    async fn check_can_publish(&self, operator: &Operator) -> Result<(), BuildError> {
        let address = operator.address();
        if address == self.key.pubkey() {
            return Ok(());
        }
        let rpc = self.client.rpc();
        let holds = rpc.balance(&address).await.map_err(SdkError::Rpc)?;
        let needs = rpc.minimum_balance(Snapshot::LEN).await.map_err(SdkError::Rpc)?;
        if holds < needs {
            return Err(BuildError::PoorOperator { address, holds, needs });
        }
        Ok(())
    }
}

fn root_of(voters: &VoterList, constitution: &Address, proposal: &Address) -> Result<Root, SdkError> {
    let tree =
        voters.tree(constitution, proposal).map_err(|error| SdkError::Check(SnapshotRefusal::Tree(error).into()))?;
    Ok(tree.root())
}
