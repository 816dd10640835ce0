//! Turns the bytes of one blob into findings: unwraps them, finds candidates, masks, and lets the bytes go.

mod allow;
mod archive;
mod commit;
mod decode;
mod layer;
mod limit;
mod lint;
mod overlap;
mod place;
mod repeat;
mod unescape;
mod version;

pub use allow::{MARK as ALLOW, mark as allow_mark};
pub use version::Trace;

use crate::detect::{Engine, Scratch};
use crate::finding::{FILE_NAME, Finding, Notice};
use crate::input::Copied;
use crate::lint::{Persona, is_agents, may_need_lints};
use crate::secret::Secret;
use crate::source::{Origin, Span, join};

use self::layer::{Inspection, Layer};

/// Returns the text of bytes that are UTF-16, not of those that only begin as it does.
pub fn utf16(bytes: &[u8]) -> Option<String> {
    decode::utf16(bytes).filter(|_| !decode::is_mislabelled(bytes))
}

/// What an inspection is to keep.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether findings carry their raw secret, for `--reveal`.
    pub reveal: bool,
    /// Whether secrets are looked for.
    pub detect: bool,
    /// Whether configuration is linted.
    pub lint: bool,
    /// For whom lints speak up.
    pub persona: Persona,
}

/// Finds secrets in blobs with one set of rules.
#[derive(Debug)]
pub struct Inspector {
    engine: Engine,
    options: Options,
}

/// What one blob yielded.
#[derive(Debug, Default)]
pub struct Inspected {
    /// One finding for each secret and place.
    pub findings: Vec<Finding>,
    /// What could not be opened.
    pub notices: Vec<Notice>,
    /// The secrets of the findings, to be hidden wherever else they stand.
    pub secrets: Vec<Secret>,
    /// Whether lints may have something to say about a version of a blob once its path is known.
    pub may_need_lints: bool,
}

impl Inspected {
    /// Returns how many findings and notices there are.
    const fn len(&self) -> usize {
        self.findings.len() + self.notices.len()
    }
}

/// How a blob was made from another, and what is remembered of that.
#[derive(Clone, Copy, Debug)]
pub struct Base<'a> {
    /// What is remembered.
    pub trace: &'a Trace,
    /// The parts that are copied, by their place in the blob, ascending.
    pub copies: &'a [Copied],
}

impl Inspector {
    /// Makes an inspector of an engine.
    pub const fn new(engine: Engine, options: Options) -> Self {
        Self { engine, options }
    }

    /// Returns the engine.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Tells whether lints alone report.
    pub const fn only_lints(&self) -> bool {
        !self.options.detect
    }

    /// Inspects all of a blob's bytes.
    pub fn inspect(&self, origin: &Origin, bytes: &[u8], scratch: &mut Scratch) -> Inspected {
        let readable;
        let bytes = if origin.is_commit() {
            readable = commit::readable(bytes);
            &readable
        } else {
            bytes
        };
        let path = origin.path().map(|path| path.as_ref());
        let mut inspection = Inspection::new(self, origin, scratch);
        inspection.layer(&Layer { bytes, via: &[], outer: None, path, depth: 0 });
        inspection.finish()
    }

    /// Inspects the path that a symbolic link holds: for secrets, but not as what the link's own name says.
    pub fn inspect_link(&self, origin: &Origin, target: &[u8], scratch: &mut Scratch) -> Inspected {
        let mut inspection = Inspection::new(self, origin, scratch);
        if self.options.detect {
            inspection.layer(&Layer { bytes: target, via: &[], outer: None, path: None, depth: 0 });
        }
        let mut inspected = inspection.finish();
        if self.only_lints() && origin.path().is_some_and(is_agents) {
            let message = "is a symbolic link: the file that it leads to is linted where it lies, if it is looked at";
            let help = "name the link itself, as in `keysweep lint PATH`, to have it followed";
            inspected.notices.push(Notice::note(crate::input::subject(origin), message, help));
        }
        inspected
    }

    /// Inspects the path of an origin as a text of its own.
    pub fn inspect_name(&self, origin: &Origin, scratch: &mut Scratch) -> Inspected {
        let mut inspection = Inspection::new(self, origin, scratch);
        if let Some(path) = origin.path().filter(|_| self.options.detect) {
            let via = [FILE_NAME.to_owned()];
            inspection.layer(&Layer { bytes: path, via: &via, outer: None, path: None, depth: 0 });
        }
        inspection.finish()
    }

    /// Inspects a blob that may have been made from another, and returns with `remember` what helps with blobs made from
    /// this one. Finds exactly what [`Inspector::inspect`] finds.
    pub fn inspect_version(
        &self,
        origin: &Origin,
        bytes: &[u8],
        base: Option<Base<'_>>,
        remember: bool,
        scratch: &mut Scratch,
    ) -> (Inspected, Option<Trace>) {
        let is_wrapped = decode::is_utf16(bytes) || archive::is_archive(bytes);
        if is_wrapped || origin.path().is_some() || !self.options.detect {
            let inspected = self.inspect(origin, bytes, scratch);
            return (Inspected { may_need_lints: may_need_lints(bytes), ..inspected }, None);
        }
        if origin.is_commit() {
            // What is copied may be text in one commit and not in the other, and most are short.
            return version::inspect(Inspection::new(self, origin, scratch), &commit::readable(bytes), None, false);
        }
        version::inspect(Inspection::new(self, origin, scratch), bytes, base, remember)
    }

    /// Returns what must not be shown of a text: secrets, and encoded text that may hold some. Ascending and apart.
    pub fn hidden(&self, text: &[u8], scratch: &mut Scratch) -> Vec<Span> {
        let candidates = self.engine.candidates(text, None, scratch);
        let mut encoded = decode::encoded(text, scratch.sifted());
        encoded.retain(|piece| self.may_tell(piece, None, scratch));
        let secrets = candidates.iter().map(|candidate| place::widened(text, candidate.secret));
        let mut hidden = secrets.chain(encoded.iter().map(|piece| piece.span)).collect();
        join(&mut hidden);
        hidden
    }

    /// Tells whether there may be something to tell of an encoded piece: of plain text but for escapes that is known at once.
    fn may_tell(&self, piece: &decode::Piece, path: Option<&[u8]>, scratch: &mut Scratch) -> bool {
        !piece.is_plain
            || !self.engine.candidates(&piece.bytes, path, scratch).is_empty()
            || !decode::encoded(&piece.bytes, scratch.sifted()).is_empty()
    }
}
