//! The windows of a text in which keywords are worth looking for: around runs of token characters, and around anchors.

use super::anchor::AnchorKind;
use super::assignment::Assignment;
use super::changes::Changes;
use super::sieve::Sifted;
use crate::input::Copied;
use crate::source::{Span, join};

/// How far before a run with a digit a keyword may start.
pub(super) const LEAD: usize = 160;
/// How far behind a run a keyword may end.
pub(super) const TRAIL: usize = 64;
/// How far before a run without a digit a keyword may start: only a token's own prefix counts there.
const PREFIX: usize = 16;
/// How far around an anchor keywords are looked for.
const AROUND: usize = 96;
/// How far before an anchor a byte can decide about what it leads to.
const ANCHOR_BEFORE: usize = 320;
/// How far behind an anchor a byte can decide about what it leads to: an assignment's value and what follows it.
const ANCHOR_BEHIND: usize = 1024;
/// How far apart two anchors in one name may stand.
const NAME: usize = 96;

/// Finds the windows of a text, near its changes if there are any, and the assignments on the way; windows ascend and are apart.
pub(super) fn open(
    bytes: &[u8],
    changes: Option<&Changes>,
    sifted: &Sifted,
    windows: &mut Vec<Span>,
    assignments: &mut Vec<Assignment>,
) {
    let near = |before: usize, start: usize, end: usize, behind: usize| {
        changes.is_none_or(|changes| changes.touch(Span::new(start.saturating_sub(before), end + behind)))
    };
    for run in sifted.runs.iter().filter(|run| near(LEAD + 1, run.start, run.end, TRAIL + 1)) {
        let digit = bytes[run.range()].iter().any(u8::is_ascii_digit);
        let (lead, trail) = if digit { (LEAD, TRAIL) } else { (PREFIX, 0) };
        windows.push(Span::new(run.start.saturating_sub(lead), (run.end + trail).min(bytes.len())));
    }
    // The first of several anchors in one name counts, so none before one that is near may be left out.
    let mut before = 0;
    for (index, &(at, _)) in sifted.anchors.iter().enumerate() {
        if !near(ANCHOR_BEFORE, at, at, ANCHOR_BEHIND) {
            continue;
        }
        let first = before + sifted.anchors[before..index].partition_point(|&(other, _)| other + NAME < at);
        for &(at, kind) in &sifted.anchors[first..=index] {
            if let Some(end) = gate(bytes, at, kind, assignments) {
                windows.push(Span::new(at.saturating_sub(AROUND), end.min(bytes.len())));
            }
        }
        before = index + 1;
    }
    join(windows);
}

/// Adds what of a version was searched in its base: the parts of the base's windows that are copied with the byte before them.
/// Windows and copies ascend.
pub(super) fn carry(copies: &[Copied], base: &[Span], searched: &mut Vec<Span>) {
    for copied in copies {
        let (start, end) = (copied.from + 1, copied.from + copied.len);
        let first = base.partition_point(|window| window.end <= start);
        for window in base[first..].iter().take_while(|window| window.start < end) {
            let moved = |at: usize| at - copied.from + copied.to;
            searched.push(Span::new(moved(window.start.max(start)), moved(window.end.min(end))));
        }
    }
}

/// Adds what of `windows` is not in `searched`, with `margin` bytes around it, as far as one of `all` goes: that is both of
/// them, joined.
pub(super) fn without(windows: &[Span], searched: &[Span], all: &[Span], margin: usize, rest: &mut Vec<Span>) {
    for window in windows {
        let around = all[all.partition_point(|span| span.end < window.end)];
        let mut add = |start: usize, end: usize| {
            if start < end {
                let before = start.saturating_sub(margin).max(around.start);
                rest.push(Span::new(before, (end + margin).min(around.end)));
            }
        };
        let mut at = window.start;
        let first = searched.partition_point(|known| known.end <= window.start);
        for known in searched[first..].iter().take_while(|known| known.start < window.end) {
            // What is small saves less than it costs.
            if known.len() > 2 * margin {
                add(at, known.start);
                at = at.max(known.end);
            }
        }
        add(at, window.end);
    }
    join(rest);
}

/// Decides whether an anchor is worth a window; returns where the window ends.
pub(super) fn gate(bytes: &[u8], at: usize, kind: AnchorKind, assignments: &mut Vec<Assignment>) -> Option<usize> {
    match kind {
        AnchorKind::Word => {
            let assignment = Assignment::at(bytes, at)?;
            let end = assignment.value.end + TRAIL;
            if assignments.last().is_none_or(|last| last.value != assignment.value) {
                assignments.push(assignment);
            }
            Some(end)
        }
        AnchorKind::Url => {
            let rest = &bytes[at + 3..(at + 3 + 512).min(bytes.len())];
            let end =
                rest.iter().position(|byte| matches!(byte, b' ' | b'\n' | b'"' | b'\'' | b'<')).unwrap_or(rest.len());
            let userinfo = memchr::memchr(b'@', &rest[..end]).map(|sign| at + 3 + sign + TRAIL);
            userinfo.or_else(|| memchr::memmem::find(&rest[..end], b"hook").map(|_| at + 3 + end))
        }
        AnchorKind::Armor => Some(at + AROUND),
        AnchorKind::Command => {
            let rest = &bytes[at..(at + 512).min(bytes.len())];
            // A backslash before the end of a line carries the command on.
            let mut ends = memchr::memchr_iter(b'\n', rest).filter(|&end| end > 0 && rest[end - 1] != b'\\');
            let end = ends.next().unwrap_or(rest.len());
            memchr::memmem::find(&rest[..end], b" -").map(|_| at + end)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn windows() -> impl Strategy<Value = Vec<Span>> {
        let window = (0usize..200, 1usize..60).prop_map(|(start, len)| Span::new(start, start + len));
        proptest::collection::vec(window, 0..6).prop_map(|mut windows| {
            join(&mut windows);
            windows
        })
    }

    proptest! {
        #[test]
        fn a_word_in_all_that_was_searched_by_now_was_searched_or_is_in_the_rest(
            windows in windows(), searched in windows(), margin in 1usize..8, at in 0usize..260,
        ) {
            let mut rest = Vec::new();
            let mut all = [&windows[..], &searched].concat();
            join(&mut all);
            without(&windows, &searched, &all, margin, &mut rest);
            let word = Span::new(at, at + margin + 1);
            let is_in = |spans: &[Span]| spans.iter().any(|span| span.contains(word));
            prop_assert_eq!(is_in(&all), is_in(&rest) || is_in(&searched));
        }
    }
}
