//! Inspects a version of a blob by what it changes: searches around the changes, and carries over what was found
//! in the parts that are copied.
//!
//! What decides about a match of a near rule lies within [`INFLUENCE`] bytes of it. So a match of the base whose
//! surroundings are copied as one part is a match of the version, and every other match of the version lies within
//! [`MARGIN`] bytes of a change or of a seam between two copied parts. Where that does not hold (a keyword of a rule
//! with long matches, encoded text, long lines), the version is searched whole.

use super::{Found, decode};
use crate::detect::{Candidate, Engine, INFLUENCE, MARGIN, Scratch};
use crate::input::Copied;
use crate::source::Span;

/// A smaller blob is searched whole at once.
const SMALL: usize = 4096;
/// How far the border of a part may have to move to reach the end of its line.
const LONG_LINE: usize = 4096;

/// What is remembered of a blob.
#[derive(Debug)]
pub struct Trace {
    candidates: Vec<Candidate>,
    length: usize,
}

impl Found {
    /// Returns what helps with versions of the text, or `None` if they must be searched whole.
    pub(super) fn trace(&self, length: usize) -> Option<Trace> {
        (!self.far && self.encoded.is_empty()).then(|| Trace { candidates: self.candidates.clone(), length })
    }
}

/// Searches all of a text.
pub(super) fn whole(engine: &Engine, bytes: &[u8], scratch: &mut Scratch) -> Found {
    let candidates = engine.candidates(bytes, None, scratch);
    let encoded = decode::encoded(bytes, scratch.runs());
    Found { candidates, encoded, far: scratch.saw_far_keyword() }
}

impl Trace {
    /// Finds what [`whole`] would find in a version of the text, or `None` if the version must be searched whole.
    pub(super) fn carry(
        &self,
        engine: &Engine,
        bytes: &[u8],
        copies: &[Copied],
        scratch: &mut Scratch,
    ) -> Option<Found> {
        if bytes.len() < SMALL {
            return None;
        }
        let parts = parts(bytes, &self.changes(bytes.len(), copies))?;
        let searched: usize = parts.iter().map(|part| part.len()).sum();
        if searched * 4 > bytes.len() * 3 {
            return None;
        }
        let mut candidates = engine.candidates_in(bytes, &parts, None, scratch);
        if scratch.saw_far_keyword() || !decode::encoded_in(bytes, &parts, scratch.runs()).is_empty() {
            return None;
        }
        if !self.candidates.is_empty() {
            candidates.extend(copies.iter().flat_map(|copied| self.copied(copied)));
            candidates.sort_by_key(|candidate| (candidate.secret, candidate.rule.id.clone(), candidate.whole));
            candidates.dedup_by(|a, b| a.secret == b.secret && a.whole == b.whole && a.rule.id == b.rule.id);
        }
        Some(Found { candidates, encoded: Vec::new(), far: false })
    }

    /// Returns the ranges of the version that are new; an empty one is a seam.
    fn changes(&self, length: usize, copies: &[Copied]) -> Vec<Span> {
        let mut changes = Vec::with_capacity(copies.len() + 1);
        let mut behind = 0;
        for (index, copied) in copies.iter().enumerate() {
            let starts_alike = index == 0 && copied.from == 0 && copied.to == 0;
            if !starts_alike {
                changes.push(Span::new(behind, copied.to));
            }
            behind = copied.to + copied.len;
        }
        let ends_alike = behind == length && copies.last().is_some_and(|last| last.from + last.len == self.length);
        if !ends_alike {
            changes.push(Span::new(behind, length));
        }
        changes
    }

    /// Returns the candidates whose surroundings lie in one copied part, at their new places.
    fn copied<'a>(&'a self, copied: &'a Copied) -> impl Iterator<Item = Candidate> + 'a {
        let part = Span::new(copied.from, copied.from + copied.len);
        let moved = |span: Span| Span::new(span.start - copied.from + copied.to, span.end - copied.from + copied.to);
        self.candidates.iter().filter_map(move |candidate| {
            let all = Span::new(
                candidate.whole.start.min(candidate.secret.start),
                candidate.whole.end.max(candidate.secret.end),
            );
            let around = Span::new(all.start.saturating_sub(INFLUENCE), (all.end + INFLUENCE).min(self.length));
            part.contains(around).then(|| Candidate {
                whole: moved(candidate.whole),
                secret: moved(candidate.secret),
                ..candidate.clone()
            })
        })
    }
}

/// Widens changes to parts of whole lines, joined where they touch; `None` if a line is too long for that.
fn parts(bytes: &[u8], changes: &[Span]) -> Option<Vec<Span>> {
    let mut parts: Vec<Span> = Vec::with_capacity(changes.len());
    for change in changes {
        let start = change.start.saturating_sub(MARGIN);
        let end = (change.end + MARGIN).min(bytes.len());
        if let Some(last) = parts.last_mut().filter(|last| last.end >= start) {
            if end > last.end {
                last.end = line_end(bytes, end)?;
            }
            continue;
        }
        let part = Span::new(line_start(bytes, start)?, line_end(bytes, end)?);
        match parts.last_mut().filter(|last| last.end >= part.start) {
            Some(last) => last.end = last.end.max(part.end),
            None => parts.push(part),
        }
    }
    Some(parts)
}

fn line_start(bytes: &[u8], at: usize) -> Option<usize> {
    let from = at.saturating_sub(LONG_LINE);
    match memchr::memrchr(b'\n', &bytes[from..at]) {
        Some(feed) => Some(from + feed + 1),
        None => (from == 0).then_some(0),
    }
}

fn line_end(bytes: &[u8], at: usize) -> Option<usize> {
    let to = (at + LONG_LINE).min(bytes.len());
    match memchr::memchr(b'\n', &bytes[at..to]) {
        Some(feed) => Some(at + feed + 1),
        None => (to == bytes.len()).then_some(to),
    }
}
