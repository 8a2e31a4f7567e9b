//! What everybody is allowed to do, written down a second time and as plainly as possible. Uses nothing of `rules`.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::*;

const OPEN: u8 = 0;
const SUCCEEDED: u8 = 1;
const DEFEATED: u8 = 2;
const CANCELLED: u8 = 4;
const EXECUTED: u8 = 5;
const EXPIRED: u8 = 6;

/// A proposal as everybody remembers it.
#[derive(Clone, Debug)]
struct Remembered {
    proposer: Address,
    roster: Address,
    candidate: Option<Address>,
    action: Vec<u8>,
    ballots_are_final: bool,
    threshold: u128,
    quorum: u128,
    min_for: u128,
    starts_at: i64,
    ends_at: i64,
    extension: i64,
    timelock: i64,
    window: i64,
    ballots: BTreeMap<u32, u8>,
    pages: BTreeSet<Address>,
    was_extended: bool,
    status: u8,
    defeat: u8,
}

/// Everything that matters, by address.
pub struct Model {
    constitution: Address,
    roster: Address,
    rosters: BTreeMap<Address, Vec<(Address, u64)>>,
    /// Whether each principle is entrenched, by id.
    entrenched: Vec<bool>,
    principles: BTreeMap<Address, u32>,
    policies: BTreeMap<Address, u64>,
    proposals: BTreeMap<Address, Remembered>,
    tracks: [types::TrackConfig; 4],
}

/// The instruction's name, by its first eight bytes.
fn is(instruction: &Instruction, discriminator: [u8; 8]) -> bool {
    instruction.program_id == PROGRAM_ID && instruction.data.get(..8) == Some(&discriminator[..])
}

fn u32_at(data: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(data[at..at + 4].try_into().unwrap())
}

impl Model {
    pub fn new(community: &Community) -> Self {
        let constitution = community.constitution;
        let members = community.members.iter().map(|member| (member.voter, member.weight)).collect();
        Self {
            constitution,
            roster: community.roster,
            rosters: BTreeMap::from([(community.roster, members)]),
            entrenched: vec![false, true],
            principles: (0..2).map(|id| (pda::principle(&constitution, id), id)).collect(),
            policies: BTreeMap::new(),
            proposals: BTreeMap::new(),
            tracks: community.constitution(&constitution).tracks,
        }
    }

    /// Whether the instruction must go through; `None` where the model has no opinion.
    pub fn allows(&self, instruction: &Instruction, now: i64) -> Option<bool> {
        let account = |slot: usize| instruction.accounts[slot].pubkey;
        let signed = |slot: usize| instruction.accounts[slot].is_signer;
        let writable = |slot: usize| instruction.accounts[slot].is_writable;
        let find = |slot: usize| self.proposals.get(&account(slot)).filter(|_| writable(slot));
        if is(instruction, ix::ProposalFinalize::DISCRIMINATOR) {
            return Some(
                find(0).is_some_and(|known| known.status == OPEN && now >= known.ends_at && now >= known.starts_at),
            );
        }
        if is(instruction, ix::ProposalExpire::DISCRIMINATOR) {
            return Some(find(1).is_some_and(|known| known.status == SUCCEEDED && now >= known.closes_at()));
        }
        if is(instruction, ix::ProposalCancel::DISCRIMINATOR) {
            return Some(find(1).is_some_and(|known| {
                let is_in_time = now < known.starts_at || now < known.ends_at;
                signed(0) && account(0) == known.proposer && known.status == OPEN && is_in_time
            }));
        }
        if is(instruction, ix::ProposalVote::DISCRIMINATOR) {
            let (index, choice) = (u32_at(&instruction.data, 8), instruction.data[12]);
            return Some(find(1).is_some_and(|known| {
                let members = &self.rosters[&known.roster];
                let is_member = members.get(index as usize).is_some_and(|member| member.0 == account(0));
                let on_page = pda::ballot_page(&account(1), 0);
                let page_fits = if index < 256 {
                    account(3) == PROGRAM_ID
                } else {
                    account(3) == on_page && known.pages.contains(&on_page) && writable(3)
                };
                let earlier = known.ballots.get(&index);
                let may_cast = earlier.is_none_or(|earlier| !known.ballots_are_final && *earlier != choice);
                signed(0)
                    && is_member
                    && account(2) == pda::roster_page(&known.roster, index / 30)
                    && page_fits
                    && (1..=3).contains(&choice)
                    && known.status == OPEN
                    && known.starts_at <= now
                    && now < known.ends_at
                    && may_cast
            }));
        }
        if is(instruction, ix::ProposalClose::DISCRIMINATOR) {
            return Some(find(1).is_some_and(|known| {
                known.is_final()
                    && known.pages.is_empty()
                    && [0, 2, 5, 6, 7].into_iter().all(writable)
                    && account(0) == self.constitution
                    && account(2) == known.roster
                    && known.candidate.map_or(account(3) == PROGRAM_ID, |right| account(3) == right && writable(3))
                    && account(4) == PROGRAM_ID
                    && account(5) == pda::vault(&self.constitution)
                    && account(6) == known.proposer
                    && account(7) == pda::proposer(&self.constitution, &known.proposer)
            }));
        }
        None
    }

