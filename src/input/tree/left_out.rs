//! Decides what a walk does not look into, and remembers what is to be done about it.

use std::path::PathBuf;
use std::sync::Mutex;

use ignore::DirEntry;

use super::exact::{self, Exact};
use super::ground::Ground;
use super::ignored::{self, Rules};
use crate::input::ignore_rules::{Refused, refusal};

/// The directories that a walk came by and did not look into, as the walk calls them.
#[derive(Default)]
pub(super) struct LeftOut {
    /// Those with what may be a repository of their own.
    pub(super) nested: Vec<PathBuf>,
    /// Those whose ignore rules the walk would take for others.
    pub(super) unusual: Vec<PathBuf>,
    /// Files of ignore rules that are not read, in directories that nobody looks into.
    pub(super) refused: Vec<Refused>,
}

/// What a walk asks about everything that it comes by.
pub(super) struct Filter {
    has_rules: bool,
    /// The rules, if the walk must not apply them by itself.
    exact: Option<(Exact, Ground)>,
    left_out: Mutex<LeftOut>,
}

impl Filter {
    /// Makes the filter of a walk of `ground`.
    pub(super) fn new(ground: &Ground, rules: Option<Rules<'_>>) -> Self {
        let exact = rules.and_then(|rules| Exact::new(rules, &ground.real)).map(|exact| (exact, ground.clone()));
        Self { has_rules: rules.is_some(), exact, left_out: Mutex::default() }
    }

    /// Tells whether the walk must not apply rules by itself.
    pub(super) fn is_exact(&self) -> bool {
        self.exact.is_some()
    }

    /// Tells whether the walk is to go on with what it came by.
    pub(super) fn passes(&self, entry: &DirEntry) -> bool {
        if ignored::is_own_file(entry.file_name()) {
            return false;
        }
        // What is walked is not its own part.
        if entry.depth() == 0 {
            return true;
        }
        let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
        if let Some((exact, ground)) = &self.exact
            && exact.ignores(&ground.real_of(entry.path()), is_directory)
        {
            return false;
        }
        !is_directory || self.is_looked_into(entry)
    }

    fn is_looked_into(&self, entry: &DirEntry) -> bool {
        let left_out = || self.left_out.lock().expect("pushing does not panic");
        // One path for both, with room for the longer one.
        let mut inside = entry.path().join(".gitignore");
        inside.set_file_name(".git");
        if inside.symlink_metadata().is_ok() {
            left_out().nested.push(entry.path().to_owned());
            return false;
        }
        inside.set_file_name(".gitignore");
        let file = self.has_rules.then(|| inside.symlink_metadata());
        let Some(Ok(file)) = file else { return true };
        if let Some(why) = refusal(&file) {
            left_out().refused.push(Refused { path: inside, why });
            return false;
        }
        let is_unusual = !self.is_exact() && exact::has_unusual_rules(&inside, &file);
        if is_unusual {
            left_out().unusual.push(entry.path().to_owned());
        }
        !is_unusual
    }

    /// Returns what the walk did not look into so far.
    pub(super) fn left_out(&self) -> LeftOut {
        std::mem::take(&mut *self.left_out.lock().expect("pushing does not panic"))
    }
}
