//! The `quantumagi` command as people and scripts meet it: through its arguments, its two outputs and its exit code.

mod errors;
mod help;
mod story;
mod support;
mod unsigned;
