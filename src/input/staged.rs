//! What is staged: the entries of the index whose content no parent of the next commit has.
//!
//! Entries are compared by object name and read from the object database, so that neither the working tree nor any
//! setting about patches, attributes, filters or colours has a say.

use std::collections::HashSet;

use bstr::BString;
use gix::ObjectId;

use super::compare::{Change, Differences, compare_index, compare_trees};
use super::index::Mode;
use super::objects::Objects;
use super::repository::{Repository, RepositoryError};
use super::{Blob, Coverage, Visitor};
use crate::finding::Notice;
use crate::source::{ObjectKind, Origin};

/// Compares the index with HEAD, and with the other parents if a merge is in progress.
///
/// What a merge brings in from a parent as it was there is not new; what only the merge adds is. A path in
/// conflict yields our and their side where they are new, and [`unmerged`] tells of it. Before the first commit, everything is new. Submodules
/// and entries announced with `git add --intent-to-add` have no content to look at.
///
/// The result is sorted by path. [`Differences::previous`] tells what the file held before, for those changes in
/// which something was found.
///
/// # Errors
/// If the index or HEAD cannot be read.
pub fn changes(repository: &Repository) -> Result<Differences, RepositoryError> {
    let index = repository.index()?;
    let objects = repository.objects();
    let mut parents = Vec::new();
    if let Some(head) = repository.head()? {
        let tree = super::commit::tree(&head, objects).map_err(|_| RepositoryError::BrokenHead)?;
        parents.push(tree);
        let others = repository.merge_heads();
        parents.extend(others.iter().filter_map(|id| super::commit::tree(id, objects).ok()));
    }
    let mut differences = compare_index(index, &parents, objects);
    differences.unmerged.sort_unstable();
    if repository.is_partial() {
        leave_out_moved(&mut differences, &parents, objects);
    }
    differences.changes.sort_unstable_by(|left, right| (&left.path, left.id).cmp(&(&right.path, right.id)));
    Ok(differences)
}

/// Says which of the paths that are `asked` for are in conflict, or nothing if none is.
///
/// Git commits nothing then. Whoever scans all the same must not read the result as one about the commit to come: what the
/// conflict is resolved to stands nowhere yet.
pub fn unmerged(differences: &Differences, asked: impl Fn(&[u8]) -> bool) -> Option<Notice> {
    let paths: Vec<&BString> = differences.unmerged.iter().filter(|path| asked(path)).collect();
    let (first, others) = paths.split_first()?;
    let message = match others.len() {
        0 => "is unmerged: what it becomes was not looked at".to_owned(),
        others => format!("and {others} more are unmerged: what they become was not looked at"),
    };
    let help = "resolve the conflict, `git add` what comes of it, and scan again";
    Some(Notice::unread(super::printable(first), message, help))
}

/// Leaves out what a partial clone lacks if a parent has the same content elsewhere: it is moved, and nothing new.
fn leave_out_moved(differences: &mut Differences, parents: &[ObjectId], objects: &Objects) {
    let lacks = |change: &Change| !objects.contains(&change.id);
    if !differences.changes.iter().any(lacks) {
        return;
    }
    let held = parents.iter().flat_map(|&tree| compare_trees(tree, &[], objects).changes).map(|change| change.id);
    let held: HashSet<ObjectId> = held.collect();
    differences.changes.retain(|change| !(held.contains(&change.id) && lacks(change)));
}

/// Shows the content of every change to `visitor`, from several threads if there are many.
pub fn read(differences: &Differences, objects: &Objects, coverage: &Coverage, visitor: &dyn Visitor) {
    for (id, error) in &differences.unread {
        visitor.notice(Notice::unread(format!("tree {id}"), error.to_string(), error.help()));
    }
    objects.each(&differences.changes, |change, objects, buffer| read_one(change, objects, buffer, coverage, visitor));
}

fn read_one(change: &Change, objects: &Objects, buffer: &mut Vec<u8>, coverage: &Coverage, visitor: &dyn Visitor) {
    if visitor.interrupted() {
        return;
    }
    match objects.read_as(&change.id, ObjectKind::Blob, buffer) {
        Ok(()) => {
            let origin = Origin::Index { path: change.path.clone(), id: change.id };
            coverage.count(&origin, buffer.len());
            let blob = Blob { origin, bytes: buffer };
            if change.mode == Mode::Link { visitor.visit_link(blob) } else { visitor.visit(blob) }
        }
        Err(error) => {
            visitor.notice(Notice::unread(super::printable(&change.path), error.to_string(), error.help()));
        }
    }
}
