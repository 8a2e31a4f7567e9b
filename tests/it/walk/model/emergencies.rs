//! What guardians may stop, for how long, and how that ends.

use quantumagi_interface::calls::Call;
use quantumagi_interface::digest::sha256;

use super::*;

const DAYS: i64 = 86_400;
const HEARTBEAT: i64 = 30 * DAYS;
const COOLDOWN: i64 = 90 * DAYS;
const RATIFY: i64 = 7 * DAYS;

/// A set of guardians that can be adopted (E7, E8).
pub(super) fn check_set(threshold: u8, term_seconds: u32, members: &[Address]) -> Result<(), Why> {
    need!((2..=9).contains(&members.len()), "too few or too many guardians");
    let threshold = usize::from(threshold);
    need!(threshold >= 2 && 2 * threshold > members.len() && threshold <= members.len(), "no majority");
    need!((86_400..=365 * 86_400).contains(&term_seconds), "term out of range");
    need!(members[0] != Address::default(), "nobody is the zero address");
    need!(members.windows(2).all(|pair| pair[0] < pair[1]), "out of order");
    Ok(())
}

impl Guardians {
    /// Whether they can act at all (E4, E8).
    pub fn check_armed(&self, now: i64) -> Result<(), Why> {
        let present = self.seen_at.iter().filter(|seen_at| **seen_at != 0 && now < **seen_at + HEARTBEAT).count();
        need!(self.threshold > 0, "there are no guardians");
        need!(now < self.term_ends_at, "their term is over");
        need!(self.strikes < 3, "they struck out");
        need!(present >= usize::from(self.threshold), "too few were heard of");
        Ok(())
    }

    /// What counts against the budget after an act of so many seconds (E5).
    fn spent_with(&self, seconds: i64, now: i64) -> Result<[(i64, i64); 3], Why> {
        let counts = |(ends_at, seconds): (i64, i64)| seconds > 0 && now < ends_at + 90 * DAYS;
        let used: i64 = self.spent.iter().filter(|act| counts(**act)).map(|(_, seconds)| seconds).sum();
        let free = self.spent.iter().position(|act| !counts(*act)).ok_or("three acts in 90 days")?;
        need!(used + seconds <= 14 * DAYS, "14 days in 90");
        let mut spent = self.spent;
        spent[free] = (now + seconds, seconds);
        Ok(spent)
    }
}

impl Emergency {
    /// First second after its effect.
    pub fn effect_until(&self) -> i64 {
        if self.outcome == 2 { self.expires_at } else { self.expires_at.min(self.ratify_by) }
    }
}

