//! Reading an action's canonical bytes, field by field.

use crate::Address;

use super::ActionError;

/// What is left to read.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], ActionError> {
        let (head, tail) = self.0.split_at_checked(len).ok_or(ActionError::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], ActionError> {
        self.take(N)?.try_into().map_err(|_| ActionError::Truncated)
    }

    pub(super) fn byte(&mut self) -> Result<u8, ActionError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn u32(&mut self) -> Result<u32, ActionError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, ActionError> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Result<i64, ActionError> {
        self.array().map(i64::from_le_bytes)
    }

    pub(super) fn checked<T>(&mut self, meaning: impl Fn(u8) -> Option<T>) -> Result<T, ActionError> {
        let value = self.byte()?;
        meaning(value).ok_or(ActionError::OutOfRange { value })
    }

    pub(super) fn addresses(&mut self, most: usize) -> Result<&'a [Address], ActionError> {
        let value = self.byte()?;
        if usize::from(value) > most {
            return Err(ActionError::OutOfRange { value });
        }
        let (addresses, _) = self.take(usize::from(value).saturating_mul(32))?.as_chunks();
        Ok(addresses)
    }
}
