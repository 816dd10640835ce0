//! What to scan: the arguments that several commands share.

use std::path::{Path, PathBuf};

use crate::input::repository::Repository;
use crate::input::tree::Tree;
use crate::lint;
use crate::policy::config::Config;
use crate::report::Subject;
use crate::rules::Catalogue;
use crate::scan::{ScanError, Target};

/// What to scan.
#[derive(Debug, clap::Args)]
pub struct Place {
    /// Files and folders to scan; the working tree around the current folder if none is given. With `--staged`,
    /// `--history` or `--range`: the repository.
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
    /// Scan standard input.
    #[arg(long, group = "what", conflicts_with = "paths")]
    stdin: bool,
}

impl Place {
    /// Returns what to scan.
    ///
    /// # Errors
    /// Several paths are given where one repository is wanted.
    pub fn target(&self) -> miette::Result<Target> {
        self.which.target(&self.paths)
    }
}

impl Which {
    /// Returns what to scan of `paths`.
    ///
    /// # Errors
    /// Several paths are given where one repository is wanted.
    pub fn target(&self, paths: &[PathBuf]) -> miette::Result<Target> {
        Ok(match (&self.range, self.staged, self.history, self.stdin) {
            (Some(range), ..) => Target::Range(repository(paths)?, range.clone()),
            (_, true, ..) => Target::Staged(repository(paths)?),
            (_, _, true, _) => Target::History(repository(paths)?),
            (.., true) => Target::Stdin,
            _ if self.transcripts => Target::Transcripts(self.home.clone()),
            _ => Target::Tree(paths.to_vec()),
        })
    }
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
