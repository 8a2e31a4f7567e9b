//! What is proposed, and by whom.

use quantumagi_interface::digest::sha256;
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::parameters::{ParameterChange, Track};
use quantumagi_rules::principle::{Category, Class};
use quantumagi_rules::settings::Settings;
use solana_instruction::AccountMeta;
use solana_system_interface::instruction as system;

use super::super::model::Polity;
use super::super::setup::{GUARDIANS, tracks};
use super::Walk;
use crate::support::*;

/// Most proposals of a community at a time.
const MOST: usize = 5;
const MEMO: Address = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");

impl Walk {
    pub(super) fn propose(&mut self) -> Option<Instruction> {
        let constitution = self.some_community().constitution;
        let of = |known: &super::Proposal| known.constitution == constitution;
        if self.stage.model.proposals.values().filter(|known| of(known)).count() >= MOST {
            return self.close();
        }
        let polity = self.stage.model.polities[&constitution].clone();
        let bytes = self.some_action(&constitution, &polity)?;
        let mut accounts = self.accounts_for(&constitution, &polity, &bytes);
        let mut args = types::ProposalCreateArgs {
            content_hash: hash("why this is right"),
            member_index: 0,
            ballot_rule: if polity.kind == 4 || self.chance.once_in(3) { 1 } else { 0 },
            action: bytes,
        };
        let bytes = args.action.clone();
        let action = Action::decode(&bytes).expect("what is proposed is an action");
        let mut behind: Vec<Address> =
            action.must_cite().then(|| pda::principle(&constitution, 0)).into_iter().collect();
        let programs = action.invocations().map(|call| Address::new_from_array(call.program));
        match action {
            Action::InvokeSeries { .. } => behind.extend(programs.flat_map(|program| [program, program])),
            Action::ProgramUpgrade { program, .. } => {
                let program = Address::new_from_array(program);
                behind.extend([program, self.stage.world.program_data(&program)?]);
            }
            _ => {}
        }
        let payloads = self.stage.model.payloads.iter();
        let payload = payloads.filter(|(_, payload)| payload.bytes == bytes).map(|(address, _)| *address).next();
        if payload.is_some() {
            accounts.payload = payload;
            args.action = Vec::new();
        }
        match polity.kind {
            1 => {
                let members = &self.stage.model.rosters[&polity.electorate].members;
                let index = self.chance.index(members.len().min(6));
                accounts.proposer = members[index].0;
                args.member_index = index as u32;
                accounts.membership = Some(pda::roster_page(&polity.electorate, 0));
            }
            2 => {
                let own = self.stage.model.deposits.iter().filter(|(_, own)| own.pool == polity.electorate);
                let own: Vec<(Address, Address)> = own.map(|(address, own)| (*address, own.owner)).collect();
                let (deposit, owner) = self.chance.pick(&own)?;
                (accounts.proposer, accounts.membership) = (owner, Some(deposit));
            }
            3 => accounts.proposer = self.chance.pick(&self.stage.model.operators[&polity.electorate].list)?,
            _ => {
                let seats = self.stage.model.seats.values().filter(|seat| seat.plugin == polity.electorate);
                let voters: Vec<Address> = seats.map(|seat| seat.voter).collect();
                accounts.proposer = self.chance.pick(&voters)?;
                accounts.membership = Some(self.write_record(None, 1_000, 0, constitution));
                let own = self.write_record(Some(accounts.proposer), 100, CREATE_PROPOSAL, constitution);
                behind.insert(0, own);
            }
        }
        accounts.record = pda::proposer(&constitution, &accounts.proposer);
        if !self.stage.model.proposers.contains_key(&accounts.record) {
            let (payer, record, owner) = (self.somebody(), accounts.record, accounts.proposer);
            return Some(ix::ProposerOpen { payer, constitution, record }.instruction(owner));
        }
        let mut instruction = accounts.instruction(&args);
        instruction.accounts.extend(behind.into_iter().map(|address| AccountMeta::new_readonly(address, false)));
        Some(instruction)
    }

