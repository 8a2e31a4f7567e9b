//! Key files: read once, used for signing, never shown.

use std::path::{Path, PathBuf};

use quantumagi_rpc::solana::Keypair;
use quantumagi_sdk::signing::{KeyFile, KeyFileError};

use crate::exit::{Mendable, UsageError};

/// Reads the key in a file of the Solana CLI's format.
///
/// # Errors
/// Where there is no such file, where others than its owner can read it, and where it holds no key. Nothing of its
/// content is ever part of a message.
pub(crate) fn read(path: &Path) -> anyhow::Result<Keypair> {
    refuse_other_wallets(path)?;
    let shown = path.display();
    match KeyFile::read(path) {
        Ok(file) => Ok(file.into_keypair()),
        Err(KeyFileError::Unreadable { source, .. }) => {
            let make = format!("make one with `solana-keygen new -o {shown}`, or name another with --keypair");
            Err(anyhow::Error::new(source).context(Mendable::new(format!("cannot read the key file {shown}"), make)))
        }
        Err(KeyFileError::Exposed { mode, .. }) => {
            let problem = format!("others can read the key file {shown} (mode {mode:03o})");
            Err(Mendable::new(problem, format!("chmod 600 {}", quoted(path))).into())
        }
        Err(KeyFileError::NoKey { .. }) => {
            let hint = "a key file holds 64 numbers in brackets, as `solana-keygen` writes it";
            Err(Mendable::new(format!("{shown} is not a key file"), hint).into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The Solana CLI also takes hardware wallets and seed phrases where it takes a key file.
fn refuse_other_wallets(path: &Path) -> Result<(), UsageError> {
    let name = path.to_string_lossy();
    let is_other =
        name == "ASK" || name == "-" || ["usb:", "prompt:", "stdin:"].iter().any(|scheme| name.starts_with(scheme));
    if is_other {
        let hint = "print the transaction for that wallet with --unsigned --signer ADDRESS";
        return Err(UsageError::new(format!("{name} is not a key file"), hint));
    }
    Ok(())
}

/// The path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path: PathBuf = path.to_owned();
    let text = path.to_string_lossy();
    if text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-+~".contains(c)) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_can_be_pasted_into_a_shell() {
        assert_eq!(quoted(Path::new("/wallets/ana/id.json")), "/wallets/ana/id.json");
        assert_eq!(quoted(Path::new("/wallets/ana/it's mine.json")), r"'/wallets/ana/it'\''s mine.json'");
    }

    #[test]
    fn a_hardware_wallet_is_no_file() {
        for name in ["usb://ledger", "ASK", "prompt:", "-", "stdin:"] {
            let error = refuse_other_wallets(Path::new(name)).expect_err("no file");
            assert_eq!(error.to_string(), format!("{name} is not a key file"));
        }
        assert_eq!(refuse_other_wallets(Path::new("usb.json")), Ok(()));
    }
}
