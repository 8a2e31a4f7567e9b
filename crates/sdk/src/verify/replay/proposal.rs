//! The events of a proposal's chain, carried out again.

use std::collections::BTreeMap;

use quantumagi_interface::accounts::Proposal;
use quantumagi_interface::digest::Sha2;
use quantumagi_interface::events::{Event, ProposalCreated, ProposalFinalized, ProposalVoted};
use quantumagi_interface::types::{Citation, EventChain, Member};
use quantumagi_rules::approval::Tally;
use quantumagi_rules::ballot::{BallotRule, Choice, PROPOSAL_BALLOT_BYTES, Place, VETO_BALLOT_BYTES, place, write};
use quantumagi_rules::digest::{NOTHING_PENDING, next_link, pending_digest};
use quantumagi_rules::lifecycle::{Status, VotingEnd};
use quantumagi_rules::principle::MAX_CITATIONS;
use quantumagi_rules::{UnixSeconds, Weight};

use super::{
    Contradiction, LAYOUT_VERSION, ProposalRecord, check_hash, check_moment, check_number, tracks, unexpected,
};

/// The proposal as it is created. `bytes` are the event's.
///
/// # Errors
/// Where the digest is not that of the action, or the action is empty.
pub(super) fn begin(e: &ProposalCreated, bytes: &[u8]) -> Result<ProposalRecord, Contradiction> {
    let impossible = Contradiction::Unexpected { name: "ProposalCreated" };
    let mut citations = [Citation { principle_id: 0, version: 0 }; MAX_CITATIONS];
    let cited = citations.get_mut(..e.citations.len()).ok_or(impossible.clone())?;
    cited.copy_from_slice(&e.citations);
    let account = Proposal {
        constitution: e.constitution,
        proposer: e.proposer,
        electorate: e.electorate,
        veto_roster: e.veto_roster,
        attestor: e.attestor,
        subject: e.subject,
        content_hash: e.content_hash,
        execution_digest: e.execution_digest,
        pending_digest: e.execution_digest,
        snapshot_root: [0; 32],
        attestation_hash: [0; 32],
        chain: EventChain { hash: next_link::<Sha2>(&[0; 32], bytes), sequence: 1 },
        id: e.proposal_id,
        total_weight: e.total_weight,
        for_weight: 0,
        against_weight: 0,
        abstain_weight: 0,
        veto_total: e.veto_total,
        veto_weight: 0,
        snapshot_slot: 0,
        deposit_lamports: e.deposit_lamports,
        created_at: e.at,
        starts_at: e.starts_at,
        ends_at: e.ends_at,
        updated_at: e.at,
        held_until: 0,
        deploy_slot: e.deploy_slot,
        citations,
        constitution_version: e.constitution_version,
        voters: e.voters,
        ballots_cast: 0,
        ballot_pages: 0,
        extension_seconds: e.extension_seconds,
        cooloff_seconds: e.cooloff_seconds,
        timelock_seconds: e.timelock_seconds,
        window_seconds: e.window_seconds,
        threshold_bps: e.threshold_bps,
        quorum_bps: e.quorum_bps,
        min_for_bps: e.min_for_bps,
        veto_bps: e.veto_bps,
        slash_bps: e.slash_bps,
        unattested_threshold_bps: e.unattested_threshold_bps,
        attestation_mark: e.attestation_mark,
        attestation_score: 0,
        steps: e.steps,
        steps_done: 0,
        electorate_kind: e.electorate_kind,
        is_attested: 0,
        track: e.track,
        action: e.number,
        status: Status::Open as u8,
        defeat: 0,
        ballot_rule: e.ballot_rule,
        was_extended: 0,
        layout_version: LAYOUT_VERSION,
        bump: 0,
        reserved: [0; 2],
        veto_ballots: [0; VETO_BALLOT_BYTES],
        ballots: [0; PROPOSAL_BALLOT_BYTES],
    };
    // An action that was read from a payload is not told here; everything that is done later proves itself by the digest.
    if !e.action.is_empty() {
        let digest = account.digest_of(&e.action, &e.slots).ok_or(impossible.clone())?;
        check_hash("execution digest", e.execution_digest, digest)?;
        check_number("number of the action", e.number, e.action.first().copied().unwrap_or_default())?;
    }
    check_number("number of steps", e.steps, e.slots.len() as u64)?;
    let (address, action, slots) = (e.proposal, e.action.clone(), e.slots.clone());
    Ok(ProposalRecord {
        address,
        account,
        action,
        slots,
        ballots: BTreeMap::new(),
        voters: BTreeMap::new(),
        is_closed: false,
    })
}

