//! `[cache]`, right and wrong.

use std::time::Duration;

use crate::cache::Class;
use crate::pool::{ConfigError, PoolConfig};
use crate::reader::ReaderConfig;

const ONE: &str = "[[endpoint]]\nname = 'a'\nurl = 'http://a'\n";

fn parse(cache: &str) -> Result<Option<ReaderConfig>, ConfigError> {
    let variable = |name: &str| match name {
        "REDIS" => Some("redis://:sesame@redis.example.org/1".to_owned()),
        "POSTGRES" => Some("postgres://ana:sesame@db.example.org/cache".to_owned()),
        "KEY" => Some(format!("{}0f\n", "A0".repeat(31))),
        "SHORT" => Some("5e5a3e".to_owned()),
        _ => None,
    };
    Ok(PoolConfig::parse(&format!("{ONE}{cache}"), variable)?.reader)
}

#[track_caller]
fn check(cache: &str, lines: &[&str]) {
    let error = parse(cache).expect_err("the file is wrong");
    assert_eq!(error.to_string().lines().collect::<Vec<_>>(), lines);
    assert!(!format!("{error}{error:?}").contains("sesame"), "{error:?}");
}

#[test]
fn without_the_table_each_read_is_a_call_and_an_empty_one_has_the_defaults() {
    assert_eq!(parse(""), Ok(None));
    assert_eq!(parse("[cache]\n"), Ok(Some(ReaderConfig::default())));
}

#[test]
fn every_key_is_read() {
    let text = "[cache]\nmemory_bytes = 1000\nremembered = 7\nwindow = '3ms'\nredis_url_from_env = 'REDIS'\n\
                sqlite = '/var/lib/a b?c/cache.db'\nsecret_from_env = 'KEY'\npatience = '50ms'\nfirst_pause = '1s'\n\
                longest_pause = '1m'\nmax_data_bytes = 9\nsqlite_max_bytes = 2097152\n\
                [cache.ttl]\nlive = '0ms'\nsettled = '2s'\nlasting = '1h'\n";
    let config = parse(text).expect("the file is right").expect("there is one");
    let (policy, cache) = (config.policy, &config.cache);
    assert_eq!((policy.capacity, policy.remembered, policy.window), (1_000, 7, Duration::from_millis(3)));
    let times = Class::ALL.map(|class| policy.of_class(class));
    assert_eq!(times, [0, 2, 3_600].map(Duration::from_secs));
    assert_eq!(cache.secret.expect("a secret")[30..], [0xa0, 0x0f]);
    assert_eq!((cache.patience, cache.first_pause), (Duration::from_millis(50), Duration::from_secs(1)));
    assert_eq!((cache.longest_pause, cache.max_data, cache.max_file), (Duration::from_secs(60), 9, 2 << 20));
    let shown = format!("{config:?}");
    for part in ["redis://redis.example.org", "sqlite:/var/lib/a b?c/cache.db", "is_sealed: true"] {
        assert!(shown.contains(part), "{shown}");
    }
    assert!(!shown.contains("sesame") && !shown.contains("160, 160"), "{shown}");
    let other = parse("[cache]\npostgres_url_from_env = 'POSTGRES'\n").expect("the file is right");
    let shown = format!("{other:?}");
    assert!(shown.contains("postgres://db.example.org") && !shown.contains("sesame"), "{shown}");
}

#[test]
fn every_problem_is_told_at_once_with_the_key_that_was_meant() {
    check(
        "[cache]\nmemory = 5\nredis_url = 'http://sesame'\nsqlite = '/cache.db'\npostgres_url_from_env = 'POSTGRES'\n\
         secret_from_env = 'SHORT'\npatience = '0ms'\nmax_data_bytes = 99999999\nsqlite_max = 3\n\
         [cache.ttl]\nlife = '1s'\nsettled = 5\n",
        &[
            "line 5: cache.memory: there is no such key; did you mean `memory_bytes`?",
            "line 6: cache.redis_url: not an address of Redis; write it as redis://user:password@host:6379/0",
            "line 7: cache.sqlite: `sqlite` and `postgres_url` exclude each other: remove one",
            "line 9: cache.secret_from_env: a secret is 64 hexadecimal digits; `openssl rand -hex 32` makes one",
            "line 10: cache.patience: 0ms is outside 1ms to 1m",
            "line 11: cache.max_data_bytes: 99999999 is outside 0 to 10485760",
            "line 12: cache.sqlite_max: there is no such key; did you mean `sqlite_max_bytes`?",
            "line 14: cache.ttl.life: there is no such key; did you mean `live`?",
            "line 15: cache.ttl.settled: this must be a time like \"250ms\", \"10s\" or \"5m\"",
        ],
    );
    check(
        "[cache]\nsqlite = ''\nsecret_from_env = 'ABSENT'\n",
        &[
            "line 5: cache.sqlite: not an address of an SQLite file; write it as /var/lib/quantumagi/cache.db",
            "line 6: cache.secret_from_env: the environment variable ABSENT is not set",
        ],
    );
    check(
        "[cache]\npostgres_url = 'sqlite:sesame'\n",
        &["line 5: cache.postgres_url: not an address of a Postgres database; \
           write it as postgres://user:password@host:5432/name"],
    );
}

/// The table in the documentation of the configuration says what holds without it.
#[test]
fn the_documented_values_are_the_defaults() {
    let page = include_str!("../../config.rs");
    let (_, from) = page.split_once("/// [cache] ").expect("it is documented");
    let (table, _) = from.split_once("/// ```").expect("it ends");
    let is_kept =
        |line: &&str| !["redis_url", "sqlite =", "secret_from", "# "].iter().any(|word| line.starts_with(word));
    let lines = table.lines().skip(1).map(|line| line.trim_start_matches("///").trim_start());
    let text: String = lines.filter(is_kept).map(|line| format!("{line}\n")).collect();
    assert_eq!(text.lines().filter(|line| line.contains(" = ")).count(), 11, "{text}");
    assert_eq!(parse(&format!("[cache]\n{text}")), Ok(Some(ReaderConfig::default())));
}
