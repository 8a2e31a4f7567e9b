//! The chain and the model side by side: one instruction tried on both, and everything compared.

use std::collections::BTreeMap;

use quantumagi_interface::calls::Call;
use quantumagi_interface::events::Event;
use solana_clock::Clock;
use solana_instruction::AccountMeta;

use super::model::{At, Foreseen, Model, Why};
use crate::support::*;

/// Lists of accounts in which who acts may be who is paid: first and last of the declared ones.
const OWN_PAYER: [[u8; 8]; 5] = [
    ix::DepositClose::DISCRIMINATOR,
    ix::ProposerClose::DISCRIMINATOR,
    ix::RosterClose::DISCRIMINATOR,
    ix::RosterPageClose::DISCRIMINATOR,
    ix::SeatClose::DISCRIMINATOR,
];

/// An instruction that somebody tries.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub instruction: Instruction,
    /// As an honest person would have sent it.
    pub honest: Instruction,
}

impl From<Instruction> for Attempt {
    fn from(honest: Instruction) -> Self {
        Self { instruction: honest.clone(), honest }
    }
}

impl Attempt {
    pub fn is_spoiled(&self) -> bool {
        self.instruction != self.honest
    }
}

/// Somewhere in a history.
#[derive(Clone)]
pub struct Stage {
    pub world: World,
    pub model: Model,
    /// How often each instruction went through and was refused.
    pub done: BTreeMap<&'static str, (u32, u32)>,
    /// How often each reason was foreseen.
    pub reasons: BTreeMap<Why, u32>,
    /// How often something spoiled was refused.
    pub hostile: (u32, u32),
    /// How often something was tried twice at once, and why that is refused.
    pub twice: BTreeMap<Why, u32>,
}

impl Stage {
    pub fn new() -> Self {
        let (done, reasons, twice) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { world: World::new(), model: Model::default(), done, reasons, hostile: (0, 0), twice }
    }

    pub fn slot(&self) -> u64 {
        self.world.svm.get_sysvar::<Clock>().slot
    }

    /// Sends it, and requires that what happens is what the model foresees. True where it went through.
    pub fn attempt(&mut self, attempt: &Attempt) -> bool {
        let Attempt { instruction, honest } = attempt;
        let before = self.world.snapshot();
        let foreseen = self.foresee(attempt);
        let outcome = self.world.try_send(std::slice::from_ref(instruction));
        let name = ix::name_of(&honest.data).expect("an instruction of the program");
        let count = self.done.entry(name).or_default();
        *(if outcome.is_ok() { &mut count.0 } else { &mut count.1 }) += 1;
        if attempt.is_spoiled() {
            *(if outcome.is_ok() { &mut self.hostile.0 } else { &mut self.hostile.1 }) += 1;
        }
        let done = match (outcome, foreseen) {
            (Err(_), Err(why)) => {
                *self.reasons.entry(why).or_default() += 1;
                assert!(before == self.world.snapshot(), "a refused step changed something");
                return false;
            }
            (Err(failed), Ok(Foreseen { is_sure, .. })) => {
                let logs = failed.meta.logs.join("\n");
                assert!(!is_sure, "nothing forbids it, and it was refused: {:?}\n{logs}", failed.err);
                assert!(before == self.world.snapshot(), "a refused step changed something");
                return false;
            }
            (Ok(done), Err(why)) => panic!("it went through, although {why}: {:?}", done.events),
            (Ok(done), Ok(Foreseen { effect, .. })) => {
                self.model.moves.clear();
                effect(&mut self.model);
                done
            }
        };
        self.learn(&done.events);
        let after = self.world.snapshot();
        self.model.check_moves(&before, &after, &self.world);
        self.model.check_things(&after);
        for meta in &instruction.accounts {
            self.model.check_account(&meta.pubkey, &self.world);
        }
        self.model.check_tokens(&self.world);
        check_told(name, &done.events);
        true
    }

    /// Sends it twice in one transaction, if the model foresees that it goes through once and no more: then nothing of it
    /// does (X4). True where there is nothing to learn from that.
    pub fn attempt_twice(&mut self, instruction: &Instruction) -> bool {
        let attempt = Attempt::from(instruction.clone());
        let Ok(Foreseen { effect, .. }) = self.foresee(&attempt) else { return true };
        let before = self.model.clone();
        effect(&mut self.model);
        let again = self.foresee(&attempt).map(drop);
        self.model = before;
        let Err(why) = again else { return true };
        let before = self.world.snapshot();
        let outcome = self.world.try_send(&[instruction.clone(), instruction.clone()]);
        assert!(outcome.is_err(), "it went through twice, although {why}: {instruction:?}");
        assert!(before == self.world.snapshot(), "a refused transaction changed something");
        *self.twice.entry(why).or_default() += 1;
        false
    }

