//! Whether what was published is what is voted on, and whether the next step would succeed now.

use quantumagi_interface::events::ProposalCreated;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::lifecycle::{self, Phase, Step};
use quantumagi_sdk::words::{describe_proposal_under, hex};
use quantumagi_sdk::{Pricing, SdkError};
use serde::Serialize;

use super::{executed, published};
use crate::context::Context;
use crate::exit::Mendable;
use crate::printer::Report;
use crate::table::facts;

/// Checks and prints it.
pub(super) async fn run(context: &Context, constitution: &Address, id: u64) -> anyhow::Result<()> {
    let (client, address) = (&context.client, pda::proposal(constitution, id));
    let proposal = client.proposal_at(&address).await?.value;
    let created = published::creation(context, &address).await?;
    // Bytes that are no action have no digest: zeros, which were never voted on.
    let digest = proposal.digest_of(&created.action, &created.slots).unwrap_or_default();
    let approved = proposal.execution_digest;
    let now = client.now().await?;
    let account = client.constitution(constitution).await?.value;
    let phase = lifecycle::phase(proposal.status()?, &proposal.timetable_under(&account)?, now);
    let next = next_step(phase);
    // Trying needs no key: without one, it is tried as the proposer would.
    let payer = context.actor().map_or(proposal.proposer, |actor| actor.address());
    let trial = match next {
        Some(step) => Some(attempt(context, &address, &payer, &created, step).await?),
        None => None,
    };
    let checked = Checked {
        proposal: id,
        address: address.to_string(),
        phase: describe_proposal_under(&account, &proposal, &[], &[], now)?.phase,
        published_digest: hex(&digest),
        digest: hex(&approved),
        is_what_is_voted_on: digest == approved,
        next: next.map(step_word),
        trial,
    };
    let is_sound = checked.is_what_is_voted_on;
    context.printer.report(&checked)?;
    if is_sound {
        return Ok(());
    }
    let hint = "do not vote on what this endpoint shows; ask another one with --url";
    Err(Mendable::new("the published action is not the one that is voted on", hint).into())
}

/// What anybody can do with a proposal in this phase.
fn next_step(phase: Phase) -> Option<Step> {
    match phase {
        Phase::Draft | Phase::Voting | Phase::CoolOff | Phase::Queued => None,
        Phase::Contestable | Phase::Finalizing => Some(Step::Finalize),
        Phase::Executable => Some(Step::Execute),
        Phase::Expiring => Some(Step::Expire),
        Phase::Defeated | Phase::Vetoed | Phase::Cancelled | Phase::Executed | Phase::Expired => Some(Step::Close),
    }
}

fn step_word(step: Step) -> &'static str {
    match step {
        Step::OpenBallots => "open ballots",
        Step::BindSnapshot => "bind the snapshot",
        Step::Attest => "attest",
        Step::Vote => "vote",
        Step::Veto => "veto",
        Step::Hold => "hold",
        Step::Cancel => "cancel",
        Step::Finalize => "finalize",
        Step::Execute => "execute",
        Step::Expire => "expire",
        Step::CloseBallots => "close ballots",
        Step::Close => "close",
    }
}

/// Runs the step on the current state without doing it; of several transactions the first.
async fn attempt(
    context: &Context,
    address: &Address,
    payer: &Address,
    created: &ProposalCreated,
    step: Step,
) -> anyhow::Result<Trial> {
    let tried = async {
        let instructions = instructions(context, address, payer, created, step).await?;
        context.client.estimate(payer, &instructions, &Pricing::default()).await
    };
    match tried.await {
        Ok(estimate) => Ok(Trial { would_succeed: true, units: Some(estimate.units), refusal: None }),
        Err(error) if error.is_retryable() => Err(error.into()),
        Err(error) => Ok(Trial { would_succeed: false, units: None, refusal: Some(error.to_string()) }),
    }
}

async fn instructions(
    context: &Context,
    address: &Address,
    payer: &Address,
    created: &ProposalCreated,
    step: Step,
) -> Result<Vec<Instruction>, SdkError> {
    let client = &context.client;
    Ok(match step {
        Step::Finalize => vec![client.proposal_finalize(address).await?],
        Step::Execute => {
            let (before, steps) = executed::remaining(client, address, payer, created).await?;
            before.into_iter().chain(steps.into_iter().map(|step| vec![step])).next().unwrap_or_default()
        }
        Step::Expire => vec![client.proposal_expire(address).await?],
        Step::Close => client.proposal_close(address).await?,
        // Not tried: they are for some and not for anybody.
        Step::OpenBallots
        | Step::BindSnapshot
        | Step::Attest
        | Step::Vote
        | Step::Veto
        | Step::Hold
        | Step::Cancel
        | Step::CloseBallots => Vec::new(),
    })
}

#[derive(Serialize)]
struct Checked {
    proposal: u64,
    address: String,
    phase: &'static str,
    digest: String,
    published_digest: String,
    is_what_is_voted_on: bool,
    /// What anybody can do with it now.
    next: Option<&'static str>,
    trial: Option<Trial>,
}

#[derive(Serialize)]
struct Trial {
    would_succeed: bool,
    units: Option<u64>,
    refusal: Option<String>,
}

impl Report for Checked {
    fn words(&self) -> String {
        let bound = match self.is_what_is_voted_on {
            true => "yes: the published action has the digest that is voted on",
            false => "NO: the published action has another digest",
        };
        let next = match (self.next, &self.trial) {
            (Some(step), Some(Trial { would_succeed: true, units, .. })) => {
                format!("{step}, which would succeed with {} compute units", units.unwrap_or_default())
            }
            (Some(step), Some(Trial { refusal: Some(refusal), .. })) => format!("{step}, which would fail: {refusal}"),
            (Some(step), _) => step.to_owned(),
            (None, _) => "nothing but waiting and voting".to_owned(),
        };
        facts(&[
            ("proposal", format!("{} ({})", self.proposal, self.phase)),
            ("bound", bound.to_owned()),
            ("digest", self.digest.clone()),
            ("next", next),
        ])
    }
}
