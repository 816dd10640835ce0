//! Candidates of a version of a text: what was copied is carried over, and only what changes can decide about is searched.

use std::sync::Arc;

use super::anchor::{self, Anchor, AnchorKind};
use super::ascending::{self, Ascending, Placed};
use super::call;
use super::changes::Changes;
use super::engine::{Candidate, Engine, Scratch, Text};
use super::mark::{Chain, Chains, Extent, Mark};
use super::opened::Opened;
use super::sieve::{self, Names};
use crate::input::Copied;
use crate::source::Span;

/// How far from a match a byte can decide about it, if its proof does not read on: by a word nearby, by the run that leads to
/// its keyword.
pub const INFLUENCE: usize = 256;

/// What is known of a text that was searched, for the sake of its versions. The text has less than 4 GiB: longer objects are
/// not read.
#[derive(Debug)]
pub struct Known {
    /// The anchors and the places of keywords: they are asked for together.
    kept: Ascending<Kept>,
    candidates: Ascending<Candidate>,
    length: usize,
}

impl Known {
    /// Returns how many bytes the text has.
    pub const fn length(&self) -> usize {
        self.length
    }
}

/// What stands at a place, in little memory: there are many, and all that are copied are looked at for each version.
#[derive(Clone, Copy, Debug)]
struct Kept {
    at: u32,
    what: What,
}

/// See [`Kept`].
#[derive(Clone, Copy, Debug)]
enum What {
    Anchor(AnchorKind),
    /// A keyword, by its number.
    Keyword(u16),
}

/// How a version was made, and what of it must be looked at.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// What is known of the text that it was made from.
    pub base: &'a Known,
    /// The parts that are copied.
    pub copies: &'a [Copied],
    /// The ranges that are not.
    pub changes: &'a Changes,
    /// The parts around the changes: [`Changes::parts`].
    pub parts: &'a [Span],
}

impl Engine {
    /// Finds every candidate of a version of a text without a path, looking only at what its changes can decide about.
    ///
    /// A match is decided about by its own bytes and by those around it, as far as its rule says. All places of keywords are
    /// carried over that are copied; what leads to others touches a change. Overlapping windows of a rule are one
    /// chain, which no match crosses: a chain with a change near is searched anew, the candidates of any other are carried over.
    pub fn candidates_of_version(&self, bytes: &[u8], change: &Change<'_>, scratch: &mut Scratch) -> Vec<Candidate> {
        let text = Text { bytes, path: None };
        self.carry(bytes, change, scratch);
        scratch.sift_parts(bytes, change, self.names);
        let mut found = Vec::new();
        self.open_windows(text, Some(change.changes), scratch, &mut found);
        self.find_marks(bytes, scratch);
        let Scratch { marks, chains, windows, part, places, .. } = &mut *scratch;
        for mark in &*marks {
            for &rule in self.keywords.rules(mark.keyword) {
                if let Some(extent) = self.extent(rule).filter(|extent| extent.may_match(bytes, mark.at)) {
                    chains.add(rule, mark.at, extent, Some(change.changes));
                }
            }
        }
        chains.finish(Some(change.changes), |rule| self.extent(rule));
        let mut opened = Opened::new(bytes, self.names, windows, part);
        for chain in chains.near() {
            let (rule, span) = (chain.rule, chain.span);
            let Some(extent) = self.extent(rule) else { continue };
            if extent.is_anchored() {
                chains.places(chain, places);
                self.match_at_opened(rule, extent, text, places, &mut opened, &mut found);
            } else if !extent.needs_opening() {
                self.match_in(rule, text, span, &mut found);
            } else if self.may_match_in(rule, text, span) && self.pattern_may_match_in(rule, bytes, span) {
                // What opens the places is asked for last: few chains have something that looks like a match.
                chains.places(chain, places);
                for span in extent.chains(places.iter().copied().filter(|&at| opened.has(at))) {
                    self.match_chain(rule, text, span, &mut found);
                }
            }
        }
        let copies = if change.base.candidates.is_empty() { &[] } else { change.copies };
        for copied in copies {
            let inside = change.base.candidates.in_span(source(copied)).iter();
            found.extend(inside.filter_map(|known| self.carried(known, copied, change.changes, &scratch.chains)));
        }
        found.sort_by(|a, b| (a.secret, &a.rule.id, a.whole).cmp(&(b.secret, &b.rule.id, b.whole)));
        // The first of several names that lead to one value counts, so the one whose match starts first.
        found.dedup_by(|next, last| {
            let is_generic = self.generic.as_ref().is_some_and(|generic| Arc::ptr_eq(generic, &next.rule));
            is_generic && next.secret == last.secret && Arc::ptr_eq(&next.rule, &last.rule)
        });
        found
    }

    /// Tries a rule whose matches start at its keywords on those of a chain that stand in a window of the whole text.
    fn match_at_opened(
        &self,
        rule: u16,
        extent: &Extent,
        text: Text<'_>,
        places: &[usize],
        opened: &mut Opened<'_>,
        found: &mut Vec<Candidate>,
    ) {
        let mut next = 0;
        for &at in places {
            let (before, known) = (next, found.len());
            self.match_at(rule, extent, text, at, &mut next, found);
            // Most places lead to nothing, so what opens them is asked for last.
            if extent.needs_opening() && next > at + 1 && !opened.has(at) {
                next = before;
                found.truncate(known);
            }
        }
    }

