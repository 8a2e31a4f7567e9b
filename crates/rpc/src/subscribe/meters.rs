//! What subscriptions measure, under which names.

/// Connections that broke. Label `endpoint`.
pub(crate) const LOSSES: &str = "quantumagi_rpc_websocket_losses_total";
/// Notifications that a reader was too slow for.
pub(crate) const NOTIFICATIONS_DROPPED: &str = "quantumagi_rpc_notifications_dropped_total";
