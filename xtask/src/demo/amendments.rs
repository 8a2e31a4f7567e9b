//! Amending by vote from one version of the constitution to the next: its text and every principle that changed.
//!
//! Each change is a proposal of its own. All proposals of a step are open at once, are voted on together and wait out
//! their timelock together, so that a step takes the network's clock three jumps.

use anyhow::{Context, Result, ensure};
use quantumagi_document::{Diff, Document};
use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::ballot::{BallotRule, Choice};
use quantumagi_rules::text::canonicalize;
use quantumagi_sdk::builders::{self, Execution, NewProposal, Standing};
use quantumagi_sdk::words::hex;
use serde::Serialize;

use super::chain::{Chain, Order, packed};
use super::closing::close_proposals;
use super::community::{Community, publish};
use super::documents::version_of;
use super::motions::{Change, Motion, carried_out, motions};
use super::narrator::Teller;
use super::people::People;

/// Who says what on every amendment: 8,500 for, 750 against, 500 abstaining, and Hal is away.
const BALLOTS: [(&str, Choice); 7] = [
    ("Ana", Choice::For),
    ("Ben", Choice::For),
    ("Chi", Choice::For),
    ("Dev", Choice::For),
    ("Eva", Choice::For),
    ("Fay", Choice::Against),
    ("Gus", Choice::Abstain),
];

/// Who proposes and executes.
const PROPOSER: &str = "Ana";

/// One step of the constitution's history.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Amendment {
    /// Version before.
    pub(super) from: String,
    /// Version after.
    pub(super) to: String,
    /// What changed, in one line.
    pub(super) summary: String,
    /// Proposals adopted and executed for it.
    pub(super) proposals: usize,
    /// Principles amended.
    pub(super) amended: usize,
    /// Principles added.
    pub(super) added: usize,
    /// Principles retired.
    pub(super) retired: usize,
    /// SHA-256 of the new text, hexadecimal.
    pub(super) text_hash: String,
    /// SHA-256 of the text it replaces.
    pub(super) parent_hash: String,
}

/// Amends the constitution to `next` by vote.
///
/// # Errors
/// At the first step that the program refuses.
pub(super) async fn amend(
    chain: &Chain,
    people: &People,
    community: &mut Community,
    next: Document,
    teller: &Teller,
) -> Result<Amendment> {
    let client = chain.client();
    let motions = motions(&community.principles, community.text_hash(), &next);
    let diff = Diff::between(&community.document, &next);
    let (from, to) = (version_of(&community.document).to_owned(), version_of(&next).to_owned());
    let before = client.constitution(&community.address).await?.value;
    let ids: Vec<u64> = (before.next_proposal_id..).take(motions.len()).collect();

    teller.now(format!("{from} → {to}: proposing"));
    let explanation = format!("Amend the constitution from {from} to {to}\n\n{}.\n\n{diff}", diff.summary());
    let explanation = canonicalize(explanation.as_bytes()).context("the explanation is no text")?;
    let proposer = people.named(PROPOSER)?;
    let creations = creations(community, &proposer.address(), &ids, &motions, &explanation)?;
    let (text, why, created) = tokio::join!(
        publish(chain, &people.founder, &community.store, &next.text),
        publish(chain, &proposer.key, &community.store, &explanation),
        chain.send_in_order(creations, &proposer.key),
    );
    text?;
    why?;
    created?;

    teller.now(format!("{from} → {to}: voting"));
    let last = ids.last().context("there is no proposal")?;
    let times = client.proposal(&community.address, *last).await?.value.timetable()?;
    chain.travel_to(times.starts_at).await?;
    chain.send_alike(ballots(community, people, &ids)?).await?;
    chain.travel_to(times.ends_at).await?;
    let finalize = ids.iter().map(|id| builders::proposal_finalize(&pda::proposal(&community.address, *id))).collect();
    let finalize = packed(&proposer.address(), finalize)?;
    chain.send_alike(finalize.into_iter().map(|some| Order::new(some, &proposer.key)).collect()).await?;

    teller.now(format!("{from} → {to}: executing"));
    let times = client.proposal(&community.address, *last).await?.value.timetable()?;
    chain.travel_to(times.opens_at).await?;
    let executions = executions(community, &proposer.address(), &ids, &motions, before.next_principle_id);
    chain.send_in_order(packed(&proposer.address(), executions)?, &proposer.key).await?;

    close_proposals(chain, proposer, community).await?;

    let (parent_hash, text_hash) = (community.text_hash(), sha256(next.text.as_bytes()));
    let after = client.constitution(&community.address).await?.value;
    ensure!(after.text_hash == text_hash, "the text in force is not version {to}");
    ensure!(after.parent_hash == parent_hash, "version {to} is not chained to version {from}");
    ensure!(after.version == before.version + 1, "version {to} is counted as {}", after.version);
    let count = |kind: fn(&Change) -> bool| motions.iter().filter(|motion| kind(&motion.change)).count();
    let amendment = Amendment {
        summary: diff.summary(),
        proposals: motions.len(),
        amended: count(|change| matches!(change, Change::Amend { .. })),
        added: count(|change| matches!(change, Change::Add(_))),
        retired: count(|change| matches!(change, Change::Retire { .. })),
        text_hash: hex(&text_hash),
        parent_hash: hex(&parent_hash),
        from,
        to,
    };
    teller.say(format!(
        "{} → {}: {} proposals adopted; {}",
        amendment.from, amendment.to, amendment.proposals, amendment.summary
    ));
    community.principles = carried_out(&community.principles, motions, before.next_principle_id);
    community.document = next;
    Ok(amendment)
}

