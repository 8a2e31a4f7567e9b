//! Connections: a bounded number of them, none for long, and nobody who is slow keeps others out.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use metrics::counter;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, Id, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::quota::Client;
use super::tls::Seal;
use crate::catalogue::list as name;

/// Connections at one time.
const MOST_CONNECTIONS: usize = 64;
/// Longest time for the handshake of TLS, and for the head of a request, or the pause before it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest life of a connection; whoever asks on opens another.
const LIFE: Duration = Duration::from_secs(60);
/// How long an answer under way may take after that.
const LAST_ANSWER: Duration = Duration::from_secs(5);
/// Longest head of a request, bytes; the least that hyper takes.
const MOST_HEAD: usize = 8_192;
/// Most headers of a request.
const MOST_HEADERS: usize = 64;
/// Pause after a connection could not be taken, as where no file can be opened.
const PAUSE: Duration = Duration::from_secs(1);

/// Everybody who is connected, the longest first.
#[derive(Debug, Default)]
struct Crowd(Vec<(Client, AbortHandle)>);

impl Crowd {
    /// Makes room for one more: where there is none, whoever is connected for longest has to go, of the client that has
    /// the most connections.
    fn make_room(&mut self) {
        if self.0.len() < MOST_CONNECTIONS {
            return;
        }
        let clients: Vec<Client> = self.0.iter().map(|(client, _)| *client).collect();
        let (_, task) = self.0.remove(victim(&clients));
        task.abort();
        counter!(name::CONNECTIONS_REFUSED, "reason" => "crowded").increment(1);
    }

    fn enter(&mut self, client: Client, task: AbortHandle) {
        self.0.push((client, task));
    }

    fn leave(&mut self, gone: Id) {
        self.0.retain(|(_, task)| task.id() != gone);
    }
}

/// The first of those who are there most often.
fn victim<T: PartialEq>(clients: &[T]) -> usize {
    let count = |client: &T| clients.iter().filter(|other| *other == client).count();
    let most = clients.iter().map(count).max().unwrap_or(0);
    clients.iter().position(|client| count(client) == most).unwrap_or(0)
}

/// Serves these pages, until it is dropped, with all its connections.
pub(super) async fn serve(router: Router, listener: TcpListener, seal: Option<Arc<Seal>>) {
    let (mut tasks, mut crowd) = (JoinSet::new(), Crowd::default());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    crowd.make_room();
                    let work = converse(stream, peer.ip(), router.clone(), seal.clone());
                    crowd.enter(Client::of(peer.ip()), tasks.spawn(work));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    sleep(PAUSE).await;
                }
            },
            Some(ended) = tasks.join_next_with_id() => {
                crowd.leave(ended.map_or_else(|error| error.id(), |(id, ())| id));
            }
        }
    }
}

async fn converse(stream: TcpStream, peer: IpAddr, router: Router, seal: Option<Arc<Seal>>) {
    let Some(seal) = seal else { return answer(stream, peer, router).await };
    match timeout(PATIENCE, TlsAcceptor::from(seal.current()).accept(stream)).await {
        Ok(Ok(stream)) => answer(stream, peer, router).await,
        Ok(Err(error)) => refused(peer, &error.to_string()),
        Err(_) => refused(peer, "it took too long"),
    }
}

fn refused(peer: IpAddr, why: &str) {
    counter!(name::CONNECTIONS_REFUSED, "reason" => "handshake").increment(1);
    tracing::debug!(%peer, why, "no TLS with a client");
}

async fn answer<S: AsyncRead + AsyncWrite + Unpin + 'static>(stream: S, peer: IpAddr, router: Router) {
    let pages = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Client::of(peer));
        pages.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(MOST_HEAD).max_headers(MOST_HEADERS);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    // How it ended is the client's business: it hung up, was too slow, or spoke something else.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = sleep(LIFE) => connection.as_mut().graceful_shutdown(),
    }
    let _ = timeout(LAST_ANSWER, connection).await;
}

#[cfg(test)]
mod tests;
