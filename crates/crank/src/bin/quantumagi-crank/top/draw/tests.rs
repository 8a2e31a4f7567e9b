//! Pictures of one crank's day, compared with those in `frames/`; one of them is in docs/operators.md.
//! `UPDATE_DOCS=1 cargo test -p quantumagi-crank --bins` writes them anew.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::super::panels::lengths;
use super::super::view::Then;
use super::*;
use crate::status::{Due, Endpoint, Event, Lamports, Letter, Listed, Looks, Money};

const MANUAL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operators.md");
const MARK: &str = "<!-- Generated: UPDATE_DOCS=1 cargo test -p quantumagi-crank --bins -->\n```text\n";
const CONSTITUTION: &str = "9fQkZ3vYp7mW4sXhT2nRbJcLdGeUaKoViMxNyPqSt1Bd";
const OTHER: &str = "5TuVwXyZaBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgHiJ";
const SIGNATURE: &str = "4uQeVj5tqViQh7yLWWStvkEG1Zmhx6uasJtWCJziofM4uQeVj5tqViQh7yLWWStvkEG1Zmhx6uasJtWCJziofM5x";

fn due(kind: &str, of: &str, since_seconds: u64, state: &str, again_in_seconds: Option<u64>) -> Due {
    let (constitution, kind, of) = (CONSTITUTION.to_owned(), kind.to_owned(), of.to_owned());
    Due { constitution, kind, of, since_seconds, state: state.to_owned(), again_in_seconds }
}

fn endpoint(name: &str, latency_millis: u64, slot_lag: u64) -> Endpoint {
    let breakers = ["read", "scan", "history", "simulate", "send"].map(|class| (class.to_owned(), "closed".to_owned()));
    Endpoint {
        name: name.to_owned(),
        out: None,
        share: 4,
        slot_lag: Some(slot_lag),
        latency_millis: Some(latency_millis),
        breakers: breakers.into(),
    }
}

fn event(ago_seconds: u64, action: &str, outcome: &str, fee: u64, signature: Option<&str>) -> Event {
    Event {
        ago_seconds,
        action: format!("{CONSTITUTION}/{action}"),
        outcome: outcome.to_owned(),
        words: String::new(),
        cost: Lamports { fee, rent: if action.contains("execute") { fee * 400 } else { 0 } },
        signature: signature.map(str::to_owned),
    }
}

/// A crank with something of everything.
fn status() -> Status {
    let reason = "the trial run failed: the vault of 5TuVwXyZaBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgHiJ holds too little";
    let letter = Letter {
        action: format!("{CONSTITUTION}/proposal_execute/41"),
        reason: reason.to_owned(),
        tries: 3,
        state: "waiting".to_owned(),
        again_in_seconds: Some(54),
    };
    let mut rented = endpoint("rented", 5_000, 212);
    rented.out = Some("is 212 slots behind the others".to_owned());
    rented.share = 0;
    rented.breakers.insert("send".to_owned(), "half-open".to_owned());
    let last = Look {
        ago_seconds: 12,
        took_millis: 412,
        result: "ok".to_owned(),
        next_within_seconds: 48,
        slot: Some(312_112_331),
    };
    Status {
        version: "0.1.0".to_owned(),
        up_seconds: 273_900,
        mode: "act".to_owned(),
        wallet: Some(OTHER.to_owned()),
        condition: Condition::Degraded,
        reasons: vec![
            "1 dead letters: see `quantumagi-crank dlq list`".to_owned(),
            "endpoint rented: is 212 slots behind the others".to_owned(),
        ],
        looks: Looks { ok: 4_561, partial: 2, failed: 1, last: Some(last) },
        money: Money {
            balance: Some(98_480_000),
            min_balance: 50_000_000,
            spent_today: Lamports { fee: 215_640, rent: 2_039_280 },
            most_a_day: Lamports { fee: 10_000_000, rent: 100_000_000 },
        },
        due: Listed {
            total: 4,
            first: vec![
                due("proposal_execute", "proposal 41", 11_520, "refused", Some(54)),
                due("snapshot_bind", &format!("root of {OTHER} for proposal 44"), 9, "sent", None),
                due("proposal_finalize", "proposal 43", 4, "waiting", None),
                due("proposal_close", "proposal 12", 0, "waiting", None),
            ],
        },
        endpoints: vec![endpoint("own", 3, 0), endpoint("second", 48, 1), rented],
        letters: Listed { total: 1, first: vec![letter] },
        events: vec![
            event(66, "proposal_execute/41", "refused", 0, None),
            event(372, "proposal_finalize/42", "done", 5_390, Some(SIGNATURE)),
            event(373, "proposal_execute/40", "done", 5_390, Some(SIGNATURE)),
            event(4_210, "policy_sunset/7", "overtaken", 0, None),
            event(86_401, "emergency_lapse/2", "expired", 0, Some(SIGNATURE)),
        ],
    }
}

