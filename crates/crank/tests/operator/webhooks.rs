//! Alerts that a real crank tells a real receiver.

use serde_json::Value;

use quantumagi_interface::Address;
use quantumagi_rules::action::Action;

use crate::process::{Daemon, Home};
use crate::receiver::{Answer, Receiver, Request};
use crate::support::{SOL, World};

const POOR: &str = "QuantumagiCrankPoor";
const BLIND: &str = "QuantumagiCrankBlind";
const STALE: &str = "QuantumagiCrankConfigStale";

/// Alerts without their waiting times, which the engine's own tests are about, and one sink.
fn at_once(receiver: &Receiver, more: &str) -> String {
    format!(
        "[alert]\ninstance = \"crank-1\"\nresolve_after = \"0s\"\n{more}[alert.for]\n{POOR} = \"0s\"\n{BLIND} = \"0s\"\n{STALE} = \"0s\"\n\
         [[webhook]]\nname = \"ops\"\nurl = \"{}\"\nsecret_from_env = \"SECRET\"\n[webhook.headers_from_env]\n\
         authorization = \"TOKEN\"\n",
        receiver.url()
    )
}

const VARIABLES: [(&str, &str); 2] = [("SECRET", "s3cret"), ("TOKEN", "Bearer t0ken")];
const SECRETS: [&str; 6] = ["user:", "pass@", "path0", "k3y", "s3cret", "t0ken"];

/// The next that is about this alert: at its start a crank is blind for a moment.
#[track_caller]
fn about(receiver: &Receiver, key: &str) -> (Request, String) {
    loop {
        let request = receiver.next();
        let (of, event) = request.event();
        if of == key {
            return (request, event);
        }
    }
}

fn rest_about(receiver: &Receiver, key: &str) -> Vec<String> {
    let rest = receiver.rest().into_iter().map(|request| request.event());
    rest.filter(|(of, _)| of == key).map(|(_, event)| event).collect()
}

/// Three looks from now on, each of which the alerts are asked about.
fn three_looks(daemon: &mut Daemon) {
    for _ in 0..3 {
        daemon.until("looked");
    }
}

