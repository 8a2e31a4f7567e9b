//! Snapshots: operators publish, judge and bind a root; voters vote with a proof.

use quantumagi_rules::electorate::ElectorateKind;

use crate::support::*;

const POLICY: Action<'static> = Action::PolicyAdopt { text_hash: [9; 32], sunset_at: 0 };

/// Four operators of whom two more must approve than challenge: one faulty one does no harm.
fn community() -> Community {
    Founding::default().by_snapshot(4, 2)
}

fn six() -> Vec<(Address, u64)> {
    electors([100, 200, 300, 400, 500, 600])
}

/// Six electors, in the first second of voting.
fn voting() -> (Community, Electors) {
    let mut community = community();
    let electors = community.voting_by_snapshot(&POLICY, &six(), 2);
    (community, electors)
}

#[test]
fn operators_are_named_adopted_and_written_down() {
    let mut community = Founding::default().unsealed().found();
    let (founder, constitution) = (community.founder, community.constitution);
    let electorate = pda::operators(&constitution, 1);
    let create = ix::OperatorsCreate { payer: founder, constitution, electorate };
    let listed = [operator(0), operator(1), operator(2)];
    let done = community.send(create.instruction(2, CHALLENGE, &listed));
    let Event::OperatorsCreated(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.electorate, event.version, event.needed), (electorate, 1, 2));
    assert_eq!((event.challenge_seconds, event.operators.as_slice()), (CHALLENGE, listed.as_slice()));
    let stored = community.operators(&electorate);
    assert_eq!((stored.constitution, stored.payer, stored.version), (constitution, founder, 1));
    assert_eq!((stored.operators[..3].to_vec(), stored.operators[3]), (listed.to_vec(), Address::default()));
    assert_eq!((stored.count, stored.needed, stored.challenge_seconds, stored.bound_proposals), (3, 2, CHALLENGE, 0));
    assert_eq!(community.constitution(&constitution).next_electorate_version, 2);

    let adopt = ix::ElectorateAdopt { authority: founder, constitution, electorate, proposal: None };
    let done = community.send(adopt.instruction(3));
    let Event::ElectorateAdopted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.electorate, event.kind, event.mandate), (electorate, 3, Address::default()));
    let stored = community.constitution(&constitution);
    assert_eq!((stored.electorate, stored.electorate_kind), (electorate, 3));
}

#[test]
fn l8_operators_create_refuses_lists_out_of_bounds() {
    let mut community = Founding::default().unsealed().found();
    let (founder, constitution) = (community.founder, community.constitution);
    let electorate = pda::operators(&constitution, 1);
    let create = ix::OperatorsCreate { payer: founder, constitution, electorate };
    let (a, b) = (operator(0), operator(1));
    let many: Vec<Address> = (0..17).map(operator).collect();
    for (needed, seconds, operators, refusal) in [
        (1, CHALLENGE, vec![], GovError::OperatorsOutOfRange),
        (1, CHALLENGE, many, GovError::OperatorsOutOfRange),
        (1, CHALLENGE, vec![a, a], GovError::MembersNotAscending),
        (1, CHALLENGE, vec![b, a], GovError::MembersNotAscending),
        (0, CHALLENGE, vec![a, b], GovError::NeededOutOfRange),
        (3, CHALLENGE, vec![a, b], GovError::NeededOutOfRange),
        (1, 599, vec![a, b], GovError::ChallengeOutOfRange),
        (1, 14 * 86_400 + 1, vec![a, b], GovError::ChallengeOutOfRange),
    ] {
        check_refused(&mut community, create.instruction(needed, seconds, &operators), refusal);
    }
    let stranger = ix::OperatorsCreate { payer: community.stranger(), ..create };
    check_refused(&mut community, stranger.instruction(1, CHALLENGE, &[a]), GovError::NotFounder);
    let sixteen: Vec<Address> = (0..16).map(operator).collect();
    community.send(create.instruction(16, 14 * 86_400, &sixteen));
}