fn view() -> View {
    let mut view = View::new("http://127.0.0.1:9464".to_owned(), true);
    view.answered();
    view
}

fn drawn(size: (u16, u16), status: Option<&Status>, view: &View) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("it takes any size");
    terminal.draw(|frame| draw(frame.area(), frame.buffer_mut(), status, view)).expect("it is drawn");
    terminal.backend().buffer().clone()
}

/// Compares a picture with the file of that name.
#[track_caller]
fn check(name: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("src/bin/quantumagi-crank/top/draw/frames")
        .join(format!("{name}.txt"));
    let found = format!("{found}\n");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &found).expect("the folder can be written");
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == found, "{name} differs; UPDATE_DOCS=1 writes it anew:\n{found}");
}

#[test]
fn an_ordinary_terminal_shows_something_of_everything() {
    let found = text_of(&drawn((80, 24), Some(&status()), &view()));
    assert!(found.lines().count() == 24 && found.contains("LETTERS"));
    check("80x24", &found);
}

#[test]
fn the_picture_of_the_manual_is_up_to_date() {
    let frame = text_of(&drawn((110, 30), Some(&status()), &view()));
    check("110x30", &frame);
    let manual = fs::read_to_string(MANUAL).expect("the manual is there");
    let (before, rest) = manual.split_once(MARK).expect("the manual has a place for it");
    let (_, after) = rest.split_once("```\n").expect("the picture ends");
    let page = format!("{before}{MARK}{frame}\n```\n{after}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(MANUAL, &page).expect("the manual can be written");
    }
    let written = fs::read_to_string(MANUAL).expect("the manual is there");
    assert!(written == page, "docs/operators.md is stale: run `UPDATE_DOCS=1 cargo test -p quantumagi-crank --bins`");
}

#[test]
fn a_wide_terminal_shows_whole_signatures() {
    let found = text_of(&drawn((200, 40), Some(&status()), &view()));
    assert_eq!(found.matches(SIGNATURE).count(), 3);
    check("200x40", &found);
}

#[test]
fn a_small_terminal_shows_the_chosen_list() {
    let mut view = view();
    view.focus = 3;
    check("60x12", &text_of(&drawn((60, 12), Some(&status()), &view)));
}

#[test]
fn a_crank_that_does_not_answer_is_told_with_the_age_of_what_is_shown() {
    let mut view = view();
    view.trouble = Some("tcp connect error: Connection refused (os error 111)".to_owned());
    view.age = Some(Duration::from_secs(245));
    check("silent", &text_of(&drawn((110, 24), Some(&status()), &view)));
    view.age = None;
    check("never", &text_of(&drawn((110, 24), None, &view)));
}

#[test]
fn the_keys_are_explained() {
    let mut view = view();
    view.is_help = true;
    check("help", &text_of(&drawn((110, 24), Some(&status()), &view)));
}

#[test]
fn a_printed_picture_has_every_row() {
    let mut status = status();
    status.due.first = (0..70).map(|id| due("proposal_close", &format!("proposal {id}"), 9, "waiting", None)).collect();
    status.due.total = 170;
    status.reasons = (0..9).map(|number| format!("reason {number}")).collect();
    let found = plain(&status, &view(), 120);
    for row in (0..70).map(|id| format!("proposal {id} ")).chain((0..9).map(|number| format!("! reason {number}"))) {
        assert!(found.contains(&row), "{row}: {found}");
    }
    assert!(found.contains("DUE 1-70 of 170") && !found.contains("q end"), "{found}");
    check("plain", &plain(&super::tests::status(), &view(), 120));
}

