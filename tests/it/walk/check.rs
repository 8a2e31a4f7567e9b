//! The model against the chain: every account of the program, field by field, and every balance.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use quantumagi_interface::payload::Payload as PayloadAccount;
use solana_account::{AccountSharedData, ReadableAccount};

use super::model::{Model, Move, OPEN, Proposal};
use crate::support::*;

/// All accounts at one moment.
pub type Snapshot = HashMap<Address, AccountSharedData>;

impl Model {
    /// The program has exactly the accounts that were created and not closed (A5).
    pub fn check_things(&self, accounts: &Snapshot) {
        let own = accounts.iter().filter(|(_, account)| *account.owner() == PROGRAM_ID && account.lamports() > 0);
        let own: BTreeSet<Address> = own.map(|(address, _)| *address).collect();
        assert_eq!(own, self.things, "A5: what is there is what was created and not closed");
    }

    /// No lamport has moved but as foreseen (A6, X8).
    pub fn check_moves(&self, before: &Snapshot, after: &Snapshot, world: &World) {
        let of = |accounts: &Snapshot, address: &Address| accounts.get(address).map_or(0, |account| account.lamports());
        let mut balances: BTreeMap<Address, i128> = BTreeMap::new();
        let mut free = BTreeSet::new();
        for step in &self.moves {
            let mut balance =
                |address: &Address| *balances.entry(*address).or_insert_with(|| i128::from(of(before, address)));
            let (from, to, lamports) = match step {
                Move::Opened { address, payer } => {
                    let len = after.get(address).map_or(0, |account| account.data().len());
                    (payer, address, (i128::from(world.rent(len)) - balance(address)).max(0))
                }
                Move::Closed { address, to } => (address, to, balance(address)),
                Move::Paid { from, to, lamports } => (from, to, i128::from(*lamports)),
                Move::Among(addresses) => {
                    let sum =
                        |accounts| addresses.iter().map(|address| u128::from(of(accounts, address))).sum::<u128>();
                    assert_eq!(sum(before), sum(after), "what is moved among them stays among them");
                    free.extend(addresses.iter().copied());
                    continue;
                }
            };
            let (left, arrived) = (balance(from) - lamports, balance(to) + lamports);
            balances.insert(*from, left);
            if from != to {
                balances.insert(*to, arrived);
            }
        }
        for address in before.keys().chain(after.keys()).filter(|address| !free.contains(address)) {
            let expected = balances.get(address).copied().unwrap_or_else(|| of(before, address).into());
            assert_eq!(i128::from(of(after, address)), expected, "A6: lamports of {address}, by {:?}", self.moves);
        }
    }

    /// One account holds what everybody remembers. `false` where it is none of the program's.
    pub fn check_account(&self, address: &Address, world: &World) {
        let Some(account) = world.account(address) else { return };
        if account.owner != PROGRAM_ID {
            return;
        }
        assert!(account.lamports >= world.rent(account.data.len()), "{address} has its rent");
        let all = [
            Self::check_polity,
            Self::check_proposal,
            Self::check_council,
            Self::check_pool,
            Self::check_snapshot,
            Self::check_plugin,
            Self::check_guardians,
            Self::check_rest,
        ];
        assert!(all.iter().any(|check| check(self, address, world)), "nobody remembers {address}");
    }

    fn check_polity(&self, address: &Address, world: &World) -> bool {
        let Some(known) = self.polities.get(address) else { return false };
        let is = world.constitution(address);
        assert_eq!((is.founder, is.vault, is.is_sealed == 1), (known.founder, known.vault, known.is_sealed));
        assert_eq!(
            (is.electorate, is.electorate_kind, is.veto_roster),
            (known.electorate, known.kind, known.veto_roster)
        );
        assert_eq!((is.attestor, is.attestation_mark, is.max_open_proposals), (known.attestor, known.mark, known.cap));
        assert_eq!(
            (is.text_hash, is.version, is.roster_version),
            (known.text_hash, known.version, known.roster_version)
        );
        assert_eq!((is.next_proposal_id, is.next_policy_id), (known.next_proposal, known.next_policy));
        assert_eq!((is.next_principle_id, is.next_emergency_id), (known.next_principle, known.next_emergency));
        assert_eq!((is.next_roster_version, is.next_electorate_version), (known.next_roster, known.next_electorate));
        assert_eq!(is.tracks, known.tracks);
        let pauses = [0, 1, 2, 3].map(|place| (is.paused_from[place], is.paused_until[place]));
        assert_eq!(pauses, known.pauses, "E2: a pause ends when it should");
        assert_eq!(is.guardrails as usize, self.rails_of(address).len());
        true
    }

