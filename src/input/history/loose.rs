//! Loose objects: one compressed file each, below two hex digits of their name.

use std::fs;
use std::path::{Path, PathBuf};

use gix::ObjectId;
use gix::hash::Kind as HashKind;

use super::buffer::{Budget, Buffer, Pool};
use super::damage::Damage;
use super::inflate::Inflater;
use crate::source::ObjectKind;

/// No header of a loose object is longer.
const HEADER: usize = 32;

/// Lists the names of all loose objects in `objects`, ascending.
///
/// Returns the directories that could not be listed, too.
pub(super) fn list(objects: &Path, hash: HashKind) -> (Vec<ObjectId>, Vec<PathBuf>) {
    let mut ids = Vec::new();
    let mut unread = Vec::new();
    for prefix in 0..=255u8 {
        let directory = objects.join(format!("{prefix:02x}"));
        match fs::read_dir(&directory) {
            Ok(entries) => {
                for entry in entries {
                    match entry {
                        Ok(entry) => ids.extend(id(prefix, &entry.file_name(), hash)),
                        Err(_) => unread.push(directory.clone()),
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(_) => unread.push(directory),
        }
    }
    ids.sort_unstable();
    (ids, unread)
}

fn id(prefix: u8, name: &std::ffi::OsStr, hash: HashKind) -> Option<ObjectId> {
    let name = name.to_str()?;
    if name.len() + 2 != hash.len_in_hex() {
        return None;
    }
    ObjectId::from_hex(format!("{prefix:02x}{name}").as_bytes()).ok()
}

/// Returns the path of the loose object `id`.
pub(super) fn path(objects: &Path, id: ObjectId) -> PathBuf {
    let hex = id.to_hex().to_string();
    objects.join(&hex[..2]).join(&hex[2..])
}

/// Reads a loose object: its kind, a buffer, and where in the buffer the content begins.
pub(super) fn read(
    path: &Path,
    inflater: &mut Inflater,
    pool: &mut Pool,
    budget: &Budget,
) -> Result<(ObjectKind, Buffer, usize), Damage> {
    let size = fs::metadata(path).map_err(|_| Damage::Unreadable)?.len();
    if size > budget.object as u64 {
        return Err(Damage::TooLarge);
    }
    let packed = fs::read(path).map_err(|_| Damage::Unreadable)?;
    if packed.is_empty() {
        return Err(Damage::Truncated);
    }
    let mut head = [0; HEADER];
    let got = inflater.start(&packed, &mut head)?;
    let (kind, size, start) = header(&head[..got]).ok_or(Damage::Header)?;
    let total = usize::try_from(size).ok().and_then(|size| size.checked_add(start)).ok_or(Damage::TooLarge)?;
    let mut buffer = pool.take(total, budget)?;
    match inflater.whole(&packed, buffer.room(), total) {
        Ok(()) => Ok((kind, buffer, start)),
        Err(damage) => {
            pool.give(buffer, budget);
            Err(damage)
        }
    }
}

/// Reads `kind SP size NUL`: the kind, the size, and where the content begins.
fn header(head: &[u8]) -> Option<(ObjectKind, u64, usize)> {
    let end = memchr::memchr(0, head)?;
    let text = std::str::from_utf8(&head[..end]).ok()?;
    let (kind, size) = text.split_once(' ')?;
    let kind = match kind {
        "blob" => ObjectKind::Blob,
        "tree" => ObjectKind::Tree,
        "commit" => ObjectKind::Commit,
        "tag" => ObjectKind::Tag,
        _ => return None,
    };
    Some((kind, size.parse().ok()?, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_sound_header_is_understood() {
        for (head, wanted) in [
            (&b"blob 12\0abc"[..], Some((ObjectKind::Blob, 12, 8))),
            (b"tag 0\0", Some((ObjectKind::Tag, 0, 6))),
            (b"blob 12", None),
            (b"blob -1\0", None),
            (b"blob 99999999999999999999999\0", None),
            (b"blub 12\0", None),
            (b"\0", None),
            (b"", None),
        ] {
            assert_eq!(header(head), wanted);
        }
    }
}
