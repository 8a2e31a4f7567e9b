//! What the constitution's chain logs about token electorates.

use quantumagi_interface::calls::Call;
use quantumagi_interface::events::{
    DepositAdded, DepositClosed, DepositDelegated, DepositMatured, DepositOpened, DepositPoolClosed,
    DepositPoolCreated, DepositWithdrawn, ElectorateAdopted, Event,
};

use super::super::live::Live;
use super::Asked;
use super::community::Next;

/// The event of a call about a token electorate.
#[allow(clippy::wildcard_enum_match_arm, reason = "the families divide the calls among themselves")]
pub(super) fn deposited(live: &Live, asked: Asked<'_>, next: Next) -> Option<Event> {
    let Next { constitution, sequence, at } = next;
    let state = live.state()?;
    let held = |address| state.deposits.get(address).map(|record| &record.account);
    Some(match asked.call {
        Call::ElectorateAdopt { accounts, kind } => {
            let (mandate, electorate, kind) = (accounts.proposal.unwrap_or_default(), accounts.electorate, *kind);
            Event::ElectorateAdopted(ElectorateAdopted { constitution, sequence, at, mandate, electorate, kind })
        }
        Call::DepositPoolCreate { accounts, maturity_seconds, floor } => {
            // In the mint and nowhere else; the pool keeps it while it is there.
            let decimals = asked.hints.decimals(&accounts.pool)?;
            Event::DepositPoolCreated(DepositPoolCreated {
                constitution,
                sequence,
                at,
                pool: accounts.pool,
                payer: accounts.payer,
                mint: accounts.mint,
                token_program: accounts.token_program,
                vault: accounts.pool_vault,
                floor: *floor,
                version: live.constitution()?.next_electorate_version,
                maturity_seconds: *maturity_seconds,
                decimals,
            })
        }
        Call::DepositPoolClose { accounts } => {
            // Tokens that somebody sent without depositing are rare, and in no instruction of ours.
            let (pool, payer, surplus) = (accounts.pool, accounts.payer, 0);
            Event::DepositPoolClosed(DepositPoolClosed { constitution, sequence, at, pool, payer, surplus })
        }
        Call::DepositOpen { accounts, owner } => {
            let (deposit, pool, owner, payer) = (accounts.deposit, accounts.pool, *owner, accounts.payer);
            Event::DepositOpened(DepositOpened { constitution, sequence, at, deposit, pool, owner, payer })
        }
        Call::DepositAdd { accounts, amount } => {
            let (deposit, amount) = (accounts.deposit, *amount);
            Event::DepositAdded(DepositAdded { constitution, sequence, at, deposit, amount })
        }
        Call::DepositMature { accounts } => {
            let account = held(&accounts.deposit)?;
            let pool = &state.pools.get(&accounts.pool)?.account;
            Event::DepositMatured(DepositMatured {
                constitution,
                sequence,
                at,
                deposit: accounts.deposit,
                authority: accounts.authority,
                amount: account.fresh,
                from_proposal_id: live.constitution()?.next_proposal_id,
                index: account.index().unwrap_or(pool.next_index),
            })
        }
        Call::DepositWithdraw { accounts, amount } => {
            let (deposit, amount, destination) = (accounts.deposit, *amount, accounts.token_account);
            Event::DepositWithdrawn(DepositWithdrawn { constitution, sequence, at, deposit, amount, destination })
        }
        Call::DepositDelegate { accounts, delegate, expires_at } => {
            let (deposit, delegate, expires_at) = (accounts.deposit, *delegate, *expires_at);
            Event::DepositDelegated(DepositDelegated { constitution, sequence, at, deposit, delegate, expires_at })
        }
        Call::DepositClose { accounts } => {
            let (deposit, payer) = (accounts.deposit, accounts.payer);
            Event::DepositClosed(DepositClosed { constitution, sequence, at, deposit, payer })
        }
        _ => return None,
    })
}
