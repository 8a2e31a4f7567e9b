//! Service levels of the binary, through outages that a proxy and a signal make.

use serde_json::Value;

use crate::process::{Daemon, Home};
use crate::proxy::{Proxy, Way};
use crate::support::World;

/// Seconds of a day at which a line was written.
fn second_of(line: &Value) -> f64 {
    let written = line["timestamp"].as_str().expect("a time");
    let (_, clock) = written.trim_end_matches('Z').split_once('T').expect("a date and a time");
    clock.split(':').fold(0.0, |sum, part| sum * 60.0 + part.parse::<f64>().expect("a number"))
}

/// Between two lines, over midnight too.
fn between(earlier: &Value, later: &Value) -> f64 {
    (second_of(later) - second_of(earlier)).rem_euclid(86_400.0)
}

fn health(daemon: &Daemon) -> Value {
    serde_json::from_str(&daemon.page("/healthz").1).expect("JSON")
}

fn spent(sla: &Value, state: &str) -> f64 {
    sla["time"]["24h"][format!("{state}_seconds")].as_f64().expect("a number")
}

/// Milliseconds that rounding can take from either end.
const ROUNDING: f64 = 0.005;

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_as_long_as_the_lines_about_it_say_rings_and_is_known_after_a_kill_and_a_stop() {
    let (world, home) = (World::start().await, Home::new());
    home.set_up(&world, "").await;
    let proxy = Proxy::before(world.network.rpc_url().trim_start_matches("http://")).await;
    // A look each second; one call each that fails, and is not tried again.
    let more = "look_every = \"1s\"\n[retry]\nattempts = 1\n[breaker.read]\nfailures = 255\n";
    home.configure(&[world.constitution], &format!("http://{}", proxy.host()), more);
    let never = home.run(&["sla"]);
    assert_eq!(never.code, 1, "{}", never.stderr);
    assert!(never.stderr.contains("there is no journal at"), "{}", never.stderr);
    assert_eq!(home.run(&["run", "--once"]).code, 0);
    let unknown = home.run(&["sla"]);
    assert_eq!((unknown.code, unknown.stdout.starts_with("nothing is known yet")), (0, true), "{}", unknown.stdout);

    let mut daemon = home.start(&[], &[]);
    let last_good = daemon.until("looked");
    assert_eq!(spent(&health(&daemon)["sla"], "down"), 0.0);
    proxy.set(Way::Reset);
    // Looks that succeeded meanwhile come first. One that had begun may still have read the clock.
    let mut before = last_good;
    let first_bad = loop {
        let messages = ["looked", "the chain's clock could not be read", "a constitution could not be read"];
        match daemon.until_such_of(&messages) {
            line if line["message"] == "looked" => before = line,
            line => break line,
        }
    };
    let rings = daemon.until_such_of(&["the error budget of errors"]);
    assert_eq!((rings["level"].as_str(), rings["alert"].as_str()), (Some("WARN"), Some("fast")), "{rings}");
    let told = health(&daemon);
    assert_eq!(told["status"], "degraded", "{told}");
    let reasons = told["reasons"].as_array().expect("a list");
    let reason = reasons.iter().filter_map(Value::as_str).find(|it| it.contains("see QuantumagiCrankBudgetBurnsFast"));
    assert!(reason.is_some_and(|it| it.starts_with("the error budget of errors burns ")), "{reasons:?}");
    assert_eq!(told["sla"]["alerts"][0]["severity"], "critical");
    let alert = "quantumagi_crank_sla_alert{objective=\"errors\",alert=\"fast\"}";
    assert!((daemon.metric(alert) - 1.0).abs() < f64::EPSILON);
    let last_bad = daemon.until("the chain's clock could not be read");
    proxy.set(Way::Open);
    let good_again = daemon.until("looked");

    let sla = health(&daemon)["sla"].clone();
    let down = spent(&sla, "down");
    let (least, most) = (between(&first_bad, &last_bad), between(&before, &good_again));
    assert!(least - ROUNDING <= down && down <= most + ROUNDING, "{least} <= {down} <= {most}");
    assert!(least > 5.0, "ten looks, a second apart: {least}");
    let bad = sla["objectives"]["availability"]["time"]["30d"]["bad_seconds"].as_f64().expect("a number");
    assert_eq!(bad, down);
    let looks = &sla["objectives"]["availability"]["requests"]["24h"];
    let calls = &sla["objectives"]["errors"]["requests"]["24h"];
    let [looks, calls] = [looks, calls].map(|counts| counts["bad"].as_u64().expect("a number"));
    assert!(10 <= calls && 8 <= looks && looks <= calls, "a look fails with one call or two: {looks}, {calls}");
    daemon.until("looked");
    let gauge = "quantumagi_crank_sla_time_seconds{state=\"down\",window=\"24h\"}";
    assert!((daemon.metric(gauge) - down).abs() < 1e-9);

    daemon.signal("KILL");
    daemon.wait();
    let mut daemon = home.start(&[], &[]);
    let started = daemon.log.last().and_then(|line| serde_json::from_str(line).ok()).expect("it is read");
    daemon.until("looked");
    let sla = health(&daemon)["sla"].clone();
    assert_eq!(spent(&sla, "down"), down, "to the millisecond");
    let (off, most) = (spent(&sla, "off"), between(&last_bad, &started));
    assert!(0.0 < off && off <= most + ROUNDING, "what it did after the outage may count: {off} <= {most}");
    let running = home.json(&["sla"], 0);
    assert_eq!((running["state"].as_str(), spent(&running, "down"), spent(&running, "off")), (Some("runs"), down, off));
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);

    let stopped = home.json(&["sla"], 0);
    let told = (stopped["state"].as_str(), spent(&stopped, "down"), spent(&stopped, "off"));
    assert_eq!(told, (Some("is stopped"), down, off), "a stop in order adds to neither");
    let mut daemon = home.start(&[], &[]);
    daemon.until("looked");
    let sla = health(&daemon)["sla"].clone();
    assert_eq!((spent(&sla, "down"), spent(&sla, "off")), (down, off));
    assert!(spent(&sla, "planned") > 0.0, "{sla}");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_only_looks_or_rehearses_leaves_no_trace() {
    let (world, home) = (World::start().await, Home::new());
    home.set_up(&world, "").await;
    for way in ["--observe", "--dry-run"] {
        let mut daemon = home.start(&[way], &[]);
        daemon.until("looked");
        let sla = health(&daemon)["sla"].clone();
        assert_eq!(sla["objectives"]["availability"]["requests"]["5m"]["bad"], 0, "{way}: {sla}");
        assert!(sla["objectives"]["availability"]["requests"]["5m"]["counted"].as_u64() > Some(0), "{way}: {sla}");
        daemon.signal("TERM");
        assert_eq!(daemon.end().0, 0);
    }
    assert!(home.run(&["sla"]).stdout.starts_with("nothing is known yet"));
}
