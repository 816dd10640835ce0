//! From bytes to candidates: sieve, keywords, patterns, proofs.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::anchor::AnchorKind;
use super::assignment::{self, Assignment};
use super::changes::Changes;
use super::mark::{Chains, Extent, Mark};
use super::proof::{self, Proven};
use super::sieve::{self, Sifted};
use crate::finding::{Confidence, Severity};
use crate::input::Copied;
use crate::rules::{Catalogue, Lexicon, Rule};
use crate::source::Span;

/// How far before a run with a digit a keyword may start.
const LEAD: usize = 160;
/// How far behind a run a keyword may end.
const TRAIL: usize = 64;
/// How far before a run without a digit a keyword may start: only a token's own prefix counts there.
const PREFIX: usize = 16;
/// How far around an anchor keywords are looked for.
const AROUND: usize = 96;
/// How far from a match a byte can decide about it, if its proof does not read on: by a word nearby, by the run that leads to
/// its keyword.
pub const INFLUENCE: usize = 256;
/// How far before an anchor a byte can decide about what it leads to.
pub(super) const ANCHOR_BEFORE: usize = 320;
/// How far behind an anchor a byte can decide about what it leads to: an assignment's value and what follows it.
pub(super) const ANCHOR_BEHIND: usize = 1024;
/// How far apart two anchors in one name may stand.
const NAME: usize = 96;

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
    windows: Vec<Span>,
    marks: Vec<Mark>,
    chains: Chains,
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
    generic: Option<Arc<Rule>>,
}

impl Engine {
    /// Makes an engine of a catalogue's rules.
    pub fn new(catalogue: &Catalogue) -> Self {
        let generic = catalogue.get(assignment::RULE).cloned();
        let extents = (0..catalogue.len()).map(|_| OnceLock::new()).collect();
        Self { keywords: catalogue.lexicon(), rules: catalogue.clone(), extents, generic }
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
        sieve::sift(bytes, &mut scratch.sifted);
        scratch.marks.clear();
        let mut found = Vec::new();
        self.follow(bytes, path, None, keep_marks, scratch, &mut found);
        found.sort_by_key(|candidate| (candidate.secret, candidate.rule.id.clone()));
        found
    }

