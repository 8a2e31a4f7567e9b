//! Everything that a configuration brings to life: endpoints, wallet, journal, and who does the work.

use std::sync::Arc;
use std::time::{Duration, Instant};

use quantumagi_crank::{Crank, Journal, Mode, Observer, Operator, Round};
use quantumagi_rpc::pool::{Pool, Probes};
use quantumagi_rpc::solana::{Address, Keypair, Signer};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_sdk::Quantumagi;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::args::Run;
use crate::config::Config;
use crate::exit::{Exit, Mendable};
use crate::health::Health;
use crate::meters;
use crate::notify::Desk;
use crate::report::{Reporter, words_of};
use crate::status::MOST_EVENTS;
use crate::wallet::{self, Looked};
use crate::watch::Watch;

/// Between two questions whether the wallet is a validator's key.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// Who does the work.
enum Hands {
    /// Carries out, or rehearses.
    Crank(Box<Crank>),
    /// Only looks.
    Watch(Box<Watch>),
}

/// Everything that a configuration brings to life.
pub(crate) struct Crew {
    /// What it goes by.
    pub(crate) config: Config,
    /// Its endpoints.
    pub(crate) pool: Pool,
    client: Quantumagi,
    /// Keys that sign: the wallet, and the operator's.
    signers: Vec<Address>,
    hands: Hands,
    reporter: Arc<Reporter>,
    is_acting: bool,
    desk: Option<Desk>,
    _probes: Option<Probes>,
}

impl Crew {
    /// Reads the wallet and opens the journal. Asks no endpoint.
    ///
    /// # Errors
    /// Where the wallet must not be used, or the journal cannot be.
    pub(crate) fn assemble(config: Config, asked: Run, health: &Arc<Health>) -> anyhow::Result<Self> {
        let key = if asked.observe { None } else { Some(Arc::new(wallet::read(&config.keypair)?)) };
        let journal = Arc::new(if asked.observe { Journal::in_memory()? } else { open_journal(&config)? });
        if let Ok(earlier) = journal.latest(MOST_EVENTS as u32) {
            health.board.remember(&earlier, meters::host_seconds(), Instant::now());
        }
        let pool = Pool::new(config.pool.clone());
        // The only endpoint is asked whatever probes say, so they would only cost calls.
        let probes = (1 < config.pool.endpoints.len()).then(|| pool.spawn_probes());
        let client = Quantumagi::new(Rpc::with_pool(pool.clone(), Commitment::Confirmed));
        let reporter = Arc::new(Reporter {
            health: Arc::clone(health),
            journal: Arc::clone(&journal),
            constitutions: config.constitutions.clone(),
            state_dir: config.state_dir.clone(),
        });
        // Who only looks or rehearses keeps no account of what was told.
        let is_at_work = !asked.observe && !asked.dry_run && !asked.once;
        let desk = is_at_work.then(|| Desk::new(&config, Arc::clone(&journal), health)).transpose()?;
        let operator = if asked.observe { None } else { operator(&config)? };
        let mut signers: Vec<Address> = key.as_ref().map(|key| key.pubkey()).into_iter().collect();
        signers.extend(operator.as_ref().map(Operator::address));
        signers.dedup();
        let hands = match key {
            None => Hands::Watch(Box::new(Watch::new(client.clone(), &config.constitutions, config.terms, journal))),
            Some(key) => {
                let crank = crank(&config, asked, &client, key, journal, &reporter);
                Hands::Crank(Box::new(match operator {
                    Some(operator) => crank.operating(operator),
                    None => crank,
                }))
            }
        };
        let is_acting = !asked.observe && !asked.dry_run;
        Ok(Self { config, pool, client, signers, hands, reporter, is_acting, desk, _probes: probes })
    }

    /// Where service levels are kept. Who only looks or rehearses does none of the work, and leaves no trace.
    ///
    /// # Errors
    /// Where there is no memory for them.
    pub(crate) fn ledger(&self) -> Result<Arc<Journal>, quantumagi_crank::JournalError> {
        if self.is_acting { Ok(Arc::clone(&self.reporter.journal)) } else { Ok(Arc::new(Journal::in_memory()?)) }
    }

    /// Refuses a validator's key.
    ///
    /// # Errors
    /// [`Mendable`]: what the key is, or that no endpoint told.
    pub(crate) async fn check_wallet(&self) -> Result<(), Mendable> {
        for signer in &self.signers {
            self.check_signer(signer).await?;
        }
        Ok(())
    }