    /// Remembers what an instruction that went through has done. Panics where it should not have gone through.
    pub fn apply(&mut self, instruction: &Instruction, now: i64, context: &str) {
        let account = |slot: usize| instruction.accounts[slot].pubkey;
        let data = &instruction.data;
        if is(instruction, ix::ProposalCreate::DISCRIMINATOR) {
            self.remember(instruction, now, context);
        } else if is(instruction, ix::ProposalVote::DISCRIMINATOR) {
            self.vote(account(1), u32_at(data, 8), data[12], now);
        } else if is(instruction, ix::ProposalFinalize::DISCRIMINATOR) {
            let (known, total) = self.find(account(0));
            let defeat = known.defeat(&self.rosters[&known.roster], total);
            let known = self.proposals.get_mut(&account(0)).unwrap();
            (known.status, known.defeat) = (if defeat == 0 { SUCCEEDED } else { DEFEATED }, defeat);
        } else if is(instruction, ix::ProposalCancel::DISCRIMINATOR) {
            self.proposals.get_mut(&account(1)).unwrap().status = CANCELLED;
        } else if is(instruction, ix::ProposalExpire::DISCRIMINATOR) {
            self.proposals.get_mut(&account(1)).unwrap().status = EXPIRED;
        } else if is(instruction, ix::ProposalClose::DISCRIMINATOR) {
            self.proposals.remove(&account(1));
        } else if is(instruction, ix::BallotPageOpen::DISCRIMINATOR) {
            let known = self.proposals.get_mut(&account(1)).expect("a page of a known proposal");
            assert!(known.status == OPEN && (now < known.ends_at || now < known.starts_at), "{context}");
            assert!(known.pages.insert(account(2)), "{context}");
        } else if is(instruction, ix::BallotPageClose::DISCRIMINATOR) {
            let known = self.proposals.get_mut(&account(0)).expect("a page of a known proposal");
            assert!(known.is_final() && known.pages.remove(&account(1)), "{context}");
        } else if is(instruction, ix::RosterExtend::DISCRIMINATOR) {
            let members = data[12..].chunks_exact(40).map(|member| {
                let voter = Address::new_from_array(member[..32].try_into().unwrap());
                (voter, u64::from_le_bytes(member[32..].try_into().unwrap()))
            });
            self.rosters.entry(account(2)).or_default().extend(members);
        } else {
            self.execute(instruction, now, context);
        }
    }

