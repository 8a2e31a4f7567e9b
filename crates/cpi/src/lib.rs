//! Makes an action of your program depend on a policy of a constitution.
//!
//! Your program keeps the address of one policy. Before it acts, it calls [`authorize`], or [`authorize_once`] where one
//! approval must carry one act only. Either returns only where the governance program has said yes, about that policy and
//! that action; anything else is an error, and the runtime then undoes the whole transaction.
//!
//! For programs on Pinocchio and on Anchor 2, whose accounts are Pinocchio's. It decides nothing: what a policy must be
//! stands in `quantumagi_rules::authorization`.
#![no_std]

use pinocchio::{
    cpi::{get_return_data, invoke_signed, Signer},
    error::ProgramError,
    instruction::{InstructionAccount, InstructionView},
    AccountView, Address,
};
pub use quantumagi_rules::authorization::{Answer, Denial};
use quantumagi_rules::Hash;

/// Where the governance program is: `QTKN375oR7JMvPGFQd3daRzUyeceBj17hqqvfrNiAdV`.
pub const PROGRAM_ID: Address = Address::new_from_array([
    6, 2, 29, 104, 217, 252, 207, 2, 160, 175, 90, 171, 251, 37, 107, 173, 9, 190, 156, 170, 172, 144, 79, 54, 36, 20,
    188, 193, 99, 28, 222, 224,
]);
/// The first bytes of `policy_authorize`.
pub const AUTHORIZE: [u8; 8] = [212, 248, 172, 0, 213, 161, 207, 30];
/// The first bytes of `policy_use`.
pub const USE: [u8; 8] = [225, 142, 45, 23, 206, 212, 140, 174];

/// What your program was told to obey when it was set up, and what it is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// The policy that the action depends on. From your own account, never from the caller.
    pub policy: &'a Address,
    /// The policy's text, by its hash; zeros for whatever text is in force.
    pub text_hash: Hash,
    /// Your own hash of what is about to be done. It comes back in the answer and, for a use, stands in the event.
    pub action_hash: Hash,
}

/// The accounts of [`authorize`], as your program was given them. The governance program must be in the transaction, too.
#[derive(Clone, Copy)]
pub struct Authorize<'a> {
    /// Who asks: an address that your program signs for, or a wallet.
    pub authority: &'a AccountView,
    /// The policy's constitution.
    pub constitution: &'a AccountView,
    /// The policy.
    pub policy: &'a AccountView,
}

/// The further accounts of [`authorize_once`].
#[derive(Clone, Copy)]
pub struct Use<'a> {
    /// Pays the rent of the record and gets it back once the policy has ended. Not `authority`.
    pub payer: &'a AccountView,
    /// The record of this use. Seeds: `"authorization"`, policy, authority, use key.
    pub authorization: &'a AccountView,
    /// The System program.
    pub system_program: &'a AccountView,
}

/// Returns where the policy carries the action now, and fails where not. Costs no rent and writes nothing, so one policy
/// carries any number of acts at once.
///
/// # Errors
/// [`ProgramError::InvalidArgument`] for another policy than the one asked about, or an answer to another question. The
/// governance program's own refusals end the transaction and cannot be caught.
pub fn authorize(accounts: Authorize, question: &Question, signers: &[Signer]) -> Result<Answer, ProgramError> {
    check_policy(&accounts, question)?;
    let mut data = [0; 72];
    write(&mut data, [&AUTHORIZE, &question.action_hash, &question.text_hash]);
    let Authorize { authority, constitution, policy } = accounts;
    let instruction = InstructionView {
        program_id: &PROGRAM_ID,
        data: &data,
        accounts: &[
            InstructionAccount::readonly_signer(authority.address()),
            InstructionAccount::readonly(constitution.address()),
            InstructionAccount::readonly(policy.address()),
        ],
    };
    invoke_signed(&instruction, &[authority, constitution, policy], signers)?;
    answer(question)
}

/// As [`authorize`], once for each `use_key` of this authority: the second time is refused for ever, even after the record
/// was closed.
///
/// # Errors
/// As [`authorize`].
pub fn authorize_once(
    accounts: Authorize,
    record: Use,
    question: &Question,
    use_key: &Hash,
    signers: &[Signer],
) -> Result<Answer, ProgramError> {
    check_policy(&accounts, question)?;
    let mut data = [0; 104];
    write(&mut data, [&USE, use_key, &question.action_hash, &question.text_hash]);
    let Authorize { authority, constitution, policy } = accounts;
    let Use { payer, authorization, system_program } = record;
    let instruction = InstructionView {
        program_id: &PROGRAM_ID,
        data: &data,
        accounts: &[
            InstructionAccount::readonly_signer(authority.address()),
            InstructionAccount::writable(constitution.address()),
            InstructionAccount::readonly(policy.address()),
            InstructionAccount::writable_signer(payer.address()),
            InstructionAccount::writable(authorization.address()),
            InstructionAccount::readonly(system_program.address()),
        ],
    };
    let views = [authority, constitution, policy, payer, authorization, system_program];
    invoke_signed(&instruction, &views, signers)?;
    answer(question)
}

fn check_policy(accounts: &Authorize, question: &Question) -> Result<(), ProgramError> {
    if accounts.policy.address() == question.policy {
        Ok(())
    } else {
        Err(ProgramError::InvalidArgument)
    }
}

/// The answer, if it is one to this question. A call that went through is a yes; that it was the right call is checked.
fn answer(question: &Question) -> Result<Answer, ProgramError> {
    let data = get_return_data().ok_or(ProgramError::InvalidArgument)?;
    let answer = Answer::from_bytes(data.as_slice()).ok_or(ProgramError::InvalidArgument)?;
    let is_yes = *data.program_id() == PROGRAM_ID
        && answer.denial.is_none()
        && answer.policy == *question.policy.as_array()
        && answer.action_hash == question.action_hash;
    if is_yes {
        Ok(answer)
    } else {
        Err(ProgramError::InvalidArgument)
    }
}

fn write<const N: usize>(data: &mut [u8], parts: [&[u8]; N]) {
    let mut rest = data;
    for part in parts {
        // Bound: callers pass arrays of exactly the parts' lengths; a shorter one would be cut, not overrun.
        let (head, tail) = rest.split_at_mut(part.len().min(rest.len()));
        head.copy_from_slice(part.get(..head.len()).unwrap_or_default());
        rest = tail;
    }
}
