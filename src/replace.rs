//! Replaces a file as a whole: whoever reads it sees the old content or the new one, never half of it.
//!
//! The new content is written beside the file, under a name that nobody can guess and that must not exist yet, and is
//! then moved into its place. So a link that somebody planted is never written through, and a write that fails leaves
//! the old file as it was.

use std::borrow::Cow;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How a file is replaced; by default with the permissions it has, and not through a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replace {
    /// Who may do what with the new file.
    pub permissions: Permissions,
    /// What becomes of a path that is a symbolic link.
    pub links: Links,
}

/// Who may do what with a file that was replaced. Its owner stays the same as far as the system allows that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Permissions {
    /// Those of the old file; a new one has what the system gives to new files.
    #[default]
    Kept,
    /// The same, and whoever may read the file may execute it too.
    Executable,
    /// The owner alone may read and write it, from its first byte on, whatever the old file allowed.
    Private,
}

/// What becomes of a path that is a symbolic link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// It is an error: where the path comes from somebody else's repository, it could lead anywhere.
    #[default]
    Refuse,
    /// The file that it leads to is meant, and the link stays.
    Follow,
}

impl Replace {
    /// Makes `bytes` the content of the file at `path`.
    ///
    /// # Errors
    /// The path is a link that is not to be followed, or no regular file, or cannot be written. Then it is as it was.
    pub fn write(self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.write_with(path, |out| out.write_all(bytes))
    }

    /// Makes what `write` writes the content of the file at `path`.
    ///
    /// # Errors
    /// As [`Replace::write`], or `write` failed.
    pub fn write_with(self, path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let path = regular(path, self.links)?;
        let old = match fs::metadata(&path) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let (part, file) = self.part(&path, old.is_some())?;
        let mut out = BufWriter::new(file);
        let written = write(&mut out).and_then(|()| out.into_inner().map_err(io::IntoInnerError::into_error));
        let moved = written.and_then(|file| {
            self.give(&file, old.as_ref())?;
            file.sync_all()?;
            fs::rename(&part, &path)
        });
        if moved.is_err() {
            // The part is of no use to anyone; that it cannot be removed changes nothing about the error.
            let _ = fs::remove_file(&part);
        }
        moved
    }

    /// Opens a new file beside `path`, which nobody else can read before it is known who may.
    fn part(self, path: &Path, exists: bool) -> io::Result<(PathBuf, File)> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(match self.permissions {
                Permissions::Private => 0o600,
                _ if exists => 0o600,
                Permissions::Executable => 0o777,
                Permissions::Kept => 0o666,
            });
        }
        #[cfg(not(unix))]
        let _ = exists;
        loop {
            let name = getrandom::u64().map_err(|_| io::Error::other("the system gave no random numbers"))?;
            let part = path.with_file_name(format!(".keysweep-{name:016x}"));
            match options.open(&part) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                opened => return Ok((part, opened?)),
            }
        }
    }

    /// Gives a new file the owner and the permissions that it is to have in place of `old`.
    #[cfg(unix)]
    fn give(self, file: &File, old: Option<&Metadata>) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
        let Some(old) = old else { return Ok(()) };
        let new = file.metadata()?;
        if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
            // Only root can give a file away; for everybody else it was always so that a new file is their own.
            let _ = fchown(file, Some(old.uid()), Some(old.gid()));
        }
        let mode = old.permissions().mode() & 0o777;
        let mode = match self.permissions {
            Permissions::Kept => mode,
            Permissions::Executable => mode | (mode & 0o444) >> 2,
            Permissions::Private => 0o600,
        };
        file.set_permissions(fs::Permissions::from_mode(mode))
    }

    #[cfg(not(unix))]
    fn give(self, _: &File, _: Option<&Metadata>) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a file that must not exist yet.
///
/// # Errors
/// There is something at `path`, or it cannot be written; then nothing is left behind.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    let written = file.write_all(bytes);
    if written.is_err() {
        // Half a file is of no use to anyone; that it cannot be removed changes nothing about the error.
        let _ = fs::remove_file(path);
    }
    written
}

