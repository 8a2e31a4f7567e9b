//! A snapshot operator: finds out itself who has how much stake, and judges by it what others have published.
//!
//! The chain does not say what the voters of a list of operators are. That they are validators by stake is the word of
//! whoever configures this. A root is right if it is that of the stake in the epoch of its slot, and that epoch is the newest
//! or the one before: an operator who could choose among all epochs would choose a majority.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use quantumagi_interface::accounts::{Proposal, Snapshot, SnapshotOperators};
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rpc::{ChainClock, Rpc};
use quantumagi_rules::lifecycle::Step;
use quantumagi_rules::snapshot::Root;
use quantumagi_rules::{UnixSeconds, Weight};
use quantumagi_sdk::check;
use quantumagi_sdk::snapshot::VoterList;

use crate::stake::{StakeError, StakeLists};
use crate::survey::{PublishedRoot, Survey};

/// What to do about a root that is not the one computed here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFalseRoot {
    /// Say so, and leave it to a person.
    #[default]
    Tell,
    /// Challenge it on chain.
    Challenge,
}

/// What an operator finds of a root that somebody published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judgement {
    /// It is the one computed here.
    Same,
    /// It is another.
    False,
    /// It is of an epoch whose stake is not known here, or is too old to vote by.
    Unknown,
}

/// What an operator knows itself about the proposals that wait for their roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Desk {
    /// The operator.
    pub operator: Address,
    /// Proposals that wait for a root, and of whose electorate it is an operator.
    pub waiting: BTreeSet<u64>,
    /// What it finds of each root that was published for them, by proposal and publisher.
    pub judgements: BTreeMap<(u64, Address), Judgement>,
}

/// A snapshot operator's key, and what it knows.
pub struct Operator {
    key: Arc<Keypair>,
    electorates: BTreeSet<Address>,
    on_false_root: OnFalseRoot,
    lists: StakeLists,
    /// Roots of proposals that wait, by slot. They save hashing and nothing else.
    roots: Mutex<HashMap<(Address, u64), Root>>,
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Operator").field("address", &self.address()).finish_non_exhaustive()
    }
}

impl Operator {
    /// One for these lists of operators, whose voters are validators by stake, with its files in `folder`.
    ///
    /// # Errors
    /// [`StakeError`].
    pub fn new(
        key: Arc<Keypair>,
        electorates: &[Address],
        on_false_root: OnFalseRoot,
        folder: &Path,
    ) -> Result<Self, StakeError> {
        let (electorates, lists) = (electorates.iter().copied().collect(), StakeLists::open(folder)?);
        Ok(Self { key, electorates, on_false_root, lists, roots: Mutex::default() })
    }

    /// Who it is.
    #[must_use]
    pub fn address(&self) -> Address {
        self.key.pubkey()
    }

    pub(crate) fn key(&self) -> &Keypair {
        &self.key
    }

    pub(crate) fn on_false_root(&self) -> OnFalseRoot {
        self.on_false_root
    }

    /// Looks at what waits for a root, and computes it. Asks an endpoint for the stake only where something waits, and until
    /// that of this epoch is known.
    pub(crate) async fn look(&self, rpc: &Rpc, clock: &ChainClock, survey: &mut Survey) {
        let waiting: BTreeSet<u64> =
            survey.proposals.iter().filter(|it| self.is_waiting(it, survey, clock)).map(|it| it.id).collect();
        survey.desk = None;
        if waiting.is_empty() {
            return;
        }
        if let Err(error) = self.read_stake(rpc, clock).await {
            // The publishing is due all the same, and its attempt says what stands in its way.
            tracing::warn!(%error, "the stake of this epoch is not known");
        }
        let judged = survey.roots.iter().filter(|root| waiting.contains(&root.proposal));
        let judgements = judged.map(|root| ((root.proposal, root.snapshot.publisher), self.judge(survey, root, clock)));
        survey.desk = Some(Desk { operator: self.address(), judgements: judgements.collect(), waiting });
    }

    /// What is not waited for any more needs no memory.
    pub(crate) fn forget(&self, surveys: &[Survey]) {
        let waiting: BTreeSet<Address> = surveys
            .iter()
            .flat_map(|it| it.desk.iter().flat_map(|desk| &desk.waiting).map(|id| pda::proposal(&it.address, *id)))
            .collect();
        self.roots().retain(|(proposal, _), _| waiting.contains(proposal));
    }

    /// Reads the stake of the newest epoch where it is not known yet.
    pub(crate) async fn read_stake(&self, rpc: &Rpc, clock: &ChainClock) -> Result<(), StakeUnknown> {
        if self.lists.newest().is_some_and(|list| clock.epoch <= list.epoch) {
            return Ok(());
        }
        let stake = rpc.epoch_stake().await?.ok_or(StakeUnknown::EpochChanged)?;
        Ok(self.lists.keep(&stake)?)
    }

    /// The voters to publish: those of the newest epoch.
    pub(crate) fn voters(&self) -> Option<VoterList> {
        self.lists.newest().map(|list| list.voters.clone())
    }

    /// The voters at a slot, where they are known and not too old.
    pub(crate) fn voters_at(&self, slot: u64, clock: &ChainClock) -> Option<VoterList> {
        let list = self.lists.of_slot(slot).filter(|list| clock.epoch <= list.epoch.saturating_add(1));
        list.map(|list| list.voters.at_slot(slot))
    }

    fn judge(&self, survey: &Survey, published: &PublishedRoot, clock: &ChainClock) -> Judgement {
        let (proposal, snapshot) = (published.proposal, &published.snapshot);
        let Snapshot { root, total_weight, voters, slot, .. } = *snapshot;
        let address = pda::proposal(&survey.address, proposal);
        let Some(list) = self.voters_at(slot, clock) else { return Judgement::Unknown };
        let known = self.roots().get(&(address, slot)).copied();
        let Some(computed) = known.or_else(|| Some(list.tree(&survey.address, &address).ok()?.root())) else {
            return Judgement::Unknown;
        };
        self.roots().insert((address, slot), computed);
        let is_same = computed == Root { hash: root, total: Weight(total_weight), voters };
        if is_same { Judgement::Same } else { Judgement::False }
    }

    fn is_waiting(&self, proposal: &Proposal, survey: &Survey, clock: &ChainClock) -> bool {
        let list = survey.operators.get(&proposal.electorate);
        let is_listed = list.is_some_and(|list| position(list, &self.address()).is_some());
        let now = UnixSeconds(clock.unix_timestamp);
        self.electorates.contains(&proposal.electorate)
            && is_listed
            && proposal.snapshot_root == [0; 32]
            && check::step(proposal, Step::BindSnapshot, now).is_ok()
    }

    fn roots(&self) -> std::sync::MutexGuard<'_, HashMap<(Address, u64), Root>> {
        // Whatever a thread that panicked left behind only saves work.
        self.roots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The operator's place in the list, by which it speaks.
pub(crate) fn position(list: &SnapshotOperators, operator: &Address) -> Option<usize> {
    list.operators.iter().take(usize::from(list.count)).position(|listed| listed == operator)
}

/// Why the stake of this epoch is not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StakeUnknown {
    #[error(transparent)]
    Rpc(#[from] quantumagi_rpc::RpcError),
    #[error(transparent)]
    Kept(#[from] StakeError),
    #[error("a new epoch began while the stake was being read")]
    EpochChanged,
}
