//! From bytes to candidates: sieve, keywords, patterns, proofs.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::anchor::{self, Anchor};
use super::assignment;
use super::changes::Changes;
use super::mark::{Chains, Extent, Mark, Progress};
use super::proof::{self, Proven};
use super::sieve::{self, Sifted};
use super::window;
use crate::finding::{Confidence, Severity};
use crate::input::Copied;
use crate::rules::{Catalogue, Lexicon, Rule};
use crate::source::Span;

/// How far from a match a byte can decide about it, if its proof does not read on: by a word nearby, by the run that leads to
/// its keyword.
pub const INFLUENCE: usize = 256;

/// A match that passed its proofs. Lives only until inspection has masked the text.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The rule that found it.
    pub rule: Arc<Rule>,
    /// The whole match, with its context.
    pub whole: Span,
    /// The secret's bytes.
    pub secret: Span,
    /// How sure it is: the rule's, or what the proof made of it.
    pub confidence: Confidence,
    /// How bad it is: the rule's, or what the proof made of it.
    pub severity: Severity,
    /// What was proven, for people.
    pub evidence: Vec<String>,
}

impl Candidate {
    /// Returns all bytes of the match and of its secret, which a proof may have followed beyond it.
    fn extent(&self) -> Span {
        Span::new(self.whole.start.min(self.secret.start), self.whole.end.max(self.secret.end))
    }
}

/// Buffers that are reused from blob to blob; one for each thread.
#[derive(Debug, Default)]
pub struct Scratch {
    sifted: Sifted,
    part: Sifted,
    /// Where keywords are worth looking for, near changes if there are any.
    windows: Vec<Span>,
    marks: Vec<Mark>,
    chains: Chains,
    progress: Progress,
}

impl Scratch {
    /// Returns the runs of token characters in what was searched last.
    pub fn runs(&self) -> &[Span] {
        &self.sifted.runs
    }
}

/// What is known of a text that was searched, for the sake of its versions.
#[derive(Debug)]
pub struct Known {
    anchors: Vec<Anchor>,
    marks: Vec<Mark>,
    candidates: Vec<Candidate>,
    length: usize,
}

impl Known {
    /// Returns how many bytes the text has.
    pub const fn length(&self) -> usize {
        self.length
    }
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

/// All rules, ready to search.
#[derive(Debug)]
pub struct Engine {
    rules: Catalogue,
    /// For each rule how far its matches reach, once that was asked for.
    extents: Vec<OnceLock<Option<Extent>>>,
    keywords: Lexicon,
    /// Whether keywords are looked for near names, too.
    keeps_names: bool,
    generic: Option<Arc<Rule>>,
}

/// What is searched, and the path by which rules judge it.
#[derive(Clone, Copy)]
struct Text<'a> {
    bytes: &'a [u8],
    path: Option<&'a [u8]>,
}

impl Engine {
    /// Makes an engine of a catalogue's rules.
    pub fn new(catalogue: &Catalogue) -> Self {
        let generic = catalogue.get(assignment::RULE).cloned();
        let extents = (0..catalogue.len()).map(|_| OnceLock::new()).collect();
        let (keywords, keeps_names) = (catalogue.lexicon(), catalogue.has_namelike_secrets());
        Self { keywords, keeps_names, rules: catalogue.clone(), extents, generic }
    }

    /// Returns the number of rules at work.
    pub fn rule_count(&self) -> usize {
        self.rules.len()
    }

    /// Returns the rule for secrets of no known provider, if it is at work.
    pub const fn generic(&self) -> Option<&Arc<Rule>> {
        self.generic.as_ref()
    }

    /// Finds every candidate of `bytes`, ordered by position; overlapping ones of several rules included.
    ///
    /// `path` helps rules that apply to some files only.
    pub fn candidates(&self, bytes: &[u8], path: Option<&[u8]>, scratch: &mut Scratch) -> Vec<Candidate> {
        self.search(bytes, path, false, scratch)
    }

