//! Electorates by weight records.

use super::Scene;
use crate::support::*;

const POLICY: Action<'static> = Action::PolicyAdopt { text_hash: [9; 32], sunset_at: 0 };

/// What belongs to another constitution that votes by the same plugin, in the same world.
fn others() -> (World, Vec<(&'static str, Address)>) {
    let mut world = World::new();
    world.fund(&person("wallet"), 1_000_000_000);
    let mut others = Founding::named("others").by_records_in(world, 2);
    let proposal = others.propose_by_record(&POLICY, 1_000);
    let electorate = pda::weight_plugin(&others.constitution, 1);
    let foreign = vec![
        ("constitution", others.constitution),
        ("electorate", electorate),
        ("seat", pda::seat(&electorate, &elector(1))),
        ("proposal", proposal),
    ];
    (others.world, foreign)
}

pub(super) fn scenes() -> Vec<Scene> {
    let (world, foreign) = others();
    let mut community = Founding::default().by_records_in(world, 2);
    let scene = |name, community: &Community, instruction: Instruction, slots: &'static [&'static str]| Scene {
        name,
        world: community.world.clone(),
        instruction,
        slots,
        foreign: foreign.clone(),
    };
    let (payer, constitution) = (community.stranger(), community.constitution);
    let [program, realm, mint] = plugin();
    let create = ix::WeightPluginCreate { payer, constitution, electorate: pda::weight_plugin(&constitution, 2) };
    let open = community.seat_open(elector(7));
    let electorate = pda::weight_plugin(&constitution, 1);
    let close = ix::SeatClose {
        authority: elector(1),
        constitution,
        electorate,
        seat: pda::seat(&electorate, &elector(1)),
        payer,
    };
    let own = WeightRecord::of(elector(0), 1, CREATE_PROPOSAL, constitution);
    let draft = community.record_draft(&POLICY, &WeightRecord::total(1_000), &own);
    let mut voting = community.clone();
    let proposal = voting.create(&draft);
    voting.open_voting(&proposal);
    let record = WeightRecord::of(elector(1), 300, CAST_VOTE, proposal).put(&mut voting, "weight record");
    let vote = voting.record_vote(proposal, elector(1), record);
    let mut finished = voting.clone();
    finished.finalize(&proposal);
    vec![
        scene(
            "weight_plugin_create",
            &community,
            create.instruction(program, realm, mint),
            &["payer", "constitution", "new_electorate", "system_program"],
        ),
        scene(
            "seat_open",
            &community,
            open.instruction(),
            &["payer", "constitution", "electorate", "voter", "new_seat", "system_program"],
        ),
        scene(
            "seat_close",
            &community,
            close.instruction(),
            &["authority", "constitution", "electorate", "seat", "payer"],
        ),
        scene("proposal_create", &community, draft.instruction(), super::CREATE),
        scene(
            "record_vote",
            &voting,
            vote.instruction(FOR),
            &["voter", "proposal", "electorate", "seat", "weight_record", "ballot_page"],
        ),
        scene("proposal_close", &finished, finished.close(&proposal).instruction(), super::CLOSE),
    ]
}
