//! `generated/accounts.rs` and `generated/types.rs`.

use std::fmt::Write;

use anchor_lang_idl::types::IdlTypeDef;
use anyhow::{Context, Result};

use super::docs;
use super::idl::{Kind, Program};
use super::rust::{HEADER, doc, field_type, names_address};

/// Accounts, each with its discriminator, its length and a decoder.
pub(super) fn module(program: &Program) -> Result<String> {
    let mut out = format!("{HEADER}//! Accounts of the program.\n\n");
    out += "use borsh::{BorshDeserialize, BorshSerialize};\nuse solana_address::Address;\n\n";
    let fields = program.types(Kind::Account).flat_map(|def| program.fields(&def.name).into_iter().flatten());
    let imports: Vec<_> = program.plain_types_of(fields.map(|field| &field.ty)).into_iter().collect();
    writeln!(out, "use super::types::{{{}}};\nuse crate::decode::{{self, DecodeError}};\n", imports.join(", "))?;
    for def in program.types(Kind::Account) {
        let name = &def.name;
        out += &definition(program, def, "Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize")?;
        let len = 8 + program.size_of_struct(name)?.with_context(|| format!("account {name} has no fixed length"))?;
        write!(
            out,
            "impl {name} {{
                /// First eight bytes of the account.
                pub const DISCRIMINATOR: [u8; 8] = {:?};
                /// Length of the account in bytes, discriminator included.
                pub const LEN: usize = {len};

                /// Reads the account from all of its bytes.
                ///
                /// # Errors
                /// [`DecodeError`] where the bytes are too few, too many, or another account's.
                pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {{
                    decode::account(bytes, Self::DISCRIMINATOR, Self::LEN)
                }}

                /// The account's bytes, discriminator included.
                #[must_use]
                pub fn to_bytes(&self) -> Vec<u8> {{
                    decode::to_bytes(Self::DISCRIMINATOR, self)
                }}
            }}\n\n",
            program.discriminator(name)?
        )?;
    }
    Ok(out)
}

/// Structs inside of accounts, events and arguments.
pub(super) fn types_module(program: &Program) -> Result<String> {
    let mut out = format!("{HEADER}//! Parts of accounts, events and arguments.\n\n");
    out += "use borsh::{BorshDeserialize, BorshSerialize};\n";
    let mut fields = program.types(Kind::Plain).flat_map(|def| program.fields(&def.name).into_iter().flatten());
    if fields.any(|field| names_address(&field.ty)) {
        out += "use solana_address::Address;\n\n";
    }
    for def in program.types(Kind::Plain) {
        let copy = if program.size_of_struct(&def.name)?.is_some() { "Clone, Copy" } else { "Clone" };
        out += &definition(program, def, &format!("{copy}, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize"))?;
    }
    Ok(out)
}

/// A struct with its documentation.
pub(super) fn definition(program: &Program, def: &IdlTypeDef, derives: &str) -> Result<String> {
    let mut out = doc(&def.docs);
    writeln!(out, "#[derive({derives})]\npub struct {} {{", def.name)?;
    for field in program.fields(&def.name)? {
        out += &doc(&docs::of_field(program, &def.name, field)?);
        writeln!(out, "pub {}: {},", field.name, field_type(&field.ty)?)?;
    }
    out += "}\n\n";
    Ok(out)
}
