//! What a run goes by: options over the Solana CLI's configuration file over its defaults.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use quantumagi_rpc::Commitment;
use quantumagi_sdk::Config;

use crate::args::{Global, Level};
use crate::environment::Environment;
use crate::exit::UsageError;
use crate::solana_config::SolanaConfig;

/// The Solana CLI's default endpoint.
const DEFAULT_URL: &str = "m";

const ENDPOINT_HINT: &str = "give --url http://… or https://…, or localhost, devnet, testnet or mainnet-beta";

/// Clusters that the Solana CLI knows by name. Source: `solana --help`, 2026.
const MONIKERS: [(&str, &str, &str); 4] = [
    ("m", "mainnet-beta", "https://api.mainnet-beta.solana.com"),
    ("t", "testnet", "https://api.testnet.solana.com"),
    ("d", "devnet", "https://api.devnet.solana.com"),
    ("l", "localhost", "http://localhost:8899"),
];

/// Where to ask, and who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Endpoints, and how settled the state must be.
    pub(crate) connection: Config,
    /// Key file of who signs.
    pub(crate) keypair: PathBuf,
    /// Folder of known texts.
    pub(crate) store: PathBuf,
}

impl Settings {
    /// Puts them together.
    ///
    /// # Errors
    /// [`UsageError`] where a value has no meaning or a needed folder is unknown; an error where a configuration file
    /// cannot be read.
    pub(crate) fn new(options: &Global, environment: &Environment) -> anyhow::Result<Self> {
        let config = read_config(options.config.as_deref(), environment)?;
        let connection = connection(options, config.json_rpc_url.as_deref())?;
        let commitment = match (options.commitment, config.commitment.as_deref()) {
            (Some(level), _) => level.into(),
            (None, Some(name)) => commitment(name)?,
            (None, None) => Commitment::default(),
        };
        let homeless = |what, option| {
            UsageError::new(format!("cannot tell where {what}: HOME is not set"), format!("name it with {option}"))
        };
        let keypair = (options.keypair.clone())
            .or(config.keypair_path.map(PathBuf::from))
            .or(environment.solana_keypair())
            .ok_or_else(|| homeless("the key file is", "--keypair"))?;
        let store =
            (options.store.clone()).or(environment.store()).ok_or_else(|| homeless("texts are kept", "--store"))?;
        Ok(Self { connection: connection.with_commitment(commitment), keypair, store })
    }
}

/// The configuration file; an empty one where nobody named it and there is none.
fn read_config(named: Option<&Path>, environment: &Environment) -> anyhow::Result<SolanaConfig> {
    let usual = environment.solana_config().filter(|path| path.exists());
    let Some(path) = named.map(Path::to_owned).or(usual) else { return Ok(SolanaConfig::default()) };
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read the configuration {}", path.display()))?;
    Ok(SolanaConfig::parse(&text))
}

/// The endpoints of the file, else of the options, else the configured one.
fn connection(options: &Global, configured: Option<&str>) -> anyhow::Result<Config> {
    if let Some(path) = &options.endpoints {
        let shown = path.display();
        let text = fs::read_to_string(path).with_context(|| format!("cannot read the file of endpoints {shown}"))?;
        return Config::parse(&text, Environment::variable).map_err(|error| {
            let hint = "docs/cli.md shows a file of endpoints";
            UsageError::new(format!("{shown} names no usable endpoints: {error}"), hint).into()
        });
    }
    let urls = match options.url.as_slice() {
        [] => vec![endpoint(configured.unwrap_or(DEFAULT_URL))?],
        given => given.iter().map(|url| endpoint(url)).collect::<Result<Vec<_>, _>>()?,
    };
    Config::of_urls(&urls).map_err(|error| UsageError::new(error.to_string(), ENDPOINT_HINT).into())
}

/// The URL that a URL or a moniker stands for.
fn endpoint(name: &str) -> Result<String, UsageError> {
    if let Some((_, _, url)) = MONIKERS.iter().find(|(letter, word, _)| name == *letter || name == *word) {
        return Ok((*url).to_owned());
    }
    let rest = name.strip_prefix("http://").or_else(|| name.strip_prefix("https://"));
    if rest.is_some_and(|rest| !rest.is_empty()) {
        return Ok(name.to_owned());
    }
    // Not quoted: it may be a URL with a key in it that lost its scheme.
    Err(UsageError::new("the endpoint is neither a URL nor the name of a cluster", ENDPOINT_HINT))
}

fn commitment(name: &str) -> Result<Commitment, UsageError> {
    let level = match name {
        "processed" => Level::Processed,
        // Older configuration files still say `recent` and `max`; the Solana CLI no longer takes them, either.
        "confirmed" => Level::Confirmed,
        "finalized" => Level::Finalized,
        _ => {
            let hint = "it is processed, confirmed or finalized; override it with --commitment";
            return Err(UsageError::new(format!("the configured commitment {name:?} has no meaning"), hint));
        }
    };
    Ok(level.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moniker_stands_for_its_cluster() {
        for (letter, word, url) in MONIKERS {
            assert_eq!(endpoint(letter).as_deref(), Ok(url));
            assert_eq!(endpoint(word).as_deref(), Ok(url));
        }
        assert_eq!(endpoint("https://rpc.example.org/key").as_deref(), Ok("https://rpc.example.org/key"));
        for wrong in ["", "mainnet", "rpc.example.org/key", "http://", "ws://127.0.0.1:8900"] {
            assert!(endpoint(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_endpoint_that_is_refused_is_not_repeated() {
        let error = endpoint("rpc.example.org/secret").expect_err("no scheme");
        assert!(!error.to_string().contains("secret"));
    }
}
