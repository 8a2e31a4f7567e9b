//! Who placed how many lamports in which account, so that a close can be held against it.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use litesvm::LiteSVM;
use quantumagi_interface::{Address, PROGRAM_ID};
use solana_account::Account;

use super::chain::TOKEN_PROGRAMS;
use super::cost::Closed;

/// The accounts that one transaction names, before or after it.
pub(super) struct View(BTreeMap<Address, Account>);

impl View {
    /// Of these accounts now.
    pub(super) fn of(svm: &LiteSVM, addresses: &[Address]) -> Self {
        let accounts = addresses.iter().filter_map(|address| Some((*address, svm.get_account(address)?)));
        Self(accounts.filter(|(_, account)| account.lamports > 0).collect())
    }

    fn lamports(&self, address: &Address) -> u64 {
        self.0.get(address).map_or(0, |account| account.lamports)
    }

    /// Accounts of the program and of the token programs: an account of theirs that is opened here is a pool's, and costs
    /// like one of the program's own.
    fn own(&self) -> impl Iterator<Item = (&Address, &Account)> {
        self.0.iter().filter(|(_, account)| is_own(account))
    }
}

/// Whether an account's rent counts as the program's.
pub(super) fn is_own(account: &Account) -> bool {
    account.owner == PROGRAM_ID || TOKEN_PROGRAMS.contains(&account.owner)
}

/// What one transaction moved.
pub(super) struct Moved {
    /// Lamports that the program's accounts hold more than before.
    pub(super) placed_lamports: u64,
    /// Lamports that they hold less than before.
    pub(super) returned_lamports: u64,
    /// The accounts it opened.
    pub(super) opened: Vec<Address>,
    /// What it closed, if anything.
    pub(super) closed: Option<Closed>,
}

/// For each account of the program, who placed how many lamports in it.
#[derive(Default)]
pub(super) struct Ledger(BTreeMap<Address, BTreeMap<Address, u64>>);

impl Ledger {
    /// Writes down what a transaction moved, whose fee `payer` paid.
    ///
    /// # Errors
    /// Where it cannot be told who placed something.
    pub(super) fn follow(&mut self, before: &View, after: &View, payer: &Address, fee: u64) -> Result<Moved> {
        // Own accounts on either side, and everybody else's gain and loss without the fee.
        let own: Vec<Address> = before.own().chain(after.own()).map(|(address, _)| *address).collect();
        let own_after = |address: &Address| after.0.get(address).filter(|account| is_own(account));
        let others: BTreeMap<Address, (u64, u64)> = before
            .0
            .keys()
            .chain(after.0.keys())
            .filter(|address| !own.contains(address))
            .map(|address| {
                let fee = if address == payer { fee } else { 0 };
                (*address, (before.lamports(address), after.lamports(address) + fee))
            })
            .collect();
        let mut moved = Moved { placed_lamports: 0, returned_lamports: 0, opened: Vec::new(), closed: None };
        let mut gone = Vec::new();
        for address in own.iter().collect::<std::collections::BTreeSet<_>>() {
            let was = before.0.get(address).filter(|account| is_own(account));
            let (lamports_before, lamports_after) =
                (was.map_or(0, |account| account.lamports), own_after(address).map_or(0, |account| account.lamports));
            let gain = lamports_after.saturating_sub(lamports_before);
            moved.placed_lamports += gain;
            moved.returned_lamports += lamports_before.saturating_sub(lamports_after);
            if gain > 0 {
                let losers = others.iter().filter(|(_, (before, after))| after < before);
                let losers: Vec<&Address> = losers.map(|(address, _)| address).collect();
                ensure!(losers.len() == 1, "{} accounts paid for {address}, not one", losers.len());
                let by = self.0.entry(*address).or_default().entry(*losers[0]).or_default();
                *by += gain;
            }
            match (was, own_after(address)) {
                (None, Some(_)) => moved.opened.push(*address),
                (Some(account), None) => gone.push((*address, account)),
                (None, None) | (Some(_), Some(_)) => {}
            }
        }
        if !gone.is_empty() {
            moved.closed = Some(self.close(&gone, &others)?);
        }
        Ok(moved)
    }

    fn close(&mut self, gone: &[(Address, &Account)], others: &BTreeMap<Address, (u64, u64)>) -> Result<Closed> {
        let (mut kinds, mut placed) = (Vec::new(), BTreeMap::new());
        for (address, account) in gone {
            kinds.push(account.data.first_chunk().copied().filter(|_| account.owner == PROGRAM_ID));
            let by = self.0.remove(address).unwrap_or_default();
            ensure!(!by.is_empty(), "{address} was closed, but no transaction had opened it");
            for (who, lamports) in by {
                *placed.entry(who).or_insert(0) += lamports;
            }
        }
        let gains = others.iter().map(|(who, (before, after))| (who, after.saturating_sub(*before)));
        let (payers, rest): (Vec<_>, Vec<_>) = gains.partition(|(who, _)| placed.contains_key(who));
        Ok(Closed {
            kinds,
            placed_lamports: placed.values().sum(),
            returned_lamports: payers.iter().map(|(_, gain)| gain).sum(),
            elsewhere_lamports: rest.iter().map(|(_, gain)| gain).sum(),
        })
    }
}
