//! Finds the files of a home directory in which clients keep servers and credentials.

use std::fs;
use std::path::Path;

use crate::folders::spelled;
use crate::mcp::{self, HomeFile};
use crate::name_pattern::NamePattern;

/// Something that exists where a client keeps a file, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// The path below the home directory, with `/`.
    pub path: String,
    /// The client's name.
    pub client: String,
}

/// Returns the files that exist, each once, in the order of their paths.
pub(super) fn candidates(home: &Path) -> Vec<Candidate> {
    let mut found = Vec::new();
    for file in mcp::credential_files() {
        if let Some(HomeFile { path, of }) = &file.home {
            add(home, path, of, &mut found);
        }
    }
    for client in mcp::all() {
        let files = client.dialects.iter().flat_map(|dialect| &dialect.files);
        for pattern in files.flat_map(|file| below_home(&file.path)) {
            add(home, &pattern, &client.name, &mut found);
        }
    }
    found.sort();
    found.dedup_by(|later, earlier| later.path == earlier.path);
    found
}

/// How the places of clients begin, and where that is below the home directory.
const STARTS: [(&str, &[&str]); 7] = [
    ("~/", &[""]),
    ("%APPDATA%/", &["AppData/Roaming/"]),
    ("%LOCALAPPDATA%/", &["AppData/Local/"]),
    ("<VSCode User>/", &["{editor}/"]),
    ("Code/User/", &["{editor}/"]),
    ("<storage>/", &["{config}/anythingllm-desktop/storage/", "{data}/anythingllm-desktop/storage/"]),
    ("Jan/", &["{config}/Jan/", "{data}/Jan/"]),
];

/// Returns a place of the data as patterns below the home directory; none if it lies elsewhere.
fn below_home(path: &str) -> Vec<String> {
    let start = STARTS.iter().find_map(|(start, places)| Some((path.strip_prefix(start)?, places)));
    let Some((rest, places)) = start else { return Vec::new() };
    places.iter().flat_map(|place| spelled(&format!("{place}{rest}"))).collect()
}

fn add(home: &Path, pattern: &str, client: &str, found: &mut Vec<Candidate>) {
    let mut paths = Vec::new();
    expand(home, "", pattern, 0, &mut paths);
    found.extend(paths.into_iter().map(|path| Candidate { path, client: client.to_owned() }));
}

/// Follows a pattern component by component; `**` goes down eight folders at most.
fn expand(home: &Path, folder: &str, pattern: &str, depth: usize, found: &mut Vec<String>) {
    let (first, rest) = pattern.split_once('/').map_or((pattern, None), |(first, rest)| (first, Some(rest)));
    let join = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    if first == "**" {
        let rest = rest.unwrap_or("*");
        expand(home, folder, rest, depth, found);
        if depth < 8 {
            for name in names(home, folder).into_iter().filter(|name| home.join(join(name)).is_dir()) {
                expand(home, &join(&name), pattern, depth + 1, found);
            }
        }
        return;
    }
    let matching: Vec<String> = match first.contains('*') {
        false => vec![first.to_owned()],
        true => {
            let pattern = NamePattern::new(first);
            names(home, folder).into_iter().filter(|name| pattern.matches(name.as_bytes())).collect()
        }
    };
    for name in matching {
        let path = join(&name);
        match rest {
            Some(rest) => expand(home, &path, rest, depth, found),
            None if is_there(&home.join(&path)) => found.push(path),
            None => {}
        }
    }
}

/// Tells whether there is anything but a folder: a file, a link wherever it leads, a pipe. Nothing is opened.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| !metadata.is_dir()) && !path.is_dir()
}

fn names(home: &Path, folder: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(home.join(folder)) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.filter_map(Result::ok).filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_an_editors_user_are_looked_for_in_every_editor_and_system() {
        let paths = below_home("Code/User/mcp.json");
        for path in [".config/Windsurf/User/mcp.json", "AppData/Roaming/Code/User/mcp.json"] {
            assert!(paths.iter().any(|known| known == path), "{path}");
        }
        assert_eq!(below_home("~/.cursor/mcp.json"), [".cursor/mcp.json"]);
        assert_eq!(below_home("<VSCode User>/mcp.json"), paths);
        assert!(below_home("/etc/mcp.json").is_empty() && !below_home("Jan/mcp.json").is_empty());
    }
}
