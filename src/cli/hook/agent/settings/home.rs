//! Where an agent's settings lie: in the project, in the home directory, or where a variable moves them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::super::Name;
use super::super::{Agent, place, switch};
use crate::folders::{self, AgentHome};
use crate::replace::{self, Links};

/// The file of an agent's settings.
pub(super) struct Home {
    /// The project's root, the home directory, or the folder that a variable names.
    pub root: PathBuf,
    /// The file, from there on.
    pub file: &'static str,
    /// Whether a variable names the folder.
    is_moved: bool,
}

impl Home {
    /// Finds the settings of a project at `root`, or those of a user whose home directory it is.
    pub(super) fn of(agent: Agent, root: &Path, user: bool) -> Self {
        let file = entered(agent, user);
        match moved(agent).filter(|_| user) {
            Some((root, folder)) => Self { root, file: inside(file, folder), is_moved: true },
            None => Self { root: root.to_owned(), file, is_moved: false },
        }
    }

    /// Returns the file's path.
    pub(super) fn path(&self) -> PathBuf {
        self.root.join(self.file)
    }

    /// Returns how much of the file's path is not there yet, from the first folder that is missing on; nothing if the file is.
    /// A folder that a variable names is a dot, and so is each above it.
    pub(super) fn to_make(&self) -> Option<String> {
        let is_missing = |folder: &&Path| folder.symlink_metadata().is_err();
        let missing = self.root.ancestors().take_while(is_missing).count();
        if self.is_moved && missing > 0 {
            return Some(format!("{}{}", DOT.repeat(missing), self.file));
        }
        let names: Vec<&str> = self.file.split('/').collect();
        let is_missing = |len: &usize| self.root.join(names[..*len].join("/")).symlink_metadata().is_err();
        let first = (1..=names.len()).find(is_missing)?;
        Some(names[first - 1..].join("/"))
    }

    /// Tells whether [`Home::to_make`] may have returned this for an agent's settings, whichever variable was set then.
    pub(super) fn may_have_made(agent: Agent, user: bool, made: &str) -> bool {
        let file = entered(agent, user);
        let is_start = |start: &str| start.is_empty() || start.ends_with('/');
        let short = moves(agent).map_or(file, |home| inside(file, home.folder));
        let is_whole = user && made.starts_with(DOT) && made.trim_start_matches(DOT) == short;
        is_whole || file.strip_suffix(made).is_some_and(is_start)
    }
}

/// What stands for a folder that a variable names.
const DOT: &str = "./";

/// Returns the file in which an agent's hooks are entered, from a project's root or the user's home directory on.
const fn entered(agent: Agent, user: bool) -> &'static str {
    match agent {
        Agent::ClaudeCode => ".claude/settings.json",
        Agent::Cursor => ".cursor/hooks.json",
        Agent::Copilot if user => ".copilot/hooks/keysweep.json",
        Agent::Copilot => ".github/hooks/keysweep.json",
        Agent::Codex => ".codex/hooks.json",
        Agent::Gemini => ".gemini/settings.json",
    }
}

/// Returns what moves a user's settings of an agent, if anything does. No variable is known to move Cursor's.
const fn moves(agent: Agent) -> Option<AgentHome> {
    match agent {
        Agent::ClaudeCode => Some(folders::CLAUDE),
        Agent::Copilot => Some(folders::COPILOT),
        Agent::Codex => Some(folders::CODEX),
        Agent::Gemini => Some(folders::GEMINI),
        Agent::Cursor => None,
    }
}

/// Returns the folder that a variable names now, and the one in the home directory whose place it takes.
fn moved(agent: Agent) -> Option<(PathBuf, &'static str)> {
    let home = moves(agent)?;
    let named = std::env::var_os(home.variable).filter(|named| !named.is_empty()).map(PathBuf::from)?;
    Some((std::path::absolute(&named).unwrap_or(named), home.folder))
}

