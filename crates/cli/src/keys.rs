//! Key files: read once, used for signing, never shown.

use std::fs;
use std::path::{Path, PathBuf};

use quantumagi_rpc::solana::{Keypair, read_keypair_file};

use crate::exit::{Mendable, UsageError};

/// Bits of a file's mode that let somebody else than its owner at it.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

/// Reads the key in a file of the Solana CLI's format.
///
/// # Errors
/// Where there is no such file, where others than its owner can read it, and where it holds no key. Nothing of its
/// content is ever part of a message.
pub(crate) fn read(path: &Path) -> anyhow::Result<Keypair> {
    refuse_other_wallets(path)?;
    let shown = path.display();
    let metadata = fs::metadata(path).map_err(|error| {
        let make = format!("make one with `solana-keygen new -o {shown}`, or name another with --keypair");
        anyhow::Error::new(error).context(Mendable::new(format!("cannot read the key file {shown}"), make))
    })?;
    check_private(path, &metadata)?;
    // Dropped on purpose: what the reader objects to may quote the key.
    read_keypair_file(path).map_err(|_| {
        let hint = "a key file holds 64 numbers in brackets, as `solana-keygen` writes it";
        Mendable::new(format!("{shown} is not a key file"), hint).into()
    })
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

#[cfg(unix)]
fn check_private(path: &Path, metadata: &fs::Metadata) -> Result<(), Mendable> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let (problem, mend) = (format!("others can read the key file {} (mode {mode:03o})", path.display()), quoted(path));
    Err(Mendable::new(problem, format!("chmod 600 {mend}")))
}

#[cfg(not(unix))]
fn check_private(_: &Path, _: &fs::Metadata) -> Result<(), Mendable> {
    // Not checked here: access lists, which have no mode bits.
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
