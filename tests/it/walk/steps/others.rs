//! Rosters, policies, deposits, electorates and payloads; and founders who still rule.

use quantumagi_interface::digest::sha256;

use super::super::model::Roster;
use super::super::setup::{DEPOSITORS, cast, tracks};
use super::Walk;
use super::proposing::long_action;
use crate::support::*;

/// Communities that are founded on the way.
const MOST_YOUNG: usize = 3;

impl Walk {
    /// Begins, fills or closes a roster. Those of six have the members of the twin's council, those of four a veto body's.
    pub(super) fn roster(&mut self) -> Option<Instruction> {
        let cast = self.some_cast();
        let (constitution, polity) = (cast.constitution, self.stage.model.polities[&cast.constitution].clone());
        let rosters = self.stage.model.rosters.iter().filter(|(_, roster)| roster.constitution == constitution);
        let rosters: Vec<(Address, Roster)> = rosters.map(|(address, roster)| (*address, roster.clone())).collect();
        let unfinished = rosters.iter().find(|(_, roster)| !roster.is_closing && !roster.is_usable()).cloned();
        if let (Some((roster, known)), false) = (unfinished, self.chance.once_in(6)) {
            return Some(fill(constitution, roster, &known));
        }
        let spare = |(address, roster): &&(Address, Roster)| {
            *address != polity.electorate && *address != polity.veto_roster && roster.bound == 0
        };
        let spares: Vec<(Address, Roster)> = rosters.iter().filter(spare).cloned().collect();
        if spares.len() > 2 || (!spares.is_empty() && self.chance.once_in(4)) {
            let (roster, known) = spares[self.chance.index(spares.len())].clone();
            let authority = if self.chance.once_in(2) { known.payer } else { self.somebody() };
            let pages = self.stage.model.roster_pages.iter().filter(|(_, page)| page.of == roster);
            let pages: Vec<(Address, Address)> = pages.map(|(address, page)| (*address, page.payer)).collect();
            return Some(match self.chance.pick(&pages) {
                Some((roster_page, payer)) => {
                    ix::RosterPageClose { authority, constitution, roster, roster_page, payer }.instruction()
                }
                None => ix::RosterClose { authority, constitution, roster, payer: known.payer }.instruction(),
            });
        }
        let payer = if polity.is_sealed { self.somebody() } else { polity.founder };
        let size = if self.chance.once_in(2) { 6 } else { 4 };
        let roster = pda::roster(&constitution, polity.next_roster);
        Some(ix::RosterCreate { payer, constitution, roster }.instruction(size))
    }

    pub(super) fn policy(&mut self) -> Option<Instruction> {
        let policies = self.stage.model.policies.iter();
        let policies: Vec<_> =
            policies.map(|(address, policy)| (*address, policy.constitution, policy.payer)).collect();
        let records = self.stage.model.authorizations.iter();
        let records: Vec<_> = records.map(|(at, known)| (*at, known.constitution, known.policy, known.payer)).collect();
        if self.chance.once_in(4) {
            let (authorization, constitution, policy, payer) = self.chance.pick(&records)?;
            return Some(ix::AuthorizationClose { constitution, policy, authorization, payer }.instruction());
        }
        let (policy, constitution, paid_by) = self.chance.pick(&policies)?;
        let known = &self.stage.model.policies[&policy];
        let (text, sunset_at, is_over) = (known.text_hash, known.sunset_at, known.status != 0);
        let wanted = [[0; 32], text, hash("another text")][self.chance.index(3)];
        let (authority, payer) = (self.somebody(), self.somebody());
        Some(match self.chance.below(6) {
            0 | 1 => ix::PolicyAuthorize { authority, constitution, policy }.instruction(hash("act"), wanted),
            2 | 3 => {
                let use_key = hash(&format!("key {}", self.chance.below(4)));
                let authorization = pda::authorization(&policy, &authority, &use_key);
                let use_of = ix::PolicyUse { authority, constitution, policy, payer, authorization };
                use_of.instruction(use_key, hash("act"), wanted)
            }
            4 if !is_over => {
                if sunset_at != 0 && self.chance.once_in(2) {
                    self.wait_for(sunset_at);
                }
                ix::PolicySunset { constitution, policy }.instruction()
            }
            _ => ix::PolicyClose { constitution, policy, payer: paid_by }.instruction(),
        })
    }