    async fn check_signer(&self, payer: &Address) -> Result<(), Mendable> {
        match wallet::check_apart(self.client.rpc(), payer).await {
            Ok(Ok(Looked::Apart)) => Ok(()),
            Ok(Ok(Looked::Unsearched(error))) => {
                let words =
                    "the endpoint does not search vote accounts: whether the wallet is a validator's key is not known";
                tracing::warn!(wallet = %payer, error = words_of(&error), "{words}");
                Ok(())
            }
            Ok(Err(refused)) => Err(refused.into()),
            Err(error) => {
                let words =
                    format!("whether the wallet {payer} is a validator's key could not be asked: {}", words_of(&error));
                let hint = "check the endpoints with `quantumagi-crank doctor`";
                Err(Mendable::new(words, hint).ending(Exit::TryAgain))
            }
        }
    }

    /// Works until `halt` says true, once the wallet is known to be nothing but one.
    ///
    /// # Errors
    /// [`Mendable`] where it is a validator's key.
    pub(crate) async fn work(&mut self, health: &Health, halt: &watch::Receiver<bool>) -> Result<(), Mendable> {
        let mut asked = Instant::now();
        // Everything that is told beside the work ends with it.
        let _telling = self.desk.take().map(Desk::start);
        while let Err(error) = self.check_wallet().await {
            if error.exit != Exit::TryAgain {
                return Err(error);
            }
            health.beat(Instant::now());
            health.unanswered(error.problem.clone(), asked.elapsed());
            tracing::warn!(%error, "waiting for an endpoint");
            let mut halted = halt.clone();
            tokio::select! {
                () = sleep(ASK_AGAIN) => {}
                _ = halted.wait_for(|halt| *halt) => return Ok(()),
            }
            asked = Instant::now();
        }
        health.wallet_is_apart();
        let mode = match &self.hands {
            Hands::Watch(_) => "observe",
            Hands::Crank(crank) => match crank.terms().mode {
                Mode::Act => "act",
                Mode::Rehearse => "dry_run",
            },
        };
        health.board.at_work(mode, self.signers.first().copied());
        match &mut self.hands {
            Hands::Crank(crank) => crank.run(halt).await,
            Hands::Watch(watch) => watch.run(&*self.reporter, self.config.terms.look_every, halt).await,
        }
        Ok(())
    }

    /// One look, and everything that is due carried out.
    ///
    /// # Errors
    /// As [`Crew::check_wallet`], and where the journal cannot be used.
    pub(crate) async fn once(&mut self, halt: &watch::Receiver<bool>) -> anyhow::Result<Round> {
        self.check_wallet().await?;
        Ok(match &mut self.hands {
            Hands::Crank(crank) => crank.once(halt).await?,
            Hands::Watch(watch) => {
                let round = watch.look().await;
                self.reporter.round(&round);
                round
            }
        })
    }
}

fn crank(
    config: &Config,
    asked: Run,
    client: &Quantumagi,
    key: Arc<Keypair>,
    journal: Arc<Journal>,
    reporter: &Arc<Reporter>,
) -> Crank {
    let mode = if asked.dry_run { Mode::Rehearse } else { Mode::Act };
    let terms = quantumagi_crank::Terms { mode, ..config.terms };
    let reporter = Arc::clone(reporter) as Arc<dyn Observer>;
    Crank::new(client.clone(), key, &config.constitutions, terms, journal).beside(&config.peers).observed_by(reporter)
}

/// The operator, with the same checks of its key as the wallet's, and its lists of voters.
///
/// # Errors
/// [`Mendable`].
fn operator(config: &Config) -> Result<Option<Operator>, Mendable> {
    let Some(told) = &config.operator else { return Ok(None) };
    let key = Arc::new(wallet::read(&told.keypair)?);
    let hint = "make state_dir a folder that the crank's user may write, with room on its disk";
    let operator = Operator::new(key, &told.electorates, told.on_false_root, &config.snapshots());
    operator.map(Some).map_err(|error| Mendable::new(words_of(&error), hint))
}

/// Opens the journal in its folder, which is made where it is not there.
///
/// # Errors
/// [`Mendable`].
pub(crate) fn open_journal(config: &Config) -> Result<Journal, Mendable> {
    let (folder, path) = (&config.state_dir, config.journal());
    let hint = "make state_dir a folder that the crank's user may write, with room on its disk";
    std::fs::create_dir_all(folder)
        .map_err(|error| Mendable::new(format!("cannot make the folder {}: {error}", folder.display()), hint))?;
    Journal::open(&path).map_err(|error| Mendable::new(format!("{}: {}", path.display(), words_of(&error)), hint))
}
