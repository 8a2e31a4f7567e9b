//! A JSON-RPC endpoint that answers as a test tells it to, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What to answer.
pub(crate) enum Reply {
    /// A JSON-RPC result.
    Result(Value),
    /// A JSON-RPC error.
    Error { code: i64, message: &'static str },
    /// A refusal after the trial run before sending, as nodes tell it.
    Refused { error: &'static str },
    /// An HTTP status and a text that need not be JSON.
    Http { status: u16, body: &'static str },
}

pub(crate) struct Endpoint {
    pub(crate) host: String,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Endpoint {
    /// `answer` is given the method, its parameters and how often that method was asked before.
    pub(crate) async fn start(answer: impl Fn(&str, &Value, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("an address").to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                tokio::spawn(async move { serve(stream, &seen, answer.as_ref()).await });
            }
        });
        Self { host, asked }
    }

    /// Address with a key in its path, as providers hand them out.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/secret-key", self.host)
    }

    /// The parameters of every call of `method` so far.
    pub(crate) fn calls(&self, method: &str) -> Vec<Value> {
        let asked = self.asked.lock().expect("no test panics while it holds the lock");
        asked.iter().filter(|(name, _)| name == method).map(|(_, params)| params.clone()).collect()
    }
}

async fn serve(
    stream: TcpStream,
    asked: &Mutex<Vec<(String, Value)>>,
    answer: &(impl Fn(&str, &Value, usize) -> Reply + ?Sized),
) {
    let mut stream = BufReader::new(stream);
    while let Some(body) = read_request(&mut stream).await {
        let method = body["method"].as_str().unwrap_or_default().to_owned();
        let before = {
            let mut asked = asked.lock().expect("no test panics while it holds the lock");
            let before = asked.iter().filter(|(name, _)| *name == method).count();
            asked.push((method.clone(), body["params"].clone()));
            before
        };
        let (status, text) = match answer(&method, &body["params"], before) {
            Reply::Result(result) => (200, json!({ "jsonrpc": "2.0", "id": body["id"], "result": result }).to_string()),
            Reply::Error { code, message } => {
                let error = json!({ "code": code, "message": message });
                (200, json!({ "jsonrpc": "2.0", "id": body["id"], "error": error }).to_string())
            }
            Reply::Refused { error } => {
                let data = json!({ "err": error, "logs": [] });
                let error = json!({ "code": -32002, "message": "Transaction simulation failed", "data": data });
                (200, json!({ "jsonrpc": "2.0", "id": body["id"], "error": error }).to_string())
            }
            Reply::Http { status, body } => (status, body.to_owned()),
        };
        let head = format!(
            "HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            text.len()
        );
        if stream.write_all(format!("{head}{text}").as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Value> {
    let mut len = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            len = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; len];
    stream.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}
