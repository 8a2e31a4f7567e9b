//! Orders about snapshots: reading stake, publishing, judging and binding a root, voting with a proof.

use quantumagi_interface::accounts::{Proposal, Snapshot, SnapshotOperators, WeightPlugin};
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::Instruction;
use quantumagi_rules::Weight;
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::lifecycle::Step;
use quantumagi_rules::snapshot::Root;
use quantumagi_rules::snapshot::review::{Review, ReviewError, Verdict, check_operators};

use super::{AtSlot, Quantumagi};
use crate::builders::{self, OperatorTerms, PluginTerms, ProvedVoter};
use crate::check::{self, SnapshotRefusal};
use crate::error::Result;
use crate::snapshot::VoterList;
use crate::words::hex;

impl Quantumagi {
    /// Snapshot operators by their address.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn operators(&self, address: &Address) -> Result<AtSlot<SnapshotOperators>> {
        self.existing("list of snapshot operators", address, SnapshotOperators::decode).await
    }

    /// A weight plugin by its address.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn weight_plugin(&self, address: &Address) -> Result<AtSlot<WeightPlugin>> {
        self.existing("weight plugin", address, WeightPlugin::decode).await
    }

    /// The roots that were published for a proposal and are not closed.
    ///
    /// # Errors
    /// [`SnapshotRefusal::OtherElectorate`], and as [`Quantumagi::constitution`].
    pub async fn published_roots(&self, address: &Address) -> Result<Vec<AtSlot<Snapshot>>> {
        let (_, operators) = self.by_snapshot(address).await?;
        let listed = operators.operators.iter().take(usize::from(operators.count));
        let addresses: Vec<Address> = listed.map(|operator| pda::snapshot(address, operator)).collect();
        let found = self.those_of("published snapshot", &addresses, Snapshot::decode).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Validators by stake, as they are in this epoch. Their list is the same whenever it is read in one epoch, but for
    /// the slot.
    ///
    /// # Errors
    /// [`SnapshotRefusal::EpochChanged`], [`SnapshotRefusal::List`], and [`SdkError::Rpc`](crate::SdkError::Rpc).
    pub async fn stake(&self) -> Result<VoterList> {
        let before = self.clock().await?;
        let accounts = self.rpc.vote_accounts().await?;
        if self.clock().await?.epoch != before.epoch {
            return Err(SnapshotRefusal::EpochChanged.into());
        }
        Ok(VoterList::of_stake(before.slot, &accounts).map_err(SnapshotRefusal::from)?)
    }

    /// Names snapshot operators; anybody may after the seal. The address of their list comes with it.
    ///
    /// # Errors
    /// [`SnapshotRefusal::Review`], and as [`Quantumagi::constitution`].
    pub async fn operators_create(
        &self,
        constitution: &Address,
        payer: &Address,
        terms: &OperatorTerms,
    ) -> Result<(Address, Instruction)> {
        let mut terms = terms.clone();
        terms.operators.sort_unstable();
        let listed: Vec<_> = terms.operators.iter().map(|operator| operator.to_bytes()).collect();
        check_operators(&listed, terms.needed, terms.challenge_seconds).map_err(SnapshotRefusal::Review)?;
        let version = self.next_electorate(constitution, payer).await?;
        let create = builders::operators_create(payer, constitution, version, &terms);
        Ok((pda::operators(constitution, version), create))
    }

    /// Names a weight plugin; anybody may after the seal. Its address comes with it.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn weight_plugin_create(
        &self,
        constitution: &Address,
        payer: &Address,
        terms: &PluginTerms,
    ) -> Result<(Address, Instruction)> {
        let version = self.next_electorate(constitution, payer).await?;
        let create = builders::weight_plugin_create(payer, constitution, version, terms);
        Ok((pda::weight_plugin(constitution, version), create))
    }

    /// Publishes the root of these voters for a proposal, as one of its operators.
    ///
    /// # Errors
    /// [`SnapshotRefusal`], [`CheckError::Step`](check::CheckError::Step), and as [`Quantumagi::constitution`].
    pub async fn snapshot_publish(
        &self,
        address: &Address,
        publisher: &Address,
        voters: &VoterList,
    ) -> Result<Instruction> {
        let (proposal, _) = self.waiting(address, publisher).await?;
        if self.published_by(address, publisher).await?.is_some() {
            return Err(SnapshotRefusal::AlreadyPublished { publisher: *publisher }.into());
        }
        let root = root_of(&proposal, address, voters)?;
        root.check(voters.slot(), self.clock().await?.slot).map_err(SnapshotRefusal::Tree)?;
        Ok(builders::snapshot_publish(publisher, address, &proposal.electorate, &root, voters.slot()))
    }

    /// Says of a published root whether it is that of these voters, as one of the operators: the verdict follows from the
    /// list that the operator has read.
    ///
    /// # Errors
    /// [`SnapshotRefusal`], [`CheckError::Step`](check::CheckError::Step), and as [`Quantumagi::constitution`].
    pub async fn snapshot_review(
        &self,
        address: &Address,
        publisher: &Address,
        operator: &Address,
        voters: &VoterList,
    ) -> Result<(Verdict, Instruction)> {
        let (proposal, position) = self.waiting(address, operator).await?;
        let published = self.published_root(address, publisher).await?.value;
        let is_same = root_of(&proposal, address, voters)? == published_as_root(&published);
        let verdict = if is_same && voters.slot() == published.slot { Verdict::Approve } else { Verdict::Challenge };
        let review = Review { approvals: published.approvals, challenges: published.challenges };
        review.with(position, verdict).map_err(SnapshotRefusal::Review)?;
        Ok((verdict, builders::snapshot_review(operator, address, &proposal.electorate, publisher, verdict)))
    }

    /// Binds a root that its operators accept.
    ///
    /// # Errors
    /// [`SnapshotRefusal`], [`CheckError::Step`](check::CheckError::Step), and as [`Quantumagi::constitution`].
    pub async fn snapshot_bind(&self, address: &Address, publisher: &Address) -> Result<Instruction> {
        let (proposal, operators) = self.by_snapshot(address).await?;
        let published = self.published_root(address, publisher).await?.value;
        check::bindable(&proposal, &operators, &published, self.now().await?)?;
        Ok(builders::snapshot_bind(address, &proposal.electorate, publisher))
    }

    /// Closes a published root that is not needed any more; the rent goes back to its publisher.
    ///
    /// # Errors
    /// [`SnapshotRefusal::MayBeBound`], and as [`Quantumagi::constitution`].
    pub async fn snapshot_close(&self, address: &Address, publisher: &Address) -> Result<Instruction> {
        let published = self.published_root(address, publisher).await?.value;
        // A proposal that is closed itself needs none.
        let proposals = self.those_of("proposal", &[*address], Proposal::decode).await?;
        if let Some(proposal) = proposals.into_iter().flatten().next() {
            let is_over = check::step(&proposal.value, Step::Close, self.now().await?).is_ok();
            if proposal.value.snapshot_root == [0; 32] && !is_over {
                return Err(SnapshotRefusal::MayBeBound.into());
            }
        }
        Ok(builders::snapshot_close(&published.constitution, address, publisher))
    }

    /// Votes with a place in these voters, or changes the vote. Where the voter's ballot page is not open yet, `voter`
    /// opens and pays for it.
    ///
    /// # Errors
    /// As [`Quantumagi::proposal_vote`]; [`SnapshotRefusal`].
    pub async fn snapshot_vote(
        &self,
        address: &Address,
        voter: &Address,
        choice: Choice,
        voters: &VoterList,
    ) -> Result<Vec<Instruction>> {
        let (proposal, _) = self.by_snapshot(address).await?;
        check::step(&proposal, Step::Vote, self.now().await?)?;
        let place = proved_voter(&proposal, address, voter, voters)?;
        let previous = self.choice_of(address, &proposal, place.index).await?;
        check::vote(&proposal, previous, choice, self.now().await?)?;
        let mut instructions = self.page_for(address, &proposal, voter, place.index).await?;
        instructions.push(builders::snapshot_vote(address, voter, &place, choice));
        Ok(instructions)
    }

    /// The root that an operator published for a proposal.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn published_root(&self, address: &Address, publisher: &Address) -> Result<AtSlot<Snapshot>> {
        let snapshot = pda::snapshot(address, publisher);
        self.existing("published snapshot", &snapshot, Snapshot::decode).await
    }

    async fn published_by(&self, address: &Address, publisher: &Address) -> Result<Option<Snapshot>> {
        let found = self.those_of("published snapshot", &[pda::snapshot(address, publisher)], Snapshot::decode).await?;
        Ok(found.into_iter().flatten().next().map(|read| read.value))
    }

    /// A proposal that is voted on by snapshot, with its operators.
    ///
    /// # Errors
    /// [`SnapshotRefusal::OtherElectorate`], and as [`Quantumagi::constitution`].
    pub async fn by_snapshot(&self, address: &Address) -> Result<(Proposal, SnapshotOperators)> {
        let proposal = self.proposal_at(address).await?.value;
        if proposal.electorate_kind()? != ElectorateKind::Snapshot {
            return Err(SnapshotRefusal::OtherElectorate.into());
        }
        let operators = self.operators(&proposal.electorate).await?.value;
        Ok((proposal, operators))
    }

    /// A proposal that waits for its root, and the operator's position in the list.
    async fn waiting(&self, address: &Address, operator: &Address) -> Result<(Proposal, usize)> {
        let (proposal, operators) = self.by_snapshot(address).await?;
        check::step(&proposal, Step::BindSnapshot, self.now().await?)?;
        if proposal.snapshot_root != [0; 32] {
            return Err(SnapshotRefusal::AlreadyBound.into());
        }
        let mut listed = operators.operators.iter().take(usize::from(operators.count));
        let position = listed.position(|listed| listed == operator);
        let stranger = SnapshotRefusal::NotAnOperator { signer: *operator, operators: proposal.electorate };
        Ok((proposal, position.ok_or(stranger)?))
    }

    async fn next_electorate(&self, constitution: &Address, payer: &Address) -> Result<u32> {
        let account = self.constitution(constitution).await?.value;
        if !account.is_sealed() {
            check::signer(&account.founder, payer)?;
        }
        Ok(account.next_electorate_version)
    }
}

