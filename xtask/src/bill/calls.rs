//! Proposals that call another program, and their execution.

use anyhow::Result;
use quantumagi_interface::{Address, instructions as ix};
use quantumagi_rules::action::{Action, FLAG_SIGNER, FLAG_WRITABLE, InvokeAccount, InvokeAccounts, encode_accounts};
use solana_instruction::AccountMeta;

use super::community::Community;
use super::figures::Rows;
use super::people::{crank, hash, person};

/// SPL Token.
const TOKEN: Address = Address::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// All principles of the community.
const CITED: [u32; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

/// An instruction of another program.
struct Call {
    program: Address,
    /// In canonical bytes.
    accounts: Vec<u8>,
    data: Vec<u8>,
}

impl Call {
    fn accounts(&self) -> InvokeAccounts<'_> {
        InvokeAccounts::new(&self.accounts).expect("the accounts were encoded here")
    }

    fn action(&self) -> Action<'_> {
        Action::Invoke { program: self.program.to_bytes(), accounts: self.accounts(), data: &self.data }
    }
}

/// Measures them: a transfer of tokens, the least there is, and the most that fits.
pub(super) fn measure(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let tokens = token_transfer(community)?;
    let (_, create) = community.propose(&tokens.action(), &[0], false)?;
    let cost = community.send(create)?;
    rows.note("a transfer of tokens, 1 citation", cost);
    let most = most_accounts(community, &CITED)?;
    let (_, create) = community.propose(&most.action(), &CITED, false)?;
    let cost = community.send(create)?;
    rows.note(&format!("a call with {} accounts, 8 citations, the largest", most.accounts().len()), cost);

    execute(community, rows, &tokens, "a transfer of tokens, 3 accounts")?;
    execute(community, rows, &lamport_transfer(community, 0), "a call with 2 accounts")?;
    let most = most_accounts(community, &[0])?;
    let case = format!("a call with {} accounts, the most that can be proposed", most.accounts().len());
    execute(community, rows, &most, &case)
}

fn execute(community: &mut Community, rows: &mut Rows, call: &Call, case: &str) -> Result<()> {
    let proposal = community.approved(&call.action())?;
    let accounts = ix::ProposalExecute {
        constitution: community.constitution,
        proposal,
        vault: community.vault,
        program: call.program,
        program_data: community.chain.program_data(&call.program),
        payload: None,
        guardrails: None,
    };
    let flags = call.accounts().iter().map(|account| account.flags).collect::<Vec<_>>();
    let mut instruction = accounts.instruction([0; 32], &flags, &call.data);
    instruction.accounts.extend(call.accounts().iter().map(|account| AccountMeta {
        pubkey: Address::new_from_array(account.address),
        is_signer: false,
        is_writable: account.flags & FLAG_WRITABLE != 0,
    }));
    let cost = community.send(instruction)?;
    rows.note(case, cost);
    Ok(())
}

/// One token from the vault's account to another, of a mint made up here.
fn token_transfer(community: &mut Community) -> Result<Call> {
    let [mint, from, to] = ["mint", "the vault's tokens", "the other's tokens"].map(person);
    // Layouts: `spl_token_interface::state`. Supply 1,000, initialized, nobody can mint or freeze.
    let mut mint_data = vec![0; 82];
    mint_data[36..44].copy_from_slice(&1_000u64.to_le_bytes());
    mint_data[45] = 1;
    community.chain.put(&mint, TOKEN, mint_data)?;
    for (account, owner, amount) in [(from, community.vault, 1_000u64), (to, crank(), 0)] {
        let mut data = vec![0; 165];
        data[..32].copy_from_slice(mint.as_ref());
        data[32..64].copy_from_slice(owner.as_ref());
        data[64..72].copy_from_slice(&amount.to_le_bytes());
        data[108] = 1;
        community.chain.put(&account, TOKEN, data)?;
    }
    let accounts = [
        InvokeAccount { address: from.to_bytes(), flags: FLAG_WRITABLE },
        InvokeAccount { address: to.to_bytes(), flags: FLAG_WRITABLE },
        InvokeAccount { address: community.vault.to_bytes(), flags: FLAG_SIGNER },
    ];
    // `TokenInstruction::Transfer` and its amount.
    let data = [&[3][..], &1u64.to_le_bytes()].concat();
    Ok(Call { program: TOKEN, accounts: encode_accounts(&accounts), data })
}

/// One lamport from the vault, called as any program is, with `more` accounts that the System program does not look at.
fn lamport_transfer(community: &Community, more: u32) -> Call {
    let vault = InvokeAccount { address: community.vault.to_bytes(), flags: FLAG_WRITABLE | FLAG_SIGNER };
    let recipient = InvokeAccount { address: hash("crank"), flags: FLAG_WRITABLE };
    let others =
        (0..more).map(|index| InvokeAccount { address: hash(&format!("beside {index}")), flags: FLAG_WRITABLE });
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
