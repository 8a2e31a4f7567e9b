//! Writing a program into a buffer account, in parts that go out side by side.
//!
//! The writes are not confirmed one by one. The buffer is read back and compared instead: that is
//! the fact that matters, costs one call for all parts, and a part that is written twice does no harm.

use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use solana_loader_v3_interface::instruction as loader;
use solana_loader_v3_interface::state::UpgradeableLoaderState as State;
use tokio::time::{Instant, sleep};

use super::signing::signed;
use super::{DeployProgress, SyncSigner, submit};
use crate::client::Rpc;
use crate::confirm::{MAX_TRANSACTION_LEN, Preflight, encode};
use crate::error::{Result, RpcError};
use crate::solana::{Address, Hash, Keypair, Signer};

/// Writes under way at one time: enough to hide the way to the endpoint, few enough not to be
/// turned away by one with a rate limit.
const PARALLEL_WRITES: usize = 16;
/// Between two looks at the buffer, at least; a look that takes longer is followed by a longer pause.
const LOOK_PAUSE: Duration = Duration::from_millis(100);
/// How long nothing may arrive before the missing parts go out again. Writes that are merely slow
/// must not be doubled: that makes a busy network slower.
const RESEND_AFTER: Duration = Duration::from_secs(4);
/// How long nothing at all may arrive.
const STALL_LIMIT: Duration = Duration::from_secs(60);

/// Creates a buffer and writes `elf` into it. Returns its address once it holds exactly `elf`.
pub(super) async fn write(
    rpc: &Rpc,
    payer: SyncSigner<'_>,
    elf: &[u8],
    authority: SyncSigner<'_>,
    progress: &mut impl FnMut(DeployProgress),
) -> Result<Address> {
    let buffer = Keypair::new();
    // The deployment hands this rent back to the payer before it takes that of the program data.
    let lamports = rpc.minimum_balance(State::size_of_programdata(elf.len())).await?;
    let create = loader::create_buffer(&payer.pubkey(), &buffer.pubkey(), &authority.pubkey(), lamports, elf.len())
        .map_err(|_| RpcError::TooLarge { what: "program", len: elf.len(), max: u32::MAX as usize })?;
    submit(rpc, payer, &[&buffer, authority], &create).await?;

    let address = buffer.pubkey();
    let part_len = longest_part(payer, authority, &address)?;
    // A new buffer is zero: parts that are zero too need no writing.
    let mut missing = missing_parts(elf, &[], part_len);
    let total = elf.len().div_ceil(part_len);
    let mut last_arrival = Instant::now();
    progress(DeployProgress::Writing { parts: total });
    while !missing.is_empty() {
        let hash = rpc.latest_blockhash().await?.hash;
        send_parts(rpc, payer, authority, &address, elf, part_len, &missing, hash).await?;
        let mut quiet_since = Instant::now();
        while !missing.is_empty() && quiet_since.elapsed() < RESEND_AFTER {
            let asked = Instant::now();
            let still = match rpc.existing_account(&address).await {
                Ok(account) => {
                    let content = account.data.get(State::size_of_buffer_metadata()..).unwrap_or_default();
                    missing_parts(elf, content, part_len)
                }
                // An endpoint that is busy with the writes is not one that lost them.
                Err(error) if error.is_retryable() => missing.clone(),
                Err(error) => return Err(error),
            };
            if still.len() < missing.len() {
                last_arrival = Instant::now();
                quiet_since = last_arrival;
                progress(DeployProgress::Written { parts: total - still.len(), of: total });
            }
            missing = still;
            if !missing.is_empty() {
                sleep(asked.elapsed().max(LOOK_PAUSE)).await;
            }
        }
        let waited = last_arrival.elapsed();
        if !missing.is_empty() && waited >= STALL_LIMIT {
            return Err(RpcError::DeployStalled { missing: missing.len(), total, waited });
        }
    }
    Ok(address)
}

/// Sends one write for each of `parts`. A write that is not taken is written in the next round;
/// only an error that the next round would meet again ends the deployment.
#[allow(clippy::too_many_arguments, reason = "one call site; a struct would only rename them")]
async fn send_parts(
    rpc: &Rpc,
    payer: SyncSigner<'_>,
    authority: SyncSigner<'_>,
    buffer: &Address,
    elf: &[u8],
    part_len: usize,
    parts: &[usize],
    hash: Hash,
) -> Result<()> {
    let mut encoded = Vec::with_capacity(parts.len());
    for index in parts {
        let offset = index * part_len;
        let bytes = elf.chunks(part_len).nth(*index).unwrap_or_default().to_vec();
        let offset = u32::try_from(offset).expect("an account is shorter than 2^32 bytes");
        let write = loader::write(buffer, &authority.pubkey(), offset, bytes);
        encoded.push(encode(&signed(payer, &[authority], &[write], hash)?)?);
    }
    let mut sending = stream::iter(encoded)
        .map(|bytes| async move { rpc.send_encoded(&bytes, Preflight::Skip).await })
        .buffer_unordered(PARALLEL_WRITES);
    while let Some(sent) = sending.next().await {
        match sent {
            Err(error) if !error.is_retryable() => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Positions of the parts in which `written` (zero where it ends) differs from `elf`.
fn missing_parts(elf: &[u8], written: &[u8], part_len: usize) -> Vec<usize> {
    elf.chunks(part_len)
        .enumerate()
        .filter(|(index, part)| {
            let from = (index * part_len).min(written.len());
            let to = (from + part.len()).min(written.len());
            let (there, beyond) = part.split_at(to - from);
            there != &written[from..to] || beyond.iter().any(|byte| *byte != 0)
        })
        .map(|(index, _)| index)
        .collect()
}

/// Bytes of a program that fit into one transaction beside everything else.
fn longest_part(payer: SyncSigner<'_>, authority: SyncSigner<'_>, buffer: &Address) -> Result<usize> {
    let empty = loader::write(buffer, &authority.pubkey(), 0, Vec::new());
    let transaction = signed(payer, &[authority], &[empty], Hash::default())?;
    let len = bincode::serialized_size(&transaction).expect("a transaction is made of serialisable parts");
    // The length of the instruction's data takes a second byte from 128 bytes on.
    Ok(MAX_TRANSACTION_LEN - usize::try_from(len).unwrap_or(MAX_TRANSACTION_LEN) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_parts_are_those_that_differ() {
        let elf = [1, 2, 3, 0, 0, 0, 7];
        assert_eq!(missing_parts(&elf, &[], 3), [0, 2]);
        assert_eq!(missing_parts(&elf, &[0; 7], 3), [0, 2]);
        assert_eq!(missing_parts(&elf, &[1, 2, 3, 0, 9, 0, 7], 3), [1]);
        assert_eq!(missing_parts(&elf, &[1, 2, 3, 0], 3), [2]);
        assert_eq!(missing_parts(&elf, &elf, 3), [] as [usize; 0]);
    }

    #[test]
    fn longest_part_fills_a_transaction_to_the_last_byte() {
        let (payer, authority, buffer) = (Keypair::new(), Keypair::new(), Keypair::new().pubkey());
        for authority in [&payer, &authority] {
            let len = longest_part(&payer, authority, &buffer).expect("both keys sign");
            let write = loader::write(&buffer, &authority.pubkey(), 0, vec![7; len]);
            let transaction = signed(&payer, &[authority], &[write], Hash::default()).expect("both keys sign");
            assert_eq!(bincode::serialized_size(&transaction).ok(), Some(MAX_TRANSACTION_LEN as u64));
        }
    }
}