    fn check_proposal(&self, address: &Address, world: &World) -> bool {
        let Some(known) = self.proposals.get(address) else { return false };
        let is = world.proposal(address);
        assert_eq!((is.constitution, is.id, is.proposer), (known.constitution, known.id, known.proposer));
        assert_eq!((is.electorate, is.electorate_kind), (known.electorate, known.kind));
        let shares = [is.threshold_bps, is.quorum_bps, is.min_for_bps, is.slash_bps, is.veto_bps].map(u128::from);
        assert_eq!(shares, [known.threshold, known.quorum, known.min_for, known.slash, known.veto_bps], "T6: frozen");
        let times = [is.extension_seconds, is.cooloff_seconds, is.timelock_seconds, is.window_seconds].map(i64::from);
        assert_eq!(times, [known.extension, known.cooloff, known.timelock, known.window], "T6: frozen");
        assert_eq!((u128::from(is.total_weight), is.voters), (known.total, known.voters), "W7: frozen");
        let tally = [is.for_weight, is.against_weight, is.abstain_weight].map(u128::from);
        assert_eq!(tally, [FOR, AGAINST, ABSTAIN].map(|choice| known.weight(choice)), "W4: the sum of live ballots");
        assert!(known.turnout() <= known.total, "W4: at most the frozen total");
        assert_eq!((is.ballots_cast as usize, is.ballot_pages as usize), (known.ballots.len(), known.pages.len()));
        assert_eq!(
            (is.status, is.defeat, is.track, is.action),
            (known.status, known.defeat, known.track, known.number())
        );
        assert_eq!((is.starts_at, is.ends_at), (known.starts_at, known.ends_at), "T5: the end of voting");
        assert_eq!((is.was_extended == 1, is.updated_at), (known.was_extended, known.updated_at));
        assert_eq!(is.held_until, known.held_until, "E2: a hold ends when it should");
        assert_eq!((is.veto_roster, u128::from(is.veto_total)), (known.veto_roster, known.veto_total));
        assert_eq!(u128::from(is.veto_weight), known.vetoes.values().map(|weight| u128::from(*weight)).sum::<u128>());
        assert_eq!((is.attestor, is.attestation_mark), (known.attestor, known.mark));
        assert_eq!(u128::from(is.unattested_threshold_bps), known.unattested);
        assert_eq!((is.is_attested == 1).then_some(is.attestation_score), known.score);
        assert_eq!((is.deposit_lamports, usize::from(is.steps_done)), (known.deposit, known.steps_done));
        assert_eq!(usize::from(is.steps), known.pending.len().saturating_sub(1));
        let bound = known.bound.unwrap_or_default();
        assert_eq!((is.snapshot_root, is.snapshot_slot), bound, "W9: bound once");
        assert_eq!(is.subject, known.subject);
        assert_eq!(self.executed.contains(address), known.status == super::model::EXECUTED, "X4");
        check_ballots(known, address, &is, world);
        true
    }

    fn check_council(&self, address: &Address, world: &World) -> bool {
        if let Some(known) = self.rosters.get(address) {
            let is = world.roster(address);
            assert_eq!((is.constitution, is.payer, is.version), (known.constitution, known.payer, known.version));
            assert_eq!((is.size, is.count as usize), (known.size, known.members.len()));
            assert_eq!((u128::from(is.total_weight), is.members_hash), (known.total(), known.members_hash));
            assert_eq!((is.bound_proposals, is.pages), (known.bound, known.pages), "A5: what binds it");
            assert_eq!(is.is_closing == 1, known.is_closing);
            let names = |proposal: &&Proposal| {
                proposal.electorate == *address || proposal.veto_roster == *address || proposal.subject == *address
            };
            assert_eq!(self.proposals.values().filter(names).count(), known.bound as usize, "bound by these");
            return true;
        }
        if let Some(known) = self.roster_pages.get(address) {
            let is = world.roster_page(address);
            let roster = &self.rosters[&known.of].members;
            let on_page = roster.iter().skip(known.number as usize * 30).take(30);
            let members = is.members.iter().map(|member| (member.voter, member.weight));
            assert!(members.eq(on_page.copied()), "the page holds its members");
            return true;
        }
        self.ballot_pages.contains_key(address)
    }

