//! Names for endpoints that nobody named.

use std::collections::BTreeSet;

use quantumagi_rpc::pool::Label;

/// Names that were given out.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A name for an endpoint at this host that no other has.
    pub(super) fn of(&mut self, host: &str) -> Label {
        let name = Label::of_host(host).to_string();
        let mut numbered = std::iter::once(name.clone()).chain((2..).map(|number: u32| format!("{name}-{number}")));
        let free = numbered.find(|name| self.0.insert(name.clone()));
        free.expect("there are more numbers than endpoints").parse().expect("it is short and plain")
    }
}
