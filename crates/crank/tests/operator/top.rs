//! `top` beside a real crank: in a terminal, without one, and where nobody answers.

use quantumagi_rules::action::Action;
use serde_json::Value;

use crate::process::{Daemon, Home};
use crate::support::World;
use crate::terminal::Terminal;

const SIZE: (u16, u16) = (24, 80);

/// A crank that has finalized one proposal and closed it.
async fn busy(world: &World, home: &Home, listen: &str) -> Daemon {
    let more = "close_after = \"0ms\"\nranks = 1\n";
    home.set_up(world, more).await;
    let url = world.network.rpc_url().replace("http://", "http://user:pass@") + "/path0?key=k3y";
    home.configure(&[world.constitution], &url, more);
    let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.ends_at).await;
    let mut daemon = home.start(&[], &[("QUANTUMAGI_CRANK_LISTEN", listen)]);
    daemon.until_such("attempted", |line| line["action"].as_str().is_some_and(|it| it.contains("proposal_close")));
    daemon.until_such("looked", |line| line["due"] == 0);
    daemon
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_printed_where_there_is_no_terminal_and_ends_as_the_crank_is() {
    let (world, home) = (World::start().await, Home::new());
    let daemon = busy(&world, &home, "127.0.0.1:0").await;
    let url = format!("http://{}", daemon.address());
    let ran = home.run(&["top", "--url", &url]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    let events: Vec<&str> = ran.stdout.lines().skip_while(|line| !line.starts_with("EVENTS 2")).skip(1).collect();
    let [close, finalize] = events[..] else { panic!("{}", ran.stdout) };
    for (line, kind) in [(close, "proposal_close/"), (finalize, "proposal_finalize/")] {
        assert!(line.starts_with(kind) && line.contains(" done "), "{}", ran.stdout);
    }
    assert!(ran.stdout.contains("  OK  ") && ran.stdout.contains("nothing is due"), "{}", ran.stdout);
    assert!(!ran.stdout.contains('\u{1b}'), "it says nothing to a terminal");

    let status = home.json(&["top", "--url", &url], 0);
    let wallet = status["wallet"].as_str().expect("a wallet").parse().expect("an address");
    assert_eq!(status["money"]["balance"].as_u64(), Some(world.balance(&wallet).await));
    let fees: u64 =
        status["events"].as_array().expect("a list").iter().filter_map(|it| it["cost"]["fee"].as_u64()).sum();
    assert_eq!((status["money"]["spent_today"]["fee"].as_u64(), 0 < fees), (Some(fees), true));
    for event in status["events"].as_array().expect("a list") {
        let signature = event["signature"].as_str().expect("it was signed").parse().expect("a signature");
        let landed = world.client.rpc().fates(&[(signature, u64::MAX)]).await.expect("the network answers");
        assert!(matches!(landed[..], [quantumagi_rpc::Fate::Landed { error: None, .. }]), "{landed:?}");
    }
    let reads = &status["endpoints"][0];
    assert_eq!((reads["name"].as_str(), reads["share"].as_u64()), (Some("rpc"), Some(4)));
    assert!(reads["latency_millis"].is_u64() && reads["breakers"]["send"] == "closed", "{reads}");
    let (code, page) = daemon.page("/status");
    assert_eq!(code, 200);
    for secret in ["user:", "pass@", "path0", "k3y", "://"] {
        assert!(!page.contains(secret), "{secret}");
    }
    assert!(page.len() < 8_192, "{}", page.len());

    // A crank that is started again knows what it signed before.
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
    let mut daemon = home.start(&[], &[]);
    daemon.until("looked");
    let again = home.json(&["top", "--url", &format!("http://{}", daemon.address())], 0);
    let signatures = |status: &Value| -> Vec<String> {
        status["events"].as_array().expect("a list").iter().map(|event| event["signature"].to_string()).collect()
    };
    assert_eq!(signatures(&again), signatures(&status));
}

#[test]
fn a_crank_that_does_not_answer_is_told_and_may_later() {
    let home = Home::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a port");
    for asked in [vec!["top", "--once"], vec!["top", "--json"], vec!["top"]] {
        let url = format!("http://user:pass@{free}/");
        let ran = home.run(&[&asked[..], &["--url", &url]].concat());
        let told = format!("error: the crank at http://{free} does not answer: ");
        assert_eq!((ran.code, ran.stdout.as_str()), (75, ""), "{}", ran.stderr);
        assert!(ran.stderr.starts_with(&told) && ran.stderr.contains("Connection refused"), "{}", ran.stderr);
        assert!(!ran.stderr.contains("pass"), "{}", ran.stderr);
    }
    for (wrong, words) in [
        (&["--url", "ftp://a.b"][..], "error: --url is no address of a crank"),
        (&["--url", "nowhere"], "error: --url is no address: relative URL without a base"),
    ] {
        let ran = home.run(&[&["top"], wrong].concat());
        assert_eq!((ran.code, ran.stderr.lines().next()), (64, Some(words)));
    }
    assert_eq!(home.run(&["top", "--cert", "a"]).code, 64, "a certificate needs its key");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screen_follows_a_crank_that_goes_and_comes_again() {
    let (world, home) = (World::start().await, Home::new());
    let daemon = busy(&world, &home, "127.0.0.1:0").await;
    let address = daemon.address().to_owned();
    let command = home.command(&["top", "--url", &format!("http://{address}")]);
    let mut terminal = Terminal::start(&command, SIZE);
    let well = |text: &str| text.contains("  OK  ") && text.contains("proposal_close/");
    let text = terminal.until("a crank that is well", well);
    for line in ["DUE 0", "nothing is due", "ENDPOINTS 1", "DEAD LETTERS 0", "EVENTS 2", "q end"] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(text.lines().count(), usize::from(SIZE.0));

    terminal.press("?");
    terminal.until("its keys", |text| text.contains("page up, page down"));
    terminal.press("q");
    terminal.until("the lists", well);
    terminal.resize((12, 60));
    let is_narrow = |text: &str| text.lines().all(|line| line.chars().count() <= 60);
    terminal.until("a smaller screen", |text| text.contains("DUE 0") && !text.contains("EVENTS") && is_narrow(text));
    terminal.press("\t\t\t");
    terminal.until("the fourth list", |text| text.contains("EVENTS 2") && !text.contains("DUE 0"));
    terminal.resize(SIZE);
    terminal.until("all lists", well);

    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
    let gone = |text: &str| text.contains("NO ANSWER") && text.contains("(below is what it told ");
    let text = terminal.until("that nobody answers", gone);
    assert!(text.contains("proposal_close/"), "what it told is shown still\n{text}");
    let mut daemon = home.start(&[], &[("QUANTUMAGI_CRANK_LISTEN", &address)]);
    daemon.until("looked");
    terminal.until("that it is well again", |text| well(text) && !text.contains("NO ANSWER"));
    terminal.press("q");
    assert_eq!(terminal.end().0.code(), Some(0));
}

#[test]
fn the_terminal_is_given_back_after_a_signal_and_a_key() {
    let home = Home::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a port");
    let mut command = home.command(&["top", "--url", &format!("http://{free}")]);
    command.env("NO_COLOR", "1");
    for end in ["TERM", "INT", "HUP", "\u{3}"] {
        let mut terminal = Terminal::start(&command, SIZE);
        let why = "does not answer:\ntcp connect error: Connection refused";
        terminal.until("that nobody answers", |text| text.contains(why));
        if end == "\u{3}" {
            terminal.press(end)
        } else {
            terminal.signal(end)
        }
        assert_eq!(terminal.end().0.code(), Some(0), "{end:?}");
    }
}
