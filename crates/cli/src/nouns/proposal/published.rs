//! What was published about a proposal when it was created, with words for an endpoint that has forgotten it.

use quantumagi_interface::events::ProposalCreated;
use quantumagi_rpc::solana::Address;

use crate::context::Context;
use crate::exit::Mendable;

/// The event that created the proposal at `address`.
///
/// Whoever uses its action checks it against the digest in the account: no endpoint is believed.
///
/// # Errors
/// Where the endpoint does not have it.
pub(super) async fn creation(context: &Context, address: &Address) -> anyhow::Result<ProposalCreated> {
    let hint = "ask another endpoint with --url: this one does not keep the whole history";
    let created = context.client.published(address).await?;
    let problem = match created {
        Some(created) if !created.action.is_empty() => return Ok(created),
        Some(created) => format!("the endpoint does not have the whole of payload {}", created.payload),
        None => format!("the endpoint does not have the creation of proposal {address}"),
    };
    Err(Mendable::new(problem, hint).into())
}
