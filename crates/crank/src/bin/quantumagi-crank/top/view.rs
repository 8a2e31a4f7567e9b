//! What a person has chosen to see, and how old what they see is.

use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Rows that a page up or down goes.
const PAGE: usize = 10;

/// The lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Panel {
    Due,
    Endpoints,
    Letters,
    Events,
}

impl Panel {
    /// All of them, from top to bottom.
    pub(super) const ALL: [Self; 4] = [Self::Due, Self::Endpoints, Self::Letters, Self::Events];
}

/// Whether it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    GoOn,
    End,
}

/// What is shown of a status.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// Who is asked.
    pub(super) url: String,
    /// Since the last answer; `None` before the first.
    pub(super) age: Option<Duration>,
    /// Why the last question was not answered.
    pub(super) trouble: Option<String>,
    /// The list that keys scroll, by its place.
    pub(super) focus: usize,
    /// Rows above the first that is shown, of each list.
    pub(super) offsets: [usize; Panel::ALL.len()],
    /// Whether the keys are explained in place of the lists.
    pub(super) is_help: bool,
    /// Whether there are colours.
    pub(super) is_coloured: bool,
    /// Whether it is printed, and nobody presses keys.
    pub(super) is_plain: bool,
}

impl View {
    /// Of somebody who has pressed nothing yet.
    pub(super) fn new(url: String, is_coloured: bool) -> Self {
        Self {
            url,
            age: None,
            trouble: None,
            focus: 0,
            offsets: [0; Panel::ALL.len()],
            is_help: false,
            is_coloured,
            is_plain: false,
        }
    }

    /// An answer came just now.
    pub(super) fn answered(&mut self) {
        (self.age, self.trouble) = (Some(Duration::ZERO), None);
    }

    /// A key was pressed. `lengths` are those of the lists: nobody scrolls past an end.
    pub(super) fn press(&mut self, key: KeyEvent, lengths: [usize; Panel::ALL.len()]) -> Then {
        let (places, is_control) = (Panel::ALL.len(), key.modifiers.contains(KeyModifiers::CONTROL));
        #[allow(clippy::wildcard_enum_match_arm, reason = "all other keys do nothing")]
        match key.code {
            KeyCode::Char('c') if is_control => return Then::End,
            KeyCode::Char('?' | 'h') => self.is_help = !self.is_help,
            KeyCode::Esc | KeyCode::Char('q') if self.is_help => self.is_help = false,
            KeyCode::Char('q') => return Then::End,
            KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => self.focus = (self.focus + 1) % places,
            KeyCode::BackTab | KeyCode::Left => self.focus = (self.focus + places - 1) % places,
            KeyCode::Down | KeyCode::Char('j') => self.scroll(lengths, |offset| offset.saturating_add(1)),
            KeyCode::Up | KeyCode::Char('k') => self.scroll(lengths, |offset| offset.saturating_sub(1)),
            KeyCode::PageDown => self.scroll(lengths, |offset| offset.saturating_add(PAGE)),
            KeyCode::PageUp => self.scroll(lengths, |offset| offset.saturating_sub(PAGE)),
            KeyCode::Home => self.scroll(lengths, |_| 0),
            KeyCode::End => self.scroll(lengths, |_| usize::MAX),
            _ => {}
        }
        Then::GoOn
    }

    fn scroll(&mut self, lengths: [usize; Panel::ALL.len()], to: impl Fn(usize) -> usize) {
        if let (Some(offset), Some(length)) = (self.offsets.get_mut(self.focus), lengths.get(self.focus)) {
            *offset = to(*offset).min(length.saturating_sub(1));
        }
    }
}
