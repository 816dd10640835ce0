//! Refs and their logs as a stack of tables, each of blocks of records whose names share prefixes.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use bstr::{BString, ByteSlice};
use gix::ObjectId;
use gix::hash::Kind as HashKind;

use super::damage::Damage;
use super::inflate::Inflater;

/// What a ref is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// It was deleted; older tables do not count.
    Deleted,
    /// It names an object.
    Object(ObjectId),
    /// It names another ref.
    Symbolic(BString),
}

/// A line of a ref's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogLine {
    /// The ref.
    pub(super) name: BString,
    /// What the ref was and what it became.
    pub(super) ids: [ObjectId; 2],
    /// Who did it, and the message, as in a log file.
    pub(super) text: BString,
}

/// One table.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Its file's name.
    pub(super) file: String,
    /// All refs by their full names.
    pub(super) refs: Vec<(BString, Value)>,
    /// All lines of logs.
    pub(super) logs: Vec<LogLine>,
}

/// A table that could not be read, by its file's name.
pub(super) type Unread = (String, Damage);

/// Reads all tables of a git directory, the oldest first; there are none if refs are files.
pub(super) fn read(directory: &Path, hash: HashKind) -> (Vec<Table>, Vec<Unread>) {
    let directory = directory.join("reftable");
    let (mut tables, mut unread) = (Vec::new(), Vec::new());
    let list = fs::read(directory.join("tables.list")).unwrap_or_default();
    for file in list.lines().filter_map(|line| line.to_str().ok()).filter(|line| !line.is_empty()) {
        let table = match fs::read(directory.join(file)) {
            Ok(bytes) => table(&bytes, hash),
            Err(_) => Err(Damage::Unreadable),
        };
        match table {
            Ok(table) => tables.push(Table { file: file.to_owned(), ..table }),
            Err(damage) => unread.push((file.to_owned(), damage)),
        }
    }
    (tables, unread)
}

/// Returns what the refs of all tables are in the end.
pub(super) fn refs(tables: Vec<Table>) -> BTreeMap<BString, Value> {
    let mut refs = BTreeMap::new();
    for (name, value) in tables.into_iter().flat_map(|table| table.refs) {
        match value {
            Value::Deleted => refs.remove(&name),
            value => refs.insert(name, value),
        };
    }
    refs
}

fn table(bytes: &[u8], hash: HashKind) -> Result<Table, Damage> {
    let (head, footer) = match bytes.get(..5).ok_or(Damage::Truncated)? {
        b"REFT\x01" => (24, 68),
        b"REFT\x02" => (28, 72),
        _ => return Err(Damage::Header),
    };
    let end = bytes.len().checked_sub(footer).filter(|&end| end >= head).ok_or(Damage::Truncated)?;
    let (content, footer) = bytes.split_at(end);
    if footer[..head] != bytes[..head]
        || crc32fast::hash(&footer[..footer.len() - 4]) != number(&footer[footer.len() - 4..]) as u32
    {
        return Err(Damage::Checksum);
    }
    let block_size = number(&bytes[5..8]) as usize;
    let log_position = number(&footer[head + 24..head + 32]) as usize;
    let mut table = Table::default();
    let mut at = 0;
    while let Some((b'r', start, len)) = block(content, at, head)? {
        let records = records(content, start, at + len)?;
        each(&content[..records.end], records, |name, kind, rest| {
            table.refs.push((name.into(), rest.value(kind, hash)?));
            Ok(())
        })?;
        at += if block_size > 0 { block_size } else { len };
    }
    at = if at == 0 { 0 } else { log_position };
    let mut inflater = Inflater::new();
    // Without refs the first block may be one of logs; a position of zero says that there are none otherwise.
    while let Some((b'g', start, len)) = block(content, at, head)?.filter(|_| at > 0 || table.refs.is_empty()) {
        let size = (at + len).checked_sub(start).filter(|&size| size < 1 << 24).ok_or(Damage::Size)?;
        let mut block = vec![0; size];
        let used = inflater.measured(&content[start..], &mut block)?;
        let records = records(&block, 0, size)?;
        each(&block[..records.end], records, |name, kind, rest| {
            table.logs.extend(rest.log_line(name, kind, hash)?);
            Ok(())
        })?;
        at = start + used;
    }
    Ok(table)
}

/// Reads the head of the block at `at`: its type, where its content starts, and its length from `at` on.
fn block(content: &[u8], at: usize, head: usize) -> Result<Option<(u8, usize, usize)>, Damage> {
    // The first block begins with the head of the file.
    let start = if at == 0 { head } else { at };
    let Some(bytes) = content.get(start..start + 4) else { return Ok(None) };
    let len = number(&bytes[1..]) as usize;
    if len < start + 4 - at {
        return Ok(None);
    }
    Ok(Some((bytes[0], start + 4, len)))
}

