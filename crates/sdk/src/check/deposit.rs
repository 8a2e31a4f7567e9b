//! What the program would refuse about deposits.

use quantumagi_interface::Address;
use quantumagi_interface::accounts::{Deposit, DepositPool, Proposal};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::deposit::{
    Caster, DelegateError, DepositError, Holding, MAX_DELEGATION_SECONDS, PoolError, check_caster, is_legal_delegation,
};
use quantumagi_rules::mint::MintError;

use crate::error::Result;
use crate::words::utc;

/// Why the rules of deposits would refuse it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DepositRefusal {
    /// Somebody has no deposit in the pool.
    #[error("{owner} has no deposit in the pool {pool}")]
    NoDeposit {
        /// Who has none.
        owner: Address,
        /// The pool.
        pool: Address,
    },
    /// The deposit has no weight where it would need some.
    #[error("the deposit weighs nothing {}: its tokens matured later, or not yet", weightless_words(*.proposal))]
    WeighsNothing {
        /// The proposal it was to vote on; `None` for one that is to be made.
        proposal: Option<u64>,
    },
    /// Somebody is neither owner nor delegate.
    #[error("{voter} is neither the deposit's owner nor its delegate, or the delegation has ended")]
    NotVoter {
        /// Who wants to vote.
        voter: Address,
    },
    /// A delegate may not cast this ballot.
    #[error("{}", delegate_words(*.0))]
    Delegate(DelegateError),
    /// The delegation ends too early or too late.
    #[error("a delegation ends after now, {}, and within {} days of it", utc(*.now), MAX_DELEGATION_SECONDS / 86_400)]
    DelegationOutOfRange {
        /// The chain's time.
        now: UnixSeconds,
    },
    /// The deposit cannot do that now.
    #[error("{}", deposit_words(*.refusal, *.ripe_at))]
    Deposit {
        /// Why not.
        refusal: DepositError,
        /// When its fresh tokens can mature; `None` where there are none.
        ripe_at: Option<UnixSeconds>,
    },
    /// The pool's terms are out of their bounds.
    #[error("{}", pool_words(*.0))]
    Terms(PoolError),
    /// The mint's tokens cannot be weight.
    #[error("{}", mint_words(*.0))]
    Mint(MintError),
    /// The account is not a mint of SPL Token or Token-2022.
    #[error("{address} is not a mint of SPL Token or Token-2022")]
    NotAMint {
        /// The account.
        address: Address,
    },
    /// The pool cannot be closed.
    #[error("the pool is needed: {}", pool_needed_words(*.is_adopted, *.bound, *.total))]
    PoolNeeded {
        /// Whether it is the electorate in force.
        is_adopted: bool,
        /// Proposals bound to it.
        bound: u32,
        /// Tokens in it, base units.
        total: u64,
    },
    /// The kind of electorate has no such way to vote or propose here.
    #[error("this electorate is {kind}: it does not vote or propose like this")]
    OtherElectorate {
        /// What it is.
        kind: &'static str,
    },
}

/// Whether a deposit's rule allows what `next` asks.
///
/// # Errors
/// [`DepositRefusal::Deposit`], with the moment that decides.
pub fn change(
    deposit: &Deposit,
    pool: &DepositPool,
    next: impl FnOnce(Holding) -> std::result::Result<Holding, DepositError>,
) -> std::result::Result<Holding, DepositRefusal> {
    let ripe_at = UnixSeconds(deposit.fresh_at).checked_add(pool.maturity_seconds).filter(|_| deposit.fresh > 0);
    next(deposit.holding()).map_err(|refusal| DepositRefusal::Deposit { refusal, ripe_at })
}

/// Whether `voter` may cast a ballot with a deposit where `previous` stands.
///
/// # Errors
/// [`DepositRefusal::NotVoter`], [`DepositRefusal::WeighsNothing`], [`DepositRefusal::Delegate`].
pub fn vote(
    deposit: &Deposit,
    proposal: &Proposal,
    voter: &Address,
    previous: Option<Choice>,
    now: UnixSeconds,
) -> Result<()> {
    let caster = match deposit.delegate(now) {
        _ if *voter == deposit.owner => Caster::Owner,
        Some(delegate) if delegate == *voter => Caster::Delegate,
        _ => return Err(DepositRefusal::NotVoter { voter: *voter }.into()),
    };
    if deposit.weight_for(proposal.id) == 0 {
        return Err(DepositRefusal::WeighsNothing { proposal: Some(proposal.id) }.into());
    }
    check_caster(caster, proposal.ballot_rule()?, previous).map_err(|error| DepositRefusal::Delegate(error).into())
}

/// Whether a delegation may end then.
///
/// # Errors
/// [`DepositRefusal::DelegationOutOfRange`].
pub fn delegation(expires_at: UnixSeconds, now: UnixSeconds) -> std::result::Result<(), DepositRefusal> {
    if is_legal_delegation(expires_at, now) { Ok(()) } else { Err(DepositRefusal::DelegationOutOfRange { now }) }
}

fn weightless_words(proposal: Option<u64>) -> String {
    proposal.map_or_else(|| "yet".to_owned(), |id| format!("on proposal {id}"))
}

fn delegate_words(error: DelegateError) -> &'static str {
    match error {
        DelegateError::BallotStands => "a ballot stands already: only the owner may change it",
        DelegateError::BallotsAreFinal => "ballots of this proposal are final: the owner must cast it",
    }
}

fn deposit_words(error: DepositError, ripe_at: Option<UnixSeconds>) -> String {
    let ripe = ripe_at.map(utc).unwrap_or_default();
    match error {
        DepositError::AmountIsZero => "an amount of nothing".to_owned(),
        DepositError::Overflow => "more than 64 bits hold".to_owned(),
        DepositError::FreshIsRipe => "fresh tokens can mature now, and adding would begin their wait anew".to_owned(),
        DepositError::NothingFresh => "there are no fresh tokens to mature".to_owned(),
        DepositError::NotRipe => format!("the fresh tokens can mature from {ripe} on"),
        DepositError::CheckpointsFull => "all checkpoints are used: only the owner may give up the oldest".to_owned(),
        DepositError::Locked { until } => format!("locked until {}: a vote they back can still change", utc(until)),
        DepositError::Insufficient { held } => format!("the deposit holds {held} base units"),
        DepositError::NotEmpty => "the deposit still holds tokens".to_owned(),
    }
}

fn pool_words(error: PoolError) -> &'static str {
    match error {
        PoolError::MaturityOutOfRange => "tokens mature after 1 hour to 90 days",
        PoolError::FloorOutOfRange => "the floor is at least 1 and at most the mint's supply",
    }
}

fn mint_words(error: MintError) -> String {
    match error {
        MintError::CanFreeze => "somebody can freeze accounts of this mint".to_owned(),
        MintError::CanSeize => {
            "somebody can take this mint's tokens from their holders, or replace the mint".to_owned()
        }
        MintError::CannotMovePlainly => {
            "this mint's tokens do not move plainly: a fee, a hook, or not at all".to_owned()
        }
        MintError::CanHide => "balances of this mint can be hidden".to_owned(),
        MintError::UnknownExtension { number } => format!("the mint has an extension that is not known: {number}"),
    }
}

fn pool_needed_words(is_adopted: bool, bound: u32, total: u64) -> String {
    if is_adopted {
        "it is the electorate in force".to_owned()
    } else if bound > 0 {
        format!("{bound} proposals are bound to it")
    } else {
        format!("{total} base units are in it")
    }
}
