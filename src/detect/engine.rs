//! From bytes to candidates: sieve, keywords, patterns, proofs.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::assignment;
use super::changes::Changes;
use super::mark::{Chains, Extent, Mark, Progress};
use super::proof::{self, Proven};
use super::sieve::{self, Names, Sifted};
use super::window;
use crate::finding::{Confidence, Severity};
use crate::rules::{Catalogue, Lexicon, Rule};
use crate::source::Span;

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
    pub(super) sifted: Sifted,
    pub(super) part: Sifted,
    /// Where keywords are worth looking for, near changes if there are any.
    pub(super) windows: Vec<Span>,
    pub(super) marks: Vec<Mark>,
    pub(super) chains: Chains,
    /// Where the keywords of a chain stand.
    pub(super) places: Vec<usize>,
    progress: Progress,
}

impl Scratch {
    /// Returns what the sieve left of what was searched last.
    pub const fn sifted(&self) -> &Sifted {
        &self.sifted
    }
}

/// All rules, ready to search.
#[derive(Debug)]
pub struct Engine {
    pub(super) rules: Catalogue,
    /// For each rule how far its matches reach, once that was asked for.
    extents: Vec<OnceLock<Option<Extent>>>,
    pub(super) keywords: Lexicon,
    /// Whether keywords are looked for near names, too.
    pub(super) names: Names,
    pub(super) generic: Option<Arc<Rule>>,
}

/// What is searched, and the path by which rules judge it.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) path: Option<&'a [u8]>,
}

impl Engine {
    /// Makes an engine of a catalogue's rules.
    pub fn new(catalogue: &Catalogue) -> Self {
        let generic = catalogue.get(assignment::RULE).cloned();
        let extents = (0..catalogue.len()).map(|_| OnceLock::new()).collect();
        let names = if catalogue.has_namelike_secrets() { Names::Kept } else { Names::PassedOver };
        Self { keywords: catalogue.lexicon(), names, rules: catalogue.clone(), extents, generic }
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
        sieve::sift(bytes, self.names, &mut scratch.sifted);
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
        for chain in chains.near() {
            self.match_in(chain.rule, text, chain.span, &mut found);
        }
        found.sort_by(|a, b| (a.secret, &a.rule.id).cmp(&(b.secret, &b.rule.id)));
        found
    }

    /// Opens the windows of what was sifted, and judges assignments on the way.
    pub(super) fn open_windows(
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

    /// Tries a rule whose matches start at its keywords on one of them, from the place `next` on, which moves.
    pub(super) fn match_at(
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
        // Words near it are looked for when there is a match: one without them moves on all the same.
        if !extent.has_sign(bytes, at) || !has_needs(rule, bytes, window) {
            return;
        }
        let Some(pattern) = rule.matcher() else { return };
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

    /// Tries a rule on a chain of windows, if it may match there.
    pub(super) fn match_in(&self, rule: u16, text: Text<'_>, chain: Span, found: &mut Vec<Candidate>) {
        if self.may_match_in(rule, text, chain) {
            self.match_chain(rule, text, chain, found);
        }
    }

    /// Tries a rule on a chain of windows, or on a part of one in which it may match.
    pub(super) fn match_chain(&self, rule: u16, text: Text<'_>, chain: Span, found: &mut Vec<Candidate>) {
        let (rule, Text { bytes, path }) = (self.rules.rule(rule.into()), text);
        if rule.applies_to(path) {
            match_rule(rule, bytes, path, chain.start..chain.end.min(bytes.len()), found);
        }
    }

    /// Tells whether a rule's pattern may match in a chain of windows, whatever proofs say of it.
    pub(super) fn pattern_may_match_in(&self, rule: u16, bytes: &[u8], chain: Span) -> bool {
        let pattern = self.rules.rule(rule.into()).matcher();
        pattern.is_some_and(|pattern| pattern.may_match(bytes, chain.start..chain.end.min(bytes.len())))
    }

    /// Tells quickly whether a match that passes its proofs may be in a chain of windows.
    pub(super) fn may_match_in(&self, rule: u16, text: Text<'_>, chain: Span) -> bool {
        let rule = self.rules.rule(rule.into());
        let window = Span::new(chain.start, chain.end.min(text.bytes.len()));
        let is_near = || rule.near.is_empty() || proof::has_near(rule, text.bytes, text.path, &window.range());
        has_needs(rule, text.bytes, window) && is_near()
    }

    /// Returns how far the matches of a rule reach, or `None` for one that has no pattern.
    pub(super) fn extent(&self, rule: u16) -> Option<&Extent> {
        let rule = usize::from(rule);
        self.extents[rule].get_or_init(|| Extent::of(self.rules.rule(rule))).as_ref()
    }
}

/// Tells whether a window has what every match of a rule needs.
fn has_needs(rule: &Rule, bytes: &[u8], window: Span) -> bool {
    rule.bounds().is_some_and(|bounds| bounds.needs.are_in(&bytes[window.range()]))
}

/// Tries one rule on one window.
pub(super) fn match_rule(
    rule: &Arc<Rule>,
    bytes: &[u8],
    path: Option<&[u8]>,
    window: Range<usize>,
    found: &mut Vec<Candidate>,
) {
    let Some(pattern) = rule.matcher() else { return };
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
