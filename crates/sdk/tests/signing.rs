//! Who signs, and what becomes of a transaction that somebody else must sign.

#[path = "journey/support.rs"]
#[allow(dead_code, reason = "the journeys use the rest")]
mod support;

use quantumagi_interface::pda;
use quantumagi_rpc::solana::{Keypair, Signature, Signer, SignerError};
use quantumagi_rpc::{ConfirmOptions, RpcError};
use quantumagi_sdk::signing::{Carried, Wallet};
use quantumagi_sdk::{Pricing, SdkError};

use support::{TRACK, World};

#[tokio::test]
async fn a_wallet_elsewhere_adds_its_signature_to_those_that_are_here() {
    let world = World::start().await;
    let (client, ana, key) = (&world.client, &world.ana, Keypair::new());
    let found = client.constitution_create(&ana.pubkey(), &key.pubkey(), [1; 32], [TRACK; 4]).expect("legal");
    let carried = client.carry_out(&[found], &[&Wallet(ana.pubkey()), &key], &Pricing::default(), |_| {}).await;
    let Ok(Carried::ToSign(unsigned)) = carried else { panic!("{carried:?}") };
    let mut transaction = unsigned.transaction;
    let message = transaction.message.serialize();
    assert_eq!(unsigned.signers, [ana.pubkey(), key.pubkey()]);
    assert_eq!(transaction.signatures, [Signature::default(), key.sign_message(&message)]);

    transaction.signatures[0] = ana.sign_message(&message);
    let (height, options) = (unsigned.last_valid_block_height, ConfirmOptions::default());
    client.rpc().send_and_confirm(&transaction, height, options, |_| {}).await.expect("it lands");
    let account = client.constitution(&pda::constitution(&key.pubkey())).await.expect("it is there").value;
    assert_eq!(account.founder, ana.pubkey());
}

#[tokio::test]
async fn where_everybody_is_here_it_is_sent_and_where_nobody_is_named_it_is_not() {
    let world = World::start().await;
    let (client, ana, key) = (&world.client, &world.ana, Keypair::new());
    let found = client.constitution_create(&ana.pubkey(), &key.pubkey(), [1; 32], [TRACK; 4]).expect("legal");
    let instructions = [found];
    let nobody = client.carry_out(&instructions, &[], &Pricing::default(), |_| {}).await;
    let Err(SdkError::Rpc(RpcError::Signing { source: error, .. })) = nobody else { panic!("{nobody:?}") };
    assert!(matches!(error, SignerError::NotEnoughSigners), "{error:?}");
    let carried = client.carry_out(&instructions, &[ana, &key, ana], &Pricing::default(), |_| {}).await;
    let Ok(Carried::Sent(receipt)) = carried else { panic!("{carried:?}") };
    assert_eq!((receipt.events.len(), receipt.fee_lamports), (1, 10_000));
}
