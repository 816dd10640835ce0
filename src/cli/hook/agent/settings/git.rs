//! Where git's own settings lie, which say where its hooks are.

use std::path::{Path, PathBuf};

use super::super::{bypass, place};
use crate::folders;

/// Tells whether a change of the text of git's settings, those of a repository or the user's own, leads to other hooks.
pub fn leads_elsewhere(path: &Path, before: &str, after: &str) -> bool {
    is_settings(path) && bypass::moves_hooks(before, after)
}

fn is_settings(path: &Path) -> bool {
    let is_named = ["config", "config.worktree"].iter().any(|name| path.ends_with(name));
    let is_of_repository = is_named && path.components().any(|part| part.as_os_str() == ".git");
    // Not every tool opens what a shell would take it for.
    is_of_repository
        || path.ends_with("~/.gitconfig")
        || path.ends_with("~/.config/git/config")
        || of_user().any(|file| file == path)
}

/// Returns where the user's own settings lie, or would lie, without links.
fn of_user() -> impl Iterator<Item = PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = folders::home();
    let below_home = |file: &str| home.as_ref().map(|home| home.join(file));
    let files = [
        variable("GIT_CONFIG_GLOBAL"),
        below_home(".gitconfig"),
        below_home(".config/git/config"),
        variable("XDG_CONFIG_HOME").map(|folder| folder.join("git/config")),
    ];
    files.into_iter().flatten().map(|file| place::real(&file, ""))
}
