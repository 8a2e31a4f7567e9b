//! A program's refusal, with its number, its name and the rule in words.

use quantumagi_interface::errors::GovError;
use quantumagi_interface::{PROGRAM_ID, instructions};
use quantumagi_rpc::FailureStage;
use quantumagi_rpc::solana::{Address, Instruction, InstructionError, Signature, TransactionError};

/// Numbers that Anchor itself gives, and what they mean. Source: `anchor-lang` 2.0.0-rc.2, `ErrorCode`.
const FRAMEWORK: [(u32, &str, &str); 7] = [
    (2000, "ConstraintMut", "an account that is changed was not passed as writable"),
    (2003, "ConstraintRaw", "an account does not meet a condition"),
    (2005, "ConstraintRentExempt", "an account holds too few lamports for its size"),
    (2012, "ConstraintAddress", "an account is not the one with the fixed address"),
    (2019, "ConstraintSpace", "an account has another size than it should"),
    (2020, "ConstraintAccountIsNone", "an account that is needed was left out"),
    (2040, "ConstraintDuplicateMutableAccount", "the same account was passed twice where it is changed"),
];

/// Whose refusal it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A rule of this program.
    Rule(GovError),
    /// A check that its framework makes for it.
    Framework {
        /// Number of the check.
        code: u32,
        /// Name of the check.
        name: &'static str,
        /// What it means.
        words: &'static str,
    },
    /// An error number of another program, or of the runtime.
    Other {
        /// The program's error number; `None` for an error of the runtime.
        code: Option<u32>,
    },
}

/// An instruction that a program refused. The transaction changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words())]
#[non_exhaustive]
pub struct InstructionFailure {
    /// Position of the instruction in the transaction, from 0, as the runtime counts.
    pub index: u8,
    /// Name of the instruction, where it is one of this program.
    pub instruction: Option<&'static str>,
    /// The program that refused; it may be one that the instruction called.
    pub program: Option<Address>,
    /// Whose refusal, and which.
    pub origin: Origin,
    /// The runtime's own error.
    pub error: InstructionError,
    /// Whether it failed before it was sent on, or in a block.
    pub stage: FailureStage,
    /// First signature, where the transaction landed.
    pub signature: Option<Signature>,
    /// Log lines up to the failure.
    pub logs: Vec<String>,
}

impl InstructionFailure {
    /// The failure of one of `instructions`, or `None` where the transaction as a whole was refused.
    pub(crate) fn of(
        error: &TransactionError,
        stage: FailureStage,
        signature: Option<Signature>,
        logs: &[String],
        instructions: &[Instruction],
    ) -> Option<Self> {
        let TransactionError::InstructionError(index, error) = error else { return None };
        let called = instructions.get(usize::from(*index));
        let program = refusing_program(logs).or(called.map(|instruction| instruction.program_id));
        let code = if let InstructionError::Custom(code) = error { Some(*code) } else { None };
        let origin = match code {
            Some(code) if program == Some(PROGRAM_ID) => of_this_program(code),
            code => Origin::Other { code },
        };
        let instruction = called
            .filter(|instruction| instruction.program_id == PROGRAM_ID)
            .and_then(|instruction| instructions::name_of(&instruction.data));
        Some(Self {
            index: *index,
            instruction,
            program,
            origin,
            error: error.clone(),
            stage,
            signature,
            logs: logs.to_vec(),
        })
    }

    /// The broken rule of this program, where it was one.
    #[must_use]
    pub fn rule(&self) -> Option<GovError> {
        if let Origin::Rule(error) = self.origin { Some(error) } else { None }
    }

    /// `proposal_vote refused: voting has not started (VotingNotStarted, 6200)`.
    fn words(&self) -> String {
        let who = match (self.instruction, self.program) {
            (Some(name), program) if program.is_none_or(|program| program == PROGRAM_ID) => name.to_owned(),
            (Some(name), Some(program)) => format!("{name}: the called program {program}"),
            (None, Some(program)) => format!("instruction {} of program {program}", self.index),
            (_, None) => format!("instruction {}", self.index),
        };
        match self.origin {
            Origin::Rule(error) => format!("{who} refused: {} ({}, {})", error.message(), error.name(), error.code()),
            Origin::Framework { code, name, words } => format!("{who} refused: {words} ({name}, {code})"),
            Origin::Other { code: Some(code) } => format!("{who} failed with its error {code}"),
            Origin::Other { code: None } => format!("{who} failed: {}", self.error),
        }
    }
}

fn of_this_program(code: u32) -> Origin {
    if let Some(error) = GovError::from_code(code) {
        return Origin::Rule(error);
    }
    match FRAMEWORK.iter().find(|(number, _, _)| *number == code) {
        Some((code, name, words)) => Origin::Framework { code: *code, name, words },
        None => Origin::Other { code: Some(code) },
    }
}

/// The program whose failure came first, which is the innermost one.
fn refusing_program(logs: &[String]) -> Option<Address> {
    let line = logs.iter().find(|line| line.starts_with("Program ") && line.contains(" failed: "))?;
    line.strip_prefix("Program ")?.split(' ').next()?.parse().ok()
}
