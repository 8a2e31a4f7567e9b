//! Names for endpoints that nobody named.

use std::collections::BTreeSet;

use quantumagi_rpc::pool::Label;

/// Longest part of a name that is taken from a host. A label has room for three more digits behind it.
const MAX_HOST_LEN: usize = 36;

/// Names that were given out.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A name for an endpoint at this host that no other has.
    pub(super) fn of(&mut self, host: &str) -> Label {
        let lower = host.to_ascii_lowercase();
        let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let name: String = words.collect::<Vec<_>>().join("-").chars().take(MAX_HOST_LEN).collect();
        let name = match name.trim_end_matches('-') {
            "" => "endpoint",
            name => name,
        };
        let mut numbered = std::iter::once(name.to_owned()).chain((2..).map(|number: u32| format!("{name}-{number}")));
        let free = numbered.find(|name| self.0.insert(name.clone()));
        free.expect("there are more numbers than endpoints").parse().expect("it is short and plain")
    }
}
