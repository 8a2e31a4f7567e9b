//! Names of classes and categories in files, and the keyword table that suggests a category.

use crate::{Category, Class};

/// Keywords by category. A keyword matches the start of a word, without regard to case: `vot` finds
/// `votes` and `Voting`. Order matters: at equal scores the earlier row wins.
const KEYWORDS: [(Category, &[&str]); 6] = [
    (
        Category::Treasury,
        &["asset", "budget", "donation", "expenditure", "fund", "money", "property", "spend", "treasur"],
    ),
    (Category::Safety, &["emergenc", "guardian", "halt", "incident", "pause", "safety", "secur", "urgent"]),
    (Category::Rights, &["discriminat", "freedom", "licence", "license", "privacy", "redistribut", "right"]),
    (
        Category::Process,
        &["amendment", "ballot", "discussion", "election", "expiry", "procedure", "proposal", "quorum", "vot"],
    ),
    (Category::Technical, &["code", "package", "program", "protocol", "software", "source", "technical", "upgrade"]),
    (
        Category::Governance,
        &[
            "appoint",
            "authority",
            "bodies",
            "body",
            "chair",
            "committee",
            "composition",
            "council",
            "decision",
            "delegate",
            "leader",
            "member",
            "power",
            "secretary",
        ],
    ),
];

/// Weight of a keyword in the principle's own heading; one in the text counts 1.
const OWN_HEADING_WEIGHT: usize = 10;

/// The category whose keywords occur most, [`Category::Other`] when none does.
pub(crate) fn suggest(own_heading: &str, text: &str) -> Category {
    let score = |keywords: &[&str]| {
        OWN_HEADING_WEIGHT.saturating_mul(count(own_heading, keywords)).saturating_add(count(text, keywords))
    };
    let mut best = (0, Category::Other);
    for (category, keywords) in KEYWORDS {
        let score = score(keywords);
        if best.0 < score {
            best = (score, category);
        }
    }
    best.1
}

fn count(text: &str, keywords: &[&str]) -> usize {
    text.split(|character: char| !character.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| keywords.iter().any(|keyword| word.starts_with(keyword)))
        .count()
}

/// The word for a category in files.
pub(crate) fn category_name(category: Category) -> &'static str {
    match category {
        Category::Governance => "governance",
        Category::Rights => "rights",
        Category::Process => "process",
        Category::Treasury => "treasury",
        Category::Safety => "safety",
        Category::Technical => "technical",
        Category::Other => "other",
    }
}

/// The word for a class in files.
pub(crate) fn class_name(class: Class) -> &'static str {
    match class {
        Class::Ordinary => "ordinary",
        Class::Entrenched => "entrenched",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(own_heading: &str, text: &str, category: Category) {
        assert_eq!(suggest(own_heading, text), category);
    }

    #[test]
    fn heading_outweighs_the_text() {
        check("Voting procedure", "Funds and money are property.", Category::Process);
        check("Purpose", "Funds are voted on; money is property.", Category::Treasury);
    }

    #[test]
    fn words_without_keywords_are_other() {
        check("Introduction", "We exist.", Category::Other);
    }

    #[test]
    fn earlier_row_wins_at_equal_scores() {
        check("", "vote money", Category::Treasury);
    }

    #[test]
    fn documented_table_is_the_one_used() {
        let documentation = include_str!("../../../docs/constitution-files.md");
        for (category, keywords) in KEYWORDS {
            let row = format!("| {} | {} |", category_name(category), keywords.join(" "));
            assert!(documentation.contains(&row), "docs/constitution-files.md lacks the row\n{row}");
        }
    }
}
