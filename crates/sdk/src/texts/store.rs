//! Texts in a directory, each in a file that bears its hash.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use quantumagi_interface::digest::sha256;
use quantumagi_rules::Hash;
use quantumagi_rules::text::is_canonical;

use crate::words::hex;

/// Tells files apart that this process writes at the same time.
static WRITES: AtomicU64 = AtomicU64::new(0);

/// A directory of texts. Files are called `<hash in hexadecimal>.txt`, are written at once or not at all, and are
/// checked against their name whenever they are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextStore {
    directory: PathBuf,
}

/// Why the directory could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what its name says.
    #[error("{} was altered: it hashes to {}, but should to {}", path.display(), hex(actual), hex(expected))]
    Altered {
        /// The file.
        path: PathBuf,
        /// Hash in its name.
        expected: Hash,
        /// Hash of its bytes.
        actual: Hash,
    },
    /// The words are not in canonical form, and so are not what gets hashed.
    #[error("the text {} is not in canonical form", hex(text))]
    NotCanonical {
        /// Hash of the words as they are.
        text: Hash,
    },
}

impl TextStore {
    /// The store in `directory`, which is made with all its parents where it does not exist.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let directory = directory.into();
        fs::create_dir_all(&directory).map_err(|source| StoreError::Io { path: directory.clone(), source })?;
        Ok(Self { directory })
    }

    /// Where the store is.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The text with this hash; `None` where it is not here.
    ///
    /// # Errors
    /// [`StoreError::Altered`], [`StoreError::NotCanonical`] or [`StoreError::Io`].
    pub fn text(&self, text: &Hash) -> Result<Option<String>, StoreError> {
        let path = self.path(text);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(StoreError::Io { path, source }),
        };
        let actual = sha256(&bytes);
        if actual != *text {
            return Err(StoreError::Altered { path, expected: *text, actual });
        }
        match String::from_utf8(bytes) {
            Ok(words) if is_canonical(&words) => Ok(Some(words)),
            Ok(_) | Err(_) => Err(StoreError::NotCanonical { text: *text }),
        }
    }

    /// Keeps a canonical text and returns its hash. Keeping it again changes nothing; a file that was altered is
    /// replaced.
    ///
    /// # Errors
    /// [`StoreError::NotCanonical`] or [`StoreError::Io`].
    pub fn keep(&self, words: &str) -> Result<Hash, StoreError> {
        let text = sha256(words.as_bytes());
        if !is_canonical(words) {
            return Err(StoreError::NotCanonical { text });
        }
        if matches!(self.text(&text), Ok(Some(_))) {
            return Ok(text);
        }
        let number = WRITES.fetch_add(1, Ordering::Relaxed);
        let unfinished = self.directory.join(format!(".{}.{}.{number}", hex(&text), std::process::id()));
        let path = self.path(&text);
        // Order: on disk first, then under its name, so that the name never stands for half a text.
        let written = write(&unfinished, words.as_bytes()).and_then(|()| fs::rename(&unfinished, &path));
        written.map(|()| text).map_err(|source| {
            // What is left over is not a text and does no harm where it cannot be removed.
            let _ = fs::remove_file(&unfinished);
            StoreError::Io { path, source }
        })
    }

    fn path(&self, text: &Hash) -> PathBuf {
        self.directory.join(format!("{}.txt", hex(text)))
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory of one test, gone with it.
    struct Directory(PathBuf);

    impl Directory {
        fn new(test: &str) -> Self {
            Self(std::env::temp_dir().join(format!("quantumagi-texts-{test}-{}", std::process::id())))
        }

        fn files(&self) -> Vec<String> {
            let mut names: Vec<String> = fs::read_dir(&self.0)
                .expect("the store is open")
                .map(|entry| entry.expect("readable").file_name().into_string().expect("hexadecimal"))
                .collect();
            names.sort();
            names
        }
    }

    impl Drop for Directory {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_text_is_kept_under_its_hash_and_read_back() {
        let directory = Directory::new("kept");
        let store = TextStore::open(directory.0.join("deep")).expect("made with its parents");
        let text = sha256(b"words\n");
        assert_eq!(store.text(&text).expect("readable"), None);
        assert_eq!(store.keep("words\n").expect("written"), text);
        assert_eq!(store.keep("words\n").expect("kept already"), text);
        assert_eq!(store.text(&text).expect("readable").as_deref(), Some("words\n"));
        let files = Directory(directory.0.join("deep")).files();
        assert_eq!(files, [format!("{}.txt", hex(&text))]);
    }

    #[test]
    fn an_altered_file_is_refused_with_both_hashes_and_replaced_when_kept_again() {
        let directory = Directory::new("altered");
        let store = TextStore::open(&directory.0).expect("made");
        let text = store.keep("words\n").expect("written");
        fs::write(store.path(&text), "worse\n").expect("writable");
        match store.text(&text) {
            Err(StoreError::Altered { path, expected, actual }) => {
                assert_eq!((path, expected, actual), (store.path(&text), text, sha256(b"worse\n")));
            }
            other => panic!("{other:?}"),
        }
        store.keep("words\n").expect("replaced");
        assert_eq!(store.text(&text).expect("readable").as_deref(), Some("words\n"));
        assert_eq!(directory.files(), [format!("{}.txt", hex(&text))]);
    }

    #[test]
    fn words_that_are_not_canonical_are_neither_kept_nor_read() {
        let directory = Directory::new("canonical");
        let store = TextStore::open(&directory.0).expect("made");
        let loose = sha256(b"no end");
        match store.keep("no end") {
            Err(StoreError::NotCanonical { text }) => assert_eq!(text, loose),
            other => panic!("{other:?}"),
        }
        assert_eq!(directory.files(), [] as [String; 0]);
        fs::write(store.path(&loose), "no end").expect("writable");
        match store.text(&loose) {
            Err(StoreError::NotCanonical { text }) => assert_eq!(text, loose),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_named() {
        let directory = Directory::new("file");
        fs::write(&directory.0, "a file").expect("writable");
        match TextStore::open(&directory.0) {
            Err(StoreError::Io { path, source }) => {
                assert_eq!((path, source.kind()), (directory.0.clone(), io::ErrorKind::AlreadyExists));
            }
            other => panic!("{other:?}"),
        }
        fs::remove_file(&directory.0).expect("removable");
    }
}
