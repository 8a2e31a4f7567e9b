//! What every command works with: the connection, known texts, who signs, which community.

use std::collections::BTreeMap;
use std::path::PathBuf;

use quantumagi_rpc::solana::{Address, Keypair, Signer};
use quantumagi_sdk::words::Names;
use quantumagi_sdk::{ConnectError, Quantumagi};

use crate::args::Global;
use crate::environment::Environment;
use crate::exit::UsageError;
use crate::keys;
use crate::library::Library;
use crate::members;
use crate::printer::{Form, Printer};
use crate::settings::Settings;

/// What every command works with.
#[derive(Debug)]
pub(crate) struct Context {
    /// The connection.
    pub(crate) client: Quantumagi,
    /// Texts by their hash.
    pub(crate) library: Library,
    /// Where results go.
    pub(crate) printer: Printer,
    /// Whether transactions are printed instead of sent.
    pub(crate) is_unsigned: bool,
    people: BTreeMap<Address, String>,
    constitution: Option<Address>,
    keypair: PathBuf,
    signer: Option<Address>,
}

/// Who signs and pays.
pub(crate) enum Actor {
    /// A key that is here.
    Key(Keypair),
    /// Somebody's wallet.
    Wallet(Address),
}

impl Context {
    /// Reads the settings. Nothing is asked over the network yet, except for their cluster of several endpoints for
    /// which nobody named it.
    ///
    /// # Errors
    /// As [`Settings::new`] and [`Quantumagi::connect`]; where the folder of texts cannot be made, or the file of names cannot be read.
    pub(crate) async fn new(options: &Global, environment: &Environment) -> anyhow::Result<Self> {
        let settings = Settings::new(options, environment)?;
        let client = match Quantumagi::lazily(settings.connection.clone()) {
            Err(ConnectError::ClusterNotNamed { .. }) => Quantumagi::connect(settings.connection).await?,
            made => made?,
        };
        let people = match &options.names {
            Some(path) => members::names(&members::read(path)?),
            None => BTreeMap::new(),
        };
        Ok(Self {
            library: Library::open(client.rpc().clone(), &settings.store)?,
            client,
            printer: Printer::new(if options.json { Form::Json } else { Form::Words }),
            is_unsigned: options.unsigned,
            people,
            constitution: options.constitution,
            keypair: settings.keypair,
            signer: options.signer,
        })
    }

    /// The community that is meant.
    ///
    /// # Errors
    /// [`UsageError`] where none was named.
    pub(crate) fn constitution(&self) -> Result<Address, UsageError> {
        self.constitution.ok_or_else(|| {
            let hint = "name it with --constitution ADDRESS or in QUANTUMAGI_CONSTITUTION; \
                        `quantumagi constitution list` shows all";
            UsageError::new("no constitution is named", hint)
        })
    }

    /// Who signs and pays.
    ///
    /// # Errors
    /// As [`keys::read`].
    pub(crate) fn actor(&self) -> anyhow::Result<Actor> {
        match self.signer {
            Some(address) => Ok(Actor::Wallet(address)),
            None => Ok(Actor::Key(keys::read(&self.keypair)?)),
        }
    }

    /// What the reader knows by name without asking the network: people, and titles of texts in the store.
    pub(crate) fn people(&self) -> Names {
        Names { addresses: self.people.clone(), ..Names::default() }
    }
}

impl Actor {
    /// Their address.
    pub(crate) fn address(&self) -> Address {
        match self {
            Self::Key(key) => key.pubkey(),
            Self::Wallet(address) => *address,
        }
    }
}
