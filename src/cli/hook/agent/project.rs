//! The project that an agent works in: where git's hooks lie, and whether a path leads there.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;

use super::super::manager;
use super::bypass::{Cleaned, Surroundings, Taken};
use super::{place, settings, shell};
use crate::folders;
use crate::input::ignore_rules::{IgnoreRules, IgnoreState};
use crate::input::repository::Repository;

/// The folders of agents, from the root on.
const AGENTS: [&str; 6] = [".claude", ".cursor", ".codex", ".gemini", ".copilot", ".github"];
/// How many files of one folder are looked at.
const MOST: usize = 256;

/// The project around a folder.
pub struct Project<'a> {
    directory: &'a Path,
    git: OnceCell<Option<Git>>,
    guarded: OnceCell<Vec<PathBuf>>,
}

/// What git says of itself there.
struct Git {
    repository: Repository,
    /// The root of the work tree; all paths are without links.
    root: PathBuf,
    /// What makes the root a repository, and what that leads to.
    folders: Vec<PathBuf>,
    /// Where hooks lie: git's own folder, and the one that is configured.
    hooks: Vec<PathBuf>,
    settings: gix::Repository,
}

impl<'a> Project<'a> {
    /// Looks from the folder that an agent works in.
    pub const fn new(directory: &'a Path) -> Self {
        Self { directory, git: OnceCell::new(), guarded: OnceCell::new() }
    }

    /// Tells whether a file that is written lies among hooks that are no part of the work tree.
    pub fn is_hook_of_git(&self, path: &str) -> bool {
        let real = self.real(path);
        let is_outside = |git: &Git, hooks: &Path| !hooks.starts_with(&git.root) || hooks.starts_with(&git.folders[0]);
        let of_git = |git: &Git| git.hooks.iter().any(|hooks| real.starts_with(hooks) && is_outside(git, hooks));
        super::bypass::is_hook_of_git(&real.to_string_lossy()) || self.git().is_some_and(of_git)
    }

    /// Returns the files with an agent's hooks that git does not track, so that `git clean` would take them, from the root on.
    pub fn untracked_settings(&self) -> Vec<String> {
        let Some(git) = self.git() else { return Vec::new() };
        let Ok(index) = git.repository.git().index_or_empty() else { return Vec::new() };
        let files = self.settings();
        let inside = files.iter().filter_map(|file| file.strip_prefix(&git.root).ok());
        let inside = inside.map(|file| file.to_string_lossy().replace('\\', "/"));
        inside.filter(|file| index.entry_by_path(file.as_str().into()).is_none()).collect()
    }

    fn git(&self) -> Option<&Git> {
        self.git.get_or_init(|| Git::around(self.directory)).as_ref()
    }

    /// Returns where a path of a line leads.
    fn real(&self, path: &str) -> PathBuf {
        let below = |starts: &[&str]| {
            let rest = starts.iter().find_map(|start| path.strip_prefix(start))?;
            (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/'))
        };
        if let Some(path) = below(&["~", "$HOME", "${HOME}"]) {
            return place::real(&folders::home().unwrap_or_default(), path);
        }
        if let (Some(path), Some(git)) = (below(&[shell::TOP]), self.git()) {
            return place::real(&git.root, path);
        }
        place::real(self.directory, below(&["$CLAUDE_PROJECT_DIR"]).unwrap_or(path))
    }

    /// Returns the files in which an agent's own hooks are entered.
    fn settings(&self) -> Vec<PathBuf> {
        let here = self.directory.canonicalize().ok();
        let roots: BTreeSet<PathBuf> = here.into_iter().chain(self.git().map(|git| git.root.clone())).collect();
        roots.iter().flat_map(|root| AGENTS.iter().flat_map(|name| settings::with_hooks(&root.join(name)))).collect()
    }

    /// Returns all that is guarded and there.
    fn guarded(&self) -> &[PathBuf] {
        self.guarded.get_or_init(|| {
            let mut found = Vec::new();
            let mut roots = vec![self.directory.canonicalize().unwrap_or_else(|_| self.directory.to_owned())];
            if let Some(git) = self.git() {
                found.extend(git.folders.iter().chain(&git.hooks).cloned());
                found.extend(git.hooks.iter().flat_map(|folder| entries(folder)));
                roots.push(git.root.clone());
            }
            for root in &roots {
                let managers = manager::FILES.iter().map(|name| root.join(name)).filter(|path| path.exists());
                found.extend(managers.flat_map(|path| std::iter::once(path.clone()).chain(entries(&path))));
                let agents = AGENTS.iter().map(|name| root.join(name)).filter(|path| settings::holds_hooks(path));
                found.extend(agents.flat_map(|folder| {
                    let below = entries(&folder).into_iter().filter(|path| settings::holds_hooks(path));
                    std::iter::once(folder.clone()).chain(below).collect::<Vec<_>>()
                }));
            }
            found.sort();
            found.dedup();
            found
        })
    }
}

impl Git {
    fn around(directory: &Path) -> Option<Self> {
        let repository = Repository::discover(directory).ok()?;
        let root = repository.work_tree()?.canonicalize().ok()?;
        let git = repository.git();
        let settings = repository.with_all_settings().unwrap_or_else(|| git.clone());
        let real = |path: &Path| path.canonicalize().ok();
        let mut folders = vec![real(&root.join(".git"))?];
        folders.extend([git.git_dir(), git.common_dir()].into_iter().filter_map(real));
        let configured = settings.config_snapshot().string("core.hooksPath");
        let configured = configured.and_then(|path| {
            let path = path.to_str().ok()?.to_owned();
            Some(match path.strip_prefix("~/") {
                Some(path) => folders::home()?.join(path),
                None => root.join(path),
            })
        });
        let own = real(git.common_dir())?.join("hooks");
        let configured = configured.map(|path| place::real(&root, &path.to_string_lossy()));
        // Who names the whole project means none of its files more than another.
        let hooks = [own].into_iter().chain(configured.filter(|path| !root.starts_with(path))).collect();
        Some(Self { repository, root, folders, hooks, settings })
    }
}

impl Surroundings for Project<'_> {
    fn holds_agents_hooks(&self, path: &str) -> bool {
        settings::holds_hooks(&self.real(path))
    }

