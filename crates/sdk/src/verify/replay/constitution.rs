//! The events of a constitution's chain, carried out again.

use std::collections::BTreeMap;

use quantumagi_interface::accounts::{Constitution, Policy, Principle, Proposer, Roster};
use quantumagi_interface::digest::Sha2;
use quantumagi_interface::events::{
    Event, PolicyAdopted, PolicyAmended, PrincipleAdded, ProposalClosed, RosterCreated, RosterExtended,
};
use quantumagi_interface::types::EventChain;
use quantumagi_interface::{Address, pda};
use quantumagi_rules::action::Action;
use quantumagi_rules::digest::next_link;
use quantumagi_rules::electorate::{DEFAULT_OPEN_PROPOSALS, ElectorateKind};
use quantumagi_rules::guardrail::Guardrail;
use quantumagi_rules::policy::PolicyStatus;
use quantumagi_rules::principle::{Category, Class};
use quantumagi_rules::roster::check_size;

use super::deposits::{self, Depositors};
use super::snapshots::{self, Snapshots};
use super::{
    Contradiction, LAYOUT_VERSION, ProposalRecord, Record, Replayed, RosterRecord, check_hash, check_moment,
    check_number, emergency, proposal, unexpected,
};

/// A replay under way.
#[derive(Clone)]
pub(in super::super) struct Replaying {
    pub(in super::super) state: Replayed,
    /// Versions of rosters by address.
    pub(super) versions: BTreeMap<Address, u32>,
    /// The guardrail of each principle that has one.
    pub(super) bound: BTreeMap<u32, Guardrail>,
    /// Ids of proposals by address.
    pub(super) ids: BTreeMap<Address, u64>,
    /// Each proposal that ordered a change, with the number of the event.
    pub(super) mandates: Vec<(u64, Address)>,
    /// Each proposal that was closed, with the number of the event.
    pub(super) closings: Vec<(u64, ProposalClosed)>,
    /// Who has an index in a deposit pool.
    pub(super) depositors: Depositors,
}

impl Replaying {
    /// # Errors
    /// [`Contradiction::Unexpected`] for any event but the founding of this constitution.
    pub(in super::super) fn begin(address: Address, event: &Event) -> Result<Self, Contradiction> {
        let Event::ConstitutionCreated(e) = event else { return Err(unexpected(event)) };
        if e.constitution != address {
            return Err(unexpected(event));
        }
        let constitution = Constitution {
            create_key: e.create_key,
            founder: e.founder,
            electorate: Address::default(),
            veto_roster: Address::default(),
            attestor: Address::default(),
            vault: pda::vault(&address),
            text_hash: e.text_hash,
            parent_hash: [0; 32],
            chain: EventChain { hash: next_link::<Sha2>(&[0; 32], &event.to_bytes()), sequence: 1 },
            next_proposal_id: 0,
            next_policy_id: 0,
            paused_from: [0; 4],
            paused_until: [0; 4],
            version: 1,
            next_principle_id: 0,
            next_roster_version: 1,
            roster_version: 0,
            next_electorate_version: 1,
            next_emergency_id: 0,
            required_delays: [0; 4],
            policy_life_seconds: 0,
            guardrails: 0,
            tracks: e.tracks,
            attestation_mark: 0,
            max_open_proposals: DEFAULT_OPEN_PROPOSALS,
            electorate_kind: ElectorateKind::None as u8,
            layout_version: LAYOUT_VERSION,
            is_sealed: 0,
            bump: 0,
            vault_bump: 0,
        };
        let state = Replayed {
            address,
            constitution,
            principles: BTreeMap::new(),
            policies: BTreeMap::new(),
            rosters: BTreeMap::new(),
            pools: BTreeMap::new(),
            deposits: BTreeMap::new(),
            snapshots: Snapshots::default(),
            proposals: BTreeMap::new(),
            proposers: BTreeMap::new(),
            guardians: None,
            emergencies: BTreeMap::new(),
            guardrails: None,
            guardrail_changes: BTreeMap::new(),
            authorizations: BTreeMap::new(),
        };
        let (versions, ids, bound) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (mandates, closings, depositors) = (Vec::new(), Vec::new(), Depositors::default());
        Ok(Self { state, versions, bound, ids, mandates, closings, depositors })
    }

