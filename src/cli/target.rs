//! What to scan: the arguments that several commands share.

use std::path::{Path, PathBuf};

use bstr::{BString, ByteVec as _};

use super::portion::Portion;
use crate::input::repository::Repository;
use crate::input::tree::Tree;
use crate::input::{followed, is_within};
use crate::lint;
use crate::policy::config::Config;
use crate::report::Subject;
use crate::rules::Catalogue;
use crate::scan::{ScanError, Target};

/// What to scan.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// Files and folders to scan, or `-` for standard input; the whole working tree around the current folder if none is
    /// given. With `--staged`, `--history` or `--range`: the repository, or the files and folders in it to keep to.
    paths: Vec<PathBuf>,
    #[command(flatten)]
    pub which: Which,
    /// The configuration file; without it, `keysweep.toml` at the root of what is scanned.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// What to scan instead of the working tree.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// Scan what is staged for the next commit.
    #[arg(long, group = "what")]
    staged: bool,
    /// Scan every object of the repository, reachable or not.
    #[arg(long, group = "what")]
    history: bool,
    /// Scan what the commits of a range added, as in `main..HEAD`.
    #[arg(long, group = "what", value_name = "A..B")]
    range: Option<String>,
    /// Scan what agents and shells wrote down on this machine: transcripts of sessions, prompts, command lines.
    #[arg(long, group = "what", conflicts_with = "paths")]
    transcripts: bool,
    /// The home directory in which `--transcripts` looks, if it is not your own.
    #[arg(long, value_name = "DIR", requires = "transcripts")]
    home: Option<PathBuf>,
    /// Scan standard input, as `-` does.
    #[arg(long, group = "what", conflicts_with = "paths")]
    stdin: bool,
    #[command(flatten)]
    portion: Portion,
}

/// What to scan, and to which files and folders of a repository to keep.
pub struct Scope {
    /// What to scan.
    pub target: Target,
    /// The files and folders, from the root on; none for all.
    pub within: Vec<BString>,
}

impl Place {
    /// Returns what to scan.
    ///
    /// # Errors
    /// A path lies in no repository, or in another than the first, where one is wanted.
    pub fn scope(&self) -> miette::Result<Scope> {
        self.which.scope(&self.paths)
    }
}

impl Which {
    /// Returns what to scan of `paths`.
    ///
    /// # Errors
    /// A path lies in no repository, or in another than the first, where one is wanted.
    pub fn scope(&self, paths: &[PathBuf]) -> miette::Result<Scope> {
        let whole = |target| Scope { target, within: Vec::new() };
        if self.range.is_none() && !self.history {
            self.portion.refuse()?;
        }
        if self.range.is_none() && !self.staged && !self.history {
            return Ok(whole(match (self.stdin || paths == [Path::new("-")], self.transcripts) {
                (true, false) => Target::Stdin,
                (_, true) => Target::Transcripts(self.home.clone()),
                _ => Target::Tree(paths.to_vec()),
            }));
        }
        let Part { repository, within } = Part::of(paths, self.staged)?;
        let target = match (&self.range, self.portion.part(self.range.as_ref())?) {
            (_, Some((part, limit))) => Target::Part(repository, part, limit),
            (Some(range), None) => Target::Range(repository, range.clone()),
            (None, None) if self.staged => Target::Staged(repository),
            (None, None) => Target::History(repository),
        };
        Ok(Scope { target, within })
    }
}

/// A repository and the files and folders of it that are meant.
struct Part {
    repository: PathBuf,
    within: Vec<BString>,
}

impl Part {
    /// Finds the repository of `paths`: one that is named is meant whole, or else in part.
    ///
    /// With `strict`, a path must be there or be tracked: what is staged has no others.
    fn of(paths: &[PathBuf], strict: bool) -> miette::Result<Self> {
        let here = PathBuf::from(".");
        let Some(first) = paths.first() else { return Ok(Self { repository: here, within: Vec::new() }) };
        let place = if first.exists() { first.clone() } else { here };
        let repository = Repository::discover(&place)?;
        let root = repository.work_tree().map(real);
        let is_whole = repository.work_tree_around(&place).is_err() || root == Some(real(&place));
        let rest = if is_whole && place == *first { &paths[1..] } else { paths };
        let index = repository.index().ok();
        let mut within = Vec::new();
        for path in rest {
            let inside = match &root {
                Some(root) => {
                    real(path).strip_prefix(root).map(Path::to_path_buf).map_err(|_| elsewhere(path, root))?
                }
                None => path.clone(),
            };
            let name = BString::from(<Vec<u8>>::from_path_buf(inside).map_err(|_| elsewhere(path, &place))?);
            let is_known = path.symlink_metadata().is_ok()
                || index.as_ref().is_some_and(|index| index.entries().any(|entry| is_within(entry.path, &name)));
            if !is_known && strict {
                return Err(miette::miette!(
                    help = "check the path's spelling",
                    "`{}` is not here, and not tracked",
                    path.display()
                ));
            }
            if !is_known {
                eprintln!(
                    "keysweep: `{}` is neither here nor tracked now, so only what commits had there is told",
                    path.display()
                );
            }
            within.push(name);
        }
        Ok(Self { repository: place, within })
    }
}

/// Returns the absolute path without links before its last component, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (absolute.parent(), absolute.file_name()) {
        (Some(above), Some(name)) if !absolute.is_dir() || absolute.is_symlink() => followed(above).join(name),
        _ => followed(&absolute),
    }
}

fn elsewhere(path: &Path, root: &Path) -> miette::Report {
    miette::miette!(
        help = "give paths of one repository, or none for the repository around the current folder",
        "only one repository can be scanned at a time, and `{}` is not in `{}`",
        path.display(),
        root.display()
    )
}

/// Returns the one repository that is meant by `paths`.
///
/// # Errors
/// There are several.
pub fn repository(paths: &[PathBuf]) -> miette::Result<PathBuf> {
    match paths {
        [] => Ok(PathBuf::from(".")),
        [path] => Ok(path.clone()),
        _ => Err(miette::miette!(
            help = "give one path, or none for the repository around the current folder",
            "only one repository can be scanned at a time"
        )),
    }
}

/// Returns the folder in which a scan of `paths` looks for `keysweep.toml` and the baseline.
///
/// # Errors
/// A path cannot be reached.
pub fn root(paths: &[PathBuf]) -> Result<PathBuf, ScanError> {
    if let [] | [_] = paths {
        let path = paths.first().map_or(Path::new("."), PathBuf::as_path);
        if let Ok(repository) = Repository::discover(path) {
            return Ok(repository.work_tree().unwrap_or_else(|| repository.git().path()).to_path_buf());
        }
    }
    Ok(Tree::new(paths)?.root().to_path_buf())
}

/// Returns the rules as the configuration for `paths` tunes them.
///
/// # Errors
/// The configuration is not valid.
pub fn catalogue(paths: &[PathBuf], config: Option<&Path>) -> Result<Catalogue, ScanError> {
    let config = Config::load(Some(&root(paths)?), config)?;
    Ok(config.catalogue()?)
}

/// Returns all rules of a catalogue, then all lints.
pub fn subjects(catalogue: &Catalogue) -> Vec<Subject> {
    catalogue.rules().iter().map(Subject::of_rule).chain(lint::all().map(Subject::of_lint)).collect()
}
