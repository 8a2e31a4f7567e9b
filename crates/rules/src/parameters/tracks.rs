//! What one track asks beyond the bounds that all tracks share.

use super::{
    range, share, ParameterError, Track, TrackParameters, DAY, DISCUSSION_SECONDS, TIMELOCK_SECONDS, VOTING_SECONDS,
};

/// Lowest quorum where money, the constitution or the guardians are decided: 10 %, twice that of policies (T3).
pub const MIN_GRAVE_QUORUM_BPS: u16 = 1_000;
/// Longest times of the ratification track, in seconds: discussion, voting, extension, timelock. Six days in all, so that
/// the vote that ratifies or ends an emergency act, or removes the guardians, is done within the week in which an act
/// that nobody ratifies lapses.
pub const RATIFICATION_CEILINGS: [u32; 4] = [DAY, 3 * DAY, DAY, DAY];

/// # Errors
/// The first field outside what `track` allows.
pub(super) fn check(track: Track, parameters: &TrackParameters) -> Result<(), ParameterError> {
    match track {
        Track::Policy => Ok(()),
        Track::Treasury | Track::Amendment => share("quorum_bps", parameters.quorum_bps, MIN_GRAVE_QUORUM_BPS),
        Track::Ratification => {
            share("quorum_bps", parameters.quorum_bps, MIN_GRAVE_QUORUM_BPS)?;
            // The veto body must not shield the guardians, nor itself; so there is nothing to wait for after voting.
            range("veto_bps", u32::from(parameters.veto_bps), (0, 0))?;
            range("cooloff_seconds", parameters.cooloff_seconds, (0, 0))?;
            let [discussion, voting, extension, timelock] = RATIFICATION_CEILINGS;
            range("discussion_seconds", parameters.discussion_seconds, (DISCUSSION_SECONDS.0, discussion))?;
            range("voting_seconds", parameters.voting_seconds, (VOTING_SECONDS.0, voting))?;
            range("extension_seconds", parameters.extension_seconds, (0, extension))?;
            range("timelock_seconds", parameters.timelock_seconds, (TIMELOCK_SECONDS.0, timelock))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::LEGAL, *};

    #[track_caller]
    fn check(track: Track, parameters: TrackParameters, field: Option<(&str, u32, u32)>) {
        let refused = parameters.check_for(track).err().map(|error| (error.field, error.min, error.max));
        assert_eq!(refused, field, "{track:?}: {parameters:?}");
    }

    #[test]
    fn t3_money_the_constitution_and_the_guardians_take_a_higher_quorum() {
        let low = TrackParameters { quorum_bps: 999, ..LEGAL };
        check(Track::Policy, low, None);
        for track in [Track::Treasury, Track::Amendment, Track::Ratification] {
            check(track, low, Some(("quorum_bps", 1_000, 10_000)));
            check(track, TrackParameters { quorum_bps: 1_000, timelock_seconds: DAY, ..LEGAL }, None);
        }
    }

    #[test]
    fn e6_a_ratification_can_be_neither_vetoed_nor_put_off() {
        let slow = TrackParameters {
            discussion_seconds: DAY,
            voting_seconds: 3 * DAY,
            extension_seconds: DAY,
            timelock_seconds: DAY,
            ..LEGAL
        };
        let vetoed = TrackParameters { veto_bps: 10_000, cooloff_seconds: DAY, ..slow };
        let tables = [
            (slow, None),
            (vetoed, Some(("veto_bps", 0, 0))),
            (TrackParameters { cooloff_seconds: 1, ..slow }, Some(("cooloff_seconds", 0, 0))),
            (TrackParameters { discussion_seconds: DAY + 1, ..slow }, Some(("discussion_seconds", 60, DAY))),
            (TrackParameters { voting_seconds: 3 * DAY + 1, ..slow }, Some(("voting_seconds", 3_600, 3 * DAY))),
            (TrackParameters { extension_seconds: DAY + 1, ..slow }, Some(("extension_seconds", 0, DAY))),
            (TrackParameters { timelock_seconds: DAY + 1, ..slow }, Some(("timelock_seconds", 3_600, DAY))),
        ];
        for (parameters, refused) in tables {
            check(Track::Ratification, parameters, refused);
            check(Track::Amendment, parameters, None);
        }
    }
}