/// A voter's place among these voters, with the proof that the program asks for.
///
/// # Errors
/// [`SnapshotRefusal::NotBound`], [`SnapshotRefusal::OtherRoot`], [`SnapshotRefusal::NotInSnapshot`].
pub fn proved_voter(
    proposal: &Proposal,
    address: &Address,
    voter: &Address,
    voters: &VoterList,
) -> Result<ProvedVoter> {
    if proposal.snapshot_root == [0; 32] {
        return Err(SnapshotRefusal::NotBound.into());
    }
    let tree = voters.tree(&proposal.constitution, address).map_err(SnapshotRefusal::Tree)?;
    let root = tree.root();
    if root.hash != proposal.snapshot_root {
        let (file, chain) = (hex(&root.hash), hex(&proposal.snapshot_root));
        return Err(SnapshotRefusal::OtherRoot { file, what: "bound", chain }.into());
    }
    let absent = SnapshotRefusal::NotInSnapshot { voter: *voter };
    let (index, weight) = voters.find(voter).ok_or(absent.clone())?;
    let proof = tree.proof(index).ok_or(absent)?;
    Ok(ProvedVoter { index, weight, proof })
}

fn root_of(proposal: &Proposal, address: &Address, voters: &VoterList) -> Result<Root> {
    let tree = voters.tree(&proposal.constitution, address).map_err(SnapshotRefusal::Tree)?;
    Ok(tree.root())
}

fn published_as_root(published: &Snapshot) -> Root {
    Root { hash: published.root, total: Weight(published.total_weight), voters: published.voters }
}

impl From<ReviewError> for SnapshotRefusal {
    fn from(error: ReviewError) -> Self {
        Self::Review(error)
    }
}
