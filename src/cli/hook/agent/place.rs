//! The files that an agent works with: where they really lie, what they hold, and whether they are made for credentials.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use bstr::{BStr, ByteSlice as _};

use super::edit::LARGEST;
use crate::document::Format;
use crate::input::ignore_rules::{IgnoreRules, IgnoreState};
use crate::input::repository::Repository;
use crate::lint;
use crate::mcp::{CredentialFile, Where, credential_files_at, reading};

/// How many links in a row are followed that lead to what is not there.
const LINKS: usize = 16;

/// Returns where a path leads, through all symbolic links; of what is not there yet, where it would lie.
pub fn real(directory: &Path, path: &str) -> PathBuf {
    let path = directory.join(path);
    path.canonicalize().unwrap_or_else(|_| planned(&path, LINKS))
}

/// Returns where a path that is not there would lie. A link on the way may lead to what is not there, and `..` leads back from a
/// folder that is not there, as it does for the tools of agents.
fn planned(path: &Path, links: usize) -> PathBuf {
    let mut real = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            Component::ParentDir => {
                real.pop();
            }
            Component::CurDir => {}
            other => real.push(other),
        }
        if let Ok(there) = real.canonicalize() {
            real = there;
        } else if let (Ok(target), Some(links)) = (real.read_link(), links.checked_sub(1)) {
            real.pop();
            real = planned(&real.join(target), links);
        }
    }
    real
}

/// Returns what a file holds; `None` if it is none, cannot be read or is too large for a hook.
pub fn read(path: &Path) -> Option<Vec<u8>> {
    // A pipe would keep the agent waiting.
    if !path.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(LARGEST as u64 + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() <= LARGEST).then_some(bytes)
}

/// What a file is to credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// They do not belong there.
    No,
    /// It is made for them, and lies in no repository.
    Alone,
    /// It is made for them, but git would take it in.
    Open,
    /// It is made for them, but git has it.
    Tracked,
    /// It is made for them, and git ignores it.
    Kept,
}

/// Tells whether a file is made for credentials, such as `.env`, and whether git keeps its hands off it.
pub fn keeping(path: &Path) -> Keeping {
    if !is_for_credentials(<BStr>::new(path.as_os_str().as_encoded_bytes())) {
        return Keeping::No;
    }
    let folder = path.ancestors().skip(1).find(|folder| folder.is_dir());
    match folder.map(Repository::discover) {
        Some(Ok(repository)) => state(&repository, path).unwrap_or(Keeping::Open),
        _ => Keeping::Alone,
    }
}

/// Tells whether a file is kept from git, so that what it holds is new to any other file.
pub fn is_kept_back(path: &Path) -> bool {
    match keeping(path) {
        Keeping::Kept | Keeping::Open | Keeping::Alone => true,
        Keeping::Tracked => false,
        Keeping::No => {
            let repository = path.parent().and_then(|folder| Repository::discover(folder).ok());
            repository.and_then(|repository| state(&repository, path)) == Some(Keeping::Kept)
        }
    }
}

fn is_for_credentials(path: &BStr) -> bool {
    let path = path.replace(b"\\", b"/");
    let path = path.as_bstr();
    let is_dotenv = lint::format(path) == Some(Format::Dotenv) && !lint::is_dotenv_example(path);
    // Configuration that may hold them is not made for them.
    let is_made = |file: &CredentialFile| file.ignore != Some(Where::Asked) || reading(path, b"").is_empty();
    is_dotenv || credential_files_at(path).any(is_made)
}

/// Returns what git's index has of a file.
pub fn staged(path: &Path) -> Option<Vec<u8>> {
    let repository = Repository::discover(path.parent()?).ok()?;
    let root = repository.work_tree()?.canonicalize().ok()?;
    let inside = path.strip_prefix(&root).ok()?.to_string_lossy().replace('\\', "/");
    let index = repository.git().index_or_empty().ok()?;
    let id = index.entry_by_path(BStr::new(&inside))?.id;
    Some(repository.git().find_object(id).ok()?.detach().data)
}

/// Returns the line of `.gitignore` for a file that is made for credentials.
pub fn line(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes().replace(b"\\", b"/");
    let known = credential_files_at(bytes.as_bstr()).next();
    let name = || path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    known.map_or_else(name, |file| file.line.clone())
}

/// Returns what git says; `None` if it cannot tell.
fn state(repository: &Repository, path: &Path) -> Option<Keeping> {
    let root = repository.work_tree()?.canonicalize().ok()?;
    let inside = path.strip_prefix(&root).ok()?.to_string_lossy().replace('\\', "/");
    let inside = BStr::new(&inside);
    if repository.git().index_or_empty().ok()?.entry_by_path(inside).is_some() {
        return Some(Keeping::Tracked);
    }
    let rules = IgnoreRules::new(repository.git()).ok()?;
    Some(if rules.state(inside, false) == IgnoreState::No { Keeping::Open } else { Keeping::Kept })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_made_for_credentials_are_known_by_their_names() {
        for (path, expected) in [
            ("/a/.env", true),
            ("/a/.env.local", true),
            ("/a/prod.env", true),
            ("/a/.claude/settings.local.json", true),
            ("/a/.doxhub/credentials.json", true),
            ("/a/.env.example", false),
            ("/a/.mcp.json", false),
            ("/a/claude_desktop_config.json", false),
            ("/a/certificates/server.key", true),
            ("/a/env.py", false),
        ] {
            assert_eq!(is_for_credentials(path.into()), expected, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_path_leads_where_its_links_lead_and_only_files_are_read() {
        let folder = tempfile::tempdir().expect("there is a temporary directory");
        let root = folder.path().canonicalize().expect("it is there");
        std::fs::create_dir(root.join("sub")).expect("the folder can be made");
        std::fs::write(root.join("file"), "text").expect("the file can be written");
        std::os::unix::fs::symlink("../file", root.join("sub/link")).expect("the link can be made");
        assert_eq!(real(&root.join("sub"), "link"), root.join("file"));
        std::os::unix::fs::symlink("../.env", root.join("sub/settings")).expect("the link can be made");
        std::os::unix::fs::symlink("round", root.join("round")).expect("the link can be made");
        assert_eq!(real(&root, "sub/../new"), root.join("new"));
        assert_eq!(real(&root, "none/../.env"), root.join(".env"));
        assert_eq!(real(&root, "none/./x/../../sub/link"), root.join("file"));
        assert_eq!(real(&root, "sub/settings"), root.join(".env"), "what a link leads to may not be there yet");
        assert_eq!(real(&root, "round"), root.join("round"));
        assert_eq!(real(&root, "/no/such/folder"), Path::new("/no/such/folder"));
        assert_eq!(read(&root.join("sub/link")).as_deref(), Some(&b"text"[..]));
        assert_eq!(read(&root.join("sub")), None);
        assert_eq!(read(Path::new("/dev/zero")), None);
    }
}