    /// A community is founded, or its founder rules on.
    pub(super) fn found(&mut self) -> Option<Instruction> {
        let founder = person("walk: founder");
        let young = self.casts.len() - 5;
        if young == 0 || (young < MOST_YOUNG && self.chance.once_in(10)) {
            let name = format!("walk: young {young}");
            let young = cast(&name);
            let (constitution, vault) = (young.constitution, young.vault);
            if self.stage.model.polities.contains_key(&constitution) {
                self.casts.push(young);
                return None;
            }
            let create = ix::ConstitutionCreate { founder, create_key: person(&name), constitution, vault };
            let args = types::ConstitutionCreateArgs { text_hash: hash("version 1"), tracks: tracks(0, 0) };
            return Some(create.instruction(&args));
        }
        let constitution = self.casts[5 + self.chance.index(young)].constitution;
        let polity = self.stage.model.polities[&constitution].clone();
        let payer = founder;
        match self.chance.below(12) {
            0 => {
                let guardians = pda::guardians(&constitution);
                Some(ix::GuardiansOpen { payer, constitution, guardians }.instruction())
            }
            1 => {
                let guardrails = pda::guardrails(&constitution);
                Some(ix::GuardrailsOpen { payer, constitution, guardrails }.instruction())
            }
            2 if self.chance.once_in(4) => Some(ix::ConstitutionSeal { founder, constitution }.instruction()),
            3 => {
                let members: Vec<[u8; 32]> = (0..3).map(|index| member_key("guardians", index).to_bytes()).collect();
                let adopt = Action::GuardiansAdopt { threshold: 2, term_seconds: 86_400, members: &members }.to_bytes();
                let action = if self.chance.once_in(3) { Action::GuardiansRemove.to_bytes() } else { adopt };
                self.carry_out(constitution, &action, None)
            }
            _ => {
                let action = self.amendment(&constitution, &polity)?;
                self.carry_out(constitution, &action, None)
            }
        }
    }

    pub(super) fn deposit(&mut self) -> Option<Instruction> {
        let all = self.stage.model.deposits.iter();
        let all: Vec<(Address, Address, Address)> = all.map(|(at, known)| (*at, known.pool, known.owner)).collect();
        let pools = self.stage.model.pools.iter();
        let pools: Vec<(Address, Address)> = pools.map(|(address, pool)| (*address, pool.constitution)).collect();
        let choice = self.chance.below(12);
        if choice == 0 {
            let (pool, constitution) = self.chance.pick(&pools)?;
            let (payer, owner) = (self.somebody(), person(DEPOSITORS[self.chance.index(5)]));
            let deposit = pda::deposit(&pool, &owner);
            return Some(ix::DepositOpen { payer, constitution, pool, deposit }.instruction(owner));
        }
        let (deposit, pool, owner) = self.chance.pick(&all)?;
        let known = self.stage.model.deposits[&deposit].clone();
        let (constitution, pool_vault, mint) =
            self.stage.model.pools.get(&pool).map(|pool| (pool.constitution, pool.vault, pool.mint))?;
        let name = DEPOSITORS.into_iter().find(|name| person(name) == owner)?;
        let (token_account, token_program) = (person(&format!("{name}: tokens")), TOKEN);
        let add = ix::DepositAdd { owner, constitution, pool, pool_vault, mint, token_program, deposit, token_account };
        Some(match choice {
            1..4 => add.instruction(self.chance.below(60)),
            4..7 => {
                let maturity = self.stage.model.pools[&pool].maturity;
                self.wait_for(known.fresh_at + maturity);
                let authority = if self.chance.once_in(3) { self.somebody() } else { owner };
                ix::DepositMature { authority, constitution, deposit, pool }.instruction()
            }
            7 | 8 => {
                let held = known.fresh + known.matured();
                let is_all = self.chance.once_in(3);
                let amount = if is_all { held } else { self.chance.below(80) };
                withdraw(&add).instruction(amount)
            }
            9 => {
                let expires_at = self.now() + i64::try_from(self.chance.below(400)).unwrap() * 86_400;
                let delegate = person(DEPOSITORS[self.chance.index(5)]);
                let delegation = ix::DepositDelegate { authority: owner, constitution, deposit };
                if self.chance.once_in(5) {
                    delegation.instruction(Address::default(), 0)
                } else {
                    delegation.instruction(delegate, expires_at)
                }
            }
            _ => {
                let authority = if self.chance.once_in(2) { owner } else { known.payer };
                ix::DepositClose { authority, constitution, deposit, payer: known.payer }.instruction()
            }
        })
    }

