//! What may be done and what comes of it, written down a second time, from the specification alone and as plainly as
//! possible: lists that are searched, sums that are added up anew, numbers of 128 bits. Of `rules` it uses nothing but the
//! reading of an action's bytes.

mod ballots;
mod deposits;
mod emergencies;
mod executing;
mod founding;
mod guardrails;
mod policies;
mod proposals;
mod proposing;
mod rosters;
mod snapshots;
mod things;

use std::collections::{BTreeMap, BTreeSet};

use quantumagi_interface::calls::Call;

pub use guardrails::RailKind;
pub use things::*;

use crate::support::*;

/// Why an instruction must be refused.
pub type Why = &'static str;

/// Refuses unless it holds.
macro_rules! need {
    ($holds:expr, $why:expr) => {
        if !$holds {
            return Err($why);
        }
    };
}
use need;

/// How lamports move.
#[derive(Clone, Debug)]
pub enum Move {
    /// An account is created; the payer brings it to its rent.
    Opened { address: Address, payer: Address },
    /// An account is closed; all it has goes to this one.
    Closed { address: Address, to: Address },
    /// So many change hands.
    Paid { from: Address, to: Address, lamports: u64 },
    /// Another program moves them among these, as it likes.
    Among(Vec<Address>),
}

/// What comes of an instruction that breaks no rule.
pub struct Foreseen {
    /// Whether it must go through. What another program does about a call is its own affair.
    pub is_sure: bool,
    pub effect: Box<dyn FnOnce(&mut Model)>,
}

/// It must go through, and then this has changed.
fn sure(effect: impl FnOnce(&mut Model) + 'static) -> Result<Foreseen, Why> {
    likely(true, effect)
}

/// It may go through, and must where `is_sure`.
fn likely(is_sure: bool, effect: impl FnOnce(&mut Model) + 'static) -> Result<Foreseen, Why> {
    Ok(Foreseen { is_sure, effect: Box::new(effect) })
}

/// When, where and with what else something is tried.
#[derive(Clone, Copy)]
pub struct At<'a> {
    pub now: i64,
    pub slot: u64,
    pub world: &'a World,
    /// The accounts behind the declared ones.
    pub behind: &'a [Address],
    /// Whether somebody has changed it, so that what is no number any more need not be one.
    pub is_spoiled: bool,
}

impl At<'_> {
    /// Whether this is somebody's own account, with enough to pay for any of the program's.
    pub fn can_pay(&self, payer: &Address) -> bool {
        self.world.account(payer).is_some_and(|account| {
            let is_plain = account.owner == solana_sdk_ids::system_program::ID && account.data.is_empty();
            is_plain && account.lamports >= 100_000_000
        })
    }
}

/// Everything that matters, by address.
#[derive(Clone, Default)]
pub struct Model {
    /// Every account of the program.
    pub things: BTreeSet<Address>,
    pub polities: BTreeMap<Address, Polity>,
    pub principles: BTreeMap<Address, Principle>,
    pub policies: BTreeMap<Address, Policy>,
    pub rosters: BTreeMap<Address, Roster>,
    pub roster_pages: BTreeMap<Address, Page>,
    pub proposals: BTreeMap<Address, Proposal>,
    pub ballot_pages: BTreeMap<Address, Page>,
    pub proposers: BTreeMap<Address, Proposer>,
    pub pools: BTreeMap<Address, Pool>,
    pub deposits: BTreeMap<Address, Deposit>,
    pub operators: BTreeMap<Address, Operators>,
    pub snapshots: BTreeMap<Address, Snapshot>,
    pub plugins: BTreeMap<Address, Plugin>,
    pub seats: BTreeMap<Address, Seat>,
    pub guardians: BTreeMap<Address, Guardians>,
    pub emergencies: BTreeMap<Address, Emergency>,
    pub rails: BTreeMap<Address, Rails>,
    pub payloads: BTreeMap<Address, Payload>,
    pub authorizations: BTreeMap<Address, Authorization>,
    /// Token accounts, of the people, the vaults and the pools.
    pub tokens: BTreeMap<Address, Tokens>,
    /// Weight records that a plugin has written.
    pub records: BTreeMap<Address, WeightRecord>,
    /// Trees that operators have computed, by their root.
    pub trees: BTreeMap<[u8; 32], Tree>,
    /// Every proposal that was ever executed to its end.
    pub executed: BTreeSet<Address>,
    /// When matured tokens were last taken out of a deposit.
    pub let_go_at: i64,
    /// What the instruction at hand moves.
    pub moves: Vec<Move>,
}

impl Model {
    /// Whether a call must be refused, and why; else what comes of it.
    pub fn foresee(&self, call: &Call, at: &At) -> Result<Foreseen, Why> {
        let families = [
            Self::founding,
            Self::guardrails,
            Self::rosters,
            Self::proposing,
            Self::proposals,
            Self::ballots,
            Self::executing,
            Self::policies,
            Self::deposits,
            Self::snapshots,
            Self::emergencies,
        ];
        let mut answers = families.iter().filter_map(|family| family(self, call, at));
        let answer = answers.next().unwrap_or_else(|| panic!("the model does not know {call:?}"));
        assert!(answers.next().is_none(), "the model knows it twice: {call:?}");
        answer
    }

    pub fn polity(&self, constitution: &Address) -> Result<&Polity, Why> {
        self.polities.get(constitution).ok_or("there is no such constitution")
    }

    /// A thing that somebody pays for can be created where it belongs, and only once.
    fn check_new(&self, address: &Address, expected: Address, payer: &Address, at: &At) -> Result<(), Why> {
        need!(*address == expected, "the account lies elsewhere");
        need!(!self.things.contains(address), "the account exists");
        need!(at.can_pay(payer), "the payer cannot pay");
        Ok(())
    }

    fn open(&mut self, address: Address, payer: Address) {
        assert!(self.things.insert(address), "an account was created twice");
        self.moves.push(Move::Opened { address, payer });
    }

    fn close(&mut self, address: Address, to: Address) {
        assert!(self.things.remove(&address), "an account was closed twice");
        self.moves.push(Move::Closed { address, to });
    }

    /// One more or one less proposal is bound to an electorate or a roster.
    fn bind(&mut self, electorate: &Address, change: i32) {
        let count = if let Some(roster) = self.rosters.get_mut(electorate) {
            &mut roster.bound
        } else if let Some(pool) = self.pools.get_mut(electorate) {
            &mut pool.bound
        } else if let Some(operators) = self.operators.get_mut(electorate) {
            &mut operators.bound
        } else {
            &mut self.plugins.get_mut(electorate).expect("some kind of electorate").bound
        };
        *count = count.checked_add_signed(change).expect("as many are let go as were bound");
    }

    fn polity_mut(&mut self, constitution: &Address) -> &mut Polity {
        self.polities.get_mut(constitution).expect("it was there a moment ago")
    }
}

/// An action's bytes: its number, then its fields.
fn action(number: u8, fields: &[&[u8]]) -> Vec<u8> {
    [&[number], fields.concat().as_slice()].concat()
}
