//! What the stored numbers mean. Nothing is decided here: each question goes to `quantumagi-rules`.
//!
//! An account that the program wrote always has an answer. A number without meaning shows an
//! account of a later layout, or a node that lies, and is reported with its value.

mod constitution;
mod deposit;
mod emergency;
mod guardrails;
mod policy;
mod principle;
mod proposal;
mod roster;

pub use guardrails::GuardrailInForce;

use crate::DecodeError;

/// `found`, or the error that names the field and what it holds.
fn meaning<T>(found: Option<T>, field: &'static str, value: impl Into<u64>) -> Result<T, DecodeError> {
    found.ok_or_else(|| DecodeError::Meaningless { field, value: value.into() })
}
