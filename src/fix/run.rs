//! `keysweep fix`: finds the configuration files of a working tree, edits them, and moves the credentials.

use std::collections::HashSet;
use std::path::PathBuf;

use bstr::{BStr, BString, ByteSlice};

use super::apply::hidden;
use super::{Applied, Fixed, Left, Opinion, Taken, Variables, apply, diff};
use crate::finding::Notice;
use crate::input::ignore_rules::{IgnoreRules, IgnoreState};
use crate::lint::{Persona, Safety, is_agents, is_configuration};
use crate::replace::{self, Links, Permissions, Replace};
use crate::secret::{Secret, Secrets};

/// The file at the root into which credentials move.
const ENV: &str = ".env";

/// What `keysweep fix` is to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// A folder in the working tree; all of its tree is looked at.
    pub root: PathBuf,
    /// Whether to show the edits and make none.
    pub dry_run: bool,
    /// Whether to return the credentials instead of writing them to `.env`.
    pub show: bool,
    /// The least safe kind of edit to make.
    pub safety: Safety,
    /// Whose lints of the repository count.
    pub persona: Persona,
}

/// What was done, or would be done, to one file.
#[derive(Debug)]
pub struct FixedFile {
    /// The path, relative to the root.
    pub path: BString,
    /// The edits that were made.
    pub applied: Vec<Applied>,
    /// The difference, with every secret masked.
    pub diff: String,
    /// What is left.
    pub left: Vec<Left>,
}

/// The result of a run.
#[derive(Debug, Default)]
pub struct FixReport {
    /// The files that were edited, or that have findings left.
    pub files: Vec<FixedFile>,
    /// The variables that were written, and the file they are in.
    pub variables: Vec<(String, BString)>,
    /// The credentials that were taken out and are in no file: shown only on request.
    pub shown: Vec<Taken>,
    /// What to do with values that their clients do not take from the environment: the variable, and how.
    pub stores: Vec<(String, String)>,
    /// Commands for the user to run, such as `git rm --cached`.
    pub commands: Vec<String>,
    /// What could not be done.
    pub notices: Vec<Notice>,
    /// The credentials of all files that were looked at: whatever is told of a file may be one in another.
    pub secrets: Secrets,
}

/// Why nothing could be done at all.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum FixError {
    /// The folder is not in a working tree.
    #[error("`{}` is not inside a git working tree", path.display())]
    #[diagnostic(code(fix::no_working_tree), help("run `keysweep fix` inside a repository with a working tree"))]
    NoWorkingTree {
        /// The folder that was given.
        path: PathBuf,
    },
    /// git's ignore rules could not be read, so nothing may be written.
    #[error("git's ignore rules could not be read")]
    #[diagnostic(code(fix::ignore_rules), help("`git status` says what is wrong"))]
    IgnoreRules(#[from] crate::input::ignore_rules::IgnoreRulesError),
}

/// Edits the configuration files of a working tree.
///
/// # Errors
/// There is no working tree, or its ignore rules cannot be read. A file that cannot be read or written is a notice.
pub fn run(options: &Options, opinion: &dyn Opinion) -> Result<FixReport, FixError> {
    let no_tree = || FixError::NoWorkingTree { path: options.root.clone() };
    let repository = gix::discover(&options.root).map_err(|_| no_tree())?;
    let root = repository.workdir().ok_or_else(no_tree)?.to_path_buf();
    let tracked: Vec<BString> = repository
        .index_or_empty()
        .map(|index| index.entries().iter().map(|entry| entry.path(&index).to_owned()).collect())
        .unwrap_or_default();
    let mut run = Run {
        root,
        options,
        opinion,
        tracked,
        variables: Variables::default(),
        obstacle: None,
        report: FixReport::default(),
    };
    let configurations = run.configurations();
    run.ignore_lines(&IgnoreRules::new(&repository)?, &configurations);
    // The rules are read again: what was just written decides where credentials may go.
    run.open_env(&IgnoreRules::new(&repository)?);
    configurations.into_iter().for_each(|path| run.file(path));
    Ok(run.report)
}

/// One run, and all that its steps share.
pub(super) struct Run<'a> {
    pub root: PathBuf,
    pub options: &'a Options,
    pub opinion: &'a dyn Opinion,
    /// The paths of the index.
    pub tracked: Vec<BString>,
    variables: Variables,
    /// Why no credential may go into `.env`, and what to do about it.
    obstacle: Option<(&'static str, &'static str)>,
    pub report: FixReport,
}

