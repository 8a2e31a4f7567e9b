//! What there is, as everybody remembers it: plain lists of what was said and done.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::*;

pub const OPEN: u8 = 0;
pub const SUCCEEDED: u8 = 1;
pub const DEFEATED: u8 = 2;
pub const VETOED: u8 = 3;
pub const CANCELLED: u8 = 4;
pub const EXECUTED: u8 = 5;
pub const EXPIRED: u8 = 6;

/// The tracks, by number.
pub const POLICY: u8 = 0;
pub const TREASURY: u8 = 1;
pub const AMENDMENT: u8 = 2;
pub const RATIFICATION: u8 = 3;

/// A constitution.
#[derive(Clone, Debug)]
pub struct Polity {
    pub founder: Address,
    pub vault: Address,
    pub is_sealed: bool,
    pub electorate: Address,
    pub kind: u8,
    pub roster_version: u32,
    pub veto_roster: Address,
    pub attestor: Address,
    pub mark: u16,
    pub cap: u8,
    pub text_hash: [u8; 32],
    pub version: u32,
    pub next_proposal: u64,
    pub next_policy: u64,
    pub next_principle: u32,
    pub next_roster: u32,
    pub next_electorate: u32,
    pub next_emergency: u32,
    pub tracks: [types::TrackConfig; 4],
    /// From and until, of proposals, treasury, policies and deposits.
    pub pauses: [(i64, i64); 4],
}

#[derive(Clone, Debug)]
pub struct Principle {
    pub constitution: Address,
    pub id: u32,
    pub version: u32,
    pub is_entrenched: bool,
    pub is_retired: bool,
    pub text_hash: [u8; 32],
}

#[derive(Clone, Debug)]
pub struct Policy {
    pub constitution: Address,
    pub payer: Address,
    pub id: u64,
    pub text_hash: [u8; 32],
    pub version: u32,
    pub status: u8,
    pub sunset_at: i64,
    pub suspended_until: i64,
}

impl Policy {
    pub fn is_in_force(&self, now: i64) -> bool {
        self.status == 0 && (self.sunset_at == 0 || now < self.sunset_at)
    }
}

#[derive(Clone, Debug)]
pub struct Roster {
    pub constitution: Address,
    pub payer: Address,
    pub version: u32,
    pub size: u32,
    pub members: Vec<(Address, u64)>,
    pub members_hash: [u8; 32],
    pub pages: u32,
    pub is_closing: bool,
    pub bound: u32,
}

impl Roster {
    pub fn is_usable(&self) -> bool {
        self.members.len() == self.size as usize && !self.is_closing
    }

    pub fn total(&self) -> u128 {
        self.members.iter().map(|(_, weight)| u128::from(*weight)).sum()
    }
}

#[derive(Clone, Debug)]
pub struct Page {
    /// The roster, or the proposal.
    pub of: Address,
    pub payer: Address,
    pub number: u32,
}

#[derive(Clone, Debug)]
pub struct Proposer {
    pub constitution: Address,
    pub owner: Address,
    pub payer: Address,
    pub open: u32,
}

#[derive(Clone, Debug)]
pub struct Pool {
    pub constitution: Address,
    pub payer: Address,
    pub mint: Address,
    pub vault: Address,
    pub floor: u64,
    pub maturity: i64,
    pub next_index: u32,
    pub bound: u32,
}

#[derive(Clone, Debug)]
pub struct Deposit {
    pub constitution: Address,
    pub pool: Address,
    pub owner: Address,
    pub payer: Address,
    pub delegate: Address,
    pub delegated_until: i64,
    pub fresh: u64,
    pub fresh_at: i64,
    /// Since which proposal how many count, in all: at most four.
    pub layers: Vec<(u64, u64)>,
    pub locked_until: i64,
    pub index: Option<u32>,
}

impl Deposit {
    pub fn matured(&self) -> u64 {
        self.layers.last().map_or(0, |(_, amount)| *amount)
    }

    pub fn weight_for(&self, proposal: u64) -> u64 {
        self.layers.iter().filter(|(from, _)| *from <= proposal).map(|(_, amount)| *amount).max().unwrap_or(0)
    }

    pub fn is_ripe(&self, maturity: i64, now: i64) -> bool {
        self.fresh > 0 && self.fresh_at + maturity <= now
    }
}

#[derive(Clone, Debug)]
pub struct Operators {
    pub constitution: Address,
    pub payer: Address,
    pub list: Vec<Address>,
    pub needed: u8,
    pub challenge: i64,
    pub bound: u32,
}

#[derive(Clone, Debug)]
pub struct Snapshot {
    pub constitution: Address,
    pub proposal: Address,
    pub publisher: Address,
    pub root: [u8; 32],
    pub total: u64,
    pub voters: u32,
    pub slot: u64,
    pub published_at: i64,
    /// Who approves, and who challenges.
    pub said: BTreeMap<Address, bool>,
}

