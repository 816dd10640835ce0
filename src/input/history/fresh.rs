//! Builds an object from its base and a delta, and remembers which parts of it are not copied.

use std::ops::Range;

use super::buffer::{Budget, Buffer, Pool};
use super::damage::Damage;
use super::delta::{self, Trace};

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

/// Collects which parts of a tree are not copied from its base.
#[derive(Debug)]
pub(super) struct Fresh {
    /// Whether nothing is known to be copied.
    pub(super) all: bool,
    ranges: Vec<Range<usize>>,
}

impl Fresh {
    /// Collects nothing.
    pub(super) fn new() -> Self {
        Self { all: true, ranges: Vec::new() }
    }

    /// Returns the parts that are not copied, ascending; an empty one is a seam between two that are.
    pub(super) fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// Forgets the last object; parts are collected for trees alone.
    pub(super) fn start(&mut self, is_tree: bool) {
        self.all = !is_tree;
        self.ranges.clear();
    }
}

impl Trace for Fresh {
    fn copied(&mut self, _: usize, to: usize, _: usize) {
        if self.ranges.last().is_none_or(|last| last.end < to) {
            self.ranges.push(to..to);
        }
    }

    fn inserted(&mut self, to: usize, len: usize) {
        match self.ranges.last_mut() {
            Some(last) if last.end == to => last.end = to + len,
            _ => self.ranges.push(to..to + len),
        }
    }
}
