//! `doctor`: looks at everything that the crank needs, and says in words what is wrong and how to mend it.

mod machine;
mod network;

use std::path::Path;

use quantumagi_rpc::pool::Pool;
use quantumagi_rpc::solana::Signer;
use quantumagi_rpc::{Commitment, Rpc};
use serde::Serialize;

use crate::config::Config;
use crate::exit::{Exit, Mendable};
use crate::printer::{self, Form};
use crate::wallet;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Grade {
    /// As it should be.
    Ok,
    /// It works, and could be better.
    Note,
    /// The crank cannot do its work.
    Wrong,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// What.
    pub(crate) what: String,
    /// How it is.
    pub(crate) grade: Grade,
    /// In words.
    pub(crate) words: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mend: Option<String>,
}

impl Finding {
    /// As it should be.
    pub(crate) fn ok(what: impl Into<String>, words: impl Into<String>) -> Self {
        Self { what: what.into(), grade: Grade::Ok, words: words.into(), mend: None }
    }

    /// It works, and could be better.
    pub(crate) fn note(what: impl Into<String>, words: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { grade: Grade::Note, mend: Some(mend.into()), ..Self::ok(what, words) }
    }

    /// It does not work.
    pub(crate) fn wrong(what: impl Into<String>, words: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { grade: Grade::Wrong, ..Self::note(what, words, mend) }
    }

    /// A failure that says itself how to mend it.
    pub(crate) fn of(what: impl Into<String>, failure: &Mendable) -> Self {
        Self::wrong(what, failure.problem.clone(), failure.hint.clone())
    }

    fn line(&self) -> String {
        let grade = match self.grade {
            Grade::Ok => "ok   ",
            Grade::Note => "note ",
            Grade::Wrong => "WRONG",
        };
        let mend = self.mend.iter().map(|mend| format!("\n      mend: {mend}"));
        format!("{grade} {}: {}{}", self.what, self.words, mend.collect::<String>())
    }
}

/// Looks, prints, and ends badly where something is wrong.
pub(crate) async fn run(path: &Path, config: &Config, form: Form) -> anyhow::Result<Exit> {
    let mut findings = vec![machine::config_file(path, config), machine::disk(config), machine::journal(config)];
    findings.extend(machine::webhooks(config));
    findings.extend(machine::pages(config));
    let key = wallet::read(&config.keypair);
    findings.push(match &key {
        Ok(key) => Finding::ok("wallet", format!("{}, readable by its owner only", key.pubkey())),
        Err(refused) => Finding::of("wallet", refused),
    });
    let operator = config.operator.as_ref().map(|told| (told, wallet::read(&told.keypair)));
    findings.extend(operator.iter().map(|(_, key)| match key {
        Ok(key) => Finding::ok("operator", format!("{}, readable by its owner only", key.pubkey())),
        Err(refused) => Finding::of("operator", refused),
    }));
    for endpoint in &config.pool.endpoints {
        findings.push(network::endpoint(config, endpoint).await);
    }
    let rpc = Rpc::with_pool(Pool::new(config.pool.clone()), Commitment::Confirmed);
    match rpc.clock().await {
        Err(error) => findings.push(network::unreachable("cluster", &error)),
        Ok(clock) => {
            findings.push(network::clock(&clock));
            findings.push(network::program(&rpc).await);
            for address in &config.constitutions {
                findings.push(network::constitution(&rpc, address).await);
            }
            if let Ok(key) = &key {
                findings.push(network::apart(&rpc, "wallet's role", &key.pubkey()).await);
                findings.push(network::balance(&rpc, &key.pubkey(), config).await);
            }
            if let Some((told, Ok(key))) = &operator {
                findings.push(network::apart(&rpc, "operator's role", &key.pubkey()).await);
                for electorate in &told.electorates {
                    findings.push(network::listed(&rpc, &key.pubkey(), electorate).await);
                }
                findings.push(network::rent(&rpc, &key.pubkey()).await);
            }
        }
    }
    let wrong = findings.iter().filter(|finding| finding.grade == Grade::Wrong).count();
    let mut lines: Vec<String> = findings.iter().map(Finding::line).collect();
    lines.push(match wrong {
        0 => "\nthe crank can run".to_owned(),
        1 => "\none thing is wrong".to_owned(),
        more => format!("\n{more} things are wrong"),
    });
    printer::report(form, &lines.join("\n"), &findings)?;
    Ok(if wrong == 0 { Exit::Done } else { Exit::Failed })
}
