//! What can be wrong with a configuration, each with the line and what to do.

use std::fmt;

use crate::cache::BadStoreUrl;

use super::super::endpoint::{BadLabel, BadUrl, Label, Role, UnknownCluster};

/// Everything that is wrong with a configuration, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    pub(super) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
        Self { problems }
    }

    /// Each problem. Never empty.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line of the file, counted from 1; `None` for what comes from the environment or is absent.
    pub line: Option<usize>,
    /// The key, with the tables that it is in: `endpoint.1.url`.
    pub place: String,
    /// What is wrong.
    pub fault: ConfigFault,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        self.fault.fmt(f)
    }
}

/// What is wrong. No text here repeats a value that may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigFault {
    /// The file is not TOML.
    #[error("not TOML: {message}")]
    Syntax {
        /// What the TOML reader says, without the line itself.
        message: String,
    },
    /// There is no such key.
    #[error("there is no such key{}", suggested(*nearest))]
    UnknownKey {
        /// The known key that is most like it, where one is.
        nearest: Option<&'static str>,
    },
    /// A key that must be there is not.
    #[error("this key is missing")]
    Missing,
    /// A value of another type.
    #[error("this must be {expected}")]
    WrongType {
        /// What it must be, in words.
        expected: &'static str,
    },
    /// A word that is none of those allowed.
    #[error("{given:?} is none of {}{}", allowed.join(", "), suggested(*nearest))]
    UnknownWord {
        /// The word.
        given: String,
        /// What is allowed.
        allowed: &'static [&'static str],
        /// The allowed word that is most like it, where one is.
        nearest: Option<&'static str>,
    },
    /// A number or time that is too small or too large.
    #[error("{given} is outside {least} to {most}")]
    OutOfRange {
        /// The value, with its unit.
        given: String,
        /// The smallest that is allowed, with its unit.
        least: String,
        /// The largest that is allowed, with its unit.
        most: String,
    },
    /// Two keys of which only one may be there.
    #[error("`{one}` and `{other}` exclude each other: remove one")]
    Both {
        /// The first key.
        one: &'static str,
        /// The other key.
        other: &'static str,
    },
    /// A bad name or tag.
    #[error(transparent)]
    Label(#[from] BadLabel),
    /// A bad address.
    #[error(transparent)]
    Url(#[from] BadUrl),
    /// A bad cluster.
    #[error(transparent)]
    Cluster(#[from] UnknownCluster),
    /// A bad address of a store.
    #[error(transparent)]
    Store(#[from] BadStoreUrl),
    /// A secret of another form. It is not repeated.
    #[error("a secret is 64 hexadecimal digits; `openssl rand -hex 32` makes one")]
    BadSecret,
    /// Health is told by cluster.
    #[error("health is shared within a cluster: name `cluster`")]
    SharedWithoutCluster,
    /// A variable that the file names is not set.
    #[error("the environment variable {variable} is not set")]
    VariableNotSet {
        /// The variable.
        variable: String,
    },
    /// A header's name or value has characters that HTTP does not allow.
    #[error("HTTP allows no such header {part}")]
    BadHeader {
        /// `name` or `value`.
        part: &'static str,
    },
    /// Two endpoints have one name.
    #[error("another endpoint is already called {name}")]
    DuplicateName {
        /// The name.
        name: Label,
    },
    /// A role without the address that it needs.
    #[error("the role {role} needs `{key}`")]
    RoleWithoutUrl {
        /// The role.
        role: Role,
        /// The missing key.
        key: &'static str,
    },
    /// An address without a role that uses it.
    #[error("nothing uses `{key}`: add a role or remove it")]
    UrlWithoutRole {
        /// The unused key.
        key: &'static str,
    },
    /// An entry of the environment's list that is not `name=url`.
    #[error("write endpoints as name=url, with spaces between them")]
    NotNameAndUrl,
    /// No endpoint has a role that every pool needs.
    #[error("no endpoint has the role {role}")]
    NoEndpoint {
        /// The role.
        role: Role,
    },
    /// Several endpoints, and no word about which cluster they must belong to.
    #[error("with more than one endpoint the cluster must be named: {UnknownCluster}")]
    ClusterNotNamed,
    /// A chain names a tag that no endpoint of its role has.
    #[error("no endpoint with the role {role} has the tag {tag}")]
    TagOfNone {
        /// The chain's role.
        role: Role,
        /// The tag.
        tag: Label,
    },
    /// An endpoint that a chain leaves out.
    #[error("the endpoint {name} has the role {role} and none of these tags: it would never be used")]
    LeftOut {
        /// The chain's role.
        role: Role,
        /// The endpoint.
        name: Label,
    },
}

fn suggested(nearest: Option<&'static str>) -> String {
    nearest.map(|word| format!("; did you mean `{word}`?")).unwrap_or_default()
}