    /// Finds every candidate of a text without a path whose versions will be searched: [`Engine::known`] may follow.
    pub fn candidates_of_base(&self, bytes: &[u8], scratch: &mut Scratch) -> Vec<Candidate> {
        self.search(bytes, None, true, scratch)
    }

    /// Searches all of a text; places of keywords are kept only if that is asked for: there may be as many as bytes.
    fn search(&self, bytes: &[u8], path: Option<&[u8]>, keep_marks: bool, scratch: &mut Scratch) -> Vec<Candidate> {
        let text = Text { bytes, path };
        scratch.sifted.keeps_names = self.keeps_names;
        sieve::sift(bytes, &mut scratch.sifted);
        let mut found = Vec::new();
        self.open_windows(text, None, scratch, &mut found);
        let Scratch { windows, marks, chains, progress, .. } = scratch;
        marks.clear();
        progress.restart();
        for window in &*windows {
            self.keywords.find(bytes, window.range(), |keyword, at| {
                let mark = Mark { at, keyword };
                for &rule in self.keywords.rules(keyword) {
                    let Some(extent) = self.extent(rule).filter(|extent| extent.may_match(bytes, at)) else { continue };
                    if extent.is_anchored() {
                        self.match_at(rule, extent, text, at, progress.of(rule), &mut found);
                    } else {
                        chains.add(rule, at, extent, None);
                    }
                }
                if keep_marks {
                    marks.push(mark);
                }
            });
        }
        chains.finish(None, |rule| self.extent(rule));
        for &(rule, chain) in chains.near() {
            self.match_in(rule, text, chain, &mut found);
        }
        found.sort_by_key(|candidate| (candidate.secret, candidate.rule.id.clone()));
        found
    }

    /// Finds every candidate of a version of a text without a path, looking only at what its changes can decide about.
    ///
    /// A match is decided about by its own bytes and by those around it, as far as its rule says. All places of keywords are
    /// carried over that are copied; what leads to others touches a change. Overlapping windows of a rule are one
    /// chain, which no match crosses: a chain with a change near is searched anew, the candidates of any other are carried over.
    pub fn candidates_of_version(&self, bytes: &[u8], change: &Change<'_>, scratch: &mut Scratch) -> Vec<Candidate> {
        let text = Text { bytes, path: None };
        scratch.part.keeps_names = self.keeps_names;
        scratch.sift_parts(bytes, change);
        let mut found = Vec::new();
        self.open_windows(text, Some(change.changes), scratch, &mut found);
        self.find_marks(bytes, change, scratch);
        let Scratch { marks, chains, .. } = &mut *scratch;
        for mark in &*marks {
            for &rule in self.keywords.rules(mark.keyword) {
                if let Some(extent) = self.extent(rule).filter(|extent| extent.may_match(bytes, mark.at)) {
                    chains.add(rule, mark.at, extent, Some(change.changes));
                }
            }
        }
        chains.finish(Some(change.changes), |rule| self.extent(rule));
        for &(rule, chain) in chains.near() {
            let Some(extent) = self.extent(rule).filter(|extent| extent.is_anchored()) else {
                self.match_in(rule, text, chain, &mut found);
                continue;
            };
            let mut next = 0;
            let first = marks.partition_point(|mark| mark.at < chain.start);
            let inside = marks[first..].iter().take_while(|mark| mark.at < chain.end);
            for mark in inside.filter(|mark| self.keywords.rules(mark.keyword).contains(&rule)) {
                if extent.may_match(bytes, mark.at) {
                    self.match_at(rule, extent, text, mark.at, &mut next, &mut found);
                }
            }
        }
        let candidates = &change.base.candidates;
        for copied in change.copies.iter().filter(|_| !candidates.is_empty()) {
            let first = candidates.partition_point(|candidate| candidate.secret.start < copied.from);
            let inside = candidates[first..].iter().take_while(|known| known.secret.start < copied.from + copied.len);
            found.extend(inside.filter_map(|known| self.carried(known, copied, change.changes, &scratch.chains)));
        }
        found.sort_by_key(|candidate| (candidate.secret, candidate.rule.id.clone(), candidate.whole));
        // The first of several names that lead to one value counts, so the one whose match starts first.
        found.dedup_by(|next, last| {
            let is_generic = self.generic.as_ref().is_some_and(|generic| Arc::ptr_eq(generic, &next.rule));
            is_generic && next.secret == last.secret && Arc::ptr_eq(&next.rule, &last.rule)
        });
        found
    }

