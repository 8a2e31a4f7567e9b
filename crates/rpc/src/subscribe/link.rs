//! One connection: opening it, and a message at a time in either direction.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::source::Source;
use super::wire::{self, Incoming};

/// Why a connection ended. None of them repeats an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LinkFault {
    #[error("no connection could be made")]
    Connect,
    #[error("nothing came or went within {} ms", limit.as_millis())]
    Timeout { limit: Duration },
    #[error("the connection broke")]
    Broken,
    #[error("the endpoint closed the connection")]
    Closed,
    #[error("what came is not JSON-RPC")]
    Unreadable,
    #[error("the endpoint is at slot {slot}, and slot {known} is known")]
    Behind { slot: u64, known: u64 },
    #[error("the endpoint refuses to tell slots: error {code}: {message}")]
    NoSlots { code: i64, message: String },
    #[error("the endpoint does not say which cluster it belongs to")]
    Unidentified,
    #[error("the endpoint belongs to another cluster")]
    Foreign,
}

/// A connection.
pub(super) struct Link {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    patience: Duration,
}

impl Link {
    /// Opens one. `patience` is for each message that goes out later.
    pub(super) async fn open(source: &Source, limit: Duration, patience: Duration) -> Result<Self, LinkFault> {
        let mut request = source.url.as_str().into_client_request().map_err(|_| LinkFault::Connect)?;
        request.headers_mut().extend(source.headers.iter().cloned());
        let max_len = Some(source.max_message_len);
        let config = WebSocketConfig::default().max_message_size(max_len).max_frame_size(max_len);
        let opening = connect_async_with_config(request, Some(config), true);
        let opened = timeout(limit, opening).await.map_err(|_| LinkFault::Timeout { limit })?;
        let (socket, _) = opened.map_err(|_| LinkFault::Connect)?;
        Ok(Self { socket, patience })
    }

    /// Sends a text. Not to be dropped half-way: the connection is not to be used any more then.
    pub(super) async fn send(&mut self, text: String) -> Result<(), LinkFault> {
        let limit = self.patience;
        let sent = timeout(limit, self.socket.send(Message::text(text))).await;
        sent.map_err(|_| LinkFault::Timeout { limit })?.map_err(|_| LinkFault::Broken)
    }

    /// The next message and its length in bytes. May be dropped and asked again: nothing is lost. The library answers pings.
    pub(super) async fn next(&mut self) -> Result<(Incoming, usize), LinkFault> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Ok((wire::read(&text).ok_or(LinkFault::Unreadable)?, text.len()));
                }
                Some(Ok(Message::Binary(_))) => return Err(LinkFault::Unreadable),
                Some(Ok(Message::Close(_))) | None => return Err(LinkFault::Closed),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Err(_)) => return Err(LinkFault::Broken),
            }
        }
    }
}
