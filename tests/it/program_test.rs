//! The whole life of each track under a bank of the validator's own code, which checks signatures, charges fees, enforces
//! rent, moves through slots, and runs the program as its upgradeable loader deployed it.
//!
//! Each story is told in LiteSVM first. Then the bank gets the same instructions at the same times and in the same slots,
//! signed by real keys; what LiteSVM refused on the way it must refuse with the same error; and it must end with the same
//! accounts to the byte and the lamport.

mod amendment;
mod bank;
mod policy;
mod ratification;
mod story;
mod treasury;
