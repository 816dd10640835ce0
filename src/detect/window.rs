//! The windows of a text in which keywords that start there are worth looking for: around runs of token characters, and around anchors.

use super::anchor::{Anchor, AnchorKind};
use super::assignment::{Assignment, KEY};
use super::changes::Changes;
use super::sieve::Sifted;
use super::{call, cursor, field};
use crate::rules::LONGEST_KEYWORD;
use crate::source::{Span, join};

/// How far before a run with a digit a keyword may start.
pub(super) const LEAD: usize = 160;
/// How far behind a run a keyword may start.
pub(super) const TRAIL: usize = 64;
/// How far before a run without a digit a keyword may start: only a token's own prefix counts there.
const PREFIX: usize = 16;
/// The least length of an id that goes with a secret.
const LEAST_ID: usize = 12;
/// How far around an anchor keywords are looked for.
const AROUND: usize = 96;
/// How far before an anchor a byte can decide about what it leads to.
const ANCHOR_BEFORE: usize = 320;
/// How far behind an anchor the value of its assignment may end: behind the rest of two names, a gap between two fields,
/// blanks and what wraps a literal.
const ASSIGNMENT: usize = 2 * KEY + field::BEHIND + cursor::VALUE + 80;
/// How far behind an anchor a byte can decide whether it leads to anything: an assignment's value and what follows it.
const ANCHOR_BEHIND: usize = ASSIGNMENT + VALUE_BEHIND;
/// How far behind the window that an anchor leads to a byte can decide about its assignment.
const VALUE_BEHIND: usize = 320;
/// How far apart two anchors in one name may stand.
const NAME: usize = 2 * KEY;
/// How far from a keyword a byte may decide about an anchor whose window it stands in.
pub(super) const OPENING: usize = ASSIGNMENT + TRAIL + ANCHOR_BEFORE;
/// How far from a place what opens a window there may stand.
pub(super) const FARTHEST: usize = ANCHOR_BEHIND + LEAD;

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
    for run in sifted.runs.iter().filter(|run| near(LEAD + 1, run.start, run.end, TRAIL + LONGEST_KEYWORD)) {
        let digit = bytes[run.range()].iter().any(u8::is_ascii_digit);
        let (lead, trail) = if digit { (LEAD, TRAIL) } else { (PREFIX, 0) };
        windows.push(Span::new(run.start.saturating_sub(lead), (run.end + trail).min(bytes.len())));
    }
    let mut open_near = |anchors: &[Anchor]| {
        for &(at, kind) in anchors {
            let known = assignments.len();
            let Some(end) = gate(bytes, at, kind, assignments) else { continue };
            if near(ANCHOR_BEFORE, at, end, VALUE_BEHIND) {
                windows.push(Span::new(at.saturating_sub(AROUND), end.min(bytes.len())));
            } else {
                assignments.truncate(known);
            }
        }
    };
    match changes {
        None => open_near(&sifted.anchors),
        Some(changes) => anchors_near(&sifted.anchors, changes.clusters()).for_each(open_near),
    }
    join(windows);
}

/// Returns the anchors that changes can decide about, in their order, and those before them in the same name: the first of
/// several counts.
fn anchors_near<'a>(anchors: &'a [Anchor], changes: &[Span]) -> impl Iterator<Item = &'a [Anchor]> {
    let place = |from: usize| anchors.partition_point(|&(at, _)| at < from);
    let mut done = 0;
    changes.iter().filter_map(move |change| {
        let near = place(change.start.saturating_sub(ANCHOR_BEHIND))..place(change.end + ANCHOR_BEFORE + 1);
        let first = near.start.max(done);
        let &(at, _) = anchors[..near.end].get(first)?;
        let first = place(at.saturating_sub(NAME)).max(done);
        done = near.end;
        Some(&anchors[first..near.end])
    })
}

/// Decides whether an anchor is worth a window; returns where the window ends.
pub(super) fn gate(bytes: &[u8], at: usize, kind: AnchorKind, assignments: &mut Vec<Assignment>) -> Option<usize> {
    match kind {
        AnchorKind::Word => {
            let Some(assignment) = Assignment::at(bytes, at) else {
                return call::behind_word(bytes, at).map(|length| at + length);
            };
            let end = assignment.value.end + TRAIL;
            if assignments.last().is_none_or(|last| last.value != assignment.value) {
                assignments.push(assignment);
            }
            Some(end)
        }
        AnchorKind::Id => {
            let value = Assignment::at(bytes, at)?.value;
            let is_long = value.len() >= LEAST_ID && bytes[value.range()].iter().any(u8::is_ascii_digit);
            is_long.then_some(value.end + TRAIL)
        }
        AnchorKind::Url => {
            let rest = &bytes[at + 3..(at + 3 + 512).min(bytes.len())];
            // A password may have a quote or a sign of a tag in it.
            let whole = memchr::memchr3(b' ', b'\n', b'"', rest).unwrap_or(rest.len());
            let end = memchr::memchr2(b'\'', b'<', &rest[..whole]).unwrap_or(whole);
            let userinfo = memchr::memchr(b'@', &rest[..whole]).map(|sign| at + 3 + sign + TRAIL);
            let is_argument = || bytes[at] != b':' && call::has_two_texts(rest);
            userinfo
                .or_else(|| memchr::memmem::find(&rest[..end], b"hook").map(|_| at + 3 + end))
                .or_else(|| is_argument().then_some(at + 3 + rest.len()))
        }
        AnchorKind::Armor => Some(at + AROUND),
        AnchorKind::Escape | AnchorKind::Mcp | AnchorKind::Server => None,
        AnchorKind::Function => call::behind_function(bytes, at).map(|length| at + length),
        AnchorKind::Statement => call::behind_statement(bytes, at).map(|length| at + length),
        AnchorKind::Command => {
            let rest = &bytes[at..(at + 512).min(bytes.len())];
            // A backslash before the end of a line carries the command on.
            let mut ends = memchr::memchr_iter(b'\n', rest).filter(|&end| end > 0 && rest[end - 1] != b'\\');
            let end = ends.next().unwrap_or(rest.len());
            let option = memchr::memmem::find(&rest[..end], b" -").map(|_| at + end);
            option.or_else(|| call::has_two_texts(rest).then_some(at + rest.len()))
        }
    }
}
