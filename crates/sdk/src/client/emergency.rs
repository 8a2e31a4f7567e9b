//! Guardians and emergency acts: reading them, and orders about them.

use quantumagi_interface::accounts::{Constitution, EmergencyAction, Guardians, Policy};
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::Instruction;
use quantumagi_rules::action::Action;
use quantumagi_rules::emergency::Act;
use quantumagi_rules::emergency::course::{Phase, Step};
use quantumagi_rules::emergency::guardians::Mandate;
use quantumagi_rules::{Hash, UnixSeconds};

use super::{AtSlot, Quantumagi};
use crate::builders::{self, NewEmergency};
use crate::check::{self, CheckError, EmergencyRefusal};
use crate::error::{Result, SdkError};

/// An emergency act that a guardian wants to open.
#[derive(Clone, Copy, Debug)]
pub struct EmergencyDraft {
    /// What it does.
    pub act: Act,
    /// The policy or the proposal it is about; `None` for a pause.
    pub target: Option<Address>,
    /// How long it holds if a vote confirms it, seconds.
    pub seconds: u32,
    /// The principle it rests on.
    pub principle_id: u32,
    /// SHA-256 of the text that says why.
    pub reason_hash: Hash,
    /// SHA-256 of the evidence.
    pub evidence_hash: Hash,
}

