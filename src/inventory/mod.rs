//! Lists the credentials for MCP servers that lie in a home directory: where, how old, until when; never a value.

mod files;
mod read;
mod when;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::document::LARGEST;
use crate::finding::Notice;

/// How an inventory is taken.
#[derive(Clone, Debug)]
pub struct Options {
    /// The home directory to look at.
    pub home: PathBuf,
    /// The time by which expiry and age are judged.
    pub now: Timestamp,
    /// How many days before its end a credential counts as expiring.
    pub warning_days: i64,
    /// How many days a credential may live.
    pub age_days: i64,
}

impl Options {
    /// Judges `home` by the present time, with a warning of 30 days and an age of 90.
    pub fn new(home: impl Into<PathBuf>) -> Self {
        Self { home: home.into(), now: Timestamp::now(), warning_days: 30, age_days: 90 }
    }
}

/// In which form a file holds a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// The value itself.
    Literal,
    /// A reference such as `${NAME}`; the text is the reference.
    Reference(String),
}

/// What is wrong with a credential or its file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    /// Others on this machine can read or change the file.
    ReadableByOthers,
    /// It no longer works.
    Expired,
    /// It will not work for long.
    Expiring,
    /// It is older than it should get.
    Old,
    /// It was revoked and still lies there.
    Revoked,
    /// The store names a current profile that it does not have.
    MissingProfile,
}

impl Problem {
    /// Returns the problem in a few words.
    pub const fn text(&self) -> &'static str {
        match self {
            Self::ReadableByOthers => "readable by others",
            Self::Expired => "expired",
            Self::Expiring => "expires soon",
            Self::Old => "too old",
            Self::Revoked => "revoked, delete it",
            Self::MissingProfile => "the current profile does not exist",
        }
    }

    /// Tells whether it makes `keysweep tokens` fail.
    pub const fn blocks(&self) -> bool {
        matches!(self, Self::ReadableByOthers | Self::Expired | Self::Old)
    }
}

/// One credential.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Whose it is: the service or the server's name.
    pub provider: String,
    /// The client that reads the file.
    pub client: String,
    /// The file, relative to the home directory.
    pub file: String,
    /// The place in the file, as a JSON Pointer.
    pub pointer: String,
    /// Its form.
    pub held: Held,
    /// When it was made, where that is known.
    pub created: Option<Timestamp>,
    /// When it ends, where that is known.
    pub expires: Option<Timestamp>,
    /// The permissions of the file, on Unix.
    pub mode: Option<u32>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

impl Entry {
    /// Returns the whole days until it ends; negative once it has ended.
    pub fn days_left(&self, now: Timestamp) -> Option<i64> {
        self.expires.map(|expires| (expires.as_second() - now.as_second()).div_euclid(86_400))
    }
}

/// All that was found.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The credentials, by file and place.
    pub entries: Vec<Entry>,
    /// Files that could not be read.
    pub notices: Vec<Notice>,
}

impl Inventory {
    /// Returns 1 if something is expired, too old or readable by others; 3 if a file could not be read; else 0.
    pub fn exit_code(&self) -> u8 {
        let blocks = self.entries.iter().any(|entry| entry.problems.iter().any(Problem::blocks));
        if blocks {
            1
        } else if self.notices.iter().any(|notice| notice.incomplete) {
            3
        } else {
            0
        }
    }
}

/// Reads the user files of all known clients below a home directory.
///
/// `known` is the detection engine's opinion on values. Files that are missing are no matter; files that cannot be
/// read are notices.
pub fn take(options: &Options, known: &dyn Fn(&[u8]) -> bool) -> Inventory {
    let mut inventory = Inventory::default();
    for file in files::candidates(&options.home) {
        let path = options.home.join(&file.path);
        let bytes = match read(&path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => continue,
            Err((message, help)) => {
                inventory.notices.push(Notice::unread(format!("~/{}", file.path), message, help));
                continue;
            }
        };
        if let Ok(target) = path.read_link() {
            let target = target.to_string_lossy().escape_debug().to_string();
            let message = format!("is a symbolic link, and the file that it leads to was read: {target}");
            inventory.notices.push(Notice::note(format!("~/{}", file.path), message, "its mode is that of the target"));
        }
        let mode = mode(&path);
        match read::entries(&file, &bytes, mode, options, known) {
            Ok(entries) => inventory.entries.extend(entries),
            Err(error) => {
                let help = "correct the file, or let its client write it again";
                inventory.notices.push(Notice::unread(format!("~/{}", file.path), error.to_string(), help));
            }
        }
    }
    inventory.entries.sort_by(|a, b| (&a.file, &a.pointer).cmp(&(&b.file, &b.pointer)));
    inventory
}

/// Reads a regular file, or the one that a link leads to; nothing if it went away. A pipe is never opened, since that waits for
/// whoever writes.
fn read(path: &Path) -> Result<Option<Vec<u8>>, (String, &'static str)> {
    let is_gone = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    let unread = |error: std::io::Error| (format!("could not be read: {}", error.kind()), "check its permissions");
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if is_gone(&error) && path.is_symlink() => {
            return Err((
                "is a symbolic link that leads nowhere".to_owned(),
                "delete it, or put the file where it leads",
            ));
        }
        Err(error) if is_gone(&error) => return Ok(None),
        Err(error) => return Err(unread(error)),
    };
    if !metadata.is_file() {
        let message = "is a pipe, a socket or a device, and was not opened".to_owned();
        return Err((
            message,
            "its client reads a credential from there; keep the file that it comes from for the owner alone",
        ));
    }
    if metadata.len() > LARGEST as u64 {
        let message = format!("is larger than {} MiB, and was not read", LARGEST >> 20);
        return Err((message, "no client writes such a file: look what it is"));
    }
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_gone(&error) => Ok(None),
        Err(error) => Err(unread(error)),
    }
}

/// Returns the permission bits of a file.
#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o777)
}

/// Returns nothing: other systems have no such bits.
#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}
