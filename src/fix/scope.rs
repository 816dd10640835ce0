//! Which part of a working tree a run edits: all of it, or the folder or file that was named.

use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteSlice as _};

use crate::input::is_within;

/// A part of a working tree. Paths are relative to the tree's root, with `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    /// The folder or file; empty for all of the tree.
    pub named: BString,
    /// The folder in which variables are kept: the one that was named, or the one around the file.
    pub folder: BString,
}

impl Scope {
    /// Finds the part that `place` is of the tree at `root`; both without symbolic links.
    pub fn find(root: &Path, place: &Path) -> Option<Self> {
        let inside = place.strip_prefix(root).ok()?;
        let named = gix::path::into_bstr(inside).ok()?;
        let named = gix::path::to_unix_separators_on_windows(named).into_owned();
        let folder = if place.is_dir() { named.as_bstr() } else { above(named.as_bstr()) };
        Some(Self { folder: folder.to_owned(), named })
    }

    /// Tells whether it is all of the tree.
    pub fn is_whole(&self) -> bool {
        self.named.is_empty()
    }

    /// Tells whether a path belongs to it.
    pub fn holds(&self, path: &BStr) -> bool {
        is_within(path, &self.named)
    }

    /// Returns the path of a file in the folder.
    pub fn file(&self, name: &str) -> BString {
        if self.folder.is_empty() {
            return name.into();
        }
        [self.folder.as_slice(), b"/", name.as_bytes()].concat().into()
    }
}

/// Returns the folder that a path lies in.
fn above(path: &BStr) -> &BStr {
    path[..path.rfind_byte(b'/').unwrap_or(0)].as_bstr()
}

/// Returns the absolute path of a folder without symbolic links, or of a file up to its own name: a link is not followed.
pub(super) fn real(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        return path.canonicalize().ok();
    }
    path.symlink_metadata().ok()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Some(folder.canonicalize().ok()?.join(path.file_name()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_part_holds_what_is_in_it_and_keeps_its_variables_beside() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let root = root.path().canonicalize().expect("it was just made");
        std::fs::create_dir_all(root.join("app/web")).expect("writable");
        std::fs::write(root.join("app/.mcp.json"), "{}").expect("writable");
        for (place, inside, outside, env) in [
            ("", "x", None, ".env"),
            ("app", "app/web/y", Some("apple"), "app/.env"),
            ("app/.mcp.json", "app/.mcp.json", Some("app/web/y"), "app/.env"),
        ] {
            let scope = Scope::find(&root, &real(&root.join(place)).expect("it is there")).expect("it is inside");
            assert!(scope.holds(inside.into()) && outside.is_none_or(|path| !scope.holds(path.into())), "{place}");
            assert_eq!(scope.file(".env"), env);
        }
        assert_eq!(Scope::find(&root.join("app"), &root), None);
    }
}
