//! Title and version, as plain text and Markdown write them.

use crate::lines::Line;

/// What Debian prints before the title of a superseded version. Dropped, so that all versions of a
/// constitution have one title.
const SUPERSEDED_MARK: &str = "Historical version of the ";

/// Title and version of a line such as `Constitution for the Debian Project (v1.9)`.
pub(crate) fn split_title(line: &str) -> (&str, Option<&str>) {
    let line = line.strip_prefix(SUPERSEDED_MARK).unwrap_or(line);
    let Some((title, version)) = line.strip_suffix(')').and_then(|line| line.rsplit_once(" (v")) else {
        return (line, None);
    };
    let version = version.strip_prefix("ersion ").unwrap_or(version);
    if title.trim().is_empty() || !is_version(version) {
        return (line, None);
    }
    (title.trim(), Some(version))
}

/// The version named by the first line that starts with `Version 1.9`.
pub(crate) fn find_version<'a>(lines: &[Line<'a>]) -> Option<&'a str> {
    lines.iter().find_map(|line| {
        let rest = line.words.strip_prefix("Version ")?;
        let version = rest.split_whitespace().next()?.trim_end_matches(['.', ',', ':']);
        is_version(version).then_some(version)
    })
}

/// Index of the line that is the title: the first paragraph, when it is one line and no sentence.
pub(crate) fn find_title(lines: &[Line<'_>]) -> Option<usize> {
    let index = lines.iter().position(|line| !line.is_blank())?;
    let is_alone = lines.get(index + 1).is_none_or(|next| next.is_blank() || next.is_rule());
    let title = lines.get(index)?;
    (is_alone && !title.words.ends_with(['.', ':', ';', ',']) && !title.is_rule()).then_some(index)
}

fn is_version(text: &str) -> bool {
    text.starts_with(|character: char| character.is_ascii_digit())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || ".-+".contains(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_split_from_the_title() {
        let title = "Constitution for the Debian Project";
        assert_eq!(
            split_title("Historical version of the Constitution for the Debian Project (v1.0)"),
            (title, Some("1.0"))
        );
        assert_eq!(split_title("Rules (version 2)"), ("Rules", Some("2")));
        for other in ["Rules", "Rules (draft)", "Rules (v)", "Rules (victory)", "(v1.0)"] {
            assert_eq!(split_title(other), (other, None));
        }
    }
}
