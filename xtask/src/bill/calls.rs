//! Proposals that call another program, and their execution.

use anyhow::Result;
use quantumagi_interface::{Address, Instruction, instructions as ix};
use quantumagi_rules::action::{
    Action, FLAG_SIGNER, FLAG_WRITABLE, Invocation, InvokeAccount, InvokeAccounts, MAX_INVOKE_ACCOUNTS, encode_accounts,
};
use quantumagi_rules::digest::NOTHING_PENDING;
use solana_instruction::AccountMeta;

use super::chain::TOKEN;
use super::community::Community;
use super::figures::Rows;
use super::people::{hash, person};
use super::tokens::Payment;

/// As many principles as can be cited.
pub(super) const CITED: [u32; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

/// An instruction of another program.
pub(super) struct Call {
    program: Address,
    /// In canonical bytes.
    accounts: Vec<u8>,
    data: Vec<u8>,
}

impl Call {
    pub(super) fn accounts(&self) -> InvokeAccounts<'_> {
        InvokeAccounts::new(&self.accounts).expect("the accounts were encoded here")
    }

    pub(super) fn invocation(&self) -> Invocation<'_> {
        Invocation { program: self.program.to_bytes(), accounts: self.accounts(), data: &self.data }
    }

    pub(super) fn action(&self) -> Action<'_> {
        let Invocation { program, accounts, data } = self.invocation();
        Action::Invoke { program, accounts, data }
    }

    /// The instruction that executes it where `rest` is still to come, as it is shown here or stands in a payload.
    pub(super) fn execute(
        &self,
        community: &Community,
        proposal: Address,
        rest: [u8; 32],
        payload: Option<Address>,
    ) -> Result<Instruction> {
        let accounts = ix::ProposalExecute {
            constitution: community.constitution,
            proposal,
            vault: community.vault,
            program: self.program,
            program_data: community.chain.program_data(&self.program),
            payload,
            guardrails: community.guardrails()?,
        };
        let flags = self.accounts().iter().map(|account| account.flags).collect::<Vec<_>>();
        let mut instruction = if payload.is_some() {
            accounts.instruction(rest, &[], &[])
        } else {
            accounts.instruction(rest, &flags, &self.data)
        };
        instruction.accounts.extend(self.accounts().iter().map(|account| AccountMeta {
            pubkey: Address::new_from_array(account.address),
            is_signer: false,
            is_writable: account.flags & FLAG_WRITABLE != 0,
        }));
        Ok(instruction)
    }
}

/// Measures them: a transfer of tokens, the least there is, the most that fits, and the most there is.
pub(super) fn measure(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let tokens = token_transfer(community)?;
    let (_, create) = community.propose(&tokens.action(), &[0], false)?;
    let cost = community.send(create)?;
    rows.note("a transfer of tokens, 1 citation", cost);
    largest_that_fits(community, rows, "")?;

    execute(community, rows, &tokens, "a transfer of tokens, 3 accounts")?;
    execute(community, rows, &lamport_transfer(community, 0), "a call with 2 accounts")?;
    let most = most_accounts(community, &[0])?;
    let case =
        format!("a call with {} accounts, the most that can be proposed without a payload", most.accounts().len());
    execute(community, rows, &most, &case)?;
    widest(community, rows, "")
}

/// The creation of a call with as many accounts as fit the transaction that proposes it, and as many citations as can be.
pub(super) fn largest_that_fits(community: &mut Community, rows: &mut Rows, under: &str) -> Result<()> {
    let most = most_accounts(community, &CITED)?;
    let (_, create) = community.propose(&most.action(), &CITED, false)?;
    let cost = community.send(create)?;
    let accounts = most.accounts().len();
    rows.note(&format!("a call with {accounts} accounts, 8 citations{under}, the largest without a payload"), cost);
    Ok(())
}

/// A call with as many accounts as there can be, proposed from a payload and executed both ways through an address lookup
/// table.
pub(super) fn widest(community: &mut Community, rows: &mut Rows, under: &str) -> Result<()> {
    let widest = lamport_transfer(community, u32::try_from(MAX_INVOKE_ACCOUNTS)? - 2);
    for is_shown in [true, false] {
        let payload = community.write_payload(&widest.action().to_bytes())?;
        let draft = community.draft(&widest.action(), &CITED)?.with_payload(payload);
        let cost = community.send(draft.instruction())?;
        if is_shown {
            rows.note(&format!("a call with 48 accounts in a payload, 8 citations{under}"), cost);
        }
        let proposal = draft.accounts.proposal;
        community.approve(&proposal)?;
        let shown_in = (!is_shown).then_some(payload);
        let execute = widest.execute(community, proposal, NOTHING_PENDING, shown_in)?;
        let cost = community.chain.send_by_table(execute)?;
        let how = if is_shown { "by an address lookup table" } else { "by an address lookup table, from a payload" };
        rows.note(&format!("a call with 48 accounts, the most, {how}{under}"), cost);
        let author = community.proposal(&proposal)?.proposer;
        community.send(ix::PayloadClose { author, payload }.instruction())?;
    }
    Ok(())
}

fn execute(community: &mut Community, rows: &mut Rows, call: &Call, case: &str) -> Result<()> {
    let proposal = community.approved(&call.action())?;
    let execute = call.execute(community, proposal, NOTHING_PENDING, None)?;
    let cost = community.send(execute)?;
    rows.note(case, cost);
    Ok(())
}

/// One token from the vault's account to another, of a mint made up here.
fn token_transfer(community: &mut Community) -> Result<Call> {
    let Payment { program, source, recipient, .. } = Payment::prepared(community, TOKEN)?;
    let accounts = [
        InvokeAccount { address: source.to_bytes(), flags: FLAG_WRITABLE },
        InvokeAccount { address: recipient.to_bytes(), flags: FLAG_WRITABLE },
        InvokeAccount { address: community.vault.to_bytes(), flags: FLAG_SIGNER },
    ];
    // `TokenInstruction::Transfer` and its amount.
    let data = [&[3][..], &1u64.to_le_bytes()].concat();
    Ok(Call { program, accounts: encode_accounts(&accounts), data })
}

/// The account with this number that a call names and does not look at.
pub(super) fn beside(index: u32) -> Address {
    person(&format!("beside {index}"))
}

/// One lamport from the vault, called as any program is, with `more` accounts that the System program does not look at.
pub(super) fn lamport_transfer(community: &Community, more: u32) -> Call {
    let vault = InvokeAccount { address: community.vault.to_bytes(), flags: FLAG_WRITABLE | FLAG_SIGNER };
    let recipient = InvokeAccount { address: hash("crank"), flags: FLAG_WRITABLE };
    let others = (0..more).map(|index| InvokeAccount { address: beside(index).to_bytes(), flags: FLAG_WRITABLE });
    Call {
        program: solana_sdk_ids::system_program::ID,
        accounts: encode_accounts(&[vault, recipient].into_iter().chain(others).collect::<Vec<_>>()),
        // `SystemInstruction::Transfer` and its lamports.
        data: [&2u32.to_le_bytes()[..], &1u64.to_le_bytes()].concat(),
    }
}

/// The call with as many accounts as fit the transaction that proposes it.
fn most_accounts(community: &Community, cited: &[u32]) -> Result<Call> {
    let mut most = lamport_transfer(community, 0);
    for more in 1.. {
        let call = lamport_transfer(community, more);
        let (_, create) = community.propose(&call.action(), cited, false)?;
        if !community.chain.fits(create)? {
            break;
        }
        most = call;
    }
    Ok(most)
}
