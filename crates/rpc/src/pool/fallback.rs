//! In which order groups of endpoints are asked, by role and tag.

use super::endpoint::{Endpoint, Label, Role};
use super::member::Members;

/// For each role the tags of the groups that are asked, the preferred one first. An empty chain is one group
/// with every endpoint of the role. An endpoint with several of the tags belongs to the first of its groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fallback {
    /// Tags for [`Role::Read`].
    pub read: Vec<Label>,
    /// Tags for [`Role::Send`].
    pub send: Vec<Label>,
    /// Tags for [`Role::Websocket`].
    pub websocket: Vec<Label>,
}

impl Fallback {
    /// The chain of a role.
    #[must_use]
    pub fn chain(&self, role: Role) -> &[Label] {
        match role {
            Role::Read => &self.read,
            Role::Send => &self.send,
            Role::Websocket => &self.websocket,
        }
    }

    pub(super) fn groups(&self, role: Role, endpoints: &[Endpoint]) -> Vec<Members> {
        let with = |holds: &dyn Fn(&Endpoint) -> bool| {
            let has = |endpoint: &Endpoint| endpoint.roles.contains(&role) && holds(endpoint);
            Members::from_fn(endpoints.len(), |index| endpoints.get(index).is_some_and(has))
        };
        let chain = self.chain(role);
        if chain.is_empty() {
            return vec![with(&|_| true)];
        }
        let mut placed = Members::NONE;
        chain
            .iter()
            .map(|tag| {
                let group = with(&|endpoint| endpoint.tags.contains(tag)).minus(placed);
                placed = placed.or(group);
                group
            })
            .collect()
    }
}
