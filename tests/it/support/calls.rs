//! Instructions of other programs that a vote makes the vault sign.

use quantumagi_interface::{Address, Instruction, events::Event, instructions as ix};
use quantumagi_rules::action::{
    Action, FLAG_SIGNER, FLAG_WRITABLE, INVOKE_SERIES, Invocation, InvokeAccount, InvokeAccounts, Series,
    encode_accounts,
};
use quantumagi_rules::digest::NOTHING_PENDING;
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

    /// Its accounts in canonical bytes.
    pub fn account_bytes(&self) -> Vec<u8> {
        encode_accounts(&self.accounts)
    }

    /// As the rules see it, over [`Call::account_bytes`].
    pub fn invocation<'a>(&'a self, accounts: &'a [u8]) -> Invocation<'a> {
        let accounts = InvokeAccounts::new(accounts).expect("the test's accounts are legal");
        Invocation { program: self.program.to_bytes(), accounts, data: &self.data }
    }

    /// The canonical bytes of the action that calls it alone.
    pub fn action(&self) -> Vec<u8> {
        let accounts = self.account_bytes();
        let Invocation { program, accounts, data } = self.invocation(&accounts);
        Action::Invoke { program, accounts, data }.to_bytes()
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

    /// The instruction that executes it as the last step of a proposal.
    pub fn execute(&self, community: &Community, proposal: Address) -> Instruction {
        self.execute_with_rest(community, proposal, NOTHING_PENDING)
    }

    /// The instruction that executes it where `rest` is still to come.
    pub fn execute_with_rest(&self, community: &Community, proposal: Address, rest: [u8; 32]) -> Instruction {
        let flags = self.accounts.iter().map(|account| account.flags).collect::<Vec<_>>();
        self.behind(self.order(community, proposal).instruction(rest, &flags, &self.data))
    }

    /// The instruction that executes it as it stands in a payload.
    pub fn execute_from(
        &self,
        community: &Community,
        proposal: Address,
        rest: [u8; 32],
        payload: Address,
    ) -> Instruction {
        let accounts = ix::ProposalExecute { payload: Some(payload), ..self.order(community, proposal) };
        self.behind(accounts.instruction(rest, &[], &[]))
    }

    fn order(&self, community: &Community, proposal: Address) -> ix::ProposalExecute {
        ix::ProposalExecute {
            constitution: community.constitution,
            proposal,
            vault: community.vault,
            program: self.program,
            program_data: self.program_data,
            payload: None,
            guardrails: community.guardrails(),
        }
    }

    fn behind(&self, mut instruction: Instruction) -> Instruction {
        instruction.accounts.extend(self.accounts.iter().map(|account| AccountMeta {
            pubkey: Address::new_from_array(account.address),
            is_signer: false,
            is_writable: account.flags & FLAG_WRITABLE != 0,
        }));
        instruction
    }
}

/// Calls one after the other.
#[derive(Clone, Debug)]
pub struct Calls(pub Vec<Call>);

impl Calls {
    /// The canonical bytes of the action.
    pub fn action(&self) -> Vec<u8> {
        let accounts = self.0.iter().map(Call::account_bytes).collect::<Vec<_>>();
        let steps = self.0.iter().zip(&accounts).map(|(call, accounts)| call.invocation(accounts)).collect::<Vec<_>>();
        [&[INVOKE_SERIES][..], &Series::encode(&steps)].concat()
    }

    /// A proposal of them, to be changed before it is sent.
    pub fn draft(&self, community: &Community) -> Draft {
        let mut draft = community.draft(&Action::TransferLamports { recipient: [1; 32], lamports: 1 });
        draft.args.action = self.action();
        draft.programs =
            self.0.iter().flat_map(|call| [call.program, call.program_data.unwrap_or(call.program)]).collect();
        draft
    }

    /// The proposal, approved and in its window, and what is pending before each step.
    #[track_caller]
    pub fn approved(&self, community: &mut Community) -> (Address, Vec<[u8; 32]>) {
        let draft = self.draft(community);
        let done = community.send(draft.instruction());
        let Event::ProposalCreated(created) = done.event() else { panic!("{:?}", done.events) };
        let stored = community.proposal(&draft.accounts.proposal);
        let pending = stored.pending_digests(&self.action(), &created.slots).expect("one slot for each call");
        community.approve(&draft.accounts.proposal);
        (draft.accounts.proposal, pending)
    }

    /// The instruction that executes one of them.
    pub fn execute(&self, community: &Community, proposal: Address, pending: &[[u8; 32]], step: usize) -> Instruction {
        self.0[step].execute_with_rest(community, proposal, pending[step + 1])
    }
}

impl World {
    /// The account that holds a program's code, where it can be upgraded.
    pub fn program_data(&self, program: &Address) -> Option<Address> {
        let loader = solana_sdk_ids::bpf_loader_upgradeable::ID;
        self.account(program).filter(|account| account.owner == loader)?;
        Some(Address::find_program_address(&[program.as_ref()], &loader).0)
    }

    /// Deploys SPL Memo anew at `address`, where it can be upgraded, and returns the account that holds its code.
    pub fn deploy_memo(&mut self, address: &Address) -> Address {
        let memo = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
        let code = self.account(&memo).expect("LiteSVM comes with SPL Memo").data;
        self.svm.add_program(*address, &code).expect("the program loads");
        Address::find_program_address(&[address.as_ref()], &solana_sdk_ids::bpf_loader_upgradeable::ID).0
    }

    /// Makes a program's code look deployed in this slot.
    pub fn redeploy(&mut self, program_data: &Address, slot: u64) {
        let mut account = self.account(program_data).expect("the code is there");
        account.data[4..12].copy_from_slice(&slot.to_le_bytes());
        self.put(program_data, account);
    }
}
