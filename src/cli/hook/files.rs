//! Writes files so that they are there whole or not at all.

use std::io::Write as _;
use std::path::Path;

use miette::{Context as _, IntoDiagnostic as _};

/// Writes `bytes` to `path` and makes the directories above it; the file can be executed if `executable`.
///
/// An existing file is replaced with its permissions kept.
///
/// # Errors
/// If the file cannot be written; then it is as it was.
pub fn write(path: &Path, bytes: &[u8], executable: bool) -> miette::Result<()> {
    replace(path, bytes, executable).into_diagnostic().wrap_err_with(|| format!("cannot write `{}`", path.display()))
}

/// Reads a file, or `None` if it is not there.
///
/// # Errors
/// If the file is there and cannot be read.
pub fn read(path: &Path) -> miette::Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).into_diagnostic().wrap_err_with(|| format!("cannot read `{}`", path.display())),
    }
}

fn replace(path: &Path, bytes: &[u8], executable: bool) -> std::io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(directory)?;
    let mut name = std::ffi::OsString::from(".keysweep-");
    name.push(path.file_name().unwrap_or_default());
    let part = directory.join(name);
    let written = (|| {
        let mut file = std::fs::File::create(&part)?;
        file.write_all(bytes)?;
        set_permissions(path, &part, executable)?;
        // Through a link to the file that it names, which is the one to be changed.
        std::fs::rename(&part, path.canonicalize().unwrap_or_else(|_| path.to_owned()))
    })();
    if written.is_err() {
        // The part is of no use to anyone; that it cannot be removed changes nothing about the error.
        let _ = std::fs::remove_file(&part);
    }
    written
}

#[cfg(unix)]
fn set_permissions(old: &Path, new: &Path, executable: bool) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(old).map_or(0o644, |metadata| metadata.permissions().mode() & 0o777);
    let mode = if executable { mode | 0o755 } else { mode };
    std::fs::set_permissions(new, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_permissions(_: &Path, _: &Path, _: bool) -> std::io::Result<()> {
    Ok(())
}
