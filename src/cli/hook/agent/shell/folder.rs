//! Where a line leads: its `cd`, and the paths that are named from there.

use std::rc::Rc;

use super::KEYWORDS;

/// What stands for the root of the work tree around, as git tells it.
pub const TOP: &str = "$GIT_TOPLEVEL";
/// What stands for a folder of which nobody knows where it is, and for a substitution where none is made.
pub const UNKNOWN: &str = "$()";
/// The most bytes of a path that is followed.
const LONGEST: usize = 4096;
/// Programs that may stand before `cd`.
const BEFORE: [&str; 2] = ["command", "time"];
/// The names of the command that leads to another folder.
const LEADING: [&str; 6] = ["cd", "chdir", "pushd", "set-location", "push-location", "sl"];

/// The folder that a line works in, and the one before.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    now: Rc<str>,
    before: Rc<str>,
}

impl Folder {
    /// Begins in a folder.
    pub fn new(folder: &str) -> Self {
        Self { now: folder.into(), before: folder.into() }
    }

    /// Returns where the line works now.
    pub fn now(&self) -> &Rc<str> {
        &self.now
    }

    /// Goes where a command with these words leads; tells whether it leads anywhere.
    pub fn follow(&mut self, words: &[String]) -> bool {
        let is_before = |word: &&str| KEYWORDS.contains(word) || BEFORE.contains(word);
        let mut words = words.iter().map(String::as_str).skip_while(is_before);
        let program = words.next().unwrap_or_default().to_ascii_lowercase();
        if program == "popd" || program == "pop-location" {
            std::mem::swap(&mut self.now, &mut self.before);
            return true;
        }
        if !LEADING.contains(&program.as_str()) {
            return false;
        }
        match words.find(|word| *word == "-" || !word.starts_with('-')) {
            Some("-") => std::mem::swap(&mut self.now, &mut self.before),
            target => {
                // What a line does not tell is left out of its words.
                let target = match target {
                    Some("") => UNKNOWN.to_owned(),
                    target => joined(&self.now, target.unwrap_or("~")),
                };
                if target.len() <= LONGEST {
                    self.before = std::mem::replace(&mut self.now, target.into());
                }
            }
        }
        true
    }
}

/// Returns where a path leads that is named in a folder, without the parts that lead nowhere: `.`, `a/..` and slashes too many.
pub fn joined(folder: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("~+").map_or(path.as_str(), |rest| rest.trim_start_matches('/'));
    let is_whole = path.starts_with(['/', '~', '$']) || path.as_bytes().get(1) == Some(&b':') || folder.is_empty();
    let whole = if is_whole { path.to_owned() } else { format!("{folder}/{path}") };
    let start = if whole.starts_with('/') { "/" } else { "" };
    let mut parts = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last: &&str| *last != ".." && !last.starts_with(['$', '~'])) => {
                parts.pop();
            }
            ".." if parts.is_empty() && start == "/" => {}
            part => parts.push(part),
        }
    }
    let parts = parts.join("/");
    if start == "/" { format!("/{parts}") } else { parts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_from_its_folder() {
        for (folder, path, expected) in [
            ("/p", ".git/", "/p/.git"),
            ("/p", "./a//b/../c/.", "/p/a/c"),
            ("/p/a", "../../..", "/"),
            ("/p", "/x/../y", "/y"),
            ("/p", "~+/.git", "/p/.git"),
            ("/p", "~/.git", "~/.git"),
            ("/p", "$X/../a", "$X/../a"),
            ("", "./a", "a"),
            ("", "../a", "../a"),
            ("/p", "a\\b", "/p/a/b"),
            ("/p", "C:\\x", "C:/x"),
            ("/p", &format!("{TOP}/a/../.git"), &format!("{TOP}/.git")),
            (&format!("{TOP}/sub"), "../.git", &format!("{TOP}/.git")),
        ] {
            assert_eq!(joined(folder, path), expected, "{folder} {path}");
        }
    }

    #[test]
    fn a_line_goes_where_its_commands_lead() {
        let mut folder = Folder::new("/p");
        for (line, expected) in [
            ("cd a", "/p/a"),
            ("cd -P ..", "/p"),
            ("cd -", "/p/a"),
            ("if builtin cd /x", "/x"),
            ("popd", "/p/a"),
            ("ls b", "/p/a"),
            ("Set-Location b", "/p/a/b"),
            ("cd", "~"),
            ("cd ", "$()"),
            ("cd a/..", "$()"),
            ("cd -", "$()"),
            ("cd /p", "/p"),
        ] {
            folder.follow(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(&**folder.now(), expected, "{line}");
        }
    }
}
