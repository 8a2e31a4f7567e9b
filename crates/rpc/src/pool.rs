//! Several endpoints of one cluster behind one connection.

mod breaker;
mod choice;
mod config;
mod dice;
mod endpoint;
mod fallback;
mod fault;
mod load;
mod member;
mod method;
mod retry;

pub use breaker::{Breaker, BreakerPolicy, BreakerState, Permit, Transition};
pub use config::{ConfigError, ConfigFault, PoolConfig, Problem};
pub use endpoint::{BadLabel, BadUrl, Cluster, Endpoint, EndpointUrl, Label, Role, UnknownCluster};
pub use fallback::Fallback;
pub use fault::{Again, Blame, Fault, Verdict};
pub use method::{MethodClass, PerClass};
pub use retry::RetryPolicy;