#[test]
fn a_proposal_waits_for_its_snapshot_and_then_passes_by_it() {
    let mut community = community();
    let electors = community.propose_to(&POLICY, &six());
    let proposal = electors.proposal;
    let stored = community.proposal(&proposal);
    assert_eq!((stored.electorate_kind, stored.total_weight, stored.voters), (3, 0, 0));
    assert_eq!(community.operators(&stored.electorate).bound_proposals, 1);

    let publish = community.publish(&electors, operator(1));
    let before = community.lamports(&operator(1));
    let done = community.send(publish);
    let Event::SnapshotPublished(event) = done.event() else { panic!("{:?}", done.events) };
    let root = electors.tree.root();
    assert_eq!((event.publisher, event.root, event.total_weight), (operator(1), root.hash, 2_100));
    assert_eq!((event.voters, event.slot, event.position), (6, READ_AT, 1));
    let snapshot = pda::snapshot(&proposal, &operator(1));
    assert_eq!(before - community.lamports(&operator(1)), community.rent(accounts::Snapshot::LEN));
    let published = community.published(&snapshot);
    assert_eq!((published.proposal, published.publisher, published.root), (proposal, operator(1), root.hash));
    assert_eq!((published.approvals, published.challenges), (0b10, 0));

    let approve = community.review(proposal, operator(1), operator(3), 1);
    let done = community.send(approve);
    let Event::SnapshotReviewed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.publisher, event.operator, event.position, event.verdict), (operator(1), operator(3), 3, 1));
    assert_eq!(community.published(&snapshot).approvals, 0b1010);

    community.pass(i64::from(CHALLENGE));
    let bind = community.bind(proposal, operator(1));
    let done = community.send(bind);
    let Event::SnapshotBound(event) = done.event() else { panic!("{:?}", done.events) };
    let bound = community.proposal(&proposal);
    assert_eq!((event.root, event.total_weight, event.voters, event.slot), (root.hash, 2_100, 6, READ_AT));
    assert_eq!((event.starts_at, event.ends_at), (stored.starts_at, stored.ends_at));
    assert_eq!((bound.snapshot_root, bound.snapshot_slot), (root.hash, READ_AT));
    assert_eq!((bound.total_weight, bound.voters), (2_100, 6));

    community.open_voting(&proposal);
    let done = community.send(electors.vote(5, FOR));
    let Event::ProposalVoted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.voter, event.weight, event.voter_index), (elector(5), 600, 5));
    community.approve_by(&electors, [4]);
    assert_eq!(community.proposal(&proposal).status, 1);
}

#[test]
fn w1_w9_a_vote_is_proved_to_be_in_the_snapshot() {
    let (mut community, electors) = voting();
    let (accounts, proof) = (electors.accounts(2), electors.proof(2));
    let mut altered = proof.clone();
    altered[0] ^= 1;
    let mut fatter = proof.clone();
    fatter[39] = 1;
    let short = &proof[..80];
    let long = [proof.as_slice(), &[0; 40]].concat();
    for (index, weight, proof, refusal) in [
        (2, 301, proof.as_slice(), GovError::NotInSnapshot),
        (2, u64::MAX, &proof, GovError::NotInSnapshot),
        (3, 300, &proof, GovError::NotInSnapshot),
        (6, 300, &proof, GovError::NotInSnapshot),
        (u32::MAX, 300, &proof, GovError::NotInSnapshot),
        (2, 300, &altered, GovError::NotInSnapshot),
        (2, 300, &fatter, GovError::NotInSnapshot),
        (2, 300, short, GovError::ProofLength),
        (2, 300, &long, GovError::ProofLength),
        (2, 300, &[], GovError::ProofLength),
    ] {
        check_refused(&mut community, accounts.instruction(index, weight, FOR, proof), refusal);
    }
    let thief = ix::SnapshotVote { voter: elector(3), ..accounts };
    check_refused(&mut community, thief.instruction(2, 300, FOR, &proof), GovError::NotInSnapshot);
    let absent = unsigned(electors.vote(2, FOR), 0);
    check_refused(&mut community, absent, InstructionError::MissingRequiredSignature);
    check_refused(&mut community, accounts.instruction(2, 300, 0, &proof), GovError::UnknownChoice);
    community.send(electors.vote(2, FOR));
}

#[test]
fn w9_a_proof_is_worth_nothing_on_another_proposal() {
    let mut community = community();
    let first = community.propose_to(&POLICY, &six());
    let second = community.propose_to(&POLICY, &six());
    community.publish_and_bind(&first, 2);
    community.publish_and_bind(&second, 2);
    community.open_voting(&second.proposal);
    let elsewhere = ix::SnapshotVote { proposal: second.proposal, ..first.accounts(2) };
    let vote = elsewhere.instruction(2, 300, FOR, &first.proof(2));
    check_refused(&mut community, vote, GovError::NotInSnapshot);
    community.send(second.vote(2, FOR));
}

