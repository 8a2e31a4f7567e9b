//! Checkpoints: how far a constitution's history was proved, written on chain by whoever proved it.
//!
//! A checkpoint is one line in a memo, signed by a wallet. What it says can be computed again by anybody, at any time: if
//! history is ever told otherwise, the first checkpoint that does not agree shows it. The transaction names the
//! constitution, so its own history lists it.

mod follow;

use std::fmt;

use quantumagi_interface::Address;
use quantumagi_interface::accounts::Constitution;
use quantumagi_rpc::solana::Signature;
use quantumagi_rpc::{Rpc, RpcError, TransactionRecord};
use quantumagi_rules::Hash;

pub use follow::Followed;
use follow::follow;

use crate::error::SdkError;
use crate::verify::{ChainBreak, ChainHead, Ledger, LedgerError, verify};
use crate::words::hex;

/// The memo program, which refuses to run unless all of its accounts have signed.
pub const MEMO_PROGRAM: Address = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");

/// What a checkpoint begins with.
const HEADING: &str = "quantumagi checkpoint 1";

/// How far a history was proved, as its one text says.
///
/// ```
/// use quantumagi_sdk::checkpoint::Checkpoint;
/// use quantumagi_sdk::verify::ChainHead;
///
/// let head = ChainHead { hash: [0xab; 32], sequence: 41 };
/// let checkpoint = Checkpoint { constitution: Default::default(), head, slot: 900 };
/// let text = format!("quantumagi checkpoint 1 11111111111111111111111111111111 41 {} 900", "ab".repeat(32));
/// assert_eq!(checkpoint.to_string(), text);
/// assert_eq!(Checkpoint::parse(&text), Some(checkpoint));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The constitution.
    pub constitution: Address,
    /// Its events so far, and the rolling hash after them.
    pub head: ChainHead,
    /// Slot at which its account said so.
    pub slot: u64,
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { constitution, head: ChainHead { hash, sequence }, slot } = self;
        write!(f, "{HEADING} {constitution} {sequence} {} {slot}", hex(hash))
    }
}

impl Checkpoint {
    /// Reads a text; `None` for any other than one that [`Checkpoint`] is written as.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.strip_prefix(HEADING)?.strip_prefix(' ')?.split(' ');
        let (constitution, sequence) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let (digits, slot) = (words.next()?, words.next()?.parse().ok()?);
        let mut hash = [0; 32];
        for (byte, place) in hash.iter_mut().zip((0..).step_by(2)) {
            *byte = u8::from_str_radix(digits.get(place..place + 2)?, 16).ok()?;
        }
        let checkpoint = Self { constitution, head: ChainHead { hash, sequence }, slot };
        (checkpoint.to_string() == text).then_some(checkpoint)
    }
}

/// A checkpoint that landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchored {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// Whose signature it bears.
    pub by: Address,
    /// First signature of its transaction.
    pub signature: Signature,
    /// Slot of its block.
    pub slot: u64,
    /// When its block was made, in seconds since 1970, where the endpoint says.
    pub at: Option<i64>,
}

impl Anchored {
    /// The checkpoints of a constitution in a transaction that succeeded. Only the transaction's own instructions count: its
    /// signer has seen them.
    fn all_in(record: &TransactionRecord, constitution: &Address, at: Option<i64>) -> impl Iterator<Item = Self> {
        let memos = record.instructions.iter().filter(|instruction| instruction.program == MEMO_PROGRAM);
        memos.filter_map(move |memo| {
            let checkpoint = Checkpoint::parse(std::str::from_utf8(&memo.data).ok()?)?;
            let [by] = memo.accounts.as_slice() else { return None };
            let (signature, slot) = (record.signature, record.slot);
            let is_of_it = checkpoint.constitution == *constitution;
            is_of_it.then_some(Self { checkpoint, by: *by, signature, slot, at })
        })
    }
}

/// Where a proof can go on: what was proved before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// How far.
    pub head: ChainHead,
    /// The transaction that logged the last event before it.
    pub last: Option<Signature>,
}

impl Known {
    /// Nothing: the proof begins with the first event.
    pub const NOTHING: Self = Self { head: ChainHead::START, last: None };
}

/// A constitution's chain of events, proved against its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedChain {
    /// How far, and where to go on from.
    pub known: Known,
    /// Slot at which the account said so.
    pub slot: u64,
    /// Where this proof began: what was known before.
    pub start: ChainHead,
    /// The rolling hash after each event since.
    pub links: Vec<Hash>,
    /// Checkpoints among the transactions that were read, the oldest first. They are found, and not compared.
    pub anchored: Vec<Anchored>,
}

/// Whether a checkpoint says what was proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// It does.
    Agrees,
    /// It does not.
    Differs,
    /// It is about events before this proof began, or after it ended.
    OutOfReach,
}

impl ProvedChain {
    /// Compares a checkpoint with what was proved.
    #[must_use]
    pub fn agreement(&self, anchored: &Anchored) -> Agreement {
        let ChainHead { hash, sequence } = anchored.checkpoint.head;
        // Events that the account had not counted when the checkpoint was in a block already were never there.
        if self.known.head.sequence < sequence && anchored.slot <= self.slot {
            return Agreement::Differs;
        }
        let Some(distance) = sequence.checked_sub(self.start.sequence) else { return Agreement::OutOfReach };
        let proved = match distance.checked_sub(1) {
            None => Some(self.start.hash),
            Some(index) => usize::try_from(index).ok().and_then(|index| self.links.get(index)).copied(),
        };
        match proved {
            None => Agreement::OutOfReach,
            Some(proved) if proved == hash => Agreement::Agrees,
            Some(_) => Agreement::Differs,
        }
    }
}