/// Returns where the records of a block are: behind them are the places at which names begin anew, and their number.
fn records(bytes: &[u8], start: usize, end: usize) -> Result<Range<usize>, Damage> {
    let count = end.checked_sub(2).and_then(|at| bytes.get(at..end)).ok_or(Damage::Truncated)?;
    let records_end = end.checked_sub(2 + 3 * number(count) as usize).filter(|&end| end >= start);
    Ok(start..records_end.ok_or(Damage::Truncated)?)
}

/// Calls `visit` with the name and the type of every record and the bytes behind them.
fn each(
    bytes: &[u8],
    range: Range<usize>,
    mut visit: impl FnMut(&[u8], u8, &mut Rest<'_>) -> Result<(), Damage>,
) -> Result<(), Damage> {
    let mut rest = Rest(&bytes[range]);
    let mut name = Vec::new();
    while !rest.0.is_empty() {
        let shared = rest.varint()?;
        let suffix = rest.varint()?;
        if shared > name.len() as u64 {
            return Err(Damage::Header);
        }
        name.truncate(shared as usize);
        name.extend_from_slice(rest.take(suffix >> 3)?);
        visit(&name, (suffix & 7) as u8, &mut rest)?;
    }
    Ok(())
}

/// Bytes that are read from their start.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, len: u64) -> Result<&'a [u8], Damage> {
        let len = usize::try_from(len).map_err(|_| Damage::Truncated)?;
        let (taken, rest) = self.0.split_at_checked(len).ok_or(Damage::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, Damage> {
        let mut byte = self.take(1)?[0];
        let mut value = u64::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = self.take(1)?[0];
            value = value.checked_add(1).filter(|&value| value < 1 << 56).ok_or(Damage::Header)? << 7;
            value |= u64::from(byte & 0x7f);
        }
        Ok(value)
    }

    fn text(&mut self) -> Result<&'a [u8], Damage> {
        let len = self.varint()?;
        self.take(len)
    }

    fn id(&mut self, hash: HashKind) -> Result<ObjectId, Damage> {
        ObjectId::try_from(self.take(hash.len_in_bytes() as u64)?).map_err(|_| Damage::Header)
    }

    fn value(&mut self, kind: u8, hash: HashKind) -> Result<Value, Damage> {
        self.varint()?;
        match kind {
            0 => Ok(Value::Deleted),
            1 => self.id(hash).map(Value::Object),
            2 => {
                let id = self.id(hash)?;
                // What the tag leads to is known from the tag.
                self.id(hash)?;
                Ok(Value::Object(id))
            }
            3 => self.text().map(|name| Value::Symbolic(name.into())),
            _ => Err(Damage::Header),
        }
    }

    fn log_line(&mut self, key: &[u8], kind: u8, hash: HashKind) -> Result<Option<LogLine>, Damage> {
        match kind {
            0 => Ok(None),
            1 => {
                let ids = [self.id(hash)?, self.id(hash)?];
                let (name, mail) = (self.text()?, self.text()?);
                let seconds = self.varint()?;
                let zone = self.take(2)?;
                let zone = i16::from_be_bytes([zone[0], zone[1]]);
                let message = self.text()?;
                let mut text = BString::from([name, b" <", mail, b"> "].concat());
                text.extend_from_slice(format!("{seconds} {zone:+05}\t").as_bytes());
                text.extend_from_slice(message.trim_end());
                let name = key.split(|&byte| byte == 0).next().unwrap_or_default();
                Ok(Some(LogLine { name: name.into(), ids, text }))
            }
            _ => Err(Damage::Header),
        }
    }
}

/// Reads a number, its highest byte first.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_table_makes_it_panic(version in 1u8..3, mut bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let head = if version == 1 { 24 } else { 28 };
            bytes.splice(..0, [b'R', b'E', b'F', b'T', version]);
            if bytes.len() > head {
                // A sound footer, so that the blocks are looked at.
                bytes.extend_from_within(..head);
                bytes.extend_from_slice(&[0; 24]);
                bytes.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, head as u8]);
                bytes.extend_from_slice(&[0; 8]);
                let footer = bytes.len() - head - 40;
                bytes.extend_from_slice(&crc32fast::hash(&bytes[footer..]).to_be_bytes());
            }
            let _ = table(&bytes, HashKind::Sha1);
        }
    }
}
