//! Replaces the attestor, the mark and the cap on open proposals: the founder before the seal, an approved proposal after
//! it.
//!
//! Specification
//! 1. The mark shall be one that a score can reach, and the cap shall lie within 1 to 16 (L4).
//! 2. Proposals that are open keep the attestor and the mark they froze (T6, T7).

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, settings::Settings};

use super::Mandated;
use crate::{error::GovError, events::SettingsAmended, mandate::now};

impl Mandated {
    /// `settings_amend`.
    pub fn amend_settings(&mut self, attestor: Address, attestation_mark: u16, max_open_proposals: u8) -> Result<()> {
        let now = now()?;
        let settings = Settings { attestor: attestor.to_bytes(), attestation_mark, max_open_proposals };
        settings.check().map_err(GovError::from)?;
        let mandate = self.order(&Action::SettingsAmend(settings), now)?;
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
        constitution.attestor = attestor;
        constitution.attestation_mark = attestation_mark;
        constitution.max_open_proposals = max_open_proposals;
        let event = SettingsAmended {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            attestor,
            attestation_mark,
            max_open_proposals,
        };
        constitution.chain.record(&event)
    }
}