fn creations(
    community: &Community,
    proposer: &Address,
    ids: &[u64],
    motions: &[Motion],
    explanation: &str,
) -> Result<Vec<Vec<Instruction>>> {
    let standing = Standing::Member { index: community.index_of(proposer)? };
    let create = |(id, motion): (&u64, &Motion)| {
        builders::proposal_create(&NewProposal {
            constitution: community.address,
            proposer: *proposer,
            electorate: community.electorate.address,
            standing,
            id: *id,
            content_hash: sha256(explanation.as_bytes()),
            ballot_rule: BallotRule::Changeable,
            action: motion.action,
            citations: &[],
            program_data: None,
            codes: &[],
            payload: None,
            guardrails: None,
            veto_roster: None,
        })
    };
    packed(proposer, ids.iter().zip(motions).map(create).collect())
}

fn ballots<'a>(community: &Community, people: &'a People, ids: &[u64]) -> Result<Vec<Order<'a>>> {
    let roster = community.electorate.address;
    let mut orders = Vec::new();
    for (name, choice) in BALLOTS {
        let voter = people.named(name)?;
        let index = community.index_of(&voter.address())?;
        let vote = |id: &u64| {
            let proposal = pda::proposal(&community.address, *id);
            builders::proposal_vote(&proposal, &roster, &voter.address(), index, choice)
        };
        let votes = packed(&voter.address(), ids.iter().map(vote).collect())?;
        orders.extend(votes.into_iter().map(|some| Order::new(some, &voter.key)));
    }
    Ok(orders)
}

fn executions(
    community: &Community,
    executor: &Address,
    ids: &[u64],
    motions: &[Motion],
    mut next_principle_id: u32,
) -> Vec<Instruction> {
    let mut instructions = Vec::with_capacity(ids.len());
    for (id, motion) in ids.iter().zip(motions) {
        instructions.push(builders::proposal_execute(&Execution {
            executor: *executor,
            constitution: community.address,
            proposal: pda::proposal(&community.address, *id),
            action: motion.action,
            next_principle_id,
            next_policy_id: 0,
            program_data: None,
            emergency_target: None,
            step: builders::NextStep::default(),
            guardrails: None,
        }));
        if let Change::Add(_) = motion.change {
            next_principle_id += 1;
        }
    }
    instructions
}
