//! Votes by the weight records of SPL Governance's plugins.

use quantumagi_rules::weight_record::VOTER_RECORD_LEGACY;

use crate::support::*;

const POLICY: Action<'static> = Action::PolicyAdopt { text_hash: [9; 32], sunset_at: 0 };

fn community() -> Community {
    Founding::default().by_records(3)
}

/// A proposal with a total of 1,000 in its first second of voting.
fn voting() -> (Community, Address) {
    let mut community = community();
    let proposal = community.propose_by_record(&POLICY, 1_000);
    community.open_voting(&proposal);
    (community, proposal)
}

fn ballot(community: &mut Community, proposal: Address, record: &WeightRecord) -> Instruction {
    let address = record.put(community, "weight record");
    community.record_vote(proposal, record.voter.unwrap(), address).instruction(FOR)
}

#[test]
fn a_plugin_is_named_adopted_and_written_down() {
    let mut community = Founding::default().unsealed().found();
    let (founder, constitution) = (community.founder, community.constitution);
    let electorate = pda::weight_plugin(&constitution, 1);
    let [program, realm, mint] = plugin();
    let create = ix::WeightPluginCreate { payer: founder, constitution, electorate };
    check_refused(&mut community, create.instruction(PROGRAM_ID, realm, mint), GovError::WeightRecordMalformed);
    let nobody = Address::default();
    check_refused(&mut community, create.instruction(nobody, realm, mint), GovError::WeightRecordMalformed);
    let stranger = ix::WeightPluginCreate { payer: community.stranger(), ..create };
    check_refused(&mut community, stranger.instruction(program, realm, mint), GovError::NotFounder);
    let done = community.send(create.instruction(program, realm, mint));
    let Event::WeightPluginCreated(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.electorate, event.program, event.realm, event.mint), (electorate, program, realm, mint));
    let stored = community.weight_plugin(&electorate);
    assert_eq!((stored.constitution, stored.payer, stored.version), (constitution, founder, 1));
    assert_eq!((stored.program, stored.realm, stored.mint), (program, realm, mint));
    let adopt = ix::ElectorateAdopt { authority: founder, constitution, electorate, proposal: None };
    check_refused(&mut community, adopt.instruction(3), InstructionError::AccountDataTooSmall);
    community.send(adopt.instruction(4));
    assert_eq!(community.constitution(&constitution).electorate_kind, 4);
}

#[test]
fn w7_a_proposal_freezes_the_plugins_total_and_its_seats() {
    let mut community = community();
    let proposal = community.propose_by_record(&POLICY, 1_000);
    let stored = community.proposal(&proposal);
    assert_eq!((stored.total_weight, stored.voters, stored.ballot_rule, stored.electorate_kind), (1_000, 3, 1, 4));
    assert_eq!(community.weight_plugin(&stored.electorate).bound_proposals, 1);
    WeightRecord::total(5_000).put(&mut community, "total record");
    assert_eq!(community.proposal(&proposal).total_weight, 1_000);
}

#[test]
fn w8_a_proposal_needs_records_of_this_slot() {
    let mut community = community();
    let constitution = community.constitution;
    let own = WeightRecord::of(elector(0), 1, CREATE_PROPOSAL, constitution);
    let total = WeightRecord::total(1_000);
    let mut check = |total: WeightRecord, own: WeightRecord, refusal| {
        let draft = community.record_draft(&POLICY, &total, &own);
        check_refused(&mut community, draft.instruction(), refusal);
    };
    for expiry in [None, Some(SLOT - 1), Some(SLOT + 1)] {
        check(WeightRecord { expiry, ..total.clone() }, own.clone(), GovError::WeightNotOfThisSlot);
        check(total.clone(), WeightRecord { expiry, ..own.clone() }, GovError::WeightNotOfThisSlot);
    }
    check(WeightRecord::total(0), own.clone(), GovError::WeightIsZero);
    check(total.clone(), WeightRecord { weight: 0, ..own.clone() }, GovError::WeightIsZero);
    check(total.clone(), WeightRecord { action: Some(CAST_VOTE), ..own.clone() }, GovError::WeightRecordPurpose);
    check(total.clone(), WeightRecord { action: None, ..own.clone() }, GovError::WeightRecordPurpose);
    check(total.clone(), WeightRecord { target: Some(person("realm")), ..own.clone() }, GovError::WeightRecordPurpose);
    check(total.clone(), WeightRecord { voter: Some(elector(1)), ..own.clone() }, GovError::NotTheVoter);
    let forged = WeightRecord { owner: person("another program"), ..total.clone() };
    check(forged, own.clone(), GovError::WeightRecordMalformed);
    check(
        WeightRecord { realm: person("another realm"), ..total.clone() },
        own.clone(),
        GovError::WeightRecordMalformed,
    );
    check(own.clone(), own.clone(), GovError::WeightRecordMalformed);
    check(total.clone(), total.clone(), GovError::WeightRecordMalformed);

    let mut without = community.record_draft(&POLICY, &total, &own);
    without.cited.clear();
    check_refused(&mut community, without.instruction(), GovError::CitationMissing);
    let mut draft = community.record_draft(&POLICY, &total, &own);
    draft.accounts.membership = None;
    check_refused(&mut community, draft.instruction(), GovError::WeightRecordMalformed);
    let mut draft = community.record_draft(&POLICY, &total, &own);
    draft.args.ballot_rule = 0;
    check_refused(&mut community, draft.instruction(), GovError::FinalBallotsOnly);
}

