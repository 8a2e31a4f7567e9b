//! What is refused on the way, tried on purpose: executing too early, and executing something else than was voted on.

use anyhow::{Context, Result, bail, ensure};
use quantumagi_interface::errors::GovError;
use quantumagi_rpc::solana::{Address, Keypair, Message, Signature, Signer, VersionedMessage, VersionedTransaction};
use quantumagi_rpc::{ConfirmOptions, Preflight, RpcError};
use quantumagi_rules::action::Action;
use quantumagi_sdk::SdkError;
use quantumagi_sdk::builders::{self, Execution};
use quantumagi_sdk::check::CheckError;
use serde::Serialize;

use super::chain::Chain;
use super::community::Community;

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

/// What is said to whoever executes during the timelock.
pub(super) async fn refused_early(
    chain: &Chain,
    executor: &Address,
    proposal: &Address,
    action: &[u8],
) -> Result<Refusal> {
    match chain.client().proposal_execute(proposal, executor, action).await {
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
pub(super) async fn refused_altered(
    chain: &Chain,
    executor: &Keypair,
    community: &Community,
    proposal: &Address,
    altered: Action<'static>,
) -> Result<Vec<Refusal>> {
    const ATTEMPT: &str = "executing 200 SOL where 5 SOL were voted on";
    let address = executor.pubkey();
    let asked = chain.client().proposal_execute(proposal, &address, &altered.to_bytes()).await;
    let Err(SdkError::Check(refusal @ CheckError::DigestMismatch { .. })) = asked else {
        bail!("the client lets something else be executed than was voted on");
    };
    let by_client =
        Refusal { attempt: ATTEMPT, by: "client", words: refusal.to_string(), error: None, signature: None };

    // Whoever means harm does not ask the client.
    let execute = builders::proposal_execute(&Execution {
        executor: address,
        constitution: community.address,
        proposal: *proposal,
        action: altered,
        next_principle_id: 0,
        next_policy_id: 0,
        program_data: None,
        emergency_target: None,
        step: builders::NextStep::default(),
        guardrails: None,
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