#[test]
fn w3_w4_an_elector_votes_once_and_changes() {
    let (mut community, electors) = voting();
    community.send(electors.vote(5, FOR));
    check_refused(&mut community, electors.vote(5, FOR), GovError::BallotUnchanged);
    community.send(electors.vote(5, AGAINST));
    let stored = community.proposal(&electors.proposal);
    assert_eq!((stored.for_weight, stored.against_weight, stored.ballots_cast), (0, 600, 1));

    let mut draft = community.operators_draft(&POLICY);
    draft.args.ballot_rule = 1;
    let proposal = community.create(&draft);
    let electors = Electors::new(&community, proposal, &six());
    community.publish_and_bind(&electors, 2);
    community.open_voting(&proposal);
    community.send(electors.vote(0, FOR));
    check_refused(&mut community, electors.vote(0, AGAINST), GovError::BallotFinal);
}

#[test]
fn nobody_votes_before_the_root_is_bound_and_then_for_the_whole_time() {
    let mut community = community();
    let electors = community.propose_to(&POLICY, &six());
    let proposal = electors.proposal;
    let planned = community.proposal(&proposal);
    check_refused(&mut community, electors.vote(0, FOR), GovError::VotingNotStarted);
    community.open_voting(&proposal);
    check_refused(&mut community, electors.vote(0, FOR), GovError::SnapshotNotBound);
    community.pass(DAY);
    community.publish_and_bind(&electors, 2);
    let now = community.now();
    let stored = community.proposal(&proposal);
    assert_eq!((stored.starts_at, stored.ends_at), (now, now + planned.ends_at - planned.starts_at));
    community.send(electors.vote(0, FOR));
}

#[test]
fn a_proposal_whose_snapshot_never_comes_is_defeated_and_closed() {
    let mut community = community();
    let electors = community.propose_to(&POLICY, &six());
    let publish = community.publish(&electors, operator(0));
    community.send(publish.clone());
    let proposal = electors.proposal;
    let ends_at = community.proposal(&proposal).ends_at;
    community.set_time(ends_at);
    let bind = community.bind(proposal, operator(0));
    check_refused(&mut community, bind, GovError::VotingEnded);
    let review = community.review(proposal, operator(0), operator(1), 1);
    check_refused(&mut community, review, GovError::VotingEnded);
    let late = community.publish(&electors, operator(1));
    check_refused(&mut community, late, GovError::VotingEnded);
    check_refused(&mut community, electors.vote(0, FOR), GovError::VotingEnded);
    community.finalize(&proposal);
    assert_eq!(community.proposal(&proposal).status, 2);
    let electorate = community.proposal(&proposal).electorate;
    let close = community.close(&proposal).instruction();
    community.send(close);
    assert_eq!(community.operators(&electorate).bound_proposals, 0);
    // The proposal is gone; its root still gives its rent back.
    let (before, rent) = (community.lamports(&operator(0)), community.rent(accounts::Snapshot::LEN));
    let close = close_of(&community, proposal, operator(0));
    community.send(close.instruction());
    assert_eq!(community.lamports(&operator(0)), before + rent);
}

fn close_of(community: &Community, proposal: Address, publisher: Address) -> ix::SnapshotClose {
    let snapshot = pda::snapshot(&proposal, &publisher);
    ix::SnapshotClose { constitution: community.constitution, snapshot, proposal, publisher }
}

#[test]
fn snapshot_publish_refuses_what_makes_no_electorate() {
    let mut community = community();
    let electors = community.propose_to(&POLICY, &six());
    let proposal = electors.proposal;
    let electorate = community.proposal(&proposal).electorate;
    let of = |publisher| {
        let snapshot = pda::snapshot(&proposal, &publisher);
        ix::SnapshotPublish { publisher, proposal, electorate, snapshot }
    };
    let accounts = of(operator(0));
    let root = electors.tree.root().hash;
    for (root, total, voters, slot, refusal) in [
        (root, 6, 6, SLOT, GovError::SlotNotPassed),
        (root, 6, 6, SLOT + 1, GovError::SlotNotPassed),
        (root, 0, 0, READ_AT, GovError::VotersOutOfRange),
        (root, 2 << 20, (1 << 20) + 1, READ_AT, GovError::VotersOutOfRange),
        (root, 5, 6, READ_AT, GovError::SnapshotEmpty),
        ([0; 32], 6, 6, READ_AT, GovError::SnapshotEmpty),
    ] {
        check_refused(&mut community, accounts.instruction(root, total, voters, slot), refusal);
    }
    let stranger = community.stranger();
    check_refused(&mut community, of(stranger).instruction(root, 6, 6, READ_AT), GovError::NotAnOperator);
    // The slot before this one has passed.
    community.send(accounts.instruction(root, 6, 6, SLOT - 1));
    check_refused(&mut community, accounts.instruction(root, 6, 6, SLOT - 1), ACCOUNT_IN_USE);
}