#[test]
fn w8_a_vote_needs_a_record_of_this_slot_for_this_vote() {
    let (mut community, proposal) = voting();
    let other = community.propose_by_record(&POLICY, 1_000);
    let good = WeightRecord::of(elector(1), 300, CAST_VOTE, proposal);
    let [_, realm, mint] = plugin();
    let mut check = |record: WeightRecord, refusal| {
        let address = record.put(&mut community, "weight record");
        let vote = community.record_vote(proposal, elector(1), address).instruction(FOR);
        check_refused(&mut community, vote, refusal);
    };
    for expiry in [None, Some(SLOT - 1), Some(SLOT + 1)] {
        check(WeightRecord { expiry, ..good.clone() }, GovError::WeightNotOfThisSlot);
    }
    for action in [None, Some(1), Some(CREATE_PROPOSAL)] {
        check(WeightRecord { action, ..good.clone() }, GovError::WeightRecordPurpose);
    }
    for target in [None, Some(other)] {
        check(WeightRecord { target, ..good.clone() }, GovError::WeightRecordPurpose);
    }
    check(WeightRecord { voter: Some(elector(2)), ..good.clone() }, GovError::NotTheVoter);
    check(WeightRecord { owner: person("another program"), ..good.clone() }, GovError::WeightRecordMalformed);
    check(WeightRecord { owner: PROGRAM_ID, ..good.clone() }, GovError::WeightRecordMalformed);
    check(WeightRecord { realm: mint, ..good.clone() }, GovError::WeightRecordMalformed);
    check(WeightRecord { mint: realm, ..good.clone() }, GovError::WeightRecordMalformed);
    check(WeightRecord { discriminator: [0; 8], ..good.clone() }, GovError::WeightRecordMalformed);
    check(WeightRecord { weight: 0, ..good.clone() }, GovError::WeightIsZero);
    check(WeightRecord::total(300), GovError::WeightRecordMalformed);

    let legacy = WeightRecord { discriminator: VOTER_RECORD_LEGACY, ..good };
    let vote = ballot(&mut community, proposal, &legacy);
    let done = community.send(vote);
    let Event::ProposalVoted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.voter, event.weight, event.voter_index), (elector(1), 300, 1));
    println!("a vote by weight record takes {} compute units", done.compute_units);
    assert!(done.compute_units <= 5_500, "{}", done.compute_units);
}

#[test]
fn w3_w4_a_ballot_by_record_is_final_and_the_total_holds() {
    let (mut community, proposal) = voting();
    let vote = ballot(&mut community, proposal, &WeightRecord::of(elector(1), 500, CAST_VOTE, proposal));
    community.send(vote);
    // A plugin whose weights grow cannot carry a vote past the total that was frozen.
    let vote = ballot(&mut community, proposal, &WeightRecord::of(elector(2), 501, CAST_VOTE, proposal));
    check_refused(&mut community, vote, GovError::InvariantBroken);
    let again = WeightRecord::of(elector(1), 10, CAST_VOTE, proposal);
    let address = again.put(&mut community, "weight record");
    let changed = community.record_vote(proposal, elector(1), address);
    check_refused(&mut community, changed.instruction(AGAINST), GovError::BallotFinal);
    check_refused(&mut community, changed.instruction(FOR), GovError::BallotUnchanged);
    check_refused(&mut community, changed.instruction(0), GovError::UnknownChoice);
    assert_eq!(community.proposal(&proposal).for_weight, 500);
}

#[test]
fn w3_a_seat_that_is_closed_and_opened_again_gives_no_second_ballot() {
    let (mut community, proposal) = voting();
    let vote = ballot(&mut community, proposal, &WeightRecord::of(elector(1), 300, CAST_VOTE, proposal));
    community.send(vote.clone());
    let close = close_of(&community, elector(1), elector(1));
    community.send(close.instruction());
    check_refused(&mut community, vote.clone(), InstructionError::UninitializedAccount);
    let open = community.seat_open(elector(1));
    let done = community.send(open.instruction());
    let Event::SeatOpened(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.voter, event.index), (elector(1), 3));
    let stored = community.seat(&open.seat);
    assert_eq!((stored.plugin, stored.voter, stored.payer), (open.electorate, elector(1), open.payer));
    assert_eq!(stored.index, 3);
    check_refused(&mut community, vote, GovError::SeatTooLate);
    // On a proposal made afterwards the new seat counts, and the old index is nobody's.
    let next = community.propose_by_record(&POLICY, 1_000);
    community.open_voting(&next);
    let vote = ballot(&mut community, next, &WeightRecord::of(elector(1), 300, CAST_VOTE, next));
    community.send(vote);
    assert_eq!(community.proposal(&next).ballots_cast, 1);
}

