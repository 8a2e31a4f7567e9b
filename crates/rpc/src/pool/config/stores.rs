//! The tables that name stores beside the endpoints.

use std::time::Duration;

use super::problem::ConfigFault;
use super::section::Section;
use super::written::{Written, written};
use crate::cache::RedisUrl;
use crate::pool::endpoint::Cluster;
use crate::pool::sharing::SharingConfig;

const ONE_MS: Duration = Duration::from_millis(1);
const ONE_MINUTE: Duration = Duration::from_secs(60);

/// `[health_sharing]`.
pub(super) fn sharing(
    root: &mut Section<'_, '_>,
    variable: &impl Fn(&str) -> Option<String>,
    cluster: Option<Cluster>,
) -> Option<SharingConfig> {
    let mut table = root.table("health_sharing");
    let redis = written(&mut table, "redis_url", "redis_url_from_env", variable, str::parse::<RedisUrl>);
    let look_every = table.span("look_every", SharingConfig::LOOK_EVERY, ONE_MS * 100..=ONE_MINUTE);
    let check_every = table.span("check_every", SharingConfig::CHECK_EVERY, ONE_MS * 100..=ONE_MINUTE * 60);
    if table.is_there() {
        if matches!(redis, Written::Absent) {
            table.note(None, "redis_url", ConfigFault::Missing);
        }
        if cluster.is_none() {
            table.note(None, "redis_url", ConfigFault::SharedWithoutCluster);
        }
    }
    table.finish();
    redis.value().map(|redis| SharingConfig { redis, look_every, check_every })
}
