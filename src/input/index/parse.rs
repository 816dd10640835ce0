//! The bytes of an index file: header, entries, extensions.

use std::ops::Range;
use std::path::Path;

use gix::hash::Kind;

use super::{Bytes, CacheTree, Index, IndexError, Mode, Paths};

/// The bytes of an entry before the object's name: times, device, owner, mode, size.
pub(super) const STAT: usize = 40;
/// The flag that says that two more bytes of flags follow.
const EXTENDED: u16 = 0x4000;
/// The extended flag of what sparse checkout leaves out of the work tree.
const SKIP_WORKTREE: u16 = 0x4000;
/// The extended flag of `git add --intent-to-add`.
const INTENT_TO_ADD: u16 = 0x2000;
/// A path's length that means: as long as it takes to the next NUL.
const LONG_PATH: usize = 0xfff;
const HEADER: usize = 12;

/// What is wrong with the bytes, before the file's path is known.
#[derive(Debug)]
pub(super) enum Fault {
    Damaged(&'static str),
    Unsupported(String),
    /// The file holds only what differs from a shared index.
    Split,
}

impl Fault {
    /// Makes an error about the file at `path` of it.
    pub(super) fn at(self, path: &Path) -> IndexError {
        let path = path.to_owned();
        match self {
            Self::Damaged(what) => IndexError::Damaged { path, what },
            Self::Unsupported(feature) => IndexError::Unsupported { path, feature },
            Self::Split => IndexError::Unsupported { path, feature: "link".to_owned() },
        }
    }
}

impl Index {
    /// Parses a whole index file.
    pub(super) fn parse(data: Bytes, hash: Kind) -> Result<Self, Fault> {
        let (version, count) = header(&data)?;
        let walked = walk(&data, hash, version, count)?;
        let mut cache = CacheTree::default();
        extensions(&data, hash, walked.end, |signature, range| {
            match signature {
                b"TREE" => cache = CacheTree::parse(&data, range, hash).unwrap_or_default(),
                b"sdir" => {}
                b"link" => return Err(Fault::Split),
                _ if signature[0].is_ascii_uppercase() => {}
                _ => return Err(Fault::Unsupported(String::from_utf8_lossy(signature).escape_default().to_string())),
            }
            Ok(())
        })?;
        // A cache that counts other entries than there are would lead astray.
        if cache.nodes().first().and_then(|root| root.entries).is_some_and(|entries| entries as usize > count) {
            cache = CacheTree::default();
        }
        let index = Self { data, hash, entries: walked.entries, paths: walked.paths, cache };
        // Whoever looks for a directory or compares with a tree relies on it; `git fsck` refuses such an index too.
        if index.is_sorted() { Ok(index) } else { Err(Fault::Damaged("its entries are not in order")) }
    }

    /// Tells whether the entries are sorted by path, then stage, and none stands twice.
    fn is_sorted(&self) -> bool {
        let key = |position: usize| (self.path(position), self.entry(position).stage);
        (1..self.len()).all(|position| key(position - 1) < key(position))
    }
}

/// Returns the mode of the entry at `at`.
pub(super) fn mode(data: &[u8], at: usize) -> Option<Mode> {
    let bits = data.get(at + 24..at + 28)?;
    Mode::from_bits(u32::from_be_bytes(bits.try_into().ok()?))
}

fn header(data: &[u8]) -> Result<(u32, usize), Fault> {
    let (Some(b"DIRC"), Some(version), Some(count)) = (data.get(..4), word(data, 4), word(data, 8)) else {
        return Err(Fault::Damaged("it does not start like an index"));
    };
    if !(2..=4).contains(&version) {
        return Err(Fault::Unsupported(format!("version {version}")));
    }
    if data.len() > u32::MAX as usize {
        return Err(Fault::Unsupported("more than 4 GiB".to_owned()));
    }
    Ok((version, count as usize))
}

/// What follows an entry's object name.
#[derive(Clone, Copy)]
pub(super) struct Flags {
    flags: u16,
    extended: u16,
}

impl Flags {
    /// Reads the flags at `at`.
    pub(super) fn read(data: &[u8], at: usize) -> Option<Self> {
        let half = |at: usize| Some(u16::from_be_bytes(*data.get(at..)?.first_chunk()?));
        let flags = half(at)?;
        let extended = if flags & EXTENDED != 0 { half(at + 2)? } else { 0 };
        Some(Self { flags, extended })
    }

