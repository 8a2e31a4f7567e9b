//! Weight records: what SPL Governance's voter-weight plugins write, read byte by byte.
//!
//! A plugin is a program that knows its voters' weights: locked tokens, NFTs, passports. It writes them into accounts of a
//! fixed layout (`spl-governance-addin-api` 0.1.4, Borsh, fields in this order), and whoever counts votes reads them:
//!
//! | record | fields |
//! |---|---|
//! | voter | discriminator (8), realm, mint, voter, weight (u64), expiry (Option of a slot), action (Option of a u8), target (Option of an address), reserved (8) |
//! | total | discriminator (8), realm, mint, weight (u64), expiry (Option of a slot), reserved (8) |
//!
//! An absent option is one byte, so what follows it has no fixed place. SPL Governance takes an absent expiry, action or
//! target as *any*. This does not (W8): a record counts only in the slot in which it was written, for the one thing it was
//! written for. That no record can be kept and shown again is what the law is for.

use crate::{Address, Weight};

/// First bytes of a voter's record: `sha256("account:VoterWeightRecord")[..8]`.
pub const VOTER_RECORD_DISCRIMINATOR: [u8; 8] = [46, 249, 155, 75, 153, 248, 116, 9];
/// What plugins older than Anchor's discriminators write there, which SPL Governance takes as well.
pub const VOTER_RECORD_LEGACY: [u8; 8] = *b"2ef99b4b";
/// First bytes of a record of the total: `sha256("account:MaxVoterWeightRecord")[..8]`.
pub const TOTAL_RECORD_DISCRIMINATOR: [u8; 8] = [157, 95, 242, 151, 16, 98, 26, 118];
/// What plugins older than Anchor's discriminators write there, which SPL Governance takes as well.
pub const TOTAL_RECORD_LEGACY: [u8; 8] = *b"9d5ff297";

/// What a voter's record was written for, of what this governance asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum WeightAction {
    /// To vote. Target: the proposal.
    CastVote = 0,
    /// To propose. Target: the constitution, in the place of SPL Governance's governance account.
    CreateProposal = 3,
}

/// Whose records count: those of one plugin, for one realm and one mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plugin<'a> {
    /// The program that owns the records.
    pub program: &'a Address,
    /// The realm they are written for.
    pub realm: &'a Address,
    /// The governing mint they are written for: it tells community from council.
    pub mint: &'a Address,
}

/// A record as an account shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The program that owns the account.
    pub owner: &'a Address,
    /// Its bytes.
    pub data: &'a [u8],
}

/// What a voter's record must have been written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purpose<'a> {
    /// Whose weight it is.
    pub voter: &'a Address,
    /// What the voter does.
    pub action: WeightAction,
    /// To what.
    pub target: &'a Address,
    /// The slot in which it is done.
    pub slot: u64,
}

/// A record that does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// Another program owns it.
    WrongOwner,
    /// Another discriminator, too few bytes, or an option that is neither absent nor present.
    Malformed,
    /// For another realm or mint.
    WrongRealm,
    /// Another voter's.
    WrongVoter,
    /// Written in another slot, or for ever.
    NotOfThisSlot,
    /// For another action or target, or for any.
    WrongPurpose,
    /// It gives no weight.
    NoWeight,
}

impl Plugin<'_> {
    /// The weight that this record gives for this purpose, now: at least 1.
    ///
    /// # Errors
    /// [`RecordError`]: the first thing about it that does not fit.
    pub fn voter_weight(&self, record: &Record<'_>, purpose: &Purpose<'_>) -> Result<Weight, RecordError> {
        let mut fields = self.open(record, [VOTER_RECORD_DISCRIMINATOR, VOTER_RECORD_LEGACY])?;
        if fields.address()? != purpose.voter {
            return Err(RecordError::WrongVoter);
        }
        let weight = fields.u64()?;
        let expiry = fields.option(Fields::u64)?;
        let action = fields.option(Fields::u8)?;
        let target = fields.option(Fields::address)?;
        fields.take::<RESERVED>()?;
        if expiry != Some(purpose.slot) {
            return Err(RecordError::NotOfThisSlot);
        }
        if action != Some(purpose.action as u8) || target != Some(purpose.target) {
            return Err(RecordError::WrongPurpose);
        }
        some_weight(weight)
    }

    /// The weight of all voters that this record gives, now: at least 1.
    ///
    /// # Errors
    /// [`RecordError`]: the first thing about it that does not fit.
    pub fn total_weight(&self, record: &Record<'_>, slot: u64) -> Result<Weight, RecordError> {
        let mut fields = self.open(record, [TOTAL_RECORD_DISCRIMINATOR, TOTAL_RECORD_LEGACY])?;
        let weight = fields.u64()?;
        let expiry = fields.option(Fields::u64)?;
        fields.take::<RESERVED>()?;
        if expiry != Some(slot) {
            return Err(RecordError::NotOfThisSlot);
        }
        some_weight(weight)
    }

    /// What both records begin with.
    fn open<'a>(&self, record: &Record<'a>, discriminators: [[u8; 8]; 2]) -> Result<Fields<'a>, RecordError> {
        if record.owner != self.program {
            return Err(RecordError::WrongOwner);
        }
        let mut fields = Fields(record.data);
        if !discriminators.contains(fields.take()?) {
            return Err(RecordError::Malformed);
        }
        if fields.address()? != self.realm || fields.address()? != self.mint {
            return Err(RecordError::WrongRealm);
        }
        Ok(fields)
    }
}

/// Bytes at the end that must be there and mean nothing yet.
const RESERVED: usize = 8;

fn some_weight(weight: u64) -> Result<Weight, RecordError> {
    if weight == 0 {
        return Err(RecordError::NoWeight);
    }
    Ok(Weight(weight))
}

/// Borsh fields yet to be read. Bytes may follow the last: an account is as large as its largest record.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Result<&'a [u8; N], RecordError> {
        let (field, rest) = self.0.split_first_chunk::<N>().ok_or(RecordError::Malformed)?;
        self.0 = rest;
        Ok(field)
    }

    fn address(&mut self) -> Result<&'a Address, RecordError> {
        self.take::<32>()
    }

    fn u64(&mut self) -> Result<u64, RecordError> {
        self.take::<8>().map(|bytes| u64::from_le_bytes(*bytes))
    }

    fn u8(&mut self) -> Result<u8, RecordError> {
        self.take::<1>().map(|[byte]| *byte)
    }

    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, RecordError>) -> Result<Option<T>, RecordError> {
        match self.u8()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(RecordError::Malformed),
        }
    }
}

#[cfg(test)]
mod tests;
