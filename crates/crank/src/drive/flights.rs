//! What became of what was sent before.

use quantumagi_rpc::{ChainClock, Fate};

use super::{Crank, Round};
use crate::journal::{self, Attempt, Ending, JournalError};

impl Crank {
    /// Transactions that were sent by a process that is gone, or outlived the wait: one question about all of them. What an
    /// endpoint does not tell stays open, and is asked again in the next round.
    pub(super) async fn look_after_flights(&self, round: &mut Round, clock: &ChainClock) -> Result<(), JournalError> {
        let open = self.journal.flights()?;
        if open.is_empty() {
            return Ok(());
        }
        let asked: Vec<_> = open.iter().map(|it| (it.flight.signature, it.flight.last_valid_block_height)).collect();
        let fates = match self.client.rpc().fates(&asked).await {
            Ok(fates) => fates,
            Err(error) => {
                tracing::warn!(%error, open = open.len(), "what became of earlier transactions is not known");
                return Ok(());
            }
        };
        for (attempt, fate) in open.into_iter().zip(fates) {
            let ending = match fate {
                Fate::Landed { slot, error: None } => Ending::Landed { slot },
                Fate::Landed { slot, error: Some(_) } => Ending::Failed { slot },
                Fate::Expired => Ending::Expired,
                Fate::Open => continue,
            };
            self.journal.end(&attempt.key, ending, clock.unix_timestamp)?;
            tracing::info!(action = attempt.key, signature = %attempt.flight.signature, ?ending, "found again");
            round.ended.push(Attempt { fate: journal::Fate::Ended(ending), ..attempt });
        }
        Ok(())
    }
}
