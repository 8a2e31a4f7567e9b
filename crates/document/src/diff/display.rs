//! The words for a difference.

use std::fmt;

use super::{Diff, Edit, PrincipleChange, Wording, wording};
use crate::{PrincipleText, category};

/// Longest passage shown in full, in words; of a longer one the beginning and the end.
const MAX_WORDS_SHOWN: usize = 16;
const WORDS_SHOWN_BEFORE: usize = 9;
const WORDS_SHOWN_AFTER: usize = 4;

/// Most edits of one principle shown.
const MAX_EDITS_SHOWN: usize = 8;

impl Diff {
    /// The whole in one line, such as `3 principles amended, 1 added; 214 words added, 96 removed`.
    pub fn summary(&self) -> String {
        let count = |kind: fn(&PrincipleChange) -> bool| self.principles.iter().filter(|change| kind(change)).count();
        let counts = [
            (count(|change| matches!(change, PrincipleChange::Amended { .. })), "amended"),
            (count(|change| matches!(change, PrincipleChange::Added(_))), "added"),
            (count(|change| matches!(change, PrincipleChange::Removed(_))), "removed"),
            (count(|change| matches!(change, PrincipleChange::Renumbered { .. })), "renumbered"),
        ];
        let mut kinds = Vec::new();
        for (n_principles, kind) in counts {
            match (n_principles, kinds.is_empty()) {
                (0, _) => {}
                (1, true) => kinds.push(format!("1 principle {kind}")),
                (_, true) => kinds.push(format!("{n_principles} principles {kind}")),
                (_, false) => kinds.push(format!("{n_principles} {kind}")),
            }
        }
        if kinds.is_empty() {
            return "no principle changed".to_owned();
        }
        let (added, removed) = (self.words_added(), self.words_removed());
        format!("{}; {} added, {removed} removed", kinds.join(", "), words(added))
    }
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { title, version, preamble, principles } = self;
        if self.is_empty() {
            return writeln!(f, "no difference");
        }
        if let Some((old, new)) = title {
            writeln!(f, "title {} → {}", quoted(old), quoted(new))?;
        }
        if let Some((old, new)) = version {
            let [old, new] = [old, new].map(|version| version.as_deref().unwrap_or("none"));
            writeln!(f, "version {old} → {new}")?;
        }
        if let Some(Wording { words_added, words_removed, edits }) = preamble {
            writeln!(f, "preamble amended ({} added, {words_removed} removed)", words(*words_added))?;
            if f.alternate() {
                edits.iter().try_for_each(|edit| write_edit_line(f, edit))?;
            }
        }
        for change in principles {
            if f.alternate() {
                writeln!(f, "{change:#}")?;
            } else {
                writeln!(f, "{change}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for PrincipleChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added(PrincipleText { number, heading, text, .. }) => {
                write!(f, "added {number} {} ({})", quoted(heading), words(wording::count(text)))
            }
            Self::Removed(PrincipleText { number, heading, text, .. }) => {
                write!(f, "removed {number} {} ({})", quoted(heading), words(wording::count(text)))
            }
            Self::Renumbered { from, to } => {
                write!(f, "renumbered {} → {} {}", from.number, to.number, quoted(&to.heading))
            }
            Self::Amended { from, to, wording } => write_amended(f, from, to, wording),
        }
    }
}

fn write_amended(
    f: &mut fmt::Formatter<'_>,
    from: &PrincipleText,
    to: &PrincipleText,
    wording: &Wording,
) -> fmt::Result {
    let (attributes, heading) = (attributes(from, to), quoted(&to.heading));
    write!(f, "amended {}", from.number)?;
    if from.number != to.number {
        write!(f, " → {}", to.number)?;
    }
    match (wording.edits.as_slice(), attributes.as_slice()) {
        // One edit and nothing else fits the line.
        ([edit], []) => {
            write!(f, "{} {heading}: ", edit.place)?;
            return write_edit(f, edit);
        }
        ([], []) => return write!(f, " {heading}: only line breaks or list numbers"),
        (_, _) => write!(f, " {heading}:")?,
    }
    for attribute in attributes {
        write!(f, "\n  {attribute}")?;
    }
    let n_shown = if f.alternate() { wording.edits.len() } else { MAX_EDITS_SHOWN };
    for edit in wording.edits.iter().take(n_shown) {
        f.write_str("\n")?;
        write_placed(f, edit)?;
    }
    match wording.edits.len().saturating_sub(n_shown) {
        0 => Ok(()),
        1 => write!(f, "\n  and 1 more edit"),
        n_more => write!(f, "\n  and {n_more} more edits"),
    }
}

/// What changed beside number and text.
fn attributes(from: &PrincipleText, to: &PrincipleText) -> Vec<String> {
    let mut attributes = Vec::new();
    let mut note = |name: &str, old: &str, new: &str| {
        if old != new {
            attributes.push(format!("{name} {old} → {new}"));
        }
    };
    note("heading", &quoted(&from.heading), &quoted(&to.heading));
    note("class", category::class_name(from.class), category::class_name(to.class));
    note("category", category::category_name(from.category), category::category_name(to.category));
    note("priority", &from.priority.to_string(), &to.priority.to_string());
    attributes
}

fn write_edit_line(f: &mut fmt::Formatter<'_>, edit: &Edit) -> fmt::Result {
    write_placed(f, edit)?;
    f.write_str("\n")
}

fn write_placed(f: &mut fmt::Formatter<'_>, edit: &Edit) -> fmt::Result {
    f.write_str("  ")?;
    if !edit.place.is_empty() {
        write!(f, "{} ", edit.place)?;
    }
    write_edit(f, edit)
}

fn write_edit(f: &mut fmt::Formatter<'_>, edit: &Edit) -> fmt::Result {
    let shown = |passage: &str| if f.alternate() { quoted(passage) } else { shortened(passage) };
    match (edit.old.as_str(), edit.new.as_str()) {
        ("", new) => write!(f, "added {}", shown(new)),
        (old, "") => write!(f, "removed {}", shown(old)),
        (old, new) => write!(f, "{} → {}", shown(old), shown(new)),
    }
}

/// The passage in quotes; a long one without its middle, and with its length.
fn shortened(passage: &str) -> String {
    let passage_words: Vec<&str> = passage.split(' ').collect();
    let n_words = passage_words.len();
    if n_words <= MAX_WORDS_SHOWN {
        return quoted(passage);
    }
    let (head, tail) = passage_words.split_at(WORDS_SHOWN_BEFORE);
    let tail = tail.get(tail.len().saturating_sub(WORDS_SHOWN_AFTER)..).unwrap_or_default();
    let passage = quoted(&format!("{} … {}", head.join(" "), tail.join(" ")));
    format!("{passage} ({n_words} words)")
}

/// The text in quotes that it does not hold itself.
fn quoted(text: &str) -> String {
    if text.contains('"') { format!("“{text}”") } else { format!("\"{text}\"") }
}

fn words(n_words: usize) -> String {
    if n_words == 1 { "1 word".to_owned() } else { format!("{n_words} words") }
}
