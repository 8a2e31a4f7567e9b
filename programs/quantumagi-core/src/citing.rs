//! The principles that a proposal rests on.

use anchor_lang::prelude::*;
use quantumagi_rules::principle::{check_citations, MAX_CITATIONS};

extern crate alloc;
use alloc::vec::Vec;

use crate::{
    error::GovError,
    state::{Citation, Principle},
};

/// The cited principles, each loaded as a principle of this constitution that is active.
///
/// # Errors
/// [`GovError::TooManyCitations`], [`GovError::CitationMissing`] or [`GovError::CitationsNotAscending`];
/// [`GovError::WrongConstitution`] and [`GovError::PrincipleRetired`] for what cannot be cited.
#[inline(never)]
pub fn cite(cited: &[AccountView], constitution: &Address, is_required: bool) -> Result<Vec<Citation>> {
    require!(cited.len() <= MAX_CITATIONS, GovError::TooManyCitations);
    let mut citations = Vec::with_capacity(cited.len());
    let mut ids = Vec::with_capacity(cited.len());
    for view in cited {
        let principle = Account::<Principle>::load(*view)?;
        require!(principle.constitution == *constitution, GovError::WrongConstitution);
        require!(principle.is_retired == 0, GovError::PrincipleRetired);
        citations.push(Citation { principle_id: principle.id, version: principle.version });
        ids.push(principle.id);
    }
    check_citations(&ids, is_required).map_err(GovError::from)?;
    Ok(citations)
}
