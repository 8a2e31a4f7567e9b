//! Quantumagi: constitutional governance, on chain.
//!
//! A constitution and its principles live here by their hashes. Proposals cite principles, are voted on by weight, wait
//! out a timelock and do exactly what was voted on. This crate is the shell: it checks accounts, asks
//! `quantumagi_rules`, writes, and tells. Every rule lives there, so that nobody needs this crate to ask one.
//!
//! Start with `instructions/proposal_create.rs`: it shows what is frozen when.
#![cfg_attr(target_os = "solana", allow(unexpected_cfgs))]

#[cfg(target_arch = "bpf")]
use solana_compiler_builtins as _;

use anchor_lang::prelude::*;

extern crate alloc;
use alloc::vec::Vec;

pub mod calls;
pub mod citing;
pub mod custody;
pub mod effect;
pub mod electorate;
pub mod error;
pub mod events;
pub mod guard;
pub mod holdings;
pub mod instructions;
pub mod mandate;
pub mod program_pin;
pub mod scrutiny;
pub mod seeds;
pub mod signing;
pub mod state;
pub mod subject;
pub mod vault;
pub mod voting;

use instructions::*;
use state::{Member, TrackConfig};

declare_id!("QTKN375oR7JMvPGFQd3daRzUyeceBj17hqqvfrNiAdV");

#[program]
pub mod quantumagi_core {
    use super::*;

