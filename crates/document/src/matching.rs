//! Which principle of an old document is which of a new one.
//!
//! Matched in three rounds, each over what the round before left: the same number and heading; the same
//! heading, where it is the only one on both sides (a renumbered section); and the best score of the
//! heading's and the text's likeness, with a bonus for the same number, above a threshold. What then
//! remains was retired or added.

use std::collections::BTreeMap;

use crate::PrincipleText;

/// Score of two principles, out of [`FULL_SCORE`], from which they count as one rewritten rather than one
/// retired and one added. Above the weight of the heading alone, because sections of different bodies share
/// headings such as "Powers".
const MIN_SCORE: u64 = 400;
/// Score of two principles that are alike in everything but the number.
const FULL_SCORE: u64 = HEADING_WEIGHT + TEXT_WEIGHT;
const HEADING_WEIGHT: u64 = 300;
const TEXT_WEIGHT: u64 = 700;
const SAME_NUMBER_BONUS: u64 = 150;

const _: () = assert!(HEADING_WEIGHT < MIN_SCORE && MIN_SCORE <= FULL_SCORE);

/// For each new principle the index of the old one that it continues. No old one is named twice.
pub(crate) fn pair(old: &[PrincipleText], new: &[PrincipleText]) -> Vec<Option<usize>> {
    let mut pairing = Pairing { of_new: vec![None; new.len()], is_taken: vec![false; old.len()] };
    for (new_index, principle) in new.iter().enumerate() {
        let same = |other: &PrincipleText| other.number == principle.number && other.heading == principle.heading;
        if let Some(old_index) = old.iter().position(same) {
            pairing.join(old_index, new_index);
        }
    }
    pairing.join_same_headings(old, new);
    pairing.join_alike(old, new);
    pairing.of_new
}

struct Pairing {
    of_new: Vec<Option<usize>>,
    is_taken: Vec<bool>,
}

impl Pairing {
    fn join(&mut self, old_index: usize, new_index: usize) {
        if let (Some(is_taken), Some(of_new)) = (self.is_taken.get_mut(old_index), self.of_new.get_mut(new_index)) {
            *is_taken = true;
            *of_new = Some(old_index);
        }
    }

    fn free_old(&self) -> Vec<usize> {
        (0..self.is_taken.len()).filter(|&index| self.is_taken.get(index) == Some(&false)).collect()
    }

    fn free_new(&self) -> Vec<usize> {
        (0..self.of_new.len()).filter(|&index| self.of_new.get(index) == Some(&None)).collect()
    }

    fn join_same_headings(&mut self, old: &[PrincipleText], new: &[PrincipleText]) {
        let by_heading = |free: Vec<usize>, list: &[PrincipleText]| {
            let mut indices: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for index in free {
                if let Some(principle) = list.get(index) {
                    indices.entry(principle.heading.clone()).or_default().push(index);
                }
            }
            indices
        };
        let old_indices = by_heading(self.free_old(), old);
        for (heading, new_indices) in by_heading(self.free_new(), new) {
            if let ([new_index], Some([old_index])) =
                (new_indices.as_slice(), old_indices.get(&heading).map(Vec::as_slice))
            {
                self.join(*old_index, *new_index);
            }
        }
    }

    /// Best scores first; at equal scores the earlier principles, so that the answer is always the same.
    fn join_alike(&mut self, old: &[PrincipleText], new: &[PrincipleText]) {
        let (free_old, free_new) = (self.free_old(), self.free_new());
        let old: Vec<&PrincipleText> = free_old.iter().filter_map(|&index| old.get(index)).collect();
        let new: Vec<&PrincipleText> = free_new.iter().filter_map(|&index| new.get(index)).collect();
        let own_heading = Shares::of(&old, &new, |principle| words(principle.own_heading()));
        let heading = Shares::of(&old, &new, |principle| words(&principle.heading));
        let text = Shares::of(&old, &new, |principle| word_pairs(&principle.text));
        let mut scores = Vec::new();
        for (row, (old_index, before)) in free_old.iter().zip(&old).enumerate() {
            for (column, (new_index, after)) in free_new.iter().zip(&new).enumerate() {
                let bonus = if before.number == after.number { SAME_NUMBER_BONUS } else { 0 };
                let score = own_heading.scaled(row, column, HEADING_WEIGHT / 2)
                    + heading.scaled(row, column, HEADING_WEIGHT / 2)
                    + text.scaled(row, column, TEXT_WEIGHT)
                    + bonus;
                if MIN_SCORE <= score {
                    scores.push((score, *old_index, *new_index));
                }
            }
        }
        scores.sort_by_key(|&(score, old_index, new_index)| (std::cmp::Reverse(score), old_index, new_index));
        for (_, old_index, new_index) in scores {
            let is_free = self.is_taken.get(old_index) == Some(&false) && self.of_new.get(new_index) == Some(&None);
            if is_free {
                self.join(old_index, new_index);
            }
        }
    }
}

