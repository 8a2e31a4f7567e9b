//! Electorates by snapshot and by weight records: who publishes, who votes, and with what.

use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::ballot::{self, Choice, Place};
use quantumagi_rules::snapshot::Root;
use quantumagi_rules::snapshot::review::Verdict;

/// Terms of a new list of snapshot operators. They never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorTerms {
    /// The operators, ascending by address; 1 to 16.
    pub operators: Vec<Address>,
    /// By how much approvals must exceed challenges: 1 to all of them.
    pub needed: u8,
    /// From publication to the first second in which a root can be bound: 600 to 1,209,600.
    pub challenge_seconds: u32,
}

/// A voter-weight plugin of SPL Governance, for one realm and mint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PluginTerms {
    /// The program whose records count.
    pub program: Address,
    /// The realm they must be written for.
    pub realm: Address,
    /// The governing mint they must be written for.
    pub mint: Address,
}

/// A voter's place in a snapshot, with its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvedVoter {
    /// Position, from 0.
    pub index: u32,
    /// Weight.
    pub weight: u64,
    /// The sibling of each level, from the leaf up.
    pub proof: Vec<u8>,
}

/// Names the operators with this version, the constitution's `next_electorate_version`. `payer` signs and pays.
#[must_use]
pub fn operators_create(payer: &Address, constitution: &Address, version: u32, terms: &OperatorTerms) -> Instruction {
    let electorate = pda::operators(constitution, version);
    instructions::OperatorsCreate { payer: *payer, constitution: *constitution, electorate }.instruction(
        terms.needed,
        terms.challenge_seconds,
        &terms.operators,
    )
}

/// Names the weight plugin with this version, the constitution's `next_electorate_version`. `payer` signs and pays.
#[must_use]
pub fn weight_plugin_create(payer: &Address, constitution: &Address, version: u32, terms: &PluginTerms) -> Instruction {
    let electorate = pda::weight_plugin(constitution, version);
    let PluginTerms { program, realm, mint } = *terms;
    instructions::WeightPluginCreate { payer: *payer, constitution: *constitution, electorate }
        .instruction(program, realm, mint)
}

/// Closes operators or a plugin that nobody needs; the rent goes to `payer`, who made it and signs.
#[must_use]
pub fn electorate_close(payer: &Address, constitution: &Address, electorate: &Address) -> Instruction {
    instructions::ElectorateClose { payer: *payer, constitution: *constitution, electorate: *electorate }.instruction()
}

/// Publishes a root for a proposal, read at slot `read_at`. `publisher`, an operator, signs and pays.
#[must_use]
pub fn snapshot_publish(
    publisher: &Address,
    proposal: &Address,
    electorate: &Address,
    root: &Root,
    read_at: u64,
) -> Instruction {
    let snapshot = pda::snapshot(proposal, publisher);
    let (publisher, proposal, electorate) = (*publisher, *proposal, *electorate);
    instructions::SnapshotPublish { publisher, proposal, electorate, snapshot }.instruction(
        root.hash,
        root.total.0,
        root.voters,
        read_at,
    )
}

/// Approves or challenges the root that `publisher` published. `operator` signs.
#[must_use]
pub fn snapshot_review(
    operator: &Address,
    proposal: &Address,
    electorate: &Address,
    publisher: &Address,
    verdict: Verdict,
) -> Instruction {
    let snapshot = pda::snapshot(proposal, publisher);
    let (operator, proposal, electorate) = (*operator, *proposal, *electorate);
    instructions::SnapshotReview { operator, proposal, electorate, snapshot }.instruction(verdict as u8)
}

/// Binds the root that `publisher` published to its proposal. Nobody's signature is needed but the fee payer's.
#[must_use]
pub fn snapshot_bind(proposal: &Address, electorate: &Address, publisher: &Address) -> Instruction {
    let snapshot = pda::snapshot(proposal, publisher);
    instructions::SnapshotBind { proposal: *proposal, electorate: *electorate, snapshot }.instruction()
}

/// Closes a root that is not needed any more; the rent goes to its publisher.
#[must_use]
pub fn snapshot_close(constitution: &Address, proposal: &Address, publisher: &Address) -> Instruction {
    let snapshot = pda::snapshot(proposal, publisher);
    let (constitution, proposal, publisher) = (*constitution, *proposal, *publisher);
    instructions::SnapshotClose { constitution, snapshot, proposal, publisher }.instruction()
}

/// Votes with a proof, or changes the vote. `voter` signs.
#[must_use]
pub fn snapshot_vote(proposal: &Address, voter: &Address, place: &ProvedVoter, choice: Choice) -> Instruction {
    let ProvedVoter { index, weight, proof } = place;
    let ballot_page = page_of(proposal, *index);
    instructions::SnapshotVote { voter: *voter, proposal: *proposal, ballot_page }.instruction(
        *index,
        *weight,
        choice as u8,
        proof,
    )
}

/// Gives a voter of a plugin an index. `payer` signs and pays.
#[must_use]
pub fn seat_open(payer: &Address, constitution: &Address, plugin: &Address, voter: &Address) -> Instruction {
    let (payer, constitution, electorate, voter) = (*payer, *constitution, *plugin, *voter);
    let seat = pda::seat(&electorate, &voter);
    instructions::SeatOpen { payer, constitution, electorate, voter, seat }.instruction()
}

/// Closes a seat; the rent goes to `payer`, who opened it. `authority`, the voter or the payer, signs.
#[must_use]
pub fn seat_close(
    authority: &Address,
    constitution: &Address,
    plugin: &Address,
    voter: &Address,
    payer: &Address,
) -> Instruction {
    let seat = pda::seat(plugin, voter);
    let (authority, constitution, electorate, payer) = (*authority, *constitution, *plugin, *payer);
    instructions::SeatClose { authority, constitution, electorate, seat, payer }.instruction()
}

/// Votes with the weight in a plugin's record, which the plugin writes in the same transaction. `index` is the seat's.
#[must_use]
pub fn record_vote(
    proposal: &Address,
    plugin: &Address,
    voter: &Address,
    weight_record: &Address,
    index: u32,
    choice: Choice,
) -> Instruction {
    let (seat, ballot_page) = (pda::seat(plugin, voter), page_of(proposal, index));
    let (voter, proposal, electorate, weight_record) = (*voter, *proposal, *plugin, *weight_record);
    instructions::RecordVote { voter, proposal, electorate, seat, weight_record, ballot_page }.instruction(choice as u8)
}

fn page_of(proposal: &Address, index: u32) -> Option<Address> {
    match ballot::place(index) {
        Place::Proposal { .. } => None,
        Place::Page { page, .. } => Some(pda::ballot_page(proposal, page)),
    }
}
