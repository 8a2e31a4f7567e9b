//! A TCP proxy before an endpoint that breaks connections as a test tells it to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What happens to what goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// It passes.
    Open,
    /// Requests are taken and never passed on.
    Hung,
    /// Answers come so much later.
    Slow(Duration),
    /// The connection is reset as soon as a request comes.
    Reset,
    /// The answer ends after so many bytes.
    Cut(usize),
}

pub(crate) struct Proxy {
    addr: SocketAddr,
    upstream: String,
    way: Arc<Mutex<Way>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn before(upstream: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let way = Arc::new(Mutex::new(Way::Open));
        let accepting = accept(listener, upstream.to_owned(), Arc::clone(&way));
        Self { addr, upstream: upstream.to_owned(), way, accepting }
    }

    /// Host and port.
    pub(crate) fn host(&self) -> String {
        self.addr.to_string()
    }

    /// Address with a key in its path.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/secret-key", self.addr)
    }

    pub(crate) fn set(&self, way: Way) {
        *self.way.lock().expect("no test panics while it holds the lock") = way;
    }

    /// Whether everything passes.
    #[allow(dead_code, reason = "the crank's tests, which share this file, ask")]
    pub(crate) fn is_open(&self) -> bool {
        *self.way.lock().expect("no test panics while it holds the lock") == Way::Open
    }

    /// Closes the port and every connection.
    pub(crate) async fn stop(&mut self) {
        self.accepting.abort();
        // The port is closed once the task is gone.
        let _ = (&mut self.accepting).await;
    }

    /// Opens the same port again.
    pub(crate) async fn start(&mut self) {
        let listener = TcpListener::bind(self.addr).await.expect("the port is free again");
        self.accepting = accept(listener, self.upstream.clone(), Arc::clone(&self.way));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn accept(listener: TcpListener, upstream: String, way: Arc<Mutex<Way>>) -> JoinHandle<()> {
    tokio::spawn(async move {
        // Connections end with the task.
        let mut connections = JoinSet::new();
        while let Ok((client, _)) = listener.accept().await {
            let (upstream, way) = (upstream.clone(), Arc::clone(&way));
            connections.spawn(async move { serve(client, &upstream, &way).await });
        }
    })
}

/// `None` when either side is gone or the connection was broken on purpose.
async fn serve(mut client: TcpStream, upstream: &str, way: &Mutex<Way>) -> Option<()> {
    let mut server = TcpStream::connect(upstream).await.ok()?;
    let (mut request, mut answer) = ([0; 16_384], [0; 16_384]);
    let mut sent = 0;
    loop {
        tokio::select! {
            read = client.read(&mut request) => {
                let len = read.ok().filter(|len| *len > 0)?;
                sent = 0;
                let now = *way.lock().expect("no test panics while it holds the lock");
                match now {
                    Way::Hung => std::future::pending().await,
                    Way::Reset => {
                        client.set_zero_linger().ok()?;
                        return None;
                    }
                    Way::Open | Way::Slow(_) | Way::Cut(_) => server.write_all(request.get(..len)?).await.ok()?,
                }
            }
            read = server.read(&mut answer) => {
                let len = read.ok().filter(|len| *len > 0)?;
                let now = *way.lock().expect("no test panics while it holds the lock");
                let passed = match now {
                    Way::Cut(limit) => len.min(limit.saturating_sub(sent)),
                    Way::Slow(latency) => {
                        tokio::time::sleep(latency).await;
                        len
                    }
                    Way::Open | Way::Hung | Way::Reset => len,
                };
                client.write_all(answer.get(..passed)?).await.ok()?;
                sent += passed;
                if passed < len {
                    return None;
                }
            }
        }
    }
}
