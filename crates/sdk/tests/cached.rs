//! A client whose reads are kept for an hour, beside one that reads nothing anew and one that keeps nothing.

#[path = "journey/support.rs"]
#[allow(dead_code, reason = "the journeys use the rest")]
mod support;

use std::time::Duration;

use quantumagi_interface::pda;
use quantumagi_rpc::reader::{AccountReader, ReadPolicy};
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rules::principle::{Category, Class};
use quantumagi_sdk::SdkError;
use quantumagi_sdk::builders::NewPrinciple;

use support::{TRACK, World};

#[tokio::test]
async fn a_client_that_keeps_what_it_reads_reads_back_at_once_what_it_sends() {
    let world = World::start().await;
    let (client, ana, key) = (&world.client, &world.ana, Keypair::new());
    let constitution = pda::constitution(&key.pubkey());
    let create = client.constitution_create(&ana.pubkey(), &key.pubkey(), [1; 32], [TRACK; 4]).expect("legal");
    client.send(&[create], &[ana, &key]).await.expect("the founding lands");

    let policy = ReadPolicy::default().with_fresh_for(Duration::from_secs(3600));
    let [ours, other] = [0, 1].map(|_| client.with_reader(AccountReader::new(client.rpc().clone(), policy)));
    let before = other.constitution(&constitution).await.expect("it is there");
    assert_eq!(before.value.next_principle_id, 0);
    assert_eq!(ours.constitution(&constitution).await.expect("it is there").value.next_principle_id, 0);
    assert!(matches!(ours.principle(&constitution, 0).await, Err(SdkError::NotFound { what: "principle", .. })));

    let (class, category) = (Class::Ordinary, Category::Governance);
    let principle = NewPrinciple { text_hash: [1; 32], class, category, priority: 50 };
    let added = ours.principle_add(&constitution, &ana.pubkey(), &[principle]).await.expect("legal");
    ours.send_all(&added, &[ana], |_| {}).await.expect("the principle lands");

    // That there was no principle was kept as well, and is no more.
    assert_eq!(ours.principle(&constitution, 0).await.expect("it is there").value.text_hash, [1; 32]);
    assert_eq!(ours.principles(&constitution).await.expect("it is there").len(), 1);
    // The other one has heard of nothing: what it reads is what it kept.
    assert_eq!(other.constitution(&constitution).await.expect("it is kept"), before);
    assert_eq!(client.constitution(&constitution).await.expect("it is there").value.next_principle_id, 1);
    // It hears of what it follows.
    assert!(client.follow(&[constitution]).is_none(), "a client without a reader reads everything anew");
    let mut following = other.follow(&[constitution]).expect("it has a reader");
    following.changed().await;
    while other.constitution(&constitution).await.expect("it is there").value.next_principle_id != 1 {
        following.changed().await;
    }
}
