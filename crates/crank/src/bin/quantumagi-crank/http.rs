//! Health, status and metrics: five pages that cost nothing but their text, however often they are asked for.

mod quota;
mod serve;
mod tls;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use self::quota::{Client, Exposure, Quota};
pub(crate) use self::tls::{Seal, certificates, key_bytes, load};
use crate::catalogue::list as name;
use crate::health::{Condition, Health};

/// Longest time that one request may take.
const LIMIT: Duration = Duration::from_secs(5);

/// What the pages are made of.
#[derive(Clone)]
pub(crate) struct Pages {
    /// How the daemon is.
    pub(crate) health: Arc<Health>,
    /// What was measured.
    pub(crate) metrics: PrometheusHandle,
    quota: Arc<Mutex<Quota>>,
}

impl Pages {
    /// Pages about this daemon, served there.
    pub(crate) fn new(health: Arc<Health>, metrics: PrometheusHandle, listen: SocketAddr) -> Self {
        let exposure = if listen.ip().is_loopback() { Exposure::Loopback } else { Exposure::Network };
        Self { health, metrics, quota: Arc::new(Mutex::new(Quota::new(exposure, Instant::now()))) }
    }

    /// Serves until it is dropped.
    pub(crate) async fn serve(self, listener: TcpListener, seal: Option<Arc<Seal>>) {
        serve::serve(self.router(), listener, seal).await;
    }

    fn takes(&self, client: Client) -> bool {
        self.quota.lock().unwrap_or_else(PoisonError::into_inner).take(client, Instant::now())
    }

    fn router(self) -> Router {
        Router::new()
            .route("/livez", get(live))
            .route("/readyz", get(ready))
            .route("/healthz", get(health))
            .route("/status", get(status))
            .route("/metrics", get(metrics))
            .layer(middleware::from_fn_with_state(self.clone(), limited))
            .with_state(self)
    }
}

async fn limited(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let path = match request.uri().path() {
        "/livez" => "/livez",
        "/readyz" => "/readyz",
        "/healthz" => "/healthz",
        "/status" => "/status",
        "/metrics" => "/metrics",
        _ => "other",
    };
    let client = request.extensions().get::<Client>().copied();
    let is_allowed = client.is_some_and(|client| pages.takes(client));
    let response = if !is_allowed {
        let (after, words) = quota::refusal();
        let after = [(header::RETRY_AFTER, after.as_secs().to_string())];
        (StatusCode::TOO_MANY_REQUESTS, after, words).into_response()
    } else if !request.body().is_end_stream() {
        // What comes with a question is not read.
        let close = [(header::CONNECTION, "close")];
        (StatusCode::PAYLOAD_TOO_LARGE, close, "ask without a body\n").into_response()
    } else {
        let answered = tokio::time::timeout(LIMIT, next.run(request)).await;
        answered.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
    };
    let status = response.status().as_u16().to_string();
    metrics::counter!(name::REQUESTS, "path" => path, "status" => status).increment(1);
    response
}

async fn live(State(pages): State<Pages>) -> Response {
    answer(pages.health.dead(Instant::now()).into_iter().collect())
}

async fn ready(State(pages): State<Pages>) -> Response {
    answer(pages.health.unready(Instant::now()))
}

fn answer(reasons: Vec<String>) -> Response {
    if reasons.is_empty() {
        return "ok\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", reasons.join("\n"))).into_response()
}

async fn health(State(pages): State<Pages>) -> Response {
    let told = pages.health.told(Instant::now());
    let status = if told.status == Condition::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    json(status, &told)
}

async fn status(State(pages): State<Pages>) -> Response {
    json(StatusCode::OK, &pages.health.status(Instant::now()))
}

fn json(status: StatusCode, value: &impl serde::Serialize) -> Response {
    match serde_json::to_string_pretty(value) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], format!("{body}\n")).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn metrics(State(pages): State<Pages>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], pages.metrics.render()).into_response()
}
