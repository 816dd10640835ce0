//! From bytes to candidates: sieve, keywords, patterns, proofs.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::anchor::AnchorKind;
use super::assignment::{self, Assignment};
use super::keyword::Keywords;
use super::proof::{self, Proven};
use super::sieve::{self, Sifted};
use crate::finding::{Confidence, Severity};
use crate::rules::{Catalogue, Rule};
use crate::source::Span;

/// How far before a run with a digit a keyword may start.
const LEAD: usize = 160;
/// How far behind a run a keyword may end.
const TRAIL: usize = 64;
/// How far before a run without a digit a keyword may start: only a token's own prefix counts there.
const PREFIX: usize = 16;
/// How far around an anchor keywords are looked for.
const AROUND: usize = 96;
/// The greatest length of a match whose rule is near; the keyword of a longer one may stand far from a change.
const NEAR: usize = 640;
/// How far from a match a byte can decide about it: by a word nearby, by the run that leads to its keyword.
pub const INFLUENCE: usize = 256;
/// How far around a change must be searched to find every match of a near rule that it can decide about.
pub const MARGIN: usize = 1152;

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

/// Buffers that are reused from blob to blob; one for each thread.
#[derive(Debug, Default)]
pub struct Scratch {
    sifted: Sifted,
    part: Sifted,
    windows: Vec<Span>,
    hits: Vec<(u16, Span)>,
    far: bool,
}

impl Scratch {
    /// Tells whether the text that was searched last holds a keyword whose match may be long.
    pub const fn saw_far_keyword(&self) -> bool {
        self.far
    }

    /// Returns the runs of token characters of the text that was searched last.
    pub fn runs(&self) -> &[Span] {
        &self.sifted.runs
    }
}

/// All rules, ready to search.
#[derive(Debug)]
pub struct Engine {
    rules: Vec<Arc<Rule>>,
    keywords: Keywords,
    /// For each keyword the rules that it names, as indexes.
    named: Vec<Vec<u16>>,
    generic: Option<Arc<Rule>>,
}

impl Engine {
    /// Makes an engine of a catalogue's rules.
    pub fn new(catalogue: &Catalogue) -> Self {
        let rules: Vec<Arc<Rule>> = catalogue.rules().to_vec();
        let mut words: Vec<Cow<'static, str>> = Vec::new();
        let mut pairs: Vec<(&Cow<'static, str>, u16)> = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            let index = u16::try_from(index).expect("there are fewer than 65,536 rules");
            pairs.extend(rule.keywords.iter().map(|keyword| (keyword, index)));
        }
        pairs.sort_unstable();
        let mut named: Vec<Vec<u16>> = Vec::new();
        for (word, index) in pairs {
            if words.last() != Some(word) {
                words.push(word.clone());
                named.push(Vec::new());
            }
            named.last_mut().expect("pushed above").push(index);
        }
        let generic = rules.iter().find(|rule| rule.id == assignment::RULE).cloned();
        Self { keywords: Keywords::new(words), rules, named, generic }
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
        sieve::sift(bytes, &mut scratch.sifted);
        self.follow(bytes, path, scratch)
    }

    /// Finds the candidates in and around `parts` of `bytes`, which are whole lines, ascending and apart.
    ///
    /// Finds every match of a near rule (see [`MARGIN`]) with a keyword there. [`Scratch::saw_far_keyword`] tells
    /// afterwards whether that is all that there is.
    pub fn candidates_in(
        &self,
        bytes: &[u8],
        parts: &[Span],
        path: Option<&[u8]>,
        scratch: &mut Scratch,
    ) -> Vec<Candidate> {
        let (mut all, mut part_sifted) = (std::mem::take(&mut scratch.sifted), std::mem::take(&mut scratch.part));
        all.clear();
        for part in parts {
            sieve::sift(&bytes[part.range()], &mut part_sifted);
            all.runs.extend(part_sifted.runs.iter().map(|run| Span::new(part.start + run.start, part.start + run.end)));
            all.anchors.extend(part_sifted.anchors.iter().map(|&(at, kind)| (part.start + at, kind)));
        }
        (scratch.sifted, scratch.part) = (all, part_sifted);
        self.follow(bytes, path, scratch)
    }

