//! Reads and writes the files that hooks are entered in.

use std::path::Path;

use miette::{Context as _, IntoDiagnostic as _};

use crate::replace::{self, Links, Replace};

/// Writes `bytes` to `path`, in one step, and makes the directories above it.
///
/// # Errors
/// If the file cannot be written; then it is as it was.
pub fn write(path: &Path, bytes: &[u8], how: Replace) -> miette::Result<()> {
    let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| how.write(path, bytes));
    written.into_diagnostic().wrap_err_with(|| format!("cannot write `{}`", path.display()))
}

/// Reads a file, or `None` if it is not there.
///
/// # Errors
/// If the file is there and cannot be read.
pub fn read(path: &Path, links: Links) -> miette::Result<Option<Vec<u8>>> {
    replace::read(path, links).into_diagnostic().wrap_err_with(|| format!("cannot read `{}`", path.display()))
}
