//! The bytes of a payload, from the transactions that wrote it: the account may be closed, they stay.

use quantumagi_interface::Address;
use quantumagi_interface::calls::Call;
use quantumagi_interface::digest::Sha2;
use quantumagi_rules::Sha256;

use super::History;

impl History {
    /// Every call of the program that is known here, in the order of execution.
    pub(crate) fn calls(&self) -> impl Iterator<Item = Call> + '_ {
        let calls = self.traces.iter().flat_map(|trace| &trace.calls);
        calls.filter_map(|call| Some(Call::decode(&call.accounts, &call.data).ok()?.0))
    }

    /// What was written to a payload; `None` where it was never whole, with the hash that it was begun with.
    #[must_use]
    pub fn payload(&self, payload: &Address) -> Option<Vec<u8>> {
        let (mut wanted, mut bytes, mut whole) = (None, Vec::new(), None);
        for call in self.calls() {
            if let Call::PayloadCreate { accounts, hash, size } = &call
                && accounts.payload == *payload
            {
                (wanted, bytes) = (Some(*hash), vec![0; usize::try_from(*size).ok()?]);
            }
            if let Call::PayloadWrite { accounts, offset, bytes: part } = &call
                && accounts.payload == *payload
            {
                let start = usize::try_from(*offset).ok()?;
                bytes.get_mut(start..start.checked_add(part.len())?)?.copy_from_slice(part);
                if wanted == Some(Sha2::hashv(&[&bytes])) {
                    whole = Some(bytes.clone());
                }
            }
        }
        whole
    }
}
