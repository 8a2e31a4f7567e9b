//! What a constitution has that the clock can make due, read in as few calls as possible.

use std::collections::{BTreeMap, BTreeSet};

use quantumagi_interface::accounts::{Constitution, EmergencyAction, Policy, Proposal, Snapshot, SnapshotOperators};
use quantumagi_interface::{Address, DecodeError, PROGRAM_ID, pda};
use quantumagi_rpc::Account;
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_sdk::{Quantumagi, Result, SdkError};

use crate::duty::Subject;
use crate::operator::Desk;

/// Accounts that one call reads; with the constitution's own it is the hundred that endpoints allow.
const PER_CALL: usize = 99;

/// Everything of one constitution that the clock can make due. Whatever is closed is not in it.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The constitution's address.
    pub address: Address,
    /// The earliest slot at which any of it was so.
    pub slot: u64,
    /// The constitution.
    pub constitution: Constitution,
    /// Proposals, by id.
    pub proposals: Vec<Proposal>,
    /// Roots that were published for those of them that are voted on by snapshot.
    pub roots: Vec<PublishedRoot>,
    /// The lists of operators of those proposals, by address.
    pub operators: BTreeMap<Address, SnapshotOperators>,
    /// What this crank's operator knows itself, where it is one and something waits for it.
    pub desk: Option<Desk>,
    /// When a checkpoint was last anchored, where this crank anchors any.
    pub anchorage: Option<Anchorage>,
    /// Policies, by id.
    pub policies: Vec<Policy>,
    /// Emergency acts, by id.
    pub emergencies: Vec<EmergencyAction>,
    /// Accounts that could not be decoded, as a later version of the program might write them: left alone.
    pub undecodable: Vec<(Subject, DecodeError)>,
}

/// A root that waits to be bound or closed.
#[derive(Clone, Debug)]
pub struct PublishedRoot {
    /// Id of its proposal.
    pub proposal: u64,
    /// What was published.
    pub snapshot: Snapshot,
    /// Who judges it.
    pub operators: SnapshotOperators,
}

/// When a checkpoint was last anchored, and how often one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchorage {
    /// Events that the last one covers; 0 before the first.
    pub sequence: u64,
    /// When the next is due if something has happened since, by the chain's clock.
    pub next_at: i64,
}

/// Reads one constitution again and again.
///
/// An id is never used again, so what was closed once is not asked for again: a reading costs a call for each hundred
/// accounts that are open, however long the history. A new reader knows nothing and reads everything once.
#[derive(Debug)]
pub struct Surveyor {
    address: Address,
    /// Every id below these is either in `open`, or closed for good.
    known: NextIds,
    open: BTreeSet<Subject>,
}

/// The ids that a constitution gives next: everything below exists, or existed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct NextIds {
    proposal: u64,
    policy: u64,
    emergency: u32,
}

impl NextIds {
    fn of(constitution: &Constitution) -> Self {
        Self {
            proposal: constitution.next_proposal_id,
            policy: constitution.next_policy_id,
            emergency: constitution.next_emergency_id,
        }
    }

    fn has_given(&self, subject: Subject) -> bool {
        match subject {
            Subject::Proposal(id) => id < self.proposal,
            Subject::Policy(id) => id < self.policy,
            Subject::Emergency(id) => id < self.emergency,
            Subject::Root { proposal, .. } => proposal < self.proposal,
            Subject::History => true,
        }
    }

    /// What these have given and `before` had not.
    fn since(self, before: Self) -> impl Iterator<Item = Subject> {
        let proposals = (before.proposal..self.proposal).map(Subject::Proposal);
        let policies = (before.policy..self.policy).map(Subject::Policy);
        proposals.chain(policies).chain((before.emergency..self.emergency).map(Subject::Emergency))
    }

    fn max(self, other: Self) -> Self {
        Self {
            proposal: self.proposal.max(other.proposal),
            policy: self.policy.max(other.policy),
            emergency: self.emergency.max(other.emergency),
        }
    }
}

impl Surveyor {
    /// One that knows nothing yet.
    #[must_use]
    pub fn new(address: Address) -> Self {
        Self { address, known: NextIds::default(), open: BTreeSet::new() }
    }

