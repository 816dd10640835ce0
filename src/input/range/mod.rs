//! What the commits of a range added: file contents that no parent has, messages, tags.

mod limit;
mod part;
mod selection;
mod walk;

use std::collections::{HashMap, HashSet};

use bstr::BString;
use gix::ObjectId;

pub use limit::{DateError, Limit, date};
pub use part::Part;
pub use selection::{RangeError, Selection};
use walk::Walked;

use super::commit;
use super::compare::{Change, Differences, compare_trees};
use super::index::Mode;
use super::objects::{ObjectError, Objects};
use super::repository::Repository;
use super::{Blob, Coverage, Visitor};
use crate::finding::Notice;
use crate::source::{ObjectKind, Origin};

/// One place at which a commit of the range brought a blob in.
#[derive(Clone, Debug)]
pub struct Addition {
    /// The commit.
    pub commit: ObjectId,
    /// The path, the blob, and what the commit's parents have at that path.
    pub change: Change,
}

/// What commits changed, each compared once for all that is asked about it.
pub type Compared = HashMap<ObjectId, Differences>;

/// All that the commits of a range added, ready to be read.
#[derive(Debug, Default)]
pub struct Range {
    /// The commits of the range, older ones first.
    pub commits: Vec<ObjectId>,
    /// The annotated tags that were named.
    pub tags: Vec<ObjectId>,
    /// What was added, in the order of `commits`; the same blob may come by several paths and commits.
    pub additions: Vec<Addition>,
    /// What stands in the way of completeness.
    pub notices: Vec<Notice>,
    /// Where the additions of each blob stand in `additions`.
    by_blob: HashMap<ObjectId, Vec<usize>>,
}

impl Range {
    /// Finds what the commits of `selection` added.
    ///
    /// A merge adds what none of its parents has at the same path. Reachability decides, not dates; only if clocks were
    /// more than a day wrong, commits that the excluded side has too may be looked at, never fewer than there are.
    pub fn find(selection: &Selection, repository: &Repository) -> Self {
        Self::limited(selection, &Limit::default(), repository)
    }

    /// The same, for those commits alone that are within `limit`; depth is counted from what is included.
    pub fn limited(selection: &Selection, limit: &Limit, repository: &Repository) -> Self {
        let objects = repository.objects();
        let shallow = repository.shallow().into_iter().collect();
        let mut walked = walk::commits(&selection.include, &selection.exclude, &shallow, objects);
        walked.commits = limit.near(walked.commits, &selection.include);
        walked.commits.retain(|commit| limit.admits(commit.seconds));
        Self::named(selection, repository).with(walked, repository)
    }

    /// Starts with what was named itself: tags, and the trees and blobs that they point at.
    fn named(selection: &Selection, repository: &Repository) -> Self {
        let mut range = Self { tags: selection.tags.clone(), ..Self::default() };
        for (id, tree) in &selection.trees {
            range.take(*id, &[], compare_trees(*tree, &[], repository.objects()));
        }
        for (id, blob) in &selection.blobs {
            range.additions.push(Addition { commit: *id, change: blob.clone() });
        }
        range
    }

    /// Adds what the commits of a walk brought in.
    fn with(mut self, walked: Walked, repository: &Repository) -> Self {
        let Walked { commits, cut, unread } = walked;
        let cut: HashSet<ObjectId> = cut.into_iter().collect();
        let cut = commits.iter().filter(|commit| cut.contains(&commit.id));
        self.notices.extend(cut.map(|commit| shallow_notice(&commit.id)));
        self.notices.extend(unread.iter().map(|(id, error)| unread_notice("commit", id, *error)));
        let differences = repository.objects().each(&commits, |found, objects, _| found.differences(objects));
        for (found, differences) in commits.iter().zip(differences) {
            self.take(found.id, &found.parents, differences);
        }
        self.commits = commits.into_iter().map(|found| found.id).collect();
        for (position, addition) in self.additions.iter().enumerate() {
            self.by_blob.entry(addition.change.id).or_default().push(position);
        }
        self
    }

