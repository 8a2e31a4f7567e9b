//! A bank of solana-program-test, and the upgradeable loader's first deployment in it.

use std::collections::{BTreeMap, BTreeSet};

use solana_account::Account;
use solana_clock::Clock;
use solana_instruction::AccountMeta;
use solana_keypair::Keypair;
use solana_program_test::{ProgramTest, ProgramTestContext};
use solana_sdk_ids::{bpf_loader_upgradeable as loader, system_program, sysvar};
use solana_signer::Signer;
use solana_transaction::Transaction;
use solana_transaction_error::TransactionError;

use crate::support::*;

/// A bank, and what was tried with its latest blockhash.
pub(super) struct Bank {
    context: ProgramTestContext,
    tried: Vec<Instruction>,
}

/// What is compared of an account: lamports, owner, whether it is a program, data.
pub(super) type Parts = (u64, Address, bool, Vec<u8>);

pub(super) fn parts(account: Account) -> Parts {
    (account.lamports, account.owner, account.executable, account.data)
}

impl Bank {
    /// With these accounts.
    pub(super) async fn start(accounts: impl IntoIterator<Item = (Address, Account)>) -> Self {
        let mut test = ProgramTest::default();
        test.prefer_bpf(true);
        for (address, account) in accounts {
            test.add_account(address, account);
        }
        Self { context: test.start_with_context().await, tried: Vec::new() }
    }

    /// What these accounts are now.
    pub(super) async fn accounts(&mut self, addresses: &BTreeSet<Address>) -> BTreeMap<Address, Option<Parts>> {
        let mut found = BTreeMap::new();
        for address in addresses {
            let account = self.context.banks_client.get_account(*address).await.expect("the bank answers");
            found.insert(*address, account.map(parts));
        }
        found
    }

    /// Produces slots until this one, and sets the clock.
    pub(super) async fn move_to(&mut self, slot: u64, at: i64) {
        let mut clock = self.clock().await;
        if clock.slot < slot {
            self.context.warp_to_slot(slot).expect("a later slot");
            clock = self.clock().await;
        }
        assert_eq!(clock.slot, slot, "slots pass as they did in LiteSVM");
        clock.unix_timestamp = at;
        self.context.set_sysvar(&clock);
    }

    async fn clock(&mut self) -> Clock {
        self.context.banks_client.get_sysvar().await.expect("the bank has a clock")
    }

    /// Sends one instruction, signed by these people and by whoever pays the fee.
    pub(super) async fn submit(
        &mut self,
        instruction: &Instruction,
        signers: &[&Keypair],
    ) -> Result<(), TransactionError> {
        let latest = self.context.banks_client.get_latest_blockhash().await.expect("the bank answers");
        if latest != self.context.last_blockhash {
            self.context.last_blockhash = latest;
            self.tried.clear();
        }
        // What is tried again must not be taken for the same transaction.
        if self.tried.contains(instruction) {
            self.context.get_new_latest_blockhash().await.expect("the bank answers");
            self.tried.clear();
        }
        self.tried.push(instruction.clone());
        let context = &self.context;
        let payer = context.payer.pubkey();
        let signers = signers.iter().copied().chain([&context.payer]).collect::<Vec<_>>();
        let instructions = std::slice::from_ref(instruction);
        let blockhash = context.last_blockhash;
        let transaction = Transaction::new_signed_with_payer(instructions, Some(&payer), &signers, blockhash);
        let outcome = context.banks_client.process_transaction(transaction).await;
        outcome.map_err(|error| error.unwrap())
    }

    /// Has the loader deploy a program of this length.
    pub(super) async fn deploy(&mut self, deployment: &Deployment, len: usize) {
        let deploy = deployment.instruction(self.context.payer.pubkey(), len);
        let outcome = self.submit(&deploy, &[&deployment.authority]).await;
        outcome.expect("the loader deploys the program");
    }
}

/// The program's first deployment.
pub(super) struct Deployment {
    authority: Keypair,
    buffer: Address,
}

impl Deployment {
    pub(super) fn of_the_program() -> Self {
        Self { authority: keypair("deployer"), buffer: person("the program's buffer") }
    }

    /// An empty program account, and the code in a buffer, as its author would have written it.
    pub(super) fn accounts(&self, code: &[u8], rent: impl Fn(usize) -> u64) -> [(Address, Account); 2] {
        let buffer = [&[1, 0, 0, 0, 1][..], self.authority.pubkey().as_ref(), code].concat();
        [(PROGRAM_ID, vec![0; 36]), (self.buffer, buffer)].map(|(address, data)| {
            let lamports = rent(data.len());
            (address, Account { lamports, data, owner: loader::ID, ..Account::default() })
        })
    }

    /// The loader's `DeployWithMaxDataLen`.
    fn instruction(&self, payer: Address, len: usize) -> Instruction {
        let program_data = Address::find_program_address(&[PROGRAM_ID.as_ref()], &loader::ID).0;
        let accounts = vec![
            AccountMeta::new(payer, true),
            AccountMeta::new(program_data, false),
            AccountMeta::new(PROGRAM_ID, false),
            AccountMeta::new(self.buffer, false),
            AccountMeta::new_readonly(sysvar::rent::ID, false),
            AccountMeta::new_readonly(sysvar::clock::ID, false),
            AccountMeta::new_readonly(system_program::ID, false),
            AccountMeta::new_readonly(self.authority.pubkey(), true),
        ];
        let data = [&[2, 0, 0, 0][..], &(len as u64).to_le_bytes()].concat();
        Instruction { program_id: loader::ID, accounts, data }
    }
}
