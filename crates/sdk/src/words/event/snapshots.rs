//! What happened to electorates by snapshot and by weight records, one line for each event.

use quantumagi_interface::events::{Event, OperatorsCreated, SnapshotBound, SnapshotPublished};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::snapshot::review::tolerated;

use crate::words::amount::{counted, hash};
use crate::words::moment::utc;
use crate::words::names::Names;

/// The event in one line; `None` where it is about something else.
#[allow(clippy::wildcard_enum_match_arm, reason = "the caller has the other events")]
pub(super) fn describe(event: &Event, names: &Names) -> Option<String> {
    Some(match event {
        Event::OperatorsCreated(e) => operators_created(e),
        Event::WeightPluginCreated(e) => format!(
            "weight plugin {} named: program {}, realm {}, mint {}",
            e.version,
            names.address(&e.program),
            names.address(&e.realm),
            names.address(&e.mint)
        ),
        Event::ElectorateClosed(e) => {
            format!("electorate {} closed; rent returned to {}", e.electorate, names.address(&e.payer))
        }
        Event::SeatOpened(e) => {
            format!("{} was given seat {} of plugin {}", names.address(&e.voter), e.index, e.electorate)
        }
        Event::SeatClosed(e) => {
            let (voter, payer) = (names.address(&e.voter), names.address(&e.payer));
            format!("seat {} of {voter} closed; rent returned to {payer}", e.index)
        }
        Event::SnapshotPublished(e) => published(e, names),
        Event::SnapshotReviewed(e) => {
            let (operator, publisher) = (names.address(&e.operator), names.address(&e.publisher));
            let verdict = match e.verdict {
                0 => "challenged".to_owned(),
                1 => "approved".to_owned(),
                other => format!("gave verdict {other} on"),
            };
            format!("{operator} {verdict} the snapshot that {publisher} published")
        }
        Event::SnapshotBound(e) => bound(e, names),
        Event::SnapshotClosed(e) => {
            let publisher = names.address(&e.publisher);
            format!("snapshot of {publisher} for {} closed; its rent returned", names.address(&e.proposal))
        }
        _ => return None,
    })
}

fn operators_created(e: &OperatorsCreated) -> String {
    let count = u8::try_from(e.operators.len()).unwrap_or(u8::MAX);
    let operators = counted(u64::from(count), "snapshot operator");
    format!(
        "{operators} named as electorate {}: approvals must exceed challenges by {}, {} s after publication; it stands {} \
         faulty",
        e.version,
        e.needed,
        e.challenge_seconds,
        tolerated(count, e.needed)
    )
}

fn published(e: &SnapshotPublished, names: &Names) -> String {
    let (publisher, voters) = (names.address(&e.publisher), counted(u64::from(e.voters), "voter"));
    format!(
        "{publisher} published a snapshot of {voters} weighing {}, read at slot {}, root {}",
        e.total_weight,
        e.slot,
        hash(&e.root)
    )
}

fn bound(e: &SnapshotBound, names: &Names) -> String {
    let (publisher, voters) = (names.address(&e.publisher), counted(u64::from(e.voters), "voter"));
    let (starts, ends) = (utc(UnixSeconds(e.starts_at)), utc(UnixSeconds(e.ends_at)));
    format!(
        "the snapshot of {publisher} decides who votes: {voters} weighing {}; voting from {starts} to {ends}",
        e.total_weight
    )
}
