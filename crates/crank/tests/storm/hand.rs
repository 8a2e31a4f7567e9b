//! One crank of the storm: its wallet and journal stay, its processes come and go.

use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use quantumagi_crank::{Journal, Stage};
use quantumagi_rpc::solana::Keypair;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use super::AS_CRANK;
use super::crank::Orders;

/// `SIGABRT` and `SIGKILL`.
const ABORTED: i32 = 6;
const KILLED: i32 = 9;

/// What a process said, or `None` when it has ended.
pub(crate) struct Word {
    pub(crate) hand: usize,
    pub(crate) generation: u32,
    pub(crate) line: Option<String>,
}

pub(crate) struct Hand {
    index: usize,
    pub(crate) key: Arc<Keypair>,
    pub(crate) journal: PathBuf,
    orders: Orders,
    words: mpsc::UnboundedSender<Word>,
    child: Option<Child>,
    /// Which process it is.
    pub(crate) generation: u32,
    /// Lines until it is killed.
    pub(crate) fuse: u32,
    /// Whether it has seen that nothing is due.
    pub(crate) is_idle: bool,
}

impl Hand {
    pub(crate) fn new(index: usize, key: Arc<Keypair>, orders: Orders, words: mpsc::UnboundedSender<Word>) -> Self {
        let journal = PathBuf::from(&orders.journal);
        Self { index, key, journal, orders, words, child: None, generation: 0, fuse: u32::MAX, is_idle: false }
    }

    /// Starts the next process.
    pub(crate) fn start(&mut self, dies_at: Option<(Stage, u32)>, fuse: u32) {
        assert!(self.child.is_none(), "one process at a time");
        self.orders.dies_at = dies_at;
        self.generation += 1;
        self.fuse = fuse;
        self.is_idle = false;
        let mut child = Command::new(std::env::current_exe().expect("this binary"))
            .arg(AS_CRANK)
            .args(self.orders.to_arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("it starts");
        let out = child.stdout.take().expect("a pipe");
        let (hand, generation, words) = (self.index, self.generation, self.words.clone());
        tokio::spawn(async move {
            let mut lines = BufReader::new(out).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                // Nobody listens any more once the test has failed.
                let _ = words.send(Word { hand, generation, line: Some(line) });
            }
            let _ = words.send(Word { hand, generation, line: None });
        });
        self.child = Some(child);
    }

    /// Kills the process, which can do nothing about it.
    pub(crate) async fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.start_kill().expect("it is ours");
        let status = child.wait().await.expect("it ends");
        assert!(matches!(status.signal(), Some(KILLED | ABORTED)), "it did not end by itself: {status:?}");
    }

    /// Takes note that the process has ended where it was told to; at which stage.
    pub(crate) async fn died(&mut self) -> Stage {
        let status = self.child.take().expect("it ran").wait().await.expect("it has ended");
        let (stage, _) = self.orders.dies_at.unwrap_or_else(|| panic!("nobody ended it: {status:?}"));
        assert_eq!(status.signal(), Some(ABORTED), "it was to end at {stage:?}: {status:?}");
        stage
    }

    /// Tells the process to stop, and waits until it has.
    pub(crate) async fn stop(&mut self) {
        let mut child = self.child.take().expect("it runs");
        drop(child.stdin.take());
        let status = child.wait().await.expect("it ends");
        assert!(status.success(), "{status:?}");
    }

    pub(crate) fn open_journal(&self) -> Arc<Journal> {
        Arc::new(Journal::open(&self.journal).expect("the journal opens after any death"))
    }
}
