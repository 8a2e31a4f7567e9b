//! What a proposal may do, and the bytes it is written in.
//!
//! The list is closed and each action belongs to one track. The canonical bytes are a number, then the fields in
//! order, integers little endian, nothing optional and nothing after the end: one action has one encoding.

mod call;
mod decode;
mod encode;
mod error;
mod invoke;
mod reader;
mod series;
mod tracks;

pub use call::{CallRefusal, Surroundings, LOADER_UPGRADEABLE};
pub use error::ActionError;
pub use invoke::{
    encode_accounts, InvokeAccount, InvokeAccounts, FLAG_SIGNER, FLAG_WRITABLE, INVOKE_ACCOUNT_BYTES,
    MAX_INVOKE_ACCOUNTS, MAX_INVOKE_DATA,
};
pub use series::{Invocation, Series, MAX_STEPS};

use reader::Reader;

use crate::{
    electorate::ElectorateKind,
    emergency::MAX_GUARDIANS,
    guardrail::Guardrail,
    parameters::{ParameterChange, Track},
    principle::{Category, Class, MAX_PRIORITY},
    settings::Settings,
    Address, Hash,
};

/// Number of [`Action::Invoke`].
pub const INVOKE: u8 = 11;
/// Number of [`Action::InvokeSeries`].
pub const INVOKE_SERIES: u8 = 12;
/// Longest canonical bytes of an action. What does not fit a transaction is proposed from a payload account.
pub const MAX_ACTION_BYTES: usize = 10_240;

/// Number of [`Action::RosterAdopt`].
pub const ROSTER_ADOPT: u8 = 24;
/// Number of [`Action::ElectorateAdopt`].
pub const ELECTORATE_ADOPT: u8 = 25;
/// Number of [`Action::VetoBodyAdopt`].
pub const VETO_BODY_ADOPT: u8 = 27;
/// Number of [`Action::GuardiansAdopt`].
pub const GUARDIANS_ADOPT: u8 = 31;

/// What is done if the proposal passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action<'a> {
    /// Puts a policy into force.
    PolicyAdopt {
        /// Hash of the policy's text.
        text_hash: Hash,
        /// When it ends by itself, Unix seconds; 0 for never.
        sunset_at: i64,
    },
    /// Replaces the text and the sunset of a policy in force.
    PolicyAmend {
        /// The policy's id.
        policy_id: u64,
        /// Hash of the new text.
        text_hash: Hash,
        /// New sunset, Unix seconds; 0 for never.
        sunset_at: i64,
    },
    /// Ends a policy.
    PolicyRepeal {
        /// The policy's id.
        policy_id: u64,
    },
    /// Pays from the vault.
    TransferLamports {
        /// Who is paid.
        recipient: Address,
        /// How much, in lamports; at least 1.
        lamports: u64,
    },
    /// One instruction of another program, signed by the vault.
    Invoke {
        /// The program called. Never the governance program itself.
        program: Address,
        /// Its accounts, in order, with their flags.
        accounts: InvokeAccounts<'a>,
        /// Its data.
        data: &'a [u8],
    },
    /// Several instructions of other programs, signed by the vault, in this order; each in a transaction of its own if need
    /// be.
    InvokeSeries {
        /// What is called: 1 to [`MAX_STEPS`] instructions.
        steps: Series<'a>,
    },
    /// Pays tokens from an account of the vault.
    TransferTokens {
        /// The token's mint.
        mint: Address,
        /// The token account that is paid into.
        recipient: Address,
        /// How much arrives, in the token's base units; at least 1.
        amount: u64,
    },
    /// Replaces the code of a program whose upgrade authority is the vault.
    ProgramUpgrade {
        /// The program.
        program: Address,
        /// The loader's buffer that holds the new code.
        buffer: Address,
        /// SHA-256 of the code in it, so that what was voted on is what will run.
        buffer_hash: Hash,
        /// Who gets the lamports that the buffer has left.
        spill: Address,
    },
    /// Replaces the constitution's text.
    ConstitutionAmend {
        /// Hash of the new text.
        text_hash: Hash,
        /// Hash of the text it amends, which must be the one in force when it is executed.
        parent_hash: Hash,
    },
    /// Adds a principle.
    PrincipleAdd {
        /// Hash of its text.
        text_hash: Hash,
        /// How hard it is to change.
        class: Class,
        /// What it is about.
        category: Category,
        /// 0 to 100.
        priority: u8,
    },
    /// Replaces a principle's text.
    PrincipleAmend {
        /// The principle's id.
        principle_id: u32,
        /// Version it amends, which must be the current one when it is executed.
        version: u32,
        /// Hash of the new text.
        text_hash: Hash,
    },
    /// Retires a principle.
    PrincipleRetire {
        /// The principle's id.
        principle_id: u32,
        /// Version it retires, which must be the current one when it is executed.
        version: u32,
    },
    /// Makes another roster the electorate of later proposals.
    RosterAdopt {
        /// The roster's version in this constitution.
        roster_version: u32,
        /// Its rolling digest of all members and weights, so that what was voted on is who will vote.
        members_hash: Hash,
    },
    /// Makes an electorate that is no council that of later proposals.
    ElectorateAdopt {
        /// Its kind.
        kind: ElectorateKind,
        /// Its account, whose terms never change.
        electorate: Address,
    },
    /// Replaces a track's parameters.
    ParametersAmend(ParameterChange),
    /// Makes a roster the veto body of later proposals, or leaves them none.
    VetoBodyAdopt {
        /// The roster's version in this constitution; 0 for no veto body.
        roster_version: u32,
        /// Its rolling digest of all members and weights; zeros for no veto body.
        members_hash: Hash,
    },
    /// Replaces the attestor, the mark and the cap on open proposals.
    SettingsAmend(Settings),
    /// Gives emergency powers to these guardians, in place of any before.
    GuardiansAdopt {
        /// How many of them must approve an act.
        threshold: u8,
        /// How long they may act from then on, seconds.
        term_seconds: u32,
        /// Who they are, in ascending order.
        members: &'a [Address],
    },
    /// Confirms an emergency act, so that it holds for its whole length.
    EmergencyRatify {
        /// The act's id in this constitution.
        emergency_id: u32,
    },
    /// Ends an emergency act at once.
    EmergencyEnd {
        /// The act's id in this constitution.
        emergency_id: u32,
    },
    /// Removes the guardians.
    GuardiansRemove,
    /// Binds a guardrail to a principle, in place of the one it had.
    GuardrailSet {
        /// The principle's id.
        principle_id: u32,
        /// Version of its text, which must be the current one when it is executed.
        version: u32,
        /// What the program checks from then on.
        guardrail: Guardrail,
    },
    /// Takes a principle's guardrail away.
    GuardrailClear {
        /// The principle's id.
        principle_id: u32,
        /// Version of its text, which must be the current one when it is executed.
        version: u32,
    },
}

