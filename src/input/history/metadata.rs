//! What git keeps outside of objects: names of refs, reflogs, configuration.

use std::fs;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice, ByteVec};

use super::reftable::{self, Table, Value};
use super::stores::{Home, directories};
use crate::finding::Notice;
use crate::input::{Blob, Coverage, Visitor};
use crate::source::{Metadata, Origin};

/// Shows the metadata of all `homes`: names as relative paths below the repository's own directory.
pub(super) fn read(homes: &[Home], visitor: &dyn Visitor, coverage: &Coverage) {
    let reader = Reader { visitor, coverage };
    for home in homes {
        let mut places = vec![(home.label.clone(), home.directory.clone())];
        for (name, path) in directories(&home.directory.join("worktrees")) {
            places.push((format!("{}worktrees/{name}/", home.label), path));
        }
        for (label, directory) in &places {
            reader.configuration(label, directory);
            reader.own_files(label, directory);
            reader.packed_refs(label, directory);
            reader.loose_refs(label, directory);
            reader.reflogs(label, directory);
            reader.reftables(label, directory, home.hash);
        }
    }
}

/// The greatest size of a file of git's own that is read: a hook may be a program.
const LARGEST_FILE: u64 = 64 << 20;

/// Tells of directories of git's own that cannot be listed.
pub(super) fn unlisted(homes: &[Home], visitor: &dyn Visitor) {
    for home in homes {
        let mut open: Vec<PathBuf> =
            ["refs", "logs", "worktrees", "modules", "reftable"].iter().map(|name| home.directory.join(name)).collect();
        while let Some(directory) = open.pop() {
            match fs::read_dir(&directory) {
                // Submodules are homes of their own.
                Ok(entries) if !directory.join("objects").is_dir() => {
                    let is_directory = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
                    open.extend(entries.flatten().filter(is_directory).map(|entry| entry.path()));
                }
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    let subject = directory.display().to_string();
                    let text = format!("could not be listed: {}", error.kind());
                    visitor.notice(Notice::unread(subject, text, "check its permissions"));
                }
                Ok(_) | Err(_) => {}
            }
        }
    }
}

struct Reader<'a> {
    visitor: &'a dyn Visitor,
    coverage: &'a Coverage,
}

