//! What agents and shells wrote down on this machine: transcripts of sessions, prompts, command lines.
//!
//! Such files grow without bound and hold text in text, as JSON in strings of JSON. They are read part by part, and each
//! part is shown with its escapes undone; a finding's place is that in the file all the same.

mod database;
mod escape;
mod find;
mod lines;
mod owner;
mod part;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bstr::{BStr, BString, ByteSlice};
use rayon::prelude::*;

use super::path::pipe_notice;
use super::{Coverage, Visitor};
pub use owner::Owner;
pub use part::Part;

/// The files to look at.
#[derive(Debug)]
pub struct Transcripts {
    home: PathBuf,
    files: Vec<File>,
    unread: Vec<(PathBuf, std::io::Error)>,
    pipes: Vec<PathBuf>,
}

/// One file and who writes it.
#[derive(Debug)]
struct File {
    path: PathBuf,
    /// The path in reports: from `~` on, if it lies in the home directory.
    shown: BString,
    owner: &'static Owner,
}

/// Why transcripts cannot be looked for.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum TranscriptsError {
    /// Nobody says where the home directory is.
    #[error("the home directory is not known: the variable `HOME` is not set or is empty")]
    #[diagnostic(code(input::no_home), help("set `HOME`, or name the directory with `--home`"))]
    NoHome,
    /// The directory that was named is none.
    #[error("`{}` is not a directory", path.display())]
    #[diagnostic(code(input::unreachable_path), help("check `HOME`, or the path given with `--home`"))]
    NoDirectory {
        /// The directory as it was given.
        path: PathBuf,
    },
}

impl Transcripts {
    /// Looks for the files of all agents and shells that are known, in the home directory `home`.
    ///
    /// Without one, in the user's own, where the variables of agents and shells say, and in the folders that `projects` tells:
    /// some agents leave their files where they were started.
    ///
    /// # Errors
    /// The home directory is not known or is none.
    pub fn find(home: Option<&Path>, projects: impl FnOnce() -> Vec<PathBuf>) -> Result<Self, TranscriptsError> {
        let variable = |name: &str| {
            let value = std::env::var_os(name).filter(|_| home.is_none())?;
            (!value.is_empty()).then(|| PathBuf::from(value))
        };
        let projects = if home.is_none() { projects() } else { Vec::new() };
        let home = home.map(Path::to_owned).or_else(crate::folders::home).ok_or(TranscriptsError::NoHome)?;
        if !home.is_dir() {
            return Err(TranscriptsError::NoDirectory { path: home });
        }
        let home = home.canonicalize().unwrap_or(home);
        let mut found = find::Found::default();
        for owner in owner::ALL {
            found.owner(owner, &home, &variable);
            projects.iter().for_each(|folder| found.project(owner, folder));
        }
        let file = |(path, owner): (PathBuf, &'static Owner)| File { shown: shown(&path, &home), path, owner };
        let files = found.files.into_iter().map(file).collect();
        Ok(Self { files, unread: found.unread, pipes: found.pipes, home })
    }

    /// Returns the home directory.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Returns who wrote the file that reports call `shown`.
    pub fn owner(&self, shown: &BStr) -> Option<&'static Owner> {
        self.files.iter().find(|file| file.shown == shown).map(|file| file.owner)
    }

    /// Shows every part of every file to `visitor`, from as many threads as there are processors.
    pub fn read(&self, coverage: &Coverage, visitor: &dyn Visitor) {
        for (path, error) in &self.unread {
            visitor.notice(unread(&shown(path, &self.home), error));
        }
        self.pipes.iter().for_each(|path| visitor.notice(pipe_notice(&shown(path, &self.home))));
        // Large files first, so that no thread is left with one at the end.
        let size = |file: &File| std::fs::metadata(&file.path).map_or(0, |metadata| metadata.len());
        let mut files: Vec<(u64, &File)> = self.files.iter().map(|file| (size(file), file)).collect();
        files.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
        let queue = Mutex::new(files.into_iter());
        let next = || queue.lock().expect("taking the next does not panic").next();
        rayon::iter::repeat_n((), rayon::current_num_threads()).for_each(|()| {
            while let Some((_, file)) = next() {
                if visitor.interrupted() {
                    return;
                }
                let is_due = file.owner.is_database(&file.path);
                if let Err(error) = part::read(&file.path, (&file.shown, is_due), coverage, visitor) {
                    visitor.notice(unread(&file.shown, &error));
                }
            }
        });
    }
}

/// Reads up to `len` bytes from a place of a file on in place of what `bytes` has; fewer only where the file ends.
fn read_at(mut file: &std::fs::File, offset: u64, len: usize, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    use std::io::{Read as _, Seek as _};
    bytes.clear();
    file.seek(std::io::SeekFrom::Start(offset))?;
    file.take(len as u64).read_to_end(bytes).map(|_| ())
}

fn unread(shown: &BString, error: &std::io::Error) -> crate::finding::Notice {
    let help = match error.kind() {
        std::io::ErrorKind::PermissionDenied => "run keysweep as the user whose file it is",
        _ => "",
    };
    crate::finding::Notice::unread(super::printable(shown), error.to_string(), help)
}

/// Returns a path as reports show it.
fn shown(path: &Path, home: &Path) -> BString {
    let (start, rest) = match path.strip_prefix(home) {
        Ok(inside) => ("~/", inside),
        Err(_) => ("", path),
    };
    let rest = rest.to_string_lossy();
    let rest = if cfg!(windows) { rest.replace('\\', "/").into() } else { rest };
    let bytes = <[u8]>::from_path(path.strip_prefix(home).unwrap_or(path)).filter(|_| !cfg!(windows));
    [start.as_bytes(), bytes.unwrap_or(rest.as_bytes())].concat().into()
}
