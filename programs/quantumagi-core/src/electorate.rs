//! Who may propose, and what a proposal freezes of its electorate: one arm for each kind.

mod snapshots;

pub use snapshots::split_own_record;

use anchor_lang::prelude::*;
use quantumagi_rules::{ballot::BallotRule, electorate::ElectorateKind, parameters::TrackParameters, roster::place};

use crate::{
    error::GovError,
    state::{load_mut, Bound, Deposit, DepositPool, Member, Roster, RosterPage, SnapshotOperators, WeightPlugin},
};

/// What a proposal freezes of its electorate (W7).
#[derive(Clone, Copy)]
pub struct Franchise {
    /// Weight of everybody.
    pub total_weight: u64,
    /// How many there are.
    pub voters: u32,
}

/// The accounts that show who the proposer is in the electorate, and what is proposed of the vote.
pub struct ElectorateAccounts<'a> {
    /// The constitution.
    pub constitution: &'a Address,
    /// The constitution's kind of electorate.
    pub kind: u8,
    /// The account in force, by its address.
    pub electorate: &'a AccountView,
    /// What shows the proposer's standing: for a council, the roster page that holds the proposer; for weight records, the
    /// record of the total.
    pub membership: Option<&'a AccountView>,
    /// The proposer's own weight record.
    pub weight_record: Option<&'a AccountView>,
    /// Who proposes.
    pub proposer: &'a Address,
    /// The proposer's index, where the kind counts its people.
    pub member_index: u32,
    /// Whether ballots can be changed.
    pub ballot_rule: BallotRule,
    /// What the track asks.
    pub parameters: &'a TrackParameters,
}

impl ElectorateAccounts<'_> {
    /// Checks that the proposer belongs to the electorate, and binds a proposal to it.
    ///
    /// # Errors
    /// What the kind asks of a proposer; [`GovError::WrongElectorateKind`] for a kind that cannot vote.
    #[inline(never)]
    pub fn bind(&self) -> Result<Franchise> {
        match kind(self.kind)? {
            ElectorateKind::Council => self.council(),
            ElectorateKind::Deposit => self.deposits(),
            ElectorateKind::Snapshot => self.snapshot(),
            ElectorateKind::WeightRecord => self.weight_records(),
            _ => Err(GovError::WrongElectorateKind.into()),
        }
    }

    fn council(&self) -> Result<Franchise> {
        let page = RosterPage::load(*self.membership.ok_or(GovError::NotTheMember)?)?;
        let member = member_of(&page, self.electorate.address(), self.member_index)?;
        require!(member.voter == *self.proposer, GovError::NotTheMember);
        let mut roster: Account<Roster> = load_mut(self.electorate)?;
        roster.bind()?;
        Ok(Franchise { total_weight: roster.total_weight, voters: roster.count })
    }

    /// The proposer's own deposit must weigh on proposals created now. What matures later does not count (W1, W7).
    fn deposits(&self) -> Result<Franchise> {
        let deposit = Account::<Deposit>::load(*self.membership.ok_or(GovError::NotDepositOwner)?)?;
        require!(deposit.pool == *self.electorate.address(), GovError::WrongPool);
        require!(deposit.owner == *self.proposer, GovError::NotDepositOwner);
        require!(deposit.holding().matured().0 > 0, GovError::DepositWeighsNothing);
        let mut pool: Account<DepositPool> = load_mut(self.electorate)?;
        pool.bind()?;
        Ok(Franchise { total_weight: pool.electorate_weight(), voters: pool.next_index })
    }
}

/// Whether an account can be the electorate that an action adopts. Councils are adopted as rosters, by their members.
///
/// # Errors
/// [`GovError::WrongElectorateKind`]; [`GovError::WrongConstitution`], or what loading the kind refuses.
#[inline(never)]
pub fn check_adoptable(kind: ElectorateKind, electorate: &AccountView, constitution: &Address) -> Result<()> {
    let owner = match kind {
        ElectorateKind::Deposit => Account::<DepositPool>::load(*electorate)?.constitution,
        ElectorateKind::Snapshot => Account::<SnapshotOperators>::load(*electorate)?.constitution,
        ElectorateKind::WeightRecord => Account::<WeightPlugin>::load(*electorate)?.constitution,
        ElectorateKind::None | ElectorateKind::Council => return Err(GovError::WrongElectorateKind.into()),
    };
    require!(owner == *constitution, GovError::WrongConstitution);
    Ok(())
}

/// Lets go of an electorate when a proposal that was bound to it is closed.
///
/// # Errors
/// [`GovError::InvariantBroken`] where none was bound.
#[inline(never)]
pub fn unbind(number: u8, electorate: &AccountView) -> Result<()> {
    match kind(number)? {
        ElectorateKind::Council => load_mut::<Account<Roster>>(electorate)?.unbind(),
        ElectorateKind::Deposit => load_mut::<Account<DepositPool>>(electorate)?.unbind(),
        ElectorateKind::Snapshot => load_mut::<Account<SnapshotOperators>>(electorate)?.unbind(),
        ElectorateKind::WeightRecord => load_mut::<Account<WeightPlugin>>(electorate)?.unbind(),
        _ => Err(GovError::WrongElectorateKind.into()),
    }
}

/// The member at `index`, on this page of this roster.
///
/// # Errors
/// [`GovError::WrongRoster`], [`GovError::WrongPage`] or [`GovError::NotTheMember`].
pub fn member_of(page: &RosterPage, roster: &Address, index: u32) -> Result<Member> {
    require!(page.roster == *roster, GovError::WrongRoster);
    let (number, slot) = place(index);
    require!(page.page == number, GovError::WrongPage);
    Ok(*page.get(slot).ok_or(GovError::NotTheMember)?)
}

fn kind(number: u8) -> Result<ElectorateKind> {
    ElectorateKind::from_u8(number).ok_or_else(|| GovError::AccountCorrupt.into())
}
