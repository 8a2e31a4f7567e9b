//! Configurations, right and wrong.

use std::time::Duration;

use super::{BreakerPolicy, ConfigError, MethodClass, PoolConfig, RetryPolicy};
use crate::pool::endpoint::Role;

fn variable(name: &str) -> Option<String> {
    let value = match name {
        "RENTED_URL" => "https://rented.example.org/secret-path",
        "RENTED_KEY" => "secret-header",
        "BROKEN_KEY" => "secret\nheader",
        "REDIS_URL" => "rediss://user:secret@redis.example.org:6379/1",
        _ => return None,
    };
    Some(value.to_owned())
}

fn parse(toml: &str) -> Result<PoolConfig, ConfigError> {
    PoolConfig::parse(toml, variable)
}

/// Every line of what is said about a wrong file, none of which may repeat a secret.
#[track_caller]
fn check(toml: &str, lines: &[&str]) {
    let error = parse(toml).expect_err("the file is wrong");
    let told = error.to_string();
    assert_eq!(told.lines().collect::<Vec<_>>(), lines);
    assert!(!format!("{told}{error:?}").contains("secret"), "{error:?}");
}

const GOOD: &str = r#"
cluster = "devnet"

[[endpoint]]
name = "own"
url = "http://10.0.0.2:8899"
tags = ["own", "archive"]

[[endpoint]]
name = "rented"
url_from_env = "RENTED_URL"
roles = ["read", "websocket"]
websocket_url = "wss://rented.example.org/secret-path"
headers_from_env = { x-api-key = "RENTED_KEY" }
"#;

#[test]
fn a_whole_file_is_read() {
    let config = parse(GOOD).expect("the file is right");
    assert_eq!(config.cluster, Some("devnet".parse().expect("a cluster")));
    let [own, rented] = config.endpoints.as_slice() else { panic!("{config:?}") };
    assert_eq!(own.name().as_str(), "own");
    assert_eq!(own.roles(), [Role::Read, Role::Send], "what an endpoint has when nothing is said");
    assert_eq!(own.tags().iter().map(ToString::to_string).collect::<Vec<_>>(), ["own", "archive"]);
    assert_eq!(rented.roles(), [Role::Read, Role::Websocket]);
    assert_eq!(rented.url().expect("an address").secret().path(), "/secret-path");
    assert_eq!(rented.headers[0].0.as_str(), "x-api-key");
    assert_eq!(rented.headers[0].1.to_str().expect("text"), "secret-header");
}

#[test]
fn nothing_read_from_a_file_shows_a_secret() {
    let config = parse(GOOD).expect("the file is right");
    let shown = format!("{config:?}{config:#?}");
    assert!(!shown.contains("secret"), "{shown}");
    assert!(shown.contains("rented.example.org"), "{shown}");
}

#[test]
fn one_endpoint_needs_no_cluster_and_several_do() {
    let one = "[[endpoint]]\nname = 'a'\nurl = 'http://a'\n";
    assert_eq!(parse(one).expect("the file is right").cluster, None);
    check(
        &format!("{one}{}", one.replace("'a'", "'b'")),
        &["cluster: with more than one endpoint the cluster must be named: \
           a cluster is mainnet-beta, testnet, devnet or the hash of its first block (`getGenesisHash`)"],
    );
}

#[test]
fn all_problems_are_told_at_once_with_their_lines() {
    check(
        r#"clutser = "devnet"
cluster = "main"
[[endpoint]]
name = "Own"
urls = "http://secret"
roles = ["reed", "send"]
[[endpoint]]
name = "b"
url = "ftp://secret"
url_from_env = "RENTED_URL"
tags = ["UP", 3]
[[endpoint]]
name = "b"
url_from_env = "ABSENT"
roles = []
headers_from_env = { "x y" = "RENTED_KEY", a = "ABSENT", b = "BROKEN_KEY" }
"#,
        &[
            "line 1: clutser: there is no such key; did you mean `cluster`?",
            "line 2: cluster: a cluster is mainnet-beta, testnet, devnet or the hash of its first block (`getGenesisHash`)",
            "line 3: endpoint.1.roles: the role send needs `url`",
            "line 4: endpoint.1.name: a name or tag is 1 to 40 of a-z, 0-9 and -",
            "line 5: endpoint.1.urls: there is no such key; did you mean `url`?",
            "line 6: endpoint.1.roles: \"reed\" is none of read, send, websocket; did you mean `read`?",
            "line 10: endpoint.2.url_from_env: `url` and `url_from_env` exclude each other: remove one",
            "line 11: endpoint.2.tags: this must be a text in quotes",
            "line 11: endpoint.2.tags: a name or tag is 1 to 40 of a-z, 0-9 and -",
            "line 12: endpoint.3.url: nothing uses `url`: add a role or remove it",
            "line 12: endpoint.3.name: another endpoint is already called b",
            "line 14: endpoint.3.url_from_env: the environment variable ABSENT is not set",
            "line 15: endpoint.3.roles: this key is missing",
            "line 16: endpoint.3.headers_from_env.a: the environment variable ABSENT is not set",
            "line 16: endpoint.3.headers_from_env.b: HTTP allows no such header value",
            "line 16: endpoint.3.headers_from_env.x y: HTTP allows no such header name",
        ],
    );
}

