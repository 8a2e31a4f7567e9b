//! Lines of a canonical text with their place and indentation.

/// One line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// Line number in the file, from 1.
    pub(crate) number: usize,
    /// Columns of white space in front; a tab reaches to the next multiple of 8.
    pub(crate) indent: usize,
    /// What follows the indentation, without white space at the end.
    pub(crate) words: &'a str,
}

const TAB_WIDTH: usize = 8;

/// Fewest characters of a line drawn across the page.
const MIN_RULE_LEN: usize = 4;

impl Line<'_> {
    pub(crate) fn is_blank(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether the line is drawn, not written.
    pub(crate) fn is_rule(&self) -> bool {
        MIN_RULE_LEN <= self.words.len()
            && ['_', '-', '=', '*'].iter().any(|&mark| self.words.chars().all(|character| character == mark))
    }

    /// Column of the first word, from 1, for error messages.
    pub(crate) fn column(&self) -> usize {
        self.indent.saturating_add(1)
    }

    /// Columns the line takes.
    pub(crate) fn width(&self) -> usize {
        self.indent.saturating_add(self.words.chars().count())
    }
}

pub(crate) fn split(text: &str) -> Vec<Line<'_>> {
    text.lines()
        .enumerate()
        .map(|(index, line)| {
            let words = line.trim_start_matches([' ', '\t']);
            let (margin, _) = line.split_at(line.len() - words.len());
            let indent = margin.chars().fold(0_usize, |column, character| match character {
                '\t' => (column / TAB_WIDTH + 1) * TAB_WIDTH,
                _ => column + 1,
            });
            Line { number: index + 1, indent, words: words.trim_end() }
        })
        .collect()
}

/// The lines without their common margin and without empty lines around them. Canonical, or empty.
pub(crate) fn dedent(lines: &[Line<'_>]) -> String {
    let first = lines.iter().position(|line| !line.is_blank()).unwrap_or(lines.len());
    let end = lines.iter().rposition(|line| !line.is_blank()).map_or(first, |last| last + 1);
    let lines = lines.get(first..end).unwrap_or_default();
    let margin = lines.iter().filter(|line| !line.is_blank()).map(|line| line.indent).min().unwrap_or(0);
    let mut text = String::new();
    for line in lines {
        if !line.is_blank() {
            text.extend(std::iter::repeat_n(' ', line.indent - margin));
            text.push_str(line.words);
        }
        text.push('\n');
    }
    text
}
