//! Finds the files of a home directory in which clients keep servers and credentials.

use std::fs;
use std::path::Path;

use crate::mcp;

/// A file that exists, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// The path below the home directory, with `/`.
    pub path: String,
    /// The client's name.
    pub client: String,
}

/// Where the editors that carry extensions keep a user's files, below the home directory.
const EDITORS: [&str; 14] = [
    ".config/Code/User",
    ".config/Code - Insiders/User",
    ".config/VSCodium/User",
    ".config/Cursor/User",
    ".vscode-server/data/User",
    ".cursor-server/data/User",
    "Library/Application Support/Code/User",
    "Library/Application Support/Code - Insiders/User",
    "Library/Application Support/VSCodium/User",
    "Library/Application Support/Cursor/User",
    "AppData/Roaming/Code/User",
    "AppData/Roaming/Code - Insiders/User",
    "AppData/Roaming/VSCodium/User",
    "AppData/Roaming/Cursor/User",
];

/// Where programs keep their data, below the home directory.
const DATA: [&str; 4] = [".config", ".local/share", "Library/Application Support", "AppData/Roaming"];

/// Stores that the data of clients does not list.
const STORES: [(&str, &str); 6] = [
    (".doxhub/credentials.json", "Contextium"),
    (".claude/.credentials.json", "Claude Code"),
    (".codex/auth.json", "OpenAI Codex"),
    (".gemini/oauth_creds.json", "Gemini CLI"),
    (".mcp-auth/**/*.json", "mcp-remote"),
    (".mcpo/tokens/*", "mcpo"),
];

/// Returns the files that exist, each once, in the order of their paths.
pub(super) fn candidates(home: &Path) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (pattern, client) in STORES {
        add(home, pattern, client, &mut found);
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

/// Returns a place of the data as patterns below the home directory; none if it lies elsewhere.
fn below_home(path: &str) -> Vec<String> {
    let behind = |prefix: &str| path.strip_prefix(prefix).map(str::to_owned);
    if let Some(rest) = behind("~/") {
        return vec![rest];
    }
    if let Some(rest) = behind("%APPDATA%/") {
        return vec![format!("AppData/Roaming/{rest}")];
    }
    if let Some(rest) = behind("%LOCALAPPDATA%/") {
        return vec![format!("AppData/Local/{rest}")];
    }
    if let Some(rest) = behind("<VSCode User>/").or_else(|| behind("Code/User/")) {
        return EDITORS.iter().map(|folder| format!("{folder}/{rest}")).collect();
    }
    let program = behind("<storage>/").map(|rest| format!("anythingllm-desktop/storage/{rest}"));
    let program = program.or_else(|| path.starts_with("Jan/").then(|| path.to_owned()));
    program.map_or_else(Vec::new, |rest| DATA.iter().map(|folder| format!("{folder}/{rest}")).collect())
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
    let matching: Vec<String> = match first.split_once('*') {
        None => vec![first.to_owned()],
        Some((start, end)) => names(home, folder)
            .into_iter()
            .filter(|name| name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end))
            .collect(),
    };
    for name in matching {
        let path = join(&name);
        match rest {
            Some(rest) => expand(home, &path, rest, depth, found),
            None if home.join(&path).is_file() => found.push(path),
            None => {}
        }
    }
}

fn names(home: &Path, folder: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(home.join(folder)) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.filter_map(Result::ok).filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}
