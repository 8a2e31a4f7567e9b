//! One instruction of every kind, in a world where it goes through.

mod deposits;
mod emergency;
mod guardrails;
mod snapshots;
mod weight_records;

use crate::support::*;

mod execution;
mod tracks;

/// An instruction that goes through, and what could be mistaken for its accounts.
pub struct Scene {
    pub name: &'static str,
    pub world: World,
    pub instruction: Instruction,
    /// The declared accounts' names, in order.
    pub slots: &'static [&'static str],
    /// Accounts of the same kind that belong to another constitution.
    pub foreign: Vec<(&'static str, Address)>,
}

/// A council of 257, so that there is a ballot page.
fn weights() -> impl Iterator<Item = u64> {
    (0..257).map(|index| if index < 7 { 1_000 } else { 1 })
}

/// Everything a constitution can have at once, to be mistaken for another's.
fn others(world: World) -> (World, Vec<(&'static str, Address)>) {
    let mut others = Founding::named("others").with_weights(weights()).found_in(world);
    let founded_at = others.now();
    let (_, policy) = others.adopt_policy("theirs", 0);
    others.set_time(founded_at);
    let proposal = others.propose(&Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
    let (payer, ballot_page) = (others.stranger(), pda::ballot_page(&proposal, 0));
    others.send(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0));
    let constitution = others.constitution;
    let of_guardrails = guardrails::foreign(&mut others, policy);
    let foreign = vec![
        ("constitution", constitution),
        ("vault", others.vault),
        ("principle", pda::principle(&constitution, 0)),
        ("remaining", pda::principle(&constitution, 1)),
        ("roster", others.roster),
        ("candidate", others.roster),
        ("veto_roster", others.roster),
        ("electorate", others.roster),
        ("roster_page", others.page_of(0)),
        ("membership", others.page_of(0)),
        ("record", pda::proposer(&constitution, &others.member(0))),
        ("proposal", proposal),
        ("ballot_page", ballot_page),
        ("policy", policy),
        ("subject", policy),
    ];
    (others.world, [foreign, of_guardrails].concat())
}

/// The community of all scenes, beside another.
fn stage(founding: Founding) -> (Community, Vec<(&'static str, Address)>) {
    let (mut world, foreign) = others(World::new());
    world.fund(&person("wallet"), 1_000_000_000);
    (founding.with_weights(weights()).found_in(world), foreign)
}

/// The declared accounts of `proposal_create`.
const CREATE: &[&str] = &[
    "proposer",
    "constitution",
    "electorate",
    "membership",
    "record",
    "new_proposal",
    "subject",
    "candidate",
    "veto_roster",
    "program_data",
    "payload",
    "guardrails",
    "system_program",
];

/// The declared accounts of `proposal_close`.
const CLOSE: &[&str] =
    &["constitution", "proposal", "electorate", "candidate", "veto_roster", "vault", "proposer", "record"];
/// The declared accounts of `vault_transfer`.
const VAULT_TRANSFER: &[&str] = &["constitution", "proposal", "vault", "recipient", "guardrails", "system_program"];

const TREASURY: Action<'static> = Action::TransferLamports { recipient: [7; 32], lamports: 5_000_000 };

pub fn scenes() -> Vec<Scene> {
    let (unsealed, foreign) = stage(Founding::default().unsealed());
    let sealed = stage(Founding::default()).0;
    let scene = |name, community: &Community, instruction: Instruction, slots: &'static [&'static str]| Scene {
        name,
        world: community.world.clone(),
        instruction,
        slots,
        foreign: foreign.clone(),
    };
    let mut scenes = by_founder(&unsealed, scene);
    scenes.extend(by_vote(&sealed, scene));
    scenes.extend(rosters(&sealed, scene));
    scenes.extend(proposals(&sealed, scene));
    scenes.extend(policies(&sealed, scene));
    scenes.extend(deposits::scenes());
    let mut watched = stage(Founding::default().with_tracks(vetoable).unsealed()).0;
    let body = watched.adopt_veto_body(2, &VETO_WEIGHTS);
    watched.set_attestor(8_000);
    watched.seal();
    scenes.extend(tracks::scenes(&sealed, &watched, &body, scene));
    scenes.extend(snapshots::scenes());
    scenes.extend(weight_records::scenes());
    scenes.extend(emergency::scenes());
    scenes.extend(execution::scenes(&sealed, scene));
    scenes.extend(guardrails::scenes(&sealed, scene));
    scenes
}

fn by_founder<F>(community: &Community, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let founder = community.founder;
    let create_key = person("another create key");
    let fresh = pda::constitution(&create_key);
    let create = ix::ConstitutionCreate { founder, create_key, constitution: fresh, vault: pda::vault(&fresh) };
    let args = types::ConstitutionCreateArgs { text_hash: hash("text"), tracks: Founding::default().tracks };
    let seal = ix::ConstitutionSeal { founder, constitution: community.constitution };
    let text = b"text";
    let publish = ix::TextPublish { publisher: founder, text: Address::new_from_array(hash("text")) };
    vec![
        scene(
            "constitution_create",
            community,
            create.instruction(&args),
            &["founder", "create_key", "new_constitution", "new_vault", "system_program"],
        ),
        scene("constitution_seal", community, seal.instruction(), &["founder", "constitution"]),
        scene("text_publish", community, publish.instruction(4, 0, text), &["publisher", "text"]),
    ]
}

fn by_vote<F>(community: &Community, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let (authority, constitution) = (community.stranger(), community.constitution);
    let principle = pda::principle(&constitution, 0);
    let approved = |action: &Action| {
        let mut community = community.clone();
        let proposal = community.approved(action);
        (community, proposal)
    };
    let (text_hash, parent_hash) = (hash("version 2"), hash("version 1"));
    let (at_text, proposal) = approved(&Action::ConstitutionAmend { text_hash, parent_hash });
    let text = ix::ConstitutionAmend { authority, constitution, proposal: Some(proposal) };
    let (at_amend, proposal) = approved(&Action::PrincipleAmend { principle_id: 0, version: 1, text_hash });
    let amend = ix::PrincipleAmend { authority, constitution, principle, proposal: Some(proposal) };
    let (at_retire, proposal) = approved(&Action::PrincipleRetire { principle_id: 0, version: 1 });
    let retire = ix::PrincipleRetire { authority, constitution, principle, proposal: Some(proposal), guardrails: None };
    let new = types::PrincipleAddArgs { text_hash, class: 0, category: 0, priority: 0 };
    let (at_add, proposal) = approved(&Action::PrincipleAdd {
        text_hash,
        class: quantumagi_rules::principle::Class::Ordinary,
        category: quantumagi_rules::principle::Category::Governance,
        priority: 0,
    });
    let principle = pda::principle(&constitution, 2);
    let add = ix::PrincipleAdd { authority, constitution, principle, proposal: Some(proposal) };
    let (at_pay, proposal) = approved(&TREASURY);
    let recipient = Address::new_from_array([7; 32]);
    let pay = ix::VaultTransfer { constitution, proposal, vault: community.vault, recipient, guardrails: None };
    let mut at_call = community.clone();
    let program = person("callee");
    let program_data = Some(at_call.deploy_memo(&program));
    let call = Call { program, program_data, accounts: Vec::new(), data: b"we agree".to_vec() };
    let proposal = call.approved(&mut at_call);
    let execute = call.execute(&at_call, proposal);
    let changes: &[_] = &["authority", "constitution", "proposal", "principle"];
    vec![
        scene(
            "constitution_amend",
            &at_text,
            text.instruction(text_hash, parent_hash),
            &["authority", "constitution", "proposal"],
        ),
        scene("principle_amend", &at_amend, amend.instruction(1, text_hash), changes),
        scene(
            "principle_retire",
            &at_retire,
            retire.instruction(1),
            &["authority", "constitution", "proposal", "principle", "guardrails"],
        ),
        scene(
            "principle_add",
            &at_add,
            add.instruction(&new),
            &["authority", "constitution", "new_principle", "proposal", "system_program"],
        ),
        scene("vault_transfer", &at_pay, pay.instruction(5_000_000), VAULT_TRANSFER),
        scene("proposal_execute", &at_call, execute, execution::VAULT_ORDER),
    ]
}

fn rosters<F>(community: &Community, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let (payer, constitution) = (community.stranger(), community.constitution);
    let roster = pda::roster(&constitution, 2);
    let roster_page = pda::roster_page(&roster, 0);
    let create = ix::RosterCreate { payer, constitution, roster };
    let mut begun = community.clone();
    begun.send(create.instruction(1));
    let open = ix::RosterPageOpen { payer, constitution, roster, roster_page };
    let mut opened = begun.clone();
    opened.send(open.instruction(0));
    let extend = ix::RosterExtend { payer, constitution, roster, roster_page };
    let members = [types::Member { voter: member_key("board", 0), weight: 1 }];
    let mut full = opened.clone();
    full.send(extend.instruction(&members));
    let page_close = ix::RosterPageClose { authority: payer, constitution, roster, roster_page, payer };
    let mut empty = full.clone();
    empty.send(page_close.instruction());
    let close = ix::RosterClose { authority: payer, constitution, roster, payer };
    let mut approved = full.clone();
    let members_hash = full.roster(&roster).members_hash;
    let proposal = approved.approved(&Action::RosterAdopt { roster_version: 2, members_hash });
    let adopt = ix::RosterAdopt { authority: payer, constitution, roster, proposal: Some(proposal) };
    vec![
        scene(
            "roster_create",
            community,
            create.instruction(1),
            &["payer", "constitution", "new_roster", "system_program"],
        ),
        scene(
            "roster_page_open",
            &begun,
            open.instruction(0),
            &["payer", "constitution", "roster", "new_roster_page", "system_program"],
        ),
        scene(
            "roster_extend",
            &opened,
            extend.instruction(&members),
            &["payer", "constitution", "roster", "roster_page"],
        ),
        scene("roster_adopt", &approved, adopt.instruction(), &["authority", "constitution", "proposal", "roster"]),
        scene(
            "roster_page_close",
            &full,
            page_close.instruction(),
            &["authority", "constitution", "roster", "roster_page", "payer"],
        ),
        scene("roster_close", &empty, close.instruction(), &["authority", "constitution", "roster", "payer"]),
    ]
}

fn proposals<F>(community: &Community, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let payer = community.stranger();
    let mut with_candidate = community.clone();
    let members = community.members[..1].to_vec();
    let candidate = with_candidate.fill_roster(&payer, 2, &members);
    let members_hash = with_candidate.roster(&candidate).members_hash;
    let principles = [0, 1].map(|id| pda::principle(&community.constitution, id));
    let draft = with_candidate.draft(&Action::RosterAdopt { roster_version: 2, members_hash }).citing([principles[0]]);
    let mut proposed = with_candidate.clone();
    let proposal = proposed.create(&draft);
    let amendment = Action::PrincipleAmend { principle_id: 0, version: 1, text_hash: hash("new") };
    let with_subject = community.draft(&amendment).citing([principles[1]]);
    let ballot_page = pda::ballot_page(&proposal, 0);
    let open = ix::BallotPageOpen { payer, proposal, ballot_page };
    let mut opened = proposed.clone();
    opened.send(open.instruction(0));
    let cancel = ix::ProposalCancel { proposer: community.member(0), proposal };
    opened.open_voting(&proposal);
    let vote = opened.ballot(&proposal, 256, FOR);
    let mut defeated = opened.clone();
    defeated.defeat(&proposal);
    let mut ended = opened.clone();
    let ends_at = ended.proposal(&proposal).ends_at;
    ended.set_time(ends_at);
    let page_close = ix::BallotPageClose { proposal, ballot_page, payer };
    let mut closable = defeated.clone();
    closable.send(page_close.instruction());
    let close = ix::ProposalClose { candidate: Some(candidate), ..closable.close(&proposal) };
    let mut approved = community.clone();
    let missed = approved.approved(&TREASURY);
    let closes_at = approved.closes_at(&missed);
    approved.set_time(closes_at);
    let owner = person("newcomer");
    let (constitution, record) = (community.constitution, pda::proposer(&community.constitution, &owner));
    let founder = community.founder;
    let proposer_open = ix::ProposerOpen { payer: founder, constitution, record };
    let mut with_count = community.clone();
    with_count.send(proposer_open.instruction(owner));
    let proposer_close = ix::ProposerClose { authority: owner, constitution, record, payer: founder };
    vec![
        scene(
            "proposer_open",
            community,
            proposer_open.instruction(owner),
            &["payer", "constitution", "new_record", "system_program"],
        ),
        scene(
            "proposer_close",
            &with_count,
            proposer_close.instruction(),
            &["authority", "constitution", "record", "payer"],
        ),
        scene("proposal_create", &with_candidate, draft.instruction(), CREATE),
        scene("proposal_create", community, with_subject.instruction(), CREATE),
        scene("proposal_cancel", &proposed, cancel.instruction(), &["proposer", "proposal"]),
        scene(
            "ballot_page_open",
            &proposed,
            open.instruction(0),
            &["payer", "proposal", "new_ballot_page", "system_program"],
        ),
        scene("proposal_vote", &opened, vote, &["voter", "proposal", "roster_page", "ballot_page"]),
        scene("proposal_finalize", &ended, ix::ProposalFinalize { proposal }.instruction(), &["proposal"]),
        scene("ballot_page_close", &defeated, page_close.instruction(), &["proposal", "ballot_page", "payer"]),
        scene("proposal_close", &closable, close.instruction(), CLOSE),
        scene("proposal_expire", &approved, approved.expire(&missed), &["constitution", "proposal"]),
        scene(
            "proposal_close",
            &closable,
            close.instruction(),
            &["constitution", "proposal", "electorate", "candidate", "proposer", "record"],
        ),
        scene("proposal_expire", &approved, approved.expire(&missed), &["constitution", "proposal"]),
    ]
}

fn policies<F>(community: &Community, scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let (payer, constitution) = (community.stranger(), community.constitution);
    let text_hash = hash("be kind");
    let mut approved = community.clone();
    let proposal = approved.approved(&Action::PolicyAdopt { text_hash, sunset_at: START + 60 * DAY });
    let policy = pda::policy(&constitution, 0);
    let adopt = ix::PolicyAdopt { payer, constitution, proposal, policy };
    let mut in_force = approved.clone();
    in_force.send(adopt.instruction(text_hash, START + 60 * DAY));
    let mut at_amend = in_force.clone();
    let proposal = at_amend.approved(&Action::PolicyAmend { policy_id: 0, text_hash, sunset_at: 0 });
    let amend = ix::PolicyAmend { constitution, policy, proposal };
    let mut at_repeal = in_force.clone();
    let proposal = at_repeal.approved(&Action::PolicyRepeal { policy_id: 0 });
    let repeal = ix::PolicyRepeal { constitution, policy, proposal };
    let mut at_sunset = in_force;
    at_sunset.set_time(START + 60 * DAY);
    let sunset = ix::PolicySunset { constitution, policy };
    let mut ended = at_sunset.clone();
    ended.send(sunset.instruction());
    let close = ix::PolicyClose { constitution, policy, payer };
    let changes: &[_] = &["constitution", "policy", "proposal"];
    vec![
        scene(
            "policy_adopt",
            &approved,
            adopt.instruction(text_hash, START + 60 * DAY),
            &["payer", "constitution", "proposal", "new_policy", "system_program"],
        ),
        scene("policy_amend", &at_amend, amend.instruction(text_hash, 0), changes),
        scene("policy_repeal", &at_repeal, repeal.instruction(), changes),
        scene("policy_sunset", &at_sunset, sunset.instruction(), &["constitution", "policy"]),
        scene("policy_close", &ended, close.instruction(), &["constitution", "policy", "payer"]),
    ]
}
