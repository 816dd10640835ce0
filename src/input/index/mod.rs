//! Reads the entries of git's index and its cache of tree names, without building git's own structures.
//!
//! Versions 2, 3 and 4 are walked here, also sparse ones; a split index is joined by `gix` and then walked.

mod cache_tree;
mod parse;

use std::io::{self, Read};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use bstr::{BStr, ByteSlice};
use gix::ObjectId;
use gix::hash::{Kind, oid};

pub use cache_tree::{CacheTree, Node};
pub(super) use parse::variable;

/// The kind of a thing that an index entry or a tree entry names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A regular file, executable or not.
    File,
    /// A symbolic link; its blob is the target's path.
    Link,
    /// A directory; in an index only where sparse checkout left it out.
    Directory,
    /// A commit of another repository: a submodule.
    Submodule,
}

impl Mode {
    /// Reads a mode as git stores it, or `None` if git never writes it.
    pub const fn from_bits(bits: u32) -> Option<Self> {
        match bits & 0o170_000 {
            0o100_000 => Some(Self::File),
            0o120_000 => Some(Self::Link),
            0o040_000 => Some(Self::Directory),
            0o160_000 => Some(Self::Submodule),
            _ => None,
        }
    }

    /// Tells whether the id names a blob of this repository.
    pub const fn is_blob(self) -> bool {
        matches!(self, Self::File | Self::Link)
    }
}

/// One entry of the index.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The path in the repository; ends with `/` for a directory of a sparse index.
    pub path: &'a BStr,
    /// The object's name.
    pub id: &'a oid,
    /// What the object is.
    pub mode: Mode,
    /// 0, or 1 to 3 for the base, our and their side of a conflict.
    pub stage: u8,
    /// Set by `git add --intent-to-add`: the path is announced, its content is not.
    pub intent_to_add: bool,
    /// Set by sparse checkout: the file is not to be in the work tree.
    pub skip_worktree: bool,
}

/// The index of a repository, in memory.
#[derive(Debug)]
pub struct Index {
    data: Bytes,
    hash: Kind,
    /// Where each entry starts.
    entries: Vec<u32>,
    /// The paths of a version 4 index, where they are compressed.
    paths: Option<Paths>,
    cache: CacheTree,
}

/// The bytes of an index.
#[derive(Debug)]
enum Bytes {
    Owned(Vec<u8>),
    Mapped(gix_pack::MMap),
}

impl Bytes {
    /// From this size on, mapping a file costs less than reading it.
    const MAPPED: u64 = 256 << 10;

    fn read(path: &Path) -> io::Result<Self> {
        let mut file = std::fs::File::open(path)?;
        if cfg!(unix) && file.metadata()?.len() >= Self::MAPPED {
            // SAFETY: nobody writes into an index that is in place. Git writes another file and renames it over this one,
            // and the old content stays as long as it is mapped.
            #[expect(
                unsafe_code,
                reason = "half the time of a hook in a large repository goes into copying the index otherwise"
            )]
            return unsafe { gix_pack::MMap::map(&file) }.map(Self::Mapped);
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(Self::Owned(bytes))
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped(bytes) => bytes,
        }
    }
}

/// Paths that are not in the file as they are.
#[derive(Debug, Default)]
struct Paths {
    /// All of them, one after the other.
    text: Vec<u8>,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Paths {
    /// Returns the path at `position`.
    fn get(&self, position: usize) -> &[u8] {
        let start = if position == 0 { 0 } else { self.ends[position - 1] as usize };
        &self.text[start..self.ends[position] as usize]
    }
}

/// Why an index cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum IndexError {
    /// The file exists but the system does not let us read it.
    #[error("the index `{}` cannot be read", path.display())]
    #[diagnostic(code(input::index_unreadable), help("check the file's permissions"))]
    Unreadable {
        /// The index file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no index, or damaged.
    #[error("the index `{}` is damaged: {what}", path.display())]
    #[diagnostic(code(input::index_damaged), help("`git reset` writes it anew and keeps the working tree as it is"))]
    Damaged {
        /// The index file.
        path: PathBuf,
        /// The part that makes no sense.
        what: &'static str,
    },
    /// A newer git wrote something that changes the meaning of the file.
    #[error("the index `{}` uses `{feature}`, which keysweep does not know", path.display())]
    #[diagnostic(
        code(input::index_unsupported),
        help("update keysweep, or write the index with `git update-index --index-version 4`")
    )]
    Unsupported {
        /// The index file.
        path: PathBuf,
        /// The version or the extension's signature.
        feature: String,
    },
}

