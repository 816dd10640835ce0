//! Reads refs that are stored in git's reftable format, which `gix` does not know.
//!
//! Only the ref blocks are read, one after the other: no index, no log. A newer table overrides an older one.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use bstr::{BString, ByteSlice};
use gix::ObjectId;
use gix::hash::Kind;

use super::index::variable;

/// What a ref names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An object.
    Id(ObjectId),
    /// Another ref.
    Symbolic(BString),
}

/// All refs of one stack of tables by their full names, `HEAD` among them.
pub type Refs = BTreeMap<BString, Target>;

/// Adds the refs of the stack in `directory` (`.git/reftable`) to `refs`; a missing stack has none.
///
/// # Errors
/// If a table cannot be read or makes no sense.
pub fn read(directory: &Path, hash: Kind, refs: &mut Refs) -> io::Result<()> {
    let list = match std::fs::read(directory.join("tables.list")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        list => list?,
    };
    for name in list.lines().filter(|name| !name.is_empty()) {
        // A name, never a path: git writes no separator into it.
        let name =
            name.to_path().ok().filter(|name| name.components().count() == 1).ok_or(io::ErrorKind::InvalidData)?;
        let table = std::fs::read(directory.join(name))?;
        parse(&table, hash, refs).ok_or(io::ErrorKind::InvalidData)?;
    }
    Ok(())
}

/// Applies one table to `refs`; `None` if its bytes make no sense.
fn parse(table: &[u8], hash: Kind, refs: &mut Refs) -> Option<()> {
    let header = match (table.get(..4)?, table.get(4)?) {
        (b"REFT", 1) => 24,
        (b"REFT", 2) => 28,
        _ => return None,
    };
    // The footer repeats the header and adds five positions and a checksum.
    let end = table.len().checked_sub(header + 44)?;
    let mut at = 0;
    let mut kind_at = header;
    while kind_at < end && table[kind_at] == b'r' {
        let len = table.get(kind_at + 1..kind_at + 4)?.iter().fold(0, |len, &byte| len << 8 | usize::from(byte));
        let block = table.get(at..at + len).filter(|_| at + len > kind_at + 6)?;
        let restarts = usize::from(u16::from_be_bytes(*block.last_chunk()?));
        let records = len.checked_sub(2 + 3 * restarts)?;
        parse_block(&block[..records], kind_at + 4 - at, hash, refs)?;
        at += len;
        // Blocks are filled up with zeros, and no kind of block is zero.
        at += table[at..].iter().position(|&byte| byte != 0)?;
        kind_at = at;
    }
    Some(())
}

fn parse_block(block: &[u8], mut at: usize, hash: Kind, refs: &mut Refs) -> Option<()> {
    let mut name: Vec<u8> = Vec::new();
    while at < block.len() {
        let (prefix, next) = variable(block, at)?;
        let (suffix_and_kind, next) = variable(block, next)?;
        let suffix = block.get(next..next.checked_add(suffix_and_kind >> 3)?)?;
        name.truncate(prefix.min(name.len()));
        name.extend_from_slice(suffix);
        let (_update, next) = variable(block, next + suffix.len())?;
        let id_at = |at: usize| block.get(at..at + hash.len_in_bytes());
        at = match suffix_and_kind & 7 {
            0 => {
                refs.remove(name.as_bstr());
                next
            }
            kind @ (1 | 2) => {
                let id = ObjectId::from_bytes_or_panic(id_at(next)?);
                refs.insert(name.clone().into(), Target::Id(id));
                next + kind * hash.len_in_bytes()
            }
            3 => {
                let (len, start) = variable(block, next)?;
                let target = block.get(start..start.checked_add(len)?)?;
                refs.insert(name.clone().into(), Target::Symbolic(target.into()));
                start + len
            }
            _ => return None,
        };
    }
    Some(())
}

/// Follows symbolic refs from `name` to an object.
pub fn resolve(name: &[u8], refs: &Refs) -> Option<ObjectId> {
    let mut name = name.as_bstr();
    // As deep as git goes.
    for _ in 0..5 {
        match refs.get(name)? {
            Target::Id(id) => return Some(*id),
            Target::Symbolic(next) => name = next.as_bstr(),
        }
    }
    None
}

/// Finds what git finds for a short name: a branch, a tag, a remote's branch.
pub fn find(name: &[u8], refs: &Refs) -> Option<ObjectId> {
    let name = if name == b"@" { b"HEAD" } else { name };
    let places: [(&str, &str); 6] = [
        ("", ""),
        ("refs/", ""),
        ("refs/tags/", ""),
        ("refs/heads/", ""),
        ("refs/remotes/", ""),
        ("refs/remotes/", "/HEAD"),
    ];
    places.iter().find_map(|(before, after)| resolve(&[before.as_bytes(), name, after.as_bytes()].concat(), refs))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Makes a table with one block; each record is a name, its kind and its value, the prefix never shared.
    fn table(records: &[(&str, u8, &[u8])]) -> Vec<u8> {
        let mut table = b"REFT\x01\x00\x10\x00".to_vec();
        table.resize(24, 0);
        table.extend(b"r\0\0\0");
        for (name, kind, value) in records {
            table.extend([0, (name.len() as u8) << 3 | kind]);
            table.extend_from_slice(name.as_bytes());
            table.push(0);
            table.extend_from_slice(value);
        }
        table.extend([0, 0, 28, 0, 1]);
        let len = table.len();
        table[25..28].copy_from_slice(&(len as u32).to_be_bytes()[1..]);
        table.resize(4096, 0);
        table.extend(b"REFT\x01");
        table.resize(4096 + 68, 0);
        table
    }

    #[test]
    fn a_newer_table_overrides_an_older_one() {
        let mut refs = Refs::new();
        let older = table(&[("HEAD", 3, b"\x06refs/x"), ("refs/gone", 1, &[1; 20]), ("refs/x", 1, &[2; 20])]);
        let newer = table(&[("refs/gone", 0, b""), ("refs/x", 2, &[3; 40])]);
        parse(&older, Kind::Sha1, &mut refs).expect("the older table is sound");
        assert_eq!(resolve(b"HEAD", &refs), Some(ObjectId::from_bytes_or_panic(&[2; 20])));
        parse(&newer, Kind::Sha1, &mut refs).expect("the newer table is sound");
        assert_eq!(find(b"@", &refs), Some(ObjectId::from_bytes_or_panic(&[3; 20])));
        assert_eq!(find(b"gone", &refs), None);
    }

    #[test]
    fn refs_that_name_each_other_lead_nowhere() {
        let mut refs = Refs::new();
        parse(&table(&[("a", 3, b"\x01b"), ("b", 3, b"\x01a")]), Kind::Sha1, &mut refs).expect("the table is sound");
        assert_eq!(resolve(b"a", &refs), None);
    }

    proptest! {
        #[test]
        fn damaged_tables_never_panic(cut in 0usize..4200, flips in proptest::collection::vec((0usize..120, any::<u8>()), 0..8)) {
            let mut bytes = table(&[("HEAD", 3, b"\x06refs/x"), ("refs/x", 1, &[2; 20])]);
            for (at, byte) in flips {
                bytes[at] = byte;
            }
            bytes.truncate(cut);
            let mut refs = Refs::new();
            let _ = parse(&bytes, Kind::Sha1, &mut refs);
            prop_assert!(refs.len() <= 4200);
        }
    }
}
