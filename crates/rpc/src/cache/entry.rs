//! An answer as a level outside the process keeps it. What comes back is believed only where it is whole, of this
//! layout, of this cluster and of the account that was asked for.
//!
//! An entry holds what the chain says to everybody and when it was read: no endpoint, no address with a key, no header.

use std::sync::Arc;

use crate::accounts::Account;
use crate::client::Commitment;
use crate::reader::AccountAt;
use crate::solana::{Address, Hash};

/// Changes with every change of the layout: entries of another one are misses.
const LAYOUT: [u8; 4] = *b"QAc1";
/// Layout and seal.
const HEAD_LEN: usize = 4 + 32;
/// Genesis hash, time, slot and kind.
const BODY_LEN: usize = 32 + 8 + 8 + 1;
/// Balance and owner.
const ACCOUNT_LEN: usize = 8 + 32;
/// What an entry takes beside the account's data.
pub(super) const OVERHEAD: usize = HEAD_LEN + BODY_LEN + ACCOUNT_LEN;

const NO_ACCOUNT: u8 = 0;
const DATA_ACCOUNT: u8 = 1;
const EXECUTABLE_ACCOUNT: u8 = 2;

/// Name of an entry: what was asked, of whom. Answers at different commitments are never mixed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct EntryKey([u8; EntryKey::LEN]);

impl EntryKey {
    /// Commitment, genesis hash, address.
    pub(super) const LEN: usize = 1 + 32 + 32;

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Why an entry is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unbelievable {
    #[error("it is {len} bytes long, and no entry is shorter than {least} or longer than {most}")]
    Length { len: usize, least: usize, most: usize },
    #[error("it is of another layout")]
    Layout,
    #[error("its checksum is not that of its content")]
    Seal,
    #[error("it is of another cluster")]
    Cluster,
    #[error("its content does not end where it should")]
    Content,
    #[error("it claims slot {slot}, and the cluster cannot be beyond {most}")]
    Slot { slot: u64, most: u64 },
}

/// An entry that was believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) at: AccountAt,
    /// When it was read from the chain, milliseconds since 1970 by the clock of the host that read it.
    pub(super) read_at: u64,
}

/// Writes and checks the entries of one cluster at one commitment.
pub(super) struct Sealer {
    genesis: [u8; 32],
    commitment: Commitment,
    key: [u8; 32],
    max_len: usize,
}

impl Sealer {
    /// `secret` makes entries that nobody can forge who does not know it; `max_data` bounds an account's data, bytes.
    pub(super) fn new(genesis: Hash, commitment: Commitment, secret: Option<[u8; 32]>, max_data: usize) -> Self {
        // Without a secret a checksum: against damage, not against malice.
        let key = blake3::derive_key("quantumagi-rpc 2026-11-22 cache entry", &secret.unwrap_or_default());
        Self { genesis: genesis.to_bytes(), commitment, key, max_len: max_data.saturating_add(OVERHEAD) }
    }

    /// The longest entry that is written or read, bytes.
    pub(super) fn max_len(&self) -> usize {
        self.max_len
    }

    pub(super) fn key(&self, address: &Address) -> EntryKey {
        let mut bytes = [0; EntryKey::LEN];
        bytes[0] = match self.commitment {
            Commitment::Processed => b'p',
            Commitment::Confirmed => b'c',
            Commitment::Finalized => b'f',
        };
        bytes[1..33].copy_from_slice(&self.genesis);
        bytes[33..].copy_from_slice(address.as_ref());
        EntryKey(bytes)
    }

