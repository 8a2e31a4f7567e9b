//! What a version of the constitution changes, as the actions that have to be voted on.

use quantumagi_document::{Changes, Document, Operation, PrincipleText};
use quantumagi_interface::digest::sha256;
use quantumagi_rules::Hash;
use quantumagi_rules::action::Action;

use super::community::{Held, on_chain};

/// What becomes of the text or a principle.
pub(super) enum Change {
    /// The constitution's text is replaced.
    Text,
    /// The principle at this place of the list before gets other words.
    Amend { place: usize, to: PrincipleText },
    /// The principle at this place of the list before holds no longer.
    Retire { place: usize },
    /// A principle is new.
    Add(PrincipleText),
}

/// A change and the action that makes it.
pub(super) struct Motion {
    /// What becomes of it.
    pub(super) change: Change,
    /// The action that makes it so.
    pub(super) action: Action<'static>,
}

/// The text first, then the principles, those to add last.
pub(super) fn motions(held: &[Held], parent_hash: Hash, next: &Document) -> Vec<Motion> {
    let text = Action::ConstitutionAmend { text_hash: sha256(next.text.as_bytes()), parent_hash };
    let old: Vec<PrincipleText> = held.iter().map(|held| held.text.clone()).collect();
    let changes = Changes::between(&old, &next.principles).operations;
    let of_principles = changes.into_iter().filter_map(|operation| motion(held, operation));
    std::iter::once(Motion { change: Change::Text, action: text }).chain(of_principles).collect()
}

/// `None` where only what the document says about a principle changes, and not its words: class, category and priority
/// of a principle on chain never do.
fn motion(held: &[Held], operation: Operation) -> Option<Motion> {
    match operation {
        Operation::Add(text) => {
            let new = on_chain(&text);
            let (text_hash, class, category, priority) = (new.text_hash, new.class, new.category, new.priority);
            let action = Action::PrincipleAdd { text_hash, class, category, priority };
            Some(Motion { change: Change::Add(text), action })
        }
        Operation::Amend { index: place, to } => {
            let Held { id: principle_id, version, text } = held.get(place)?;
            let text_hash = on_chain(&to).text_hash;
            let action = Action::PrincipleAmend { principle_id: *principle_id, version: *version, text_hash };
            let is_other = text.canonical_text() != to.canonical_text();
            is_other.then_some(Motion { change: Change::Amend { place, to }, action })
        }
        Operation::Retire { index: place } => {
            let Held { id: principle_id, version, .. } = held.get(place)?;
            let action = Action::PrincipleRetire { principle_id: *principle_id, version: *version };
            Some(Motion { change: Change::Retire { place }, action })
        }
    }
}

/// The principles after all motions, in the order of their numbers.
pub(super) fn carried_out(held: &[Held], motions: Vec<Motion>, mut next_id: u32) -> Vec<Held> {
    let mut kept: Vec<Option<Held>> = held.iter().cloned().map(Some).collect();
    for Motion { change, .. } in motions {
        match change {
            Change::Text => {}
            Change::Add(text) => {
                kept.push(Some(Held { id: next_id, version: 1, text }));
                next_id += 1;
            }
            Change::Amend { place, to } => {
                if let Some(Some(held)) = kept.get_mut(place) {
                    held.version += 1;
                    held.text = to;
                }
            }
            Change::Retire { place } => {
                if let Some(fate) = kept.get_mut(place) {
                    *fate = None;
                }
            }
        }
    }
    let mut after: Vec<Held> = kept.into_iter().flatten().collect();
    after.sort_by(|left, right| left.text.number.cmp(&right.text.number));
    after
}

#[cfg(test)]
mod tests {
    use quantumagi_document::Format;

    use super::*;

    const BEFORE: &str = "# Charter\n\n## 1. Water\n\nWhoever comes last waters the beds.\n\n## 2. Tools\n\nTools are \
                          hung up.\n\n## 3. Keys\n\nThe gate is locked at night.\n";
    const AFTER: &str = "# Charter\n\n## 1. Water\n\nWhoever comes last waters the beds.\n\n## 2. Tools\n\nTools are \
                         cleaned and hung up.\n\n## 4. Harvest\n\nEverybody takes a basket home.\n";

    fn document(text: &str) -> Document {
        Document::parse(text.as_bytes(), Format::Markdown).expect("the charter is well formed")
    }

    #[test]
    fn each_change_is_one_motion_and_together_they_lead_to_the_new_document() {
        let (before, after) = (document(BEFORE), document(AFTER));
        let held: Vec<Held> =
            (0..).zip(&before.principles).map(|(id, text)| Held { id, version: 1, text: text.clone() }).collect();
        let motions = motions(&held, [7; 32], &after);
        let text_hash = |place: usize| on_chain(&after.principles[place]).text_hash;
        let harvest = on_chain(&after.principles[2]);
        let actions: Vec<Action<'_>> = motions.iter().map(|motion| motion.action).collect();
        let expected = [
            Action::ConstitutionAmend { text_hash: sha256(after.text.as_bytes()), parent_hash: [7; 32] },
            Action::PrincipleAmend { principle_id: 1, version: 1, text_hash: text_hash(1) },
            Action::PrincipleRetire { principle_id: 2, version: 1 },
            Action::PrincipleAdd {
                text_hash: harvest.text_hash,
                class: harvest.class,
                category: harvest.category,
                priority: harvest.priority,
            },
        ];
        assert_eq!(actions, expected);

        let held = carried_out(&held, motions, 3);
        let identities: Vec<(u32, u32)> = held.iter().map(|held| (held.id, held.version)).collect();
        assert_eq!(identities, [(0, 1), (1, 2), (3, 1)]);
        let texts: Vec<PrincipleText> = held.into_iter().map(|held| held.text).collect();
        assert_eq!(texts, after.principles);
    }
}
