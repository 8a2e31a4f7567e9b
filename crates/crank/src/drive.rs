//! Carrying duties out: read anew, build, price, write down, send, confirm.
//!
//! One duty is one transaction after the other, each built from fresh accounts. At whatever point this is killed, the next
//! start finds the truth on the chain, and in the journal the signature of what may still land.

mod anchor;
mod attempt;
mod build;
mod flights;
mod further;
mod judge;
mod observer;
mod operate;
mod outcome;
mod pace;
mod peers;
mod published;
mod round;
mod run;
mod strands;
mod terms;

use std::sync::Arc;

use quantumagi_rpc::solana::{Address, Keypair, Signer};
use quantumagi_sdk::Quantumagi;

use crate::journal::Journal;
use crate::operator::Operator;
use crate::survey::Surveyor;
use crate::workflow::Monitor;
use observer::Observers;
pub use observer::{Attempted, Landed, Observer, Stage};
pub use outcome::Outcome;
use pace::Pace;
use peers::Peers;
pub use published::Lookups;
use published::Published;
pub use round::Round;
pub use terms::{Mode, Terms};

/// Moves constitutions along. All of its memory but the journal can be lost at any instant.
pub struct Crank {
    client: Quantumagi,
    key: Arc<Keypair>,
    terms: Terms,
    journal: Arc<Journal>,
    observers: Observers,
    surveyors: Vec<Surveyor>,
    peers: Peers,
    published: Published,
    pace: Pace,
    monitor: Monitor,
    operator: Option<Arc<Operator>>,
}

impl Crank {
    /// A crank for these constitutions, paid from `key`. The client should read at `confirmed`: what is less settled may be
    /// dropped, and waiting for more costs a part of the time in which a transaction can land.
    #[must_use]
    pub fn new(
        client: Quantumagi,
        key: Arc<Keypair>,
        constitutions: &[Address],
        terms: Terms,
        journal: Arc<Journal>,
    ) -> Self {
        let surveyors = constitutions.iter().map(|address| Surveyor::new(*address)).collect();
        let monitor = Monitor::new(Arc::clone(&journal));
        Self {
            client,
            key,
            terms,
            journal,
            observers: Observers::default(),
            surveyors,
            peers: Peers::default(),
            published: Published::default(),
            pace: Pace::default(),
            monitor,
            operator: None,
        }
    }

    /// The same as a snapshot operator: it publishes roots, and speaks on those of others.
    #[must_use]
    pub fn operating(self, operator: Operator) -> Self {
        Self { operator: Some(Arc::new(operator)), ..self }
    }

    /// The same, with somebody told of everything that it does, besides those that already are.
    #[must_use]
    pub fn observed_by(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observers.add(observer);
        self
    }

    /// The same beside other cranks, by their wallets, with whom it shares the work from the start. Others are learnt of
    /// from lost races, which may cost fees.
    #[must_use]
    pub fn beside(mut self, others: &[Address]) -> Self {
        let own = self.payer();
        others.iter().filter(|other| **other != own).for_each(|other| self.peers.name(*other));
        self
    }

    /// Who pays.
    #[must_use]
    pub fn payer(&self) -> Address {
        self.key.pubkey()
    }

    /// What it was told.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }
}
