//! Token electorates.

use quantumagi_rules::electorate::ElectorateKind;

use super::Scene;
use crate::support::*;

const TOKENS: [&str; 8] =
    ["owner", "constitution", "pool", "pool_vault", "mint", "token_program", "deposit", "token_account"];

/// What belongs to another constitution that votes with deposits, in the same world.
fn others() -> (World, Vec<(&'static str, Address)>) {
    let mut world = World::new();
    world.fund(&person("wallet"), 1_000_000_000);
    let community = Founding::named("others").unsealed().found_in(world);
    let mut others = Depositors::governing(community, &Mint::default());
    let (mint, owner, treasury) = (others.mint, others.community.vault, person("their treasury's tokens"));
    others.put_tokens(&treasury, &mint, &owner, 0);
    let founded_at = others.now();
    let proposal = others.voting();
    others.set_time(founded_at);
    let foreign = vec![
        ("constitution", others.constitution),
        ("pool", others.pool),
        ("pool_vault", others.vault),
        ("electorate", others.pool),
        ("deposit", others.deposit_of("ana")),
        ("membership", others.deposit_of("ana")),
        ("proposal", proposal),
        ("treasury", treasury),
    ];
    (others.community.world, foreign)
}

pub(super) fn scenes() -> Vec<Scene> {
    let (world, foreign) = others();
    let unsealed = Founding::default().unsealed().found_in(world.clone());
    let governing = Depositors::governing(unsealed, &Mint::default());
    let beside = Depositors::in_a_community(Founding::default().found_in(world), &Mint::default());
    let scene = |name, depositors: &Depositors, instruction: Instruction, slots: &'static [&'static str]| Scene {
        name,
        world: depositors.community.world.clone(),
        instruction,
        slots,
        foreign: foreign.clone(),
    };
    let mut scenes = pools(&beside, scene);
    scenes.extend(deposits(&governing, scene));
    scenes.extend(votes(&governing, scene));
    scenes
}

fn pools<F>(beside: &Depositors, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Depositors, Instruction, &'static [&'static str]) -> Scene,
{
    let create = create_pool(beside, beside.stranger(), beside.mint, TOKEN);
    let mut adopting = beside.clone();
    let electorate = adopting.pool.to_bytes();
    let proposal = adopting.approved(&Action::ElectorateAdopt { kind: ElectorateKind::Deposit, electorate });
    let (authority, proposal) = (adopting.stranger(), Some(proposal));
    let adopt = ix::ElectorateAdopt { authority, proposal, ..adopting.adopt() };
    let mut closing = beside.clone();
    let (vault, mint, owner) = (closing.vault, closing.mint, closing.community.vault);
    let treasury = person("the treasury's tokens");
    closing.put_tokens(&treasury, &mint, &owner, 0);
    closing.set_tokens(&vault, 3);
    let close = ix::DepositPoolClose { treasury: Some(treasury), ..closing.pool_closing() };
    vec![
        scene(
            "deposit_pool_create",
            beside,
            create.instruction(MATURITY, FLOOR),
            &["payer", "constitution", "mint", "new_pool", "new_pool_vault", "token_program", "system_program"],
        ),
        scene(
            "electorate_adopt",
            &adopting,
            adopt.instruction(DEPOSITS),
            &["authority", "constitution", "proposal", "electorate"],
        ),
        scene(
            "deposit_pool_close",
            &closing,
            close.instruction(),
            &["payer", "constitution", "pool", "pool_vault", "mint", "token_program", "treasury"],
        ),
    ]
}

fn deposits<F>(governing: &Depositors, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Depositors, Instruction, &'static [&'static str]) -> Scene,
{
    let mut ripe = governing.clone();
    ripe.add("ana", 5);
    ripe.pass(i64::from(MATURITY));
    let mut empty = governing.clone();
    empty.withdraw("cleo", 100);
    let open = ix::DepositOpen { payer: governing.stranger(), ..governing.open("dora") };
    let by_anybody = ix::DepositMature { authority: governing.stranger(), ..ripe.maturing("ana") };
    let expires_at = governing.now() + DAY;
    vec![
        scene(
            "deposit_open",
            governing,
            open.instruction(person("dora")),
            &["payer", "constitution", "pool", "new_deposit", "system_program"],
        ),
        scene("deposit_add", governing, governing.transfer("ana").instruction(5), &TOKENS),
        scene("deposit_withdraw", governing, governing.withdrawal("ana", 5), &TOKENS),
        scene("deposit_mature", &ripe, by_anybody.instruction(), &["authority", "constitution", "deposit", "pool"]),
        scene(
            "deposit_delegate",
            governing,
            governing.delegation("ana").instruction(person("ben"), expires_at),
            &["authority", "constitution", "deposit"],
        ),
        scene(
            "deposit_close",
            &empty,
            empty.closing("cleo").instruction(),
            &["authority", "constitution", "deposit", "payer"],
        ),
    ]
}

fn votes<F>(governing: &Depositors, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Depositors, Instruction, &'static [&'static str]) -> Scene,
{
    let draft = governing.draft_of("ana", &Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
    let mut voting = governing.clone();
    let proposal = voting.voting();
    let mut closing = voting.clone();
    closing.finalize(&proposal);
    vec![
        scene("proposal_create", governing, draft.instruction(), super::CREATE),
        scene(
            "deposit_vote",
            &voting,
            voting.ballot_of(&proposal, "ana").instruction(FOR),
            &["voter", "proposal", "deposit", "ballot_page"],
        ),
        scene("proposal_close", &closing, closing.close(&proposal).instruction(), super::CLOSE),
    ]
}