impl Model {
    pub(super) fn emergencies(&self, call: &Call, at: &At) -> Option<Result<Foreseen, Why>> {
        Some(match call.clone() {
            Call::GuardiansOpen { accounts } => {
                let ix::GuardiansOpen { payer, constitution, guardians } = accounts;
                self.polity(&constitution).and_then(|_| {
                    self.check_new(&guardians, pda::guardians(&constitution), &payer, at)?;
                    sure(move |model| {
                        model.open(guardians, payer);
                        model.guardians.insert(guardians, Guardians { constitution, ..Guardians::default() });
                    })
                })
            }
            Call::GuardiansAdopt { accounts, threshold, term_seconds, members } => {
                let term = term_seconds.to_le_bytes();
                let list: Vec<u8> = members.iter().flat_map(Address::to_bytes).collect();
                let bytes = action(31, &[&[threshold], &term, &[members.len() as u8], &list]);
                let ix::GuardiansAdopt { authority, constitution, proposal, guardians } = accounts;
                check_set(threshold, term_seconds, &members).and_then(|()| {
                    let order = self.order(&authority, &constitution, proposal, &bytes, at)?;
                    self.replace(&constitution, guardians, order, (members, threshold, term_seconds.into()), at)
                })
            }
            Call::GuardiansRemove { accounts } => {
                let ix::GuardiansRemove { authority, constitution, proposal, guardians } = accounts;
                self.order(&authority, &constitution, proposal, &[42], at)
                    .and_then(|order| self.replace(&constitution, guardians, order, (Vec::new(), 0, 0), at))
            }
            Call::GuardiansHeartbeat { accounts, index } => {
                let ix::GuardiansHeartbeat { guardian, constitution, guardians } = accounts;
                self.guardian(&guardians, &constitution, &guardian, index).and_then(|known| {
                    let last = known.adopted_at.max(known.seen_at[usize::from(index)]);
                    need!(last != 0 && at.now < last + HEARTBEAT, "silent for too long");
                    let now = at.now;
                    sure(move |model| {
                        model.guardians.get_mut(&guardians).unwrap().seen_at[usize::from(index)] = now;
                    })
                })
            }
            Call::EmergencyOpen { accounts, args } => self.emergency_open(&accounts, &args, at),
            Call::EmergencyApprove { accounts, index, statement } => {
                self.emergency_approve(&accounts, index, statement, at)
            }
            Call::EmergencyRatify { accounts } => self.emergency_ratify(&accounts, at),
            Call::EmergencyEnd { accounts } => self.emergency_end(&accounts, at),
            Call::EmergencyLapse { accounts: a } => self.emergency(&a.emergency, &a.constitution).and_then(|known| {
                need!(known.outcome == 1 && known.ratify_by <= at.now, "a vote can still confirm it, or has");
                sure(move |model| model.emergencies.get_mut(&a.emergency).unwrap().outcome = 3)
            }),
            Call::EmergencyClose { accounts: a } => self.emergency(&a.emergency, &a.constitution).and_then(|known| {
                let is_missed = known.outcome == 0 && !is_collecting(known, at.slot);
                let is_over = known.outcome == 2 && known.expires_at <= at.now;
                need!(is_missed || is_over || known.outcome >= 3, "something can still become of it");
                need!(known.payer == a.payer, "another payer");
                sure(move |model| {
                    model.emergencies.remove(&a.emergency);
                    model.close(a.emergency, a.payer);
                })
            }),
            _ => return None,
        })
    }

    fn guardian(&self, of: &Address, constitution: &Address, who: &Address, index: u8) -> Result<&Guardians, Why> {
        let known = self.guardians.get(of).ok_or("there is no such account of guardians")?;
        need!(known.constitution == *constitution, "guardians of another constitution");
        need!(known.members.get(usize::from(index)) == Some(who), "no guardian");
        Ok(known)
    }

    fn emergency(&self, emergency: &Address, of: &Address) -> Result<&Emergency, Why> {
        let known = self.emergencies.get(emergency).ok_or("there is no such act")?;
        need!(known.constitution == *of, "an act of another constitution");
        Ok(known)
    }

    fn replace(
        &self,
        constitution: &Address,
        guardians: Address,
        order: Option<Address>,
        (members, threshold, term): (Vec<Address>, u8, i64),
        at: &At,
    ) -> Result<Foreseen, Why> {
        let known = self.guardians.get(&guardians).ok_or("there is no such account of guardians")?;
        need!(known.constitution == *constitution, "guardians of another constitution");
        let now = at.now;
        sure(move |model| {
            model.spend(order, now);
            let known = model.guardians.get_mut(&guardians).unwrap();
            let (seen_at, version) = (vec![0; members.len()], known.version + 1);
            let (term_ends_at, strikes) = (now + term, 0);
            let before = known.clone();
            // What was spent of the budget stays spent.
            *known =
                Guardians { members, seen_at, adopted_at: now, term_ends_at, version, threshold, strikes, ..before };
        })
    }

