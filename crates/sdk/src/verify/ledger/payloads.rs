//! The bytes of actions that did not fit a transaction. Whoever wrote them may close the account; the transactions stay.

use std::collections::{BTreeMap, BTreeSet};

use quantumagi_interface::Address;
use quantumagi_interface::calls::Call;
use quantumagi_rpc::Rpc;

use super::Result;
use crate::history::History;

/// The bytes of every payload that a creation or an execution in this history was read from.
pub(super) async fn fetch(rpc: &Rpc, constitution: &Address, history: &History) -> Result<BTreeMap<Address, Vec<u8>>> {
    let mut payloads = BTreeMap::new();
    for payload in named(constitution, history) {
        if let Some(bytes) = History::fetch_all(rpc, &[payload]).await?.payload(&payload) {
            payloads.insert(payload, bytes);
        }
    }
    Ok(payloads)
}

#[allow(clippy::wildcard_enum_match_arm, reason = "no other call reads a payload")]
fn named(constitution: &Address, history: &History) -> BTreeSet<Address> {
    let named = history.calls().filter_map(|call| {
        let (about, payload) = match call {
            Call::ProposalCreate { accounts, .. } => (accounts.constitution, accounts.payload),
            Call::ProposalExecute { accounts, .. } => (accounts.constitution, accounts.payload),
            _ => return None,
        };
        payload.filter(|_| about == *constitution)
    });
    named.collect()
}
