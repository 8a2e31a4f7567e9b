//! The pages over TLS, by certificates that openssl makes, over real sockets.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::process::{Daemon, Home};
use crate::support::World;

/// Far above what anything here takes; reached only where something hangs.
const LIMIT: Duration = Duration::from_secs(60);
const ADDRESS: &str = "SysvarC1ock11111111111111111111111111111111";
const FILES: &str = "[tls]\ncertificate = \"server.pem\"\nkey = \"server.key\"\n";

fn openssl(home: &Home, args: &str) {
    let mut command = Command::new("openssl");
    let status =
        command.args(args.split(' ')).current_dir(&home.path).stderr(Stdio::null()).stdout(Stdio::null()).status();
    assert!(status.expect("scripts/setup --test installs openssl").success(), "openssl {args}");
}

/// An authority with this name: `NAME.pem` and `NAME.key`.
fn authority(home: &Home, name: &str) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(home, &format!("req -x509 {key} -days 2 -subj /CN={name} -keyout {name}.key -out {name}.pem"));
}

/// A certificate that the authority vouches for, for so many days from now on; with -1 it was over yesterday.
fn certificate(home: &Home, authority: &str, name: &str, alternative: &str, days: i32) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(home, &format!("req -new {key} -subj /CN={name} -keyout {name}.key -out {name}.csr"));
    home.write("extensions", &format!("subjectAltName={alternative}\nbasicConstraints=critical,CA:FALSE\n"));
    let by = format!("-CA {authority}.pem -CAkey {authority}.key -set_serial {}", rand_serial());
    openssl(home, &format!("x509 -req -in {name}.csr {by} -days {days} -extfile extensions -out {name}.pem"));
    home.mode(&format!("{name}.key"), "600");
}

/// Certificates of one authority have different numbers.
fn rand_serial() -> u128 {
    std::time::UNIX_EPOCH.elapsed().expect("after 1970").as_nanos()
}

/// A home with an authority, a certificate for this machine, and the configuration of a crank that serves it.
async fn sealed(more: &str) -> (World, Home) {
    let (world, home) = (World::start().await, Home::new());
    authority(&home, "ca");
    certificate(&home, "ca", "server", "DNS:localhost,IP:127.0.0.1", 30);
    home.set_up(&world, &format!("{FILES}{more}")).await;
    (world, home)
}

fn start(home: &Home) -> Daemon {
    let mut daemon = home.start(&[], &[]);
    daemon.until("looked");
    daemon
}

/// A connection of a client that believes this authority.
fn connected(home: &Home, daemon: &Daemon, authority: &str) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(home.at(&format!("{authority}.pem"))).expect("a certificate");
    roots.add(certificate).expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring knows them")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let stream = TcpStream::connect(daemon.address()).expect("it listens");
    stream.set_read_timeout(Some(LIMIT)).expect("a limit can be set");
    StreamOwned::new(client, stream)
}

/// Asks over a connection that stays open.
fn ask(stream: &mut (impl Read + Write), path: &str) -> std::io::Result<String> {
    write!(stream, "GET {path} HTTP/1.1\r\nhost: crank\r\n\r\n")?;
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"ok\n") {
        stream.read_exact(&mut byte)?;
        answer.push(byte[0]);
    }
    Ok(String::from_utf8(answer).expect("text"))
}

