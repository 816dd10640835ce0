//! Reads single files and symbolic links.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bstr::BString;

use super::start::bytes;
use crate::finding::Notice;
use crate::input::{Blob, Coverage, Visitor, printable};
use crate::source::Origin;

/// The size, in bytes, above which a file is not looked at but noted as unread: its findings would not fit in memory.
pub const LARGEST: u64 = 1 << 30;
/// What a buffer may keep between files.
const KEPT: usize = 8 << 20;

/// Reads files into one buffer, for one thread.
pub(super) struct Reader<'a> {
    pub(super) coverage: &'a Coverage,
    pub(super) visitor: &'a dyn Visitor,
    buffer: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(coverage: &'a Coverage, visitor: &'a dyn Visitor) -> Self {
        Self { coverage, visitor, buffer: Vec::with_capacity(256 << 10) }
    }

    /// Shows the content of the file at `path`, called `shown`.
    pub(super) fn file(&mut self, path: &Path, shown: BString) {
        self.buffer.clear();
        let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut self.buffer));
        match read {
            Ok(len) if len as u64 > LARGEST => self.visitor.notice(Notice::unread(
                printable(&shown),
                format!("the file is larger than {} MiB", LARGEST >> 20),
                "cut it into pieces and scan those",
            )),
            Ok(_) => {
                let origin = self.counted(shown);
                self.visitor.visit(Blob { origin, bytes: &self.buffer });
            }
            Err(error) => self.unread(&shown, &error),
        }
        if self.buffer.capacity() > KEPT {
            self.buffer = Vec::with_capacity(KEPT);
        }
    }

    /// Shows the path that the symbolic link at `path` holds.
    pub(super) fn link(&mut self, path: &Path, shown: BString) {
        match std::fs::read_link(path) {
            Ok(target) => {
                self.buffer.clear();
                self.buffer.extend_from_slice(&bytes(&target));
                let origin = self.counted(shown);
                self.visitor.visit_link(Blob { origin, bytes: &self.buffer });
            }
            Err(error) => self.unread(&shown, &error),
        }
    }

    /// Takes note of what cannot be read, unless it went away in the meantime.
    pub(super) fn unread(&self, shown: &[u8], error: &io::Error) {
        if error.kind() != io::ErrorKind::NotFound {
            let help = match error.kind() {
                io::ErrorKind::PermissionDenied => "run keysweep as a user who may read it, or leave the path out",
                _ => "",
            };
            self.visitor.notice(Notice::unread(printable(shown), error.to_string(), help));
        }
    }

    /// Counts what is in the buffer, and says where it is from.
    fn counted(&self, path: BString) -> Origin {
        let origin = Origin::File { path };
        self.coverage.count(&origin, self.buffer.len());
        origin
    }
}
