//! What whoever runs the tests can ask for. The only place that reads the environment.
#![allow(clippy::disallowed_methods, reason = "a test binary is started by its runner and has no arguments of its own")]

/// Whether this variable is set.
pub fn is_on(variable: &str) -> bool {
    std::env::var_os(variable).is_some()
}

/// The number in this variable, if it is set.
pub fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().expect("a number"))
}
