//! The TOML schema: the one format that says everything itself.

use quantumagi_rules::{principle::MAX_PRIORITY, text::canonicalize};
use serde::Deserialize;
use toml::Spanned;

use crate::{
    Category, Class, Document, Number, ParseError, PrincipleText, Problem, category, document::DEFAULT_PRIORITY,
    outline,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    constitution: Head,
    #[serde(default)]
    principle: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    title: Spanned<String>,
    version: Option<Spanned<String>>,
    preamble: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    number: Spanned<String>,
    heading: Spanned<String>,
    text: Spanned<String>,
    class: Option<ClassWord>,
    category: Option<CategoryWord>,
    priority: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ClassWord {
    Ordinary,
    Entrenched,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum CategoryWord {
    Governance,
    Rights,
    Process,
    Treasury,
    Safety,
    Technical,
    Other,
}

pub(crate) fn parse(text: String) -> Result<Document, ParseError> {
    let file: File = toml::from_str(&text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        Problem::Toml(error.message().trim_end().to_owned()).at_offset(text.as_bytes(), offset)
    })?;
    let document = read(file).map_err(|(problem, offset)| problem.at_offset(text.as_bytes(), offset))?;
    outline::check_count(&document.principles)?;
    Ok(Document { text, ..document })
}

/// A problem and the byte offset of the value that has it.
type Misplaced = (Problem, usize);

fn read(file: File) -> Result<Document, Misplaced> {
    let File { constitution: Head { title, version, preamble }, principle: entries } = file;
    let mut principles: Vec<PrincipleText> = Vec::with_capacity(entries.len());
    for entry in entries {
        let (number_start, text_start) = (entry.number.span().start, entry.text.span().start);
        let principle = read_entry(entry)?;
        if let Some(last) = principles.last().filter(|last| principle.number <= last.number) {
            let (found, after) = (principle.number, last.number.clone());
            return Err((Problem::NotAscending { found, after }, number_start));
        }
        outline::check_principle(&principle).map_err(|problem| (problem, text_start))?;
        principles.push(principle);
    }
    Ok(Document {
        title: one_line(&title)?,
        version: version.as_ref().map(one_line).transpose()?,
        preamble: match preamble {
            Some(preamble) if !preamble.get_ref().trim().is_empty() => canonical(&preamble)?,
            Some(_) | None => String::new(),
        },
        principles,
        text: String::new(),
    })
}

fn read_entry(entry: Entry) -> Result<PrincipleText, Misplaced> {
    let Entry { number, heading, text, class, category, priority } = entry;
    let number_start = number.span().start;
    let number: Number = number.get_ref().parse().map_err(|error| (Problem::Number(error), number_start))?;
    let heading = one_line(&heading)?;
    if text.get_ref().trim().is_empty() {
        return Err((Problem::NoText { number }, text.span().start));
    }
    let text = canonical(&text)?;
    let category = category.map_or_else(|| category::suggest(&heading, &text), Category::from);
    let class = class.map_or(Class::Ordinary, Class::from);
    let priority = match priority {
        None => DEFAULT_PRIORITY,
        Some(priority) => read_priority(&priority)?,
    };
    Ok(PrincipleText { number, heading, text, class, category, priority })
}

fn read_priority(priority: &Spanned<i64>) -> Result<u8, Misplaced> {
    let found = *priority.get_ref();
    u8::try_from(found)
        .ok()
        .filter(|&priority| priority <= MAX_PRIORITY)
        .ok_or((Problem::PriorityOutOfRange { found, max: MAX_PRIORITY }, priority.span().start))
}

/// The canonical form of a value. The file is canonical, but escapes inside it may still spell a
/// character that no text may hold.
fn canonical(value: &Spanned<String>) -> Result<String, Misplaced> {
    canonicalize(value.get_ref().as_bytes()).map_err(|error| (Problem::Text(error), value.span().start))
}

fn one_line(value: &Spanned<String>) -> Result<String, Misplaced> {
    let text = value.get_ref().trim();
    if text.is_empty() || text.contains(['\n', '\r']) {
        return Err((Problem::NotOneLine, value.span().start));
    }
    Ok(canonical(value)?.trim().to_owned())
}

impl From<ClassWord> for Class {
    fn from(word: ClassWord) -> Self {
        match word {
            ClassWord::Ordinary => Self::Ordinary,
            ClassWord::Entrenched => Self::Entrenched,
        }
    }
}

impl From<CategoryWord> for Category {
    fn from(word: CategoryWord) -> Self {
        match word {
            CategoryWord::Governance => Self::Governance,
            CategoryWord::Rights => Self::Rights,
            CategoryWord::Process => Self::Process,
            CategoryWord::Treasury => Self::Treasury,
            CategoryWord::Safety => Self::Safety,
            CategoryWord::Technical => Self::Technical,
            CategoryWord::Other => Self::Other,
        }
    }
}
