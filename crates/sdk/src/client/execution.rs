//! Doing what was voted on: what the calls take, and in how many steps.

use quantumagi_interface::digest::sha256;
use quantumagi_interface::{Address, Payload, pda};
use quantumagi_rpc::solana::{Instruction, ids};
use quantumagi_rules::Hash;
use quantumagi_rules::action::{Action, INVOKE};
use quantumagi_rules::token::TokenAccount;

use super::{AtSlot, Quantumagi};
use crate::builders::{self, Execution, NextStep};
use crate::check::{self, CheckError};
use crate::error::{Result, SdkError};
use crate::transaction::{MAX_TRANSACTION_LEN, wire_len_with_tables};

/// The program that derives the usual token account of an owner.
const ASSOCIATED_TOKEN_PROGRAM: Address = Address::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
/// Bytes of a loader's buffer before the code. Source: `solana_loader_v3_interface::state::UpgradeableLoaderState`.
const BUFFER_HEADER: usize = 37;

/// Where the code of a program that can be upgraded lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Code {
    /// The account that holds it.
    pub(super) address: Address,
    /// Slot in which it was last deployed.
    pub(super) slot: u64,
}

impl Quantumagi {
    /// Does the next of what was voted on. `action` is the action's canonical bytes, which the event
    /// [`ProposalCreated`](quantumagi_interface::events::ProposalCreated) carries, or the payload that it names.
    ///
    /// # Errors
    /// As [`Quantumagi::proposal_steps`].
    pub async fn proposal_execute(&self, address: &Address, executor: &Address, action: &[u8]) -> Result<Instruction> {
        let steps = self.proposal_steps(address, executor, action, None).await?;
        Ok(steps.into_iter().next().expect("a proposal that can be executed has a step left"))
    }

    /// Everything that is still to be done, one instruction a step, in the order in which they must be sent. Steps that do
    /// not fit a transaction are read from `payload`, which holds the action.
    ///
    /// # Errors
    /// [`CheckError::Step`],
    /// [`CheckError::DigestMismatch`],
    /// [`CheckError::ProgramChanged`],
    /// [`CheckError::BufferChanged`], [`CheckError::VaultShort`],
    /// [`SdkError::Action`], and as [`Quantumagi::constitution`].
    pub async fn proposal_steps(
        &self,
        address: &Address,
        executor: &Address,
        action: &[u8],
        payload: Option<Address>,
    ) -> Result<Vec<Instruction>> {
        let proposal = self.proposal_at(address).await?.value;
        let decoded = Action::decode(action)?;
        let codes = self.codes_of(&decoded).await?;
        let slot = |code: &Option<Code>| code.map_or(0, |code| code.slot);
        let mut slots: Vec<u64> = codes.iter().map(slot).collect();
        if proposal.action == INVOKE {
            check::same_code(&proposal, &decoded, slots.first().copied().unwrap_or_default())?;
        }
        if let Action::ProgramUpgrade { buffer, buffer_hash, .. } = decoded {
            slots.clear();
            let buffer = Address::new_from_array(buffer);
            check::same_buffer(&buffer, self.hash_in_buffer(&buffer).await?, buffer_hash)?;
        }
        let account = self.constitution(&proposal.constitution).await?.value;
        check::execute(&account, &proposal, action, &slots, self.now().await?)?;
        self.check_guardrails_now(&proposal, &account, &decoded).await?;
        let emergency_target = self.emergency_target(&proposal.constitution, &decoded).await?;
        let source = self.source_of(&proposal.constitution, &decoded).await?;
        self.check_funds(&account.vault, &decoded, source).await?;
        let pending = proposal.pending_digests(action, &slots).unwrap_or_default();
        let execution = |index: usize, payload| Execution {
            executor: *executor,
            constitution: proposal.constitution,
            proposal: *address,
            action: decoded,
            next_principle_id: account.next_principle_id,
            next_policy_id: account.next_policy_id,
            program_data: codes.get(index).copied().flatten().map(|code| code.address),
            emergency_target,
            guardrails: account.guardrails(&proposal.constitution),
            step: NextStep { index, rest: pending.get(index + 1).copied().unwrap_or_default(), payload, source },
        };
        let steps = usize::from(proposal.steps_done)..usize::from(proposal.steps).max(1);
        Ok(steps
            .map(|index| {
                let shown = builders::proposal_execute(&execution(index, None));
                let is_long = payload.is_some() && !self.fits(executor, std::slice::from_ref(&shown));
                if is_long { builders::proposal_execute(&execution(index, payload)) } else { shown }
            })
            .collect())
    }

    /// Whether these instructions fit one transaction, with the address tables that it may use.
    #[must_use]
    pub fn fits(&self, payer: &Address, instructions: &[Instruction]) -> bool {
        wire_len_with_tables(payer, instructions, self.lookup_tables()) <= MAX_TRANSACTION_LEN
    }

