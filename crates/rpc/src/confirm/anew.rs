//! Signing anew what can no longer land.

use super::{ConfirmOptions, Confirmed, SendProgress};
use crate::client::Rpc;
use crate::error::{Result, RpcError};
use crate::fees::Blockhash;
use crate::solana::VersionedTransaction;

impl Rpc {
    /// Signs a transaction with a current blockhash, sends it and waits, as [`Rpc::send_and_confirm`]; signs it
    /// anew where it expired, up to `signings` times in all (0 counts as 1). It is signed again only after
    /// [`RpcError::Expired`], when the one before can no longer land: it is executed at most once.
    ///
    /// # Errors
    /// As [`Rpc::send_and_confirm`], of the last one signed; whatever `sign` answers.
    pub async fn sign_and_confirm(
        &self,
        mut sign: impl FnMut(Blockhash) -> Result<VersionedTransaction>,
        signings: u32,
        options: ConfirmOptions,
        mut progress: impl FnMut(SendProgress),
    ) -> Result<Confirmed> {
        let (rpc, correlation) = self.correlated();
        let mut signed = 0_u32;
        loop {
            let blockhash = rpc.latest_blockhash().await?;
            let transaction = sign(blockhash)?;
            signed = signed.saturating_add(1);
            let height = blockhash.last_valid_block_height;
            match rpc.send_and_confirm(&transaction, height, options, &mut progress).await {
                Err(RpcError::Expired { signature, .. }) if signed < signings => {
                    super::meters::count_signed_anew();
                    tracing::info!(%signature, correlation, "transaction expired and is signed anew");
                }
                outcome => return outcome,
            }
        }
    }
}
