//! Parts of a history: what some of its commits brought in.

use std::collections::{BinaryHeap, HashMap, HashSet};

use bstr::ByteSlice;
use gix::ObjectId;

use super::walk::{Found, Walked};
use super::{Addition, Limit, Range, RangeError, Selection, bare_blob, unread_notice};
use crate::finding::Notice;
use crate::input::commit::{Commit, Tag};
use crate::input::compare::compare_trees;
use crate::input::history::{self, Commits};
use crate::input::objects::ObjectError;
use crate::input::repository::{Repository, RepositoryError};
use crate::source::ObjectKind;

/// Which commits of a history are meant, besides a [`Limit`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All that there are, whether something reaches them or not.
    #[default]
    All,
    /// Those that branches reach, by their names.
    Branches(Vec<String>),
    /// Those of a range, in git's words.
    Range(String),
}

impl Range {
    /// Finds what the commits of a part of the history brought in.
    ///
    /// Depth is counted from the branches or the ends of the range that are named; without a name from every branch, from
    /// HEAD, and from commits on which nothing builds. An annotated tag belongs to the part if its commit is near enough
    /// and the tag itself is young enough.
    ///
    /// # Errors
    /// A branch or a revision is not known, or the objects cannot be listed.
    pub fn part(part: &Part, limit: &Limit, repository: &Repository) -> Result<Self, RangeError> {
        let branches = match part {
            Part::Range(range) => return Ok(Self::limited(&Selection::parse(range, repository)?, limit, repository)),
            Part::Branches(names) => Some(tips(names, repository)?),
            Part::All => None,
        };
        let Commits { commits, tags, mut notices } = history::commits(repository.git())?;
        let graph: HashMap<ObjectId, Commit> = commits.into_iter().collect();
        let tags: HashMap<ObjectId, Tag> = tags.into_iter().collect();
        let branches = branches.map(|tips| tips.into_iter().map(|tip| target(tip, &tags)).collect::<Vec<_>>());
        if branches.is_none() {
            notices.extend(dangling(&graph, repository));
        }
        let reached = branches.clone().unwrap_or_else(|| ends(&graph));
        let starts = match (&branches, limit.depth) {
            (None, Some(_)) => [reached.clone(), heads(repository)?].concat(),
            _ => reached.clone(),
        };
        let mut walked = walk(graph, &reached, repository);
        walked.commits = limit.near(walked.commits, &starts);
        let is_all = branches.is_none() && limit.depth.is_none();
        let tags = tags_of(&tags, &walked.commits, is_all, limit);
        walked.commits.retain(|commit| limit.admits(commit.seconds));
        let mut range = Self { notices, ..Self::default() };
        tags.into_iter().for_each(|tag| range.tag(tag, repository));
        Ok(range.with(walked, repository))
    }

    /// Adds an annotated tag, and the tree or blob that it points at; what a tag of a commit brings in is the commit's.
    fn tag(&mut self, Meant { tag, target }: Meant, repository: &Repository) {
        self.tags.push(tag);
        let Some(target) = target else { return };
        match repository.objects().read(&target, &mut Vec::new()) {
            Ok(ObjectKind::Tree) => self.take(tag, &[], compare_trees(target, &[], repository.objects())),
            Ok(ObjectKind::Blob) => self.additions.push(Addition { commit: tag, change: bare_blob(target) }),
            Ok(ObjectKind::Commit | ObjectKind::Tag) => {}
            Err(error) => self.notices.push(unread_notice("object", &target, error)),
        }
    }
}

/// An annotated tag that belongs to a part.
struct Meant {
    tag: ObjectId,
    /// What it points at in the end, if that is no commit that is known.
    target: Option<ObjectId>,
}

/// Finds the commits of branches: local ones, those of remotes, or any ref by its full name.
fn tips(names: &[String], repository: &Repository) -> Result<Vec<ObjectId>, RangeError> {
    let named = repository.refs();
    let find = |name: &String| {
        let full = ["refs/heads/", "refs/remotes/", ""].map(|folder| format!("{folder}{name}"));
        let found = full.iter().filter(|full| full.starts_with("refs/")).find_map(|full| {
            named.refs.iter().find(|(known, _)| known.as_bytes() == full.as_bytes()).map(|(_, id)| *id)
        });
        match found {
            Some(id) => Ok(id),
            None if named.incomplete => Err(RepositoryError::BrokenRefs.into()),
            None => Err(RangeError::UnknownBranch { name: name.clone() }),
        }
    };
    names.iter().map(find).collect()
}

