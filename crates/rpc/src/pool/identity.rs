//! Whether an endpoint belongs to the pool's cluster. Nothing else is asked of one before that is known.

use std::net::SocketAddr;
use std::sync::RwLock;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::{Mutex, MutexGuard};

/// Most network addresses that are remembered of one endpoint.
const MAX_ADDRESSES: usize = 64;

/// What is known of an endpoint's cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Belonging {
    /// It was not asked yet.
    Unknown,
    /// It has the first block that it must have.
    Ours,
    /// It has another.
    Foreign,
}

/// What is known of one endpoint's cluster, by all calls together.
#[derive(Debug, Default)]
pub(super) struct Identity {
    known: AtomicU8,
    /// Network addresses from which the right first block was told, the latest last.
    told_from: RwLock<Vec<SocketAddr>>,
    asking: Mutex<()>,
}

impl Identity {
    pub(super) fn get(&self) -> Belonging {
        match self.known.load(Ordering::Acquire) {
            0 => Belonging::Unknown,
            1 => Belonging::Ours,
            _ => Belonging::Foreign,
        }
    }

    pub(super) fn set(&self, belonging: Belonging) {
        let known = match belonging {
            Belonging::Unknown => 0,
            Belonging::Ours => 1,
            Belonging::Foreign => 2,
        };
        self.known.store(known, Ordering::Release);
    }

    /// Whether what answers from there said its cluster. An address that is not known at all is not doubted.
    pub(super) fn was_told_from(&self, from: Option<SocketAddr>) -> bool {
        let told_from = self.told_from.read().expect("nothing panics while it holds the lock");
        from.is_none_or(|from| told_from.contains(&from))
    }

    /// Takes note of what was told, and from where.
    pub(super) fn take(&self, belonging: Belonging, from: Option<SocketAddr>) {
        let mut told_from = self.told_from.write().expect("nothing panics while it holds the lock");
        match belonging {
            Belonging::Ours => {
                let new = from.filter(|from| !told_from.contains(from));
                told_from.extend(new);
            }
            Belonging::Foreign | Belonging::Unknown => told_from.clear(),
        }
        let surplus = told_from.len().saturating_sub(MAX_ADDRESSES);
        told_from.drain(..surplus);
        drop(told_from);
        self.set(belonging);
    }

    /// The turn to ask the endpoint: one caller at a time, the others wait and then find the answer.
    pub(super) async fn turn(&self) -> MutexGuard<'_, ()> {
        self.asking.lock().await
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::{Belonging, Identity, MAX_ADDRESSES};

    fn from(port: usize) -> Option<SocketAddr> {
        Some(([127, 0, 0, 1], u16::try_from(port).expect("a port")).into())
    }

    #[test]
    fn the_latest_addresses_are_remembered_until_one_is_of_another_cluster() {
        let identity = Identity::default();
        assert!(identity.was_told_from(None), "what is not known is not doubted");
        assert!(!identity.was_told_from(from(1)));
        for port in 1..=MAX_ADDRESSES + 1 {
            identity.take(Belonging::Ours, from(port));
            identity.take(Belonging::Ours, from(port));
        }
        assert_eq!([1, 2, MAX_ADDRESSES + 1].map(|port| identity.was_told_from(from(port))), [false, true, true]);
        identity.take(Belonging::Foreign, from(7));
        assert_eq!((identity.get(), identity.was_told_from(from(2))), (Belonging::Foreign, false));
    }
}
