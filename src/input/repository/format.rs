//! The versions and extensions of git's repository format.

use std::io;
use std::path::Path;

use super::RepositoryError;

/// The extensions of git's repository format that change nothing about reading, or that are understood here.
const EXTENSIONS: [&str; 9] = [
    "noop",
    "noop-v1",
    "partialclone",
    "preciousobjects",
    "worktreeconfig",
    "objectformat",
    "compatobjectformat",
    "refstorage",
    "relativeworktrees",
];

/// How a repository stores its refs.
pub(super) enum RefStorage {
    /// As files, or packed into one.
    Files,
    /// In tables that `gix` does not read.
    Reftable,
}

/// Refuses a configuration that is there and cannot be read, as git does: `gix` goes on without.
pub(super) fn check_configuration(git: &gix::Repository) -> Result<(), RepositoryError> {
    // The content tells nothing here, and a folder can be opened but not read.
    let read = |path: &Path| std::fs::File::open(path).and_then(|mut file| io::Read::read(&mut file, &mut [0]));
    let files = [git.common_dir().join("config"), git.git_dir().join("config.worktree")];
    files.into_iter().try_for_each(|path| match read(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(RepositoryError::Configuration { path, source }),
        _ => Ok(()),
    })
}

/// Refuses what git refuses: a version or an extension that gives the files another meaning.
pub(super) fn check_format(git: &gix::Repository) -> Result<RefStorage, RepositoryError> {
    let config = git.config_snapshot();
    let version = config.integer("core.repositoryFormatVersion").unwrap_or(0);
    if !(0..=1).contains(&version) {
        return Err(RepositoryError::UnsupportedVersion { version });
    }
    // Before version 1, extensions were not announced, so git ignores the ones it does not know.
    if version == 0 {
        return Ok(RefStorage::Files);
    }
    for section in config.plumbing().sections_by_name("extensions").into_iter().flatten() {
        for name in section.value_names() {
            let name = name.to_string().to_ascii_lowercase();
            if !EXTENSIONS.contains(&name.as_str()) {
                return Err(RepositoryError::UnsupportedExtension { name });
            }
        }
    }
    match config.string("extensions.refStorage") {
        None => Ok(RefStorage::Files),
        Some(storage) if storage.as_slice() == b"files" => Ok(RefStorage::Files),
        Some(storage) if storage.as_slice() == b"reftable" => Ok(RefStorage::Reftable),
        Some(_) => Err(RepositoryError::UnsupportedExtension { name: "refstorage".to_owned() }),
    }
}
