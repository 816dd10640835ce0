//! A pack and its delta families.

use std::sync::Arc;

use super::forest::Forest;
use super::pack::Pack;

/// A pack and its families.
pub(super) struct Set {
    pub(super) pack: Arc<Pack>,
    pub(super) forest: Forest,
}

impl Set {
    /// Lets the processor fetch what of `node` is not in the forest, whose own part must be there.
    #[inline]
    pub(super) fn prefetch(&self, node: u32) {
        self.pack.index.prefetch(self.forest.slot(node));
        self.pack.prefetch(self.forest.range(node).0);
    }
}

/// Gives back the memory that packs take which were read.
pub(super) fn release(sets: &[Set]) {
    sets.iter().for_each(|set| set.pack.release());
}
