//! What a constitution is and says: by its founder before the seal, by vote ever after.

use quantumagi_interface::calls::Call;

use super::*;

/// Who ordered it, and which proposal that spends.
pub(super) type Order = Option<Address>;

impl Model {
    pub(super) fn founding(&self, call: &Call, at: &At) -> Option<Result<Foreseen, Why>> {
        Some(match call.clone() {
            Call::ConstitutionCreate { accounts, args } => self.constitution_create(&accounts, &args, at),
            Call::ConstitutionSeal { accounts } => self.constitution_seal(&accounts),
            Call::ConstitutionAmend { accounts: a, text_hash, parent_hash } => {
                self.polity(&a.constitution).and_then(|polity| {
                    need!(text_hash != [0; 32], "no text");
                    need!(parent_hash == polity.text_hash, "another text is in force");
                    let bytes = action(20, &[&text_hash, &parent_hash]);
                    let order = self.order(&a.authority, &a.constitution, a.proposal, &bytes, at)?;
                    let now = at.now;
                    sure(move |model| {
                        model.spend(order, now);
                        let polity = model.polity_mut(&a.constitution);
                        polity.text_hash = text_hash;
                        polity.version += 1;
                    })
                })
            }
            Call::PrincipleAdd { accounts, args } => self.principle_add(&accounts, &args, at),
            Call::PrincipleAmend { accounts: a, version, text_hash } => {
                self.principle_at(&a.principle, &a.constitution, version).and_then(|id| {
                    need!(text_hash != [0; 32], "no text");
                    let bytes = action(22, &[&id.to_le_bytes(), &version.to_le_bytes(), &text_hash]);
                    let order = self.order(&a.authority, &a.constitution, a.proposal, &bytes, at)?;
                    let now = at.now;
                    sure(move |model| {
                        model.spend(order, now);
                        let principle = model.principles.get_mut(&a.principle).unwrap();
                        principle.text_hash = text_hash;
                        principle.version += 1;
                    })
                })
            }
            Call::ParametersAmend { accounts, track, parameters } => {
                self.parameters_amend(&accounts, track, &parameters, at)
            }
            Call::SettingsAmend { accounts: a, attestor, attestation_mark, max_open_proposals } => {
                let is_mark = attestation_mark <= 10_000 && (attestor != Address::default() || attestation_mark == 0);
                if !is_mark || !(1..=16).contains(&max_open_proposals) {
                    return Some(Err("settings without meaning"));
                }
                let mark = attestation_mark.to_le_bytes();
                let bytes = action(28, &[attestor.as_ref(), &mark, &[max_open_proposals]]);
                self.order(&a.authority, &a.constitution, a.proposal, &bytes, at).and_then(|order| {
                    let now = at.now;
                    sure(move |model| {
                        model.spend(order, now);
                        let polity = model.polity_mut(&a.constitution);
                        (polity.attestor, polity.mark, polity.cap) = (attestor, attestation_mark, max_open_proposals);
                    })
                })
            }
            Call::VetoBodyRemove { accounts: a } => {
                let bytes = action(27, &[&[0; 36]]);
                self.order(&a.authority, &a.constitution, a.proposal, &bytes, at).and_then(|order| {
                    let now = at.now;
                    sure(move |model| {
                        model.spend(order, now);
                        model.polity_mut(&a.constitution).veto_roster = Address::default();
                    })
                })
            }
            _ => return None,
        })
    }

    /// Who may order a change: the founder alone before the seal, a proposal that is due after it.
    pub(super) fn order(
        &self,
        authority: &Address,
        constitution: &Address,
        proposal: Option<Address>,
        bytes: &[u8],
        at: &At,
    ) -> Result<Order, Why> {
        let polity = self.polity(constitution)?;
        if !polity.is_sealed {
            need!(proposal.is_none(), "the founder needs no proposal");
            need!(*authority == polity.founder, "only the founder may");
            return Ok(None);
        }
        let proposal = proposal.ok_or("only a vote may")?;
        self.check_due(&proposal, constitution, bytes, at)?;
        Ok(Some(proposal))
    }