    /// # Errors
    /// The [`Contradiction`] between this event and those before it.
    #[allow(clippy::wildcard_enum_match_arm, reason = "whatever is not known to belong here is refused")]
    pub(in super::super) fn apply(&mut self, event: &Event) -> Result<(), Contradiction> {
        match event {
            Event::ConstitutionAmended(e) => {
                check_hash("parent of the text", e.parent_hash, self.state.constitution.text_hash)?;
                check_number("version", e.version, u64::from(self.state.constitution.version) + 1)?;
                self.ordered(
                    e.mandate,
                    &Action::ConstitutionAmend { text_hash: e.text_hash, parent_hash: e.parent_hash },
                )?;
                let constitution = &mut self.state.constitution;
                constitution.version = e.version;
                constitution.parent_hash = e.parent_hash;
                constitution.text_hash = e.text_hash;
            }
            Event::ConstitutionSealed(_) if self.state.constitution.is_sealed == 0 => {
                self.state.constitution.is_sealed = 1;
            }
            Event::PrincipleAdded(e) => self.principle_added(e, event)?,
            Event::PrincipleAmended(e) => {
                let version = self.principle(e.principle_id, event)?.version;
                check_number("version of the principle", e.version, u64::from(version) + 1)?;
                let (principle_id, text_hash) = (e.principle_id, e.text_hash);
                self.ordered(e.mandate, &Action::PrincipleAmend { principle_id, version, text_hash })?;
                let principle = self.principle(e.principle_id, event)?;
                (principle.version, principle.text_hash) = (e.version, e.text_hash);
            }
            Event::PrincipleRetired(e) => {
                let version = self.principle(e.principle_id, event)?.version;
                check_number("version of the principle", e.version, version)?;
                self.ordered(e.mandate, &Action::PrincipleRetire { principle_id: e.principle_id, version })?;
                self.principle(e.principle_id, event)?.is_retired = 1;
            }
            Event::GuardrailsOpened(e) => self.guardrails_opened(e, event)?,
            Event::GuardrailSet(e) => self.guardrail_set(e, event)?,
            Event::GuardrailCleared(e) => self.guardrail_cleared(e, event)?,
            Event::PolicyUsed(e) => self.policy_used(e, event)?,
            Event::AuthorizationClosed(e) => self.authorization_closed(e, event)?,
            Event::RosterCreated(e) => self.roster_created(e)?,
            Event::RosterExtended(e) => self.roster_extended(e, event)?,
            Event::RosterAdopted(e) => {
                let roster = &self.roster(&e.roster, event)?.account;
                check_number("version of the roster", e.version, roster.version)?;
                check_number("total weight", e.total_weight, roster.total_weight)?;
                check_hash("hash of the members", e.members_hash, roster.members_hash)?;
                let (roster_version, members_hash) = (e.version, e.members_hash);
                self.ordered(e.mandate, &Action::RosterAdopt { roster_version, members_hash })?;
                let constitution = &mut self.state.constitution;
                (constitution.electorate, constitution.roster_version) = (e.roster, e.version);
                constitution.electorate_kind = ElectorateKind::Council as u8;
            }
            Event::RosterPageOpened(e) => {
                let roster = &mut self.roster(&e.roster, event)?.account;
                check_number("page of the roster", e.page, roster.pages)?;
                roster.pages += 1;
            }
            Event::RosterPageClosed(e) => {
                let name = || unexpected(event);
                let roster = &mut self.roster(&e.roster, event)?.account;
                roster.is_closing = 1;
                roster.pages = roster.pages.checked_sub(1).ok_or_else(name)?;
            }
            Event::RosterClosed(e) => self.roster(&e.roster, event)?.is_closed = true,
            Event::ProposerOpened(e) => {
                let account = Proposer {
                    constitution: e.constitution,
                    owner: e.owner,
                    payer: e.payer,
                    open_proposals: 0,
                    layout_version: LAYOUT_VERSION,
                    bump: 0,
                    reserved: [0; 4],
                };
                let before = self.state.proposers.insert(e.owner, Record { account, is_closed: false });
                if before.is_some_and(|before| !before.is_closed) {
                    return Err(unexpected(event));
                }
            }
            Event::ProposerClosed(e) => self.proposer(&e.owner, event)?.is_closed = true,
            Event::ProposalCreated(e) => {
                check_number("id of the proposal", e.proposal_id, self.state.constitution.next_proposal_id)?;
                let record = proposal::begin(e, &event.to_bytes())?;
                if e.electorate_kind == ElectorateKind::Council as u8 {
                    self.roster(&e.electorate, event)?.account.bound_proposals += 1;
                } else if e.electorate_kind == ElectorateKind::Deposit as u8 {
                    deposits::bind(self, e, event)?;
                }
                snapshots::bind(self, e, event)?;
                self.proposer(&e.proposer, event)?.account.open_proposals += 1;
                for roster in record.account.candidate().into_iter().chain(record.account.veto_roster()) {
                    self.roster(&roster, event)?.account.bound_proposals += 1;
                }
                self.state.constitution.next_proposal_id += 1;
                self.ids.insert(e.proposal, e.proposal_id);
                self.state.proposals.insert(e.proposal_id, record);
            }
            Event::ProposalClosed(e) => self.proposal_closed(e, event)?,
            Event::PolicyAdopted(e) => self.policy_adopted(e)?,
            Event::PolicyAmended(e) => self.policy_amended(e, event)?,
            Event::PolicyRepealed(e) => {
                self.ordered(e.mandate, &Action::PolicyRepeal { policy_id: e.policy_id })?;
                self.policy(e.policy_id, event)?.account.status = PolicyStatus::Repealed as u8;
            }
            Event::PolicySunsetRecorded(e) => {
                let policy = &mut self.policy(e.policy_id, event)?.account;
                check_moment("sunset", e.sunset_at, policy.sunset_at)?;
                policy.status = PolicyStatus::Sunset as u8;
            }
            Event::ParametersAmended(e) => self.parameters_amended(e, event)?,
            Event::VetoBodyAdopted(e) => self.veto_body_adopted(e, event)?,
            Event::SettingsAmended(e) => self.settings_amended(e, event)?,
            Event::PolicyClosed(e) => self.policy(e.policy_id, event)?.is_closed = true,
            other if deposits::apply(self, other)? || snapshots::apply(self, other)? => {}
            other if emergency::apply(self, other)? => {}
            other => return Err(unexpected(other)),
        }
        let chain = &mut self.state.constitution.chain;
        chain.hash = next_link::<Sha2>(&chain.hash, &event.to_bytes());
        chain.sequence += 1;
        Ok(())
    }

