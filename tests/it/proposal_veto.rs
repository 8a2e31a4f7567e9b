//! `proposal_veto`: members of the body that a proposal froze, each once, from the first vote to the end of the cool-off.

use quantumagi_rules::lifecycle::{Step, check_step};

use crate::support::*;

fn policy() -> Action<'static> {
    Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 }
}

/// A proposal that a body of four can veto, in its first second of voting.
fn voting() -> (Community, Vec<types::Member>, Address) {
    let (mut community, body) = Founding::default().found_with_veto_body();
    let proposal = community.propose(&policy());
    community.open_voting(&proposal);
    (community, body, proposal)
}

#[test]
fn half_of_the_body_stops_a_proposal_at_once_and_for_good() {
    let (mut community, body, proposal) = voting();
    for index in 0..7 {
        community.vote(&proposal, index, FOR);
    }
    let before = community.proposal(&proposal);
    let veto = community.veto(&proposal, &body, 2);
    let done = community.send(veto);
    let stored = community.proposal(&proposal);
    let mut veto_ballots = [0; 32];
    veto_ballots[0] = 0b100;
    let expected = accounts::Proposal { veto_weight: 49, veto_ballots, chain: stored.chain, ..before };
    assert_eq!(stored, accounts::Proposal { updated_at: stored.updated_at, ..expected });
    let Event::ProposalVetoed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.member, event.weight, event.veto_weight, event.member_index), (body[2].voter, 49, 49, 2));
    assert_eq!((event.status, event.proposal), (0, proposal));

    let veto = community.veto(&proposal, &body, 3);
    let done = community.send(veto);
    let Event::ProposalVetoed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.veto_weight, event.status), (50, 3));
    let stored = community.proposal(&proposal);
    assert_eq!((stored.status, stored.veto_weight, stored.veto_ballots[0]), (3, 50, 0b1100));
    let late = community.veto(&proposal, &body, 0);
    check_refused(&mut community, late, GovError::VetoNotOpen);
    let vote = community.ballot(&proposal, 7, FOR);
    check_refused(&mut community, vote, GovError::VotingEnded);
    let ends_at = stored.ends_at;
    community.set_time(ends_at);
    check_refused(&mut community, ix::ProposalFinalize { proposal }.instruction(), GovError::AlreadyFinalized);

    let (roster, proposer) = (pda::roster(&community.constitution, 2), community.member(0));
    assert_eq!(community.roster(&roster).bound_proposals, 1);
    let (before, held) = (community.lamports(&proposer), community.lamports(&proposal));
    let close = community.close(&proposal).instruction();
    community.send(close);
    assert_eq!(community.lamports(&proposer) - before, held);
    assert_eq!(community.roster(&roster).bound_proposals, 0);
}

#[test]
fn l1_veto_attestation_and_cool_off_follow_the_table() {
    let (mut draft, body) = Founding::default().found_with_veto_body();
    let proposal = draft.propose(&policy());
    let at = |community: &Community, now: i64| {
        let mut community = community.clone();
        community.set_time(now);
        community
    };
    let stored = draft.proposal(&proposal);
    let mut voting = at(&draft, stored.starts_at);
    for index in 0..7 {
        voting.vote(&proposal, index, FOR);
    }
    let finalizing = at(&voting, stored.ends_at);
    let mut cool_off = finalizing.clone();
    cool_off.send(ix::ProposalFinalize { proposal }.instruction());
    let cooled_at = stored.ends_at + 2 * DAY;
    let last = at(&cool_off, cooled_at - 1);
    let queued = at(&cool_off, cooled_at);
    let (opens_at, closes_at) = (cool_off.opens_at(&proposal), cool_off.closes_at(&proposal));
    assert_eq!(opens_at, cooled_at + i64::from(stored.timelock_seconds));
    let before_last = at(&draft, stored.starts_at - 1);
    let phases = [
        (before_last, Some(GovError::VotingNotStarted), Some(GovError::NotFinalized)),
        (voting, None, Some(GovError::NotFinalized)),
        (at(&finalizing, cooled_at - 1), None, Some(GovError::NotFinalized)),
        // Nobody wrote the outcome down: that gives the veto body no more time.
        (at(&finalizing, cooled_at), Some(GovError::VetoNotOpen), Some(GovError::NotFinalized)),
        (finalizing, None, Some(GovError::NotFinalized)),
        (last, None, Some(GovError::TimelockActive)),
        (queued, Some(GovError::VetoNotOpen), Some(GovError::TimelockActive)),
        (at(&cool_off, opens_at), Some(GovError::VetoNotOpen), None),
        (at(&cool_off, closes_at), Some(GovError::VetoNotOpen), Some(GovError::WindowClosed)),
    ];
    for (community, veto_refused, execution_refused) in phases {
        let (payer, constitution) = (community.stranger(), community.constitution);
        let adopt = ix::PolicyAdopt { payer, constitution, proposal, policy: pda::policy(&constitution, 0) };
        let veto = community.veto(&proposal, &body, 0);
        for (instruction, refused) in [(veto, veto_refused), (adopt.instruction(hash("be kind"), 0), execution_refused)]
        {
            let mut community = community.clone();
            match refused {
                Some(refused) => check_refused(&mut community, instruction, refused),
                None => drop(community.send(instruction)),
            }
        }
    }
    // The rules say the same of every phase there is.
    for phase in quantumagi_rules::lifecycle::Phase::ALL {
        use quantumagi_rules::lifecycle::Phase::{Contestable, CoolOff, Voting};
        assert_eq!(check_step(phase, Step::Veto).is_ok(), matches!(phase, Voting | Contestable | CoolOff), "{phase:?}");
    }
}

