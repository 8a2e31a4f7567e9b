//! Which endpoint is asked: the first group with one that may be, and in it the better of two taken by chance.
//!
//! Two by chance are nearly as good as the best of all, and keep callers from all running to the same endpoint
//! at once (Mitzenmacher 2001).

use tokio::time::Instant;

use super::breaker::Permit;
use super::dice::Dice;
use super::member::{Member, Members, Table};
use super::method::MethodClass;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) class: MethodClass,
    /// Endpoints that may be used at all.
    pub(super) allowed: Members,
    /// Endpoints that are asked only where nobody else can be: those that failed this call already.
    pub(super) tried: Members,
}

/// An endpoint with leave to ask it.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) index: usize,
    pub(super) permit: Permit,
}

/// The endpoint to ask, or `None` where no breaker of an allowed one lets a call through.
///
/// Order of preference: endpoints not yet tried over tried ones, then those that do not rest over those that do,
/// then earlier groups over later ones.
pub(super) fn choose(table: &Table, wanted: Wanted, dice: &Dice, now: Instant) -> Option<Chosen> {
    let untried = wanted.allowed.minus(wanted.tried);
    let again = wanted.allowed.and(wanted.tried);
    let round = |allowed, is_resting_allowed| {
        let draw = Draw { table, class: wanted.class, is_resting_allowed, dice, now };
        table.chain(wanted.class).iter().find_map(|group| draw.better_of_two(group.and(allowed)))
    };
    [untried, again].into_iter().find_map(|allowed| round(allowed, false).or_else(|| round(allowed, true)))
}

/// Drawing from one group.
struct Draw<'a> {
    table: &'a Table,
    class: MethodClass,
    is_resting_allowed: bool,
    dice: &'a Dice,
    now: Instant,
}

impl<'a> Draw<'a> {
    fn better_of_two(&self, mut group: Members) -> Option<Chosen> {
        // Who comes back gets a share of the chances; who got none this time is asked only where nobody else is left.
        let mut passed_over = Members::NONE;
        let mut is_share_respected = true;
        loop {
            let mut draw = || self.one(&mut group, is_share_respected, &mut passed_over);
            let (first, second) = (draw(), draw());
            let (chosen, other) = match (first, second) {
                (Some(one), Some(other)) if self.cost(one.1) <= self.cost(other.1) => (one, Some(other)),
                (Some(one), Some(other)) => (other, Some(one)),
                (Some(one), None) | (None, Some(one)) => (one, None),
                (None, None) if passed_over.is_empty() => return None,
                (None, None) => {
                    (group, passed_over, is_share_respected) = (passed_over, Members::NONE, false);
                    continue;
                }
            };
            if let Some(permit) = chosen.1.breakers[self.class].admit(self.now) {
                return Some(Chosen { index: chosen.0, permit });
            }
            // Another caller took the last place in between.
            group = other.map_or(group, |(index, _)| group.with(index));
        }
    }

    fn cost(&self, member: &Member) -> f32 {
        member.load.cost(self.class, self.now)
    }

    /// Takes a usable endpoint out of the group by chance.
    fn one(
        &self,
        group: &mut Members,
        is_share_respected: bool,
        passed_over: &mut Members,
    ) -> Option<(usize, &'a Member)> {
        while let Some(index) = group.nth(self.dice.below(group.len())) {
            *group = group.without(index);
            let Some(member) = self.table.members.get(index) else { continue };
            if !self.is_resting_allowed && member.load.is_resting(self.now)
                || !member.breakers[self.class].would_admit(self.now)
            {
                continue;
            }
            if is_share_respected && !member.takes_part(self.dice) {
                *passed_over = passed_over.with(index);
                continue;
            }
            return Some((index, member));
        }
        None
    }
}

#[cfg(test)]
mod tests;
