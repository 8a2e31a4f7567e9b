//! Endpoints with which no TLS connection comes about, over real sockets.

mod broken;
mod server;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use quantumagi_rpc::pool::{Fault, Pool, Unfit};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::pool::{GENESIS, config, slot, told};
use crate::support::{Endpoint, Reply, clock};

/// Reached only where something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a server does with a client's first words.
#[derive(Clone, Copy, Debug)]
enum Greeting {
    /// Answers in the clear.
    PlainText,
    /// Refuses with the alert `handshake_failure`.
    Alert,
    /// Closes the connection.
    Close,
    /// Says nothing.
    Silence,
}

async fn server(greeting: Greeting) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("https://{}/secret-key", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut hello = [0; 4_096];
                let _ = stream.read(&mut hello).await;
                let answer: &[u8] = match greeting {
                    Greeting::PlainText => b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
                    Greeting::Alert => &[21, 3, 3, 0, 2, 2, 40],
                    Greeting::Close => &[],
                    Greeting::Silence => std::future::pending().await,
                };
                let _ = stream.write_all(answer).await;
            });
        }
    });
    url
}

/// `openssl s_server` with a certificate that it made itself. Gone, with its folder, when dropped.
struct Untrusted {
    server: Child,
    folder: PathBuf,
    url: String,
}

impl Untrusted {
    fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("quantumagi-tls-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the folder for such files takes one");
        let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"])
            .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout"])
            .args([key.as_os_str(), "-out".as_ref(), certificate.as_os_str()])
            .stderr(Stdio::null())
            .status()
            .expect("openssl runs; scripts/setup --test installs it");
        assert!(made.success());
        let mut server = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-www", "-key"])
            .args([key.as_os_str(), "-cert".as_ref(), certificate.as_os_str()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl runs");
        let lines = BufReader::new(server.stdout.take().expect("it is a pipe")).lines();
        let mut lines = lines.map(|line| line.expect("text"));
        let address = lines.find_map(|line| line.strip_prefix("ACCEPT ").map(ToOwned::to_owned));
        let url = format!("https://{}/secret-key", address.expect("it says where it listens"));
        Self { server, folder, url }
    }
}

impl Drop for Untrusted {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn no_tls_is_no_connection_and_nothing_was_asked() {
    for greeting in [Greeting::PlainText, Greeting::Alert, Greeting::Close] {
        assert_eq!(told(server(greeting).await).await, Fault::Connect, "{greeting:?}");
    }
    let limit = Duration::from_millis(300);
    assert_eq!(told(server(Greeting::Silence).await).await, Fault::Timeout { limit });
    assert_eq!(told(Untrusted::start().url.clone()).await, Fault::Connect, "a certificate that nobody vouches for");
}

#[tokio::test]
async fn an_endpoint_without_tls_is_routed_around_without_a_lost_call() {
    let untrusted = Untrusted::start();
    let broken = [
        ("plain text", server(Greeting::PlainText).await),
        ("alert", server(Greeting::Alert).await),
        ("closed", server(Greeting::Close).await),
        ("silent", server(Greeting::Silence).await),
        ("untrusted", untrusted.url.clone()),
    ];
    for (what, url) in broken {
        let well = Endpoint::start(|method, _, _| match method {
            "getGenesisHash" => Reply::Result(json!(GENESIS)),
            "getAccountInfo" => clock(7, 7),
            _ => Reply::Result(json!(7)),
        })
        .await;
        let pool = Pool::new(config(&[("a", url), ("b", well.url())]));
        let began = Instant::now();
        let _probes = pool.spawn_probes();
        while !matches!(pool.status()[0].unfit, Some(Unfit::Unwell(_))) {
            assert!(began.elapsed() < PATIENCE, "{what}: {:?}", pool.status());
            assert_eq!(slot(&pool).await, Ok(7), "{what}");
        }
        println!("{what}: out after {:?}", began.elapsed());
        assert_eq!(slot(&pool).await, Ok(7), "{what}");
    }
}