#[test]
fn w10_a_root_waits_out_its_challenges() {
    let mut community = community();
    let electors = community.propose_to(&POLICY, &six());
    let proposal = electors.proposal;
    let publish = community.publish(&electors, operator(0));
    community.send(publish);
    let approve = community.review(proposal, operator(0), operator(1), 1);
    community.send(approve);
    let bind = community.bind(proposal, operator(0));
    community.pass(i64::from(CHALLENGE) - 1);
    check_refused(&mut community, bind.clone(), GovError::ChallengeRunning);
    community.pass(1);
    community.send(bind.clone());
    // Once bound, no other root, verdict or binding changes who votes.
    check_refused(&mut community, bind, GovError::SnapshotAlreadyBound);
    let verdict = community.review(proposal, operator(0), operator(2), 0);
    check_refused(&mut community, verdict, GovError::SnapshotAlreadyBound);
    let other = Electors::new(&community, proposal, &electors.voters[..3]);
    let publish = community.publish(&other, operator(2));
    check_refused(&mut community, publish, GovError::SnapshotAlreadyBound);
}

#[test]
fn w10_an_operator_speaks_once_and_nobody_else_speaks() {
    let mut community = community();
    let electors = community.propose_to(&POLICY, &six());
    let proposal = electors.proposal;
    let publish = community.publish(&electors, operator(0));
    community.send(publish);
    for verdict in [0, 1] {
        let again = community.review(proposal, operator(0), operator(0), verdict);
        check_refused(&mut community, again, GovError::AlreadyReviewed);
    }
    let unknown = community.review(proposal, operator(0), operator(1), 2);
    check_refused(&mut community, unknown, GovError::UnknownVerdict);
    let stranger = community.review(proposal, operator(0), community.stranger(), 1);
    check_refused(&mut community, stranger, GovError::NotAnOperator);
    let absent = unsigned(community.review(proposal, operator(0), operator(1), 0), 0);
    check_refused(&mut community, absent, InstructionError::MissingRequiredSignature);
    let challenge = community.review(proposal, operator(0), operator(1), 0);
    community.send(challenge);
    for verdict in [0, 1] {
        let again = community.review(proposal, operator(0), operator(1), verdict);
        check_refused(&mut community, again, GovError::AlreadyReviewed);
    }
}

/// Four operators, two needed: the bound of `rules::snapshot::review` says that one faulty one does no harm.
#[test]
fn w10_one_faulty_operator_neither_passes_a_false_root_nor_blocks_a_true_one() {
    let mut community = community();
    let honest = community.propose_to(&POLICY, &six());
    let proposal = honest.proposal;
    let mallory = operator(3);
    let alone = Electors::new(&community, proposal, &[(mallory, 1_000_000)]);
    let publish = community.publish(&alone, mallory);
    community.send(publish);
    let publish = community.publish(&honest, operator(0));
    community.send(publish);
    let challenge = community.review(proposal, operator(0), mallory, 0);
    community.send(challenge);
    community.pass(i64::from(CHALLENGE));
    // Nobody looked at the false root: it has one approval, and needs two.
    let bind = community.bind(proposal, mallory);
    check_refused(&mut community, bind, GovError::SnapshotNotAccepted);
    // The true one has three honest approvals against one challenge.
    let bind = community.bind(proposal, operator(0));
    for index in [1, 2] {
        check_refused(&mut community, bind.clone(), GovError::SnapshotNotAccepted);
        let approve = community.review(proposal, operator(0), operator(index), 1);
        community.send(approve);
    }
    community.send(bind);
    assert_eq!(community.proposal(&proposal).snapshot_root, honest.tree.root().hash);
}

