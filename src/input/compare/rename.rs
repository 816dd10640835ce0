//! Finds the file that a new path was renamed from, as `git diff -M` would, within bounds.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use bstr::{BStr, ByteSlice};
use gix::ObjectId;

use super::{Change, Gone, expand};
use crate::input::objects::Objects;
use crate::source::ObjectKind;

/// How many vanished files are considered at all.
const CONSIDERED: usize = 10_000;
/// How many of them are read and compared.
const COMPARED: usize = 200;
/// Files above this size, in bytes, are only matched by equal content.
const LARGEST: usize = 16 << 20;

/// Returns the files below all that is gone, as many as are considered.
pub(super) fn vanished(gone: &[Gone], objects: &Objects) -> Vec<Gone> {
    let mut files = Vec::new();
    gone.iter().for_each(|gone| expand(gone, objects, CONSIDERED, &mut files));
    files
}

/// Returns the content of the vanished file that `change` most likely was before, if any.
pub(super) fn source(change: &Change, files: &[Gone], objects: &Objects) -> Option<ObjectId> {
    if files.iter().any(|file| file.id == change.id) {
        return Some(change.id);
    }
    let mut bytes = Vec::new();
    objects.read_as(&change.id, ObjectKind::Blob, &mut bytes).ok()?;
    if bytes.len() > LARGEST {
        return None;
    }
    // A file that was moved keeps its name, one that was renamed in place its directory.
    let mut files: Vec<&Gone> = files.iter().filter(|file| file.mode == change.mode).collect();
    files.sort_by_cached_key(|file| distance(file.path.as_bstr(), change.path.as_bstr()));
    let lines = Lines::new(&bytes);
    let mut best: Option<(usize, ObjectId)> = None;
    let mut old = Vec::new();
    for file in files.into_iter().take(COMPARED) {
        if objects.read_as(&file.id, ObjectKind::Blob, &mut old).is_err() || old.len() > LARGEST {
            continue;
        }
        let common = lines.in_common(&old);
        if common * 2 >= bytes.len().max(old.len()) && best.is_none_or(|(most, _)| common > most) {
            best = Some((common, file.id));
        }
    }
    best.map(|(_, id)| id)
}

fn distance(old: &BStr, new: &BStr) -> u8 {
    fn split(path: &BStr) -> (&[u8], &[u8]) {
        path.split_at(path.rfind_byte(b'/').map_or(0, |slash| slash + 1))
    }
    let ((old_directory, old_name), (new_directory, new_name)) = (split(old), split(new));
    u8::from(old_name != new_name) * 2 + u8::from(old_directory != new_directory)
}

/// The lines of one text, to be counted against others.
struct Lines {
    hasher: RandomState,
    /// How often each line occurs, by its hash.
    counts: HashMap<u64, u32>,
}

impl Lines {
    fn new(bytes: &[u8]) -> Self {
        let mut lines = Self { hasher: RandomState::new(), counts: HashMap::new() };
        for line in bytes.lines_with_terminator() {
            *lines.counts.entry(lines.hasher.hash_one(line)).or_default() += 1;
        }
        lines
    }

    /// Returns how many bytes of `other` lie in lines that both texts have.
    fn in_common(&self, other: &[u8]) -> usize {
        let mut left = self.counts.clone();
        let mut common = 0;
        for line in other.lines_with_terminator() {
            if let Some(count) = left.get_mut(&self.hasher.hash_one(line)).filter(|count| **count > 0) {
                *count -= 1;
                common += line.len();
            }
        }
        common
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_counts_as_often_as_both_texts_have_it() {
        let lines = Lines::new(b"a\na\nlonger\n");
        assert_eq!(lines.in_common(b"a\na\na\nother\nlonger\n"), 2 + 2 + 7);
        assert_eq!(lines.in_common(b"a"), 0);
    }

    #[test]
    fn the_same_name_is_closer_than_the_same_directory() {
        let near = |old: &str, new: &str| distance(BStr::new(old), BStr::new(new));
        assert!(near("a/x", "a/x") < near("a/x", "b/x"));
        assert!(near("a/x", "b/x") < near("a/x", "a/y"));
        assert!(near("a/x", "a/y") < near("a/x", "b/y"));
    }
}
