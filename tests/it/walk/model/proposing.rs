//! Who may propose what, and what a proposal freezes.

use quantumagi_interface::calls::Call;

use super::founding::numbers;
use super::*;

/// What an action is about, as its proposal shows it.
#[derive(Clone, Copy, Default)]
pub(super) struct Subject {
    pub address: Address,
    pub is_entrenched: bool,
}

/// Who votes.
#[derive(Clone, Copy)]
struct Franchise {
    total: u128,
    voters: u32,
}

impl Model {
    pub(super) fn proposing(&self, call: &Call, at: &At) -> Option<Result<Foreseen, Why>> {
        let Call::ProposalCreate { accounts, args } = call else { return None };
        Some(self.proposal_create(accounts, args, at))
    }

    fn proposal_create(
        &self,
        accounts: &ix::ProposalCreate,
        args: &types::ProposalCreateArgs,
        at: &At,
    ) -> Result<Foreseen, Why> {
        let a = *accounts;
        let polity = self.polity(&a.constitution)?;
        need!(polity.is_sealed, "the founder still rules");
        need!(a.electorate == polity.electorate, "another electorate");
        let record = self.proposers.get(&a.record).ok_or("there is no such count")?;
        need!(record.constitution == a.constitution && record.owner == a.proposer, "somebody else's count");
        need!(record.open < u32::from(polity.cap), "too many proposals are open");
        self.check_new(&a.proposal, pda::proposal(&a.constitution, polity.next_proposal), &a.proposer, at)?;
        need!(args.content_hash != [0; 32] && args.ballot_rule <= 1, "no reasons, or no such ballots");
        let bytes = self.bytes_of(a.payload, &args.action)?;
        let action = Action::decode(&bytes).map_err(|_| "bytes that are no action")?;
        let track = action.track() as u8;
        let rules = polity.tracks[usize::from(track)];
        let is_paused = polity.pauses[0] != (0, 0) && at.now < polity.pauses[0].1;
        need!(track >= AMENDMENT || !is_paused, "new proposals are paused");

        let own_record = if polity.kind == 4 { at.behind.first() } else { None };
        let cited = &at.behind[usize::from(own_record.is_some())..];
        let programs = match action {
            Action::InvokeSeries { steps } => 2 * steps.len(),
            Action::ProgramUpgrade { .. } => 2,
            _ => 0,
        };
        let cited = cited.len().checked_sub(programs).map(|count| &cited[..count]).ok_or("programs are missing")?;
        self.check_cited(&a.constitution, cited, track < AMENDMENT)?;
        self.check_called(&a, &action, polity)?;
        let subject = self.subject_of(&a, &action, polity, at)?;
        let franchise = self.franchise(&a, args, polity, own_record, at)?;
        let starts_at = at.now + i64::from(rules.discussion_seconds);
        let ends_at = starts_at + i64::from(rules.voting_seconds);
        self.check_rails_passed(&a.constitution, a.guardrails)?;
        self.check_rails(&a.constitution, &action, polity, ends_at)?;

        let (threshold, quorum, min_for) = shares_of(&action, &rules, subject.is_entrenched);
        let can_veto = track != RATIFICATION && action.number() != 27;
        let has_veto = polity.veto_roster != Address::default() && rules.veto_bps > 0 && can_veto;
        need!(a.veto_roster == has_veto.then_some(polity.veto_roster), "the veto body is there where it has a say");
        let is_attested = polity.attestor != Address::default() && track != RATIFICATION;
        let known = Proposal {
            constitution: a.constitution,
            id: polity.next_proposal,
            proposer: a.proposer,
            electorate: a.electorate,
            kind: polity.kind,
            subject: subject.address,
            track,
            is_final_ballot: args.ballot_rule == 1,
            threshold,
            quorum,
            min_for,
            slash: rules.slash_bps.into(),
            total: franchise.total,
            voters: franchise.voters,
            starts_at,
            ends_at,
            extension: rules.extension_seconds.into(),
            was_extended: false,
            cooloff: rules.cooloff_seconds.into(),
            timelock: rules.timelock_seconds.into(),
            window: rules.window_seconds.into(),
            held_until: 0,
            updated_at: at.now,
            status: OPEN,
            defeat: 0,
            ballots: BTreeMap::new(),
            pages: BTreeSet::new(),
            veto_roster: a.veto_roster.unwrap_or_default(),
            veto_bps: if has_veto { rules.veto_bps.into() } else { 0 },
            veto_total: if has_veto { self.rosters[&polity.veto_roster].total() } else { 0 },
            vetoes: BTreeMap::new(),
            attestor: if is_attested { polity.attestor } else { Address::default() },
            mark: if is_attested { polity.mark } else { 0 },
            unattested: if is_attested { threshold.max(rules.entrenched_threshold_bps.into()) } else { 0 },
            score: None,
            deposit: rules.deposit_lamports.into(),
            bound: None,
            pending: Vec::new(),
            steps_done: 0,
            action: bytes,
        };
        // What other programs are called is looked at by the program alone once somebody has spoiled the call.
        let is_call = matches!(known.number(), 11 | 12 | 14);
        let is_sure = !(at.is_spoiled && is_call) && self.kinds_of(&a.constitution).is_empty();
        likely(is_sure, move |model| {
            model.open(a.proposal, a.proposer);
            model.moves.push(Move::Paid { from: a.proposer, to: a.proposal, lamports: known.deposit });
            model.polity_mut(&a.constitution).next_proposal += 1;
            model.proposers.get_mut(&a.record).unwrap().open += 1;
            for bound in [Some(a.electorate), a.candidate, a.veto_roster].into_iter().flatten() {
                model.bind(&bound, 1);
            }
            assert!(model.proposals.insert(a.proposal, known).is_none(), "L4: an id was used twice");
        })
    }

