//! What a walk goes through, and how what it comes by is called outside of it.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};

use bstr::BString;

use super::start::HERE;
use crate::input::path::{bytes, shown};

/// A directory that is walked.
///
/// The current one is walked by its short name: the system goes from there to a file, and not from the root of all.
#[derive(Clone)]
pub(super) struct WalkRoot {
    /// The absolute path.
    pub(super) real: PathBuf,
    /// The path that the walk begins with.
    pub(super) walked: PathBuf,
    /// The length of what stands before the inner path of every file of the walk.
    lead: usize,
    /// What reports have before an inner path.
    shown: BString,
    /// A hasher that has seen what an absolute path has before an inner one.
    hasher: <RandomState as BuildHasher>::Hasher,
}

impl WalkRoot {
    /// Takes the directory `real`, which is the current one if `is_here`; `root` is the scan's.
    pub(super) fn new(real: &Path, is_here: bool, root: &Path, hasher: &RandomState) -> Self {
        let walked = if is_here { PathBuf::from(HERE) } else { real.to_owned() };
        let lead = with_slash(&bytes(&walked)).len();
        let hasher = hasher_below(real, hasher);
        Self { real: real.to_owned(), walked, lead, shown: with_slash(&shown(real, root)), hasher }
    }

    /// Returns the path below the directory of what the walk comes by.
    pub(super) fn inside<'p>(&self, path: &'p Path) -> Cow<'p, [u8]> {
        match bytes(path) {
            Cow::Borrowed(path) => Cow::Borrowed(path.get(self.lead..).unwrap_or_default()),
            Cow::Owned(path) => Cow::Owned(path.get(self.lead..).unwrap_or_default().to_vec()),
        }
    }

    /// Returns how a report calls what lies at an inner path.
    pub(super) fn shown(&self, inside: &[u8]) -> BString {
        let name: BString = [&self.shown, inside].concat().into();
        match name.strip_suffix(b"/") {
            // The directory itself.
            Some(own) if inside.is_empty() && !own.is_empty() => own.into(),
            _ => name,
        }
    }

    /// Returns the hash of the absolute path of what lies at an inner path.
    pub(super) fn hash(&self, inside: &[u8]) -> u64 {
        let mut hasher = self.hasher.clone();
        hasher.write(inside);
        hasher.finish()
    }

    /// Returns the absolute path of what the walk comes by.
    pub(super) fn real_of(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.walked).map_or_else(|_| path.to_owned(), |inside| self.real.join(inside))
    }
}

/// Returns a hasher that has seen what the absolute path of all that lies below a directory begins with.
pub(super) fn hasher_below(real: &Path, hasher: &RandomState) -> <RandomState as BuildHasher>::Hasher {
    let mut hasher = hasher.build_hasher();
    hasher.write(&with_slash(&bytes(real)));
    hasher
}

fn with_slash(path: &[u8]) -> BString {
    match path.last() {
        None | Some(b'/') => BString::from(path),
        Some(_) => BString::from([path, b"/"].concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_name_however_the_walk_came_there() {
        let hasher = RandomState::new();
        let walk_root = |real: &str, is_here| WalkRoot::new(Path::new(real), is_here, Path::new("/a"), &hasher);
        for (real, here, far, name) in
            [("/a/b", "./c/d", "/a/b/c/d", "b/c/d"), ("/a", "./d", "/a/d", "d"), ("/", "./e", "/e", "/e")]
        {
            let (near, whole) = (walk_root(real, true), walk_root(real, false));
            let (here, far) = (Path::new(here), Path::new(far));
            assert_eq!(near.inside(here), whole.inside(far));
            assert_eq!(near.shown(&near.inside(here)), name);
            assert_eq!(near.shown(&near.inside(here)), whole.shown(&whole.inside(far)));
            assert_eq!(near.hash(&near.inside(here)), whole.hash(&whole.inside(far)));
            assert_eq!(near.hash(&near.inside(here)), hasher_of(&hasher, far));
            assert_eq!(near.shown(b""), shown(Path::new(real), Path::new("/a")));
            assert_eq!((near.real_of(here), whole.real_of(far)), (far.to_owned(), far.to_owned()));
        }
    }

    fn hasher_of(hasher: &RandomState, path: &Path) -> u64 {
        let mut hasher = hasher.build_hasher();
        hasher.write(&bytes(path));
        hasher.finish()
    }
}
