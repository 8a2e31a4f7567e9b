//! `generated/calls.rs`.

use std::fmt::Write;

use anchor_lang_idl::types::IdlInstruction;
use anyhow::{Result, bail};

use super::idl::{Program, single};
use super::rust::{HEADER, field_type, pascal_case};

/// The one type that holds any call of the program, read back from what a ledger keeps of it.
pub(super) fn module(program: &Program) -> Result<String> {
    let instructions = &program.idl.instructions;
    let mut out = format!("{HEADER}//! Calls of the program, read back from a ledger.\n\n");
    out += "use solana_address::Address;\n\n";
    let names: Vec<_> = instructions.iter().map(|instruction| pascal_case(&instruction.name)).collect();
    let types = instructions.iter().flat_map(|ix| ix.args.iter().map(|arg| &arg.ty));
    let imports: Vec<_> = program.plain_types_of(types).into_iter().collect();
    writeln!(out, "use super::instructions::{{{}}};", names.join(", "))?;
    writeln!(
        out,
        "use super::types::{{{}}};\nuse crate::decode::{{Call as Wire, DecodeError}};\n",
        imports.join(", ")
    )?;
    out += "/// Any call: the accounts and the arguments it was given.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Call {\n";
    for instruction in instructions {
        out += &variant(instruction)?;
    }
    out += "}\n\nimpl Call {
        /// Reads a call, and the accounts behind the declared ones. Bytes after the arguments are let be, as the
        /// program does.
        ///
        /// # Errors
        /// [`DecodeError`] where no instruction begins with these bytes, or accounts or arguments are too few: the
        /// program has then refused the call.
        pub fn decode<'a>(accounts: &'a [Address], data: &[u8]) -> Result<(Self, &'a [Address]), DecodeError> {
            let mut wire = Wire::new(accounts, data)?;
            let call = match wire.discriminator {\n";
    for instruction in instructions {
        out += &arm(instruction)?;
    }
    out += "found => return Err(DecodeError::UnknownDiscriminator { found }),
            };
            Ok((call, wire.accounts))
        }
    }\n";
    Ok(out)
}

fn variant(instruction: &IdlInstruction) -> Result<String> {
    let IdlInstruction { name, args, .. } = instruction;
    let type_name = pascal_case(name);
    let mut out = format!("/// `{name}`.\n{type_name} {{\n/// Its accounts.\naccounts: {type_name},\n");
    for arg in args {
        if arg.name == "accounts" {
            bail!("instruction {name} has an argument of a name that is taken");
        }
        writeln!(out, "/// `{}`.\n{}: {},", arg.name, arg.name, field_type(&arg.ty)?)?;
    }
    Ok(out + "},\n")
}

fn arm(instruction: &IdlInstruction) -> Result<String> {
    let type_name = pascal_case(&instruction.name);
    let mut fields = String::new();
    let mut reads = String::new();
    for item in &instruction.accounts {
        let account = single(item)?;
        // Read in the order of the accounts; those with a fixed address are passed over.
        match (account.address.is_some(), account.optional) {
            (true, _) => reads += "wire.account()?;\n",
            (false, true) => writeln!(reads, "let {} = wire.optional()?;", account.name)?,
            (false, false) => writeln!(reads, "let {} = wire.account()?;", account.name)?,
        }
        if account.address.is_none() {
            write!(fields, "{}, ", account.name)?;
        }
    }
    let arguments: String = instruction.args.iter().map(|arg| format!(", {}: wire.argument()?", arg.name)).collect();
    Ok(format!(
        "{type_name}::DISCRIMINATOR => {{
            {reads}Self::{type_name} {{ accounts: {type_name} {{ {fields} }}{arguments} }}
        }}\n"
    ))
}
