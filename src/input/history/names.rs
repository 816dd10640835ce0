//! Collects every distinct name in the trees, with the tree to report it at.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};

use bstr::BString;
use gix::{ObjectId, oid};

use super::tree::TreeEntry;
use crate::input::Visitor;
use crate::source::{ObjectKind, Origin};

const SHARDS: usize = 64;

/// Every distinct name of an entry; takes the name and about 100 bytes for each.
pub(super) struct Names {
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<Box<[u8]>, ObjectId>>>,
}

impl Names {
    /// Starts with no name.
    pub(super) fn new() -> Self {
        Self { hasher: RandomState::new(), shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    /// Takes those entries of the tree `id` that may be new.
    pub(super) fn add<'a>(&self, seen: &mut Seen, id: &oid, entries: impl Iterator<Item = TreeEntry<'a>>) {
        for name in entries.map(TreeEntry::name) {
            if seen.covers(name, id) {
                continue;
            }
            let shard = &self.shards[self.hasher.hash_one(name) as usize % SHARDS];
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            match shard.get_mut(name) {
                // Whichever thread comes first, the report names the same tree.
                Some(tree) if **tree > *id => *tree = id.to_owned(),
                Some(_) => {}
                None => {
                    shard.insert(name.into(), id.to_owned());
                }
            }
        }
    }

    /// Shows all names to `visitor`, ordered by their trees.
    pub(super) fn show(self, visitor: &dyn Visitor) {
        let mut all: Vec<(ObjectId, Box<[u8]>)> = Vec::new();
        for shard in self.shards {
            let shard = shard.into_inner().unwrap_or_else(PoisonError::into_inner);
            all.extend(shard.into_iter().map(|(name, id)| (id, name)));
        }
        all.sort_unstable();
        for (id, name) in all {
            let path = Some(BString::from(name.into_vec()));
            visitor.visit_name(Origin::Object { id, kind: ObjectKind::Tree, path, commit: None });
        }
    }
}

/// What one thread knows to be noted already: most names come again and again.
#[derive(Default)]
pub(super) struct Seen(Vec<(Vec<u8>, u64)>);

impl Seen {
    const SLOTS: usize = 2048;

    /// Tells whether `name` was added before with a tree that goes before `id`; notes it if not.
    fn covers(&mut self, name: &[u8], id: &oid) -> bool {
        if self.0.is_empty() {
            self.0.resize(Self::SLOTS, (Vec::new(), u64::MAX));
        }
        let start = name.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let end = name
            .last_chunk::<4>()
            .map_or(u32::from(name.first().copied().unwrap_or(0)), |bytes| u32::from_le_bytes(*bytes));
        let sum = (start ^ (u64::from(end) << 17) ^ name.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let (known, lowest) = &mut self.0[(sum >> 53) as usize % Self::SLOTS];
        let rank = id.as_bytes().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        if known.as_slice() == name {
            let covers = *lowest < rank;
            *lowest = (*lowest).min(rank);
            return covers;
        }
        known.clear();
        known.extend_from_slice(name);
        *lowest = rank;
        false
    }
}
