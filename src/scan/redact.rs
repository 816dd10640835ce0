//! Hides secrets in what a report shows beside them: excerpts, paths, refs, authors, subjects of commits.
//!
//! A password that was found in a file may stand on another line without a name that gives it away, or in the subject of
//! the commit that removed it. So this comes last, when all secrets are known and policy has seen the true names.

use std::collections::HashMap;

use bstr::BString;

use crate::detect::Scratch;
use crate::finding::masked;
use crate::finding::{Attribution, CommitMark, Finding, Notice, Place};
use crate::inspect::Inspector;
use crate::secret::{Finder, Secrets};
use crate::source::{Origin, Span};

/// Hides the secrets in names, each name looked at once.
pub struct Redactor<'a> {
    inspector: &'a Inspector,
    known: Finder,
    scratch: Scratch,
    seen: HashMap<BString, Option<BString>>,
}

impl<'a> Redactor<'a> {
    /// Makes one that hides what an inspector would find, and what it has found elsewhere.
    pub fn new(inspector: &'a Inspector, secrets: &Secrets) -> Self {
        Self { inspector, known: secrets.finder(), scratch: Scratch::default(), seen: HashMap::new() }
    }

    /// Hides secrets in all that is shown of findings and notices.
    pub fn redact(&mut self, findings: &mut [Finding], notices: &mut [Notice]) {
        for finding in findings {
            self.text(&mut finding.message);
            finding.evidence.iter_mut().for_each(|evidence| self.text(evidence));
            finding.places.iter_mut().for_each(|place| self.place(place));
        }
        for notice in notices {
            self.text(&mut notice.subject);
            self.text(&mut notice.message);
        }
    }

    /// Hides secrets in a text of one line.
    pub fn text(&mut self, text: &mut String) {
        let mut name = BString::from(text.as_str());
        self.name(&mut name);
        // Only whole characters of ASCII were replaced, unless a rule cut one in two.
        *text = String::from_utf8_lossy(&name).into_owned();
    }

    fn place(&mut self, place: &mut Place) {
        match &mut place.origin {
            Origin::File { path } | Origin::Index { path, .. } => self.name(path),
            Origin::Object { path: Some(path), .. } => self.name(path),
            Origin::Metadata { name, .. } => self.name(name),
            Origin::Object { path: None, .. } | Origin::Stdin => {}
        }
        place.via.iter_mut().for_each(|layer| self.text(layer));
        let text = &mut place.excerpt.text;
        let hidden = self.hidden(text.as_bytes());
        if !hidden.is_empty() {
            *text = masked(text.as_bytes(), &hidden);
        }
        if let Some(message) = &mut place.message {
            self.text(message);
        }
        if let Some(allow) = &mut place.allow {
            self.text(&mut allow.reason);
        }
        if let Some(attribution) = &mut place.attribution {
            self.attribution(attribution);
        }
    }

    fn attribution(&mut self, attribution: &mut Attribution) {
        attribution.paths.iter_mut().chain(&mut attribution.refs).for_each(|name| self.name(name));
        for CommitMark { author, subject, .. } in attribution.first.iter_mut().chain(&mut attribution.last) {
            self.name(author);
            self.name(subject);
        }
    }

    /// Hides secrets in the name of a file, a ref or a person.
    pub fn name(&mut self, name: &mut BString) {
        let hidden = match self.seen.get(name) {
            Some(hidden) => hidden,
            None => {
                let spans = self.hidden(name);
                let hidden = (!spans.is_empty()).then(|| {
                    let mut hidden = name.clone();
                    spans.iter().for_each(|span| hidden[span.range()].fill(b'*'));
                    hidden
                });
                self.seen.entry(name.clone()).or_insert(hidden)
            }
        };
        if let Some(hidden) = hidden {
            name.clone_from(hidden);
        }
    }

    /// Returns what must not be shown of a text.
    fn hidden(&mut self, text: &[u8]) -> Vec<Span> {
        let mut hidden: Vec<Span> = self.known.find(text).into_iter().map(Span::from).collect();
        hidden.extend(self.inspector.hidden(text, &mut self.scratch));
        hidden
    }
}
