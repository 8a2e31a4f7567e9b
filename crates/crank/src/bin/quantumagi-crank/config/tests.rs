//! What is read, what is refused, and that nothing secret is shown.

use std::path::Path;
use std::time::Duration;

use quantumagi_rpc::pool::{MethodClass, PoolConfig};

use super::{Config, KEYS, LogFormat, LogLevel, OperatorConfig, Protection, SLA_KEYS, Tls};
use quantumagi_crank::OnFalseRoot;
use quantumagi_crank::sla::{Objectives, Share};

const ADDRESS: &str = "SysvarC1ock11111111111111111111111111111111";
const MINIMAL: &str = "constitutions = [\"SysvarC1ock11111111111111111111111111111111\"]\nkeypair = \"wallet.json\"\n\
                       rpc_url = \"https://user:pass@rpc.example.org/path0?key=k3y\"\n";

/// An environment with these variables, and a home.
fn with<'a>(variables: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    move |name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned()).or_else(|| (name == "HOME").then(|| "/srv/crank".to_owned()))
    }
}

#[track_caller]
fn read(text: &str, variables: &[(&str, &str)]) -> Config {
    Config::parse(text, Path::new("/etc/quantumagi"), with(variables)).expect("it is in order")
}

#[track_caller]
fn refused(text: &str, variables: &[(&str, &str)], problems: &[&str]) {
    let found = Config::parse(text, Path::new("/etc/quantumagi"), with(variables)).expect_err("it is wrong");
    let found: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, problems);
}

