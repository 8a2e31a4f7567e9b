//! Instructions of a proposal, from its creation to its end.

use anyhow::Result;
use quantumagi_interface::{Address, instructions as ix, pda};
use quantumagi_rules::action::{Action, FLAG_SIGNER, FLAG_WRITABLE, InvokeAccount, InvokeAccounts, encode_accounts};
use solana_instruction::AccountMeta;

use super::community::{AGAINST, Community, FOR};
use super::figures::Rows;
use super::people::{crank, hash, person};

const CITED: [u32; 8] = [0, 1, 2, 3, 4, 5, 6, 7];

/// A payment of one lamport, so that the vault never runs dry.
fn payment() -> Action<'static> {
    Action::TransferLamports { recipient: hash("crank"), lamports: 1 }
}

/// Measures them, with 300 voters, of whom the last 44 need a ballot page.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut community = Community::founded("proposals", 300, 8)?;
    creation(&mut community, rows)?;
    payment_of_five(&mut community, rows)?;
    ballots(&mut community, rows)?;
    invoking(&mut community, rows)?;
    endings(&mut community, rows)
}

fn creation(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (_, create) = community.propose(&payment(), &[0], false)?;
    let cost = community.send(create)?;
    rows.note("proposal_create", "a payment, 1 citation", cost);
    let policy = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 };
    let (_, create) = community.propose(&policy, &CITED, false)?;
    let cost = community.send(create)?;
    rows.note("proposal_create", "a policy, 8 citations", cost);

    let accounts = most_accounts(community, &CITED)?;
    let (_, create) = community.propose(&invoke(&accounts, &one_lamport()), &CITED, true)?;
    let cost = community.send(create)?;
    rows.note(
        "proposal_create",
        &format!("a call with {} accounts, 8 citations, as large as fits", accounts.len() / 33),
        cost,
    );
    Ok(())
}

fn payment_of_five(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (proposal, create) = community.propose(&payment(), &[0], false)?;
    community.send(create)?;
    community.open_voting(&proposal)?;
    for (index, choice, case) in [
        (0, AGAINST, "the first voter, whose ballot lies in the proposal"),
        (0, FOR, "the first voter changes it"),
        (255, FOR, "the last voter whose ballot lies in the proposal"),
    ] {
        let cost = community.vote(&proposal, index, choice)?;
        rows.note("proposal_vote", case, cost);
    }
    community.approve_rest(&proposal, rows)?;
    let transfer = ix::VaultTransfer {
        constitution: community.constitution,
        proposal,
        vault: community.vault,
        recipient: crank(),
    };
    let cost = community.send(transfer.instruction(1))?;
    rows.note("vault_transfer", "", cost);
    let close = community.close(&proposal)?;
    let cost = community.send(close)?;
    rows.note("proposal_close", "", cost);
    Ok(())
}

impl Community {
    /// Sixty voters more, one of whom brings the quorum; the outcome; the wait.
    fn approve_rest(&mut self, proposal: &Address, rows: &mut Rows) -> Result<()> {
        let last_hour = self.proposal(proposal)?.ends_at - 3_600;
        self.chain.set_time(last_hour);
        for index in 1..59 {
            let was_extended = self.proposal(proposal)?.was_extended == 1;
            let cost = self.vote(proposal, index, FOR)?;
            if !was_extended && self.proposal(proposal)?.was_extended == 1 {
                rows.note("proposal_vote", "a late quorum extends voting", cost);
            }
        }
        self.end_voting(proposal)?;
        let cost = self.send(Self::finalize(proposal))?;
        rows.note("proposal_finalize", "succeeded", cost);
        self.open_window(proposal)
    }
}

fn ballots(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (proposal, create) = community.propose(&payment(), &[0], true)?;
    community.send(create)?;
    community.open_voting(&proposal)?;
    let payer = crank();
    let ballot_page = pda::ballot_page(&proposal, 0);
    let cost = community.send(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0))?;
    rows.note("ballot_page_open", "4,096 voters", cost);
    let cost = community.vote(&proposal, 256, FOR)?;
    rows.note("proposal_vote", "the first voter on a ballot page, final ballot", cost);
    let cost = community.vote(&proposal, 299, AGAINST)?;
    rows.note("proposal_vote", "the last of 300 voters, final ballot", cost);
    community.end_voting(&proposal)?;
    let cost = community.send(Community::finalize(&proposal))?;
    rows.note("proposal_finalize", "defeated", cost);
    let cost = community.send(ix::BallotPageClose { proposal, ballot_page, payer }.instruction())?;
    rows.note("ballot_page_close", "", cost);
    Ok(())
}

