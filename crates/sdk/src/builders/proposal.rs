//! Proposing, voting, deciding, executing and closing.

use quantumagi_interface::types::ProposalCreateArgs;
use quantumagi_interface::{AccountMeta, instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::Hash;
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::{self, BallotRule, Choice, Place};
use quantumagi_rules::roster;

/// What makes somebody one of an electorate's people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A member of a council, with this index on its roster.
    Member {
        /// The index.
        index: u32,
    },
    /// Somebody with matured tokens in a deposit pool.
    Depositor,
    /// A snapshot operator, or anybody where the track asks for a deposit.
    Operator,
    /// Somebody whose weight a plugin has written down, in the same transaction.
    Recorded {
        /// The plugin's record of the total.
        total: Address,
        /// The proposer's own record.
        own: Address,
    },
}

impl Standing {
    /// The account that shows it.
    fn account(self, electorate: &Address, proposer: &Address) -> Option<Address> {
        match self {
            Self::Member { index } => Some(pda::roster_page(electorate, roster::place(index).0)),
            Self::Depositor => Some(pda::deposit(electorate, proposer)),
            Self::Operator => None,
            Self::Recorded { total, .. } => Some(total),
        }
    }

    /// The index that the instruction names; 0 where it needs none.
    fn index(self) -> u32 {
        match self {
            Self::Member { index } => index,
            Self::Depositor | Self::Operator | Self::Recorded { .. } => 0,
        }
    }
}

/// What is proposed, by whom and on what grounds.
#[derive(Clone, Copy, Debug)]
pub struct NewProposal<'a> {
    /// The constitution.
    pub constitution: Address,
    /// Signs and pays.
    pub proposer: Address,
    /// The constitution's electorate in force.
    pub electorate: Address,
    /// Who the proposer is in it.
    pub standing: Standing,
    /// The constitution's `next_proposal_id`.
    pub id: u64,
    /// Hash of the canonical text that explains it.
    pub content_hash: Hash,
    /// Whether ballots can be changed.
    pub ballot_rule: BallotRule,
    /// What is done if it passes.
    pub action: Action<'a>,
    /// Ids of the principles it rests on, ascending; at most 8.
    pub citations: &'a [u32],
    /// Where the code of the program that [`Action::Invoke`] calls lies, if that program can be upgraded.
    pub program_data: Option<Address>,
    /// The roster whose members can veto it; `None` where nobody can: `Constitution::veto_roster_for`.
    pub veto_roster: Option<Address>,
    /// For each call of [`Action::InvokeSeries`], and for [`Action::ProgramUpgrade`]: where the program's code lies, if it can
    /// be upgraded.
    pub codes: &'a [Option<Address>],
    /// The payload that holds the action, where it does not fit the instruction.
    pub payload: Option<Address>,
    /// The constitution's guardrails, where there are any.
    pub guardrails: Option<Address>,
}

/// Proposes an action.
#[must_use]
pub fn proposal_create(new: &NewProposal<'_>) -> Instruction {
    let NewProposal { constitution, proposer, electorate, standing, id, content_hash, ballot_rule, .. } = *new;
    let accounts = instructions::ProposalCreate {
        proposer,
        constitution,
        electorate,
        membership: standing.account(&electorate, &proposer),
        record: pda::proposer(&constitution, &proposer),
        proposal: pda::proposal(&constitution, id),
        subject: None,
        candidate: None,
        veto_roster: new.veto_roster,
        program_data: None,
        payload: new.payload,
        guardrails: new.guardrails,
    };
    let accounts = match new.action {
        Action::PolicyAdopt { .. }
        | Action::TransferLamports { .. }
        | Action::InvokeSeries { .. }
        | Action::TransferTokens { .. }
        | Action::ProgramUpgrade { .. }
        | Action::ConstitutionAmend { .. }
        | Action::PrincipleAdd { .. }
        | Action::ParametersAmend(_)
        | Action::VetoBodyAdopt { roster_version: 0, .. }
        | Action::SettingsAmend(_) => accounts,
        Action::PolicyAmend { policy_id, .. } | Action::PolicyRepeal { policy_id } => {
            instructions::ProposalCreate { subject: Some(pda::policy(&constitution, policy_id)), ..accounts }
        }
        Action::PrincipleAmend { principle_id, .. }
        | Action::PrincipleRetire { principle_id, .. }
        | Action::GuardrailSet { principle_id, .. }
        | Action::GuardrailClear { principle_id, .. } => {
            instructions::ProposalCreate { subject: Some(pda::principle(&constitution, principle_id)), ..accounts }
        }
        Action::RosterAdopt { roster_version, .. } | Action::VetoBodyAdopt { roster_version, .. } => {
            instructions::ProposalCreate { candidate: Some(pda::roster(&constitution, roster_version)), ..accounts }
        }
        Action::GuardiansAdopt { .. } | Action::GuardiansRemove => accounts,
        Action::EmergencyRatify { emergency_id } | Action::EmergencyEnd { emergency_id } => {
            instructions::ProposalCreate { subject: Some(pda::emergency(&constitution, emergency_id)), ..accounts }
        }
        Action::ElectorateAdopt { electorate, .. } => {
            instructions::ProposalCreate { subject: Some(Address::new_from_array(electorate)), ..accounts }
        }
        Action::Invoke { program, .. } => instructions::ProposalCreate {
            subject: Some(Address::new_from_array(program)),
            program_data: new.program_data,
            ..accounts
        },
    };
    let action = if new.payload.is_some() { Vec::new() } else { new.action.to_bytes() };
    let member_index = standing.index();
    let args = ProposalCreateArgs { content_hash, member_index, ballot_rule: ballot_rule as u8, action };
    let mut instruction = accounts.instruction(&args);
    if let Standing::Recorded { own, .. } = standing {
        instruction.accounts.push(AccountMeta::new_readonly(own, false));
    }
    let cited = new.citations.iter().map(|id| AccountMeta::new_readonly(pda::principle(&constitution, *id), false));
    instruction.accounts.extend(cited);
    let upgraded = if let Action::ProgramUpgrade { program, .. } = new.action { Some(program) } else { None };
    let series = matches!(new.action, Action::InvokeSeries { .. }).then(|| new.action.invocations());
    let programs = series.into_iter().flatten().map(|call| call.program).chain(upgraded).map(Address::new_from_array);
    for (program, code) in programs.zip(new.codes) {
        let pair = [program, code.unwrap_or(program)];
        instruction.accounts.extend(pair.map(|address| AccountMeta::new_readonly(address, false)));
    }
    instruction
}

