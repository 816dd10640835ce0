//! Opens gzip, zip and tar, within a budget.

use std::io::{Cursor, Read};

/// A part of an archive, whose content is handed over.
#[derive(Clone, Copy, Debug)]
pub enum Member<'a> {
    /// The content of a gzip stream.
    Gzip,
    /// A member of a zip archive.
    Zip(&'a [u8]),
    /// A member of a tar archive.
    Tar(&'a [u8]),
}

impl<'a> Member<'a> {
    /// Returns the words that a place's `via` has for it.
    pub fn label(&self) -> String {
        let name = |path: &[u8]| crate::finding::masked(path, &[]);
        match self {
            Self::Gzip => "gzip".to_owned(),
            Self::Zip(path) => format!("zip member {}", name(path)),
            Self::Tar(path) => format!("tar member {}", name(path)),
        }
    }

    /// Returns its path in the archive.
    pub const fn path(&self) -> Option<&'a [u8]> {
        match self {
            Self::Gzip => None,
            Self::Zip(path) | Self::Tar(path) => Some(path),
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

/// Hands every member to `each`, until it returns `false`. At most `budget` bytes are unpacked. Returns the bytes around the
/// members where those lie in `bytes` as they are and all were handed over: with them, everything was looked at.
///
/// A member that holds more is handed over as far as it was unpacked, and is the last.
///
/// # Errors
/// Something was wrong with the archive; what came before was handed over.
pub fn open(
    bytes: &[u8],
    budget: usize,
    each: &mut dyn FnMut(Member<'_>, &[u8]) -> bool,
) -> Result<Option<Vec<u8>>, Problem> {
    if bytes.starts_with(GZIP) {
        let mut content = Vec::new();
        let result = flate2::read::MultiGzDecoder::new(bytes).take(budget as u64 + 1).read_to_end(&mut content);
        each(Member::Gzip, &content);
        return result.map(|_| None).map_err(|_| Problem::Damaged("gzip stream"));
    }
    if bytes.starts_with(ZIP) { zip(bytes, budget, each).map(|()| None) } else { tar(bytes, budget, each) }
}

fn zip(bytes: &[u8], mut budget: usize, each: &mut dyn FnMut(Member<'_>, &[u8]) -> bool) -> Result<(), Problem> {
    const DAMAGED: Problem = Problem::Damaged("zip archive");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| DAMAGED)?;
    let mut problem = Ok(());
    // What others can read is worse to miss than what nobody can.
    let mut note = |found: Problem| {
        if problem != Err(Problem::Unknown) {
            problem = Err(found);
        }
    };
    for index in 0..archive.len() {
        let member = match archive.by_index(index) {
            Ok(member) => member,
            Err(error) => {
                note(match error {
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
            note(DAMAGED);
        }
        budget = budget.saturating_sub(content.len());
        if !content.is_empty() && !each(Member::Zip(&name), &content) {
            break;
        }
    }
    problem
}

/// Does the same for tar, whose members lie in `bytes` as they are, and returns what lies around them.
fn tar(
    bytes: &[u8],
    mut budget: usize,
    each: &mut dyn FnMut(Member<'_>, &[u8]) -> bool,
) -> Result<Option<Vec<u8>>, Problem> {
    const DAMAGED: Problem = Problem::Damaged("tar archive");
    let mut archive = tar::Archive::new(Cursor::new(bytes));
    let (mut around, mut end) = (Vec::new(), 0);
    // What is in memory need not be read to get past it.
    for member in archive.entries_with_seek().map_err(|_| DAMAGED)? {
        let member = member.map_err(|_| DAMAGED)?;
        let name = member.path_bytes().into_owned();
        let start = usize::try_from(member.raw_file_position()).map_err(|_| DAMAGED)?;
        let (before, rest) = (bytes.get(end..start), bytes.get(start..).ok_or(DAMAGED)?);
        around.extend_from_slice(before.unwrap_or_default());
        if member.header().entry_type().is_gnu_sparse() {
            let mut content = Vec::new();
            member.take(budget as u64 + 1).read_to_end(&mut content).map_err(|_| DAMAGED)?;
            budget = budget.saturating_sub(content.len());
            end = start;
            if !content.is_empty() && !each(Member::Tar(&name), &content) {
                return Ok(None);
            }
            continue;
        }
        let size = usize::try_from(member.size()).unwrap_or(usize::MAX);
        let content = &rest[..size.min(rest.len()).min(budget.saturating_add(1))];
        budget = budget.saturating_sub(content.len());
        if !content.is_empty() && !each(Member::Tar(&name), content) {
            return Ok(None);
        }
        if rest.len() < size {
            return Err(DAMAGED);
        }
        end = start + size;
    }
    around.extend_from_slice(bytes.get(end..).unwrap_or_default());
    Ok(Some(around))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, content) in members {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            builder.append_data(&mut header, name, *content).expect("memory takes it");
        }
        builder.into_inner().expect("memory takes it")
    }

    /// Names and contents.
    type Members = Vec<(String, Vec<u8>)>;

    /// Returns the members that are handed over, and what `open` returns.
    fn opened(bytes: &[u8], budget: usize) -> (Members, Result<Option<Vec<u8>>, Problem>) {
        let mut members = Vec::new();
        let result = open(bytes, budget, &mut |member, content| {
            let name = String::from_utf8_lossy(member.path().unwrap_or_default()).into_owned();
            members.push((name, content.to_vec()));
            content.len() <= budget
        });
        (members, result)
    }

    #[test]
    fn members_of_a_tar_and_what_lies_around_them_are_all_of_it() {
        let long = "l".repeat(140);
        let content = [b'x'; 600];
        let bytes = packed(&[("a", b"one"), (&long, &content), ("none", b""), ("b/c", &content[..512])]);
        let (members, around) = opened(&bytes, 1 << 20);
        let around = around.expect("it is whole").expect("all was handed over");
        let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", &long, "b/c"]);
        assert_eq!(members[1].1, content);
        let inside: usize = members.iter().map(|(_, content)| content.len()).sum();
        assert_eq!(inside + around.len(), bytes.len());
        assert!(memchr::memmem::find(&around, long.as_bytes()).is_some(), "a long name lies before its member");
    }

    #[test]
    fn a_tar_that_ends_in_a_member_is_damaged_and_handed_over_as_far_as_it_goes() {
        let bytes = packed(&[("a", b"one"), ("b", &[b'x'; 600])]);
        let (members, result) = opened(&bytes[..3 * 512 + 100], 1 << 20);
        assert_eq!(result, Err(Problem::Damaged("tar archive")));
        assert_eq!(members.last().map(|(name, content)| (name.as_str(), content.len())), Some(("b", 100)));
    }

    #[test]
    fn a_member_beyond_the_budget_is_the_last_and_leaves_the_rest_unseen() {
        let bytes = packed(&[("a", &[b'x'; 600]), ("b", b"one")]);
        let (members, result) = opened(&bytes, 500);
        assert_eq!(members.iter().map(|(_, content)| content.len()).collect::<Vec<_>>(), [501]);
        assert_eq!(result, Ok(None));
    }
}
