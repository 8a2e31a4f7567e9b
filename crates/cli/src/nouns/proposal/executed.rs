//! Doing what was approved.

use quantumagi_interface::events::ProposalCreated;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::action::Action;
use quantumagi_sdk::check;
use quantumagi_sdk::words::describe_action;
use quantumagi_sdk::{Quantumagi, SdkError};

use super::action::texts_of;
use super::{named, published};
use crate::context::Context;
use crate::order::Order;

/// Executes a proposal.
pub(super) async fn run(context: &Context, constitution: &Address, id: u64, tables: &[Address]) -> anyhow::Result<()> {
    let client = context.client.with_lookup_tables(tables).await?;
    let address = pda::proposal(constitution, id);
    let proposal = client.proposal_at(&address).await?.value;
    let account = client.constitution(constitution).await?.value;
    // Asked before the history is: most often it is too early.
    check::executable(&account, &proposal, client.now().await?)?;
    let created = published::creation(context, &address).await?;
    let actor = context.actor()?;
    let executor = actor.address();
    let (before, steps) = remaining(&client, &address, &executor, &created).await?;
    let action = Action::decode(&created.action).map_err(SdkError::from)?;
    let names = context.names(constitution, &account, &texts_of(&action)).await?;
    let words = describe_action(&action, &names);
    let sequence = before.into_iter().chain(steps.into_iter().map(|step| vec![step])).collect();
    let order = Order::many(format!("proposal {id} executed: it {}", words.sentence), sequence);
    let order = order.by(client);
    context.carry_out(&actor, named(order, id, &address).with("does", words.sentence)).await
}

/// Everything that is still to be done: the transactions that write the action where it has to be read from a payload and
/// there is none, and then the calls, one a transaction.
///
/// # Errors
/// As [`Quantumagi::proposal_steps`].
pub(super) async fn remaining(
    client: &Quantumagi,
    address: &Address,
    executor: &Address,
    created: &ProposalCreated,
) -> Result<(Vec<Vec<Instruction>>, Vec<Instruction>), SdkError> {
    let payload = (created.payload != Address::default()).then_some(created.payload);
    let steps = client.proposal_steps(address, executor, &created.action, payload).await?;
    let is_long = |steps: &[Instruction]| steps.iter().any(|step| !client.fits(executor, std::slice::from_ref(step)));
    let is_kept = match &payload {
        Some(payload) => {
            client.payload(payload).await?.map(|read| read.value).is_some_and(|payload| payload.filling().is_complete())
        }
        None => false,
    };
    // Whoever wrote the payload may have closed it. Anybody can write the same bytes again.
    if is_kept || (payload.is_none() && !is_long(&steps)) {
        return Ok((Vec::new(), steps));
    }
    let steps = client.proposal_steps(address, executor, &created.action, None).await?;
    if !is_long(&steps) {
        return Ok((Vec::new(), steps));
    }
    let (written, parts) = client.payload_write(executor, &created.action).await?;
    Ok((parts, client.proposal_steps(address, executor, &created.action, Some(written)).await?))
}
