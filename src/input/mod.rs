//! Where bytes come from: the working tree, the index, objects, a range of commits, transcripts, standard input.
//!
//! Every input hands its blobs to a [`Visitor`], from as many threads as it likes, and keeps none of them.

pub mod commit;
pub mod compare;
pub mod history;
pub mod ignore_rules;
pub mod index;
pub mod objects;
mod path;
pub mod range;
pub mod reftable;
pub mod repository;
pub mod staged;
pub mod stdin;
pub mod transcripts;
pub mod tree;

use std::any::Any;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

pub use path::followed;

use crate::finding::Notice;
use crate::source::{ObjectKind, Origin};

/// One piece of content and where it was read from.
#[derive(Clone, Debug)]
pub struct Blob<'a> {
    /// Where the bytes were read from.
    pub origin: Origin,
    /// All of the content.
    pub bytes: &'a [u8],
}

/// What a visitor remembers of a blob while others are made from it.
pub type Memory = Option<Arc<dyn Any + Send + Sync>>;

/// How a blob was made from another, and whether others are made from it.
#[derive(Clone, Copy, Default)]
pub struct Version<'a> {
    /// What the visitor remembers of the other, if it remembers anything.
    pub base: Option<&'a (dyn Any + Send + Sync)>,
    /// The parts that are copied from the other, by their place in the blob, ascending; everything else is new.
    pub copies: &'a [Copied],
    /// Whether others are made from the blob, so that remembering something is of use.
    pub is_base: bool,
}

/// A part of a blob that is copied from its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where it starts in the base.
    pub from: usize,
    /// Where it starts in the blob.
    pub to: usize,
    /// How many bytes it has.
    pub len: usize,
}

/// Takes what an input yields. Called from several threads at once.
pub trait Visitor: Sync {
    /// Looks at one blob. The bytes are gone when the call returns.
    fn visit(&self, blob: Blob<'_>);

    /// Looks at the path that a symbolic link holds. It is a text like any other, and never what the link's name says.
    fn visit_link(&self, blob: Blob<'_>) {
        self.visit(blob);
    }

    /// Looks at a blob that others may have been made from, or that was made from another; returns what it wants to be
    /// given back as `version` for those. Must find exactly what [`Visitor::visit`] finds.
    fn visit_version(&self, blob: Blob<'_>, version: Version<'_>) -> Memory {
        let _ = version;
        self.visit(blob);
        None
    }

    /// Looks at a name in a tree, which is the origin's path; it may stand in many trees.
    fn visit_name(&self, origin: Origin) {
        let name = origin.path().map(|name| name.to_vec()).unwrap_or_default();
        self.visit(Blob { origin, bytes: &name });
    }

    /// Looks at a part of a file whose escapes are undone; `part` says where in the file things are.
    fn visit_part(&self, blob: Blob<'_>, part: &transcripts::Part<'_>) {
        let _ = part;
        self.visit(blob);
    }

    /// Returns the objects of which it is to be told where they stood, as far as is known.
    fn wanted(&self) -> HashSet<gix::ObjectId> {
        HashSet::new()
    }

    /// Takes note of something that could not be read, or that the user should know.
    fn notice(&self, notice: Notice);

    /// Tells whether the input should stop, because the user asked for it.
    fn interrupted(&self) -> bool {
        false
    }
}

/// What an input has looked at, counted while it runs; the coverage record of a report is made of it.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Files of a working tree, or one for standard input.
    pub files: AtomicU64,
    /// Entries of the index.
    pub entries: AtomicU64,
    /// Blobs among the objects.
    pub blobs: AtomicU64,
    /// Trees among the objects (their names are looked at).
    pub trees: AtomicU64,
    /// Commits among the objects.
    pub commits: AtomicU64,
    /// Annotated tags among the objects.
    pub tags: AtomicU64,
    /// Refs, reflogs and configuration files.
    pub metadata: AtomicU64,
    /// Bytes of all of these, as inspected.
    pub bytes: AtomicU64,
    /// How many of these are in objects, by the objects' kind.
    pub object_bytes: [AtomicU64; 4],
    /// What was left out on purpose: files that a configured exclusion or an option names.
    pub skipped: AtomicU64,
    /// Set once everything has been read, while what was found is still put together.
    pub read: AtomicBool,
    /// What stands in the way of completeness: set for a shallow or partial clone under `--history`.
    pub partial: AtomicBool,
}

impl Coverage {
    /// Counts objects of a kind with their bytes.
    pub fn count_objects(&self, kind: ObjectKind, count: u64, bytes: u64) {
        let counter = match kind {
            ObjectKind::Blob => &self.blobs,
            ObjectKind::Tree => &self.trees,
            ObjectKind::Commit => &self.commits,
            ObjectKind::Tag => &self.tags,
        };
        counter.fetch_add(count, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.object_bytes[kind as usize].fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts one blob by its origin.
    pub fn count(&self, origin: &Origin, bytes: usize) {
        let counter = match origin {
            Origin::File { .. } | Origin::Stdin => &self.files,
            Origin::Index { .. } => &self.entries,
            Origin::Metadata { .. } => &self.metadata,
            Origin::Object { kind, .. } => return self.count_objects(*kind, 1, bytes as u64),
        };
        counter.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// A visitor that keeps everything: for tests and small inputs.
#[derive(Debug, Default)]
pub struct Collect {
    /// Every blob with a copy of its bytes.
    pub blobs: Mutex<Vec<(Origin, Vec<u8>)>>,
    /// Every notice.
    pub notices: Mutex<Vec<Notice>>,
}

impl Visitor for Collect {
    fn visit(&self, blob: Blob<'_>) {
        self.blobs.lock().expect("no visitor panics while it holds the lock").push((blob.origin, blob.bytes.to_vec()));
    }

    fn notice(&self, notice: Notice) {
        self.notices.lock().expect("no visitor panics while it holds the lock").push(notice);
    }
}

/// Tells whether a path is that of a folder or of something below it; below the empty one lies everything.
pub fn is_within(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| folder.is_empty() || matches!(rest, [] | [b'/', ..]))
}

/// Returns what a notice about the bytes of `origin` is called, safe to print.
pub fn subject(origin: &Origin) -> String {
    match origin {
        Origin::File { path } | Origin::Index { path, .. } => printable(path),
        Origin::Object { id, path: Some(path), .. } => format!("{} in object {id}", printable(path)),
        Origin::Object { id, kind, path: None, .. } => format!("{} {id}", kind.name()),
        Origin::Metadata { what, name } => format!("{} {}", what.name(), printable(name)),
        Origin::Stdin => "standard input".to_owned(),
    }
}

/// Returns a path as text that is safe to print: what is no printable character is escaped.
fn printable(path: &[u8]) -> String {
    use bstr::ByteSlice;
    let mut text = String::new();
    for (start, end, character) in path.char_indices() {
        match character {
            char::REPLACEMENT_CHARACTER => path[start..end].iter().for_each(|byte| text += &format!("\\x{byte:02x}")),
            _ if character.is_control() => text.extend(character.escape_default()),
            _ => text.push(character),
        }
    }
    text
}
