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

#[cfg(test)]
mod tests {
    use super::*;

    const PROPOSER: Address = Address::new_from_array([1; 32]);
    const VAULT: Address = Address::new_from_array([2; 32]);
    const PROPOSAL: Address = Address::new_from_array([3; 32]);
    const FEE: u64 = 5_000;

    /// Lamports of the proposer, the vault and the proposal, which does not exist with none.
    fn view([proposer, vault, proposal]: [u64; 3]) -> View {
        let account = |lamports, owner| Account { lamports, owner, data: vec![7; 8], ..Account::default() };
        let people = [(PROPOSER, account(proposer, Address::default())), (VAULT, account(vault, Address::default()))];
        let own = (proposal > 0).then(|| (PROPOSAL, account(proposal, PROGRAM_ID)));
        View(people.into_iter().chain(own).collect())
    }

    /// A ledger after the proposer has placed 900.
    fn placed() -> Ledger {
        let mut ledger = Ledger::default();
        let moved = ledger.follow(&view([10_000, 50, 0]), &view([4_100, 50, 900]), &PROPOSER, FEE).unwrap();
        assert_eq!((moved.placed_lamports, moved.returned_lamports, moved.opened), (900, 0, vec![PROPOSAL]));
        assert_eq!(moved.closed, None);
        ledger
    }

    #[track_caller]
    fn check(after: [u64; 3], returned_lamports: u64, elsewhere_lamports: u64) {
        let moved = placed().follow(&view([10_000, 50, 900]), &view(after), &PROPOSER, FEE).unwrap();
        let kinds = vec![Some([7; 8])];
        let expected = Closed { kinds, placed_lamports: 900, returned_lamports, elsewhere_lamports };
        assert_eq!((moved.returned_lamports, moved.closed), (900, Some(expected)));
    }

    #[test]
    fn a_close_tells_what_came_back_what_went_elsewhere_and_what_did_not_arrive() {
        check([5_900, 50, 0], 900, 0);
        check([5_600, 350, 0], 600, 300);
        check([5_600, 50, 0], 600, 0);
    }

    #[test]
    fn what_nobody_placed_is_refused() {
        let refused = Ledger::default().follow(&view([10_000, 50, 900]), &view([5_900, 50, 0]), &PROPOSER, FEE);
        let refused = refused.err().unwrap().to_string();
        assert_eq!(refused, format!("{PROPOSAL} was closed, but no transaction had opened it"));
        let refused = Ledger::default().follow(&view([10_000, 50, 0]), &view([5_000, 50, 900]), &PROPOSER, FEE);
        let refused = refused.err().unwrap().to_string();
        assert_eq!(refused, format!("0 accounts paid for {PROPOSAL}, not one"));
    }
}
