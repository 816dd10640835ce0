//! What an earlier scan looked at: which objects may be left out now, and what is to be left out the next time.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use gix::{ObjectId, oid};

use super::ledger::{Entry, Ledger};
use super::stores::Stores;
use crate::input::Coverage;
use crate::source::ObjectKind;

/// That an object of the list is in a store.
const HERE: u8 = 1;
/// That it is in a pack that is not what it was.
const DOUBTFUL: u8 = 2;

/// A list of objects in which nothing was found, at work.
///
/// Trees, commits and tags are left out only if nothing can be missing because of that: if all was there that those of the
/// list name, and nothing of the list has gone since.
#[derive(Debug)]
pub struct Known {
    ledger: Ledger,
    marks: OnceLock<Marks>,
    /// What was looked at now.
    fresh: Mutex<Vec<Entry>>,
    /// Whether nothing is missing that these name.
    is_whole: AtomicBool,
    /// Whether the names of some of these may be wrong.
    is_doubtful: AtomicBool,
}

#[derive(Debug)]
struct Marks {
    /// What is known of each object of the list.
    each: Vec<u8>,
    /// Whether trees, commits and tags are left out.
    links: bool,
}

impl Known {
    /// Makes one that knows what a list says.
    pub fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            marks: OnceLock::new(),
            fresh: Mutex::default(),
            is_whole: AtomicBool::default(),
            is_doubtful: AtomicBool::default(),
        }
    }

    /// Finds out which objects of the list `stores` hold. `is_checked` tells whether missing objects are looked for.
    pub(super) fn attend(&self, stores: &Stores, is_checked: bool) {
        let entries = self.ledger.entries();
        let mut each = vec![0; entries.len()];
        for pack in &stores.packs {
            let is_sound = pack.is_indexed_by_its_index() && pack.has_sound_index();
            let mark = if is_sound { HERE } else { HERE | DOUBTFUL };
            self.is_doubtful.fetch_or(!is_sound, Ordering::Relaxed);
            let mut at = 0;
            for id in (0..pack.index.len()).map(|slot| pack.index.id(slot)) {
                // Both are in order, unless the index is damaged.
                while entries.get(at).is_some_and(|entry| *entry.id < *id) {
                    at += 1;
                }
                if entries.get(at).is_some_and(|entry| *entry.id == *id) {
                    each[at] |= mark;
                }
            }
        }
        let loose = stores.loose.iter().filter_map(|loose| self.ledger.find(&loose.id));
        loose.for_each(|at| each[at] |= HERE);
        let is_all_here = each.iter().all(|mark| mark & HERE != 0);
        let links = !is_checked || self.ledger.is_whole && is_all_here;
        // A second reading with the same list would see the same.
        let _ = self.marks.set(Marks { each, links });
    }

    /// Tells whether an object is left out.
    pub(super) fn skips(&self, id: &oid) -> bool {
        self.marks.get().is_some_and(|marks| self.ledger.find(id).is_some_and(|at| self.skips_at(marks, at)))
    }

    fn skips_at(&self, marks: &Marks, at: usize) -> bool {
        marks.each[at] == HERE && (marks.links || self.ledger.entries()[at].kind == ObjectKind::Blob)
    }

    fn skipped(&self) -> impl Iterator<Item = &Entry> {
        let entries = self.ledger.entries().iter().enumerate();
        entries
            .filter(|(at, _)| self.marks.get().is_some_and(|marks| self.skips_at(marks, *at)))
            .map(|(_, entry)| entry)
    }

    /// Counts what is left out as looked at, which it was.
    pub(super) fn count(&self, coverage: &Coverage) {
        self.skipped().for_each(|entry| entry.count(coverage));
    }

    /// Takes what one thread looked at.
    pub(super) fn add(&self, fresh: Vec<Entry>) {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner).extend(fresh);
    }

    /// Forgets what is damaged, and takes note whether anything is missing.
    pub(super) fn settle(&self, damaged: &HashSet<ObjectId>, is_whole: bool) {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner).retain(|entry| !damaged.contains(&entry.id));
        self.is_whole.store(is_whole && damaged.is_empty(), Ordering::Relaxed);
    }

    /// Returns how many objects were looked at now.
    pub fn fresh(&self) -> usize {
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Returns those among the objects left out that may be configuration.
    pub fn configurations(&self) -> impl Iterator<Item = ObjectId> {
        self.skipped().filter(|entry| entry.is_configuration).map(|entry| entry.id)
    }

    /// Returns the list for the next time: all that was left out or looked at now, but for `remarkable` objects: from the name
    /// of one a short secret in it could be guessed.
    ///
    /// Nobody would miss one of those if it were lost, so where there are any, all that may name one is read each time. What
    /// was read by names that may be wrong is not listed.
    pub fn into_ledger(self, remarkable: &HashSet<ObjectId>, configurations: &HashSet<ObjectId>) -> Ledger {
        let mut entries: Vec<Entry> = self.skipped().copied().collect();
        let fresh = self.fresh.into_inner().unwrap_or_else(PoisonError::into_inner);
        let fresh = fresh.into_iter().filter(|_| !self.is_doubtful.load(Ordering::Relaxed));
        entries.extend(fresh.map(|entry| Entry { is_configuration: configurations.contains(&entry.id), ..entry }));
        entries.retain(|entry| !remarkable.contains(&entry.id));
        Ledger::new(entries, self.is_whole.into_inner() && remarkable.is_empty())
    }
}
