//! What other programs ask of a policy. Here a person asks, so that the figures are those of this program alone.

use anyhow::Result;
use quantumagi_interface::{instructions as ix, pda};
use quantumagi_rules::action::Action;

use super::community::Community;
use super::figures::Rows;
use super::people::{crank, hash, person};

/// Measures them in a council of five with one policy.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = Community::founded("authorizations", 5, 1)?;
    let (constitution, authority, payer) = (community.constitution, person("a program"), person("its user"));
    for who in [authority, payer] {
        community.chain.fund(&who)?;
    }
    let (text_hash, policy) = (hash("be kind"), pda::policy(&constitution, 0));
    let sunset_at = community.chain.now() + 100 * 86_400;
    let proposal = community.approved(&Action::PolicyAdopt { text_hash, sunset_at })?;
    community
        .send(ix::PolicyAdopt { payer: crank(), constitution, proposal, policy }.instruction(text_hash, sunset_at))?;
    let (key, act) = (hash("invoice 7"), hash("an act"));
    let ask = ix::PolicyAuthorize { authority, constitution, policy };
    for (words, case) in [([0; 32], "whatever its words"), (text_hash, "with these words")] {
        let cost = community.send(ask.instruction(act, words))?;
        rows.note(case, cost);
    }
    let authorization = pda::authorization(&policy, &authority, &key);
    let use_of = ix::PolicyUse { authority, constitution, policy, payer, authorization };
    let cost = community.send(use_of.instruction(key, act, text_hash))?;
    rows.note("with these words", cost);
    let proposal = community.approved(&Action::PolicyRepeal { policy_id: 0 })?;
    community.send(ix::PolicyRepeal { constitution, policy, proposal }.instruction())?;
    let close = ix::AuthorizationClose { constitution, policy, authorization, payer };
    let cost = community.send(close.instruction())?;
    rows.note("", cost);
    Ok(())
}
