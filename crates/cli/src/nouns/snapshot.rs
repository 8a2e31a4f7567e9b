//! `quantumagi snapshot`: who votes with what weight, read off the cluster and proved voter by voter.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::snapshot::review::Verdict;
use quantumagi_sdk::builders::{OperatorTerms, PluginTerms};
use quantumagi_sdk::snapshot::VoterList;
use quantumagi_sdk::words::hex;

use crate::context::Context;
use crate::moment;
use crate::order::Order;

mod show;

/// What to do with snapshots. A file holds the voters of one slot, a root is of one proposal.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read validators by stake from the endpoint and write them to a file: each identity with the active stake of all its
    /// vote accounts, in lamports. The same epoch gives the same voters.
    Stake {
        /// Where to.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Show a voter's place in a file, and the proof that a vote on a proposal takes.
    Prove {
        /// The file.
        file: PathBuf,
        /// Whose place.
        voter: Address,
        /// Number of the proposal.
        #[arg(long, value_name = "ID")]
        proposal: u64,
    },
    /// Publish a file's root for a proposal. One of the snapshot operators may, once.
    Publish {
        /// Number of the proposal.
        proposal: u64,
        /// The file.
        file: PathBuf,
    },
    /// Say of a published root whether it is that of a file one has read oneself: approves where it is, challenges where
    /// it is not. One of the snapshot operators may, once.
    Review {
        /// Number of the proposal.
        proposal: u64,
        /// The file.
        file: PathBuf,
        /// Who published the root.
        #[arg(long, value_name = "ADDRESS")]
        publisher: Address,
    },
    /// Make an accepted root the one that decides who votes, once its challenge window is over. Anybody may.
    Bind {
        /// Number of the proposal.
        proposal: u64,
        /// Who published it.
        #[arg(long, value_name = "ADDRESS")]
        publisher: Address,
    },
    /// Show who may publish for a proposal, what was published, and what is bound.
    Show {
        /// Number of the proposal.
        proposal: u64,
    },
    /// Check a file against a proposal's root, and against the stake as the endpoint has it now.
    Verify {
        /// Number of the proposal.
        proposal: u64,
        /// The file.
        file: PathBuf,
        /// Read the stake again and compare the voters, too: only in the epoch that the file was read in.
        #[arg(long)]
        stake: bool,
    },
    /// Close a root that is not needed any more; the rent goes back to its publisher. Anybody may.
    Close {
        /// Number of the proposal.
        proposal: u64,
        /// Who published it.
        #[arg(long, value_name = "ADDRESS")]
        publisher: Address,
    },
    /// Name operators: the founder before the seal, anybody after it. They become the electorate when they are adopted.
    ///
    /// Of 3f + 1 operators with f + 1 needed, f faulty ones neither pass a false root nor block a true one.
    Operators {
        /// An operator; once for each, 1 to 16.
        #[arg(long = "operator", value_name = "ADDRESS", required = true)]
        operators: Vec<Address>,
        /// By how much approvals must exceed challenges.
        #[arg(long)]
        needed: u8,
        /// From publication to the first moment a root can be bound: 2h, 1d or seconds; 10 minutes to 14 days.
        #[arg(long, value_name = "TIME", value_parser = moment::duration)]
        challenge: u32,
    },
    /// Name a voter-weight plugin of SPL Governance. It becomes the electorate when it is adopted.
    Plugin {
        /// The program whose records count.
        #[arg(long)]
        program: Address,
        /// The realm they must be written for.
        #[arg(long)]
        realm: Address,
        /// The governing mint they must be written for.
        #[arg(long)]
        mint: Address,
    },
}

/// Reads a file of voters.
///
/// # Errors
/// Where it cannot be read, or is no snapshot.
pub(crate) fn read(path: &Path) -> anyhow::Result<VoterList> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    VoterList::parse(&text).with_context(|| format!("{shown} is no snapshot"))
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let client = &context.client;
        if let Self::Stake { out } = self {
            let voters = client.stake().await?;
            let shown = out.display();
            std::fs::write(&out, voters.to_text()).with_context(|| format!("cannot write {shown}"))?;
            return context.printer.report(&show::Written::new(&voters, &out));
        }
        let constitution = context.constitution()?;
        let at = |id| pda::proposal(&constitution, id);
        match self {
            Self::Stake { .. } => Ok(()),
            Self::Prove { file, voter, proposal } => show::prove(context, &at(proposal), &voter, &read(&file)?).await,
            Self::Show { proposal } => show::run(context, proposal, &at(proposal)).await,
            Self::Verify { proposal, file, stake } => {
                show::verify(context, proposal, &at(proposal), &read(&file)?, stake).await
            }
            Self::Publish { proposal, file } => {
                let (actor, voters) = (context.actor()?, read(&file)?);
                let publish = client.snapshot_publish(&at(proposal), &actor.address(), &voters).await?;
                let order = Order::one(format!("snapshot published for proposal {proposal}"), vec![publish]);
                context.carry_out(&actor, order.with("file_hash", hex(&voters.hash()))).await
            }
            Self::Review { proposal, file, publisher } => {
                let (actor, voters) = (context.actor()?, read(&file)?);
                let address = at(proposal);
                let (verdict, review) = client.snapshot_review(&address, &publisher, &actor.address(), &voters).await?;
                let word = match verdict {
                    Verdict::Approve => "approved",
                    Verdict::Challenge => "challenged",
                };
                let order = Order::one(format!("snapshot for proposal {proposal} {word}"), vec![review]);
                context.carry_out(&actor, order.with("verdict", word)).await
            }
            Self::Bind { proposal, publisher } => {
                let bind = client.snapshot_bind(&at(proposal), &publisher).await?;
                let order = Order::one(format!("snapshot bound to proposal {proposal}"), vec![bind]);
                context.carry_out(&context.actor()?, order.with("proposal", proposal)).await
            }
            Self::Close { proposal, publisher } => {
                let close = client.snapshot_close(&at(proposal), &publisher).await?;
                let order = Order::one(format!("snapshot for proposal {proposal} closed"), vec![close]);
                context.carry_out(&context.actor()?, order.with("proposal", proposal)).await
            }
            Self::Operators { operators, needed, challenge } => {
                let actor = context.actor()?;
                let terms = OperatorTerms { operators, needed, challenge_seconds: challenge };
                let (address, create) = client.operators_create(&constitution, &actor.address(), &terms).await?;
                let version = client.constitution(&constitution).await?.value.next_electorate_version;
                let order = Order::one(format!("snapshot operators {version} named"), vec![create]);
                let order = order.with("operators", version).with("address", address.to_string());
                context.carry_out(&actor, order).await
            }
            Self::Plugin { program, realm, mint } => {
                let actor = context.actor()?;
                let terms = PluginTerms { program, realm, mint };
                let (address, create) = client.weight_plugin_create(&constitution, &actor.address(), &terms).await?;
                let version = client.constitution(&constitution).await?.value.next_electorate_version;
                let order = Order::one(format!("weight plugin {version} named"), vec![create]);
                let order = order.with("plugin", version).with("address", address.to_string());
                context.carry_out(&actor, order).await
            }
        }
    }
}