impl Index {
    /// Reads the index at `path` of a repository whose objects are named by `hash`.
    ///
    /// A missing file is an empty index, as it is for git.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or has a required extension that is not known.
    pub fn open(path: &Path, hash: Kind) -> Result<Self, IndexError> {
        let data = match Bytes::read(path) {
            Ok(data) => data,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::empty(hash)),
            Err(source) => return Err(IndexError::Unreadable { path: path.to_owned(), source }),
        };
        match Self::parse(data, hash) {
            Err(parse::Fault::Split) => Self::parse(Bytes::Owned(joined(path, hash)?), hash),
            parsed => parsed,
        }
        .map_err(|fault| fault.at(path))
    }

    /// Returns an index without entries.
    pub fn empty(hash: Kind) -> Self {
        Self { data: Bytes::Owned(Vec::new()), hash, entries: Vec::new(), paths: None, cache: CacheTree::default() }
    }

    /// Returns the number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Tells whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the entry at `position`, which must be less than [`Index::len`]. Entries are sorted by path, then stage.
    pub fn entry(&self, position: usize) -> Entry<'_> {
        let at = self.entries[position] as usize;
        let id_end = at + parse::STAT + self.hash.len_in_bytes();
        let flags = parse::Flags::read(&self.data, id_end).expect("flags were read when the index was parsed");
        Entry {
            path: self.path(position),
            id: oid::from_bytes_unchecked(&self.data[at + parse::STAT..id_end]),
            mode: parse::mode(&self.data, at).expect("modes were checked when the index was parsed"),
            stage: flags.stage(),
            intent_to_add: flags.intent_to_add(),
            skip_worktree: flags.skip_worktree(),
        }
    }

    /// Returns the path of the entry at `position`.
    pub fn path(&self, position: usize) -> &BStr {
        if let Some(paths) = &self.paths {
            return paths.get(position).as_bstr();
        }
        let flags_at = self.entries[position] as usize + parse::STAT + self.hash.len_in_bytes();
        let path = parse::path(&self.data, flags_at).expect("paths were measured when the index was parsed");
        self.data[path].as_bstr()
    }

    /// Returns all entries in order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = Entry<'_>> {
        (0..self.len()).map(|position| self.entry(position))
    }

    /// Returns git's cache of the names of the trees that the index would make.
    pub fn cache_tree(&self) -> &CacheTree {
        &self.cache
    }

    /// Returns the name of the tree that `node` describes, unless the index changed below it.
    pub fn tree_id(&self, node: &Node) -> Option<ObjectId> {
        let at = node.id? as usize;
        Some(ObjectId::from_bytes_or_panic(&self.data[at..at + self.hash.len_in_bytes()]))
    }

    /// Returns the name of a node of the cache: one path component.
    pub fn node_name(&self, node: &Node) -> &[u8] {
        &self.data[node.name.range()]
    }
}

/// Lets `gix` join a split index with its shared part, and writes the result as one.
fn joined(path: &Path, hash: Kind) -> Result<Vec<u8>, IndexError> {
    let damaged = || IndexError::Damaged { path: path.to_owned(), what: "its shared part is missing or does not fit" };
    let file = gix::index::File::at(path, hash, true, Default::default()).map_err(|_| damaged())?;
    let mut whole = Vec::new();
    let extensions = gix::index::write::Extensions::Given { tree_cache: true, end_of_index_entry: false };
    let options = gix::index::write::Options { extensions, skip_hash: true };
    gix::index::State::from(file).write_to(&mut whole, options).map_err(|_| damaged())?;
    whole.resize(whole.len() + hash.len_in_bytes(), 0);
    Ok(whole)
}