    /// Checks that the right authority ordered `action`, and notes the proposal.
    pub(super) fn ordered(&mut self, mandate: Address, action: &Action<'_>) -> Result<(), Contradiction> {
        let is_founder = mandate == Address::default();
        if is_founder == (self.state.constitution.is_sealed == 1) {
            return Err(Contradiction::WrongAuthority);
        }
        if is_founder {
            return Ok(());
        }
        let record = self.ids.get(&mandate).and_then(|id| self.state.proposals.get(id));
        // By the digest, not by the bytes: those of an action that was read from a payload are not in these events.
        let is_meant = |record: &ProposalRecord| {
            record.account.digest_of(&action.to_bytes(), &[]) == Some(record.account.execution_digest)
        };
        if !record.is_some_and(is_meant) {
            return Err(Contradiction::NotWhatWasVotedOn { mandate });
        }
        self.mandates.push((self.state.constitution.chain.sequence, mandate));
        Ok(())
    }

    pub(super) fn principle(&mut self, id: u32, event: &Event) -> Result<&mut Principle, Contradiction> {
        let principle = self.state.principles.get_mut(&id);
        principle.filter(|principle| principle.is_retired == 0).ok_or_else(|| unexpected(event))
    }

    pub(super) fn policy(&mut self, id: u64, event: &Event) -> Result<&mut Record<Policy>, Contradiction> {
        let policy = self.state.policies.get_mut(&id);
        policy.filter(|policy| !policy.is_closed).ok_or_else(|| unexpected(event))
    }

    fn proposer(&mut self, owner: &Address, event: &Event) -> Result<&mut Record<Proposer>, Contradiction> {
        let proposer = self.state.proposers.get_mut(owner);
        proposer.filter(|proposer| !proposer.is_closed).ok_or_else(|| unexpected(event))
    }

    pub(super) fn roster(&mut self, address: &Address, event: &Event) -> Result<&mut RosterRecord, Contradiction> {
        let roster = self.versions.get(address).and_then(|version| self.state.rosters.get_mut(version));
        roster.filter(|roster| !roster.is_closed).ok_or_else(|| unexpected(event))
    }

    fn principle_added(&mut self, e: &PrincipleAdded, event: &Event) -> Result<(), Contradiction> {
        check_number("id of the principle", e.principle_id, self.state.constitution.next_principle_id)?;
        let (class, category) = (Class::from_u8(e.class), Category::from_u8(e.category));
        let (Some(class), Some(category)) = (class, category) else { return Err(unexpected(event)) };
        let (text_hash, priority) = (e.text_hash, e.priority);
        self.ordered(e.mandate, &Action::PrincipleAdd { text_hash, class, category, priority })?;
        self.state.constitution.next_principle_id += 1;
        let principle = Principle {
            constitution: e.constitution,
            payer: e.payer,
            text_hash,
            id: e.principle_id,
            version: 1,
            class: e.class,
            category: e.category,
            priority,
            is_retired: 0,
            layout_version: LAYOUT_VERSION,
            bump: 0,
            has_guardrail: 0,
            reserved: 0,
        };
        self.state.principles.insert(e.principle_id, principle);
        Ok(())
    }

