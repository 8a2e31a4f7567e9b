//! Who signs: a key file, anything else that can sign, or a wallet somewhere else; transactions, and texts off chain.
//!
//! [`Quantumagi::carry_out`] takes any mix of them. Where everybody who must sign can do so here, the transaction is sent;
//! otherwise it comes back with the signatures that are there, for the wallets that are missing.

mod key_file;
mod off_chain;

use quantumagi_rpc::deploy::SyncSigner;
use quantumagi_rpc::solana::{Address, Instruction, Signer, SignerError};
use quantumagi_rpc::{RpcError, SendProgress};

pub use key_file::{KeyFile, KeyFileError};
pub use off_chain::{NotSignable, OffChainText};

use crate::client::Quantumagi;
use crate::error::{Result, SdkError};
use crate::transaction::{Pricing, Receipt, Unsigned};

/// Somebody whose signature a transaction needs. Everything that is a [`Signer`] is one: a key in memory, a [`KeyFile`], a
/// hardware wallet with a driver.
pub trait Approver: Sync {
    /// The address that signs.
    fn address(&self) -> Address;

    /// What signs here; `None` for a wallet somewhere else.
    fn signer(&self) -> Option<SyncSigner<'_>>;
}

impl<S: Signer + Sync> Approver for S {
    fn address(&self) -> Address {
        self.pubkey()
    }

    fn signer(&self) -> Option<SyncSigner<'_>> {
        Some(self)
    }
}

/// A wallet somewhere else, which is handed the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wallet(pub Address);

impl Approver for Wallet {
    fn address(&self) -> Address {
        self.0
    }

    fn signer(&self) -> Option<SyncSigner<'_>> {
        None
    }
}

/// What became of instructions.
#[derive(Clone, Debug)]
pub enum Carried {
    /// They landed.
    Sent(Box<Receipt>),
    /// A wallet must sign before they can be sent; who can sign here has. It is taken for about a minute.
    ToSign(Box<Unsigned>),
}

impl Quantumagi {
    /// Simulates and prices instructions as one transaction, and sends it where everybody can sign here. The first of
    /// `approvers` pays; one who is named twice signs once.
    ///
    /// # Errors
    /// As [`Quantumagi::send`] and [`Quantumagi::unsigned`]; [`RpcError::Signing`] in [`SdkError::Rpc`] where a signer
    /// refuses, or where nobody was named.
    pub async fn carry_out(
        &self,
        instructions: &[Instruction],
        approvers: &[&dyn Approver],
        pricing: &Pricing,
        progress: impl FnMut(SendProgress) + Send,
    ) -> Result<Carried> {
        let here: Option<Vec<SyncSigner<'_>>> = approvers.iter().map(|approver| approver.signer()).collect();
        if let Some(signers) = here.filter(|signers| !signers.is_empty()) {
            let receipt = self.send_with(instructions, &signers, pricing, progress).await?;
            return Ok(Carried::Sent(Box::new(receipt)));
        }
        let payer = approvers.first().ok_or_else(|| signing(SignerError::NotEnoughSigners))?.address();
        let mut unsigned = self.unsigned(&payer, instructions, pricing).await?;
        let message = unsigned.transaction.message.serialize();
        for signer in approvers.iter().filter_map(|approver| approver.signer()) {
            let place = unsigned.signers.iter().position(|address| *address == signer.pubkey());
            if let Some(signature) = place.and_then(|place| unsigned.transaction.signatures.get_mut(place)) {
                *signature = signer.try_sign_message(&message).map_err(signing)?;
            }
        }
        Ok(Carried::ToSign(Box::new(unsigned)))
    }
}

fn signing(error: SignerError) -> SdkError {
    SdkError::Rpc(RpcError::from(error))
}
