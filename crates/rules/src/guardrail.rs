//! Guardrails: what a principle forbids in numbers, whatever a vote says.
//!
//! A principle is a sentence; a guardrail is the part of it that a program can check. Each belongs to one principle and is
//! checked when a proposal is created and again when it is executed. What is checked is decided in `deed`, how much was
//! spent in `spending`.

mod breach;
mod deed;
mod parameter;
mod proposed;
mod spending;
mod table;

pub use breach::Breach;
pub use deed::Deed;
pub use parameter::Parameter;
pub use proposed::Proposed;
pub use spending::{Spending, BUCKETS};
pub use table::{place_for, place_of, Summary};

use crate::{
    parameters::{Track, DAY, HOUR, TIMELOCK_SECONDS},
    Address,
};

/// Most guardrails a constitution can have: they lie in one account, so that one load checks all of them.
pub const MAX_GUARDRAILS: usize = 12;
/// Bytes of an encoded guardrail.
pub const GUARDRAIL_BYTES: usize = 48;
/// Bounds of a spending window, in seconds: an hour to 366 days.
pub const SPENDING_WINDOW_SECONDS: (u32, u32) = (HOUR, 366 * DAY);
/// Bounds of the longest life a policy may be given, in seconds: a day to 3,660 days.
pub const POLICY_LIFE_SECONDS: (u32, u32) = (DAY, 3_660 * DAY);

/// One checkable sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Guardrail {
    /// In no window of this length does more leave the vault.
    LamportsPerWindow {
        /// Most lamports; 0 lets nothing out.
        limit: u64,
        /// Length of the window, in seconds: [`SPENDING_WINDOW_SECONDS`].
        window_seconds: u32,
    },
    /// In no window of this length do more tokens of a mint leave the accounts that the vault owns.
    TokensPerWindow {
        /// The mint.
        mint: Address,
        /// Most base units; 0 lets nothing out.
        limit: u64,
        /// Length of the window, in seconds: [`SPENDING_WINDOW_SECONDS`].
        window_seconds: u32,
    },
    /// A program that is never called, nor handed to another program.
    ForbiddenProgram {
        /// The program.
        program: Address,
    },
    /// Proposals of a track wait at least so long between the end of voting and execution.
    RequiredDelay {
        /// The track.
        track: Track,
        /// Least delay, in seconds: within the bounds of the timelock.
        seconds: u32,
    },
    /// A parameter of a track stays within a range.
    ParameterRange {
        /// The track.
        track: Track,
        /// The parameter.
        parameter: Parameter,
        /// Lowest value.
        min: u32,
        /// Highest value, not below `min`.
        max: u32,
    },
    /// Every policy ends by itself, at most so long after it is adopted or amended.
    PolicySunset {
        /// Longest life, in seconds: [`POLICY_LIFE_SECONDS`].
        seconds: u32,
    },
    /// An account that nothing the vault does may write.
    NeverWritable {
        /// The account.
        account: Address,
    },
}

/// Bytes that are no guardrail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardrailError {
    /// No guardrail has this number.
    UnknownKind {
        /// The number found.
        kind: u8,
    },
    /// A field that this kind has no use for is not zero, or a track or parameter does not exist.
    Meaningless,
    /// A field outside its bounds.
    OutOfRange {
        /// The field's name.
        field: &'static str,
        /// What was asked for.
        value: u32,
        /// Lowest allowed value.
        min: u32,
        /// Highest allowed value.
        max: u32,
    },
}

impl core::fmt::Display for GuardrailError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::UnknownKind { kind } => write!(f, "no guardrail has the number {kind}"),
            Self::Meaningless => f.write_str("a field of the guardrail has no meaning"),
            Self::OutOfRange { field, value, min, max } => {
                write!(f, "{field} is {value}, but must lie between {min} and {max}")
            }
        }
    }
}

impl core::error::Error for GuardrailError {}

/// The fields as they are stored, before anybody knows what they mean.
struct Fields {
    kind: u8,
    track: u8,
    parameter: u8,
    seconds: u32,
    limit: u64,
    address: Address,
}

impl Guardrail {
    /// The first of the encoded bytes, which tells the kind. 0 marks an empty place.
    #[must_use]
    pub fn kind(&self) -> u8 {
        match self {
            Self::LamportsPerWindow { .. } => 1,
            Self::TokensPerWindow { .. } => 2,
            Self::ForbiddenProgram { .. } => 3,
            Self::RequiredDelay { .. } => 4,
            Self::ParameterRange { .. } => 5,
            Self::PolicySunset { .. } => 6,
            Self::NeverWritable { .. } => 7,
        }
    }

