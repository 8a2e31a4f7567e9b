//! One sink over real sockets: every way in which it can fail, and that each notice arrives under one name.

use std::path::Path;

use quantumagi_crank::Journal;
use quantumagi_crank::alert::{Facts, Policy, Severity};
use quantumagi_crank::journal::alerts::{Address, SinkRecord};
use tokio::task::JoinHandle;

use super::*;
use crate::config::Config;

#[path = "../../../../../tests/operator/receiver.rs"]
#[allow(dead_code, reason = "what only the binary's tests use")]
mod receiver;

use receiver::{Answer, Receiver};

/// A courier at work, its journal, and what can be told.
struct Desk {
    book: Arc<Book>,
    wake: Arc<Notify>,
    health: Arc<Health>,
    now: i64,
    work: JoinHandle<()>,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.work.abort();
    }
}

const CONFIG: &str = "constitutions = [\"SysvarC1ock11111111111111111111111111111111\"]\nkeypair = \"k\"\n\
                      rpc_url = \"http://127.0.0.1:1\"\n[alert]\ninstance = \"crank-1\"\n";

fn working(receiver: &Receiver, more: &str) -> Desk {
    let text =
        format!("{CONFIG}[[webhook]]\nname = \"ops\"\nurl = \"{}\"\ntimeout = \"200ms\"\n{more}", receiver.url());
    let variable = |name: &str| {
        let known = [("HOME", "/h"), ("SECRET", "s3cret"), ("TOKEN", "Bearer t0ken")];
        known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let config = Config::parse(&text, Path::new("/"), variable).expect("it is in order");
    let health = Arc::new(Health::new(&config, std::time::Instant::now()));
    let book = Arc::new(Book::new(Arc::new(Journal::in_memory().expect("it opens"))));
    let wake = Arc::new(Notify::new());
    let post = Post::new(&config.alerting.webhooks[0], "crank-1").expect("a client");
    let mut courier = Courier::new(post, Arc::clone(&book), Arc::clone(&health), Arc::clone(&wake));
    courier.first_pause = Duration::from_millis(1);
    Desk { book, wake, health, now: 0, work: tokio::spawn(courier.run()) }
}

impl Desk {
    /// The wallet is poor, or is not any more: one notice.
    fn tell(&mut self) {
        self.now += 1;
        let balance = Some(if self.now % 2 == 1 { 5 } else { 15 });
        let facts = Facts { now: self.now, last_success: Some(self.now), balance, min_balance: 10, ..Facts::default() };
        let policy = Policy { hold: [("QuantumagiCrankPoor".to_owned(), 0)].into(), ..Policy::default() };
        let addresses = [Address { sink: "ops".to_owned(), min_severity: Severity::Warning }];
        let (step, _) = self.book.step(&addresses, &facts, &policy);
        assert_eq!(step.notices.len(), 1);
        self.wake.notify_waiters();
    }

    fn record(&self) -> SinkRecord {
        self.book.sink("ops").expect("it reads")
    }
}

/// While a sink answers so, the same notice comes again and again under the same name, and the next one after it has said
/// yes: so the first was taken.
async fn check(failure: Answer, words: &str) {
    let receiver = Receiver::start([]);
    receiver.answer(failure.clone());
    let mut desk = working(&receiver, "");
    desk.tell();
    let first = receiver.next();
    assert_eq!(first.event(), ("QuantumagiCrankPoor".to_owned(), "firing".to_owned()));
    // What became of the first attempt is written before the second.
    receiver.next();
    let record = desk.record();
    assert_eq!((record.failure.as_deref(), record.waiting, record.success_at), (Some(words), 1, None), "{failure:?}");
    desk.tell();
    receiver.answer(Answer::status(200));
    let next = std::iter::repeat_with(|| receiver.next()).find(|request| {
        let is_next = request.event().1 == "resolved";
        assert!(is_next || (request.id() == first.id() && request.body == first.body), "{request:?}");
        is_next
    });
    assert_ne!(next.expect("there is no end").id(), first.id());
    assert_eq!(desk.record().dropped, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_sink_answers_but_yes_it_is_told_again_under_the_same_name() {
    for (failure, words) in [
        (Answer::status(500), "it answered with status 500"),
        (Answer::status(503), "it answered with status 503"),
        (Answer::status(404), "it answered with status 404"),
        (Answer::status(401), "it answered with status 401"),
        (Answer::status(429), "it answered with status 429"),
        (Answer::Hang, "it did not answer within 200ms"),
        (Answer::Slow(Duration::from_millis(400)), "it did not answer within 200ms"),
        (Answer::Close, "the connection broke"),
        (Answer::Half, "the connection broke"),
    ] {
        check(failure, words).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirection_is_not_followed() {
    let (receiver, other) = (Receiver::start([]), Receiver::start([]));
    let to = |status| Answer::Status(status, format!("location: http://{}/\r\n", other.address));
    check(to(302), "it answered with status 302: redirections are not followed").await;
    receiver.answer(to(307));
    let mut desk = working(&receiver, "");
    desk.tell();
    receiver.next();
    receiver.next();
    assert_eq!(other.rest().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_sink_is_waited_for_and_told_once() {
    let receiver = Receiver::start([Answer::Slow(Duration::from_millis(50))]);
    let mut desk = working(&receiver, "");
    desk.tell();
    desk.tell();
    let told = [receiver.next(), receiver.next()];
    assert_eq!([told[0].event().1, told[1].event().1], ["firing", "resolved"]);
    assert_eq!(receiver.rest().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sink_that_asks_to_be_left_alone_is_left_alone() {
    let receiver = Receiver::start([Answer::Status(429, "retry-after: 1\r\n".to_owned())]);
    let mut desk = working(&receiver, "");
    desk.tell();
    let (first, second) = (receiver.next(), receiver.next());
    assert_eq!(first.id(), second.id());
    assert!(Duration::from_millis(950) < second.at - first.at, "{:?}", second.at - first.at);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_sink_refuses_for_good_is_given_up_and_counted_and_the_next_is_told() {
    for status in [400, 413, 422] {
        let receiver = Receiver::start([Answer::status(status)]);
        let mut desk = working(&receiver, "");
        desk.tell();
        desk.tell();
        let told = [receiver.next(), receiver.next()];
        assert_eq!([told[0].event().1, told[1].event().1], ["firing", "resolved"]);
        let record = desk.record();
        assert_eq!((record.dropped, record.failure_at.is_some()), (1, true), "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sink_that_is_dead_gets_everything_once_it_lives_and_health_says_so_meanwhile() {
    let address =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a port").to_string();
    let elsewhere = Receiver::start([]);
    let url = elsewhere.url().replace(&elsewhere.address, &address);
    let mut desk = working(&elsewhere, "");
    desk.work.abort();
    // The same desk with a sink where nobody listens.
    let text = format!("{CONFIG}[[webhook]]\nname = \"ops\"\nurl = \"{url}\"\n");
    let config = Config::parse(&text, Path::new("/"), |name| (name == "HOME").then(|| "/h".to_owned())).expect("legal");
    let post = Post::new(&config.alerting.webhooks[0], "crank-1").expect("a client");
    desk.tell();
    let waiting = desk.book.next_notice("ops").expect("it reads").expect("it waits");
    let verdict = post.send(&waiting.id, &waiting.notice).await;
    let unreachable = Verdict::Later { result: "unreachable", words: "it could not be reached".to_owned(), rest: None };
    assert_eq!(verdict, unreachable);
    let mut courier = Courier::new(post, Arc::clone(&desk.book), Arc::clone(&desk.health), Arc::clone(&desk.wake));
    courier.first_pause = Duration::from_millis(1);
    assert!(courier.deliver(waiting.clone(), 0).await.is_some(), "it waits");
    courier.note().await;
    let reasons = desk.health.told(std::time::Instant::now()).reasons;
    let expected = "webhook ops: it could not be reached; notifications that wait: 1".to_owned();
    assert!(reasons.contains(&expected), "{reasons:?}");
    desk.tell();
    let alive = Receiver::at(&address, []);
    desk.work = tokio::spawn(courier.run());
    let told = [alive.next(), alive.next()];
    assert_eq!(told[0].id(), waiting.id);
    assert_eq!([told[0].event().1, told[1].event().1], ["firing", "resolved"], "in their order");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_is_signed_and_has_the_headers_that_were_asked_for() {
    let receiver = Receiver::start([]);
    let more = "secret_from_env = \"SECRET\"\n[webhook.headers_from_env]\nauthorization = \"TOKEN\"\n";
    let mut desk = working(&receiver, more);
    desk.tell();
    let request = receiver.next();
    assert_eq!(request.path, "/path0?key=k3y");
    assert_eq!(request.headers["authorization"], "Bearer t0ken");
    assert_eq!(request.headers["content-type"], "application/json");
    assert!(request.headers["user-agent"].starts_with("quantumagi-crank/"));
    let at = &request.headers["x-quantumagi-timestamp"];
    assert!((now() - at.parse::<i64>().expect("a second")).abs() < 60);
    let text = [format!("{at}.").as_bytes(), &request.body].concat();
    let made = std::process::Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", "s3cret", "-r"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .and_then(|mut openssl| {
            std::io::Write::write_all(&mut openssl.stdin.take().expect("it is a pipe"), &text)?;
            openssl.wait_with_output()
        })
        .expect("openssl is installed: scripts/setup --test");
    let made = String::from_utf8(made.stdout).expect("text");
    let digits = made.split_whitespace().next().expect("a signature");
    assert_eq!(request.headers["x-quantumagi-signature"], format!("v1={digits}"));
    let json = request.json();
    assert_eq!((json["id"].as_str(), json["instance"].as_str()), (Some(request.id()), Some("crank-1")));
}

#[test]
fn pauses_grow_up_to_five_minutes_and_are_anything_below() {
    for (failures, longest) in [(0, 1_000), (1, 2_000), (5, 32_000), (9, 300_000), (40, 300_000)] {
        let pauses: Vec<u128> = (0..400).map(|_| pause(FIRST_PAUSE, failures).as_millis()).collect();
        assert!(pauses.iter().all(|pause| *pause <= longest), "{failures}");
        // Of 400 throws all miss a tenth once in 10^18 times.
        let is_hit = |tenth: u128| {
            pauses.iter().any(|pause| tenth * longest <= *pause * 10 && *pause * 10 <= (tenth + 1) * longest)
        };
        assert!((0..10).all(is_hit), "{failures}");
    }
}