    /// The transactions that are still needed to write this payload, in order; none where it is complete. Its address
    /// comes with them.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn payload_write(&self, author: &Address, bytes: &[u8]) -> Result<(Address, Vec<Vec<Instruction>>)> {
        let address = pda::payload(author, &sha256(bytes));
        let existing = self.payload(&address).await?.map(|read| read.value);
        let mut transactions = Vec::new();
        if existing.is_none() {
            transactions.push(vec![builders::payload_create(author, bytes)]);
        }
        let written = existing.map_or(0, |payload| payload.bytes.len());
        transactions.extend(builders::payload_write(author, bytes, written).into_iter().map(|part| vec![part]));
        Ok((address, transactions))
    }

    /// The payload at this address, if there is one.
    ///
    /// # Errors
    /// [`SdkError::Rpc`], and where the account is no payload.
    pub async fn payload(&self, address: &Address) -> Result<Option<AtSlot<Payload>>> {
        let payloads = self.those_of("payload", &[*address], Payload::decode).await?;
        Ok(payloads.into_iter().next().flatten())
    }

    /// SHA-256 of the code that a loader's buffer holds.
    ///
    /// # Errors
    /// [`SdkError::NotFound`], [`SdkError::NotOurs`] where the account is not the loader's, and [`SdkError::Rpc`].
    pub async fn hash_in_buffer(&self, buffer: &Address) -> Result<Hash> {
        let (what, address) = ("buffer with code", *buffer);
        let account = self.rpc.account(buffer).await?.ok_or(SdkError::NotFound { what, address })?;
        if account.owner != ids::bpf_loader_upgradeable::ID {
            return Err(SdkError::NotOurs { what, address, owner: account.owner });
        }
        Ok(sha256(account.data.get(BUFFER_HEADER..).unwrap_or_default()))
    }

    /// Where the code of each program lies that an action calls or upgrades, in order; `None` for code that cannot change.
    pub(super) async fn codes_of(&self, action: &Action<'_>) -> Result<Vec<Option<Code>>> {
        let upgraded = if let Action::ProgramUpgrade { program, .. } = *action { Some(program) } else { None };
        let mut codes = Vec::new();
        for program in action.invocations().map(|call| call.program).chain(upgraded) {
            codes.push(self.code_of(&Address::new_from_array(program)).await?);
        }
        Ok(codes)
    }

    async fn code_of(&self, program: &Address) -> Result<Option<Code>> {
        let program = self.rpc.existing_account(program).await?;
        if program.owner != ids::bpf_loader_upgradeable::ID {
            return Ok(None);
        }
        // Accounts of that loader begin with a tag of four bytes. Behind it a program has the address of its code, the
        // code the slot of its deployment. Source: `solana_loader_v3_interface::state::UpgradeableLoaderState`.
        let Some(code) = program.data.get(4..).and_then(<[u8]>::first_chunk::<32>) else { return Ok(None) };
        let address = Address::new_from_array(*code);
        let data = self.rpc.existing_account(&address).await?.data;
        let slot = data.get(4..).and_then(<[u8]>::first_chunk::<8>).map(|slot| u64::from_le_bytes(*slot));
        Ok(slot.map(|slot| Code { address, slot }))
    }

    /// Whether the vault has what an action pays. What a called program takes is known only when it has.
    async fn check_funds(
        &self,
        vault: &Address,
        action: &Action<'_>,
        source: Option<(Address, Address)>,
    ) -> Result<()> {
        let (holds, asked, mint) = match (*action, source) {
            (Action::TransferLamports { lamports, .. }, _) => (self.rpc.balance(vault).await?, lamports, None),
            (Action::TransferTokens { mint, amount, .. }, Some((_, tokens))) => {
                let account = self.rpc.account(&tokens).await?;
                let holds = account.and_then(|account| TokenAccount::read(&account.data)).map_or(0, |it| it.amount);
                (holds, amount, Some(Address::new_from_array(mint)))
            }
            _ => return Ok(()),
        };
        if holds < asked { Err(CheckError::VaultShort { holds, asked, mint })? } else { Ok(()) }
    }

    /// The token program of a payment, and the vault's usual account of that token.
    async fn source_of(&self, constitution: &Address, action: &Action<'_>) -> Result<Option<(Address, Address)>> {
        let Action::TransferTokens { mint, .. } = *action else { return Ok(None) };
        let mint = Address::new_from_array(mint);
        let program = self.rpc.existing_account(&mint).await?.owner;
        let vault = pda::vault(constitution);
        let seeds: [&[u8]; 3] = [vault.as_ref(), program.as_ref(), mint.as_ref()];
        Ok(Some((program, Address::find_program_address(&seeds, &ASSOCIATED_TOKEN_PROGRAM).0)))
    }
}
