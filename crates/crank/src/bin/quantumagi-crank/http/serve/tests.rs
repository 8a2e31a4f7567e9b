//! How long a client may take, in made-up time, and who has to go.

use std::net::Ipv4Addr;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::Instant;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn whoever_has_the_most_connections_loses_the_oldest() {
    assert_eq!(victim(&['a', 'b', 'b', 'c']), 1);
    assert_eq!(victim(&['a', 'b', 'c']), 0, "all have one: the oldest of all");
    assert_eq!(victim(&['a', 'b', 'a', 'b', 'b']), 1);
}

/// A client of a page with more text than is on the way at one time.
fn client() -> DuplexStream {
    let (client, server) = duplex(1_024);
    let router =
        Router::new().route("/livez", get(|| async { "ok" })).route("/long", get(|| async { "x".repeat(9_999) }));
    tokio::spawn(answer(server, Ipv4Addr::LOCALHOST.into(), router));
    client
}

/// Everything that comes until the end, and when that was.
async fn rest(client: &mut DuplexStream) -> (String, Duration) {
    let (began, mut answer) = (Instant::now(), Vec::new());
    // However it ends.
    let _ = client.read_to_end(&mut answer).await;
    (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_head_that_does_not_end() {
    for begun in ["", "GET", "GET /livez HTTP/1.1\r\nhost: crank\r\n"] {
        let mut client = client();
        client.write_all(begun.as_bytes()).await.expect("it reads");
        let (answer, after) = rest(&mut client).await;
        assert!(!answer.contains("200 OK"), "{begun}: {answer}");
        assert!(PATIENCE <= after && after <= PATIENCE + SECOND, "{begun}: {after:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_comes_byte_by_byte_is_given_up_as_well() {
    let (mut client, began) = (client(), Instant::now());
    let head = "GET /livez HTTP/1.1\r\nhost: crank\r\nx: ".bytes().chain(std::iter::repeat(b'x'));
    for byte in head {
        if client.write_all(&[byte]).await.is_err() {
            break;
        }
        sleep(SECOND).await;
    }
    let after = began.elapsed();
    assert!(PATIENCE <= after && after <= PATIENCE + SECOND * 2, "{after:?}");
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_kept_for_the_next_question_and_not_for_ever() {
    let (mut client, began) = (client(), Instant::now());
    let mut answers = 0;
    loop {
        let asked = client.write_all(b"GET /livez HTTP/1.1\r\nhost: crank\r\n\r\n").await;
        let mut answer = vec![0; 512];
        match (asked, client.read(&mut answer).await) {
            (Ok(()), Ok(length)) if 0 < length => answers += 1,
            _ => break,
        }
        sleep(SECOND * 5).await;
    }
    let after = began.elapsed();
    assert!(answers >= 12 && LIFE <= after && after <= LIFE + SECOND * 6, "{answers} answers in {after:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_does_not_read_the_answer_is_given_up() {
    let (mut client, began) = (client(), Instant::now());
    client.write_all(b"GET /long HTTP/1.1\r\nhost: crank\r\n\r\n").await.expect("it reads");
    sleep(LIFE + LAST_ANSWER + SECOND).await;
    let (answer, after) = rest(&mut client).await;
    assert!(answer.len() < 2_048 && after < SECOND, "{} bytes after {:?}", answer.len(), began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_head_has_its_limits() {
    let long = format!("GET /{} HTTP/1.1\r\nhost: crank\r\n\r\n", "x".repeat(MOST_HEAD));
    let headers = (0..=MOST_HEADERS).map(|number| format!("x{number}: y\r\n")).collect::<String>();
    let many = format!("GET /livez HTTP/1.1\r\n{headers}\r\n");
    for (head, status) in [(long, "HTTP/1.1 431"), (many, "HTTP/1.1 431")] {
        let mut client = client();
        // It may close before it has read all.
        let _ = client.write_all(head.as_bytes()).await;
        let (answer, after) = rest(&mut client).await;
        assert!(answer.starts_with(status) && after < SECOND, "{after:?}: {answer}");
    }
}