    /// The action, as given or from a payload that is complete.
    fn bytes_of(&self, payload: Option<Address>, given: &[u8]) -> Result<Vec<u8>, Why> {
        let Some(payload) = payload else { return Ok(given.to_vec()) };
        let payload = self.payloads.get(&payload).ok_or("there is no such payload")?;
        need!(given.is_empty(), "given twice");
        need!(payload.bytes.len() == payload.size as usize, "the payload is incomplete");
        Ok(payload.bytes.clone())
    }

    fn check_cited(&self, constitution: &Address, cited: &[Address], must_cite: bool) -> Result<(), Why> {
        need!(cited.len() <= 8, "too many citations");
        need!(!cited.is_empty() || !must_cite, "it rests on nothing");
        let mut last = None;
        for address in cited {
            let principle = self.principles.get(address).ok_or("no principle is cited")?;
            need!(principle.constitution == *constitution, "a principle of another constitution is cited");
            need!(!principle.is_retired, "a retired principle is cited");
            need!(last.is_none_or(|last| last < principle.id), "citations out of order");
            last = Some(principle.id);
        }
        Ok(())
    }

    /// X6: nobody but the vault signs, nobody calls this program, and neither proposal nor constitution is written.
    fn check_called(&self, a: &ix::ProposalCreate, action: &Action, polity: &Polity) -> Result<(), Why> {
        for call in action.invocations() {
            need!(call.program != PROGRAM_ID.to_bytes(), "it calls the governance program");
            for account in call.accounts.iter() {
                let (signs, written) = (account.flags & 2 != 0, account.flags & 1 != 0);
                need!(!signs || account.address == polity.vault.to_bytes(), "somebody else would have to sign");
                need!(account.address != a.proposal.to_bytes(), "it names the proposal");
                need!(!written || account.address != a.constitution.to_bytes(), "it writes the constitution");
            }
        }
        let is_single = matches!(action, Action::Invoke { .. });
        need!(is_single || a.program_data.is_none(), "code of what is not called");
        Ok(())
    }

