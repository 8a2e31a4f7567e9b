//! `constitution_seal`: the founder gives up all power.

use crate::support::*;

fn seal(community: &Community) -> ix::ConstitutionSeal {
    ix::ConstitutionSeal { founder: community.founder, constitution: community.constitution }
}

#[test]
fn the_founder_seals_the_constitution() {
    let mut community = Founding::default().unsealed().found();
    let before = community.constitution(&community.constitution);
    let seal = seal(&community).instruction();
    let done = community.send(seal);
    let after = community.constitution(&community.constitution);
    assert_eq!(after, accounts::Constitution { is_sealed: 1, chain: after.chain, ..before });
    let Event::ConstitutionSealed(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.constitution, event.electorate, event.at), (community.constitution, community.roster, START));
}

#[test]
fn constitution_seal_refuses_a_stranger() {
    let mut community = Founding::default().unsealed().found();
    let seal = ix::ConstitutionSeal { founder: community.stranger(), ..seal(&community) };
    check_refused(&mut community, seal.instruction(), GovError::NotFounder);
}

#[test]
fn constitution_seal_refuses_a_founder_who_did_not_sign() {
    let mut community = Founding::default().unsealed().found();
    let seal = unsigned(seal(&community).instruction(), 0);
    check_refused(&mut community, seal, InstructionError::MissingRequiredSignature);
}

#[test]
fn constitution_seal_refuses_a_second_time() {
    let mut community = Founding::default().found();
    let seal = seal(&community).instruction();
    check_refused(&mut community, seal, GovError::AlreadySealed);
}

#[test]
fn constitution_seal_refuses_without_voters() {
    let mut world = World::new();
    let founder = person("ada");
    world.fund(&founder, 1_000_000_000);
    let create_key = person("create key");
    let constitution = pda::constitution(&create_key);
    let create = ix::ConstitutionCreate { founder, create_key, constitution, vault: pda::vault(&constitution) };
    let tracks = Founding::default().tracks;
    world.send(create.instruction(&types::ConstitutionCreateArgs { text_hash: hash("version 1"), tracks }));
    let seal = ix::ConstitutionSeal { founder, constitution };
    check_refused(&mut world, seal.instruction(), GovError::ElectorateMissing);
}
