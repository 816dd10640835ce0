//! The inputs besides history, against repositories that the real git makes.

mod ignored;
mod part;
mod range;
mod rules;
mod staged;
mod tree;

use std::path::Path;

use keysweep::input::Collect;
use keysweep::source::Origin;

/// What a visitor saw: the places with their bytes, sorted, and what could not be read.
#[derive(Debug)]
pub struct Seen {
    /// Paths, or the words `stdin`, `commit`, `tag` where there is none, each with its content.
    pub blobs: Vec<(String, Vec<u8>)>,
    /// The subjects of all notices that make the scan incomplete.
    pub unread: Vec<String>,
}

impl Seen {
    /// Takes what `collected` holds.
    pub fn of(collected: Collect) -> Self {
        let blobs = collected.blobs.into_inner().expect("no visitor panicked");
        let notices = collected.notices.into_inner().expect("no visitor panicked");
        let mut blobs: Vec<_> = blobs.into_iter().map(|(origin, bytes)| (place(&origin), bytes)).collect();
        blobs.sort();
        let unread = notices.into_iter().filter(|notice| notice.incomplete).map(|notice| notice.subject).collect();
        Self { blobs, unread }
    }

    /// Returns the places whose content contains `marker`.
    pub fn places(&self, marker: &str) -> Vec<&str> {
        let holds = |bytes: &[u8]| memchr::memmem::find(bytes, marker.as_bytes()).is_some();
        self.blobs.iter().filter(|(_, bytes)| holds(bytes)).map(|(place, _)| place.as_str()).collect()
    }

    /// Returns all places.
    pub fn all(&self) -> Vec<&str> {
        self.blobs.iter().map(|(place, _)| place.as_str()).collect()
    }
}

fn place(origin: &Origin) -> String {
    match (origin, origin.path()) {
        (_, Some(path)) => path.to_string(),
        (Origin::Object { kind, .. }, None) => kind.name().to_owned(),
        (_, None) => "stdin".to_owned(),
    }
}

/// Makes the bytes of an index as git would not write it: each path as it is, with the same file of an id of SHA-1.
pub fn index(paths: &[&str], id: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&id[at..at + 2], 16).expect("an id is hexadecimal");
    let id: Vec<u8> = (0..id.len()).step_by(2).map(digit).collect();
    let mut bytes = b"DIRC\0\0\0\x02".to_vec();
    bytes.extend((paths.len() as u32).to_be_bytes());
    for path in paths {
        let start = bytes.len();
        bytes.extend([0; 24]);
        bytes.extend(0o100_644u32.to_be_bytes());
        bytes.extend([0; 12]);
        bytes.extend(&id);
        bytes.extend((path.len() as u16).to_be_bytes());
        bytes.extend(path.as_bytes());
        let len = (bytes.len() - start + 8) & !7;
        bytes.resize(start + len, 0);
    }
    // A checksum of zeros means that there is none.
    bytes.extend([0; 20]);
    bytes
}

/// Makes a symbolic link, where the system has such.
#[cfg(unix)]
pub fn link(target: &str, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("the link can be made");
}
