//! The detection engine's opinion on values and files.

use std::cell::RefCell;

use bstr::{BStr, ByteSlice};

use crate::detect::{Engine, Scratch};
use crate::finding::Confidence;
use crate::source::Span;

/// An engine that is asked about single values.
pub struct Known<'a> {
    engine: &'a Engine,
    scratch: RefCell<Scratch>,
}

impl<'a> Known<'a> {
    /// Asks `engine`.
    pub fn new(engine: &'a Engine) -> Self {
        Self { engine, scratch: RefCell::default() }
    }

    /// Tells whether a value is a credential of a known provider, as far as its own bytes tell.
    pub fn value(&self, value: &[u8]) -> bool {
        let candidates = self.engine.candidates(value, None, &mut self.scratch.borrow_mut());
        candidates.iter().any(|found| found.confidence >= Confidence::Medium && found.secret.len() * 2 > value.len())
    }

    /// Returns all credentials of a file.
    pub fn secrets(&self, path: &BStr, bytes: &[u8]) -> Vec<Span> {
        let candidates = self.engine.candidates(bytes, Some(path.as_bytes()), &mut self.scratch.borrow_mut());
        candidates.iter().map(|found| found.secret).collect()
    }
}
