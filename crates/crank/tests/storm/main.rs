//! Cranks in processes of their own, killed at random and between any two steps, over endpoints that fail, on several
//! constitutions: everything ends as it must, once.
//!
//! `QUANTUMAGI_FULL=1` takes 150 proposals and 200 kills, else 30 and 16. `QUANTUMAGI_PROPOSALS` takes another number of
//! proposals, and `QUANTUMAGI_SEED` repeats the choices.

mod crank;
mod hand;
#[path = "../../../rpc/tests/it/support/proxy.rs"]
#[allow(dead_code, reason = "what only the tests of the connection use")]
mod proxy;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "what only the other test binary uses")]
mod support;
mod weather;

/// What this binary is started with to be a crank.
const AS_CRANK: &str = "--as-crank";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    match arguments.split_first() {
        Some((first, rest)) if first == AS_CRANK => runtime.block_on(crank::run(rest)),
        _ => {
            let name = "o5_cranks_in_a_storm_bring_everything_to_its_end_once";
            if arguments.iter().any(|argument| argument == "--list") {
                println!("{name}: test");
                return;
            }
            let is_asked = |argument: &String| argument.starts_with('-') || name.contains(argument.as_str());
            if arguments.iter().all(is_asked) {
                println!("\nrunning 1 test");
                runtime.block_on(weather::storm());
                println!("test {name} ... ok\n");
            }
        }
    }
}

/// The number in this variable, or the other.
#[allow(clippy::disallowed_methods, reason = "a test binary is started by its runner and has no arguments of its own")]
fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |value| value.parse().expect("a number"))
}
