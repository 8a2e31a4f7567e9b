//! The chains of events, recomputed from the logs alone and compared with the accounts.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use litesvm::LiteSVM;
use quantumagi_interface::{
    Address,
    accounts::{Constitution, Proposal},
    digest::Sha2,
    events::Event,
};
use quantumagi_rules::digest::next_link;

/// Every chain as the logs tell it: hash and number of events, and what was proposed.
#[derive(Clone, Default)]
pub struct Chains {
    links: BTreeMap<Address, ([u8; 32], u64)>,
    /// What each proposal is for, by its creation.
    actions: BTreeMap<Address, Vec<u8>>,
}

impl Chains {
    /// Links the events of one transaction's logs.
    pub fn follow(&mut self, logs: &[String]) -> Vec<Event> {
        let lines = logs.iter().filter_map(|line| line.strip_prefix("Program data: "));
        lines
            .map(|line| {
                let bytes = BASE64_STANDARD.decode(line).expect("a log line is base64");
                let event = Event::decode(&bytes).expect("a log line is an event");
                assert_eq!(event.to_bytes(), bytes, "an event has one encoding");
                if let Some(chain) = chain_of(&event) {
                    let next = self.link(chain, &bytes);
                    assert_eq!(event.sequence(), Some(next), "{} continues its chain", event.name());
                }
                if let Event::ProposalCreated(created) = &event {
                    self.actions.insert(created.proposal, created.action.clone());
                    assert_eq!(self.link(created.proposal, &bytes), 0, "a proposal's chain begins with its creation");
                }
                if let Event::ProposalClosed(closed) = &event {
                    let end = self.links.remove(&closed.proposal);
                    assert_eq!(
                        end,
                        Some((closed.final_hash, closed.final_sequence)),
                        "the chain is sealed as it ended"
                    );
                }
                event
            })
            .collect()
    }

    /// The action's bytes, from the event of the proposal's creation.
    pub fn action_of(&self, proposal: &Address) -> Option<Vec<u8>> {
        self.actions.get(proposal).cloned()
    }

    /// Appends an event and returns the number it must carry.
    fn link(&mut self, chain: Address, bytes: &[u8]) -> u64 {
        let (hash, sequence) = self.links.entry(chain).or_default();
        *hash = next_link::<Sha2>(hash, bytes);
        *sequence += 1;
        *sequence - 1
    }

    /// Compares every chain that `events` moved with its account.
    pub fn check(&self, svm: &LiteSVM, events: &[Event]) {
        for event in events {
            let proposal = match event {
                Event::ProposalCreated(created) => Some(created.proposal),
                _ => None,
            };
            for chain in chain_of(event).into_iter().chain(proposal) {
                let data = svm.get_account(&chain).map(|account| account.data).unwrap_or_default();
                let constitution = Constitution::decode(&data).map(|constitution| constitution.chain);
                let stored = constitution.or_else(|_| Proposal::decode(&data).map(|proposal| proposal.chain));
                let told = self.links.get(&chain).copied();
                match stored {
                    Ok(stored) => assert_eq!(Some((stored.hash, stored.sequence)), told, "logs and account agree"),
                    // Closed in the same transaction: `follow` has compared it with the closing event.
                    Err(_) => assert_eq!(told, None, "a chain without account was sealed"),
                }
            }
        }
    }
}

/// The account whose chain an event belongs to; none for a text. It is the first field of every event that has a chain.
fn chain_of(event: &Event) -> Option<Address> {
    event.sequence()?;
    let bytes = event.to_bytes();
    Some(Address::new_from_array(bytes[8..40].try_into().expect("an event begins with its chain")))
}