impl Run<'_> {
    /// Returns the files that git would show: tracked, or not ignored; none that lies behind a symbolic link.
    fn configurations(&mut self) -> Vec<BString> {
        let root = &self.root;
        let walk = ignore::WalkBuilder::new(root)
            .hidden(false)
            .parents(true)
            .require_git(false)
            .follow_links(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build();
        let mut paths: Vec<BString> = walk
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
            .filter_map(|entry| {
                let path = entry.path().strip_prefix(root).ok()?;
                let path = gix::path::into_bstr(path).ok()?;
                Some(gix::path::to_unix_separators_on_windows(path).into_owned())
            })
            .collect();
        for path in &self.tracked {
            let inside = path.to_path_lossy();
            let Ok(metadata) = root.join(&inside).symlink_metadata() else { continue };
            let is_linked = metadata.is_symlink() || replace::leaves(root, &inside);
            if metadata.is_file() && !is_linked {
                paths.push(path.clone());
            } else if is_linked && is_agents(path.as_bstr()) {
                let message = "was left as it is, because a symbolic link leads to it, which could lead anywhere";
                let help = "run `keysweep fix` where the file itself lies";
                self.report.notices.push(Notice::note(path.to_string(), message, help));
            }
        }
        paths.retain(|path| !self.opinion.excludes(path.as_bstr()));
        paths.sort();
        paths.dedup();
        paths
    }

    /// Reads `.env` and finds out whether credentials may go there: it must be a file that git ignores and does not track.
    fn open_env(&mut self, rules: &IgnoreRules) {
        match replace::read(&self.root.join(ENV), Links::Refuse) {
            Ok(content) => self.variables = Variables::new(content.unwrap_or_default()),
            Err(_) => self.obstacle = Some(("cannot be read as a plain file", "make it one that you may read")),
        }
        if self.tracked.iter().any(|path| path == ENV) {
            self.obstacle = Some(("is tracked by git", "run `git rm --cached .env`"));
        } else if rules.state(ENV.into(), false) == IgnoreState::No && !self.options.dry_run {
            self.obstacle = Some(("is not ignored by git", "add `.env` to `.gitignore`"));
        }
    }

    /// Edits one file, if it is configuration.
    fn file(&mut self, path: BString) {
        let bytes = match replace::read(&self.root.join(path.to_path_lossy()), Links::Refuse) {
            Ok(Some(bytes)) => bytes,
            // It went away meanwhile.
            Ok(None) => return,
            Err(error) => {
                let message = format!("could not be read: {error}");
                self.report.notices.push(Notice::unread(path.to_string(), message, "check its permissions"));
                return;
            }
        };
        if !is_configuration(path.as_bstr(), &bytes) {
            return;
        }
        let fixed = apply(path.as_bstr(), &bytes, self.options.safety, self.opinion, &self.variables);
        self.remember(path.as_bstr(), &bytes);
        if fixed.applied.is_empty() {
            if !fixed.left.is_empty() {
                self.report.files.push(FixedFile { path, applied: Vec::new(), diff: String::new(), left: fixed.left });
            }
            return;
        }
        let text = self.difference(path.as_bstr(), &bytes, &fixed);
        if !self.store(&path, &fixed) {
            return;
        }
        let stores = fixed.taken.iter().filter_map(|taken| Some((taken.variable.clone(), taken.store.clone()?)));
        self.report.stores.extend(stores);
        self.variables.add(&fixed.taken);
        self.report.files.push(FixedFile { path, applied: fixed.applied, diff: text, left: fixed.left });
    }

    /// Keeps in mind the credentials of a file.
    fn remember(&mut self, path: &BStr, bytes: &[u8]) {
        let spans = hidden(path, bytes, self.opinion, &mut HashSet::new());
        spans.iter().for_each(|span| self.report.secrets.add(Secret::new(&bytes[span.range()])));
    }

    /// Returns the difference that the edits make, without a credential.
    fn difference(&self, path: &BStr, old: &[u8], fixed: &Fixed) -> String {
        let mut values: HashSet<Vec<u8>> = fixed.taken.iter().map(|taken| taken.secret.reveal().to_vec()).collect();
        let old_hidden = hidden(path, old, self.opinion, &mut values);
        let new_hidden = hidden(path, &fixed.bytes, self.opinion, &mut values);
        diff(old, &old_hidden, &fixed.bytes, &new_hidden)
    }

    /// Writes the credentials first and the edited file after, so that none is lost on the way; a dry run writes nothing.
    fn store(&mut self, path: &BString, fixed: &Fixed) -> bool {
        if self.options.show {
            self.report.shown.extend(fixed.taken.iter().cloned());
        } else if !fixed.taken.is_empty() {
            if let Some((why, what)) = self.obstacle {
                let message = format!("was left as it is: its credentials would go into `{ENV}`, which {why}");
                let help = format!("{what}, or run `keysweep fix --show`");
                self.report.notices.push(Notice::unread(path.to_string(), message, help));
                return false;
            }
            let written = self.variables.with(&fixed.taken);
            let private = Replace { permissions: Permissions::Private, ..Replace::default() };
            if !self.options.dry_run {
                if !self.write(ENV.into(), &written.bytes, private) {
                    return false;
                }
                self.variables.replace(written.bytes);
            }
            let known: HashSet<String> = self.report.variables.iter().map(|(name, _)| name.clone()).collect();
            let new = written.added.into_iter().filter(|name| !known.contains(name));
            self.report.variables.extend(new.map(|name| (name, ENV.into())));
        }
        self.options.dry_run || self.write(path.as_bstr(), &fixed.bytes, Replace::default())
    }

    /// Replaces a file below the root, which must not be a link; a failure is a notice.
    pub(super) fn write(&mut self, path: &BStr, bytes: &[u8], how: Replace) -> bool {
        let result = how.write(&self.root.join(path.to_path_lossy()), bytes);
        if let Err(error) = &result {
            let message = format!("could not be written: {error}");
            self.report.notices.push(Notice::unread(path.to_string(), message, "check its permissions"));
        }
        result.is_ok()
    }
}
