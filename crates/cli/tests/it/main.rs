//! The `quantumagi` command as people and scripts meet it: through its arguments, its two outputs and its exit code.

mod checkpoints;
mod deposits;
mod emergency;
mod ends;
mod errors;
mod execution;
mod founder;
mod garden;
mod guardrails;
mod help;
mod large;
mod scrutiny;
mod snapshots;
mod story;
mod support;
mod tokens;
mod unsigned;
mod watch;
