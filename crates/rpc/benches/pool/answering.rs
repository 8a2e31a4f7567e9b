//! Endpoints on sockets that are well and do next to nothing, so that what asks them is measured.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quantumagi_rpc::solana::Hash;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const SLOT: u64 = 77;

/// Addresses of so many endpoints, each of which answers after `latency`.
pub(crate) async fn listen(count: usize, latency: Duration) -> Vec<String> {
    let mut urls = Vec::with_capacity(count);
    for _ in 0..count {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        urls.push(format!("http://{}", listener.local_addr().expect("an address")));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, latency));
            }
        });
    }
    urls
}

/// Answers every question on a connection. `None` when its other end is gone.
async fn serve(mut stream: TcpStream, latency: Duration) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut buffer = vec![0; 65_536];
    let mut len = 0;
    loop {
        let read = stream.read(buffer.get_mut(len..)?).await.ok().filter(|read| *read > 0)?;
        len += read;
        let text = std::str::from_utf8(buffer.get(..len)?).ok()?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_ascii_lowercase();
        let announced = head.lines().find_map(|line| line.strip_prefix("content-length:"))?;
        if body.len() < announced.trim().parse().ok()? {
            continue;
        }
        let question: Value = serde_json::from_str(body).ok()?;
        len = 0;
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let answer = answer(&question);
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ";
        stream.write_all(format!("{head}{}\r\n\r\n{answer}", answer.len()).as_bytes()).await.ok()?;
    }
}

fn answer(question: &Value) -> String {
    let id = &question["id"];
    let result = match question["method"].as_str() {
        Some("getGenesisHash") => json!(Hash::default().to_string()),
        Some("getAccountInfo") => clock(),
        _ => return format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{SLOT}}}"),
    };
    json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string()
}

/// The Clock account, of which probes read the first word.
fn clock() -> Value {
    let mut data = [0; 40];
    data[..8].copy_from_slice(&SLOT.to_le_bytes());
    json!({
        "context": { "slot": SLOT },
        "value": {
            "data": [STANDARD.encode(data), "base64"],
            "lamports": 1,
            "owner": "Sysvar1111111111111111111111111111111111111",
            "executable": false,
            "rentEpoch": 0,
        },
    })
}
