//! What a line must not touch, and how paths are found to be that.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use super::super::super::manager;
use super::super::leave;
use super::super::shell::{TOP, joined};
use super::clean::Cleaned;
use super::configuration::{is_of_repository, is_of_user};
use super::targets::Deed;
use crate::policy::config::FILE;

/// What is known of the place that a line is run in. All paths are those of a line, from its own folder on.
pub trait Surroundings {
    /// Tells whether an agent's own hooks are entered in a file, or in what lies below.
    fn holds_agents_hooks(&self, path: &str) -> bool;
    /// Tells of such a file whether they stay if git's version of it comes back.
    fn comes_back(&self, path: &str) -> bool;
    /// Tells whether agents that work here read from a file whether their hooks run.
    fn says_whether_hooks_run(&self, path: &str) -> bool;
    /// Tells whether they run no more if such a file holds a text, alone or behind what it holds.
    fn turns_hooks_off(&self, path: &str, text: &str) -> bool;
    /// Returns what a file holds.
    fn text(&self, path: &str) -> Option<String>;
    /// Tells whether a path leads to what makes the project a repository, with all of its hooks.
    fn is_git_folder(&self, path: &str) -> bool;
    /// Tells whether a path leads to one of the hooks that git runs here, or to where they lie.
    fn leads_to_hook(&self, path: &str) -> bool;
    /// Tells whether a symbolic link lies at a path.
    fn is_link(&self, path: &str) -> bool;
    /// Returns which of all these lie at a path or below it, as they are named from there.
    fn below(&self, path: &str) -> Vec<String>;
    /// Returns what git has a name for, as its configuration says.
    fn alias(&self, name: &str) -> Option<String>;
    /// Tells whether hooks, or settings with those of an agent, are lost if git takes out of `path` what it does not track.
    fn loses_hooks_to_clean(&self, path: &str, cleaned: &Cleaned<'_>) -> bool;
}

/// What a line must not touch.
#[derive(Clone, Copy)]
pub enum Guarded<'a> {
    /// The hooks of git and those of the agent.
    Hooks(&'a dyn Surroundings),
    /// What says what keysweep looks for.
    Scanning(&'a Scanned),
}

/// What says what keysweep looks for in a project.
#[derive(Debug, Default)]
pub struct Scanned {
    /// The project's root, as a line names it.
    pub(super) root: String,
    /// The files with rules of the user's, the same way.
    pub(super) rule_files: Vec<String>,
}

impl Scanned {
    /// Looks from the folder that a line is run in.
    pub fn around(folder: &Path) -> Self {
        let text = |path: &Path| joined("", &path.to_string_lossy());
        let root = folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(folder);
        let rule_files = leave::rule_files(folder).iter().map(|file| text(file)).collect();
        Self { root: text(root), rule_files }
    }

    /// Tells whether keysweep may look for less if this is done to a path, or to one that a pattern stands for.
    fn is_harmed(&self, deed: Deed, path: &str) -> bool {
        // What comes from elsewhere cannot be looked for.
        let is_there = |path: &String| deed == Deed::Puts || Path::new(path).exists();
        self.is_changed(deed, path)
            || self.matched(path).iter().filter(|path| is_there(path)).any(|path| self.is_changed(deed, path))
    }

    /// Returns the files at the root that may be meant by a path with `*` and the like in its name, but not by such signs alone.
    fn matched(&self, path: &str) -> Vec<String> {
        let (folder, pattern) = path.rsplit_once('/').unwrap_or(("", path));
        let is_pattern = pattern.contains(['*', '?', '[']) && pattern.contains(|sign: char| sign.is_alphanumeric());
        let Some(glob) = glob(pattern, false).filter(|_| is_pattern && [TOP, &self.root].contains(&folder)) else {
            return Vec::new();
        };
        let names = leave::FILES.iter().filter(|name| glob.is_match(name));
        names.map(|name| format!("{folder}/{name}")).collect()
    }

    fn is_changed(&self, deed: Deed, path: &str) -> bool {
        let is_configuration = || leave::is_configuration(path) || self.rule_files.iter().any(|file| file == path);
        match deed {
            Deed::Writes | Deed::Copies => is_configuration(),
            // Who puts it elsewhere under its own name may only keep a copy.
            Deed::Puts | Deed::Fills => self.holds(path) && is_configuration(),
            Deed::Takes => {
                self.holds(path)
                    && is_configuration()
                    && (!leave::is_named(path, &[FILE]) || leave::is_needed(Path::new(path)))
            }
            Deed::Empties | Deed::Disables => false,
        }
    }

    /// Tells whether a path lies in the project, as far as it tells.
    fn holds(&self, path: &str) -> bool {
        let is_whole = path.starts_with(['/', '~', '$']) || path.as_bytes().get(1) == Some(&b':');
        !is_whole || path.starts_with(TOP) || Path::new(path).starts_with(&self.root)
    }
}

impl Guarded<'_> {
    /// Tells whether something guarded is harmed if this is done to a path.
    pub fn is_harmed(self, deed: Deed, path: &str) -> bool {
        let surroundings = match self {
            Self::Hooks(surroundings) => surroundings,
            Self::Scanning(scanned) => return scanned.is_harmed(deed, path),
        };
        let is_harmed = |path: &str| match deed {
            Deed::Takes => self.is_hook(path) || surroundings.is_git_folder(path),
            Deed::Writes => self.is_hook(path),
            Deed::Copies => self.is_hook(path) && !is_folder_of_agent(surroundings, path),
            Deed::Fills => {
                self.is_hook(path) && !is_folder_of_agent(surroundings, path) || surroundings.is_git_folder(path)
            }
            Deed::Puts => {
                is_hook_of_git(path)
                    || is_settings_of_git(path)
                    || surroundings.leads_to_hook(path)
                    || surroundings.holds_agents_hooks(path)
            }
            Deed::Empties => !surroundings.below(path).is_empty(),
            Deed::Disables => self.is_hook(path) && !is_settings_of_git(path),
        };
        is_harmed(path) || self.matched(path).iter().any(|path| is_harmed(path))
    }

    /// Tells whether a path names what is guarded: git's hooks, those of a manager, where they are entered; or keysweep's configuration.
    pub fn is_hook(self, path: &str) -> bool {
        let Self::Hooks(surroundings) = self else { return leave::is_configuration(path) };
        format!("/{}/", path.to_ascii_lowercase()).contains("/.git/hooks/")
            || manager::is_of_manager(path)
            || is_settings_of_git(path)
            || surroundings.leads_to_hook(path)
            || surroundings.holds_agents_hooks(path)
    }

    /// Returns what is guarded of that which a shell puts in the place of a path with `*` and the like.
    fn matched(self, path: &str) -> Vec<String> {
        let (Self::Hooks(surroundings), Some(at)) = (self, path.find(['*', '?', '['])) else { return Vec::new() };
        let start = path[..at].rfind('/').map_or(0, |slash| slash + 1);
        let (folder, pattern) = path.split_at(start);
        let patterns: Vec<(bool, Option<GlobMatcher>)> =
            pattern.split('/').map(|part| (part.starts_with('.'), glob(part, false))).collect();
        let is_match = |name: &str| {
            let names: Vec<&str> = name.split('/').collect();
            // A name that begins with a dot is meant only where the dot is said.
            let is_one = |(name, (is_hidden, glob)): (&&str, &(bool, Option<GlobMatcher>))| {
                name.starts_with('.') <= *is_hidden && glob.as_ref().is_some_and(|glob| glob.is_match(name))
            };
            names.len() == patterns.len() && names.iter().zip(&patterns).all(is_one)
        };
        let below = surroundings.below(if folder.len() > 1 { folder.trim_end_matches('/') } else { folder });
        below.into_iter().filter(|name| is_match(name)).map(|name| format!("{folder}{name}")).collect()
    }
}

/// Tells whether a path names one of git's own hooks, which no change of the project is about.
pub fn is_hook_of_git(path: &str) -> bool {
    path.replace('\\', "/").to_ascii_lowercase().contains(".git/hooks/")
}

/// Tells whether a path names git's configuration.
fn is_settings_of_git(path: &str) -> bool {
    is_of_repository(path) || is_of_user(path)
}

/// Tells whether a path names a folder of an agent's, into which other files may be put.
fn is_folder_of_agent(surroundings: &dyn Surroundings, path: &str) -> bool {
    !path.ends_with(".json") && !path.contains("hooks") && surroundings.holds_agents_hooks(path)
}

/// Reads a pattern for names or whole paths.
pub fn glob(pattern: &str, ignores_case: bool) -> Option<GlobMatcher> {
    let mut glob = GlobBuilder::new(pattern);
    glob.case_insensitive(ignores_case).build().ok().map(|glob| glob.compile_matcher())
}
