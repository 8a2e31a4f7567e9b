//! docs/operators.md: every command is run, in order, on a machine that the test plays; and every alert has its section.

use std::fs;
use std::process::{Command, Stdio};

use quantumagi_rules::action::Action;

use crate::process::{Daemon, Home};
use crate::support::{SOL, World};

const MANUAL: &str = include_str!("../../../../docs/operators.md");

/// A machine with the crank on it, as its operator's shell finds it.
struct Machine<'a> {
    home: &'a Home,
    world: &'a World,
    daemon: Option<Daemon>,
    /// What daemons before this one have logged.
    journal: Vec<String>,
}

/// The commands of the page: each with whether it is for the package manager or systemd.
fn commands() -> Vec<(bool, &'static str)> {
    let mut commands = Vec::new();
    let mut block = None;
    for line in MANUAL.lines() {
        match (line, block) {
            ("```sh", None) => block = Some(false),
            ("```sh service", None) => block = Some(true),
            ("```", Some(_)) => block = None,
            (line, Some(is_service)) => commands.push((is_service, line)),
            (_, None) => {}
        }
    }
    commands
}

impl Machine<'_> {
    /// The command as it is here: folders of the system lie in the home, and nobody needs `sudo`.
    fn here(&self, command: &str) -> String {
        let command = command.replace("sudo -u quantumagi-crank ", "").replace("sudo ", "");
        let address = self.daemon.as_ref().map(|daemon| daemon.address().to_owned()).unwrap_or_default();
        command
            .replace("/etc/quantumagi", &self.home.at("etc"))
            .replace("CONSTITUTION", &self.world.constitution.to_string())
            .replace("https://rpc.example.org", self.world.network.rpc_url())
            .replace("127.0.0.1:9464", &address)
    }

    fn run(&self, command: &str) -> String {
        let binaries = std::path::Path::new(env!("CARGO_BIN_EXE_quantumagi-crank")).parent().expect("a folder");
        let mut shell = Command::new("bash");
        shell.args(["-euo", "pipefail", "-c", &self.here(command)]).current_dir(&self.home.path).env_clear();
        shell.env("PATH", format!("{}:/usr/bin:/bin", binaries.display())).stdin(Stdio::null());
        shell.env("QUANTUMAGI_CRANK_CONFIG", self.home.at("etc/crank.toml"));
        // The unit's StateDirectory.
        shell.env("STATE_DIRECTORY", self.home.at("state")).env("HOME", &self.home.path);
        let output = shell.output().expect("bash runs");
        let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(output.status.success(), "{command}: {out} {err}");
        out
    }

    /// What systemd does, with the unit's own command and signals.
    fn serve(&mut self, command: &str) {
        let (config, state) = (self.home.at("etc/crank.toml"), self.home.at("state"));
        let start = |home: &Home| {
            let folders = [("QUANTUMAGI_CRANK_CONFIG", config.as_str()), ("STATE_DIRECTORY", state.as_str())];
            // Nobody else is there to wait for.
            let variables = [folders[0], folders[1], ("QUANTUMAGI_CRANK_RANKS", "1")];
            Some(home.start(&[], &variables))
        };
        match command {
            // What the package brings is checked where it is built.
            "sudo apt-get install ./quantumagi-crank.deb" | "systemctl status quantumagi-crank" => {}
            "sudo systemctl enable --now quantumagi-crank" => self.daemon = start(self.home),
            "sudo systemctl restart quantumagi-crank" => {
                let daemon = self.daemon.take().expect("it runs");
                daemon.signal("TERM");
                let (code, log) = daemon.end();
                assert_eq!(code, 0);
                self.journal.extend(log);
                self.daemon = start(self.home);
                self.daemon.as_mut().expect("it runs").until("looked");
            }
            "sudo systemctl reload quantumagi-crank" => {
                let daemon = self.daemon.as_mut().expect("it runs");
                daemon.signal("HUP");
                daemon.until("the configuration was read again and is in force");
                daemon.until("looked");
            }
            journal if journal.starts_with("journalctl -u quantumagi-crank -o cat") => {
                let log = &self.daemon.as_ref().expect("it runs").log;
                let lines: Vec<&str> = self.journal.iter().chain(log).map(String::as_str).collect();
                self.home.write("journal", &(lines.join("\n") + "\n"));
                let told = self.run(&journal.replace("journalctl -u quantumagi-crank -o cat", "cat journal"));
                assert!(!told.is_empty(), "{journal}");
            }
            unknown => panic!("a command for the system that the test does not play: {unknown}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_page_works_in_order() {
    let (world, home) = (World::start().await, Home::new());
    fs::create_dir(home.at("etc")).expect("a folder can be made");
    let mut machine = Machine { home: &home, world: &world, daemon: None, journal: Vec::new() };
    let commands = commands();
    assert!(commands.len() > 25, "{commands:?}");
    let default_wallet = "--keypair crank-wallet.json";
    for (is_service, command) in commands {
        if is_service {
            if command.contains("enable --now") {
                // Something for the daemon to do, and to write into its log.
                let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
                let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
                world.travel_to(account.ends_at).await;
            }
            machine.serve(command);
            if command.contains("enable --now") {
                machine.daemon.as_mut().expect("it runs").until("attempted");
            }
            continue;
        }
        let is_init = command.contains(" init ");
        // The default path is the system's; what follows it here is the same file in the home.
        let command = if is_init && !command.contains("--keypair") {
            format!("{command} {default_wallet}")
        } else {
            command.to_owned()
        };
        let told = machine.run(&command);
        if is_init {
            let address =
                told.split([',', '\n']).find_map(|part| part.trim().parse().ok()).expect("an address is told");
            world.network.fund(&address, SOL / 10).await.expect("the network funds a wallet");
        }
        if command.ends_with("/healthz") {
            assert!(told.contains("\"status\": \"ok\""), "{told}");
        }
    }
    let archived = machine.run("tar --list --file crank-backup.tar.gz");
    assert!(archived.contains("crank.toml") && archived.contains("crank-wallet.json"), "{archived}");
    let shown = machine.run("quantumagi-crank print-config");
    assert!(shown.contains("crank-wallet-2.json"), "{shown}");
}

#[test]
fn the_examples_of_configurations_are_in_order() {
    let example = MANUAL.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let home = Home::new();
    let text = example.replace("CONSTITUTION", "SysvarC1ock11111111111111111111111111111111");
    home.write("crank.toml", &text);
    let mut command = home.command(&["check-config"]);
    command.env("RENTED_URL", "https://rpc.example.org/key");
    let ran = home.ended(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let promised = MANUAL.split("```toml\n").nth(2).and_then(|rest| rest.split("```").next()).expect("another");
    assert!(promised.starts_with("[sla]\n"), "{promised}");
    home.write("crank.toml", &format!("{text}\n{promised}"));
    let mut command = home.command(&["print-config"]);
    command.env("RENTED_URL", "https://rpc.example.org/key");
    let ran = home.ended(command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains(promised), "{}", ran.stdout);
}
