//! Traces to an OTLP receiver, as protobuf over HTTP: each look is one, with the duties that it carries out and every call
//! that they make. A receiver that is dead costs the crank nothing: spans wait in a bounded queue of a thread of their own,
//! and what it does not take is dropped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use quantumagi_rpc::SPANS;
use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use tokio::runtime::Handle;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::Layer;

use crate::config::Config;
use crate::config::otlp::Otlp;
use crate::logs::Traces;

/// Longest time for one batch of spans.
const LIMIT: Duration = Duration::from_secs(10);
/// Longest wait for the last batch when the crank ends.
const LAST: Duration = Duration::from_secs(2);
/// What the exporter takes for its receiver: the real address is a secret that it need not know.
const PLACE: &str = "http://otlp.invalid/v1/traces";

/// What makes and sends traces; nothing where none is asked for.
pub(crate) struct Tracing(Option<SdkTracerProvider>);

/// Begins to make traces.
///
/// # Errors
/// Where a client for HTTP or the exporter cannot be made.
pub(crate) fn start(config: &Config) -> anyhow::Result<(Option<Traces>, Tracing)> {
    let Some(otlp) = &config.otlp else { return Ok((None, Tracing(None))) };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Carrier::new(otlp)?)
        .with_endpoint(PLACE)
        .with_timeout(LIMIT)
        .build()
        .context("the exporter of traces cannot be made")?;
    let resource = Resource::builder_empty()
        .with_service_name("quantumagi-crank")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .with_attribute(KeyValue::new("service.instance.id", config.alerting.instance.clone()))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(otlp.sample_ratio()))))
        .with_resource(resource)
        .build();
    let spans = Targets::new().with_target(SPANS, LevelFilter::INFO).with_target("quantumagi", LevelFilter::INFO);
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("quantumagi-crank"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(spans);
    Ok((Some(Box::new(layer)), Tracing(Some(provider))))
}

/// Sends what is left, and waits for that no longer than a moment.
pub(crate) async fn end(Tracing(provider): Tracing) {
    let Some(provider) = provider else { return };
    // It waits for its thread. What is not sent by then is lost, which the receiver can tell by what is missing.
    let _ = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(LAST)).await;
}

/// Takes batches to the receiver with the HTTP client of everything else here.
#[derive(Debug)]
struct Carrier {
    client: reqwest::Client,
    url: HiddenPlace,
    headers: HeaderMap,
    runtime: Handle,
    is_failing: AtomicBool,
}

struct HiddenPlace(Url);

impl std::fmt::Debug for HiddenPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}

impl Carrier {
    fn new(otlp: &Otlp) -> anyhow::Result<Self> {
        let url = otlp.endpoint.secret().clone();
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .https_only(url.scheme() == "https")
            .timeout(LIMIT)
            .pool_max_idle_per_host(1)
            .user_agent(concat!("quantumagi-crank/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let headers = otlp.headers.iter().cloned().collect();
        Ok(Self {
            client,
            url: HiddenPlace(url),
            headers,
            runtime: Handle::current(),
            is_failing: AtomicBool::new(false),
        })
    }

    /// Told once for each time that it begins or ends.
    fn note(&self, problem: Option<&str>) {
        let was_failing = self.is_failing.swap(problem.is_some(), Ordering::Relaxed);
        match problem {
            Some(problem) if !was_failing => tracing::warn!(problem, "traces are not taken"),
            None if was_failing => tracing::info!("traces are taken again"),
            Some(_) | None => {}
        }
    }
}

#[async_trait]
impl HttpClient for Carrier {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let asked = self.client.post(self.url.0.clone()).headers(self.headers.clone());
        let asked = asked.header(CONTENT_TYPE, "application/x-protobuf").body(request.into_body());
        // The exporter's thread is none of the runtime's, and connections are.
        let answered = self.runtime.spawn(async move {
            let response =
                asked.send().await.map_err(|error| if error.is_timeout() { "timeout" } else { "unreachable" })?;
            Ok::<_, &'static str>(response.status())
        });
        let status = answered.await.unwrap_or(Err("the runtime has ended"));
        self.note(match status {
            Ok(status) if status.is_success() => None,
            Ok(_) => Some("refused"),
            Err(problem) => Some(problem),
        });
        // What the receiver says besides is not read: it may be endless.
        Ok(Response::builder().status(status?.as_u16()).body(Bytes::new())?)
    }
}