    /// The window in which a proposal can be executed: after every delay, with what a pause took of it.
    pub fn window(&self, proposal: &Proposal) -> (i64, i64) {
        let opens_at = (proposal.cooled_at() + proposal.timelock).max(proposal.held_until);
        let closes_at = opens_at + proposal.window;
        let pauses = &self.polities[&proposal.constitution].pauses;
        let (from, until) = match proposal.track {
            POLICY => pauses[2],
            TREASURY => pauses[1],
            _ => (0, 0),
        };
        let takes_any = (from, until) != (0, 0) && from < closes_at && opens_at < until;
        (opens_at, if takes_any { closes_at + until - from.max(opens_at) } else { closes_at })
    }

    /// A proposal of this constitution is approved, its window is open, and it is about exactly this.
    pub(super) fn check_due(&self, proposal: &Address, of: &Address, bytes: &[u8], at: &At) -> Result<(), Why> {
        let known = self.check_executable(proposal, of, at)?;
        need!(known.action == bytes, "something else was voted on");
        Ok(())
    }

    pub(super) fn check_executable(&self, proposal: &Address, of: &Address, at: &At) -> Result<&Proposal, Why> {
        let known = self.proposals.get(proposal).ok_or("there is no such proposal")?;
        need!(known.constitution == *of, "a proposal of another constitution");
        need!(known.status == SUCCEEDED, "the proposal is not approved");
        let (opens_at, closes_at) = self.window(known);
        need!(opens_at <= at.now, "the timelock runs");
        need!(at.now < closes_at, "the window is over");
        let waited = at.now - known.ends_at;
        need!(self.required_delay(of, known.track) <= waited, "a guardrail asks for more delay");
        Ok(known)
    }

    /// Writes down that a proposal was executed.
    pub(super) fn spend(&mut self, order: Order, now: i64) {
        let Some(proposal) = order else { return };
        assert!(self.executed.insert(proposal), "X4: {proposal} was executed twice");
        let known = self.proposals.get_mut(&proposal).unwrap();
        assert_eq!(known.status, SUCCEEDED, "X4: only what was approved is executed");
        (known.status, known.updated_at) = (EXECUTED, now);
    }

    /// The id of an active principle of this constitution in this version.
    pub(super) fn principle_at(&self, principle: &Address, of: &Address, version: u32) -> Result<u32, Why> {
        let known = self.principles.get(principle).ok_or("there is no such principle")?;
        need!(known.constitution == *of, "a principle of another constitution");
        need!(!known.is_retired, "the principle is retired");
        need!(known.version == version, "the principle reads otherwise");
        Ok(known.id)
    }

    fn constitution_create(
        &self,
        accounts: &ix::ConstitutionCreate,
        args: &types::ConstitutionCreateArgs,
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::ConstitutionCreate { founder, create_key, constitution, vault } = *accounts;
        need!(args.text_hash != [0; 32], "no text");
        need!((0..4).zip(&args.tracks).all(|(track, numbers)| is_legal(track, numbers)), "parameters out of bounds");
        need!(vault == pda::vault(&constitution), "another vault");
        self.check_new(&constitution, pda::constitution(&create_key), &founder, at)?;
        let args = *args;
        sure(move |model| {
            model.open(constitution, founder);
            let polity = Polity {
                founder,
                vault,
                is_sealed: false,
                electorate: Address::default(),
                kind: 0,
                roster_version: 0,
                veto_roster: Address::default(),
                attestor: Address::default(),
                mark: 0,
                cap: 16,
                text_hash: args.text_hash,
                version: 1,
                next_proposal: 0,
                next_policy: 0,
                next_principle: 0,
                next_roster: 1,
                next_electorate: 1,
                next_emergency: 0,
                tracks: args.tracks,
                pauses: [(0, 0); 4],
            };
            model.polities.insert(constitution, polity);
        })
    }

    fn constitution_seal(&self, accounts: &ix::ConstitutionSeal) -> Result<Foreseen, Why> {
        let ix::ConstitutionSeal { founder, constitution } = *accounts;
        let polity = self.polity(&constitution)?;
        need!(!polity.is_sealed, "sealed already");
        need!(polity.founder == founder, "only the founder may");
        need!(polity.kind != 0, "nobody could vote");
        sure(move |model| model.polity_mut(&constitution).is_sealed = true)
    }

