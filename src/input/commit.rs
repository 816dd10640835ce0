//! The few fields of a commit or tag object that a walk needs.

use bstr::ByteSlice;
use gix::ObjectId;
use gix::hash::oid;

use super::objects::{ObjectError, Objects};
use crate::source::ObjectKind;

/// What a walk has to know about a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The root directory.
    pub tree: ObjectId,
    /// The parents, first one first.
    pub parents: Vec<ObjectId>,
    /// When it was committed, in seconds since 1970; 0 if the object does not say so in a way that can be read.
    pub seconds: i64,
}

impl Commit {
    /// Reads the fields from the bytes of a commit object.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.lines();
        let tree = ObjectId::from_hex(lines.next()?.strip_prefix(b"tree ")?).ok()?;
        let mut commit = Self { tree, parents: Vec::new(), seconds: 0 };
        for line in lines.take_while(|line| !line.is_empty()) {
            if let Some(parent) = line.strip_prefix(b"parent ") {
                commit.parents.push(ObjectId::from_hex(parent).ok()?);
            } else if let Some(committer) = line.strip_prefix(b"committer ") {
                commit.seconds = seconds(committer).unwrap_or(0);
                break;
            }
        }
        Some(commit)
    }

    /// Reads the commit `id`, using `buffer` for its bytes, which stay there.
    ///
    /// # Errors
    /// If there is no such commit or it is damaged.
    pub fn read(id: &oid, objects: &Objects, buffer: &mut Vec<u8>) -> Result<Self, ObjectError> {
        objects.read_as(id, ObjectKind::Commit, buffer)?;
        Self::parse(buffer).ok_or(ObjectError::Damaged)
    }
}

/// What a walk has to know about an annotated tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// What it points at.
    pub target: ObjectId,
    /// When it was made, in seconds since 1970, if the object says so in a way that can be read.
    pub seconds: Option<i64>,
}

impl Tag {
    /// Reads the fields from the bytes of a tag object.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut lines = bytes.lines();
        let target = ObjectId::from_hex(lines.next()?.strip_prefix(b"object ")?).ok()?;
        let tagger = lines.take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(b"tagger "));
        Some(Self { target, seconds: tagger.and_then(seconds) })
    }
}

/// Returns the tree of the commit `id`.
///
/// # Errors
/// If there is no such commit or it is damaged.
pub fn tree(id: &oid, objects: &Objects) -> Result<ObjectId, ObjectError> {
    Ok(Commit::read(id, objects, &mut Vec::new())?.tree)
}

/// Reads the time behind a person's name and mail address.
fn seconds(person: &[u8]) -> Option<i64> {
    let time = &person[person.rfind_byte(b'>')? + 1..];
    std::str::from_utf8(time.trim().split(|&byte| byte == b' ').next()?).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_read_up_to_its_committer() {
        let id = "1234567890123456789012345678901234567890";
        let text = format!(
            "tree {id}\nparent {id}\nparent {id}\nauthor A <a@b> 1 +0000\ncommitter B > <c> -5 +0100\n\nparent x\n"
        );
        let commit = Commit::parse(text.as_bytes()).expect("a sound commit is read");
        assert_eq!((commit.parents.len(), commit.seconds), (2, -5));
        assert_eq!(Commit::parse(b"blob"), None);
    }

    #[test]
    fn a_tag_is_read_up_to_its_tagger() {
        let id = "1234567890123456789012345678901234567890";
        let text = |tagger: &str| format!("object {id}\ntype commit\ntag v1\n{tagger}\ntagger X <x@y> 9 +0000\n");
        let seconds = |tagger: &str| Tag::parse(text(tagger).as_bytes()).map(|tag| tag.seconds);
        assert_eq!(seconds("tagger A <a@b> 17 +0100\n"), Some(Some(17)));
        assert_eq!(seconds(""), Some(None), "what the message says is no date");
        assert_eq!(Tag::parse(b"tree"), None);
    }
}
