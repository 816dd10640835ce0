//! Inspects one text after another: a blob's bytes, then what is wrapped in them.

use std::cell::OnceCell;
use std::sync::Arc;

use bstr::ByteSlice;

use super::repeat::Telling;
use super::{Inspected, Inspector, archive, decode, limit, overlap, place, repeat};
use crate::detect::{Candidate, Scratch};
use crate::finding::{Excerpt, Finding, InlineAllow, Notice, masked_secret};
use crate::lint::{LintFinding, Linted};
use crate::rules::Rule;
use crate::secret::{Identity, Secret};
use crate::source::{LineIndex, Origin, Position, Span, join};

/// How deep wrappings are opened: an archive in an archive, base64 of base64.
const DEPTH: usize = 4;
/// How many unwrapped bytes one blob may yield, against archives that blow up.
const BUDGET: usize = 256 << 20;

/// How many keywords of a rule may be alike up to their last character before that is part of the secret.
const MOST_ALIKE: usize = 8;

/// A text on its way through inspection: a blob's bytes, or what a wrapping held.
pub(super) struct Layer<'a> {
    pub(super) bytes: &'a [u8],
    /// How the text was wrapped, outermost first.
    pub(super) via: &'a [String],
    /// Where the wrapping stands in the outermost text, if it is not all of it.
    pub(super) outer: Option<&'a Outer>,
    /// The path by which rules judge the text: an archive's member has its own.
    pub(super) path: Option<&'a [u8]>,
    /// How many wrappings were opened to get here.
    pub(super) depth: usize,
}

/// A layer with all that describing a place in it takes.
pub(super) struct View<'a> {
    pub(super) origin: &'a Origin,
    pub(super) layer: &'a Layer<'a>,
    pub(super) lines: &'a LineIndex,
    /// What must not be shown of the layer, ascending and apart.
    pub(super) hidden: &'a [Span],
}

/// Where in the blob a decoded text stood.
pub(super) struct Outer {
    pub(super) position: Position,
    pub(super) end: Position,
    pub(super) excerpt: Excerpt,
    pub(super) allow: Option<InlineAllow>,
}

/// What was found in one text, before it is reported.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// All candidates, ordered by position.
    pub(super) candidates: Vec<Candidate>,
    /// Pieces of text that were encoded in it.
    pub(super) encoded: Vec<decode::Piece>,
    /// Other such pieces, in which there is known to be nothing.
    pub(super) barren: Vec<Barren>,
    /// Whether the sieve has seen that `mcp` stands nowhere in it.
    pub(super) lacks_mcp: bool,
}

/// A piece of encoded text in which nothing was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Barren {
    /// Where its encoded form stands.
    pub(super) span: Span,
    /// How many unwrapped bytes were looked at for it.
    pub(super) spent: usize,
    /// Whether it may be shown: it is plain text but for escapes, and has nothing else encoded in it.
    pub(super) is_plain: bool,
}

/// The inspection of one blob.
pub(super) struct Inspection<'a> {
    pub(super) inspector: &'a Inspector,
    pub(super) scratch: &'a mut Scratch,
    origin: &'a Origin,
    /// How many unwrapped bytes may still be looked at.
    budget: usize,
    /// Whether something was not opened because of a limit.
    limited: bool,
    /// How many findings are not told one by one.
    untold: usize,
    inspected: Inspected,
}

impl<'a> Inspection<'a> {
    /// Starts with nothing found.
    pub(super) fn new(inspector: &'a Inspector, origin: &'a Origin, scratch: &'a mut Scratch) -> Self {
        Self { inspector, scratch, origin, budget: BUDGET, limited: false, untold: 0, inspected: Inspected::default() }
    }

