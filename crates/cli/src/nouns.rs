//! One module for each noun: its arguments, what it reads or orders, and how that is shown.

pub(crate) mod audit;
pub(crate) mod constitution;
pub(crate) mod deposit;
pub(crate) mod electorate;
pub(crate) mod emergency;
pub(crate) mod guardians;
pub(crate) mod guardrail;
pub(crate) mod parameters;
pub(crate) mod policy;
pub(crate) mod principle;
pub(crate) mod proposal;
pub(crate) mod roster;
pub(crate) mod settings;
pub(crate) mod snapshot;
pub(crate) mod text;
pub(crate) mod vault;
pub(crate) mod veto_body;

use clap::CommandFactory;

use crate::args::{Cli, Noun};
use crate::context::Context;
use crate::environment::Environment;
use crate::printer;

/// Does what was typed.
pub(crate) async fn run(cli: Cli, environment: &Environment) -> anyhow::Result<()> {
    let context = || Context::new(&cli.global, environment);
    match cli.noun {
        Noun::Constitution(command) => command.run(&context().await?).await,
        Noun::Principle(command) => command.run(&context().await?).await,
        Noun::Guardrail(command) => command.run(&context().await?).await,
        Noun::Roster(command) => command.run(&context().await?).await,
        Noun::Electorate(command) => command.run(&context().await?).await,
        Noun::Deposit(command) => command.run(&context().await?).await,
        Noun::Snapshot(command) => command.run(&context().await?).await,
        Noun::Proposal(command) => command.run(&context().await?).await,
        Noun::Parameters(command) => command.run(&context().await?).await,
        Noun::Settings(command) => command.run(&context().await?).await,
        Noun::VetoBody(command) => command.run(&context().await?).await,
        Noun::Guardians(command) => command.run(&context().await?).await,
        Noun::Emergency(command) => command.run(&context().await?).await,
        Noun::Policy(command) => command.run(&context().await?).await,
        Noun::Vault(command) => command.run(&context().await?).await,
        Noun::Text(command) => command.run(&context().await?).await,
        Noun::Audit(command) => command.run(&context().await?).await,
        Noun::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "quantumagi", &mut script);
            printer::raw(&script)
        }
    }
}
