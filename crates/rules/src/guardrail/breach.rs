//! How a guardrail was broken, with the values that disagreed.

use super::Parameter;
use crate::{parameters::Track, Address};

/// What a guardrail refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// More than the limit would leave within the window.
    OverLimit {
        /// Already spent in the window, in lamports or base units.
        spent: u128,
        /// What would leave now.
        amount: u64,
        /// The most that may.
        limit: u64,
    },
    /// A forbidden program would be called, or handed to the called program.
    ForbiddenProgram {
        /// The program.
        program: Address,
    },
    /// The delay between voting and execution is too short.
    DelayTooShort {
        /// The track.
        track: Track,
        /// The delay, in seconds.
        seconds: u32,
        /// The least it must be, in seconds.
        least: u32,
    },
    /// A parameter would leave its range.
    ParameterOutside {
        /// The track.
        track: Track,
        /// The parameter.
        parameter: Parameter,
        /// The value it would have.
        value: u32,
        /// Lowest allowed value.
        min: u32,
        /// Highest allowed value.
        max: u32,
    },
    /// A policy would live too long, or for ever.
    SunsetTooLate {
        /// When it would end, Unix seconds; 0 for never.
        sunset_at: i64,
        /// The latest it may end, Unix seconds.
        latest: i64,
    },
    /// An account would be written that never may.
    NeverWritable {
        /// The account.
        account: Address,
    },
}
