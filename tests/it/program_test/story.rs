//! Stories that are told twice: in LiteSVM, then in a bank.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};

use solana_account::Account;
use solana_keypair::Keypair;
use solana_sdk_ids::{native_loader, system_program, sysvar};
use solana_signer::Signer;
use solana_transaction_error::TransactionError;

use super::bank::{Bank, Deployment, parts};
use crate::support::*;

/// The slot in which every story begins: the first in which a bank runs what was deployed in the one before.
const FIRST_SLOT: u64 = 2;

/// A community whose people have keys, and what a bank has to know to tell its story again.
pub(super) struct Story {
    pub(super) community: Community,
    keys: BTreeMap<Address, Keypair>,
    /// What there was before the first instruction.
    given: BTreeMap<Address, Account>,
    refused: Vec<Refused>,
}

/// An instruction that did not go through.
struct Refused {
    /// How many had gone through before.
    after: usize,
    at: i64,
    slot: u64,
    instruction: Instruction,
    error: InstructionError,
}

impl Deref for Story {
    type Target = Community;

    fn deref(&self) -> &Community {
        &self.community
    }
}

impl DerefMut for Story {
    fn deref_mut(&mut self) -> &mut Community {
        &mut self.community
    }
}

/// Keys of so many people, ascending by address.
fn people(name: &str, count: usize) -> Vec<Keypair> {
    let mut keys = (0..count).map(|index| keypair(&format!("{name} {index}"))).collect::<Vec<_>>();
    keys.sort_by_key(Signer::pubkey);
    keys
}

impl Story {
    /// Of a community founded like this.
    pub(super) fn of(found: impl FnOnce(Founding, World) -> Community) -> Self {
        let (members, guardians) = (people("member", 8), people("guardian", 9));
        let addresses = |keys: &[Keypair]| keys.iter().map(Signer::pubkey).collect();
        let founding =
            Founding { voters: addresses(&members), guardians: addresses(&guardians), ..Founding::default() };
        let mut world = World::new();
        world.set_slot(FIRST_SLOT);
        let community = found(founding, world);
        let others = ["commons: founder", "commons: create key", "stranger"].map(keypair);
        let keys = members.into_iter().chain(guardians).chain(others).map(|key| (key.pubkey(), key)).collect();
        let mut story = Self { community, keys, given: BTreeMap::new(), refused: Vec::new() };
        let wallet = |lamports| Account { lamports, owner: system_program::ID, ..Account::default() };
        let voters = story.members.iter().map(|member| (member.voter, wallet(10_000_000_000)));
        let guardians = story.guardians.iter().map(|guardian| (*guardian, wallet(1_000_000_000)));
        let given = voters.chain(guardians).chain([
            (story.founder, wallet(100_000_000_000)),
            (story.vault, wallet(10_000_000_000)),
            (story.stranger(), wallet(10_000_000_000)),
        ]);
        story.given = given.collect();
        for guardian in story.guardians.clone() {
            story.community.fund(&guardian, story.given[&guardian].lamports);
        }
        story
    }

    /// Of a sealed community with a council.
    pub(super) fn found() -> Self {
        Self::of(Founding::found_in)
    }

    /// Somebody of this name joins, with ten SOL and a key.
    pub(super) fn welcome(&mut self, name: &str) -> Address {
        let key = keypair(name);
        let address = key.pubkey();
        self.fund(&address, 10_000_000_000);
        self.keys.insert(address, key);
        self.give([address]);
        address
    }

    /// The accounts as they are now were there from the beginning; a program with its code, deployed in slot 0.
    pub(super) fn give(&mut self, addresses: impl IntoIterator<Item = Address>) {
        for address in addresses {
            let account = self.account(&address).expect("it is there");
            if let Some(code) = account.executable.then(|| self.program_data(&address)).flatten() {
                self.redeploy(&code, 0);
                self.give([code]);
            }
            self.given.insert(address, account);
        }
    }

    /// This instruction is refused, here and in the bank, and changes nothing.
    #[track_caller]
    pub(super) fn refused(&mut self, instruction: Instruction, refusal: impl Refusal) {
        let error = refusal.error();
        check_refused(&mut self.community, instruction.clone(), error.clone());
        let (after, at, slot) = (self.sent.len(), self.now(), self.slot());
        self.refused.push(Refused { after, at, slot, instruction, error });
    }

    /// The first seven members vote for it, and it is finalized.
    #[track_caller]
    pub(super) fn decide(&mut self, proposal: &Address) {
        self.open_voting(proposal);
        for index in 0..7.min(self.members.len() as u32) {
            self.vote(proposal, index, FOR);
        }
        self.finalize(proposal);
    }

    /// A proposal of this, decided.
    #[track_caller]
    pub(super) fn decided(&mut self, action: &Action) -> Address {
        let proposal = self.propose(action);
        self.decide(&proposal);
        proposal
    }

