//! Where a version of a text differs from the text that it was made from.

use crate::input::Copied;
use crate::rules::LONGEST_KEYWORD;
use crate::source::{Span, join};

/// How far before a change a run may end whose window the change can decide about.
const BEFORE: usize = super::window::TRAIL + LONGEST_KEYWORD + 8;
/// How far behind a change a run may start whose window the change can decide about.
const BEHIND: usize = super::window::LEAD + 8;
/// How far apart changes are looked at one by one: many short texts cost more than a longer one.
const APART: usize = 128;
/// How far the border of a part may have to move until no token and no encoded text crosses it.
const GREATEST_MOVE: usize = 4096;

/// The ranges of a version that are new, ascending and apart.
///
/// An empty range is a seam: a place where what stands together now stood apart.
#[derive(Debug)]
pub struct Changes {
    spans: Vec<Span>,
    /// Those that are near one another, each cluster as one span.
    clusters: Vec<Span>,
}

impl Changes {
    /// Finds the changes of a version of `length` bytes, made by `copies` from a text of `base_length` bytes.
    pub fn new(copies: &[Copied], base_length: usize, length: usize) -> Self {
        let mut changes = Vec::with_capacity(copies.len() + 1);
        let mut behind = 0;
        for (index, copied) in copies.iter().enumerate() {
            let starts_alike = index == 0 && copied.from == 0 && copied.to == 0;
            if !starts_alike {
                changes.push(Span::new(behind, copied.to));
            }
            behind = copied.to + copied.len;
        }
        let ends_alike = behind == length && copies.last().is_some_and(|last| last.from + last.len == base_length);
        if !ends_alike {
            changes.push(Span::new(behind, length));
        }
        Self::of(changes)
    }

    fn of(spans: Vec<Span>) -> Self {
        let near = spans.chunk_by(|span, next| next.start - span.end < APART);
        let clusters = near.map(|near| Span::new(near[0].start, near[near.len() - 1].end)).collect();
        Self { spans, clusters }
    }

    /// Returns spans with all changes in them, ascending and well apart: each has a change at either end, and others between.
    pub fn clusters(&self) -> &[Span] {
        &self.clusters
    }

    /// Tells whether a change lies in `span` or borders on it.
    pub fn touch(&self, span: Span) -> bool {
        let (Some(first), Some(last)) = (self.spans.first(), self.spans.last()) else { return false };
        // Most spans that are asked about lie before all changes or behind them.
        if span.end < first.start || last.end < span.start {
            return false;
        }
        let next = self.spans.partition_point(|change| change.end < span.start);
        self.spans.get(next).is_some_and(|change| change.start <= span.end)
    }

    /// Returns the number of bytes that are new.
    pub fn size(&self) -> usize {
        self.spans.iter().map(|change| change.len()).sum()
    }

    /// Returns the parts of the version that must be looked at, ascending and apart; their borders lie behind and before white
    /// space or quotes. `None` if such a border would be too far.
    pub fn parts(&self, bytes: &[u8]) -> Option<Vec<Span>> {
        let mut parts: Vec<Span> = Vec::new();
        for cluster in &self.clusters {
            let (start, end) = (cluster.start.saturating_sub(BEFORE), (cluster.end + BEHIND).min(bytes.len()));
            match parts.last_mut().filter(|last| last.end >= start) {
                Some(last) => last.end = last.end.max(end),
                None => parts.push(Span::new(start, end)),
            }
        }
        for part in &mut parts {
            *part = to_breaks(bytes, *part)?;
        }
        join(&mut parts);
        Some(parts)
    }
}

/// Tells whether a byte ends tokens and encoded texts.
pub const fn is_break(byte: u8) -> bool {
    !byte.is_ascii_graphic() || byte == b'"' || byte == b'\''
}

/// Returns a span grown until its borders lie behind and before white space or quotes, or `None` if such a border is too far.
pub(super) fn to_breaks(bytes: &[u8], span: Span) -> Option<Span> {
    Some(Span::new(break_before(bytes, span.start)?, break_behind(bytes, span.end)?))
}

fn break_before(bytes: &[u8], at: usize) -> Option<usize> {
    let from = at.saturating_sub(GREATEST_MOVE);
    match bytes[from..at].iter().rposition(|&byte| is_break(byte)) {
        Some(place) => Some(from + place + 1),
        None => (from == 0).then_some(0),
    }
}

fn break_behind(bytes: &[u8], at: usize) -> Option<usize> {
    let to = (at + GREATEST_MOVE).min(bytes.len());
    match bytes[at..to].iter().position(|&byte| is_break(byte)) {
        Some(place) => Some(at + place),
        None => (to == bytes.len()).then_some(to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copied(from: usize, to: usize, len: usize) -> Copied {
        Copied { from, to, len }
    }

    #[test]
    fn what_is_not_copied_is_a_change_and_so_is_a_seam() {
        for (copies, base, length, expected) in [
            (vec![copied(0, 0, 10)], 10, 10, vec![]),
            (vec![copied(0, 0, 10)], 20, 10, vec![Span::new(10, 10)]),
            (vec![copied(5, 0, 10)], 15, 10, vec![Span::new(0, 0)]),
            (vec![copied(0, 0, 4), copied(6, 4, 4)], 10, 8, vec![Span::new(4, 4)]),
            (vec![copied(0, 0, 4), copied(4, 7, 6)], 10, 13, vec![Span::new(4, 7)]),
            (vec![], 10, 3, vec![Span::new(0, 3)]),
        ] {
            assert_eq!(Changes::new(&copies, base, length).spans, expected, "{copies:?}");
        }
    }

    #[test]
    fn a_change_touches_what_it_lies_in_or_borders_on() {
        let changes = Changes::of(vec![Span::new(10, 12), Span::new(20, 20)]);
        for (start, end, expected) in [
            (0, 9, false),
            (0, 10, true),
            (12, 14, true),
            (13, 19, false),
            (19, 21, true),
            (20, 30, true),
            (21, 30, false),
        ] {
            assert_eq!(changes.touch(Span::new(start, end)), expected, "{start}..{end}");
        }
    }

    #[test]
    fn parts_end_at_breaks() {
        let text = [b"word ".repeat(1000), b"changed ".to_vec(), b"word ".repeat(1000)].concat();
        let changes = Changes::of(vec![Span::new(5000, 5008)]);
        let parts = changes.parts(&text).expect("breaks are near");
        assert_eq!(parts.len(), 1);
        assert!(text[parts[0].start - 1] == b' ' && text[parts[0].end] == b' ');
        assert!(parts[0].contains(Span::new(5000 - BEFORE, 5008 + BEHIND)));
        let long = vec![b'a'; 3 * GREATEST_MOVE + 2 * BEFORE];
        assert_eq!(Changes::of(vec![Span::new(long.len() / 2, long.len() / 2)]).parts(&long), None);
    }
}