    fn check_pool(&self, address: &Address, world: &World) -> bool {
        if let Some(known) = self.pools.get(address) {
            let is = world.deposit_pool(address);
            assert_eq!((is.constitution, is.mint, is.vault), (known.constitution, known.mint, known.vault));
            assert_eq!(u128::from(is.total), self.held_in(address), "the pool holds what its deposits hold");
            assert_eq!(u128::from(is.matured_total), self.matured_in(address), "W2: and counts what has matured");
            assert_eq!((is.next_index, is.bound_proposals, is.floor), (known.next_index, known.bound, known.floor));
            assert!(u128::from(self.tokens[&known.vault].amount) >= self.held_in(address), "the vault covers them");
            return true;
        }
        let Some(known) = self.deposits.get(address) else { return false };
        let is = world.deposit(address);
        assert_eq!((is.pool, is.owner, is.payer), (known.pool, known.owner, known.payer));
        assert_eq!((is.delegate, is.delegate_expires_at), (known.delegate, known.delegated_until));
        assert_eq!((is.fresh, is.fresh_at, is.locked_until), (known.fresh, known.fresh_at, known.locked_until), "W5");
        let layers = is.checkpoints.iter().filter(|layer| layer.amount > 0);
        let layers: Vec<_> = layers.map(|layer| (layer.from_proposal_id, layer.amount)).collect();
        assert_eq!(layers, known.layers, "W1: since when how many count");
        assert_eq!(is.index, known.index.unwrap_or(u32::MAX));
        true
    }

    fn check_snapshot(&self, address: &Address, world: &World) -> bool {
        if let Some(known) = self.operators.get(address) {
            let is = world.operators(address);
            assert_eq!((is.constitution, is.payer, is.needed), (known.constitution, known.payer, known.needed));
            assert_eq!((is.bound_proposals, usize::from(is.count)), (known.bound, known.list.len()));
            assert_eq!(is.operators[..known.list.len()], known.list[..]);
            return true;
        }
        let Some(known) = self.snapshots.get(address) else { return false };
        let is = world.published(address);
        assert_eq!((is.constitution, is.proposal, is.publisher), (known.constitution, known.proposal, known.publisher));
        assert_eq!((is.root, is.total_weight, is.voters), (known.root, known.total, known.voters));
        assert_eq!((is.slot, is.published_at), (known.slot, known.published_at));
        let count = |verdict| known.said.values().filter(|said| **said == verdict).count() as u32;
        assert_eq!((is.approvals.count_ones(), is.challenges.count_ones()), (count(true), count(false)), "W10");
        true
    }

    fn check_plugin(&self, address: &Address, world: &World) -> bool {
        if let Some(known) = self.plugins.get(address) {
            let is = world.weight_plugin(address);
            assert_eq!((is.constitution, is.payer, is.program), (known.constitution, known.payer, known.program));
            assert_eq!((is.next_seat, is.seats, is.bound_proposals), (known.next_seat, known.seats, known.bound));
            return true;
        }
        let Some(known) = self.seats.get(address) else { return false };
        let is = world.seat(address);
        assert_eq!((is.plugin, is.voter, is.payer, is.index), (known.plugin, known.voter, known.payer, known.index));
        true
    }

    fn check_guardians(&self, address: &Address, world: &World) -> bool {
        if let Some(known) = self.guardians.get(address) {
            let is = world.guardians(address);
            let count = known.members.len();
            assert_eq!((is.constitution, usize::from(is.count)), (known.constitution, count));
            assert_eq!(is.members[..count], known.members[..]);
            assert_eq!(is.seen_at[..count], known.seen_at[..], "E8: when they were heard of");
            assert_eq!((is.adopted_at, is.term_ends_at), (known.adopted_at, known.term_ends_at), "E8: their term");
            let spent = [0, 1, 2].map(|place| (is.spent_ends_at[place], i64::from(is.spent_seconds[place])));
            assert_eq!(spent, known.spent, "E5: what is spent of the budget");
            assert_eq!((is.version, is.threshold, is.strikes), (known.version, known.threshold, known.strikes), "E4");
            return true;
        }
        let Some(known) = self.emergencies.get(address) else { return false };
        let is = world.emergency(address);
        assert_eq!((is.constitution, is.payer, is.target), (known.constitution, known.payer, known.target));
        assert_eq!((is.statement, is.id, is.act), (known.statement, known.id, known.act), "E7, E9: what is signed");
        let approvals: u16 = known.approvals.iter().map(|index| 1 << index).sum();
        assert_eq!((is.approvals, is.outcome, is.opened_slot), (approvals, known.outcome, known.opened_slot), "E7");
        assert_eq!((is.activated_at, is.ratify_by), (known.activated_at, known.ratify_by), "E4");
        assert_eq!((is.expires_at, is.ratified_by), (known.expires_at, known.ratified_by), "E2");
        true
    }

