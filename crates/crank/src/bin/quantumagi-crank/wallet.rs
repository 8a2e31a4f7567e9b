//! The hot wallet: a key of its own, that only the crank's user can read and that a validator does not need.

use std::fs;
use std::path::Path;

use quantumagi_rpc::solana::{Address, Keypair, ids, read_keypair_file};
use quantumagi_rpc::{Filter, Rpc, RpcError};

use crate::exit::{Exit, Mendable};

/// Bits of a file's mode that let somebody else than its owner at it.
const OTHERS: u32 = 0o077;
/// Where a vote account of any version since 1.14 keeps the identity of its validator, after the version's four bytes.
const NODE_OFFSET: usize = 4;
/// Where it keeps who may withdraw from it.
const WITHDRAWER_OFFSET: usize = 36;

/// Reads the key.
///
/// # Errors
/// [`Mendable`] where there is no such file, where others can read it, and where it holds no key. Nothing of its content is
/// ever part of a message.
pub(crate) fn read(path: &Path) -> Result<Keypair, Mendable> {
    let shown = path.display();
    let refused = |problem: String, hint: String| Mendable::new(problem, hint).ending(Exit::Wallet);
    let metadata = fs::metadata(path).map_err(|error| {
        let hint = "make one with `quantumagi-crank init`, or with `solana-keygen new -o` and that path";
        refused(format!("cannot read the wallet {shown}: {error}"), hint.to_owned())
    })?;
    check_mode("the wallet", path, &metadata)?;
    // Dropped on purpose: what the reader objects to may quote the key.
    read_keypair_file(path).map_err(|_| {
        let hint = "a key file holds 64 numbers in brackets, as `solana-keygen` writes it";
        refused(format!("{shown} is not a key file"), hint.to_owned())
    })
}

/// Refuses a file with a key that others than its owner can read.
///
/// # Errors
/// [`Mendable`], also where there is no such file.
pub(crate) fn check_private(what: &str, path: &Path) -> Result<(), Mendable> {
    let metadata = fs::metadata(path).map_err(|error| {
        Mendable::new(format!("cannot read {what} {}: {error}", path.display()), "name a file that is there")
    })?;
    check_mode(what, path, &metadata)
}

fn check_mode(what: &str, path: &Path, metadata: &fs::Metadata) -> Result<(), Mendable> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let problem = format!("others can read {what} {} (mode {mode:03o})", path.display());
    Err(Mendable::new(problem, format!("chmod 600 '{}'", path.display())).ending(Exit::Wallet))
}

/// What a key must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotAWallet {
    /// A validator votes with it.
    #[error("{key} is the identity of the validator with the vote account {vote}")]
    Identity {
        /// The key.
        key: Address,
        /// A vote account that names it.
        vote: Address,
    },
    /// It can empty a vote account.
    #[error("{key} may withdraw from the vote account {vote}")]
    Withdrawer {
        /// The key.
        key: Address,
        /// A vote account that names it.
        vote: Address,
    },
    /// It is an account of a program.
    #[error("{key} is no wallet: the program {owner} owns it")]
    Owned {
        /// The key.
        key: Address,
        /// The program. The Vote program, where it is a vote account.
        owner: Address,
    },
}

impl From<NotAWallet> for Mendable {
    fn from(refused: NotAWallet) -> Self {
        let hint = "give the crank a wallet of its own that holds little: `quantumagi-crank init` makes one";
        Self::new(refused.to_string(), hint).ending(Exit::Wallet)
    }
}

/// How far a key was looked into.
#[derive(Debug)]
pub(crate) enum Looked {
    /// It is nothing but a wallet.
    Apart,
    /// The endpoint does not search vote accounts: that it may withdraw from one, or is the identity of a validator
    /// without stake, is not known.
    Unsearched(RpcError),
}

/// Whether the key is a validator's identity, a vote account, or somebody who can empty one.
///
/// # Errors
/// What it is, or an endpoint that did not answer and may later.
pub(crate) async fn check_apart(rpc: &Rpc, key: &Address) -> Result<Result<Looked, NotAWallet>, RpcError> {
    let account = rpc.account(key).await?;
    if let Some(owner) = account.map(|account| account.owner).filter(|owner| *owner != ids::system_program::ID) {
        return Ok(Err(NotAWallet::Owned { key: *key, owner }));
    }
    let bytes = key.as_ref().to_vec();
    for offset in [NODE_OFFSET, WITHDRAWER_OFFSET] {
        let filter = Filter::Bytes { offset, bytes: bytes.clone() };
        let found = match rpc.program_accounts(&ids::vote::ID, &[filter]).await {
            Ok(found) => found,
            Err(error) if error.is_retryable() => return Err(error),
            Err(error) => return unsearched(rpc, key, error).await,
        };
        if let Some((vote, _)) = found.into_iter().next() {
            let is_identity = offset == NODE_OFFSET;
            let (identity, withdrawer) =
                (NotAWallet::Identity { key: *key, vote }, NotAWallet::Withdrawer { key: *key, vote });
            return Ok(Err(if is_identity { identity } else { withdrawer }));
        }
    }
    Ok(Ok(Looked::Apart))
}

/// What an endpoint knows that does not search: the identities of all validators with stake.
async fn unsearched(rpc: &Rpc, key: &Address, refusal: RpcError) -> Result<Result<Looked, NotAWallet>, RpcError> {
    let accounts = match rpc.vote_accounts().await {
        Ok(accounts) => accounts,
        Err(error) if error.is_retryable() => return Err(error),
        // Neither is served here.
        Err(_) => Vec::new(),
    };
    let found = accounts.iter().find(|account| account.node == *key);
    Ok(match found {
        Some(account) => Err(NotAWallet::Identity { key: *key, vote: account.vote }),
        None => Ok(Looked::Unsearched(refusal)),
    })
}
