//! Hides secrets in what a report names: paths, refs, authors, subjects of commits.
//!
//! A token in a commit's message is a finding, and the message's first line is shown with every other finding
//! of that commit. So this comes last, when policy has seen the true names.

use std::collections::HashMap;

use bstr::BString;

use crate::detect::Scratch;
use crate::finding::{Attribution, CommitMark, Finding, Notice, Place};
use crate::inspect::Inspector;
use crate::source::Origin;

/// Hides the secrets in names, each name looked at once.
pub struct Redactor<'a> {
    inspector: &'a Inspector,
    scratch: Scratch,
    seen: HashMap<BString, Option<BString>>,
}

impl<'a> Redactor<'a> {
    /// Makes one that hides what an inspector would find.
    pub fn new(inspector: &'a Inspector) -> Self {
        Self { inspector, scratch: Scratch::default(), seen: HashMap::new() }
    }

    /// Hides secrets in the names of all places and notices.
    pub fn redact(&mut self, findings: &mut [Finding], notices: &mut [Notice]) {
        findings.iter_mut().flat_map(|finding| &mut finding.places).for_each(|place| self.place(place));
        for notice in notices {
            self.text(&mut notice.subject);
            self.text(&mut notice.message);
        }
    }

    /// Hides secrets in a text.
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

    fn name(&mut self, name: &mut BString) {
        let hidden = match self.seen.get(name) {
            Some(hidden) => hidden,
            None => {
                let hidden = hide(name, self.inspector, &mut self.scratch);
                self.seen.entry(name.clone()).or_insert(hidden)
            }
        };
        if let Some(hidden) = hidden {
            name.clone_from(hidden);
        }
    }
}

/// Returns the name with a star for each byte of a secret, or `None` if it holds no secret.
fn hide(name: &BString, inspector: &Inspector, scratch: &mut Scratch) -> Option<BString> {
    let candidates = inspector.engine().candidates(name, None, scratch);
    let mut hidden = name.clone();
    candidates.iter().for_each(|candidate| hidden[candidate.secret.range()].fill(b'*'));
    (!candidates.is_empty()).then_some(hidden)
}
