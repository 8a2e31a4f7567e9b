//! One decision from nothing: the same story that was measured with SPL Governance.
//!
//! Five voters with 1,000,000 each, 60 %, one proposal that transfers SOL from the vault; four vote for it and one
//! against. Then what can be closed is closed.

use anyhow::{Result, ensure};
use quantumagi_interface::{instructions as ix, pda};
use quantumagi_rules::action::Action;

use super::community::{AGAINST, Community, FOR};
use super::figures::{Account, Lifecycle, Rows};
use super::people::{crank, hash};

/// Lamports that the decision pays out.
const PAYMENT: u64 = 1_000_000;

/// Runs and measures it.
pub(super) fn measure() -> Result<Lifecycle> {
    let mut community = Community::before("lifecycle", 5)?;
    let founding = founding(&mut community)?;
    let standing = community.chain.rent_in_accounts();
    let decision = decision(&mut community)?;
    ensure!(community.chain.rent_in_accounts() == standing, "the decision left lamports in accounts of the program");

    let roster = community.roster(1);
    let left = [
        ("the constitution", community.constitution),
        ("its principle", pda::principle(&community.constitution, 0)),
        ("the roster", roster),
        ("the roster's page of five members", pda::roster_page(&roster, 0)),
        ("the count of the proposer's open proposals", community.record()),
    ];
    let left = left
        .into_iter()
        .map(|(name, address)| Ok(Account { name: name.to_owned(), lamports: community.chain.lamports(&address)? }))
        .collect::<Result<Vec<_>>>()?;
    let named = left.iter().map(|account| account.lamports).sum::<u64>();
    ensure!(named == standing, "{standing} lamports are left, of which {named} are accounted for");
    Ok(Lifecycle { founding, decision, left })
}

fn founding(community: &mut Community) -> Result<Vec<super::figures::Row>> {
    let mut rows = Rows::default();
    let steps = [
        (community.create(), ""),
        (community.principle_add(0), "by the founder"),
        (community.roster_create(1, 5), ""),
        (community.roster_page_open(1, 0), ""),
        (community.roster_extend(1, 0, 5), ""),
        (community.roster_adopt(1), "by the founder"),
        (community.seal(), ""),
        (community.proposer_open(), ""),
    ];
    for (instruction, case) in steps {
        let cost = community.send(instruction)?;
        rows.note(case, cost);
    }
    Ok(rows.rows)
}

fn decision(community: &mut Community) -> Result<Vec<super::figures::Row>> {
    let mut rows = Rows::default();
    let action = Action::TransferLamports { recipient: hash("crank"), lamports: PAYMENT };
    let (proposal, create) = community.propose(&action, &[0], false)?;
    let cost = community.send(create)?;
    rows.note("", cost);
    community.open_voting(&proposal)?;
    for (index, choice, case) in
        [(0, FOR, "for"), (1, FOR, "for"), (2, FOR, "for"), (3, FOR, "for"), (4, AGAINST, "against")]
    {
        let cost = community.vote(&proposal, index, choice)?;
        rows.note(case, cost);
    }
    community.end_voting(&proposal)?;
    let cost = community.send(Community::finalize(&proposal))?;
    rows.note("", cost);
    community.open_window(&proposal)?;
    let transfer = ix::VaultTransfer {
        constitution: community.constitution,
        proposal,
        vault: community.vault,
        recipient: crank(),
        guardrails: None,
    };
    let cost = community.send(transfer.instruction(PAYMENT))?;
    rows.note("", cost);
    let close = community.close(&proposal)?;
    let cost = community.send(close)?;
    rows.note("", cost);
    Ok(rows.rows)
}