    /// Shows every blob once, and every commit and named tag, to `visitor`.
    ///
    /// Commits and tags are shown whole, with author, committer and message. The origin of a blob names the oldest commit
    /// of the range that added it, and its path there.
    pub fn read(&self, objects: &Objects, coverage: &Coverage, visitor: &dyn Visitor) {
        self.notices.iter().for_each(|notice| visitor.notice(notice.clone()));
        let named = |kind| move |&id: &ObjectId| Origin::Object { id, kind, path: None, commit: None };
        let blobs = self.additions.iter().enumerate().filter(|(position, addition)| {
            self.by_blob.get(&addition.change.id).and_then(|all| all.first()) == Some(position)
        });
        let mut origins: Vec<(Origin, bool)> =
            self.tags.iter().map(named(ObjectKind::Tag)).map(|tag| (tag, false)).collect();
        origins.extend(self.commits.iter().map(|&id| {
            let origin = Origin::Object { id, kind: ObjectKind::Commit, path: None, commit: Some(id) };
            (origin, false)
        }));
        origins.extend(blobs.map(|(_, addition)| {
            let origin = Origin::Object {
                id: addition.change.id,
                kind: ObjectKind::Blob,
                path: (!addition.change.path.is_empty()).then(|| addition.change.path.clone()),
                commit: Some(addition.commit),
            };
            (origin, addition.change.mode == Mode::Link)
        }));
        objects.each(&origins, |(origin, is_link), objects, buffer| {
            read_one(origin, *is_link, objects, buffer, coverage, visitor)
        });
    }

    /// Returns, for every place at which the range brought in `blob`, what the file held before.
    ///
    /// Something found in the blob is news unless *every* one of these lists has a blob that holds it too.
    pub fn previous(&self, blob: &ObjectId, objects: &Objects, compared: &mut Compared) -> Vec<Vec<ObjectId>> {
        let positions = self.by_blob.get(blob).into_iter().flatten();
        positions.map(|&position| previous(&self.additions[position], objects, compared)).collect()
    }

    /// Takes over what one commit added to its parents.
    fn take(&mut self, commit: ObjectId, parents: &[ObjectId], differences: Differences) {
        let kind = |id| if parents.contains(id) { "commit" } else { "tree" };
        self.notices.extend(differences.unread.iter().map(|(id, error)| unread_notice(kind(id), id, *error)));
        self.additions.extend(differences.changes.into_iter().map(|change| Addition { commit, change }));
    }
}

fn read_one(
    origin: &Origin,
    is_link: bool,
    objects: &Objects,
    buffer: &mut Vec<u8>,
    coverage: &Coverage,
    visitor: &dyn Visitor,
) {
    let Origin::Object { id, kind, .. } = origin else { return };
    if visitor.interrupted() {
        return;
    }
    match objects.read_as(id, *kind, buffer) {
        Ok(()) => {
            coverage.count(origin, buffer.len());
            let blob = Blob { origin: origin.clone(), bytes: buffer };
            if is_link { visitor.visit_link(blob) } else { visitor.visit(blob) }
        }
        Err(error) => {
            visitor.notice(Notice::unread(super::subject(origin), error.to_string(), error.help()));
        }
    }
}

fn previous(addition: &Addition, objects: &Objects, compared: &mut Compared) -> Vec<ObjectId> {
    if !addition.change.previous.is_empty() {
        return addition.change.previous.clone();
    }
    // New at its path: the commit is compared once more, for what is gone and may be where the file was before.
    let differences = compared.entry(addition.commit).or_insert_with(|| {
        let Ok(commit) = commit::Commit::read(&addition.commit, objects, &mut Vec::new()) else {
            return Differences::default();
        };
        let parents: Vec<ObjectId> = commit.parents.iter().filter_map(|id| commit::tree(id, objects).ok()).collect();
        compare_trees(commit.tree, &parents, objects)
    });
    differences.previous(&addition.change, objects)
}

fn shallow_notice(id: &ObjectId) -> Notice {
    Notice::unread(
        format!("commit {id}"),
        "the clone is shallow and ends here, so what older commits of the range added is not known",
        "fetch the rest with `git fetch --unshallow`, or check out with `fetch-depth: 0`",
    )
}

fn unread_notice(kind: &str, id: &ObjectId, error: ObjectError) -> Notice {
    Notice::unread(format!("{kind} {id}"), error.to_string(), error.help())
}

/// Makes the change that a blob without a tree is.
fn bare_blob(id: ObjectId) -> Change {
    Change { path: BString::default(), id, mode: Mode::File, previous: Vec::new() }
}
