//! The terminal: taken, drawn on, and given back, whatever happens.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use ratatui::crossterm::event::{self, Event, KeyEventKind};

use super::Answer;
use super::draw::draw;
use super::panels::lengths;
use super::view::{Then, View};

/// How often it is drawn where nothing is pressed.
const DRAW_EVERY: Duration = Duration::from_millis(200);

/// Gives the terminal back. A panic does so before it says anything: `ratatui::try_init` sees to that.
struct GivenBack;

impl Drop for GivenBack {
    fn drop(&mut self) {
        // A second time would put the cursor back to where the panic's words begin.
        if !std::thread::panicking() {
            ratatui::restore();
        }
    }
}

/// Shows answers until a key or a signal ends it.
///
/// # Errors
/// Where the terminal cannot be used any more.
pub(super) fn run(mut view: View, answers: &Receiver<Answer>, stop: &AtomicBool) -> io::Result<()> {
    let given_back = GivenBack;
    let mut terminal = ratatui::try_init()?;
    let (mut status, mut told_at) = (None, None);
    while !stop.load(Ordering::Relaxed) {
        for Answer { at, told } in answers.try_iter() {
            match told {
                Ok(told) => {
                    (status, told_at) = (Some(told), Some(at));
                    view.trouble = None;
                }
                Err(why) => view.trouble = Some(why),
            }
        }
        view.age = told_at.map(|at: std::time::Instant| at.elapsed());
        terminal.draw(|frame| draw(frame.area(), frame.buffer_mut(), status.as_ref(), &view))?;
        let mut patience = DRAW_EVERY;
        while event::poll(patience)? {
            patience = Duration::ZERO;
            // A change of size is drawn like everything else.
            let Event::Key(key) = event::read()? else { continue };
            let lengths = status.as_ref().map(lengths).unwrap_or_default();
            if key.kind == KeyEventKind::Press && view.press(key, lengths) == Then::End {
                return Ok(());
            }
        }
    }
    drop(given_back);
    Ok(())
}

#[cfg(test)]
#[path = "../../../../tests/operator/terminal.rs"]
#[allow(dead_code, reason = "what only the tests of the whole program use")]
mod terminal;

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::mpsc;

    use super::*;

    /// Says that this is the process in the terminal.
    const INSIDE: &str = "QUANTUMAGI_TEST_INSIDE";

    /// Draws, and panics over the first answer.
    #[test]
    fn the_terminal_is_given_back_before_a_panic_speaks() {
        if std::env::var_os(INSIDE).is_some() {
            let (sender, answers) = mpsc::channel();
            sender.send(Answer { at: std::time::Instant::now(), told: Err("boom".to_owned()) }).expect("it is held");
            let drawn = std::panic::catch_unwind(|| {
                let _given_back = GivenBack;
                let mut terminal = ratatui::try_init().expect("a terminal");
                let view = View::new("http://crank".to_owned(), true);
                terminal.draw(|frame| draw(frame.area(), frame.buffer_mut(), None, &view)).expect("it is drawn");
                panic!("over {:?}", answers.recv().expect("it is there").told);
            });
            drawn.expect_err("it panics");
            return;
        }
        let this = std::env::current_exe().expect("this program");
        let name = "top::screen::tests::the_terminal_is_given_back_before_a_panic_speaks";
        let mut command = Command::new(this);
        command.args(["--exact", name, "--nocapture", "--test-threads=1"]).env(INSIDE, "1").env("RUST_BACKTRACE", "0");
        let mut screen = terminal::Terminal::start(&command, (24, 80));
        let text = screen.until("what the panic says", |text| text.contains("over Err(\"boom\")"));
        assert!(!text.contains("asking http://crank"), "it is said on the screen that was there before\n{text}");
        assert_eq!(screen.end().0.code(), Some(0));
    }
}
