//! A terminal, and what is on its screen.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::num::NonZero;
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};

/// Far above what anything here takes; reached only where something hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// A program in a terminal of its own. Killed where a test fails before it ends.
pub(crate) struct Terminal {
    child: Child,
    master: OwnedFd,
    /// Keeps the terminal when the program has ended.
    slave: OwnedFd,
    before: Termios,
    written: Receiver<Vec<u8>>,
    screen: vt100::Parser,
}

/// Settings of a terminal that a program may have changed.
fn settings(termios: &Termios) -> (String, String, String) {
    (format!("{:?}", termios.local_modes), format!("{:?}", termios.input_modes), format!("{:?}", termios.output_modes))
}

impl Terminal {
    /// Starts the program in a terminal of so many rows and columns, which is its controlling one.
    pub(crate) fn start(command: &Command, (rows, columns): (u16, u16)) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).expect("a terminal");
        grantpt(&master).expect("it is ours");
        unlockpt(&master).expect("it is ours");
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let slave = ioctl_tiocgptpeer(&master, OpenptFlags::from_bits_retain(flags.bits())).expect("its other side");
        resize(&master, rows, columns);
        let before = tcgetattr(&slave).expect("it is a terminal");
        let side = || slave.try_clone().expect("a file can be opened");
        let mut in_session = Command::new("setsid");
        in_session.arg("--ctty").arg(command.get_program()).args(command.get_args()).env_clear();
        in_session.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        in_session.env("TERM", "xterm-256color").stdin(side()).stdout(side()).stderr(side());
        let child = in_session.spawn().expect("setsid runs: it is part of util-linux");
        let mut output = File::from(master.try_clone().expect("a file can be opened"));
        let (sender, written) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 65_536];
            while let Ok(length) = output.read(&mut buffer) {
                if length == 0 || sender.send(buffer[..length].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, master, slave, before, written, screen: vt100::Parser::new(cells(rows), cells(columns), 0) }
    }

    /// What is on the screen.
    pub(crate) fn text(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the screen is so.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + LIMIT;
        loop {
            let text = self.text();
            if is_so(&text) {
                return text;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let written = self.written.recv_timeout(left);
            self.screen.process(&written.unwrap_or_else(|_| panic!("not on the screen: {what}\n{text}")));
        }
    }

    /// Presses keys, as the bytes that a terminal sends for them.
    pub(crate) fn press(&mut self, keys: &str) {
        let mut input = File::from(self.master.try_clone().expect("a file can be opened"));
        input.write_all(keys.as_bytes()).expect("the terminal takes them");
    }

    /// Makes it so large.
    pub(crate) fn resize(&mut self, (rows, columns): (u16, u16)) {
        self.screen.screen_mut().set_size(cells(rows), cells(columns));
        resize(&self.master, rows, columns);
    }

    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Waits for the end of the program, which must have left the terminal as it was.
    #[track_caller]
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().expect("it was started here");
        // Everything that it wrote comes before this.
        let mut mark =
            OpenOptions::new().write(true).open(rustix::termios::ttyname(&self.slave, Vec::new()).map_or_else(
                |error| panic!("the terminal has no name: {error}"),
                |name| name.to_str().expect("text").to_owned(),
            ));
        let mark = mark.as_mut().expect("it is there still");
        mark.write_all(b"\r\n(the end)").expect("it can be written");
        self.until("its end", |text| text.contains("(the end)"));
        let after = tcgetattr(&self.slave).expect("it is a terminal");
        assert_eq!(settings(&after), settings(&self.before), "the terminal is as it was");
        let screen = self.screen.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor(), "the screen is given back");
        (status, self.text())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It has ended where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn resize(master: &impl AsFd, rows: u16, columns: u16) {
    tcsetwinsize(master, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).expect("a terminal");
}

fn cells(number: u16) -> NonZero<u16> {
    NonZero::new(number).expect("a screen has some")
}