    /// `None` for an account that is too large to be kept.
    pub(super) fn seal(&self, key: &EntryKey, entry: &Entry) -> Option<Vec<u8>> {
        let account = entry.at.account.as_deref();
        let len = OVERHEAD.saturating_add(account.map_or(0, |account| account.data.len()));
        if len > self.max_len {
            return None;
        }
        let mut bytes = Vec::with_capacity(len);
        bytes.extend_from_slice(&LAYOUT);
        bytes.extend_from_slice(&[0; 32]);
        bytes.extend_from_slice(&self.genesis);
        bytes.extend_from_slice(&entry.read_at.to_le_bytes());
        bytes.extend_from_slice(&entry.at.slot.to_le_bytes());
        match account {
            None => bytes.push(NO_ACCOUNT),
            Some(account) => {
                bytes.push(if account.executable { EXECUTABLE_ACCOUNT } else { DATA_ACCOUNT });
                bytes.extend_from_slice(&account.lamports.to_le_bytes());
                bytes.extend_from_slice(account.owner.as_ref());
                bytes.extend_from_slice(&account.data);
            }
        }
        let sum = self.sum(key, &bytes[HEAD_LEN..]);
        bytes[LAYOUT.len()..HEAD_LEN].copy_from_slice(sum.as_bytes());
        Some(bytes)
    }

    /// Reads what [`Sealer::seal`] wrote under the same key. `most` is the last slot that the cluster can be at.
    pub(super) fn open(&self, key: &EntryKey, bytes: &[u8], most: u64) -> Result<Entry, Unbelievable> {
        let least = HEAD_LEN + BODY_LEN;
        if bytes.len() < least || bytes.len() > self.max_len {
            return Err(Unbelievable::Length { len: bytes.len(), least, most: self.max_len });
        }
        let (layout, rest) = bytes.split_at(LAYOUT.len());
        let (seal, body) = rest.split_at(32);
        if layout != LAYOUT {
            return Err(Unbelievable::Layout);
        }
        let seal: [u8; 32] = seal.try_into().map_err(|_| Unbelievable::Seal)?;
        // The comparison takes the same time wherever they differ.
        if self.sum(key, body) != seal {
            return Err(Unbelievable::Seal);
        }
        let mut content = Content(body);
        if content.take()? != self.genesis {
            return Err(Unbelievable::Cluster);
        }
        let read_at = u64::from_le_bytes(content.take()?);
        let slot = u64::from_le_bytes(content.take()?);
        if slot > most {
            return Err(Unbelievable::Slot { slot, most });
        }
        let [kind] = content.take()?;
        let account = match kind {
            NO_ACCOUNT if content.0.is_empty() => None,
            DATA_ACCOUNT | EXECUTABLE_ACCOUNT => {
                let lamports = u64::from_le_bytes(content.take()?);
                let owner = Address::from(content.take::<32>()?);
                let (data, executable) = (content.0.to_vec(), kind == EXECUTABLE_ACCOUNT);
                Some(Arc::new(Account { lamports, owner, data, executable, slot }))
            }
            _ => return Err(Unbelievable::Content),
        };
        Ok(Entry { at: AccountAt { account, slot }, read_at })
    }

    fn sum(&self, key: &EntryKey, body: &[u8]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        // Of fixed length, so no boundary is needed.
        hasher.update(key.as_bytes()).update(body).finalize()
    }
}

/// What is left of an entry.
struct Content<'a>(&'a [u8]);

impl Content<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], Unbelievable> {
        let (first, rest) = self.0.split_first_chunk().ok_or(Unbelievable::Content)?;
        self.0 = rest;
        Ok(*first)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{Entry, HEAD_LEN, OVERHEAD, Sealer, Unbelievable};
    use crate::accounts::Account;
    use crate::client::Commitment;
    use crate::reader::AccountAt;
    use crate::solana::{Address, Hash};

    const ANA: Address = Address::new_from_array([1; 32]);
    const MAX_DATA: usize = 64;

    fn sealer() -> Sealer {
        Sealer::new(Hash::new_from_array([9; 32]), Commitment::Confirmed, None, MAX_DATA)
    }

    fn entry(data: Vec<u8>) -> Entry {
        let account = Account { lamports: 5, owner: Address::from([2; 32]), data, executable: false, slot: 7 };
        Entry { at: AccountAt { account: Some(Arc::new(account)), slot: 7 }, read_at: 1_000 }
    }

