//! Closing everything that can be closed, so that its rent returns to whoever paid it.

use anyhow::{Context, Result, ensure};
use quantumagi_interface::pda;
use quantumagi_rpc::solana::{Instruction, Signer};
use quantumagi_sdk::builders::{self, ClosingProposal};

use super::chain::{Chain, Order, packed};
use super::community::Community;
use super::narrator::Teller;
use super::people::{Councillor, People};

/// Who pays the fees of closing.
const CLOSER: &str = "Hal";

/// Lets every policy reach its sunset, then closes policies and proposals.
///
/// # Errors
/// When something stays open that must not.
pub(super) async fn close(chain: &Chain, people: &People, community: &Community, teller: &Teller) -> Result<()> {
    let (client, closer) = (chain.client(), people.named(CLOSER)?);
    let policies = client.policies(&community.address).await?;
    let last_sunset = policies.iter().filter_map(|policy| policy.value.sunset()).max();
    chain.travel_to(last_sunset.context("no policy has a sunset")?).await?;
    for policy in &policies {
        let sunset = client.policy_sunset(&community.address, policy.value.id).await?;
        chain.send(Order::new(vec![sunset], &closer.key)).await?;
        let close = client.policy_close(&community.address, policy.value.id).await?;
        chain.send(Order::new(vec![close], &closer.key)).await?;
    }

    close_proposals(chain, closer, community).await?;
    let counts: Vec<Instruction> = people
        .council
        .iter()
        .map(|owner| {
            let payer = people.founder.pubkey();
            builders::proposer_close(&owner.address(), &community.address, &owner.address(), &payer)
        })
        .collect();
    for (close, owner) in counts.into_iter().zip(&people.council) {
        chain.send(Order::new(vec![close], &owner.key)).await?;
    }

    let open = client.proposals(&community.address).await?.len() + client.policies(&community.address).await?.len();
    ensure!(open == 0, "{open} proposals and policies are still open");
    let bound = client.roster_at(&community.electorate.address).await?.value.bound_proposals;
    ensure!(bound == 0, "the roster is still bound to {bound} proposals");
    let proposals = client.constitution(&community.address).await?.value.next_proposal_id;
    teller.say(format!("{proposals} proposals and {} policy closed", policies.len()));
    teller.say("the constitution, its principles and the council in force stay");
    Ok(())
}

/// Closes all proposals there are, which must be final. Who has some open can only propose so many more.
///
/// # Errors
/// When one is not final.
pub(super) async fn close_proposals(chain: &Chain, closer: &Councillor, community: &Community) -> Result<()> {
    let proposals = chain.client().proposals(&community.address).await?;
    let closings: Vec<Instruction> = proposals
        .iter()
        .flat_map(|proposal| {
            let proposal = &proposal.value;
            builders::proposal_close(&ClosingProposal {
                constitution: community.address,
                proposal: pda::proposal(&community.address, proposal.id),
                electorate: proposal.electorate,
                candidate: proposal.candidate(),
                veto_roster: proposal.veto_roster(),
                proposer: proposal.proposer,
                ballot_pages: &[],
            })
        })
        .collect();
    let closings = packed(&closer.address(), closings)?;
    chain.send_alike(closings.into_iter().map(|some| Order::new(some, &closer.key)).collect()).await
}
