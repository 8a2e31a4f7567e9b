//! What might be tried next: mostly sensible, sometimes wrong, sometimes hostile.

mod guarding;
mod hostile;
mod ordering;
mod others;
mod proposing;
mod voting;

use super::chance::Chance;
use super::model::{EXECUTED, OPEN, Proposal, SUCCEEDED};
use super::setup::Cast;
use super::stage::{Attempt, Stage};
use crate::support::*;

/// Somewhere in a history, and what has been seen on the way.
#[derive(Clone)]
pub struct Walk {
    pub stage: Stage,
    pub chance: Chance,
    casts: Vec<Cast>,
    seen: Vec<Address>,
    texts: u64,
    forgeries: u64,
}

impl Walk {
    pub fn new((stage, casts): (Stage, Vec<Cast>), chance: Chance) -> Self {
        Self { stage, chance, casts, seen: Vec::new(), texts: 0, forgeries: 0 }
    }

    /// Tries the next thing; `None` where the world moved and nobody did anything.
    pub fn step(&mut self) -> Option<Attempt> {
        let honest = self.next()?;
        self.seen.extend(honest.accounts.iter().map(|meta| meta.pubkey));
        let len = self.seen.len();
        self.seen.drain(..len.saturating_sub(300));
        let mut attempt = Attempt::from(honest);
        if self.chance.once_in(5) {
            self.spoil(&mut attempt.instruction);
        }
        Some(attempt)
    }

    fn next(&mut self) -> Option<Instruction> {
        match self.chance.below(100) {
            0..5 => {
                self.pass_time();
                None
            }
            5..13 => self.propose(),
            13..41 => self.vote(),
            41..43 => self.repeat(),
            43..45 => self.veto(),
            45..47 => self.attest(),
            47..53 => self.finalize(),
            53 => self.cancel(),
            54..64 => self.execute(),
            64..66 => self.expire(),
            66..72 => self.close(),
            72..74 => self.ballot_page(),
            74..78 => self.roster(),
            78..82 => self.policy(),
            82..85 => self.found(),
            85..90 => self.deposit(),
            90..92 => self.electorate(),
            92..97 => self.guard(),
            97..99 => self.publish(),
            _ => {
                self.give();
                None
            }
        }
    }

    fn some_cast(&mut self) -> Cast {
        let index = self.chance.index(self.casts.len());
        self.casts[index].clone()
    }

    /// One of the five, where what they do is mostly legal.
    fn some_community(&mut self) -> Cast {
        let index = self.chance.index(5);
        self.casts[index].clone()
    }

    /// Some proposal of which this holds.
    fn some_proposal(&mut self, fits: impl Fn(&Proposal) -> bool) -> Option<Address> {
        let fitting = self.stage.model.proposals.iter().filter(|(_, proposal)| fits(proposal));
        let fitting: Vec<Address> = fitting.map(|(address, _)| *address).collect();
        self.chance.pick(&fitting)
    }

    /// Mostly one whose written status is this, else any.
    fn some_in(&mut self, statuses: &[u8]) -> Option<Address> {
        let is_any = self.chance.once_in(12);
        self.some_proposal(|proposal| is_any || statuses.contains(&proposal.status))
    }

    /// Mostly one for which it is time, or else the next one for which it will be, and when.
    fn some_due(
        &mut self,
        fits: impl Fn(&Proposal) -> bool,
        from: impl Fn(&Self, &Proposal) -> i64,
    ) -> Option<(Address, i64)> {
        let now = self.now();
        if self.chance.once_in(16) {
            return self.some_proposal(|_| true).map(|proposal| (proposal, now));
        }
        let fitting = self.stage.model.proposals.iter().filter(|(_, known)| fits(known));
        let mut fitting: Vec<(i64, Address)> = fitting.map(|(at, known)| (from(self, known), *at)).collect();
        fitting.sort();
        let due: Vec<Address> = fitting.iter().filter(|(from, _)| *from <= now).map(|(_, address)| *address).collect();
        let first = due.first().copied().filter(|_| !self.chance.once_in(3));
        let due = first.or_else(|| self.chance.pick(&due)).map(|proposal| (proposal, now));
        due.or_else(|| fitting.first().map(|(from, next)| (*next, *from)))
    }

    fn known(&self, proposal: &Address) -> &Proposal {
        &self.stage.model.proposals[proposal]
    }

    fn somebody(&mut self) -> Address {
        let people = super::setup::people();
        self.chance.pick(&people).unwrap()
    }

    fn text(&mut self) -> [u8; 32] {
        self.texts += 1;
        hash(&format!("text {}", self.texts))
    }

    fn now(&self) -> i64 {
        self.stage.world.now()
    }

    fn set_time(&mut self, now: i64) {
        let slots = self.chance.below(3);
        self.stage.world.set_time(now);
        self.stage.world.pass_slots(slots);
    }

    /// Waits for a moment, most of the time; never back.
    fn wait_for(&mut self, moment: i64) {
        if self.now() < moment && !self.chance.once_in(5) {
            self.set_time(moment);
        }
    }