/// Withdraws a proposal. The proposer signs.
#[must_use]
pub fn proposal_cancel(proposal: &Address, proposer: &Address) -> Instruction {
    instructions::ProposalCancel { proposer: *proposer, proposal: *proposal }.instruction()
}

/// Votes, or changes a vote. `voter` signs; `roster` is the proposal's, `voter_index` the voter's index in it.
#[must_use]
pub fn proposal_vote(
    proposal: &Address,
    roster: &Address,
    voter: &Address,
    voter_index: u32,
    choice: Choice,
) -> Instruction {
    let ballot_page = match ballot::place(voter_index) {
        Place::Proposal { .. } => None,
        Place::Page { page, .. } => Some(pda::ballot_page(proposal, page)),
    };
    let roster_page = pda::roster_page(roster, roster::place(voter_index).0);
    instructions::ProposalVote { voter: *voter, proposal: *proposal, roster_page, ballot_page }
        .instruction(voter_index, choice as u8)
}

/// Writes down the outcome of a vote. Nobody's signature is needed but the fee payer's.
#[must_use]
pub fn proposal_finalize(proposal: &Address) -> Instruction {
    instructions::ProposalFinalize { proposal: *proposal }.instruction()
}

/// Writes down that an approved proposal missed its window.
#[must_use]
pub fn proposal_expire(constitution: &Address, proposal: &Address) -> Instruction {
    instructions::ProposalExpire { constitution: *constitution, proposal: *proposal }.instruction()
}

/// A proposal to close.
#[derive(Clone, Copy, Debug)]
pub struct ClosingProposal<'a> {
    /// The constitution.
    pub constitution: Address,
    /// The final proposal.
    pub proposal: Address,
    /// The electorate it was bound to.
    pub electorate: Address,
    /// The roster that its action would have given a role; `None` for any other action.
    pub candidate: Option<Address>,
    /// The roster that could have vetoed it; `None` where nobody could.
    pub veto_roster: Option<Address>,
    /// Who proposed and gets the rent back.
    pub proposer: Address,
    /// Its open ballot pages with who paid for each and gets that rent back.
    pub ballot_pages: &'a [(u32, Address)],
}

/// Closes a final proposal and its ballot pages, pages first. Nobody's signature is needed but the fee payer's.
#[must_use]
pub fn proposal_close(closing: &ClosingProposal<'_>) -> Vec<Instruction> {
    let ClosingProposal { constitution, proposal, electorate, candidate, veto_roster, proposer, ballot_pages } =
        *closing;
    let pages = ballot_pages.iter().map(|(page, payer)| ballot_page_close(&proposal, *page, payer));
    let record = pda::proposer(&constitution, &proposer);
    let vault = pda::vault(&constitution);
    let accounts = instructions::ProposalClose {
        constitution,
        proposal,
        electorate,
        candidate,
        veto_roster,
        vault,
        proposer,
        record,
    };
    pages.chain(std::iter::once(accounts.instruction())).collect()
}

/// Opens the count of `owner`'s open proposals, without which nobody can propose. `payer` signs and pays.
#[must_use]
pub fn proposer_open(payer: &Address, constitution: &Address, owner: &Address) -> Instruction {
    let record = pda::proposer(constitution, owner);
    instructions::ProposerOpen { payer: *payer, constitution: *constitution, record }.instruction(*owner)
}

/// Closes the count of `owner`'s open proposals, which must be zero; the rent goes to `payer`, who opened it.
/// `authority`, either of the two, signs.
#[must_use]
pub fn proposer_close(authority: &Address, constitution: &Address, owner: &Address, payer: &Address) -> Instruction {
    let record = pda::proposer(constitution, owner);
    instructions::ProposerClose { authority: *authority, constitution: *constitution, record, payer: *payer }
        .instruction()
}

/// Opens a ballot page for voters from index `256 + page * 4,096` on. `payer` signs and pays.
#[must_use]
pub fn ballot_page_open(payer: &Address, proposal: &Address, page: u32) -> Instruction {
    let ballot_page = pda::ballot_page(proposal, page);
    instructions::BallotPageOpen { payer: *payer, proposal: *proposal, ballot_page }.instruction(page)
}

/// Closes a ballot page of a final proposal; the rent goes to `payer`, who opened it.
#[must_use]
pub fn ballot_page_close(proposal: &Address, page: u32, payer: &Address) -> Instruction {
    let ballot_page = pda::ballot_page(proposal, page);
    instructions::BallotPageClose { proposal: *proposal, ballot_page, payer: *payer }.instruction()
}
