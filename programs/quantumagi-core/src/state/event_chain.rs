//! The rolling hash that proves a history complete.

use anchor_lang::prelude::*;
use quantumagi_rules::{digest::next_link, Hash, Sha256};

use crate::error::GovError;

/// SHA-256 by system call.
pub struct SolSha256;

impl Sha256 for SolSha256 {
    fn hashv(parts: &[&[u8]]) -> Hash {
        anchor_lang::solana_program::hash::hashv(parts).to_bytes()
    }

    // A proof of 20 levels is 20 hashes: each would be copied once more than it has to be.
    #[cfg(any(target_os = "solana", target_arch = "bpf"))]
    #[inline(always)]
    fn hash_into(parts: &[&[u8]], hash: &mut Hash) {
        // SAFETY: the system call reads `parts` as the slices they are and writes 32 bytes, which `hash` has.
        unsafe {
            anchor_lang::solana_program::hash::sol_sha256(
                parts.as_ptr().cast(),
                parts.len() as u64,
                hash.as_mut_ptr().cast(),
            );
        }
    }
}

/// Where a chain of events stands. Lives in the account that every event of the chain writes anyway, so that votes on
/// different proposals do not wait for each other.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)]
#[bytemuck(crate = "anchor_lang::bytemuck")]
#[repr(C)]
pub struct EventChain {
    /// SHA-256 of the hash before and the last event's bytes; zeros before the first event.
    pub hash: [u8; 32],
    /// Events so far, and so the sequence number of the next one.
    pub sequence: u64,
}

impl EventChain {
    /// Logs `event` and links it. The caller has put [`EventChain::sequence`] into the event.
    ///
    /// # Errors
    /// [`GovError::Overflow`] after 2^64 events.
    pub fn record(&mut self, event: &impl Event) -> Result<()> {
        self.log_and_link(&event.data())
    }

    /// Logs `event`, links it, and begins another chain with it.
    ///
    /// # Errors
    /// [`GovError::InvariantBroken`] where the other chain has begun; [`GovError::Overflow`] after 2^64 events.
    pub fn record_beginning(&mut self, other: &mut Self, event: &impl Event) -> Result<()> {
        require!(other.sequence == 0, GovError::InvariantBroken);
        let bytes = event.data();
        other.link(&bytes)?;
        self.log_and_link(&bytes)
    }

    // One copy for all events: the code of an event is only what builds its bytes.
    #[inline(never)]
    fn log_and_link(&mut self, bytes: &[u8]) -> Result<()> {
        sol_log_data(&[bytes]);
        self.link(bytes)
    }

    fn link(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash = next_link::<SolSha256>(&self.hash, bytes);
        self.sequence = self.sequence.checked_add(1).ok_or(GovError::Overflow)?;
        Ok(())
    }
}
