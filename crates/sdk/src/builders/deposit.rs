//! Token electorates: pools, deposits, votes with them.

use quantumagi_interface::{accounts, instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::ballot::{self, Choice, Place};
use quantumagi_rules::electorate::ElectorateKind;

use super::Mandate;

/// A deposit pool, as its instructions name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Its address.
    pub address: Address,
    /// Its mint.
    pub mint: Address,
    /// The mint's program: SPL Token or Token-2022.
    pub token_program: Address,
}

impl Pool {
    /// The pool at `address`, which holds `account`.
    #[must_use]
    pub fn new(address: Address, account: &accounts::DepositPool) -> Self {
        let accounts::DepositPool { constitution, mint, token_program, .. } = *account;
        Self { constitution, address, mint, token_program }
    }

    /// Somebody's deposit in it.
    #[must_use]
    pub fn deposit(&self, owner: &Address) -> Address {
        pda::deposit(&self.address, owner)
    }
}

/// Terms of a new pool. They never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolTerms {
    /// The mint.
    pub mint: Address,
    /// The mint's program: SPL Token or Token-2022.
    pub token_program: Address,
    /// How long tokens wait before they count, seconds.
    pub maturity_seconds: u32,
    /// What a proposal's shares are counted against at least, base units.
    pub floor: u64,
}

/// Makes an electorate that is no council that of later proposals.
#[must_use]
pub fn electorate_adopt(
    constitution: &Address,
    mandate: &Mandate,
    kind: ElectorateKind,
    electorate: &Address,
) -> Instruction {
    let (authority, proposal) = (mandate.authority(), mandate.proposal());
    instructions::ElectorateAdopt { authority, constitution: *constitution, proposal, electorate: *electorate }
        .instruction(kind as u8)
}

/// Creates the pool with this version, the constitution's `next_electorate_version`. `payer` signs and pays.
#[must_use]
pub fn deposit_pool_create(payer: &Address, constitution: &Address, version: u32, terms: &PoolTerms) -> Instruction {
    let PoolTerms { mint, token_program, maturity_seconds, floor } = *terms;
    let pool = pda::deposit_pool(constitution, version);
    let (payer, constitution, pool_vault) = (*payer, *constitution, pda::pool_vault(&pool));
    instructions::DepositPoolCreate { payer, constitution, mint, pool, pool_vault, token_program }
        .instruction(maturity_seconds, floor)
}

/// Closes an empty pool; its rent goes to `payer`, who created it and signs. `treasury` is a token account of the
/// constitution's vault, needed where tokens that nobody deposited lie in the pool.
#[must_use]
pub fn deposit_pool_close(payer: &Address, pool: &Pool, treasury: Option<Address>) -> Instruction {
    let Pool { constitution, address, mint, token_program } = *pool;
    instructions::DepositPoolClose {
        payer: *payer,
        constitution,
        pool: address,
        pool_vault: pda::pool_vault(&address),
        mint,
        token_program,
        treasury,
    }
    .instruction()
}

/// Opens somebody's deposit. `payer` signs and pays.
#[must_use]
pub fn deposit_open(payer: &Address, pool: &Pool, owner: &Address) -> Instruction {
    let (constitution, deposit) = (pool.constitution, pool.deposit(owner));
    instructions::DepositOpen { payer: *payer, constitution, pool: pool.address, deposit }.instruction(*owner)
}

/// Puts tokens in, from a token account that `owner`, who signs, can move tokens out of.
#[must_use]
pub fn deposit_add(owner: &Address, pool: &Pool, token_account: &Address, amount: u64) -> Instruction {
    instructions::DepositAdd {
        owner: *owner,
        constitution: pool.constitution,
        pool: pool.address,
        pool_vault: pda::pool_vault(&pool.address),
        mint: pool.mint,
        token_program: pool.token_program,
        deposit: pool.deposit(owner),
        token_account: *token_account,
    }
    .instruction(amount)
}

/// Takes tokens out, to any token account of the mint. `owner` signs.
#[must_use]
pub fn deposit_withdraw(owner: &Address, pool: &Pool, token_account: &Address, amount: u64) -> Instruction {
    instructions::DepositWithdraw {
        owner: *owner,
        constitution: pool.constitution,
        pool: pool.address,
        pool_vault: pda::pool_vault(&pool.address),
        mint: pool.mint,
        token_program: pool.token_program,
        deposit: pool.deposit(owner),
        token_account: *token_account,
    }
    .instruction(amount)
}

/// Makes fresh tokens count for later proposals. `authority`, anybody, signs.
#[must_use]
pub fn deposit_mature(authority: &Address, pool: &Pool, owner: &Address) -> Instruction {
    let (constitution, deposit) = (pool.constitution, pool.deposit(owner));
    instructions::DepositMature { authority: *authority, constitution, deposit, pool: pool.address }.instruction()
}

/// Names who votes until the owner does, and until when; `None` for nobody. `owner` signs.
#[must_use]
pub fn deposit_delegate(owner: &Address, pool: &Pool, to: Option<(Address, UnixSeconds)>) -> Instruction {
    let (delegate, expires_at) = to.unwrap_or_default();
    let (constitution, deposit) = (pool.constitution, pool.deposit(owner));
    instructions::DepositDelegate { authority: *owner, constitution, deposit }.instruction(delegate, expires_at.0)
}

/// Votes with the deposit of `owner` that has this index, or changes the vote. `voter` signs: the owner, or the delegate.
#[must_use]
pub fn deposit_vote(proposal: &Address, deposit: &Address, index: u32, voter: &Address, choice: Choice) -> Instruction {
    let ballot_page = match ballot::place(index) {
        Place::Proposal { .. } => None,
        Place::Page { page, .. } => Some(pda::ballot_page(proposal, page)),
    };
    instructions::DepositVote { voter: *voter, proposal: *proposal, deposit: *deposit, ballot_page }
        .instruction(choice as u8)
}

/// Closes an empty deposit; its rent goes to `payer`, who opened it. `authority`, the owner or the payer, signs.
#[must_use]
pub fn deposit_close(authority: &Address, pool: &Pool, owner: &Address, payer: &Address) -> Instruction {
    let (constitution, deposit) = (pool.constitution, pool.deposit(owner));
    instructions::DepositClose { authority: *authority, constitution, deposit, payer: *payer }.instruction()
}
