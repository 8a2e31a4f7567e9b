//! A call of another program, as it is typed.

use std::path::Path;

use anyhow::Context;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::action::{
    ActionError, FLAG_SIGNER, FLAG_WRITABLE, Invocation, InvokeAccount, InvokeAccounts, encode_accounts,
};

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

/// One call of a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    program: Address,
    accounts: Vec<Account>,
    data: Data,
}

impl Call {
    /// Its accounts in canonical bytes.
    pub(super) fn account_bytes(&self, constitution: &Address) -> Vec<u8> {
        let accounts: Vec<_> = self.accounts.iter().map(|account| account.resolved(constitution)).collect();
        encode_accounts(&accounts)
    }

    /// As the rules see it, over [`Call::account_bytes`].
    ///
    /// # Errors
    /// Where it has too many accounts.
    pub(super) fn invocation<'a>(&'a self, accounts: &'a [u8]) -> Result<Invocation<'a>, ActionError> {
        let accounts = InvokeAccounts::new(accounts)?;
        Ok(Invocation { program: self.program.to_bytes(), accounts, data: &self.data.0 })
    }
}

/// Reads `PROGRAM,ACCOUNT,ACCOUNT=HEX`.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn call(text: &str) -> Result<Call, String> {
    let (names, digits) = text.split_once('=').unwrap_or((text, ""));
    let mut names = names.split(',');
    let program = names.next().unwrap_or_default();
    let program = program.parse().map_err(|_| format!("{program:?} is no address"))?;
    Ok(Call { program, accounts: names.map(account).collect::<Result<_, _>>()?, data: data(digits)? })
}

/// Reads a file with one call a line.
///
/// # Errors
/// Where it cannot be read, or what is wrong with which line.
pub(crate) fn read(path: &Path) -> anyhow::Result<Vec<Call>> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
    let lines = (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| call(line).map_err(|wrong| anyhow::anyhow!("line {number} of {name}: {wrong}")))
        .collect()
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
    fn a_call_is_its_program_its_accounts_and_its_data() {
        let program = ADDRESS.parse().expect("an address");
        let accounts = vec![account("vault:ws").expect("the vault"), account(ADDRESS).expect("an address")];
        let expected = Call { program, accounts, data: Data(vec![2, 255]) };
        assert_eq!(call(&format!("{ADDRESS},vault:ws,{ADDRESS}=02ff")), Ok(expected));
        assert_eq!(call(ADDRESS), Ok(Call { program, accounts: vec![], data: Data(vec![]) }));
        assert_eq!(call("Ana=00"), Err("\"Ana\" is no address".to_owned()));
        assert!(call(&format!("{ADDRESS},vault:x")).is_err() && call(&format!("{ADDRESS}=0")).is_err());
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
