//! The paths that a user names.

use std::path::{Path, PathBuf};

use bstr::BString;

use super::TreeError;
use crate::input::path::{is_pipe, shown};

/// The current directory.
pub(super) const HERE: &str = ".";

/// A path that was named, found on disk.
pub(super) struct Place {
    /// The absolute path; of a directory without any symbolic link, of a file up to its last component.
    pub(super) real: PathBuf,
    /// Whether it is a directory or a link to one.
    pub(super) is_directory: bool,
    /// Whether it is the current directory, by its short name.
    is_here: bool,
    /// Whether it is a pipe or a link to one.
    is_pipe: bool,
}

/// A path that was named, with its name in reports.
pub(super) struct Start {
    /// The absolute path.
    pub(super) path: PathBuf,
    /// The path from the root of the scan; empty for the root itself, absolute if it lies elsewhere.
    pub(super) shown: BString,
    /// Whether it is a directory.
    pub(super) is_directory: bool,
    /// Whether it is the current directory, by its short name.
    pub(super) is_here: bool,
    /// Whether it is a pipe or a link to one.
    pub(super) is_pipe: bool,
}

impl Place {
    /// Finds `path`, as it was named.
    pub(super) fn find(path: &Path) -> Result<Self, TreeError> {
        let unreachable = |source| TreeError::Unreachable { path: path.to_owned(), source };
        let metadata = std::fs::metadata(path).map_err(unreachable)?;
        let ((true, _) | (false, None)) = (metadata.is_dir(), path.file_name()) else {
            let name = path.file_name().expect("the pattern above leaves paths with a name");
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(HERE));
            let real = parent.canonicalize().map_err(unreachable)?.join(name);
            return Ok(Self { real, is_directory: false, is_here: false, is_pipe: is_pipe(&metadata) });
        };
        let real = path.canonicalize().map_err(unreachable)?;
        Ok(Self { real, is_directory: metadata.is_dir(), is_here: path == Path::new(HERE), is_pipe: false })
    }

    /// Says how the place is called in a scan of `root`.
    pub(super) fn start(self, root: &Path) -> Start {
        let Self { real, is_directory, is_here, is_pipe } = self;
        Start { shown: shown(&real, root), path: real, is_directory, is_here, is_pipe }
    }
}
