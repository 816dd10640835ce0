//! Paths of the file system: as bytes, as reports show them, and whether a pipe lies there.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use super::printable;
use crate::finding::Notice;

/// Returns `path` as a report shows it: from `root` on if it lies there, with `/` on every system.
pub(super) fn shown(path: &Path, root: &Path) -> BString {
    BString::from(bytes(path.strip_prefix(root).unwrap_or(path)).into_owned())
}

/// Returns the absolute path of what need not be there, with links followed as far as it is.
pub fn followed(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let existing = absolute.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    let joined = existing.and_then(|(above, real)| Some(real.join(absolute.strip_prefix(above).ok()?)));
    joined.unwrap_or(absolute)
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
pub(super) fn pipe_notice(shown: &[u8]) -> Notice {
    let help = "scan what comes out of it with `keysweep scan --stdin`";
    Notice::unread(printable(shown), "is a named pipe, not a file", help)
}

/// Tells whether something is a named pipe.
#[cfg(unix)]
pub(super) fn is_pipe(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type())
}

#[cfg(not(unix))]
pub(super) fn is_pipe(_: &std::fs::Metadata) -> bool {
    false
}