    pub(super) const fn stage(self) -> u8 {
        (self.flags >> 12 & 3) as u8
    }

    pub(super) const fn skip_worktree(self) -> bool {
        self.extended & SKIP_WORKTREE != 0
    }

    pub(super) const fn intent_to_add(self) -> bool {
        self.extended & INTENT_TO_ADD != 0
    }

    /// Returns how many bytes the flags take.
    const fn len(self) -> usize {
        if self.flags & EXTENDED != 0 { 4 } else { 2 }
    }
}

/// Returns where the path is that follows the flags at `flags_at`, in an index that does not compress paths.
pub(super) fn path(data: &[u8], flags_at: usize) -> Option<Range<usize>> {
    let flags = Flags::read(data, flags_at)?;
    let start = flags_at + flags.len();
    let len = match usize::from(flags.flags) & LONG_PATH {
        LONG_PATH => memchr::memchr(0, data.get(start..)?)?,
        len => len,
    };
    Some(start..start + len)
}

/// Where the entries start, and where the last one ends.
struct Walked {
    entries: Vec<u32>,
    paths: Option<Paths>,
    end: usize,
}

fn walk(data: &[u8], hash: Kind, version: u32, count: usize) -> Result<Walked, Fault> {
    let fixed = STAT + hash.len_in_bytes();
    // An entry has at least `fixed` bytes, so that a damaged count cannot ask for more memory than the file's size warrants.
    let mut entries = Vec::with_capacity(count.min(data.len() / fixed));
    let mut paths = (version == 4).then(Paths::default);
    let mut end = HEADER;
    for _ in 0..count {
        let entry = end;
        if mode(data, entry).is_none() {
            return Err(Fault::Damaged("an entry has an unknown mode"));
        }
        end = match &mut paths {
            Some(paths) => compressed_path(data, entry + fixed, paths)?,
            None => {
                let path = path(data, entry + fixed).ok_or(Fault::Damaged("it ends within an entry"))?;
                // One to eight NULs fill the entry up to a multiple of eight bytes.
                entry + ((path.end - entry + 8) & !7)
            }
        };
        if end > data.len() {
            return Err(Fault::Damaged("it ends within an entry"));
        }
        entries.push(entry as u32);
    }
    Ok(Walked { entries, paths, end })
}

/// Reads a path that is given as the number of bytes to drop from the one before, and the bytes to add; returns where the
/// entry with the flags at `flags_at` ends.
fn compressed_path(data: &[u8], flags_at: usize, paths: &mut Paths) -> Result<usize, Fault> {
    let fault = || Fault::Damaged("a compressed path makes no sense");
    let flags = Flags::read(data, flags_at).ok_or_else(fault)?;
    let (dropped, from) = variable(data, flags_at + flags.len()).ok_or_else(fault)?;
    let len = memchr::memchr(0, &data[from..]).ok_or_else(fault)?;
    let last = match paths.ends.len() {
        0 => 0..0,
        count => paths.text.len() - paths.get(count - 1).len()..paths.text.len(),
    };
    let kept = last.len().checked_sub(dropped).ok_or_else(fault)?;
    paths.text.extend_from_within(last.start..last.start + kept);
    paths.text.extend_from_slice(&data[from..from + len]);
    paths.ends.push(u32::try_from(paths.text.len()).map_err(|_| fault())?);
    Ok(from + len + 1)
}

/// Reads the number at `at` in git's variable-width form, and where it ends.
pub(in crate::input) fn variable(data: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut byte = *data.get(at)?;
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        at += 1;
        byte = *data.get(at)?;
        value = value.checked_add(1)?.checked_mul(128)? | usize::from(byte & 0x7f);
    }
    Some((value, at + 1))
}

