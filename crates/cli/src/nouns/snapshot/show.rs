//! What is known of a proposal's snapshot, a voter's place in it, and whether a file is the right one.

use std::path::Path;

use quantumagi_interface::accounts::Snapshot;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::snapshot::review::{challenge_ends_at, tolerated};
use quantumagi_sdk::check::SnapshotRefusal;
use quantumagi_sdk::snapshot::VoterList;
use quantumagi_sdk::words::{hex, percent, utc};
use serde::Serialize;

use crate::context::Context;
use crate::exit::Mendable;
use crate::printer::Report;
use crate::table::{facts, table};

/// A file that was written.
#[derive(Serialize)]
pub(super) struct Written {
    file: String,
    file_hash: String,
    slot: u64,
    voters: usize,
    total_weight: String,
}

impl Written {
    pub(super) fn new(voters: &VoterList, path: &Path) -> Self {
        let total: u128 = voters.voters().iter().map(|(_, weight)| u128::from(*weight)).sum();
        Self {
            file: path.display().to_string(),
            file_hash: hex(&voters.hash()),
            slot: voters.slot(),
            voters: voters.voters().len(),
            total_weight: total.to_string(),
        }
    }
}

impl Report for Written {
    fn words(&self) -> String {
        facts(&[
            ("file", self.file.clone()),
            ("SHA-256", self.file_hash.clone()),
            ("slot", self.slot.to_string()),
            ("voters", self.voters.to_string()),
            ("total weight", self.total_weight.clone()),
        ])
    }
}

#[derive(Serialize)]
struct Place {
    root: String,
    voter: String,
    index: u32,
    weight: u64,
    share: String,
    proof: Vec<String>,
}

impl Report for Place {
    fn words(&self) -> String {
        let head = facts(&[
            ("root", self.root.clone()),
            ("voter", self.voter.clone()),
            ("index", self.index.to_string()),
            ("weight", format!("{} ({})", self.weight, self.share)),
        ]);
        let proof: Vec<String> =
            self.proof.iter().enumerate().map(|(level, node)| format!("level {level:2}  {node}")).collect();
        format!("{head}\n{}", proof.join("\n"))
    }
}

/// Shows a voter's place.
pub(super) async fn prove(
    context: &Context,
    address: &Address,
    voter: &Address,
    voters: &VoterList,
) -> anyhow::Result<()> {
    let (proposal, _) = context.client.by_snapshot(address).await?;
    let tree = voters.tree(&proposal.constitution, address)?;
    let absent = SnapshotRefusal::NotInSnapshot { voter: *voter };
    let (index, weight) = voters.find(voter).ok_or_else(|| absent.clone())?;
    let proof = tree.proof(index).ok_or(absent)?;
    let root = tree.root();
    context.printer.report(&Place {
        root: hex(&root.hash),
        voter: voter.to_string(),
        index,
        weight,
        share: percent(u128::from(weight), u128::from(root.total.0)),
        proof: proof.chunks(40).map(hex_of).collect(),
    })
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Serialize)]
struct Shown {
    proposal: u64,
    operators: Vec<String>,
    needed: u8,
    stands_faulty: u8,
    challenge_seconds: u32,
    bound_root: Option<String>,
    voters: u32,
    total_weight: u64,
    published: Vec<Published>,
}

#[derive(Serialize)]
struct Published {
    publisher: String,
    root: String,
    voters: u32,
    total_weight: u64,
    slot: u64,
    approvals: u32,
    challenges: u32,
    can_be_bound_from: Option<String>,
}

