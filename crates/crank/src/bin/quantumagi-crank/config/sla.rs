//! The table `[sla]`: what is promised.

use std::ops::RangeInclusive;
use std::time::Duration;

use quantumagi_crank::sla::{Objectives, Share};
use quantumagi_rpc::pool::{ConfigFault, nearest};
use toml::de::DeTable;

use super::Problem;
use super::reader::Reader;

/// Name of the table.
pub(super) const TABLE: &str = "sla";

/// Its keys, in the order in which they are documented.
pub(crate) const SLA_KEYS: [&str; 5] = ["availability", "latency", "latency_limit", "errors", "planned_stop"];

const PREFIX: &str = "QUANTUMAGI_CRANK_";

/// Reads the table, each key of which a variable can override: `QUANTUMAGI_CRANK_SLA_` and its name in capitals.
pub(super) fn read(reader: &Reader<'_>) -> Objectives {
    let given = reader.table.iter().find(|(name, _)| name.get_ref().as_ref() == TABLE);
    let empty = DeTable::new();
    let table = match given {
        None => &empty,
        Some((name, value)) => value.get_ref().as_table().unwrap_or_else(|| {
            let line = reader.line(name.span().start);
            reader.note(Some(line), TABLE, "this must be a table: [sla]".to_owned());
            &empty
        }),
    };
    let variable = |name: &str| {
        let key = name.strip_prefix(PREFIX).unwrap_or(name);
        (reader.variable)(&format!("{PREFIX}SLA_{key}"))
    };
    let own = Reader { table, text: reader.text, variable: &variable, problems: std::cell::RefCell::default() };
    for (name, _) in table.iter().filter(|(name, _)| !SLA_KEYS.contains(&name.get_ref().as_ref())) {
        let (key, line) = (name.get_ref().as_ref(), own.line(name.span().start));
        own.note(Some(line), key, ConfigFault::UnknownKey { nearest: nearest(key, &SLA_KEYS) }.to_string());
    }
    let default = Objectives::default();
    let objectives = Objectives {
        availability: own.share("availability", default.availability, &promised()),
        latency: own.share("latency", default.latency, &promised()),
        latency_limit: own.span("latency_limit", default.latency_limit, SECOND..=SECOND * 86_400),
        errors: own.share("errors", default.errors, &suffered()),
        planned_stop: own.span("planned_stop", default.planned_stop, Duration::ZERO..=SECOND * 604_800),
    };
    for Problem { line, place, words } in own.problems.into_inner() {
        let place = match place.strip_prefix(PREFIX) {
            Some(key) => format!("{PREFIX}SLA_{key}"),
            None => format!("{TABLE}.{place}"),
        };
        reader.note(line, place, words);
    }
    objectives
}

const SECOND: Duration = Duration::from_secs(1);

/// Below a half there is nothing to promise; a budget of less than 26 s in 30 days is spent by looking once a minute.
fn promised() -> RangeInclusive<Share> {
    Share::of_millionths(500_000)..=Share::of_millionths(999_990)
}

fn suffered() -> RangeInclusive<Share> {
    promised().end().rest()..=promised().start().rest()
}

impl Reader<'_> {
    fn share(&self, key: &str, default: Share, range: &RangeInclusive<Share>) -> Share {
        let Some((given, text)) = self.text(key) else { return default };
        match Share::parse(text.trim()) {
            Some(share) if range.contains(&share) => return share,
            Some(share) => self.wrong(&given, format!("{share} is outside {} to {}", range.start(), range.end())),
            None => self.wrong(
                &given,
                "this must be a share like \"99.5%\", with at most four digits after the point".to_owned(),
            ),
        }
        default
    }
}

/// Its place in the file, for the reader of all other tables: whole lines but what follows the values.
pub(super) fn ranges(reader: &Reader<'_>) -> Vec<std::ops::Range<usize>> {
    let line_of = |offset: usize| reader.text.get(..offset).and_then(|text| text.rfind('\n')).map_or(0, |end| end + 1);
    let given = reader.table.iter().filter(|(name, _)| name.get_ref().as_ref() == TABLE);
    let of_table = given.flat_map(|(name, value)| {
        let own = line_of(name.span().start)..value.span().end.max(name.span().end);
        let keys = value.get_ref().as_table().into_iter().flatten();
        std::iter::once(own).chain(keys.map(|(key, value)| line_of(key.span().start)..value.span().end))
    });
    of_table.collect()
}

/// The table in force, as TOML.
pub(super) fn shown(objectives: &Objectives) -> String {
    let Objectives { availability, latency, latency_limit, errors, planned_stop } = objectives;
    let [limit, stop] = [latency_limit, planned_stop].map(|span| quantumagi_rpc::pool::shown_span(*span));
    format!(
        "\n[sla]\navailability = \"{availability}\"\nlatency = \"{latency}\"\nlatency_limit = \"{limit}\"\nerrors = \"{errors}\"\n\
         planned_stop = \"{stop}\"\n"
    )
}