impl Action<'_> {
    /// The track whose parameters apply.
    #[must_use]
    pub fn track(&self) -> Track {
        match self {
            Self::PolicyAdopt { .. } | Self::PolicyAmend { .. } | Self::PolicyRepeal { .. } => Track::Policy,
            Self::TransferLamports { .. }
            | Self::Invoke { .. }
            | Self::InvokeSeries { .. }
            | Self::TransferTokens { .. }
            | Self::ProgramUpgrade { .. } => Track::Treasury,
            Self::ConstitutionAmend { .. }
            | Self::PrincipleAdd { .. }
            | Self::PrincipleAmend { .. }
            | Self::PrincipleRetire { .. }
            | Self::RosterAdopt { .. }
            | Self::ElectorateAdopt { .. }
            | Self::ParametersAmend(_)
            | Self::VetoBodyAdopt { .. }
            | Self::SettingsAmend(_)
            | Self::GuardiansAdopt { .. }
            | Self::GuardrailSet { .. }
            | Self::GuardrailClear { .. } => Track::Amendment,
            Self::EmergencyRatify { .. } | Self::EmergencyEnd { .. } | Self::GuardiansRemove => Track::Ratification,
        }
    }

    /// Whether a proposal for this must cite a principle. Amendments may stand on their own.
    #[must_use]
    pub fn must_cite(&self) -> bool {
        match self.track() {
            Track::Policy | Track::Treasury => true,
            Track::Amendment | Track::Ratification => false,
        }
    }

    /// The first of the canonical bytes, which tells the action's kind.
    #[must_use]
    pub fn number(&self) -> u8 {
        match self {
            Self::PolicyAdopt { .. } => 0,
            Self::PolicyAmend { .. } => 1,
            Self::PolicyRepeal { .. } => 2,
            Self::TransferLamports { .. } => 10,
            Self::Invoke { .. } => INVOKE,
            Self::InvokeSeries { .. } => INVOKE_SERIES,
            Self::TransferTokens { .. } => 13,
            Self::ProgramUpgrade { .. } => 14,
            Self::ConstitutionAmend { .. } => 20,
            Self::PrincipleAdd { .. } => 21,
            Self::PrincipleAmend { .. } => 22,
            Self::PrincipleRetire { .. } => 23,
            Self::RosterAdopt { .. } => ROSTER_ADOPT,
            Self::ElectorateAdopt { .. } => ELECTORATE_ADOPT,
            Self::ParametersAmend(_) => 26,
            Self::VetoBodyAdopt { .. } => VETO_BODY_ADOPT,
            Self::SettingsAmend(_) => 28,
            Self::GuardiansAdopt { .. } => GUARDIANS_ADOPT,
            Self::EmergencyRatify { .. } => 40,
            Self::EmergencyEnd { .. } => 41,
            Self::GuardiansRemove => 42,
            Self::GuardrailSet { .. } => 29,
            Self::GuardrailClear { .. } => 30,
        }
    }
}

impl<'a> Action<'a> {
    /// The instructions of other programs that it calls, in order; none for most actions.
    pub fn invocations(&self) -> impl Iterator<Item = Invocation<'a>> {
        let (single, series) = match *self {
            Self::Invoke { program, accounts, data } => (Some(Invocation { program, accounts, data }), None),
            Self::InvokeSeries { steps } => (None, Some(steps)),
            Self::PolicyAdopt { .. }
            | Self::PolicyAmend { .. }
            | Self::PolicyRepeal { .. }
            | Self::TransferLamports { .. }
            | Self::TransferTokens { .. }
            | Self::ProgramUpgrade { .. }
            | Self::ConstitutionAmend { .. }
            | Self::PrincipleAdd { .. }
            | Self::PrincipleAmend { .. }
            | Self::PrincipleRetire { .. }
            | Self::RosterAdopt { .. }
            | Self::ElectorateAdopt { .. }
            | Self::ParametersAmend(_)
            | Self::VetoBodyAdopt { .. }
            | Self::SettingsAmend(_)
            | Self::GuardiansAdopt { .. }
            | Self::EmergencyRatify { .. }
            | Self::EmergencyEnd { .. }
            | Self::GuardiansRemove
            | Self::GuardrailSet { .. }
            | Self::GuardrailClear { .. } => (None, None),
        };
        single.into_iter().chain(series.into_iter().flat_map(Series::iter))
    }
}

#[cfg(test)]
mod tests;
