//! What it would take to have one's way against a community, beside what there is to take (O4).
//!
//! The weights are those of now: of the roster, of the deposits that have matured, or, where only a snapshot or a plugin
//! knows them, of the latest proposal that froze them.

use std::collections::BTreeMap;

use quantumagi_interface::accounts::{Constitution, Proposal};
use quantumagi_interface::{Address, pda};
use quantumagi_rules::Weight;
use quantumagi_rules::approval::ApprovalRule;
use quantumagi_rules::approval::capture::{fewest, is_spike};
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::parameters::Track;
use quantumagi_rules::token::{TOKEN_2022_PROGRAM, TOKEN_PROGRAM, TokenAccount};

use crate::client::{AtSlot, Quantumagi};
use crate::error::Result;

/// What capturing a community costs, and what it would bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// Weight of everybody; `None` where no proposal has frozen it yet.
    pub total: Option<Weight>,
    /// Track by track.
    pub tracks: Vec<TrackCapture>,
    /// Lamports in the vault.
    pub lamports: u64,
    /// Tokens in the vault's accounts, by mint, in base units.
    pub tokens: BTreeMap<Address, u64>,
    /// Proposals whose total was far from that of the one before: look who came or went.
    pub spikes: Vec<Spike>,
}

/// What it takes on one track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackCapture {
    /// The track.
    pub track: Track,
    /// For ordinary matters.
    pub ordinary: Price,
    /// For entrenched ones.
    pub entrenched: Price,
}

/// What it takes to pass a proposal alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Where nobody else votes. `None` where not even everybody together could pass it, or nobody knows the weights.
    pub unopposed: Option<Share>,
    /// Where everybody else votes against. `None` as above.
    pub opposed: Option<Share>,
}

/// Some weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How much.
    pub weight: Weight,
    /// The fewest people who have that much together, where it is known who has what.
    pub people: Option<u32>,
}

/// A total that is more than a tenth above or below that of the proposal before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spike {
    /// The proposal with the new total.
    pub proposal_id: u64,
    /// The total that the proposal before it froze.
    pub before: Weight,
    /// Its own.
    pub now: Weight,
}

impl Quantumagi {
    /// What capturing this community costs, and what it would bring.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn capture(&self, constitution: &Address) -> Result<Capture> {
        let account = self.constitution(constitution).await?.value;
        let proposals = self.proposals(constitution).await?;
        let (total, mut weights) = match self.weights(&account).await? {
            Some(weights) => (Some(sum(&weights)), Some(weights)),
            None => (latest_total(&account, &proposals), None),
        };
        let vault = pda::vault(constitution);
        Ok(Capture {
            total,
            tracks: Track::ALL.map(|track| of_track(&account, track, total, weights.as_deref_mut())).to_vec(),
            lamports: self.rpc().balance(&vault).await?,
            tokens: self.tokens(&vault).await?,
            spikes: spikes(&proposals),
        })
    }

    /// Who weighs how much now, where accounts of this program know it.
    async fn weights(&self, constitution: &Constitution) -> Result<Option<Vec<Weight>>> {
        Ok(match ElectorateKind::from_u8(constitution.electorate_kind) {
            Some(ElectorateKind::Council) => {
                let members = self.electorate(&constitution.electorate).await?.value.members;
                Some(members.iter().map(|member| Weight(member.weight)).collect())
            }
            Some(ElectorateKind::Deposit) => {
                let deposits = self.deposits(&constitution.electorate).await?;
                Some(deposits.iter().map(|deposit| deposit.value.holding().matured()).collect())
            }
            _ => None,
        })
    }

    async fn tokens(&self, owner: &Address) -> Result<BTreeMap<Address, u64>> {
        let mut tokens = BTreeMap::new();
        for program in [TOKEN_PROGRAM, TOKEN_2022_PROGRAM] {
            let program = Address::new_from_array(program);
            for (_, account) in self.rpc().token_accounts(owner, &program).await? {
                if let Some(held) = TokenAccount::read(&account.data).filter(|held| held.amount > 0) {
                    let amount: &mut u64 = tokens.entry(Address::new_from_array(held.mint)).or_default();
                    *amount = amount.saturating_add(held.amount);
                }
            }
        }
        Ok(tokens)
    }
}

fn sum(weights: &[Weight]) -> Weight {
    Weight(weights.iter().fold(0, |sum, weight| sum.saturating_add(weight.0)))
}

/// What the latest proposal of the electorate in force froze.
fn latest_total(constitution: &Constitution, proposals: &[AtSlot<Proposal>]) -> Option<Weight> {
    let same = proposals.iter().rev().map(|proposal| &proposal.value);
    let mut same = same.filter(|proposal| proposal.electorate == constitution.electorate && proposal.total_weight > 0);
    same.next().map(|proposal| Weight(proposal.total_weight))
}

fn of_track(
    constitution: &Constitution,
    track: Track,
    total: Option<Weight>,
    mut weights: Option<&mut [Weight]>,
) -> TrackCapture {
    let parameters = constitution.parameters(track);
    let mut price = |rule: ApprovalRule| {
        let cost = total.map(|total| rule.capture_cost(total));
        let mut share = |weight: Option<Weight>| {
            weight.map(|weight| Share { weight, people: weights.as_deref_mut().and_then(|all| fewest(all, weight)) })
        };
        let unopposed = share(cost.and_then(|cost| cost.unopposed));
        Price { unopposed, opposed: share(cost.and_then(|cost| cost.opposed)) }
    };
    TrackCapture {
        track,
        ordinary: price(parameters.approval_rule(false)),
        entrenched: price(parameters.approval_rule(true)),
    }
}

fn spikes(proposals: &[AtSlot<Proposal>]) -> Vec<Spike> {
    let frozen = proposals.iter().map(|proposal| &proposal.value).filter(|proposal| proposal.total_weight > 0);
    let frozen: Vec<_> = frozen.map(|proposal| (proposal.id, Weight(proposal.total_weight))).collect();
    let pairs = frozen.iter().zip(frozen.iter().skip(1));
    let far = pairs.filter(|((_, before), (_, now))| is_spike(*before, *now));
    far.map(|((_, before), (proposal_id, now))| Spike { proposal_id: *proposal_id, before: *before, now: *now })
        .collect()
}
