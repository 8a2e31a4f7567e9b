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
        ratatui::restore();
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