    /// Finds every candidate of a version of a text without a path, looking only at what its changes can decide about.
    ///
    /// A match is decided about by its own bytes and by those around it, as far as its rule says. All places of keywords are
    /// carried over that are copied; what leads to others touches a change. Overlapping windows of a rule are one
    /// chain, which no match crosses: a chain with a change near is searched anew, the candidates of any other are carried over.
    pub fn candidates_of_version(&self, bytes: &[u8], change: &Change<'_>, scratch: &mut Scratch) -> Vec<Candidate> {
        scratch.sift_parts(bytes, change.parts);
        scratch.marks.clear();
        for copied in change.copies {
            self.carry_marks(copied, &change.base.marks, &mut scratch.marks);
        }
        let mut found = Vec::new();
        self.follow(bytes, None, Some(change.changes), true, scratch, &mut found);
        for candidate in &change.base.candidates {
            for copied in change.copies {
                found.extend(self.carried(candidate, copied, change.changes, &scratch.chains));
            }
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
        Known { marks: scratch.marks.clone(), candidates: candidates.to_vec(), length }
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

    /// Follows what the sieve has left, near the changes if there are any.
    fn follow(
        &self,
        bytes: &[u8],
        path: Option<&[u8]>,
        changes: Option<&Changes>,
        keep_marks: bool,
        scratch: &mut Scratch,
        found: &mut Vec<Candidate>,
    ) {
        let Scratch { sifted, windows, marks, chains, .. } = scratch;
        windows.clear();
        self.open_windows(bytes, path, changes, sifted, windows, found);
        chains.clear();
        let mut link = |mark: &Mark| {
            for &rule in self.keywords.rules(mark.keyword) {
                if let Some(extent) = self.extent(rule).filter(|extent| extent.may_match(bytes, mark.at)) {
                    chains.add(rule, mark.at, extent, changes);
                }
            }
        };
        for window in &*windows {
            self.keywords.find(bytes, window.range(), |keyword, at| {
                let mark = Mark { at, keyword };
                if changes.is_none() {
                    link(&mark);
                }
                if keep_marks {
                    marks.push(mark);
                }
            });
        }
        if changes.is_some() {
            marks.sort_unstable();
            marks.dedup();
            marks.iter().for_each(link);
        }
        chains.finish(changes, |rule| self.extent(rule));
        for &(rule, window) in chains.near() {
            let rule = self.rules.rule(rule.into());
            let window = Span::new(window.start, window.end.min(bytes.len()));
            if may_match(rule, bytes, path, window) && rule.applies_to(path) {
                match_rule(rule, bytes, path, window.range(), found);
            }
        }
    }

    /// Returns how far the matches of a rule reach, or `None` for one that has no pattern.
    fn extent(&self, rule: u16) -> Option<&Extent> {
        let rule = usize::from(rule);
        self.extents[rule].get_or_init(|| Extent::of(self.rules.rule(rule))).as_ref()
    }

    /// Marks where keywords are worth looking for, and judges assignments on the way.
    fn open_windows(
        &self,
        bytes: &[u8],
        path: Option<&[u8]>,
        changes: Option<&Changes>,
        sifted: &Sifted,
        windows: &mut Vec<Span>,
        found: &mut Vec<Candidate>,
    ) {
        let near = |before: usize, start: usize, end: usize, behind: usize| {
            changes.is_none_or(|changes| changes.touch(Span::new(start.saturating_sub(before), end + behind)))
        };
        for run in sifted.runs.iter().filter(|run| near(LEAD + 1, run.start, run.end, TRAIL + 1)) {
            let digit = bytes[run.range()].iter().any(u8::is_ascii_digit);
            let (lead, trail) = if digit { (LEAD, TRAIL) } else { (PREFIX, 0) };
            windows.push(Span::new(run.start.saturating_sub(lead), (run.end + trail).min(bytes.len())));
        }
        let mut assignments = Vec::new();
        // The first of several anchors in one name counts, so none before one that is near may be left out.
        let mut before = 0;
        for (index, &(at, _)) in sifted.anchors.iter().enumerate() {
            if !near(ANCHOR_BEFORE, at, at, ANCHOR_BEHIND) {
                continue;
            }
            let first = before + sifted.anchors[before..index].partition_point(|&(other, _)| other + NAME < at);
            for &(at, kind) in &sifted.anchors[first..=index] {
                if let Some(end) = gate(bytes, at, kind, &mut assignments) {
                    windows.push(Span::new(at.saturating_sub(AROUND), end.min(bytes.len())));
                }
            }
            before = index + 1;
        }
        if let Some(generic) = &self.generic {
            assignment::candidates(generic, bytes, path, &assignments, found);
        }
        merge(windows);
    }
}

impl Scratch {
    /// Sifts parts of a text.
    fn sift_parts(&mut self, bytes: &[u8], parts: &[Span]) {
        self.sifted.clear();
        for part in parts {
            sieve::sift(&bytes[part.range()], &mut self.part);
            let moved = |run: &Span| Span::new(part.start + run.start, part.start + run.end);
            self.sifted.runs.extend(self.part.runs.iter().map(moved));
            self.sifted.anchors.extend(self.part.anchors.iter().map(|&(at, kind)| (part.start + at, kind)));
        }
    }
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

/// Sorts windows and joins those that touch.
fn merge(windows: &mut Vec<Span>) {
    windows.sort_unstable();
    windows.dedup_by(|next, last| {
        let joins = next.start <= last.end;
        if joins {
            last.end = last.end.max(next.end);
        }
        joins
    });
}

/// Tells whether a window has what every match of a rule needs.
fn may_match(rule: &Rule, bytes: &[u8], path: Option<&[u8]>, window: Span) -> bool {
    let is_complete = rule.bounds().is_some_and(|bounds| bounds.needs.are_in(&bytes[window.range()]));
    is_complete && (rule.near.is_empty() || proof::has_near(&rule.near, bytes, path, &window.range()))
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
    pattern.matches(bytes, window, |whole, secret| {
        if let Some(Proven { secret, confidence, severity, evidence }) = proof::prove(rule, bytes, path, &whole, secret)
        {
            found.push(Candidate {
                rule: Arc::clone(rule),
                whole: whole.into(),
                secret,
                confidence,
                severity,
                evidence,
            });
        }
    });
}
