//! `constitution_create`: anybody founds a constitution.

use crate::support::*;

fn create(founding: &Founding) -> ix::ConstitutionCreate {
    let create_key = founding.create_key();
    let constitution = pda::constitution(&create_key);
    ix::ConstitutionCreate { founder: person("ada"), create_key, constitution, vault: pda::vault(&constitution) }
}

fn args(founding: &Founding) -> types::ConstitutionCreateArgs {
    types::ConstitutionCreateArgs { text_hash: hash("version 1"), tracks: founding.tracks }
}

fn world() -> World {
    let mut world = World::new();
    world.fund(&person("ada"), 1_000_000_000);
    world
}

#[test]
fn constitution_create_writes_what_it_was_given_and_nothing_else() {
    let (mut world, founding) = (world(), Founding::default());
    let accounts = create(&founding);
    let done = world.send(accounts.instruction(&args(&founding)));

    let stored = world.constitution(&accounts.constitution);
    let (_, bump) = Address::find_program_address(&[b"constitution", accounts.create_key.as_ref()], &PROGRAM_ID);
    let (_, vault_bump) = Address::find_program_address(&[b"vault", accounts.constitution.as_ref()], &PROGRAM_ID);
    let expected = accounts::Constitution {
        create_key: accounts.create_key,
        founder: person("ada"),
        electorate: Address::default(),
        vault: accounts.vault,
        veto_roster: Address::default(),
        attestor: Address::default(),
        text_hash: hash("version 1"),
        parent_hash: [0; 32],
        chain: stored.chain,
        next_proposal_id: 0,
        next_policy_id: 0,
        paused_from: [0; 4],
        paused_until: [0; 4],
        version: 1,
        next_principle_id: 0,
        next_roster_version: 1,
        roster_version: 0,
        next_electorate_version: 1,
        next_emergency_id: 0,
        required_delays: [0; 4],
        policy_life_seconds: 0,
        guardrails: 0,
        tracks: founding.tracks,
        attestation_mark: 0,
        max_open_proposals: 16,
        electorate_kind: 0,
        layout_version: 1,
        is_sealed: 0,
        bump,
        vault_bump,
    };
    assert_eq!(stored, expected);
    assert_eq!(stored.chain.sequence, 1);
    let Event::ConstitutionCreated(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.constitution, event.sequence, event.at), (accounts.constitution, 0, START));
    assert_eq!((event.create_key, event.founder), (accounts.create_key, person("ada")));
    assert_eq!((event.text_hash, event.tracks), (hash("version 1"), founding.tracks));
}

#[test]
fn constitution_create_takes_the_rent_from_the_founder() {
    let (mut world, founding) = (world(), Founding::default());
    let accounts = create(&founding);
    world.send(accounts.instruction(&args(&founding)));
    let rent = world.rent(accounts::Constitution::LEN);
    assert_eq!(world.lamports(&accounts.constitution), rent);
    assert_eq!(world.lamports(&person("ada")), 1_000_000_000 - rent);
    assert_eq!(world.account(&accounts.vault), None, "the vault is an address, not an account");
}

#[test]
fn a1_constitution_create_refuses_without_the_create_keys_signature() {
    let (mut world, founding) = (world(), Founding::default());
    let instruction = create(&founding).instruction(&args(&founding));
    check_refused(&mut world, unsigned(instruction, 1), InstructionError::MissingRequiredSignature);
}

#[test]
fn constitution_create_refuses_without_the_founders_signature() {
    let (mut world, founding) = (world(), Founding::default());
    let instruction = create(&founding).instruction(&args(&founding));
    check_refused(&mut world, unsigned(instruction, 0), InstructionError::MissingRequiredSignature);
}

#[test]
fn a1_constitution_create_refuses_a_create_key_that_was_used() {
    let (mut world, founding) = (world(), Founding::default());
    let accounts = create(&founding);
    world.send(accounts.instruction(&args(&founding)));
    let again = types::ConstitutionCreateArgs { text_hash: hash("another"), ..args(&founding) };
    check_refused(&mut world, accounts.instruction(&again), ACCOUNT_IN_USE);
}

#[test]
fn constitution_create_refuses_an_address_that_is_not_the_create_keys() {
    let (mut world, founding) = (world(), Founding::default());
    let accounts = ix::ConstitutionCreate { constitution: pda::constitution(&person("bob")), ..create(&founding) };
    check_refused(&mut world, accounts.instruction(&args(&founding)), InstructionError::InvalidSeeds);
}