    /// Spends the proposal that ordered an effect, which must be what was voted on, and in its window.
    fn execute(&mut self, instruction: &Instruction, now: i64, context: &str) {
        let account = |slot: usize| instruction.accounts[slot].pubkey;
        let data = &instruction.data[8..];
        let with = |number: u8, parts: &[&[u8]]| [&[number], parts.concat().as_slice()].concat();
        let (proposal, action) = if is(instruction, ix::ProposalExecute::DISCRIMINATOR) {
            // Before the flags: what is still to come of a series, 32 bytes.
            let data = &data[32..];
            let count = u32_at(data, 0) as usize;
            let (flags, called) = (&data[4..4 + count], &data[8 + count..]);
            let views = instruction.accounts[7..].iter().zip(flags);
            let views = views.flat_map(|(view, flags)| [&[*flags], view.pubkey.as_ref()].concat()).collect::<Vec<_>>();
            let len = u16::try_from(called.len()).unwrap().to_le_bytes();
            let count = [u8::try_from(count).unwrap()];
            (account(1), with(11, &[account(3).as_ref(), &count, &views, &len, called]))
        } else if is(instruction, ix::VaultTransfer::DISCRIMINATOR) {
            (account(1), with(10, &[account(3).as_ref(), data]))
        } else if is(instruction, ix::PolicyAdopt::DISCRIMINATOR) {
            let id = u64::try_from(self.policies.len()).unwrap();
            self.policies.insert(account(3), id);
            (account(2), with(0, &[data]))
        } else if is(instruction, ix::PolicyAmend::DISCRIMINATOR) {
            (account(2), with(1, &[&self.policies[&account(1)].to_le_bytes(), data]))
        } else if is(instruction, ix::PolicyRepeal::DISCRIMINATOR) {
            (account(2), with(2, &[&self.policies[&account(1)].to_le_bytes()]))
        } else if is(instruction, ix::ConstitutionAmend::DISCRIMINATOR) {
            (account(2), with(20, &[data]))
        } else if is(instruction, ix::PrincipleAdd::DISCRIMINATOR) {
            self.principles.insert(account(2), u32::try_from(self.entrenched.len()).unwrap());
            self.entrenched.push(data[32] == 1);
            (account(3), with(21, &[data]))
        } else if is(instruction, ix::PrincipleAmend::DISCRIMINATOR) {
            (account(2), with(22, &[&self.principles[&account(3)].to_le_bytes(), data]))
        } else if is(instruction, ix::PrincipleRetire::DISCRIMINATOR) {
            (account(2), with(23, &[&self.principles[&account(3)].to_le_bytes(), data]))
        } else if is(instruction, ix::RosterAdopt::DISCRIMINATOR) {
            let known = &self.proposals[&account(2)];
            assert_eq!(known.candidate, Some(account(3)), "{context}");
            self.roster = account(3);
            (account(2), known.action.clone())
        } else {
            return;
        };
        let known = self.proposals.get_mut(&proposal).unwrap_or_else(|| panic!("no proposal ordered it: {context}"));
        assert_eq!(known.action, action, "something else was voted on: {context}");
        assert_eq!(known.status, SUCCEEDED, "{context}");
        assert!(known.opens_at() <= now && now < known.closes_at(), "outside the window: {context}");
        known.status = EXECUTED;
    }

    fn remember(&mut self, instruction: &Instruction, now: i64, context: &str) {
        let account = |slot: usize| instruction.accounts[slot].pubkey;
        let data = &instruction.data[8..];
        let (index, ballot_rule, action) = (u32_at(data, 32), data[36], data[41..].to_vec());
        assert_eq!(account(2), self.roster, "{context}");
        assert_eq!(self.rosters[&self.roster][index as usize].0, account(0), "{context}");
        let entrenched = match action[0] {
            21 => action[33] == 1,
            22 | 23 => self.entrenched[u32_at(&action, 1) as usize],
            // Who votes decides everything else.
            24 => true,
            _ => false,
        };
        let track = self.tracks[match action[0] {
            0..=2 => 0,
            10..=11 => 1,
            _ => 2,
        }];
        let starts_at = now + i64::from(track.discussion_seconds);
        let threshold = if entrenched { track.entrenched_threshold_bps } else { track.threshold_bps };
        let remembered = Remembered {
            proposer: account(0),
            roster: account(2),
            candidate: (action[0] == 24).then(|| account(7)),
            action,
            ballots_are_final: ballot_rule == 1,
            threshold: threshold.into(),
            quorum: track.quorum_bps.into(),
            min_for: track.min_for_bps.into(),
            starts_at,
            ends_at: starts_at + i64::from(track.voting_seconds),
            extension: track.extension_seconds.into(),
            timelock: track.timelock_seconds.into(),
            window: track.window_seconds.into(),
            ballots: BTreeMap::new(),
            pages: BTreeSet::new(),
            was_extended: false,
            status: OPEN,
            defeat: 0,
        };
        assert!(self.proposals.insert(account(5), remembered).is_none(), "an id was used twice: {context}");
    }

    fn find(&self, proposal: Address) -> (&Remembered, u128) {
        let known = &self.proposals[&proposal];
        (known, self.rosters[&known.roster].iter().map(|member| u128::from(member.1)).sum())
    }

    fn vote(&mut self, proposal: Address, index: u32, choice: u8, now: i64) {
        let (known, total) = self.find(proposal);
        let members = &self.rosters[&known.roster];
        let mut after = known.clone();
        after.ballots.insert(index, choice);
        let had_quorum = known.has_quorum(members, total);
        let has_quorum = after.has_quorum(members, total);
        if after.ballots_are_final && after.is_settled(members, total) {
            after.ends_at = now;
        } else if !had_quorum
            && has_quorum
            && !after.was_extended
            && after.extension > 0
            && now >= after.ends_at - after.extension
        {
            after.ends_at += after.extension;
            after.was_extended = true;
        }
        self.proposals.insert(proposal, after);
    }

