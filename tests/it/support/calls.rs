//! Instructions of other programs that a vote makes the vault sign.

use quantumagi_interface::{Address, Instruction, instructions as ix};
use quantumagi_rules::action::{Action, FLAG_SIGNER, FLAG_WRITABLE, InvokeAccount, InvokeAccounts, encode_accounts};
use solana_instruction::AccountMeta;

use super::{Community, Draft, World};

/// A call in the making.
#[derive(Clone, Debug)]
pub struct Call {
    pub program: Address,
    /// The account that holds its code, where it can be upgraded.
    pub program_data: Option<Address>,
    pub accounts: Vec<InvokeAccount>,
    pub data: Vec<u8>,
}

impl Call {
    /// What this instruction asks for.
    pub fn of(instruction: &Instruction) -> Self {
        let flags =
            |meta: &AccountMeta| u8::from(meta.is_writable) * FLAG_WRITABLE + u8::from(meta.is_signer) * FLAG_SIGNER;
        let accounts = instruction.accounts.iter();
        Self {
            program: instruction.program_id,
            program_data: None,
            accounts: accounts
                .map(|meta| InvokeAccount { address: meta.pubkey.to_bytes(), flags: flags(meta) })
                .collect(),
            data: instruction.data.clone(),
        }
    }

    /// The canonical bytes of the action.
    pub fn action(&self) -> Vec<u8> {
        let accounts = encode_accounts(&self.accounts);
        let accounts = InvokeAccounts::new(&accounts).expect("the test's accounts are legal");
        Action::Invoke { program: self.program.to_bytes(), accounts, data: &self.data }.to_bytes()
    }

    /// A proposal of it, to be changed before it is sent.
    pub fn draft(&self, community: &Community) -> Draft {
        // Any treasury action gives the accounts; the bytes are put in afterwards, because some are not legal.
        let mut draft = community.draft(&Action::TransferLamports { recipient: [1; 32], lamports: 1 });
        draft.args.action = self.action();
        draft.accounts.subject = Some(self.program);
        draft.accounts.program_data = self.program_data;
        draft
    }

    /// The proposal, approved and in its window.
    #[track_caller]
    pub fn approved(&self, community: &mut Community) -> Address {
        let draft = self.draft(community);
        let proposal = community.create(&draft);
        community.approve(&proposal);
        proposal
    }

    /// The instruction that executes it.
    pub fn execute(&self, community: &Community, proposal: Address) -> Instruction {
        let accounts = ix::ProposalExecute {
            constitution: community.constitution,
            proposal,
            vault: community.vault,
            program: self.program,
            program_data: self.program_data,
            guardrails: community.guardrails(),
        };
        let flags = self.accounts.iter().map(|account| account.flags).collect::<Vec<_>>();
        let mut instruction = accounts.instruction(&flags, &self.data);
        instruction.accounts.extend(self.accounts.iter().map(|account| AccountMeta {
            pubkey: Address::new_from_array(account.address),
            is_signer: false,
            is_writable: account.flags & FLAG_WRITABLE != 0,
        }));
        instruction
    }
}

impl World {
    /// Deploys SPL Memo anew at `address`, where it can be upgraded, and returns the account that holds its code.
    pub fn deploy_memo(&mut self, address: &Address) -> Address {
        let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
        let code = self.account(&memo).expect("LiteSVM comes with SPL Memo").data;
        self.svm.add_program(*address, &code).expect("the program loads");
        Address::find_program_address(&[address.as_ref()], &solana_sdk_ids::bpf_loader_upgradeable::ID).0
    }

    /// The account that holds a program's code, where it can be upgraded.
    pub fn program_data(&self, program: &Address) -> Option<Address> {
        let loader = solana_sdk_ids::bpf_loader_upgradeable::ID;
        let data = Address::find_program_address(&[program.as_ref()], &loader).0;
        self.account(program).filter(|account| account.owner == loader).map(|_| data)
    }

    /// Makes a program's code look deployed in this slot.
    pub fn redeploy(&mut self, program_data: &Address, slot: u64) {
        let mut account = self.account(program_data).expect("the code is there");
        account.data[4..12].copy_from_slice(&slot.to_le_bytes());
        self.put(program_data, account);
    }
}
