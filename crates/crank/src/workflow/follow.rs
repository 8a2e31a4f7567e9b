//! One look at everything: what it changes in every instance. Pure.

use std::collections::BTreeMap;

use quantumagi_interface::events::Event;
use quantumagi_rpc::ChainClock;

use super::context::Context;
use super::sight::{Patience, sight};
use super::told::{Proposals, gone, told};
use super::{Instance, Key, Sighting, Transition, Workflow, advance};
use crate::survey::Survey;

/// What one look at a constitution shows.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// Its open accounts.
    pub survey: &'a Survey,
    /// What else decides.
    pub context: &'a Context,
    /// The chain's clock.
    pub clock: &'a ChainClock,
    /// Until when steps are on time.
    pub patience: Patience,
    /// Events that were read since the look before.
    pub events: &'a [Event],
    /// How the proof of new events stands, where there are any.
    pub proof: Option<&'a Sighting>,
    /// Whether events were given up, so that what they would have told will never be known.
    pub is_given_up: bool,
}

/// Moves `open`, every instance that is on its way, on to what a look shows. What `was_followed` to its end is not begun
/// again; neither is anything begun that is over when it is first seen.
///
/// # Errors
/// Those of `was_followed`.
pub fn follow<E>(
    open: &mut BTreeMap<Key, Instance>,
    shown: &Shown<'_>,
    was_followed: impl Fn(&Key) -> Result<bool, E>,
) -> Result<Vec<(Instance, Transition)>, E> {
    let Shown { survey, context, clock, patience, events, proof, is_given_up } = *shown;
    let now = clock.unix_timestamp;
    if !events.is_empty() {
        let proposals = Proposals::of(open.values());
        for instance in open.values_mut() {
            let news: Vec<_> = events.iter().filter_map(|event| told(event, instance, &proposals)).collect();
            instance.told.extend(news);
        }
    }
    let mut wanted = Vec::new();
    for sighting in sight(survey, context, clock, patience).into_iter().chain(proof.cloned()) {
        let is_over = sighting.waits.is_none() && sighting.key.workflow != Workflow::AuditTransparency;
        // An endpoint that lags behind shows what is gone.
        if open.contains_key(&sighting.key) || !(is_over || was_followed(&sighting.key)?) {
            wanted.push(sighting);
        }
    }
    wanted.extend(open.values().filter_map(|it| gone(it, survey, context, is_given_up, (now, patience))));
    let mut changes = Vec::new();
    for sighting in wanted {
        let (instance, moved) = advance(open.get(&sighting.key), &sighting, now);
        changes.extend(moved.into_iter().map(|change| (instance.clone(), change)));
        open.insert(sighting.key, instance);
    }
    Ok(changes)
}
