//! What a proposal's stored numbers mean.

use quantumagi_rules::action::{Action, ROSTER_ADOPT, VETO_BODY_ADOPT};
use quantumagi_rules::approval::{ApprovalRule, Defeat, Tally};
use quantumagi_rules::attestation::Attestation;
use quantumagi_rules::ballot::{self, BallotRule, Choice};
use quantumagi_rules::digest::{ExecutionContext, pending_digests};
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::lifecycle::{self, Phase, Status, Times, Timetable};
use quantumagi_rules::parameters::Track;
use quantumagi_rules::principle::MAX_CITATIONS;
use quantumagi_rules::spam::{Ending, is_forfeited};
use quantumagi_rules::{Bps, Hash, UnixSeconds, Weight};
use solana_address::Address;

use super::meaning;
use crate::DecodeError;
use crate::accounts::{BallotPage, Proposal};
use crate::digest::Sha2;
use crate::types::Citation;

impl Proposal {
    /// What was last written about it.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn status(&self) -> Result<Status, DecodeError> {
        meaning(Status::from_u8(self.status), "status of the proposal", self.status)
    }

    /// Why it was defeated, if it was.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn defeat(&self) -> Result<Option<Defeat>, DecodeError> {
        match self.defeat {
            0 => Ok(None),
            number => meaning(Defeat::from_u8(number), "defeat of the proposal", number).map(Some),
        }
    }

    /// Whose parameters were frozen in it.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn track(&self) -> Result<Track, DecodeError> {
        meaning(Track::from_u8(self.track), "track of the proposal", self.track)
    }

    /// Whether ballots can be changed.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn ballot_rule(&self) -> Result<BallotRule, DecodeError> {
        meaning(BallotRule::from_u8(self.ballot_rule), "ballot rule of the proposal", self.ballot_rule)
    }

    /// The kind of its electorate.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn electorate_kind(&self) -> Result<ElectorateKind, DecodeError> {
        let kind = ElectorateKind::from_u8(self.electorate_kind);
        meaning(kind, "kind of the proposal's electorate", self.electorate_kind)
    }

    /// The moments that divide its life.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`] past the end of time, which the program rules out.
    pub fn timetable(&self) -> Result<Timetable, DecodeError> {
        let times = Timetable::new(&Times {
            starts_at: UnixSeconds(self.starts_at),
            ends_at: UnixSeconds(self.ends_at),
            cooloff_seconds: self.cooloff_seconds,
            timelock_seconds: self.timelock_seconds,
            window_seconds: self.window_seconds,
            held_until: UnixSeconds(self.held_until),
        });
        meaning(times, "end of voting", self.ends_at.unsigned_abs())
    }

    /// What holds at `now`, which is the chain's time.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn phase(&self, now: UnixSeconds) -> Result<Phase, DecodeError> {
        Ok(lifecycle::phase(self.status()?, &self.timetable()?, now))
    }

    /// What the voters have said.
    #[must_use]
    pub fn tally(&self) -> Tally {
        Tally {
            for_weight: Weight(self.for_weight),
            against_weight: Weight(self.against_weight),
            abstain_weight: Weight(self.abstain_weight),
        }
    }

    /// Weight of the whole electorate.
    #[must_use]
    pub fn total_weight(&self) -> Weight {
        Weight(self.total_weight)
    }

    /// The shares its tally must reach: with the higher threshold while an attestor has not signed what keeps the lower.
    #[must_use]
    pub fn approval_rule(&self) -> ApprovalRule {
        let frozen = self.frozen_rule();
        self.attestation().map_or(frozen, |attestation| attestation.deciding(frozen))
    }

    /// Whether nothing that may still come can change the outcome of this tally. Meaningful only where ballots cannot be
    /// changed.
    #[must_use]
    pub fn is_settled_by(&self, tally: Tally) -> bool {
        let (frozen, total) = (self.frozen_rule(), self.total_weight());
        match self.attestation() {
            None => frozen.is_settled(tally, total),
            Some(attestation) => attestation.is_settled(frozen, tally, total),
        }
    }

    fn frozen_rule(&self) -> ApprovalRule {
        ApprovalRule {
            threshold: Bps(self.threshold_bps),
            quorum: Bps(self.quorum_bps),
            min_for: Bps(self.min_for_bps),
        }
    }

    /// What its attestor has said; `None` where nobody attests.
    #[must_use]
    pub fn attestation(&self) -> Option<Attestation> {
        (self.unattested_threshold_bps > 0).then(|| Attestation {
            mark: Bps(self.attestation_mark),
            unattested_threshold: Bps(self.unattested_threshold_bps),
            score: (self.is_attested == 1).then_some(Bps(self.attestation_score)),
        })
    }

    /// The roster whose members can veto it; `None` where nobody can.
    #[must_use]
    pub fn veto_roster(&self) -> Option<Address> {
        (self.veto_bps > 0).then_some(self.veto_roster)
    }

    /// The roster that its action would give a role: that of the electorate, or of the veto body.
    #[must_use]
    pub fn candidate(&self) -> Option<Address> {
        let adopts = self.action == ROSTER_ADOPT || self.action == VETO_BODY_ADOPT;
        (adopts && self.subject != Address::default()).then_some(self.subject)
    }

    /// How it ended, once it is final.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn ending(&self) -> Result<Ending, DecodeError> {
        Ok(Ending {
            status: self.status()?,
            was_voted_on: self.updated_at >= self.starts_at,
            for_weight: Weight(self.for_weight),
            total: self.total_weight(),
        })
    }

    /// Of its deposit, what closing it forfeits to the vault, once it is final: lamports.
    ///
    /// # Errors
    /// [`DecodeError::Meaningless`].
    pub fn forfeited_lamports(&self) -> Result<u64, DecodeError> {
        let is_forfeited = is_forfeited(&self.ending()?, Bps(self.slash_bps));
        Ok(if is_forfeited { self.deposit_lamports } else { 0 })
    }

    /// What would be written if voting ended with the ballots there are.
    ///
    /// # Errors
    /// The first [`Defeat`] that applies.
    pub fn outcome(&self) -> Result<(), Defeat> {
        self.approval_rule().check(self.tally(), self.total_weight())
    }

    /// The principles it rests on.
    #[must_use]
    pub fn cited(&self) -> &[Citation] {
        let used = self.citations.iter().take_while(|citation| citation.version != 0).count();
        self.citations.get(..used.min(MAX_CITATIONS)).unwrap_or_default()
    }

    /// What surrounds the action in its digest.
    #[must_use]
    pub fn execution_context(&self) -> ExecutionContext {
        ExecutionContext {
            constitution: self.constitution.to_bytes(),
            constitution_version: self.constitution_version,
            proposal_id: self.id,
            cooloff_seconds: self.cooloff_seconds,
            timelock_seconds: self.timelock_seconds,
            window_seconds: self.window_seconds,
            // The digests of calls take each call's own slot instead.
            deploy_slot: self.deploy_slot,
        }
    }

    /// The digest that `action` (its canonical bytes) has in this proposal. Equal to
    /// `execution_digest` for what was voted on, and for nothing else. `slots`, which the event of the creation tells, is of
    /// the called programs, one for each call; none for any other action.
    ///
    /// `None` where the bytes are no action, or there are not as many slots as calls.
    #[must_use]
    pub fn digest_of(&self, action: &[u8], slots: &[u64]) -> Option<Hash> {
        self.pending_digests(action, slots)?.first().copied()
    }

    /// What is voted on before each step of `action`, and zeros after the last. Arguments and `None` as in
    /// [`Proposal::digest_of`].
    #[must_use]
    pub fn pending_digests(&self, action: &[u8], slots: &[u64]) -> Option<Vec<Hash>> {
        let action = Action::decode(action).ok()?;
        pending_digests::<Sha2>(&self.execution_context(), &action, slots)
    }

    /// The ballot of one of the first 256 voters; `None` where none was cast, and beyond them.
    #[must_use]
    pub fn choice_of(&self, slot: usize) -> Option<Choice> {
        ballot::read(&self.ballots, slot)
    }
}

impl BallotPage {
    /// The ballot at this position of the page (0 to 4,095); `None` where none was cast, and beyond.
    #[must_use]
    pub fn choice_of(&self, slot: usize) -> Option<Choice> {
        ballot::read(&self.ballots, slot)
    }
}