#[test]
fn a_key_like_no_other_gets_no_proposal() {
    check("zzz = 1\n[[endpoint]]\nname = 'a'\nurl = 'http://a'\n", &["line 1: zzz: there is no such key"]);
}

#[test]
fn text_that_is_no_toml_is_told_without_repeating_it() {
    let error = parse("[[endpoint]]\nname = 'a'\nurl = \"https://secret\n").expect_err("the text has no end");
    assert_eq!(error.problems()[0].line, Some(3));
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn a_pool_without_endpoints_is_refused() {
    check("", &["endpoint: no endpoint has the role read", "endpoint: no endpoint has the role send"]);
}

#[test]
fn a_role_and_its_address_belong_together() {
    check(
        "[[endpoint]]\nname = 'a'\nurl = 'http://a'\nroles = ['read', 'send', 'websocket']\n",
        &["line 1: endpoint.1.roles: the role websocket needs `websocket_url`"],
    );
    check(
        "[[endpoint]]\nname = 'a'\nurl = 'http://a'\nwebsocket_url = 'ws://a'\n",
        &["line 1: endpoint.1.websocket_url: nothing uses `websocket_url`: add a role or remove it"],
    );
}

#[test]
fn the_environment_adds_endpoints_and_changes_addresses() {
    let environment = |name: &str| match name {
        PoolConfig::ENDPOINTS_VARIABLE => Some("own=http://10.9.9.9:1 more=https://more.example.org/k".to_owned()),
        PoolConfig::CLUSTER_VARIABLE => Some("testnet".to_owned()),
        other => variable(other),
    };
    let config = PoolConfig::parse(GOOD, environment).expect("the file is right");
    assert_eq!(config.cluster, Some("testnet".parse().expect("a cluster")));
    let hosts: Vec<String> = config
        .endpoints
        .iter()
        .map(|endpoint| format!("{}={}", endpoint.name(), endpoint.url().expect("an address")))
        .collect();
    assert_eq!(hosts, ["own=10.9.9.9:1", "rented=rented.example.org", "more=more.example.org"]);
    assert_eq!(config.endpoints[0].tags().len(), 2, "all but the address is as in the file");
}

#[test]
fn a_wrong_environment_is_told_without_repeating_it() {
    let environment = |name: &str| match name {
        PoolConfig::ENDPOINTS_VARIABLE => Some("secret A=ftp://secret b=http://a b=http://a".to_owned()),
        PoolConfig::CLUSTER_VARIABLE => Some("nowhere".to_owned()),
        _ => None,
    };
    let error = PoolConfig::parse("", environment).expect_err("the environment is wrong");
    let told = error.to_string();
    assert_eq!(
        told.lines().collect::<Vec<_>>(),
        [
            "QUANTUMAGI_RPC_ENDPOINTS: write endpoints as name=url, with spaces between them",
            "QUANTUMAGI_RPC_ENDPOINTS: a name or tag is 1 to 40 of a-z, 0-9 and -",
            "QUANTUMAGI_RPC_ENDPOINTS: the address must begin with http:// or https://",
            "QUANTUMAGI_RPC_ENDPOINTS: another endpoint is already called b",
            "QUANTUMAGI_RPC_CLUSTER: a cluster is mainnet-beta, testnet, devnet or the hash of its first block (`getGenesisHash`)",
        ]
    );
}

const ONE: &str = "[[endpoint]]\nname = 'a'\nurl = 'http://a'\n";

#[test]
fn without_a_word_about_them_policies_have_their_defaults() {
    let config = parse(ONE).expect("the file is right");
    assert_eq!(config.breakers[MethodClass::Send], BreakerPolicy::default());
    assert_eq!(config.retry, RetryPolicy::default());
    assert_eq!(config.timeouts[MethodClass::Scan], Duration::from_secs(30));
    assert_eq!(PoolConfig::of_one(config.endpoints[0].clone()), config);
}

#[test]
fn a_class_of_methods_can_have_a_breaker_of_its_own() {
    let config = parse(&format!(
        "{ONE}[timeout]\nscan = '2m'\n[breaker]\nfailures = 7\nopen_for = '20s'\n[breaker.scan]\nfailures = 2\n"
    ))
    .expect("the file is right");
    let of = |class| config.breakers[class];
    let general = BreakerPolicy { failures: 7, open_for: Duration::from_secs(20), permits: 3 };
    assert_eq!(of(MethodClass::Read), general);
    assert_eq!(of(MethodClass::Scan), BreakerPolicy { failures: 2, ..general });
    assert_eq!(config.timeouts[MethodClass::Scan], Duration::from_secs(120));
}

#[test]
fn a_number_outside_its_range_is_told_with_the_range() {
    check(
        &format!(
            "{ONE}[timeout]\nread = '1h'\n[breaker]\nfailures = 0\n[breaker.send]\npermits = 16\nopen_fro = '1s'\n\
             [retry]\nattempts = 'three'\nbase = 50\n"
        ),
        &[
            "line 5: timeout.read: 1h is outside 1ms to 5m",
            "line 7: breaker.failures: 0 is outside 1 to 255",
            "line 9: breaker.send.permits: 16 is outside 1 to 15",
            "line 10: breaker.send.open_fro: there is no such key; did you mean `open_for`?",
            "line 12: retry.attempts: this must be a whole number",
            "line 13: retry.base: this must be a time like \"250ms\", \"10s\" or \"5m\"",
        ],
    );
}

#[test]
fn a_chain_of_tags_leaves_nobody_out() {
    let two = "cluster = 'devnet'\n[[endpoint]]\nname = 'a'\nurl = 'http://a'\ntags = ['own']\n\
               [[endpoint]]\nname = 'b'\nurl = 'http://b'\ntags = ['paid', 'fast']\n";
    let config = parse(&format!("{two}[fallback]\nread = ['own', 'paid']\n")).expect("the file is right");
    assert_eq!(config.fallback.read, config.endpoints.iter().map(|one| one.tags()[0].clone()).collect::<Vec<_>>());
    assert_eq!(config.fallback.send, []);
    check(
        &format!("{two}[fallback]\nread = ['own']\nsend = ['fast', 'staked', 'own', 'B']\nwebsockets = []\n"),
        &[
            "line 11: fallback.read: the endpoint b has the role read and none of these tags: it would never be used",
            "line 12: fallback.send: no endpoint with the role send has the tag staked",
            "line 12: fallback.send: a name or tag is 1 to 40 of a-z, 0-9 and -",
            "line 13: fallback.websockets: there is no such key; did you mean `websocket`?",
        ],
    );
}

#[test]
fn a_pool_has_at_most_sixty_four_endpoints() {
    let many: String = (0..65).map(|n| format!("[[endpoint]]\nname = 'n{n}'\nurl = 'http://a'\n")).collect();
    check(&format!("cluster = 'devnet'\n{many}"), &["endpoint: 65 is outside 1 to 64"]);
}

#[test]
fn health_is_shared_where_a_redis_and_a_cluster_are_named() {
    let config = parse(GOOD).expect("the file is right");
    assert_eq!(config.sharing, None);
    let text = format!("{GOOD}[health_sharing]\nredis_url_from_env = 'REDIS_URL'\ncheck_every = '5s'\n");
    let sharing = parse(&text).expect("the file is right").sharing.expect("it is told");
    assert_eq!((sharing.look_every, sharing.check_every), (Duration::from_secs(1), Duration::from_secs(5)));
    let shown = format!("{sharing:?}");
    assert!(shown.contains("redis://redis.example.org:6379") && !shown.contains("secret"), "{shown}");
    let one = "[[endpoint]]\nname = 'a'\nurl = 'http://a'\n[health_sharing]\n";
    check(
        &format!("{one}redis_ulr = 'x'\nlook_every = '1ms'\n"),
        &[
            "line 4: health_sharing.redis_url: this key is missing",
            "line 4: health_sharing.redis_url: health is shared within a cluster: name `cluster`",
            "line 5: health_sharing.redis_ulr: there is no such key; did you mean `redis_url`?",
            "line 6: health_sharing.look_every: 1ms is outside 100ms to 1m",
        ],
    );
    check(
        &format!("cluster = 'devnet'\n{one}redis_url = 'http://secret'\n"),
        &["line 6: health_sharing.redis_url: not an address of Redis; write it as redis://user:password@host:6379/0"],
    );
}
