//! Constitution files from bytes to words, over real texts and made ones.

mod changes;
mod debian;
mod diff;
mod formats;
mod laws;
mod markdown;
mod plain;
mod schema;
mod support;
