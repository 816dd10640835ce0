//! Turns the bytes of one blob into findings: unwraps them, finds candidates, masks, and lets the bytes go.

mod allow;
mod archive;
mod decode;
mod lint;
mod overlap;
mod place;
mod version;

pub use version::Trace;

use std::sync::Arc;

use bstr::ByteSlice;

use crate::detect::{Candidate, Engine, Scratch};
use crate::finding::{Finding, Notice, masked_secret};
use crate::input::Copied;
use crate::lint::{Linted, Persona};
use crate::secret::{Identity, Secret};
use crate::source::{LineIndex, Origin, Span};

/// How deep wrappings are opened: an archive in an archive, base64 of base64.
const DEPTH: usize = 4;
/// How many unwrapped bytes one blob may yield, against archives that blow up.
const BUDGET: usize = 256 << 20;

/// What an inspection is to keep.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether findings carry their raw secret, for `--reveal`.
    pub reveal: bool,
    /// Whether secrets are looked for.
    pub detect: bool,
    /// Whether configuration is linted.
    pub lint: bool,
    /// For whom lints speak up.
    pub persona: Persona,
}

/// Finds secrets in blobs with one set of rules.
#[derive(Debug)]
pub struct Inspector {
    engine: Engine,
    options: Options,
}

/// What one blob yielded.
#[derive(Debug, Default)]
pub struct Inspected {
    /// One finding for each secret and place.
    pub findings: Vec<Finding>,
    /// What could not be opened.
    pub notices: Vec<Notice>,
}

/// A text on its way through inspection: a blob's bytes, or what a wrapping held.
struct Layer<'a> {
    bytes: &'a [u8],
    /// How the text was wrapped, outermost first.
    via: &'a [String],
    /// Where the wrapping stands in the outermost text, if it is not all of it.
    outer: Option<&'a Outer>,
    /// The path by which rules judge the text: an archive's member has its own.
    path: Option<&'a [u8]>,
}

/// A layer with all that describing a place in it takes.
struct View<'a> {
    origin: &'a Origin,
    layer: &'a Layer<'a>,
    lines: &'a LineIndex,
    /// All secrets of the layer.
    hidden: &'a [Span],
}

/// Where in the blob a decoded text stood.
struct Outer {
    position: crate::source::Position,
    end: crate::source::Position,
    excerpt: crate::finding::Excerpt,
    allow: Option<crate::finding::InlineAllow>,
}

/// What was found in one text, before it is reported.
#[derive(Debug, Default)]
struct Found {
    /// All candidates, ordered by position.
    candidates: Vec<Candidate>,
    /// Pieces of text that were encoded in it.
    encoded: Vec<decode::Piece>,
    /// Whether a long match is possible, so that changes elsewhere could decide about it.
    far: bool,
}

/// Work that is left for one blob.
struct Budget {
    bytes: usize,
    exceeded: bool,
}

impl Budget {
    /// Takes `bytes` off, or tells that nothing is left.
    fn spend(&mut self, bytes: usize) -> bool {
        let enough = bytes <= self.bytes;
        self.bytes -= bytes.min(self.bytes);
        self.exceeded |= !enough;
        enough
    }
}

impl Inspector {
    /// Makes an inspector of an engine.
    pub const fn new(engine: Engine, options: Options) -> Self {
        Self { engine, options }
    }

    /// Returns the engine.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Inspects all of a blob's bytes.
    pub fn inspect(&self, origin: &Origin, bytes: &[u8], scratch: &mut Scratch) -> Inspected {
        let mut inspected = Inspected::default();
        let mut budget = Budget { bytes: BUDGET, exceeded: false };
        let path = origin.path().map(|path| path.as_bytes().to_vec());
        let layer = Layer { bytes, via: &[], outer: None, path: path.as_deref() };
        self.layer(origin, &layer, 0, &mut budget, scratch, &mut inspected);
        note_exceeded(origin, &budget, &mut inspected);
        inspected
    }

    /// Inspects a blob that may have been made from another, and remembers what helps with those made from this one.
    /// Finds exactly what [`Inspector::inspect`] finds.
    pub fn inspect_version(
        &self,
        origin: &Origin,
        bytes: &[u8],
        base: Option<(&Trace, &[Copied])>,
        scratch: &mut Scratch,
    ) -> (Inspected, Option<Trace>) {
        let unwrapped = decode::is_utf16(bytes) || archive::is_archive(bytes) || origin.path().is_some();
        if unwrapped || !self.options.detect {
            return (self.inspect(origin, bytes, scratch), None);
        }
        let known = base.and_then(|(base, copies)| base.carry(&self.engine, bytes, copies, scratch));
        let found = known.unwrap_or_else(|| version::whole(&self.engine, bytes, scratch));
        let trace = found.trace(bytes.len());
        let mut inspected = Inspected::default();
        let mut budget = Budget { bytes: BUDGET, exceeded: false };
        let layer = Layer { bytes, via: &[], outer: None, path: None };
        self.found(origin, &layer, 0, found, &mut budget, scratch, &mut inspected);
        note_exceeded(origin, &budget, &mut inspected);
        (inspected, trace)
    }