    /// Takes `bytes` off the budget, or tells that it does not hold so many.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        let is_enough = bytes <= self.budget;
        self.budget -= bytes.min(self.budget);
        self.limited |= !is_enough;
        is_enough
    }

    /// Returns how many more findings are told one by one.
    const fn room(&self) -> usize {
        limit::MOST.saturating_sub(self.inspected.findings.len())
    }

    /// Returns all that came together.
    pub(super) fn finish(mut self) -> Inspected {
        if self.untold > 0 {
            let (most, untold) = (limit::MOST / 1000, self.untold);
            let message = format!("has {untold} findings more than the {most} thousand worst, which alone are told");
            let help = "take out what is told and scan again, or exclude the file if it holds nothing but samples";
            self.inspected.notices.push(Notice::unread(crate::input::subject(self.origin), message, help));
        }
        if self.limited {
            let message = "holds more packed or encoded data, or deeper inside each other, than is opened";
            let notice = Notice::unread(crate::input::subject(self.origin), message, "unpack it and scan the result");
            self.inspected.notices.push(notice);
        }
        self.inspected
    }

    /// Inspects one layer, then what is wrapped in it.
    pub(super) fn layer(&mut self, layer: &Layer<'_>) {
        if let Some(text) = decode::utf16(layer.bytes) {
            let via = [layer.via, &["UTF-16".to_owned()]].concat();
            if self.spend(text.len()) {
                self.text(&Layer { bytes: text.as_bytes(), via: &via, ..*layer });
            }
            if !decode::is_mislabelled(layer.bytes) {
                return;
            }
        }
        match self.archive(layer) {
            Some(around) => {
                let via = [layer.via, &["around tar members".to_owned()]].concat();
                self.text(&Layer { bytes: &around, via: &via, depth: layer.depth + 1, ..*layer });
            }
            None => self.text(layer),
        }
    }

    /// Inspects the members of an archive. Returns the bytes around them if those of the members need no second look.
    fn archive(&mut self, layer: &Layer<'_>) -> Option<Vec<u8>> {
        if !archive::is_archive(layer.bytes) {
            return None;
        }
        if layer.depth >= DEPTH {
            self.limited = true;
            return None;
        }
        let opened = archive::open(layer.bytes, self.budget, &mut |member, bytes| {
            let is_whole = self.spend(bytes.len());
            let via = [layer.via, &[member.label()]].concat();
            let path = member.path().or(layer.path);
            self.layer(&Layer { bytes, via: &via, path, depth: layer.depth + 1, ..*layer });
            is_whole
        });
        let problem = match opened {
            Ok(around) => return around,
            Err(problem) => problem,
        };
        let subject = crate::input::subject(self.origin);
        let help = "what could be read of the archive was scanned";
        self.inspected.notices.push(match problem.is_readable_by_others() {
            true => Notice::unread(subject, problem.to_string(), help),
            false => Notice::note(subject, problem.to_string(), help),
        });
        None
    }

    /// Finds candidates and encodings in a text, and reports them.
    fn text(&mut self, layer: &Layer<'_>) {
        let mut found = Found::default();
        if self.inspector.options.detect {
            found.candidates = self.inspector.engine.candidates(layer.bytes, layer.path, self.scratch);
            found.encoded = decode::encoded(layer.bytes, self.scratch.sifted());
            found.lacks_mcp = !self.scratch.sifted().may_have_mcp(layer.bytes);
        }
        self.found(layer, found);
    }

    /// Reports what was found in a text, and follows encodings. Returns all encoded pieces if there was nothing to tell of them.
    pub(super) fn found(&mut self, layer: &Layer<'_>, found: Found) -> Option<Vec<Barren>> {
        let Found { mut candidates, mut encoded, mut barren, lacks_mcp } = found;
        self.set_barren_aside(layer, &mut encoded, &mut barren);
        let is_affordable = barren.iter().all(|piece| self.spend(piece.spent));
        let mut linted = match layer.path {
            Some(path) if self.inspector.options.lint && layer.depth == 0 => {
                self.inspector.lint(path.as_bstr(), layer.bytes, lacks_mcp)
            }
            _ => Linted::default(),
        };
        let is_linted = !linted.findings.is_empty() || linted.error.is_some();
        if candidates.is_empty() && encoded.is_empty() && !is_linted {
            return is_affordable.then_some(barren);
        }
        let secrets = candidates.iter().map(|candidate| candidate.secret);
        let secrets: Vec<Span> = secrets.chain(linted.findings.iter().filter_map(|found| found.secret)).collect();
        let opaque = barren.iter().filter(|piece| !piece.is_plain).map(|piece| piece.span);
        let encodings = encoded.iter().map(|piece| piece.span).chain(opaque);
        let hidden = self.hide(layer.bytes, &secrets, encodings);
        overlap::resolve(layer.bytes, &mut candidates);
        let lint_level = |found: &LintFinding| (found.severity, found.confidence);
        let level = |found: &Candidate| (found.severity, found.confidence);
        let levels = (linted.findings.iter().map(lint_level), candidates.iter().map(level));
        let (lint_room, room) = limit::share(levels.0, levels.1, self.room());
        self.untold += limit::keep(&mut linted.findings, lint_room, lint_level);
        self.untold += limit::keep(&mut candidates, room, level);
        let lines = OnceCell::new();
        let view = |lines| View { origin: self.origin, layer, lines, hidden: &hidden };
        let index = || LineIndex::new(layer.bytes);
        if is_linted {
            let view = view(lines.get_or_init(index));
            self.inspector.report_lints(&view, linted, &mut candidates, &mut self.inspected);
        }
        let first = self.inspected.findings.len();
        for candidate in &candidates {
            let finding = self.inspector.finding(&view(lines.get_or_init(index)), candidate);
            self.inspected.findings.push(finding);
        }
        let told = self.inspected.len();
        let outer = |span| place::outer(layer.bytes, lines.get_or_init(index), span, true, &hidden);
        let (telling, is_complete) = self.follow_each(layer, &encoded, &outer, &mut barren);
        let is_barren = is_complete && self.inspected.len() == told && self.untold == 0 && !self.limited;
        if !telling.is_empty() {
            self.take_back(layer.bytes, first, &candidates, &telling);
        }
        is_barren.then_some(barren)
    }

    /// Takes out of `encoded` what is known at once to tell nothing, and everything where nothing is opened any more.
    fn set_barren_aside(&mut self, layer: &Layer<'_>, encoded: &mut Vec<decode::Piece>, barren: &mut Vec<Barren>) {
        encoded.retain(|piece| {
            let may_tell = self.inspector.may_tell(piece, layer.path, self.scratch);
            if !may_tell {
                barren.push(Barren { span: piece.span, spent: piece.bytes.len(), is_plain: true });
            }
            may_tell
        });
        if layer.depth >= DEPTH {
            self.limited |= !encoded.is_empty();
            encoded.clear();
        }
    }

    /// Follows the encoded pieces of a layer, while there is a budget for it; tells in which something was found, and whether
    /// all were followed.
    fn follow_each<'p>(
        &mut self,
        layer: &Layer<'_>,
        pieces: &'p [decode::Piece],
        outer: &dyn Fn(Span) -> Outer,
        followed: &mut Vec<Barren>,
    ) -> (Vec<Telling<'p>>, bool) {
        let mut telling = Vec::new();
        for piece in pieces {
            let made;
            let outer = match layer.outer {
                Some(outer) => outer,
                None => {
                    made = outer(piece.span);
                    &made
                }
            };
            let before = self.inspected.findings.len();
            let barren = self.follow(layer, outer, piece);
            let findings = before..self.inspected.findings.len();
            if !findings.is_empty() {
                telling.push(Telling { piece, findings });
            }
            let Some(barren) = barren else { return (telling, false) };
            followed.push(barren);
        }
        (telling, true)
    }

    /// Takes back findings that say no more than others: those of `candidates` begin at `first`.
    fn take_back(&mut self, bytes: &[u8], first: usize, candidates: &[Candidate], telling: &[Telling<'_>]) {
        let silent = repeat::silent(bytes, candidates, first, telling, &self.inspected.findings);
        let mut at = 0..;
        self.inspected.findings.retain(|_| at.next().is_some_and(|at| silent.binary_search(&at).is_err()));
    }

    /// Takes note of secrets, and returns what must not be shown of their text: them and what is encoded.
    fn hide(&mut self, bytes: &[u8], secrets: &[Span], encodings: impl Iterator<Item = Span>) -> Vec<Span> {
        self.inspected.secrets.extend(secrets.iter().map(|secret| Secret::new(&bytes[secret.range()])));
        let mut hidden: Vec<Span> = secrets.iter().map(|secret| place::widened(bytes, *secret)).collect();
        hidden.extend(encodings);
        if !self.inspector.options.detect {
            // What only lints look at may hold other secrets.
            hidden.extend(self.inspector.hidden(bytes, self.scratch));
        }
        join(&mut hidden);
        hidden
    }

    /// Inspects what is encoded at the place `outer`; returns what that took, or `None` if there is no budget for it.
    fn follow(&mut self, layer: &Layer<'_>, outer: &Outer, piece: &decode::Piece) -> Option<Barren> {
        let budget = self.budget;
        if !self.spend(piece.bytes.len()) {
            return None;
        }
        let via = [layer.via, &[piece.encoding.to_owned()]].concat();
        let (bytes, outer) = (piece.bytes.as_slice(), Some(outer));
        self.layer(&Layer { bytes, via: &via, outer, path: layer.path, depth: layer.depth + 1 });
        Some(Barren { span: piece.span, spent: budget - self.budget, is_plain: false })
    }
}

