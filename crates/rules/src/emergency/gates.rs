//! Every instruction of the program, and what may stop it. Most: nothing, and a pause that reached one of those would not
//! compile (E6, M6).
//!
//! Two lists say the same in two ways, on purpose. [`Gate::stopped_by`] is what the program asks. [`UNSTOPPABLE`] is the
//! promise: votes, vetoes, everything that finishes, closes or pays back, everything that changes the constitution, ends
//! an emergency or removes the guardians, and every way out with one's own. Whoever stops one of them must change both,
//! and read this first.

use super::Subsystem;
use crate::parameters::Track;

/// Makes the enum, its list and its names from one table, so that none can be forgotten in another.
macro_rules! gates {
    ($($gate:ident $name:literal $stopped_by:expr),+ $(,)?) => {
        /// An instruction of the program, as far as pauses go.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Gate {
            $(#[doc = concat!("`", $name, "`.")] $gate,)+
        }

        impl Gate {
            /// All instructions.
            pub const ALL: &[Self] = &[$(Self::$gate),+];

            /// Its name in the program's interface.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$gate => $name,)+ }
            }

            /// The subsystem whose pause stops it; `None` where nothing does.
            #[must_use]
            pub const fn stopped_by(self) -> Option<Subsystem> {
                match self { $(Self::$gate => $stopped_by,)+ }
            }
        }
    };
}

gates! {
    ConstitutionCreate "constitution_create" None,
    ConstitutionAmend "constitution_amend" None,
    ConstitutionSeal "constitution_seal" None,
    PrincipleAdd "principle_add" None,
    PrincipleAmend "principle_amend" None,
    PrincipleRetire "principle_retire" None,
    RosterCreate "roster_create" None,
    RosterPageOpen "roster_page_open" None,
    RosterExtend "roster_extend" None,
    RosterAdopt "roster_adopt" None,
    RosterPageClose "roster_page_close" None,
    RosterClose "roster_close" None,
    // Only on the tracks of `Subsystem::of_creation`: amendments and ratifications are always taken.
    ProposalCreate "proposal_create" Some(Subsystem::Proposals),
    ProposalCancel "proposal_cancel" None,
    ProposalVote "proposal_vote" None,
    ProposalFinalize "proposal_finalize" None,
    ProposalExecute "proposal_execute" Some(Subsystem::Treasury),
    ProposalExpire "proposal_expire" None,
    ProposalClose "proposal_close" None,
    ProposerOpen "proposer_open" None,
    ProposerClose "proposer_close" None,
    BallotPageOpen "ballot_page_open" None,
    BallotPageClose "ballot_page_close" None,
    VaultTransfer "vault_transfer" Some(Subsystem::Treasury),
    VaultTransferTokens "vault_transfer_tokens" Some(Subsystem::Treasury),
    ProgramUpgrade "program_upgrade" Some(Subsystem::Treasury),
    PayloadCreate "payload_create" None,
    PayloadWrite "payload_write" None,
    PayloadClose "payload_close" None,
    PolicyAdopt "policy_adopt" Some(Subsystem::Policies),
    PolicyAmend "policy_amend" Some(Subsystem::Policies),
    PolicyRepeal "policy_repeal" Some(Subsystem::Policies),
    PolicySunset "policy_sunset" None,
    PolicyClose "policy_close" None,
    TextPublish "text_publish" None,
    ElectorateAdopt "electorate_adopt" None,
    DepositPoolCreate "deposit_pool_create" None,
    DepositPoolClose "deposit_pool_close" None,
    DepositOpen "deposit_open" None,
    DepositAdd "deposit_add" Some(Subsystem::Deposits),
    DepositMature "deposit_mature" None,
    DepositWithdraw "deposit_withdraw" None,
    DepositDelegate "deposit_delegate" None,
    DepositVote "deposit_vote" None,
    DepositClose "deposit_close" None,
    OperatorsCreate "operators_create" None,
    SnapshotPublish "snapshot_publish" None,
    SnapshotReview "snapshot_review" None,
    SnapshotBind "snapshot_bind" None,
    SnapshotVote "snapshot_vote" None,
    SnapshotClose "snapshot_close" None,
    WeightPluginCreate "weight_plugin_create" None,
    SeatOpen "seat_open" None,
    SeatClose "seat_close" None,
    RecordVote "record_vote" None,
    ElectorateClose "electorate_close" None,
    ParametersAmend "parameters_amend" None,
    SettingsAmend "settings_amend" None,
    VetoBodyAdopt "veto_body_adopt" None,
    VetoBodyRemove "veto_body_remove" None,
    ProposalVeto "proposal_veto" None,
    ProposalAttest "proposal_attest" None,
    GuardiansOpen "guardians_open" None,
    GuardiansAdopt "guardians_adopt" None,
    GuardiansRemove "guardians_remove" None,
    GuardiansHeartbeat "guardians_heartbeat" None,
    EmergencyOpen "emergency_open" None,
    EmergencyApprove "emergency_approve" None,
    EmergencyRatify "emergency_ratify" None,
    EmergencyEnd "emergency_end" None,
    EmergencyLapse "emergency_lapse" None,
    EmergencyClose "emergency_close" None,
    GuardrailsOpen "guardrails_open" None,
    GuardrailSet "guardrail_set" None,
    GuardrailClear "guardrail_clear" None,
    // A policy is suspended by itself: `PolicySuspend`. A pause of policies is about changing them.
    PolicyAuthorize "policy_authorize" None,
    PolicyUse "policy_use" None,
    AuthorizationClose "authorization_close" None,
}

