//! Guardrails, and how they are broken, in words.

use quantumagi_rpc::solana::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::guardrail::{Breach, Guardrail, Parameter};
use quantumagi_rules::parameters::Track;

use super::amount::sol;
use super::moment::utc;
use super::names::Names;

/// What a guardrail says, as a sentence without its end: `at most 5 SOL leave the vault within 7 days`.
#[must_use]
pub fn describe_guardrail(guardrail: &Guardrail, names: &Names) -> String {
    let name = |address: &[u8; 32]| names.address(&Address::from(*address));
    match guardrail {
        Guardrail::LamportsPerWindow { limit, window_seconds } => {
            format!("at most {} leave the vault within {}", sol(*limit), duration(*window_seconds))
        }
        Guardrail::TokensPerWindow { mint, limit, window_seconds } => {
            let window = duration(*window_seconds);
            format!("at most {limit} base units of {} leave the vault's accounts within {window}", name(mint))
        }
        Guardrail::ForbiddenProgram { program } => format!("program {} is never called nor handed on", name(program)),
        Guardrail::RequiredDelay { track, seconds } => {
            let track = track_name(*track);
            format!("{track} proposals wait at least {} between voting and execution", duration(*seconds))
        }
        Guardrail::ParameterRange { track, parameter, min, max } => {
            let (track, field) = (track_name(*track), parameter.name());
            let (min, max) = (value(*parameter, *min), value(*parameter, *max));
            format!("{field} of the {track} track stays between {min} and {max}")
        }
        Guardrail::PolicySunset { seconds } => {
            format!("every policy ends by itself within {} of its adoption or amendment", duration(*seconds))
        }
        Guardrail::NeverWritable { account } => format!("account {} is never written", name(account)),
    }
}

/// An amount that a guardrail limits, in its unit: SOL, or base units of a token.
#[must_use]
pub fn guarded_amount(guardrail: &Guardrail, amount: u64) -> String {
    match guardrail {
        Guardrail::LamportsPerWindow { .. } => sol(amount),
        Guardrail::TokensPerWindow { .. }
        | Guardrail::ForbiddenProgram { .. }
        | Guardrail::RequiredDelay { .. }
        | Guardrail::ParameterRange { .. }
        | Guardrail::PolicySunset { .. }
        | Guardrail::NeverWritable { .. } => amount.to_string(),
    }
}

/// What would happen that this guardrail forbids, with both values.
#[must_use]
pub fn describe_breach(guardrail: &Guardrail, breach: &Breach, names: &Names) -> String {
    let name = |address: &[u8; 32]| names.address(&Address::from(*address));
    let units = |amount| guarded_amount(guardrail, amount);
    match breach {
        Breach::OverLimit { spent: 0, amount, limit } => {
            format!("{} would leave, and {} may", units(*amount), units(*limit))
        }
        Breach::OverLimit { spent, amount, limit } => {
            let spent = u64::try_from(*spent).map_or_else(|_| spent.to_string(), units);
            format!("{} would leave after {spent} within the window, and {} may", units(*amount), units(*limit))
        }
        Breach::ForbiddenProgram { program } => format!("program {} would be called or handed on", name(program)),
        Breach::DelayTooShort { track, seconds, least } => {
            let (track, seconds, least) = (track_name(*track), duration(*seconds), duration(*least));
            format!("the {track} track's delay would be {seconds}, and must be at least {least}")
        }
        Breach::ParameterOutside { track, parameter, value: given, min, max } => {
            let (track, field) = (track_name(*track), parameter.name());
            let (given, min, max) = (value(*parameter, *given), value(*parameter, *min), value(*parameter, *max));
            format!("{field} of the {track} track would be {given}, and must lie between {min} and {max}")
        }
        Breach::SunsetTooLate { sunset_at: 0, latest } => {
            format!("the policy would never end, and must by {}", utc(UnixSeconds(*latest)))
        }
        Breach::SunsetTooLate { sunset_at, latest } => {
            let (sunset_at, latest) = (utc(UnixSeconds(*sunset_at)), utc(UnixSeconds(*latest)));
            format!("the policy would end at {sunset_at}, and must by {latest}")
        }
        Breach::NeverWritable { account } => format!("account {} would be written", name(account)),
    }
}

fn duration(seconds: u32) -> String {
    super::moment::duration(seconds.into())
}

fn value(parameter: Parameter, value: u32) -> String {
    if parameter.name().ends_with("_seconds") { duration(value) } else { value.to_string() }
}

fn track_name(track: Track) -> &'static str {
    match track {
        Track::Policy => "policy",
        Track::Treasury => "treasury",
        Track::Amendment => "amendment",
        Track::Ratification => "ratification",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(guardrail: Guardrail, expected: &str) {
        assert_eq!(describe_guardrail(&guardrail, &Names::default()), expected);
    }

    #[test]
    fn a_guardrail_reads_as_a_sentence() {
        let limit = 5_000_000_000;
        check(
            Guardrail::LamportsPerWindow { limit, window_seconds: 604_800 },
            "at most 5 SOL leave the vault within 7 days",
        );
        let (track, parameter) = (Track::Treasury, Parameter::Quorum);
        check(
            Guardrail::ParameterRange { track, parameter, min: 1_000, max: 3_000 },
            "quorum_bps of the treasury track stays between 1000 and 3000",
        );
        check(
            Guardrail::RequiredDelay { track, seconds: 172_800 },
            "treasury proposals wait at least 2 days between voting and execution",
        );
    }

    #[test]
    fn a_breach_names_both_values() {
        let tokens = Guardrail::TokensPerWindow { mint: [1; 32], limit: 5, window_seconds: 3_600 };
        let words = |breach| describe_breach(&tokens, &breach, &Names::default());
        let lamports = Guardrail::LamportsPerWindow { limit: 5_000_000_000, window_seconds: 3_600 };
        let paid = Breach::OverLimit { spent: 4_000_000_000, amount: 1_500_000_000, limit: 5_000_000_000 };
        assert_eq!(
            describe_breach(&lamports, &paid, &Names::default()),
            "1.5 SOL would leave after 4 SOL within the window, and 5 SOL may"
        );
        assert_eq!(words(Breach::OverLimit { spent: 0, amount: 6, limit: 5 }), "6 would leave, and 5 may");
        assert_eq!(
            words(Breach::OverLimit { spent: 4, amount: 2, limit: 5 }),
            "2 would leave after 4 within the window, and 5 may"
        );
        assert_eq!(
            words(Breach::SunsetTooLate { sunset_at: 0, latest: 1_800_000_000 }),
            "the policy would never end, and must by 2027-01-15 08:00 UTC"
        );
    }
}
