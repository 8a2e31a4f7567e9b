//! What the program would refuse about snapshots.

use quantumagi_interface::Address;
use quantumagi_interface::accounts::{Proposal, Snapshot, SnapshotOperators};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::lifecycle::Step;
use quantumagi_rules::snapshot::SnapshotError;
use quantumagi_rules::snapshot::review::{Review, ReviewError, challenge_ends_at};

use crate::error::Result;

use crate::snapshot::VoterListError;
use crate::words::utc;

/// Why the rules of snapshots would refuse it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotRefusal {
    /// Somebody is no operator.
    #[error("{signer} is not one of the snapshot operators {operators}")]
    NotAnOperator {
        /// Who is not.
        signer: Address,
        /// The list.
        operators: Address,
    },
    /// Somebody is neither an operator nor asked for a deposit.
    #[error("{proposer} is no snapshot operator, and the track asks for no deposit that would let anybody propose")]
    NoStanding {
        /// Who is not.
        proposer: Address,
    },
    /// Somebody is not in the list.
    #[error("{voter} is not in this snapshot")]
    NotInSnapshot {
        /// Who is not.
        voter: Address,
    },
    /// The list is another than the one bound, or published.
    #[error("this file has the root {file}, but the one {what} is {chain}")]
    OtherRoot {
        /// Root of the file, in hexadecimal.
        file: String,
        /// Which one it is compared with: bound or published.
        what: &'static str,
        /// Its root, in hexadecimal.
        chain: String,
    },
    /// Nobody can vote yet.
    #[error("no snapshot is bound to the proposal yet: its operators publish one, and anybody binds it")]
    NotBound,
    /// Who votes is known already.
    #[error("a snapshot is bound to the proposal already")]
    AlreadyBound,
    /// The window is not over.
    #[error("the challenge window runs until {}; it is {}", utc(*.until), utc(*.now))]
    ChallengeRunning {
        /// Until when.
        until: UnixSeconds,
        /// The chain's time.
        now: UnixSeconds,
    },
    /// Too few approve, or too many challenge.
    #[error("approved by {approvals} and challenged by {challenges}: approvals must exceed challenges by {needed}")]
    NotAccepted {
        /// Who approve.
        approvals: u32,
        /// Who challenge.
        challenges: u32,
        /// By how much approvals must exceed them.
        needed: u8,
    },
    /// The operator has published one already.
    #[error("{publisher} has published a snapshot for this proposal already, and each operator publishes one")]
    AlreadyPublished {
        /// Who.
        publisher: Address,
    },
    /// The root may still become the one that decides who votes.
    #[error("no snapshot is bound to the proposal yet: this one may be, and stays open until then")]
    MayBeBound,
    /// The proposal's electorate is of another kind.
    #[error("this proposal is not voted on by snapshot")]
    OtherElectorate,
    /// The vote needs a snapshot's file.
    #[error("this proposal is voted on by snapshot: name the file its operators published")]
    FileNeeded,
    /// The vote needs a weight record.
    #[error("this proposal is voted on by a plugin's weight records, which the plugin writes in the same transaction")]
    RecordNeeded,
    /// The stake changed while it was read.
    #[error("a new epoch began while the stake was being read: try again")]
    EpochChanged,
    /// The rules of trees object.
    #[error(transparent)]
    Tree(#[from] SnapshotError),
    /// The list is none.
    #[error(transparent)]
    List(#[from] VoterListError),
    /// The rules of operators object.
    #[error("{}", review_words(*.0))]
    Review(ReviewError),
}

fn review_words(error: ReviewError) -> &'static str {
    match error {
        ReviewError::OperatorsOutOfRange => "there are 1 to 16 snapshot operators",
        ReviewError::NotAscending => "an operator is named twice, or is the zero address",
        ReviewError::NeededOutOfRange => "approvals must exceed challenges by at least 1 and at most all operators",
        ReviewError::ChallengeOutOfRange => "the challenge window lasts 10 minutes to 14 days",
        ReviewError::AlreadyReviewed => "this operator has spoken on this snapshot already",
    }
}

/// Whether a published root can be bound to its proposal.
///
/// # Errors
/// [`SnapshotRefusal::AlreadyBound`], [`SnapshotRefusal::ChallengeRunning`], [`SnapshotRefusal::NotAccepted`]; as
/// [`super::step`].
pub fn bindable(
    proposal: &Proposal,
    operators: &SnapshotOperators,
    published: &Snapshot,
    now: UnixSeconds,
) -> Result<()> {
    super::step(proposal, Step::BindSnapshot, now)?;
    if proposal.snapshot_root != [0; 32] {
        return Err(SnapshotRefusal::AlreadyBound.into());
    }
    let until = challenge_ends_at(UnixSeconds(published.published_at), operators.challenge_seconds);
    let until = until.unwrap_or(UnixSeconds(i64::MAX));
    if now < until {
        return Err(SnapshotRefusal::ChallengeRunning { until, now }.into());
    }
    let review = Review { approvals: published.approvals, challenges: published.challenges };
    let needed = operators.needed;
    if !review.is_accepted(needed) {
        let (approvals, challenges) = (review.approvals.count_ones(), review.challenges.count_ones());
        return Err(SnapshotRefusal::NotAccepted { approvals, challenges, needed }.into());
    }
    Ok(())
}
