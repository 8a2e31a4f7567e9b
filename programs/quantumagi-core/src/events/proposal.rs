//! Events of a proposal's own chain.

use anchor_lang::prelude::*;

/// A ballot page was opened.
#[event]
pub struct BallotPageOpened {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    pub page: u32,
    pub payer: Address,
}

/// A ballot was cast or changed.
#[event(bytemuck)]
pub struct ProposalVoted {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    pub voter: Address,
    pub weight: u64,
    /// End of voting after this ballot: a late quorum or an early decision moves it.
    pub ends_at: i64,
    /// The voter's index in the electorate.
    pub voter_index: u32,
    /// 1 for, 2 against, 3 abstain.
    pub choice: u8,
    /// The ballot it replaces; 0 for none.
    pub previous_choice: u8,
    /// 1 once voting has been extended.
    pub was_extended: u8,
    /// Zero.
    pub reserved: u8,
}

/// The outcome of a vote was written down.
#[event(bytemuck)]
pub struct ProposalFinalized {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    pub for_weight: u64,
    pub against_weight: u64,
    pub abstain_weight: u64,
    pub total_weight: u64,
    /// First second of the timelock, where it passed.
    pub cooled_at: i64,
    /// First second of the execution window, where it passed.
    pub opens_at: i64,
    /// First second after the execution window, where it passed.
    pub closes_at: i64,
    /// 1 succeeded, 2 defeated.
    pub status: u8,
    /// Why it was defeated; 0 otherwise.
    pub defeat: u8,
    /// Zero.
    pub reserved: [u8; 6],
}

/// The proposer withdrew the proposal.
#[event(bytemuck)]
pub struct ProposalCancelled {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
}

/// What was voted on was done.
#[event(bytemuck)]
pub struct ProposalExecuted {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    pub digest: [u8; 32],
}

/// An approved proposal missed its window.
#[event(bytemuck)]
pub struct ProposalExpired {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
}

/// A ballot page was closed and its rent returned.
#[event]
pub struct BallotPageClosed {
    pub proposal: Address,
    pub sequence: u64,
    pub at: i64,
    pub page: u32,
    pub payer: Address,
}
