//! Founding a constitution from a file.

use std::path::PathBuf;

use clap::Args;
use quantumagi_document::{Document, PrincipleText};
use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::{Address, Keypair, Signer};
use quantumagi_sdk::builders::{Mandate, NewPrinciple, principle_add};
use quantumagi_sdk::transaction::pack;
use quantumagi_sdk::words::hex;

use super::read_document;
use crate::context::Context;
use crate::exit::Mendable;
use crate::order::Order;
use crate::tracks;

/// A constitution to found.
#[derive(Args, Debug)]
pub(crate) struct Create {
    /// The constitution: numbered text, Markdown or TOML, gzipped or not.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Parameters of the tracks: TOML with tables policy, treasury, amendment and ratification.
    #[arg(long, value_name = "FILE", conflicts_with = "resume")]
    tracks: Option<PathBuf>,
    /// Keep the text here and do not publish it.
    #[arg(long)]
    no_publish: bool,
    /// Go on with a creation that stopped half way: the address it printed.
    #[arg(long, value_name = "ADDRESS")]
    resume: Option<Address>,
}

impl Create {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let document = read_document(&self.file)?;
        let actor = context.actor()?;
        let founder = actor.address();
        let order = match self.resume {
            Some(address) => rest(context, &document, &address, &founder).await?,
            None => whole(context, &document, &founder, tracks::read(self.tracks.as_deref())?)?,
        };
        context.library.keep(&document.text)?;
        for principle in &document.principles {
            context.library.keep(&principle.canonical_text())?;
        }
        let parts = match self.no_publish {
            true => Vec::new(),
            false => context.library.publication(&founder, &[&document.text]).await?,
        };
        context.carry_out(&actor, order.with_aside(parts)).await
    }
}

/// Everything: the constitution, then its principles.
fn whole(
    context: &Context,
    document: &Document,
    founder: &Address,
    tracks: [quantumagi_rules::parameters::TrackParameters; 4],
) -> anyhow::Result<Order> {
    // Used once and forgotten: it gives the address, and nobody else can have taken that.
    let create_key = Keypair::new();
    let address = pda::constitution(&create_key.pubkey());
    let hash = sha256(document.text.as_bytes());
    let create = context.client.constitution_create(founder, &create_key.pubkey(), hash, tracks)?;
    let mandate = Mandate::Founder { founder: *founder };
    let principles = (0..).zip(&document.principles);
    let added = principles.map(|(id, principle)| principle_add(&address, &mandate, id, new_principle(principle)));
    let mut sequence = vec![vec![create]];
    sequence.extend(pack(founder, added)?);
    Ok(described(Order::many("constitution founded", sequence), document, &address).with_key(create_key))
}

/// What is missing of one that stopped half way.
async fn rest(context: &Context, document: &Document, address: &Address, founder: &Address) -> anyhow::Result<Order> {
    let account = context.client.constitution(address).await?.value;
    let hash = sha256(document.text.as_bytes());
    if account.text_hash != hash {
        let (theirs, ours) = (hex(&account.text_hash), hex(&hash));
        let problem = format!("the constitution was founded with the text {theirs}, but the file has {ours}");
        return Err(Mendable::new(problem, "give the file that it was founded with").into());
    }
    let missing: Vec<NewPrinciple> =
        document.principles.iter().skip(account.next_principle_id as usize).map(new_principle).collect();
    let sequence = context.client.principle_add(address, founder, &missing).await?;
    Ok(described(Order::many("constitution founded", sequence), document, address))
}

fn described(order: Order, document: &Document, address: &Address) -> Order {
    order
        .with("constitution", address.to_string())
        .with("vault", pda::vault(address).to_string())
        .with("title", document.title.clone())
        .with("principles", document.principles.len())
        .with("text_hash", hex(&sha256(document.text.as_bytes())))
}

/// A section as a principle.
fn new_principle(section: &PrincipleText) -> NewPrinciple {
    let text_hash = sha256(section.canonical_text().as_bytes());
    NewPrinciple { text_hash, class: section.class, category: section.category, priority: section.priority }
}
