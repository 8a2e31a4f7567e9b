//! Scenes of what decides besides the voters: parameters, veto body, attestor.

use quantumagi_rules::parameters::{ParameterChange, Track};
use quantumagi_rules::settings::Settings;

use super::Scene;
use crate::support::*;

pub fn scenes<F>(community: &Community, watched: &Community, body: &[types::Member], scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene + Copy,
{
    let (authority, constitution) = (community.stranger(), community.constitution);
    let approved = |action: &Action| {
        let mut community = community.clone();
        let proposal = community.approved(action);
        (community, Some(proposal))
    };
    let mandated: &[_] = &["authority", "constitution", "proposal"];
    let before = community.constitution(&constitution).tracks[0];
    let after = types::TrackConfig { window_seconds: 7_200, ..before };
    let change = ParameterChange { track: Track::Policy, before: before.into(), after: after.into() };
    let (at_parameters, proposal) = approved(&Action::ParametersAmend(change));
    let parameters = ix::ParametersAmend { authority, constitution, proposal, guardrails: None };
    let attestor = person("attestor");
    let settings = Settings { attestor: attestor.to_bytes(), attestation_mark: 8_000, max_open_proposals: 3 };
    let (at_settings, proposal) = approved(&Action::SettingsAmend(settings));
    let amend = ix::SettingsAmend { authority, constitution, proposal };
    let (at_removal, proposal) = approved(&Action::VetoBodyAdopt { roster_version: 0, members_hash: [0; 32] });
    let remove = ix::VetoBodyRemove { authority, constitution, proposal };
    let mut at_adoption = community.clone();
    at_adoption.fill_veto_body(2, &VETO_WEIGHTS);
    let roster = pda::roster(&constitution, 2);
    let members_hash = at_adoption.roster(&roster).members_hash;
    let proposal = Some(at_adoption.approved(&Action::VetoBodyAdopt { roster_version: 2, members_hash }));
    let adopt = ix::VetoBodyAdopt { authority, constitution, roster, proposal };
    vec![
        scene(
            "parameters_amend",
            &at_parameters,
            parameters.instruction(0, &after),
            &["authority", "constitution", "proposal", "guardrails"],
        ),
        scene("settings_amend", &at_settings, amend.instruction(attestor, 8_000, 3), mandated),
        scene("veto_body_remove", &at_removal, remove.instruction(), mandated),
        scene(
            "veto_body_adopt",
            &at_adoption,
            adopt.instruction(),
            &["authority", "constitution", "proposal", "roster"],
        ),
    ]
    .into_iter()
    .chain(watched_scenes(watched, body, scene))
    .collect()
}

/// In a community with a veto body and an attestor.
fn watched_scenes<F>(community: &Community, body: &[types::Member], scene: F) -> Vec<Scene>
where
    F: Fn(&'static str, &Community, Instruction, &'static [&'static str]) -> Scene,
{
    let draft = community.draft(&Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
    let mut voting = community.clone();
    let proposal = voting.create(&draft);
    voting.open_voting(&proposal);
    let (veto, attest) = (voting.veto(&proposal, body, 0), voting.attest(&proposal, 9_000));
    let mut defeated = voting.clone();
    defeated.defeat(&proposal);
    let close = defeated.close(&proposal).instruction();
    vec![
        scene("proposal_create", community, draft.instruction(), super::CREATE),
        scene("proposal_veto", &voting, veto, &["voter", "proposal", "roster_page"]),
        scene("proposal_attest", &voting, attest, &["attestor", "proposal"]),
        scene("proposal_close", &defeated, close, super::CLOSE),
    ]
}