#[test]
fn w10_a_root_cannot_be_closed_and_published_again_while_it_counts() {
    let mut community = community();
    let electors = community.propose_to(&POLICY, &six());
    let proposal = electors.proposal;
    let publish = community.publish(&electors, operator(0));
    community.send(publish);
    let close = close_of(&community, proposal, operator(0));
    check_refused(&mut community, close.instruction(), GovError::SnapshotInUse);
    let approve = community.review(proposal, operator(0), operator(1), 1);
    community.send(approve);
    community.pass(i64::from(CHALLENGE));
    let bind = community.bind(proposal, operator(0));
    community.send(bind);
    let elsewhere = ix::SnapshotClose { publisher: community.stranger(), ..close };
    check_refused(&mut community, elsewhere.instruction(), GovError::NotPayer);
    let before = community.lamports(&operator(0));
    let done = community.send(close.instruction());
    let Event::SnapshotClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.proposal, event.publisher), (proposal, operator(0)));
    assert_eq!(community.lamports(&operator(0)), before + community.rent(accounts::Snapshot::LEN));
    // What was bound stays bound.
    community.open_voting(&proposal);
    community.send(electors.vote(0, FOR));
}

#[test]
fn snapshot_instructions_refuse_accounts_of_another_proposal() {
    let mut community = community();
    let first = community.propose_to(&POLICY, &six());
    let second = community.propose_to(&POLICY, &six());
    let publish = community.publish(&first, operator(0));
    community.send(publish);
    let (electorate, snapshot) =
        (community.proposal(&first.proposal).electorate, pda::snapshot(&first.proposal, &operator(0)));
    let bind = ix::SnapshotBind { proposal: second.proposal, electorate, snapshot };
    check_refused(&mut community, bind.instruction(), GovError::WrongProposal);
    let review = ix::SnapshotReview { operator: operator(1), proposal: second.proposal, electorate, snapshot };
    check_refused(&mut community, review.instruction(1), GovError::WrongProposal);
    let close = ix::SnapshotClose { proposal: second.proposal, ..close_of(&community, first.proposal, operator(0)) };
    check_refused(&mut community, close.instruction(), GovError::WrongProposal);
    // Another list of operators has no say, even where the same people are on it.
    let constitution = community.constitution;
    let other = pda::operators(&constitution, 2);
    let create = ix::OperatorsCreate { payer: operator(0), constitution, electorate: other };
    community.send(create.instruction(1, CHALLENGE, &[operator(0)]));
    let bind = ix::SnapshotBind { proposal: first.proposal, electorate: other, snapshot };
    check_refused(&mut community, bind.instruction(), GovError::WrongElectorate);
    let publish = ix::SnapshotPublish {
        publisher: operator(0),
        proposal: second.proposal,
        electorate: other,
        snapshot: pda::snapshot(&second.proposal, &operator(0)),
    };
    check_refused(&mut community, publish.instruction([1; 32], 6, 6, READ_AT), GovError::WrongElectorate);
}

#[test]
fn on_a_snapshot_electorate_an_operator_proposes_or_anybody_with_a_deposit() {
    let mut community = community();
    let stranger = community.stranger();
    let record = community.open_proposer(stranger);
    let mut draft = community.operators_draft(&POLICY);
    (draft.accounts.proposer, draft.accounts.record) = (stranger, record);
    check_refused(&mut community, draft.instruction(), GovError::NoStanding);
    let mut draft = community.operators_draft(&POLICY);
    draft.accounts.membership = Some(community.page_of(0));
    check_refused(&mut community, draft.instruction(), GovError::WrongElectorateKind);

    let mut founding = Founding::default();
    founding.tracks[0].deposit_lamports = 1_000_000;
    let mut community = founding.by_snapshot(4, 2);
    let record = community.open_proposer(stranger);
    let mut draft = community.operators_draft(&POLICY);
    (draft.accounts.proposer, draft.accounts.record) = (stranger, record);
    community.send(draft.instruction());
}

#[test]
fn a_challenge_window_that_outlasts_the_vote_is_refused_when_it_is_proposed() {
    let mut founding = Founding::default();
    founding.tracks[0].discussion_seconds = 60;
    founding.tracks[0].voting_seconds = CHALLENGE;
    founding.tracks[0].extension_seconds = 0;
    let mut community = founding.clone().by_snapshot(4, 2);
    let draft = community.operators_draft(&POLICY);
    community.send(draft.instruction());

    let mut community = founding.unsealed().found();
    let (founder, constitution) = (community.founder, community.constitution);
    community.fund(&operator(0), 10_000_000_000);
    community.open_proposer(operator(0));
    let electorate = pda::operators(&constitution, 1);
    let create = ix::OperatorsCreate { payer: founder, constitution, electorate };
    community.send(create.instruction(1, CHALLENGE + 60, &[operator(0)]));
    community.adopt_electorate(ElectorateKind::Snapshot, electorate);
    let draft = community.operators_draft(&POLICY);
    check_refused(&mut community, draft.instruction(), GovError::ChallengeTooLong);
}

