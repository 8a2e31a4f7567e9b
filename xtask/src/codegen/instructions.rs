//! `generated/instructions.rs`.

use std::collections::BTreeSet;
use std::fmt::Write;

use anchor_lang_idl::types::{IdlInstruction, IdlInstructionAccount};
use anyhow::Result;

use super::docs;
use super::idl::{Program, single};
use super::rust::{HEADER, doc, parameter_type, pascal_case};

/// One struct of accounts for each instruction.
pub(super) fn module(program: &Program) -> Result<String> {
    let instructions = &program.idl.instructions;
    let mut out = format!("{HEADER}//! Instructions of the program: the accounts of each, and its bytes.\n//!\n");
    out += "//! Accounts with a fixed address are filled in. Where an optional account is absent, the program's own
        //! address stands for it. Accounts behind the declared ones are the caller's to append.\n\n";
    out += "use solana_address::Address;\nuse solana_instruction::{AccountMeta, Instruction};\n\n";
    let types = instructions.iter().flat_map(|ix| ix.args.iter().map(|arg| &arg.ty));
    let imports: Vec<_> = program.plain_types_of(types).into_iter().collect();
    writeln!(
        out,
        "use super::PROGRAM_ID;\nuse super::types::{{{}}};\nuse crate::encode::{{Data, optional}};\n",
        imports.join(", ")
    )?;
    for (name, address) in fixed_addresses(instructions)? {
        writeln!(out, "const {}: Address = Address::from_str_const({address:?});\n", name.to_uppercase())?;
    }
    out += &name_of(instructions)?;
    for instruction in instructions {
        out += &accounts(instruction)?;
    }
    Ok(out)
}

fn name_of(instructions: &[IdlInstruction]) -> Result<String> {
    let mut out = String::from(
        "/// Name of the instruction that begins with these bytes; `None` where there is none.
        #[must_use]
        pub fn name_of(data: &[u8]) -> Option<&'static str> {
            match *data.first_chunk::<8>()? {\n",
    );
    for IdlInstruction { name, .. } in instructions {
        writeln!(out, "{}::DISCRIMINATOR => Some({name:?}),", pascal_case(name))?;
    }
    out += "_ => None,\n}\n}\n\n";
    Ok(out)
}

fn fixed_addresses(instructions: &[IdlInstruction]) -> Result<BTreeSet<(String, String)>> {
    let mut found = BTreeSet::new();
    for item in instructions.iter().flat_map(|ix| &ix.accounts) {
        let account = single(item)?;
        if let Some(address) = &account.address {
            found.insert((account.name.clone(), address.clone()));
        }
    }
    Ok(found)
}

fn accounts(instruction: &IdlInstruction) -> Result<String> {
    let IdlInstruction { name, discriminator, args, .. } = instruction;
    let type_name = pascal_case(name);
    let declared = instruction.accounts.iter().map(single).collect::<Result<Vec<_>>>()?;
    let mut out = doc(&instruction.docs);
    writeln!(
        out,
        "///\n/// Accounts of `{name}`.\n#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub struct {type_name} {{"
    )?;
    for account in declared.iter().filter(|account| account.address.is_none()) {
        out += &doc(&docs::of_instruction_account(name, account)?);
        let ty = if account.optional { "Option<Address>" } else { "Address" };
        writeln!(out, "pub {}: {ty},", account.name)?;
    }
    writeln!(
        out,
        "}}\n\nimpl {type_name} {{
            /// First eight bytes of the instruction's data.
            pub const DISCRIMINATOR: [u8; 8] = {discriminator:?};

            /// The instruction with these accounts."
    )?;
    let arguments: Vec<_> = args.iter().filter(|arg| !arg.docs.is_empty()).collect();
    if !arguments.is_empty() {
        out += "///\n";
        for arg in arguments {
            writeln!(out, "/// `{}`: {}", arg.name, arg.docs.join(" "))?;
        }
    }
    out += "#[must_use]\npub fn instruction(&self";
    for arg in args {
        write!(out, ", {}: {}", arg.name, parameter_type(&arg.ty)?)?;
    }
    out += ") -> Instruction {\nInstruction {\nprogram_id: PROGRAM_ID,\naccounts: vec![\n";
    for account in declared {
        writeln!(out, "{},", meta(account))?;
    }
    out += "],\ndata: Data::new(Self::DISCRIMINATOR)";
    for arg in args {
        let is_borrowed = parameter_type(&arg.ty)?.starts_with('&');
        write!(out, ".with({}{})", if is_borrowed { "" } else { "&" }, arg.name)?;
    }
    out += ".into_bytes(),\n}\n}\n}\n\n";
    Ok(out)
}

fn meta(account: &IdlInstructionAccount) -> String {
    let IdlInstructionAccount { name, writable, signer, optional, address, .. } = account;
    if *optional {
        return format!("optional(self.{name}, {writable})");
    }
    let constructor = if *writable { "new" } else { "new_readonly" };
    let address = if address.is_some() { name.to_uppercase() } else { format!("self.{name}") };
    format!("AccountMeta::{constructor}({address}, {signer})")
}
