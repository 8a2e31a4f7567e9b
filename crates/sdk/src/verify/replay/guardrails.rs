//! Guardrails and authorizations, carried out again.
//!
//! What is set and cleared stands in the constitution's chain, what was spent in the chains of proposals. Each change of the
//! guardrails bears its number among all of them, so that their order is known across the chains.

use std::collections::BTreeMap;

use quantumagi_interface::accounts::{Authorization, Guardrails};
use quantumagi_interface::events::{
    AuthorizationClosed, Event, GuardrailCleared, GuardrailSet, GuardrailsOpened, PolicyUsed, SpendingCounted,
};
use quantumagi_interface::types::GuardrailSlot;
use quantumagi_interface::{Address, pda};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::action::Action;
use quantumagi_rules::guardrail::{GUARDRAIL_BYTES, Guardrail, MAX_GUARDRAILS, Spending, Summary, place_for, place_of};

use super::constitution::Replaying;
use super::{Contradiction, LAYOUT_VERSION, Record, Replayed, check_number, unexpected};

/// A change of the guardrails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuardrailChange {
    /// One was bound to a principle.
    Set {
        /// The principle.
        principle_id: u32,
        /// The guardrail.
        guardrail: Guardrail,
    },
    /// One was taken away.
    Cleared {
        /// The principle.
        principle_id: u32,
    },
    /// Spending was counted.
    Counted(SpendingCounted),
}

const FREE: GuardrailSlot =
    GuardrailSlot { guardrail: [0; GUARDRAIL_BYTES], principle_id: 0, newest: 0, buckets: [0; 5] };

impl Replaying {
    pub(super) fn guardrails_opened(&mut self, e: &GuardrailsOpened, event: &Event) -> Result<(), Contradiction> {
        let guardrails = Guardrails {
            constitution: e.constitution,
            payer: e.payer,
            changes: 0,
            slots: [FREE; MAX_GUARDRAILS],
            layout_version: LAYOUT_VERSION,
            bump: 0,
            reserved: [0; 6],
        };
        match self.state.guardrails.replace(guardrails) {
            Some(_) => Err(unexpected(event)),
            None => Ok(()),
        }
    }

    pub(super) fn guardrail_set(&mut self, e: &GuardrailSet, event: &Event) -> Result<(), Contradiction> {
        let guardrail = Guardrail::from_bytes(&e.guardrail).map_err(|_| unexpected(event))?;
        let GuardrailSet { principle_id, version, .. } = *e;
        let principle = self.principle(principle_id, event)?;
        check_number("version of the principle", version, principle.version)?;
        principle.has_guardrail = 1;
        self.ordered(e.mandate, &Action::GuardrailSet { principle_id, version, guardrail })?;
        self.guardrail_changed(e.change, GuardrailChange::Set { principle_id, guardrail }, event)
    }

    pub(super) fn guardrail_cleared(&mut self, e: &GuardrailCleared, event: &Event) -> Result<(), Contradiction> {
        let GuardrailCleared { principle_id, version, .. } = *e;
        let principle = self.principle(principle_id, event)?;
        check_number("version of the principle", version, principle.version)?;
        principle.has_guardrail = 0;
        // A principle that is retired takes its guardrail along: then that was ordered.
        self.ordered(e.mandate, &Action::GuardrailClear { principle_id, version })
            .or_else(|_| self.ordered(e.mandate, &Action::PrincipleRetire { principle_id, version }))?;
        self.guardrail_changed(e.change, GuardrailChange::Cleared { principle_id }, event)
    }

    /// Notes a change, and what the constitution then says about the guardrails.
    fn guardrail_changed(&mut self, number: u64, change: GuardrailChange, event: &Event) -> Result<(), Contradiction> {
        match &change {
            GuardrailChange::Set { principle_id, guardrail } => {
                self.bound.insert(*principle_id, *guardrail);
            }
            GuardrailChange::Cleared { principle_id } => {
                self.bound.remove(principle_id).ok_or_else(|| unexpected(event))?;
            }
            GuardrailChange::Counted(_) => {}
        }
        let Summary { delays, policy_life_seconds, count } =
            self.bound.values().fold(Summary::default(), Summary::with);
        let constitution = &mut self.state.constitution;
        constitution.required_delays = delays;
        (constitution.policy_life_seconds, constitution.guardrails) = (policy_life_seconds, count);
        note(&mut self.state.guardrail_changes, number, change, event)
    }

