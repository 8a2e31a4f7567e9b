//! Refusals in words.

use quantumagi_rules::principle::CitationError;

pub(super) fn in_use_words(version: u32, bound: u32, is_adopted: bool) -> String {
    let bound = match bound {
        0 => String::new(),
        1 => "a proposal that is not closed is bound to it".to_owned(),
        bound => format!("{bound} proposals that are not closed are bound to it"),
    };
    match (is_adopted, bound.is_empty()) {
        (true, true) => format!("roster {version} is the electorate in force"),
        (true, false) => format!("roster {version} is the electorate in force, and {bound}"),
        (false, _) => format!("roster {version} is needed: {bound}"),
    }
}

pub(super) fn citation_words(error: CitationError) -> String {
    match error {
        CitationError::TooMany { count } => format!("{count} principles are cited, at most 8 can be"),
        CitationError::Missing => "a policy or treasury proposal must cite a principle".to_owned(),
        CitationError::NotAscending { previous, id } => {
            format!("principle {id} is cited after {previous}: cite each once, in ascending order")
        }
    }
}
