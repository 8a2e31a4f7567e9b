//! A guardrail as it is typed.

use clap::{Subcommand, ValueEnum};
use quantumagi_rpc::solana::Address;
use quantumagi_rules::guardrail::{Guardrail, Parameter};
use quantumagi_rules::parameters::Track;

use crate::amount;
use crate::moment;

/// What a guardrail says.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Typed {
    /// In no window of this length does more leave the vault.
    Lamports {
        /// The most, in SOL: 1.5.
        #[arg(value_name = "SOL", value_parser = amount::lamports)]
        limit: u64,
        /// Length of the window: 7d, 12h.
        #[arg(long, value_name = "TIME", value_parser = moment::duration)]
        per: u32,
    },
    /// In no window of this length do more tokens of a mint leave the vault's accounts.
    Tokens {
        /// The mint.
        mint: Address,
        /// The most, in base units.
        limit: u64,
        /// Length of the window: 7d, 12h.
        #[arg(long, value_name = "TIME", value_parser = moment::duration)]
        per: u32,
    },
    /// A program that is never called, nor handed to another program.
    ForbiddenProgram {
        /// The program.
        program: Address,
    },
    /// Proposals of a track wait at least so long between voting and execution.
    Delay {
        /// The track.
        #[arg(value_enum)]
        track: TrackName,
        /// The least delay: 2d, 12h.
        #[arg(value_name = "TIME", value_parser = moment::duration)]
        least: u32,
    },
    /// A parameter of a track stays within a range.
    Parameter {
        /// The track.
        #[arg(value_enum)]
        track: TrackName,
        /// The parameter, as `constitution show` names it: quorum_bps.
        #[arg(value_parser = parameter)]
        parameter: Parameter,
        /// Lowest value, in the parameter's unit.
        min: u32,
        /// Highest value.
        max: u32,
    },
    /// Every policy ends by itself, at most so long after it is adopted or amended.
    Sunset {
        /// Longest life: 365d.
        #[arg(value_name = "TIME", value_parser = moment::duration)]
        most: u32,
    },
    /// An account that nothing the vault does may write.
    NeverWritable {
        /// The account.
        account: Address,
    },
}

/// A track by its name.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[allow(missing_docs, reason = "each name says it")]
pub(crate) enum TrackName {
    Policy,
    Treasury,
    Amendment,
    Ratification,
}

impl From<TrackName> for Track {
    fn from(name: TrackName) -> Self {
        match name {
            TrackName::Policy => Self::Policy,
            TrackName::Treasury => Self::Treasury,
            TrackName::Amendment => Self::Amendment,
            TrackName::Ratification => Self::Ratification,
        }
    }
}

fn parameter(text: &str) -> Result<Parameter, String> {
    let found = Parameter::ALL.into_iter().find(|parameter| parameter.name() == text);
    found.ok_or_else(|| format!("one of {}", Parameter::ALL.map(Parameter::name).join(", ")))
}

impl From<Typed> for Guardrail {
    fn from(typed: Typed) -> Self {
        match typed {
            Typed::Lamports { limit, per } => Self::LamportsPerWindow { limit, window_seconds: per },
            Typed::Tokens { mint, limit, per } => {
                Self::TokensPerWindow { mint: mint.to_bytes(), limit, window_seconds: per }
            }
            Typed::ForbiddenProgram { program } => Self::ForbiddenProgram { program: program.to_bytes() },
            Typed::Delay { track, least } => Self::RequiredDelay { track: track.into(), seconds: least },
            Typed::Parameter { track, parameter, min, max } => {
                Self::ParameterRange { track: track.into(), parameter, min, max }
            }
            Typed::Sunset { most } => Self::PolicySunset { seconds: most },
            Typed::NeverWritable { account } => Self::NeverWritable { account: account.to_bytes() },
        }
    }
}
