//! Traces that a real crank sends to a real receiver, with the feature `otel`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use quantumagi_rules::action::Action;

use crate::process::Home;
use crate::receiver::{Answer, Receiver, Request};
use crate::support::World;

const VARIABLES: [(&str, &str); 1] = [("TOKEN", "t0ken-of-otlp")];

fn otlp(receiver: &Receiver) -> String {
    format!(
        "[alert]\ninstance = \"crank-1\"\n[otlp]\nendpoint = \"{}\"\n[otlp.headers_from_env]\nx-key = \"TOKEN\"\n",
        receiver.url()
    )
}

fn text(value: &Option<AnyValue>) -> String {
    match value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Any::StringValue(text)) => text.clone(),
        Some(Any::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn attributes(of: &[KeyValue]) -> BTreeMap<String, String> {
    of.iter().map(|it| (it.key.clone(), text(&it.value))).collect()
}

/// Every span that was taken, after the receiver's address and header were checked.
fn spans(requests: &[Request]) -> Vec<Span> {
    let mut spans = Vec::new();
    for request in requests {
        assert_eq!((request.path.as_str(), request.headers["x-key"].as_str()), ("/path0?key=k3y", "t0ken-of-otlp"));
        assert_eq!(request.headers["content-type"], "application/x-protobuf");
        let told = ExportTraceServiceRequest::decode(request.body.as_slice()).expect("OTLP");
        for of_resource in told.resource_spans {
            let resource = attributes(&of_resource.resource.expect("a resource").attributes);
            assert_eq!(
                (resource["service.name"].as_str(), resource["service.instance.id"].as_str()),
                ("quantumagi-crank", "crank-1")
            );
            spans.extend(of_resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
    }
    spans
}

/// Passes everything on to the network, and keeps what it heard.
fn listening_to(network: &str) -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let (network, heard) = (network.trim_start_matches("http://").trim_end_matches('/').to_owned(), Arc::default());
    let kept: Arc<Mutex<Vec<u8>>> = Arc::clone(&heard);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let Ok(onward) = TcpStream::connect(&network) else { return };
            let clone = |stream: &TcpStream| stream.try_clone().expect("a socket can be shared");
            let (kept, from, to) = (Arc::clone(&kept), clone(&stream), clone(&onward));
            std::thread::spawn(move || pass(from, to, Some(&kept)));
            std::thread::spawn(move || pass(onward, stream, None));
        }
    });
    (address, heard)
}

fn pass(mut from: TcpStream, mut to: TcpStream, kept: Option<&Mutex<Vec<u8>>>) {
    let mut buffer = [0; 4_096];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        kept.iter().for_each(|kept| kept.lock().expect("no test panics within").extend(&buffer[..length]));
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    // Either may have closed it already.
    let _ = to.shutdown(std::net::Shutdown::Write);
}