    /// Forward, to the second of something, or back; seldom for months.
    fn pass_time(&mut self) {
        let now = self.now();
        let seconds = |chance: &mut Chance, most| i64::try_from(chance.below(most)).unwrap();
        let target = match self.chance.below(16) {
            0 => now - seconds(&mut self.chance, 3_600),
            1 if self.chance.once_in(2) => now + 86_400 + seconds(&mut self.chance, 6) * 86_400,
            2 if self.chance.once_in(4) => now + (20 + seconds(&mut self.chance, 80)) * 86_400,
            3..9 => now + seconds(&mut self.chance, 1_200),
            _ => {
                let within = if self.chance.once_in(12) { 10 * 86_400 } else { 2 * 3_600 };
                let moments: Vec<i64> = self.moments(within);
                let moment = self.chance.pick(&moments).unwrap_or(now);
                // Whoever is late is late by a second, or early by one.
                moment + seconds(&mut self.chance, 3) - 1
            }
        };
        let slots = [0, 0, 0, 1, 1, 1, 60, 151][self.chance.index(8)];
        // Not back before tokens were taken out: their lock rests on a clock that the runtime never lets go back, and a vote
        // that runs again could be changed with the weight that is left (decision 12). All else bears any clock.
        let earliest = START.max(self.stage.model.let_go_at);
        self.stage.world.set_time(target.max(earliest));
        self.stage.world.pass_slots(slots);
    }

    /// Seconds at which something begins or ends, soon.
    fn moments(&self, within: i64) -> Vec<i64> {
        let (model, now) = (&self.stage.model, self.now());
        let of_proposals = model.proposals.values().flat_map(|proposal| {
            let (opens_at, closes_at) = model.window(proposal);
            [proposal.starts_at, proposal.ends_at, proposal.cooled_at(), opens_at, closes_at]
        });
        let of_acts = model.emergencies.values().flat_map(|act| [act.ratify_by, act.effect_until()]);
        let of_policies = model.policies.values().flat_map(|policy| [policy.sunset_at, policy.suspended_until]);
        let all = of_proposals.chain(of_acts).chain(of_policies);
        all.filter(|moment| now - 3_600 < *moment && *moment < now + within).collect()
    }

    /// Somebody tries something twice in one transaction.
    fn repeat(&mut self) -> Option<Instruction> {
        let kinds = [Self::execute, Self::vote, Self::close, Self::finalize, Self::policy, Self::veto];
        let instruction = kinds[self.chance.index(6)](self)?;
        self.stage.attempt_twice(&instruction).then_some(instruction)
    }

    fn finalize(&mut self) -> Option<Instruction> {
        let (proposal, ends_at) = self.some_due(|known| known.status == OPEN, |_, known| known.ends_at)?;
        // Mostly those that pass: what is defeated has no history.
        if self.known(&proposal).verdict() != 0 && self.now() < ends_at && !self.chance.once_in(5) {
            return self.vote();
        }
        self.wait_for(ends_at);
        Some(ix::ProposalFinalize { proposal }.instruction())
    }

    fn cancel(&mut self) -> Option<Instruction> {
        let proposal = self.some_in(&[OPEN])?;
        let proposer = self.known(&proposal).proposer;
        Some(ix::ProposalCancel { proposer, proposal }.instruction())
    }

    fn expire(&mut self) -> Option<Instruction> {
        let proposal = self.some_in(&[SUCCEEDED])?;
        let constitution = self.known(&proposal).constitution;
        let (opens_at, closes_at) = self.stage.model.window(self.known(&proposal));
        // Where a pause has moved the end of the window, the second before it is worth a try, too.
        let is_moved = closes_at - opens_at > self.known(&proposal).window;
        if self.chance.once_in(12) || (is_moved && self.chance.once_in(2)) {
            let early = i64::try_from(self.chance.below(2)).unwrap();
            self.wait_for(closes_at - early);
        }
        Some(ix::ProposalExpire { constitution, proposal }.instruction())
    }

    fn close(&mut self) -> Option<Instruction> {
        let proposal = self.some_in(&[2, 3, 4, EXECUTED, 6])?;
        let known = self.known(&proposal);
        let (constitution, proposer) = (known.constitution, known.proposer);
        if let Some(number) = known.pages.first() {
            let ballot_page = pda::ballot_page(&proposal, *number);
            let payer = self.stage.model.ballot_pages[&ballot_page].payer;
            return Some(ix::BallotPageClose { proposal, ballot_page, payer }.instruction());
        }
        let close = ix::ProposalClose {
            constitution,
            proposal,
            electorate: known.electorate,
            candidate: known.adopts_roster().then_some(known.subject),
            veto_roster: Some(known.veto_roster).filter(|roster| *roster != Address::default()),
            vault: pda::vault(&constitution),
            proposer,
            record: pda::proposer(&constitution, &proposer),
        };
        Some(close.instruction())
    }

    fn ballot_page(&mut self) -> Option<Instruction> {
        let is_large = |proposal: &Proposal| proposal.voters > 256;
        let proposal = self.some_proposal(is_large)?;
        let payer = self.somebody();
        let ballot_page = pda::ballot_page(&proposal, 0);
        if let Some(page) = self.stage.model.ballot_pages.get(&ballot_page) {
            return Some(ix::BallotPageClose { proposal, ballot_page, payer: page.payer }.instruction());
        }
        Some(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0))
    }

    /// Lamports for an account of the program, or for one that is still to come.
    fn give(&mut self) {
        let things: Vec<Address> = self.stage.model.things.iter().copied().collect();
        let to = if self.chance.once_in(2) {
            self.chance.pick(&things).unwrap()
        } else {
            let constitution = self.some_community().constitution;
            let next = self.stage.model.polities[&constitution].next_proposal;
            pda::proposal(&constitution, next)
        };
        let lamports = 1_000_000 + self.chance.below(5_000_000);
        self.stage.give(to, lamports);
    }
}
