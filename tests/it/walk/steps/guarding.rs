//! What guardians do.

use super::super::model::{Emergency, SUCCEEDED, TREASURY};
use super::Walk;
use crate::support::*;

impl Walk {
    pub(super) fn guard(&mut self) -> Option<Instruction> {
        // Whoever has begun to approve goes on: there are 150 slots for it.
        let slot = self.stage.slot();
        let begun = self.stage.model.emergencies.values();
        let begun: Vec<Address> = begun.filter(|act| is_collecting(act, slot)).map(|act| act.constitution).collect();
        let some = self.some_community().constitution;
        let constitution = self.chance.pick(&begun).filter(|_| !self.chance.once_in(4)).unwrap_or(some);
        let guardians = pda::guardians(&constitution);
        let acts = self.stage.model.emergencies.iter().filter(|(_, act)| act.constitution == constitution);
        let acts: Vec<(Address, u8)> = acts.map(|(address, act)| (*address, act.outcome)).collect();
        let collecting: Vec<Address> = acts.iter().filter(|(_, outcome)| *outcome == 0).map(|(act, _)| *act).collect();
        match self.chance.below(14) {
            0..2 => self.heartbeat(constitution, guardians),
            2..4 => self.open_act(constitution, guardians),
            4..12 if !collecting.is_empty() => {
                let emergency = self.chance.pick(&collecting)?;
                self.approve_act(constitution, guardians, emergency)
            }
            _ => {
                let (emergency, outcome) = self.chance.pick(&acts)?;
                let payer = self.stage.model.emergencies[&emergency].payer;
                if outcome == 1 {
                    return Some(ix::EmergencyLapse { constitution, emergency }.instruction());
                }
                Some(ix::EmergencyClose { constitution, emergency, payer }.instruction())
            }
        }
    }

    /// Whether its guardians can do nothing.
    pub(super) fn lack_guardians(&self, constitution: &Address) -> bool {
        let known = &self.stage.model.guardians[&pda::guardians(constitution)];
        known.check_armed(self.now()).is_err()
    }

    fn some_guardian(&mut self, guardians: &Address) -> Option<(u8, Address)> {
        let members = &self.stage.model.guardians[guardians].members;
        let all: Vec<(u8, Address)> = (0..).zip(members.iter().copied()).collect();
        let nobody = member_key("guardians", 7);
        self.chance.pick(&all).or(Some((0, nobody)))
    }

    fn heartbeat(&mut self, constitution: Address, guardians: Address) -> Option<Instruction> {
        // Who was never heard of says so first.
        let known = &self.stage.model.guardians[&guardians];
        let silent = known.seen_at.iter().position(|seen_at| *seen_at == 0);
        let silent = silent.map(|index| (index as u8, known.members[index]));
        let (index, guardian) = silent.or_else(|| self.some_guardian(&guardians))?;
        Some(ix::GuardiansHeartbeat { guardian, constitution, guardians }.instruction(index))
    }

    fn open_act(&mut self, constitution: Address, guardians: Address) -> Option<Instruction> {
        let (index, guardian) = self.some_guardian(&guardians)?;
        let act = [0, 1, 1, 2, 2, 3, 4, 5][self.chance.index(8)];
        let target = match act {
            4 => {
                let of = self.stage.model.policies.iter().filter(|(_, policy)| policy.constitution == constitution);
                let all: Vec<Address> = of.map(|(address, _)| *address).collect();
                self.chance.pick(&all).unwrap_or(guardian)
            }
            5 => {
                let is_due = |known: &super::Proposal| known.constitution == constitution && known.status == SUCCEEDED;
                let is_treasury = self.chance.once_in(2);
                let fits = |known: &super::Proposal| is_due(known) && (!is_treasury || known.track == TREASURY);
                self.some_proposal(fits).unwrap_or(guardian)
            }
            _ => Address::default(),
        };
        let id = self.stage.model.polities[&constitution].next_emergency;
        let args = types::EmergencyOpenArgs {
            index,
            act,
            target,
            seconds: [3_600, 86_400, 5 * 86_400, 10 * 86_400, 3_599][self.chance.index(5)],
            reason_hash: hash("something is wrong"),
            evidence_hash: hash("here it is"),
        };
        let (principle, emergency) = (pda::principle(&constitution, 0), pda::emergency(&constitution, id));
        Some(ix::EmergencyOpen { guardian, constitution, guardians, principle, emergency }.instruction(&args))
    }

    fn approve_act(&mut self, constitution: Address, guardians: Address, emergency: Address) -> Option<Instruction> {
        let act = &self.stage.model.emergencies[&emergency];
        let (statement, approvals) = (act.statement, act.approvals.clone());
        let target = (act.act >= 4).then_some(act.target);
        let members = &self.stage.model.guardians[&guardians].members;
        let others = (0..).zip(members.iter().copied()).filter(|(index, _)| !approvals.contains(index));
        let others: Vec<(u8, Address)> = others.collect();
        let repeats = self.chance.once_in(10);
        let other = self.chance.pick(&others).filter(|_| !repeats);
        let (index, guardian) = other.or_else(|| self.some_guardian(&guardians))?;
        let approve = ix::EmergencyApprove { guardian, constitution, guardians, emergency, target };
        Some(approve.instruction(index, statement))
    }
}

/// Whether guardians can still approve it, and have to.
fn is_collecting(act: &Emergency, slot: u64) -> bool {
    act.outcome == 0 && act.opened_slot + 150 >= slot
}
