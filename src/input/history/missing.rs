//! Finds objects that others, refs or HEADs name and that no store holds.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use bstr::ByteSlice;
use gix::{ObjectId, oid};

use super::pack::Pack;
use super::stores::Stores;
use super::tree::TreeEntry;
use crate::finding::Notice;
use crate::input::Visitor;

/// How many missing objects are named one by one.
const NAMED: usize = 100;
/// How many names a thread keeps before it looks for them.
const BATCH: usize = 4096;
/// How many names a thread knows to have been looked for.
const RECENT: usize = 8192;

/// Looks for the objects that trees, commits, tags and refs name. Takes no memory for those that are there.
pub(super) struct Named {
    packs: Vec<Arc<Pack>>,
    loose: HashSet<ObjectId>,
    missing: Mutex<HashSet<ObjectId>>,
}

/// What one thread keeps.
#[derive(Default)]
pub(super) struct Own {
    ids: Vec<ObjectId>,
    /// The starts of names that were kept lately, by their last bits.
    recent: Vec<u64>,
}

impl Own {
    fn add(&mut self, id: ObjectId) {
        if self.recent.is_empty() {
            self.recent = vec![0; RECENT];
        }
        let start = id.as_bytes().first_chunk::<8>().map_or(0, |start| u64::from_le_bytes(*start));
        if std::mem::replace(&mut self.recent[start as usize % RECENT], start) != start {
            self.ids.push(id);
        }
    }
}

impl Named {
    /// Knows what `stores` hold.
    pub(super) fn new(stores: &Stores) -> Self {
        let loose = stores.loose.iter().map(|loose| loose.id).collect();
        Self { packs: stores.packs.clone(), loose, missing: Mutex::default() }
    }

    /// Takes the entries of a tree.
    pub(super) fn tree<'a>(&self, own: &mut Own, entries: impl Iterator<Item = TreeEntry<'a>>) {
        entries
            .filter(|entry| !entry.is_submodule())
            .for_each(|entry| own.add(ObjectId::from_bytes_or_panic(entry.id)));
        if own.ids.len() >= BATCH {
            self.look(own);
        }
    }

    /// Takes the tree and the parents of a commit.
    pub(super) fn commit(&self, own: &mut Own, bytes: &[u8]) {
        let name = |line: &[u8]| id(line.strip_prefix(b"tree ").or_else(|| line.strip_prefix(b"parent "))?);
        bytes.split(|&byte| byte == b'\n').map_while(name).for_each(|id| own.add(id));
    }

    /// Takes what a tag points to.
    pub(super) fn tag(&self, own: &mut Own, bytes: &[u8]) {
        bytes.lines().next().and_then(|line| id(line.strip_prefix(b"object ")?)).into_iter().for_each(|id| own.add(id));
    }

    /// Looks for what a thread kept.
    pub(super) fn look(&self, own: &mut Own) {
        own.ids.sort_unstable();
        own.ids.dedup();
        own.ids.retain(|id| !self.holds(id));
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).extend(own.ids.drain(..));
    }

    /// Tells whether a store holds an object.
    pub(super) fn holds(&self, id: &oid) -> bool {
        let is_packed = || self.packs.iter().any(|pack| pack.index.find(id).is_some());
        // Git makes up the empty tree and writes no null.
        is_packed() || self.loose.contains(id) || id.is_null() || *id == *ObjectId::empty_tree(id.kind())
    }

    /// Tells `visitor` of each object that is named and in no store; returns whether there is none.
    pub(super) fn report(self, visitor: &dyn Visitor) -> bool {
        let missing = self.missing.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut missing: Vec<ObjectId> = missing.into_iter().collect();
        missing.sort_unstable();
        let help = "fetch it from another clone; `git fsck` names what needs it";
        for id in missing.iter().take(NAMED) {
            visitor.notice(Notice::unread(id.to_string(), "object is missing, so it was not looked at", help));
        }
        if missing.len() > NAMED {
            let text = format!("{} more objects are missing", missing.len() - NAMED);
            visitor.notice(Notice::unread("objects", text, help));
        }
        missing.is_empty()
    }
}

fn id(hex: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(hex).ok()
}
