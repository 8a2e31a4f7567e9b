//! The configuration in force, as TOML without secrets.

use std::fmt::Write as _;
use std::time::Duration;

use quantumagi_interface::Address;
use quantumagi_rpc::pool::{MethodClass, PoolConfig, shown_span};

use super::duties::ON_FALSE_ROOT;
use super::{Config, LogFormat, LogLevel, Tls, alerting, otlp};

/// See [`Config::shown`].
pub(super) fn shown(config: &Config) -> String {
    let Config { constitutions, peers, keypair, operator, state_dir, listen, listen_protected, tls, .. } = config;
    let Config { min_balance, log_format, log_level, terms, objectives, pool, alerting, otlp, .. } = config;
    let list = |addresses: &[Address]| {
        let texts: Vec<String> = addresses.iter().map(|address| format!("\"{address}\"")).collect();
        format!("[{}]", texts.join(", "))
    };
    let mut page = String::new();
    let mut line = |key: &str, value: String| {
        let _ = writeln!(page, "{key} = {value}");
    };
    line("constitutions", list(constitutions));
    line("keypair", text(&keypair.display()));
    line("state_dir", text(&state_dir.display()));
    line("listen", text(listen));
    line("listen_protected", text(&listen_protected.name()));
    line("min_balance", min_balance.to_string());
    line("max_fee", terms.max_cost.fee_lamports.to_string());
    line("max_fee_per_day", terms.max_cost_per_day.fee_lamports.to_string());
    line("max_rent", terms.max_cost.rent_lamports.to_string());
    line("max_rent_per_day", terms.max_cost_per_day.rent_lamports.to_string());
    line("min_unit_price", terms.min_unit_price.to_string());
    line("max_unit_price", terms.max_unit_price.to_string());
    line("close_after", text(&format_args!("{}s", terms.habits.close_after)));
    line("late_after", text(&shown_span(terms.late_after)));
    line("look_every", text(&shown_span(terms.look_every)));
    line("peers", list(peers));
    line("ranks", terms.ranks.to_string());
    line("rank_delay", text(&shown_span(terms.rank_delay)));
    line("parallel", terms.parallel.to_string());
    line("wait", text(&shown_span(terms.wait)));
    line("grace", text(&shown_span(terms.grace)));
    let format = match log_format {
        LogFormat::Json => "json",
        LogFormat::Text => "text",
    };
    line("log_format", text(&format));
    let level = match log_level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
    };
    line("log_level", text(&level));
    if let Some(operator) = operator {
        line("operator_keypair", text(&operator.keypair.display()));
    }
    let on_false_root = operator.as_ref().map(|it| it.on_false_root).unwrap_or_default();
    let on_false_root = ON_FALSE_ROOT.iter().find(|(_, it)| *it == on_false_root).map_or("", |(word, _)| word);
    line("stake_electorates", list(operator.as_ref().map_or(&[], |it| &it.electorates)));
    line("on_false_root", text(&on_false_root));
    let every = terms.checkpoint_every_seconds.map(|seconds| shown_span(Duration::from_secs(seconds.into())));
    line("checkpoint_every", text(&every.unwrap_or_else(|| "off".to_owned())));
    pool_shown(pool, &mut page);
    page.push_str(&super::sla::shown(objectives));
    alerting::shown(alerting, &mut page);
    otlp.iter().for_each(|it| otlp::shown(it, &mut page));
    if let Some(Tls { certificate, key, client_ca }) = tls {
        let _ = writeln!(page, "\n[tls]\ncertificate = {}", text(&certificate.display()));
        let _ = writeln!(page, "key = {}", text(&key.display()));
        if let Some(client_ca) = client_ca {
            let _ = writeln!(page, "client_ca = {}", text(&client_ca.display()));
        }
    }
    page
}

fn text(value: &impl std::fmt::Display) -> String {
    toml::Value::String(value.to_string()).to_string()
}

fn pool_shown(pool: &PoolConfig, page: &mut String) {
    if let Some(cluster) = pool.cluster {
        let _ = writeln!(page, "cluster = \"{}\"", cluster.genesis());
    }
    for endpoint in &pool.endpoints {
        let _ = writeln!(page, "\n[[endpoint]]\nname = \"{}\"", endpoint.name());
        let mut url = |key: &str, url: Option<&quantumagi_rpc::pool::EndpointUrl>| {
            // The path and the words before the host may hold a key.
            if let Some(url) = url {
                let _ = writeln!(page, "{key} = \"(hidden)@{}/(hidden)\"", url.host());
            }
        };
        url("url", endpoint.url());
        url("websocket_url", endpoint.websocket_url());
        let roles: Vec<String> = endpoint.roles().iter().map(|role| format!("\"{role}\"")).collect();
        let tags: Vec<String> = endpoint.tags().iter().map(|tag| format!("\"{tag}\"")).collect();
        let _ = writeln!(page, "roles = [{}]\ntags = [{}]", roles.join(", "), tags.join(", "));
    }
    let span = |span| format!("\"{}\"", shown_span(span));
    let _ = writeln!(page, "\n[timeout]");
    for class in MethodClass::ALL {
        let _ = writeln!(page, "{class} = {}", span(pool.timeouts[class]));
    }
    let _ = writeln!(page, "\n[limits]\ncall = {}\nanswer_bytes = {}", span(pool.limits.call), pool.limits.answer_len);
    let probe = &pool.probe;
    let _ = writeln!(page, "\n[probe]\ninterval = {}\ntimeout = {}", span(probe.interval), span(probe.timeout));
    let _ = writeln!(page, "parallel = {}\nmax_lag = {}", probe.parallel, probe.max_lag);
    for class in MethodClass::ALL {
        let breaker = pool.breakers[class];
        let (failures, permits) = (breaker.failures, breaker.permits);
        let _ = writeln!(page, "\n[breaker.{class}]\nfailures = {failures}\nopen_for = {}", span(breaker.open_for));
        let _ = writeln!(page, "permits = {permits}");
    }
    let retry = &pool.retry;
    let _ = writeln!(page, "\n[retry]\nattempts = {}\nbase = {}", retry.attempts, span(retry.base));
    let _ = writeln!(page, "cap = {}\nbudget_percent = {}", span(retry.cap), retry.budget_percent);
    let _ = writeln!(page, "reserve = {}", retry.reserve);
    if let Some(sharing) = &pool.sharing {
        // `Debug` of the address is its host.
        let _ = writeln!(page, "\n[health_sharing]\nredis_url = \"{:?}\"", sharing.redis);
        let (look, check) = (span(sharing.look_every), span(sharing.check_every));
        let _ = writeln!(page, "look_every = {look}\ncheck_every = {check}");
    }
}
