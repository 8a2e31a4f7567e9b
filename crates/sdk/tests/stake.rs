//! Validators by stake, from an endpoint that answers as an Agave 4.0 node does.

#[path = "../../rpc/tests/it/support/endpoint.rs"]
#[allow(dead_code, reason = "the tests of the connection use the rest")]
mod endpoint;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_sdk::check::{CheckError, SnapshotRefusal};
use quantumagi_sdk::snapshot::VoterList;
use quantumagi_sdk::{Quantumagi, SdkError};
use serde_json::{Value, json};

use endpoint::{Endpoint, Reply};

/// Identity of the validator with two vote accounts.
const FIRST: &str = "dv2eQHeP4RFrJZ6UeiZWoc3XTtmtZCUKxxCApCDcRNV";
/// Identity of the one that does not vote now.
const SECOND: &str = "9QU2QSxhb24FUX3Tu2FpczXjpK3VYrvRudywSZaM29mF";

fn vote_account(node: &str, vote: &str, stake: u64) -> Value {
    json!({
        "activatedStake": stake,
        "commission": 95,
        "epochCredits": [[902, 1_383_125_544, 1_376_213_656], [903, 1_390_037_304, 1_383_125_544]],
        "epochVoteAccount": true,
        "lastVote": 391_573_587,
        "nodePubkey": node,
        "rootSlot": 391_573_556,
        "votePubkey": vote
    })
}

fn vote_accounts() -> Value {
    json!({
        "current": [
            vote_account(FIRST, "i7NyKBMJCA9bLM2nsGyAGCKHECuR2L5eh4GqFciuwNT", 38_263_229_364_446_900),
            vote_account(FIRST, "3ZT31jkAGhUaw8jsy4bTknwBMP8i4Eueh52By4zXcsVw", 1_000_000_007),
        ],
        "delinquent": [vote_account(SECOND, "CertusDeBmqN8ZawdkxK5kFGMwBXdudvWHYwtNgNhvLu", 49)]
    })
}

/// The clock's account: slot, start of the epoch, epoch, epoch of the next schedule, time.
fn clock(epoch: u64) -> Value {
    let words = [391_573_600, 1_790_000_000, epoch, epoch + 1, 1_790_000_500];
    let data: Vec<u8> = words.into_iter().flat_map(u64::to_le_bytes).collect();
    let account = json!({
        "data": [STANDARD.encode(data), "base64"],
        "executable": false,
        "lamports": 1_169_280,
        "owner": "Sysvar1111111111111111111111111111111111111",
        "rentEpoch": 0,
        "space": 40
    });
    json!({ "context": { "slot": 391_573_600 }, "value": account })
}

async fn stake(epochs: [u64; 2]) -> Result<VoterList, SdkError> {
    let endpoint = Endpoint::start(move |method, _, before| match method {
        "getAccountInfo" => Reply::Result(clock(epochs[before.min(1)])),
        "getVoteAccounts" => Reply::Result(vote_accounts()),
        _ => Reply::Error { code: -32_601, message: "not asked for here" },
    })
    .await;
    Quantumagi::new(Rpc::new(&endpoint.url(), Commitment::Finalized)).stake().await
}

#[tokio::test]
async fn an_identity_votes_with_all_its_vote_accounts_whether_it_votes_on_blocks_or_not() {
    let voters = stake([903, 903]).await.expect("one epoch");
    assert_eq!(voters.slot(), 391_573_600);
    let text = format!("quantumagi snapshot 1\nslot 391573600\n{FIRST} 38263230364446907\n{SECOND} 49\n");
    assert_eq!(voters.to_text(), text);
    assert_eq!(VoterList::parse(&text), Ok(voters));
}

#[tokio::test]
async fn stake_that_changed_while_it_was_read_is_refused() {
    let refused = stake([903, 904]).await;
    let refusal = SnapshotRefusal::EpochChanged;
    assert!(matches!(refused, Err(SdkError::Check(CheckError::Snapshot(found))) if found == refusal));
}
