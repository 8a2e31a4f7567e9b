//! Anybody opens the ballot page of 4,096 voters beyond the first 256, so that none of them pays for it.

// Anchor decodes `page` once for each use of the account list, and uses it only where an account is created.
#![allow(unused_variables)]

use anchor_lang::prelude::*;
use quantumagi_rules::{ballot::pages_for, lifecycle::Step};

use crate::{
    error::GovError,
    events::BallotPageOpened,
    mandate::now,
    seeds,
    state::{BallotPage, Proposal, LAYOUT_VERSION},
};

#[derive(Accounts)]
#[instruction(page: u32)]
pub struct BallotPageOpen {
    /// Pays, and is paid back when the page is closed.
    #[account(mut)]
    pub payer: Signer,
    #[account(mut)]
    pub proposal: Account<Proposal>,
    #[account(init, payer = payer, seeds = [seeds::BALLOTS, proposal, &page.to_le_bytes()], bump)]
    pub ballot_page: Account<BallotPage>,
    pub system_program: Program<System>,
}

impl BallotPageOpen {
    pub fn handler(&mut self, bumps: &BallotPageOpenBumps, page: u32) -> Result<()> {
        let now = now()?;
        let address = *self.proposal.address();
        let proposal = &mut *self.proposal;
        proposal.check_step(Step::OpenBallots, now)?;
        require!(page < pages_for(proposal.voters), GovError::PageOutOfRange);
        let ballot_page = &mut *self.ballot_page;
        ballot_page.proposal = address;
        ballot_page.payer = *self.payer.address();
        ballot_page.page = page;
        ballot_page.layout_version = LAYOUT_VERSION;
        ballot_page.bump = bumps.ballot_page;
        proposal.ballot_pages = proposal.ballot_pages.checked_add(1).ok_or(GovError::Overflow)?;
        let event = BallotPageOpened {
            proposal: address,
            sequence: proposal.chain.sequence,
            at: now.0,
            page,
            payer: ballot_page.payer,
        };
        proposal.chain.record(&event)
    }
}