    /// The accounts that show what an action is about.
    fn accounts_for(&self, constitution: &Address, polity: &Polity, bytes: &[u8]) -> ix::ProposalCreate {
        let action = Action::decode(bytes).expect("what is proposed is an action");
        let rules = polity.tracks[action.track() as usize];
        let has_veto = polity.veto_roster != Address::default() && rules.veto_bps > 0 && action.can_be_vetoed();
        let (mut subject, mut candidate) = (None, None);
        match action {
            Action::PolicyAmend { policy_id, .. } | Action::PolicyRepeal { policy_id } => {
                subject = Some(pda::policy(constitution, policy_id));
            }
            Action::PrincipleAmend { principle_id, .. }
            | Action::PrincipleRetire { principle_id, .. }
            | Action::GuardrailSet { principle_id, .. }
            | Action::GuardrailClear { principle_id, .. } => subject = Some(pda::principle(constitution, principle_id)),
            Action::RosterAdopt { roster_version, .. } | Action::VetoBodyAdopt { roster_version, .. }
                if roster_version > 0 =>
            {
                candidate = Some(pda::roster(constitution, roster_version));
            }
            Action::ElectorateAdopt { electorate, .. } => subject = Some(Address::new_from_array(electorate)),
            Action::Invoke { program, .. } => subject = Some(Address::new_from_array(program)),
            Action::EmergencyRatify { emergency_id } | Action::EmergencyEnd { emergency_id } => {
                subject = Some(pda::emergency(constitution, emergency_id));
            }
            _ => {}
        }
        ix::ProposalCreate {
            proposer: polity.founder,
            constitution: *constitution,
            electorate: polity.electorate,
            membership: None,
            record: polity.founder,
            proposal: pda::proposal(constitution, polity.next_proposal),
            subject,
            candidate,
            veto_roster: has_veto.then_some(polity.veto_roster),
            program_data: None,
            payload: None,
            guardrails: self.rails_named(constitution),
        }
    }

    /// The guardrails' account, where an instruction has to name it.
    pub(super) fn rails_named(&self, constitution: &Address) -> Option<Address> {
        (!self.stage.model.rails_of(constitution).is_empty()).then(|| pda::guardrails(constitution))
    }

    /// The bytes of something that makes sense now.
    fn some_action(&mut self, constitution: &Address, polity: &Polity) -> Option<Vec<u8>> {
        let pending = self.stage.model.emergencies.values().filter(|act| act.constitution == *constitution);
        let pending: Vec<(u32, u8)> =
            pending.map(|act| (act.id, act.outcome)).filter(|(_, outcome)| matches!(outcome, 1 | 2)).collect();
        if let Some((emergency_id, outcome)) = self.chance.pick(&pending).filter(|_| self.chance.once_in(2)) {
            let ends = outcome == 2 || self.chance.once_in(2);
            let action =
                if ends { Action::EmergencyEnd { emergency_id } } else { Action::EmergencyRatify { emergency_id } };
            return Some(action.to_bytes());
        }
        if self.lack_guardians(constitution) && self.chance.once_in(4) {
            return Some(self.guardians_action());
        }
        match self.chance.below(20) {
            0..5 => Some(self.policy_action(constitution, polity)),
            5..11 => self.treasury_action(constitution, polity),
            11 => Some(Action::GuardiansRemove.to_bytes()).filter(|_| self.chance.once_in(4)),
            12 => Some(self.guardians_action()),
            _ => self.amendment(constitution, polity),
        }
    }

    fn guardians_action(&mut self) -> Vec<u8> {
        let members: Vec<[u8; 32]> =
            (0..GUARDIANS).map(|index| member_key("guardians", index.into()).to_bytes()).collect();
        let term_seconds = [300 * 86_400, 300 * 86_400, 20 * 86_400, 86_400][self.chance.index(4)];
        Action::GuardiansAdopt { threshold: 3, term_seconds, members: &members }.to_bytes()
    }

    fn policy_action(&mut self, constitution: &Address, polity: &Polity) -> Vec<u8> {
        let (now, text_hash) = (self.now(), self.text());
        let sunset_at = [0, now + 5 * 86_400, now + 2 * 86_400, now][self.chance.index(4)];
        let in_force = self.stage.model.policies.values().filter(|policy| policy.constitution == *constitution);
        let in_force: Vec<u64> = in_force.filter(|policy| policy.is_in_force(now)).map(|policy| policy.id).collect();
        let latest = polity.next_policy.saturating_sub(1);
        let policy_id = self.chance.pick(&in_force).unwrap_or(latest);
        match self.chance.below(4) {
            0 if polity.next_policy > 0 => Action::PolicyAmend { policy_id, text_hash, sunset_at }.to_bytes(),
            1 if polity.next_policy > 0 => Action::PolicyRepeal { policy_id }.to_bytes(),
            _ => Action::PolicyAdopt { text_hash, sunset_at }.to_bytes(),
        }
    }

