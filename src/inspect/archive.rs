//! Opens gzip, zip and tar, within a budget.

use std::io::{Cursor, Read};

/// What was opened.
#[derive(Clone, Copy, Debug)]
pub enum Opened<'a> {
    /// The content of a gzip stream.
    Gzip,
    /// A member of a zip archive.
    Zip(&'a [u8]),
    /// A member of a tar archive.
    Tar(&'a [u8]),
}

impl<'a> Opened<'a> {
    /// Returns the words that a place's `via` has for it.
    pub fn label(&self) -> String {
        let name = |name: &[u8]| crate::finding::masked(name, &[]);
        match self {
            Self::Gzip => "gzip".to_owned(),
            Self::Zip(member) => format!("zip member {}", name(member)),
            Self::Tar(member) => format!("tar member {}", name(member)),
        }
    }

    /// Returns the member's path.
    pub const fn member(&self) -> Option<&'a [u8]> {
        match self {
            Self::Gzip => None,
            Self::Zip(member) | Self::Tar(member) => Some(member),
        }
    }
}

/// Why an archive was not opened, or not all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The archive is damaged: nobody can read what is missing.
    #[error("the {0} is damaged")]
    Damaged(&'static str),
    /// A member is encrypted: nobody can read it without the password.
    #[error("a member of the zip archive is encrypted")]
    Encrypted,
    /// A member is packed in a way that is not known here.
    #[error("a member of the zip archive is packed in a way that keysweep cannot unpack")]
    Unknown,
}

impl Problem {
    /// Tells whether others can read what could not be read here.
    pub fn is_readable_by_others(self) -> bool {
        self == Self::Unknown
    }
}

const GZIP: &[u8] = &[0x1f, 0x8b, 8];
const ZIP: &[u8] = b"PK\x03\x04";

fn is_tar(bytes: &[u8]) -> bool {
    bytes.len() > 512 && bytes[257..].starts_with(b"ustar")
}

/// Tells whether the bytes start like an archive that can be opened.
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP) || bytes.starts_with(ZIP) || is_tar(bytes)
}

/// Hands every member to `each`, until it returns `false`. At most `budget` bytes are unpacked.
///
/// A member that holds more is handed over as far as it was unpacked, and is the last.
///
/// # Errors
/// Something was wrong with the archive; what came before was handed over.
pub fn open(bytes: &[u8], budget: usize, each: &mut dyn FnMut(Opened<'_>, &[u8]) -> bool) -> Result<(), Problem> {
    if bytes.starts_with(GZIP) {
        let mut content = Vec::new();
        let result = flate2::read::MultiGzDecoder::new(bytes).take(budget as u64 + 1).read_to_end(&mut content);
        each(Opened::Gzip, &content);
        return result.map(|_| ()).map_err(|_| Problem::Damaged("gzip stream"));
    }
    if bytes.starts_with(ZIP) { zip(bytes, budget, each) } else { tar(bytes, budget, each) }
}

fn zip(bytes: &[u8], mut budget: usize, each: &mut dyn FnMut(Opened<'_>, &[u8]) -> bool) -> Result<(), Problem> {
    const DAMAGED: Problem = Problem::Damaged("zip archive");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| DAMAGED)?;
    let mut problem = Ok(());
    for index in 0..archive.len() {
        let member = match archive.by_index(index) {
            Ok(member) => member,
            Err(error) => {
                problem = Err(match error {
                    zip::result::ZipError::UnsupportedArchive(zip::result::ZipError::PASSWORD_REQUIRED) => {
                        Problem::Encrypted
                    }
                    zip::result::ZipError::UnsupportedArchive(_) => Problem::Unknown,
                    _ => DAMAGED,
                });
                continue;
            }
        };
        let name = member.name_raw().to_vec();
        let mut content = Vec::new();
        if member.take(budget as u64 + 1).read_to_end(&mut content).is_err() {
            problem = Err(DAMAGED);
        }
        budget = budget.saturating_sub(content.len());
        if !content.is_empty() && !each(Opened::Zip(&name), &content) {
            break;
        }
    }
    problem
}

fn tar(bytes: &[u8], mut budget: usize, each: &mut dyn FnMut(Opened<'_>, &[u8]) -> bool) -> Result<(), Problem> {
    const DAMAGED: Problem = Problem::Damaged("tar archive");
    let mut archive = tar::Archive::new(bytes);
    for member in archive.entries().map_err(|_| DAMAGED)? {
        let member = member.map_err(|_| DAMAGED)?;
        let name = member.path_bytes().into_owned();
        let mut content = Vec::new();
        member.take(budget as u64 + 1).read_to_end(&mut content).map_err(|_| DAMAGED)?;
        budget = budget.saturating_sub(content.len());
        if !content.is_empty() && !each(Opened::Tar(&name), &content) {
            break;
        }
    }
    Ok(())
}
