//! What the process inherits: read once, before anything else.

use std::env;
use std::path::PathBuf;

/// The environment variables that matter here. `QUANTUMAGI_CONSTITUTION` is read with the arguments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    /// `HOME`.
    pub(crate) home: Option<PathBuf>,
    /// `XDG_DATA_HOME`, where it is an absolute path, as the base directory specification asks.
    pub(crate) data_home: Option<PathBuf>,
}

impl Environment {
    /// The process's own.
    pub(crate) fn read() -> Self {
        let path = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        Self { home: path("HOME"), data_home: path("XDG_DATA_HOME") }
    }

    /// A variable that a file of endpoints names, or that adds to it.
    pub(crate) fn variable(name: &str) -> Option<String> {
        env::var(name).ok()
    }

    /// Where texts are kept unless told otherwise: `$XDG_DATA_HOME/quantumagi/texts`, else
    /// `~/.local/share/quantumagi/texts`.
    pub(crate) fn store(&self) -> Option<PathBuf> {
        let data = self.data_home.clone().or_else(|| Some(self.home.as_ref()?.join(".local/share")))?;
        Some(data.join("quantumagi/texts"))
    }

    /// The Solana CLI's own configuration file.
    pub(crate) fn solana_config(&self) -> Option<PathBuf> {
        Some(self.home.as_ref()?.join(".config/solana/cli/config.yml"))
    }

    /// The key file that the Solana CLI uses by default.
    pub(crate) fn solana_keypair(&self) -> Option<PathBuf> {
        Some(self.home.as_ref()?.join(".config/solana/id.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_kept_where_the_base_directory_specification_says() {
        let home = Environment { home: Some("/wallets/ana".into()), data_home: None };
        assert_eq!(home.store(), Some("/wallets/ana/.local/share/quantumagi/texts".into()));
        let moved = Environment { data_home: Some("/data".into()), ..home };
        assert_eq!(moved.store(), Some("/data/quantumagi/texts".into()));
        assert_eq!(Environment::default().store(), None);
    }
}
