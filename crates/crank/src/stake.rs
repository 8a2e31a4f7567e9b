//! Validators by stake, epoch by epoch, in files: whoever votes needs them for their proof.
//!
//! The list of an epoch is written at the epoch's first slot, so that all operators write the same bytes, whenever in the
//! epoch they read. A file is whole or not there, and the oldest go when there are too many.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quantumagi_rpc::EpochStake;
use quantumagi_sdk::snapshot::{VoterList, VoterListError};

/// Files that are kept: of two days each they reach back eight months, longer than any vote lasts. One is about 100 KiB.
const MAX_FILES: usize = 128;
/// Lists in memory: a root is judged by that of the newest epoch, or of the one before.
const MAX_IN_MEMORY: usize = 2;

/// The validators of one epoch, at its first slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochVoters {
    /// The epoch.
    pub epoch: u64,
    /// Slots that it has.
    pub slots: u64,
    /// Who has how much stake.
    pub voters: VoterList,
}

impl EpochVoters {
    /// Whether the slot is one of this epoch's.
    #[must_use]
    pub fn has(&self, slot: u64) -> bool {
        slot.checked_sub(self.voters.slot()).is_some_and(|index| index < self.slots)
    }
}

/// Why a list cannot be kept or found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StakeError {
    /// The folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// Why it could not be.
        source: io::Error,
    },
    /// What was read is no list.
    #[error("{}: {source}", path.display())]
    List {
        /// What was read.
        path: PathBuf,
        /// Why it is none.
        source: VoterListError,
    },
}

/// A file with the validators of one epoch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StakeFile {
    /// The epoch.
    pub epoch: u64,
    /// Slots that it has.
    pub slots: u64,
    /// Where it lies.
    pub path: PathBuf,
}

impl StakeFile {
    fn at(folder: &Path, epoch: u64, slots: u64) -> Self {
        Self { epoch, slots, path: folder.join(format!("stake-{epoch}-{slots}.txt")) }
    }

    /// Every file in the folder, the newest epoch first; none where there is no folder.
    ///
    /// # Errors
    /// [`StakeError::Io`].
    pub fn all(folder: &Path) -> Result<Vec<Self>, StakeError> {
        let failed = |source| StakeError::Io { path: folder.to_owned(), source };
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(failed)?,
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let numbers = name.and_then(|name| name.strip_prefix("stake-")?.strip_suffix(".txt")?.split_once('-'));
            let numbers = numbers.and_then(|(epoch, slots)| Some((epoch.parse().ok()?, slots.parse().ok()?)));
            files.extend(numbers.map(|(epoch, slots)| Self { epoch, slots, path: path.clone() }));
        }
        files.sort_by(|one, other| other.cmp(one));
        Ok(files)
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`StakeError`].
    pub fn read(&self) -> Result<EpochVoters, StakeError> {
        let path = || self.path.clone();
        let text = fs::read_to_string(&self.path).map_err(|source| StakeError::Io { path: path(), source })?;
        let voters = VoterList::parse(&text).map_err(|source| StakeError::List { path: path(), source })?;
        Ok(EpochVoters { epoch: self.epoch, slots: self.slots, voters })
    }
}

/// The lists that are known here.
#[derive(Debug)]
pub(crate) struct StakeLists {
    folder: PathBuf,
    newest: Mutex<BTreeMap<u64, Arc<EpochVoters>>>,
}

impl StakeLists {
    /// Those in the folder, which is made where it is not there. A file that is none is left out, and written again when its
    /// epoch is read.
    pub(crate) fn open(folder: &Path) -> Result<Self, StakeError> {
        fs::create_dir_all(folder).map_err(|source| StakeError::Io { path: folder.to_owned(), source })?;
        let mut newest = BTreeMap::new();
        for file in StakeFile::all(folder)? {
            match file.read() {
                Ok(list) if newest.len() < MAX_IN_MEMORY => drop(newest.insert(list.epoch, Arc::new(list))),
                Ok(_) => break,
                Err(error) => tracing::warn!(%error, "a list of voters cannot be read, and is left out"),
            }
        }
        Ok(Self { folder: folder.to_owned(), newest: Mutex::new(newest) })
    }

    /// That of the newest epoch.
    pub(crate) fn newest(&self) -> Option<Arc<EpochVoters>> {
        self.lock().last_key_value().map(|(_, list)| Arc::clone(list))
    }

    /// That of the epoch with this slot, if it is the newest or the one before.
    pub(crate) fn of_slot(&self, slot: u64) -> Option<Arc<EpochVoters>> {
        self.lock().values().find(|list| list.has(slot)).cloned()
    }

    /// Keeps an epoch's stake. What was kept of it first stays: an operator that says two things about one epoch says
    /// nothing.
    pub(crate) fn keep(&self, stake: &EpochStake) -> Result<(), StakeError> {
        let EpochStake { epoch, first_slot, slots, accounts } = stake;
        if self.lock().contains_key(epoch) {
            return Ok(());
        }
        let file = StakeFile::at(&self.folder, *epoch, *slots);
        let voters = VoterList::of_stake(*first_slot, accounts)
            .map_err(|source| StakeError::List { path: file.path.clone(), source })?;
        self.write(&file.path, &voters.to_text())?;
        for old in StakeFile::all(&self.folder)?.into_iter().skip(MAX_FILES) {
            fs::remove_file(&old.path).map_err(|source| StakeError::Io { path: old.path, source })?;
        }
        let hash = quantumagi_sdk::words::hex(&voters.hash());
        tracing::info!(epoch, slot = first_slot, voters = voters.voters().len(), hash, "the stake of an epoch is kept");
        let mut newest = self.lock();
        newest.insert(*epoch, Arc::new(EpochVoters { epoch: *epoch, slots: *slots, voters }));
        while MAX_IN_MEMORY < newest.len() {
            newest.pop_first();
        }
        Ok(())
    }

    /// Order: another name first, so that whoever is killed leaves no half file under this one.
    fn write(&self, path: &Path, text: &str) -> Result<(), StakeError> {
        let draft = self.folder.join("stake.draft");
        let written = File::create(&draft).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        });
        let synced =
            written.and_then(|()| fs::rename(&draft, path)).and_then(|()| File::open(&self.folder)?.sync_all());
        synced.map_err(|source| StakeError::Io { path: path.to_owned(), source })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<EpochVoters>>> {
        // Nothing panics while it holds the lock between two changes.
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