    /// Electorates that nobody has adopted yet, seats, roots that are not needed, counts of proposers.
    pub(super) fn electorate(&mut self) -> Option<Instruction> {
        let cast = self.some_cast();
        let constitution = cast.constitution;
        let polity = self.stage.model.polities[&constitution].clone();
        let payer = if polity.is_sealed { self.somebody() } else { polity.founder };
        let version = polity.next_electorate;
        let own: Vec<(u8, Address)> = self
            .electorates()
            .into_iter()
            .filter(|(kind, address)| self.stage.model.owner_of(*kind, address) == Some(constitution))
            .collect();
        match self.chance.below(16) {
            0 if own.len() < 4 => {
                let (mint, pool) = (person("mint"), pda::deposit_pool(&constitution, version));
                let pool_vault = pda::pool_vault(&pool);
                let create =
                    ix::DepositPoolCreate { payer, constitution, mint, pool, pool_vault, token_program: TOKEN };
                Some(create.instruction(3_600, 100))
            }
            1 if own.len() < 4 => {
                let electorate = pda::operators(&constitution, version);
                let create = ix::OperatorsCreate { payer, constitution, electorate };
                Some(create.instruction(1, 600, &[operator(0), operator(1)]))
            }
            2 if own.len() < 4 => {
                let electorate = pda::weight_plugin(&constitution, version);
                let [program, realm, mint] = plugin();
                Some(ix::WeightPluginCreate { payer, constitution, electorate }.instruction(program, realm, mint))
            }
            0..6 => {
                let (kind, electorate) = self.chance.pick(&own)?;
                self.close_electorate(constitution, kind, electorate)
            }
            6..10 => self.seat(),
            10..14 => {
                let snapshots = self.stage.model.snapshots.iter();
                let snapshots: Vec<_> = snapshots
                    .map(|(address, known)| (*address, known.constitution, known.proposal, known.publisher))
                    .collect();
                let (snapshot, constitution, proposal, publisher) = self.chance.pick(&snapshots)?;
                Some(ix::SnapshotClose { constitution, snapshot, proposal, publisher }.instruction())
            }
            _ => {
                let records = self.stage.model.proposers.iter();
                let records: Vec<_> =
                    records.map(|(address, known)| (*address, known.constitution, known.owner, known.payer)).collect();
                let (record, constitution, owner, payer) = self.chance.pick(&records)?;
                let authority = if self.chance.once_in(2) { owner } else { payer };
                Some(ix::ProposerClose { authority, constitution, record, payer }.instruction())
            }
        }
    }

    fn close_electorate(&mut self, constitution: Address, kind: u8, electorate: Address) -> Option<Instruction> {
        if kind != 2 {
            let model = &self.stage.model;
            let of_plugin = model.plugins.get(&electorate).map(|plugin| plugin.payer);
            let payer = of_plugin.or_else(|| model.operators.get(&electorate).map(|operators| operators.payer))?;
            return Some(ix::ElectorateClose { payer, constitution, electorate }.instruction());
        }
        let known = self.stage.model.pools[&electorate].clone();
        let vault = pda::vault(&constitution);
        let tokens = self.stage.model.tokens.iter();
        let treasury = tokens.filter(|(_, tokens)| tokens.owner == vault).map(|(address, _)| *address).next();
        let close = ix::DepositPoolClose {
            payer: known.payer,
            constitution,
            pool: electorate,
            pool_vault: known.vault,
            mint: known.mint,
            token_program: TOKEN,
            treasury,
        };
        Some(close.instruction())
    }

    fn seat(&mut self) -> Option<Instruction> {
        let plugins = self.stage.model.plugins.iter();
        let plugins: Vec<(Address, Address)> = plugins.map(|(at, plugin)| (*at, plugin.constitution)).collect();
        let (electorate, constitution) = self.chance.pick(&plugins)?;
        let voter = elector(self.chance.below(6) as u32);
        let seat = pda::seat(&electorate, &voter);
        if let Some(known) = self.stage.model.seats.get(&seat) {
            let payer = known.payer;
            let authority = if self.chance.once_in(2) { voter } else { payer };
            return Some(ix::SeatClose { authority, constitution, electorate, seat, payer }.instruction());
        }
        let payer = self.somebody();
        Some(ix::SeatOpen { payer, constitution, electorate, voter, seat }.instruction())
    }

    /// Texts, and payloads for an action that is too long for a transaction.
    pub(super) fn publish(&mut self) -> Option<Instruction> {
        let author = person("author");
        if self.chance.once_in(4) {
            let text = b"people decide";
            let publish = ix::TextPublish { publisher: author, text: Address::new_from_array(sha256(text)) };
            return Some(publish.instruction(13, 0, text));
        }
        let bytes = long_action();
        let hash = sha256(&bytes);
        let payload = pda::payload(&author, &hash);
        let Some(known) = self.stage.model.payloads.get(&payload) else {
            return Some(ix::PayloadCreate { author, payload }.instruction(hash, bytes.len() as u32));
        };
        let written = known.bytes.len();
        if written == bytes.len() && self.chance.once_in(3) {
            return Some(ix::PayloadClose { author, payload }.instruction());
        }
        let part = &bytes[written.min(bytes.len() - 1)..bytes.len().min(written + 96)];
        Some(ix::PayloadWrite { author, payload }.instruction(written as u32, part))
    }
}

/// The next page or the next members of a roster.
fn fill(constitution: Address, roster: Address, known: &Roster) -> Instruction {
    let payer = known.payer;
    let roster_page = pda::roster_page(&roster, 0);
    if known.pages == 0 {
        return ix::RosterPageOpen { payer, constitution, roster, roster_page }.instruction(0);
    }
    let (council, weight) = if known.size == 4 { ("veto body", 25) } else { ("walk", 10) };
    let next = known.members.len() as u32;
    let members =
        (next..known.size.min(next + 3)).map(|index| types::Member { voter: member_key(council, index), weight });
    ix::RosterExtend { payer, constitution, roster, roster_page }.instruction(&members.collect::<Vec<_>>())
}