    /// The constitution that it reads.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Reads everything that is open.
    ///
    /// # Errors
    /// [`SdkError::NotFound`], [`SdkError::NotOurs`] and [`SdkError::Undecodable`] for the constitution itself;
    /// [`SdkError::Rpc`].
    pub async fn survey(&mut self, client: &Quantumagi) -> Result<Survey> {
        let mut asked: Vec<Subject> = self.open.iter().copied().collect();
        let mut found = BTreeMap::new();
        let mut slot = u64::MAX;
        let constitution = loop {
            let constitution = self.read(client, &asked, &mut found, &mut slot).await?;
            // Given since the last reading, or all of them at the first.
            let next = NextIds::of(&constitution).max(self.known);
            asked = next.since(self.known).collect();
            self.known = next;
            if asked.is_empty() {
                break constitution;
            }
            self.open.extend(&asked);
        };
        let mut survey = Survey { slot, ..Survey::of(self.address, constitution) };
        for (subject, data) in &found {
            survey.take(*subject, data);
        }
        self.read_roots(client, &mut survey).await?;
        Ok(survey)
    }

    /// Reads these accounts, and forgets those that are closed for good. Each call reads the constitution with them: only an
    /// answer that knows of an id can say that it is closed, and one from an endpoint that lags behind cannot.
    async fn read(
        &mut self,
        client: &Quantumagi,
        asked: &[Subject],
        found: &mut BTreeMap<Subject, Vec<u8>>,
        slot: &mut u64,
    ) -> Result<Constitution> {
        let parts: Vec<&[Subject]> = if asked.is_empty() { vec![&[]] } else { asked.chunks(PER_CALL).collect() };
        let mut newest: Option<Constitution> = None;
        for part in parts {
            let addresses = part.iter().map(|subject| subject.address(&self.address));
            let addresses: Vec<Address> = std::iter::once(self.address).chain(addresses).collect();
            let mut accounts = client.rpc().accounts(&addresses).await?.into_iter();
            let account = accounts.next().flatten();
            *slot = account.as_ref().map_or(*slot, |account| account.slot.min(*slot));
            let constitution = self.decoded(account)?;
            let given = NextIds::of(&constitution);
            for (subject, account) in part.iter().zip(accounts) {
                match account.filter(|account| account.owner == PROGRAM_ID) {
                    Some(account) => {
                        found.insert(*subject, account.data);
                    }
                    None if given.has_given(*subject) => {
                        self.open.remove(subject);
                    }
                    None => {}
                }
            }
            let is_newer = |before: &Constitution| before.chain.sequence <= constitution.chain.sequence;
            if newest.as_ref().is_none_or(is_newer) {
                newest = Some(constitution);
            }
        }
        newest.ok_or(SdkError::NotFound { what: "constitution", address: self.address })
    }

    fn decoded(&self, account: Option<Account>) -> Result<Constitution> {
        let (what, address) = ("constitution", self.address);
        let account = account.ok_or(SdkError::NotFound { what, address })?;
        if account.owner != PROGRAM_ID {
            return Err(SdkError::NotOurs { what, address, owner: account.owner });
        }
        Constitution::decode(&account.data).map_err(|source| SdkError::Undecodable { what, address, source })
    }