#[test]
fn three_lines_are_enough() {
    let config = read(MINIMAL, &[]);
    assert_eq!(config.constitutions, [ADDRESS.parse().expect("an address")]);
    assert_eq!(config.keypair, Path::new("/etc/quantumagi/wallet.json"));
    assert_eq!(config.state_dir, Path::new("/var/lib/quantumagi-crank"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:9464");
    assert_eq!(config.terms, quantumagi_crank::Terms::default());
    let hosts: Vec<String> =
        config.pool.endpoints.iter().map(|it| it.url().map(ToString::to_string).unwrap_or_default()).collect();
    assert_eq!(hosts, ["rpc.example.org"]);
    assert_eq!(config.pool.probe.interval, Duration::from_secs(60));
    assert_eq!(read(MINIMAL, &[("STATE_DIRECTORY", "/var/lib/crank")]).state_dir, Path::new("/var/lib/crank"));
}

#[test]
fn the_journal_of_a_person_lies_where_the_base_directory_specification_says() {
    let of_person = |variables: &[(&str, &str)]| {
        Config::parse(MINIMAL, Path::new("/srv/crank"), with(variables)).expect("it is in order").state_dir
    };
    assert_eq!(of_person(&[]), Path::new("/srv/crank/.local/state/quantumagi-crank"));
    assert_eq!(of_person(&[("XDG_STATE_HOME", "/s")]), Path::new("/s/quantumagi-crank"));
    assert_eq!(of_person(&[("STATE_DIRECTORY", "/var/lib/crank")]), Path::new("/var/lib/crank"));
}

#[test]
fn endpoints_are_told_as_everywhere_and_keep_their_lines() {
    let pool = "cluster = \"devnet\"\n[[endpoint]]\nname = \"own\"\nurl = \"http://10.0.0.2:8899\"\n[[endpoint]]\n\
                name = \"rented\"\nurl_from_env = \"RENTED\"\n[probe]\ninterval = \"10s\"\n";
    let ours = format!("constitutions = [\n  \"{ADDRESS}\",\n]\nkeypair = \"/k\"\n");
    let config = read(&format!("{ours}{pool}"), &[("RENTED", "https://r.example.org/key")]);
    assert_eq!(config.pool, PoolConfig::parse(pool, with(&[("RENTED", "https://r.example.org/key")])).expect("legal"));
    refused(
        &format!("{ours}{pool}"),
        &[],
        &["line 11: endpoint.2.url_from_env: the environment variable RENTED is not set"],
    );
    let misspelt = format!("{ours}{pool}").replace("url = ", "urls = ");
    let problems = [
        "line 6: endpoint.1.roles: the role read needs `url`",
        "line 8: endpoint.1.urls: there is no such key; did you mean `url`?",
    ];
    refused(&misspelt, &[("RENTED", "https://r.example.org")], &problems);
}

#[test]
fn everything_wrong_is_told_at_once_with_the_nearest_key() {
    let text = format!(
        "constitution = [\"{ADDRESS}\"]\nkeypair = 7\nrpc_url = \"ftp://a.b\"\nmax_fee = 1\nlok_every = \"60s\"\nclustr = \"devnet\"\n\
         listen = \"0.0.0.0:9464\"\nlog_level = \"warning\"\nclose_after = \"1y\"\nparallel = \"8\"\n"
    );
    let problems = [
        "line 1: constitution: there is no such key; did you mean `constitutions`?",
        "line 2: keypair: this must be a text in quotes",
        "line 3: rpc_url: the address must begin with http:// or https://",
        "line 4: max_fee: 1 is outside 5000 to 1000000000",
        "line 5: lok_every: there is no such key; did you mean `look_every`?",
        "line 6: clustr: there is no such key; did you mean `cluster`?",
        "line 7: listen: other machines can reach 0.0.0.0:9464, and nothing protects it: give [tls] with certificate and \
         key, or write listen_protected = \"elsewhere\" where a proxy, a VPN or a firewall does, or listen on 127.0.0.1:9464",
        "line 8: log_level: \"warning\" is none of error, warn, info, debug; did you mean `warn`?",
        "line 9: close_after: this must be a time like \"250ms\", \"10s\" or \"5m\"",
        "line 10: parallel: this must be a whole number",
        "constitutions: this key is missing: a list of the constitutions to look after, by address",
    ];
    refused(&text, &[], &problems);
    let missing = [
        "constitutions: this key is missing: a list of the constitutions to look after, by address",
        "keypair: this key is missing: the file of the wallet that pays",
        "rpc_url: this key is missing: the address of an endpoint",
    ];
    refused("", &[], &missing);
    refused("keypair = \n", &[], &["line 1: not TOML: string values must be quoted, expected literal string"]);
}

#[test]
fn values_that_contradict_each_other_are_refused() {
    let with = |more: &str| format!("{MINIMAL}{more}");
    refused(&with("peers = [\"x\"]\n"), &[], &["line 4: peers: \"x\" is no address: 32 bytes in base58"]);
    refused(&with("min_unit_price = 9\nmax_unit_price = 8\n"), &[], &["max_unit_price: 8 is below min_unit_price, 9"]);
    refused(
        &with("max_fee = 90000\nmax_fee_per_day = 80000\n"),
        &[],
        &["max_fee_per_day: 80000 is below max_fee, 90000"],
    );
    let twice = MINIMAL.replace("11\"]", "11\", \"SysvarC1ock11111111111111111111111111111111\"]");
    refused(&twice, &[], &[&format!("line 1: constitutions: {ADDRESS} is there twice: remove one")]);
    refused(
        &MINIMAL.replace("Sysvar", "Sysvor0"),
        &[],
        &["line 1: constitutions: \"Sysvor0C1ock11111111111111111111111111111111\" is no address: 32 bytes in base58"],
    );
    refused(
        &MINIMAL.replace(&format!("\"{ADDRESS}\""), ""),
        &[],
        &["line 1: constitutions: at least one constitution is needed"],
    );
    let both = with("rpc_url_from_env = \"URL\"\n");
    refused(&both, &[], &["line 4: rpc_url_from_env: `rpc_url` and `rpc_url_from_env` exclude each other: remove one"]);
    let lists = with("[[endpoint]]\nname = \"own\"\nurl = \"http://a.b\"\n");
    refused(&lists, &[], &["line 3: rpc_url: `rpc_url` and `endpoint` exclude each other: remove one"]);
}

#[test]
fn a_variable_takes_the_place_of_its_key() {
    let variables = [
        ("QUANTUMAGI_CRANK_CONSTITUTIONS", ADDRESS),
        ("QUANTUMAGI_CRANK_KEYPAIR", "/run/key"),
        ("QUANTUMAGI_CRANK_RPC_URL", "http://127.0.0.1:8899"),
        ("QUANTUMAGI_CRANK_MAX_FEE", "60000"),
        ("QUANTUMAGI_CRANK_LOOK_EVERY", "5m"),
        ("QUANTUMAGI_CRANK_LOG_FORMAT", "text"),
    ];
    let config = read("max_fee = 10000\n", &variables);
    assert_eq!((config.keypair.as_path(), config.terms.max_cost.fee_lamports), (Path::new("/run/key"), 60_000));
    assert_eq!(
        (config.terms.look_every, config.log_format, config.log_level),
        (Duration::from_secs(300), LogFormat::Text, LogLevel::Info)
    );
    refused(
        MINIMAL,
        &[("QUANTUMAGI_CRANK_MAX_FEE", "much")],
        &["QUANTUMAGI_CRANK_MAX_FEE: this must be a whole number"],
    );
    let pooled = [("QUANTUMAGI_RPC_ENDPOINTS", "a=http://a.b b=http://b.c"), ("QUANTUMAGI_RPC_CLUSTER", "testnet")];
    let config = read(&MINIMAL.replace("rpc_url", "# rpc_url"), &pooled);
    assert_eq!(config.pool.endpoints.len(), 2);
    let from_env =
        MINIMAL.replace("rpc_url = \"https://user:pass@rpc.example.org/path0?key=k3y\"", "rpc_url_from_env = \"U\"");
    assert_eq!(read(&from_env, &[("U", "http://c.d")]).pool.endpoints.len(), 1);
    refused(&from_env, &[], &["line 3: rpc_url_from_env: the environment variable U is not set"]);
}

#[test]
fn what_nobody_asks_for_is_off_and_half_an_operator_is_none() {
    let config = read(MINIMAL, &[]);
    assert_eq!((config.operator, config.terms.checkpoint_every_seconds), (None, None));
    let with = |more: &str| format!("{MINIMAL}{more}");
    let config = read(&with("checkpoint_every = \"1d\"\n"), &[("QUANTUMAGI_CRANK_CHECKPOINT_EVERY", "off")]);
    assert_eq!(config.terms.checkpoint_every_seconds, None);
    let lists = format!("stake_electorates = [\"{ADDRESS}\"]\n");
    let config = read(&with(&format!("{lists}operator_keypair = \"o.json\"\ncheckpoint_every = \"24h\"\n")), &[]);
    let expected = OperatorConfig {
        keypair: "/etc/quantumagi/o.json".into(),
        electorates: vec![ADDRESS.parse().expect("an address")],
        on_false_root: OnFalseRoot::Tell,
    };
    assert_eq!((config.operator, config.terms.checkpoint_every_seconds), (Some(expected), Some(86_400)));
    let alone = "line 4: operator_keypair: `stake_electorates` must name the lists of operators whose voters are validators by \
                 stake: the chain does not say";
    refused(&with("operator_keypair = \"o.json\"\n"), &[], &[alone]);
    let nobody = "line 4: stake_electorates: this needs `operator_keypair`, the key of one of the operators";
    refused(&with(&lists), &[], &[nobody]);
    refused(
        &with("on_false_root = \"chalenge\"\ncheckpoint_every = \"1s\"\n"),
        &[],
        &[
            "line 4: on_false_root: \"chalenge\" is none of tell, challenge; did you mean `challenge`?",
            "line 5: checkpoint_every: 1s is outside 1h to 720h",
        ],
    );
}

/// Every key of ours but the two that name the only endpoint, which is shown as the list that it is.
#[test]
fn what_is_shown_is_everything_and_no_secret() {
    let text = format!(
        "{MINIMAL}min_balance = 7\npeers = [\"{ADDRESS}\"]\nclose_after = \"90s\"\nrank_delay = \"250ms\"\nlog_level = \"debug\"\n\
         operator_keypair = \"operator.json\"\nstake_electorates = [\"{ADDRESS}\"]\non_false_root = \"challenge\"\n\
         checkpoint_every = \"24h\"\n[sla]\nlatency_limit = \"5s\"\nerrors = \"1.25%\"\n"
    );
    let config = read(&text, &[]);
    let shown = config.shown();
    for secret in ["user", "pass", "path0", "k3y"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    for key in KEYS.into_iter().filter(|key| !key.starts_with("rpc_url")) {
        assert!(shown.lines().any(|line| line.starts_with(&format!("{key} = "))), "{key}: {shown}");
    }
    let put_back =
        shown.replace("(hidden)@rpc.example.org/(hidden)", "https://user:pass@rpc.example.org/path0?key=k3y");
    assert_eq!(read(&put_back, &[]), config, "what is shown is what is in force");
    assert_eq!(config.pool.timeouts[MethodClass::Read], Duration::from_secs(10));
}

#[test]
fn what_is_promised_is_a_table_anywhere_among_those_of_the_endpoints() {
    let expected = Objectives {
        availability: Share::of_millionths(999_000),
        latency_limit: Duration::from_secs(5),
        ..Objectives::default()
    };
    let sla = "[sla]\navailability = \"99.9%\" # three nines\nlatency_limit = \"5s\"\n";
    let retry = "[retry]\nattempts = 1\n";
    let inline = "sla = { availability = \"99.9%\", latency_limit = \"5s\" }\n";
    let dotted = "sla.availability = \"99.9%\"\nsla.latency_limit = \"5s\"\n";
    for more in
        [format!("{sla}{retry}"), format!("{retry}{sla}"), format!("{inline}{retry}"), format!("{dotted}{retry}")]
    {
        let config = read(&format!("{MINIMAL}{more}"), &[]);
        assert_eq!((config.objectives, config.pool.retry.attempts), (expected, 1), "{more}");
    }
    let variables = [("QUANTUMAGI_CRANK_SLA_AVAILABILITY", "99.9%"), ("QUANTUMAGI_CRANK_SLA_LATENCY_LIMIT", "5s")];
    assert_eq!(read(MINIMAL, &variables).objectives, expected);
    assert_eq!(read(MINIMAL, &[]).objectives, Objectives::default());

    let wrong = "[retry]\nattempts = 1\n[sla]\navailability = 99.5\nlatency = \"49%\"\nlatncy_limit = \"5s\"\nerrors = \"a%\"\n\
                 planned_stop = \"8d\"\n[retri]\n";
    let share = "this must be a share like \"99.5%\", with at most four digits after the point";
    refused(
        &format!("{MINIMAL}{wrong}"),
        &[("QUANTUMAGI_CRANK_SLA_ERRORS", "60%")],
        &[
            "line 7: sla.availability: this must be a text in quotes",
            "line 8: sla.latency: 49% is outside 50% to 99.999%",
            "line 9: sla.latncy_limit: there is no such key; did you mean `latency_limit`?",
            "line 11: sla.planned_stop: this must be a time like \"250ms\", \"10s\" or \"5m\"",
            "line 12: retri: there is no such key; did you mean `retry`?",
            "QUANTUMAGI_CRANK_SLA_ERRORS: 60% is outside 0.001% to 50%",
        ],
    );
    let number = format!("{MINIMAL}[sla]\nerrors = \"a%\"\n");
    refused(&number, &[], &[&format!("line 5: sla.errors: {share}")]);
    refused(&format!("{MINIMAL}sla = 1\n"), &[], &["line 4: sla: this must be a table: [sla]"]);
}

#[test]
fn shared_health_is_shown_without_its_password_and_a_cache_is_refused() {
    let sharing = "cluster = \"devnet\"\n[health_sharing]\nredis_url = \"redis://:s3same@redis.example.org/1\"\n";
    let shown = read(&format!("{MINIMAL}{sharing}"), &[]).shown();
    let table =
        "\n[health_sharing]\nredis_url = \"redis://redis.example.org\"\nlook_every = \"1s\"\ncheck_every = \"10s\"\n";
    assert!(shown.contains(table) && !shown.contains("s3same"), "{shown}");
    refused(&format!("{MINIMAL}[cache]\n"), &[], &["cache: the crank reads everything anew: remove this table"]);
}

#[test]
fn every_key_is_in_the_operators_manual_with_its_default() {
    let manual = include_str!("../../../../../../docs/operators.md");
    let rows: Vec<&str> = manual.lines().filter(|line| line.starts_with("| `")).collect();
    let keys: Vec<&str> = rows.iter().filter_map(|row| row.split('`').nth(1)).collect();
    let of_sla = SLA_KEYS.map(|key| format!("sla.{key}"));
    let known: Vec<&str> = KEYS.into_iter().chain(of_sla.iter().map(String::as_str)).collect();
    assert_eq!(keys, known);
    let shown: toml::Table = read(MINIMAL, &[]).shown().parse().expect("TOML");
    for row in rows {
        let mut cells = row.split('|').map(str::trim).skip(1);
        let (key, default) = (cells.next().expect("a key").trim_matches('`'), cells.next().expect("a default"));
        let written = default.trim_matches('`');
        if default.is_empty() || default.starts_with("needed") || default.starts_with("systemd") {
            continue;
        }
        let value = key.split_once('.').map_or_else(|| &shown[key], |(table, key)| &shown[table][key]);
        let in_force = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let same =
            |text: &str| quantumagi_rpc::pool::read_span(text).map_or(text.to_owned(), |span| format!("{span:?}"));
        assert_eq!(same(&in_force), same(written), "{key}");
    }
}

#[test]
fn other_machines_can_ask_only_where_something_protects_the_pages() {
    let exposed = format!("{MINIMAL}listen = \"[2001:db8::1]:9000\"\n");
    let words = "line 4: listen: other machines can reach [2001:db8::1]:9000, and nothing protects it: give [tls] with \
                 certificate and key, or write listen_protected = \"elsewhere\" where a proxy, a VPN or a firewall does, or \
                 listen on 127.0.0.1:9000";
    refused(&exposed, &[], &[words]);
    let elsewhere = read(&format!("{exposed}listen_protected = \"elsewhere\"\n"), &[]);
    assert_eq!((elsewhere.listen_protected, elsewhere.tls), (Protection::Elsewhere, None));
    let wrong = format!("{MINIMAL}listen_protected = \"els\"\n");
    refused(&wrong, &[], &["line 4: listen_protected: \"els\" is none of no, elsewhere; did you mean `elsewhere`?"]);
    let tls = Tls {
        certificate: "/etc/quantumagi/c.pem".into(),
        key: "/k.pem".into(),
        client_ca: Some("/etc/quantumagi/ca.pem".into()),
    };
    // However it is written, and whatever comes after it.
    let (files, after) = ("certificate = \"c.pem\"\nkey = \"/k.pem\"\n", "[probe]\ninterval = \"9s\"\n");
    for text in [
        format!("{exposed}[tls] # for Prometheus\n{files}client_ca = \"ca.pem\"\n\n{after}"),
        format!("{exposed}tls = {{ certificate = \"c.pem\", key = \"/k.pem\", client_ca = \"ca.pem\" }}\n{after}"),
        format!("{exposed}tls.client_ca = \"ca.pem\"\ntls.certificate = \"c.pem\"\n  tls.key = \"/k.pem\"\n{after}"),
    ] {
        let config = read(&text, &[]);
        assert_eq!((config.tls.as_ref(), config.pool.probe.interval), (Some(&tls), Duration::from_secs(9)), "{text}");
        let shown: toml::Table = config.shown().parse().expect("TOML");
        assert_eq!(shown["tls"]["client_ca"].as_str(), Some("/etc/quantumagi/ca.pem"));
    }
    assert_eq!(read(&format!("{exposed}[tls]\n{files}"), &[]).tls.expect("it is there").client_ca, None);
}

#[test]
fn everything_wrong_with_the_files_of_tls_is_told() {
    let problems = [
        "line 4: tls.certificate: this key is missing: a file in PEM",
        "line 5: tls.certificat: there is no such key; did you mean `certificate`?",
        "line 6: tls.key: this must be a path",
    ];
    refused(&format!("{MINIMAL}[tls]\ncertificat = \"c\"\nkey = 7\n"), &[], &problems);
    refused(&format!("{MINIMAL}tls = true\n"), &[], &["line 4: tls: this must be a table"]);
    refused(&format!("{MINIMAL}tlss = true\n"), &[], &["line 4: tlss: there is no such key; did you mean `tls`?"]);
}
