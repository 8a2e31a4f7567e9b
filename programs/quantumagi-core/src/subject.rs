//! What a proposal's action is about: that it exists, belongs to the constitution, and is as the action expects.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::Action,
    electorate::ElectorateKind,
    emergency::{course::Step, guardians::Mandate},
    policy::has_set,
    principle::Class,
    veto::MAX_VETO_MEMBERS,
    UnixSeconds,
};

use crate::{
    electorate::check_adoptable,
    error::GovError,
    state::{Constitution, EmergencyAction, Policy, Principle, Roster},
};

/// What creation learns from the accounts an action is about.
#[derive(Clone, Copy, Default)]
pub struct Subject {
    /// The principle, policy, roster or program; zeros where the action is about none.
    pub address: Address,
    /// Class of the principle that the action changes; `None` where it changes none.
    pub class: Option<Class>,
}

/// The accounts that show what an action is about. Subject and candidate must be there exactly where the action needs
/// them.
pub struct SubjectAccounts<'a> {
    /// The proposal's constitution.
    pub constitution: &'a Account<Constitution>,
    /// The proposal's own address.
    pub proposal: &'a Address,
    /// The principle, the policy or the program.
    pub subject: Option<&'a AccountView>,
    /// The roster to adopt, of this constitution.
    pub candidate: Option<&'a Account<Roster>>,
}