fn close_of(community: &Community, voter: Address, authority: Address) -> ix::SeatClose {
    let constitution = community.constitution;
    let electorate = pda::weight_plugin(&constitution, 1);
    let seat = pda::seat(&electorate, &voter);
    ix::SeatClose { authority, constitution, electorate, seat, payer: community.stranger() }
}

#[test]
fn w5_nobody_closes_the_seat_of_a_voter_while_it_can_vote() {
    let (mut community, proposal) = voting();
    for authority in [community.stranger(), elector(2)] {
        let close = close_of(&community, elector(1), authority);
        check_refused(&mut community, close.instruction(), GovError::NotTheVoter);
    }
    let elsewhere = ix::SeatClose { payer: elector(2), ..close_of(&community, elector(1), elector(1)) };
    check_refused(&mut community, elsewhere.instruction(), GovError::NotPayer);
    let before = community.lamports(&community.stranger());
    let close = close_of(&community, elector(1), elector(1));
    let done = community.send(close.instruction());
    let Event::SeatClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.voter, event.index, event.payer), (elector(1), 1, community.stranger()));
    assert_eq!(community.lamports(&community.stranger()), before + community.rent(accounts::Seat::LEN));
    assert_eq!(community.weight_plugin(&close.electorate).seats, 2);
    let vote = ballot(&mut community, proposal, &WeightRecord::of(elector(0), 300, CAST_VOTE, proposal));
    community.send(vote);
}

#[test]
fn a1_a_voter_has_one_seat_of_a_plugin() {
    let mut community = community();
    let again = community.seat_open(elector(1));
    check_refused(&mut community, again.instruction(), ACCOUNT_IN_USE);
}

#[test]
fn record_votes_refuse_seats_and_plugins_of_others() {
    let (mut community, proposal) = voting();
    let record = WeightRecord::of(elector(1), 300, CAST_VOTE, proposal).put(&mut community, "weight record");
    let right = community.record_vote(proposal, elector(1), record);
    let of_another = ix::RecordVote { seat: pda::seat(&right.electorate, &elector(2)), ..right };
    check_refused(&mut community, of_another.instruction(FOR), GovError::NotTheVoter);
    let (constitution, payer) = (community.constitution, community.stranger());
    let electorate = pda::weight_plugin(&constitution, 2);
    let [program, realm, mint] = plugin();
    let create = ix::WeightPluginCreate { payer, constitution, electorate };
    community.send(create.instruction(program, realm, mint));
    let other_plugin = ix::RecordVote { electorate, ..right };
    check_refused(&mut community, other_plugin.instruction(FOR), GovError::WrongElectorate);
    let seat = pda::seat(&electorate, &elector(1));
    let open = ix::SeatOpen { electorate, seat, ..community.seat_open(elector(1)) };
    community.send(open.instruction());
    let other_seat = ix::RecordVote { seat, ..right };
    check_refused(&mut community, other_seat.instruction(FOR), GovError::WrongElectorate);

    // A plugin in nobody's use: its payer may close its seats, and then the plugin.
    let close_plugin = ix::ElectorateClose { payer, constitution, electorate };
    check_refused(&mut community, close_plugin.instruction(), GovError::SeatsOpen);
    let close = ix::SeatClose { electorate, seat, ..close_of(&community, elector(1), payer) };
    let stranger = ix::SeatClose { authority: elector(2), ..close };
    check_refused(&mut community, stranger.instruction(), GovError::NotTheVoter);
    let wrong = ix::SeatClose { electorate: pda::weight_plugin(&constitution, 1), ..close };
    check_refused(&mut community, wrong.instruction(), GovError::WrongElectorate);
    community.send(close.instruction());
    let in_force = ix::ElectorateClose {
        payer: community.founder,
        electorate: pda::weight_plugin(&constitution, 1),
        ..close_plugin
    };
    check_refused(&mut community, in_force.instruction(), GovError::ElectorateInUse);
    community.send(close_plugin.instruction());
    assert_eq!(community.account(&electorate), None);
}

#[test]
fn a_closed_proposal_lets_go_of_its_plugin() {
    let (mut community, proposal) = voting();
    community.defeat(&proposal);
    let electorate = community.proposal(&proposal).electorate;
    let close = community.close(&proposal).instruction();
    community.send(close);
    assert_eq!(community.weight_plugin(&electorate).bound_proposals, 0);
}