    fn subject_of(&self, a: &ix::ProposalCreate, action: &Action, polity: &Polity, at: &At) -> Result<Subject, Why> {
        let of = &a.constitution;
        let none = || {
            need!(a.subject.is_none() && a.candidate.is_none(), "it is about nothing");
            Ok(Subject::default())
        };
        let only = || {
            need!(a.candidate.is_none(), "it adopts no roster");
            a.subject.ok_or("what it is about is missing")
        };
        let entrenched = |subject: Subject, is_entrenched| Ok(Subject { is_entrenched, ..subject });
        match *action {
            Action::PolicyAdopt { text_hash, sunset_at } => {
                need!(text_hash != [0; 32] && (sunset_at == 0 || at.now < sunset_at), "no text, or no future");
                none()
            }
            Action::PolicyAmend { policy_id, text_hash, sunset_at } => {
                need!(text_hash != [0; 32] && (sunset_at == 0 || at.now < sunset_at), "no text, or no future");
                self.policy_subject(of, only()?, policy_id, at)
            }
            Action::PolicyRepeal { policy_id } => self.policy_subject(of, only()?, policy_id, at),
            Action::TransferLamports { recipient, .. } => {
                let own = [polity.vault, a.constitution, a.proposal].map(|own| own.to_bytes());
                need!(!own.contains(&recipient), "it pays itself");
                none()
            }
            Action::ProgramUpgrade { program, .. } => {
                none().map(|_| Subject { address: Address::new_from_array(program), is_entrenched: false })
            }
            Action::Invoke { program, .. } => {
                let subject = only()?;
                need!(subject.to_bytes() == program, "another program");
                Ok(Subject { address: subject, is_entrenched: false })
            }
            Action::ConstitutionAmend { text_hash, parent_hash } => {
                need!(text_hash != [0; 32] && parent_hash == polity.text_hash, "no text, or of another");
                none()
            }
            Action::PrincipleAdd { text_hash, class, .. } => {
                need!(text_hash != [0; 32], "no text");
                entrenched(none()?, class as u8 == 1)
            }
            Action::PrincipleAmend { principle_id, version, text_hash } => {
                need!(text_hash != [0; 32], "no text");
                self.principle_subject(of, only()?, principle_id, version)
            }
            Action::PrincipleRetire { principle_id, version } => {
                self.principle_subject(of, only()?, principle_id, version)
            }
            Action::GuardrailSet { principle_id, version, guardrail } => {
                let kind = RailKind::read(&guardrail.to_bytes()).ok_or("a guardrail without meaning")?;
                self.check_kept(of, kind)?;
                self.principle_subject(of, only()?, principle_id, version)
            }
            Action::GuardrailClear { principle_id, version } => {
                need!(self.has_rail(of, principle_id), "there is no guardrail");
                self.principle_subject(of, only()?, principle_id, version)
            }
            Action::GuardiansAdopt { threshold, term_seconds, members } => {
                let members: Vec<Address> = members.iter().map(|member| Address::new_from_array(*member)).collect();
                emergencies::check_set(threshold, term_seconds, &members)?;
                entrenched(none()?, true)
            }
            Action::EmergencyRatify { emergency_id } => self.emergency_subject(of, only()?, emergency_id, true, at),
            Action::EmergencyEnd { emergency_id } => self.emergency_subject(of, only()?, emergency_id, false, at),
            Action::GuardiansRemove | Action::TransferTokens { .. } | Action::InvokeSeries { .. } => none(),
            Action::SettingsAmend(_) | Action::VetoBodyAdopt { roster_version: 0, .. } => entrenched(none()?, true),
            Action::ElectorateAdopt { kind, electorate } => {
                let subject = only()?;
                need!(subject.to_bytes() == electorate, "another electorate");
                need!(self.owner_of(kind as u8, &subject) == Some(*of), "no electorate of that kind");
                Ok(Subject { address: subject, is_entrenched: true })
            }
            Action::ParametersAmend(change) => {
                let in_force = types::TrackConfig::from(change.before);
                need!(polity.tracks[change.track as usize] == in_force, "other parameters are in force");
                none()
            }
            Action::RosterAdopt { roster_version, members_hash } => {
                self.roster_subject(a, roster_version, &members_hash)
            }
            Action::VetoBodyAdopt { roster_version, members_hash } => {
                let candidate = a.candidate.and_then(|candidate| self.rosters.get(&candidate));
                need!(candidate.is_none_or(|roster| roster.members.len() <= 256), "a body of too many");
                self.roster_subject(a, roster_version, &members_hash)
            }
        }
    }

    fn policy_subject(&self, of: &Address, subject: Address, id: u64, at: &At) -> Result<Subject, Why> {
        let policy = self.policies.get(&subject).ok_or("there is no such policy")?;
        need!(policy.constitution == *of && policy.id == id, "another policy");
        need!(policy.is_in_force(at.now), "the policy is not in force");
        Ok(Subject { address: subject, is_entrenched: false })
    }

    fn principle_subject(&self, of: &Address, subject: Address, id: u32, version: u32) -> Result<Subject, Why> {
        need!(self.principle_at(&subject, of, version)? == id, "another principle");
        Ok(Subject { address: subject, is_entrenched: self.principles[&subject].is_entrenched })
    }

    fn roster_subject(&self, a: &ix::ProposalCreate, version: u32, members_hash: &[u8; 32]) -> Result<Subject, Why> {
        let candidate = a.candidate.filter(|_| a.subject.is_none()).ok_or("no roster to adopt, or something else")?;
        let roster = self.roster_of(&candidate, &a.constitution)?;
        need!(roster.version == version && roster.members_hash == *members_hash, "another roster");
        need!(roster.is_usable(), "the roster cannot be used");
        Ok(Subject { address: candidate, is_entrenched: true })
    }