/// Trace and span of every `traceparent` in what was heard.
fn parents(heard: &[u8]) -> BTreeSet<(String, String)> {
    let heard = String::from_utf8_lossy(heard);
    let lines = heard.lines().filter_map(|line| line.strip_prefix("traceparent: "));
    let parts = lines.map(|line| line.trim().split('-').map(str::to_owned).collect::<Vec<_>>());
    parts
        .map(|parts| {
            assert_eq!((parts.len(), parts[0].as_str(), parts[3].as_str()), (4, "00", "01"), "{parts:?}");
            (parts[1].clone(), parts[2].clone())
        })
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_duty_is_one_tree_from_the_look_to_each_call_and_the_endpoint_is_told_where_it_belongs() {
    let (world, home, receiver) = (World::start().await, Home::new(), Receiver::start([]));
    home.set_up(&world, "").await;
    let (address, heard) = listening_to(world.network.rpc_url());
    home.configure(&[world.constitution], &format!("http://{address}/"), &otlp(&receiver));
    let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.ends_at).await;
    let mut daemon = home.start(&[], &VARIABLES);
    let attempted = daemon.until("attempted");
    assert_eq!(attempted["outcome"], "done");
    daemon.until("looked");
    daemon.signal("TERM");
    let (code, log) = daemon.end();
    assert_eq!(code, 0);
    // The last batch was sent before the end.
    let requests = receiver.rest();
    let spans = spans(&requests);

    let key = format!("{}/proposal_finalize/{}", world.constitution, account.id);
    let of = |span: &Span| attributes(&span.attributes);
    let action: Vec<&Span> = spans.iter().filter(|it| it.name == "action" && of(it)["action"] == key).collect();
    assert_eq!(action.len(), 1);
    let action = action[0];
    assert_eq!(of(action)["outcome"], "done");
    let round = spans.iter().find(|it| it.span_id == action.parent_span_id).expect("its parent was sent");
    assert_eq!((round.name.as_str(), round.parent_span_id.len(), of(round)["due"].as_str()), ("round", 0, "1"));

    let below = |parent: &Span| -> Vec<&Span> {
        let mut below: Vec<&Span> = spans.iter().filter(|it| it.parent_span_id == parent.span_id).collect();
        below.sort_by_key(|it| it.start_time_unix_nano);
        assert!(below.iter().all(|it| it.trace_id == parent.trace_id));
        below
    };
    let names = |spans: &[&Span]| spans.iter().map(|it| it.name.clone()).collect::<Vec<_>>();
    let stages = below(action);
    assert_eq!(names(&stages), ["build", "simulate", "sign", "confirm"]);
    let calls = |stage: &Span| -> Vec<String> {
        let calls = below(stage);
        calls
            .iter()
            .map(|call| {
                assert_eq!(call.name, "rpc_call");
                let attempts = below(call);
                assert_eq!(names(&attempts), ["rpc_attempt"], "nothing went wrong");
                let (attempt, method) = (of(attempts[0]), of(call)["method"].clone());
                assert_eq!(
                    (attempt["endpoint"].as_str(), &attempt["method"], attempt["attempt"].as_str()),
                    ("rpc", &method, "1")
                );
                assert_eq!(attempts[0].kind, 3, "a client's");
                method
            })
            .collect()
    };
    assert!(calls(stages[0]).iter().any(|method| method == "getMultipleAccounts" || method == "getAccountInfo"));
    assert!(calls(stages[1]).contains(&"simulateTransaction".to_owned()));
    let sends = below(stages[3]);
    assert!(!sends.is_empty() && names(&sends).iter().all(|name| name == "send"), "{:?}", names(&sends));
    assert_eq!(calls(sends[0]), ["sendTransaction"]);
    assert!(action.start_time_unix_nano <= stages[0].start_time_unix_nano);
    assert!(stages[3].end_time_unix_nano <= action.end_time_unix_nano);

    let attempts = spans.iter().filter(|it| it.name == "rpc_attempt");
    let sent: BTreeSet<(String, String)> = attempts.map(|it| (hex(&it.trace_id), hex(&it.span_id))).collect();
    assert_eq!(parents(&heard.lock().expect("no test panics within")), sent, "every call says where it belongs");

    let told: Vec<u8> = requests.iter().flat_map(|request| request.body.clone()).collect();
    let told = [String::from_utf8_lossy(&told).into_owned(), log.join("\n")].concat();
    for secret in [&address, &receiver.address, "path0", "k3y", "t0ken-of-otlp"] {
        assert!(!told.contains(secret), "{secret}");
    }
    let sending = log.iter().find(|line| line.contains("\"sending\"")).expect("it is told");
    let sending: serde_json::Value = serde_json::from_str(sending).expect("JSON");
    assert_eq!(sending["spans"].as_array().map(Vec::len), Some(1), "log lines are as without traces: {sending}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_dead_or_hangs_costs_the_crank_nothing() {
    let world = World::start().await;
    for is_hanging in [true, false] {
        let (home, receiver) = (Home::new(), Receiver::start([]));
        receiver.answer(Answer::Hang);
        home.set_up(&world, "").await;
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("a port").to_string();
        let table = otlp(&receiver);
        let table = if is_hanging { table } else { table.replace(&receiver.address, &free) };
        home.configure(&[world.constitution], world.network.rpc_url(), &format!("look_every = \"1s\"\n{table}"));
        let variables = [VARIABLES[0], ("OTEL_BSP_SCHEDULE_DELAY", "50")];
        let mut daemon = home.start(&[], &variables);
        if is_hanging {
            receiver.next();
        } else {
            let line = daemon.until("traces are not taken");
            assert_eq!(line["problem"], "unreachable");
        }
        let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
        let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
        world.travel_to(account.ends_at).await;
        assert_eq!(daemon.until("attempted")["outcome"], "done");
        assert_eq!(daemon.page("/readyz").0, 200);
        let asked = Instant::now();
        daemon.signal("TERM");
        let (code, log) = daemon.end();
        assert_eq!(code, 0);
        assert!(asked.elapsed() < Duration::from_secs(6), "{:?}", asked.elapsed());
        let told = log.iter().filter(|line| line.contains("traces are not taken")).count();
        assert!(told <= 1, "it is told once, not for each batch");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sampled_is_not_sent_and_calls_say_so() {
    let (world, home, receiver) = (World::start().await, Home::new(), Receiver::start([]));
    home.set_up(&world, "").await;
    let (address, heard) = listening_to(world.network.rpc_url());
    let table = otlp(&receiver).replace("[otlp]\n", "[otlp]\nsample_ratio = 0.0\n");
    home.configure(&[world.constitution], &format!("http://{address}/"), &table);
    let mut daemon = home.start(&[], &VARIABLES);
    daemon.until("looked");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
    assert_eq!(receiver.rest().len(), 0);
    let heard = String::from_utf8_lossy(&heard.lock().expect("no test panics within")).into_owned();
    let flags: BTreeSet<&str> =
        heard.lines().filter(|line| line.starts_with("traceparent: ")).map(|line| &line[line.len() - 2..]).collect();
    assert_eq!(flags, ["00"].into(), "a trace that nobody keeps is called one");
}