/// Shows all that is known of a proposal's snapshot.
pub(super) async fn run(context: &Context, id: u64, address: &Address) -> anyhow::Result<()> {
    let (proposal, operators) = context.client.by_snapshot(address).await?;
    let roots = context.client.published_roots(address).await?;
    let published = |root: &Snapshot| Published {
        publisher: root.publisher.to_string(),
        root: hex(&root.root),
        voters: root.voters,
        total_weight: root.total_weight,
        slot: root.slot,
        approvals: root.approvals.count_ones(),
        challenges: root.challenges.count_ones(),
        can_be_bound_from: challenge_ends_at(UnixSeconds(root.published_at), operators.challenge_seconds).map(utc),
    };
    let listed = operators.operators.iter().take(usize::from(operators.count));
    context.printer.report(&Shown {
        proposal: id,
        operators: listed.map(ToString::to_string).collect(),
        needed: operators.needed,
        stands_faulty: tolerated(operators.count, operators.needed),
        challenge_seconds: operators.challenge_seconds,
        bound_root: (proposal.snapshot_root != [0; 32]).then(|| hex(&proposal.snapshot_root)),
        voters: proposal.voters,
        total_weight: proposal.total_weight,
        published: roots.iter().map(|read| published(&read.value)).collect(),
    })
}

impl Report for Shown {
    fn words(&self) -> String {
        let bound = match &self.bound_root {
            Some(root) => format!("{root}: {} voters weighing {}", self.voters, self.total_weight),
            None => "none yet: nobody can vote before".to_owned(),
        };
        let head = facts(&[
            ("proposal", self.proposal.to_string()),
            ("operators", self.operators.join(", ")),
            ("approvals over challenges", format!("{} needed; stands {} faulty", self.needed, self.stands_faulty)),
            ("challenge window", format!("{} s", self.challenge_seconds)),
            ("bound", bound),
        ]);
        let rows = self.published.iter().map(|root| {
            let from = root.can_be_bound_from.clone().unwrap_or_default();
            let verdicts = format!("{} for, {} against", root.approvals, root.challenges);
            [root.publisher.clone(), root.root.clone(), root.voters.to_string(), verdicts, from]
        });
        format!("{head}\n{}", table(["publisher", "root", "voters", "operators", "can be bound from"], rows))
    }
}

#[derive(Serialize)]
struct Verified {
    proposal: u64,
    root: String,
    state: &'static str,
    is_stake: Option<bool>,
}

impl Report for Verified {
    fn words(&self) -> String {
        let stake = match self.is_stake {
            Some(_) => "; its voters are the validators by stake of this epoch",
            None => "",
        };
        format!("the file is the snapshot {} to proposal {}, root {}{stake}", self.state, self.proposal, self.root)
    }
}

/// Checks a file against the chain.
pub(super) async fn verify(
    context: &Context,
    id: u64,
    address: &Address,
    voters: &VoterList,
    reads_stake: bool,
) -> anyhow::Result<()> {
    let (proposal, _) = context.client.by_snapshot(address).await?;
    let root = voters.tree(&proposal.constitution, address)?.root();
    let published = context.client.published_roots(address).await?;
    let state = if proposal.snapshot_root == root.hash {
        "bound"
    } else if proposal.snapshot_root != [0; 32] {
        let (file, chain) = (hex(&root.hash), hex(&proposal.snapshot_root));
        return Err(SnapshotRefusal::OtherRoot { file, what: "bound", chain }.into());
    } else if published
        .iter()
        .any(|published| published.value.root == root.hash && published.value.slot == voters.slot())
    {
        "published"
    } else {
        let problem = format!("the file has the root {}, which nobody published for proposal {id}", hex(&root.hash));
        return Err(Mendable::new(problem, "`quantumagi snapshot show` lists what was published").into());
    };
    if reads_stake {
        let stake = context.client.stake().await?;
        if stake.voters() != voters.voters() {
            let problem = "the file's voters are not the validators by stake of this epoch";
            return Err(Mendable::new(problem, "stake changes with each epoch: was it read in this one?").into());
        }
    }
    let is_stake = reads_stake.then_some(true);
    context.printer.report(&Verified { proposal: id, root: hex(&root.hash), state, is_stake })
}
