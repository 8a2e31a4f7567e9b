//! A council electorate: a header, and its members on pages of 30.

use anchor_lang::{accounts::Slab, prelude::*};
use quantumagi_rules::{
    roster::{Filling, MEMBER_BYTES},
    Sha256, Weight,
};

use super::{Constitution, SolSha256};
use crate::error::GovError;

/// A roster. Filled by whoever created it, immutable once full, adopted by the founder before the seal and by vote
/// after it, closed when it is neither the electorate nor bound to a proposal.
///
/// Seeds: `"roster"`, constitution, version (u32, little endian).
#[account]
pub struct Roster {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Who created, fills and paid for it, and is paid back when it is closed.
    pub payer: Address,
    /// Rolling SHA-256 over all members: hash before, address, weight. One value for one list.
    pub members_hash: [u8; 32],
    /// The last member so far; zeros before the first. Members are in ascending order.
    pub last_member: Address,
    /// Weight of all members so far.
    pub total_weight: u64,
    /// Its version in the constitution, from 1.
    pub version: u32,
    /// Members it is made for: 1 to 8,448.
    pub size: u32,
    /// Members so far.
    pub count: u32,
    /// Proposals that bind to it and are not closed: as their electorate, or as what they adopt.
    pub bound_proposals: u32,
    /// Pages that are open.
    pub pages: u32,
    /// Layout of this account.
    pub layout_version: u8,
    /// 1 once a page was closed: it can never be adopted again.
    pub is_closing: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: u8,
}

impl Roster {
    /// How far it is filled, as the rules ask.
    pub fn filling(&self) -> Filling {
        Filling {
            declared: self.size,
            count: self.count,
            total: Weight(self.total_weight),
            last: self.last_member.to_bytes(),
        }
    }

    /// Adds a member that the rules allowed.
    pub fn add(&mut self, member: &Member, filled: Filling) {
        self.count = filled.count;
        self.total_weight = filled.total.0;
        self.last_member = member.voter;
        self.members_hash = SolSha256::hashv(&[&self.members_hash, bytemuck::bytes_of(member)]);
    }

    /// Whether `authority` may close this roster, or a page of it.
    ///
    /// # Errors
    /// [`GovError::RosterInUse`] for the electorate in force and where a proposal is bound to it;
    /// [`GovError::NotRosterPayer`] for a stranger, unless a newer roster was adopted since.
    pub fn check_closable(&self, address: Address, constitution: &Constitution, authority: &Address) -> Result<()> {
        let is_needed =
            constitution.electorate == address || constitution.veto_roster == address || self.bound_proposals > 0;
        require!(!is_needed, GovError::RosterInUse);
        let is_superseded = self.version < constitution.roster_version;
        require!(is_superseded || *authority == self.payer, GovError::NotRosterPayer);
        Ok(())
    }

    /// Whether it can be an electorate: full, and no page closed.
    pub fn is_usable(&self) -> bool {
        self.filling().is_complete() && self.is_closing == 0
    }
}

/// A member of a roster.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, AnchorSerialize, AnchorDeserialize, IdlType)]
#[bytemuck(crate = "anchor_lang::bytemuck")]
#[repr(C)]
pub struct Member {
    /// Who votes.
    pub voter: Address,
    /// Weight, in the community's own points; at least 1.
    pub weight: u64,
}

const _: () = assert!(core::mem::size_of::<Member>() == MEMBER_BYTES);

/// Header of a roster page. Behind it: the number of members (u32), padding to 8 bytes, the members.
///
/// Seeds: `"roster_page"`, roster, page (u32, little endian). Size: 88 + 40 a member, at most 30 members.
#[account]
pub struct RosterPageHeader {
    /// The roster it belongs to.
    pub roster: Address,
    /// Who paid for it, and is paid back when it is closed.
    pub payer: Address,
    /// Number of the page, from 0: it holds the members from `page * 30` on.
    pub page: u32,
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last four bytes.
    pub reserved: [u8; 2],
}

/// A page of members.
pub type RosterPage = Slab<RosterPageHeader, Member>;
