//! Sets up a walk that leaves out what git ignores.

use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use super::ground::Ground;
use crate::input::ignore_rules::{Refused, ignores_case, refused, refused_in};
use crate::input::repository::Repository;

/// Where version control systems keep their own files.
const OWN_FILES: [&str; 5] = [".git", ".hg", ".svn", ".jj", ".bzr"];

/// Whose rules say what a walk leaves out.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    /// The root of the work tree, without links; what is walked is this or lies below it.
    pub(super) work_tree: &'a Path,
    /// The repository, if it can be used.
    pub(super) repository: Option<&'a Repository>,
}

impl Rules<'_> {
    /// Returns a file of rules that counts for `directory` and is not read.
    pub(super) fn refused(&self, directory: &Path) -> Option<Refused> {
        let own = self.excludes().map(Path::to_owned).and_then(refused);
        let mut folders = directory.ancestors().take_while(|above| above.starts_with(self.work_tree));
        own.or_else(|| folders.find_map(refused_in))
    }

    /// Tells whether there is such a file above the work tree. None there counts, but the walk reads them all, up to the root of the
    /// file system, wherever it applies rules by itself.
    pub(super) fn is_below_refused(&self) -> bool {
        // It follows links to them, too.
        let is_refused = |above: &Path| refused_in(above).or_else(|| refused(above.join(".gitignore"))).is_some();
        self.work_tree.ancestors().skip(1).any(is_refused)
    }

    /// Returns the files of rules that hold everywhere in the work tree, from the strongest on.
    pub(super) fn everywhere(&self) -> impl Iterator<Item = PathBuf> {
        [self.exclude()].into_iter().chain(self.excludes().map(Path::to_owned))
    }

    /// Returns where the patterns of this clone stand.
    fn exclude(&self) -> PathBuf {
        let own = || self.work_tree.join(".git");
        self.repository.map_or_else(own, |repository| repository.git().common_dir().to_owned()).join("info/exclude")
    }

    /// Returns the user's own file of patterns.
    fn excludes(&self) -> Option<&Path> {
        self.repository.and_then(Repository::excludes_file)
    }

    /// Adds the rules to a walk of `directory`, which reads by itself those that lie in it; later ones win.
    fn add(&self, directory: &Path, builder: &mut WalkBuilder) {
        let git = self.work_tree.join(".git");
        let ignores_case = self.repository.is_some_and(|repository| ignores_case(repository.git()));
        builder.current_dir(self.work_tree).ignore_case_insensitive(ignores_case);
        if let Some(excludes) = self.excludes() {
            let _ = builder.add_ignore(excludes);
        }
        let mut inside = directory.ancestors().take_while(|inside| *inside != self.work_tree);
        if ignores_case && git.is_dir() && !inside.any(|inside| inside.join(".git").exists()) {
            // Only what the walk finds by itself is compared without regard to case, up to what it takes for a repository.
            let is_below = directory != self.work_tree;
            builder.git_exclude(true).parents(is_below).require_git(is_below);
            return;
        }
        let _ = builder.add_ignore(self.exclude());
        let above = directory.ancestors().skip(1).take_while(|above| above.starts_with(self.work_tree));
        for folder in above.collect::<Vec<_>>().into_iter().rev() {
            let _ = builder.current_dir(folder).add_ignore(folder.join(".gitignore"));
        }
    }
}

/// Tells whether a file or directory of that name belongs to a version control system.
pub(super) fn is_own_file(name: &std::ffi::OsStr) -> bool {
    OWN_FILES.iter().any(|own| name == *own)
}

/// Makes a walk of `ground`; without rules it leaves out nothing.
pub(super) fn walk(ground: &Ground, rules: Option<Rules<'_>>) -> WalkBuilder {
    let mut builder = WalkBuilder::new(&ground.walked);
    builder.hidden(false).ignore(false).git_global(false).follow_links(false);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    builder.threads(threads);
    // The walk takes everything called `.git` for a repository, and does not know of those that lie elsewhere.
    builder.require_git(false).parents(false).git_exclude(false).git_ignore(rules.is_some());
    if let Some(rules) = rules {
        rules.add(&ground.real, &mut builder);
    }
    builder
}
