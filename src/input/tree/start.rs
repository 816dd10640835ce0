//! The paths that a user names, and how what lies below them is called in a report.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use super::TreeError;
use crate::finding::Notice;
use crate::input::printable;

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

/// Returns `path` as a report shows it: from `root` on if it lies there, with `/` on every system.
pub(super) fn shown(path: &Path, root: &Path) -> BString {
    BString::from(bytes(path.strip_prefix(root).unwrap_or(path)).into_owned())
}

/// Returns the bytes of a path, with `/` between its components.
pub(super) fn bytes(path: &Path) -> Cow<'_, [u8]> {
    match <[u8]>::from_path(path) {
        Some(bytes) if std::path::MAIN_SEPARATOR == '/' => Cow::Borrowed(bytes),
        Some(bytes) => Cow::Owned(bytes.replace("\\", "/")),
        None => Cow::Owned(path.to_string_lossy().replace('\\', "/").into_bytes()),
    }
}

/// Notes a named pipe that lies in a folder: it is left alone, as nobody may ever write into it.
pub(in crate::input) fn pipe_notice(shown: &[u8]) -> Notice {
    let help = "scan what comes out of it with `keysweep scan --stdin`";
    Notice::unread(printable(shown), "is a named pipe, not a file", help)
}

/// Tells whether something is a named pipe.
#[cfg(unix)]
pub(in crate::input) fn is_pipe(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type())
}

#[cfg(not(unix))]
pub(in crate::input) fn is_pipe(_: &std::fs::Metadata) -> bool {
    false
}
