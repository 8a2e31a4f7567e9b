//! The community: founded with a constitution, its principles and its council, and sealed.

use anyhow::{Context, Result};
use quantumagi_document::{Document, PrincipleText};
use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::{Address, Keypair, Signer};
use quantumagi_rules::Hash;
use quantumagi_rules::parameters::{DAY, TrackParameters};
use quantumagi_sdk::builders::{NewPrinciple, proposer_open, text_publish};
use quantumagi_sdk::texts::TextStore;
use quantumagi_sdk::{Electorate, Receipt};

use super::chain::{Chain, Order, packed, transfer};
use super::narrator::Teller;
use super::people::People;

/// What the vault starts with, lamports.
pub(super) const VAULT_LAMPORTS: u64 = 250 * LAMPORTS_PER_SOL;
pub(super) const LAMPORTS_PER_SOL: u64 = 1_000_000_000;

/// Parameters of policies and payments: discussion and vote as the Debian constitution has them for its developers'
/// resolutions at the least, two weeks and one week.
const ORDINARY: TrackParameters = TrackParameters {
    threshold_bps: 6_000,
    quorum_bps: 4_000,
    min_for_bps: 1_500,
    entrenched_threshold_bps: 7_500,
    discussion_seconds: 14 * DAY,
    voting_seconds: 7 * DAY,
    extension_seconds: 2 * DAY,
    timelock_seconds: 2 * DAY,
    window_seconds: 14 * DAY,
    veto_bps: 0,
    slash_bps: 0,
    cooloff_seconds: 0,
    deposit_lamports: 0,
};

/// Parameters of ratifications: an emergency does not wait for weeks.
const RATIFICATION: TrackParameters = TrackParameters {
    discussion_seconds: DAY,
    voting_seconds: 3 * DAY,
    extension_seconds: DAY,
    timelock_seconds: DAY,
    ..ORDINARY
};

/// Parameters of amendments: three to one, as the Debian constitution asks in its section 4.1.
const AMENDMENT: TrackParameters = TrackParameters {
    threshold_bps: 7_500,
    quorum_bps: 5_000,
    min_for_bps: 4_000,
    entrenched_threshold_bps: 9_000,
    voting_seconds: 14 * DAY,
    timelock_seconds: 7 * DAY,
    ..ORDINARY
};

/// A principle on chain and the words it has there.
#[derive(Clone, Debug)]
pub(super) struct Held {
    /// Its id, which never changes.
    pub(super) id: u32,
    /// Its version, from 1.
    pub(super) version: u32,
    /// Its words.
    pub(super) text: PrincipleText,
}

/// A founded community.
pub(super) struct Community {
    /// The constitution's address.
    pub(super) address: Address,
    /// The council's roster with its members in order.
    pub(super) electorate: Electorate,
    /// The constitution in force.
    pub(super) document: Document,
    /// Its principles in force, in the document's order.
    pub(super) principles: Vec<Held>,
    /// Where texts are kept.
    pub(super) store: TextStore,
}

impl Community {
    /// Hash of the text in force.
    pub(super) fn text_hash(&self) -> Hash {
        sha256(self.document.text.as_bytes())
    }

    /// Index of a member in the roster.
    ///
    /// # Errors
    /// When the address is not a member's.
    pub(super) fn index_of(&self, voter: &Address) -> Result<u32> {
        Ok(self.electorate.member(voter)?.0)
    }
}

/// What a principle is on chain: its hash and its place among others; the words are in the document's text.
pub(super) fn on_chain(principle: &PrincipleText) -> NewPrinciple {
    let PrincipleText { class, category, priority, .. } = *principle;
    NewPrinciple { text_hash: sha256(principle.canonical_text().as_bytes()), class, category, priority }
}

