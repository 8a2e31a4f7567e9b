//! The daemon: its pages, its signals, and what it tells systemd.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};

use quantumagi_interface::Address;
use quantumagi_rules::action::Action;
use serde_json::Value;

use crate::process::Home;
use crate::support::{SOL, World};

#[tokio::test(flavor = "multi_thread")]
async fn it_works_tells_how_it_is_and_ends_when_told() {
    let (world, home) = (World::start().await, Home::new());
    let wallet = home.set_up(&world, "close_after = \"0ms\"\nranks = 1\n").await;
    let url = world.network.rpc_url().replace("http://", "http://user:pass@") + "/path0?key=k3y";
    home.configure(&[world.constitution], &url, "close_after = \"0ms\"\nranks = 1\n");
    let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.ends_at).await;

    let mut daemon = home.start(&[], &[]);
    let attempted = daemon.until("attempted");
    let action = format!("{}/proposal_finalize/{}", world.constitution, account.id);
    assert_eq!((attempted["action"].as_str(), attempted["outcome"].as_str()), (Some(action.as_str()), Some("done")));
    let sent = daemon.log.iter().find(|line| line.contains("\"signature\"")).expect("what was sent is told");
    let sent: Value = serde_json::from_str(sent).expect("JSON");
    assert_eq!(sent["spans"][0]["action"], action, "from plan to confirmation under one name");
    daemon.until_such("attempted", |line| line["action"].as_str().is_some_and(|it| it.contains("proposal_close")));
    daemon.until_such("looked", |line| line["due"] == 0);

    assert_eq!(daemon.page("/livez"), (200, "ok\n".to_owned()));
    assert_eq!(daemon.page("/readyz"), (200, "ok\n".to_owned()));
    let (status, body) = daemon.page("/healthz");
    let health: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, health["status"].as_str(), &health["reasons"]), (200, Some("ok"), &serde_json::json!([])));
    let balance = world.balance(&wallet).await;
    assert_eq!(health["balance_lamports"].as_u64(), Some(balance));
    let runway = (u128::from(balance) * 86_400 / u128::from(SOL / 10 - balance)).min(31_536_000);
    assert_eq!(health["runway_seconds"].as_u64().map(u128::from), Some(runway), "one day is the least that counts");
    assert_eq!(daemon.page("/nothing").0, 404);
    let resident = daemon.metric("quantumagi_crank_resident_memory_bytes");
    assert!((1_048_576.0..62_914_560.0).contains(&resident), "at most 60 MiB: {resident}");
    let finalize = "{kind=\"proposal_finalize\",outcome=\"done\"}";
    assert!((daemon.metric(&format!("quantumagi_crank_attempts_total{finalize}")) - 1.0).abs() < f64::EPSILON);
    let count = |name: &str| daemon.metric(&format!("quantumagi_crank_{name}"));
    let landed = count("landing_slots_count{kind=\"proposal_finalize\"}") + count("landing_delay_seconds_count");
    assert!((landed - 3.0).abs() < f64::EPSILON, "one finalized, and one closed too: {landed}");
    let slots = count("landing_slots_bucket{kind=\"proposal_finalize\",le=\"150\"}");
    assert!((slots - 1.0).abs() < f64::EPSILON, "it landed while its blockhash lived: {slots}");
    let fees: f64 = ["proposal_finalize", "proposal_close"]
        .iter()
        .map(|kind| daemon.metric(&format!("quantumagi_crank_fee_lamports_total{{kind=\"{kind}\"}}")))
        .sum();
    assert_eq!(balance, SOL / 10 - fees as u64, "every lamport is accounted for");

    let (_, before) = daemon.page("/metrics");
    for _ in 0..10 {
        daemon.page("/readyz");
        daemon.page("/status");
    }
    let (_, after) = daemon.page("/metrics");
    let calls = |page: &str| -> Vec<String> {
        let calls = page.lines().filter(|line| line.starts_with("quantumagi_rpc_calls_total"));
        let mut calls: Vec<String> = calls.map(str::to_owned).collect();
        calls.sort_unstable();
        calls
    };
    assert_eq!(calls(&before), calls(&after), "asking how it is asks no endpoint");

    daemon.signal("TERM");
    let (code, log) = daemon.end();
    assert_eq!(code, 0);
    assert!(log.last().is_some_and(|line| line.contains("\"stopped\"")), "{log:#?}");
    let told = [log.join("\n"), after, body].concat();
    for secret in ["user:", "pass@", "path0", "k3y"] {
        assert!(!told.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_of_the_catalogue_is_there_from_the_start_and_no_other() {
    let (world, home) = (World::start().await, Home::new());
    // What nothing has a value for has no series, so there must be a webhook.
    home.set_up(&world, "[[webhook]]\nname = \"ops\"\nurl = \"http://127.0.0.1:9/\"\n").await;
    let mut daemon = home.start(&[], &[]);
    daemon.until("looked");
    let (status, page) = daemon.page("/metrics");
    assert_eq!(status, 200);
    let mut expected = BTreeSet::new();
    for metric in home.json(&["metrics"], 0).as_array().expect("a list") {
        let name = metric["name"].as_str().expect("a name");
        let mut series = vec![String::new()];
        for (label, values) in metric["labels"].as_object().expect("labels") {
            let values = values.as_array().expect("values").iter().map(|value| value.as_str().expect("a text"));
            let values: Vec<&str> = values.collect();
            let longer =
                |short: &String| values.iter().map(|value| format!("{short}{label}={value:?},")).collect::<Vec<_>>();
            series = series.iter().flat_map(longer).collect();
        }
        let ending = if metric["shape"] == "histogram" { "_count" } else { "" };
        expected.extend(series.into_iter().map(|labels| format!("{name}{ending}{{{labels}}}")));
        assert!(page.contains(&format!("# HELP {name} ")), "{name}");
    }
    let mut exported = BTreeSet::new();
    for line in page.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (series, _) = line.rsplit_once(' ').expect("a series and its value");
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        // There are many methods: the pool makes a series with a method's first use.
        if name == quantumagi_rpc::pool::meters::METHOD_ATTEMPTS || name.ends_with("_bucket") || name.ends_with("_sum")
        {
            continue;
        }
        let mut labels: Vec<&str> = labels.trim_end_matches('}').split(',').filter(|label| !label.is_empty()).collect();
        labels.sort_unstable();
        let labels: String = labels.iter().map(|label| format!("{label},")).collect();
        exported.insert(format!("{name}{{{labels}}}"));
    }
    let difference: Vec<&String> = exported.symmetric_difference(&expected).collect();
    assert!(difference.is_empty(), "{difference:#?}");
    assert!(!page.contains("://"));
    let mut promtool = Command::new("promtool");
    let mut promtool = promtool.args(["check", "metrics"]).stdin(Stdio::piped()).spawn().expect("scripts/setup --test");
    promtool.stdin.take().expect("it is a pipe").write_all(page.as_bytes()).expect("it reads");
    assert!(promtool.wait().expect("it ends").success(), "Prometheus finds nothing to mend");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_questions_are_refused_and_cost_nothing() {
    let (world, home) = (World::start().await, Home::new());
    home.set_up(&world, "").await;
    std::fs::remove_file(home.at("wallet.json")).expect("it is there");
    let mut daemon = home.start(&["--observe"], &[]);
    daemon.until("looked");
    let statuses: Vec<u16> = (0..400).map(|_| daemon.page("/livez").0).collect();
    assert!(statuses[..40].iter().all(|status| *status == 200), "a burst is answered");
    assert!(statuses.contains(&429), "a flood is not");
    daemon.signal("INT");
    assert_eq!(daemon.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_configuration_is_taken_on_hangup_and_a_wrong_one_is_not() {
    let (world, home) = (World::start().await, Home::new());
    home.set_up(&world, "").await;
    let mut daemon = home.start(&[], &[]);
    daemon.until("looked");
    home.configure(&[world.constitution], world.network.rpc_url(), "max_fe = 5000\n");
    daemon.signal("HUP");
    daemon.until("the configuration was not read again");
    let (status, body) = daemon.page("/healthz");
    let health: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, health["status"].as_str()), (200, Some("degraded")));
    assert!(health["reasons"][0].as_str().is_some_and(|it| it.contains("did you mean `max_fee`?")), "{body}");
    assert!((daemon.metric("quantumagi_crank_config_stale") - 1.0).abs() < f64::EPSILON);

    let missing = Address::new_from_array([3; 32]);
    home.configure(&[world.constitution, missing], world.network.rpc_url(), "");
    daemon.signal("HUP");
    daemon.until("the configuration was read again and is in force");
    daemon.until_such("a constitution could not be read", |line| line["constitution"] == missing.to_string());
    assert!((daemon.metric("quantumagi_crank_config_stale") - 0.0).abs() < f64::EPSILON);
    let unread = format!("quantumagi_crank_constitution_unread{{constitution=\"{missing}\"}}");
    daemon.until("looked");
    assert!((daemon.metric(&unread) - 1.0).abs() < f64::EPSILON);
    assert_eq!(daemon.page("/readyz"), (503, "no look has read every constitution yet\n".to_owned()));
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn systemd_is_told_of_its_start_its_life_and_its_end() {
    let (world, home) = (World::start().await, Home::new());
    home.set_up(&world, "").await;
    let path = home.at("notify");
    let socket = UnixDatagram::bind(&path).expect("a socket can be made");
    socket.set_read_timeout(Some(std::time::Duration::from_secs(120))).expect("a limit can be set");
    let hear = || {
        let mut buffer = [0; 256];
        let length = socket.recv(&mut buffer).expect("something is told");
        String::from_utf8_lossy(&buffer[..length]).trim().to_owned()
    };
    let mut daemon = home.start(&[], &[("NOTIFY_SOCKET", &path), ("WATCHDOG_USEC", "200000")]);
    assert_eq!(hear(), "READY=1");
    assert_eq!([hear(), hear()], ["WATCHDOG=1", "WATCHDOG=1"]);
    daemon.until("looked");
    daemon.signal("TERM");
    let told = std::iter::repeat_with(hear).find(|told| told != "WATCHDOG=1");
    assert_eq!(told.as_deref(), Some("STOPPING=1"));
    assert_eq!(daemon.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_for_an_endpoint_that_is_not_there_yet() {
    let home = Home::new();
    home.key("wallet.json");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a port");
    home.configure(&[Address::default()], &format!("http://{free}"), "[retry]\nattempts = 1\n");
    let mut daemon = home.start(&[], &[]);
    daemon.until("waiting for an endpoint");
    assert_eq!(daemon.page("/livez").0, 200);
    let (status, reasons) = daemon.page("/readyz");
    assert_eq!(status, 503);
    assert!(reasons.contains("is a validator's key could not be asked"), "{reasons}");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_finished_before_it_stops() {
    let (world, home) = (World::start().await, Home::new());
    home.set_up(&world, "ranks = 1\n").await;
    let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.ends_at).await;
    let mut daemon = home.start(&[], &[]);
    daemon.until("sending");
    daemon.signal("TERM");
    let (code, log) = daemon.end();
    assert_eq!(code, 0);
    let is_done = |line: &&String| line.contains("\"attempted\"") && line.contains("\"outcome\":\"done\"");
    assert_eq!(log.iter().filter(is_done).count(), 1, "{log:#?}");
    let after = world.client.proposal_at(&proposal).await.expect("it is there").value;
    assert_ne!(after.status, account.status, "it is finalized");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_out_is_told_and_the_others_do_the_work() {
    let (world, home) = (World::start().await, Home::new());
    home.set_up(&world, "").await;
    let genesis = world.client.rpc().genesis_hash().await.expect("the cluster has a first block");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a port");
    let text = format!(
        "constitutions = [\"{}\"]\nkeypair = \"wallet.json\"\nstate_dir = \"state\"\nlook_every = \"1s\"\ncluster = \"{genesis}\"\n\
         [[endpoint]]\nname = \"own\"\nurl = \"{}\"\n[[endpoint]]\nname = \"rented\"\nurl = \"http://{free}\"\n\
         [probe]\ninterval = \"100ms\"\n",
        world.constitution,
        world.network.rpc_url()
    );
    home.write("crank.toml", &text);
    let mut daemon = home.start(&[], &[]);
    daemon.until_such("endpoint is out", |line| line["endpoint"] == "rented");
    daemon.until("looked");
    let (status, body) = daemon.page("/healthz");
    let health: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((status, health["status"].as_str()), (200, Some("degraded")));
    let reasons = health["reasons"].as_array().expect("a list");
    assert!(reasons.contains(&"endpoint rented: does not answer its probes".into()), "{reasons:?}");
    let share = |name: &str| daemon.metric(&format!("quantumagi_rpc_endpoint_share{{endpoint=\"{name}\"}}"));
    assert!(share("rented") < 0.5 && share("own") > 3.5);
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}
