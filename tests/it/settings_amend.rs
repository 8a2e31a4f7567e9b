//! `settings_amend`: the founder before the seal, an approved proposal after it.

use quantumagi_rules::settings::Settings;

use crate::support::*;

fn amend(community: &Community) -> ix::SettingsAmend {
    ix::SettingsAmend { authority: community.founder, constitution: community.constitution, proposal: None }
}

fn action(attestor: Address, attestation_mark: u16, max_open_proposals: u8) -> Action<'static> {
    Action::SettingsAmend(Settings { attestor: attestor.to_bytes(), attestation_mark, max_open_proposals })
}

#[test]
fn the_founder_amends_settings_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let attestor = person("attestor");
    let before = community.constitution(&community.constitution);
    let instruction = amend(&community).instruction(attestor, 8_000, 2);
    let done = community.send(instruction);
    let after = community.constitution(&community.constitution);
    let expected = accounts::Constitution { attestor, attestation_mark: 8_000, max_open_proposals: 2, ..before };
    assert_eq!(after, accounts::Constitution { chain: after.chain, ..expected });
    let Event::SettingsAmended(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.attestor, event.attestation_mark, event.max_open_proposals), (attestor, 8_000, 2));
    assert_eq!(event.mandate, Address::default());
}

#[test]
fn t6_t7_a_vote_amends_settings_and_open_proposals_keep_their_attestor() {
    let (mut community, attestor) = Founding::default().found_with_attestor(8_000);
    let change = action(Address::default(), 0, 1);
    let proposal = community.approved(&change);
    // Who attests is entrenched: to do without the attestor takes what a proposal takes without a score.
    assert_eq!(community.proposal(&proposal).threshold_bps, 8_000);
    let open = community.propose(&Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
    let accounts = ix::SettingsAmend { authority: community.stranger(), proposal: Some(proposal), ..amend(&community) };
    community.send(accounts.instruction(Address::default(), 0, 1));
    let stored = community.constitution(&community.constitution);
    assert_eq!((stored.attestor, stored.attestation_mark, stored.max_open_proposals), (Address::default(), 0, 1));
    let kept = community.proposal(&open);
    assert_eq!((kept.attestor, kept.attestation_mark, kept.unattested_threshold_bps), (attestor, 8_000, 7_500));
    let attest = community.attest(&open, 8_000);
    community.send(attest);
    // The new cap holds from now on.
    let draft = community.draft(&Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
    check_refused(&mut community, draft.instruction(), GovError::TooManyOpenProposals);
}

#[test]
fn l4_settings_keep_their_bounds() {
    let mut community = Founding::default().unsealed().found();
    let attestor = person("attestor");
    let senseless = [(attestor, 10_001, 4), (Address::default(), 1, 4), (attestor, 8_000, 0), (attestor, 8_000, 17)];
    for (attestor, mark, most) in senseless {
        let instruction = amend(&community).instruction(attestor, mark, most);
        check_refused(&mut community, instruction, GovError::SettingOutOfRange);
    }
    community.seal();
    for (attestor, mark, most) in senseless {
        let draft = community.draft(&action(attestor, mark, most));
        check_refused(&mut community, draft.instruction(), GovError::SettingOutOfRange);
    }
}

#[test]
fn settings_amend_refuses_whoever_may_not() {
    let mut community = Founding::default().unsealed().found();
    let attestor = person("attestor");
    let stranger = ix::SettingsAmend { authority: community.stranger(), ..amend(&community) };
    check_refused(&mut community, stranger.instruction(attestor, 0, 4), GovError::NotFounder);
    let founder = amend(&community).instruction(attestor, 0, 4);
    check_refused(&mut community, unsigned(founder, 0), InstructionError::MissingRequiredSignature);
    community.seal();
    let sealed = amend(&community).instruction(attestor, 0, 4);
    check_refused(&mut community, sealed, GovError::MandateMissing);
    let proposal = community.approved(&action(attestor, 100, 4));
    let accounts = ix::SettingsAmend { proposal: Some(proposal), ..amend(&community) };
    check_refused(&mut community, accounts.instruction(attestor, 101, 4), GovError::DigestMismatch);
}
