//! The IDL, checked to be one that the generator understands completely.

use std::collections::BTreeSet;

use anchor_lang_idl::types::{
    Idl, IdlArrayLen, IdlDefinedFields, IdlField, IdlInstructionAccount, IdlInstructionAccountItem, IdlType,
    IdlTypeDef, IdlTypeDefTy,
};
use anyhow::{Context, Result, bail};

/// A program by its IDL.
pub(super) struct Program {
    pub(super) idl: Idl,
}

/// Where a defined type is used, which decides the module it goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Account,
    Event,
    Plain,
}

impl Program {
    /// # Errors
    /// When the text is not an IDL, or uses what the generator does not know.
    pub(super) fn from_json(json: &str) -> Result<Self> {
        let program = Self { idl: serde_json::from_str(json)? };
        for def in &program.idl.types {
            program.fields(&def.name)?;
        }
        Ok(program)
    }

    /// Defined types of one kind, in the IDL's order.
    pub(super) fn types(&self, kind: Kind) -> impl Iterator<Item = &IdlTypeDef> {
        self.idl.types.iter().filter(move |def| self.kind(&def.name) == kind)
    }

    pub(super) fn kind(&self, name: &str) -> Kind {
        if self.idl.accounts.iter().any(|account| account.name == name) {
            Kind::Account
        } else if self.idl.events.iter().any(|event| event.name == name) {
            Kind::Event
        } else {
            Kind::Plain
        }
    }

    /// First eight bytes of an account or event.
    pub(super) fn discriminator(&self, name: &str) -> Result<&[u8]> {
        let of_account = self.idl.accounts.iter().find(|account| account.name == name).map(|it| &it.discriminator);
        let of_event = self.idl.events.iter().find(|event| event.name == name).map(|it| &it.discriminator);
        Ok(of_account.or(of_event).with_context(|| format!("{name} has no discriminator"))?)
    }

    /// Fields of a struct.
    pub(super) fn fields(&self, name: &str) -> Result<&[IdlField]> {
        let def =
            self.idl.types.iter().find(|def| def.name == name).with_context(|| format!("no type is called {name}"))?;
        match &def.ty {
            IdlTypeDefTy::Struct { fields: Some(IdlDefinedFields::Named(fields)) } => Ok(fields),
            _ => bail!("type {name} is not a struct with named fields"),
        }
    }

    /// Bytes that a value always has, or `None` where it depends on the value.
    pub(super) fn size(&self, ty: &IdlType) -> Result<Option<usize>> {
        Ok(match ty {
            IdlType::U8 | IdlType::I8 | IdlType::Bool => Some(1),
            IdlType::U16 | IdlType::I16 => Some(2),
            IdlType::U32 | IdlType::I32 => Some(4),
            IdlType::U64 | IdlType::I64 => Some(8),
            IdlType::U128 | IdlType::I128 => Some(16),
            IdlType::Pubkey => Some(32),
            IdlType::Vec(_) => None,
            IdlType::Array(item, IdlArrayLen::Value(len)) => self.size(item)?.map(|size| size * len),
            IdlType::Defined { name, .. } => self.size_of_struct(name)?,
            other => bail!("type {other:?} is not supported"),
        })
    }

    /// Bytes of a struct without its discriminator.
    pub(super) fn size_of_struct(&self, name: &str) -> Result<Option<usize>> {
        let mut total = Some(0);
        for field in self.fields(name)? {
            total = total.zip(self.size(&field.ty)?).map(|(sum, size)| sum + size);
        }
        Ok(total)
    }

    /// Names of the defined types in these fields: what their module has to import.
    pub(super) fn plain_types_of<'a>(&self, fields: impl Iterator<Item = &'a IdlType>) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for ty in fields {
            if let Some(name) = defined_in(ty) {
                names.insert(name.to_owned());
            }
        }
        names
    }
}

/// The defined type inside arrays and lists, if there is one.
fn defined_in(ty: &IdlType) -> Option<&str> {
    match ty {
        IdlType::Defined { name, .. } => Some(name),
        IdlType::Vec(item) | IdlType::Array(item, _) => defined_in(item),
        _ => None,
    }
}

/// An account of an instruction. Groups of accounts are not used by this program.
pub(super) fn single(item: &IdlInstructionAccountItem) -> Result<&IdlInstructionAccount> {
    match item {
        IdlInstructionAccountItem::Single(account) => Ok(account),
        IdlInstructionAccountItem::Composite(group) => bail!("group of accounts {} is not supported", group.name),
    }
}