/// Runs a command whose configuration names these variables.
#[track_caller]
fn json(home: &Home, args: &[&str], code: i32) -> Value {
    let mut command = home.command(&[args, &["--json"]].concat());
    command.envs(VARIABLES);
    let ran = home.ended(command);
    assert_eq!(ran.code, code, "{args:?}: {} {}", ran.stdout, ran.stderr);
    for secret in SECRETS {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{secret}: {args:?}");
    }
    serde_json::from_str(&ran.stdout).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poor_wallet_is_told_once_over_a_restart_and_funding_resolves_it() {
    let (world, home, receiver) = (World::start().await, Home::new(), Receiver::start([]));
    let hook = at_once(&receiver, "");
    let wallet = home.set_up(&world, &format!("min_balance = 200000000\nlook_every = \"1s\"\n{hook}")).await;
    let mut daemon = home.start(&[], &VARIABLES);
    let (request, event) = about(&receiver, POOR);
    assert_eq!(event, "firing");
    let told = request.json();
    let text = |key: &str| told[key].as_str().expect("a text").to_owned();
    assert_eq!([text("instance"), text("alert"), text("severity")], ["crank-1", POOR, "warning"]);
    assert_eq!(text("summary"), "The wallet holds 100000000 lamports, less than min_balance, 200000000.");
    assert!(request.headers["x-quantumagi-signature"].starts_with("v1=") && request.id() == text("id"));
    daemon.until_such("notified", |line| line["alert"] == POOR);
    three_looks(&mut daemon);
    let firing = format!("quantumagi_crank_alerts_firing{{alert=\"{POOR}\",severity=\"warning\"}}");
    assert!((daemon.metric(&firing) - 1.0).abs() < f64::EPSILON);
    let delivered = daemon.metric("quantumagi_crank_notifications_total{sink=\"ops\",result=\"delivered\"}");
    assert!(delivered >= 1.0 && daemon.metric("quantumagi_crank_notification_queue{sink=\"ops\"}") < 0.5);
    assert!(daemon.metric("quantumagi_crank_last_notification_timestamp_seconds{sink=\"ops\"}") > 1e9);
    let (_, page) = daemon.page("/metrics");
    let (_, health) = daemon.page("/healthz");
    let log = [daemon.kill().join("\n"), page, health].concat();

    let mut daemon = home.start(&[], &VARIABLES);
    three_looks(&mut daemon);
    let listed = json(&home, &["alerts", "list"], 0);
    assert_eq!((listed[0]["key"].as_str(), listed[0]["phase"].as_str()), (Some(POOR), Some("firing")));
    assert_eq!(rest_about(&receiver, POOR), Vec::<String>::new(), "once, in spite of looks and a restart");

    world.network.fund(&wallet, SOL).await.expect("the network funds a wallet");
    let (request, event) = about(&receiver, POOR);
    assert_eq!((event.as_str(), request.json()["since"].clone()), ("resolved", told["since"].clone()));
    daemon.until_such("notified", |line| line["alert"] == POOR);
    three_looks(&mut daemon);
    assert_eq!(rest_about(&receiver, POOR), Vec::<String>::new());
    assert_eq!(json(&home, &["alerts", "show", POOR], 0)["phase"], "resolved");
    daemon.signal("TERM");
    let (code, rest) = daemon.end();
    assert_eq!(code, 0);
    let told = [log, rest.join("\n"), home.run(&["metrics"]).stdout].concat();
    for secret in SECRETS {
        assert!(!told.contains(secret), "{secret}");
    }
    json(&home, &["print-config"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_again_until_somebody_acknowledges_it() {
    let (world, home, receiver) = (World::start().await, Home::new(), Receiver::start([]));
    let hook = at_once(&receiver, "repeat = \"1s\"\n");
    home.set_up(&world, &format!("min_balance = 200000000\nlook_every = \"1s\"\n{hook}")).await;
    let mut daemon = home.start(&[], &VARIABLES);
    let events = [about(&receiver, POOR).1, about(&receiver, POOR).1, about(&receiver, POOR).1];
    assert_eq!(events, ["firing", "repeated", "repeated"]);
    let ack = json(&home, &["alerts", "ack", POOR, "--comment", "on it"], 0);
    assert_eq!((ack["phase"].as_str(), ack["ack"]["comment"].as_str()), (Some("acknowledged"), Some("on it")));
    // What was to be told before the acknowledgement is told.
    while json(&home, &["alerts", "show", POOR], 0)["waiting"] != serde_json::json!({}) {
        daemon.until("looked");
    }
    rest_about(&receiver, POOR);
    three_looks(&mut daemon);
    assert_eq!(rest_about(&receiver, POOR), Vec::<String>::new(), "it is silent");
    assert_eq!(json(&home, &["alerts", "list"], 0)[0]["phase"], "acknowledged");
    let words = home.ended({
        let mut command = home.command(&["alerts", "show", POOR]);
        command.envs(VARIABLES);
        command
    });
    assert!(
        words.stdout.contains("until it is resolved: \"on it\"\nwhat to do: docs/operators.md#quantumagicrankpoor")
    );
    json(&home, &["alerts", "ack", POOR, "--undo"], 0);
    assert_eq!(about(&receiver, POOR).1, "repeated");
    json(&home, &["alerts", "ack", POOR, "--for", "1s"], 0);
    three_looks(&mut daemon);
    assert_eq!(about(&receiver, POOR).1, "repeated", "it has lapsed");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
    json(&home, &["alerts", "ack", "QuantumagiCrankDiskFull"], 1);
    json(&home, &["alerts", "ack", POOR, "--for", "1y"], 64);
    json(&home, &["alerts", "show", "nothing"], 1);
}

/// A crank without an endpoint: it is blind, and needs no network.
fn alone(home: &Home, receiver: &Receiver, more: &str) {
    home.key("wallet.json");
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a port");
    let text = format!("[retry]\nattempts = 1\n{}{more}", at_once(receiver, ""));
    home.configure(&[Address::default()], &format!("http://{free}"), &text);
}

#[test]
fn a_crank_that_is_killed_while_it_tells_tells_again_under_the_same_name() {
    let (home, receiver) = (Home::new(), Receiver::start([Answer::Hang, Answer::Hang]));
    alone(&home, &receiver, "");
    let mut ids = Vec::new();
    for _ in 0..2 {
        let daemon = home.start(&[], &VARIABLES);
        let request = receiver.next();
        assert_eq!(request.event(), (BLIND.to_owned(), "firing".to_owned()));
        ids.push(request.id().to_owned());
        daemon.kill();
    }
    let mut daemon = home.start(&[], &VARIABLES);
    ids.push(receiver.next().id().to_owned());
    let told = daemon.until("notified");
    ids.push(told["id"].as_str().expect("a text").to_owned());
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    daemon.kill();
    let mut daemon = home.start(&[], &VARIABLES);
    daemon.until("waiting for an endpoint");
    daemon.until("waiting for an endpoint");
    assert_eq!(receiver.rest().len(), 0, "it was told");
    assert_eq!(json(&home, &["alerts", "list"], 0)[0]["phase"], "firing");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sink_that_hangs_delays_no_duty() {
    let (world, home, receiver) = (World::start().await, Home::new(), Receiver::start([]));
    receiver.answer(Answer::Hang);
    let hook = at_once(&receiver, "").replace("[webhook.headers", "timeout = \"60s\"\n[webhook.headers");
    home.set_up(&world, &format!("min_balance = 200000000\nlook_every = \"1s\"\n{hook}")).await;
    let mut daemon = home.start(&[], &VARIABLES);
    receiver.next();
    let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.ends_at).await;
    let attempted = daemon.until("attempted");
    assert_eq!(attempted["outcome"], "done");
    assert_eq!(receiver.rest().len(), 0, "the first is still waited for");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0, "and no end either");
}

#[test]
fn a_sink_that_fails_is_told_by_health_doctor_and_the_metrics() {
    let (home, receiver) = (Home::new(), Receiver::start([]));
    receiver.answer(Answer::status(500));
    alone(&home, &receiver, "");
    let mut daemon = home.start(&[], &VARIABLES);
    let line = daemon.until("a notification waits");
    assert_eq!((line["webhook"].as_str(), line["words"].as_str()), (Some("ops"), Some("it answered with status 500")));
    daemon.until("a notification waits");
    let (_, body) = daemon.page("/healthz");
    let health: Value = serde_json::from_str(&body).expect("JSON");
    let expected = "webhook ops: it answered with status 500; notifications that wait: 1";
    assert!(health["reasons"].as_array().expect("a list").contains(&expected.into()), "{body}");
    assert!(daemon.metric("quantumagi_crank_notifications_total{sink=\"ops\",result=\"unavailable\"}") > 1.5);
    assert!((daemon.metric("quantumagi_crank_notification_queue{sink=\"ops\"}") - 1.0).abs() < f64::EPSILON);
    let findings = json(&home, &["doctor"], 1);
    let finding =
        findings.as_array().expect("a list").iter().find(|it| it["what"] == "webhook ops").expect("it is looked at");
    assert_eq!(finding["grade"], "note");
    assert_eq!(finding["words"], "when last told, it answered with status 500; notifications that wait: 1");
    assert!(json(&home, &["alerts", "show", BLIND], 0)["waiting"]["ops"] == 1);
    receiver.answer(Answer::status(200));
    daemon.until("notified");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
    let findings = json(&home, &["doctor"], 1);
    let finding =
        findings.as_array().expect("a list").iter().find(|it| it["what"] == "webhook ops").expect("it is looked at");
    assert_eq!((finding["grade"].as_str(), finding["words"].as_str()), (Some("ok"), Some("it was last told 0 h ago")));
}

#[test]
fn a_webhook_can_be_tried() {
    let (home, receiver) = (Home::new(), Receiver::start([]));
    let (pages, chat) = (Receiver::start([]), Receiver::start([]));
    let more = format!(
        "[[webhook]]\nname = \"pages\"\nformat = \"pagerduty\"\nrouting_key_from_env = \"SECRET\"\nurl = \"{}\"\n\
         [[webhook]]\nname = \"chat\"\nformat = \"slack\"\nurl = \"{}\"\n",
        pages.url(),
        chat.url()
    );
    alone(&home, &receiver, &more);
    let tried = json(&home, &["alerts", "test"], 0);
    let results = serde_json::json!([
        { "webhook": "ops", "result": "delivered", "words": null },
        { "webhook": "pages", "result": "delivered", "words": null },
        { "webhook": "chat", "result": "delivered", "words": null },
    ]);
    assert_eq!(tried, results);
    assert_eq!(receiver.next().event(), ("QuantumagiCrankTest".to_owned(), "test".to_owned()));
    let words = "*TEST* QuantumagiCrankTest at crank-1: Nothing is wrong: somebody tries whether this arrives.";
    assert_eq!(chat.next().json(), serde_json::json!({ "text": words }));
    let (opened, closed) = (pages.next().json(), pages.next().json());
    assert_eq!([&opened["event_action"], &closed["event_action"]], ["trigger", "resolve"]);
    assert_eq!((&opened["dedup_key"], &opened["routing_key"]), (&closed["dedup_key"], &Value::from("s3cret")));
    receiver.answer(Answer::status(403));
    let tried = json(&home, &["alerts", "test", "--webhook", "ops"], 1);
    assert_eq!((tried[0]["result"].as_str(), tried.as_array().map(Vec::len)), (Some("rejected"), Some(1)));
    assert_eq!(pages.rest().len(), 0);
    json(&home, &["alerts", "test", "--webhook", "opps"], 1);
    json(&home, &["alerts", "list"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_changes_sinks_and_times_and_loses_nothing() {
    let (world, home, receiver) = (World::start().await, Home::new(), Receiver::start([]));
    let other = Receiver::start([]);
    let lines = "min_balance = 200000000\nlook_every = \"1s\"\n";
    home.set_up(&world, &format!("{lines}{}", at_once(&receiver, ""))).await;
    let mut daemon = home.start(&[], &VARIABLES);
    assert_eq!(about(&receiver, POOR).1, "firing");
    daemon.until_such("notified", |line| line["alert"] == POOR);
    home.configure(&[world.constitution], "ftp://nobody", "");
    daemon.signal("HUP");
    let (request, event) = about(&receiver, STALE);
    assert_eq!((event.as_str(), request.json()["severity"].as_str()), ("firing", Some("warning")));
    daemon.until_such("notified", |line| line["alert"] == STALE);
    let next = at_once(&other, &format!("mute = [\"{POOR}\"]\n")).replace("\"ops\"", "\"others\"");
    home.configure(&[world.constitution], world.network.rpc_url(), &format!("{lines}{next}"));
    daemon.signal("HUP");
    daemon.until("the configuration was read again and is in force");
    // In the order of the table, and what is not watched any more after it.
    let (_, event) = about(&other, STALE);
    assert_eq!(event, "resolved", "it is mended");
    let (request, event) = about(&other, POOR);
    assert_eq!((event.as_str(), request.json()["summary"].as_str()), ("resolved", Some("It is not watched any more.")));
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}
