//! Opens what is to be scanned and reads it; knows what each kind of source held before.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use bstr::BStr;

use super::cache::{Cache, CacheError};
use super::gather::Gathered;
use super::report::Mode;
use super::{Gather, Request, before, elsewhere, history, lint};
use crate::finding::{Finding, Notice};
use crate::input::compare::Differences;
use crate::input::history::{HistoryError, Known, Trail};
use crate::input::range::{Limit, Part, Range, RangeError, Selection};
use crate::input::repository::{Repository, RepositoryError};
use crate::input::transcripts::{Owner, Transcripts, TranscriptsError};
use crate::input::tree::{Tree, TreeError};
use crate::input::{Coverage, staged, stdin};
use crate::inspect::{Inspector, Options};
use crate::lint::Persona;
use crate::policy::baseline::BaselineError;
use crate::policy::config::ConfigError;
use crate::quantity::counted;
use crate::rules::Catalogue;

/// Where the bytes come from.
#[derive(Clone, Debug)]
pub enum Target {
    /// The working tree, or the files and folders named.
    Tree(Vec<PathBuf>),
    /// The index against HEAD, of the repository at the path.
    Staged(PathBuf),
    /// Every object of the repository at the path.
    History(PathBuf),
    /// What the commits of a range added, in git's words for ranges.
    Range(PathBuf, String),
    /// What some commits of a history or of a range brought in.
    Part(PathBuf, Part, Limit),
    /// The transcripts and histories in a home directory; without one, in the user's own.
    Transcripts(Option<PathBuf>),
    /// Standard input.
    Stdin,
}

impl Default for Target {
    fn default() -> Self {
        Self::Tree(Vec::new())
    }
}

impl Target {
    /// Returns the mode's name for the report.
    pub const fn mode(&self) -> Mode {
        match self {
            Self::Tree(_) => Mode::Tree,
            Self::Staged(_) => Mode::Staged,
            Self::Range(..) | Self::Part(_, Part::Range(_), _) => Mode::Range,
            Self::History(_) | Self::Part(..) => Mode::History,
            Self::Transcripts(_) => Mode::Transcripts,
            Self::Stdin => Mode::Stdin,
        }
    }

    /// Tells whether little is to be read, so that starting up is what takes time.
    pub const fn is_small(&self) -> bool {
        matches!(self, Self::Staged(_) | Self::Range(..) | Self::Part(_, Part::Range(_), _) | Self::Stdin)
    }

    /// Says to which part of a history a scan keeps, or `None` if it keeps to none; without names that others chose.
    pub fn part(&self) -> Option<String> {
        let Self::Part(_, part, limit) = self else { return None };
        let since = limit.since.map(|since| format!("since {since}"));
        let branches = match part {
            Part::Branches(names) if names.len() == 1 => Some("of one branch".to_owned()),
            Part::Branches(names) => Some(format!("of {} branches", names.len())),
            Part::All | Part::Range(_) => None,
        };
        let depth = limit.depth.map(|depth| format!("at most {depth} deep"));
        let words: Vec<String> = [branches, since, depth].into_iter().flatten().collect();
        Some(format!("commits {}", words.join(", ")))
    }
}

