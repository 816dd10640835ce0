//! The list of objects in which nothing was found, as bytes: names, kinds, sizes, and nothing of their contents.
//!
//! What was found, and where, is not in it: such objects are looked at again each time.

use gix::hash::Kind as HashKind;
use gix::{ObjectId, oid};
use sha2::{Digest, Sha256};

use crate::input::Coverage;
use crate::source::ObjectKind;

/// What a list begins with; the number grows with its format.
const MAGIC: &[u8; 16] = b"keysweep ledger1";
/// Magic, key, hash, flag, number of objects.
const HEAD: usize = 16 + 32 + 1 + 1 + 8;
const SUM: usize = 32;
const KINDS: [ObjectKind; 4] = [ObjectKind::Blob, ObjectKind::Tree, ObjectKind::Commit, ObjectKind::Tag];

/// Stands for everything but an object's content that a finding depends on: rules, options, the program itself.
pub type Key = [u8; 32];

/// One object in which nothing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name.
    pub id: ObjectId,
    /// What it is.
    pub kind: ObjectKind,
    /// How many bytes it has.
    pub size: u64,
    /// Whether it may be an agent's configuration, which depends on its paths.
    pub is_configuration: bool,
}

/// Objects in which nothing was found, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    entries: Vec<Entry>,
    /// Whether all was there that these objects name.
    pub(super) is_whole: bool,
}

impl Ledger {
    /// Makes a list of objects; one that comes twice is kept once.
    pub(super) fn new(mut entries: Vec<Entry>, is_whole: bool) -> Self {
        entries.sort_unstable_by_key(|entry| entry.id);
        entries.dedup_by_key(|entry| entry.id);
        Self { entries, is_whole }
    }

    /// Returns all objects, ordered by their names.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Finds an object's place in the list.
    pub(super) fn find(&self, id: &oid) -> Option<usize> {
        self.entries.binary_search_by(|entry| (*entry.id).cmp(id)).ok()
    }

    /// Reads what [`Ledger::to_bytes`] wrote with the same key; anything else is `None`.
    pub fn parse(bytes: &[u8], key: &Key, hash: HashKind) -> Option<Self> {
        let (body, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM)?)?;
        let (head, body) = body.split_at_checked(HEAD)?;
        let is_meant = head.starts_with(MAGIC) && head[16..48] == *key && head[48] == code(hash);
        if !is_meant || sum != Sha256::digest(&bytes[..bytes.len() - SUM]).as_slice() {
            return None;
        }
        let count = usize::try_from(u64::from_le_bytes(*head.last_chunk()?)).ok()?;
        let width = hash.len_in_bytes();
        if body.len() != count.checked_mul(width + 8)? {
            return None;
        }
        let (ids, notes) = body.split_at(count * width);
        let entries: Vec<Entry> =
            ids.chunks_exact(width).zip(notes.chunks_exact(8)).map(entry).collect::<Option<_>>()?;
        let is_ordered = entries.is_sorted_by(|a, b| a.id < b.id);
        is_ordered.then_some(Self { entries, is_whole: head[49] == 1 })
    }

    /// Returns the list as bytes; objects that another hash names are left out.
    pub fn to_bytes(&self, key: &Key, hash: HashKind) -> Vec<u8> {
        let entries = || self.entries.iter().filter(|entry| entry.id.kind() == hash);
        let count = entries().count();
        let mut bytes = Vec::with_capacity(HEAD + count * (hash.len_in_bytes() + 8) + SUM);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(key);
        bytes.extend([code(hash), u8::from(self.is_whole)]);
        bytes.extend((count as u64).to_le_bytes());
        entries().for_each(|entry| bytes.extend_from_slice(entry.id.as_slice()));
        entries().for_each(|entry| bytes.extend(note(entry).to_le_bytes()));
        let sum = Sha256::digest(&bytes);
        bytes.extend_from_slice(&sum);
        bytes
    }
}

impl Entry {
    /// Counts the object as looked at.
    pub(super) fn count(&self, coverage: &Coverage) {
        coverage.count_objects(self.kind, 1, self.size);
    }
}

const fn code(hash: HashKind) -> u8 {
    hash.len_in_bytes() as u8
}

/// Everything of an entry but its name: the kind in two bits, a flag, the size.
const fn note(entry: &Entry) -> u64 {
    entry.size << 3 | (entry.is_configuration as u64) << 2 | entry.kind as u64
}

fn entry((id, note): (&[u8], &[u8])) -> Option<Entry> {
    let note = u64::from_le_bytes(*note.first_chunk()?);
    let kind = *KINDS.iter().find(|kind| **kind as u64 == note & 3)?;
    Some(Entry { id: ObjectId::try_from(id).ok()?, kind, size: note >> 3, is_configuration: note & 4 != 0 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: Key = [7; 32];

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let entry = (any::<[u8; 20]>(), 0..4usize, 0..1u64 << 40, any::<bool>());
        let entry = entry.prop_map(|(id, kind, size, is_configuration)| Entry {
            id: ObjectId::from_bytes_or_panic(&id),
            kind: KINDS[kind],
            size,
            is_configuration,
        });
        proptest::collection::vec(entry, 0..20)
    }

    proptest! {
        #[test]
        fn a_list_is_read_as_it_was_written(entries in entries(), is_whole: bool) {
            let ledger = Ledger::new(entries, is_whole);
            let bytes = ledger.to_bytes(&KEY, HashKind::Sha1);
            prop_assert_eq!(Ledger::parse(&bytes, &KEY, HashKind::Sha1), Some(ledger.clone()));
            for (at, entry) in ledger.entries().iter().enumerate() {
                prop_assert_eq!(ledger.find(&entry.id), Some(at));
            }
        }

        #[test]
        fn a_list_that_is_damaged_or_of_others_is_none(
            entries in entries(),
            at: prop::sample::Index,
            cut: prop::sample::Index,
            bit in 0..8,
        ) {
            let ledger = Ledger::new(entries, true);
            let bytes = ledger.to_bytes(&KEY, HashKind::Sha1);
            let mut damaged = bytes.clone();
            damaged[at.index(bytes.len())] ^= 1u8 << bit;
            prop_assert_eq!(Ledger::parse(&damaged, &KEY, HashKind::Sha1), None);
            prop_assert_eq!(Ledger::parse(&bytes[..cut.index(bytes.len())], &KEY, HashKind::Sha1), None);
            prop_assert_eq!(Ledger::parse(&bytes, &[8; 32], HashKind::Sha1), None);
            prop_assert_eq!(Ledger::parse(&bytes, &KEY, HashKind::Sha256), None);
        }
    }
}
