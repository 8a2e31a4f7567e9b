//! What reviews have found, one test each.

use crate::support::*;

#[test]
fn m12_changing_the_electorate_takes_the_entrenched_threshold() {
    // 67 % of the weight can adopt a roster of themselves alone. If that takes less than what is entrenched takes, then
    // nothing is entrenched: the new electorate is unanimous.
    let mut community = Founding::default().with_weights([6_700, 3_300]).found();
    let (stranger, members) = (community.stranger(), community.members.clone());
    let roster = community.fill_roster(&stranger, 2, &members[..1]);
    let members_hash = community.roster(&roster).members_hash;
    let change = community.propose(&Action::RosterAdopt { roster_version: 2, members_hash });
    assert_eq!(community.proposal(&change).threshold_bps, 8_000);
}