/// Returns the path of a file from a folder on.
fn inside(file: &'static str, folder: &str) -> &'static str {
    file.strip_prefix(folder).map_or(file, |rest| rest.trim_start_matches('/'))
}

/// Tells what keeps an agent from running the hooks that are set up, if anything does; `roots` are the project's root and the
/// home directory, where they are known.
pub(super) fn off(agent: Agent, roots: &[PathBuf]) -> Option<String> {
    let Some((home, folder)) = moved(agent) else { return switch::off(agent, roots) };
    // The project's comes first, if it is known: alone, the home directory is the one whose place the variable takes.
    let is_project = |root: &&PathBuf| roots.len() > 1 || folders::home().as_ref() != Some(root);
    let mut roots: Vec<PathBuf> = roots.first().filter(is_project).cloned().into_iter().collect();
    if folder.is_empty() {
        roots.push(home);
        return switch::off(agent, &roots);
    }
    let read = |path: &Path, links| replace::read(path, links).ok().flatten().unwrap_or_default();
    let is_said = |path: PathBuf| switch::turns_on(agent, &read(&path, Links::Refuse));
    let here = switch::off(agent, &roots);
    if here.is_some()
        || roots.iter().flat_map(|root| switch::files(agent).iter().map(|file| root.join(file))).any(is_said)
    {
        return here;
    }
    let paths = switch::files(agent).iter().map(|file| home.join(inside(file, folder)));
    let off = |path: PathBuf| {
        let name = switch::turned_off_by(agent, &read(&path, Links::Follow))?;
        Some(format!("turned off by `{name}` in {}", path.display()))
    };
    paths.into_iter().find_map(off)
}

/// Tells whether hooks of any agent are entered or turned off in a file of that path.
pub(super) fn is_settings(path: &Path) -> bool {
    files_of_all().iter().any(|file| path.ends_with(file)) || moved_files().iter().any(|file| file == path)
}

/// Tells whether an agent reads from a file whether its hooks run: one below a root of which `is_root` holds, or where a variable
/// names the folder.
pub(super) fn is_switch(path: &Path, is_root: &dyn Fn(&Path) -> bool) -> bool {
    let is_read = |file: &str| {
        let root = path.ancestors().nth(file.split('/').count());
        path.ends_with(file) && root.is_some_and(is_root)
    };
    let is_moved = |agent: Agent| {
        let (root, folder) = moved(agent)?;
        Some(files_of_switch(agent).any(|file| place::real(&root, inside(file, folder)) == path))
    };
    agents().any(|agent| files_of_switch(agent).any(is_read) || is_moved(agent) == Some(true))
}

/// Returns where such files lie, or would lie, that are in a folder.
pub(super) fn settings_in(folder: &Path) -> Vec<PathBuf> {
    let below = |file: &str| {
        let file = Path::new(file);
        let outer = file.ancestors().skip(1).find(|outer| !outer.as_os_str().is_empty() && folder.ends_with(outer));
        outer.and_then(|outer| file.strip_prefix(outer).ok()).map(|rest| folder.join(rest))
    };
    let moved = moved_files().into_iter().filter(|file| file.starts_with(folder));
    files_of_all().into_iter().filter_map(below).chain(moved).collect()
}

/// Returns the files in which hooks of any agent are entered or turned off, each once.
fn files_of_all() -> BTreeSet<&'static str> {
    let files = |agent| [false, true].map(|user| entered(agent, user)).into_iter().chain(files_of_switch(agent));
    agents().flat_map(files).collect()
}

/// Returns those among them whose folder a variable names, without links.
fn moved_files() -> BTreeSet<PathBuf> {
    let files = |agent: Agent| {
        let files = std::iter::once(entered(agent, true)).chain(files_of_switch(agent));
        let place = moved(agent);
        let path = move |file| place.as_ref().map(|(root, folder)| place::real(root, inside(file, folder)));
        files.filter_map(path).collect::<Vec<_>>()
    };
    agents().flat_map(files).collect()
}

fn files_of_switch(agent: Agent) -> impl Iterator<Item = &'static str> {
    switch::files(agent).iter().copied()
}

pub(super) fn agents() -> impl Iterator<Item = Agent> {
    Name::AGENTS.iter().filter_map(|name| name.agent())
}
