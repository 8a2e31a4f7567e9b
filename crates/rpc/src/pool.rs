//! Several endpoints of one cluster behind one connection.

mod config;
mod endpoint;

pub use config::{ConfigError, ConfigFault, PoolConfig, Problem};
pub use endpoint::{BadLabel, BadUrl, Cluster, Endpoint, EndpointUrl, Label, Role, UnknownCluster};
