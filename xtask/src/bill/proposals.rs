//! Instructions of a proposal, from its creation to its end.

use anyhow::{Result, ensure};
use quantumagi_interface::{Address, instructions as ix, pda};
use quantumagi_rules::action::Action;

use super::calls;
use super::community::{AGAINST, Community, FOR};
use super::figures::Rows;
use super::people::{crank, hash};

/// Voters, of whom the last 44 need a ballot page.
const VOTERS: u32 = 300;
/// Voters in favour after whom all others can be against: 60 %.
const SETTLED_BY: u32 = 180;
const CITED: [u32; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

/// A payment of one lamport, so that the vault never runs dry.
fn payment() -> Action<'static> {
    Action::TransferLamports { recipient: hash("crank"), lamports: 1 }
}

/// Measures them.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = Community::founded("proposals", VOTERS, 8)?;
    creation(&mut community, rows)?;
    payment_of_five(&mut community, rows)?;
    pages(&mut community, rows)?;
    final_ballots(&mut community, rows)?;
    calls::measure(&mut community, rows)?;
    endings(&mut community, rows)
}

fn creation(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (_, create) = community.propose(&payment(), &[0], false)?;
    let cost = community.send(create)?;
    rows.note("a payment, 1 citation", cost);
    let policy = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 };
    let (_, create) = community.propose(&policy, &CITED, false)?;
    let cost = community.send(create)?;
    rows.note("a policy, 8 citations", cost);

    Ok(())
}

fn payment_of_five(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (proposal, create) = community.propose(&payment(), &[0], false)?;
    community.send(create)?;
    community.open_voting(&proposal)?;
    for (index, choice, case) in [
        (0, AGAINST, "the first voter, whose ballot lies in the proposal"),
        (0, FOR, "the first voter changes it"),
        (255, FOR, "the last voter whose ballot lies in the proposal"),
    ] {
        let cost = community.vote(&proposal, index, choice)?;
        rows.note(case, cost);
    }
    community.approve_rest(&proposal, rows)?;
    let transfer = ix::VaultTransfer {
        constitution: community.constitution,
        proposal,
        vault: community.vault,
        recipient: crank(),
        guardrails: None,
    };
    let cost = community.send(transfer.instruction(1))?;
    rows.note("", cost);
    let close = community.close(&proposal)?;
    let cost = community.send(close)?;
    rows.note("", cost);
    Ok(())
}

impl Community {
    /// Sixty voters more, one of whom brings the quorum; the outcome; the wait.
    fn approve_rest(&mut self, proposal: &Address, rows: &mut Rows) -> Result<()> {
        let last_hour = self.proposal(proposal)?.ends_at - 3_600;
        self.chain.set_time(last_hour);
        for index in 1..59 {
            let was_extended = self.proposal(proposal)?.was_extended == 1;
            let cost = self.vote(proposal, index, FOR)?;
            if !was_extended && self.proposal(proposal)?.was_extended == 1 {
                rows.note("a late quorum extends voting", cost);
            }
        }
        self.end_voting(proposal)?;
        let cost = self.send(Self::finalize(proposal))?;
        rows.note("succeeded", cost);
        self.open_window(proposal)
    }
}

/// Ballots of voters whom the proposal itself has no room for.
fn pages(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (proposal, create) = community.propose(&payment(), &[0], false)?;
    community.send(create)?;
    community.open_voting(&proposal)?;
    let payer = crank();
    let ballot_page = pda::ballot_page(&proposal, 0);
    let cost = community.send(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0))?;
    rows.note("4,096 voters", cost);
    for (index, choice, case) in [
        (256, FOR, "the first voter on a ballot page"),
        (256, AGAINST, "the first voter on a ballot page changes it"),
        (299, AGAINST, "the last of 300 voters"),
    ] {
        let cost = community.vote(&proposal, index, choice)?;
        rows.note(case, cost);
    }
    community.end_voting(&proposal)?;
    let cost = community.send(Community::finalize(&proposal))?;
    rows.note("defeated", cost);
    let cost = community.send(ix::BallotPageClose { proposal, ballot_page, payer }.instruction())?;
    rows.note("", cost);
    Ok(())
}

/// Ballots that cannot be changed, so that voting ends once nothing can change the outcome.
fn final_ballots(community: &mut Community, rows: &mut Rows) -> Result<()> {
    for (settling, case) in [
        (255, "a final ballot that settles the outcome"),
        (256, "a final ballot on a ballot page that settles the outcome"),
    ] {
        let (proposal, create) = community.propose(&payment(), &[0], true)?;
        community.send(create)?;
        community.open_voting(&proposal)?;
        let ballot_page = pda::ballot_page(&proposal, 0);
        community.send(ix::BallotPageOpen { payer: crank(), proposal, ballot_page }.instruction(0))?;
        let ends_at = community.proposal(&proposal)?.ends_at;
        for index in 0..SETTLED_BY - 1 {
            let cost = community.vote(&proposal, index, FOR)?;
            if (index, settling) == (0, 255) {
                rows.note("a final ballot", cost);
            }
        }
        let cost = community.vote(&proposal, settling, FOR)?;
        ensure!(community.proposal(&proposal)?.ends_at < ends_at, "{SETTLED_BY} of {VOTERS} have settled nothing");
        rows.note(case, cost);
    }
    Ok(())
}

fn endings(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (proposal, create) = community.propose(&payment(), &[0], false)?;
    community.send(create)?;
    let proposer = community.proposal(&proposal)?.proposer;
    let cost = community.send(ix::ProposalCancel { proposer, proposal }.instruction())?;
    rows.note("", cost);

    let (proposal, create) = community.propose(&payment(), &[0], false)?;
    community.send(create)?;
    community.approve(&proposal)?;
    let stored = community.proposal(&proposal)?;
    let after = community.chain.now() + i64::from(stored.window_seconds);
    community.chain.set_time(after);
    let cost = community.send(ix::ProposalExpire { constitution: community.constitution, proposal }.instruction())?;
    rows.note("", cost);
    Ok(())
}
