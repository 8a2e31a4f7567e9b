//! Signing the transactions of a deployment.

use super::SyncSigner;
use crate::error::Result;
use crate::solana::{Address, Hash, Instruction, Message, Signer, VersionedMessage, VersionedTransaction};

/// One signed transaction. A key that stands in several roles signs once.
pub(super) fn signed(
    payer: SyncSigner<'_>,
    others: &[SyncSigner<'_>],
    instructions: &[Instruction],
    blockhash: Hash,
) -> Result<VersionedTransaction> {
    let mut keys: Vec<Address> = vec![payer.pubkey()];
    let mut signers: Vec<&dyn Signer> = vec![payer];
    for other in others {
        if !keys.contains(&other.pubkey()) {
            keys.push(other.pubkey());
            signers.push(*other);
        }
    }
    let message = Message::new_with_blockhash(instructions, Some(&payer.pubkey()), &blockhash);
    Ok(VersionedTransaction::try_new(VersionedMessage::Legacy(message), &signers)?)
}
