//! Who votes, with what weight, and who has voted what.

use quantumagi_interface::accounts::{BallotPage, Proposal, Roster};
use quantumagi_interface::types::Member;
use quantumagi_interface::{Address, RosterPage, pda};
use quantumagi_rules::ballot::{Choice, Place, pages_for, place};
use quantumagi_rules::electorate::ElectorateKind;

use super::{AtSlot, Quantumagi};
use crate::check::CheckError;
use crate::error::{Result, SdkError};

/// A roster with all its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Electorate {
    /// Its address.
    pub address: Address,
    /// Its header.
    pub roster: Roster,
    /// Its members in order: the position is the index that a vote names. Members on closed pages are missing, and
    /// then nobody can vote with it any more.
    pub members: Vec<Member>,
    /// Numbers of the pages that are open.
    pub pages: Vec<u32>,
}

impl Electorate {
    /// Index and weight of a member.
    ///
    /// # Errors
    /// [`CheckError::NotAMember`].
    pub fn member(&self, voter: &Address) -> std::result::Result<(u32, u64), CheckError> {
        let not_a_member = CheckError::NotAMember { voter: *voter, roster: self.address };
        let found = self.members.binary_search_by_key(voter, |member| member.voter).ok();
        let member = found.and_then(|index| Some((u32::try_from(index).ok()?, self.members.get(index)?.weight)));
        member.ok_or(not_a_member)
    }
}

/// A ballot that was cast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ballot {
    /// The voter's index in the electorate.
    pub index: u32,
    /// Who cast it.
    pub voter: Address,
    /// With what weight.
    pub weight: u64,
    /// For what.
    pub choice: Choice,
}

impl Quantumagi {
    /// The roster with this version, without its members.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn roster(&self, constitution: &Address, version: u32) -> Result<AtSlot<Roster>> {
        self.roster_at(&pda::roster(constitution, version)).await
    }

    /// A roster by its address, without its members.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn roster_at(&self, address: &Address) -> Result<AtSlot<Roster>> {
        self.existing("roster", address, Roster::decode).await
    }

    /// All rosters that are not closed, by version.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn rosters(&self, constitution: &Address) -> Result<Vec<AtSlot<Roster>>> {
        let next = self.constitution(constitution).await?.value.next_roster_version;
        let addresses: Vec<Address> = (1..next).map(|version| pda::roster(constitution, version)).collect();
        Ok(self.those_of("roster", &addresses, Roster::decode).await?.into_iter().flatten().collect())
    }

    /// A roster with all its members. A roster that is complete never changes, so its pages may be read one by one.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn electorate(&self, roster: &Address) -> Result<AtSlot<Electorate>> {
        let header = self.roster_at(roster).await?;
        let numbers: Vec<u32> = (0..header.value.page_count()).collect();
        let addresses: Vec<Address> = numbers.iter().map(|page| pda::roster_page(roster, *page)).collect();
        let found = self.those_of("roster page", &addresses, RosterPage::decode).await?;
        let open = numbers.into_iter().zip(found).filter_map(|(number, page)| Some((number, page?.value)));
        let (mut pages, mut members) = (Vec::new(), Vec::new());
        for (number, page) in open {
            pages.push(number);
            members.extend(page.members);
        }
        Ok(header.map(|header| Electorate { address: *roster, roster: header, members, pages }))
    }

    /// The ballot pages of a proposal that are open, with their numbers.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn ballot_pages(&self, address: &Address, proposal: &Proposal) -> Result<Vec<AtSlot<BallotPage>>> {
        if proposal.ballot_pages == 0 {
            return Ok(Vec::new());
        }
        let numbers = 0..pages_for(proposal.voters);
        let addresses: Vec<Address> = numbers.map(|page| pda::ballot_page(address, page)).collect();
        let found = self.those_of("ballot page", &addresses, BallotPage::decode).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Who has voted what on a proposal, by index. Its slot is that of the proposal.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn ballots(&self, address: &Address) -> Result<AtSlot<Vec<Ballot>>> {
        let proposal = self.proposal_at(address).await?;
        let members = self.voters(&proposal.value).await?;
        let pages = self.ballot_pages(address, &proposal.value).await?;
        let pages: Vec<BallotPage> = pages.into_iter().map(|page| page.value).collect();
        Ok(proposal.map(|proposal| ballots_of(&proposal, &pages, &members)))
    }

    /// Who can vote on a proposal and with what weight, by index.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`], and for a deposit pool as [`Quantumagi::deposits`].
    pub async fn voters(&self, proposal: &Proposal) -> Result<Vec<Member>> {
        match proposal.electorate_kind()? {
            ElectorateKind::Deposit => self.depositors(proposal).await,
            // Only the operators' file, or the plugin, knows them.
            ElectorateKind::Snapshot | ElectorateKind::WeightRecord => Ok(Vec::new()),
            ElectorateKind::None | ElectorateKind::Council => {
                Ok(self.electorate(&proposal.electorate).await?.value.members)
            }
        }
    }

    /// The ballot of one voter; `None` where none was cast.
    pub(super) async fn choice_of(&self, address: &Address, proposal: &Proposal, index: u32) -> Result<Option<Choice>> {
        match place(index) {
            Place::Proposal { slot } => Ok(proposal.choice_of(slot)),
            Place::Page { page, slot } => {
                let page_address = pda::ballot_page(address, page);
                match self.existing("ballot page", &page_address, BallotPage::decode).await {
                    Ok(page) => Ok(page.value.choice_of(slot)),
                    Err(SdkError::NotFound { .. }) => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

/// The ballots of `members`, from the proposal and its pages.
fn ballots_of(proposal: &Proposal, pages: &[BallotPage], members: &[Member]) -> Vec<Ballot> {
    let choice_of = |index| match place(index) {
        Place::Proposal { slot } => proposal.choice_of(slot),
        Place::Page { page, slot } => pages.iter().find(|found| found.page == page)?.choice_of(slot),
    };
    let ballots = (0..).zip(members).filter_map(|(index, member)| {
        Some(Ballot { index, voter: member.voter, weight: member.weight, choice: choice_of(index)? })
    });
    ballots.collect()
}
