//! The Solana CLI's configuration file: `json_rpc_url`, `keypair_path` and `commitment`.
//!
//! The Solana CLI writes it as flat YAML, one `key: value` a line. Only that much YAML is read; other keys and what is
//! indented under them are skipped.

/// What the file says; `None` for what it leaves open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SolanaConfig {
    /// Address of the endpoint.
    pub(crate) json_rpc_url: Option<String>,
    /// Path of the key file.
    pub(crate) keypair_path: Option<String>,
    /// `processed`, `confirmed` or `finalized`.
    pub(crate) commitment: Option<String>,
}

impl SolanaConfig {
    /// Reads the file's text.
    pub(crate) fn parse(text: &str) -> Self {
        let mut config = Self::default();
        for line in text.lines() {
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = unquoted(value.trim());
            let slot = match key {
                "json_rpc_url" => &mut config.json_rpc_url,
                "keypair_path" => &mut config.keypair_path,
                "commitment" => &mut config.commitment,
                _ => continue,
            };
            *slot = (!value.is_empty()).then(|| value.to_owned());
        }
        config
    }
}

/// A scalar without the quotes that YAML allows around it.
fn unquoted(value: &str) -> &str {
    ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_solana_cli_is_read() {
        let text = "---\njson_rpc_url: https://api.devnet.solana.com\nwebsocket_url: ''\n\
                    keypair_path: \"/wallets/ana/my keys/id.json\"\naddress_labels:\n  '11111111111111111111111111111111': \
                    System Program\ncommitment: finalized\n";
        let config = SolanaConfig::parse(text);
        assert_eq!(config.json_rpc_url.as_deref(), Some("https://api.devnet.solana.com"));
        assert_eq!(config.keypair_path.as_deref(), Some("/wallets/ana/my keys/id.json"));
        assert_eq!(config.commitment.as_deref(), Some("finalized"));
    }

    #[test]
    fn what_the_file_leaves_open_stays_open() {
        assert_eq!(SolanaConfig::parse("json_rpc_url: ''\n  commitment: finalized\n"), SolanaConfig::default());
    }
}