    fn roster_created(&mut self, e: &RosterCreated) -> Result<(), Contradiction> {
        check_number("version of the roster", e.version, self.state.constitution.next_roster_version)?;
        check_size(e.size).map_err(|_| Contradiction::Unexpected { name: "RosterCreated" })?;
        self.state.constitution.next_roster_version += 1;
        let account = Roster {
            constitution: e.constitution,
            payer: e.payer,
            members_hash: [0; 32],
            last_member: Address::default(),
            total_weight: 0,
            version: e.version,
            size: e.size,
            count: 0,
            bound_proposals: 0,
            pages: 0,
            layout_version: LAYOUT_VERSION,
            is_closing: 0,
            bump: 0,
            reserved: 0,
        };
        self.versions.insert(e.roster, e.version);
        let record = RosterRecord { address: e.roster, account, members: Vec::new(), is_closed: false };
        self.state.rosters.insert(e.version, record);
        Ok(())
    }

    fn roster_extended(&mut self, e: &RosterExtended, event: &Event) -> Result<(), Contradiction> {
        let RosterRecord { account, members, .. } = self.roster(&e.roster, event)?;
        check_number("index of the first member", e.first_index, account.count)?;
        for member in &e.members {
            let filled =
                account.filling().with_member(&member.voter.to_bytes(), quantumagi_rules::Weight(member.weight));
            let filled = filled.map_err(|_| unexpected(event))?;
            (account.count, account.total_weight, account.last_member) = (filled.count, filled.total.0, member.voter);
            account.members_hash = member.hash_after(&account.members_hash);
            members.push(*member);
        }
        Ok(())
    }

    fn proposal_closed(&mut self, e: &ProposalClosed, event: &Event) -> Result<(), Contradiction> {
        let id = self.ids.get(&e.proposal).copied();
        let record = id.and_then(|id| self.state.proposals.get_mut(&id)).filter(|record| !record.is_closed);
        let record = record.ok_or_else(|| unexpected(event))?;
        record.is_closed = true;
        self.closings.push((self.state.constitution.chain.sequence, e.clone()));
        let (candidate, veto_roster) = (record.account.candidate(), record.account.veto_roster());
        let electorate = record.account.electorate;
        let (proposer, kind) = (record.account.proposer, record.account.electorate_kind);
        let is_council = kind == ElectorateKind::Council as u8;
        if kind == ElectorateKind::Deposit as u8 {
            deposits::unbind(self, &electorate, event)?;
        }
        snapshots::unbind(self, kind, &electorate, event)?;
        let counted = &mut self.proposer(&proposer, event)?.account.open_proposals;
        *counted = counted.checked_sub(1).ok_or_else(|| unexpected(event))?;
        let bound = [is_council.then_some(electorate), candidate, veto_roster];
        for roster in bound.into_iter().flatten() {
            let name = || unexpected(event);
            let account = &mut self.roster(&roster, event)?.account;
            account.bound_proposals = account.bound_proposals.checked_sub(1).ok_or_else(name)?;
        }
        Ok(())
    }

    fn policy_adopted(&mut self, e: &PolicyAdopted) -> Result<(), Contradiction> {
        check_number("id of the policy", e.policy_id, self.state.constitution.next_policy_id)?;
        self.ordered(e.mandate, &Action::PolicyAdopt { text_hash: e.text_hash, sunset_at: e.sunset_at })?;
        self.state.constitution.next_policy_id += 1;
        let account = Policy {
            constitution: e.constitution,
            payer: e.payer,
            text_hash: e.text_hash,
            id: e.policy_id,
            proposal_id: e.proposal_id,
            adopted_at: e.at,
            sunset_at: e.sunset_at,
            suspended_until: 0,
            version: 1,
            status: PolicyStatus::Active as u8,
            layout_version: LAYOUT_VERSION,
            bump: 0,
            reserved: 0,
        };
        self.state.policies.insert(e.policy_id, Record { account, is_closed: false });
        Ok(())
    }

    fn policy_amended(&mut self, e: &PolicyAmended, event: &Event) -> Result<(), Contradiction> {
        let (policy_id, text_hash, sunset_at) = (e.policy_id, e.text_hash, e.sunset_at);
        self.ordered(e.mandate, &Action::PolicyAmend { policy_id, text_hash, sunset_at })?;
        let policy = &mut self.policy(policy_id, event)?.account;
        check_number("version of the policy", e.version, u64::from(policy.version) + 1)?;
        (policy.version, policy.text_hash, policy.sunset_at) = (e.version, text_hash, sunset_at);
        Ok(())
    }
}
