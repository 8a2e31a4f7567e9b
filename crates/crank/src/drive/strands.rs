//! What follows each other and what runs side by side.

use std::collections::{BTreeMap, HashSet};

use quantumagi_interface::Address;
use quantumagi_interface::accounts::Proposal;
use quantumagi_rules::action::Action;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument;
use tracing::field::Empty;

use super::attempt::Driver;
use super::{Attempted, Outcome};
use crate::duty::{Duty, Kind, Subject};
use crate::journal::JournalError;
use crate::survey::Survey;

/// What must not be carried out side by side: duties about one proposal, policy or act, which follow each other, and the
/// executions of one constitution, of which one may take the id that another was built with, or undo what it rests on.
///
/// Payments rest on nothing but the vault and its guardrails, which the program looks at with each: where several do not
/// fit together, those that come too late are refused in their block, and judged anew in the next round.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Subject(Subject),
    Executions,
}

/// Proposals that pay from the vault, by constitution and id.
pub(super) fn payments(survey: &Survey) -> impl Iterator<Item = (Address, u64)> + '_ {
    let recipient = [0; 32];
    let lamports = Action::TransferLamports { recipient, lamports: 0 }.number();
    let tokens = Action::TransferTokens { mint: [0; 32], recipient, amount: 0 }.number();
    let pays = move |proposal: &&Proposal| [lamports, tokens].contains(&proposal.action);
    survey.proposals.iter().filter(pays).map(|proposal| (survey.address, proposal.id))
}

/// Such duties in the order in which they must happen; the strands in the order in which their first duty was given.
pub(super) fn strands(ready: Vec<Duty>, payments: &HashSet<(Address, u64)>) -> Vec<Vec<Duty>> {
    let mut strands: Vec<Vec<Duty>> = Vec::new();
    let mut places: BTreeMap<(Address, About), usize> = BTreeMap::new();
    for duty in ready {
        let about = match duty.subject {
            subject @ Subject::Proposal(id) if payments.contains(&(duty.constitution, id)) => About::Subject(subject),
            _ if duty.kind == Kind::ProposalExecute => About::Executions,
            Subject::Root { proposal, .. } => About::Subject(Subject::Proposal(proposal)),
            subject @ (Subject::Proposal(_) | Subject::Policy(_) | Subject::Emergency(_) | Subject::History) => {
                About::Subject(subject)
            }
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
        let span = tracing::info_span!("action", action = %duty.key(), outcome = Empty);
        let outcome = driver.carry_out(&duty).instrument(span.clone()).await?;
        span.record("outcome", outcome.name());
        let (after_due, took) = (driver.after_due(&duty, Instant::now()), began.elapsed());
        driver.observers.attempted(&Attempted { duty, outcome: outcome.clone(), after_due, took });
        outcomes.push((duty, outcome));
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use quantumagi_rules::UnixSeconds;

    use super::*;

    fn duty(constitution: u8, kind: Kind, id: u64) -> Duty {
        let constitution = Address::new_from_array([constitution; 32]);
        Duty {
            constitution,
            kind,
            subject: Subject::Proposal(id),
            due_at: UnixSeconds(i64::try_from(id).expect("small")),
        }
    }

    #[test]
    fn payments_run_side_by_side_and_other_executions_follow_each_other() {
        let execute = |constitution, id| duty(constitution, Kind::ProposalExecute, id);
        let finalize = duty(1, Kind::ProposalFinalize, 5);
        let ready = vec![execute(1, 3), execute(1, 2), finalize, execute(1, 4), execute(1, 1), execute(2, 1)];
        let payments = [2, 4, 5].map(|id| (execute(1, id).constitution, id)).into_iter().collect();
        let expected = [
            vec![execute(1, 1), execute(1, 3)],
            vec![execute(1, 2)],
            vec![finalize],
            vec![execute(1, 4)],
            vec![execute(2, 1)],
        ];
        assert_eq!(strands(ready.clone(), &payments), expected);
        assert_eq!(strands(ready, &HashSet::new()).len(), 3, "who does not know what they do runs none side by side");
    }

    #[test]
    fn what_follows_a_payment_of_the_same_proposal_comes_after_it() {
        let (execute, close) = (duty(1, Kind::ProposalExecute, 1), duty(1, Kind::ProposalClose, 1));
        let payments = HashSet::from([(execute.constitution, 1)]);
        assert_eq!(strands(vec![close, execute], &payments), [[execute, close]]);
    }
}
