//! Reading the file and the variables, noting every problem instead of stopping at the first.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use quantumagi_crank::{Cost, Habits, Mode, Terms};
use quantumagi_interface::Address;
use quantumagi_rpc::pool::{ConfigFault, EndpointUrl, PoolConfig, nearest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reader::{Reader, Value};
use super::tables::TABLES;
use super::tls::{self, Protection};
use super::{Config, LogFormat, LogLevel, ONLY_ENDPOINT, Problem, alerting, otlp, sla};

/// Our keys, in the order in which they are documented.
pub(crate) const KEYS: [&str; 29] = [
    "constitutions",
    "keypair",
    "rpc_url",
    "rpc_url_from_env",
    "state_dir",
    "listen",
    "listen_protected",
    "min_balance",
    "max_fee",
    "max_fee_per_day",
    "max_rent",
    "max_rent_per_day",
    "min_unit_price",
    "max_unit_price",
    "close_after",
    "late_after",
    "look_every",
    "peers",
    "ranks",
    "rank_delay",
    "parallel",
    "wait",
    "grace",
    "log_format",
    "log_level",
    "operator_keypair",
    "stake_electorates",
    "on_false_root",
    "checkpoint_every",
];

/// Keys and tables of the endpoints, and tables of ours, for the hint about a misspelt one.
const POOL_KEYS: &[&str] = &[
    "cluster",
    "endpoint",
    "fallback",
    "timeout",
    "limits",
    "probe",
    "breaker",
    "retry",
    "health_sharing",
    sla::TABLE,
    tls::TABLE,
];

/// Between two rounds of probes where nothing is said. They cost a call for each endpoint, and the crank's own calls show
/// most of what they would.
const PROBE_INTERVAL: Duration = Duration::from_secs(60);

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);
const DAY_SECONDS: u64 = 86_400;
/// A hundred SOL.
const MOST_A_DAY: u64 = 100_000_000_000;

