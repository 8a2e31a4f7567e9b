//! What no proposal may call, whoever votes for it.

use super::{Invocation, InvokeAccount, FLAG_SIGNER, FLAG_WRITABLE};
use crate::Address;

/// The loader of programs that can be upgraded, and the tag of its instruction `Upgrade`.
/// Source: `solana_loader_v3_interface::instruction::UpgradeableLoaderInstruction`.
pub const LOADER_UPGRADEABLE: Address = [
    2, 168, 246, 145, 78, 136, 161, 176, 226, 16, 21, 62, 247, 99, 174, 43, 0, 194, 185, 61, 22, 193, 36, 210, 192, 83,
    122, 16, 4, 128, 0, 0,
];
const UPGRADE: [u8; 4] = [3, 0, 0, 0];

/// The accounts on which a proposal's safety rests.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The governance program.
    pub governance: &'a Address,
    /// The account that holds the governance program's own code.
    pub code: &'a Address,
    /// The constitution's vault.
    pub vault: &'a Address,
    /// The constitution.
    pub constitution: &'a Address,
    /// The proposal.
    pub proposal: &'a Address,
}

/// Why an instruction is never called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallRefusal {
    /// It is the governance program's own.
    Governance,
    /// Somebody other than the vault would have to sign.
    Signer,
    /// It names the proposal, which is being written while the call runs, or wants to write the constitution.
    Protected,
    /// It upgrades a program from a buffer whose content nobody has voted on: that is what
    /// [`super::Action::ProgramUpgrade`] is for.
    UnseenUpgrade,
}

impl Invocation<'_> {
    /// Checks it, and tells whether it could touch the governance program's own code: whoever replaces that replaces every
    /// rule there is, so it takes the entrenched threshold.
    ///
    /// # Errors
    /// [`CallRefusal`], where a proposal could never be executed, or would do more than it says.
    pub fn check(&self, around: &Surroundings<'_>) -> Result<bool, CallRefusal> {
        let Self { program, accounts, data } = self;
        if program == around.governance {
            return Err(CallRefusal::Governance);
        }
        if *program == LOADER_UPGRADEABLE && data.starts_with(&UPGRADE) {
            return Err(CallRefusal::UnseenUpgrade);
        }
        let mut touches_code = false;
        for InvokeAccount { address, flags } in accounts.iter() {
            if flags & FLAG_SIGNER != 0 && address != *around.vault {
                return Err(CallRefusal::Signer);
            }
            let is_written = flags & FLAG_WRITABLE != 0;
            if address == *around.proposal || (is_written && address == *around.constitution) {
                return Err(CallRefusal::Protected);
            }
            touches_code |= is_written && address == *around.code;
        }
        Ok(touches_code)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{encode_accounts, InvokeAccounts};
    use super::*;

    const AROUND: Surroundings<'static> = Surroundings {
        governance: &[1; 32],
        code: &[5; 32],
        vault: &[2; 32],
        constitution: &[3; 32],
        proposal: &[4; 32],
    };

    #[track_caller]
    fn check(program: Address, accounts: &[(u8, u8)], data: &[u8], verdict: Result<bool, CallRefusal>) {
        let accounts = accounts.iter().map(|(byte, flags)| InvokeAccount { address: [*byte; 32], flags: *flags });
        let bytes = encode_accounts(&accounts.collect::<alloc::vec::Vec<_>>());
        let accounts = InvokeAccounts::new(&bytes).expect("well formed");
        assert_eq!(Invocation { program, accounts, data }.check(&AROUND), verdict);
    }

    #[test]
    fn x6_a_proposal_calls_neither_the_program_itself_nor_with_somebodys_signature() {
        let both = FLAG_WRITABLE | FLAG_SIGNER;
        check([9; 32], &[(2, both), (8, FLAG_WRITABLE), (3, 0)], b"", Ok(false));
        check([1; 32], &[(2, both)], b"", Err(CallRefusal::Governance));
        check([9; 32], &[(2, both), (8, FLAG_SIGNER)], b"", Err(CallRefusal::Signer));
        check([9; 32], &[(3, FLAG_SIGNER)], b"", Err(CallRefusal::Signer));
    }

    #[test]
    fn x6_a_call_never_names_its_proposal_and_never_writes_the_constitution() {
        for flags in [0, FLAG_WRITABLE] {
            check([9; 32], &[(8, 0), (4, flags)], b"", Err(CallRefusal::Protected));
        }
        check([9; 32], &[(8, 0), (3, FLAG_WRITABLE)], b"", Err(CallRefusal::Protected));
        check([9; 32], &[(8, 0), (3, 0)], b"", Ok(false));
    }

    #[test]
    fn a_call_that_could_replace_every_rule_is_told() {
        check([9; 32], &[(2, FLAG_SIGNER), (5, FLAG_WRITABLE)], b"", Ok(true));
        check([9; 32], &[(2, FLAG_SIGNER), (5, 0)], b"", Ok(false));
    }

    #[test]
    fn x2_an_upgrade_is_not_a_call() {
        check(LOADER_UPGRADEABLE, &[(2, FLAG_SIGNER)], &[3, 0, 0, 0], Err(CallRefusal::UnseenUpgrade));
        // With a byte that the loader does not read, it would be the same upgrade.
        check(LOADER_UPGRADEABLE, &[(2, FLAG_SIGNER)], &[3, 0, 0, 0, 0], Err(CallRefusal::UnseenUpgrade));
        // Handing the authority on is.
        check(LOADER_UPGRADEABLE, &[(2, FLAG_SIGNER)], &[4, 0, 0, 0], Ok(false));
        check([9; 32], &[(2, FLAG_SIGNER)], &[3, 0, 0, 0], Ok(false));
    }
}
