//! People and texts by name. LiteSVM does not check signatures here (that is the runtime's own work, and `program_test`
//! lets it): the program sees who the transaction says has signed.

use quantumagi_interface::{Address, digest::sha256};
use solana_keypair::Keypair;
use solana_signer::Signer;

/// The SHA-256 of a text.
pub fn hash(text: &str) -> [u8; 32] {
    sha256(text.as_bytes())
}

/// The keys of somebody with this name, for chains that do check.
pub fn keypair(name: &str) -> Keypair {
    Keypair::new_from_array(hash(name))
}

/// Somebody with this name.
pub fn person(name: &str) -> Address {
    keypair(name).pubkey()
}

/// The member with this index of the council called `council`. A higher index has a higher address.
pub fn member_key(council: &str, index: u32) -> Address {
    let mut bytes = hash(council);
    bytes[..4].copy_from_slice(&(index + 1).to_be_bytes());
    Address::new_from_array(bytes)
}
