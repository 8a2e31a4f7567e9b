//! Putting a program on chain: writing it into a buffer, deploying or upgrading from the buffer,
//! and giving up the right to change it.

mod buffer;
mod signing;

use std::time::Duration;

use solana_loader_v3_interface::get_program_data_address;
use solana_loader_v3_interface::instruction as loader;
use solana_loader_v3_interface::state::UpgradeableLoaderState as State;
use tokio::time::sleep;

use crate::client::Rpc;
use crate::confirm::{ConfirmOptions, Confirmed};
use crate::error::{Result, RpcError};
use crate::solana::{Address, Signature, Signer, ids};
use signing::signed;

/// A key that can sign from several tasks.
pub type SyncSigner<'a> = &'a (dyn Signer + Sync);

/// Largest account that the runtime allows, in bytes.
const MAX_ACCOUNT_LEN: usize = 10 * 1024 * 1024;

/// What a deployment is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeployProgress {
    /// The buffer exists; the program will be written in this many parts.
    Writing {
        /// Parts of the program.
        parts: usize,
    },
    /// So many parts were read back from the buffer as they should be.
    Written {
        /// Parts that arrived.
        parts: usize,
        /// Parts in all.
        of: usize,
    },
    /// The program was made from the buffer and can be called.
    Deployed {
        /// Slot from which it can be called.
        slot: u64,
    },
}

/// A deployed program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// Address of the program.
    pub program: Address,
    /// The transaction that deployed or upgraded it.
    pub signature: Signature,
    /// Whether there was an earlier version.
    pub upgraded: bool,
}

/// What stands at a program's address.
enum Existing {
    Nothing,
    Program { max_len: usize },
}

/// Deploys `elf` at the address of `program`, or upgrades what is there. `payer` pays fees and
/// rent (for `elf.len()` bytes and no spare room), `authority` may upgrade the program later.
///
/// The content is read back and compared byte by byte before it is deployed, and the call returns
/// when the program can be called. A failure leaves a buffer that only `authority` can close.
///
/// # Errors
/// [`RpcError::NotTheAuthority`] when the program there belongs to somebody else or is final;
/// [`RpcError::TooLarge`] when it does not fit into the room of the earlier version;
/// [`RpcError::DeployStalled`] when the network takes no writes for a minute;
/// [`RpcError::TransactionFailed`], for instance on an invalid ELF or when the payer runs out.
pub async fn deploy_program(
    rpc: &Rpc,
    payer: SyncSigner<'_>,
    program: SyncSigner<'_>,
    elf: &[u8],
    authority: SyncSigner<'_>,
    mut progress: impl FnMut(DeployProgress),
) -> Result<Deployed> {
    let room = MAX_ACCOUNT_LEN.saturating_sub(State::size_of_programdata_metadata());
    check_fits(elf.len(), room)?;
    let address = program.pubkey();
    let existing = existing_program(rpc, &address, &authority.pubkey()).await?;
    if let Existing::Program { max_len } = existing {
        check_fits(elf.len(), max_len)?;
    }

    let buffer = buffer::write(rpc, payer, elf, authority, &mut progress).await?;
    #[allow(deprecated, reason = "its successor, loader v4, is not enabled on the public clusters")]
    let (confirmed, upgraded) = match existing {
        Existing::Nothing => {
            let lamports = rpc.minimum_balance(State::size_of_program()).await?;
            let instructions = loader::deploy_with_max_program_len(
                &payer.pubkey(),
                &address,
                &buffer,
                &authority.pubkey(),
                lamports,
                elf.len(),
            )
            .map_err(|_| RpcError::TooLarge { what: "program", len: elf.len(), max: room })?;
            (submit(rpc, payer, &[program, authority], &instructions).await?, false)
        }
        Existing::Program { .. } => {
            let upgrade = loader::upgrade(&address, &buffer, &authority.pubkey(), &payer.pubkey());
            (submit(rpc, payer, &[authority], &[upgrade]).await?, true)
        }
    };
    let slot = next_slot_after(rpc, confirmed.slot).await?;
    progress(DeployProgress::Deployed { slot });
    Ok(Deployed { program: address, signature: confirmed.signature, upgraded })
}

/// Makes a program final: nobody can change it any more.
///
/// # Errors
/// [`RpcError::AccountNotFound`] when there is no program, [`RpcError::NotTheAuthority`], and as
/// [`Rpc::send_and_confirm`].
pub async fn finalize_program(
    rpc: &Rpc,
    payer: SyncSigner<'_>,
    program: &Address,
    authority: SyncSigner<'_>,
) -> Result<Confirmed> {
    match existing_program(rpc, program, &authority.pubkey()).await? {
        Existing::Nothing => Err(RpcError::AccountNotFound { address: *program }),
        Existing::Program { .. } => {
            let instruction = loader::set_upgrade_authority(program, &authority.pubkey(), None);
            submit(rpc, payer, &[authority], &[instruction]).await
        }
    }
}

/// What stands at `program`, once it is certain that `authority` may change it.
async fn existing_program(rpc: &Rpc, program: &Address, authority: &Address) -> Result<Existing> {
    let denied = || RpcError::NotTheAuthority { program: *program, authority: *authority };
    let data_address = get_program_data_address(program);
    let accounts = rpc.accounts(&[*program, data_address]).await?;
    let [account, data] = accounts.as_slice() else {
        return Err(rpc.malformed("number of accounts"));
    };
    // Lamports sent to the address before the program existed do not make it a program.
    let Some(account) = account.as_ref().filter(|account| account.owner != ids::system_program::ID) else {
        return Ok(Existing::Nothing);
    };
    if account.owner != ids::bpf_loader_upgradeable::ID {
        return Err(denied());
    }
    let data = data.as_ref().ok_or(RpcError::AccountNotFound { address: data_address })?;
    let head = data.data.get(..State::size_of_programdata_metadata());
    match head.and_then(|head| bincode::deserialize(head).ok()) {
        Some(State::ProgramData { upgrade_authority_address: Some(owner), .. }) if owner == *authority => {
            let max_len = data.data.len().saturating_sub(State::size_of_programdata_metadata());
            Ok(Existing::Program { max_len })
        }
        Some(State::ProgramData { .. }) => Err(denied()),
        Some(State::Uninitialized | State::Buffer { .. } | State::Program { .. }) | None => {
            Err(rpc.malformed("program data"))
        }
    }
}

/// Signs with a fresh blockhash, sends and waits. Signing happens once: the outcome is always known
/// or reported as open.
async fn submit(
    rpc: &Rpc,
    payer: SyncSigner<'_>,
    signers: &[SyncSigner<'_>],
    instructions: &[crate::solana::Instruction],
) -> Result<Confirmed> {
    let blockhash = rpc.latest_blockhash().await?;
    let transaction = signed(payer, signers, instructions, blockhash.hash)?;
    rpc.send_and_confirm(&transaction, blockhash.last_valid_block_height, ConfirmOptions::default(), |_| {}).await
}

/// The loader makes a program callable one slot after its deployment.
async fn next_slot_after(rpc: &Rpc, slot: u64) -> Result<u64> {
    loop {
        let now = rpc.slot().await?;
        if now > slot {
            return Ok(now);
        }
        sleep(Duration::from_millis(25)).await;
    }
}

fn check_fits(len: usize, max: usize) -> Result<()> {
    if len > max {
        return Err(RpcError::TooLarge { what: "program", len, max });
    }
    Ok(())
}