/// See [`Config::parse`].
pub(super) fn parse(
    text: &str,
    folder: &Path,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Config, Vec<Problem>> {
    let (table, mistakes) = DeTable::parse_recoverable(text);
    let reader = Reader { table: table.get_ref(), text, variable, problems: std::cell::RefCell::default() };
    for mistake in &mistakes {
        let line = mistake.span().map(|span| reader.line(span.start));
        reader.note(line, "", format!("not TOML: {}", mistake.message()));
    }
    if !mistakes.is_empty() {
        return Err(reader.problems.into_inner());
    }
    let default = Terms::default();
    let habits = Habits {
        close_after: small(reader.seconds("close_after", u64::from(default.habits.close_after), 0..=DAY_SECONDS * 365)),
    };
    let terms = Terms {
        habits,
        mode: Mode::Act,
        min_unit_price: reader.number("min_unit_price", default.min_unit_price, 0..=1_000_000_000),
        max_unit_price: reader.number("max_unit_price", default.max_unit_price, 0..=1_000_000_000),
        max_cost: Cost {
            fee_lamports: reader.number("max_fee", default.max_cost.fee_lamports, 5_000..=1_000_000_000),
            rent_lamports: reader.number("max_rent", default.max_cost.rent_lamports, 0..=10_000_000_000),
        },
        max_cost_per_day: Cost {
            fee_lamports: reader.number("max_fee_per_day", default.max_cost_per_day.fee_lamports, 5_000..=MOST_A_DAY),
            rent_lamports: reader.number("max_rent_per_day", default.max_cost_per_day.rent_lamports, 0..=MOST_A_DAY),
        },
        ranks: small(reader.number("ranks", default.ranks.into(), 1..=64)),
        rank_delay: reader.span("rank_delay", default.rank_delay, Duration::ZERO..=HOUR),
        parallel: usize::try_from(reader.number("parallel", default.parallel as u64, 1..=64)).unwrap_or(1),
        wait: reader.span("wait", default.wait, SECOND * 5..=SECOND * 600),
        look_every: reader.span("look_every", default.look_every, SECOND..=HOUR),
        late_after: reader.span("late_after", default.late_after, SECOND..=HOUR * 24),
        history_step: default.history_step,
        checkpoint_every_seconds: reader.checkpoint_every(),
        grace: reader.span("grace", default.grace, Duration::ZERO..=SECOND * 60),
    };
    if terms.max_unit_price < terms.min_unit_price {
        let words = format!("{} is below min_unit_price, {}", terms.max_unit_price, terms.min_unit_price);
        reader.note(None, "max_unit_price", words);
    }
    let (one, day) = (terms.max_cost, terms.max_cost_per_day);
    if day.fee_lamports < one.fee_lamports {
        let words = format!("{} is below max_fee, {}", day.fee_lamports, one.fee_lamports);
        reader.note(None, "max_fee_per_day", words);
    }
    if day.rent_lamports < one.rent_lamports {
        let words = format!("{} is below max_rent, {}", day.rent_lamports, one.rent_lamports);
        reader.note(None, "max_rent_per_day", words);
    }
    let (constitutions, keypair) = (reader.constitutions(), reader.path("keypair", folder));
    if keypair.is_none() && reader.given("keypair").is_none() {
        reader.note(None, "keypair", "this key is missing: the file of the wallet that pays".to_owned());
    }
    let state_dir = reader.path("state_dir", folder).or_else(|| default_state_dir(folder, variable));
    if state_dir.is_none() && reader.given("state_dir").is_none() {
        reader.note(None, "state_dir", "this key is missing, and there is no HOME to choose a folder by".to_owned());
    }
    let peers = reader.addresses("peers").unwrap_or_default();
    let operator = reader.operator(folder);
    let (tls, listen_protected) = (reader.tls(folder), reader.word("listen_protected", &Protection::WORDS));
    let listen = reader.listen(reader.has_tls(), listen_protected);
    let log_format = reader.word("log_format", &[("json", LogFormat::Json), ("text", LogFormat::Text)]);
    let levels =
        [("error", LogLevel::Error), ("warn", LogLevel::Warn), ("info", LogLevel::Info), ("debug", LogLevel::Debug)];
    let log_level = reader.word("log_level", &levels);
    let min_balance = reader.number("min_balance", 50_000_000, 0..=1_000_000_000_000);
    let objectives = sla::read(&reader);
    let pool = reader.pool();
    let alerting = alerting::read(&reader, &machine_name());
    let otlp = otlp::read(&reader);
    let mut problems = reader.problems.into_inner();
    problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
    match (keypair, state_dir, listen, pool) {
        (Some(keypair), Some(state_dir), Some(listen), Some(pool)) if problems.is_empty() => Ok(Config {
            constitutions,
            peers,
            keypair,
            operator,
            state_dir,
            listen,
            listen_protected,
            tls,
            min_balance,
            log_format,
            log_level,
            terms,
            objectives,
            pool,
            alerting,
            otlp,
        }),
        _ => Err(problems),
    }
}

/// systemd's folder. For a configuration of the system the same folder, so that commands beside the daemon find its journal;
/// for one of a person the folder that the base directory specification names.
fn default_state_dir(folder: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let told = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let own = |path: PathBuf| path.join("quantumagi-crank");
    let of_system = || folder.starts_with("/etc").then(|| own("/var/lib".into()));
    told("STATE_DIRECTORY")
        .or_else(of_system)
        .or_else(|| told("XDG_STATE_HOME").map(own))
        .or_else(|| told("HOME").map(|home| own(home.join(".local/state"))))
}

impl Reader<'_> {
    fn constitutions(&self) -> Vec<Address> {
        let addresses = self.addresses("constitutions");
        match (&addresses, self.given("constitutions")) {
            (None, None) => {
                let words = "this key is missing: a list of the constitutions to look after, by address";
                self.note(None, "constitutions", words.to_owned());
            }
            (Some(list), Some(given)) if list.is_empty() && !given.has_items() => {
                self.wrong(&given, "at least one constitution is needed".to_owned());
            }
            _ => {}
        }
        addresses.unwrap_or_default()
    }

    /// A list of addresses, without what is noted as wrong. `None` where there is no list.
    pub(super) fn addresses(&self, key: &str) -> Option<Vec<Address>> {
        let given = self.given(key)?;
        let texts = match &given.value {
            Value::Texts(texts) => texts.clone(),
            Value::Variable(text) => text.split_whitespace().map(str::to_owned).collect(),
            Value::Text(_) | Value::Number(_) | Value::Other => {
                self.wrong(&given, "this must be a list of texts".to_owned());
                return None;
            }
        };
        let mut addresses: Vec<Address> = Vec::new();
        for text in texts {
            match text.parse() {
                Ok(address) if addresses.contains(&address) => {
                    self.wrong(&given, format!("{address} is there twice: remove one"));
                }
                Ok(address) => addresses.push(address),
                Err(_) => self.wrong(&given, format!("{text:?} is no address: 32 bytes in base58")),
            }
        }
        Some(addresses)
    }

    /// The address of the only endpoint. `Some` where one is written, `Some(None)` where it is wrong, which is noted.
    fn only_url(&self) -> Option<Option<String>> {
        let (given, url) = match (self.text("rpc_url"), self.text("rpc_url_from_env")) {
            (None, None) => {
                let is_noted = self.given("rpc_url").is_some() || self.given("rpc_url_from_env").is_some();
                return is_noted.then_some(None);
            }
            (Some(_), Some((given, _))) => {
                let (one, other) = ("rpc_url", "rpc_url_from_env");
                self.wrong(&given, ConfigFault::Both { one, other }.to_string());
                return Some(None);
            }
            (Some((given, url)), None) => (given, url),
            (None, Some((given, name))) => match (self.variable)(&name) {
                Some(url) => (given, url),
                None => {
                    self.wrong(&given, ConfigFault::VariableNotSet { variable: name }.to_string());
                    return Some(None);
                }
            },
        };
        if self.has("endpoint") {
            self.wrong(&given, ConfigFault::Both { one: "rpc_url", other: "endpoint" }.to_string());
            return Some(None);
        }
        match EndpointUrl::http(&url) {
            Ok(_) if !url.trim().contains(char::is_whitespace) => Some(Some(url.trim().to_owned())),
            Ok(_) => {
                self.wrong(&given, "the address has a space in it".to_owned());
                Some(None)
            }
            Err(fault) => {
                self.wrong(&given, fault.to_string());
                Some(None)
            }
        }
    }

    fn has(&self, key: &str) -> bool {
        self.table.iter().any(|(name, _)| name.get_ref().as_ref() == key)
    }

    /// The endpoints, read by their own reader from the same file, in which our keys are blank.
    fn pool(&self) -> Option<PoolConfig> {
        let only = self.only_url();
        let others = (self.variable)(PoolConfig::ENDPOINTS_VARIABLE);
        if only.is_none() && !self.has("endpoint") && others.is_none() {
            self.note(None, "rpc_url", "this key is missing: the address of an endpoint".to_owned());
        }
        let entry = only.clone().flatten().map(|url| format!("{ONLY_ENDPOINT}={url}"));
        let entries: Vec<String> = entry.into_iter().chain(others).collect();
        let endpoints = (!entries.is_empty()).then(|| entries.join(" "));
        let variable = |name: &str| match name {
            PoolConfig::ENDPOINTS_VARIABLE => endpoints.clone(),
            other => (self.variable)(other),
        };
        match PoolConfig::parse(&self.without_our_keys(), variable) {
            Ok(mut pool) => {
                if pool.reader.take().is_some() {
                    self.note(None, "cache", "the crank reads everything anew: remove this table".to_owned());
                }
                let probe = self.table.iter().find(|(name, _)| name.get_ref().as_ref() == "probe");
                let is_told = probe
                    .and_then(|(_, value)| {
                        value.get_ref().as_table()?.iter().find(|(key, _)| key.get_ref() == "interval")
                    })
                    .is_some();
                if !is_told {
                    pool.probe.interval = PROBE_INTERVAL;
                }
                Some(pool)
            }
            Err(error) => {
                for problem in error.problems() {
                    self.take_from_pool(problem, only.is_some() || self.has("endpoint") || !entries.is_empty());
                }
                None
            }
        }
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "all others say it as it is")]
    fn take_from_pool(&self, problem: &quantumagi_rpc::pool::Problem, is_told: bool) {
        let words = match &problem.fault {
            // Told already, in terms of the key that is simplest to write.
            ConfigFault::NoEndpoint { .. } if !is_told => return,
            ConfigFault::NoEndpoint { .. } if !self.has("endpoint") => return,
            ConfigFault::UnknownKey { .. } if !problem.place.contains('.') => {
                let known = [&KEYS[..], POOL_KEYS, &TABLES].concat();
                ConfigFault::UnknownKey { nearest: nearest(&problem.place, &known) }.to_string()
            }
            fault => fault.to_string(),
        };
        self.note(problem.line, &problem.place, words);
    }

    /// The file with spaces in place of our keys and tables, so that all else keeps its line.
    fn without_our_keys(&self) -> String {
        let mut bytes = self.text.as_bytes().to_vec();
        for (key, value) in self.table.iter().filter(|(key, _)| KEYS.contains(&key.get_ref().as_ref())) {
            blank(&mut bytes, key.span().start..value.span().end);
        }
        let tls = self.table.iter().filter(|(key, _)| key.get_ref() == tls::TABLE);
        let tls = tls.flat_map(|(key, value)| tls::places(key, value, self.text));
        for range in sla::ranges(self).into_iter().chain(tls) {
            blank(&mut bytes, range);
        }
        for (key, value) in self.table.iter().filter(|(key, _)| TABLES.contains(&key.get_ref().as_ref())) {
            blank_lines(&mut bytes, key.span());
            blank_table(&mut bytes, value);
        }
        String::from_utf8(bytes).expect("whole characters were replaced by spaces")
    }
}

fn blank(bytes: &mut [u8], range: Range<usize>) {
    let written = bytes.get_mut(range).into_iter().flatten();
    written.filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
}

/// The whole lines: one line holds no two keys of the file, and of a dotted key only the parts have places.
fn blank_lines(bytes: &mut [u8], range: Range<usize>) {
    let is_end = |byte: &u8| *byte == b'\n';
    let start = bytes.iter().take(range.start).rposition(is_end).map_or(0, |at| at.saturating_add(1));
    let end = bytes.iter().skip(range.end).position(is_end).map_or(bytes.len(), |at| range.end.saturating_add(at));
    blank(bytes, start..end);
}

/// A table's own place is its header; what it holds lies below.
fn blank_table(bytes: &mut [u8], value: &Spanned<DeValue<'_>>) {
    blank_lines(bytes, value.span());
    match value.get_ref() {
        DeValue::Table(table) => table.iter().for_each(|(key, value)| {
            blank_lines(bytes, key.span());
            blank_table(bytes, value);
        }),
        DeValue::Array(items) => items.iter().for_each(|item| blank_table(bytes, item)),
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}

/// What this machine is called.
fn machine_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Bound: every range that is asked for ends below 2^32.
fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
