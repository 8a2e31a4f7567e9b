//! What somebody hostile does to an honest instruction.

use solana_account::Account;

use super::Walk;
use crate::support::*;

impl Walk {
    /// Another account, a missing signature, no write access, another number, too few accounts, or a forgery.
    pub(super) fn spoil(&mut self, instruction: &mut Instruction) {
        let slot = self.chance.index(instruction.accounts.len());
        match self.chance.below(12) {
            0 | 1 => instruction.accounts[slot].pubkey = self.chance.pick(&self.seen).unwrap(),
            2 => {
                let things: Vec<Address> = self.stage.model.things.iter().copied().collect();
                instruction.accounts[slot].pubkey = self.chance.pick(&things).unwrap();
            }
            3 => instruction.accounts[slot].pubkey = self.somebody(),
            4 => {
                let other = self.chance.index(instruction.accounts.len());
                instruction.accounts[slot].pubkey = instruction.accounts[other].pubkey;
            }
            5 => {
                let signers = (0..instruction.accounts.len()).filter(|slot| instruction.accounts[*slot].is_signer);
                if let Some(slot) = self.chance.pick(&signers.collect::<Vec<_>>()) {
                    instruction.accounts[slot].is_signer = false;
                }
            }
            6 => instruction.accounts[slot].is_writable = false,
            7 => instruction.accounts[slot].pubkey = self.forged(&instruction.accounts[slot].pubkey),
            8 => drop(instruction.accounts.pop()),
            9 => {
                let optional =
                    (0..instruction.accounts.len()).filter(|s| instruction.accounts[*s].pubkey == PROGRAM_ID);
                let optional: Vec<usize> = optional.collect();
                match self.chance.pick(&optional) {
                    Some(slot) => instruction.accounts[slot].pubkey = self.chance.pick(&self.seen).unwrap(),
                    None => instruction.accounts[slot].pubkey = PROGRAM_ID,
                }
            }
            10 => {
                let byte = self.chance.index(instruction.data.len());
                instruction.data[byte] = instruction.data[byte].wrapping_add(1);
            }
            _ => {
                let bit = self.chance.index(instruction.data.len() * 8);
                instruction.data[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }

    /// The same bytes at another address, of another program: nobody can make this program their owner.
    fn forged(&mut self, address: &Address) -> Address {
        let Some(account) = self.stage.world.account(address) else { return person("nobody") };
        self.forgeries = (self.forgeries + 1) % 8;
        let copy = person(&format!("forgery {}", self.forgeries));
        let account = Account { owner: person("another program"), executable: false, ..account };
        self.stage.world.put(&copy, account);
        copy
    }
}
