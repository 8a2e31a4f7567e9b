//! What the creation of a proposal logs: everything that is frozen in it.

use quantumagi_interface::accounts::Constitution;
use quantumagi_interface::digest::Sha2;
use quantumagi_interface::events::{Event, ProposalCreated};
use quantumagi_interface::instructions::ProposalCreate;
use quantumagi_interface::types::{Citation, ProposalCreateArgs};
use quantumagi_interface::{Address, PROGRAM_ID, pda};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::action::{Action, Surroundings};
use quantumagi_rules::attestation::unattested_threshold;
use quantumagi_rules::digest::{ExecutionContext, execution_digest_of_bytes, pending_digests};
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::principle::Class;

use super::super::super::Chain;
use super::super::live::Live;
use super::{Asked, Logged};

/// The one event of `proposal_create`.
pub(super) fn proposed(live: &Live, asked: Asked<'_>, accounts: &ProposalCreate, args: &ProposalCreateArgs) -> Logged {
    if accounts.constitution != live.address {
        return Some(Vec::new());
    }
    let constitution = live.constitution()?;
    let (total_weight, voters) = franchise(live, asked, constitution)?;
    let bytes = match &accounts.payload {
        Some(payload) => asked.hints.payload(payload)?,
        None => &args.action,
    };
    let action = Action::decode(bytes).ok()?;
    let (cited, programs) = split_behind(constitution, &action, asked.rest)?;
    let cite = |address| {
        let principle = live.principle(address)?;
        Some(Citation { principle_id: principle.id, version: principle.version })
    };
    let citations = cited.iter().map(cite).collect::<Option<Vec<_>>>()?;
    let known = asked.hints.deploy_slot(constitution.next_proposal_id);
    let Slots { called: slots, upgraded } = slots(&action, accounts, programs, known)?;
    let track = action.track();
    let parameters = constitution.parameters(track);
    let (starts_at, ends_at) = parameters.voting_times(UnixSeconds(asked.at))?;
    let rule = action.approval_rule(&parameters, is_entrenched(live, &action, accounts)?);
    // The program lets a proposal through with the veto body's roster exactly where that body has a say.
    let veto_roster = accounts.veto_roster;
    let veto_total = veto_roster.map_or(Some(0), |roster| Some(live.roster(&roster)?.account.total_weight))?;
    let has_attestor = constitution.attestor != Address::default() && action.can_be_attested();
    let attestor = has_attestor.then_some(constitution.attestor);
    let unattested = unattested_threshold(rule, &parameters).0;
    let context = ExecutionContext {
        constitution: live.address.to_bytes(),
        constitution_version: constitution.version,
        proposal_id: constitution.next_proposal_id,
        cooloff_seconds: parameters.cooloff_seconds,
        timelock_seconds: parameters.timelock_seconds,
        window_seconds: parameters.window_seconds,
        deploy_slot: upgraded,
    };
    let execution_digest = if slots.is_empty() {
        execution_digest_of_bytes::<Sha2>(&context, bytes)
    } else {
        *pending_digests::<Sha2>(&context, &action, &slots)?.first()?
    };
    let upgraded_program =
        if let Action::ProgramUpgrade { program, .. } = action { Some(Address::new_from_array(program)) } else { None };
    let event = ProposalCreated {
        constitution: live.address,
        sequence: constitution.chain.sequence,
        at: asked.at,
        proposal: accounts.proposal,
        proposal_id: constitution.next_proposal_id,
        proposer: accounts.proposer,
        electorate: accounts.electorate,
        veto_roster: veto_roster.unwrap_or_default(),
        attestor: attestor.unwrap_or_default(),
        subject: upgraded_program.or(accounts.subject).or(accounts.candidate).unwrap_or_default(),
        content_hash: args.content_hash,
        execution_digest,
        deploy_slot: slots.first().copied().unwrap_or(upgraded),
        total_weight,
        veto_total,
        deposit_lamports: parameters.deposit_lamports.into(),
        voters,
        constitution_version: constitution.version,
        starts_at: starts_at.0,
        ends_at: ends_at.0,
        extension_seconds: parameters.extension_seconds,
        cooloff_seconds: parameters.cooloff_seconds,
        timelock_seconds: parameters.timelock_seconds,
        window_seconds: parameters.window_seconds,
        threshold_bps: rule.threshold.0,
        quorum_bps: rule.quorum.0,
        min_for_bps: rule.min_for.0,
        veto_bps: if veto_roster.is_some() { parameters.veto_bps } else { 0 },
        slash_bps: parameters.slash_bps,
        unattested_threshold_bps: if attestor.is_some() { unattested } else { 0 },
        attestation_mark: if attestor.is_some() { constitution.attestation_mark } else { 0 },
        steps: u16::try_from(slots.len()).ok()?,
        electorate_kind: constitution.electorate_kind,
        track: track as u8,
        ballot_rule: args.ballot_rule,
        number: action.number(),
        payload: accounts.payload.unwrap_or_default(),
        slots,
        citations,
        action: args.action.clone(),
    };
    Some(vec![(Chain::Constitution(live.address), Event::ProposalCreated(event))])
}

