//! Puts pieces of a file together to texts that are shown part by part, and knows where each piece lies.

use std::cell::RefCell;
use std::fs::File;
use std::sync::atomic::Ordering;

use super::super::escape::Unescaped;
use super::super::lines::Lines;
use super::super::part::{Part, SHARED, SIZE, Whereabouts};
use crate::input::{Blob, Coverage, Visitor};
use crate::source::Origin;

/// A piece of a text: from where on in the text its bytes are those of the file from where on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Piece {
    pub(in super::super) text: usize,
    pub(in super::super) file: usize,
}

/// Takes the pieces of one text after the other. Short ones are shown together, each on lines of its own.
pub(super) struct Text<'a> {
    origin: Origin,
    coverage: &'a Coverage,
    visitor: &'a dyn Visitor,
    lines: RefCell<Lines>,
    /// Whether a text is shown alone, so that its encoding can be told.
    is_alone: bool,
    raw: Vec<u8>,
    pieces: Vec<Piece>,
    /// Where the text starts that is being taken.
    start: usize,
    /// From where on a find counts; what starts before was shown already.
    own: usize,
    unescaped: Unescaped,
    /// The bytes of the file so far.
    pub(super) taken: usize,
}

impl<'a> Text<'a> {
    pub(super) fn new(file: File, origin: Origin, coverage: &'a Coverage, visitor: &'a dyn Visitor) -> Self {
        Self {
            origin,
            coverage,
            visitor,
            lines: RefCell::new(Lines::new(file)),
            is_alone: false,
            raw: Vec::new(),
            pieces: Vec::new(),
            start: 0,
            own: 0,
            unescaped: Unescaped::default(),
            taken: 0,
        }
    }

    /// Takes more of the text that is being taken: `bytes`, which stand at `file` in the file.
    pub(super) fn push(&mut self, file: usize, bytes: &[u8]) {
        let goes_on = |last: &Piece| self.raw.len() > self.start && last.file + (self.raw.len() - last.text) == file;
        if !self.pieces.last().is_some_and(goes_on) {
            self.pieces.push(Piece { text: self.raw.len(), file });
        }
        self.raw.extend_from_slice(bytes);
        self.taken += bytes.len();
        self.coverage.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        if self.raw.len() >= SIZE && self.start > 0 {
            self.show(self.start, 0);
        }
        if self.raw.len() >= SIZE {
            self.show(self.raw.len(), SHARED);
        }
    }

    /// Shows the texts that follow each alone, or together with others again.
    pub(super) fn alone(&mut self, alone: bool) {
        if alone != self.is_alone {
            self.finish();
            self.is_alone = alone;
        }
    }

    /// Ends the text that is being taken.
    pub(super) fn end(&mut self) {
        if self.raw.len() == self.start {
            return;
        }
        if self.is_alone {
            return self.finish();
        }
        // A line feed keeps the texts apart; a name in one column still stands next to its value.
        self.raw.push(b'\n');
        self.start = self.raw.len();
    }

    /// Shows all that was taken.
    pub(super) fn finish(&mut self) {
        if !self.raw.is_empty() {
            self.show(self.raw.len(), 0);
        }
    }

    /// Shows the first `end` bytes and keeps the rest, and of what was shown as many bytes as are `shared`.
    fn show(&mut self, end: usize, shared: usize) {
        let raw = &self.raw[..end];
        self.unescaped.undo(raw);
        let own = self.own..if shared == 0 { end + 1 } else { end - shared / 2 };
        let whereabouts = Whereabouts::Pieces(&self.pieces, &self.lines);
        let part = Part::new(raw, &self.unescaped, own, whereabouts);
        self.visitor.visit_part(Blob { origin: self.origin.clone(), bytes: &self.unescaped.text }, &part);
        let next = end - shared;
        self.raw.drain(..next);
        // The piece in which the rest starts goes on from there.
        let first = self.pieces.partition_point(|piece| piece.text <= next).saturating_sub(1);
        self.pieces.drain(..first);
        for piece in &mut self.pieces {
            piece.file += next.saturating_sub(piece.text);
            piece.text = piece.text.saturating_sub(next);
        }
        if self.raw.is_empty() {
            self.pieces.clear();
        }
        (self.start, self.own) = (0, shared / 2);
    }
}
