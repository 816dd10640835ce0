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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gits_configuration_is_known_by_its_path() {
        for (path, of_repository, of_user) in [
            ("/p/.git/config", true, false),
            (".git/config.worktree", true, false),
            ("~/.gitconfig", false, true),
            ("$HOME/.config/git/config", false, true),
            ("$XDG_CONFIG_HOME/git/config", false, true),
            ("/p/.gitconfig", false, false),
            ("~/p/.gitconfig", false, false),
            ("~/.gitconfig.bak", false, false),
        ] {
            assert_eq!((is_of_repository(path), is_of_user(path)), (of_repository, of_user), "{path}");
        }
    }

    #[test]
    fn lines_about_hooks_and_values_are_found() {
        assert_eq!(about_hooks("[core]\n\thooksPath = x\n[user]\n\tname = y"), ["\thookspath = x"]);
        assert_eq!(about_hooks("[include]\n path = x\n[core]\n bare = false"), ["[include]", " path = x"]);
        assert_eq!(values("[alias]\n a = \"b c\"\n d=e").collect::<Vec<_>>(), ["b c", "e"]);
    }
}
