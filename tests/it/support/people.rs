//! People and texts by name. The chain does not check signatures here (that is the runtime's own work); the program sees
//! who the transaction says has signed.

use quantumagi_interface::{Address, digest::sha256};

/// The SHA-256 of a text.
pub fn hash(text: &str) -> [u8; 32] {
    sha256(text.as_bytes())
}

/// Somebody with this name.
pub fn person(name: &str) -> Address {
    Address::new_from_array(hash(name))
}

/// The member with this index of the council called `council`. A higher index has a higher address.
pub fn member_key(council: &str, index: u32) -> Address {
    let mut bytes = hash(council);
    bytes[..4].copy_from_slice(&(index + 1).to_be_bytes());
    Address::new_from_array(bytes)
}
