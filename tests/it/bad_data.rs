//! Instruction data that is cut off, too long, or says it is longer than it is.

use crate::scenes::scenes;
use crate::support::*;

#[test]
fn data_that_is_cut_off_anywhere_is_refused() {
    for scene in scenes() {
        let mut world = scene.world;
        for len in 0..scene.instruction.data.len() {
            let mut cut = scene.instruction.clone();
            cut.data.truncate(len);
            let before = world.snapshot();
            let failed = world.try_send(&[cut]).expect_err(scene.name);
            assert_eq!(error_of(&failed), InstructionError::InvalidInstructionData, "{} to {len} bytes", scene.name);
            assert!(before == world.snapshot(), "{}", scene.name);
        }
    }
}

#[test]
fn bytes_and_accounts_behind_the_end_mean_nothing() {
    for scene in scenes() {
        let mut exact = scene.world.clone();
        exact.send(scene.instruction.clone());
        let mut longer = scene.instruction;
        longer.data.extend([1, 2, 3]);
        // Some instructions read the accounts behind the declared ones; for those they mean something.
        let readers = ["proposal_create", "proposal_execute", "vault_transfer_tokens", "program_upgrade"];
        if !readers.contains(&scene.name) {
            longer.accounts.push(quantumagi_interface::AccountMeta::new(person("wallet"), true));
        }
        let mut world = scene.world;
        world.send(longer);
        assert!(exact.snapshot() == world.snapshot(), "{}", scene.name);
    }
}

#[test]
fn a_discriminator_that_is_no_instructions_is_refused() {
    for scene in scenes() {
        let mut world = scene.world;
        let mut other = scene.instruction;
        other.data[7] ^= 0x55;
        check_refused(&mut world, other, InstructionError::InvalidInstructionData);
    }
}

#[test]
fn a_list_that_says_it_is_longer_than_the_data_is_refused() {
    let mut world = World::new();
    let publish = ix::TextPublish { publisher: person("ada"), text: person("text") };
    for claimed in [5u32, 1 << 20, u32::MAX] {
        let mut instruction = publish.instruction(4, 0, b"text");
        instruction.data[16..20].copy_from_slice(&claimed.to_le_bytes());
        check_refused(&mut world, instruction, InstructionError::InvalidInstructionData);
    }
}

#[test]
fn every_refusal_the_program_knows_is_provoked_by_a_test() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = std::fs::read_to_string(folder.join("fixtures/wrong_accounts.txt")).unwrap();
    for entry in std::fs::read_dir(folder.join("it")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    let words = text.split(|letter: char| !letter.is_alphanumeric()).collect::<std::collections::BTreeSet<_>>();
    let known = (6_000..6_600).filter_map(GovError::from_code).collect::<Vec<_>>();
    assert!(known.len() > 60, "{}", known.len());
    // Refusals of steps that no instruction of this program asks for yet.
    let awaited = [GovError::VetoNotOpen, GovError::NothingToHold];
    for error in known.into_iter().filter(|error| !awaited.contains(error)) {
        assert!(words.contains(error.name()), "no test provokes {}", error.name());
    }
}