    /// Compares everything remembered with everything written.
    pub fn check(&self, world: &World, context: &str) {
        let mut bound: BTreeMap<Address, u32> = BTreeMap::new();
        for (address, known) in &self.proposals {
            let stored = world.proposal(address);
            let members = &self.rosters[&known.roster];
            let tally = [FOR, AGAINST, ABSTAIN].map(|choice| known.weight(members, choice));
            let written = [stored.for_weight, stored.against_weight, stored.abstain_weight].map(u128::from);
            assert_eq!(written, tally, "{context}");
            let total = members.iter().map(|member| u128::from(member.1)).sum::<u128>();
            assert!(written.iter().sum::<u128>() <= total && total == u128::from(stored.total_weight), "{context}");
            assert_eq!((stored.status, stored.defeat), (known.status, known.defeat), "{context}");
            assert_eq!((stored.starts_at, stored.ends_at), (known.starts_at, known.ends_at), "{context}");
            assert_eq!(stored.ballots_cast as usize, known.ballots.len(), "{context}");
            assert_eq!(stored.ballot_pages as usize, known.pages.len(), "{context}");
            *bound.entry(known.roster).or_default() += 1;
            if let Some(candidate) = known.candidate {
                *bound.entry(candidate).or_default() += 1;
            }
        }
        for roster in self.rosters.keys().filter(|roster| world.account(roster).is_some()) {
            let stored = world.roster(roster);
            assert_eq!(stored.bound_proposals, bound.get(roster).copied().unwrap_or(0), "{context}");
        }
        let constitution = world.constitution(&self.constitution);
        assert_eq!(constitution.electorate, self.roster, "{context}");
        assert_eq!(constitution.next_policy_id as usize, self.policies.len(), "{context}");
        assert_eq!(constitution.next_principle_id as usize, self.entrenched.len(), "{context}");
        for account in world.snapshot().values() {
            use solana_account::ReadableAccount;
            let is_rent_exempt = account.lamports() >= world.rent(account.data().len());
            assert!(*account.owner() != PROGRAM_ID || is_rent_exempt, "{context}");
        }
    }
}

impl Remembered {
    fn opens_at(&self) -> i64 {
        self.ends_at + self.timelock
    }

    fn closes_at(&self) -> i64 {
        self.opens_at() + self.window
    }

    fn is_final(&self) -> bool {
        [DEFEATED, CANCELLED, EXECUTED, EXPIRED].contains(&self.status)
    }

    fn weight(&self, members: &[(Address, u64)], choice: u8) -> u128 {
        let cast = self.ballots.iter().filter(|(_, cast)| **cast == choice);
        cast.map(|(index, _)| u128::from(members[*index as usize].1)).sum()
    }

    fn turnout(&self, members: &[(Address, u64)]) -> u128 {
        self.ballots.keys().map(|index| u128::from(members[*index as usize].1)).sum()
    }

    fn has_quorum(&self, members: &[(Address, u64)], total: u128) -> bool {
        self.turnout(members) * 10_000 >= self.quorum * total
    }

    /// 0 where it passes, else the number of the first reason why it does not.
    fn defeat(&self, members: &[(Address, u64)], total: u128) -> u8 {
        let [in_favour, against] = [FOR, AGAINST].map(|choice| self.weight(members, choice));
        self.defeat_of(in_favour, against, self.turnout(members), total)
    }

    fn defeat_of(&self, in_favour: u128, against: u128, turnout: u128, total: u128) -> u8 {
        if turnout * 10_000 < self.quorum * total {
            1
        } else if in_favour == 0 {
            2
        } else if in_favour * 10_000 < self.threshold * (in_favour + against) {
            3
        } else if in_favour * 10_000 < self.min_for * total {
            4
        } else {
            0
        }
    }

    /// Whether whoever has not voted yet can still turn the outcome: tries all of them on one side, and on the other.
    fn is_settled(&self, members: &[(Address, u64)], total: u128) -> bool {
        let [in_favour, against] = [FOR, AGAINST].map(|choice| self.weight(members, choice));
        let turnout = self.turnout(members);
        let rest = total - turnout;
        let passes_now = self.defeat_of(in_favour, against, turnout, total) == 0;
        let passes_at_worst = self.defeat_of(in_favour, against + rest, total, total) == 0;
        let fails_at_best = self.defeat_of(in_favour + rest, against, total, total) != 0;
        (passes_now && passes_at_worst) || fails_at_best
    }
}
