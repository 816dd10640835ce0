//! Reads a whole history, and asks it where findings come from.

use std::cell::LazyCell;
use std::collections::HashSet;

use bstr::BString;
use gix::ObjectId;

use super::Gather;
use super::gather::{Gathered, objects};
use super::settle::settle;
use crate::finding::Notice;
use crate::input::Coverage;
use crate::input::history::{self, HistoryError, Known, Options, Provenance, Trail};
use crate::input::repository::Repository;
use crate::inspect::Inspector;

/// Shows every object to `gather` that is not `known`; what it returns helps [`complete`].
///
/// # Errors
/// The object database cannot be listed.
pub fn read(
    repository: &Repository,
    gather: &Gather<'_>,
    coverage: &Coverage,
    known: Option<&Known>,
) -> Result<Trail, HistoryError> {
    history::read(repository.git(), gather, coverage, &Options { known, ..Options::default() })
}

/// Joins the findings of a file's versions, adds what history knows about them, and lints the configuration that lies there.
///
/// Costs nothing if there is neither.
pub fn complete(repository: &Repository, trail: Trail, inspector: &Inspector, gathered: &mut Gathered) {
    let configurations: Vec<ObjectId> = gathered.configurations.iter().copied().collect();
    if let Some(provenance) = provenance(repository, trail, gathered, &configurations) {
        let names = LazyCell::new(|| names_in_head(repository));
        settle(gathered, &provenance, inspector, &|name| names.contains(name));
        // There is much to be freed, and nobody need wait for it.
        std::thread::spawn(move || drop(provenance));
    }
}

/// Returns the names of all files and directories in the tree of HEAD.
fn names_in_head(repository: &Repository) -> HashSet<BString> {
    let mut names = gix::traverse::tree::Recorder::default();
    let tree = repository.git().head_tree().ok();
    // What cannot be read was noted when objects were read; nothing is in a HEAD that cannot be.
    let _ = tree.map(|tree| tree.traverse().breadthfirst(&mut names));
    let name = |path: BString| path.rsplit(|&byte| byte == b'/').next().map(BString::from);
    names.records.into_iter().filter_map(|record| name(record.filepath)).collect()
}

/// Adds to each place in an object what history knows about it.
///
/// Costs nothing if there is none.
pub fn attribute(repository: &Repository, gathered: &mut Gathered) {
    let Some(provenance) = provenance(repository, Trail::default(), gathered, &[]) else { return };
    let objects: Vec<Vec<ObjectId>> = objects(&gathered.findings).map(|object| vec![object]).collect();
    let found = provenance.attributions(&objects);
    let places = gathered.findings.iter_mut().flat_map(|finding| &mut finding.places);
    for (place, attribution) in places.filter(|place| place.origin.object().is_some()).zip(found) {
        place.attribution = Some(attribution);
    }
}

/// Finds out where the objects with findings stood, and some more; `None` if there are none.
fn provenance(repository: &Repository, trail: Trail, gathered: &mut Gathered, more: &[ObjectId]) -> Option<Provenance> {
    let wanted: HashSet<ObjectId> = objects(&gathered.findings).chain(more.iter().copied()).collect();
    if wanted.is_empty() {
        return None;
    }
    match Provenance::follow(repository.git(), trail, &wanted) {
        Ok(provenance) => Some(provenance),
        Err(error) => {
            let message = format!("cannot tell where findings come from: {error}");
            gathered.notices.push(Notice::unread("history", message, "check the repository with `git fsck`"));
            None
        }
    }
}
