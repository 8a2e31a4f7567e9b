//! The picture: a pure function of what the crank told and what a person has chosen to see.

use ratatui::buffer::Buffer;
use ratatui::layout::{Alignment, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Cell, Row, Table, Widget};

use super::panels::{Sheet, Tone};
use super::view::{Panel, View};
use super::words::{ends, fine_span, sol, span, subject};
use crate::health::Condition;
use crate::status::{Look, Status};

/// Most reasons that are shown beside the lists.
const MOST_REASONS: usize = 3;
/// Rows that all lists need: a head and a row each.
const ALL_LISTS: u16 = 2 * Panel::ALL.len() as u16;

const HELP: [&str; 12] = [
    "q, ctrl-c           end",
    "tab, left, right    the next or the last list",
    "up, down, j, k      scroll it by a row; page up, page down, home, end by more",
    "?                   this page, and back",
    "",
    "DUE        since when by the chain's clock; state: waiting for its turn, the stage of its attempt, or how the",
    "           last one ended; again: when a refused one is tried next",
    "ENDPOINTS  reads: how long they take, a failure counts as 5 s; lag: slots behind the others",
    "LETTERS    what is due and refused: quantumagi-crank dlq list",
    "EVENTS     fee and rent in lamports; the whole signature in a wide terminal, and with --json",
    "",
    "What every state and outcome means: docs/operators.md",
];

/// Colours, or none.
#[derive(Clone, Copy)]
struct Palette(bool);

impl Palette {
    fn tone(self, tone: Tone) -> Style {
        let colour = match tone {
            Tone::Plain => return Style::new(),
            Tone::Good => Color::Green,
            Tone::Look => Color::Yellow,
            Tone::Bad => Color::Red,
        };
        if self.0 { Style::new().fg(colour) } else { Style::new() }
    }

    fn condition(self, condition: Condition) -> Style {
        let tone = match condition {
            Condition::Ok => Tone::Good,
            Condition::Degraded => Tone::Look,
            Condition::Down => Tone::Bad,
        };
        self.tone(tone).add_modifier(Modifier::BOLD)
    }
}

/// Draws into a screen of any size.
pub(super) fn draw(area: Rect, buffer: &mut Buffer, status: Option<&Status>, view: &View) {
    let palette = Palette(view.is_coloured);
    let mut lines = vec![title(status, view, palette)];
    if let Some(why) = &view.trouble {
        let since = view.age.map(|age| format!(" (below is what it told {} ago)", span(age.as_secs())));
        let words = format!("{} does not answer{}:", view.url, since.unwrap_or_default());
        lines.extend([words, why.clone()].map(|words| Line::styled(words, palette.tone(Tone::Bad))));
    }
    if let Some(status) = status {
        lines.extend(reasons(status, view, palette));
        lines.extend(figures(status));
    } else if view.trouble.is_none() {
        lines.push(Line::raw(format!("asking {} …", view.url)));
    }
    let mut y = area.y;
    for line in lines {
        put(area, buffer, &mut y, line);
    }
    if !view.is_plain && area.height > 4 {
        let mut last = area.bottom().saturating_sub(1);
        let keys = if view.is_help { "? back  q back" } else { "q end  tab next list  up/down scroll  ? help" };
        put(area, buffer, &mut last, Line::styled(keys, Style::new().add_modifier(Modifier::DIM)));
    }
    let footer = u16::from(!view.is_plain);
    let lists = Rect { y, height: area.bottom().saturating_sub(y).saturating_sub(footer), ..area };
    if view.is_help {
        let mut y = lists.y;
        for line in HELP {
            put(lists, buffer, &mut y, Line::raw(line));
        }
    } else if let Some(status) = status {
        draw_lists(lists, buffer, status, view, palette);
    }
}

/// The picture as text, as high as it takes.
pub(super) fn plain(status: &Status, view: &View, columns: u16) -> String {
    let view = View { is_plain: true, is_coloured: false, ..view.clone() };
    let rows: usize = super::panels::lengths(status).iter().map(|length| length + 3).sum();
    let height = u16::try_from(rows + status.reasons.len() + 8).unwrap_or(u16::MAX);
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, height));
    draw(buffer.area, &mut buffer, Some(status), &view);
    text_of(&buffer)
}

/// The characters of a screen, without the spaces at the ends of its lines and the empty lines at its end.
pub(super) fn text_of(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width.max(1));
    let row = |cells: &[ratatui::buffer::Cell]| cells.iter().map(|cell| cell.symbol()).collect::<String>();
    let lines: Vec<String> = buffer.content.chunks(width).map(|cells| row(cells).trim_end().to_owned()).collect();
    let end = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    lines.into_iter().take(end).collect::<Vec<_>>().join("\n")
}

fn put(area: Rect, buffer: &mut Buffer, y: &mut u16, line: Line<'_>) {
    if *y < area.bottom() {
        line.render(Rect { y: *y, height: 1, ..area }, buffer);
        *y += 1;
    }
}

fn title(status: Option<&Status>, view: &View, palette: Palette) -> Line<'static> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let Some(status) = status else { return Line::styled("quantumagi-crank", bold) };
    let mut spans = vec![
        Span::styled(format!("quantumagi-crank {}", status.version), bold),
        Span::raw("  "),
        match view.trouble {
            Some(_) => Span::styled("NO ANSWER", palette.condition(Condition::Down)),
            None => Span::styled(status.condition.name().to_uppercase(), palette.condition(status.condition)),
        },
        Span::raw(format!("  up {}", span(status.up_seconds))),
    ];
    if !matches!(status.mode.as_str(), "" | "act") {
        spans.push(Span::raw(format!("  only {}", status.mode.replace('_', " "))));
    }
    if view.trouble.is_none() {
        spans.push(Span::raw(format!("  {}", view.url)));
    }
    Line::from(spans)
}