#[test]
fn no_size_is_too_small_and_none_too_large() {
    let (status, mut view) = (status(), view());
    view.trouble = Some("why".to_owned());
    for is_help in [false, true] {
        view.is_help = is_help;
        let sizes = [1, 2, 3, 5, 8, 9, 13, 24];
        for (width, height) in sizes.into_iter().flat_map(|width| sizes.map(|height| (width, height))) {
            drawn((width, height), Some(&status), &view);
            drawn((width, height), None, &view);
        }
        drawn((500, 200), Some(&status), &view);
    }
}

#[test]
fn colours_are_there_only_where_they_are_wanted() {
    let coloured = |is_coloured| {
        let buffer = drawn((80, 24), Some(&status()), &View { is_coloured, ..view() });
        buffer.content.iter().filter(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset).count()
    };
    assert_eq!(coloured(false), 0);
    assert!(coloured(true) > 100);
}

#[test]
fn every_row_of_every_list_can_be_reached_and_no_more() {
    let mut status = status();
    status.due.first = (0..50).map(|id| due("proposal_close", &format!("proposal {id}"), 9, "waiting", None)).collect();
    status.due.total = 50;
    let (lengths, mut view) = (lengths(&status), view());
    let mut press = |code| view.press(KeyEvent::new(code, KeyModifiers::NONE), lengths);
    assert_eq!(press(KeyCode::End), Then::GoOn);
    let shown = |view: &View| text_of(&drawn((80, 24), Some(&status), view));
    assert!(shown(&view).contains("of proposal 49 ") && shown(&view).contains("-50 of 50"), "{}", shown(&view));
    view.press(KeyEvent::new(KeyCode::Home, KeyModifiers::NONE), lengths);
    assert!(shown(&view).contains("of proposal 0 ") && shown(&view).contains("DUE 1-"), "{}", shown(&view));
    view.press(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE), lengths);
    assert!(!shown(&view).contains("of proposal 0 ") && shown(&view).contains("DUE 2-"), "{}", shown(&view));
    view.press(KeyEvent::new(KeyCode::PageUp, KeyModifiers::NONE), lengths);
    assert_eq!(view.offsets, [0; 4]);
}

#[test]
fn keys_end_explain_and_choose() {
    let (lengths, mut view) = (lengths(&status()), view());
    let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
    for focus in [1, 2, 3, 0] {
        assert_eq!(view.press(key(KeyCode::Tab), lengths), Then::GoOn);
        assert_eq!(view.focus, focus);
    }
    assert_eq!((view.press(key(KeyCode::BackTab), lengths), view.focus), (Then::GoOn, 3));
    assert_eq!((view.press(key(KeyCode::Char('?')), lengths), view.is_help), (Then::GoOn, true));
    assert_eq!((view.press(key(KeyCode::Char('q')), lengths), view.is_help), (Then::GoOn, false));
    assert_eq!(view.press(key(KeyCode::Char('q')), lengths), Then::End);
    assert_eq!(view.press(key(KeyCode::Char('c')), lengths), Then::GoOn);
    assert_eq!(view.press(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL), lengths), Then::End);
}

#[test]
fn lists_share_the_room_and_the_chosen_one_comes_first() {
    assert_eq!(heights(7, [9, 9, 9, 9], 2), [0, 0, 7, 0]);
    assert_eq!(heights(8, [9, 9, 9, 9], 2), [2, 2, 2, 2]);
    assert_eq!(heights(9, [9, 9, 9, 9], 2), [2, 2, 3, 2]);
    assert_eq!(heights(20, [1, 1, 9, 9], 0), [2, 2, 8, 8]);
    assert_eq!(heights(99, [1, 2, 3, 4], 0), [2, 3, 4, 5]);
}

#[test]
fn what_a_crank_tells_says_nothing_to_the_terminal() {
    let mut status = status();
    status.reasons = vec!["\u{1b}]0;evil\u{7}".to_owned()];
    status.endpoints[0].name = "\u{1b}[2J".to_owned();
    status.letters.first[0].reason = "\u{9b}31m".to_owned();
    let buffer = drawn((80, 24), Some(&status), &view());
    let is_control = |symbol: &str| symbol.chars().any(char::is_control);
    assert!(buffer.content.iter().all(|cell| !is_control(cell.symbol())));
}