    /// Returns what of the last search helps with versions of the text, which has `length` bytes and these candidates.
    pub fn known(&self, candidates: &[Candidate], length: usize, scratch: &Scratch) -> Known {
        Known {
            anchors: scratch.sifted.anchors.clone(),
            marks: scratch.marks.clone(),
            candidates: candidates.to_vec(),
            length,
        }
    }

    /// Adds the places of keywords that were copied.
    fn carry_marks(&self, copied: &Copied, base: &[Mark], marks: &mut Vec<Mark>) {
        let end = copied.from + copied.len;
        let first = base.partition_point(|mark| mark.at < copied.from);
        let inside = base[first..].iter().take_while(|mark| mark.at < end);
        let whole = inside.filter(|mark| mark.at + self.keywords.word(mark.keyword).len() <= end);
        marks.extend(whole.map(|mark| Mark { at: mark.at - copied.from + copied.to, ..*mark }));
    }

    /// Returns a candidate of the base at its new place, if nothing that decides about it has changed.
    fn carried(&self, base: &Candidate, copied: &Copied, changes: &Changes, chains: &Chains) -> Option<Candidate> {
        if !Span::new(copied.from, copied.from + copied.len).contains(base.extent()) {
            return None;
        }
        let moved = |span: Span| Span::new(span.start - copied.from + copied.to, span.end - copied.from + copied.to);
        let candidate = Candidate { whole: moved(base.whole), secret: moved(base.secret), ..base.clone() };
        let extent = candidate.extent();
        let is_searched = |(rule, chain): &(u16, Span)| {
            Arc::ptr_eq(self.rules.rule((*rule).into()), &candidate.rule) && chain.contains(candidate.whole)
        };
        let is_decided = changes.touch(Span::new(extent.start.saturating_sub(INFLUENCE), extent.end + INFLUENCE))
            || chains.near().iter().any(is_searched);
        (!is_decided).then_some(candidate)
    }

    /// Opens the windows of what was sifted, and judges assignments on the way.
    fn open_windows(
        &self,
        text: Text<'_>,
        changes: Option<&Changes>,
        scratch: &mut Scratch,
        found: &mut Vec<Candidate>,
    ) {
        let mut assignments = Vec::new();
        let Scratch { sifted, windows, chains, .. } = scratch;
        windows.clear();
        chains.clear();
        window::open(text.bytes, changes, sifted, windows, &mut assignments);
        if let Some(generic) = &self.generic {
            assignment::candidates(generic, text.bytes, text.path, &assignments, found);
        }
    }

    /// Finds the keywords of a version: those that are copied, and those of the windows near its changes.
    fn find_marks(&self, bytes: &[u8], change: &Change<'_>, scratch: &mut Scratch) {
        let Scratch { windows, marks, .. } = scratch;
        marks.clear();
        for copied in change.copies {
            self.carry_marks(copied, &change.base.marks, marks);
        }
        for window in &*windows {
            self.keywords.find(bytes, window.range(), |keyword, at| marks.push(Mark { at, keyword }));
        }
        // Two sorted lists, one behind the other, which a stable sort merges.
        marks.sort();
        marks.dedup();
    }