#[test]
fn x4_what_is_vetoed_in_the_cool_off_is_never_executed() {
    let (mut community, body, proposal) = voting();
    for index in 0..7 {
        community.vote(&proposal, index, FOR);
    }
    community.finalize(&proposal);
    let (opens_at, ends_at) = (community.opens_at(&proposal), community.proposal(&proposal).ends_at);
    community.set_time(ends_at + 2 * DAY - 1);
    for index in [0, 1] {
        let veto = community.veto(&proposal, &body, index);
        community.send(veto);
    }
    community.set_time(opens_at);
    let (payer, constitution) = (community.stranger(), community.constitution);
    let adopt = ix::PolicyAdopt { payer, constitution, proposal, policy: pda::policy(&constitution, 0) };
    check_refused(&mut community, adopt.instruction(hash("be kind"), 0), GovError::AlreadyFinal);
}

#[test]
fn w1_w3_a_members_weight_is_the_rosters_and_counts_once() {
    let (mut community, body, proposal) = voting();
    let veto = community.veto(&proposal, &body, 0);
    community.send(veto.clone());
    check_refused(&mut community, veto, GovError::AlreadyVetoed);
    let voter = body[0].voter;
    let page = |community: &Community| pda::roster_page(&pda::roster(&community.constitution, 2), 0);
    let roster_page = page(&community);
    // Nor under another member's index, nor beyond the roster.
    let accounts = ix::ProposalVeto { voter, proposal, roster_page };
    for index in [1, 4, 29] {
        check_refused(&mut community, accounts.instruction(index), GovError::NotTheMember);
    }
    check_refused(&mut community, accounts.instruction(30), GovError::WrongPage);
    let stranger = ix::ProposalVeto { voter: community.stranger(), ..accounts };
    check_refused(&mut community, stranger.instruction(0), GovError::NotTheMember);
    check_refused(&mut community, unsigned(accounts.instruction(1), 0), InstructionError::MissingRequiredSignature);
    // A voter of the electorate is no member of the body.
    let as_voter = ix::ProposalVeto { voter: community.member(0), proposal, roster_page: community.page_of(0) };
    check_refused(&mut community, as_voter.instruction(0), GovError::WrongRoster);
}

#[test]
fn the_256th_member_vetoes_like_the_first() {
    let mut community = Founding::default().with_tracks(vetoable).unsealed().found();
    let body = community.adopt_veto_body(2, &[1; 256]);
    community.seal();
    let proposal = community.propose(&policy());
    community.open_voting(&proposal);
    for index in 128..256 {
        assert_eq!(community.proposal(&proposal).status, 0);
        let veto = community.veto(&proposal, &body, index);
        community.send(veto);
    }
    let stored = community.proposal(&proposal);
    assert_eq!((stored.status, stored.veto_weight), (3, 128));
    assert_eq!((stored.veto_ballots[..16].to_vec(), stored.veto_ballots[16..].to_vec()), (vec![0; 16], vec![255; 16]));
}

#[test]
fn a_proposal_passes_the_veto_body_exactly_where_it_has_a_say() {
    let (mut community, _) = Founding::default().found_with_veto_body();
    let body = pda::roster(&community.constitution, 2);
    let mut without = community.draft(&policy());
    without.accounts.veto_roster = None;
    check_refused(&mut community, without.instruction(), GovError::WrongVetoBody);
    community.fill_veto_body(3, &VETO_WEIGHTS);
    let mut other = community.draft(&policy());
    other.accounts.veto_roster = Some(pda::roster(&community.constitution, 3));
    check_refused(&mut community, other.instruction(), GovError::WrongVetoBody);
    let mut exempt = community.draft(&Action::VetoBodyAdopt { roster_version: 0, members_hash: [0; 32] });
    assert_eq!(exempt.accounts.veto_roster, None);
    exempt.accounts.veto_roster = Some(body);
    check_refused(&mut community, exempt.instruction(), GovError::WrongVetoBody);

    let proposal = community.propose(&policy());
    let stored = community.proposal(&proposal);
    assert_eq!((stored.veto_roster, stored.veto_total, stored.veto_bps), (body, 100, 5_000));
    community.defeat(&proposal);
    let close = community.close(&proposal);
    for veto_roster in [None, Some(pda::roster(&community.constitution, 3))] {
        let wrong = ix::ProposalClose { veto_roster, ..close };
        check_refused(&mut community, wrong.instruction(), GovError::WrongVetoBody);
    }
    community.send(close.instruction());
}

#[test]
fn a_track_without_a_veto_has_none_although_there_is_a_body() {
    let mut founding = Founding::default();
    vetoable(&mut founding.tracks[1]);
    let mut community = founding.unsealed().found();
    let body = community.adopt_veto_body(2, &VETO_WEIGHTS);
    community.seal();
    let proposal = community.propose(&policy());
    assert_eq!(community.proposal(&proposal).veto_roster, Address::default());
    community.open_voting(&proposal);
    let roster_page = pda::roster_page(&pda::roster(&community.constitution, 2), 0);
    let veto = ix::ProposalVeto { voter: body[0].voter, proposal, roster_page };
    check_refused(&mut community, veto.instruction(0), GovError::NoVetoBody);
    let payment = community.propose(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 });
    assert_eq!(community.proposal(&payment).veto_bps, 5_000);
}
