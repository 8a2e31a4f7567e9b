//! Instructions that a proposal calls one after the other, and their bytes.

use alloc::vec::Vec;

use super::{ActionError, InvokeAccounts, Reader, INVOKE_ACCOUNT_BYTES, MAX_INVOKE_DATA};
use crate::Address;

/// Most instructions of one proposal.
pub const MAX_STEPS: usize = 16;

/// One instruction of another program.
///
/// Its canonical bytes: program (32), number of accounts (1), accounts (33 each), length of the data (2), data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Invocation<'a> {
    /// The program called.
    pub program: Address,
    /// Its accounts, in order, with their flags.
    pub accounts: InvokeAccounts<'a>,
    /// Its data.
    pub data: &'a [u8],
}

impl Invocation<'_> {
    /// Length of the canonical bytes.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        // Bound: both lengths are capped far below usize.
        35usize.saturating_add(self.accounts.as_bytes().len()).saturating_add(self.data.len())
    }

    /// Appends the canonical bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.program);
        out.extend_from_slice(&self.count_bytes());
        out.extend_from_slice(self.accounts.as_bytes());
        out.extend_from_slice(&self.data_len_bytes());
        out.extend_from_slice(self.data);
    }

    /// How many accounts, as it stands in the canonical bytes.
    // Bound: at most MAX_INVOKE_ACCOUNTS; a longer list is refused when its bytes are read.
    pub(crate) fn count_bytes(&self) -> [u8; 1] {
        [u8::try_from(self.accounts.len()).unwrap_or(u8::MAX)]
    }

    /// How much data, as it stands in the canonical bytes.
    pub(crate) fn data_len_bytes(&self) -> [u8; 2] {
        u16::try_from(self.data.len()).unwrap_or(u16::MAX).to_le_bytes()
    }
}

/// 1 to [`MAX_STEPS`] instructions in order, in their canonical bytes: their number (1), then each of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Series<'a>(&'a [u8]);

impl<'a> Series<'a> {
    /// Over bytes that were written by [`Series::encode`].
    ///
    /// # Errors
    /// [`ActionError`]; bytes after the end are refused.
    pub fn new(bytes: &'a [u8]) -> Result<Self, ActionError> {
        let mut reader = Reader(bytes);
        let series = reader.series()?;
        if reader.0.is_empty() {
            Ok(series)
        } else {
            Err(ActionError::TrailingBytes)
        }
    }

    /// The canonical bytes of these instructions, to be read by [`Series::new`].
    #[must_use]
    pub fn encode(steps: &[Invocation<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.push(u8::try_from(steps.len()).unwrap_or(u8::MAX));
        for step in steps {
            step.encode(&mut bytes);
        }
        bytes
    }

    /// The canonical bytes.
    #[must_use]
    pub fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// How many instructions; never 0.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a series is never empty")]
    pub fn len(self) -> usize {
        usize::from(self.0.first().copied().unwrap_or(0))
    }

    /// In order.
    pub fn iter(self) -> impl Iterator<Item = Invocation<'a>> {
        let mut reader = Reader(self.0.get(1..).unwrap_or_default());
        // Every instruction was read once, so that this ends with the last of them.
        core::iter::from_fn(move || if reader.0.is_empty() { None } else { reader.invocation().ok() })
    }
}

impl<'a> Reader<'a> {
    /// The next instruction.
    pub(super) fn invocation(&mut self) -> Result<Invocation<'a>, ActionError> {
        let program = self.array()?;
        let count = usize::from(self.byte()?);
        let accounts = InvokeAccounts::new(self.take(count.saturating_mul(INVOKE_ACCOUNT_BYTES))?)?;
        let len = usize::from(u16::from_le_bytes(self.array()?));
        if len > MAX_INVOKE_DATA {
            return Err(ActionError::DataTooLong { len });
        }
        Ok(Invocation { program, accounts, data: self.take(len)? })
    }

    /// A whole series.
    pub(super) fn series(&mut self) -> Result<Series<'a>, ActionError> {
        let all = self.0;
        let count = self.byte()?;
        if !(1..=MAX_STEPS).contains(&usize::from(count)) {
            return Err(ActionError::StepsOutOfRange { count });
        }
        for _ in 0..count {
            self.invocation()?;
        }
        // Bound: the rest is a tail of all.
        let len = all.len().saturating_sub(self.0.len());
        Ok(Series(all.get(..len).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests;
