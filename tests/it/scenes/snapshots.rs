//! Snapshot electorates.

use quantumagi_rules::electorate::ElectorateKind;

use super::Scene;
use crate::support::*;

const POLICY: Action<'static> = Action::PolicyAdopt { text_hash: [9; 32], sunset_at: 0 };

/// So many that there is a ballot page.
fn voters() -> Vec<(Address, u64)> {
    electors((0..257).map(|index| index + 1))
}

/// What belongs to another constitution that votes by snapshot, in the same world.
fn others() -> (World, Vec<(&'static str, Address)>) {
    let mut world = World::new();
    world.fund(&person("wallet"), 1_000_000_000);
    let mut others = Founding::named("others").by_snapshot_in(world, 2, 1);
    let founded_at = others.now();
    let electors = others.voting_by_snapshot(&POLICY, &voters(), 1);
    let proposal = electors.proposal;
    let (payer, ballot_page) = (others.stranger(), pda::ballot_page(&proposal, 0));
    others.send(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0));
    others.set_time(founded_at);
    let foreign = vec![
        ("constitution", others.constitution),
        ("electorate", pda::operators(&others.constitution, 1)),
        ("proposal", proposal),
        ("snapshot", pda::snapshot(&proposal, &operator(0))),
        ("ballot_page", ballot_page),
    ];
    (others.world, foreign)
}

pub(super) fn scenes() -> Vec<Scene> {
    let (world, foreign) = others();
    let community = Founding::default().by_snapshot_in(world, 4, 2);
    let scene = |name, community: &Community, instruction: Instruction, slots: &'static [&'static str]| Scene {
        name,
        world: community.world.clone(),
        instruction,
        slots,
        foreign: foreign.clone(),
    };
    let mut scenes = operators(&community, scene);
    scenes.extend(roots(&community, scene));
    scenes
}

fn operators<F>(community: &Community, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let (payer, constitution) = (community.stranger(), community.constitution);
    let electorate = pda::operators(&constitution, 2);
    let create = ix::OperatorsCreate { payer, constitution, electorate };
    let create = create.instruction(1, CHALLENGE, &[operator(0), operator(1)]);
    let mut closing = community.clone();
    closing.send(create.clone());
    let close = ix::ElectorateClose { payer, constitution, electorate };
    let mut unsealed = Founding::named("young").unsealed().found_in(community.world.clone());
    let (founder, young) = (unsealed.founder, unsealed.constitution);
    let electorate = pda::operators(&young, 1);
    let named = ix::OperatorsCreate { payer: founder, constitution: young, electorate };
    unsealed.send(named.instruction(1, CHALLENGE, &[operator(0)]));
    let adopt = ix::ElectorateAdopt { authority: founder, constitution: young, electorate, proposal: None };
    let draft = community.operators_draft(&POLICY);
    vec![
        scene("operators_create", community, create, &["payer", "constitution", "new_electorate", "system_program"]),
        scene("electorate_close", &closing, close.instruction(), &["payer", "constitution", "electorate"]),
        scene(
            "electorate_adopt",
            &unsealed,
            adopt.instruction(ElectorateKind::Snapshot as u8),
            &["authority", "constitution", "proposal", "electorate"],
        ),
        scene("proposal_create", community, draft.instruction(), super::CREATE),
    ]
}

fn roots<F>(community: &Community, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let mut proposed = community.clone();
    let electors = proposed.propose_to(&POLICY, &voters());
    let proposal = electors.proposal;
    let publish = proposed.publish(&electors, operator(0));
    let mut published = proposed.clone();
    published.send(publish.clone());
    let review = published.review(proposal, operator(0), operator(1), 1);
    let mut accepted = published.clone();
    accepted.send(review.clone());
    accepted.pass(i64::from(CHALLENGE));
    let bind = accepted.bind(proposal, operator(0));
    let mut bound = accepted.clone();
    bound.send(bind.clone());
    let publisher = operator(0);
    let snapshot = pda::snapshot(&proposal, &publisher);
    let close = ix::SnapshotClose { constitution: community.constitution, snapshot, proposal, publisher };
    let mut voting = bound.clone();
    let (payer, ballot_page) = (voting.stranger(), pda::ballot_page(&proposal, 0));
    voting.send(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0));
    voting.open_voting(&proposal);
    let mut finished = bound.clone();
    finished.finalize(&proposal);
    vec![
        scene(
            "snapshot_publish",
            &proposed,
            publish,
            &["publisher", "proposal", "electorate", "new_snapshot", "system_program"],
        ),
        scene("snapshot_review", &published, review, &["operator", "proposal", "electorate", "snapshot"]),
        scene("snapshot_bind", &accepted, bind, &["proposal", "electorate", "snapshot"]),
        scene("snapshot_close", &bound, close.instruction(), &["constitution", "snapshot", "proposal", "publisher"]),
        scene("snapshot_vote", &voting, electors.vote(256, FOR), &["voter", "proposal", "ballot_page"]),
        scene("proposal_close", &finished, finished.close(&proposal).instruction(), super::CLOSE),
    ]
}
