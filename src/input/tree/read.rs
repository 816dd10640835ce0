//! Reads single files and symbolic links.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bstr::BString;

use crate::finding::Notice;
use crate::input::path::bytes;
use crate::input::{Blob, Coverage, Visitor, printable};
use crate::source::Origin;

/// The size, in bytes, above which a file is not looked at but noted as unread: its findings would not fit in memory.
pub const LARGEST: u64 = 1 << 30;
/// What a buffer may keep between files.
const KEPT: usize = 8 << 20;

/// The least size of a buffer.
const FIRST: usize = 256 << 10;

/// Reads files into one buffer, for one thread.
pub(super) struct Reader<'a> {
    pub(super) coverage: &'a Coverage,
    pub(super) visitor: &'a dyn Visitor,
    /// At least [`FIRST`] bytes, of which the first ones were read; more only while a larger file is looked at.
    buffer: Vec<u8>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(coverage: &'a Coverage, visitor: &'a dyn Visitor) -> Self {
        Self { coverage, visitor, buffer: vec![0; FIRST] }
    }

    /// Shows the content of the file at `path`, called `shown`.
    pub(super) fn file(&mut self, path: &Path, shown: BString) {
        match File::open(path).and_then(|file| self.fill(file)) {
            Ok(len) if len as u64 > LARGEST => self.visitor.notice(Notice::unread(
                printable(&shown),
                format!("the file is larger than {} MiB", LARGEST >> 20),
                "cut it into pieces and scan those",
            )),
            Ok(len) => {
                let bytes = &self.buffer[..len];
                self.visitor.visit(Blob { origin: self.counted(shown, len), bytes });
            }
            Err(error) => self.unread(&shown, &error),
        }
        match self.buffer.capacity() > KEPT {
            true => self.buffer = vec![0; FIRST],
            false => self.buffer.truncate(FIRST),
        }
    }

    /// Reads a file, up to one byte more than the largest may have, into the buffer; returns how many bytes it has. There is room
    /// for most files at once, so most take two calls of the system: the second one tells that there is no more.
    fn fill(&mut self, mut file: File) -> io::Result<usize> {
        let mut len = 0;
        while len < FIRST {
            match file.read(&mut self.buffer[len..]) {
                Ok(0) => return Ok(len),
                Ok(more) => len += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(len + file.take(LARGEST + 1 - len as u64).read_to_end(&mut self.buffer)?)
    }

    /// Shows the path that the symbolic link at `path` holds.
    pub(super) fn link(&mut self, path: &Path, shown: BString) {
        match std::fs::read_link(path) {
            Ok(target) => {
                let bytes = bytes(&target);
                self.visitor.visit_link(Blob { origin: self.counted(shown, bytes.len()), bytes: &bytes });
            }
            Err(error) => self.unread(&shown, &error),
        }
    }

    /// Takes note of what cannot be read, unless it went away in the meantime.
    pub(super) fn unread(&self, shown: &[u8], error: &io::Error) {
        if !is_gone(error) {
            let help = match error.kind() {
                io::ErrorKind::PermissionDenied => "run keysweep as a user who may read it, or leave the path out",
                _ => "",
            };
            self.visitor.notice(Notice::unread(printable(shown), error.to_string(), help));
        }
    }

    /// Counts so many bytes, and says where they are from.
    fn counted(&self, path: BString, len: usize) -> Origin {
        let origin = Origin::File { path };
        self.coverage.count(&origin, len);
        origin
    }
}

/// Tells whether an error says that nothing is there, which is no news of a file that git tracks or a walk came by.
pub(super) fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_there_is_passed_over_in_silence() {
        for (kind, expected) in [
            (io::ErrorKind::NotFound, true),
            (io::ErrorKind::NotADirectory, true),
            (io::ErrorKind::PermissionDenied, false),
            (io::ErrorKind::InvalidFilename, false),
            (io::ErrorKind::Other, false),
        ] {
            assert_eq!(is_gone(&io::Error::from(kind)), expected, "{kind}");
        }
    }
}
