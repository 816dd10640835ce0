//! Where bytes come from: origins, byte spans, and the line index that turns offsets into lines.

use std::fmt;
use std::ops::Range;

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;

/// A half-open range of byte offsets into one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset just past the last byte.
    pub end: usize,
}

impl Span {
    /// Makes a span; `start` must not lie behind `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Returns the number of bytes covered.
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Tells whether no byte is covered.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Returns the span as a range, to index a slice with.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Tells whether the two spans share at least one byte.
    pub const fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Tells whether every byte of `other` lies in this span.
    pub const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// Sorts spans and joins those that overlap or touch.
pub fn join(spans: &mut Vec<Span>) {
    // Mostly these are two sorted lists, one behind the other, which a stable sort merges.
    spans.sort();
    spans.dedup_by(|next, last| {
        let joins = next.start <= last.end;
        if joins {
            last.end = last.end.max(next.end);
        }
        joins
    });
}

/// Returns those of ascending spans that share a byte with `window`.
pub fn overlapping(spans: &[Span], window: Span) -> &[Span] {
    let first = spans.partition_point(|span| span.end <= window.start);
    let count = spans[first..].partition_point(|span| span.start < window.end);
    &spans[first..first + count]
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// A place in a text as people count it, yet zero-based: only `report` adds the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position {
    /// Number of line feeds before the place.
    pub line: usize,
    /// Number of bytes between the start of the line and the place.
    pub column: usize,
}

/// The starts of all lines of one text, for turning offsets into [`Position`]s.
///
/// A line ends with `\n`; a `\r` before it belongs to the line's end, not to its text.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
    len: usize,
}

impl LineIndex {
    /// Finds all line starts of `bytes`.
    pub fn new(bytes: &[u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', bytes).map(|at| at + 1));
        Self { starts, len: bytes.len() }
    }

    /// Returns the position of `offset`, which may be at most the text's length.
    pub fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        Position { line, column: offset - self.starts[line] }
    }

    /// Returns the bytes of the zero-based `line`, with its line feed, or an empty span behind the last.
    pub fn line(&self, line: usize) -> Span {
        let start = self.starts.get(line).copied().unwrap_or(self.len);
        let end = self.starts.get(line + 1).copied().unwrap_or(self.len);
        Span::new(start, end)
    }

    /// Returns the number of lines; an empty text has one.
    pub fn count(&self) -> usize {
        self.starts.len()
    }
}

/// The kind of a git object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// The content of a file or of a symbolic link.
    Blob,
    /// A directory: names and modes.
    Tree,
    /// A commit: author, committer, message.
    Commit,
    /// An annotated tag: tagger, message.
    Tag,
}

impl ObjectKind {
    /// Returns git's own word for the kind.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blob => "blob",
            Self::Tree => "tree",
            Self::Commit => "commit",
            Self::Tag => "tag",
        }
    }
}

impl From<gix::objs::Kind> for ObjectKind {
    fn from(kind: gix::objs::Kind) -> Self {
        match kind {
            gix::objs::Kind::Blob => Self::Blob,
            gix::objs::Kind::Tree => Self::Tree,
            gix::objs::Kind::Commit => Self::Commit,
            gix::objs::Kind::Tag => Self::Tag,
        }
    }
}

/// What git keeps outside of objects and that may hold a secret all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metadata {
    /// The name of a branch, tag or any other ref.
    RefName,
    /// The messages of a ref's log.
    Reflog,
    /// The repository's configuration file.
    Config,
    /// Another file of git's own: a hook, a message that is being written, what was fetched last.
    Other,
}

impl Metadata {
    /// Returns the field's word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RefName => "ref name",
            Self::Reflog => "reflog",
            Self::Config => "configuration",
            Self::Other => "git file",
        }
    }
}

/// Where the bytes of a [`Blob`](crate::input::Blob) were read from.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file on disk; the path is relative to the root of what is scanned, with `/`.
    File {
        /// The path's bytes as the file system has them.
        path: BString,
    },
    /// An entry of the index.
    Index {
        /// The path in the repository.
        path: BString,
        /// The blob that would be committed.
        id: ObjectId,
    },
    /// An object of the object database.
    Object {
        /// The object's name.
        id: ObjectId,
        /// What it is.
        kind: ObjectKind,
        /// Its path, where the reader came to it by a tree.
        path: Option<BString>,
        /// The commit by which the reader came to it.
        commit: Option<ObjectId>,
    },
    /// Something that git keeps outside of objects.
    Metadata {
        /// Which part of the repository.
        what: Metadata,
        /// The ref or the file it belongs to.
        name: BString,
    },
    /// Standard input.
    Stdin,
}

impl Origin {
    /// Returns the path of the file that the bytes are or were, where one is known.
    pub fn path(&self) -> Option<&BStr> {
        match self {
            Self::File { path } | Self::Index { path, .. } => Some(path.as_bstr()),
            Self::Object { path, .. } => path.as_ref().map(|path| path.as_bstr()),
            Self::Metadata { .. } | Self::Stdin => None,
        }
    }

    /// Returns the object's name, where the bytes are an object.
    pub fn object(&self) -> Option<ObjectId> {
        match self {
            Self::Index { id, .. } | Self::Object { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// Tells whether the bytes are a commit.
    pub const fn is_commit(&self) -> bool {
        matches!(self, Self::Object { kind: ObjectKind::Commit, .. })
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path } => write!(f, "file {path}"),
            Self::Index { path, id } => write!(f, "index {path} ({id})"),
            Self::Object { id, kind, path, .. } => write!(f, "{} {id} {path:?}", kind.name()),
            Self::Metadata { what, name } => write!(f, "{} {name}", what.name()),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_position_leads_back_to_its_offset(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..200)) {
            let index = LineIndex::new(&bytes);
            for offset in 0..=bytes.len() {
                let position = index.position(offset);
                prop_assert_eq!(index.line(position.line).start + position.column, offset);
                prop_assert_eq!(position.line, bytes[..offset].iter().filter(|&&byte| byte == b'\n').count());
            }
        }
    }
}