    /// Inspects one layer, then what is wrapped in it.
    fn layer(
        &self,
        origin: &Origin,
        layer: &Layer<'_>,
        depth: usize,
        budget: &mut Budget,
        scratch: &mut Scratch,
        inspected: &mut Inspected,
    ) {
        if let Some(text) = decode::utf16(layer.bytes) {
            let via = [layer.via, &["UTF-16".to_owned()]].concat();
            if budget.spend(text.len()) {
                let inner = Layer { bytes: text.as_bytes(), via: &via, outer: layer.outer, path: layer.path };
                self.text(origin, &inner, depth, budget, scratch, inspected);
            }
            return;
        }
        self.text(origin, layer, depth, budget, scratch, inspected);
        if depth < DEPTH && archive::is_archive(layer.bytes) {
            let opened = archive::open(layer.bytes, budget.bytes, &mut |name, bytes| {
                if !budget.spend(bytes.len()) {
                    return false;
                }
                let via = [layer.via, &[name.label()]].concat();
                let path = name.member().or(layer.path);
                let inner = Layer { bytes, via: &via, outer: layer.outer, path };
                self.layer(origin, &inner, depth + 1, budget, scratch, inspected);
                true
            });
            if let Err(problem) = opened {
                let subject = crate::input::subject(origin);
                inspected.notices.push(Notice::note(subject, problem, "what could be read of the archive was scanned"));
            }
        }
    }

    /// Finds candidates and encodings in a text, and reports them.
    fn text(
        &self,
        origin: &Origin,
        layer: &Layer<'_>,
        depth: usize,
        budget: &mut Budget,
        scratch: &mut Scratch,
        inspected: &mut Inspected,
    ) {
        let found = match self.options.detect {
            true => {
                let candidates = self.engine.candidates(layer.bytes, layer.path, scratch);
                let encoded = if depth < DEPTH { decode::encoded(layer.bytes, scratch.runs()) } else { Vec::new() };
                Found { candidates, encoded, far: true }
            }
            false => Found::default(),
        };
        self.found(origin, layer, depth, found, budget, scratch, inspected);
    }

    /// Reports what was found in a text, and follows encodings.
    #[allow(clippy::too_many_arguments)]
    fn found(
        &self,
        origin: &Origin,
        layer: &Layer<'_>,
        depth: usize,
        found: Found,
        budget: &mut Budget,
        scratch: &mut Scratch,
        inspected: &mut Inspected,
    ) {
        let Found { mut candidates, encoded, .. } = found;
        let linted = match layer.path {
            Some(path) if self.options.lint && depth == 0 => self.lint(path.as_bstr(), layer.bytes),
            _ => Linted::default(),
        };
        if candidates.is_empty() && encoded.is_empty() && linted.findings.is_empty() && linted.error.is_none() {
            return;
        }
        let secrets = candidates.iter().map(|candidate| candidate.secret);
        let secrets = secrets.chain(linted.findings.iter().filter_map(|found| found.secret));
        let hidden: Vec<Span> = secrets.map(|secret| place::widened(layer.bytes, secret)).collect();
        overlap::resolve(&mut candidates);
        let lines = std::cell::OnceCell::new();
        if !linted.findings.is_empty() || linted.error.is_some() {
            let lines = lines.get_or_init(|| LineIndex::new(layer.bytes));
            let view = View { origin, layer, lines, hidden: &hidden };
            self.report_lints(&view, linted, &mut candidates, inspected);
        }
        for candidate in &candidates {
            let lines = lines.get_or_init(|| LineIndex::new(layer.bytes));
            inspected.findings.push(self.finding(&View { origin, layer, lines, hidden: &hidden }, candidate));
        }
        for piece in encoded {
            if !budget.spend(piece.bytes.len()) {
                return;
            }
            let via = [layer.via, &[piece.encoding.to_owned()]].concat();
            let made;
            let outer = match layer.outer {
                Some(outer) => outer,
                None => {
                    let lines = lines.get_or_init(|| LineIndex::new(layer.bytes));
                    made = place::outer(layer.bytes, lines, piece.span, true, &hidden);
                    &made
                }
            };
            let inner = Layer { bytes: &piece.bytes, via: &via, outer: Some(outer), path: layer.path };
            self.layer(origin, &inner, depth + 1, budget, scratch, inspected);
        }
    }

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

/// Says so if the blob held more than may be unwrapped.
fn note_exceeded(origin: &Origin, budget: &Budget, inspected: &mut Inspected) {
    if budget.exceeded {
        let message = "holds more packed or encoded data than is opened";
        inspected.notices.push(Notice::unread(crate::input::subject(origin), message, "unpack it and scan the result"));
    }
}

/// Returns how many leading bytes of a secret are its provider's public prefix.
fn public_prefix(rule: &crate::rules::Rule, secret: &[u8]) -> usize {
    let starts =
        |keyword: &str| secret.get(..keyword.len()).is_some_and(|start| start.eq_ignore_ascii_case(keyword.as_bytes()));
    rule.keywords.iter().filter(|keyword| starts(keyword)).map(|keyword| keyword.len()).max().unwrap_or(0)
}
