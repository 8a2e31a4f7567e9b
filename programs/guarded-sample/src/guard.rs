//! The questions that the till asks before it acts.

use anchor_lang::prelude::*;
use pinocchio::cpi::{Seed, Signer as CpiSigner};
use quantumagi_cpi::{authorize, authorize_once, Authorize, Question, Use};

use crate::Till;

/// Accounts of a question.
pub(crate) struct Guard<'a> {
    pub(crate) till: &'a Account<Till>,
    pub(crate) authority: &'a AccountView,
    pub(crate) constitution: &'a AccountView,
    pub(crate) policy: &'a AccountView,
}

/// Further accounts of a question that may be asked once.
pub(crate) struct GuardOnce<'a> {
    pub(crate) payer: &'a AccountView,
    pub(crate) authorization: &'a AccountView,
    pub(crate) system_program: &'a AccountView,
}

impl Guard<'_> {
    /// Fails unless the till's policy carries this act now.
    pub(crate) fn authorize(&self, act: &[&[u8]]) -> Result<()> {
        let bump = [self.till.authority_bump];
        let seeds = self.seeds(&bump);
        authorize(self.accounts(), &self.question(act), &[CpiSigner::from(&seeds)]).map(|_| ())
    }

    /// As [`Guard::authorize`], once for each key.
    pub(crate) fn authorize_once(&self, once: &GuardOnce, act: &[&[u8]], use_key: &[u8; 32]) -> Result<()> {
        let bump = [self.till.authority_bump];
        let seeds = self.seeds(&bump);
        let GuardOnce { payer, authorization, system_program } = *once;
        let record = Use { payer, authorization, system_program };
        authorize_once(self.accounts(), record, &self.question(act), use_key, &[CpiSigner::from(&seeds)]).map(|_| ())
    }

    fn accounts(&self) -> Authorize<'_> {
        Authorize { authority: self.authority, constitution: self.constitution, policy: self.policy }
    }

    fn seeds<'a>(&'a self, bump: &'a [u8; 1]) -> [Seed<'a>; 3] {
        [Seed::from(b"authority"), Seed::from(self.till.address().as_ref()), Seed::from(bump)]
    }

    /// The policy comes from the till's own account, so that nobody can name a kinder one.
    fn question(&self, act: &[&[u8]]) -> Question<'_> {
        let mut parts = [self.till.address().as_ref(), &[], &[], &[]];
        for (to, from) in parts.iter_mut().skip(1).zip(act) {
            *to = from;
        }
        let action_hash = anchor_lang::solana_program::hash::hashv(&parts).to_bytes();
        Question { policy: &self.till.policy, text_hash: [0; 32], action_hash }
    }
}
