//! What is thought of values and files: by the detection engine, and by the user's configuration.

use std::cell::RefCell;

use bstr::BStr;

use crate::detect::Scratch;
use crate::finding::Verdict;
use crate::inspect::Inspector;
use crate::policy::Policy;
use crate::source::{Origin, Span};

/// Judges values and files for a fix.
pub trait Opinion {
    /// Tells whether a value alone is a credential of a known provider.
    fn knows(&self, value: &[u8]) -> bool;

    /// Returns all credentials of a file, so that nothing that is printed of it shows one.
    fn secrets(&self, bytes: &[u8]) -> Vec<Span>;

    /// Returns where a file has findings that the user allowed or switched off: those are left as they are.
    fn allowed(&self, path: &BStr, bytes: &[u8]) -> Vec<Span>;

    /// Tells whether the user wants a file left alone.
    fn excludes(&self, path: &BStr) -> bool;
}

/// The opinion of nobody: only the lints judge.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nobody;

impl Opinion for Nobody {
    fn knows(&self, _: &[u8]) -> bool {
        false
    }

    fn secrets(&self, _: &[u8]) -> Vec<Span> {
        Vec::new()
    }

    fn allowed(&self, _: &BStr, _: &[u8]) -> Vec<Span> {
        Vec::new()
    }

    fn excludes(&self, _: &BStr) -> bool {
        false
    }
}

/// The opinion that a scan has: the same engine, the same configuration.
pub struct Scans<'a> {
    inspector: &'a Inspector,
    policy: &'a Policy,
    scratch: RefCell<Scratch>,
}

impl<'a> Scans<'a> {
    /// Asks an inspector, and a policy about what it finds.
    pub fn new(inspector: &'a Inspector, policy: &'a Policy) -> Self {
        Self { inspector, policy, scratch: RefCell::default() }
    }
}

impl Opinion for Scans<'_> {
    fn knows(&self, value: &[u8]) -> bool {
        self.inspector.knows(value, &mut self.scratch.borrow_mut())
    }

    fn secrets(&self, bytes: &[u8]) -> Vec<Span> {
        self.inspector.hidden(bytes, &mut self.scratch.borrow_mut())
    }

    fn allowed(&self, path: &BStr, bytes: &[u8]) -> Vec<Span> {
        // Nothing can be allowed here, so nobody needs to look.
        if !self.policy.config.may_allow() && memchr::memmem::find(bytes, b"keysweep:allow").is_none() {
            return Vec::new();
        }
        let origin = Origin::File { path: path.to_owned() };
        let mut findings = self.inspector.inspect(&origin, bytes, &mut self.scratch.borrow_mut()).findings;
        self.policy.judge(&mut findings);
        let is_left =
            |verdict: &Verdict, id: &str| matches!(verdict, Verdict::Allowed { .. }) || self.policy.config.is_off(id);
        let left = findings.iter().filter(|finding| is_left(&finding.verdict, &finding.meta.id));
        left.flat_map(|finding| &finding.places).filter(|place| place.via.is_empty()).map(|place| place.span).collect()
    }

    fn excludes(&self, path: &BStr) -> bool {
        self.policy.config.excludes(path)
    }
}
