//! Constitution files.
//!
//! Reads a constitution written as plain numbered text (the Debian constitution is the model), Markdown
//! or TOML into a [`Document`]: title, preamble and numbered principles. Tells in words what changed
//! between two documents ([`Diff`]), and which principle operations lead from one to the other
//! ([`Changes`]). The formats are described in docs/constitution-files.md.
//!
//! Never reads files, hashes or talks to a network: bytes come in, values go out. What the canonical form
//! of a text is, is decided in [`quantumagi_rules::text`].

mod category;
mod changes;
mod diff;
mod document;
mod error;
mod format;
mod front;
mod items;
mod lines;
mod markdown;
mod matching;
mod number;
mod outline;
mod plain;
mod schema;

pub use changes::{ApplyError, Changes, Operation};
pub use diff::{Diff, Edit, PrincipleChange, Wording};
pub use document::{Document, PrincipleText};
pub use error::{ParseError, Problem};
pub use format::Format;
pub use number::{Number, NumberError};
pub use quantumagi_rules::principle::{Category, Class};