    fn principle_add(
        &self,
        accounts: &ix::PrincipleAdd,
        args: &types::PrincipleAddArgs,
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::PrincipleAdd { authority, constitution, principle, proposal } = *accounts;
        let types::PrincipleAddArgs { text_hash, class, category, priority } = *args;
        let id = self.polity(&constitution)?.next_principle;
        need!(text_hash != [0; 32], "no text");
        need!(class <= 1 && category <= 6 && priority <= 100, "a number without meaning");
        self.check_new(&principle, pda::principle(&constitution, id), &authority, at)?;
        let bytes = action(21, &[&text_hash, &[class, category, priority]]);
        let order = self.order(&authority, &constitution, proposal, &bytes, at)?;
        let now = at.now;
        sure(move |model| {
            model.spend(order, now);
            model.open(principle, authority);
            model.polity_mut(&constitution).next_principle += 1;
            let is_entrenched = class == 1;
            let added = Principle { constitution, id, version: 1, is_entrenched, is_retired: false, text_hash };
            model.principles.insert(principle, added);
        })
    }

    fn parameters_amend(
        &self,
        accounts: &ix::ParametersAmend,
        track: u8,
        parameters: &types::TrackConfig,
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::ParametersAmend { authority, constitution, proposal, guardrails } = *accounts;
        let polity = self.polity(&constitution)?;
        let before = polity.tracks.get(usize::from(track)).ok_or("no such track")?;
        need!(before != parameters, "nothing changes");
        need!(is_legal(track, parameters), "parameters out of bounds");
        self.check_rails_passed(&constitution, guardrails)?;
        need!(self.rails_allow_parameters(&constitution, track, parameters), "a guardrail forbids the parameters");
        let bytes = action(26, &[&[track], &track_bytes(before), &track_bytes(parameters)]);
        let order = self.order(&authority, &constitution, proposal, &bytes, at)?;
        let (now, parameters) = (at.now, *parameters);
        sure(move |model| {
            model.spend(order, now);
            model.polity_mut(&constitution).tracks[usize::from(track)] = parameters;
        })
    }
}

/// A track's parameters, in the order in which they are numbered.
pub(super) fn numbers(track: &types::TrackConfig) -> [u32; 13] {
    [
        track.threshold_bps.into(),
        track.quorum_bps.into(),
        track.min_for_bps.into(),
        track.entrenched_threshold_bps.into(),
        track.veto_bps.into(),
        track.slash_bps.into(),
        track.discussion_seconds,
        track.voting_seconds,
        track.extension_seconds,
        track.cooloff_seconds,
        track.timelock_seconds,
        track.window_seconds,
        track.deposit_lamports,
    ]
}

/// As an action holds them: six numbers of 16 bits, seven of 32.
pub fn track_bytes(track: &types::TrackConfig) -> Vec<u8> {
    let numbers = numbers(track);
    let shares = numbers[..6].iter().flat_map(|share| (*share as u16).to_le_bytes());
    shares.chain(numbers[6..].iter().flat_map(|number| number.to_le_bytes())).collect()
}

/// The bounds that no vote can leave (L2, L3, T3, T8).
fn is_legal(track: u8, numbers_of: &types::TrackConfig) -> bool {
    const DAYS: u32 = 86_400;
    let [
        threshold,
        quorum,
        min_for,
        entrenched,
        veto,
        slash,
        discussion,
        voting,
        extension,
        cooloff,
        timelock,
        window,
        deposit,
    ] = numbers(numbers_of);
    let is_ratification = track == RATIFICATION;
    let least_quorum = if track == POLICY { 500 } else { 1_000 };
    let is_short = discussion <= DAYS && voting <= 3 * DAYS && extension <= DAYS && timelock <= DAYS;
    (6_000..=10_000).contains(&threshold)
        && (least_quorum..=10_000).contains(&quorum)
        && (100..=10_000).contains(&min_for)
        && (7_500.max(threshold)..=10_000).contains(&entrenched)
        && (veto == 0 || (2_500..=10_000).contains(&veto) && cooloff >= 3_600)
        && slash <= 1_000
        && (60..=30 * DAYS).contains(&discussion)
        && (3_600..=30 * DAYS).contains(&voting)
        && extension <= (7 * DAYS).min(voting)
        && cooloff <= 14 * DAYS
        && (3_600..=90 * DAYS).contains(&timelock)
        && (3_600..=90 * DAYS).contains(&window)
        && (deposit == 0 || (890_880..=2_500_000).contains(&deposit))
        && (!is_ratification || (veto == 0 && cooloff == 0 && is_short))
}
