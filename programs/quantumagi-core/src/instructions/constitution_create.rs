//! Anybody founds a constitution with a text, the parameters of its tracks and a key that is used this once.
//!
//! Specification
//! 1. The create key shall sign, so that nobody can take the address first (A1).
//! 2. The text hash shall not be empty, and each parameter shall lie within its bounds (L2, L3, T8).
//! 3. The founder shall pay, and shall have power until the seal.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    electorate::DEFAULT_OPEN_PROPOSALS,
    parameters::{Track, TrackParameters},
};

use crate::{
    error::GovError,
    events::ConstitutionCreated,
    mandate::now,
    seeds,
    state::{Constitution, TrackConfig, LAYOUT_VERSION},
};

/// What a constitution starts with.
#[derive(AnchorSerialize, AnchorDeserialize, IdlType)]
pub struct ConstitutionCreateArgs {
    /// SHA-256 of the canonical text.
    pub text_hash: [u8; 32],
    /// Parameters of the tracks policy, treasury, amendment and ratification.
    pub tracks: [TrackConfig; 4],
}

#[derive(Accounts)]
pub struct ConstitutionCreate {
    /// Founds it, pays for it, and may change it until the seal.
    #[account(mut)]
    pub founder: Signer,
    /// Gives the address its seed; used once.
    pub create_key: Signer,
    #[account(init, payer = founder, seeds = [seeds::CONSTITUTION, create_key], bump)]
    pub constitution: Account<Constitution>,
    /// Holds and signs what gets approved. Nothing is created: the address alone matters.
    #[account(seeds = [seeds::VAULT, constitution], bump)]
    pub vault: UncheckedAccount,
    pub system_program: Program<System>,
}

impl ConstitutionCreate {
    pub fn handler(&mut self, bumps: &ConstitutionCreateBumps, args: &ConstitutionCreateArgs) -> Result<()> {
        require!(args.text_hash != [0; 32], GovError::TextEmpty);
        for (track, config) in Track::ALL.into_iter().zip(&args.tracks) {
            TrackParameters::from(config).check_for(track).map_err(GovError::from)?;
        }
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
        constitution.create_key = *self.create_key.address();
        constitution.founder = *self.founder.address();
        constitution.vault = *self.vault.address();
        constitution.text_hash = args.text_hash;
        constitution.version = 1;
        constitution.next_roster_version = 1;
        constitution.next_electorate_version = 1;
        constitution.max_open_proposals = DEFAULT_OPEN_PROPOSALS;
        constitution.tracks = args.tracks;
        constitution.layout_version = LAYOUT_VERSION;
        constitution.bump = bumps.constitution;
        constitution.vault_bump = bumps.vault;
        let event = ConstitutionCreated {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now()?.0,
            create_key: constitution.create_key,
            founder: constitution.founder,
            text_hash: args.text_hash,
            tracks: args.tracks,
        };
        constitution.chain.record(&event)
    }
}