    /// The roots of proposals that are voted on by snapshot, which lie at addresses made of their operators'.
    async fn read_roots(&self, client: &Quantumagi, survey: &mut Survey) -> Result<()> {
        let by_snapshot = |proposal: &&Proposal| proposal.electorate_kind == ElectorateKind::Snapshot as u8;
        let proposals: Vec<(u64, Address)> =
            survey.proposals.iter().filter(by_snapshot).map(|proposal| (proposal.id, proposal.electorate)).collect();
        let lists: BTreeSet<Address> = proposals.iter().map(|(_, electorate)| *electorate).collect();
        let mut operators = BTreeMap::new();
        for list in lists {
            operators.insert(list, client.operators(&list).await?.value);
        }
        survey.operators.clone_from(&operators);
        let mut asked = Vec::new();
        for (proposal, electorate) in proposals {
            let Some(list) = operators.get(&electorate) else { continue };
            let listed = list.operators.iter().take(usize::from(list.count));
            asked.extend(listed.map(|publisher| (proposal, *publisher, list.clone())));
        }
        let at = |(proposal, publisher, _): &(u64, Address, SnapshotOperators)| {
            pda::snapshot(&pda::proposal(&self.address, *proposal), publisher)
        };
        let addresses: Vec<Address> = asked.iter().map(at).collect();
        if addresses.is_empty() {
            return Ok(());
        }
        let accounts = client.rpc().accounts(&addresses).await?;
        for ((proposal, publisher, operators), account) in asked.into_iter().zip(accounts) {
            let Some(account) = account.filter(|account| account.owner == PROGRAM_ID) else { continue };
            match Snapshot::decode(&account.data) {
                Ok(snapshot) => survey.roots.push(PublishedRoot { proposal, snapshot, operators }),
                Err(source) => survey.undecodable.push((Subject::Root { proposal, publisher }, source)),
            }
        }
        Ok(())
    }
}

/// Reads one account and what decides about it: enough to ask whether it is still due. A closed one is not in it.
///
/// # Errors
/// As [`Surveyor::survey`].
pub async fn survey_one(client: &Quantumagi, constitution: &Address, subject: Subject) -> Result<Survey> {
    let read = match subject {
        // Its roots are read with it, and it decides about them.
        Subject::Root { proposal, .. } => Subject::Proposal(proposal),
        Subject::Proposal(_) | Subject::Policy(_) | Subject::Emergency(_) | Subject::History => subject,
    };
    let surveyor = Surveyor::new(*constitution);
    let mut accounts = client.rpc().accounts(&[*constitution, read.address(constitution)]).await?.into_iter();
    let account = accounts.next().flatten();
    let slot = account.as_ref().map_or(0, |account| account.slot);
    let mut survey = Survey { slot, ..Survey::of(*constitution, surveyor.decoded(account)?) };
    if let Some(account) = accounts.next().flatten().filter(|account| account.owner == PROGRAM_ID) {
        survey.take(read, &account.data);
    }
    if read != subject {
        surveyor.read_roots(client, &mut survey).await?;
    }
    Ok(survey)
}

impl Survey {
    /// One in which nothing is open.
    pub(crate) fn of(address: Address, constitution: Constitution) -> Self {
        Self {
            address,
            slot: 0,
            constitution,
            proposals: Vec::new(),
            roots: Vec::new(),
            operators: BTreeMap::new(),
            desk: None,
            anchorage: None,
            policies: Vec::new(),
            emergencies: Vec::new(),
            undecodable: Vec::new(),
        }
    }

    fn take(&mut self, subject: Subject, data: &[u8]) {
        let taken = match subject {
            Subject::Proposal(_) => Proposal::decode(data).map(|proposal| self.proposals.push(proposal)),
            Subject::Policy(_) => Policy::decode(data).map(|policy| self.policies.push(policy)),
            Subject::Emergency(_) => EmergencyAction::decode(data).map(|act| self.emergencies.push(act)),
            // Read on their own, once their proposals are known.
            Subject::Root { .. } => Ok(()),
            // The constitution itself, which is read with everything.
            Subject::History => Ok(()),
        };
        if let Err(source) = taken {
            self.undecodable.push((subject, source));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_new_are_those_between_two_readings() {
        let before = NextIds { proposal: 2, policy: 1, emergency: 0 };
        let after = NextIds { proposal: 4, policy: 1, emergency: 1 };
        let new: Vec<Subject> = after.since(before).collect();
        assert_eq!(new, [Subject::Proposal(2), Subject::Proposal(3), Subject::Emergency(0)]);
        assert_eq!(after.since(after).count(), 0);
        assert_eq!(before.since(after).count(), 0, "an endpoint that lags behind gives nothing back");
    }

    #[test]
    fn only_what_was_given_can_be_closed() {
        let given = NextIds { proposal: 2, policy: 1, emergency: 0 };
        assert!(given.has_given(Subject::Proposal(1)) && given.has_given(Subject::Policy(0)));
        assert!(!given.has_given(Subject::Proposal(2)) && !given.has_given(Subject::Emergency(0)));
    }
}