    fn sealed(sealer: &Sealer) -> Vec<u8> {
        sealer.seal(&sealer.key(&ANA), &entry(vec![3; 4])).expect("it is small")
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(
            data in prop::option::of(prop::collection::vec(any::<u8>(), 0..=MAX_DATA)),
            lamports: u64, owner: [u8; 32], executable: bool, slot in 0..=1_000_u64, read_at: u64,
        ) {
            let owner = Address::from(owner);
            let account = data.map(|data| Arc::new(Account { lamports, owner, data, executable, slot }));
            let (sealer, entry) = (sealer(), Entry { at: AccountAt { account, slot }, read_at });
            let key = sealer.key(&ANA);
            let bytes = sealer.seal(&key, &entry).expect("it is small");
            prop_assert_eq!(sealer.open(&key, &bytes, 1_000), Ok(entry));
        }

        #[test]
        fn an_entry_with_another_byte_anywhere_is_not_believed(at: prop::sample::Index, change in 1..=u8::MAX) {
            let sealer = sealer();
            let mut bytes = sealed(&sealer);
            let at = at.index(bytes.len());
            bytes[at] ^= change;
            let expected = if at < 4 { Unbelievable::Layout } else { Unbelievable::Seal };
            prop_assert_eq!(sealer.open(&sealer.key(&ANA), &bytes, 1_000), Err(expected));
        }

        #[test]
        fn an_entry_that_was_cut_is_not_believed(len: prop::sample::Index) {
            let sealer = sealer();
            let bytes = sealed(&sealer);
            let cut = &bytes[..len.index(bytes.len())];
            prop_assert!(sealer.open(&sealer.key(&ANA), cut, 1_000).is_err());
        }

        #[test]
        fn bytes_that_nobody_sealed_are_not_believed(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let sealer = sealer();
            prop_assert!(sealer.open(&sealer.key(&ANA), &bytes, 1_000).is_err());
        }
    }

    #[test]
    fn an_account_above_the_bound_is_neither_written_nor_read() {
        let sealer = sealer();
        let key = sealer.key(&ANA);
        assert_eq!(sealer.seal(&key, &entry(vec![0; MAX_DATA + 1])), None);
        let wide = Sealer::new(Hash::new_from_array([9; 32]), Commitment::Confirmed, None, MAX_DATA + 1);
        let bytes = wide.seal(&key, &entry(vec![0; MAX_DATA + 1])).expect("as long as it may be");
        let (len, least, most) = (bytes.len(), HEAD_LEN + super::BODY_LEN, MAX_DATA + OVERHEAD);
        assert_eq!(sealer.open(&key, &bytes, 1_000), Err(Unbelievable::Length { len, least, most }));
    }

    #[test]
    fn an_entry_under_another_name_is_not_believed() {
        let sealer = sealer();
        let other = Sealer::new(Hash::new_from_array([9; 32]), Commitment::Finalized, None, MAX_DATA);
        let foreign = Sealer::new(Hash::new_from_array([8; 32]), Commitment::Confirmed, None, MAX_DATA);
        let bytes = sealed(&sealer);
        for key in [sealer.key(&Address::default()), other.key(&ANA), foreign.key(&ANA)] {
            assert_eq!(sealer.open(&key, &bytes, 1_000), Err(Unbelievable::Seal));
        }
        // Sealed under our name by a process that believes to be on another cluster.
        let bytes = foreign.seal(&sealer.key(&ANA), &entry(Vec::new())).expect("it is small");
        assert_eq!(sealer.open(&sealer.key(&ANA), &bytes, 1_000), Err(Unbelievable::Cluster));
    }

    #[test]
    fn an_entry_sealed_with_another_secret_is_not_believed() {
        let with = |secret| Sealer::new(Hash::new_from_array([9; 32]), Commitment::Confirmed, secret, MAX_DATA);
        let bytes = sealed(&with(Some([1; 32])));
        let key = sealer().key(&ANA);
        assert!(with(Some([1; 32])).open(&key, &bytes, 1_000).is_ok());
        for secret in [None, Some([2; 32])] {
            assert_eq!(with(secret).open(&key, &bytes, 1_000), Err(Unbelievable::Seal));
        }
    }

    #[test]
    fn an_entry_of_a_slot_that_cannot_be_is_not_believed() {
        let sealer = sealer();
        let bytes = sealed(&sealer);
        let key = sealer.key(&ANA);
        assert_eq!(sealer.open(&key, &bytes, 6), Err(Unbelievable::Slot { slot: 7, most: 6 }));
        assert!(sealer.open(&key, &bytes, 7).is_ok());
    }
}
