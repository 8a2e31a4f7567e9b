//! The five proposals: made, voted on, counted, and carried out or not.

use anyhow::{Context, Result, ensure};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use quantumagi_interface::{Address, pda};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::ballot::BallotRule;
use quantumagi_rules::lifecycle::Status;
use quantumagi_sdk::words::{Names, describe_action, describe_proposal};
use quantumagi_sdk::{ProposalDraft, SdkError};
use serde::Serialize;

use super::cases::{self, Case};
use super::chain::{Chain, Order};
use super::community::{Community, publish_short};
use super::documents::place_about;
use super::narrator::Teller;
use super::people::People;
use super::refusals::{Refusal, refused_altered, refused_early};

/// Who proposes; Ben executes.
const PROPOSER: &str = "Eva";
const EXECUTOR: &str = "Ben";
/// Who is paid.
const RECIPIENT: &str = "Fay";
/// How long the adopted policy holds: half a year.
const POLICY_SECONDS: u32 = 182 * quantumagi_rules::parameters::DAY;

/// How a proposal ended.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Outcome {
    /// Which of the five.
    pub(super) key: &'static str,
    /// Its id in the constitution.
    pub(super) id: u64,
    /// Its address.
    pub(super) address: String,
    /// Its title.
    pub(super) title: &'static str,
    /// What it does if it passes.
    pub(super) action: String,
    /// What the voters said.
    pub(super) tally: String,
    /// Share of `for` in `for + against`.
    pub(super) for_share: String,
    /// How it ended, in a word.
    pub(super) phase: &'static str,
    /// What came of it and why.
    pub(super) outcome: String,
    /// What was tried and refused on the way, in the words of whoever refused.
    pub(super) refusals: Vec<Refusal>,
    /// Whether it ended as it must.
    pub(super) is_as_expected: bool,
}

/// A proposal under way.
struct Open {
    case: Case,
    address: Address,
    id: u64,
    action: Vec<u8>,
    refusals: Vec<Refusal>,
}

/// Takes all five through their lives.
///
/// # Errors
/// Where a step fails that must succeed, or succeeds that must be refused.
pub(super) async fn govern(
    chain: &Chain,
    people: &People,
    community: &Community,
    teller: &Teller,
) -> Result<Vec<Outcome>> {
    let client = chain.client();
    let (recipient, executor) = (people.named(RECIPIENT)?.address(), people.named(EXECUTOR)?);
    let sunset_at = chain.now().await?.checked_add(POLICY_SECONDS).context("the clock has an end")?;
    let paid_before = client.vault_balance(&community.address).await?.value;

    teller.now("proposing");
    let mut open = Vec::new();
    for case in cases::five(recipient, sunset_at) {
        open.push(propose(chain, people, community, case).await?);
    }
    teller.now("voting");
    chain.travel_to(latest(chain, &open, |times| times.starts_at).await?).await?;
    let voting = stream::iter(&open).map(|proposal| vote(chain, people, proposal)).buffer_unordered(open.len());
    voting.try_collect::<Vec<()>>().await?;
    chain.travel_to(latest(chain, &open, |times| times.ends_at).await?).await?;
    teller.now("counting");
    for proposal in &open {
        let finalize = client.proposal_finalize(&proposal.address).await?;
        chain.send(Order::new(vec![finalize], &executor.key)).await?;
    }
    for proposal in open.iter_mut().filter(|proposal| proposal.case.key == "paid_from_the_vault") {
        proposal.refusals.push(refused_early(chain, &executor.address(), &proposal.address, &proposal.action).await?);
    }
    teller.now("executing");
    chain.travel_to(latest(chain, &open, |times| times.opens_at).await?).await?;
    for proposal in open.iter_mut() {
        match proposal.case.status {
            Status::Executed => {
                let execute = client.proposal_execute(&proposal.address, &executor.address(), &proposal.action).await?;
                chain.send(Order::new(vec![execute], &executor.key)).await?;
            }
            Status::Expired => {
                let altered = proposal.case.deed.altered().action([0; 32]);
                proposal.refusals =
                    refused_altered(chain, &executor.key, community, &proposal.address, altered).await?;
            }
            Status::Open | Status::Succeeded | Status::Defeated | Status::Vetoed | Status::Cancelled => {}
        }
    }
    let paid = paid_before.saturating_sub(client.vault_balance(&community.address).await?.value);
    ensure!(paid == cases::PAID, "the vault paid {paid} lamports instead of {}", cases::PAID);

    chain.travel_to(latest(chain, &open, |times| times.closes_at).await?).await?;
    let mut outcomes = Vec::new();
    for proposal in open {
        if proposal.case.status == Status::Expired {
            let expire = client.proposal_expire(&proposal.address).await?;
            chain.send(Order::new(vec![expire], &executor.key)).await?;
        }
        outcomes.push(outcome(chain, community, recipient, proposal).await?);
    }
    for outcome in &outcomes {
        tell(outcome, teller);
    }
    Ok(outcomes)
}