/// Why a history is not proved.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unproved {
    /// The endpoint did not answer as it should.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// There is more to read than one attempt may. It goes on from the part's [`ProvedChain::known`], which is proved with
    /// what comes after it.
    #[error("{left} transactions of the history are left to read")]
    Unfinished {
        /// What was read.
        part: Box<ProvedChain>,
        /// Transactions that were not.
        left: usize,
    },
    /// The constitution cannot be read.
    #[error(transparent)]
    Account(#[from] SdkError),
    /// The whole of it cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The endpoint lags behind what was proved.
    #[error("the endpoint knows {told} events, and {known} were proved before")]
    Behind {
        /// Events that were proved.
        known: u64,
        /// Events that the account tells.
        told: u64,
    },
    /// Its events do not lead to what the account says.
    #[error("the history of {constitution} does not verify: {source}")]
    Broken {
        /// The constitution.
        constitution: Address,
        /// The first event that does not fit.
        source: ChainBreak,
    },
    /// Its events do, but not to the accounts, or not all proposals' do.
    #[error("the history of {constitution} does not verify: {problem}")]
    Contradicted {
        /// The constitution.
        constitution: Address,
        /// The first problem, in words.
        problem: String,
    },
}

impl Unproved {
    /// Whether the endpoint is to blame, and the same may succeed later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Rpc(_)
            | Self::Behind { .. }
            | Self::Unfinished { .. }
            | Self::Account(SdkError::Rpc(_))
            | Self::Ledger(LedgerError::Rpc(_) | LedgerError::Busy { .. }) => true,
            Self::Account(_) | Self::Ledger(_) | Self::Broken { .. } | Self::Contradicted { .. } => false,
        }
    }
}

/// Proves a constitution's chain of events from what is known to what its account says now, reading only the transactions
/// since. Where a log line is hidden or cut, the whole history is read, and told from its instructions.
///
/// # Errors
/// [`Unproved`].
pub async fn prove(rpc: &Rpc, constitution: &Address, known: Known) -> Result<ProvedChain, Unproved> {
    prove_within(rpc, constitution, known, usize::MAX).await
}

/// [`prove`] in parts of at most so many transactions each, so that a long history takes several attempts and not one without
/// end.
///
/// # Errors
/// [`Unproved`]; [`Unproved::Unfinished`] where there is more.
pub async fn prove_within(
    rpc: &Rpc,
    constitution: &Address,
    known: Known,
    limit: usize,
) -> Result<ProvedChain, Unproved> {
    let (slot, head) = head_of(rpc, constitution).await?;
    if head.sequence < known.head.sequence {
        return Err(Unproved::Behind { known: known.head.sequence, told: head.sequence });
    }
    let followed = follow(rpc, constitution, known, head, limit).await?;
    let Followed { known: reached, links, anchored, broken, has_gaps, left } = followed;
    let start = known.head;
    match broken {
        None => Ok(ProvedChain { known: reached, slot, start, links, anchored }),
        // A step in order: what the account says is compared with the last one.
        Some(ChainBreak::Truncated { .. }) if left > 0 => {
            let part = Box::new(ProvedChain { known: reached, slot, start, links, anchored });
            Err(Unproved::Unfinished { part, left })
        }
        // Whatever is left out at the end of an otherwise whole list was never told: no instruction can tell it, either.
        Some(source @ ChainBreak::Truncated { .. }) if !has_gaps => {
            Err(Unproved::Broken { constitution: *constitution, source })
        }
        Some(source) => {
            let ledger = Ledger::fetch(rpc, constitution).await?;
            let verification = verify(&ledger);
            match &verification.constitution {
                Ok(report) if verification.is_proved() => {
                    // The last transaction that was read in order: those after it are read again the next time.
                    let known = Known { head: report.head, last: None };
                    Ok(ProvedChain { known, slot, start: ChainHead::START, links: report.links.clone(), anchored })
                }
                Ok(_) => {
                    let words = crate::words::describe_proof(&verification);
                    let problem = words.problems.into_iter().next().unwrap_or(words.sentence);
                    Err(Unproved::Contradicted { constitution: *constitution, problem })
                }
                Err(_) => Err(Unproved::Broken { constitution: *constitution, source }),
            }
        }
    }
}

async fn head_of(rpc: &Rpc, address: &Address) -> Result<(u64, ChainHead), Unproved> {
    let what = "constitution";
    let (slot, account) = rpc.account_at_slot(address).await?;
    let account = account.ok_or(SdkError::NotFound { what, address: *address })?;
    if account.owner != quantumagi_interface::PROGRAM_ID {
        return Err(SdkError::NotOurs { what, address: *address, owner: account.owner }.into());
    }
    let read = Constitution::decode(&account.data);
    let read = read.map_err(|source| SdkError::Undecodable { what, address: *address, source })?;
    Ok((slot, ChainHead::from(read.chain)))
}

#[cfg(test)]
mod tests;
