//! When a proposer forfeits the deposit against spam. One objective rule; nobody judges.
//!
//! Below the share of the total weight that its track sets, nobody to speak of wanted the proposal. It is forfeited to the
//! vault where it was defeated so, or withdrawn so after voting had begun: otherwise a spammer would withdraw in the last
//! second. Withdrawing before voting is free, and so is every other ending.

use crate::{lifecycle::Status, Bps, Weight};

/// How a proposal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Its final status.
    pub status: Status,
    /// Whether voting had begun when it ended.
    pub was_voted_on: bool,
    /// Weight in favour.
    pub for_weight: Weight,
    /// Weight of the whole electorate; zero where it never became known, and then nobody could have been in favour.
    pub total: Weight,
}

/// Whether the deposit is forfeited at this share; zero forfeits never. Exactly the share suffices to keep it.
#[must_use]
pub fn is_forfeited(ending: &Ending, share: Bps) -> bool {
    let Ending { status, was_voted_on, for_weight, total } = *ending;
    let is_judged = match status {
        Status::Defeated => true,
        Status::Cancelled => was_voted_on,
        Status::Open | Status::Succeeded | Status::Vetoed | Status::Executed | Status::Expired => false,
    };
    is_judged && !share.is_met_by(u128::from(for_weight.0), u128::from(total.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFEATED: Ending =
        Ending { status: Status::Defeated, was_voted_on: true, for_weight: Weight(499), total: Weight(10_000) };

    #[track_caller]
    fn check(ending: &Ending, share: u16, expected: bool) {
        assert_eq!(is_forfeited(ending, Bps(share)), expected, "{ending:?} at {share}");
    }

    #[test]
    fn l4_a_defeat_below_the_share_forfeits_and_exactly_the_share_does_not() {
        check(&DEFEATED, 500, true);
        check(&Ending { for_weight: Weight(500), ..DEFEATED }, 500, false);
        check(&Ending { for_weight: Weight(0), ..DEFEATED }, 1, true);
        check(&Ending { for_weight: Weight(0), total: Weight(u64::MAX), ..DEFEATED }, 1_000, true);
    }

    #[test]
    fn l4_a_share_of_zero_never_forfeits() {
        check(&Ending { for_weight: Weight(0), ..DEFEATED }, 0, false);
    }

    #[test]
    fn l4_an_electorate_that_never_became_known_forfeits_nothing() {
        check(&Ending { for_weight: Weight(0), total: Weight(0), ..DEFEATED }, 1_000, false);
    }

    #[test]
    fn l4_withdrawing_is_free_before_voting_and_judged_after() {
        let cancelled = Ending { status: Status::Cancelled, ..DEFEATED };
        check(&Ending { was_voted_on: false, ..cancelled }, 500, false);
        check(&cancelled, 500, true);
        check(&Ending { for_weight: Weight(500), ..cancelled }, 500, false);
    }

    #[test]
    fn l4_every_other_ending_returns_the_deposit() {
        for status in Status::ALL {
            let ending = Ending { status, for_weight: Weight(0), ..DEFEATED };
            check(&ending, 1_000, matches!(status, Status::Defeated | Status::Cancelled));
        }
    }
}
