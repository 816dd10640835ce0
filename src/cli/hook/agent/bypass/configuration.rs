//! Git's own configuration: where it lies, and what of it is about hooks.

use crate::folders;

/// Where a user's configuration lies, from the home directory on.
const OF_USER: [&str; 2] = [".gitconfig", ".config/git/config"];

/// Tells whether a path names git's configuration in a repository.
pub fn is_of_repository(path: &str) -> bool {
    let path = format!("/{}", path.to_ascii_lowercase());
    path.ends_with("/.git/config") || path.ends_with("/.git/config.worktree")
}

/// Tells whether a path names git's configuration of the user or the machine.
pub fn is_of_user(path: &str) -> bool {
    let home = folders::home().map(|home| home.to_string_lossy().replace('\\', "/")).filter(|home| home.len() > 1);
    let starts = ["~", "$HOME", "${HOME}"].into_iter().chain(home.as_deref());
    let inside = starts.into_iter().find_map(|start| path.strip_prefix(start)?.strip_prefix('/'));
    inside.is_some_and(|inside| OF_USER.contains(&inside))
        || ["/etc/gitconfig", "$XDG_CONFIG_HOME/git/config", "${XDG_CONFIG_HOME}/git/config"].contains(&path)
}

/// Returns the lines of a configuration, in small letters, that say where hooks are or what else is read that may say it.
pub fn about_hooks(text: &str) -> Vec<String> {
    let is_about = |line: &String| {
        line.contains("hookspath") || ["[include", "path"].iter().any(|start| line.trim_start().starts_with(start))
    };
    text.lines().map(str::to_lowercase).filter(is_about).collect()
}

/// Returns the values that lines of a text give to names, which may be aliases.
pub fn values(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| Some(line.split_once('=')?.1.trim().trim_matches('"')))
}