    fn emergency_open(
        &self,
        accounts: &ix::EmergencyOpen,
        args: &types::EmergencyOpenArgs,
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::EmergencyOpen { guardian, constitution, guardians, principle, emergency } = *accounts;
        let types::EmergencyOpenArgs { index, act, target, seconds, reason_hash, evidence_hash } = *args;
        let polity = self.polity(&constitution)?;
        need!(polity.is_sealed, "the founder still rules");
        let id = polity.next_emergency;
        let known = self.guardian(&guardians, &constitution, &guardian, index)?;
        known.check_armed(at.now)?;
        let principle = self.principles.get(&principle).ok_or("there is no such principle")?;
        need!(principle.constitution == constitution && !principle.is_retired, "another's principle, or retired");
        need!((3_600..=14 * 86_400).contains(&seconds) && act <= 5, "length out of range, or no such act");
        need!((act >= 4) == (target != Address::default()), "a target where there is none");
        need!(reason_hash != [0; 32] && evidence_hash != [0; 32], "no reason, or no evidence");
        self.check_new(&emergency, pda::emergency(&constitution, id), &guardian, at)?;
        let version = known.version;
        let statement = sha256(
            &[
                &b"quantumagi:emergency:1"[..],
                constitution.as_ref(),
                &id.to_le_bytes(),
                &version.to_le_bytes(),
                &[act],
                target.as_ref(),
                &seconds.to_le_bytes(),
                &principle.id.to_le_bytes(),
                &reason_hash,
                &evidence_hash,
            ]
            .concat(),
        );
        let opened = Emergency {
            constitution,
            payer: guardian,
            target,
            statement,
            id,
            guardians_version: version,
            seconds: seconds.into(),
            approvals: BTreeSet::from([index]),
            act,
            outcome: 0,
            opened_slot: at.slot,
            activated_at: 0,
            ratify_by: 0,
            expires_at: 0,
            ratified_by: Address::default(),
        };
        sure(move |model| {
            model.open(emergency, guardian);
            model.polity_mut(&constitution).next_emergency += 1;
            model.emergencies.insert(emergency, opened);
        })
    }

    fn emergency_approve(
        &self,
        accounts: &ix::EmergencyApprove,
        index: u8,
        statement: [u8; 32],
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::EmergencyApprove { guardian, constitution, guardians, emergency, target } = *accounts;
        let set = self.guardian(&guardians, &constitution, &guardian, index)?;
        let known = self.emergency(&emergency, &constitution)?;
        need!(known.outcome == 0 && is_collecting(known, at.slot), "too late, or in effect");
        need!(known.guardians_version == set.version && known.statement == statement, "something else is approved");
        need!(!known.approvals.contains(&index), "one guardian counts once");
        set.check_armed(at.now)?;
        let mut after = known.clone();
        after.approvals.insert(index);
        if after.approvals.len() < usize::from(set.threshold) {
            return sure(move |model| {
                model.emergencies.insert(emergency, after);
            });
        }
        let spent = set.spent_with(after.seconds, at.now)?;
        (after.outcome, after.activated_at) = (1, at.now);
        (after.ratify_by, after.expires_at) = (at.now + RATIFY, at.now + after.seconds);
        self.check_can_begin(&after, target, at)?;
        let now = at.now;
        sure(move |model| {
            let set = model.guardians.get_mut(&guardians).unwrap();
            (set.spent, set.strikes) = (spent, set.strikes + 1);
            let until = after.effect_until();
            if let Some(pause) = model.polity_mut(&constitution).pauses.get_mut(usize::from(after.act)) {
                *pause = (now, until);
            }
            model.stop(&after, until, now);
            model.emergencies.insert(emergency, after);
        })
    }

    /// E3, E5, E6: an act can begin on what it is about, once in 90 days, and on a proposal once in its life.
    fn check_can_begin(&self, act: &Emergency, target: Option<Address>, at: &At) -> Result<(), Why> {
        let has_rested = |last: i64| last == 0 || last + COOLDOWN <= at.now;
        let Some(target) = target else {
            need!(act.act < 4, "what it is about is missing");
            let (_, until) = self.polities[&act.constitution].pauses[usize::from(act.act)];
            need!(has_rested(until), "paused not long ago");
            return Ok(());
        };
        need!(act.act >= 4 && target == act.target, "it is about something else");
        if act.act == 4 {
            let policy = self.policies.get(&target).ok_or("there is no such policy")?;
            need!(policy.constitution == act.constitution && policy.is_in_force(at.now), "no policy in force");
            need!(has_rested(policy.suspended_until), "suspended not long ago");
            return Ok(());
        }
        let proposal = self.proposals.get(&target).ok_or("there is no such proposal")?;
        need!(proposal.constitution == act.constitution, "another constitution");
        need!(proposal.status == SUCCEEDED && at.now < self.window(proposal).1, "there is nothing to hold");
        let is_about_power = proposal.track == RATIFICATION || [27, 31].contains(&proposal.number());
        need!(!is_about_power && proposal.held_until == 0, "it cannot be held");
        Ok(())
    }

