//! The people of the bill. Their keys are fixed, and so are all addresses, all searches for them and all figures.

use quantumagi_interface::{Address, digest::sha256};

/// The SHA-256 of a text.
pub(super) fn hash(text: &str) -> [u8; 32] {
    sha256(text.as_bytes())
}

/// Somebody with this name.
pub(super) fn person(name: &str) -> Address {
    Address::new_from_array(hash(name))
}

/// Sends what nobody must sign, and pays its fee.
pub(super) fn crank() -> Address {
    person("crank")
}

/// The voter with this index. A higher index has a higher address.
pub(super) fn voter(council: &str, index: u32) -> Address {
    let mut bytes = hash(council);
    bytes[..4].copy_from_slice(&(index + 1).to_be_bytes());
    Address::new_from_array(bytes)
}