    pub(super) fn policy_used(&mut self, e: &PolicyUsed, event: &Event) -> Result<(), Contradiction> {
        let constitution = self.state.address;
        check_number("version of the policy", e.version, self.policy(e.policy_id, event)?.account.version)?;
        let policy = pda::policy(&constitution, e.policy_id);
        let account = Authorization {
            constitution,
            policy,
            authority: e.authority,
            payer: e.payer,
            use_key: e.use_key,
            action_hash: e.action_hash,
            used_at: e.at,
            layout_version: LAYOUT_VERSION,
            bump: 0,
            reserved: [0; 6],
        };
        let address = pda::authorization(&policy, &e.authority, &e.use_key);
        match self.state.authorizations.insert(address, Record { account, is_closed: false }) {
            Some(_) => Err(unexpected(event)),
            None => Ok(()),
        }
    }

    pub(super) fn authorization_closed(&mut self, e: &AuthorizationClosed, event: &Event) -> Result<(), Contradiction> {
        let address = pda::authorization(&e.policy, &e.authority, &e.use_key);
        let record = self.state.authorizations.get_mut(&address).filter(|record| !record.is_closed);
        record.ok_or_else(|| unexpected(event))?.is_closed = true;
        Ok(())
    }
}

/// Notes a change under its number.
///
/// # Errors
/// [`Contradiction::Unexpected`] where another change has that number.
fn note(
    changes: &mut BTreeMap<u64, GuardrailChange>,
    number: u64,
    change: GuardrailChange,
    event: &Event,
) -> Result<(), Contradiction> {
    match changes.insert(number, change) {
        Some(_) => Err(unexpected(event)),
        None => Ok(()),
    }
}

/// Notes what an execution spent; other events are nothing to the guardrails.
#[allow(clippy::wildcard_enum_match_arm, reason = "one kind of event is looked for")]
pub(in super::super) fn spent(
    changes: &mut BTreeMap<u64, GuardrailChange>,
    event: &Event,
) -> Result<(), Contradiction> {
    match event {
        Event::SpendingCounted(e) => note(changes, e.change, GuardrailChange::Counted(e.clone()), event),
        _ => Ok(()),
    }
}

impl Replayed {
    /// The guardrails after their first `count` changes; `None` where their account was never opened.
    ///
    /// # Errors
    /// The [`Contradiction`] between a change and those before it.
    pub fn guardrails_after(&self, count: u64) -> Result<Option<Guardrails>, Contradiction> {
        let Some(mut guardrails) = self.guardrails.clone() else { return Ok(None) };
        for (number, change) in self.guardrail_changes.range(..count) {
            check_number("number of the change of the guardrails", *number, guardrails.changes)?;
            change.apply(&mut guardrails)?;
            guardrails.changes += 1;
        }
        Ok(Some(guardrails))
    }

    /// Address and record of every use that was authorized.
    pub fn authorizations(&self) -> impl Iterator<Item = (&Address, &Record<Authorization>)> {
        self.authorizations.iter()
    }
}

impl GuardrailChange {
    fn apply(&self, guardrails: &mut Guardrails) -> Result<(), Contradiction> {
        let impossible = |name| Contradiction::Unexpected { name };
        let owners = guardrails.slots.map(|slot| (slot.guardrail[0] != 0).then_some(slot.principle_id));
        match self {
            Self::Set { principle_id, guardrail } => {
                let place = place_for(owners.into_iter(), *principle_id).ok_or(impossible("GuardrailSet"))?;
                let slot = &mut guardrails.slots[place];
                let old = Guardrail::from_stored(&slot.guardrail).ok();
                let spent = Spending { buckets: slot.buckets, newest: slot.newest };
                let Spending { buckets, newest } = guardrail.inherited(old.as_ref(), spent);
                *slot = GuardrailSlot { guardrail: guardrail.to_bytes(), principle_id: *principle_id, newest, buckets };
            }
            Self::Cleared { principle_id } => {
                let place = place_of(owners.into_iter(), *principle_id).ok_or(impossible("GuardrailCleared"))?;
                guardrails.slots[place] = FREE;
            }
            Self::Counted(e) => {
                for charge in &e.charges {
                    let unexplained = || impossible("SpendingCounted");
                    let place = place_of(owners.into_iter(), charge.principle_id).ok_or_else(unexplained)?;
                    let slot = &mut guardrails.slots[place];
                    let guardrail = Guardrail::from_stored(&slot.guardrail).map_err(|_| unexplained())?;
                    let payment = guardrail.payment(charge.amount).ok_or_else(unexplained)?;
                    let spent = Spending { buckets: slot.buckets, newest: slot.newest };
                    // Over the limit: the program would have refused it.
                    let spent = guardrail.with(payment, spent, UnixSeconds(e.at)).map_err(|_| unexplained())?;
                    (slot.buckets, slot.newest) = (spent.buckets, spent.newest);
                }
            }
        }
        Ok(())
    }
}
