//! Draws the masked lines around a place, the secret underlined, within the columns there are.

use std::io;

use super::page::{Page, Tone};
use crate::finding::Place;
use crate::report::columns::{clipped, clipped_front, width};
use crate::report::escape::plain;
use crate::report::location;

/// The most columns that a hidden secret is drawn with.
const SECRET: usize = 44;
/// The most lines of one secret that are drawn.
const LINES: usize = 3;

/// One line of an excerpt, cut in three: before, in and after the secret.
struct Line {
    number: usize,
    before: String,
    secret: String,
    after: String,
}

/// Draws the excerpt of `place` under its label, with `note` beneath the secret.
pub fn draw(place: &Place, note: &str, tone: Tone, page: &mut Page<'_>) -> io::Result<()> {
    let lines = lines(place);
    let decoded = !place.via.is_empty();
    let numbers: Vec<String> =
        lines.iter().map(|line| if decoded { String::new() } else { (line.number + 1).to_string() }).collect();
    let gutter = numbers.iter().map(String::len).max().unwrap_or(0).max(1) + 1;
    let inside = location::wrapping(place);
    let inside = if inside.is_empty() { inside } else { format!(", inside {}", clipped(&inside, 120)) };
    let pad = " ".repeat(gutter);
    let top = page.paint(Tone::Soft, "╭─[");
    let end = page.paint(Tone::Soft, "]");
    let label = page.paint(Tone::Strong, &location::label(place));
    page.line(&format!("{pad} {top}{label}{inside}{end}"))?;
    let bar = page.paint(Tone::Soft, "│");
    let room = page.width().saturating_sub(gutter + 3);
    let last = lines.iter().rposition(|line| !line.secret.is_empty());
    for (index, line) in lines.iter().enumerate() {
        if index > 0 && line.number != lines[index - 1].number + 1 {
            page.line(&format!("{pad} {}", page.paint(Tone::Soft, "⋮")))?;
        }
        let fitted = fit(line, room);
        let number = page.paint(Tone::Soft, &format!("{:>gutter$}", numbers[index]));
        let secret = page.paint(tone, &fitted.secret);
        page.line(&format!("{number} {bar} {}{secret}{}", fitted.before, fitted.after))?;
        if last == Some(index) {
            underline(&fitted, note, tone, gutter, page)?;
        }
    }
    let bottom = page.paint(Tone::Soft, "╰─");
    page.line(&format!("{pad} {bottom}"))
}

/// Cuts the excerpt into lines and keeps those that the secret touches, with one line of context on each side.
fn lines(place: &Place) -> Vec<Line> {
    let excerpt = &place.excerpt;
    let mut lines = Vec::new();
    let mut start = 0;
    for (index, text) in excerpt.text.split('\n').enumerate() {
        let end = start + text.len();
        let from = excerpt.secret.start.clamp(start, end);
        let to = excerpt.secret.end.clamp(from, end);
        let piece = |range| excerpt.text.get(range).map(shown).unwrap_or_default();
        lines.push(Line {
            number: excerpt.line + index,
            before: piece(start..from),
            secret: piece(from..to),
            after: piece(to..end),
        });
        start = end + 1;
    }
    let touched = |line: &Line| !line.secret.is_empty();
    let first = lines.iter().position(touched).unwrap_or(0);
    let last = lines.iter().rposition(touched).unwrap_or(first);
    let keep = |index: usize| {
        let context = index + 1 == first || index == last + 1;
        let shown =
            (first..=last).contains(&index) && (last - first < LINES || index < first + LINES - 1 || index == last);
        context || shown
    };
    lines.into_iter().enumerate().filter(|(index, _)| keep(*index)).map(|(_, line)| line).collect()
}

/// Returns a piece of an excerpt as it is drawn: tabs become spaces, all else is harmless already or made so.
fn shown(text: &str) -> String {
    plain(&text.replace('\t', "    "))
}

/// Shortens a line to `room` columns; the secret stays in sight.
fn fit(line: &Line, room: usize) -> Line {
    let limit = SECRET.min(room.saturating_sub(8).max(4));
    let secret = if width(&line.secret) > limit {
        let half = (limit - 1) / 2;
        let start: String = line.secret.chars().take(half).collect();
        let end: Vec<char> = line.secret.chars().rev().take(half).collect();
        start + "…" + &end.into_iter().rev().collect::<String>()
    } else {
        line.secret.clone()
    };
    let rest = room.saturating_sub(width(&secret));
    // What follows a secret says less than what leads to it.
    let after = width(&line.after).min((rest / 4).max(rest.saturating_sub(width(&line.before))));
    let before =
        if secret.is_empty() { line.before.clone() } else { clipped_front(&line.before, (rest - after).max(1)) };
    let after = if line.after.is_empty() { String::new() } else { clipped(&line.after, after.max(1)) };
    let before = if secret.is_empty() { clipped(&before, room) } else { before };
    Line { number: line.number, before, secret, after }
}

/// Draws the line under the secret and hangs `note` from its middle.
fn underline(line: &Line, note: &str, tone: Tone, gutter: usize, page: &mut Page<'_>) -> io::Result<()> {
    let pad = " ".repeat(gutter);
    let dot = page.paint(Tone::Soft, "·");
    let from = width(&line.before);
    let length = width(&line.secret).max(1);
    let middle = length / 2;
    let indent = " ".repeat(from);
    if note.is_empty() {
        let mark = page.paint(tone, &"─".repeat(length));
        return page.line(&format!("{pad} {dot} {indent}{mark}"));
    }
    let mark = page.paint(tone, &format!("{}┬{}", "─".repeat(middle), "─".repeat(length - middle - 1)));
    page.line(&format!("{pad} {dot} {indent}{mark}"))?;
    let at = from + middle;
    let room = page.width().saturating_sub(gutter + 3);
    let note = &clipped(note, room);
    if at + 3 + width(note) > room {
        // To the left of the middle, or where that is too narrow as well, without a corner.
        let hangs = at >= width(note) + 2;
        let corner = if hangs { page.paint(tone, "─╯") } else { String::new() };
        let lead = " ".repeat(if hangs { at - width(note) - 2 } else { room - width(note) });
        return page.line(&format!("{pad} {dot} {lead}{note} {corner}"));
    }
    let corner = page.paint(tone, "╰─");
    page.line(&format!("{pad} {dot} {}{corner} {note}", " ".repeat(at)))
}