/// The instructions that nothing stops, whoever the guardians are and whatever they do.
pub const UNSTOPPABLE: &[Gate] = &[
    // What the community is, and who decides: no emergency touches it.
    Gate::ConstitutionCreate,
    Gate::ConstitutionAmend,
    Gate::ConstitutionSeal,
    Gate::PrincipleAdd,
    Gate::PrincipleAmend,
    Gate::PrincipleRetire,
    Gate::RosterCreate,
    Gate::RosterPageOpen,
    Gate::RosterExtend,
    Gate::RosterAdopt,
    Gate::TextPublish,
    Gate::PayloadCreate,
    Gate::PayloadWrite,
    Gate::PayloadClose,
    Gate::ElectorateAdopt,
    Gate::DepositPoolCreate,
    Gate::OperatorsCreate,
    Gate::WeightPluginCreate,
    Gate::ParametersAmend,
    Gate::SettingsAmend,
    Gate::VetoBodyAdopt,
    Gate::VetoBodyRemove,
    Gate::GuardrailsOpen,
    Gate::GuardrailSet,
    Gate::GuardrailClear,
    // What programs ask of policies in force.
    Gate::PolicyAuthorize,
    Gate::PolicyUse,
    Gate::AuthorizationClose,
    // Decisions under way come to their end.
    Gate::ProposerOpen,
    Gate::ProposalCancel,
    Gate::ProposalVote,
    Gate::ProposalVeto,
    Gate::SnapshotPublish,
    Gate::SnapshotReview,
    Gate::SnapshotBind,
    Gate::SnapshotVote,
    Gate::SeatOpen,
    Gate::RecordVote,
    Gate::ProposalAttest,
    Gate::DepositOpen,
    Gate::DepositMature,
    Gate::DepositDelegate,
    Gate::DepositVote,
    Gate::ProposalFinalize,
    Gate::ProposalExpire,
    Gate::BallotPageOpen,
    Gate::PolicySunset,
    // Everybody gets back what is theirs.
    Gate::ProposerClose,
    Gate::RosterPageClose,
    Gate::RosterClose,
    Gate::ProposalClose,
    Gate::BallotPageClose,
    Gate::PolicyClose,
    Gate::DepositWithdraw,
    Gate::DepositClose,
    Gate::DepositPoolClose,
    Gate::SnapshotClose,
    Gate::SeatClose,
    Gate::ElectorateClose,
    Gate::EmergencyClose,
    // The emergency ends, and the guardians with it.
    Gate::GuardiansOpen,
    Gate::GuardiansAdopt,
    Gate::GuardiansRemove,
    Gate::GuardiansHeartbeat,
    Gate::EmergencyOpen,
    Gate::EmergencyApprove,
    Gate::EmergencyRatify,
    Gate::EmergencyEnd,
    Gate::EmergencyLapse,
];

impl Gate {
    /// The subsystem that the instruction must find open. For a constant: fails to compile for an instruction that
    /// nothing may stop, so that no pause can be checked there by mistake.
    #[must_use]
    pub const fn subsystem(self) -> Subsystem {
        match self.stopped_by() {
            Some(subsystem) => subsystem,
            None => panic!("nothing may stop this instruction: no pause can be checked in it"),
        }
    }

    const fn is_unstoppable(self) -> bool {
        let mut index = 0;
        while index < UNSTOPPABLE.len() {
            if UNSTOPPABLE[index] as u8 == self as u8 {
                return true;
            }
            index = index.saturating_add(1);
        }
        false
    }
}

const _: () = {
    let mut index = 0;
    while index < Gate::ALL.len() {
        let gate = Gate::ALL[index];
        assert!(gate.is_unstoppable() == gate.stopped_by().is_none(), "each instruction is in exactly one list");
        index = index.saturating_add(1);
    }
};

const _: () = assert!(
    Subsystem::of_creation(Track::Ratification).is_none()
        && Subsystem::of_creation(Track::Amendment).is_none()
        && Subsystem::of_execution(Track::Ratification).is_none()
        && Subsystem::of_execution(Track::Amendment).is_none(),
    "what removes the guardians and ends an emergency can always be proposed and executed"
);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    #[test]
    fn e6_what_a_pause_stops_is_short() {
        let stopped: BTreeSet<_> =
            Gate::ALL.iter().filter(|gate| gate.stopped_by().is_some()).map(|g| g.name()).collect();
        let expected = [
            "deposit_add",
            "policy_adopt",
            "policy_amend",
            "policy_repeal",
            "program_upgrade",
            "proposal_create",
            "proposal_execute",
            "vault_transfer",
            "vault_transfer_tokens",
        ];
        assert_eq!(stopped, BTreeSet::from(expected));
    }

    #[test]
    fn each_instruction_stands_in_the_table_once() {
        let names: BTreeSet<_> = Gate::ALL.iter().map(|gate| gate.name()).collect();
        assert_eq!(names.len(), Gate::ALL.len());
        let unstoppable: BTreeSet<_> = UNSTOPPABLE.iter().map(|gate| gate.name()).collect();
        assert_eq!(unstoppable.len(), UNSTOPPABLE.len());
        assert_eq!(Gate::VaultTransfer.subsystem(), Subsystem::Treasury);
    }
}
