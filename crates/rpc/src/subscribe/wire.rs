//! What goes over a websocket: JSON-RPC 2.0 requests, answers and notifications.

use serde::Deserialize;
use serde_json::{Value, json};

/// What comes in.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// The number of a subscription that was asked for.
    Subscribed { id: u64, remote: u64 },
    /// The node refuses what was asked for.
    Refused { id: u64, code: i64, message: String },
    /// Something happened.
    Notified { remote: u64, result: Value },
    /// An answer to what nobody waits for.
    Other,
}

#[derive(Deserialize)]
struct Wire {
    id: Option<u64>,
    result: Option<Value>,
    error: Option<WireError>,
    params: Option<WireParams>,
}

#[derive(Deserialize)]
struct WireError {
    code: i64,
    message: String,
}

#[derive(Deserialize)]
struct WireParams {
    subscription: u64,
    result: Value,
}

/// A request as text.
pub(super) fn request(id: u64, method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

/// `None` for what is no JSON-RPC.
pub(super) fn read(text: &str) -> Option<Incoming> {
    let wire: Wire = serde_json::from_str(text).ok()?;
    Some(match wire {
        Wire { params: Some(WireParams { subscription: remote, result }), .. } => Incoming::Notified { remote, result },
        Wire { id: Some(id), error: Some(WireError { code, message }), .. } => Incoming::Refused { id, code, message },
        Wire { id: Some(id), result: Some(result), .. } => {
            result.as_u64().map_or(Incoming::Other, |remote| Incoming::Subscribed { id, remote })
        }
        Wire { .. } => Incoming::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_node_says_is_told_apart() {
        for (text, expected) in [
            (r#"{"jsonrpc":"2.0","result":7,"id":2}"#, Some(Incoming::Subscribed { id: 2, remote: 7 })),
            (r#"{"jsonrpc":"2.0","result":true,"id":2}"#, Some(Incoming::Other)),
            (
                r#"{"jsonrpc":"2.0","error":{"code":-32091,"message":"no"},"id":6}"#,
                Some(Incoming::Refused { id: 6, code: -32091, message: "no".to_owned() }),
            ),
            (
                r#"{"jsonrpc":"2.0","method":"slotNotification","params":{"result":{"slot":37},"subscription":0}}"#,
                Some(Incoming::Notified { remote: 0, result: json!({ "slot": 37 }) }),
            ),
            ("busy", None),
            (r#"{"params":{"subscription":"#, None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