impl SubjectAccounts<'_> {
    /// # Errors
    /// [`GovError::WrongSubject`] where the accounts do not fit the action; what is wrong with them otherwise.
    #[inline(never)]
    pub fn check(&self, action: &Action, now: UnixSeconds) -> Result<Subject> {
        match *action {
            Action::PolicyAdopt { text_hash, sunset_at } => {
                check_text(&text_hash)?;
                check_sunset(sunset_at, now)?;
                self.none()
            }
            Action::PolicyAmend { policy_id, text_hash, sunset_at } => {
                check_text(&text_hash)?;
                check_sunset(sunset_at, now)?;
                self.policy(policy_id, now)
            }
            Action::PolicyRepeal { policy_id } => self.policy(policy_id, now),
            Action::TransferLamports { recipient, .. } => {
                let own = [self.constitution.vault, *self.constitution.address(), *self.proposal];
                let pays_itself = own.iter().any(|address| address.as_array() == &recipient);
                require!(!pays_itself, GovError::RecipientRefused);
                self.none()
            }
            Action::TransferTokens { .. } | Action::InvokeSeries { .. } => self.none(),
            Action::ProgramUpgrade { program, .. } => {
                Ok(Subject { address: Address::new_from_array(program), ..self.none()? })
            }
            Action::Invoke { program, .. } => self.program(&program),
            Action::ConstitutionAmend { text_hash, parent_hash } => {
                check_text(&text_hash)?;
                require!(parent_hash == self.constitution.text_hash, GovError::ParentMismatch);
                self.none()
            }
            Action::PrincipleAdd { text_hash, .. } => {
                check_text(&text_hash)?;
                self.none()
            }
            Action::PrincipleAmend { principle_id, version, text_hash } => {
                check_text(&text_hash)?;
                self.principle(principle_id, version)
            }
            Action::PrincipleRetire { principle_id, version } => self.principle(principle_id, version),
            Action::GuardiansAdopt { threshold, term_seconds, members } => {
                Mandate { threshold, term_seconds }.check(members.iter()).map_err(GovError::from)?;
                self.none()
            }
            Action::EmergencyRatify { emergency_id } => self.emergency(emergency_id, Step::Ratify, now),
            Action::EmergencyEnd { emergency_id } => self.emergency(emergency_id, Step::End, now),
            Action::GuardiansRemove => self.none(),
            Action::GuardrailSet { principle_id, version, guardrail } => {
                self.constitution.check_parameters(&guardrail)?;
                self.principle(principle_id, version)
            }
            Action::GuardrailClear { principle_id, version } => self.guarded_principle(principle_id, version),
            Action::RosterAdopt { roster_version, members_hash } => self.roster(roster_version, &members_hash),
            Action::ElectorateAdopt { kind, electorate } => self.electorate(kind, &electorate),
            Action::ParametersAmend(change) => {
                let is_in_force = self.constitution.parameters(change.track) == change.before;
                require!(is_in_force, GovError::ParametersNotInForce);
                self.none()
            }
            Action::VetoBodyAdopt { roster_version: 0, .. } | Action::SettingsAmend(_) => self.none(),
            Action::VetoBodyAdopt { roster_version, members_hash } => {
                let is_small = self.candidate.is_some_and(|roster| roster.count <= MAX_VETO_MEMBERS);
                require!(is_small || self.candidate.is_none(), GovError::VetoBodyTooLarge);
                self.roster(roster_version, &members_hash)
            }
        }
    }

    fn none(&self) -> Result<Subject> {
        let has_any = self.subject.is_some() || self.candidate.is_some();
        require!(!has_any, GovError::WrongSubject);
        Ok(Subject::default())
    }

    fn only_subject(&self) -> Result<AccountView> {
        require!(self.candidate.is_none(), GovError::WrongSubject);
        Ok(*self.subject.ok_or(GovError::WrongSubject)?)
    }

    #[inline(never)]
    fn policy(&self, id: u64, now: UnixSeconds) -> Result<Subject> {
        let policy = Account::<Policy>::load(self.only_subject()?)?;
        require!(policy.constitution == *self.constitution.address(), GovError::WrongConstitution);
        require!(policy.id == id, GovError::WrongSubject);
        policy.check_in_force(now)?;
        Ok(Subject { address: *policy.address(), ..Subject::default() })
    }

    #[inline(never)]
    fn principle(&self, id: u32, version: u32) -> Result<Subject> {
        let principle = Account::<Principle>::load(self.only_subject()?)?;
        require!(principle.constitution == *self.constitution.address(), GovError::WrongConstitution);
        require!(principle.id == id, GovError::WrongSubject);
        principle.check_current(version)?;
        Ok(Subject { address: *principle.address(), class: Some(principle.class()?) })
    }

    #[inline(never)]
    fn emergency(&self, id: u32, step: Step, now: UnixSeconds) -> Result<Subject> {
        let emergency = Account::<EmergencyAction>::load(self.only_subject()?)?;
        require!(emergency.constitution == *self.constitution.address(), GovError::WrongConstitution);
        require!(emergency.id == id, GovError::WrongSubject);
        // The slot decides about approvals only: see `EmergencyVote::order`.
        emergency.check_step(step, 0, now)?;
        Ok(Subject { address: *emergency.address(), ..Subject::default() })
    }

    fn guarded_principle(&self, id: u32, version: u32) -> Result<Subject> {
        let principle = Account::<Principle>::load(self.only_subject()?)?;
        require!(principle.has_guardrail == 1, GovError::GuardrailNotSet);
        self.principle(id, version)
    }

    fn roster(&self, version: u32, members_hash: &[u8; 32]) -> Result<Subject> {
        require!(self.subject.is_none(), GovError::WrongSubject);
        let candidate = self.candidate.ok_or(GovError::WrongSubject)?;
        let is_meant = candidate.version == version && candidate.members_hash == *members_hash;
        require!(is_meant, GovError::WrongSubject);
        require!(candidate.is_usable(), GovError::RosterNotUsable);
        Ok(Subject { address: *candidate.address(), ..Subject::default() })
    }

    fn electorate(&self, kind: ElectorateKind, electorate: &[u8; 32]) -> Result<Subject> {
        let subject = self.only_subject()?;
        require!(subject.address().to_bytes() == *electorate, GovError::WrongSubject);
        check_adoptable(kind, &subject, self.constitution.address())?;
        Ok(Subject { address: *subject.address(), ..Subject::default() })
    }

    fn program(&self, called: &[u8; 32]) -> Result<Subject> {
        let program = self.only_subject()?;
        require!(program.address().as_array() == called, GovError::WrongSubject);
        Ok(Subject { address: *program.address(), ..Subject::default() })
    }
}

fn check_text(hash: &[u8; 32]) -> Result<()> {
    require!(*hash != [0; 32], GovError::TextEmpty);
    Ok(())
}

fn check_sunset(sunset_at: i64, now: UnixSeconds) -> Result<()> {
    require!(!has_set(sunset_at, now), GovError::SunsetInThePast);
    Ok(())
}