/// Why a scan could not be done at all.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ScanError {
    /// The repository cannot be opened.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Repository(#[from] RepositoryError),
    /// The range names something that is not there.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Range(#[from] RangeError),
    /// A path cannot be reached.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Tree(#[from] TreeError),
    /// The object database cannot be listed.
    #[error(transparent)]
    #[diagnostic(code(scan::history), help("check that the repository is whole with `git fsck`"))]
    History(#[from] HistoryError),
    /// Nothing can be remembered where it is to be.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Cache(#[from] CacheError),
    /// The configuration is not valid.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] ConfigError),
    /// The baseline is not valid.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Baseline(#[from] BaselineError),
    /// Transcripts cannot be looked for.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Transcripts(#[from] TranscriptsError),
    /// Only a rule was to report that does not exist.
    #[error("no rule, lint or provider is called `{}`", name.escape_debug())]
    #[diagnostic(code(scan::rule), help("{meant}"))]
    Rule {
        /// The name that was given.
        name: String,
        /// What may be meant.
        meant: String,
    },
    /// Standard input cannot be read.
    #[error("standard input cannot be read")]
    #[diagnostic(code(scan::stdin))]
    Stdin(#[source] std::io::Error),
}

/// What is to be scanned, opened.
pub enum Source {
    /// A working tree.
    Tree(Box<Tree>),
    /// The changes of the index.
    Staged(Box<Repository>, Differences),
    /// A repository with all of its objects.
    History(Box<Repository>),
    /// The additions of a range.
    Range(Box<Repository>, Range),
    /// Transcripts and histories.
    Transcripts(Transcripts),
    /// Standard input.
    Stdin,
}

/// What reading a source leaves for [`Source::complete`].
pub enum Unfinished<'a> {
    /// Nothing.
    Nothing,
    /// The lints of a repository whose files were read.
    Lints(lint::WorkingTree<'a>),
    /// How objects of a history belong together.
    History(Trail),
}

impl Source {
    /// Opens a target.
    ///
    /// # Errors
    /// It is not there, or not what the target says.
    pub fn open(target: &Target) -> Result<Self, ScanError> {
        Ok(match target {
            Target::Tree(paths) => Self::Tree(Box::new(Tree::new(paths)?)),
            Target::Staged(path) => {
                let repository = Repository::discover(path)?;
                repository.work_tree_around(path)?;
                let differences = staged::changes(&repository)?;
                Self::Staged(Box::new(repository), differences)
            }
            Target::History(path) => Self::History(Box::new(Repository::discover(path)?)),
            Target::Range(path, range) => {
                let repository = Repository::discover(path)?;
                let selection = Selection::parse(range, &repository)?;
                let range = Range::find(&selection, &repository);
                Self::Range(Box::new(repository), range)
            }
            Target::Part(path, part, limit) => {
                let repository = Repository::discover(path)?;
                let range = Range::part(part, limit, &repository)?;
                Self::Range(Box::new(repository), range)
            }
            Target::Transcripts(home) => Self::Transcripts(Transcripts::find(home.as_deref(), projects)?),
            Target::Stdin => Self::Stdin,
        })
    }

    /// Returns the folder that the configuration is looked for in.
    pub fn root(&self) -> Option<&Path> {
        match self {
            Self::Tree(tree) => Some(tree.root()),
            Self::Staged(repository, _) | Self::History(repository) | Self::Range(repository, _) => {
                Some(repository.work_tree().unwrap_or_else(|| repository.git().path()))
            }
            Self::Transcripts(transcripts) => Some(transcripts.home()),
            Self::Stdin => None,
        }
    }

    /// Opens what is remembered in `folder` of a history that is read whole; nothing else is remembered.
    ///
    /// # Errors
    /// The folder could be committed.
    pub fn cache(
        &self,
        folder: Option<&Path>,
        catalogue: &Catalogue,
        options: Options,
    ) -> Result<Option<Cache>, CacheError> {
        match (self, folder) {
            (Self::History(repository), Some(folder)) => Cache::open(folder, repository, catalogue, options).map(Some),
            _ => Ok(None),
        }
    }

    /// Shows everything to `gather`, but for objects of a history that are `known`; what it returns helps
    /// [`Source::complete`].
    ///
    /// # Errors
    /// Nothing at all could be read.
    pub fn read(
        &self,
        persona: Persona,
        gather: &Gather<'_>,
        coverage: &Coverage,
        known: Option<&Known>,
    ) -> Result<Unfinished<'_>, ScanError> {
        match self {
            Self::Tree(tree) => {
                let mut lints = None;
                let repository = tree.repository().filter(|_| tree.is_whole());
                tree.read(coverage, gather, || lints = repository.map(|found| lint::WorkingTree::new(found, persona)));
                return Ok(lints.map_or(Unfinished::Nothing, Unfinished::Lints));
            }
            Self::Staged(repository, differences) => staged::read(differences, repository.objects(), coverage, gather),
            Self::History(repository) => {
                return Ok(Unfinished::History(history::read(repository, gather, coverage, known)?));
            }
            Self::Range(repository, range) => range.read(repository.objects(), coverage, gather),
            Self::Transcripts(transcripts) => transcripts.read(coverage, gather),
            Self::Stdin => stdin::scan(coverage, gather).map_err(ScanError::Stdin)?,
        }
        Ok(Unfinished::Nothing)
    }

    /// Leaves out what is staged at other paths than those that are `asked` for, and counts what is `excluded` among them.
    pub fn narrow(&mut self, asked: impl Fn(&[u8]) -> bool, excluded: impl Fn(&BStr) -> bool, coverage: &Coverage) {
        let Self::Staged(_, differences) = self else { return };
        differences.changes.retain(|change| {
            let is_excluded = excluded(change.path.as_ref());
            let is_asked = asked(&change.path);
            coverage.skipped.fetch_add(u64::from(is_asked && is_excluded), Ordering::Relaxed);
            is_asked && !is_excluded
        });
    }

    /// Says which of the paths that are `asked` for have no content yet that would be committed.
    pub fn undecided(&self, asked: impl Fn(&[u8]) -> bool) -> Option<Notice> {
        let Self::Staged(_, differences) = self else { return None };
        staged::unmerged(differences, asked)
    }

    /// Says which of the paths that were named would be judged otherwise alone.
    pub fn elsewhere(&self, request: &Request) -> Vec<Notice> {
        let Self::Tree(tree) = self else { return Vec::new() };
        elsewhere::notices(tree, request)
    }

    /// Adds what can only be known after reading: the lints of a repository, and where objects come from.
    pub fn complete(&self, rest: Unfinished<'_>, inspector: &Inspector, persona: Persona, gathered: &mut Gathered) {
        match (self, rest) {
            (Self::History(repository), Unfinished::History(trail)) => {
                history::complete(repository, trail, inspector, gathered);
            }
            (Self::Range(repository, _), _) => history::attribute(repository, gathered),
            (Self::Tree(_), Unfinished::Lints(lints)) => {
                gathered.findings.extend(lints.finish(&gathered.agents, &mut gathered.notices));
            }
            (Self::Staged(repository, differences), _) => {
                let added = differences.changes.iter().map(|change| change.path.as_ref());
                gathered.findings.extend(lint::staged(repository, added, persona, &mut gathered.notices));
            }
            (Self::Transcripts(transcripts), _) => advise(transcripts, gathered),
            _ => {}
        }
    }

    /// Marks as known what a changed file held before the change: a commit is blocked for what it adds.
    pub fn forgive(&self, inspector: &Inspector, findings: &mut [Finding]) {
        match self {
            Self::Staged(repository, differences) => {
                let mut before = before::Index::new(differences, inspector, repository.objects());
                before::forgive(findings, |finding| before.holds(finding));
            }
            Self::Range(repository, range) => {
                let mut before = before::Commits::new(range, inspector, repository.objects());
                before::forgive(findings, |finding| before.holds(finding));
            }
            Self::Tree(_) | Self::History(_) | Self::Transcripts(_) | Self::Stdin => {}
        }
    }
}

/// Returns the current folder and the root of the work tree around it: the project in which agents may have been started.
fn projects() -> Vec<PathBuf> {
    let Ok(here) = std::env::current_dir() else { return Vec::new() };
    let repository = Repository::discover(&here).ok();
    let root = repository.and_then(|repository| repository.work_tree().map(Path::to_owned));
    root.into_iter().chain([here]).collect()
}

/// Adds a notice for each program in whose transcripts something was found: how to delete it there.
fn advise(transcripts: &Transcripts, gathered: &mut Gathered) {
    let mut files: BTreeMap<&str, (&Owner, HashSet<&BStr>)> = BTreeMap::new();
    for path in gathered.findings.iter().flat_map(|finding| &finding.places).filter_map(|place| place.origin.path()) {
        if let Some(owner) = transcripts.owner(path) {
            files.entry(owner.name).or_insert_with(|| (owner, HashSet::new())).1.insert(path);
        }
    }
    let notices = files.into_values().map(|(owner, files)| {
        let files = counted(files.len() as u64, "file", "files");
        Notice::note(
            owner.name,
            format!("credentials are written down in {files}; once rotated, they may go"),
            owner.delete,
        )
    });
    gathered.notices.extend(notices);
}
