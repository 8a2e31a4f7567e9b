//! Tests against the built program: `cargo xtask build` first.
#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    unreachable_pub,
    reason = "a test fails by panicking, matches what it expects, and its names are claims"
)]

mod support;

mod authorizations;
mod bad_data;
mod ballot_pages;
mod bounds;
mod citations;
mod clock;
mod constitution_amend;
mod constitution_create;
mod constitution_seal;
mod corrupt;
mod custody;
mod deposit_laws;
mod deposit_pools;
mod deposit_votes;
mod deposits;
mod emergency;
mod emergency_votes;
mod golden;
mod guardians;
mod guardrail_set;
mod guardrails;
mod hidden;
mod hidden_executions;
mod holdings;
mod laws;
mod logs;
mod lookup_tables;
mod mandates;
mod outcomes;
mod parameters_amend;
mod pauses;
mod payloads;
mod policies;
mod prefunded;
mod principle_add;
mod principle_change;
mod privileges;
mod program_pin;
mod program_test;
mod program_upgrade;
mod proposal_attest;
mod proposal_create;
mod proposal_execute;
mod proposal_steps;
mod proposal_veto;
mod proposal_vote;
mod proposers;
mod reentry;
mod regressions;
mod roster_adopt;
mod roster_close;
mod roster_fill;
mod scenes;
mod series;
mod settings_amend;
mod snapshot_scale;
mod snapshots;
mod spam_deposit;
mod tampered;
mod text_publish;
mod vault_transfer;
mod vault_transfer_tokens;
mod veto_body;
mod walk;
mod weight_records;
mod wrong_accounts;
