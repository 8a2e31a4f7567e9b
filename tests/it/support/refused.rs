//! Saying that something is refused, exactly, and that nothing changed.

use litesvm::types::FailedTransactionMetadata;
use quantumagi_interface::{Instruction, errors::GovError};
use solana_instruction_error::InstructionError;
use solana_transaction_error::TransactionError;

use super::World;

/// What the System program says where an account is to be created that exists.
pub const ACCOUNT_IN_USE: InstructionError = InstructionError::Custom(0);
/// What Anchor says where one account stands in two places and one of them is written.
pub const DUPLICATE: InstructionError = InstructionError::Custom(2040);

/// Anything a refusal can be asked for as.
pub trait Refusal {
    fn error(self) -> InstructionError;
}

impl Refusal for GovError {
    fn error(self) -> InstructionError {
        InstructionError::Custom(self.code())
    }
}

impl Refusal for InstructionError {
    fn error(self) -> InstructionError {
        self
    }
}

/// Sends `instruction` and requires this very error, and that no account but the fee payer's has changed in any byte,
/// lamport or owner.
#[track_caller]
pub fn check_refused(world: &mut World, instruction: Instruction, refusal: impl Refusal) {
    let expected = refusal.error();
    let before = world.snapshot();
    let outcome = world.try_send(&[instruction]);
    match outcome {
        Ok(done) => panic!("{expected:?} was expected, but it went through: {:?}", done.events),
        Err(failed) => assert_eq!(error_of(&failed), expected, "\n{}", failed.meta.logs.join("\n")),
    }
    assert!(before == world.snapshot(), "an account changed although the instruction was refused");
}

/// The error of the transaction's only instruction.
#[track_caller]
pub fn error_of(failed: &FailedTransactionMetadata) -> InstructionError {
    match &failed.err {
        TransactionError::InstructionError(0, error) => error.clone(),
        other => panic!("the instruction was not even reached: {other:?}"),
    }
}
