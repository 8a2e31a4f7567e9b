//! A webhook's receiver over real sockets, that answers as a test tells it to and remembers what it was told.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver as Channel, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Far above what anything here takes; reached only where something hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// How to answer one request.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// With this status and these lines of the head besides.
    Status(u16, String),
    /// Not at all: the connection stays open.
    Hang,
    /// Not at all: the connection ends.
    Close,
    /// With half a head, and then the connection ends.
    Half,
    /// Well, and after this time.
    Slow(Duration),
}

impl Answer {
    pub(crate) fn status(status: u16) -> Self {
        Self::Status(status, String::new())
    }
}

/// What was told.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) at: Instant,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn id(&self) -> &str {
        &self.headers["idempotency-key"]
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// What happened to which alert, of our own form.
    pub(crate) fn event(&self) -> (String, String) {
        let json = self.json();
        let text = |key: &str| json[key].as_str().expect("a text").to_owned();
        (text("key"), text("event"))
    }
}

/// Gone with the process.
pub(crate) struct Receiver {
    pub(crate) address: String,
    requests: Channel<Request>,
    script: Arc<Mutex<Script>>,
}

/// Some answers, and one for everything after them.
struct Script {
    first: VecDeque<Answer>,
    then: Answer,
}

impl Receiver {
    /// Answers these, and from then on that all is well.
    pub(crate) fn start(first: impl IntoIterator<Item = Answer>) -> Self {
        Self::at("127.0.0.1:0", first)
    }

    /// At this address, which is free.
    pub(crate) fn at(address: &str, first: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind(address).expect("it is free");
        let address = listener.local_addr().expect("an address").to_string();
        let script = Script { first: first.into_iter().collect(), then: Answer::status(200) };
        let script = Arc::new(Mutex::new(script));
        let (sender, requests) = channel();
        let answers = Arc::clone(&script);
        std::thread::spawn(move || {
            let mut hanging = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                let mut stream = BufReader::new(stream);
                let Some(request) = read(&mut stream) else { continue };
                let answer = {
                    let mut script = answers.lock().expect("no test panics within");
                    let first = script.first.pop_front();
                    first.unwrap_or_else(|| script.then.clone())
                };
                if sender.send(request).is_err() {
                    return;
                }
                hanging.extend(give(stream.into_inner(), answer));
            }
        });
        Self { address, requests, script }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://user:pass@{}/path0?key=k3y", self.address)
    }

    /// The next request.
    #[track_caller]
    pub(crate) fn next(&self) -> Request {
        self.requests.recv_timeout(LIMIT).expect("it is told")
    }

    /// What is there and was not taken yet.
    pub(crate) fn rest(&self) -> Vec<Request> {
        self.requests.try_iter().collect()
    }

    /// How to answer everything from now on.
    pub(crate) fn answer(&self, answer: Answer) {
        let mut script = self.script.lock().expect("no test panics within");
        script.first.clear();
        script.then = answer;
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(Request { at: Instant::now(), path, headers, body })
}

/// The connection, where it has to stay open.
fn give(mut stream: TcpStream, answer: Answer) -> Option<TcpStream> {
    let written = match answer {
        Answer::Hang => return Some(stream),
        Answer::Close => return None,
        Answer::Half => stream.write_all(b"HTTP/1.1 200 O"),
        Answer::Status(status, lines) => {
            write!(stream, "HTTP/1.1 {status} X\r\n{lines}content-length: 0\r\nconnection: close\r\n\r\n")
        }
        Answer::Slow(pause) => {
            // Nobody else is there to wait for: this is what is played.
            let (_sender, never) = channel::<()>();
            let _ = never.recv_timeout(pause);
            write!(stream, "HTTP/1.1 200 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        }
    };
    // Whoever asked may be gone: that is what some tests are about.
    let _ = written;
    None
}