impl Inspector {
    /// Makes the finding of one candidate.
    fn finding(&self, view: &View<'_>, candidate: &Candidate) -> Finding {
        let rule = &candidate.rule;
        let secret = &view.layer.bytes[candidate.secret.range()];
        let place = place::place(view, candidate.secret, true);
        let title = &rule.meta().title;
        let mut finding = Finding::new(Arc::clone(rule.meta()), Identity::of("secret", secret), title.clone(), place);
        finding.severity = candidate.severity;
        finding.confidence = candidate.confidence;
        finding.masked = masked_secret(secret, public_prefix(rule, secret));
        finding.evidence.clone_from(&candidate.evidence);
        finding.variable.clone_from(&rule.entry().variable);
        finding.rotation = Some(Arc::clone(rule.rotation()));
        finding.revealed = self.options.reveal.then(|| Secret::new(secret));
        finding
    }
}

/// Returns how many leading bytes of a secret are its provider's public prefix.
fn public_prefix(rule: &Rule, secret: &[u8]) -> usize {
    // Keywords that differ in nothing but their last character list what a secret may begin with.
    let is_list = |keyword: &str| {
        let stem = &keyword.as_bytes()[..keyword.len() - 1];
        let alike = |other: &str| other.len() == keyword.len() && other.as_bytes().starts_with(stem);
        rule.keywords.iter().filter(|other| alike(other)).count() > MOST_ALIKE
    };
    let public = |keyword: &str| keyword.len() - usize::from(is_list(keyword));
    rule.keywords_at_start(secret).map(public).max().unwrap_or(0)
}
