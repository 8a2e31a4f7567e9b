//! From a duty to instructions, on accounts read a moment ago.

use std::sync::Arc;

use quantumagi_interface::events::ProposalCreated;
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::Instruction;
use quantumagi_sdk::{Quantumagi, SdkError, builders, transaction};

use super::published::Published;
use crate::duty::{Duty, Kind, Subject};

/// Why a duty could not be made into a transaction.
#[derive(Debug, thiserror::Error)]
pub(super) enum BuildError {
    #[error(transparent)]
    Sdk(#[from] SdkError),
    /// An endpoint without the whole history cannot tell what was voted on.
    #[error("the endpoint does not have what was published about proposal {0}: name one that keeps the whole history")]
    Unpublished(Address),
}

/// The transactions that the duty still takes, in order; never empty. Only the first is certain to be as it will be needed:
/// the others are built anew once it has landed.
pub(super) async fn build(
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
            | Kind::EmergencyClose,
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
