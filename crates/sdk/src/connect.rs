//! From a configuration to a client: which endpoints there are, and that all of them belong to one cluster.
//!
//! Nothing here reads a file or the environment: binaries pass both in.

mod names;

use futures_util::future::join_all;
use quantumagi_rpc::pool::{
    BadUrl, Cluster, ConfigError, Endpoint, EndpointUrl, Fallback, Label, Pool, PoolConfig, Role,
};
use quantumagi_rpc::solana::Hash;
use quantumagi_rpc::{Commitment, Rpc, RpcError};

use names::Names;

/// What a client is told at its start.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Endpoints, and how they are asked.
    pub pool: PoolConfig,
    /// How settled the state must be that is read, and a transaction before it counts.
    pub commitment: Commitment,
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// An address cannot be used. It is not repeated: it may hold a key.
    #[error("address {number} of {total} cannot be used: {source}")]
    Url {
        /// Which, counted from 1.
        number: usize,
        /// How many there are.
        total: usize,
        /// Why.
        source: BadUrl,
    },
    /// No address was given.
    #[error("no endpoint is given; name at least one address")]
    NoEndpoint,
    /// The configuration file or its variables cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Several endpoints, and nobody said or asked which cluster they belong to.
    #[error("there are {total} endpoints and no cluster is named; name it, or connect and let them say it")]
    ClusterNotNamed {
        /// How many there are.
        total: usize,
    },
    /// The endpoints belong to two clusters.
    #[error(
        "{first} and {second} belong to two clusters: the first block of one is {first_genesis}, of the other \
         {second_genesis}; leave one of them out, or name the cluster"
    )]
    TwoClusters {
        /// An endpoint.
        first: Label,
        /// Hash of the first block of its cluster.
        first_genesis: Hash,
        /// Another endpoint.
        second: Label,
        /// Hash of the first block of its cluster.
        second_genesis: Hash,
    },
    /// No endpoint of the cluster answered.
    #[error("no endpoint could be asked which cluster it belongs to")]
    Unreachable(#[source] RpcError),
}

impl ConnectError {
    /// Whether connecting can succeed later without any change.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable(error) => error.is_retryable(),
            Self::Url { .. }
            | Self::NoEndpoint
            | Self::Config(_)
            | Self::ClusterNotNamed { .. }
            | Self::TwoClusters { .. } => false,
        }
    }
}

impl Config {
    /// These endpoints, and what is confirmed.
    #[must_use]
    pub fn new(pool: PoolConfig) -> Self {
        Self { pool, commitment: Commitment::default() }
    }

    /// One endpoint: `http://` or `https://`. It is named after its host.
    ///
    /// # Errors
    /// [`ConnectError::Url`].
    pub fn of_url(url: &str) -> Result<Self, ConnectError> {
        Self::of_urls(&[url])
    }

    /// Several endpoints of one cluster, named after their hosts. Which cluster is left to themselves: they are all
    /// asked, and must agree.
    ///
    /// # Errors
    /// [`ConnectError::Url`] and [`ConnectError::NoEndpoint`].
    pub fn of_urls<S: AsRef<str>>(urls: &[S]) -> Result<Self, ConnectError> {
        let mut names = Names::default();
        let mut endpoints = Vec::with_capacity(urls.len());
        for (number, url) in (1..).zip(urls) {
            let url = EndpointUrl::http(url.as_ref());
            let url = url.map_err(|source| ConnectError::Url { number, total: urls.len(), source })?;
            endpoints.push(Endpoint::new(names.of(&url.host()), url));
        }
        let mut endpoints = endpoints.into_iter();
        let mut pool = PoolConfig::of_one(endpoints.next().ok_or(ConnectError::NoEndpoint)?);
        pool.endpoints.extend(endpoints);
        Ok(Self::new(pool))
    }

    /// Reads the endpoints from TOML as [`PoolConfig`] describes it. `variable` looks a name up in the environment.
    ///
    /// # Errors
    /// [`ConnectError::Config`] with every problem of the text and the variables.
    pub fn parse(toml: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConnectError> {
        Ok(Self::new(PoolConfig::parse(toml, variable)?))
    }

    /// The same endpoints of this cluster: an endpoint of another is never used.
    #[must_use]
    pub fn with_cluster(mut self, cluster: Cluster) -> Self {
        self.pool.cluster = Some(cluster);
        self
    }

    /// The same endpoints, reading what is as settled as this.
    #[must_use]
    pub fn with_commitment(mut self, commitment: Commitment) -> Self {
        self.commitment = commitment;
        self
    }

    /// The same with the cluster named: what the endpoints say where nobody said it.
    ///
    /// # Errors
    /// [`ConnectError::TwoClusters`] where they disagree; [`ConnectError::Unreachable`] where none answers.
    pub(crate) async fn settled(mut self) -> Result<Self, ConnectError> {
        if self.pool.cluster.is_none() {
            self.pool.cluster = Some(common_cluster(&self.pool).await?);
        }
        Ok(self)
    }

    pub(crate) fn pool(self) -> Pool {
        Pool::new(self.pool)
    }
}

/// The cluster of all endpoints that answer. One that does not answer is asked by the pool before its first use.
async fn common_cluster(config: &PoolConfig) -> Result<Cluster, ConnectError> {
    let asked = config.endpoints.iter().filter(|endpoint| endpoint.url().is_some());
    let answers = join_all(asked.map(|endpoint| async {
        let mut alone = config.clone();
        alone.endpoints = vec![endpoint.clone().with_roles([Role::Read])];
        alone.fallback = Fallback::default();
        let rpc = Rpc::with_pool(Pool::new(alone), Commitment::default());
        rpc.genesis_hash().await.map(|genesis| (endpoint.name(), genesis))
    }))
    .await;
    let (mut first, mut unreachable) = (None, None);
    for answer in answers {
        match (answer, first) {
            (Ok(found), None) => first = Some(found),
            (Ok((second, second_genesis)), Some((first, first_genesis))) if second_genesis != first_genesis => {
                let (first, second) = (first.clone(), second.clone());
                return Err(ConnectError::TwoClusters { first, first_genesis, second, second_genesis });
            }
            (Ok(_), Some(_)) => {}
            (Err(error), _) => unreachable = Some(error),
        }
    }
    match (first, unreachable) {
        (Some((_, genesis)), _) => Ok(Cluster::with_genesis(genesis)),
        (None, Some(error)) => Err(ConnectError::Unreachable(error)),
        (None, None) => Err(ConnectError::NoEndpoint),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_named_after_their_hosts_and_their_keys_are_never_shown() {
        let urls = ["https://RPC.example.org/secret", "https://rpc.example.org?key=secret", "http://[::1]:8899"];
        let config = Config::of_urls(&urls).expect("addresses");
        let names: Vec<_> = config.pool.endpoints.iter().map(|endpoint| endpoint.name().as_str()).collect();
        assert_eq!(names, ["rpc-example-org", "rpc-example-org-2", "1-8899"]);
        assert!(!format!("{config:?}").contains("secret"));
    }

    #[test]
    fn an_address_that_is_none_is_named_by_its_number() {
        let error = Config::of_urls(&["http://a.example", "rpc.example.org/secret"]).expect_err("no scheme");
        assert_eq!(
            error.to_string(),
            "address 2 of 2 cannot be used: the address cannot be read; write it as https://host/path"
        );
        let none: [&str; 0] = [];
        assert!(matches!(Config::of_urls(&none), Err(ConnectError::NoEndpoint)));
    }
}
