//! A call of another program, as it is typed.

use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::action::{FLAG_SIGNER, FLAG_WRITABLE, InvokeAccount};

/// An account of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    address: Named,
    flags: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Vault,
    Address(Address),
}

/// Data of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Data(pub(super) Vec<u8>);

impl Account {
    /// The account in a constitution's call.
    pub(super) fn resolved(&self, constitution: &Address) -> InvokeAccount {
        let address = match self.address {
            Named::Vault => pda::vault(constitution),
            Named::Address(address) => address,
        };
        InvokeAccount { address: address.to_bytes(), flags: self.flags }
    }
}

/// Reads `ADDRESS`, `ADDRESS:w`, `ADDRESS:s` or `ADDRESS:ws`.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn account(text: &str) -> Result<Account, String> {
    let (name, flags) = text.split_once(':').unwrap_or((text, ""));
    let address = match name {
        "vault" => Named::Vault,
        _ => Named::Address(name.parse().map_err(|_| format!("{name:?} is no address"))?),
    };
    let flags = match flags {
        "" => 0,
        "w" => FLAG_WRITABLE,
        "s" => FLAG_SIGNER,
        "ws" | "sw" => FLAG_WRITABLE | FLAG_SIGNER,
        _ => return Err(format!("{flags:?} is no flag: it is w, s or ws")),
    };
    Ok(Account { address, flags })
}

/// Reads hexadecimal digits.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn data(text: &str) -> Result<Data, String> {
    let digits: Option<Vec<u8>> = text.chars().map(|digit| digit.to_digit(16)?.try_into().ok()).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0);
    let digits = digits.ok_or_else(|| "data is an even number of hexadecimal digits".to_owned())?;
    Ok(Data(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "4uQeVj5tqViQh7yWWGStvkEG1Zmhx6uasJtWCJziofM";

    #[test]
    fn an_account_has_its_flags_behind_a_colon() {
        let address = Named::Address(ADDRESS.parse().expect("an address"));
        for (suffix, flags) in [("", 0), (":w", 1), (":s", 2), (":ws", 3), (":sw", 3)] {
            assert_eq!(account(&format!("{ADDRESS}{suffix}")), Ok(Account { address, flags }));
        }
        assert_eq!(account("vault:s"), Ok(Account { address: Named::Vault, flags: 2 }));
        assert_eq!(account("vault:x"), Err("\"x\" is no flag: it is w, s or ws".to_owned()));
        assert_eq!(account("Ana"), Err("\"Ana\" is no address".to_owned()));
    }

    #[test]
    fn data_is_hexadecimal() {
        assert_eq!(data(""), Ok(Data(vec![])));
        assert_eq!(data("00ffA1"), Ok(Data(vec![0, 255, 0xa1])));
        for wrong in ["0", "0x00", "é0", "gg"] {
            assert!(data(wrong).is_err(), "{wrong}");
        }
    }
}
