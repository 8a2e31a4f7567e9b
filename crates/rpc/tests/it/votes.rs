//! Validators and their stake, from an answer as an Agave 4.0 node gives it.

use quantumagi_rpc::{Commitment, EpochStake, Rpc, RpcError};
use serde_json::{Value, json};

use crate::support::{Endpoint, Reply};

/// A validator with two vote accounts, and one that does not vote now.
fn answer() -> Value {
    json!({
        "current": [
            {
                "activatedStake": 38_263_229_364_446_900u64,
                "commission": 95,
                "epochCredits": [[902, 1_383_125_544, 1_376_213_656], [903, 1_390_037_304, 1_383_125_544]],
                "epochVoteAccount": true,
                "lastVote": 391_573_587,
                "nodePubkey": "dv2eQHeP4RFrJZ6UeiZWoc3XTtmtZCUKxxCApCDcRNV",
                "rootSlot": 391_573_556,
                "votePubkey": "i7NyKBMJCA9bLM2nsGyAGCKHECuR2L5eh4GqFciuwNT"
            },
            {
                "activatedStake": 1_000_000_007u64,
                "commission": 0,
                "epochCredits": [],
                "epochVoteAccount": true,
                "lastVote": 391_573_587,
                "nodePubkey": "dv2eQHeP4RFrJZ6UeiZWoc3XTtmtZCUKxxCApCDcRNV",
                "rootSlot": 391_573_556,
                "votePubkey": "3ZT31jkAGhUaw8jsy4bTknwBMP8i4Eueh52By4zXcsVw"
            }
        ],
        "delinquent": [
            {
                "activatedStake": 49u64,
                "commission": 100,
                "epochCredits": [[902, 1, 0]],
                "epochVoteAccount": false,
                "lastVote": 0,
                "nodePubkey": "9QU2QSxhb24FUX3Tu2FpczXjpK3VYrvRudywSZaM29mF",
                "rootSlot": 0,
                "votePubkey": "CertusDeBmqN8ZawdkxK5kFGMwBXdudvWHYwtNgNhvLu"
            }
        ]
    })
}

#[tokio::test]
async fn vote_accounts_come_by_address_with_those_that_do_not_vote_now() {
    let endpoint = Endpoint::start(|_, _, _| Reply::Result(answer())).await;
    let rpc = Rpc::new(&endpoint.url(), Commitment::Finalized);
    let accounts = rpc.vote_accounts().await.expect("an answer");
    assert!(accounts.is_sorted_by_key(|account| account.vote), "{accounts:?}");
    let mut rows: Vec<(u64, bool, String)> = accounts
        .iter()
        .map(|account| (account.activated_stake, account.is_delinquent, account.node.to_string()[..4].to_owned()))
        .collect();
    rows.sort();
    let row = |stake, is_delinquent, node: &str| (stake, is_delinquent, node.to_owned());
    let expected =
        [row(49, true, "9QU2"), row(1_000_000_007, false, "dv2e"), row(38_263_229_364_446_900, false, "dv2e")];
    assert_eq!(rows, expected);
    assert_eq!(endpoint.calls("getVoteAccounts"), [json!([{ "commitment": "finalized" }])]);
}

#[tokio::test]
async fn an_address_that_is_none_is_a_malformed_answer() {
    let endpoint = Endpoint::start(|_, _, _| {
        let mut answer = answer();
        answer["delinquent"][0]["nodePubkey"] = json!("nobody");
        Reply::Result(answer)
    })
    .await;
    let rpc = Rpc::new(&endpoint.url(), Commitment::Finalized);
    let error = rpc.vote_accounts().await.expect_err("no address");
    assert!(matches!(error, RpcError::Malformed { what: "vote account", .. }), "{error:?}");
}

async fn epoch_stake(before: [u64; 3], after: [u64; 3]) -> (Endpoint, Result<Option<EpochStake>, RpcError>) {
    let info = |[epoch, slot, index]: [u64; 3]| {
        json!({
            "absoluteSlot": slot, "blockHeight": slot, "epoch": epoch, "slotIndex": index, "slotsInEpoch": 432_000,
            "transactionCount": 1
        })
    };
    let endpoint = Endpoint::start(move |method, _, asked| match (method, asked) {
        ("getEpochInfo", 0) => Reply::Result(info(before)),
        ("getEpochInfo", _) => Reply::Result(info(after)),
        _ => Reply::Result(answer()),
    })
    .await;
    let stake = Rpc::new(&endpoint.url(), Commitment::Confirmed).epoch_stake().await;
    (endpoint, stake)
}

#[tokio::test]
async fn the_stake_of_an_epoch_is_final_and_told_with_its_slots() {
    let (endpoint, stake) = epoch_stake([903, 390_096_007, 7], [903, 390_096_009, 9]).await;
    let stake = stake.expect("an answer").expect("one epoch");
    assert_eq!((stake.epoch, stake.first_slot, stake.slots), (903, 390_096_000, 432_000));
    assert_eq!(stake.accounts.len(), 3);
    for method in ["getEpochInfo", "getVoteAccounts"] {
        let asked = endpoint.calls(method);
        assert!(!asked.is_empty() && asked.iter().all(|it| it[0]["commitment"] == "finalized"), "{asked:?}");
    }
}

#[tokio::test]
async fn the_stake_of_two_epochs_is_no_ones() {
    let (_, stake) = epoch_stake([903, 390_527_999, 431_999], [904, 390_528_000, 0]).await;
    assert_eq!(stake.expect("an answer"), None);
    let (_, impossible) = epoch_stake([903, 6, 7], [903, 6, 7]).await;
    assert!(matches!(impossible, Err(RpcError::Malformed { .. })), "{impossible:?}");
}
