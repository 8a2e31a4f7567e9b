//! Health and metrics for this machine: four pages that cost nothing but their text, however often they are asked for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::catalogue::list as name;
use crate::health::{Condition, Health};

/// Requests that are answered in a second, on average.
const PER_SECOND: f64 = 20.0;
/// Requests that are answered at once after a pause.
const BURST: f64 = 40.0;
/// Longest time that one request may take.
const LIMIT: Duration = Duration::from_secs(5);

/// What the pages are made of.
#[derive(Clone)]
pub(crate) struct Pages {
    /// How the daemon is.
    pub(crate) health: Arc<Health>,
    /// What was measured.
    pub(crate) metrics: PrometheusHandle,
    bucket: Arc<Mutex<Bucket>>,
}

/// A token for each request that may be answered.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    fn full(now: Instant) -> Self {
        Self { tokens: BURST, filled: now }
    }

    fn take(&mut self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (elapsed.mul_add(PER_SECOND, self.tokens)).min(BURST);
        self.filled = now;
        let is_there = self.tokens >= 1.0;
        if is_there {
            self.tokens -= 1.0;
        }
        is_there
    }
}

impl Pages {
    /// Pages about this daemon.
    pub(crate) fn new(health: Arc<Health>, metrics: PrometheusHandle) -> Self {
        Self { health, metrics, bucket: Arc::new(Mutex::new(Bucket::full(Instant::now()))) }
    }

    /// Serves until `stop` says true.
    pub(crate) async fn serve(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let until = async move {
            // The sender is gone only where the process ends.
            let _ = stop.wait_for(|is_stopped| *is_stopped).await;
        };
        if let Err(error) = axum::serve(listener, self.router()).with_graceful_shutdown(until).await {
            tracing::error!(%error, "health and metrics are not served any more");
        }
    }

    fn router(self) -> Router {
        Router::new()
            .route("/livez", get(live))
            .route("/readyz", get(ready))
            .route("/healthz", get(health))
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
        "/metrics" => "/metrics",
        _ => "other",
    };
    let is_allowed = pages.bucket.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now());
    let response = if is_allowed {
        let answered = tokio::time::timeout(LIMIT, next.run(request)).await;
        answered.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
    } else {
        let words = "more than 20 requests in a second: ask less often\n";
        (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "1")], words).into_response()
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
    match serde_json::to_string_pretty(&told) {
        Ok(body) => (status, [(header::CONTENT_TYPE, "application/json")], format!("{body}\n")).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn metrics(State(pages): State<Pages>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], pages.metrics.render()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let now = Instant::now();
        let mut bucket = Bucket::full(now);
        assert_eq!((0..100).filter(|_| bucket.take(now)).count(), 40);
        let later = now + Duration::from_millis(500);
        assert_eq!((0..100).filter(|_| bucket.take(later)).count(), 10);
        let much_later = later + Duration::from_secs(3_600);
        assert_eq!((0..100).filter(|_| bucket.take(much_later)).count(), 40);
    }
}