    /// What calls are pending is computed from what was proposed: the digests are the executor's to show.
    fn learn(&mut self, events: &[Event]) {
        for event in events {
            let Event::ProposalCreated(created) = event else { continue };
            let stored = self.world.proposal(&created.proposal);
            let known = self.model.proposals.get_mut(&created.proposal).unwrap();
            known.pending = stored.pending_digests(&known.action, &created.slots).unwrap_or_default();
            if matches!(known.number(), 11 | 12) {
                assert_eq!(
                    known.pending.first(),
                    Some(&stored.execution_digest),
                    "X1: what is pending is what is voted on"
                );
            } else {
                known.pending.clear();
            }
        }
    }

    /// What must come of it: first whatever holds for every instruction, then what the model says.
    fn foresee(&self, attempt: &Attempt) -> Result<Foreseen, Why> {
        let Attempt { instruction, honest } = attempt;
        let addresses: Vec<Address> = instruction.accounts.iter().map(|meta| meta.pubkey).collect();
        let (call, behind) =
            Call::decode(&addresses, &instruction.data).map_err(|_| "no instruction of the program")?;
        let declared = addresses.len() - behind.len();
        check_flags(instruction, honest)?;
        check_duplicates(instruction, honest, declared)?;
        let at = At {
            now: self.world.now(),
            slot: self.slot(),
            world: &self.world,
            behind,
            is_spoiled: attempt.is_spoiled(),
        };
        let mut foreseen = self.model.foresee(&call, &at)?;
        // An optional account that an honest person leaves out may have to be writable.
        let is_added =
            |(meta, honest): (&AccountMeta, &AccountMeta)| honest.pubkey == PROGRAM_ID && meta.pubkey != PROGRAM_ID;
        foreseen.is_sure &= !instruction.accounts.iter().zip(&honest.accounts).any(is_added);
        Ok(foreseen)
    }
}

/// Nobody acts without having signed, nothing is written without saying so, and fixed accounts are fixed.
fn check_flags(instruction: &Instruction, honest: &Instruction) -> Result<(), Why> {
    let system = solana_sdk_ids::system_program::ID;
    let transaction = solana_sdk_ids::sysvar::instructions::ID;
    let has = |address: &Address, flag: fn(&AccountMeta) -> bool| {
        instruction.accounts.iter().any(|meta| meta.pubkey == *address && flag(meta))
    };
    for (meta, honest) in instruction.accounts.iter().zip(&honest.accounts) {
        if honest.is_signer && !has(&meta.pubkey, |meta| meta.is_signer) {
            return Err("somebody did not sign");
        }
        if honest.is_writable && meta.pubkey != PROGRAM_ID && !has(&meta.pubkey, |meta| meta.is_writable) {
            return Err("an account is read-only");
        }
        let is_fixed = [system, transaction].contains(&honest.pubkey);
        if is_fixed && meta.pubkey != honest.pubkey {
            return Err("another account in the place of one that is fixed");
        }
    }
    Ok(())
}

/// A7: an account that is written stands in one place.
fn check_duplicates(instruction: &Instruction, honest: &Instruction, declared: usize) -> Result<(), Why> {
    let may_be_paid = OWN_PAYER.iter().any(|own| instruction.data.starts_with(own));
    for first in 0..declared {
        for second in first + 1..declared {
            let address = instruction.accounts[first].pubkey;
            if address != instruction.accounts[second].pubkey || address == PROGRAM_ID {
                continue;
            }
            let is_own = may_be_paid && (first, second) == (0, declared - 1);
            let is_written = |slot: usize| honest.accounts.get(slot).is_some_and(|meta| meta.is_writable);
            if !is_own && (is_written(first) || is_written(second)) {
                return Err("one account in two places");
            }
        }
    }
    Ok(())
}

/// O1: every transition is told, and an answer is no transition.
fn check_told(name: &str, events: &[Event]) {
    if name == "policy_authorize" {
        assert!(events.is_empty(), "an answer changes nothing: {events:?}");
    } else {
        assert!((1..=3).contains(&events.len()), "O1: {name} tells what it did: {events:?}");
    }
}
