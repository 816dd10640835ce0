//! The object database as one place to look things up, with git's quarantine for pushes in front of it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use gix::ObjectId;
use gix::hash::{Kind, oid};
use gix::objs::{Data, Find};
use rayon::prelude::*;

use crate::source::ObjectKind;

/// How many things that need objects one thread takes at a time. Of so few, one does all: starting others would take longer.
const SHARE: usize = 32;

/// Looks up objects. Cheap to clone, and every thread needs its own.
#[derive(Clone)]
pub struct Objects {
    main: gix::OdbHandle,
    quarantine: Vec<gix::odb::Handle>,
}

/// Why an object could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// The database does not hold it: a partial or damaged clone.
    #[error("the object is not in the repository")]
    Missing,
    /// Its bytes cannot be decoded.
    #[error("the object is damaged")]
    Damaged,
    /// It is not of the kind that what names it says.
    #[error("the object is of an unexpected kind")]
    Kind,
}

impl ObjectError {
    /// Says what the user can do about it.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Missing => "fetch what the clone lacks, as in `git fetch --refetch --no-filter`",
            Self::Damaged | Self::Kind => "`git fsck` shows what is damaged",
        }
    }
}

impl Objects {
    /// Makes a database of `main` and of the directories that git's environment names for this process.
    ///
    /// A directory that cannot be opened is left out: what is missed shows up as a missing object.
    pub(super) fn new(mut main: gix::OdbHandle, common: &Path, hash: Kind) -> Self {
        // Replacements would hide what the repository really holds.
        main.ignore_replacements = true;
        let standard = common.join("objects");
        let quarantine = environment_directories()
            .into_iter()
            .filter(|directory| *directory != standard)
            .filter_map(|directory| gix::odb::at(directory, hash).ok())
            .collect();
        Self { main, quarantine }
    }

    /// Reads the object `id` into `buffer` and returns its kind.
    ///
    /// # Errors
    /// If the object is missing or damaged.
    pub fn read(&self, id: &oid, buffer: &mut Vec<u8>) -> Result<ObjectKind, ObjectError> {
        if *id == *ObjectId::empty_blob(id.kind()) {
            buffer.clear();
            return Ok(ObjectKind::Blob);
        }
        if *id == *ObjectId::empty_tree(id.kind()) {
            buffer.clear();
            return Ok(ObjectKind::Tree);
        }
        match self.try_find(id, buffer) {
            Ok(Some(data)) => Ok(data.kind.into()),
            Ok(None) => Err(ObjectError::Missing),
            Err(_) => Err(ObjectError::Damaged),
        }
    }

    /// Reads the object `id`, which must be of the kind `expected`.
    ///
    /// # Errors
    /// If the object is missing, damaged or of another kind.
    pub fn read_as(&self, id: &oid, expected: ObjectKind, buffer: &mut Vec<u8>) -> Result<(), ObjectError> {
        if self.read(id, buffer)? == expected { Ok(()) } else { Err(ObjectError::Kind) }
    }

    /// Tells whether the database holds `id`.
    pub fn contains(&self, id: &oid) -> bool {
        use gix::objs::Exists;
        self.main.exists(id) || self.quarantine.iter().any(|store| store.exists(id))
    }
}

impl Objects {
    /// Calls `run` for every item with a buffer of the thread's, from several threads if there are many items, and returns the
    /// results in order.
    pub(super) fn each<T: Sync, R: Send>(
        &self,
        items: &[T],
        run: impl Fn(&T, &Self, &mut Vec<u8>) -> R + Sync,
    ) -> Vec<R> {
        let run_all = |items: &[T], objects: &Self| {
            let mut buffer = Vec::new();
            items.iter().map(|item| run(item, objects, &mut buffer)).collect::<Vec<_>>()
        };
        if items.len() <= SHARE {
            return run_all(items, self);
        }
        let shared = Mutex::new(self.clone());
        let shares = items.par_chunks(SHARE).map(|items| {
            let objects = shared.lock().expect("cloning does not panic").clone();
            run_all(items, &objects)
        });
        shares.flatten_iter().collect()
    }
}

impl Find for Objects {
    fn try_find<'a>(&self, id: &oid, buffer: &'a mut Vec<u8>) -> gix::error::Result<Option<Data<'a>>> {
        // The quarantine first: `pre-receive` asks for little else.
        for store in &self.quarantine {
            if let Some(kind) = store.try_find(id, buffer)?.map(|data| data.kind) {
                return Ok(Some(Data { kind, object_hash: id.kind(), data: buffer }));
            }
        }
        self.main.try_find(id, buffer)
    }
}

/// Returns the object directories that the environment adds: those of a quarantine, and explicit alternates.
fn environment_directories() -> Vec<PathBuf> {
    let main = std::env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
    let others = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES");
    let others = others.iter().flat_map(|list| std::env::split_paths(list));
    main.into_iter().chain(others).filter(|path| !path.as_os_str().is_empty()).collect()
}
