//! The five proposals: made, voted on, counted, and carried out or not.

use anyhow::{Context, Result, bail, ensure};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use quantumagi_interface::errors::GovError;
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::{Keypair, Message, Signature, Signer, VersionedMessage, VersionedTransaction};
use quantumagi_rpc::{ConfirmOptions, Preflight, RpcError};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::ballot::BallotRule;
use quantumagi_rules::lifecycle::Status;
use quantumagi_sdk::builders::{self, Execution};
use quantumagi_sdk::check::CheckError;
use quantumagi_sdk::words::{Names, describe_action, describe_proposal};
use quantumagi_sdk::{ProposalDraft, SdkError};
use serde::Serialize;

use super::cases::{self, Case};
use super::chain::{Chain, Order};
use super::community::{Community, publish_short};
use super::documents::place_about;
use super::narrator::Teller;
use super::people::People;

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

/// Something that was refused.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Refusal {
    /// What was tried.
    pub(super) attempt: &'static str,
    /// Who refused: `client` before anything was sent, `program` in a simulation, `network` in a block.
    pub(super) by: &'static str,
    /// The refusal.
    pub(super) words: String,
    /// The program's error, where it was the program's.
    pub(super) error: Option<&'static str>,
    /// The transaction that failed, where it landed.
    pub(super) signature: Option<String>,
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
    let paid_before = client.vault_balance(&community.address).await?;

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
        proposal.refusals.push(refused_early(chain, &executor.address(), proposal).await?);
    }
    teller.now("executing");
    chain.travel_to(latest(chain, &open, |times| times.opens_at).await?).await?;
    for proposal in open.iter_mut() {
        match proposal.case.status {
            Status::Executed => {
                let execute = client.proposal_execute(&proposal.address, &executor.address(), &proposal.action).await?;
                chain.send(Order::new(vec![execute], &executor.key)).await?;
            }
            Status::Expired => proposal.refusals = refused_altered(chain, &executor.key, community, proposal).await?,
            Status::Open | Status::Succeeded | Status::Defeated | Status::Vetoed | Status::Cancelled => {}
        }
    }
    let paid = paid_before.saturating_sub(client.vault_balance(&community.address).await?);
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
    let draft = ProposalDraft { content_hash, ballot_rule: BallotRule::Changeable, action, citations: &[cited] };
    let (address, create) = chain.client().proposal_create(&community.address, &proposer.address(), &draft).await?;
    chain.send(Order::new(vec![create], &proposer.key)).await?;
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

/// What is said to whoever executes during the timelock.
async fn refused_early(chain: &Chain, executor: &Address, proposal: &Open) -> Result<Refusal> {
    match chain.client().proposal_execute(&proposal.address, executor, &proposal.action).await {
        Err(SdkError::Check(refusal @ CheckError::Step { .. })) => Ok(Refusal {
            attempt: "executing during the timelock",
            by: "client",
            words: refusal.to_string(),
            error: None,
            signature: None,
        }),
        Err(error) => Err(error).context("executing during the timelock failed for another reason"),
        Ok(_) => bail!("the timelock holds nobody back"),
    }
}

/// What is said to whoever executes something else than was voted on: by the client, by the program, by the network.
async fn refused_altered(
    chain: &Chain,
    executor: &Keypair,
    community: &Community,
    proposal: &Open,
) -> Result<Vec<Refusal>> {
    const ATTEMPT: &str = "executing 200 SOL where 5 SOL were voted on";
    let address = executor.pubkey();
    let altered = proposal.case.deed.altered().action([0; 32]);
    let asked = chain.client().proposal_execute(&proposal.address, &address, &altered.to_bytes()).await;
    let Err(SdkError::Check(refusal @ CheckError::DigestMismatch { .. })) = asked else {
        bail!("the client lets something else be executed than was voted on");
    };
    let by_client =
        Refusal { attempt: ATTEMPT, by: "client", words: refusal.to_string(), error: None, signature: None };

    // Whoever means harm does not ask the client.
    let execute = builders::proposal_execute(&Execution {
        executor: address,
        constitution: community.address,
        proposal: proposal.address,
        action: altered,
        next_principle_id: 0,
        next_policy_id: 0,
        program_data: None,
    });
    let sent = chain.client().send(std::slice::from_ref(&execute), &[executor]).await;
    let failure = match &sent {
        Err(error) => error.refusal().context("the execution of something else failed for another reason")?,
        Ok(_) => bail!("something else was executed than was voted on"),
    };
    ensure!(failure.rule() == Some(GovError::DigestMismatch), "refused for another reason: {failure}");
    let error = Some(GovError::DigestMismatch.name());
    let by_program = Refusal { attempt: ATTEMPT, by: "program", words: failure.to_string(), error, signature: None };

    let blockhash = chain.rpc().latest_blockhash().await?;
    let message = Message::new_with_blockhash(&[execute], Some(&address), &blockhash.hash);
    let transaction = VersionedTransaction::try_new(VersionedMessage::Legacy(message), &[executor])?;
    let options = ConfirmOptions::default().with_preflight(Preflight::Skip);
    let landed = chain.rpc().send_and_confirm(&transaction, blockhash.last_valid_block_height, options, |_| {}).await;
    let (code, signature) = landed_failure(landed.map(|confirmed| confirmed.signature))?;
    ensure!(code == Some(GovError::DigestMismatch.code()), "the network refused for another reason: {code:?}");
    chain.note(signature);
    let words = format!("the transaction is in a block and failed: {}", GovError::DigestMismatch.message());
    let by_network = Refusal { attempt: ATTEMPT, by: "network", words, error, signature: Some(signature.to_string()) };
    Ok(vec![by_client, by_program, by_network])
}

/// The program's error and the signature of a transaction that landed and failed.
fn landed_failure(sent: Result<Signature, RpcError>) -> Result<(Option<u32>, Signature)> {
    match sent {
        Ok(signature) => bail!("something else was executed than was voted on, by {signature}"),
        Err(error) => {
            let failure = error.transaction_failure().map(|failure| (failure.custom_code(), failure.signature));
            let (code, signature) = failure.with_context(|| error.to_string())?;
            Ok((code.map(|(_, code)| code), signature.with_context(|| error.to_string())?))
        }
    }
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
