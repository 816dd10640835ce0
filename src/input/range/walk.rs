//! The commits that one set of commits reaches and another does not.

use std::collections::{BinaryHeap, HashMap, HashSet};

use gix::ObjectId;

use crate::input::commit::{self, Commit};
use crate::input::compare::{Differences, compare_trees};
use crate::input::objects::{ObjectError, Objects};

/// By how many seconds a parent may be younger than its child before the walk is misled into doing too much.
const SKEW: i64 = 24 * 60 * 60;

/// The result of a walk.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Those reached, older ones first.
    pub(super) commits: Vec<Found>,
    /// Those among them whose parents a shallow clone left out.
    pub(super) cut: Vec<ObjectId>,
    /// Those that should be among them and cannot be read.
    pub(super) unread: Vec<(ObjectId, ObjectError)>,
}

/// One commit of the range.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) id: ObjectId,
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    /// When it was committed, in seconds since 1970.
    pub(super) seconds: i64,
}

impl Found {
    /// Compares the commit with its parents.
    pub(super) fn differences(&self, objects: &Objects) -> Differences {
        let mut unread = Vec::new();
        let mut trees = Vec::new();
        for parent in &self.parents {
            match commit::tree(parent, objects) {
                Ok(tree) => trees.push(tree),
                Err(error) => unread.push((*parent, error)),
            }
        }
        let mut differences = compare_trees(self.tree, &trees, objects);
        differences.unread.extend(unread);
        differences
    }
}

/// Walks from `include` without what `exclude` reaches. The commits in `shallow` have no parents to go to.
///
/// Younger commits are visited first. The walk goes on until nothing that could be included is left, however old or young
/// it claims to be; then the excluded side is followed to below the oldest included date, to take back what it reaches.
pub(super) fn commits(
    include: &[ObjectId],
    exclude: &[ObjectId],
    shallow: &HashSet<ObjectId>,
    objects: &Objects,
) -> Walked {
    let mut walk = Walk { objects, shallow, states: HashMap::new(), queue: BinaryHeap::new(), included: 0 };
    exclude.iter().for_each(|&id| walk.reach(id, true));
    include.iter().for_each(|&id| walk.reach(id, false));
    let mut order = Vec::new();
    let mut oldest = i64::MAX;
    while let Some((seconds, id)) = walk.queue.pop() {
        if walk.included == 0 && (oldest == i64::MAX || seconds < oldest.saturating_sub(SKEW)) {
            break;
        }
        let Some(state) = walk.states.get_mut(&id) else { continue };
        state.queued = false;
        let excluded = state.excluded;
        let parents = state.commit.as_ref().map_or_else(|_| Vec::new(), |commit| commit.parents.clone());
        if !excluded {
            walk.included -= 1;
            oldest = oldest.min(seconds);
            order.push(id);
        }
        parents.iter().for_each(|&parent| walk.reach(parent, excluded));
    }
    walk.finish(order)
}

/// What is known about a commit that was come by.
struct State {
    excluded: bool,
    queued: bool,
    commit: Result<Commit, ObjectError>,
    /// Whether a shallow clone left the parents out.
    cut: bool,
}

struct Walk<'a> {
    objects: &'a Objects,
    shallow: &'a HashSet<ObjectId>,
    states: HashMap<ObjectId, State>,
    /// Commits whose parents are to be reached, youngest on top.
    queue: BinaryHeap<(i64, ObjectId)>,
    /// How many commits in the queue are, as far as is known, not excluded.
    included: usize,
}

impl Walk<'_> {
    /// Puts the commit into the queue if it is news that it is reached, or that it is excluded.
    fn reach(&mut self, id: ObjectId, excluded: bool) {
        if let Some(state) = self.states.get_mut(&id) {
            if !excluded || state.excluded {
                return;
            }
            state.excluded = true;
            if state.queued {
                self.included -= 1;
                return;
            }
            // Its parents were reached as included, which has to be taken back.
            state.queued = true;
            self.queue.push((state.seconds(), id));
            return;
        }
        let state = self.read(id, excluded);
        self.included += usize::from(!excluded);
        self.queue.push((state.seconds(), id));
        self.states.insert(id, state);
    }

    fn read(&self, id: ObjectId, excluded: bool) -> State {
        let mut commit = Commit::read(&id, self.objects, &mut Vec::new());
        let mut cut = false;
        if let Ok(commit) = &mut commit
            && self.shallow.contains(&id)
        {
            cut = !commit.parents.is_empty();
            commit.parents.clear();
        }
        State { excluded, queued: true, commit, cut }
    }

    /// Sorts out what of `order`, younger commits first, is included in the end.
    fn finish(mut self, order: Vec<ObjectId>) -> Walked {
        let mut walked = Walked::default();
        for id in order.into_iter().rev() {
            match self.states.remove(&id) {
                Some(State { excluded: false, commit: Ok(commit), cut, .. }) => {
                    if cut {
                        walked.cut.push(id);
                    }
                    let Commit { tree, parents, seconds } = commit;
                    walked.commits.push(Found { id, tree, parents, seconds });
                }
                Some(State { excluded: false, commit: Err(error), .. }) => walked.unread.push((id, error)),
                _ => {}
            }
        }
        walked
    }
}

impl State {
    fn seconds(&self) -> i64 {
        self.commit.as_ref().map_or(0, |commit| commit.seconds)
    }
}
