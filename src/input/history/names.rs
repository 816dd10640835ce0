//! Collects every distinct name in the trees, with the tree to report it at.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use gix::{ObjectId, oid};

use super::tree;
use crate::input::Visitor;
use crate::source::{ObjectKind, Origin};

const SHARDS: usize = 64;

/// Every distinct name of an entry; takes the name and about 100 bytes for each.
pub(super) struct Names {
    hasher: RandomState,
    shards: Vec<Mutex<HashMap<Box<[u8]>, ObjectId>>>,
}

impl Names {
    /// Knows no name yet.
    pub(super) fn new() -> Self {
        Self { hasher: RandomState::new(), shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    /// Takes the names in the tree `id` that may be new.
    pub(super) fn add(&self, id: &oid, bytes: &[u8], fresh: Option<&[Range<usize>]>) {
        tree::fresh_names(bytes, id.as_bytes().len(), fresh, |name| {
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
        });
    }

    /// Shows all names to `visitor`: for each tree that has new ones, those, one in a line.
    pub(super) fn show(self, visitor: &dyn Visitor) {
        let mut all: Vec<(ObjectId, Box<[u8]>)> = Vec::new();
        for shard in self.shards {
            all.extend(
                shard.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().map(|(name, id)| (id, name)),
            );
        }
        all.sort_unstable();
        let mut text = Vec::new();
        for group in all.chunk_by(|a, b| a.0 == b.0) {
            text.clear();
            for (_, name) in group {
                text.extend_from_slice(name);
                text.push(b'\n');
            }
            let origin = Origin::Object { id: group[0].0, kind: ObjectKind::Tree, path: None, commit: None };
            visitor.visit(crate::input::Blob { origin, bytes: &text });
        }
    }
}