    fn treasury_action(&mut self, constitution: &Address, polity: &Polity) -> Option<Vec<u8>> {
        let recipient = [person("recipient"), Address::new_from_array(self.text())][self.chance.index(2)];
        let lamports = 900_000 + self.chance.below(5_000_000);
        let pay = Call::of(&system::transfer(&polity.vault, &recipient, lamports));
        let memo = Call { program: MEMO, program_data: None, accounts: Vec::new(), data: b"we agree".to_vec() };
        Some(match self.chance.below(10) {
            0..4 => Action::TransferLamports { recipient: recipient.to_bytes(), lamports }.to_bytes(),
            4 => pay.action(),
            5 => memo.action(),
            6 => Calls(vec![memo.clone(), pay, memo]).action(),
            7 => long_action(),
            8 => {
                let (mint, amount) = (person("mint").to_bytes(), 1 + self.chance.below(50_000));
                let recipient = person("ana: tokens").to_bytes();
                Action::TransferTokens { mint, recipient, amount }.to_bytes()
            }
            _ => return self.upgrade(constitution, polity),
        })
    }

    /// An upgrade of the program that the vault may upgrade, from a buffer that somebody has filled.
    fn upgrade(&mut self, constitution: &Address, polity: &Polity) -> Option<Vec<u8>> {
        let program = person("walk: program");
        if *constitution != self.casts[0].constitution {
            return None;
        }
        let data = self.stage.world.program_data(&program)?;
        let mut account = self.stage.world.account(&data)?;
        let (code, buffer) = (account.data[45..].to_vec(), person("walk: buffer"));
        if self.stage.world.account(&buffer).is_none() {
            account.data = [&[1, 0, 0, 0, 1][..], polity.vault.as_ref(), &code].concat();
            self.stage.world.put(&buffer, account);
        }
        let held = self.stage.world.account(&buffer)?.data;
        let action = Action::ProgramUpgrade {
            program: program.to_bytes(),
            buffer: buffer.to_bytes(),
            buffer_hash: sha256(&held[37..]),
            spill: person("recipient").to_bytes(),
        };
        Some(action.to_bytes())
    }

    /// Something about the constitution itself: by vote, or by its founder.
    pub(super) fn amendment(&mut self, constitution: &Address, polity: &Polity) -> Option<Vec<u8>> {
        let text_hash = self.text();
        let count = u64::from(polity.next_principle.max(1));
        let principle_id = self.chance.below(count).max(self.chance.below(count)) as u32;
        let principle = self.stage.model.principles.get(&pda::principle(constitution, principle_id));
        let version = principle.map_or(1, |principle| principle.version);
        let class = if self.chance.once_in(3) { Class::Entrenched } else { Class::Ordinary };
        Some(match self.chance.below(16) {
            0 => Action::ConstitutionAmend { text_hash, parent_hash: polity.text_hash }.to_bytes(),
            1 if polity.next_principle < 12 => {
                Action::PrincipleAdd { text_hash, class, category: Category::Other, priority: 7 }.to_bytes()
            }
            2 => Action::PrincipleAmend { principle_id, version, text_hash }.to_bytes(),
            // The first stays, so that there is something to cite.
            3 if principle_id > 0 => Action::PrincipleRetire { principle_id, version }.to_bytes(),
            4 | 5 => self.adoption(constitution, polity)?,
            6 | 7 => {
                let track = Track::ALL[self.chance.index(4)];
                let before = polity.tracks[track as usize];
                let usual = tracks(before.deposit_lamports, before.veto_bps)[track as usize];
                let seconds = 86_400 * (1 + self.chance.below(4)) as u32;
                let threshold_bps = [6_000, 6_100, 7_000, 9_000][self.chance.index(4)];
                let entrenched_threshold_bps =
                    [usual.entrenched_threshold_bps.max(threshold_bps), 9_500][self.chance.index(2)];
                let after =
                    types::TrackConfig { window_seconds: seconds, threshold_bps, entrenched_threshold_bps, ..usual };
                let (before, after) = (before.into(), after.into());
                if before == after {
                    return None;
                }
                Action::ParametersAmend(ParameterChange { track, before, after }).to_bytes()
            }
            8 => {
                let is_named = polity.attestor == Address::default();
                let attestor = if is_named { person("attestor").to_bytes() } else { [0; 32] };
                let attestation_mark = if is_named { 8_000 } else { 0 };
                let max_open_proposals = [16, 8, 4][self.chance.index(3)];
                Action::SettingsAmend(Settings { attestor, attestation_mark, max_open_proposals }).to_bytes()
            }
            9 | 10 => {
                let guardrail = self.some_guardrail(polity);
                Action::GuardrailSet { principle_id, version, guardrail }.to_bytes()
            }
            11..14 => {
                let bound: Vec<u32> =
                    self.stage.model.rails_of(constitution).iter().map(|rail| rail.principle).collect();
                let principle_id = self.chance.pick(&bound)?;
                let version = self.stage.model.principles[&pda::principle(constitution, principle_id)].version;
                Action::GuardrailClear { principle_id, version }.to_bytes()
            }
            _ => {
                let of = |known: &&(u8, Address)| self.stage.model.owner_of(known.0, &known.1) == Some(*constitution);
                let all: Vec<(u8, Address)> = self.electorates().into_iter().filter(|known| of(&known)).collect();
                let (kind, electorate) = self.chance.pick(&all)?;
                // Another electorate is adopted seldom: without its own a community would soon be another.
                if electorate != polity.electorate && polity.is_sealed && !self.chance.once_in(4) {
                    return None;
                }
                let kind = ElectorateKind::from_u8(kind)?;
                Action::ElectorateAdopt { kind, electorate: electorate.to_bytes() }.to_bytes()
            }
        })
    }

