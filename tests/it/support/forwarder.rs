//! Another program that passes on whatever it is told, with the signatures it was given.

use quantumagi_interface::{Address, Instruction};
use solana_instruction::AccountMeta;
use solana_program_runtime::declare_process_instruction;

use super::{InstructionError, World, person};

// Account 0 is the program to call; the others and the data go to it.
declare_process_instruction!(Forwarder, 100, |invoke_context| {
    let context = invoke_context.transaction_context.get_current_instruction_context()?;
    let program_id = *context.get_key_of_instruction_account(0)?;
    let metas = (1..context.get_number_of_instruction_accounts()).map(|index| {
        Ok(AccountMeta {
            pubkey: *context.get_key_of_instruction_account(index)?,
            is_signer: context.is_instruction_account_signer(index)?,
            is_writable: context.is_instruction_account_writable(index)?,
        })
    });
    let accounts = metas.collect::<Result<Vec<_>, InstructionError>>()?;
    let data = context.get_instruction_data().to_vec();
    invoke_context.native_invoke_signed(Instruction { program_id, accounts, data }, &[])
});

impl World {
    /// Puts the program on the chain.
    pub fn add_forwarder(&mut self) -> Address {
        let address = person("forwarder");
        self.svm.add_builtin(address, Forwarder::vm);
        address
    }

    /// Deploys another that does the same, compiled for the chain and open to upgrades like any program of a stranger.
    pub fn deploy_forwarder(&mut self, name: &str) -> Address {
        let address = person(name);
        self.svm.add_program(address, &super::built("forwarder.so")).expect("the program loads");
        address
    }
}

/// The same instruction, passed on by the forwarder.
pub fn forwarded(forwarder: &Address, instruction: &Instruction) -> Instruction {
    let called = AccountMeta::new_readonly(instruction.program_id, false);
    let accounts = [called].into_iter().chain(instruction.accounts.iter().cloned()).collect();
    Instruction { program_id: *forwarder, accounts, data: instruction.data.clone() }
}
