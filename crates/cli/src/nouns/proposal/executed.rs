//! Doing what was approved.

use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::action::Action;
use quantumagi_rules::lifecycle::Step;
use quantumagi_sdk::SdkError;
use quantumagi_sdk::check;
use quantumagi_sdk::words::describe_action;

use super::action::texts_of;
use super::{named, published};
use crate::context::Context;
use crate::order::Order;

/// Executes a proposal.
pub(super) async fn run(context: &Context, constitution: &Address, id: u64) -> anyhow::Result<()> {
    let (client, address) = (&context.client, pda::proposal(constitution, id));
    let proposal = client.proposal_at(&address).await?.value;
    // Asked before the history is: most often it is too early.
    check::step(&proposal, Step::Execute, client.now().await?)?;
    let created = published::creation(context, &address).await?;
    let actor = context.actor()?;
    let instruction = client.proposal_execute(&address, &actor.address(), &created.action).await?;
    let account = client.constitution(constitution).await?.value;
    let action = Action::decode(&created.action).map_err(SdkError::from)?;
    let names = context.names(constitution, &account, &texts_of(&action)).await?;
    let words = describe_action(&action, &names);
    let order = Order::one(format!("proposal {id} executed: it {}", words.sentence), vec![instruction]);
    context.carry_out(&actor, named(order, id, &address).with("does", words.sentence)).await
}
