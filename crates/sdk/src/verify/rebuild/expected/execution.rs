//! What an execution logs: that it happened, step by step where it is a series, and what it spent.

use quantumagi_interface::calls::Call;
use quantumagi_interface::digest::Sha2;
use quantumagi_interface::events::{Event, ProposalExecuted, ProposalStepExecuted, SpendingCounted};
use quantumagi_interface::instructions::ProposalExecute;
use quantumagi_interface::types::Charge;
use quantumagi_interface::{Address, accounts::Proposal};
use quantumagi_rpc::solana::ids;
use quantumagi_rules::action::{Action, INVOKE_ACCOUNT_BYTES, Invocation, InvokeAccounts};
use quantumagi_rules::digest::{ExecutionContext, NOTHING_PENDING, step_digest};
use quantumagi_rules::guardrail::Guardrail;

use super::super::super::Chain;
use super::super::super::replay::ProposalRecord;
use super::super::live::Live;
use super::{Asked, Logged};

/// `Transfer` and `CreateAccount` of the System program: the tag, then the lamports.
/// Source: `solana_system_interface::instruction::SystemInstruction`.
const SYSTEM_SPENDS: [[u8; 4]; 2] = [[2, 0, 0, 0], [0, 0, 0, 0]];
/// `TransferChecked` of the token programs: the tag, then the amount. Source: `spl_token_interface::instruction`.
const TRANSFER_CHECKED: u8 = 12;

/// What leaves the vault.
#[derive(Clone, Copy)]
enum Spent {
    Lamports(u64),
    /// Of this mint. A payment to another account of the vault spends nothing, and is not told from here.
    Tokens([u8; 32], u64),
    Nothing,
}

impl Spent {
    /// What a call says that it takes from the vault. A program that takes it without saying so is not told from here.
    fn by(invocation: &Invocation<'_>, vault: &Address) -> Self {
        let Invocation { program, accounts, data } = invocation;
        let mut listed = accounts.iter().map(|account| account.address);
        if *program == ids::system_program::ID.to_bytes() {
            let is_paid_by_vault = listed.next() == Some(vault.to_bytes());
            let spends = data.split_first_chunk::<4>().filter(|(tag, _)| SYSTEM_SPENDS.contains(tag));
            let lamports = spends.and_then(|(_, rest)| rest.first_chunk::<8>());
            return match lamports {
                Some(lamports) if is_paid_by_vault => Self::Lamports(u64::from_le_bytes(*lamports)),
                _ => Self::Nothing,
            };
        }
        let amount = data.strip_prefix(&[TRANSFER_CHECKED]).and_then(|rest| rest.first_chunk::<8>());
        match (amount, listed.nth(1)) {
            (Some(amount), Some(mint)) => Self::Tokens(mint, u64::from_le_bytes(*amount)),
            _ => Self::Nothing,
        }
    }
}

/// The events of a call that carries out what was voted on; nothing for a proposal of another constitution.
#[allow(clippy::wildcard_enum_match_arm, reason = "the caller passes on these calls only")]
pub(super) fn executed(live: &Live, asked: Asked<'_>) -> Logged {
    let proposal = match asked.call {
        Call::VaultTransfer { accounts, .. } => accounts.proposal,
        Call::VaultTransferTokens { accounts, .. } => accounts.proposal,
        Call::ProgramUpgrade { accounts, .. } => accounts.proposal,
        Call::ProposalExecute { accounts, .. } => accounts.proposal,
        _ => return None,
    };
    let Some(record) = live.proposal(&proposal) else { return Some(Vec::new()) };
    let account = &record.account;
    let (sequence, at) = (account.chain.sequence, asked.at);
    let mut event =
        Event::ProposalExecuted(ProposalExecuted { proposal, sequence, at, digest: account.execution_digest });
    let spent = match asked.call {
        Call::VaultTransfer { lamports, .. } => Spent::Lamports(*lamports),
        Call::VaultTransferTokens { amount, .. } => Spent::Tokens(asked.rest.get(1)?.to_bytes(), *amount),
        Call::ProposalExecute { accounts, rest, flags, data } => {
            let shown = shown(asked.rest, flags);
            let invocation = called(record, asked, accounts, (&shown, data))?;
            if *rest != NOTHING_PENDING {
                event = Event::ProposalStepExecuted(ProposalStepExecuted {
                    proposal,
                    sequence,
                    at,
                    step_digest: digest_of_step(record, &invocation)?,
                    pending_digest: *rest,
                    steps_done: account.steps_done.checked_add(1)?,
                    steps: account.steps,
                    reserved: [0; 4],
                });
            }
            Spent::by(&invocation, &accounts.vault)
        }
        // An upgrade moves the lamports of the buffer and of the code.
        _ => Spent::Nothing,
    };
    let chain = Chain::Proposal(proposal);
    let mut events = vec![(chain, event)];
    if let Some(counted) = counted(live, account, proposal, spent, at)? {
        events.push((chain, Event::SpendingCounted(counted)));
    }
    Some(events)
}

fn digest_of_step(record: &ProposalRecord, invocation: &Invocation<'_>) -> Option<[u8; 32]> {
    let step = record.account.steps_done;
    let deploy_slot = *record.slots.get(usize::from(step))?;
    let context = ExecutionContext { deploy_slot, ..record.account.execution_context() };
    Some(step_digest::<Sha2>(&context, step, invocation))
}

/// The instruction that is called next: as it is shown, or from the payload.
fn called<'a>(
    record: &ProposalRecord,
    asked: Asked<'a>,
    accounts: &ProposalExecute,
    (shown, data): (&'a [u8], &'a [u8]),
) -> Option<Invocation<'a>> {
    if let Some(payload) = accounts.payload {
        let action = Action::decode(asked.hints.payload(&payload)?).ok()?;
        return action.invocations().nth(usize::from(record.account.steps_done));
    }
    Some(Invocation { program: accounts.program.to_bytes(), accounts: InvokeAccounts::new(shown).ok()?, data })
}

fn shown(accounts: &[Address], flags: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(flags.len().saturating_mul(INVOKE_ACCOUNT_BYTES));
    for (address, flags) in accounts.iter().zip(flags) {
        bytes.push(*flags);
        bytes.extend_from_slice(address.as_ref());
    }
    bytes
}

/// What the guardrails counted, in their order; `None` inside where they count nothing of the kind.
fn counted(
    live: &Live,
    account: &Proposal,
    proposal: Address,
    spent: Spent,
    at: i64,
) -> Option<Option<SpendingCounted>> {
    let Some(guardrails) = live.state()?.guardrails_after(u64::MAX).ok()? else { return Some(None) };
    let mut charges = Vec::new();
    for slot in guardrails.slots.iter().filter(|slot| slot.guardrail[0] != 0) {
        let amount = match (Guardrail::from_stored(&slot.guardrail).ok()?, spent) {
            (Guardrail::LamportsPerWindow { .. }, Spent::Lamports(lamports)) => lamports,
            (Guardrail::TokensPerWindow { mint, .. }, Spent::Tokens(paid, amount)) if paid == mint => amount,
            _ => continue,
        };
        if amount > 0 {
            charges.push(Charge { principle_id: slot.principle_id, amount });
        }
    }
    if charges.is_empty() {
        return Some(None);
    }
    // Behind the event of the execution itself.
    let sequence = account.chain.sequence.checked_add(1)?;
    Some(Some(SpendingCounted { proposal, sequence, at, change: guardrails.changes, charges }))
}