    fn some_guardrail(&mut self, polity: &Polity) -> Guardrail {
        let account = person("nobody's account").to_bytes();
        match self.chance.below(9) {
            0 => Guardrail::LamportsPerWindow { limit: 20_000_000, window_seconds: 86_400 },
            1 => Guardrail::TokensPerWindow { mint: person("mint").to_bytes(), limit: 100_000, window_seconds: 86_400 },
            2 => Guardrail::ForbiddenProgram { program: MEMO.to_bytes() },
            3 => Guardrail::RequiredDelay { track: Track::Treasury, seconds: polity.tracks[1].timelock_seconds },
            4 => Guardrail::RequiredDelay { track: Track::Policy, seconds: 100_000 },
            5 => Guardrail::ParameterRange {
                track: Track::Policy,
                parameter: quantumagi_rules::guardrail::Parameter::Threshold,
                min: 6_000,
                max: 8_000,
            },
            6 => Guardrail::PolicySunset { seconds: 4 * 86_400 },
            7 => Guardrail::NeverWritable { account: person("recipient").to_bytes() },
            _ => Guardrail::NeverWritable { account },
        }
    }

    /// The adoption of a roster that exists, as council or as veto body, or of none.
    fn adoption(&mut self, constitution: &Address, polity: &Polity) -> Option<Vec<u8>> {
        let rosters = self.stage.model.rosters.values().filter(|roster| roster.constitution == *constitution);
        let rosters: Vec<(u32, [u8; 32], usize, bool)> = rosters
            .map(|roster| (roster.version, roster.members_hash, roster.members.len(), roster.is_usable()))
            .collect();
        if self.chance.once_in(3) {
            return Some(Action::VetoBodyAdopt { roster_version: 0, members_hash: [0; 32] }.to_bytes());
        }
        let (roster_version, members_hash, count, is_usable) = self.chance.pick(&rosters)?;
        if !is_usable && !self.chance.once_in(4) {
            return None;
        }
        // A veto body of four stays one, so that the councils keep their members.
        let roster = pda::roster(constitution, roster_version);
        if count == 4 && roster != polity.electorate && polity.kind != 0 {
            return Some(Action::VetoBodyAdopt { roster_version, members_hash }.to_bytes());
        }
        let is_council = polity.kind <= 1 || self.chance.once_in(8);
        is_council.then(|| Action::RosterAdopt { roster_version, members_hash }.to_bytes())
    }

    /// Every electorate that is no council, with its kind.
    pub(super) fn electorates(&self) -> Vec<(u8, Address)> {
        let model = &self.stage.model;
        let pools = model.pools.keys().map(|address| (2, *address));
        let operators = model.operators.keys().map(|address| (3, *address));
        let plugins = model.plugins.keys().map(|address| (4, *address));
        pools.chain(operators).chain(plugins).collect()
    }
}

/// Words that do not fit a transaction beside everything else: they are proposed from a payload.
pub(super) fn long_action() -> Vec<u8> {
    let memo =
        |text: &str| Call { program: MEMO, program_data: None, accounts: Vec::new(), data: text.as_bytes().to_vec() };
    Calls(vec![memo("we agree about all of this"), memo("and we mean it")]).action()
}
