//! Changes of what decides besides the voters, in words: parameters, veto body, attestor.

use quantumagi_interface::events::{
    ParametersAmended, ProposalAttested, ProposalVetoed, SettingsAmended, VetoBodyAdopted,
};
use quantumagi_rpc::solana::Address;
use quantumagi_rules::Bps;
use quantumagi_rules::lifecycle::Status;
use quantumagi_rules::parameters::{ParameterChange, Track, TrackParameters};
use quantumagi_rules::settings::Settings;

use super::amount::{bps, counted, hash, quoted, sol};
use super::moment::duration;
use super::names::Names;

/// The track in one word.
#[must_use]
pub fn track_name(track: Track) -> &'static str {
    match track {
        Track::Policy => "policy",
        Track::Treasury => "treasury",
        Track::Amendment => "amendment",
        Track::Ratification => "ratification",
    }
}

/// A track's parameters by name and value, in the order in which they are stored.
#[must_use]
pub fn describe_parameters(parameters: &TrackParameters) -> [(&'static str, String); 13] {
    described(parameters).map(|(name, words, _)| (name, words))
}

/// With the exact number.
fn described(parameters: &TrackParameters) -> [(&'static str, String, u32); 13] {
    let TrackParameters {
        threshold_bps,
        quorum_bps,
        min_for_bps,
        entrenched_threshold_bps,
        veto_bps,
        slash_bps,
        discussion_seconds,
        voting_seconds,
        extension_seconds,
        cooloff_seconds,
        timelock_seconds,
        window_seconds,
        deposit_lamports,
    } = *parameters;
    let share = |name, value: u16| (name, bps(Bps(value)), u32::from(value));
    let time = |name, seconds: u32| (name, duration(u64::from(seconds)), seconds);
    let all = [
        share("threshold", threshold_bps),
        share("quorum", quorum_bps),
        share("minimum for", min_for_bps),
        share("entrenched threshold", entrenched_threshold_bps),
        share("veto", veto_bps),
        share("forfeit below", slash_bps),
        time("discussion", discussion_seconds),
        time("voting", voting_seconds),
        time("extension", extension_seconds),
        time("cool-off", cooloff_seconds),
        time("timelock", timelock_seconds),
        time("window", window_seconds),
        ("deposit", sol(u64::from(deposit_lamports)), deposit_lamports),
    ];
    all.map(|(name, words, exact)| (name, if exact == 0 { "none".to_owned() } else { words }, exact))
}

/// What a change of parameters does: the parameters that it changes, from what to what.
pub(super) fn describe_change(change: &ParameterChange) -> (String, Vec<String>) {
    let (before, after) = (described(&change.before), described(&change.after));
    let changed = before.iter().zip(&after).filter(|(before, after)| before.2 != after.2);
    let details = changed.map(|((name, before, exact), (_, after, other))| {
        // A duration is told in its two largest units: two that read alike must not look like no change.
        if before == after {
            format!("{name}: {before} ({exact} seconds) → {after} ({other} seconds)")
        } else {
            format!("{name}: {before} → {after}")
        }
    });
    let details = details.collect::<Vec<_>>();
    let track = track_name(change.track);
    (format!("changes the {track} track ({})", details.join(", ")), details)
}

/// What new settings do.
pub(super) fn describe_settings(settings: &Settings, names: &Names) -> (String, Vec<String>) {
    let Settings { attestor, attestation_mark, max_open_proposals } = *settings;
    let attestor = Address::new_from_array(attestor);
    let open = format!("a proposer may have {} open", counted(u64::from(max_open_proposals), "proposal"));
    if attestor == Address::default() {
        return (format!("lets proposals go without an attestor; {open}"), Vec::new());
    }
    let mark = bps(Bps(attestation_mark));
    let sentence = format!("makes {} the attestor, with a mark of {mark}; {open}", names.address(&attestor));
    (sentence, vec![format!("attestor {attestor}")])
}

pub(super) fn parameters_amended(e: &ParametersAmended, by: &str) -> String {
    let track = Track::from_u8(e.track).map_or_else(|| format!("track {}", e.track), |track| track_name(track).into());
    let all = describe_parameters(&e.parameters.into()).map(|(name, value)| format!("{name} {value}"));
    format!("parameters of the {track} track are now {}, {by}", all.join(", "))
}

pub(super) fn veto_body_adopted(e: &VetoBodyAdopted, by: &str) -> String {
    if e.version == 0 {
        return format!("later proposals have no veto body, {by}");
    }
    format!("roster {} is the veto body of later proposals, total weight {}, {by}", e.version, e.total_weight)
}

pub(super) fn settings_amended(e: &SettingsAmended, by: &str, names: &Names) -> String {
    let SettingsAmended { attestor, attestation_mark, max_open_proposals, .. } = *e;
    let settings = Settings { attestor: attestor.to_bytes(), attestation_mark, max_open_proposals };
    format!("settings amended: {}, {by}", describe_settings(&settings, names).0)
}

pub(super) fn proposal_vetoed(e: &ProposalVetoed, names: &Names) -> String {
    let outcome = if e.status == Status::Vetoed as u8 { "; it is vetoed" } else { "" };
    format!("{} vetoes it with weight {}, {} so far{outcome}", names.address(&e.member), e.weight, e.veto_weight)
}

pub(super) fn proposal_attested(e: &ProposalAttested, names: &Names) -> String {
    let report = names
        .titles
        .get(&e.report_hash)
        .map_or_else(|| format!("the report {}", hash(&e.report_hash)), |title| quoted(title));
    format!("attested by {} with {}, see {report}", names.address(&e.attestor), bps(Bps(e.score)))
}

#[cfg(test)]
mod tests;
