//! The logic of the scripts.
fn main() {}
