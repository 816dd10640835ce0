//! Inspects a version of a blob by what it changes: searches where a change can decide about something, and carries
//! over the rest.
//!
//! Encoded pieces in which nothing was found are carried over while nothing in or near them changes. If one held
//! something, or a change may join it to other text, the version is inspected whole.

use super::layer::{Barren, Found, Inspection, Layer};
use super::{Base, Inspected, decode};
use crate::detect::{Change, Changes, Known};
use crate::lint::hint::{self, Words};
use crate::lint::may_need_lints;
use crate::source::Span;

/// A smaller blob is searched whole at once.
const SMALL: usize = 512;

/// What is remembered of a blob.
#[derive(Debug)]
pub struct Trace {
    known: Known,
    /// The encoded pieces, ascending.
    barren: Vec<Barren>,
    /// Whether it has a word that concerns lints.
    has_hint: bool,
}

/// A base, and where a version of it differs.
#[derive(Clone, Copy)]
struct Version<'a> {
    base: Base<'a>,
    changes: &'a Changes,
}

/// Inspects a blob that is plain text, with the help of its base; returns with `remember` what helps with its own versions.
pub(super) fn inspect(
    mut inspection: Inspection<'_>,
    bytes: &[u8],
    base: Option<Base<'_>>,
    remember: bool,
) -> (Inspected, Option<Trace>) {
    let changes = base.map(|base| Changes::new(base.copies, base.trace.known.length(), bytes.len()));
    let version = base.zip(changes.as_ref()).map(|(base, changes)| Version { base, changes });
    let carried = version.and_then(|version| carry(version, &mut inspection, bytes));
    let found = carried.unwrap_or_else(|| whole(&mut inspection, bytes, remember));
    let sifted = inspection.scratch.sifted();
    let words = if sifted.has_server || sifted.may_have_mcp(bytes) { Words::Possible } else { Words::None };
    let has_hint = match version {
        Some(Version { base, changes }) if !base.trace.has_hint => hint::is_new_in(bytes, changes.clusters(), words),
        // What was copied was not sifted again.
        Some(_) => hint::is_in(bytes, Words::Possible),
        None => hint::is_in(bytes, words),
    };
    let engine = inspection.inspector.engine();
    let known = remember.then(|| engine.known(&found.candidates, bytes.len(), inspection.scratch));
    let barren = inspection.found(&Layer { bytes, via: &[], outer: None, path: None, depth: 0 }, found);
    let trace = known.zip(barren).map(|(known, mut barren)| {
        barren.sort_by_key(|piece| piece.span);
        Trace { known, barren, has_hint }
    });
    let may_need_lints = has_hint && may_need_lints(bytes);
    (Inspected { may_need_lints, ..inspection.finish() }, trace)
}

/// Searches all of a text, which `remember` says to be the base of others.
fn whole(inspection: &mut Inspection<'_>, bytes: &[u8], remember: bool) -> Found {
    let engine = inspection.inspector.engine();
    let candidates = match remember {
        true => engine.candidates_of_base(bytes, inspection.scratch),
        false => engine.candidates(bytes, None, inspection.scratch),
    };
    let encoded = decode::encoded(bytes, inspection.scratch.sifted());
    Found { candidates, encoded, ..Found::default() }
}

/// Finds what [`whole`] would find in a version of a text, or `None` if the version must be searched whole.
fn carry(version: Version<'_>, inspection: &mut Inspection<'_>, bytes: &[u8]) -> Option<Found> {
    let Version { base, changes } = version;
    if bytes.len() < SMALL {
        return None;
    }
    if changes.size() * 2 > bytes.len() {
        return None;
    }
    let parts = changes.parts(bytes)?;
    let barren = carry_pieces(base, changes)?;
    let feed = |at: usize| bytes[at..].iter().take(2).take_while(|&&byte| byte == b'\r' || byte == b'\n').count();
    let may_leave = |part: &Span| decode::may_continue(bytes, part.end + feed(part.end));
    if parts.iter().any(|part| decode::may_continue(bytes, part.start) || may_leave(part)) {
        return None;
    }
    let change = Change { base: &base.trace.known, copies: base.copies, changes, parts: &parts };
    let candidates = inspection.inspector.engine().candidates_of_version(bytes, &change, inspection.scratch);
    let mut encoded = decode::encoded(bytes, inspection.scratch.sifted());
    // A piece that is inside of a part is found there again; one that leaves it would hide what was found behind.
    let part_of = |span: Span| parts.iter().find(|part| part.overlaps(span));
    if encoded.iter().any(|piece| part_of(piece.span).is_none_or(|part| piece.span.end > part.end))
        || barren.iter().any(|piece| part_of(piece.span).is_some_and(|part| !part.contains(piece.span)))
    {
        return None;
    }
    encoded.retain(|piece| !barren.iter().any(|known| known.span == piece.span));
    Some(Found { candidates, encoded, barren, ..Found::default() })
}

/// Returns the encoded pieces of the base at their new places, or `None` if a change may decide about one.
fn carry_pieces(base: Base<'_>, changes: &Changes) -> Option<Vec<Barren>> {
    let mut carried = Vec::with_capacity(base.trace.barren.len());
    for piece in &base.trace.barren {
        for copied in base.copies {
            let part = Span::new(copied.from, copied.from + copied.len);
            if !part.overlaps(piece.span) {
                continue;
            }
            let moved = |at: usize| (at + copied.to).checked_sub(copied.from);
            let span = Span::new(moved(piece.span.start)?, moved(piece.span.end)?);
            let around = Span::new(span.start.saturating_sub(1), span.end + decode::LOOK_AHEAD);
            if !part.contains(piece.span) || changes.touch(around) {
                return None;
            }
            carried.push(Barren { span, ..*piece });
        }
    }
    Some(carried)
}
