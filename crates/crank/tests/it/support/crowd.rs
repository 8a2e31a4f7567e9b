//! A community large enough for hundreds of proposals at one time, and what has to become of each.

use quantumagi_interface::types::Member;
use quantumagi_interface::{Address, pda};
use quantumagi_localnet::LocalNetwork;
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::{BallotRule, Choice};
use quantumagi_rules::electorate::DEFAULT_OPEN_PROPOSALS;
use quantumagi_rules::parameters::TrackParameters;
use quantumagi_sdk::{ProposalDraft, Quantumagi, transaction};

use super::{SOL, TRACK, found};

/// What each recipient is paid.
pub(crate) const PAID: u64 = SOL / 100;

/// What has to become of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Nobody votes for it.
    Defeated,
    /// Somebody is paid [`PAID`].
    Paid(Address),
    /// A policy is adopted, whose sunset comes.
    Adopted,
}

/// A proposal of the crowd.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Motion {
    pub(crate) proposal: Address,
    pub(crate) end: End,
}

pub(crate) struct Crowd {
    client: Quantumagi,
    pub(crate) constitution: Address,
    /// Outweighs everybody else together, and proposes nothing.
    voter: Keypair,
    proposers: Vec<Keypair>,
    /// What each proposer had before anything was proposed.
    before: u64,
    pub(crate) motions: Vec<Motion>,
}

impl Crowd {
    /// A sealed constitution whose members can have so many proposals open.
    pub(crate) async fn found(network: &LocalNetwork, client: &Quantumagi, proposals: usize) -> Self {
        let fund = async |address: Address| {
            network.fund(&address, 100 * SOL).await.expect("the network funds a wallet");
        };
        Self::found_with(fund, client, proposals, TRACK).await
    }

    /// The same with other times, where `fund` gives an address a hundred SOL.
    pub(crate) async fn found_with(
        fund: impl AsyncFn(Address),
        client: &Quantumagi,
        proposals: usize,
        track: TrackParameters,
    ) -> Self {
        let voter = Keypair::new();
        let proposers: Vec<Keypair> =
            (0..proposals.div_ceil(DEFAULT_OPEN_PROPOSALS.into())).map(|_| Keypair::new()).collect();
        for person in proposers.iter().chain([&voter]) {
            fund(person.pubkey()).await;
        }
        let key = Keypair::new();
        let constitution = pda::constitution(&key.pubkey());
        fund(pda::vault(&constitution)).await;
        let mut members = vec![Member { voter: voter.pubkey(), weight: 10_000 }];
        members.extend(proposers.iter().map(|person| Member { voter: person.pubkey(), weight: 1 }));
        found(client, &voter, &key, &members, track).await;
        Self { client: client.clone(), constitution, voter, proposers, before: 100 * SOL, motions: Vec::new() }
    }

    /// Proposes so many things, each with one of the given ends in turn. One after the other: each takes the next id.
    pub(crate) async fn propose(&mut self, count: usize, sunset_at: i64, ends: &[fn() -> End]) {
        for (_, end) in (0..count).zip(ends.iter().cycle()) {
            let end = end();
            let action = match end {
                End::Paid(recipient) => Action::TransferLamports { recipient: recipient.to_bytes(), lamports: PAID },
                End::Adopted | End::Defeated => Action::PolicyAdopt { text_hash: [2; 32], sunset_at },
            };
            let draft = ProposalDraft {
                content_hash: [5; 32],
                ballot_rule: BallotRule::Changeable,
                action,
                citations: &[0],
                payload: None,
            };
            let proposer = &self.proposers[self.motions.len() % self.proposers.len()];
            let (proposal, create) =
                self.client.proposal_create(&self.constitution, &proposer.pubkey(), &draft).await.expect("legal");
            self.client.send(&create, &[proposer]).await.expect("the proposal lands");
            self.motions.push(Motion { proposal, end });
        }
    }

    /// Votes for everything that is to pass, as many votes to a transaction as fit.
    pub(crate) async fn vote(&self) {
        let voter = self.voter.pubkey();
        let mut votes = Vec::new();
        for motion in self.motions.iter().filter(|motion| motion.end != End::Defeated) {
            votes.extend(self.client.proposal_vote(&motion.proposal, &voter, Choice::For).await.expect("a member may"));
        }
        let packed = transaction::pack(&voter, votes).expect("each fits");
        self.client.send_all(&packed, &[&self.voter], |_| {}).await.expect("the votes land");
    }

    /// Every recipient was paid once, and everything that a proposer locked has come back: all but the fee of each proposal
    /// and the count of open ones, which stays.
    pub(crate) async fn check_ended(&self) {
        assert_eq!(self.client.proposals(&self.constitution).await.expect("the list"), [], "every proposal is closed");
        assert_eq!(self.client.policies(&self.constitution).await.expect("the list"), [], "every policy is closed");
        for motion in &self.motions {
            if let End::Paid(recipient) = motion.end {
                assert_eq!(self.balance(&recipient).await, PAID, "{motion:?}");
            }
        }
        for (index, proposer) in self.proposers.iter().map(Signer::pubkey).enumerate() {
            let proposed = (index..self.motions.len()).step_by(self.proposers.len()).count();
            let fees = 5_000 * u64::try_from(proposed).expect("few");
            let count = self.balance(&pda::proposer(&self.constitution, &proposer)).await;
            assert_eq!(self.balance(&proposer).await, self.before - fees - count, "what {proposer} locked is back");
        }
    }

    async fn balance(&self, address: &Address) -> u64 {
        self.client.rpc().balance(address).await.expect("a balance")
    }
}

/// A recipient that nobody else has.
pub(crate) fn a_recipient() -> Address {
    Keypair::new().pubkey()
}
