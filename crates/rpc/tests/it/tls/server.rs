//! An endpoint that speaks TLS, with certificates made for the test, and breaks it as it is told to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use quantumagi_rpc::pool::Http;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

use crate::pool::GENESIS;
use crate::support::{Reply, clock};

/// How an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Whole, and the connection goes on.
    Whole,
    /// Half of it, and then nothing: a cable that was cut.
    Cut,
    /// Half of it, and the connection is closed below TLS.
    Closed,
    /// Half of it, and the connection is reset.
    Reset,
    /// All of it, of no stated length, and the connection is closed below TLS: who knows that it was all?
    NoFarewell,
    /// Half of it, and the beginning of a record.
    HalfRecord,
    /// Half of it, and a record that nobody with the key made.
    ForgedRecord,
}

/// An authority and the certificates that it gave out, for one test. Gone when dropped.
pub(super) struct Authority(PathBuf);

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("quantumagi-tls-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder for such files takes one");
        let authority = Self(folder);
        authority.make("authority", &["-subj", "/CN=authority", "-addext", "keyUsage=keyCertSign"], None);
        authority
    }

    fn file(&self, name: &str, kind: &str) -> PathBuf {
        self.0.join(format!("{name}.{kind}.pem"))
    }

    fn make(&self, name: &str, words: &[&str], by: Option<&str>) {
        let mut openssl = Command::new("openssl");
        openssl
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"])
            .args(words)
            .arg("-keyout")
            .arg(self.file(name, "key"))
            .arg("-out")
            .arg(self.file(name, "certificate"));
        if let Some(by) = by {
            openssl.arg("-CA").arg(self.file(by, "certificate")).arg("-CAkey").arg(self.file(by, "key"));
        }
        let made = openssl.output().expect("openssl runs; scripts/setup --test installs it");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// A server with a certificate for this name or address.
    pub(super) fn server(&self, name: &str, subject: &str) -> TlsAcceptor {
        let subject = format!("subjectAltName={subject}");
        let words = ["-subj", "/CN=server", "-addext", &subject, "-addext", "basicConstraints=critical,CA:FALSE"];
        self.make(name, &words, Some("authority"));
        let read = |path: &Path| fs::read(path).expect("openssl wrote it");
        let certificate =
            CertificateDer::from_pem_slice(&read(&self.file(name, "certificate"))).expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(&read(&self.file(name, "key"))).expect("a key");
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key);
        TlsAcceptor::from(Arc::new(config.expect("they belong together")))
    }

    /// What trusts it.
    pub(super) fn http(&self) -> Http {
        let pem = fs::read(self.file("authority", "certificate")).expect("openssl wrote it");
        Http::with_authorities(&pem).expect("a certificate")
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// An endpoint of this cluster that speaks TLS.
pub(super) struct Server {
    pub(super) url: String,
    end: Arc<Mutex<End>>,
    acceptor: Arc<Mutex<TlsAcceptor>>,
    asked: Arc<Mutex<Vec<Value>>>,
}

impl Server {
    pub(super) async fn start(acceptor: TlsAcceptor) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("https://{}/secret-key", listener.local_addr().expect("an address"));
        let (end, asked) = (Arc::new(Mutex::new(End::Whole)), Arc::new(Mutex::new(Vec::new())));
        let acceptor = Arc::new(Mutex::new(acceptor));
        let shared = (Arc::clone(&acceptor), Arc::clone(&end), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, end, asked) = shared.clone();
                let acceptor = acceptor.lock().expect("no test panics while it holds the lock").clone();
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = serve(BufReader::new(stream), &end, &asked).await;
                    }
                });
            }
        });
        Self { url, end, acceptor, asked }
    }

    pub(super) fn set(&self, end: End) {
        *self.end.lock().expect("no test panics while it holds the lock") = end;
    }

    /// Shows another certificate to those who connect from now on.
    pub(super) fn show(&self, acceptor: TlsAcceptor) {
        *self.acceptor.lock().expect("no test panics while it holds the lock") = acceptor;
    }

    /// The parameters of every call of `method` so far.
    pub(super) fn calls(&self, method: &str) -> Vec<Value> {
        let asked = self.asked.lock().expect("no test panics while it holds the lock");
        asked.iter().filter(|body| body["method"] == method).map(|body| body["params"].clone()).collect()
    }
}

/// `None` once the connection is over.
async fn serve(mut stream: BufReader<TlsStream<TcpStream>>, end: &Mutex<End>, asked: &Mutex<Vec<Value>>) -> Option<()> {
    loop {
        let body = request(&mut stream).await?;
        asked.lock().expect("no test panics while it holds the lock").push(body.clone());
        let result = match body["method"].as_str()? {
            "getGenesisHash" => json!(GENESIS),
            "getAccountInfo" => {
                let Reply::Result(clock) = clock(7, 7) else { return None };
                clock
            }
            "sendTransaction" => body["params"][0].clone(),
            _ => json!(7),
        };
        let text = json!({ "jsonrpc": "2.0", "id": body["id"], "result": result }).to_string();
        let end = *end.lock().expect("no test panics while it holds the lock");
        let (length, said) = match end {
            End::NoFarewell => ("connection: close".to_owned(), text.len()),
            End::Whole => (format!("content-length: {}", text.len()), text.len()),
            End::Cut | End::Closed | End::Reset | End::HalfRecord | End::ForgedRecord => {
                (format!("content-length: {}", text.len()), text.len() / 2)
            }
        };
        stream.write_all(format!("HTTP/1.1 200 OK\r\n{length}\r\n\r\n{}", &text[..said]).as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
        let below = stream.get_mut().get_mut().0;
        match end {
            End::Whole => continue,
            End::Cut => return std::future::pending().await,
            End::Closed | End::NoFarewell => {}
            End::Reset => below.set_zero_linger().ok()?,
            // A record of 256 bytes, of which three come.
            End::HalfRecord => below.write_all(&[23, 3, 3, 1, 0, 1, 2, 3]).await.ok()?,
            End::ForgedRecord => below.write_all(&[[23, 3, 3, 0, 32].as_slice(), &[7; 32]].concat()).await.ok()?,
        }
        // Without `close_notify`: what is dropped says nothing more.
        return None;
    }
}

async fn request(stream: &mut BufReader<TlsStream<TcpStream>>) -> Option<Value> {
    let mut len = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
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