/// Returns what an object is a tag of in the end, or itself.
fn target(mut id: ObjectId, tags: &HashMap<ObjectId, Tag>) -> ObjectId {
    let mut seen = HashSet::new();
    while let Some(tag) = tags.get(&id).filter(|_| seen.insert(id)) {
        id = tag.target;
    }
    id
}

/// Tells of refs whose object is not here.
fn dangling(graph: &HashMap<ObjectId, Commit>, repository: &Repository) -> Vec<Notice> {
    let named = repository.refs().refs.into_iter().map(|(_, id)| id);
    let missing = named.filter(|id| !graph.contains_key(id) && !repository.objects().contains(id));
    missing.map(|id| unread_notice("object", &id, ObjectError::Missing)).collect()
}

/// Returns what HEAD and all branches name.
fn heads(repository: &Repository) -> Result<Vec<ObjectId>, RangeError> {
    let named = repository.refs();
    if named.incomplete {
        return Err(RepositoryError::BrokenRefs.into());
    }
    let is_branch = |name: &[u8]| name.starts_with(b"refs/heads/") || name.starts_with(b"refs/remotes/");
    let branches = named.refs.into_iter().filter(|(name, _)| is_branch(name)).map(|(_, id)| id);
    // A HEAD that cannot be read names nothing; that its commit is there, its branch or what builds on it tells.
    Ok(branches.chain(repository.head().ok().flatten()).collect())
}

/// Returns the commits on which nothing builds.
fn ends(graph: &HashMap<ObjectId, Commit>) -> Vec<ObjectId> {
    let parents: HashSet<&ObjectId> = graph.values().flat_map(|commit| &commit.parents).collect();
    graph.keys().filter(|id| !parents.contains(id)).copied().collect()
}

/// Follows parents from `starts`, younger commits first; returns all that is reached, older commits first.
fn walk(mut graph: HashMap<ObjectId, Commit>, starts: &[ObjectId], repository: &Repository) -> Walked {
    let shallow: HashSet<ObjectId> = repository.shallow().into_iter().collect();
    let mut walked = Walked::default();
    let mut queue: BinaryHeap<(i64, ObjectId)> = BinaryHeap::new();
    let mut open: HashMap<ObjectId, Commit> = HashMap::new();
    let reach = |id: &ObjectId, graph: &mut HashMap<_, Commit>, open: &mut HashMap<_, _>, queue: &mut BinaryHeap<_>| {
        if let Some(commit) = graph.remove(id) {
            queue.push((commit.seconds, *id));
            open.insert(*id, commit);
        }
    };
    for id in starts.iter().filter(|id| !graph.contains_key(*id)) {
        let read = repository.objects().read_as(id, ObjectKind::Commit, &mut Vec::new());
        walked.unread.push((*id, read.err().unwrap_or(ObjectError::Damaged)));
    }
    starts.iter().for_each(|id| reach(id, &mut graph, &mut open, &mut queue));
    while let Some((seconds, id)) = queue.pop() {
        let Some(Commit { tree, mut parents, .. }) = open.remove(&id) else { continue };
        if shallow.contains(&id) && !parents.is_empty() {
            walked.cut.push(id);
            parents.clear();
        }
        parents.iter().for_each(|parent| reach(parent, &mut graph, &mut open, &mut queue));
        walked.commits.push(Found { id, tree, parents, seconds });
    }
    walked.commits.reverse();
    walked
}

/// Returns the tags of which `commits`, or `is_all` of history, have what they point to, and that are young enough.
fn tags_of(tags: &HashMap<ObjectId, Tag>, commits: &[Found], is_all: bool, limit: &Limit) -> Vec<Meant> {
    let seconds: HashMap<ObjectId, i64> = commits.iter().map(|commit| (commit.id, commit.seconds)).collect();
    let meant = |(id, tag): (&ObjectId, &Tag)| {
        let target = target(*id, tags);
        let commit = seconds.get(&target).copied();
        let is_young = tag.seconds.or(commit).is_none_or(|seconds| limit.admits(seconds));
        let target = commit.is_none().then_some(target);
        (is_young && (is_all || commit.is_some())).then_some(Meant { tag: *id, target })
    };
    let mut meant: Vec<Meant> = tags.iter().filter_map(meant).collect();
    meant.sort_unstable_by_key(|meant| meant.tag);
    meant
}