    /// Returns what of the last search helps with versions of the text, which has `length` bytes and these candidates.
    pub fn known(&self, candidates: &[Candidate], length: usize, scratch: &Scratch) -> Known {
        let mut kept = Vec::with_capacity(scratch.sifted.anchors.len() + scratch.marks.len());
        let mut anchors = scratch.sifted.anchors.iter().peekable();
        for &Mark { at, keyword } in &scratch.marks {
            while let Some(&(before, kind)) = anchors.next_if(|&&(before, _)| before <= at) {
                kept.push(Kept::new(before, What::Anchor(kind)));
            }
            kept.push(Kept::new(at, What::Keyword(keyword)));
        }
        kept.extend(anchors.map(|&(at, kind)| Kept::new(at, What::Anchor(kind))));
        Known { kept: Ascending::new(kept), candidates: Ascending::new(candidates.to_vec()), length }
    }

    /// Begins the lists of anchors and of keywords with those that are copied.
    fn carry(&self, bytes: &[u8], change: &Change<'_>, scratch: &mut Scratch) {
        scratch.sifted.clear();
        scratch.marks.clear();
        for copied in change.copies {
            let end = copied.from + copied.len;
            for kept in change.base.kept.in_span(source(copied)) {
                let at = kept.start() - copied.from + copied.to;
                match kept.what {
                    // What speaks for an anchor may have been cut off.
                    What::Anchor(kind) if kept.start() + anchor::WIDTH <= end && call::may_lead(kind, bytes, at) => {
                        scratch.sifted.anchors.push((at, kind));
                    }
                    What::Keyword(keyword) if kept.start() + self.keywords.word(keyword).len() <= end => {
                        scratch.marks.push(Mark { at, keyword });
                    }
                    _ => {}
                }
            }
        }
    }

    /// Returns a candidate of the base at its new place, if nothing that decides about it has changed.
    fn carried(&self, base: &Candidate, copied: &Copied, changes: &Changes, chains: &Chains) -> Option<Candidate> {
        if !source(copied).contains(base.extent()) {
            return None;
        }
        let moved = |span: Span| Span::new(span.start - copied.from + copied.to, span.end - copied.from + copied.to);
        let candidate = Candidate { whole: moved(base.whole), secret: moved(base.secret), ..base.clone() };
        let extent = candidate.extent();
        let is_searched = |chain: &Chain| {
            Arc::ptr_eq(self.rules.rule(chain.rule.into()), &candidate.rule) && chain.span.contains(candidate.whole)
        };
        let is_decided = changes.touch(Span::new(extent.start.saturating_sub(INFLUENCE), extent.end + INFLUENCE))
            || chains.near().iter().any(is_searched);
        (!is_decided).then_some(candidate)
    }

    /// Adds the keywords of the windows near changes to those that are copied.
    fn find_marks(&self, bytes: &[u8], scratch: &mut Scratch) {
        let Scratch { windows, marks, .. } = scratch;
        let carried = marks.len();
        for window in &*windows {
            self.keywords.find(bytes, window.range(), |keyword, at| marks.push(Mark { at, keyword }));
        }
        ascending::merge(marks, carried);
    }
}

impl Kept {
    fn new(at: usize, what: What) -> Self {
        Self { at: u32::try_from(at).expect("texts that are kept are shorter than 4 GiB"), what }
    }
}

impl Placed for Kept {
    fn start(&self) -> usize {
        self.at as usize
    }
}

impl Placed for Anchor {
    fn start(&self) -> usize {
        self.0
    }
}

impl Placed for Mark {
    fn start(&self) -> usize {
        self.at
    }
}

impl Placed for Candidate {
    fn start(&self) -> usize {
        self.secret.start
    }
}

impl Candidate {
    /// Returns all bytes of the match and of its secret, which a proof may have followed beyond it.
    fn extent(&self) -> Span {
        Span::new(self.whole.start.min(self.secret.start), self.whole.end.max(self.secret.end))
    }
}

impl Scratch {
    /// Sifts the parts of a version that must be looked at, and adds what is found there to what is copied.
    fn sift_parts(&mut self, bytes: &[u8], change: &Change<'_>, names: Names) {
        let carried = self.sifted.anchors.len();
        for &part in change.parts {
            sieve::sift_part(bytes, part, names, &mut self.part);
            self.sifted.runs.extend_from_slice(&self.part.runs);
            self.sifted.anchors.extend_from_slice(&self.part.anchors);
            self.sifted.escapes.extend_from_slice(&self.part.escapes);
            self.sifted.has_mcp |= self.part.has_mcp;
            self.sifted.has_server |= self.part.has_server;
        }
        ascending::merge(&mut self.sifted.anchors, carried);
    }
}

/// Returns the bytes of the base that were copied.
const fn source(copied: &Copied) -> Span {
    Span::new(copied.from, copied.from + copied.len)
}