#[test]
fn kinds_of_electorate_vote_by_their_own_instruction() {
    let mut council = Founding::default().found();
    let proposal = council.propose(&POLICY);
    council.open_voting(&proposal);
    let electors = Electors::new(&council, proposal, &six());
    check_refused(&mut council, electors.vote(0, FOR), GovError::WrongElectorateKind);

    let (mut community, electors) = voting();
    let (voter, roster_page) = (community.member(0), community.page_of(0));
    let vote = ix::ProposalVote { voter, proposal: electors.proposal, roster_page, ballot_page: None };
    check_refused(&mut community, vote.instruction(0, FOR), GovError::WrongElectorateKind);
}

#[test]
fn an_electorate_is_adopted_by_vote_with_the_entrenched_threshold() {
    let mut community = Founding::default().found();
    let (constitution, stranger) = (community.constitution, community.stranger());
    let electorate = pda::operators(&constitution, 1);
    let create = ix::OperatorsCreate { payer: stranger, constitution, electorate };
    community.send(create.instruction(1, CHALLENGE, &[operator(0)]));
    let action = Action::ElectorateAdopt { kind: ElectorateKind::Snapshot, electorate: electorate.to_bytes() };
    let mut draft = community.draft(&action);
    draft.accounts.subject = Some(electorate);
    let proposal = community.create(&draft);
    assert_eq!(community.proposal(&proposal).threshold_bps, 8_000);
    community.approve(&proposal);
    let adopt = ix::ElectorateAdopt { authority: stranger, constitution, electorate, proposal: Some(proposal) };
    check_refused(&mut community, adopt.instruction(4), InstructionError::InvalidAccountData);
    check_refused(&mut community, adopt.instruction(1), GovError::WrongElectorateKind);
    check_refused(&mut community, adopt.instruction(9), GovError::WrongElectorateKind);
    community.send(adopt.instruction(3));
    assert_eq!(community.constitution(&constitution).electorate, electorate);
}

#[test]
fn a6_operators_that_nobody_needs_are_closed_by_their_payer() {
    let (mut community, electors) = voting();
    let constitution = community.constitution;
    let electorate = community.proposal(&electors.proposal).electorate;
    let founder = community.founder;
    let close = ix::ElectorateClose { payer: founder, constitution, electorate };
    check_refused(&mut community, close.instruction(), GovError::ElectorateInUse);
    let spare = pda::operators(&constitution, 2);
    let payer = operator(1);
    let before = community.lamports(&payer);
    let create = ix::OperatorsCreate { payer, constitution, electorate: spare };
    community.send(create.instruction(1, CHALLENGE, &[operator(0)]));
    assert_eq!(before - community.lamports(&payer), community.rent(accounts::SnapshotOperators::LEN));
    let close = ix::ElectorateClose { payer, constitution, electorate: spare };
    let stranger = ix::ElectorateClose { payer: community.stranger(), ..close };
    check_refused(&mut community, stranger.instruction(), GovError::NotPayer);
    let done = community.send(close.instruction());
    let Event::ElectorateClosed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.electorate, event.payer), (spare, payer));
    assert_eq!((community.account(&spare), community.lamports(&payer)), (None, before));
    check_refused(&mut community, create.instruction(1, CHALLENGE, &[operator(0)]), InstructionError::InvalidSeeds);
}

#[test]
fn electors_beyond_256_vote_on_pages() {
    let mut community = community();
    let voters = electors((0..300).map(|index| index + 1));
    let electors = community.propose_to(&POLICY, &voters);
    let proposal = electors.proposal;
    let page = pda::ballot_page(&proposal, 0);
    let open = ix::BallotPageOpen { payer: community.stranger(), proposal, ballot_page: page };
    // Before the root is bound nobody knows how many voters there are.
    check_refused(&mut community, open.instruction(0), GovError::PageOutOfRange);
    community.publish_and_bind(&electors, 2);
    community.send(open.instruction(0));
    community.open_voting(&proposal);
    community.send(electors.vote(299, FOR));
    community.send(electors.vote(255, AGAINST));
    let without = ix::SnapshotVote { ballot_page: None, ..electors.accounts(299) };
    let vote = without.instruction(299, 300, AGAINST, &electors.proof(299));
    check_refused(&mut community, vote, GovError::BallotPageMissing);
    let stored = community.proposal(&proposal);
    assert_eq!((stored.for_weight, stored.against_weight), (300, 256));
}
