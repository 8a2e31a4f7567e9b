//! Random walks of depositors, with the real token program, beside a model that knows every single token.

use std::collections::BTreeMap;

use crate::laws::Random;
use crate::support::*;

const PEOPLE: [&str; 4] = ["ana", "ben", "cleo", "dora"];
const WALKS: u64 = 24;
const STEPS: usize = 160;

/// Somebody's tokens in the pool: fresh ones, and for each matured one the first proposal that it counts for.
#[derive(Clone, Default)]
struct Purse {
    fresh: usize,
    tokens: Vec<u64>,
}

/// What people said on a proposal, and with which weight.
type Said = BTreeMap<&'static str, (u8, u64)>;

struct Walk {
    depositors: Depositors,
    random: Random,
    purses: BTreeMap<&'static str, Purse>,
    /// Open proposals with their ids.
    ballots: BTreeMap<Address, (u64, Said)>,
    /// What had matured when each proposal was created.
    totals: BTreeMap<Address, u64>,
    /// How often each kind of step went through.
    done: BTreeMap<&'static str, u32>,
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut depositors = Depositors::found();
        depositors.join("dora", 40);
        let matured = |amount| Purse { fresh: 0, tokens: vec![0; amount] };
        let purses = [("ana", matured(600)), ("ben", matured(300)), ("cleo", matured(100))];
        let mut purses: BTreeMap<_, _> = purses.into_iter().collect();
        purses.insert("dora", Purse { fresh: 40, tokens: Vec::new() });
        let (ballots, totals, done) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { depositors, random: Random(seed), purses, ballots, totals, done }
    }

    fn somebody(&mut self) -> &'static str {
        self.random.pick(&PEOPLE).unwrap()
    }

    /// Sends it; true where the program allowed it.
    fn try_send(&mut self, kind: &'static str, instruction: Instruction) -> bool {
        let went = self.depositors.try_send(&[instruction]).is_ok();
        *self.done.entry(kind).or_default() += u32::from(went);
        went
    }

    fn next_proposal(&self) -> u64 {
        self.depositors.world.constitution(&self.depositors.constitution).next_proposal_id
    }

    fn step(&mut self) {
        match self.random.below(12) {
            0 | 1 => self.add(),
            2 | 3 => self.mature(),
            4 => self.withdraw(),
            5 => self.propose(),
            6..=8 => self.vote(),
            9 => self.delegate(),
            10 => self.end(),
            _ => {
                let seconds = i64::try_from(self.random.below(2 * 86_400)).unwrap();
                self.depositors.pass(seconds);
            }
        }
    }

    fn add(&mut self) {
        let (who, amount) = (self.somebody(), self.random.below(50));
        let add = self.depositors.transfer(who).instruction(amount);
        if self.try_send("add", add) {
            self.purses.get_mut(who).unwrap().fresh += usize::try_from(amount).unwrap();
        }
    }

    fn mature(&mut self) {
        let (who, authority) = (self.somebody(), person(self.somebody()));
        let next = self.next_proposal();
        let maturing = ix::DepositMature { authority, ..self.depositors.maturing(who) }.instruction();
        if self.try_send("mature", maturing) {
            let purse = self.purses.get_mut(who).unwrap();
            let fresh = std::mem::take(&mut purse.fresh);
            purse.tokens.extend(std::iter::repeat_n(next, fresh));
        }
    }

    fn withdraw(&mut self) {
        let (who, amount) = (self.somebody(), self.random.below(120));
        let withdrawal = self.depositors.withdrawal(who, amount);
        if self.try_send("withdraw", withdrawal) {
            let (purse, amount) = (self.purses.get_mut(who).unwrap(), usize::try_from(amount).unwrap());
            let fresh = purse.fresh.min(amount);
            purse.fresh -= fresh;
            purse.tokens.truncate(purse.tokens.len() - (amount - fresh));
        }
    }

    fn propose(&mut self) {
        let (who, text) = (self.somebody(), hash(&format!("policy {}", self.next_proposal())));
        let mut draft = self.depositors.draft_of(who, &Action::PolicyAdopt { text_hash: text, sunset_at: 0 });
        draft.args.ballot_rule = u8::from(self.random.below(3) == 0);
        let (id, proposal) = (self.next_proposal(), draft.accounts.proposal);
        if self.try_send("propose", draft.instruction()) {
            let matured = self.purses.values().map(|purse| purse.tokens.len() as u64).sum::<u64>();
            assert_eq!(self.depositors.proposal(&proposal).total_weight, matured.max(FLOOR), "W7: frozen as it was");
            self.totals.insert(proposal, matured);
            self.ballots.insert(proposal, (id, BTreeMap::new()));
        }
    }

    fn vote(&mut self) {
        let Some(proposal) = self.some_proposal() else { return };
        let (who, by) = (self.somebody(), self.somebody());
        let choice = u8::try_from(self.random.below(3)).unwrap() + 1;
        if self.random.below(2) == 0 {
            let starts_at = self.depositors.proposal(&proposal).starts_at;
            let now = self.depositors.now().max(starts_at);
            self.depositors.set_time(now);
        }
        let ballot = self.depositors.ballot_by(&proposal, who, by, choice);
        let is_changeable = self.depositors.proposal(&proposal).ballot_rule == 0;
        let before = self.depositors.proposal(&proposal).for_weight
            + self.depositors.proposal(&proposal).against_weight
            + self.depositors.proposal(&proposal).abstain_weight;
        if self.try_send(if who == by { "vote" } else { "vote by a delegate" }, ballot) {
            let (id, ballots) = self.ballots.get_mut(&proposal).unwrap();
            let known = self.purses[who].tokens.iter().filter(|from| **from <= *id).count() as u64;
            let stored = self.depositors.proposal(&proposal);
            let after = stored.for_weight + stored.against_weight + stored.abstain_weight;
            let previous = ballots.get(who).copied();
            let weight = previous.map_or(after - before, |(_, weight)| weight);
            assert!(0 < weight && weight <= known, "W1: {weight} of {known} tokens that counted for it");
            assert!(previous.is_none() || after == before, "W3: a ballot replaces, and does not add");
            assert!(
                previous.is_none() || (who == by && is_changeable),
                "only the owner changes, and only where allowed"
            );
            assert!(who == by || is_changeable, "a delegate votes where the owner keeps the last word");
            ballots.insert(who, (choice, weight));
        }
    }

    fn delegate(&mut self) {
        let (who, to) = (self.somebody(), person(self.somebody()));
        let days = i64::try_from(self.random.below(30)).unwrap();
        let expires_at = self.depositors.now() + days * DAY;
        let delegation = self.depositors.delegation(who).instruction(to, expires_at);
        self.try_send("delegate", delegation);
    }

    /// Ends a proposal whose time is over and closes it, so that its proposer may propose again.
    fn end(&mut self) {
        let Some(proposal) = self.some_proposal() else { return };
        let proposer = self.depositors.proposal(&proposal).proposer;
        if self.random.below(2) == 0 {
            self.try_send("cancel", ix::ProposalCancel { proposer, proposal }.instruction());
        } else {
            self.try_send("finalize", ix::ProposalFinalize { proposal }.instruction());
            let expire = ix::ProposalExpire { constitution: self.depositors.constitution, proposal };
            let _ = self.depositors.try_send(&[expire.instruction()]);
        }
        let close = self.depositors.close(&proposal).instruction();
        if self.try_send("close", close) {
            self.ballots.remove(&proposal);
        }
    }

    fn some_proposal(&mut self) -> Option<Address> {
        let count = self.ballots.len() as u64;
        let place = usize::try_from(self.random.below(count.max(1))).unwrap();
        self.ballots.keys().nth(place).copied()
    }

    /// The laws, after every step.
    fn check(&self) {
        self.depositors.check_totals(&PEOPLE);
        let (mut inside, mut outside) = (0, 0);
        for (who, purse) in &self.purses {
            let deposit = self.depositors.deposit(who);
            let matured = deposit.checkpoints.iter().map(|checkpoint| checkpoint.amount).max().unwrap();
            assert_eq!((deposit.fresh, matured), (purse.fresh as u64, purse.tokens.len() as u64), "{who}");
            inside += deposit.fresh + matured;
            outside += self.depositors.tokens(&self.depositors.wallet(who));
        }
        assert_eq!(inside, self.depositors.tokens(&self.depositors.vault));
        assert_eq!(inside + outside, 4_000_000, "tokens neither appear nor vanish");
        assert_eq!(self.depositors.pool().bound_proposals as usize, self.ballots.len());
        for (proposal, (_, ballots)) in &self.ballots {
            let stored = self.depositors.proposal(proposal);
            let mut sums = [0; 3];
            ballots.values().for_each(|(choice, weight)| sums[usize::from(*choice) - 1] += weight);
            assert_eq!([stored.for_weight, stored.against_weight, stored.abstain_weight], sums, "W4");
            assert!(sums.iter().sum::<u64>() <= self.totals[proposal], "W4: at most what had matured");
            assert_eq!(stored.ballots_cast as usize, ballots.len());
            let now = self.depositors.now();
            for (who, (_, weight)) in ballots.iter().filter(|_| stored.status == 0 && now < stored.ends_at) {
                let deposit = self.depositors.deposit(who);
                let matured = deposit.checkpoints.iter().map(|checkpoint| checkpoint.amount).max().unwrap();
                assert!(*weight <= matured && now < deposit.locked_until, "W5: {who}'s tokens back the ballot");
            }
        }
    }
}

#[test]
fn w1_w3_w4_w5_w7_hold_on_every_walk_of_depositors() {
    let mut done = BTreeMap::<&str, u32>::new();
    for seed in 0..WALKS {
        let mut walk = Walk::new(seed);
        for _ in 0..STEPS {
            walk.step();
            walk.check();
        }
        walk.done.iter().for_each(|(kind, count)| *done.entry(kind).or_default() += count);
    }
    for (kind, count) in &done {
        assert!(*count >= 20, "{kind} went through {count} times only: {done:?}");
    }
    assert_eq!(done.len(), 10, "{done:?}");
}
