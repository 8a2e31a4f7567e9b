//! A key in a file that only its owner can read.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use quantumagi_rpc::solana::{Address, Keypair, Signature, Signer, SignerError, read_keypair};

/// Bits of a file's mode that let somebody else than its owner at it.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// A key from a file of the Solana CLI's format, read once. Its `Debug` shows the address only.
pub struct KeyFile {
    key: Keypair,
}

/// Why there is no key. Nothing of a file's content is ever part of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("cannot read the key file {}: {source}", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else than its owner can read or change the file.
    #[error("others can read the key file {} (mode {mode:03o}); run chmod 600 on it", path.display())]
    Exposed {
        /// Which.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file holds no key.
    #[error("{} is not a key file: it holds 64 numbers in brackets, as `solana-keygen` writes it", path.display())]
    NoKey {
        /// Which.
        path: PathBuf,
    },
}

impl KeyFile {
    /// Reads the key in `path`.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, KeyFileError> {
        let path = path.as_ref();
        let unreadable = |source| KeyFileError::Unreadable { path: path.to_owned(), source };
        // Order: opened once, so that what is checked is what is read.
        let mut file = File::open(path).map_err(unreadable)?;
        check_private(path, &file.metadata().map_err(unreadable)?)?;
        // Dropped on purpose: what the reader objects to may quote the key.
        let key = read_keypair(&mut file).map_err(|_| KeyFileError::NoKey { path: path.to_owned() })?;
        Ok(Self { key })
    }

    /// The key itself.
    #[must_use]
    pub fn into_keypair(self) -> Keypair {
        self.key
    }
}

impl std::fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("KeyFile").field(&self.key.pubkey()).finish()
    }
}

impl Signer for KeyFile {
    fn try_pubkey(&self) -> Result<Address, SignerError> {
        self.key.try_pubkey()
    }

    fn try_sign_message(&self, message: &[u8]) -> Result<Signature, SignerError> {
        self.key.try_sign_message(message)
    }

    fn is_interactive(&self) -> bool {
        self.key.is_interactive()
    }
}

#[cfg(unix)]
fn check_private(path: &Path, metadata: &Metadata) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS == 0 { Ok(()) } else { Err(KeyFileError::Exposed { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn check_private(_: &Path, _: &Metadata) -> Result<(), KeyFileError> {
    // Not checked here: access lists, which have no mode bits.
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use quantumagi_rpc::solana::write_keypair_file;

    use super::*;

    /// A file of one test, gone with it.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(test: &str) -> Self {
            Self(std::env::temp_dir().join(format!("quantumagi-key-{test}-{}.json", std::process::id())))
        }

        fn with_mode(&self, mode: u32) -> &Self {
            fs::set_permissions(&self.0, fs::Permissions::from_mode(mode)).expect("the file is ours");
            self
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_file(&self.0);
        }
    }

    #[test]
    fn a_private_file_gives_its_key_and_never_shows_it() {
        let (file, key) = (Scratch::new("private"), Keypair::new());
        write_keypair_file(&key, &file.0).expect("written");
        for mode in [0o600, 0o400] {
            let read = KeyFile::read(&file.with_mode(mode).0).expect("a key");
            assert_eq!(read.sign_message(b"words"), key.sign_message(b"words"));
            assert_eq!(format!("{read:?}"), format!("KeyFile({:?})", key.pubkey()));
        }
    }

    #[test]
    fn a_file_that_others_can_read_or_change_is_refused_with_its_mode() {
        let file = Scratch::new("exposed");
        write_keypair_file(&Keypair::new(), &file.0).expect("written");
        for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666] {
            let error = KeyFile::read(&file.with_mode(mode).0).expect_err("exposed");
            assert!(matches!(error, KeyFileError::Exposed { mode: told, .. } if told == mode), "{mode:o} {error}");
        }
    }

    #[test]
    fn a_file_without_a_key_is_refused_without_quoting_it() {
        let file = Scratch::new("none");
        for content in ["[12, 345, 678]", "secret", ""] {
            fs::write(&file.0, content).expect("written");
            let error = KeyFile::read(&file.with_mode(0o600).0).expect_err("no key");
            assert!(matches!(error, KeyFileError::NoKey { .. }), "{error:?}");
            assert!(!error.to_string().contains("secret") && !error.to_string().contains("345"), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let file = Scratch::new("missing");
        match KeyFile::read(&file.0) {
            Err(KeyFileError::Unreadable { path, source }) => {
                assert_eq!((path, source.kind()), (file.0.clone(), io::ErrorKind::NotFound));
            }
            other => panic!("{other:?}"),
        }
    }
}