/// The accounts behind the declared ones: the cited principles, and two for each program of a series or an upgrade. The
/// proposer's own weight record, where there is one, comes before them.
fn split_behind<'a>(
    constitution: &Constitution,
    action: &Action<'_>,
    behind: &'a [Address],
) -> Option<(&'a [Address], &'a [Address])> {
    let n_own = usize::from(constitution.electorate_kind == ElectorateKind::WeightRecord as u8);
    let behind = behind.get(n_own..)?;
    Some(behind.split_at(behind.len().checked_sub(action.programs_behind().checked_mul(2)?)?))
}

/// Slots of deployments: of the programs that are called, in order, and of the one that is upgraded.
struct Slots {
    called: Vec<u64>,
    upgraded: u64,
}

/// The one thing that is neither in the call nor in the history. Zero where the code cannot change, which the accounts say;
/// else `known` says it of the first program only.
fn slots(action: &Action<'_>, accounts: &ProposalCreate, programs: &[Address], known: Option<u64>) -> Option<Slots> {
    if matches!(action, Action::ProgramUpgrade { .. }) {
        return Some(Slots { called: Vec::new(), upgraded: known? });
    }
    let single = [accounts.subject, accounts.program_data.or(accounts.subject)].map(Option::unwrap_or_default);
    let pairs = if matches!(action, Action::Invoke { .. }) { &single } else { programs };
    let (pairs, _) = pairs.as_chunks::<2>();
    let first = pairs.first();
    let slot_of = |pair: &[Address; 2]| match pair {
        [program, data] if program == data => Some(0),
        pair if Some(pair) == first => known,
        _ => None,
    };
    let called = pairs.iter().map(slot_of).collect::<Option<Vec<_>>>()?;
    (called.len() == action.invocations().count()).then_some(Slots { called, upgraded: 0 })
}

/// Weight and number of those who vote.
#[allow(clippy::wildcard_enum_match_arm, reason = "other kinds are not known here")]
fn franchise(live: &Live, asked: Asked<'_>, constitution: &Constitution) -> Option<(u64, u32)> {
    match ElectorateKind::from_u8(constitution.electorate_kind)? {
        ElectorateKind::Council => {
            let roster = &live.roster(&constitution.electorate)?.account;
            Some((roster.total_weight, roster.count))
        }
        ElectorateKind::Deposit => {
            let pool = &live.state()?.pools.get(&constitution.electorate)?.account;
            Some((pool.electorate_weight(), pool.next_index))
        }
        // Known with the root.
        ElectorateKind::Snapshot => Some((0, 0)),
        ElectorateKind::WeightRecord => {
            let plugin = &live.state()?.snapshots.plugins.get(&constitution.electorate)?.account;
            Some((asked.hints.total_weight(constitution.next_proposal_id)?, plugin.next_seat))
        }
        _ => None,
    }
}

/// Whether it takes the shares for entrenched matters.
fn is_entrenched(live: &Live, action: &Action<'_>, accounts: &ProposalCreate) -> Option<bool> {
    let principle = accounts.subject.and_then(|subject| live.principle(&subject));
    let principle = principle.map(|principle| Class::from_u8(principle.class).ok_or(())).transpose().ok()?;
    let (vault, code) = (pda::vault(&live.address), pda::own_code());
    let around = Surroundings {
        governance: PROGRAM_ID.as_array(),
        code: code.as_array(),
        vault: vault.as_array(),
        constitution: live.address.as_array(),
        proposal: accounts.proposal.as_array(),
    };
    let mut touches_own_code =
        matches!(action, Action::ProgramUpgrade { program, .. } if *program == PROGRAM_ID.to_bytes());
    for invocation in action.invocations() {
        touches_own_code |= invocation.check(&around).ok()?;
    }
    Some(action.is_entrenched(principle, touches_own_code))
}