    /// Founds a constitution.
    pub fn constitution_create(ctx: &mut Context<ConstitutionCreate>, args: ConstitutionCreateArgs) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, &args)
    }

    /// Replaces the constitution's text.
    pub fn constitution_amend(ctx: &mut Context<Mandated>, text_hash: [u8; 32], parent_hash: [u8; 32]) -> Result<()> {
        ctx.accounts.amend_text(text_hash, parent_hash)
    }

    /// Ends the founder's power.
    pub fn constitution_seal(ctx: &mut Context<ConstitutionSeal>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Adds a principle.
    pub fn principle_add(ctx: &mut Context<PrincipleAdd>, args: PrincipleAddArgs) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, args)
    }

    /// Replaces a principle's text.
    pub fn principle_amend(ctx: &mut Context<PrincipleChange>, version: u32, text_hash: [u8; 32]) -> Result<()> {
        ctx.accounts.amend(version, text_hash)
    }

    /// Retires a principle.
    pub fn principle_retire(ctx: &mut Context<GuardrailChange>, version: u32) -> Result<()> {
        ctx.accounts.retire(version)
    }

    /// Replaces a track's parameters: 0 policy, 1 treasury, 2 amendment, 3 ratification.
    pub fn parameters_amend(ctx: &mut Context<ParametersAmend>, track: u8, parameters: TrackConfig) -> Result<()> {
        ctx.accounts.handler(track, &parameters)
    }

    /// Replaces the attestor, the mark and the cap on open proposals.
    pub fn settings_amend(
        ctx: &mut Context<Mandated>,
        attestor: Address,
        attestation_mark: u16,
        max_open_proposals: u8,
    ) -> Result<()> {
        ctx.accounts.amend_settings(attestor, attestation_mark, max_open_proposals)
    }

    /// Makes a roster the veto body of later proposals.
    pub fn veto_body_adopt(ctx: &mut Context<RosterAdopt>) -> Result<()> {
        ctx.accounts.adopt_veto_body()
    }

    /// Leaves later proposals without a veto body.
    pub fn veto_body_remove(ctx: &mut Context<Mandated>) -> Result<()> {
        ctx.accounts.remove_veto_body()
    }

    /// Closes snapshot operators or a weight plugin and returns the rent.
    pub fn electorate_close(ctx: &mut Context<ElectorateClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Names snapshot operators.
    pub fn operators_create(
        ctx: &mut Context<OperatorsCreate>,
        needed: u8,
        challenge_seconds: u32,
        operators: Vec<Address>,
    ) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, needed, challenge_seconds, operators)
    }

    /// Publishes a snapshot's root for a proposal.
    pub fn snapshot_publish(
        ctx: &mut Context<SnapshotPublish>,
        root: [u8; 32],
        total_weight: u64,
        voters: u32,
        read_at: u64,
    ) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, root, total_weight, voters, read_at)
    }

    /// Approves (1) or challenges (0) a published snapshot.
    pub fn snapshot_review(ctx: &mut Context<SnapshotReview>, verdict: u8) -> Result<()> {
        ctx.accounts.handler(verdict)
    }

    /// Binds an accepted snapshot to its proposal.
    pub fn snapshot_bind(ctx: &mut Context<PublishedSnapshot>) -> Result<()> {
        ctx.accounts.bind()
    }

    /// Votes with a proof of weight, or changes a vote: 1 for, 2 against, 3 abstain.
    pub fn snapshot_vote(
        ctx: &mut Context<SnapshotVote>,
        voter_index: u32,
        weight: u64,
        choice: u8,
        proof: Vec<u8>,
    ) -> Result<()> {
        ctx.accounts.handler(voter_index, weight, choice, &proof)
    }

    /// Closes a published snapshot and returns its rent.
    pub fn snapshot_close(ctx: &mut Context<SnapshotClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Names a weight plugin.
    pub fn weight_plugin_create(
        ctx: &mut Context<WeightPluginCreate>,
        program: Address,
        realm: Address,
        mint: Address,
    ) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, program, realm, mint)
    }

    /// Gives a voter of a weight plugin an index.
    pub fn seat_open(ctx: &mut Context<SeatOpen>) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps)
    }

    /// Closes a seat and returns its rent.
    pub fn seat_close(ctx: &mut Context<SeatClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Votes with a plugin's weight record: 1 for, 2 against, 3 abstain.
    pub fn record_vote(ctx: &mut Context<RecordVote>, choice: u8) -> Result<()> {
        ctx.accounts.handler(choice)
    }

    /// Begins a roster.
    pub fn roster_create(ctx: &mut Context<RosterCreate>, size: u32) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, size)
    }

    /// Opens the next page of a roster.
    pub fn roster_page_open(ctx: &mut Context<RosterPageOpen>, page: u32) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, page)
    }

    /// Adds members to a roster.
    pub fn roster_extend(ctx: &mut Context<RosterExtend>, members: Vec<Member>) -> Result<()> {
        ctx.accounts.handler(members)
    }

    /// Makes a roster the electorate of later proposals.
    pub fn roster_adopt(ctx: &mut Context<RosterAdopt>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Closes a roster page and returns its rent.
    pub fn roster_page_close(ctx: &mut Context<RosterPageClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Closes a roster and returns its rent.
    pub fn roster_close(ctx: &mut Context<RosterClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Makes an electorate that is no council that of later proposals: 2 a deposit pool.
    pub fn electorate_adopt(ctx: &mut Context<ElectorateAdopt>, kind: u8) -> Result<()> {
        ctx.accounts.handler(kind)
    }

    /// Creates a deposit pool.
    pub fn deposit_pool_create(ctx: &mut Context<DepositPoolCreate>, maturity_seconds: u32, floor: u64) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, maturity_seconds, floor)
    }

    /// Closes a deposit pool and returns its rent.
    pub fn deposit_pool_close(ctx: &mut Context<DepositPoolClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Opens a deposit.
    pub fn deposit_open(ctx: &mut Context<DepositOpen>, owner: Address) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, owner)
    }

    /// Puts tokens into a deposit.
    pub fn deposit_add(ctx: &mut Context<DepositTransfer>, amount: u64) -> Result<()> {
        ctx.accounts.add(amount)
    }

    /// Makes a deposit's fresh tokens count for later proposals.
    pub fn deposit_mature(ctx: &mut Context<DepositMature>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Takes tokens out of a deposit.
    pub fn deposit_withdraw(ctx: &mut Context<DepositTransfer>, amount: u64) -> Result<()> {
        ctx.accounts.withdraw(amount)
    }

    /// Names who votes with a deposit until its owner does; zeros and 0 for nobody.
    pub fn deposit_delegate(ctx: &mut Context<DepositChange>, delegate: Address, expires_at: i64) -> Result<()> {
        ctx.accounts.delegate(delegate, expires_at)
    }

    /// Votes with a deposit, or changes the vote: 1 for, 2 against, 3 abstain.
    pub fn deposit_vote(ctx: &mut Context<DepositVote>, choice: u8) -> Result<()> {
        ctx.accounts.handler(choice)
    }

    /// Closes an empty deposit and returns its rent.
    pub fn deposit_close(ctx: &mut Context<DepositClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Proposes an action.
    pub fn proposal_create(ctx: &mut Context<ProposalCreate>, args: ProposalCreateArgs) -> Result<()> {
        let cited = ctx.remaining_accounts()?;
        ctx.accounts.handler(&ctx.bumps, args, &cited)
    }

    /// Withdraws a proposal.
    pub fn proposal_cancel(ctx: &mut Context<ProposalCancel>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Votes, or changes a vote: 1 for, 2 against, 3 abstain.
    pub fn proposal_vote(ctx: &mut Context<ProposalVote>, voter_index: u32, choice: u8) -> Result<()> {
        ctx.accounts.handler(voter_index, choice)
    }

    /// Wants to stop a proposal, as a member of the veto body.
    pub fn proposal_veto(ctx: &mut Context<MemberBallot>, member_index: u32) -> Result<()> {
        ctx.accounts.veto(member_index)
    }

    /// Attests a proposal, as its attestor.
    pub fn proposal_attest(ctx: &mut Context<ProposalAttest>, score: u16, report_hash: [u8; 32]) -> Result<()> {
        ctx.accounts.handler(score, report_hash)
    }

    /// Writes down the outcome of a vote.
    pub fn proposal_finalize(ctx: &mut Context<ProposalStep>) -> Result<()> {
        ctx.accounts.finalize()
    }

    /// Calls the next instruction that was voted on, signed by the vault. `rest` is the digest of those behind it, zeros for
    /// the last; `flags` and `data` are empty where a payload holds them.
    pub fn proposal_execute(
        ctx: &mut Context<VaultOrder>,
        rest: [u8; 32],
        flags: Vec<u8>,
        data: Vec<u8>,
    ) -> Result<()> {
        let views = ctx.remaining_accounts()?;
        ctx.accounts.call_step(rest, &flags, &data, &views)
    }

    /// Writes down that an approved proposal missed its window.
    pub fn proposal_expire(ctx: &mut Context<ProposalExpire>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Closes a final proposal and returns its rent.
    pub fn proposal_close(ctx: &mut Context<ProposalClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Opens the count of somebody's open proposals.
    pub fn proposer_open(ctx: &mut Context<ProposerOpen>, owner: Address) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, owner)
    }

    /// Closes a count of open proposals and returns its rent.
    pub fn proposer_close(ctx: &mut Context<ProposerClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Opens a ballot page for voters beyond the first 256.
    pub fn ballot_page_open(ctx: &mut Context<BallotPageOpen>, page: u32) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, page)
    }

    /// Closes a ballot page of a final proposal and returns its rent.
    pub fn ballot_page_close(ctx: &mut Context<BallotPageClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Makes the payment that was voted on.
    pub fn vault_transfer(ctx: &mut Context<VaultTransfer>, lamports: u64) -> Result<()> {
        ctx.accounts.handler(lamports)
    }

    /// Puts the policy that was voted on into force.
    pub fn policy_adopt(ctx: &mut Context<PolicyAdopt>, text_hash: [u8; 32], sunset_at: i64) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, text_hash, sunset_at)
    }

    /// Replaces a policy's text and sunset.
    pub fn policy_amend(ctx: &mut Context<PolicyChange>, text_hash: [u8; 32], sunset_at: i64) -> Result<()> {
        ctx.accounts.amend(text_hash, sunset_at)
    }

    /// Ends a policy.
    pub fn policy_repeal(ctx: &mut Context<PolicyChange>) -> Result<()> {
        ctx.accounts.repeal()
    }

    /// Writes down that a policy's sunset has come.
    pub fn policy_sunset(ctx: &mut Context<PolicyOfConstitution>) -> Result<()> {
        ctx.accounts.sunset()
    }

    /// Closes an ended policy and returns its rent.
    pub fn policy_close(ctx: &mut Context<PolicyClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Opens the account that guardians are adopted into.
    pub fn guardians_open(ctx: &mut Context<GuardiansOpen>) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps)
    }

    /// Gives emergency powers to guardians, in place of any before.
    pub fn guardians_adopt(
        ctx: &mut Context<GuardiansChange>,
        threshold: u8,
        term_seconds: u32,
        members: Vec<Address>,
    ) -> Result<()> {
        ctx.accounts.adopt(threshold, term_seconds, members)
    }

    /// Removes the guardians.
    pub fn guardians_remove(ctx: &mut Context<GuardiansChange>) -> Result<()> {
        ctx.accounts.remove()
    }

    /// A guardian shows to be there.
    pub fn guardians_heartbeat(ctx: &mut Context<GuardianSigned>, index: u8) -> Result<()> {
        ctx.accounts.heartbeat(index)
    }

    /// A guardian proposes an emergency act, and approves it.
    pub fn emergency_open(ctx: &mut Context<EmergencyOpen>, args: EmergencyOpenArgs) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, args)
    }

    /// Another guardian approves an emergency act; the last approval puts it into effect.
    pub fn emergency_approve(ctx: &mut Context<EmergencyApprove>, index: u8, statement: [u8; 32]) -> Result<()> {
        ctx.accounts.handler(index, statement)
    }

    /// Confirms an emergency act, as was voted.
    pub fn emergency_ratify(ctx: &mut Context<EmergencyVote>) -> Result<()> {
        ctx.accounts.ratify()
    }

    /// Ends an emergency act, as was voted.
    pub fn emergency_end(ctx: &mut Context<EmergencyVote>) -> Result<()> {
        ctx.accounts.end()
    }

    /// Writes down that no vote has confirmed an emergency act in time.
    pub fn emergency_lapse(ctx: &mut Context<EmergencyStep>) -> Result<()> {
        ctx.accounts.lapse()
    }

    /// Closes an emergency act that is over and returns its rent.
    pub fn emergency_close(ctx: &mut Context<EmergencyClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Opens the account of the guardrails.
    pub fn guardrails_open(ctx: &mut Context<GuardrailsOpen>) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps)
    }

    /// Binds a guardrail to a principle.
    pub fn guardrail_set(ctx: &mut Context<GuardrailChange>, version: u32, guardrail: [u8; 48]) -> Result<()> {
        ctx.accounts.set(version, guardrail)
    }

    /// Takes a principle's guardrail away.
    pub fn guardrail_clear(ctx: &mut Context<GuardrailChange>, version: u32) -> Result<()> {
        ctx.accounts.clear(version)
    }

    /// Tells another program whether an action may rest on a policy.
    pub fn policy_authorize(
        ctx: &mut Context<PolicyAuthorize>,
        action_hash: [u8; 32],
        text_hash: [u8; 32],
    ) -> Result<()> {
        ctx.accounts.handler(action_hash, text_hash)
    }

    /// As `policy_authorize`, once for each key.
    pub fn policy_use(
        ctx: &mut Context<PolicyUse>,
        use_key: [u8; 32],
        action_hash: [u8; 32],
        text_hash: [u8; 32],
    ) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, use_key, action_hash, text_hash)
    }

    /// Closes the record of a use and returns its rent.
    pub fn authorization_close(ctx: &mut Context<AuthorizationClose>) -> Result<()> {
        ctx.accounts.handler()
    }

    /// Publishes a text or a part of one.
    pub fn text_publish(ctx: &mut Context<TextPublish>, total_len: u32, offset: u32, bytes: Vec<u8>) -> Result<()> {
        ctx.accounts.handler(total_len, offset, bytes)
    }

    /// Makes the payment of tokens that was voted on.
    pub fn vault_transfer_tokens(ctx: &mut Context<VaultOrder>, amount: u64) -> Result<()> {
        let views = ctx.remaining_accounts()?;
        ctx.accounts.transfer_tokens(amount, &views)
    }

    /// Replaces a program's code by what was voted on.
    pub fn program_upgrade(ctx: &mut Context<VaultOrder>, buffer_hash: [u8; 32]) -> Result<()> {
        let views = ctx.remaining_accounts()?;
        ctx.accounts.upgrade(buffer_hash, &views)
    }

    /// Begins a payload for an action that does not fit a transaction.
    pub fn payload_create(ctx: &mut Context<PayloadCreate>, hash: [u8; 32], size: u32) -> Result<()> {
        ctx.accounts.handler(&ctx.bumps, hash, size)
    }

    /// Adds the next part of a payload.
    pub fn payload_write(ctx: &mut Context<PayloadWrite>, offset: u32, bytes: Vec<u8>) -> Result<()> {
        ctx.accounts.handler(offset, bytes)
    }

    /// Closes a payload and returns its rent.
    pub fn payload_close(ctx: &mut Context<PayloadClose>) -> Result<()> {
        ctx.accounts.handler()
    }
}