    /// What was decided is refused in the last second before its window, and done in the first second of it.
    #[track_caller]
    pub(super) fn carry_out(&mut self, proposal: Address, execute: Instruction) {
        self.carry_out_exactly(proposal, execute, []);
    }

    /// The same; what differs from it is refused in its window, too.
    #[track_caller]
    pub(super) fn carry_out_exactly<const N: usize>(
        &mut self,
        proposal: Address,
        execute: Instruction,
        others: [Instruction; N],
    ) {
        let opens_at = self.opens_at(&proposal);
        self.set_time(opens_at - 1);
        self.refused(execute.clone(), GovError::TimelockActive);
        self.set_time(opens_at);
        for other in others {
            self.refused(other, GovError::DigestMismatch);
        }
        self.send(execute);
    }

    /// Anybody closes it.
    #[track_caller]
    pub(super) fn end(&mut self, proposal: Address) {
        let close = self.community.close(&proposal).instruction();
        self.send(close);
    }

    /// Tells it in a bank that has the program and its code from the beginning, as the loader of LiteSVM wrote them.
    pub(super) async fn retell(mut self) {
        self.give([PROGRAM_ID]);
        let mut bank = Bank::start(self.given.clone()).await;
        self.retell_in(&mut bank).await;
    }

    /// Tells it in a bank whose own loader deploys the program first, from a buffer.
    ///
    /// Only for a story that stays in one slot: where it jumps to a later one, solana-program-test 4.0 moves its root and
    /// leaves the cache of programs behind, which from then on finds nothing that was deployed after genesis.
    pub(super) async fn retell_after_deployment(self) {
        assert!(self.sent_in.iter().all(|slot| *slot == FIRST_SLOT), "the story stays in one slot");
        let (code, deployment) = (program(), Deployment::of_the_program());
        let given = self.given.clone().into_iter().chain(deployment.accounts(code, |len| self.rent(len)));
        let mut bank = Bank::start(given).await;
        bank.deploy(&deployment, code.len()).await;
        self.retell_in(&mut bank).await;
    }

    /// Everything in the order in which it happened or did not, then compares.
    async fn retell_in(&self, bank: &mut Bank) {
        let mut refused = self.refused.iter().peekable();
        for step in 0..=self.sent.len() {
            while let Some(attempt) = refused.next_if(|attempt| attempt.after == step) {
                self.attempt(bank, attempt).await;
            }
            let Some((at, instruction)) = self.sent.get(step) else { break };
            bank.move_to(self.sent_in[step], *at).await;
            let outcome = bank.submit(instruction, &self.signers(instruction)).await;
            outcome.unwrap_or_else(|error| panic!("step {step}, {instruction:?}: {error}"));
        }
        self.compare(bank).await;
    }

    fn signers(&self, instruction: &Instruction) -> Vec<&Keypair> {
        let signers = instruction.accounts.iter().filter(|meta| meta.is_signer).map(|meta| meta.pubkey);
        signers.collect::<BTreeSet<_>>().iter().map(|signer| &self.keys[signer]).collect()
    }

    /// What LiteSVM refused, the bank refuses for the same reason.
    async fn attempt(&self, bank: &mut Bank, attempt: &Refused) {
        bank.move_to(attempt.slot, attempt.at).await;
        let named = attempt.instruction.accounts.iter().map(|meta| meta.pubkey).collect::<BTreeSet<_>>();
        let before = bank.accounts(&named).await;
        let outcome = bank.submit(&attempt.instruction, &self.signers(&attempt.instruction)).await;
        let expected = TransactionError::InstructionError(0, attempt.error.clone());
        assert_eq!(outcome, Err(expected), "{:?}", attempt.instruction);
        assert_eq!(before, bank.accounts(&named).await, "{:?}", attempt.instruction);
    }

    /// Compares every account that any instruction named; what the chain itself keeps is its own.
    async fn compare(&self, bank: &mut Bank) {
        let tried = self.refused.iter().map(|attempt| &attempt.instruction);
        let all = self.sent.iter().map(|(_, instruction)| instruction).chain(tried);
        let named = all.flat_map(|instruction| instruction.accounts.iter().map(|meta| meta.pubkey));
        let is_the_chains = |address: &Address| {
            let owner = self.account(address).map(|account| account.owner);
            *address == sysvar::instructions::ID || owner == Some(native_loader::ID) || owner == Some(sysvar::ID)
        };
        let named = named.filter(|address| !is_the_chains(address)).collect::<BTreeSet<_>>();
        assert!(named.len() > 20, "there is something to compare");
        for (address, in_bank) in bank.accounts(&named).await {
            assert_eq!(in_bank, self.account(&address).map(parts), "{address}");
        }
    }
}
