//! A page of a roster: its header, the number of members, the members.

use borsh::{BorshDeserialize, BorshSerialize};
use quantumagi_rules::roster::{MEMBER_BYTES, MEMBERS_PER_PAGE};

use crate::accounts::RosterPageHeader;
use crate::decode::{DecodeError, check_discriminator};
use crate::types::Member;

/// Where the number of members lies (u32); four bytes of padding follow it.
const COUNT_AT: usize = RosterPageHeader::LEN;
/// Where the members begin.
const MEMBERS_AT: usize = COUNT_AT + 8;

/// A page of a roster with its members, in the roster's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterPage {
    /// What the page says about itself.
    pub header: RosterPageHeader,
    /// The members so far, at most 30.
    pub members: Vec<Member>,
}

impl RosterPage {
    /// First eight bytes of the account.
    pub const DISCRIMINATOR: [u8; 8] = RosterPageHeader::DISCRIMINATOR;

    /// Length in bytes of a page with room for `members`.
    #[must_use]
    pub const fn len_for(members: usize) -> usize {
        MEMBERS_AT + members * MEMBER_BYTES
    }

    /// Reads a page. Room for members who have not joined yet is passed over.
    ///
    /// # Errors
    /// [`DecodeError`] where the bytes are another account's, are not a whole number of members, or
    /// hold fewer than they say.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let len = bytes.len();
        check_discriminator(bytes, Self::DISCRIMINATOR)?;
        let too_short = |needed| DecodeError::TooShort { len, needed };
        let (head, body) = bytes.split_at_checked(MEMBERS_AT).ok_or(too_short(MEMBERS_AT))?;
        let header = RosterPageHeader::decode(head.get(..COUNT_AT).unwrap_or_default())?;
        let count = head.get(COUNT_AT..).and_then(<[u8]>::first_chunk).copied().map(u32::from_le_bytes);
        let count = count.ok_or(too_short(MEMBERS_AT))?;
        if MEMBERS_PER_PAGE < count {
            return Err(DecodeError::Meaningless { field: "number of members", value: u64::from(count) });
        }
        let (rows, rest) = body.as_chunks::<MEMBER_BYTES>();
        let max_len = Self::len_for(MEMBERS_PER_PAGE as usize);
        if max_len < len {
            return Err(DecodeError::TooLong { len, expected: max_len });
        }
        if !rest.is_empty() {
            return Err(DecodeError::Malformed { len });
        }
        let rows = rows.get(..count as usize).ok_or(too_short(Self::len_for(count as usize)))?;
        let members = rows.iter().map(|row| Member::try_from_slice(row)).collect::<Result<_, _>>();
        Ok(Self { header, members: members.map_err(|_| DecodeError::Malformed { len })? })
    }

    /// The account's bytes with room for `capacity` members, and for those there are in any case.
    #[must_use]
    pub fn to_bytes(&self, capacity: usize) -> Vec<u8> {
        let mut bytes = self.header.to_bytes();
        let count = u32::try_from(self.members.len()).expect("a page has at most 30 members");
        bytes.extend_from_slice(&u64::from(count).to_le_bytes());
        for member in &self.members {
            member.serialize(&mut bytes).expect("writing to memory does not fail");
        }
        bytes.resize(Self::len_for(capacity.max(self.members.len())), 0);
        bytes
    }
}
