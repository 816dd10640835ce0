//! Finds the objects that several packs have, so that each is read once.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gix::oid;
use rayon::prelude::*;

use super::pack::Pack;

/// For every pack, which slots hold an object that an earlier pack has, too. One bit per object.
pub(super) struct Copies(Vec<Vec<AtomicU64>>);

impl Copies {
    /// Compares the sorted indices of all `packs`.
    pub(super) fn new(packs: &[Arc<Pack>]) -> Self {
        if packs.len() < 2 {
            return Self(Vec::new());
        }
        let bits =
            packs.iter().map(|pack| (0..pack.index.len().div_ceil(64)).map(|_| AtomicU64::new(0)).collect()).collect();
        let copies = Self(bits);
        (0..=255u8).into_par_iter().with_min_len(16).for_each(|first| copies.merge(packs, first));
        copies
    }

    /// Tells whether an earlier pack has the object in `slot` of `pack`.
    pub(super) fn has(&self, pack: usize, slot: u32) -> bool {
        self.0.get(pack).is_some_and(|bits| bits[slot as usize / 64].load(Ordering::Relaxed) & (1 << (slot % 64)) != 0)
    }

    /// Walks all indices together through the names that start with `first`.
    fn merge(&self, packs: &[Arc<Pack>], first: u8) {
        let mut heap: BinaryHeap<Reverse<(&oid, usize, u32)>> = BinaryHeap::new();
        let ends: Vec<u32> = packs.iter().map(|pack| start(pack, u16::from(first) + 1)).collect();
        for (at, pack) in packs.iter().enumerate() {
            let slot = start(pack, u16::from(first));
            if slot < ends[at] {
                heap.push(Reverse((pack.index.id(slot), at, slot)));
            }
        }
        let mut last: Option<&oid> = None;
        while let Some(Reverse((id, at, slot))) = heap.pop() {
            if last == Some(id) {
                self.0[at][slot as usize / 64].fetch_or(1 << (slot % 64), Ordering::Relaxed);
            }
            last = Some(id);
            if slot + 1 < ends[at] {
                heap.push(Reverse((packs[at].index.id(slot + 1), at, slot + 1)));
            }
        }
    }
}

/// Returns the first slot whose name starts with `first` or more.
fn start(pack: &Pack, first: u16) -> u32 {
    let (mut low, mut high) = (0, pack.index.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if u16::from(pack.index.id(middle).first_byte()) < first {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