/// Reads the file at `path`; only one that is not there is `None`, so that nothing unread is taken for empty.
///
/// # Errors
/// The path is a link that is not to be followed, or the file is there and cannot be read.
pub fn read(path: &Path, links: Links) -> io::Result<Option<Vec<u8>>> {
    let read = match links {
        Links::Follow => fs::read(path),
        Links::Refuse => regular(path, links).and_then(fs::read),
    };
    match read {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Tells whether the way from `root` to the file `inside` it leads through a symbolic link, or out of `root` at once.
///
/// The last component is the file itself and not looked at: whoever opens it decides what a link there means.
pub fn leaves(root: &Path, inside: &Path) -> bool {
    use std::path::Component;
    let mut path = root.to_owned();
    let mut components = inside.components().peekable();
    while let Some(component) = components.next() {
        let Component::Normal(name) = component else { return true };
        path.push(name);
        if components.peek().is_some() && path.is_symlink() {
            return true;
        }
    }
    false
}

/// Returns the path of the regular file, or of the file still to be made, that `path` means.
fn regular(path: &Path, links: Links) -> io::Result<Cow<'_, Path>> {
    let refused = |what: &str| Err(io::Error::new(io::ErrorKind::InvalidInput, what.to_owned()));
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_symlink() => match links {
            Links::Refuse => refused("it is a symbolic link, which could lead anywhere"),
            Links::Follow => path.canonicalize().map(Cow::Owned),
        },
        Ok(metadata) if metadata.is_dir() => refused("it is a directory"),
        Ok(metadata) if !metadata.is_file() => refused("it is no regular file"),
        Ok(_) => Ok(Cow::Borrowed(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Cow::Borrowed(path)),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOLLOW: Replace = Replace { permissions: Permissions::Kept, links: Links::Follow };

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("there is a temporary directory")
    }

    /// Lists the names in a folder: a part that was left behind would be among them.
    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("the folder was just made");
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("it can be listed").file_name();
        let mut names: Vec<String> = entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_has_the_new_content_and_nothing_is_left_beside_it() {
        let folder = folder();
        let path = folder.path().join("a");
        for text in ["first", "second, which is longer", ""] {
            Replace::default().write(&path, text.as_bytes()).expect("the folder can be written to");
            assert_eq!(fs::read_to_string(&path).expect("it was written"), text);
        }
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_file() {
        let folder = folder();
        let path = folder.path().join("a");
        fs::write(&path, "old").expect("the folder can be written to");
        let failed = Replace::default().write_with(&path, |out| {
            out.write_all(b"half of the n")?;
            Err(io::Error::other("the disk is full"))
        });
        assert_eq!(failed.expect_err("writing failed").to_string(), "the disk is full");
        assert_eq!(fs::read_to_string(&path).expect("it is still there"), "old");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn only_what_is_not_there_counts_as_nothing() {
        let folder = folder();
        assert!(matches!(read(&folder.path().join("a"), Links::Refuse), Ok(None)));
        assert!(read(folder.path(), Links::Refuse).is_err());
        assert!(read(folder.path(), Links::Follow).is_err());
        fs::write(folder.path().join("a"), "text").expect("the folder can be written to");
        assert_eq!(read(&folder.path().join("a"), Links::Refuse).expect("it is a file").as_deref(), Some(&b"text"[..]));
        assert!(Replace::default().write(folder.path(), b"").is_err());
    }

    #[test]
    fn a_new_file_is_never_put_over_another() {
        let folder = folder();
        let path = folder.path().join("a");
        create(&path, b"first").expect("nothing is there yet");
        assert_eq!(create(&path, b"second").expect_err("it is there").kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).expect("it was written"), b"first");
    }

    #[test]
    fn a_way_out_of_the_root_is_told_from_one_inside() {
        let root = folder();
        for (inside, out) in [("a", false), ("a/b/c", false), ("../a", true), ("a/../../b", true), ("/a", true)] {
            assert_eq!(leaves(root.path(), Path::new(inside)), out, "{inside}");
        }
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        use super::*;

        fn mode(path: &Path) -> u32 {
            fs::metadata(path).expect("it is there").permissions().mode() & 0o777
        }

        #[test]
        fn a_link_is_refused_unless_it_is_to_be_followed() {
            let folder = folder();
            let (path, outside) = (folder.path().join("a"), folder.path().join("outside"));
            fs::write(&outside, "old").expect("the folder can be written to");
            symlink(&outside, &path).expect("the folder can be written to");
            assert!(Replace::default().write(&path, b"new").is_err());
            assert!(read(&path, Links::Refuse).is_err());
            assert!(create(&path, b"new").is_err());
            assert_eq!(fs::read(&outside).expect("it is there"), b"old");
            FOLLOW.write(&path, b"new").expect("the link may be followed");
            assert_eq!(fs::read(&outside).expect("it is there"), b"new");
            assert!(path.is_symlink());
            assert_eq!(read(&path, Links::Follow).expect("it leads to a file").as_deref(), Some(&b"new"[..]));
            assert_eq!(names(folder.path()), ["a", "outside"]);
        }

        #[test]
        fn a_link_on_the_way_leads_out() {
            let root = folder();
            symlink("..", root.path().join("d")).expect("the folder can be written to");
            assert!(leaves(root.path(), Path::new("d/x")));
            assert!(!leaves(root.path(), Path::new("d")));
        }

        #[test]
        fn permissions_are_kept_or_given() {
            let folder = folder();
            let path = folder.path().join("a");
            let how = |permissions| Replace { permissions, ..Replace::default() };
            for (old, permissions, new) in [
                (None, Permissions::Private, 0o600),
                (Some(0o644), Permissions::Private, 0o600),
                (Some(0o664), Permissions::Kept, 0o664),
                (Some(0o400), Permissions::Kept, 0o400),
                (Some(0o640), Permissions::Executable, 0o750),
                (Some(0o755), Permissions::Executable, 0o755),
            ] {
                if let Some(mode) = old {
                    fs::write(&path, "old").expect("the folder can be written to");
                    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("the file is ours");
                }
                how(permissions).write(&path, b"new").expect("the folder can be written to");
                assert_eq!(mode(&path), new, "{old:?} {permissions:?}");
                fs::remove_file(&path).expect("it was just written");
            }
            how(Permissions::Executable).write(&path, b"").expect("the folder can be written to");
            assert_eq!(mode(&path) & 0o100, 0o100);
        }

        #[test]
        fn what_is_no_regular_file_is_left_alone() {
            let folder = folder();
            let path = folder.path().join("socket");
            let _socket = std::os::unix::net::UnixListener::bind(&path).expect("the folder can be written to");
            assert!(Replace::default().write(&path, b"").is_err());
            assert!(read(&path, Links::Refuse).is_err());
            assert_eq!(names(folder.path()), ["socket"]);
        }
    }
}
