//! A real Prometheus that scrapes a real crank and rings its alerts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

use serde_json::Value;

use crate::process::Home;
use crate::support::World;

const RULES: &str = include_str!("../../../../packaging/prometheus/quantumagi-crank.rules.yml");

/// Killed with this.
struct Prometheus(Child);

impl Drop for Prometheus {
    fn drop(&mut self) {
        // It has no other end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Takes what Prometheus tells its alert manager, and answers that it is well. `None` where it breaks off at its end.
fn hear(listener: &TcpListener) -> Option<Vec<Value>> {
    let (stream, _) = listener.accept().ok()?;
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.get_mut().write_all(answer.as_bytes()).ok()?;
    serde_json::from_slice(&body).ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_prometheus_scrapes_a_real_crank_and_rings_what_is_wrong() {
    let (world, home) = (World::start().await, Home::new());
    home.set_up(&world, "min_balance = 200000000\n").await;
    let mut daemon = home.start(&[], &[]);
    daemon.until("looked");

    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let manager = listener.local_addr().expect("an address");
    // The times for which each must hold are tested by promtool; here they would only be waited for.
    let hurried = RULES.lines().filter(|line| !line.trim().starts_with("for: "));
    home.write("rules.yml", &hurried.collect::<Vec<_>>().join("\n"));
    let config = format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [rules.yml]\n\
         alerting: {{alertmanagers: [{{static_configs: [{{targets: [\"{manager}\"]}}]}}]}}\n\
         scrape_configs: [{{job_name: crank, static_configs: [{{targets: [\"{}\"]}}]}}]\n",
        daemon.address()
    );
    let config = home.write("prometheus.yml", &config);
    let prometheus = Command::new("prometheus")
        .args(["--web.listen-address=127.0.0.1:0", &format!("--config.file={config}")])
        .arg(format!("--storage.tsdb.path={}", home.at("tsdb")))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _prometheus = Prometheus(prometheus.expect("it is installed: scripts/setup --test"));

    let (sender, heard) = channel();
    std::thread::spawn(move || {
        while let Some(alerts) = hear(&listener) {
            if sender.send(alerts).is_err() {
                return;
            }
        }
    });
    // The first evaluation may come before the first scrape, when no crank is there yet.
    let told =
        std::iter::repeat_with(|| heard.recv_timeout(Duration::from_secs(60)).expect("an alert rings")).flatten();
    let name = |alert: &Value| alert["labels"]["alertname"].as_str().expect("a name").to_owned();
    let rings = told.into_iter().find(|alert| name(alert) != "QuantumagiCrankAbsent").expect("there is no end");
    assert_eq!(name(&rings), "QuantumagiCrankPoor");
    assert_eq!(rings["labels"]["instance"], daemon.address());
    let summary = rings["annotations"]["summary"].as_str().expect("a summary");
    let expected = format!("The wallet of {} holds 100000000 lamports, less than it should.", daemon.address());
    assert_eq!(summary, expected);
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}