    /// Moves the end of what an act has stopped, where that is still there.
    fn stop(&mut self, act: &Emergency, until: i64, now: i64) {
        match act.act {
            4 => {
                if let Some(policy) = self.policies.get_mut(&act.target).filter(|policy| policy.status == 0) {
                    policy.suspended_until = until;
                }
            }
            5 => {
                let target = self.proposals.get_mut(&act.target);
                if let Some(proposal) = target.filter(|proposal| proposal.status == SUCCEEDED) {
                    (proposal.held_until, proposal.updated_at) = (until, now);
                }
            }
            pause => self.polity_mut(&act.constitution).pauses[usize::from(pause)].1 = until,
        }
    }

    /// The accounts with which a vote moves the end of an act.
    fn check_target(&self, act: &Emergency, target: Option<Address>) -> Result<(), Why> {
        let expected = (act.act >= 4).then_some(act.target);
        need!(target == expected, "it is about something else");
        Ok(())
    }

    fn emergency_ratify(&self, accounts: &ix::EmergencyRatify, at: &At) -> Result<Foreseen, Why> {
        let ix::EmergencyRatify { constitution, guardians, emergency, target, proposal } = *accounts;
        let set = self.guardians.get(&guardians).ok_or("there is no such account of guardians")?;
        need!(set.constitution == constitution, "guardians of another constitution");
        let known = self.emergency(&emergency, &constitution)?;
        need!(known.outcome == 1 && at.now < known.ratify_by, "it cannot be confirmed");
        self.check_due(&proposal, &constitution, &action(40, &[&known.id.to_le_bytes()]), at)?;
        let needs_longer = known.ratify_by < known.expires_at;
        if needs_longer {
            self.check_target(known, target)?;
        }
        let mut after = known.clone();
        (after.outcome, after.ratified_by) = (2, proposal);
        let (is_theirs, now) = (known.guardians_version == set.version, at.now);
        sure(move |model| {
            model.spend(Some(proposal), now);
            if is_theirs {
                let set = model.guardians.get_mut(&guardians).unwrap();
                set.strikes = set.strikes.saturating_sub(1);
            }
            if needs_longer {
                model.stop(&after, after.expires_at, now);
            }
            model.emergencies.insert(emergency, after);
        })
    }

    fn emergency_end(&self, accounts: &ix::EmergencyEnd, at: &At) -> Result<Foreseen, Why> {
        let ix::EmergencyEnd { constitution, guardians, emergency, target, proposal } = *accounts;
        let set = self.guardians.get(&guardians).ok_or("there is no such account of guardians")?;
        need!(set.constitution == constitution, "guardians of another constitution");
        let known = self.emergency(&emergency, &constitution)?;
        need!(is_in_effect(known, at.now), "there is nothing to end");
        self.check_due(&proposal, &constitution, &action(41, &[&known.id.to_le_bytes()]), at)?;
        self.check_target(known, target)?;
        let (mut after, now) = (known.clone(), at.now);
        after.outcome = 4;
        sure(move |model| {
            model.spend(Some(proposal), now);
            model.stop(&after, now, now);
            model.emergencies.insert(emergency, after);
        })
    }

    /// What a vote about an act is about.
    pub(super) fn emergency_subject(
        &self,
        of: &Address,
        subject: Address,
        id: u32,
        confirms: bool,
        at: &At,
    ) -> Result<proposing::Subject, Why> {
        let known = self.emergency(&subject, of)?;
        need!(known.id == id, "another act");
        let is_confirmable = known.outcome == 1 && at.now < known.ratify_by;
        need!(if confirms { is_confirmable } else { is_in_effect(known, at.now) }, "nothing to decide");
        Ok(proposing::Subject { address: subject, is_entrenched: false })
    }
}

/// Whether guardians can still approve it.
pub(super) fn is_collecting(act: &Emergency, slot: u64) -> bool {
    act.opened_slot <= slot && slot <= act.opened_slot + 150
}

/// Whether something is stopped by it.
fn is_in_effect(act: &Emergency, now: i64) -> bool {
    let is_confirmable = act.outcome == 1 && now < act.ratify_by;
    (is_confirmable || act.outcome == 2) && now < act.effect_until()
}
