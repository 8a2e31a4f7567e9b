//! An endpoint that repeats whatever it is asked, keys included, each time in another way.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Echo {
    pub(crate) host: String,
    asked: Arc<AtomicUsize>,
}

impl Echo {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("an address").to_string();
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&counter)));
            }
        });
        Self { host, asked }
    }

    /// How often it was asked for something that it repeated.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// One question for each connection. `None` where it does not come whole.
async fn serve(mut stream: TcpStream, asked: Arc<AtomicUsize>) -> Option<()> {
    let mut text = String::new();
    let (head, body) = loop {
        let mut part = [0; 4_096];
        let read = stream.read(&mut part).await.ok().filter(|read| *read > 0)?;
        text.push_str(std::str::from_utf8(part.get(..read)?).ok()?);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let len = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(String::from))?;
        if body.len() == len.trim().parse::<usize>().ok()? {
            break (head, body);
        }
    };
    let question: Value = serde_json::from_str(body).ok()?;
    let (id, path) = (&question["id"], head.split(' ').nth(1)?);
    let whole = |status: &str, headers: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
    };
    let answer = if question["method"] == "getGenesisHash" {
        whole("200 OK", "", &json!({ "id": id, "result": "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG" }).to_string())
    } else {
        let error = json!({ "code": -32005, "message": head, "data": { "request": [head], head: null } });
        match asked.fetch_add(1, Ordering::Relaxed) % 7 {
            0 => whole("200 OK", "", &json!({ "id": id, "error": error }).to_string()),
            1 => whole("403 Forbidden", "", head),
            2 => whole("302 Found", &format!("location: {path}\r\n"), head),
            3 => whole("200 OK", "", head),
            4 => whole("503 Unavailable", "", &json!({ "id": id, "error": error }).to_string()),
            5 => "HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n{".to_owned(),
            _ => whole("429 Slow Down", &format!("retry-after: {path}\r\n"), head),
        }
    };
    stream.write_all(answer.as_bytes()).await.ok()
}