#[derive(Clone, Debug)]
pub struct Plugin {
    pub constitution: Address,
    pub payer: Address,
    pub program: Address,
    pub realm: Address,
    pub mint: Address,
    pub next_seat: u32,
    pub seats: u32,
    pub bound: u32,
}

#[derive(Clone, Debug)]
pub struct Seat {
    pub plugin: Address,
    pub voter: Address,
    pub payer: Address,
    pub index: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Guardians {
    pub constitution: Address,
    pub members: Vec<Address>,
    pub seen_at: Vec<i64>,
    pub adopted_at: i64,
    pub term_ends_at: i64,
    /// End and length of each act that counts.
    pub spent: [(i64, i64); 3],
    pub version: u32,
    pub threshold: u8,
    pub strikes: u8,
}

#[derive(Clone, Debug)]
pub struct Emergency {
    pub constitution: Address,
    pub payer: Address,
    pub target: Address,
    pub statement: [u8; 32],
    pub id: u32,
    pub guardians_version: u32,
    pub seconds: i64,
    pub approvals: BTreeSet<u8>,
    pub act: u8,
    /// 0 open, 1 active, 2 ratified, 3 lapsed, 4 ended.
    pub outcome: u8,
    pub opened_slot: u64,
    pub activated_at: i64,
    pub ratify_by: i64,
    pub expires_at: i64,
    pub ratified_by: Address,
}

/// A principle's guardrail, and what it has seen leave.
#[derive(Clone, Debug)]
pub struct Rail {
    pub principle: u32,
    pub bytes: [u8; 48],
    pub spent: Vec<(i64, u64)>,
}

#[derive(Clone, Debug)]
pub struct Rails {
    pub constitution: Address,
    pub list: Vec<Rail>,
}

#[derive(Clone, Debug)]
pub struct Payload {
    pub author: Address,
    pub hash: [u8; 32],
    pub size: u32,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug)]
pub struct Authorization {
    pub constitution: Address,
    pub policy: Address,
    pub payer: Address,
}

#[derive(Clone, Debug)]
pub struct Tokens {
    pub mint: Address,
    pub owner: Address,
    pub amount: u64,
}

/// Voters of a proposal, with what proves them.
#[derive(Clone, Debug)]
pub struct Tree {
    pub proposal: Address,
    pub slot: u64,
    pub voters: Vec<(Address, u64)>,
    pub proofs: Vec<Vec<u8>>,
}

/// A proposal as everybody remembers it.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub constitution: Address,
    pub id: u64,
    pub proposer: Address,
    pub electorate: Address,
    pub kind: u8,
    pub subject: Address,
    pub action: Vec<u8>,
    pub track: u8,
    pub is_final_ballot: bool,
    pub threshold: u128,
    pub quorum: u128,
    pub min_for: u128,
    pub slash: u128,
    pub total: u128,
    pub voters: u32,
    pub starts_at: i64,
    pub ends_at: i64,
    pub extension: i64,
    pub was_extended: bool,
    pub cooloff: i64,
    pub timelock: i64,
    pub window: i64,
    pub held_until: i64,
    pub updated_at: i64,
    pub status: u8,
    pub defeat: u8,
    /// Choice and weight, by index.
    pub ballots: BTreeMap<u32, (u8, u64)>,
    pub pages: BTreeSet<u32>,
    pub veto_roster: Address,
    pub veto_bps: u128,
    pub veto_total: u128,
    pub vetoes: BTreeMap<u32, u64>,
    pub attestor: Address,
    pub mark: u16,
    /// Threshold without a score; 0 where nobody attests.
    pub unattested: u128,
    pub score: Option<u16>,
    pub deposit: u64,
    /// Root and slot, once bound.
    pub bound: Option<([u8; 32], u64)>,
    /// What is pending before each call and after the last; empty where nothing is called.
    pub pending: Vec<[u8; 32]>,
    pub steps_done: usize,
}

impl Proposal {
    pub fn number(&self) -> u8 {
        self.action[0]
    }

    pub fn is_over(&self) -> bool {
        [DEFEATED, VETOED, CANCELLED, EXECUTED, EXPIRED].contains(&self.status)
    }

    /// Whether ballot pages can be opened, roots bound and scores signed.
    pub fn is_undecided(&self, now: i64) -> bool {
        self.status == OPEN && (now < self.starts_at || now < self.ends_at)
    }

    pub fn is_voting(&self, now: i64) -> bool {
        self.status == OPEN && self.starts_at <= now && now < self.ends_at
    }

    pub fn adopts_roster(&self) -> bool {
        self.number() == 24 || (self.number() == 27 && self.subject != Address::default())
    }

    /// First second of the timelock.
    pub fn cooled_at(&self) -> i64 {
        self.ends_at + self.cooloff
    }
}
