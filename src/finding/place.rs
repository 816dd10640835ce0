//! One occurrence of a finding, and what history says about it.

use bstr::BString;
use gix::ObjectId;

use crate::source::{Origin, Position, Span};

/// How the text is called, in [`Place::via`], that is a file's name.
pub const FILE_NAME: &str = "file name";

/// One occurrence of a finding.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where the bytes were read from.
    pub origin: Origin,
    /// The secret's bytes in the text that was inspected: after decoding, if `via` is not empty.
    pub span: Span,
    /// Where the secret starts; for decoded text, where the encoded text starts in the file.
    pub start: Position,
    /// Where it ends, exclusive.
    pub end: Position,
    /// The line around it, safe to print.
    pub excerpt: Excerpt,
    /// How the text was wrapped, outermost first, such as `gzip`, `base64`, `zip member a/b.env`.
    pub via: Vec<String>,
    /// In how many versions of the file, which differ elsewhere, the secret stands here; one outside of history.
    pub versions: usize,
    /// A `keysweep:allow` comment on the line or alone on the line before.
    pub allow: Option<InlineAllow>,
    /// What history knows, filled after the scan and only for objects.
    pub attribution: Option<Attribution>,
    /// What is wrong here, where the places of one secret differ in that.
    pub message: Option<String>,
}

impl Place {
    /// Makes a place at the start of a file that nothing else is known of.
    pub fn new(origin: Origin, span: Span) -> Self {
        Self {
            origin,
            span,
            start: Position::default(),
            end: Position::default(),
            excerpt: Excerpt::default(),
            via: Vec::new(),
            versions: 1,
            allow: None,
            attribution: None,
            message: None,
        }
    }
}

/// A comment that allows findings on its line, as in `keysweep:allow[provider/thing] reason`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InlineAllow {
    /// The rules it names; none means all.
    pub rules: Vec<String>,
    /// The reason given, which may be empty.
    pub reason: String,
}

/// A masked piece of text around a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// Printable text without the secret; long lines are cut around the secret.
    pub text: String,
    /// Where the hidden secret stands in `text`, in bytes.
    pub secret: Span,
    /// The zero-based line of the file that `text` starts with.
    pub line: usize,
}

/// What the history of a repository says about an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribution {
    /// Every path that the object ever had, sorted.
    pub paths: Vec<BString>,
    /// The oldest commit whose tree holds the object, or which is the object.
    pub first: Option<CommitMark>,
    /// The newest commit whose tree holds it.
    pub last: Option<CommitMark>,
    /// How many commits brought the object in by a path that did not have it before; zero if not counted.
    pub commits: usize,
    /// Whether the commit that HEAD names still holds it.
    pub in_head: bool,
    /// The refs that reach it, as short names, sorted; cut off at a sensible number. If a remote has it, one says so.
    pub refs: Vec<BString>,
    /// How many more refs reach it.
    pub more_refs: usize,
    /// The widest circle that can see the object.
    pub reach: Reach,
}

/// A commit, as much of it as a report needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitMark {
    /// The commit's name.
    pub id: ObjectId,
    /// The author's name and mail address, as in the object.
    pub author: BString,
    /// When the author made it, in seconds since 1970.
    pub seconds: i64,
    /// The first line of the message.
    pub subject: BString,
}

/// Who can see an object, as far as this repository knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Nothing leads to it: it waits for garbage collection.
    #[default]
    Unreachable,
    /// A reflog, a stash or another worktree's HEAD leads to it.
    Hidden,
    /// A local branch or tag leads to it.
    Local,
    /// A remote-tracking ref leads to it, so it was pushed or fetched.
    Published,
}

impl Reach {
    /// Returns the word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Hidden => "hidden",
            Self::Local => "local",
            Self::Published => "published",
        }
    }
}
