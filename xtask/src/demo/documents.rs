//! The constitutions: Debian's own history, or the one file that was asked for.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use quantumagi_document::Document;
use quantumagi_rules::principle::Category;

/// Where Debian's package doc-debian puts the constitution of the Debian Project in all its versions.
const FOLDER: &str = "/usr/share/doc/debian";

/// Former versions, oldest first, then the one in force.
const VERSIONS: [&str; 10] = [
    "constitution.1.0.txt.gz",
    "constitution.1.1.txt.gz",
    "constitution.1.2.txt.gz",
    "constitution.1.3.txt.gz",
    "constitution.1.4.txt.gz",
    "constitution.1.5.txt.gz",
    "constitution.1.6.txt.gz",
    "constitution.1.7.txt.gz",
    "constitution.1.8.txt.gz",
    "constitution.txt.gz",
];

/// The versions to go through, oldest first: all of Debian's, or the one in `file`.
///
/// # Errors
/// When a file cannot be read or is no constitution, with line and column.
pub(super) fn versions(file: Option<&Path>) -> Result<Vec<Document>> {
    let paths: Vec<PathBuf> = match file {
        Some(file) => vec![file.to_owned()],
        None => VERSIONS.iter().map(|name| Path::new(FOLDER).join(name)).collect(),
    };
    paths.iter().map(|path| read(path)).collect()
}

/// The version of a document in a word: its own, or what it is called.
pub(super) fn version_of(document: &Document) -> &str {
    document.version.as_deref().unwrap_or(&document.title)
}

/// Place of the principle that a proposal about `category` rests on: the first about it, else the first of all.
pub(super) fn place_about(document: &Document, category: Category) -> usize {
    document.principles.iter().position(|principle| principle.category == category).unwrap_or(0)
}

fn read(path: &Path) -> Result<Document> {
    let shown = path.display();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if path.starts_with(FOLDER) => {
            bail!("cannot read {shown}: {error}; install Debian's constitutions: apt-get install doc-debian")
        }
        Err(error) => bail!("cannot read {shown}: {error}"),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Document::parse_file(&name, &bytes).with_context(|| format!("{shown} is not a constitution"))
}