    fn franchise(
        &self,
        a: &ix::ProposalCreate,
        args: &types::ProposalCreateArgs,
        polity: &Polity,
        own_record: Option<&Address>,
        at: &At,
    ) -> Result<Franchise, Why> {
        match polity.kind {
            1 => {
                let page = a.membership.and_then(|page| self.roster_pages.get(&page)).ok_or("no page")?;
                let roster = &self.rosters[&a.electorate];
                need!(page.of == a.electorate && page.number == args.member_index / 30, "another page");
                let member = roster.members.get(args.member_index as usize).ok_or("no such member")?;
                need!(member.0 == a.proposer, "somebody else is that member");
                Ok(Franchise { total: roster.total(), voters: roster.members.len() as u32 })
            }
            2 => {
                let deposit = a.membership.and_then(|own| self.deposits.get(&own)).ok_or("no deposit")?;
                need!(deposit.pool == a.electorate && deposit.owner == a.proposer, "another's deposit");
                need!(deposit.matured() > 0, "the proposer weighs nothing");
                let pool = &self.pools[&a.electorate];
                let matured = self.matured_in(&a.electorate);
                Ok(Franchise { total: matured.max(pool.floor.into()), voters: pool.next_index })
            }
            3 => {
                need!(a.membership.is_none(), "nobody is a member yet");
                let operators = &self.operators[&a.electorate];
                let rules = self.track_of(polity, a, args)?;
                let may = rules.deposit_lamports > 0 || operators.list.contains(&a.proposer);
                need!(may, "neither an operator nor a deposit");
                let vote = i64::from(rules.discussion_seconds) + i64::from(rules.voting_seconds);
                need!(operators.challenge < vote, "nobody could challenge in time");
                Ok(Franchise { total: 0, voters: 0 })
            }
            _ => {
                need!(args.ballot_rule == 1, "only final ballots");
                let plugin = &self.plugins[&a.electorate];
                let own = own_record.ok_or("no record of the proposer's own")?;
                self.weight_in(own, plugin, Some(&a.proposer), 3, &a.constitution, at)?;
                let total = a.membership.ok_or("no record of the total")?;
                let total = self.weight_in(&total, plugin, None, 3, &a.constitution, at)?;
                Ok(Franchise { total: total.into(), voters: plugin.next_seat })
            }
        }
    }

    fn track_of<'a>(
        &self,
        polity: &'a Polity,
        a: &ix::ProposalCreate,
        args: &types::ProposalCreateArgs,
    ) -> Result<&'a types::TrackConfig, Why> {
        let bytes = self.bytes_of(a.payload, &args.action)?;
        let action = Action::decode(&bytes).map_err(|_| "bytes that are no action")?;
        Ok(&polity.tracks[action.track() as usize])
    }

    /// M3: what a guardrail forbids cannot be proposed.
    fn check_rails(&self, of: &Address, action: &Action, polity: &Polity, ends_at: i64) -> Result<(), Why> {
        let rules = &polity.tracks[action.track() as usize];
        let delay = self.required_delay(of, action.track() as u8);
        need!(delay <= rules.timelock_seconds.into(), "a guardrail asks for more delay");
        let opens_at = ends_at + i64::from(rules.cooloff_seconds) + i64::from(rules.timelock_seconds);
        let address = Address::new_from_array;
        let allows = match *action {
            Action::PolicyAdopt { sunset_at, .. } | Action::PolicyAmend { sunset_at, .. } => {
                self.rails_allow_sunset(of, sunset_at, opens_at)
            }
            Action::TransferLamports { recipient, .. } => {
                self.rails_allow_deed(of, &[polity.vault, address(recipient)], &[])
            }
            Action::TransferTokens { recipient, .. } => self.rails_allow_deed(of, &[address(recipient)], &[]),
            Action::ParametersAmend(change) => {
                self.rails_allow_parameters(of, change.track as u8, &types::TrackConfig::from(change.after))
            }
            _ => action.invocations().all(|call| {
                let written = call.accounts.iter().filter(|account| account.flags & 1 != 0);
                let written: Vec<Address> = written.map(|account| address(account.address)).collect();
                let named = call.accounts.iter().map(|account| address(account.address));
                let named: Vec<Address> = named.chain([address(call.program)]).collect();
                self.rails_allow_deed(of, &written, &named)
            }),
        };
        need!(allows, "a guardrail forbids it");
        Ok(())
    }
}

/// Threshold, quorum and least share in favour that an action takes (T3, T8, T9).
fn shares_of(action: &Action, rules: &types::TrackConfig, is_entrenched: bool) -> (u128, u128, u128) {
    let (quorum, min_for) = (u128::from(rules.quorum_bps), u128::from(rules.min_for_bps));
    if let Action::ParametersAmend(change) = action {
        let [before, after] = [change.before, change.after].map(|track| numbers(&types::TrackConfig::from(track)));
        let higher = |place: usize| {
            let (before, after) = (u128::from(before[place]), u128::from(after[place]));
            if before == after { 0 } else { before.max(after) }
        };
        let threshold = u128::from(rules.entrenched_threshold_bps).max(higher(0)).max(higher(3));
        return (threshold, quorum.max(higher(1)), min_for.max(higher(2)));
    }
    let threshold = if is_entrenched { rules.entrenched_threshold_bps } else { rules.threshold_bps };
    (threshold.into(), quorum, min_for)
}
