//! Finds the files that may be edited.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bstr::{BString, ByteSlice as _};

use super::run::{LINK_HELP, Run};
use crate::finding::Notice;
use crate::input::ignore_rules::{Refused, refused_in};
use crate::input::tree::Folders;
use crate::lint::is_agents;
use crate::replace;

impl Run<'_> {
    /// Returns the files that git would show: tracked, or not ignored; none that lies behind a symbolic link.
    pub(super) fn files(&mut self) -> Vec<BString> {
        let mut paths = self.walk();
        let root = &self.root;
        for path in self.tracked.iter().filter(|path| self.scope.holds(path.as_bstr())) {
            let inside = path.to_path_lossy();
            let Ok(metadata) = root.join(&inside).symlink_metadata() else { continue };
            let is_linked = metadata.is_symlink() || replace::leaves(root, &inside);
            if metadata.is_file() && !is_linked {
                paths.push(path.clone());
            } else if is_linked && is_agents(path.as_bstr()) {
                let message = "was left as it is, because a symbolic link leads to it, which could lead anywhere";
                self.report.notices.push(Notice::note(path.to_string(), message, LINK_HELP));
            }
        }
        paths.retain(|path| !self.opinion.excludes(path.as_bstr()));
        paths.sort();
        paths.dedup();
        paths
    }

    /// Returns the files that git does not ignore. A folder whose ignore rules are too many is not looked into, and noted.
    fn walk(&mut self) -> Vec<BString> {
        let root = &self.root;
        let start = root.join(self.scope.named.to_path_lossy());
        let above = start.ancestors().take_while(|folder| folder.starts_with(root)).find_map(refused_in);
        let left_out = Arc::new(Mutex::new(Vec::from_iter(above)));
        let noted = Arc::clone(&left_out);
        let rules = Folders::of(root, &start, self.repository);
        // What the walk would read by itself are rules above the work tree and behind links, too.
        let walk = ignore::WalkBuilder::new(&start)
            .standard_filters(false)
            .filter_entry(move |entry| {
                let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
                // What is named is not ignored.
                if entry.file_name() == ".git" || entry.depth() > 0 && rules.ignores(entry.path(), is_directory) {
                    return false;
                }
                let refused = refused_in(entry.path()).filter(|_| is_directory);
                let is_usable = refused.is_none();
                noted.lock().expect("pushing does not panic").extend(refused);
                is_usable
            })
            .build();
        let inside = |path: &std::path::Path| {
            let path = gix::path::into_bstr(path.strip_prefix(root).ok()?.to_path_buf()).ok()?;
            Some(gix::path::to_unix_separators_on_windows(path).into_owned())
        };
        let mut unread = Vec::new();
        let is_open = left_out.lock().expect("pushing does not panic").is_empty();
        let entries = is_open
            .then_some(walk)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.map_err(|error| unread.push(error)).ok());
        let files = entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()));
        let files = files.filter_map(|entry| inside(entry.path())).collect();
        for error in unread {
            let (place, error) = unread_place(error);
            let path = place.as_deref().and_then(inside).unwrap_or_default();
            let message = format!("could not be read: {error}");
            self.report.notices.push(Notice::unread(path.to_string(), message, "check its permissions"));
        }
        for Refused { path, why } in left_out.lock().expect("pushing does not panic").iter() {
            let path = inside(path).unwrap_or_default();
            let message = format!("{why}, so that only tracked files beside it are mended");
            self.report.notices.push(Notice::unread(path.to_string(), message, why.help()));
        }
        files
    }
}

/// Parts what is wrong with an entry from its path.
fn unread_place(error: ignore::Error) -> (Option<PathBuf>, ignore::Error) {
    match error {
        ignore::Error::WithPath { path, err } => (Some(path), *err),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => unread_place(*err),
        other => (None, other),
    }
}