impl Quantumagi {
    /// The guardians of a constitution; `None` where their account was never opened.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn guardians(&self, constitution: &Address) -> Result<Option<AtSlot<Guardians>>> {
        let found = self.those_of("guardians", &[pda::guardians(constitution)], Guardians::decode).await?;
        Ok(found.into_iter().flatten().next())
    }

    /// An emergency act by its id.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`]; a closed act is not found, its events are.
    pub async fn emergency(&self, constitution: &Address, id: u32) -> Result<AtSlot<EmergencyAction>> {
        self.existing("emergency act", &pda::emergency(constitution, id), EmergencyAction::decode).await
    }

    /// All emergency acts that are not closed, by id.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn emergencies(&self, constitution: &Address) -> Result<Vec<AtSlot<EmergencyAction>>> {
        let next = self.constitution(constitution).await?.value.next_emergency_id;
        let addresses: Vec<Address> = (0..next).map(|id| pda::emergency(constitution, id)).collect();
        Ok(self.those_of("emergency act", &addresses, EmergencyAction::decode).await?.into_iter().flatten().collect())
    }

    /// Opens the account that guardians are adopted into; anybody may, once.
    ///
    /// # Errors
    /// [`EmergencyRefusal::AlreadyOpen`], and as [`Quantumagi::constitution`].
    pub async fn guardians_open(&self, constitution: &Address, payer: &Address) -> Result<Instruction> {
        self.constitution(constitution).await?;
        match self.guardians(constitution).await?.map(|read| read.value) {
            Some(_) => Err(EmergencyRefusal::AlreadyOpen)?,
            None => Ok(builders::guardians_open(payer, constitution)),
        }
    }

    /// Adopts guardians, ascending by address, as the founder before the seal.
    ///
    /// # Errors
    /// [`CheckError::AlreadySealed`](crate::check::CheckError::AlreadySealed),
    /// [`CheckError::WrongSigner`](crate::check::CheckError::WrongSigner), [`EmergencyRefusal`], and as
    /// [`Quantumagi::constitution`].
    pub async fn guardians_adopt(
        &self,
        constitution: &Address,
        founder: &Address,
        threshold: u8,
        term_seconds: u32,
        members: &[Address],
    ) -> Result<Instruction> {
        let mandate = self.founder_of(constitution, founder).await?.1;
        self.check_guardians(constitution, threshold, term_seconds, members).await?;
        Ok(builders::guardians_adopt(constitution, &mandate, threshold, term_seconds, members))
    }

    /// A guardian shows to be there.
    ///
    /// # Errors
    /// [`EmergencyRefusal`], and as [`Quantumagi::constitution`].
    pub async fn guardians_heartbeat(&self, constitution: &Address, guardian: &Address) -> Result<Instruction> {
        let guardians = self.guardians(constitution).await?.map(|read| read.value);
        let index = check::guardian(guardians.as_ref(), guardian)?;
        Ok(builders::guardians_heartbeat(constitution, guardian, index))
    }

    /// Opens an emergency act, as its first guardian. The act's id comes with it.
    ///
    /// # Errors
    /// [`EmergencyRefusal`], and as [`Quantumagi::constitution`].
    pub async fn emergency_open(
        &self,
        constitution: &Address,
        guardian: &Address,
        draft: &EmergencyDraft,
    ) -> Result<(u32, Instruction)> {
        let account: Constitution = self.constitution(constitution).await?.value;
        check::sealed(&account)?;
        let guardians = self.guardians(constitution).await?.map(|read| read.value);
        let index = check::guardian(guardians.as_ref(), guardian)?;
        check::armed(guardians.as_ref(), self.now().await?)?;
        let EmergencyDraft { act, target, seconds, principle_id, reason_hash, evidence_hash } = *draft;
        check::act_length(seconds)?;
        let principle = self.principle(constitution, principle_id).await?.value;
        check::principle(&principle, principle.version)?;
        let guardian = *guardian;
        let new = NewEmergency { guardian, index, act, target, seconds, principle_id, reason_hash, evidence_hash };
        let id = account.next_emergency_id;
        Ok((id, builders::emergency_open(constitution, id, &new)))
    }

    /// Approves an emergency act as it stands on the chain.
    ///
    /// # Errors
    /// [`EmergencyRefusal`], and as [`Quantumagi::constitution`].
    pub async fn emergency_approve(&self, constitution: &Address, guardian: &Address, id: u32) -> Result<Instruction> {
        let guardians = self.guardians(constitution).await?.map(|read| read.value);
        let index = check::guardian(guardians.as_ref(), guardian)?;
        let act = self.in_course_for(constitution, id, Step::Approve).await?;
        let now = self.now().await?;
        check::armed(guardians.as_ref(), now)?;
        if let Some(guardians) = &guardians {
            check::approval(guardians, index, &act, self.last_effect(&act).await?, now)?;
        }
        let statement = act.statement_hash();
        Ok(builders::emergency_approve(constitution, id, guardian, index, target_of(&act), statement))
    }

    /// Writes down that no vote has confirmed an act in time.
    ///
    /// # Errors
    /// [`EmergencyRefusal`], and as [`Quantumagi::constitution`].
    pub async fn emergency_lapse(&self, constitution: &Address, id: u32) -> Result<Instruction> {
        self.in_course_for(constitution, id, Step::Lapse).await?;
        Ok(builders::emergency_lapse(constitution, id))
    }

    /// Closes an act that is over.
    ///
    /// # Errors
    /// [`EmergencyRefusal`], and as [`Quantumagi::constitution`].
    pub async fn emergency_close(&self, constitution: &Address, id: u32) -> Result<Instruction> {
        let act = self.in_course_for(constitution, id, Step::Close).await?;
        Ok(builders::emergency_close(constitution, id, &act.payer))
    }

    /// Whether a vote can confirm or end an act now.
    pub(super) async fn in_course_for(&self, constitution: &Address, id: u32, step: Step) -> Result<EmergencyAction> {
        let read = self.emergency(constitution, id).await?;
        let now: UnixSeconds = self.now().await?;
        check::course(&read.value, step, read.slot, now)?;
        Ok(read.value)
    }

    /// Whether these guardians can be adopted.
    pub(super) async fn check_guardians(
        &self,
        constitution: &Address,
        threshold: u8,
        term_seconds: u32,
        members: &[Address],
    ) -> Result<()> {
        let guardians = self.guardians(constitution).await?.map(|read| read.value);
        check::adoptable(guardians.as_ref(), Mandate { threshold, term_seconds }, members)
    }

    /// Whether a vote can still confirm or end an act: it may be voted on before it takes effect.
    pub(super) async fn check_votable(&self, constitution: &Address, id: u32, step: Step) -> Result<()> {
        let read = self.emergency(constitution, id).await?;
        match check::course(&read.value, step, read.slot, self.now().await?) {
            Err(SdkError::Check(CheckError::Emergency(EmergencyRefusal::Course {
                phase: Phase::Collecting, ..
            }))) => Ok(()),
            checked => checked,
        }
    }

    /// End of the last effect on the target of an act, 0 for none. A proposal is held once, and what stands against a
    /// second time is no moment: the program tells it.
    async fn last_effect(&self, act: &EmergencyAction) -> Result<UnixSeconds> {
        let until = match act.act()? {
            Act::Pause(subsystem) => self.constitution(&act.constitution).await?.value.pause(subsystem).until,
            Act::SuspendPolicy => {
                let policy = self.existing("policy", &act.target, Policy::decode).await?.value;
                UnixSeconds(policy.suspended_until)
            }
            Act::HoldProposal => UnixSeconds(0),
        };
        Ok(until)
    }

    /// What the emergency act is about that an action confirms or ends.
    pub(super) async fn emergency_target(
        &self,
        constitution: &Address,
        action: &Action<'_>,
    ) -> Result<Option<Address>> {
        let (Action::EmergencyRatify { emergency_id } | Action::EmergencyEnd { emergency_id }) = *action else {
            return Ok(None);
        };
        Ok(target_of(&self.emergency(constitution, emergency_id).await?.value))
    }
}

/// The policy or the proposal that an act is about.
fn target_of(act: &EmergencyAction) -> Option<Address> {
    (act.target != Address::default()).then_some(act.target)
}