    fn check_rest(&self, address: &Address, world: &World) -> bool {
        if let Some(known) = self.principles.get(address) {
            let is = world.principle(address);
            assert_eq!((is.constitution, is.id, is.version), (known.constitution, known.id, known.version));
            assert_eq!((is.text_hash, is.class == 1), (known.text_hash, known.is_entrenched));
            assert_eq!(is.is_retired == 1, known.is_retired);
            assert_eq!(
                is.has_guardrail == 1,
                self.rails_of(&known.constitution).iter().any(|r| r.principle == known.id)
            );
        } else if let Some(known) = self.policies.get(address) {
            let is = world.policy(address);
            assert_eq!((is.constitution, is.id, is.payer), (known.constitution, known.id, known.payer));
            assert_eq!((is.text_hash, is.version, is.status), (known.text_hash, known.version, known.status));
            assert_eq!((is.sunset_at, is.suspended_until), (known.sunset_at, known.suspended_until), "E2");
        } else if let Some(known) = self.proposers.get(address) {
            let is = world.proposer(address);
            assert_eq!((is.constitution, is.owner, is.payer), (known.constitution, known.owner, known.payer));
            let own =
                |proposal: &&Proposal| proposal.constitution == known.constitution && proposal.proposer == known.owner;
            assert_eq!(self.proposals.values().filter(own).count(), known.open as usize, "L4");
            assert_eq!(u32::from(is.open_proposals), known.open, "L4: how many are open");
        } else if let Some(known) = self.rails.get(address) {
            let is = world.guardrails_at(address);
            let slots = is.slots.iter().filter(|slot| slot.guardrail[0] != 0);
            let is: BTreeSet<_> = slots.map(|slot| (slot.principle_id, slot.guardrail)).collect();
            assert_eq!(is, known.list.iter().map(|rail| (rail.principle, rail.bytes)).collect(), "M3");
        } else if let Some(known) = self.payloads.get(address) {
            let is = PayloadAccount::decode(&world.account(address).unwrap().data).unwrap();
            assert_eq!((is.header.author, is.header.hash, is.header.size), (known.author, known.hash, known.size));
            assert_eq!(is.bytes, known.bytes);
        } else if let Some(known) = self.authorizations.get(address) {
            let is = world.authorization(address);
            assert_eq!((is.constitution, is.policy, is.payer), (known.constitution, known.policy, known.payer));
        } else {
            return false;
        }
        true
    }

    /// Every token is where everybody remembers it.
    pub fn check_tokens(&self, world: &World) {
        for (address, known) in &self.tokens {
            assert_eq!(world.tokens(address), known.amount, "tokens of {address}");
        }
    }

    /// Laws about everything at once.
    pub fn check_all(&self, world: &World) {
        self.things.iter().for_each(|address| self.check_account(address, world));
        self.check_tokens(world);
        for proposal in self.proposals.values().filter(|proposal| proposal.status == OPEN && proposal.kind == 2) {
            // W5: what backs a ballot that can change stays where it is.
            for (index, (_, weight)) in proposal.ballots.iter().filter(|_| world.now() < proposal.ends_at) {
                let of = |deposit: &&super::model::Deposit| {
                    deposit.pool == proposal.electorate && deposit.index == Some(*index)
                };
                let deposit = self.deposits.values().find(of).expect("W5: the deposit stays");
                assert!(*weight <= deposit.matured() && proposal.ends_at <= deposit.locked_until, "W5: and is locked");
            }
        }
    }
}

/// Two bits a voter, one a member of the veto body.
fn check_ballots(known: &Proposal, address: &Address, is: &accounts::Proposal, world: &World) {
    let bits = |bytes: &[u8], slot: u32| bytes[slot as usize / 4] >> (2 * (slot % 4)) & 3;
    let mut count =
        is.ballots.iter().map(|byte| (0..4).filter(|slot| byte >> (2 * slot) & 3 != 0).count()).sum::<usize>();
    for page in &known.pages {
        let page = world.ballot_page(&pda::ballot_page(address, *page));
        count +=
            page.ballots.iter().map(|byte| (0..4).filter(|slot| byte >> (2 * slot) & 3 != 0).count()).sum::<usize>();
    }
    for (index, (choice, _)) in &known.ballots {
        let stored = match index.checked_sub(256) {
            None => bits(&is.ballots, *index),
            Some(beyond) if known.pages.contains(&(beyond / 4_096)) => {
                let page = world.ballot_page(&pda::ballot_page(address, beyond / 4_096));
                bits(&page.ballots, beyond % 4_096)
            }
            // The page of a proposal that is over was closed.
            Some(_) => {
                count += 1;
                *choice
            }
        };
        assert_eq!(stored, *choice, "W3: one ballot for each index");
    }
    assert_eq!(count, known.ballots.len(), "W3: and no other");
    let vetoes: Vec<u32> =
        (0..256).filter(|index| is.veto_ballots[index / 8] >> (index % 8) & 1 == 1).map(|i| i as u32).collect();
    assert!(vetoes.iter().eq(known.vetoes.keys()), "W3: one veto for each member");
}
