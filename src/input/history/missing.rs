//! Finds objects that others name and that no store holds.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use gix::{ObjectId, oid};

use super::Losses;
use super::tree::TreeEntry;
use crate::finding::Notice;
use crate::input::Visitor;

/// How many missing objects are named one by one.
const NAMED: usize = 100;
/// How many names a thread keeps before it hands them over.
const BATCH: usize = 4096;

/// Collects the names that trees and commits hold.
#[derive(Debug, Default)]
pub(super) struct Named(Mutex<Vec<ObjectId>>);

impl Named {
    /// Adds the entries of a tree to what a thread keeps.
    pub(super) fn tree<'a>(&self, own: &mut Vec<ObjectId>, entries: impl Iterator<Item = TreeEntry<'a>>) {
        own.extend(entries.filter(|entry| !entry.is_submodule()).map(|entry| ObjectId::from_bytes_or_panic(entry.id)));
        if own.len() >= BATCH {
            self.take(own);
        }
    }

    /// Adds the tree and the parents of a commit.
    pub(super) fn commit(&self, own: &mut Vec<ObjectId>, bytes: &[u8]) {
        let names = |line: &[u8]| {
            let hex = line.strip_prefix(b"tree ").or_else(|| line.strip_prefix(b"parent "))?;
            ObjectId::from_hex(hex).ok()
        };
        own.extend(bytes.split(|&byte| byte == b'\n').map_while(names));
    }

    /// Takes over what a thread kept.
    pub(super) fn take(&self, own: &mut Vec<ObjectId>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).append(own);
    }

    /// Tells `visitor` of each object that is named and in no store.
    pub(super) fn report(self, losses: &Losses, visitor: &dyn Visitor) {
        let loose: HashSet<&oid> = losses.loose.iter().map(|loose| loose.id.as_ref()).collect();
        let held = |id: &ObjectId| {
            loose.contains::<oid>(id) || losses.sets.iter().any(|set| set.pack.index.find(id).is_some())
        };
        let mut missing = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        missing.sort_unstable();
        missing.dedup();
        missing.retain(|id| !held(id) && !id.is_empty_tree() && !id.is_null());
        let help = "fetch it from another clone; `git fsck` names what needs it";
        for id in missing.iter().take(NAMED) {
            visitor.notice(Notice::unread(id.to_string(), "object is missing, so it was not looked at", help));
        }
        if missing.len() > NAMED {
            let text = format!("{} more objects are missing", missing.len() - NAMED);
            visitor.notice(Notice::unread("objects", text, help));
        }
    }
}
