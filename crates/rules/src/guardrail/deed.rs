//! What is about to be done, and whether a guardrail lets it.

use super::{Breach, Guardrail, Spending};
use crate::{
    action::InvokeAccounts,
    parameters::{Track, TrackParameters},
    policy::sunset,
    Address, UnixSeconds,
};

/// Something a proposal is about to do, in the terms that guardrails understand. An execution is one or more of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed<'a> {
    /// A call of another program.
    Call {
        /// The program.
        program: &'a Address,
        /// Its accounts.
        accounts: InvokeAccounts<'a>,
    },
    /// Lamports leave the vault.
    PayLamports {
        /// How many.
        lamports: u64,
    },
    /// Tokens leave the accounts of the vault.
    PayTokens {
        /// Their mint.
        mint: &'a Address,
        /// How many, in base units.
        amount: u64,
    },
    /// An account is written.
    Write {
        /// The account.
        account: &'a Address,
    },
    /// A track gets other parameters.
    SetParameters {
        /// The track.
        track: Track,
        /// The parameters it gets.
        parameters: &'a TrackParameters,
    },
    /// A policy is adopted or amended.
    SetSunset {
        /// When it ends, Unix seconds; 0 for never.
        sunset_at: i64,
        /// The first second in which it can be executed.
        from: UnixSeconds,
    },
    /// A proposal waits between voting and execution.
    Wait {
        /// The proposal's track.
        track: Track,
        /// How long, in seconds.
        seconds: u32,
    },
}

impl Guardrail {
    /// Whether the guardrail lets a deed be proposed. Spending is held against the limit alone: what is left of the window
    /// when it is executed is not known yet.
    ///
    /// # Errors
    /// The [`Breach`].
    pub fn check_proposed(&self, deed: Deed) -> Result<(), Breach> {
        self.with(deed, Spending::default(), UnixSeconds(0)).map(|_| ())
    }

    /// Whether the guardrail lets a deed be done at `now`, and what was spent after it.
    ///
    /// # Errors
    /// The [`Breach`]; nothing was then spent.
    pub fn with(&self, deed: Deed, spending: Spending, now: UnixSeconds) -> Result<Spending, Breach> {
        match (*self, deed) {
            (Self::LamportsPerWindow { limit, window_seconds }, Deed::PayLamports { lamports: amount }) => spending
                .with(amount, limit, window_seconds, now)
                .map_err(|over| Breach::OverLimit { spent: over.spent, amount, limit }),
            (Self::TokensPerWindow { mint, limit, window_seconds }, Deed::PayTokens { mint: paid, amount })
                if mint == *paid =>
            {
                spending.with(amount, limit, window_seconds, now).map_err(|over| Breach::OverLimit {
                    spent: over.spent,
                    amount,
                    limit,
                })
            }
            (_, deed) => self.check_unspent(deed).map(|()| spending),
        }
    }

    fn check_unspent(&self, deed: Deed) -> Result<(), Breach> {
        let breach = match (*self, deed) {
            (Self::ForbiddenProgram { program }, Deed::Call { program: called, accounts }) => {
                // Handing a program to another is how that other one calls it.
                let is_named = program == *called || accounts.contains(&program);
                is_named.then_some(Breach::ForbiddenProgram { program })
            }
            (Self::NeverWritable { account }, Deed::Call { accounts, .. }) => {
                accounts.writes(&account).then_some(Breach::NeverWritable { account })
            }
            (Self::NeverWritable { account }, Deed::Write { account: written }) => {
                (account == *written).then_some(Breach::NeverWritable { account })
            }
            (Self::RequiredDelay { track, seconds: least }, Deed::Wait { track: of, seconds }) => {
                (track == of && seconds < least).then_some(Breach::DelayTooShort { track, seconds, least })
            }
            (Self::RequiredDelay { track, seconds: least }, Deed::SetParameters { track: of, parameters }) => {
                let seconds = parameters.timelock_seconds;
                (track == of && seconds < least).then_some(Breach::DelayTooShort { track, seconds, least })
            }
            (Self::ParameterRange { track, parameter, min, max }, Deed::SetParameters { track: of, parameters }) => {
                let value = parameter.of(parameters);
                let is_outside = track == of && !(min..=max).contains(&value);
                is_outside.then_some(Breach::ParameterOutside { track, parameter, value, min, max })
            }
            (Self::PolicySunset { seconds }, Deed::SetSunset { sunset_at, from }) => {
                let latest = latest_sunset(seconds, from);
                let is_in_time = sunset(sunset_at).is_some_and(|moment| moment <= latest);
                (!is_in_time).then_some(Breach::SunsetTooLate { sunset_at, latest: latest.0 })
            }
            // A guardrail has nothing to say about other deeds: named one by one, so that a new deed is thought about.
            (
                Self::LamportsPerWindow { .. }
                | Self::TokensPerWindow { .. }
                | Self::ForbiddenProgram { .. }
                | Self::RequiredDelay { .. }
                | Self::ParameterRange { .. }
                | Self::PolicySunset { .. }
                | Self::NeverWritable { .. },
                Deed::Call { .. }
                | Deed::PayLamports { .. }
                | Deed::PayTokens { .. }
                | Deed::Write { .. }
                | Deed::SetParameters { .. }
                | Deed::SetSunset { .. }
                | Deed::Wait { .. },
            ) => None,
        };
        breach.map_or(Ok(()), Err)
    }
}

/// The latest end of a policy that may live for `seconds` when it is adopted at `from`.
fn latest_sunset(seconds: u32, from: UnixSeconds) -> UnixSeconds {
    from.checked_add(seconds).unwrap_or(UnixSeconds(i64::MAX))
}
