//! Who has a say besides the voters, and what they said; what the proposer has put down.

use quantumagi_interface::accounts::Proposal;
use quantumagi_rules::attestation::Attestation;

use super::super::amount::{percent, sol};
use super::share;

/// One sentence for each: the veto body, the attestor, the deposit. Empty where there is none of them.
pub(super) fn scrutiny(proposal: &Proposal) -> Vec<String> {
    let mut sentences = Vec::with_capacity(3);
    if proposal.veto_bps > 0 {
        let (weight, total) = (proposal.veto_weight, proposal.veto_total);
        let reached = percent(u128::from(weight), u128::from(total));
        let needed = share(proposal.veto_bps);
        sentences.push(format!("{weight} of {total} in the veto body want to stop it ({reached}); {needed} stop it"));
    }
    sentences.extend(proposal.attestation().map(|attestation| attested(proposal, attestation)));
    if proposal.deposit_lamports > 0 {
        let deposit = sol(proposal.deposit_lamports);
        sentences.push(match proposal.slash_bps {
            0 => format!("its proposer gets the deposit of {deposit} back in any case"),
            slash => format!("its proposer forfeits the deposit of {deposit} if less than {} are for it", share(slash)),
        });
    }
    sentences
}

fn attested(proposal: &Proposal, attestation: Attestation) -> String {
    let (attestor, mark) = (proposal.attestor, share(attestation.mark.0));
    let threshold = share(proposal.approval_rule().threshold.0);
    match attestation.score {
        None => format!("not attested by {attestor} (mark {mark}), so the threshold is {threshold}"),
        Some(score) => {
            format!("attested by {attestor} with {} (mark {mark}), so the threshold is {threshold}", share(score.0))
        }
    }
}