    /// The canonical bytes: kind, track, parameter, zero; seconds (u32); limit (u64); address. What a kind has no use for
    /// is zero. A range lies in the limit: lowest value in the low half, highest in the high half.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; GUARDRAIL_BYTES] {
        let fields = self.fields();
        let mut bytes = [0; GUARDRAIL_BYTES];
        let (head, address) = bytes.split_at_mut(16);
        let (head, limit) = head.split_at_mut(8);
        let (head, seconds) = head.split_at_mut(4);
        head.copy_from_slice(&[fields.kind, fields.track, fields.parameter, 0]);
        seconds.copy_from_slice(&fields.seconds.to_le_bytes());
        limit.copy_from_slice(&fields.limit.to_le_bytes());
        address.copy_from_slice(&fields.address);
        bytes
    }

    /// Reads canonical bytes and checks that they make sense.
    ///
    /// # Errors
    /// [`GuardrailError`]; one guardrail has one encoding.
    pub fn from_bytes(bytes: &[u8; GUARDRAIL_BYTES]) -> Result<Self, GuardrailError> {
        let guardrail = Self::from_stored(bytes)?;
        guardrail.check()?;
        // Whatever the kind has no use for must be zero, or two encodings would mean the same.
        if guardrail.to_bytes() == *bytes {
            Ok(guardrail)
        } else {
            Err(GuardrailError::Meaningless)
        }
    }

    /// Reads bytes that passed [`Guardrail::from_bytes`] before they were stored.
    ///
    /// # Errors
    /// [`GuardrailError`] for bytes that cannot have.
    pub fn from_stored(bytes: &[u8; GUARDRAIL_BYTES]) -> Result<Self, GuardrailError> {
        let [kind, track, parameter, _, s0, s1, s2, s3, l0, l1, l2, l3, l4, l5, l6, l7, address @ ..] = *bytes;
        let seconds = u32::from_le_bytes([s0, s1, s2, s3]);
        let limit = u64::from_le_bytes([l0, l1, l2, l3, l4, l5, l6, l7]);
        let track = Track::from_u8(track).ok_or(GuardrailError::Meaningless);
        Ok(match kind {
            1 => Self::LamportsPerWindow { limit, window_seconds: seconds },
            2 => Self::TokensPerWindow { mint: address, limit, window_seconds: seconds },
            3 => Self::ForbiddenProgram { program: address },
            4 => Self::RequiredDelay { track: track?, seconds },
            5 => Self::ParameterRange {
                track: track?,
                parameter: Parameter::from_u8(parameter).ok_or(GuardrailError::Meaningless)?,
                min: u32::from_le_bytes([l0, l1, l2, l3]),
                max: u32::from_le_bytes([l4, l5, l6, l7]),
            },
            6 => Self::PolicySunset { seconds },
            7 => Self::NeverWritable { account: address },
            kind => return Err(GuardrailError::UnknownKind { kind }),
        })
    }

    /// # Errors
    /// [`GuardrailError::OutOfRange`] with the first field outside its bounds.
    pub fn check(&self) -> Result<(), GuardrailError> {
        match *self {
            Self::LamportsPerWindow { window_seconds, .. } | Self::TokensPerWindow { window_seconds, .. } => {
                range("window_seconds", window_seconds, SPENDING_WINDOW_SECONDS)
            }
            Self::RequiredDelay { seconds, .. } => range("seconds", seconds, TIMELOCK_SECONDS),
            Self::ParameterRange { min, max, .. } => range("max", max, (min, u32::MAX)),
            Self::PolicySunset { seconds } => range("seconds", seconds, POLICY_LIFE_SECONDS),
            Self::ForbiddenProgram { .. } | Self::NeverWritable { .. } => Ok(()),
        }
    }

    fn fields(&self) -> Fields {
        let none = Fields { kind: self.kind(), track: 0, parameter: 0, seconds: 0, limit: 0, address: [0; 32] };
        match *self {
            Self::LamportsPerWindow { limit, window_seconds } => Fields { limit, seconds: window_seconds, ..none },
            Self::TokensPerWindow { mint, limit, window_seconds } => {
                Fields { address: mint, limit, seconds: window_seconds, ..none }
            }
            Self::ForbiddenProgram { program } => Fields { address: program, ..none },
            Self::RequiredDelay { track, seconds } => Fields { track: track as u8, seconds, ..none },
            Self::ParameterRange { track, parameter, min, max } => Fields {
                track: track as u8,
                parameter: parameter as u8,
                limit: u64::from(max) << 32 | u64::from(min),
                ..none
            },
            Self::PolicySunset { seconds } => Fields { seconds, ..none },
            Self::NeverWritable { account } => Fields { address: account, ..none },
        }
    }
}

fn range(field: &'static str, value: u32, (min, max): (u32, u32)) -> Result<(), GuardrailError> {
    if (min..=max).contains(&value) {
        Ok(())
    } else {
        Err(GuardrailError::OutOfRange { field, value, min, max })
    }
}

#[cfg(test)]
mod tests;