/// Instruction data of the System program: transfer one lamport.
fn one_lamport() -> Vec<u8> {
    [&2u32.to_le_bytes()[..], &1u64.to_le_bytes()].concat()
}

/// A transfer from the vault, called as any program is.
fn invoke<'a>(accounts: &'a [u8], data: &'a [u8]) -> Action<'a> {
    let accounts = InvokeAccounts::new(accounts).expect("the accounts were encoded here");
    Action::Invoke { program: solana_sdk_ids::system_program::ID.to_bytes(), accounts, data }
}

/// The accounts of the transfer, then `more` that the System program does not look at.
fn invoke_accounts(community: &Community, more: u32) -> Vec<u8> {
    let vault = InvokeAccount { address: community.vault.to_bytes(), flags: FLAG_WRITABLE | FLAG_SIGNER };
    let recipient = InvokeAccount { address: crank().to_bytes(), flags: FLAG_WRITABLE };
    let others = (0..more)
        .map(|index| InvokeAccount { address: person(&format!("beside {index}")).to_bytes(), flags: FLAG_WRITABLE });
    encode_accounts(&[vault, recipient].into_iter().chain(others).collect::<Vec<_>>())
}

/// As many as fit the transaction that proposes it.
fn most_accounts(community: &Community, cited: &[u32]) -> Result<Vec<u8>> {
    let data = one_lamport();
    let mut most = 0;
    while {
        let accounts = invoke_accounts(community, most + 1);
        let (_, create) = community.propose(&invoke(&accounts, &data), cited, false)?;
        community.chain.fits(create)?
    } {
        most += 1;
    }
    Ok(invoke_accounts(community, most))
}

fn invoking(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let data = one_lamport();
    let few = invoke_accounts(community, 0);
    let many = most_accounts(community, &[0])?;
    for (accounts, case) in [(&few, ""), (&many, ", as many as can be proposed")] {
        let action = invoke(accounts, &data);
        let (proposal, create) = community.propose(&action, &[0], false)?;
        community.send(create)?;
        community.open_voting(&proposal)?;
        for index in 0..60 {
            community.vote(&proposal, index, FOR)?;
        }
        community.end_voting(&proposal)?;
        community.send(Community::finalize(&proposal))?;
        community.open_window(&proposal)?;
        let execute = ix::ProposalExecute {
            constitution: community.constitution,
            proposal,
            vault: community.vault,
            program: solana_sdk_ids::system_program::ID,
            program_data: None,
        };
        let metas = InvokeAccounts::new(accounts).expect("the accounts were encoded here");
        let flags = metas.iter().map(|account| account.flags).collect::<Vec<_>>();
        let mut instruction = execute.instruction(&flags, &data);
        instruction.accounts.extend(metas.iter().map(|account| AccountMeta {
            pubkey: Address::new_from_array(account.address),
            is_signer: false,
            is_writable: account.flags & FLAG_WRITABLE != 0,
        }));
        let cost = community.send(instruction)?;
        rows.note("proposal_execute", &format!("a call with {} accounts{case}", metas.len()), cost);
    }
    Ok(())
}

fn endings(community: &mut Community, rows: &mut Rows) -> Result<()> {
    let (proposal, create) = community.propose(&payment(), &[0], false)?;
    community.send(create)?;
    let proposer = community.proposal(&proposal)?.proposer;
    let cost = community.send(ix::ProposalCancel { proposer, proposal }.instruction())?;
    rows.note("proposal_cancel", "", cost);

    let (proposal, create) = community.propose(&payment(), &[0], false)?;
    community.send(create)?;
    community.open_voting(&proposal)?;
    for index in 0..60 {
        community.vote(&proposal, index, FOR)?;
    }
    community.end_voting(&proposal)?;
    community.send(Community::finalize(&proposal))?;
    community.open_window(&proposal)?;
    let stored = community.proposal(&proposal)?;
    let after = community.chain.now() + i64::from(stored.window_seconds);
    community.chain.set_time(after);
    let cost = community.send(ix::ProposalExpire { proposal }.instruction())?;
    rows.note("proposal_expire", "", cost);
    Ok(())
}
