//! Lists the commits and annotated tags of a repository, reachable or not, in one pass over its packs.

use std::sync::{Mutex, PoisonError};

use gix::ObjectId;

use super::sink::{Object, Sink};
use super::stores::{self, Home, Stores};
use super::{HistoryError, Options, objects_of, report};
use crate::finding::Notice;
use crate::input::commit::{Commit, Tag};
use crate::input::{Collect, Memory, Visitor as _};
use crate::source::ObjectKind;

/// Every commit and annotated tag of a repository.
#[derive(Debug, Default)]
pub struct Commits {
    /// The commits, in no order.
    pub commits: Vec<(ObjectId, Commit)>,
    /// The tags, in no order.
    pub tags: Vec<(ObjectId, Tag)>,
    /// What could not be read.
    pub notices: Vec<Notice>,
}

/// Lists the commits and tags of `repository` itself, not those of the submodules inside.
///
/// # Errors
/// Fails if the repository's own object directory cannot be listed.
pub fn commits(repository: &gix::Repository) -> Result<Commits, HistoryError> {
    let objects = stores::objects(repository)?;
    let mut homes = stores::homes(repository.common_dir(), repository.object_hash());
    let inside = homes.split_off(1);
    let mut stores = Stores::open(objects, &homes);
    let told = Collect::default();
    report::packs(&stores.packs, &told);
    inside.iter().for_each(|home| told.notice(left_out(home)));
    let list = List::default();
    let kinds = |kind| matches!(kind, ObjectKind::Commit | ObjectKind::Tag);
    let losses = objects_of(&mut stores, &list, &kinds, &Options::default(), &|| ());
    report::losses(&losses, &told);
    let mut commits = list.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    commits.notices.append(&mut stores.notices);
    commits.notices.extend(told.notices.into_inner().unwrap_or_else(PoisonError::into_inner));
    Ok(commits)
}

/// Takes commits and tags.
#[derive(Default)]
struct List(Mutex<Commits>);

impl Sink for List {
    type Local = Commits;

    fn object(&self, own: &mut Commits, object: Object<'_>) -> Memory {
        match object.kind {
            ObjectKind::Commit => match Commit::parse(object.bytes) {
                Some(commit) => own.commits.push((object.id.to_owned(), commit)),
                None => own.notices.push(unparsed("commit", object.id)),
            },
            ObjectKind::Tag => match Tag::parse(object.bytes) {
                Some(tag) => own.tags.push((object.id.to_owned(), tag)),
                None => own.notices.push(unparsed("tag", object.id)),
            },
            ObjectKind::Blob | ObjectKind::Tree => {}
        }
        None
    }

    fn flush(&self, _: &mut Commits) {}

    fn finish(&self, own: Commits) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.commits.extend(own.commits);
        all.tags.extend(own.tags);
        all.notices.extend(own.notices);
    }

    fn interrupted(&self) -> bool {
        false
    }
}

fn left_out(home: &Home) -> Notice {
    let text = "is a submodule, whose commits are not looked at with a part of this history";
    Notice::unread(home.label.trim_end_matches('/'), text, "scan it by itself, or all of the history")
}

fn unparsed(kind: &str, id: &gix::oid) -> Notice {
    let text = "makes no sense, so what it brought in was not looked at";
    Notice::unread(format!("{kind} {id}"), text, "`git fsck` shows what is damaged")
}