    /// Tries a rule whose matches start at its keywords on one of them, from the place `next` on, which moves.
    fn match_at(
        &self,
        rule: u16,
        extent: &Extent,
        text: Text<'_>,
        at: usize,
        next: &mut usize,
        found: &mut Vec<Candidate>,
    ) {
        let rule = self.rules.rule(rule.into());
        let Text { bytes, path } = text;
        let window = extent.window(at);
        let window = Span::new(window.start, window.end.min(bytes.len()));
        // Words near it decide about a match alone, which moves on whatever they say.
        if !extent.has_sign(bytes, at) || !has_needs(rule, bytes, window) {
            return;
        }
        let Some(pattern) = rule.compiled() else { return };
        *next = window.start.max(*next);
        while *next <= at {
            let start = *next;
            *next += 1;
            if let Some((whole, secret)) = pattern.match_at(bytes, start..window.end)
                && rule.applies_to(path)
            {
                *next = secret.end.max(*next);
                prove(rule, text, whole, secret, found);
            }
        }
    }

    /// Tries a rule on a chain of windows.
    fn match_in(&self, rule: u16, text: Text<'_>, chain: Span, found: &mut Vec<Candidate>) {
        let rule = self.rules.rule(rule.into());
        let Text { bytes, path } = text;
        let window = Span::new(chain.start, chain.end.min(bytes.len()));
        if may_match(rule, bytes, path, window) && rule.applies_to(path) {
            match_rule(rule, bytes, path, window.range(), found);
        }
    }

    /// Returns how far the matches of a rule reach, or `None` for one that has no pattern.
    fn extent(&self, rule: u16) -> Option<&Extent> {
        let rule = usize::from(rule);
        self.extents[rule].get_or_init(|| Extent::of(self.rules.rule(rule))).as_ref()
    }
}

impl Scratch {
    /// Sifts the parts of a version that must be looked at, and adds all anchors that are copied.
    fn sift_parts(&mut self, bytes: &[u8], change: &Change<'_>) {
        self.sifted.clear();
        for copied in change.copies {
            let (start, end) = (copied.from, copied.from + copied.len);
            let first = change.base.anchors.partition_point(|&(at, _)| at < start);
            let inside = change.base.anchors[first..].iter().take_while(|&&(at, _)| at + anchor::WIDTH <= end);
            self.sifted.anchors.extend(inside.map(|&(at, kind)| (at - copied.from + copied.to, kind)));
        }
        for part in change.parts {
            sieve::sift(&bytes[part.range()], &mut self.part);
            let moved = |run: &Span| Span::new(part.start + run.start, part.start + run.end);
            self.sifted.runs.extend(self.part.runs.iter().map(moved));
            self.sifted.anchors.extend(self.part.anchors.iter().map(|&(at, kind)| (part.start + at, kind)));
        }
        // Two sorted lists, one behind the other, which a stable sort merges.
        self.sifted.anchors.sort_by_key(|&(at, _)| at);
        self.sifted.anchors.dedup();
    }
}

/// Tells whether a window has what every match of a rule needs.
fn has_needs(rule: &Rule, bytes: &[u8], window: Span) -> bool {
    rule.bounds().is_some_and(|bounds| bounds.needs.are_in(&bytes[window.range()]))
}

/// Tells whether a match that passes its proofs may be in a window.
fn may_match(rule: &Rule, bytes: &[u8], path: Option<&[u8]>, window: Span) -> bool {
    has_needs(rule, bytes, window) && (rule.near.is_empty() || proof::has_near(rule, bytes, path, &window.range()))
}

/// Tries one rule on one window.
pub(super) fn match_rule(
    rule: &Arc<Rule>,
    bytes: &[u8],
    path: Option<&[u8]>,
    window: Range<usize>,
    found: &mut Vec<Candidate>,
) {
    let Some(pattern) = rule.compiled() else { return };
    pattern.matches(bytes, window, |whole, secret| prove(rule, Text { bytes, path }, whole, secret, found));
}

/// Adds a match that passes its proofs.
fn prove(rule: &Arc<Rule>, text: Text<'_>, whole: Range<usize>, secret: Range<usize>, found: &mut Vec<Candidate>) {
    let proven = proof::prove(rule, text.bytes, text.path, &whole, secret);
    if let Some(Proven { secret, confidence, severity, evidence }) = proven {
        let rule = Arc::clone(rule);
        found.push(Candidate { rule, whole: whole.into(), secret, confidence, severity, evidence });
    }
}
