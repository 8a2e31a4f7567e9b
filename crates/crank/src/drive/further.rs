//! What surveys do not tell: an operator's own findings, and when a checkpoint was last anchored.

use quantumagi_rpc::ChainClock;

use super::anchor::anchorage;
use super::{Crank, Round};
use crate::duty::Subject;
use crate::journal::JournalError;
use crate::operator::Judgement;
use crate::survey::Survey;

impl Crank {
    /// Adds it to the surveys, so that the plan needs nothing else.
    pub(super) async fn look_further(
        &self,
        round: &mut Round,
        surveys: &mut [Survey],
        clock: &ChainClock,
    ) -> Result<(), JournalError> {
        if let Some(operator) = &self.operator {
            for survey in &mut *surveys {
                operator.look(self.client.rpc(), clock, survey).await;
                let judged = survey.desk.iter().flat_map(|desk| &desk.judgements);
                let doubtful = judged.filter(|(_, judgement)| **judgement != Judgement::Same);
                round.doubtful.extend(doubtful.map(|((proposal, publisher), judgement)| {
                    (survey.address, Subject::Root { proposal: *proposal, publisher: *publisher }, *judgement)
                }));
            }
            operator.forget(surveys);
        }
        let Some(every) = self.terms.checkpoint_every_seconds else { return self.journal.forget_checkpoints() };
        for survey in surveys {
            survey.anchorage = Some(anchorage(&self.journal, &survey.address, every, clock)?);
        }
        Ok(())
    }
}