/// Founds a community with `document`: text, principles, council, vault, seal.
///
/// # Errors
/// At the first step that the program refuses.
pub(super) async fn found(
    chain: &Chain,
    people: &People,
    document: Document,
    store: TextStore,
    teller: &Teller,
) -> Result<Community> {
    let (client, founder) = (chain.client(), &people.founder);
    let (create_key, founder_address) = (Keypair::new(), founder.pubkey());
    let text_hash = sha256(document.text.as_bytes());
    let tracks = [ORDINARY, ORDINARY, AMENDMENT, RATIFICATION];
    let create = client.constitution_create(&founder_address, &create_key.pubkey(), text_hash, tracks)?;
    let order = Order { instructions: vec![create], signers: vec![founder, &create_key] };
    let founding = async {
        chain.send(order).await?;
        let address = pda::constitution(&create_key.pubkey());
        let principles = document.principles.iter().map(on_chain).collect::<Vec<_>>();
        let additions = client.principle_add(&address, &founder_address, &principles).await?;
        chain.send_in_order(additions, founder).await?;
        let (version, rosters) = client.roster_create(&address, &founder_address, &people.members()).await?;
        chain.send_in_order(rosters, founder).await?;
        let adopt = client.roster_adopt(&address, &founder_address, version).await?;
        chain.send(Order::new(vec![adopt], founder)).await?;
        let counts = people.council.iter();
        let counts = counts.map(|owner| proposer_open(&founder_address, &address, &owner.address())).collect();
        chain.send_in_order(packed(&founder_address, counts)?, founder).await?;
        let deposit = transfer(&founder_address, &pda::vault(&address), VAULT_LAMPORTS);
        chain.send(Order::new(vec![deposit], founder)).await?;
        let seal = client.constitution_seal(&address, &founder_address).await?;
        chain.send(Order::new(vec![seal], founder)).await?;
        anyhow::Ok((address, version))
    };
    // The text needs no account, so its parts need not wait for the constitution.
    let (founded, published) = tokio::join!(founding, publish(chain, founder, &store, &document.text));
    let ((address, version), n_parts) = (founded?, published?);

    let electorate = client.electorate(&pda::roster(&address, version)).await?.value;
    let principles = (0u32..).zip(&document.principles);
    let principles = principles.map(|(id, text)| Held { id, version: 1, text: text.clone() }).collect::<Vec<_>>();
    teller.say(format!("constitution {address}: {}", document.title));
    teller.say(format!("text of {} bytes published, parts: {n_parts}", document.text.len()));
    teller.say(format!("{} principles, each by the hash of its words, which are in that text", principles.len()));
    let council: Vec<String> =
        people.council.iter().map(|member| format!("{} {}", member.name, member.weight)).collect();
    teller.say(format!("council of {}: {}", people.council.len(), council.join(", ")));
    teller.say(format!("vault {} with {}", pda::vault(&address), quantumagi_sdk::words::sol(VAULT_LAMPORTS)));
    teller.say("sealed: from here on only votes change anything");
    Ok(Community { address, electorate, document, principles, store })
}

/// Publishes a canonical text in parts side by side, keeps it in the store, and says how many parts it took.
///
/// # Errors
/// When a part is refused.
pub(super) async fn publish(chain: &Chain, publisher: &Keypair, store: &TextStore, text: &str) -> Result<usize> {
    store.keep(text).context("the text cannot be kept")?;
    let parts = text_publish(&publisher.pubkey(), text);
    let n_parts = parts.len();
    chain
        .send_alike(parts.into_iter().map(|part| Order::new(vec![part], publisher)).collect())
        .await
        .context("the text cannot be published")?;
    Ok(n_parts)
}

/// Publishes a short text in whatever transaction it fits, and returns its hash.
///
/// # Errors
/// When it is refused.
pub(super) async fn publish_short(
    chain: &Chain,
    publisher: &Keypair,
    store: &TextStore,
    text: &str,
) -> Result<(Hash, Vec<Receipt>)> {
    let hash = store.keep(text).context("the text cannot be kept")?;
    let mut receipts = Vec::new();
    for transaction in packed(&publisher.pubkey(), text_publish(&publisher.pubkey(), text))? {
        receipts.push(chain.send(Order::new(transaction, publisher)).await?);
    }
    Ok((hash, receipts))
}