#[test]
fn constitution_create_refuses_a_vault_of_another_constitution() {
    let (mut world, founding) = (world(), Founding::default());
    let accounts = ix::ConstitutionCreate { vault: pda::vault(&person("bob")), ..create(&founding) };
    check_refused(&mut world, accounts.instruction(&args(&founding)), InstructionError::InvalidSeeds);
}

#[test]
fn constitution_create_refuses_an_empty_text_hash() {
    let (mut world, founding) = (world(), Founding::default());
    let empty = types::ConstitutionCreateArgs { text_hash: [0; 32], ..args(&founding) };
    check_refused(&mut world, create(&founding).instruction(&empty), GovError::TextEmpty);
}

type Change = fn(&mut types::TrackConfig);

#[test]
fn l2_l3_t8_constitution_create_refuses_each_parameter_of_each_track_out_of_bounds() {
    let out_of_bounds: [Change; 19] = [
        |track| track.threshold_bps = 5_999,
        |track| (track.threshold_bps, track.entrenched_threshold_bps) = (10_001, 10_001),
        |track| track.quorum_bps = 499,
        |track| track.quorum_bps = 10_001,
        |track| track.min_for_bps = 99,
        |track| track.min_for_bps = 10_001,
        |track| track.entrenched_threshold_bps = 7_499,
        |track| track.entrenched_threshold_bps = 10_001,
        |track| (track.threshold_bps, track.entrenched_threshold_bps) = (8_000, 7_999),
        |track| track.discussion_seconds = 59,
        |track| track.discussion_seconds = 2_592_001,
        |track| (track.voting_seconds, track.extension_seconds) = (3_599, 0),
        |track| track.voting_seconds = 2_592_001,
        |track| (track.voting_seconds, track.extension_seconds) = (3_600, 3_601),
        |track| (track.voting_seconds, track.extension_seconds) = (2_592_000, 604_801),
        |track| track.timelock_seconds = 3_599,
        |track| track.timelock_seconds = 7_776_001,
        |track| track.window_seconds = 3_599,
        |track| track.window_seconds = 7_776_001,
    ];
    let mut world = world();
    for change in out_of_bounds {
        for track in 0..3 {
            let mut founding = Founding::default();
            change(&mut founding.tracks[track]);
            check_refused(&mut world, create(&founding).instruction(&args(&founding)), GovError::ParameterOutOfRange);
        }
    }
}

#[test]
fn constitution_create_allows_each_parameter_at_its_bounds() {
    let lowest = types::TrackConfig {
        threshold_bps: 6_000,
        quorum_bps: 500,
        min_for_bps: 100,
        entrenched_threshold_bps: 7_500,
        discussion_seconds: 60,
        voting_seconds: 3_600,
        extension_seconds: 0,
        timelock_seconds: 3_600,
        window_seconds: 3_600,
        veto_bps: 0,
        slash_bps: 0,
        cooloff_seconds: 0,
        deposit_lamports: 0,
    };
    let highest = types::TrackConfig {
        threshold_bps: 10_000,
        quorum_bps: 10_000,
        min_for_bps: 10_000,
        entrenched_threshold_bps: 10_000,
        discussion_seconds: 2_592_000,
        voting_seconds: 2_592_000,
        extension_seconds: 604_800,
        timelock_seconds: 7_776_000,
        window_seconds: 7_776_000,
        veto_bps: 10_000,
        slash_bps: 1_000,
        cooloff_seconds: 1_209_600,
        deposit_lamports: 2_500_000,
    };
    // Money, the constitution and the guardians take twice the quorum; a ratification cannot be vetoed or put off.
    let grave = types::TrackConfig { quorum_bps: 1_000, ..lowest };
    let ratification = types::TrackConfig {
        discussion_seconds: 86_400,
        voting_seconds: 3 * 86_400,
        extension_seconds: 86_400,
        timelock_seconds: 86_400,
        veto_bps: 0,
        cooloff_seconds: 0,
        ..highest
    };
    for tracks in [[lowest, grave, grave, grave], [highest, highest, highest, ratification]] {
        let (mut world, founding) = (world(), Founding { tracks, ..Founding::default() });
        let accounts = create(&founding);
        world.send(accounts.instruction(&args(&founding)));
        assert_eq!(world.constitution(&accounts.constitution).tracks, tracks);
    }
}
