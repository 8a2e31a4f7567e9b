use quantumagi_interface::PROGRAM_ID;
use quantumagi_interface::errors::GovError;
use quantumagi_interface::instructions::ProposalFinalize;
use quantumagi_rpc::solana::{Address, InstructionError};

use super::*;

const OTHER: Address = Address::new_from_array([9; 32]);

/// The failure of the second instruction, a `proposal_finalize`.
fn failure(error: InstructionError, failed: Option<Address>) -> InstructionFailure {
    let instructions = [
        Instruction { program_id: OTHER, accounts: Vec::new(), data: Vec::new() },
        ProposalFinalize { proposal: OTHER }.instruction(),
    ];
    let logs = failed.map(|program| format!("Program {program} failed: custom program error: 0x1"));
    let error = TransactionError::InstructionError(1, error);
    let SdkError::Refused(failure) = SdkError::of_simulation(error, logs.into_iter().collect(), &instructions) else {
        panic!("an instruction failed");
    };
    *failure
}

#[test]
fn a_broken_rule_is_told_in_words_with_its_name_and_number() {
    let failure = failure(InstructionError::Custom(6202), None);
    assert_eq!(failure.rule(), Some(GovError::VotingNotEnded));
    assert_eq!(failure.to_string(), "proposal_finalize refused: voting has not ended (VotingNotEnded, 6202)");
}

#[test]
fn a_check_of_the_framework_is_told_in_words() {
    let failure = failure(InstructionError::Custom(2000), Some(PROGRAM_ID));
    assert_eq!(
        failure.to_string(),
        "proposal_finalize refused: an account that is changed was not passed as writable (ConstraintMut, 2000)"
    );
}

#[test]
fn a_number_of_a_called_program_is_not_taken_for_ours() {
    let failure = failure(InstructionError::Custom(6202), Some(OTHER));
    assert_eq!(failure.rule(), None);
    assert_eq!(
        failure.to_string(),
        format!("proposal_finalize: the called program {OTHER} failed with its error 6202")
    );
}

#[test]
fn an_error_of_the_runtime_names_the_instruction() {
    let failure = failure(InstructionError::ComputationalBudgetExceeded, Some(PROGRAM_ID));
    assert_eq!(failure.origin, Origin::Other { code: None });
    assert_eq!(failure.to_string(), "proposal_finalize failed: Computational budget exceeded");
}

#[test]
fn a_transaction_refused_as_a_whole_keeps_the_runtimes_error() {
    let error = SdkError::of_simulation(TransactionError::BlockhashNotFound, Vec::new(), &[]);
    assert_eq!(error.to_string(), "the transaction would fail: Blockhash not found");
    assert!(!error.is_retryable());
}

#[test]
fn a_member_that_may_not_be_on_a_roster_is_named() {
    let error = SdkError::Roster { reason: RosterError::WeightIsZero, voter: Some(OTHER) };
    assert_eq!(error.to_string(), format!("member {OTHER} weighs nothing; the least weight is 1"));
}

#[test]
fn an_action_that_makes_no_sense_is_told_what_is_wrong_with_it() {
    let words = |error: ActionError| SdkError::from(error).to_string();
    assert_eq!(words(ActionError::NothingToTransfer), "a payment of nothing");
    assert_eq!(words(ActionError::StepsOutOfRange { count: 17 }), "a series has 1 to 16 calls, not 17");
    assert_eq!(words(ActionError::TooLong { len: 10_241 }), "an action has at most 10240 bytes, not 10241");
    assert_eq!(words(ActionError::TooManyAccounts { count: 49 }), "a call takes at most 48 accounts, not 49");
    assert_eq!(words(ActionError::Change(ChangeError::Nothing)), "nothing would change");
    assert_eq!(words(ActionError::Truncated), "the bytes are not an action");
}
