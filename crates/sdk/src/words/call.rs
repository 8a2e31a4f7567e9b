//! Instructions of programs that everybody uses, in words.
//!
//! An instruction is told in words only where all of its data and the accounts it needs were understood: whoever votes
//! on it must not be told half of it.

use quantumagi_rpc::solana::Address;
use quantumagi_rules::action::InvokeAccount;

use super::amount::{counted, decimal, quoted, sol};
use super::names::Names;

/// The system program.
pub(super) const SYSTEM_PROGRAM: Address = Address::from_str_const("11111111111111111111111111111111");
/// The token program.
pub(super) const TOKEN_PROGRAM: Address = Address::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// The token program with extensions. A mint's extensions may add a fee or a hook to a transfer.
pub(super) const TOKEN_2022_PROGRAM: Address = Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// The memo program.
pub(super) const MEMO_PROGRAM: Address = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
/// The loader that owns programs which can be upgraded.
pub(super) const UPGRADEABLE_LOADER: Address = Address::from_str_const("BPFLoaderUpgradeab1e11111111111111111111111");

/// A call in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// What everybody calls the program; `None` for any other.
    pub program_name: Option<&'static str>,
    /// What the instruction does; `None` where it was not understood completely.
    pub effect: Option<String>,
}

/// What an instruction with this data does to these accounts.
#[must_use]
pub fn describe_call(program: &Address, accounts: &[InvokeAccount], data: &[u8], names: &Names) -> Call {
    let addresses: Vec<Address> = accounts.iter().map(|account| Address::from(account.address)).collect();
    let (program_name, effect) = match *program {
        SYSTEM_PROGRAM => (Some("System program"), system(&addresses, data, names)),
        TOKEN_PROGRAM => (Some("Token program"), token(&addresses, data, names)),
        TOKEN_2022_PROGRAM => (Some("Token-2022 program"), token(&addresses, data, names)),
        MEMO_PROGRAM => (Some("Memo program"), memo(data)),
        UPGRADEABLE_LOADER => (Some("BPF loader"), loader(&addresses, data, names)),
        _ => (None, None),
    };
    Call { program_name, effect }
}

/// `Transfer`: number 2, lamports. Source: `solana_system_interface::instruction::SystemInstruction`.
fn system(accounts: &[Address], data: &[u8], names: &Names) -> Option<String> {
    let lamports = u64::from_le_bytes(data.strip_prefix(&[2, 0, 0, 0])?.try_into().ok()?);
    let [from, to] = accounts else { return None };
    Some(format!("transfers {} from {} to {}", sol(lamports), names.address(from), names.address(to)))
}

/// `Transfer`: number 3, amount; `TransferChecked`: number 12, amount, decimals. Further accounts would be signers of a
/// multisignature owner or arguments of a hook. Source: `spl_token_interface::instruction::TokenInstruction`.
fn token(accounts: &[Address], data: &[u8], names: &Names) -> Option<String> {
    match (data.split_first()?, accounts) {
        ((3, amount), [from, to, authority]) => {
            let amount = u64::from_le_bytes(amount.try_into().ok()?);
            let (from, to, authority) = (names.address(from), names.address(to), names.address(authority));
            let amount = counted(amount, "base unit");
            Some(format!("transfers {amount} of a token from account {from} of {authority} to account {to}"))
        }
        ((12, [amount @ .., decimals]), [from, mint, to, authority]) => {
            let amount = decimal(u64::from_le_bytes(amount.try_into().ok()?), *decimals);
            let (mint, from) = (names.address(mint), names.address(from));
            let (to, authority) = (names.address(to), names.address(authority));
            Some(format!("transfers {amount} of token {mint} from account {from} of {authority} to account {to}"))
        }
        _ => None,
    }
}

/// The memo is the data.
fn memo(data: &[u8]) -> Option<String> {
    Some(format!("writes the memo {}", quoted(std::str::from_utf8(data).ok()?)))
}

/// `Upgrade`: number 3; `SetAuthority`: number 4; `SetAuthorityChecked`: number 7. No fields.
/// Source: `solana_loader_v3_interface::instruction::UpgradeableLoaderInstruction`.
fn loader(accounts: &[Address], data: &[u8], names: &Names) -> Option<String> {
    let number = u32::from_le_bytes(data.try_into().ok()?);
    match (number, accounts) {
        (3, [_program_data, program, buffer, spill, _rent, _clock, authority]) => {
            let (program, buffer) = (names.address(program), names.address(buffer));
            let (spill, authority) = (names.address(spill), names.address(authority));
            Some(format!(
                "replaces the code of program {program} by what buffer {buffer} holds, by order of {authority}; \
                 what the buffer has left goes to {spill}"
            ))
        }
        (4, [target, authority]) => {
            let (target, authority) = (names.address(target), names.address(authority));
            Some(format!("takes the upgrade authority over {target} from {authority} and gives it to nobody, for good"))
        }
        (4 | 7, [target, authority, new]) => {
            let (target, authority, new) = (names.address(target), names.address(authority), names.address(new));
            Some(format!("hands the upgrade authority over {target} from {authority} to {new}"))
        }
        _ => None,
    }
}
