//! `[cache]`: how accounts are read, and where they are kept.

use std::time::Duration;

use super::problem::ConfigFault;
use super::section::Section;
use super::written::{Written, written};
use crate::cache::{CacheConfig, Class, DatabaseUrl, RedisUrl};
use crate::reader::{ReadPolicy, ReaderConfig};

const ONE_MS: Duration = Duration::from_millis(1);
const ONE_MINUTE: Duration = Duration::from_secs(60);
const ONE_DAY: Duration = Duration::from_secs(86_400);
const ONE_TIB: u64 = 1 << 40;

/// Bytes of a secret, each of which is two digits.
const SECRET_LEN: usize = 32;

pub(super) fn read(root: &mut Section<'_, '_>, variable: &impl Fn(&str) -> Option<String>) -> Option<ReaderConfig> {
    let mut table = root.table("cache");
    let policy = policy(&mut table);
    let cache = levels(&mut table, variable);
    let is_there = table.is_there();
    table.finish();
    is_there.then_some(ReaderConfig { policy, cache })
}

fn policy(table: &mut Section<'_, '_>) -> ReadPolicy {
    let default = ReadPolicy::default();
    let remembered = table.integer("remembered", default.remembered as u64, 1..=100_000_000);
    let policy = ReadPolicy {
        window: table.span("window", default.window, Duration::ZERO..=ONE_MINUTE),
        capacity: table.integer("memory_bytes", default.capacity, 0..=ONE_TIB),
        remembered: usize::try_from(remembered).expect("its range ends below 2^32"),
        ..default
    };
    let mut times = table.table("ttl");
    let policy = Class::ALL.into_iter().fold(policy, |policy, class| {
        policy.with_class(class, times.span(class.as_str(), default.of_class(class), Duration::ZERO..=ONE_DAY))
    });
    times.finish();
    policy
}

fn levels(table: &mut Section<'_, '_>, variable: &impl Fn(&str) -> Option<String>) -> CacheConfig {
    let default = CacheConfig::default();
    let max_data = table.integer("max_data_bytes", default.max_data as u64, 0..=10 << 20);
    CacheConfig {
        redis: written(table, "redis_url", "redis_url_from_env", variable, str::parse::<RedisUrl>).value(),
        database: database(table, variable),
        secret: secret(table, variable),
        patience: table.span("patience", default.patience, ONE_MS..=ONE_MINUTE),
        first_pause: table.span("first_pause", default.first_pause, ONE_MS..=ONE_MINUTE * 60),
        longest_pause: table.span("longest_pause", default.longest_pause, ONE_MS..=ONE_MINUTE * 60),
        max_data: usize::try_from(max_data).expect("its range ends below 2^32"),
        max_file: table.integer("sqlite_max_bytes", default.max_file, 1 << 20..=ONE_TIB),
    }
}

/// SQLite or Postgres: one level, of which there is one.
fn database(table: &mut Section<'_, '_>, variable: &impl Fn(&str) -> Option<String>) -> Option<DatabaseUrl> {
    let file = table.text("sqlite");
    let line = file.as_ref().map(|file| file.line);
    let file = file.map(|file| DatabaseUrl::sqlite_file(file.value));
    let server = written(table, "postgres_url", "postgres_url_from_env", variable, DatabaseUrl::postgres);
    match (file, server) {
        (Some(_), Written::Value(_) | Written::Noted) => {
            table.note(line, "sqlite", ConfigFault::Both { one: "sqlite", other: "postgres_url" });
            None
        }
        (Some(file), Written::Absent) => file.map_err(|fault| table.note(line, "sqlite", fault)).ok(),
        (None, server) => server.value(),
    }
}

/// In the environment alone: a file that is read by many holds none.
fn secret(table: &mut Section<'_, '_>, variable: &impl Fn(&str) -> Option<String>) -> Option<[u8; SECRET_LEN]> {
    let named = table.text("secret_from_env")?;
    let secret = match variable(named.value) {
        Some(text) => read_secret(text.trim()).ok_or(ConfigFault::BadSecret),
        None => Err(ConfigFault::VariableNotSet { variable: named.value.to_owned() }),
    };
    secret.map_err(|fault| table.note(Some(named.line), "secret_from_env", fault)).ok()
}

fn read_secret(text: &str) -> Option<[u8; SECRET_LEN]> {
    let mut secret = [0; SECRET_LEN];
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if pairs.len() != SECRET_LEN || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in secret.iter_mut().zip(pairs) {
        *byte = u8::try_from(high * 16 + low).expect("two digits are a byte");
    }
    Some(secret)
}

#[cfg(test)]
mod tests;
