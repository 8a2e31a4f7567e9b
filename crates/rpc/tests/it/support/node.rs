//! A websocket endpoint that says what a test tells it to, and when.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::Message;

/// Everything of a connection but its socket.
struct Line {
    out: mpsc::UnboundedSender<Message>,
    /// The numbers of its subscriptions, by method.
    numbers: HashMap<String, Vec<u64>>,
}

pub(crate) struct Node {
    pub(crate) host: String,
    line: Arc<Mutex<Option<Line>>>,
    asked: watch::Receiver<Vec<String>>,
}

impl Node {
    /// Subscribes to everything that is asked for, except for `refused`.
    pub(crate) async fn start(refused: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let host = listener.local_addr().expect("an address").to_string();
        let (line, (asking, asked)) = (Arc::new(Mutex::new(None)), watch::channel(Vec::new()));
        let shared = Arc::clone(&line);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared), asking.clone(), refused));
            }
        });
        Self { host, line, asked }
    }

    /// Waits until `method` was asked for so often in all.
    pub(crate) async fn asked(&self, method: &str, times: usize) {
        let is_met = |asked: &Vec<String>| times <= asked.iter().filter(|name| *name == method).count();
        self.asked.clone().wait_for(is_met).await.expect("the node lives");
    }

    pub(crate) fn times_asked(&self, method: &str) -> usize {
        self.asked.borrow().iter().filter(|name| *name == method).count()
    }

    /// Says these very words on the newest connection.
    pub(crate) fn say(&self, words: &str) {
        self.with(|line| line.out.send(Message::text(words)).expect("somebody is connected"));
    }

    /// A notification of every subscription of this method.
    pub(crate) fn tell(&self, method: &str, result: &Value) {
        self.with(|line| {
            for number in &line.numbers[method] {
                let told = json!({ "jsonrpc": "2.0", "params": { "subscription": number, "result": result } });
                line.out.send(Message::text(told.to_string())).expect("somebody is connected");
            }
        });
    }

    pub(crate) fn slot(&self, slot: u64) {
        self.tell("slotSubscribe", &json!({ "slot": slot, "parent": slot - 1, "root": 0 }));
    }

    /// An account with so many lamports.
    pub(crate) fn account(&self, slot: u64, lamports: u64) {
        self.tell("accountSubscribe", &json!({ "context": { "slot": slot }, "value": account(lamports) }));
    }

    /// Closes the newest connection without a word.
    pub(crate) fn hang_up(&self) {
        self.line.lock().expect("no test panics while it holds the lock").take();
    }

    fn with(&self, work: impl FnOnce(&Line)) {
        let line = self.line.lock().expect("no test panics while it holds the lock");
        work(line.as_ref().expect("somebody is connected"));
    }
}

/// An account as nodes tell it.
pub(crate) fn account(lamports: u64) -> Value {
    let owner = "11111111111111111111111111111111";
    json!({ "lamports": lamports, "owner": owner, "data": ["", "base64"], "executable": false, "rentEpoch": 0 })
}

async fn serve(
    stream: TcpStream,
    line: Arc<Mutex<Option<Line>>>,
    asking: watch::Sender<Vec<String>>,
    refused: Option<&'static str>,
) -> Option<()> {
    let mut socket = tokio_tungstenite::accept_async(stream).await.ok()?;
    let (out, mut said) = mpsc::unbounded_channel();
    *line.lock().expect("no test panics while it holds the lock") = Some(Line { out, numbers: HashMap::new() });
    loop {
        tokio::select! {
            said = said.recv() => socket.send(said?).await.ok()?,
            heard = socket.next() => {
                let request: Value = serde_json::from_str(heard?.ok()?.to_text().ok()?).ok()?;
                let method = request["method"].as_str()?.to_owned();
                // Numbers that no request bears.
                let number = 1_000 + request["id"].as_u64()?;
                let answer = if refused == Some(method.as_str()) {
                    json!({ "id": request["id"], "error": { "code": -32601, "message": "Method not found" } })
                } else {
                    json!({ "id": request["id"], "result": number })
                };
                socket.send(Message::text(answer.to_string())).await.ok()?;
                let mut line = line.lock().expect("no test panics while it holds the lock");
                line.as_mut()?.numbers.entry(method.clone()).or_default().push(number);
                drop(line);
                asking.send_modify(|asked| asked.push(method));
            }
        }
    }
}