async fn propose(chain: &Chain, people: &People, community: &Community, case: Case) -> Result<Open> {
    let proposer = people.named(PROPOSER)?;
    let (content_hash, _) = publish_short(chain, &proposer.key, &community.store, case.text).await?;
    let action = case.deed.action(content_hash);
    let place = place_about(&community.document, case.about);
    let cited = community.principles.get(place).context("there is no principle to rest on")?.id;
    let draft =
        ProposalDraft { content_hash, ballot_rule: BallotRule::Changeable, action, citations: &[cited], payload: None };
    let (address, create) = chain.client().proposal_create(&community.address, &proposer.address(), &draft).await?;
    chain.send(Order::new(create, &proposer.key)).await?;
    let id = chain.client().proposal_at(&address).await?.value.id;
    Ok(Open { case, address, id, action: action.to_bytes(), refusals: Vec::new() })
}

/// All ballots of one proposal in their order: somebody may change theirs.
async fn vote(chain: &Chain, people: &People, proposal: &Open) -> Result<()> {
    for (name, choice) in proposal.case.ballots {
        let voter = people.named(name)?;
        let vote = chain.client().proposal_vote(&proposal.address, &voter.address(), *choice).await?;
        chain.send(Order::new(vote, &voter.key)).await?;
    }
    Ok(())
}

/// The latest of one of the moments of these proposals.
async fn latest(
    chain: &Chain,
    open: &[Open],
    moment: impl Fn(quantumagi_rules::lifecycle::Timetable) -> UnixSeconds,
) -> Result<UnixSeconds> {
    let mut latest = UnixSeconds(i64::MIN);
    for proposal in open {
        let times = chain.client().proposal_at(&proposal.address).await?.value.timetable()?;
        latest = latest.max(moment(times));
    }
    Ok(latest)
}

async fn outcome(chain: &Chain, community: &Community, recipient: Address, proposal: Open) -> Result<Outcome> {
    let Open { case, address, id, action, refusals } = proposal;
    let account = chain.client().proposal_at(&address).await?.value;
    let summary = describe_proposal(&account, &community.electorate.members, &[], chain.now().await?)?;
    let mut names = Names { vault: Some(pda::vault(&community.address)), ..Names::default() };
    names.titles.insert(account.content_hash, case.title().to_owned());
    names.addresses.insert(recipient, RECIPIENT.to_owned());
    let decoded = quantumagi_rules::action::Action::decode(&action).map_err(SdkError::from)?;
    let is_as_expected = account.status()? == case.status
        && account.defeat()? == case.defeat
        && summary.tally.for_share == case.for_share
        && refusals.len() == expected_refusals(case.key);
    Ok(Outcome {
        key: case.key,
        id,
        address: address.to_string(),
        title: case.title(),
        action: describe_action(&decoded, &names).sentence,
        tally: summary.tally.sentence,
        for_share: summary.tally.for_share,
        phase: summary.phase,
        outcome: summary.outcome.unwrap_or_default(),
        refusals,
        is_as_expected,
    })
}

fn expected_refusals(key: &str) -> usize {
    match key {
        "paid_from_the_vault" => 1,
        "changed_after_the_vote" => 3,
        _ => 0,
    }
}

fn tell(outcome: &Outcome, teller: &Teller) {
    teller.say(format!("{}. {}: {}", outcome.id, outcome.title, outcome.outcome));
    for refusal in &outcome.refusals {
        teller.say(format!("   {}, refused by the {}: {}", refusal.attempt, refusal.by, refusal.words));
    }
}
