//! Builds an object from its base and a delta, and remembers which parts of it are not copied.

use std::ops::Range;

use super::buffer::{Budget, Buffer, Pool};
use super::damage::Damage;
use super::delta::{self, Trace};
use crate::input::Copied;
use crate::source::ObjectKind;

/// Applies a whole delta to `base`.
pub(super) fn build(
    base: &[u8],
    delta: &[u8],
    pool: &mut Pool,
    budget: &Budget,
    trace: &mut Fresh,
) -> Result<Buffer, Damage> {
    let sizes = delta::sizes(delta)?;
    if sizes.base != base.len() as u64 {
        return Err(Damage::Delta);
    }
    let mut buffer = pool.take(usize::try_from(sizes.result).map_err(|_| Damage::TooLarge)?, budget)?;
    let len = buffer.bytes().len();
    let (instructions, out) = (&delta[sizes.start..], &mut buffer.room()[..len]);
    let applied = if trace.all {
        delta::apply(base, instructions, out, &mut ())
    } else {
        delta::apply(base, instructions, out, trace)
    };
    match applied {
        Ok(()) => Ok(buffer),
        Err(damage) => {
            pool.give(buffer, budget);
            Err(damage)
        }
    }
}

/// Collects which parts of a tree are not copied from its base, or which parts of a blob are.
#[derive(Debug)]
pub(super) struct Fresh {
    /// Whether nothing is known to be copied.
    pub(super) all: bool,
    is_tree: bool,
    ranges: Vec<Range<usize>>,
    copies: Vec<Copied>,
}

impl Fresh {
    /// Collects nothing.
    pub(super) fn new() -> Self {
        Self { all: true, is_tree: false, ranges: Vec::new(), copies: Vec::new() }
    }

    /// Returns the parts that are not copied, ascending; an empty one is a seam between two that are.
    pub(super) fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Returns the parts that are copied, ascending, neighbours joined.
    pub(super) fn copies(&self) -> &[Copied] {
        &self.copies
    }

    /// Forgets the last object. Parts are collected for trees, and for blobs whose base is remembered.
    pub(super) fn start(&mut self, kind: ObjectKind, remembered: bool) {
        self.is_tree = kind == ObjectKind::Tree;
        self.all = !self.is_tree && !remembered;
        self.ranges.clear();
        self.copies.clear();
    }
}

impl Trace for Fresh {
    fn copied(&mut self, from: usize, to: usize, len: usize) {
        if !self.is_tree {
            match self.copies.last_mut() {
                Some(last) if last.from + last.len == from && last.to + last.len == to => last.len += len,
                _ => self.copies.push(Copied { from, to, len }),
            }
            return;
        }
        if self.ranges.last().is_none_or(|last| last.end < to) {
            self.ranges.push(to..to);
        }
    }

    fn inserted(&mut self, to: usize, len: usize) {
        if !self.is_tree {
            return;
        }
        match self.ranges.last_mut() {
            Some(last) if last.end == to => last.end = to + len,
            _ => self.ranges.push(to..to + len),
        }
    }
}