    fn comes_back(&self, path: &str) -> bool {
        settings::come_back(&self.real(path))
    }

    fn says_whether_hooks_run(&self, path: &str) -> bool {
        settings::says_whether_hooks_run(&self.real(path), self.directory)
    }

    fn turns_hooks_off(&self, path: &str, text: &str) -> bool {
        settings::turns_hooks_off(&self.real(path), text)
    }

    fn text(&self, path: &str) -> Option<String> {
        place::read(&self.real(path)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    fn is_git_folder(&self, path: &str) -> bool {
        let real = self.real(path);
        self.git().is_some_and(|git| git.folders.contains(&real))
    }

    fn leads_to_hook(&self, path: &str) -> bool {
        let real = self.real(path);
        let is_managers = |git: &Git| manager::FILES.iter().any(|name| real.starts_with(git.root.join(name)));
        self.git().is_some_and(|git| is_managers(git) || git.hooks.iter().any(|hooks| real.starts_with(hooks)))
    }

    fn is_link(&self, path: &str) -> bool {
        self.directory.join(path).is_symlink()
    }

    fn below(&self, path: &str) -> Vec<String> {
        let real = self.real(path);
        let inside = self.guarded().iter().filter_map(|guarded| guarded.strip_prefix(&real).ok());
        inside.map(|inside| inside.to_string_lossy().replace('\\', "/")).collect()
    }

    fn alias(&self, name: &str) -> Option<String> {
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let settings = self.git().filter(|_| is_name && !name.is_empty()).map(|git| git.settings.config_snapshot());
        settings?.string(format!("alias.{name}").as_str()).and_then(|value| value.to_str().ok().map(str::to_owned))
    }

    fn loses_hooks_to_clean(&self, path: &str, cleaned: &Cleaned<'_>) -> bool {
        let (Some(git), real) = (self.git(), self.real(path)) else { return false };
        let is_whole = cleaned.whole && cleaned.paths.is_empty() && real.starts_with(&git.root);
        let from = if is_whole { &git.root } else { &real };
        let hooks = git.hooks.iter().filter(|hooks| hooks.is_dir() && !hooks.starts_with(&git.folders[0]));
        hooks.filter(|hooks| hooks.starts_with(from)).any(|hooks| git.is_taken(hooks, true, cleaned))
            || self.settings().iter().any(|file| file.starts_with(from) && git.is_taken(file, false, cleaned))
    }
}

impl Git {
    /// Tells whether a file or folder is taken that lies where git takes what it does not track.
    fn is_taken(&self, path: &Path, is_folder: bool, cleaned: &Cleaned<'_>) -> bool {
        let Ok(inside) = path.strip_prefix(&self.root) else { return false };
        let inside = inside.to_string_lossy().replace('\\', "/");
        let Ok(index) = self.repository.git().index_or_empty() else { return false };
        let is_below =
            |folder: &str| index.entries().iter().any(|entry| entry.path(&index).starts_with(folder.as_bytes()));
        let is_tracked = match is_folder {
            true => is_below(&format!("{inside}/")),
            false => index.entry_by_path(inside.as_str().into()).is_some(),
        };
        let outer = inside.rfind('/').map_or("", |at| &inside[..=at]);
        if is_tracked || cleaned.spares(&inside) || !cleaned.folders && (is_folder || !is_below(outer)) {
            return false;
        }
        let rules = IgnoreRules::of(&self.repository).ok();
        let is_ignored = rules.is_some_and(|rules| rules.state(inside.as_str().into(), is_folder) != IgnoreState::No);
        cleaned.takes == Taken::All || is_ignored == (cleaned.takes == Taken::Ignored)
    }
}

/// Returns what lies in a folder, but for what git puts there as an example.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().take(MOST);
    entries.map(|entry| entry.path()).filter(|path| path.extension().is_none_or(|end| end != "sample")).collect()
}