/// Calls `each` with the signature and the byte range of every extension from `at` on.
fn extensions(
    data: &[u8],
    hash: Kind,
    mut at: usize,
    mut each: impl FnMut(&[u8; 4], Range<usize>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let damaged = || Fault::Damaged("an extension is cut off");
    let end = data.len().checked_sub(hash.len_in_bytes()).filter(|&end| end >= at).ok_or_else(damaged)?;
    while at < end {
        let signature = data[at..end].first_chunk::<4>().ok_or_else(damaged)?;
        let size = word(data, at + 4).ok_or_else(damaged)? as usize;
        let range = at + 8..at + 8 + size;
        if range.end > end {
            return Err(damaged());
        }
        at = range.end;
        each(signature, range)?;
    }
    Ok(())
}

fn word(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;
    use crate::input::compare::compare_index;
    use crate::input::objects::Objects;
    use crate::input::repository::Repository;

    /// Makes an index of version 2 with one entry per path, SHA-1, no extension.
    fn index(paths: &[&[u8]]) -> Vec<u8> {
        let mut data = b"DIRC\0\0\0\x02".to_vec();
        data.extend((paths.len() as u32).to_be_bytes());
        for path in paths {
            let start = data.len();
            data.extend([0; 24]);
            data.extend(0o100_644u32.to_be_bytes());
            data.extend([0; 12]);
            data.extend([7; 20]);
            data.extend((path.len().min(LONG_PATH) as u16).to_be_bytes());
            data.extend_from_slice(path);
            let len = (data.len() - start + 8) & !7;
            data.resize(start + len, 0);
        }
        data.extend([0; 20]);
        data
    }

    /// The objects of a repository without any.
    fn objects() -> Objects {
        static EMPTY: LazyLock<TempDir> = LazyLock::new(|| {
            let folder = tempfile::tempdir().expect("there is a temporary directory");
            gix::init_bare(folder.path()).expect("the folder can be written to");
            folder
        });
        Repository::open(EMPTY.path()).expect("it was just made").objects().clone()
    }

    #[test]
    fn paths_of_any_length_are_read() {
        let long = vec![b'x'; 5000];
        let paths: [&[u8]; 4] = [b"a", b"b\xff\n", b"c/d/e12345", &long];
        let read = Index::parse(Bytes::Owned(index(&paths)), Kind::Sha1).expect("a sound index is read");
        let found: Vec<&[u8]> = read.entries().map(|entry| &**entry.path).collect();
        assert_eq!(found, paths);
        assert!(read.entries().all(|entry| entry.mode == Mode::File && entry.stage == 0 && !entry.intent_to_add));
    }

    #[test]
    fn an_index_that_is_not_sorted_is_damaged() {
        for paths in [&[&b"aaa/x"[..], b"b", b"aaa/y", b"c"][..], &[b"b", b"a"], &[b"a", b"a"]] {
            let parsed = Index::parse(Bytes::Owned(index(paths)), Kind::Sha1);
            assert!(matches!(parsed, Err(Fault::Damaged(_))), "{paths:?}");
        }
    }

    #[test]
    fn a_required_extension_that_is_unknown_is_an_error() {
        let mut data = index(&[b"a"]);
        data.truncate(data.len() - 20);
        data.extend(b"newx\0\0\0\0");
        data.extend([0; 20]);
        assert!(
            matches!(Index::parse(Bytes::Owned(data), Kind::Sha1), Err(Fault::Unsupported(name)) if name == "newx")
        );
    }

    proptest! {
        #[test]
        fn damaged_bytes_never_panic(cut in 0usize..400, flips in proptest::collection::vec((0usize..400, any::<u8>()), 0..6)) {
            let mut data = index(&[b"a", b"dir/file", b"dir/other", b"z"]);
            for (at, byte) in flips {
                let len = data.len();
                data[at % len] = byte;
            }
            data.truncate(cut);
            if let Ok(index) = Index::parse(Bytes::Owned(data), Kind::Sha1) {
                prop_assert!(index.entries().all(|entry| entry.path.len() < 1000));
                let differences = compare_index(&index, &[], &objects());
                prop_assert!(differences.changes.len() <= index.len());
            }
        }

        #[test]
        fn any_paths_are_compared_or_refused(paths in proptest::collection::vec("[a/.]{0,5}", 1..8), sorted in any::<bool>()) {
            let mut paths: Vec<&[u8]> = paths.iter().map(|path| path.as_bytes()).collect();
            if sorted {
                paths.sort_unstable();
                paths.dedup();
            }
            match Index::parse(Bytes::Owned(index(&paths)), Kind::Sha1) {
                Ok(index) => prop_assert_eq!(compare_index(&index, &[], &objects()).changes.len(), paths.len()),
                Err(_) => prop_assert!(!sorted),
            }
        }
    }
}
