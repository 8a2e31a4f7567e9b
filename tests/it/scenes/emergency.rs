//! Guardians and emergency acts.

use super::Scene;
use crate::support::*;

/// Another community with guardians, a policy, and an act in every stage of its life.
fn others() -> (World, Vec<(&'static str, Address)>) {
    let mut world = World::new();
    world.fund(&person("wallet"), 1_000_000_000);
    let mut others = Founding::named("others").guarded_in(world);
    let (_, policy) = others.adopt_policy("theirs", 0);
    let proposal = others.approved(&Action::GuardiansRemove);
    others.hear_guardians();
    let emergency = others.nearly_act(4, Some(policy), 10 * DAY);
    others.set_time(START);
    let foreign = vec![
        ("constitution", others.constitution),
        ("guardians", others.guardians_address()),
        ("emergency", emergency),
        ("principle", pda::principle(&others.constitution, 0)),
        ("proposal", proposal),
        ("target", policy),
    ];
    (others.world, foreign)
}

pub(super) fn scenes() -> Vec<Scene> {
    let (world, foreign) = others();
    let bare = Founding::default().found_in(world.clone());
    let mut guarded = Founding::default().guarded_in(world);
    let (_, policy) = guarded.adopt_policy("be kind", 0);
    guarded.hear_guardians();
    let scene = |name, community: &Community, instruction: Instruction, slots: &'static [&'static str]| Scene {
        name,
        world: community.world.clone(),
        instruction,
        slots,
        foreign: foreign.clone(),
    };
    let (constitution, guardians, payer) = (bare.constitution, bare.guardians_address(), bare.stranger());
    let open = ix::GuardiansOpen { payer, constitution, guardians }.instruction();
    let change: &[_] = &["authority", "constitution", "proposal", "guardians"];
    let list = guarded.guardian_list(3);
    let members: Vec<[u8; 32]> = list.iter().map(Address::to_bytes).collect();
    let mut adopting = guarded.clone();
    let term_seconds = DAY as u32;
    let proposal = adopting.approved(&Action::GuardiansAdopt { threshold: 2, term_seconds, members: &members });
    let adopt = adopting.adoption(payer, Some(proposal)).instruction(2, term_seconds, &list);
    let mut removing = guarded.clone();
    let proposal = removing.approved(&Action::GuardiansRemove);
    let (constitution, guardians) = (removing.constitution, removing.guardians_address());
    let remove =
        ix::GuardiansRemove { authority: payer, constitution, proposal: Some(proposal), guardians }.instruction();
    let act = guarded.act(1, None, DAY);

    let mut nearly = guarded.clone();
    let suspension = nearly.nearly_act(4, Some(policy), 10 * DAY);
    let mut held = guarded.clone();
    let payment = held.approved(&Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 });
    held.hear_guardians();
    let hold = held.nearly_act(5, Some(payment), 10 * DAY);
    let approve: &[_] = &["guardian", "constitution", "guardians", "transaction", "emergency", "target"];
    let mut active = nearly.clone();
    let third = active.approve_act(&suspension, 2);
    active.send(third);
    let mut ratifying = active.clone();
    let proposal = ratifying.approved(&Action::EmergencyRatify { emergency_id: 0 });
    let ratify = ratifying.vote_on_act(&suspension, proposal).instruction();
    let mut ending = active.clone();
    let proposal = ending.approved(&Action::EmergencyEnd { emergency_id: 0 });
    let end = ending.end_of_act(&suspension, proposal).instruction();
    let vote: &[_] = &["constitution", "guardians", "emergency", "target", "proposal"];
    let mut late = active;
    late.pass(7 * DAY);
    let lapse = ix::EmergencyLapse { constitution, emergency: suspension }.instruction();
    let mut over = late.clone();
    over.send(lapse.clone());
    let payer = over.guardian(0);
    let close = ix::EmergencyClose { constitution, emergency: suspension, payer }.instruction();
    vec![
        scene("guardians_open", &bare, open, &["payer", "constitution", "new_guardians", "system_program"]),
        scene("guardians_adopt", &adopting, adopt, change),
        scene("guardians_remove", &removing, remove, change),
        scene("guardians_heartbeat", &guarded, guarded.heartbeat_of(0), &approve[..4]),
        scene(
            "emergency_open",
            &guarded,
            act.instruction(),
            &["guardian", "constitution", "guardians", "principle", "new_emergency", "transaction", "system_program"],
        ),
        scene("emergency_approve", &nearly, nearly.approve_act(&suspension, 2), approve),
        scene("emergency_approve", &held, held.approve_act(&hold, 2), approve),
        scene("emergency_ratify", &ratifying, ratify, vote),
        scene("emergency_end", &ending, end, vote),
        scene("emergency_lapse", &late, lapse, &["constitution", "emergency"]),
        scene("emergency_close", &over, close, &["constitution", "emergency", "payer"]),
    ]
}