/// `veto_body` are the members of the body that can veto it.
///
/// # Errors
/// The [`Contradiction`] between this event and those before it.
#[allow(clippy::wildcard_enum_match_arm, reason = "whatever is not known to belong here is refused")]
pub(super) fn apply(record: &mut ProposalRecord, veto_body: &[Member], event: &Event) -> Result<(), Contradiction> {
    let status = |wanted: Status, now: u8| if now == wanted as u8 { Ok(()) } else { Err(unexpected(event)) };
    let account = &mut record.account;
    match event {
        Event::BallotPageOpened(_) => account.ballot_pages += 1,
        Event::BallotPageClosed(_) => {
            account.ballot_pages = account.ballot_pages.checked_sub(1).ok_or_else(|| unexpected(event))?;
        }
        Event::ProposalVoted(e) => {
            status(Status::Open, account.status)?;
            voted(record, e)?;
        }
        Event::ProposalFinalized(e) => {
            status(Status::Open, account.status)?;
            finalized(account, e)?;
        }
        Event::ProposalCancelled(e) => {
            status(Status::Open, account.status)?;
            (account.status, account.updated_at) = (Status::Cancelled as u8, e.at);
        }
        Event::ProposalExecuted(e) => {
            status(Status::Succeeded, account.status)?;
            check_hash("execution digest", e.digest, account.execution_digest)?;
            let steps_done = account.steps.min(account.steps_done.saturating_add(1));
            check_number("steps done", steps_done, account.steps)?;
            (account.status, account.updated_at) = (Status::Executed as u8, e.at);
            (account.steps_done, account.pending_digest) = (steps_done, NOTHING_PENDING);
        }
        Event::ProposalStepExecuted(e) => {
            status(Status::Succeeded, account.status)?;
            let before = pending_digest::<Sha2>(&e.step_digest, &e.pending_digest);
            check_hash("digest of what is to be done", before, account.pending_digest)?;
            check_number("steps done", e.steps_done, u64::from(account.steps_done) + 1)?;
            check_number("steps", e.steps, account.steps)?;
            (account.steps_done, account.pending_digest, account.updated_at) = (e.steps_done, e.pending_digest, e.at);
        }
        Event::ProposalHeld(e) => {
            status(Status::Succeeded, account.status)?;
            (account.held_until, account.updated_at) = (e.held_until, e.at);
        }
        // What was spent is carried out with the guardrails, once all chains are known. A series spends as it goes.
        Event::SpendingCounted(_) if account.steps_done > 0 && account.status == Status::Succeeded as u8 => {}
        Event::SpendingCounted(_) => status(Status::Executed, account.status)?,
        Event::ProposalExpired(e) => {
            status(Status::Succeeded, account.status)?;
            (account.status, account.updated_at) = (Status::Expired as u8, e.at);
        }
        Event::ProposalVetoed(e) => tracks::vetoed(account, veto_body, e, event)?,
        Event::ProposalAttested(e) => tracks::attested(account, e, event)?,
        // Applied where the roots are known.
        Event::SnapshotPublished(_) | Event::SnapshotReviewed(_) | Event::SnapshotBound(_) => {}
        other => return Err(unexpected(other)),
    }
    let chain = &mut record.account.chain;
    chain.hash = next_link::<Sha2>(&chain.hash, &event.to_bytes());
    chain.sequence += 1;
    Ok(())
}

fn voted(record: &mut ProposalRecord, e: &ProposalVoted) -> Result<(), Contradiction> {
    let (index, weight) = (e.voter_index, e.weight);
    let choice = Choice::from_bits(e.choice).ok_or(Contradiction::Unexpected { name: "ProposalVoted" })?;
    let previous = record.ballots.insert(index, choice);
    record.voters.insert(index, Member { voter: e.voter, weight });
    check_number("ballot before", e.previous_choice, previous.map_or(0, |previous| previous as u8))?;
    let account = &mut record.account;
    let unexpected = Contradiction::Unexpected { name: "ProposalVoted" };
    let (tally, ending) = counted(account, previous, choice, weight, e.at).ok_or(unexpected)?;
    check_moment("end of voting", e.ends_at, ending.ends_at.0)?;
    check_number("extension of voting", e.was_extended, u8::from(ending.was_extended))?;
    (account.for_weight, account.against_weight) = (tally.for_weight.0, tally.against_weight.0);
    account.abstain_weight = tally.abstain_weight.0;
    account.ballots_cast += u32::from(previous.is_none());
    (account.ends_at, account.was_extended, account.updated_at) = (e.ends_at, e.was_extended, e.at);
    if let Place::Proposal { slot } = place(index) {
        let is_written = write(&mut account.ballots, slot, choice);
        debug_assert!(is_written, "the first 256 voters have a slot");
    }
    Ok(())
}

/// The tally and the end of voting after a ballot; `None` where the tally has no room for it.
pub(in super::super) fn counted(
    account: &Proposal,
    previous: Option<Choice>,
    choice: Choice,
    weight: u64,
    at: i64,
) -> Option<(Tally, VotingEnd)> {
    let (before, total) = (account.tally(), account.total_weight());
    let tally = before.with_ballot(previous, choice, Weight(weight)).ok()?;
    let is_settled = account.ballot_rule().ok()? == BallotRule::Final && account.is_settled_by(tally);
    let end = VotingEnd { ends_at: UnixSeconds(account.ends_at), was_extended: account.was_extended == 1 };
    let meets_quorum = || account.approval_rule().meets_quorum(before, tally, total);
    Some((tally, end.after_ballot(is_settled, account.extension_seconds, UnixSeconds(at), meets_quorum)))
}

fn finalized(account: &mut Proposal, e: &ProposalFinalized) -> Result<(), Contradiction> {
    let logged = Tally {
        for_weight: Weight(e.for_weight),
        against_weight: Weight(e.against_weight),
        abstain_weight: Weight(e.abstain_weight),
    };
    let replayed = account.tally();
    if logged != replayed {
        return Err(Contradiction::TallyDiffers { logged, replayed });
    }
    check_number("total weight", e.total_weight, account.total_weight)?;
    let times = account.timetable().map_err(|_| Contradiction::Unexpected { name: "ProposalFinalized" })?;
    check_moment("opening of the window", e.opens_at, times.opens_at.0)?;
    check_moment("end of the window", e.closes_at, times.closes_at.0)?;
    let replayed = account.outcome();
    let expected = match replayed {
        Ok(()) => (Status::Succeeded as u8, 0),
        Err(defeat) => (Status::Defeated as u8, defeat as u8),
    };
    if (e.status, e.defeat) != expected {
        return Err(Contradiction::OutcomeDiffers { status: e.status, defeat: e.defeat, replayed });
    }
    (account.status, account.defeat, account.updated_at) = (e.status, e.defeat, e.at);
    Ok(())
}
