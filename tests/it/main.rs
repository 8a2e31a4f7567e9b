//! Tests against the built program.