fn reasons(status: &Status, view: &View, palette: Palette) -> Vec<Line<'static>> {
    let most = if view.is_plain { usize::MAX } else { MOST_REASONS };
    let style = palette.tone(if status.condition == Condition::Down { Tone::Bad } else { Tone::Look });
    let all = status.reasons.len();
    let told = if most < all { most - 1 } else { all };
    let mut lines: Vec<Line<'_>> =
        status.reasons.iter().take(told).map(|why| Line::styled(format!("! {}", subject(why)), style)).collect();
    if told < all {
        lines.push(Line::styled(format!("! and {} more: see /healthz", all - told), style));
    }
    lines
}

fn figures(status: &Status) -> [Line<'static>; 3] {
    let money = &status.money;
    let wallet = status.wallet.as_deref().map_or("none".to_owned(), ends);
    let balance = money.balance.map_or("not known".to_owned(), |lamports| format!("{} SOL", sol(lamports)));
    let (spent, most) = (money.spent_today, money.most_a_day);
    let looks = &status.looks;
    let last = looks.last.as_ref().map_or("; none yet".to_owned(), |look| {
        let Look { ago_seconds, took_millis, result, next_within_seconds, slot } = look;
        let slot = slot.map(|slot| format!(", slot {slot}")).unwrap_or_default();
        let result = if result == "ok" { String::new() } else { format!(" {result}") };
        format!(
            "; last{result} {} ago in {}, next within {}{slot}",
            span(*ago_seconds),
            fine_span(*took_millis),
            span(*next_within_seconds)
        )
    });
    [
        Line::raw(format!("wallet  {wallet}  {balance}, should hold {}", sol(money.min_balance))),
        Line::raw(format!(
            "today   fees {} of {} SOL, rent {} of {} SOL",
            sol(spent.fee),
            sol(most.fee),
            sol(spent.rent),
            sol(most.rent)
        )),
        Line::raw(format!("looks   {} ok, {} partial, {} failed{last}", looks.ok, looks.partial, looks.failed)),
    ]
}

fn draw_lists(area: Rect, buffer: &mut Buffer, status: &Status, view: &View, palette: Palette) {
    let sheets = Panel::ALL.map(|panel| Sheet::of(panel, status, area.width));
    let wants = [0, 1, 2, 3].map(|place: usize| sheets.get(place).map_or(1, |sheet| sheet.rows.len().max(1)));
    let heights = heights(area.height, wants, view.focus);
    let used: u16 = heights.iter().sum();
    let gap = u16::from(used + Panel::ALL.len() as u16 <= area.height);
    let mut y = area.y + gap;
    for (place, sheet) in sheets.iter().enumerate() {
        let height = heights.get(place).copied().unwrap_or(0).min(area.bottom().saturating_sub(y));
        if height == 0 {
            continue;
        }
        let offset = view.offsets.get(place).copied().unwrap_or(0);
        let is_focused = place == view.focus && !view.is_plain;
        draw_sheet(Rect { y, height, ..area }, buffer, sheet, (offset, is_focused), palette);
        y += height + gap;
    }
}

/// Rows of each list, its head included: one after the other gets one more, the chosen one first, until all have what they
/// want or nothing is left. Where not even a row for each is there, the chosen list has all.
fn heights(space: u16, wants: [usize; Panel::ALL.len()], focus: usize) -> [u16; Panel::ALL.len()] {
    let mut heights = [0; Panel::ALL.len()];
    if space < ALL_LISTS {
        if let Some(height) = heights.get_mut(focus) {
            *height = space;
        }
        return heights;
    }
    heights = [2; Panel::ALL.len()];
    let mut left = space - ALL_LISTS;
    while 0 < left {
        let before = left;
        for place in (focus..Panel::ALL.len()).chain(0..focus) {
            if let (Some(height), Some(want)) = (heights.get_mut(place), wants.get(place))
                && usize::from(*height) <= *want
                && 0 < left
            {
                (*height, left) = (*height + 1, left - 1);
            }
        }
        if left == before {
            break;
        }
    }
    heights
}

fn draw_sheet(area: Rect, buffer: &mut Buffer, sheet: &Sheet, (offset, is_focused): (usize, bool), palette: Palette) {
    let room = usize::from(area.height.saturating_sub(1));
    let offset = offset.min(sheet.rows.len().saturating_sub(room));
    let shown = sheet.rows.iter().skip(offset).take(room);
    let last = offset + shown.len();
    let name = if last - offset == sheet.total {
        format!("{} {}", sheet.name, sheet.total)
    } else {
        format!("{} {}-{last} of {}", sheet.name, (offset + 1).min(last), sheet.total)
    };
    let cell = |place: usize, text: String| {
        let alignment = if sheet.numbers.contains(&place) { Alignment::Right } else { Alignment::Left };
        Cell::from(Text::from(text).alignment(alignment))
    };
    let heads = sheet.heads.iter().enumerate().map(|(place, head)| cell(place + 1, (*head).to_owned()));
    let style =
        Style::new().add_modifier(if is_focused { Modifier::REVERSED | Modifier::BOLD } else { Modifier::BOLD });
    let header = Row::new(std::iter::once(cell(0, name)).chain(heads)).style(style);
    let mut rows: Vec<Row<'_>> = shown
        .map(|(tone, cells)| {
            let cells = cells.iter().enumerate().map(|(place, text)| cell(place, text.clone()));
            Row::new(cells).style(palette.tone(*tone))
        })
        .collect();
    if rows.is_empty() {
        rows.push(Row::new([sheet.none]));
    }
    Table::new(rows, sheet.widths.iter().copied()).header(header).column_spacing(1).render(area, buffer);
}

#[cfg(test)]
mod tests;
