//! What was published about proposals that wait for their execution, so that it is searched for once. Losing it costs calls
//! and nothing else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quantumagi_interface::Address;
use quantumagi_interface::events::ProposalCreated;

/// How often something that saves calls was at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lookups {
    /// It was.
    pub hits: u64,
    /// It was not, and the history was searched.
    pub misses: u64,
}

/// What was published about proposals that wait for their execution.
#[derive(Clone, Default)]
pub(super) struct Published(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    by_proposal: HashMap<Address, Arc<ProposalCreated>>,
    lookups: Lookups,
}

impl Published {
    pub(super) fn of(&self, proposal: &Address) -> Option<Arc<ProposalCreated>> {
        let mut known = self.lock();
        let found = known.by_proposal.get(proposal).cloned();
        let count = if found.is_some() { &mut known.lookups.hits } else { &mut known.lookups.misses };
        *count = count.saturating_add(1);
        found
    }

    pub(super) fn keep(&self, proposal: Address, created: Arc<ProposalCreated>) {
        self.lock().by_proposal.insert(proposal, created);
    }

    pub(super) fn retain(&self, is_wanted: impl Fn(&Address) -> bool) {
        self.lock().by_proposal.retain(|proposal, _| is_wanted(proposal));
    }

    /// Those since the last time that somebody asked.
    pub(super) fn take_lookups(&self) -> Lookups {
        std::mem::take(&mut self.lock().lookups)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // Whatever a thread that panicked left behind only saves work.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use quantumagi_interface::events::Event;

    use super::*;

    /// One of zeros, whose lists are empty.
    fn created() -> ProposalCreated {
        let bytes = [&ProposalCreated::DISCRIMINATOR[..], &[0; 1_000]].concat();
        match (0..bytes.len()).find_map(|len| Event::decode(&bytes[..len]).ok()) {
            Some(Event::ProposalCreated(created)) => created,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_asked_for_is_counted_once_and_what_is_not_wanted_is_forgotten() {
        let (published, one) = (Published::default(), Address::new_from_array([1; 32]));
        assert!(published.of(&one).is_none());
        published.keep(one, Arc::new(created()));
        assert!(published.of(&one).is_some() && published.of(&one).is_some());
        assert_eq!(published.take_lookups(), Lookups { hits: 2, misses: 1 });
        published.retain(|proposal| *proposal != one);
        assert!(published.of(&one).is_none());
        assert_eq!(published.take_lookups(), Lookups { hits: 0, misses: 1 });
    }
}
