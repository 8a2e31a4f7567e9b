//! Postgres: a cluster of Debian's own server, made here. Where `QUANTUMAGI_FULL` asks for what takes longer.

use std::path::PathBuf;
use std::process::Command;

use quantumagi_rpc::cache::CacheConfig;

use super::{Chain, Folder, PATIENCE, check_level, free_port, is_kept, pause_ends, slot};
use crate::support::is_full_run;

struct Server {
    folder: Folder,
    port: u16,
}

impl Server {
    fn start(name: &str) -> Self {
        let server = Self { folder: Folder::new(name), port: free_port() };
        if is_root() {
            // Postgres refuses to run as root; the package brings a user for it.
            succeed(Command::new("chown").arg("postgres").arg(server.folder.path()));
        }
        let data = server.data();
        succeed(program("initdb").args(["--auth=trust", "--username=ana", "--no-sync", "-D"]).arg(&data));
        server.run();
        server
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self) {
        let options = format!("-p {} -k '' -c listen_addresses=127.0.0.1 -c fsync=off", self.port);
        let log = self.folder.path().join("log");
        // Returns when the server answers.
        succeed(program("pg_ctl").args(["start", "-w", "-o", &options, "-D"]).arg(self.data()).arg("-l").arg(log));
    }

    fn stop(&self) {
        succeed(program("pg_ctl").args(["stop", "-w", "-m", "immediate", "-D"]).arg(self.data()));
    }

    fn cache(&self) -> CacheConfig {
        let url = format!("postgres://ana@127.0.0.1:{}/postgres", self.port);
        CacheConfig::default().with_database(url.parse().expect("an address")).with_patience(PATIENCE)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = program("pg_ctl").args(["stop", "-w", "-m", "immediate", "-D"]).arg(self.data()).output();
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout == b"0\n"
}

/// One of Postgres's programs, of the newest version that is there.
fn program(name: &str) -> Command {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("Debian's postgresql; see scripts/setup --test");
    let newest = versions.filter_map(|version| version.ok()?.file_name().into_string().ok()?.parse::<u32>().ok()).max();
    let path = format!("/usr/lib/postgresql/{}/bin/{name}", newest.expect("a version of it"));
    if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", &path]).current_dir("/");
        return command;
    }
    Command::new(path)
}

fn succeed(command: &mut Command) {
    // Not `output`: the server keeps what it inherits open.
    let status = command.stdout(std::process::Stdio::null()).status();
    assert!(status.expect("it runs").success(), "{command:?}");
}

#[tokio::test]
async fn answers_are_kept_in_postgres_which_may_be_lost_and_come_back() {
    if !is_full_run() {
        return;
    }
    let server = Server::start("postgres");
    let cache = server.cache();
    check_level(&cache).await;

    let chain = Chain::at(200).await;
    let reader = chain.reader(&cache).await;
    slot(&reader, 1_001).await;
    server.stop();
    for account in 1_002..1_005 {
        assert_eq!(slot(&reader, account).await, 200);
    }
    reader.flush().await;
    server.run();
    pause_ends().await;
    slot(&reader, 1_005).await;
    reader.flush().await;
    assert!(is_kept(&chain, &cache, 1_005).await);
}
