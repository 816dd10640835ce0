//! Which keywords of a version stand in a window of the whole text: one that was copied may have lost what opened its own.

use super::changes;
use super::sieve::{self, Names, Sifted};
use super::window::{self, FARTHEST};
use crate::source::Span;

/// How many bytes are looked at together: the next keyword is often near.
const STRIDE: usize = 512;

/// Tells of places whether a window of the whole text opens there; windows are found anew where they are asked for.
pub(super) struct Opened<'a> {
    bytes: &'a [u8],
    names: Names,
    /// The windows near changes, which are known.
    near: &'a [Span],
    sifted: &'a mut Sifted,
    /// The part whose windows were found last, and those windows.
    part: Span,
    windows: Vec<Span>,
}

impl<'a> Opened<'a> {
    pub(super) fn new(bytes: &'a [u8], names: Names, near: &'a [Span], sifted: &'a mut Sifted) -> Self {
        Self { bytes, names, near, sifted, part: Span::default(), windows: Vec::new() }
    }

    /// Tells whether a window opens at a place.
    pub(super) fn has(&mut self, at: usize) -> bool {
        if is_in(self.near, at) {
            return true;
        }
        if !self.part.range().contains(&at) {
            self.open(Span::new(at, (at + STRIDE).min(self.bytes.len())));
        }
        is_in(&self.windows, at)
    }

    /// Finds the windows in a part, by all that may lead to one.
    fn open(&mut self, part: Span) {
        let around = Span::new(part.start.saturating_sub(FARTHEST), (part.end + FARTHEST).min(self.bytes.len()));
        let whole = Span::new(0, self.bytes.len());
        // What took a look at all of the text answers for all of it.
        let (around, part) = changes::to_breaks(self.bytes, around).map_or((whole, whole), |around| (around, part));
        sieve::sift_part(self.bytes, around, self.names, self.sifted);
        self.windows.clear();
        window::open(self.bytes, None, self.sifted, &mut self.windows, &mut Vec::new());
        self.part = part;
    }
}

fn is_in(windows: &[Span], at: usize) -> bool {
    let next = windows.partition_point(|window| window.end <= at);
    windows.get(next).is_some_and(|window| window.start <= at)
}