/// `top` is refused with these words, and may be served later.
#[track_caller]
fn refused(home: &Home, args: &[&str], words: &str) {
    let ran = home.run(&[&["top", "--once"], args].concat());
    assert_eq!((ran.code, ran.stdout.as_str()), (75, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_served_over_tls_and_only_so() {
    let (_world, home) = sealed("").await;
    let daemon = start(&home);
    let (_, port) = daemon.address().rsplit_once(':').expect("a port");
    let (url, ca) = (format!("https://localhost:{port}"), home.at("ca.pem"));
    let doctor = home.json(&["doctor"], 0);
    let pages = doctor.as_array().expect("a list").iter().find(|it| it["what"] == "pages").expect("it is looked at");
    assert_eq!(pages["words"], "served over TLS at 127.0.0.1:9464, to every client");
    let status = home.json(&["top", "--url", &url, "--ca", &ca], 0);
    assert_eq!(status["condition"], "ok");
    let ran = home.run(&["top", "--url", &format!("https://{}", daemon.address()), "--ca", &ca]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "by its address too");

    // Without TLS it answers nothing that is HTTP.
    let mut plain = TcpStream::connect(daemon.address()).expect("it listens");
    plain.set_read_timeout(Some(LIMIT)).expect("a limit can be set");
    write!(plain, "GET /livez HTTP/1.1\r\nhost: crank\r\nconnection: close\r\n\r\n").expect("it reads");
    let mut answer = Vec::new();
    // It may close before all was read, which resets the connection.
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.windows(4).any(|part| part == b"HTTP"), "{answer:?}");
    refused(&home, &["--url", &format!("http://localhost:{port}")], "does not answer");
    // Nobody vouches for the certificate, or it is not for this name.
    refused(&home, &["--url", &url], "invalid peer certificate: UnknownIssuer");
    refused(&home, &["--url", &format!("https://127.0.0.2:{port}"), "--ca", &ca], "does not answer");
    let mut stream = connected(&home, &daemon, "ca");
    ask(&mut stream, "/readyz").expect("it answers");
    let mut metrics = connected(&home, &daemon, "ca");
    write!(metrics, "GET /metrics HTTP/1.1\r\nhost: crank\r\nconnection: close\r\n\r\n").expect("it reads");
    let mut page = String::new();
    // The connection may end without TLS's farewell, after all was told.
    let _ = metrics.read_to_string(&mut page);
    let refusals = "quantumagi_crank_http_connections_refused_total{reason=\"handshake\"} 3";
    assert!(page.contains(refusals), "{page}");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_over_or_for_another_name_is_refused_by_who_asks() {
    let (_world, home) = sealed("").await;
    let mut daemon = start(&home);
    let (url, ca) = (format!("https://{}", daemon.address()), home.at("ca.pem"));
    for (alternative, days, words) in [
        ("DNS:crank.example.org", 1, "invalid peer certificate: certificate not valid for name"),
        ("IP:127.0.0.1", -1, "invalid peer certificate: Expired"),
    ] {
        certificate(&home, "ca", "server", alternative, days);
        daemon.signal("HUP");
        daemon.until("the configuration was read again and is in force");
        refused(&home, &["--url", &url, "--ca", &ca], words);
    }
    let doctor = home.json(&["doctor"], 0);
    let pages = doctor.as_array().expect("a list").iter().find(|it| it["what"] == "pages").expect("it is looked at");
    assert_eq!(pages["words"], "the certificate of the pages ended 1 days ago: renew it and reload");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_clients_that_an_authority_vouches_for_are_served_where_so_told() {
    let (_world, home) = sealed("client_ca = \"clients.pem\"\n").await;
    for name in ["clients", "strangers"] {
        authority(&home, name);
    }
    certificate(&home, "clients", "prometheus", "DNS:prometheus", 1);
    certificate(&home, "strangers", "stranger", "DNS:stranger", 1);
    let daemon = start(&home);
    let (url, ca) = (format!("https://{}", daemon.address()), home.at("ca.pem"));
    let asked = |name: &str| {
        let files = [home.at(&format!("{name}.pem")), home.at(&format!("{name}.key"))];
        home.run(&["top", "--once", "--url", &url, "--ca", &ca, "--cert", &files[0], "--key", &files[1]])
    };
    // Whether a client of TLS 1.3 still hears why is a race that it may lose.
    let closed = "it closed the connection before it was asked, as where it wants another client certificate";
    let nobody = home.run(&["top", "--once", "--url", &url, "--ca", &ca]);
    for (ran, reasons) in [
        (nobody, ["CertificateRequired", closed].as_slice()),
        (asked("stranger"), &["UnknownCA", "DecryptError", closed]),
    ] {
        assert_eq!((ran.code, ran.stdout.as_str()), (75, ""), "{}", ran.stderr);
        assert!(reasons.iter().any(|reason| ran.stderr.contains(reason)), "{}", ran.stderr);
    }
    assert_eq!(asked("prometheus").code, 0);
    home.mode("prometheus.key", "640");
    let loose = asked("prometheus");
    let path = home.at("prometheus.key");
    let expected = format!("error: others can read the key of --key, {path} (mode 640)\n\nhint: chmod 600 '{path}'\n");
    assert_eq!((loose.code, loose.stderr), (78, expected));
}

/// A new certificate takes effect without a connection being dropped, a wrong one does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_read_again_without_dropping_anybody() {
    let (_world, home) = sealed("").await;
    let mut daemon = start(&home);
    let mut old = connected(&home, &daemon, "ca");
    ask(&mut old, "/readyz").expect("it answers");
    authority(&home, "ca2");
    certificate(&home, "ca2", "server", "DNS:localhost", 30);
    daemon.signal("HUP");
    daemon.until("the configuration was read again and is in force");
    ask(&mut old, "/livez").expect("an open connection goes on");
    ask(&mut connected(&home, &daemon, "ca2"), "/livez").expect("a new one sees the new certificate");
    let stale = ask(&mut connected(&home, &daemon, "ca"), "/livez").expect_err("nobody vouches for it any more");
    assert!(stale.to_string().contains("UnknownIssuer") || stale.to_string().contains("BadSignature"), "{stale}");

    // A key that does not fit: the old ones go on.
    openssl(&home, "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out server.key");
    daemon.signal("HUP");
    let line = daemon.until("the configuration was not read again");
    let words = line["error"].as_str().expect("why");
    assert!(words.contains("cannot be used together"), "{words}");
    ask(&mut connected(&home, &daemon, "ca2"), "/livez").expect("it is served as before");
    ask(&mut old, "/livez").expect("an open connection goes on");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_slow_keeps_nobody_out() {
    let (_world, home) = sealed("").await;
    let daemon = start(&home);
    // Three times as many as may be there: some say nothing, some half of a greeting.
    let crowd: Vec<TcpStream> = (0..192)
        .map(|number| {
            let mut stream = TcpStream::connect(daemon.address()).expect("it listens");
            if number % 2 == 0 {
                // It may be closed already.
                let _ = stream.write_all(&[22, 3, 1, 2, 0, 1]);
            }
            stream
        })
        .collect();
    let began = Instant::now();
    for _ in 0..5 {
        ask(&mut connected(&home, &daemon, "ca"), "/livez").expect("it answers whoever is quick");
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(5), "sooner than the first of the crowd is given up: {took:?}");
    let is_there = |stream: &&TcpStream| {
        let mut stream: &TcpStream = stream;
        stream.set_nonblocking(true).expect("it can be set");
        stream.read(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    };
    let closed = crowd.len() - crowd.iter().filter(is_there).count();
    assert!(closed >= 128, "at most 64 are there: {closed} of 192 were closed");
    daemon.signal("TERM");
    assert_eq!(daemon.end().0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_that_floods_is_refused_where_others_can_ask() {
    let (_world, home) = sealed("").await;
    let variables = [("QUANTUMAGI_CRANK_LISTEN", "0.0.0.0:0")];
    let mut daemon = home.start(&[], &variables);
    daemon.until("looked");
    let mut stream = connected(&home, &daemon, "ca");
    let mut statuses = Vec::new();
    for _ in 0..200 {
        write!(stream, "GET /nothing HTTP/1.1\r\nhost: crank\r\n\r\n").expect("it reads");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("it answers");
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).expect("text").to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        stream.read_exact(&mut vec![0; length]).expect("its body");
        statuses.push(head.split(' ').nth(1).expect("a status").to_owned());
    }
    assert!(statuses[..20].iter().all(|status| status == "404"), "a burst is answered: {statuses:?}");
    assert!(statuses.contains(&"429".to_owned()), "a flood is not");
}

#[test]
fn pages_that_others_can_reach_are_refused_without_protection() {
    let home = Home::new();
    home.key("wallet.json");
    let base =
        format!("constitutions = [\"{ADDRESS}\"]\nkeypair = \"wallet.json\"\nrpc_url = \"http://127.0.0.1:1\"\n");
    let check = |more: &str| {
        home.write("crank.toml", &format!("{base}{more}"));
        home.run(&["check-config"])
    };
    let exposed = check("listen = \"0.0.0.0:9464\"\n");
    let expected = format!(
        "error: one thing is wrong in {}:\n  line 4: listen: other machines can reach 0.0.0.0:9464, and nothing protects it: \
         give [tls] with certificate and key, or write listen_protected = \"elsewhere\" where a proxy, a VPN or a firewall \
         does, or listen on 127.0.0.1:9464\n\nhint: docs/operators.md lists every key; `quantumagi-crank check-config` reads \
         the file again\n",
        home.at("crank.toml")
    );
    assert_eq!((exposed.code, exposed.stdout.as_str(), exposed.stderr), (78, "", expected));
    assert_eq!(check("listen = \"0.0.0.0:9464\"\nlisten_protected = \"elsewhere\"\n").code, 0);

    let files = format!("listen = \"0.0.0.0:9464\"\n{FILES}");
    let absent = check(&files);
    let [certificate_path, key_path] = ["server.pem", "server.key"].map(|name| home.at(name));
    let expected =
        format!("error: tls.certificate: cannot read {certificate_path}: No such file or directory (os error 2)");
    assert_eq!((absent.code, absent.stderr.lines().next()), (78, Some(expected.as_str())));
    authority(&home, "ca");
    certificate(&home, "ca", "server", "DNS:localhost", 30);
    assert_eq!(check(&files).code, 0);
    home.mode("server.key", "604");
    let expected =
        format!("error: others can read the key of tls.key, {key_path} (mode 604)\n\nhint: chmod 600 '{key_path}'\n");
    assert_eq!(check(&files).stderr, expected);
    home.mode("server.key", "600");
    std::fs::copy(home.at("ca.key"), &key_path).expect("a file can be copied");
    home.mode("server.key", "600");
    let foreign = check(&files);
    let expected =
        format!("error: tls: the certificate {certificate_path} and the key {key_path} cannot be used together: ");
    assert!(foreign.code == 78 && foreign.stderr.starts_with(&expected), "{}", foreign.stderr);
    let secret = "not-a-key-but-secret";
    home.write("server.key", &format!("-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n"));
    let broken = check(&files);
    assert_eq!(broken.stderr.lines().next(), Some(format!("error: tls.key: {key_path} holds no key").as_str()));
    assert!(!broken.stderr.contains(secret));
    home.write("nobody.pem", "");
    certificate(&home, "ca", "server", "DNS:localhost", 30);
    let nobody = check(&format!("{files}client_ca = \"nobody.pem\"\n"));
    let path = home.at("nobody.pem");
    let expected = format!("error: tls.client_ca: {path} holds no certificate: there is none in it");
    assert_eq!((nobody.code, nobody.stderr.lines().next()), (78, Some(expected.as_str())));
}
