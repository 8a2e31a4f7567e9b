//! From a duty to instructions, on accounts read a moment ago.

use std::sync::Arc;

use quantumagi_interface::events::ProposalCreated;
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::{Instruction, Signer};
use quantumagi_sdk::checkpoint::Unproved;
use quantumagi_sdk::{Quantumagi, SdkError, builders, transaction};

use super::attempt::Driver;
use super::published::Published;
use crate::duty::{Duty, Kind, Subject};
use crate::journal::JournalError;
use crate::stake::StakeError;

/// Why a duty could not be made into a transaction.
#[derive(Debug, thiserror::Error)]
pub(super) enum BuildError {
    #[error(transparent)]
    Sdk(#[from] SdkError),
    /// An endpoint without the whole history cannot tell what was voted on.
    #[error("the endpoint does not have what was published about proposal {0}: name one that keeps the whole history")]
    Unpublished(Address),
    /// The chain has moved on since it was planned.
    #[error("it is not due any more")]
    NotDue,
    /// The list of voters cannot be kept, so nobody could vote by it.
    #[error(transparent)]
    Stake(#[from] StakeError),
    /// Which epoch it is was not settled.
    #[error("a new epoch began while the stake was being read")]
    EpochChanged,
    /// An operator's own key pays the rent of the root that it publishes.
    #[error(
        "the operator {address} holds {holds} lamports, and publishing takes {needs} as rent: send it the difference"
    )]
    PoorOperator { address: Address, holds: u64, needs: u64 },
    /// Another operator has published what is not so by what was read here.
    #[error(
        "the root that {publisher} published is {published}, but the stake at slot {slot} gives {own} here: look who is \
         right, then challenge it with `quantumagi snapshot review`, or drop this letter"
    )]
    FalseRoot { publisher: Address, slot: u64, published: String, own: String },
    /// The history cannot be anchored.
    #[error(transparent)]
    Unproved(#[from] Box<Unproved>),
}

impl From<Unproved> for BuildError {
    fn from(unproved: Unproved) -> Self {
        Self::Unproved(Box::new(unproved))
    }
}

impl Driver {
    /// [`build`], and what takes more than accounts to build: an operator's stake, or the history.
    ///
    /// # Errors
    /// [`JournalError`]; inside, why it could not be built.
    pub(super) async fn build(&self, duty: &Duty) -> Result<Result<Vec<Vec<Instruction>>, BuildError>, JournalError> {
        match (duty.kind, &duty.subject) {
            (Kind::SnapshotPublish | Kind::SnapshotReview, Subject::Root { proposal, publisher }) => {
                Ok(self.operate(duty, *proposal, publisher).await)
            }
            (Kind::CheckpointAnchor, _) => self.anchor(duty).await,
            _ => Ok(build(&self.client, &self.published, &self.key.pubkey(), duty).await),
        }
    }
}

/// The transactions that the duty still takes, in order; never empty. Only the first is certain to be as it will be needed:
/// the others are built anew once it has landed.
async fn build(
    client: &Quantumagi,
    published: &Published,
    payer: &Address,
    duty: &Duty,
) -> Result<Vec<Vec<Instruction>>, BuildError> {
    let Duty { constitution, kind, subject, .. } = duty;
    let address = subject.address(constitution);
    Ok(match (kind, subject) {
        (Kind::ProposalFinalize, _) => vec![vec![client.proposal_finalize(&address).await?]],
        (Kind::ProposalExpire, _) => vec![vec![client.proposal_expire(&address).await?]],
        (Kind::ProposalClose, _) => transaction::pack(payer, client.proposal_close(&address).await?)?,
        (Kind::ProposalExecute, _) => execution(client, published, payer, &address).await?,
        (Kind::SnapshotBind, Subject::Root { proposal, publisher }) => {
            vec![vec![client.snapshot_bind(&pda::proposal(constitution, *proposal), publisher).await?]]
        }
        (Kind::SnapshotClose, Subject::Root { proposal, publisher }) => {
            let proposal = pda::proposal(constitution, *proposal);
            client.published_root(&proposal, publisher).await?;
            vec![vec![builders::snapshot_close(constitution, &proposal, publisher)]]
        }
        (Kind::PolicySunset, Subject::Policy(id)) => vec![vec![client.policy_sunset(constitution, *id).await?]],
        (Kind::PolicyClose, Subject::Policy(id)) => vec![vec![client.policy_close(constitution, *id).await?]],
        (Kind::EmergencyLapse, Subject::Emergency(id)) => vec![vec![client.emergency_lapse(constitution, *id).await?]],
        (Kind::EmergencyClose, Subject::Emergency(id)) => vec![vec![client.emergency_close(constitution, *id).await?]],
        (
            Kind::SnapshotBind
            | Kind::SnapshotClose
            | Kind::PolicySunset
            | Kind::PolicyClose
            | Kind::EmergencyLapse
            | Kind::EmergencyClose
            | Kind::SnapshotPublish
            | Kind::SnapshotReview
            | Kind::CheckpointAnchor,
            _,
        ) => unreachable!("the plan gives {} a subject of its own kind", kind.name()),
    })
}

/// What is still to be done of what was voted on, one step a transaction. Steps too long for one are read from the payload,
/// which whoever wrote it may have closed since: then they are too long for anybody, and the error says so.
async fn execution(
    client: &Quantumagi,
    published: &Published,
    executor: &Address,
    proposal: &Address,
) -> Result<Vec<Vec<Instruction>>, BuildError> {
    let created = creation(client, published, proposal).await?;
    let payload = (created.payload != Address::default()).then_some(created.payload);
    let kept = match payload {
        Some(payload) => client
            .payload(&payload)
            .await?
            .map(|read| read.value)
            .filter(|it| it.filling().is_complete())
            .map(|_| payload),
        None => None,
    };
    let steps = client.proposal_steps(proposal, executor, &created.action, kept).await?;
    Ok(steps.into_iter().map(|step| vec![step]).collect())
}

async fn creation(
    client: &Quantumagi,
    published: &Published,
    proposal: &Address,
) -> Result<Arc<ProposalCreated>, BuildError> {
    if let Some(known) = published.of(proposal) {
        return Ok(known);
    }
    let created = client.published(proposal).await?.filter(|created| !created.action.is_empty());
    let created = Arc::new(created.ok_or(BuildError::Unpublished(*proposal))?);
    published.keep(*proposal, Arc::clone(&created));
    Ok(created)
}