/// How much every old principle has in common with every new one, in one trait such as the heading's words.
struct Shares {
    /// Elements of each old principle, and of each new one.
    n_old: Vec<usize>,
    n_new: Vec<usize>,
    /// Common elements, by place in the old and the new list; absent where there are none. Counted from an
    /// index of the elements: comparing each with each would take minutes for two long documents.
    n_common: BTreeMap<(usize, usize), usize>,
}

impl Shares {
    fn of<T: Ord>(old: &[&PrincipleText], new: &[&PrincipleText], elements: impl Fn(&PrincipleText) -> Vec<T>) -> Self {
        let tallies = |principles: &[&PrincipleText]| -> Vec<(usize, BTreeMap<T, usize>)> {
            principles.iter().map(|principle| tally(elements(principle))).collect()
        };
        let (old, new) = (tallies(old), tallies(new));
        let mut holders: BTreeMap<&T, Vec<(usize, usize)>> = BTreeMap::new();
        for (column, (_, tally)) in new.iter().enumerate() {
            for (element, &count) in tally {
                holders.entry(element).or_default().push((column, count));
            }
        }
        let mut n_common = BTreeMap::new();
        for (row, (_, tally)) in old.iter().enumerate() {
            for (element, &count) in tally {
                for &(column, other_count) in holders.get(element).into_iter().flatten() {
                    *n_common.entry((row, column)).or_insert(0) += count.min(other_count);
                }
            }
        }
        let lengths = |tallies: &[(usize, BTreeMap<T, usize>)]| tallies.iter().map(|(len, _)| *len).collect();
        Self { n_old: lengths(&old), n_new: lengths(&new), n_common }
    }

    /// `weight` times twice the common elements over all elements (Dice), rounded down.
    fn scaled(&self, row: usize, column: usize, weight: u64) -> u64 {
        let Some(&n_common) = self.n_common.get(&(row, column)) else { return 0 };
        let n_all = self.n_old.get(row).zip(self.n_new.get(column)).map_or(0, |(old, new)| old + new);
        // Bound: a text has at most 2^20 elements, so the product stays below 2^31.
        let twice = u64::try_from(2 * n_common).unwrap_or(u64::MAX);
        twice.saturating_mul(weight).checked_div(u64::try_from(n_all).unwrap_or(u64::MAX)).unwrap_or(0)
    }
}

/// How many elements there are, and how many of each.
fn tally<T: Ord>(elements: Vec<T>) -> (usize, BTreeMap<T, usize>) {
    let mut tally = BTreeMap::new();
    let len = elements.len();
    for element in elements {
        *tally.entry(element).or_insert(0) += 1;
    }
    (len, tally)
}

fn words(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Neighbouring words: single words such as "the" make all texts alike.
fn word_pairs(text: &str) -> Vec<(String, String)> {
    let words = words(text);
    let after = words.iter().skip(1).cloned().chain([String::new()]);
    words.iter().cloned().zip(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Category, Class};

    fn principle(number: &str, heading: &str, text: &str) -> PrincipleText {
        PrincipleText {
            number: number.parse().expect("the test writes valid numbers"),
            heading: heading.to_owned(),
            text: format!("{text}\n"),
            class: Class::Ordinary,
            category: Category::Other,
            priority: 50,
        }
    }

    #[track_caller]
    fn check(old: &[PrincipleText], new: &[PrincipleText], pairs: &[Option<usize>]) {
        assert_eq!(pair(old, new), pairs);
    }

    #[test]
    fn inserted_section_does_not_shift_the_others() {
        let old = [principle("1", "Aim", "We build."), principle("2", "Money", "Two sign.")];
        let new = [
            principle("1", "Aim", "We build."),
            principle("2", "Members", "All may join."),
            principle("3", "Money", "Two sign."),
        ];
        check(&old, &new, &[Some(0), None, Some(1)]);
    }

    #[test]
    fn reworded_heading_is_found_by_its_text() {
        let old = [principle("1", "Aim", "We build tools that anybody may use without asking.")];
        let new = [principle("7", "Purpose", "We build tools that everybody may use without asking.")];
        check(&old, &new, &[Some(0)]);
    }

    #[test]
    fn shared_heading_alone_does_not_make_two_principles_one() {
        let old = [principle("3.1", "Council: Powers", "It may set the fee.")];
        let new = [principle("9.1", "Auditors: Powers", "Every ledger lies open to them.")];
        check(&old, &new, &[None]);
    }

    #[test]
    fn same_number_with_other_words_is_another_principle() {
        let old = [principle("2", "Money", "Two sign every payment.")];
        let new = [principle("2", "Members", "Anybody joins by asking the secretary.")];
        check(&old, &new, &[None]);
    }

    #[test]
    fn swapped_sections_keep_their_identity() {
        let old = [principle("1", "Aim", "We build."), principle("2", "Money", "Two sign.")];
        let new = [principle("1", "Money", "Two sign."), principle("2", "Aim", "We build.")];
        check(&old, &new, &[Some(1), Some(0)]);
    }
}
