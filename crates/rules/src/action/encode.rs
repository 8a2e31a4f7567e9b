//! Writing an action: its canonical bytes.

use alloc::vec::Vec;

use super::{Action, Invocation};
use crate::{guardrail::GUARDRAIL_BYTES, parameters::TRACK_PARAMETERS_BYTES};

impl Action<'_> {
    /// Length of the canonical bytes.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let fields = match self {
            Self::PolicyAdopt { .. } | Self::TransferLamports { .. } => 40,
            Self::PolicyAmend { .. } => 48,
            Self::PolicyRepeal { .. } | Self::PrincipleRetire { .. } | Self::GuardrailClear { .. } => 8,
            Self::GuardrailSet { .. } => GUARDRAIL_BYTES.saturating_add(8),
            Self::Invoke { program, accounts, data } => {
                Invocation { program: *program, accounts: *accounts, data }.encoded_len()
            }
            Self::InvokeSeries { steps } => steps.as_bytes().len(),
            Self::TransferTokens { .. } => 72,
            Self::ProgramUpgrade { .. } => 128,
            Self::ConstitutionAmend { .. } => 64,
            Self::PrincipleAdd { .. } => 35,
            Self::PrincipleAmend { .. } => 40,
            Self::ElectorateAdopt { .. } => 33,
            Self::RosterAdopt { .. } | Self::VetoBodyAdopt { .. } => 36,
            Self::ParametersAmend(_) => 1 + 2 * TRACK_PARAMETERS_BYTES,
            Self::SettingsAmend(_) => 35,
            Self::GuardiansAdopt { members, .. } => members.as_flattened().len().saturating_add(6),
            Self::EmergencyRatify { .. } | Self::EmergencyEnd { .. } => 4,
            Self::GuardiansRemove => 0,
        };
        fields.saturating_add(1)
    }

    /// Appends the canonical bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.number());
        match self {
            Self::PolicyAdopt { text_hash, sunset_at } => {
                out.extend_from_slice(text_hash);
                out.extend_from_slice(&sunset_at.to_le_bytes());
            }
            Self::PolicyAmend { policy_id, text_hash, sunset_at } => {
                out.extend_from_slice(&policy_id.to_le_bytes());
                out.extend_from_slice(text_hash);
                out.extend_from_slice(&sunset_at.to_le_bytes());
            }
            Self::PolicyRepeal { policy_id } => out.extend_from_slice(&policy_id.to_le_bytes()),
            Self::TransferLamports { recipient, lamports } => {
                out.extend_from_slice(recipient);
                out.extend_from_slice(&lamports.to_le_bytes());
            }
            Self::Invoke { program, accounts, data } => {
                Invocation { program: *program, accounts: *accounts, data }.encode(out);
            }
            Self::InvokeSeries { steps } => out.extend_from_slice(steps.as_bytes()),
            Self::TransferTokens { mint, recipient, amount } => {
                out.extend_from_slice(mint);
                out.extend_from_slice(recipient);
                out.extend_from_slice(&amount.to_le_bytes());
            }
            Self::ProgramUpgrade { program, buffer, buffer_hash, spill } => {
                for field in [program, buffer, buffer_hash, spill] {
                    out.extend_from_slice(field);
                }
            }
            Self::ConstitutionAmend { text_hash, parent_hash } => {
                out.extend_from_slice(text_hash);
                out.extend_from_slice(parent_hash);
            }
            Self::PrincipleAdd { text_hash, class, category, priority } => {
                out.extend_from_slice(text_hash);
                out.extend_from_slice(&[*class as u8, *category as u8, *priority]);
            }
            Self::PrincipleAmend { principle_id, version, text_hash } => {
                out.extend_from_slice(&principle_id.to_le_bytes());
                out.extend_from_slice(&version.to_le_bytes());
                out.extend_from_slice(text_hash);
            }
            Self::PrincipleRetire { principle_id, version } | Self::GuardrailClear { principle_id, version } => {
                out.extend_from_slice(&principle_id.to_le_bytes());
                out.extend_from_slice(&version.to_le_bytes());
            }
            Self::RosterAdopt { roster_version, members_hash }
            | Self::VetoBodyAdopt { roster_version, members_hash } => {
                out.extend_from_slice(&roster_version.to_le_bytes());
                out.extend_from_slice(members_hash);
            }
            Self::ElectorateAdopt { kind, electorate } => {
                out.push(*kind as u8);
                out.extend_from_slice(electorate);
            }
            Self::ParametersAmend(change) => {
                out.push(change.track as u8);
                out.extend_from_slice(&change.before.to_bytes());
                out.extend_from_slice(&change.after.to_bytes());
            }
            Self::SettingsAmend(settings) => {
                out.extend_from_slice(&settings.attestor);
                out.extend_from_slice(&settings.attestation_mark.to_le_bytes());
                out.push(settings.max_open_proposals);
            }
            Self::GuardiansAdopt { threshold, term_seconds, members } => {
                out.push(*threshold);
                out.extend_from_slice(&term_seconds.to_le_bytes());
                // Bound: at most MAX_GUARDIANS, or decoding refuses what was encoded.
                out.push(u8::try_from(members.len()).unwrap_or(u8::MAX));
                out.extend_from_slice(members.as_flattened());
            }
            Self::EmergencyRatify { emergency_id } | Self::EmergencyEnd { emergency_id } => {
                out.extend_from_slice(&emergency_id.to_le_bytes());
            }
            Self::GuardiansRemove => {}
            Self::GuardrailSet { principle_id, version, guardrail } => {
                out.extend_from_slice(&principle_id.to_le_bytes());
                out.extend_from_slice(&version.to_le_bytes());
                out.extend_from_slice(&guardrail.to_bytes());
            }
        }
    }

    /// The canonical bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.encoded_len());
        self.encode(&mut bytes);
        bytes
    }
}
