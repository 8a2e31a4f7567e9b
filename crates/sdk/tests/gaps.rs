//! What a history says when an endpoint does not tell all, from an endpoint that answers as the test wants.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quantumagi_interface::events::{Event, ProposalCancelled};
use quantumagi_interface::{Address, PROGRAM_ID};
use quantumagi_rpc::solana::Signature;
use quantumagi_rpc::{Commitment, HistoryRange, Rpc};
use quantumagi_sdk::history::{Gap, GapCause, History, LogFault};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

const PROPOSAL: Address = Address::new_from_array([2; 32]);

fn signature(byte: u8) -> Signature {
    Signature::from([byte; 64])
}

fn event(sequence: u64) -> Event {
    Event::ProposalCancelled(ProposalCancelled { proposal: PROPOSAL, sequence, at: 7 })
}

/// Logs in which our program logs this event, called by another one that forges a later one.
fn logs(sequence: u64) -> Vec<String> {
    let data = |event: Event| format!("Program data: {}", STANDARD.encode(event.to_bytes()));
    let other = Address::new_from_array([9; 32]);
    vec![
        format!("Program {other} invoke [1]"),
        data(event(sequence + 100)),
        format!("Program {PROGRAM_ID} invoke [2]"),
        data(event(sequence)),
        format!("Program {PROGRAM_ID} success"),
        data(event(sequence + 200)),
        format!("Program {other} success"),
    ]
}

fn transaction(slot: u64, logs: &Value) -> Value {
    json!({
        "slot": slot, "blockTime": null,
        "meta": { "err": null, "fee": 5000, "preBalances": [], "postBalances": [], "logMessages": logs },
        "transaction": { "message": { "accountKeys": [], "instructions": [] } },
    })
}

/// Newest first, as endpoints list them: 1 failed, 2 is whole, 3 is not there, 4 is cut, 5 has no logs.
fn answer(method: &str, params: &Value) -> Value {
    match method {
        "getSignaturesForAddress" if params[1]["before"].is_null() => {
            let listed = |byte: u8| {
                let error =
                    if byte == 1 { json!({ "InstructionError": [0, { "Custom": 6000 }] }) } else { Value::Null };
                json!({ "signature": signature(byte).to_string(), "slot": byte, "err": error, "blockTime": null })
            };
            (1..=5).rev().map(listed).collect()
        }
        "getSignaturesForAddress" => json!([]),
        "getTransaction" => {
            let asked = params[0].as_str().expect("a signature");
            let number = (1..=5).find(|byte| signature(*byte).to_string() == asked).expect("one that was listed");
            match number {
                2 => transaction(2, &json!(logs(0))),
                3 => Value::Null,
                4 => {
                    let mut cut = logs(1);
                    cut.truncate(4);
                    cut.push("Log truncated".to_owned());
                    transaction(4, &json!(cut))
                }
                5 => transaction(5, &Value::Null),
                _ => panic!("a transaction that failed is not asked for"),
            }
        }
        other => panic!("{other} is not asked for"),
    }
}

async fn serve(stream: TcpStream) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut line, mut len) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                len = value.trim().parse().expect("a length");
            }
        }
        let mut body = vec![0; len];
        stream.read_exact(&mut body).await?;
        let request: Value = serde_json::from_slice(&body)?;
        let result = answer(request["method"].as_str().expect("a method"), &request["params"]);
        let body = json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }).to_string();
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all((head + &body).as_bytes()).await?;
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_gap_and_what_failed_or_was_forged_is_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    let rpc = Rpc::new(&url, Commitment::Confirmed);
    let history = History::fetch(&rpc, &PROPOSAL, HistoryRange::default()).await.expect("the endpoint answers");
    let events: Vec<_> =
        history.events.iter().map(|logged| (logged.raw.slot, logged.raw.index, logged.event.clone())).collect();
    assert_eq!(events, [(2, 0, Ok(event(0))), (4, 0, Ok(event(1)))]);
    let gap = |byte: u8, cause| Gap { signature: signature(byte), slot: u64::from(byte), cause };
    let expected = [
        gap(3, GapCause::TransactionMissing),
        gap(4, LogFault::Truncated { line: 4 }.into()),
        gap(5, LogFault::Missing.into()),
    ];
    assert_eq!(history.gaps, expected);
    assert_eq!((history.succeeded, history.failed), (4, 1));
    let words = format!(
        "the events of transaction {} in slot 4 are not all known: its logs were truncated at line 4",
        signature(4)
    );
    assert_eq!(history.gaps[1].to_string(), words);
}