    /// Follows what the sieve has left.
    fn follow(&self, bytes: &[u8], path: Option<&[u8]>, scratch: &mut Scratch) -> Vec<Candidate> {
        let mut found = Vec::new();
        let Scratch { sifted, windows, hits, far, .. } = scratch;
        *far = false;
        if sifted.runs.is_empty() && sifted.anchors.is_empty() {
            return found;
        }
        windows.clear();
        self.open_windows(bytes, path, sifted, windows, &mut found);
        *far = self.name_rules(bytes, windows, hits);
        for hits in hits.chunk_by(|a, b| a.0 == b.0) {
            let rule = &self.rules[usize::from(hits[0].0)];
            if rule.applies_to(path) {
                for (_, window) in hits {
                    match_rule(rule, bytes, path, window.range(), &mut found);
                }
            }
        }
        found.sort_by_key(|candidate| (candidate.secret, candidate.rule.id.clone()));
        found
    }

    /// Marks where keywords are worth looking for, and judges assignments on the way.
    fn open_windows(
        &self,
        bytes: &[u8],
        path: Option<&[u8]>,
        sifted: &Sifted,
        windows: &mut Vec<Span>,
        found: &mut Vec<Candidate>,
    ) {
        for run in &sifted.runs {
            let digit = bytes[run.range()].iter().any(u8::is_ascii_digit);
            let (lead, trail) = if digit { (LEAD, TRAIL) } else { (PREFIX, 0) };
            windows.push(Span::new(run.start.saturating_sub(lead), (run.end + trail).min(bytes.len())));
        }
        let mut assignments = Vec::new();
        for &(at, kind) in &sifted.anchors {
            if let Some(end) = gate(bytes, at, kind, &mut assignments) {
                windows.push(Span::new(at.saturating_sub(AROUND), end.min(bytes.len())));
            }
        }
        if let Some(generic) = &self.generic {
            assignment::candidates(generic, bytes, path, &assignments, found);
        }
        merge(windows);
    }

    /// Looks for keywords in `windows`; leaves in `hits` the merged windows of each rule, sorted. Returns whether one of
    /// the rules is far.
    fn name_rules(&self, bytes: &[u8], windows: &[Span], hits: &mut Vec<(u16, Span)>) -> bool {
        let mut far = false;
        hits.clear();
        for window in windows {
            self.keywords.find(bytes, window.range(), |keyword, found| {
                for &rule in &self.named[keyword] {
                    let Some(pattern) = self.rules[usize::from(rule)].compiled() else { continue };
                    far |= pattern.reach() > NEAR;
                    let start = found.end.saturating_sub(pattern.lead());
                    let end = (found.start + pattern.reach()).min(bytes.len());
                    hits.push((rule, Span::new(start, end)));
                }
            });
        }
        hits.sort_unstable();
        hits.dedup_by(|next, last| {
            let joins = next.0 == last.0 && next.1.start <= last.1.end;
            if joins {
                last.1.end = last.1.end.max(next.1.end);
            }
            joins
        });
        far
    }
}

/// Decides whether an anchor is worth a window; returns where the window ends.
fn gate(bytes: &[u8], at: usize, kind: AnchorKind, assignments: &mut Vec<Assignment>) -> Option<usize> {
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

/// Tries one rule on one window.
fn match_rule(rule: &Arc<Rule>, bytes: &[u8], path: Option<&[u8]>, window: Range<usize>, found: &mut Vec<Candidate>) {
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

/// Finds candidates with every rule's pattern over every byte: slow, simple, and what [`Engine::candidates`]
/// must equal on any input.
pub fn reference_candidates(catalogue: &Catalogue, bytes: &[u8], path: Option<&[u8]>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for rule in catalogue.rules() {
        if rule.id == assignment::RULE {
            let mut assignments: Vec<Assignment> = Vec::new();
            for at in 0..bytes.len() {
                if super::anchor::kind_at(bytes, at) == Some(AnchorKind::Word) {
                    gate(bytes, at, AnchorKind::Word, &mut assignments);
                }
            }
            assignment::candidates(rule, bytes, path, &assignments, &mut found);
        } else if rule.applies_to(path) {
            match_rule(rule, bytes, path, 0..bytes.len(), &mut found);
        }
    }
    found.sort_by_key(|candidate| (candidate.secret, candidate.rule.id.clone()));
    found
}
