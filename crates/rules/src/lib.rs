//! The rules of Quantumagi: what passes, when, and what exactly is then done.
//!
//! This crate decides and never acts. It has no clock, no IO, no randomness and no account types, so the
//! program on chain, the client, the crank and the tests ask the same functions and get the same answers.
//! Time comes in as [`UnixSeconds`], hashing as a [`Sha256`] implementation, addresses as 32 bytes.
//!
//! Start with [`approval`] (the 60 % rule), [`lifecycle`] (the table of phases) and [`action`] (what a
//! proposal may do).
#![no_std]
// Tests count on small numbers; a panic there is a failed test.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::integer_division))]
extern crate alloc;

pub mod action;
pub mod approval;
pub mod attestation;
pub mod authorization;
pub mod ballot;
pub mod deposit;
pub mod digest;
pub mod electorate;
pub mod emergency;
pub mod guardrail;
pub mod lifecycle;
pub mod mint;
pub mod parameters;
pub mod payload;
pub mod policy;
pub mod principle;
pub mod roster;
pub mod settings;
pub mod snapshot;
pub mod spam;
#[cfg(feature = "text")]
pub mod text;
pub mod token;
mod units;
pub mod veto;
pub mod weight_record;

pub use digest::Sha256;
pub use units::{Address, Bps, Hash, UnixSeconds, Weight, BPS_PER_WHOLE, MAX_TEXT_BYTES};
