//! `generated/events.rs`.

use std::fmt::Write;

use anchor_lang_idl::types::IdlType;
use anyhow::Result;

use super::accounts::definition;
use super::idl::{Kind, Program};
use super::rust::HEADER;

/// Fields that many events have, and what the answer for any event is called.
const COMMON: [(&str, &str, &str); 4] = [
    ("sequence", "u64", "Its number in its chain, from 0; `None` for an event outside of every chain."),
    ("at", "i64", "When it happened by the chain's clock, Unix seconds, where it says."),
    ("constitution", "Address", "The constitution it names, if it names one."),
    ("proposal", "Address", "The proposal it names, if it names one."),
];

/// Events, and the one type that holds any of them.
pub(super) fn module(program: &Program) -> Result<String> {
    let mut out = format!("{HEADER}//! Events of the program, as its logs carry them.\n\n");
    out += "use borsh::{BorshDeserialize, BorshSerialize};\nuse solana_address::Address;\n\n";
    let fields = program.types(Kind::Event).flat_map(|def| program.fields(&def.name).into_iter().flatten());
    let imports: Vec<_> = program.plain_types_of(fields.map(|field| &field.ty)).into_iter().collect();
    writeln!(out, "use super::types::{{{}}};\nuse crate::decode::{{self, DecodeError}};\n", imports.join(", "))?;
    out += &any_event(program)?;
    for def in program.types(Kind::Event) {
        out += &definition(program, def, "Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize")?;
        write!(
            out,
            "impl {} {{
                /// First eight bytes of the event.
                pub const DISCRIMINATOR: [u8; 8] = {:?};
            }}\n\n",
            def.name,
            program.discriminator(&def.name)?
        )?;
    }
    Ok(out)
}

fn any_event(program: &Program) -> Result<String> {
    let names: Vec<&str> = program.types(Kind::Event).map(|def| def.name.as_str()).collect();
    let mut out = String::from(
        "/// Any event.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        #[allow(clippy::large_enum_variant, reason = \"one event is looked at by itself; a box would only get in the way\")]
        pub enum Event {\n",
    );
    for def in program.types(Kind::Event) {
        writeln!(out, "/// {}\n{name}({name}),", def.docs.first().map_or("", String::as_str), name = def.name)?;
    }
    out += "}\n\nimpl Event {
        /// Reads an event from the bytes of a `Program data:` log line.
        ///
        /// # Errors
        /// [`DecodeError`] where no event begins with these bytes, or the rest is not exactly one.
        pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
            match decode::discriminator(bytes)? {\n";
    for name in &names {
        writeln!(out, "{name}::DISCRIMINATOR => decode::event(bytes).map(Self::{name}),")?;
    }
    out += "found => Err(DecodeError::UnknownDiscriminator { found }),
            }
        }

        /// The bytes as logged, which are also what the chain of hashes is made of.
        #[must_use]
        pub fn to_bytes(&self) -> Vec<u8> {
            match self {\n";
    for name in &names {
        writeln!(out, "Self::{name}(event) => decode::to_bytes({name}::DISCRIMINATOR, event),")?;
    }
    out += "} }

        /// Its name in the program.
        #[must_use]
        pub fn name(&self) -> &'static str {
            match self {\n";
    for name in &names {
        writeln!(out, "Self::{name}(_) => {name:?},")?;
    }
    out += "} }\n";
    for (field, ty, words) in COMMON {
        out += &common(program, field, ty, words)?;
    }
    out += "}\n\n";
    Ok(out)
}

fn common(program: &Program, name: &str, ty: &str, words: &str) -> Result<String> {
    let mut out = format!("\n/// {words}\n#[must_use]\npub fn {name}(&self) -> Option<{ty}> {{\nmatch self {{\n");
    for def in program.types(Kind::Event) {
        let has = program
            .fields(&def.name)?
            .iter()
            .any(|field| field.name == name && matches!(field.ty, IdlType::U64 | IdlType::I64 | IdlType::Pubkey));
        match has {
            true => writeln!(out, "Self::{}(event) => Some(event.{name}),", def.name)?,
            false => writeln!(out, "Self::{}(_) => None,", def.name)?,
        }
    }
    out += "}\n}\n";
    Ok(out)
}
