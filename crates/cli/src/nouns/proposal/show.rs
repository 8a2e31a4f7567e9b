//! A proposal in words: what happens if it passes, how it stands, who can still vote.

use std::collections::BTreeMap;

use quantumagi_interface::accounts::{BallotPage, Proposal};
use quantumagi_interface::pda;
use quantumagi_interface::types::Member;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::{self, Choice, Place, pages_for, place};
use quantumagi_sdk::SdkError;
use quantumagi_sdk::verify::{Ledger, Replayed, verify};
use quantumagi_sdk::words::describe_action;

use super::action::texts_of;
use super::published;
use crate::context::Context;
use crate::exit::Mendable;

mod report;

use report::Shown;

/// A proposal with everything that words about it need.
struct Found {
    address: Address,
    proposal: Proposal,
    action: Vec<u8>,
    members: Vec<Member>,
    pages: Vec<BallotPage>,
    is_closed: bool,
}

/// Reads and prints it.
pub(super) async fn run(context: &Context, constitution: &Address, id: u64) -> anyhow::Result<()> {
    let address = pda::proposal(constitution, id);
    let found = match context.client.proposal_at(&address).await {
        Ok(read) => open(context, &address, read.value).await?,
        Err(error @ SdkError::NotFound { .. }) => closed(context, constitution, id, error).await?,
        Err(error) => return Err(error.into()),
    };
    let action = Action::decode(&found.action).map_err(SdkError::from)?;
    let account = context.client.constitution(constitution).await?.value;
    let names = context.names(constitution, &account, &texts_of(&action)).await?;
    let words = describe_action(&action, &names);
    let explanation = context.library.wanted(&found.proposal.content_hash).await;
    let shown = Shown::new(&found, &account, words, names, explanation, context.client.now().await?)?;
    context.printer.report(&shown)
}

/// One that is not closed: from its account, and its action from the event that created it.
async fn open(context: &Context, address: &Address, proposal: Proposal) -> anyhow::Result<Found> {
    let created = published::creation(context, address).await?;
    let action = created.action;
    if proposal.digest_of(&action, &created.slots) != Some(proposal.execution_digest) {
        let hint = "ask another endpoint with --url: this one alters what was published";
        return Err(Mendable::new("the published action is not the one that is voted on", hint).into());
    }
    let members = context.client.voters(&proposal).await?;
    let pages = context.client.ballot_pages(address, &proposal).await?;
    let pages = pages.into_iter().map(|page| page.value).collect();
    Ok(Found { address: *address, proposal, action, members, pages, is_closed: false })
}

/// One that is closed: from the history, which is proved first.
async fn closed(context: &Context, constitution: &Address, id: u64, missing: SdkError) -> anyhow::Result<Found> {
    if context.client.constitution(constitution).await?.value.next_proposal_id <= id {
        return Err(missing.into());
    }
    let mut replayed = proved(context, constitution).await?;
    let record = replayed.proposals.remove(&id).ok_or(missing)?;
    // One that was read from a payload is not in the events that were proved, but its digest is.
    let action = match record.action.is_empty() {
        true => published::creation(context, &record.address).await?.action,
        false => record.action,
    };
    let roster = replayed.rosters.into_values().find(|roster| roster.address == record.account.electorate);
    Ok(Found {
        address: record.address,
        pages: pages_of(&record.address, record.account.voters, &record.ballots),
        members: roster.map_or_else(|| members_of(&record.voters), |roster| roster.members),
        proposal: record.account,
        action,
        is_closed: true,
    })
}

/// Those who voted, in their places; all others weigh nothing.
fn members_of(voters: &BTreeMap<u32, Member>) -> Vec<Member> {
    let places = voters.last_key_value().map_or(0, |(last, _)| *last as usize + 1);
    let mut members = vec![Member { voter: Address::default(), weight: 0 }; places];
    for (index, member) in voters {
        if let Some(place) = members.get_mut(*index as usize) {
            *place = *member;
        }
    }
    members
}

/// Everything that ever happened, proved and carried out again.
///
/// # Errors
/// Where it is not proved.
pub(super) async fn proved(context: &Context, constitution: &Address) -> anyhow::Result<Replayed> {
    let progress = context.printer.begin("reading every event", 1);
    let ledger = Ledger::fetch(context.client.rpc(), constitution).await?;
    drop(progress);
    let verification = verify(&ledger);
    match verification.replayed {
        Some(Ok(replayed)) if verification.differences.is_empty() => Ok(replayed),
        _ => {
            let hint = "`quantumagi audit verify` tells what is wrong; another endpoint (--url) may have all of it";
            Err(Mendable::new("the history is not proved", hint).into())
        }
    }
}

/// The ballot pages that a closed proposal had.
fn pages_of(proposal: &Address, voters: u32, ballots: &BTreeMap<u32, Choice>) -> Vec<BallotPage> {
    let empty = |page| BallotPage {
        proposal: *proposal,
        payer: Address::default(),
        page,
        layout_version: 1,
        bump: 0,
        reserved: [0; 2],
        ballots: [0; ballot::PAGE_BALLOT_BYTES],
    };
    let mut pages: Vec<BallotPage> = (0..pages_for(voters)).map(empty).collect();
    for (index, choice) in ballots {
        let Place::Page { page, slot } = place(*index) else { continue };
        if let Some(page) = pages.get_mut(page as usize) {
            let is_on_page = ballot::write(&mut page.ballots, slot, *choice);
            debug_assert!(is_on_page, "a place on a page has a slot of the page");
        }
    }
    pages
}
