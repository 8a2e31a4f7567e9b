//! The sample program under programs/: a till that obeys a policy, called as anybody would call it.

use quantumagi_interface::{Address, Instruction, PROGRAM_ID, digest::sha256, pda};
use solana_instruction::AccountMeta;

use super::{Community, person};

/// Where the sample program is.
pub const SAMPLE: Address = Address::from_str_const("A2E2uqkSv4tA9C7KcssCR8euBGnsnaFHgV4wH5o132ho");

/// Its code.
pub fn sample() -> Vec<u8> {
    super::built("guarded_sample.so")
}

/// The code of its next version, which allows half the fee.
pub fn next_sample() -> Vec<u8> {
    super::built("guarded_sample_next.so")
}

/// A till, and what it obeys.
#[derive(Clone, Copy, Debug)]
pub struct Till {
    pub operator: Address,
    pub address: Address,
    /// Asks for the till.
    pub authority: Address,
    pub constitution: Address,
    pub policy: Address,
}

impl Community {
    /// Deploys the sample program and opens a till that obeys `policy`.
    #[track_caller]
    pub fn open_till(&mut self, policy: Address) -> Till {
        self.svm.add_program(SAMPLE, &sample()).expect("the program loads");
        let operator = person("operator");
        self.fund(&operator, 10_000_000_000);
        let (till, open) = self.till_open(operator, policy);
        self.send(open);
        till
    }

    /// The till of this operator, and the instruction that opens it.
    pub fn till_open(&self, operator: Address, policy: Address) -> (Till, Instruction) {
        let find = |seeds: &[&[u8]]| Address::find_program_address(seeds, &SAMPLE).0;
        let address = find(&[b"till", operator.as_ref()]);
        let authority = find(&[b"authority", address.as_ref()]);
        let accounts = vec![
            AccountMeta::new(operator, true),
            AccountMeta::new(address, false),
            AccountMeta::new_readonly(authority, false),
            AccountMeta::new_readonly(solana_sdk_ids::system_program::ID, false),
        ];
        let till = Till { operator, address, authority, constitution: self.constitution, policy };
        (till, instruction("till_open", accounts, &[policy.as_ref()]))
    }

    /// Gives the till something to pay out.
    pub fn fund_till(&mut self, till: &Till, lamports: u64) {
        let mut account = self.account(&till.address).expect("the till is open");
        account.lamports += lamports;
        self.put(&till.address, account);
    }

    /// The till's fee.
    pub fn fee(&self, till: &Till) -> u16 {
        let data = self.account(&till.address).expect("the till is open").data;
        u16::from_le_bytes([data[72], data[73]])
    }
}

impl Till {
    /// Sets the fee.
    pub fn fee_set(&self, fee_bps: u16) -> Instruction {
        let accounts = vec![
            AccountMeta::new_readonly(self.operator, true),
            AccountMeta::new(self.address, false),
            AccountMeta::new_readonly(self.authority, false),
            AccountMeta::new_readonly(self.constitution, false),
            AccountMeta::new_readonly(self.policy, false),
            AccountMeta::new_readonly(PROGRAM_ID, false),
        ];
        instruction("fee_set", accounts, &[&fee_bps.to_le_bytes()])
    }

    /// Pays out, once for this key.
    pub fn pay_out(&self, recipient: Address, lamports: u64, use_key: [u8; 32]) -> Instruction {
        let accounts = vec![
            AccountMeta::new(self.operator, true),
            AccountMeta::new(self.address, false),
            AccountMeta::new(recipient, false),
            AccountMeta::new_readonly(self.authority, false),
            AccountMeta::new(self.constitution, false),
            AccountMeta::new_readonly(self.policy, false),
            AccountMeta::new(self.authorization(&use_key), false),
            AccountMeta::new_readonly(PROGRAM_ID, false),
            AccountMeta::new_readonly(solana_sdk_ids::system_program::ID, false),
        ];
        instruction("pay_out", accounts, &[&lamports.to_le_bytes(), &use_key])
    }

    /// The record that this key was used.
    pub fn authorization(&self, use_key: &[u8; 32]) -> Address {
        pda::authorization(&self.policy, &self.authority, use_key)
    }
}

fn instruction(name: &str, accounts: Vec<AccountMeta>, args: &[&[u8]]) -> Instruction {
    let discriminator = &sha256(format!("global:{name}").as_bytes())[..8];
    Instruction { program_id: SAMPLE, accounts, data: [&[discriminator], args].concat().concat() }
}
