//! What follows each other and what runs side by side.

use std::collections::BTreeMap;

use quantumagi_interface::Address;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument;

use super::attempt::Driver;
use super::{Attempted, Outcome};
use crate::duty::{Duty, Kind, Subject};
use crate::journal::JournalError;

/// What must not be carried out side by side: duties about one proposal, policy or act, which follow each other, and the
/// executions of one constitution, of which one may take the id that another was built with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Subject(Subject),
    Executions,
}

/// Such duties in the order in which they must happen; the strands in the order in which their first duty was given.
pub(super) fn strands(ready: Vec<Duty>) -> Vec<Vec<Duty>> {
    let mut strands: Vec<Vec<Duty>> = Vec::new();
    let mut places: BTreeMap<(Address, About), usize> = BTreeMap::new();
    for duty in ready {
        let about = match duty.subject {
            _ if duty.kind == Kind::ProposalExecute => About::Executions,
            Subject::Root { proposal, .. } => About::Subject(Subject::Proposal(proposal)),
            subject @ (Subject::Proposal(_) | Subject::Policy(_) | Subject::Emergency(_)) => About::Subject(subject),
        };
        let place = *places.entry((duty.constitution, about)).or_insert(strands.len());
        match strands.get_mut(place) {
            Some(strand) => strand.push(duty),
            None => strands.push(vec![duty]),
        }
    }
    for strand in &mut strands {
        strand.sort_by_key(|duty| (duty.due_at, duty.kind, duty.subject));
    }
    strands
}

/// Carries them out in their order, until `stop` says true.
///
/// # Errors
/// [`JournalError`].
pub(super) async fn one_after_the_other(
    driver: &Driver,
    strand: Vec<Duty>,
    stop: &watch::Receiver<bool>,
) -> Result<Vec<(Duty, Outcome)>, JournalError> {
    let mut outcomes = Vec::with_capacity(strand.len());
    for duty in strand {
        if *stop.borrow() {
            break;
        }
        let began = Instant::now();
        // Every log line on the way, those about calls too, bears the duty's name.
        let span = tracing::info_span!("action", action = %duty.key());
        let outcome = driver.carry_out(&duty).instrument(span).await?;
        let (after_due, took) = (driver.after_due(&duty, Instant::now()), began.elapsed());
        driver.observers.attempted(&Attempted { duty, outcome: outcome.clone(), after_due, took });
        outcomes.push((duty, outcome));
    }
    Ok(outcomes)
}
