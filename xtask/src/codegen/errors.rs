//! `generated/errors.rs`.

use std::fmt::Write;

use anyhow::{Context, Result};

use super::idl::Program;
use super::rust::HEADER;

/// The program's errors with their numbers and words.
pub(super) fn module(program: &Program) -> Result<String> {
    let errors = &program.idl.errors;
    let mut out = format!("{HEADER}//! Errors of the program.\n\n");
    out += "/// An error of the program. The numbers are final: none is ever used for anything else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u32)]
        pub enum GovError {\n";
    for error in errors {
        let words = error.msg.as_deref().with_context(|| format!("error {} has no words", error.name))?;
        let (first, rest) = words.split_at(words.len().min(1));
        writeln!(out, "/// {}{rest}.\n{} = {},", first.to_uppercase(), error.name, error.code)?;
    }
    out += "}\n\nimpl GovError {\n/// All errors, in the order of their numbers.\n";
    writeln!(out, "pub const ALL: [Self; {}] = [", errors.len())?;
    for error in errors {
        writeln!(out, "Self::{},", error.name)?;
    }
    out += "];

        /// The error with this number, or `None`.
        #[must_use]
        pub fn from_code(code: u32) -> Option<Self> {
            Self::ALL.into_iter().find(|error| error.code() == code)
        }

        /// Its number, as the chain reports it.
        #[must_use]
        pub const fn code(self) -> u32 {
            self as u32
        }

        /// Its name in the program.
        #[must_use]
        pub const fn name(self) -> &'static str {
            match self {\n";
    for error in errors {
        writeln!(out, "Self::{0} => {0:?},", error.name)?;
    }
    out += "} }

        /// The rule that was broken, in words.
        #[must_use]
        pub const fn message(self) -> &'static str {
            match self {\n";
    for error in errors {
        writeln!(out, "Self::{} => {:?},", error.name, error.msg.as_deref().unwrap_or_default())?;
    }
    out += "} } }

        impl core::fmt::Display for GovError {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.message())
            }
        }

        impl core::error::Error for GovError {}\n";
    Ok(out)
}