impl Reader<'_> {
    fn show(&self, what: Metadata, name: String, bytes: &[u8]) {
        let origin = Origin::Metadata { what, name: BString::from(name) };
        self.coverage.count(&origin, bytes.len());
        self.visitor.visit(Blob { origin, bytes });
    }

    /// Reads a file that may be missing.
    fn file(&self, label: &str, path: &Path) -> Option<Vec<u8>> {
        match fs::read(path) {
            Ok(bytes) => Some(bytes),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                None
            }
            Err(error) => {
                self.visitor.notice(Notice::unread(label, format!("could not be read: {}", error.kind()), ""));
                None
            }
        }
    }

    fn configuration(&self, label: &str, directory: &Path) {
        for file in ["config", "config.worktree"] {
            let name = format!("{label}{file}");
            if let Some(bytes) = self.file(&name, &directory.join(file)) {
                self.show(Metadata::Config, name, &bytes);
            }
        }
    }

    /// Shows hooks but for git's samples, messages that are being written, and other texts that people or git leave.
    fn own_files(&self, label: &str, directory: &Path) {
        const FILES: [&str; 8] = [
            "COMMIT_EDITMSG",
            "MERGE_MSG",
            "SQUASH_MSG",
            "TAG_EDITMSG",
            "FETCH_HEAD",
            "description",
            "info/exclude",
            "info/attributes",
        ];
        let named = FILES.iter().map(|file| (BString::from(*file), directory.join(file)));
        let hooks = files(&directory.join("hooks")).into_iter().filter(|(name, _)| !name.ends_with(b".sample"));
        let hooks = hooks.map(|(name, path)| ([b"hooks/", name.as_slice()].concat().into(), path));
        for (name, path) in named.chain(hooks) {
            let name = format!("{label}{}", name.to_str_lossy());
            let is_small = fs::metadata(&path).is_ok_and(|file| file.len() <= LARGEST_FILE);
            if let Some(bytes) = is_small.then(|| self.file(&name, &path)).flatten() {
                self.show(Metadata::Other, name, &bytes);
            }
        }
    }

    /// Shows all names at once: a name may be the secret, so it cannot serve to say where it was found.
    fn packed_refs(&self, label: &str, directory: &Path) {
        let name = format!("{label}packed-refs");
        let Some(bytes) = self.file(&name, &directory.join("packed-refs")) else { return };
        let mut names = Vec::with_capacity(bytes.len());
        for line in bytes.lines().filter(|line| !matches!(line.first(), None | Some(b'#' | b'^'))) {
            names.extend_from_slice(line.split_once_str(" ").map_or(line, |(_, name)| name));
            names.push(b'\n');
        }
        if !names.is_empty() {
            self.show(Metadata::RefName, name, &names);
        }
    }

    fn loose_refs(&self, label: &str, directory: &Path) {
        let mut names = Vec::new();
        for (name, _) in files(&directory.join("refs")) {
            names.extend_from_slice(b"refs/");
            names.extend_from_slice(&name);
            names.push(b'\n');
        }
        if !names.is_empty() {
            self.show(Metadata::RefName, format!("{label}refs"), &names);
        }
    }

    fn reftables(&self, label: &str, directory: &Path, hash: gix::hash::Kind) {
        let (tables, unread) = reftable::read(directory, hash);
        for (file, damage) in unread {
            self.visitor.notice(Notice::unread(
                format!("{label}reftable/{file}"),
                format!("the table {damage}, so the names and logs of its refs were not looked at; every object was"),
                "run `git refs verify`, restore the table from a clone or a backup, and scan again",
            ));
        }
        for table in tables {
            let name = format!("{label}reftable/{}", table.file);
            let names = table_names(&table);
            if !names.is_empty() {
                self.show(Metadata::RefName, name.clone(), &names);
            }
            let logs = bstr::join("\n", table.logs.iter().map(|line| &line.text));
            if !logs.is_empty() {
                self.show(Metadata::Reflog, name, &logs);
            }
        }
    }

    fn reflogs(&self, label: &str, directory: &Path) {
        for (name, path) in files(&directory.join("logs")) {
            let name = format!("{label}logs/{}", name.to_str_lossy());
            let Some(bytes) = self.file(&name, &path) else { continue };
            self.show(Metadata::Reflog, name, &messages(&bytes));
        }
    }
}

/// Returns the names of all refs in a table, also of those that are gone from later ones.
fn table_names(table: &Table) -> Vec<u8> {
    let mut names = Vec::new();
    for (name, value) in &table.refs {
        names.extend_from_slice(name);
        if let Value::Symbolic(target) = value {
            names.push(b'\n');
            names.extend_from_slice(target);
        }
        names.push(b'\n');
    }
    names
}

/// Returns the log without the two object names at the start of each line, which are no text.
fn messages(log: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(log.len());
    for line in log.lines_with_terminator() {
        let mut parts = line.splitn(3, |&byte| byte == b' ');
        let is_id =
            |part: Option<&[u8]>| part.is_some_and(|part| part.len() >= 40 && part.iter().all(u8::is_ascii_hexdigit));
        let rest = if is_id(parts.next()) && is_id(parts.next()) { parts.next().unwrap_or_default() } else { line };
        text.extend_from_slice(rest);
    }
    text
}

/// Lists all files below `root` by their relative names, sorted.
pub(super) fn files(root: &Path) -> Vec<(BString, PathBuf)> {
    let mut found = Vec::new();
    let mut open = vec![(BString::default(), root.to_owned())];
    while let Some((prefix, directory)) = open.pop() {
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        for entry in entries.flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let mut name = prefix.clone();
            name.extend_from_slice(&Vec::from_os_str_lossy(&entry.file_name()));
            if kind.is_dir() {
                name.push(b'/');
                open.push((name, entry.path()));
            } else if kind.is_file() {
                found.push((name, entry.path()));
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_names_of_a_log_are_not_shown() {
        let id = "0123456789".repeat(4);
        let log = format!("{id} {id} A U Thor <a@example.org> 1 +0000\tcommit: hello\nodd line\n");
        assert_eq!(messages(log.as_bytes()).as_bstr(), "A U Thor <a@example.org> 1 +0000\tcommit: hello\nodd line\n");
    }
}
