//! Events of token electorates, in the constitution's chain. Votes with a deposit are in their proposal's.

use anchor_lang::prelude::*;

/// An electorate that is no council was adopted.
#[event]
pub struct ElectorateAdopted {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    pub mandate: Address,
    /// The electorate.
    pub electorate: Address,
    /// 2 deposits, 3 snapshots, 4 weight records.
    pub kind: u8,
}

/// A deposit pool was created.
#[event]
pub struct DepositPoolCreated {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The pool.
    pub pool: Address,
    /// Who paid for the account, and is paid back when it is closed.
    pub payer: Address,
    pub mint: Address,
    pub token_program: Address,
    pub vault: Address,
    pub floor: u64,
    pub version: u32,
    pub maturity_seconds: u32,
    pub decimals: u8,
}

/// A deposit pool was closed and its rent returned.
#[event]
pub struct DepositPoolClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The pool.
    pub pool: Address,
    /// Who paid for the account, and is paid back when it is closed.
    pub payer: Address,
    /// Tokens that nobody had deposited, and that went to the treasury.
    pub surplus: u64,
}

/// A deposit was opened.
#[event]
pub struct DepositOpened {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The deposit.
    pub deposit: Address,
    /// The pool.
    pub pool: Address,
    /// Whose tokens it will hold.
    pub owner: Address,
    /// Who paid for the account, and is paid back when it is closed.
    pub payer: Address,
}

/// Tokens came into a deposit, fresh.
#[event]
pub struct DepositAdded {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The deposit.
    pub deposit: Address,
    /// Tokens, base units.
    pub amount: u64,
}

/// A deposit's fresh tokens matured.
#[event]
pub struct DepositMatured {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The deposit.
    pub deposit: Address,
    /// Who asked for it.
    pub authority: Address,
    /// How many.
    pub amount: u64,
    /// First proposal they count for.
    pub from_proposal_id: u64,
    /// The deposit's index in the electorate.
    pub index: u32,
}

/// Tokens were taken out of a deposit.
#[event]
pub struct DepositWithdrawn {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The deposit.
    pub deposit: Address,
    /// Tokens, base units.
    pub amount: u64,
    /// The token account that received them.
    pub destination: Address,
}

/// A deposit's owner named a delegate, or nobody.
#[event]
pub struct DepositDelegated {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The deposit.
    pub deposit: Address,
    /// Zeros for nobody.
    pub delegate: Address,
    /// When it ends; 0 for nobody.
    pub expires_at: i64,
}

/// An empty deposit was closed and its rent returned.
#[event]
pub struct DepositClosed {
    pub constitution: Address,
    pub sequence: u64,
    pub at: i64,
    /// The deposit.
    pub deposit: Address,
    /// Who paid for the account, and is paid back when it is closed.
    pub payer: Address,
}
