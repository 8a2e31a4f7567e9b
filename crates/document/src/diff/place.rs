//! Words of a text with the list item each stands in.

use std::rc::Rc;

/// One word.
#[derive(Clone, Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    /// The item, written as the constitution itself cites it: `(7)`, `(2)(1)`, empty outside lists.
    pub(super) place: Rc<str>,
}

/// An item that encloses the current line.
struct Open {
    indent: usize,
    value: u16,
}

/// The words of a text in order. Item numbers are places and not words: renumbering a list changes none.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut place: Rc<str> = Rc::from("");
    // The number last used at each depth, to tell an item from a line that happens to begin with a number.
    let mut last_values: Vec<u16> = Vec::new();
    for line in text.lines() {
        let content = line.trim_start();
        if content.is_empty() {
            continue;
        }
        let indent = line.len() - content.len();
        let marker = marker(content);
        let content_indent = marker.map_or(indent, |(_, rest)| line.len() - rest.len());
        while open
            .last()
            .is_some_and(|item| content_indent < item.indent || (marker.is_some() && content_indent == item.indent))
        {
            open.pop();
        }
        let depth = open.len();
        last_values.truncate(depth + 1);
        let expected = last_values.get(depth).map_or(1, |last| last.saturating_add(1));
        let mut rest = content;
        if let Some((value, after)) = marker.filter(|(value, _)| *value == expected || *value == 1) {
            last_values.truncate(depth);
            last_values.push(value);
            open.push(Open { indent: content_indent, value });
            rest = after;
        }
        let now: String = open.iter().map(|item| format!("({})", item.value)).collect();
        if *now != *place {
            place = Rc::from(now);
        }
        words.extend(rest.split_whitespace().map(|text| Word { text, place: Rc::clone(&place) }));
    }
    words
}

/// Number and rest of a line such as `3. We will` or `3) We will`.
fn marker(content: &str) -> Option<(u16, &str)> {
    let (marker, rest) = content.split_once(' ')?;
    let value = marker.strip_suffix(['.', ')'])?.parse().ok()?;
    Some((value, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_their_item() {
        let text = "It may:\n 9. nothing\n 1. decide\n    on\n      1. law\n      2. tax\n    and\n 2. rest\nas well\n";
        let placed: Vec<String> = words(text).iter().map(|word| format!("{}{}", word.place, word.text)).collect();
        let expected = [
            "It",
            "may:",
            "9.",
            "nothing",
            "(1)decide",
            "(1)on",
            "(1)(1)law",
            "(1)(2)tax",
            "(1)and",
            "(2)rest",
            "as",
            "well",
        ];
        assert_eq!(placed, expected);
    }

    #[test]
    fn right_aligned_numbers_are_one_list() {
        let mut text: String = (1..10).map(|value| format!(" {value}. item\n")).collect();
        text.push_str("10. item\n");
        let last = words(&text).pop().expect("the text has ten items");
        assert_eq!(&*last.place, "(10)");
    }
}
