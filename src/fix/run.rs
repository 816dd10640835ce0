//! `keysweep fix`: finds the configuration files of a working tree, edits them, and moves the credentials.

use std::collections::HashSet;
use std::path::PathBuf;

use bstr::{BStr, BString, ByteSlice};

use super::apply::{credentials, hidden};
use super::left::{self, instead, problem};
use super::referred::Referred;
use super::scope::{Scope, real};
use super::{Applied, Fixed, Left, Opinion, Taken, Variables, apply, diff};
use crate::document::DocumentError;
use crate::finding::Notice;
use crate::input::ignore_rules::{IgnoreRules, IgnoreState};
use crate::input::tree::LARGEST;
use crate::inspect;
use crate::lint::{Persona, RepositoryFinding, Safety, is_configuration};
use crate::replace::{self, Links, Permissions, Replace};
use crate::secret::{Secret, Secrets};
use crate::source::Span;

/// The file into which credentials move: at the root, or in the folder that was named.
const ENV: &str = ".env";

/// What to do where a symbolic link is in the way.
pub(super) const LINK_HELP: &str = "run `keysweep fix` where the file itself lies";

/// What `keysweep fix` is to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// The root of a working tree, or a folder or file in it: nothing else is edited.
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
    /// What may take the place of the literals that are left.
    pub instead: Vec<String>,
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
    /// Whether a client takes one of the variables from the environment.
    pub is_loaded: bool,
    /// What to do with values that their clients do not take from the environment: the variable, and how.
    pub stores: Vec<(String, String)>,
    /// Commands for the user to run, such as `git rm --cached`.
    pub commands: Vec<String>,
    /// What could not be done.
    pub notices: Vec<Notice>,
    /// The credentials of all files that were looked at: whatever is told of a file may be one in another.
    pub secrets: Secrets,
}

impl FixReport {
    /// Returns 1 if something is left that `keysweep lint` reports, 3 if something could not be read or written, else 0.
    pub fn exit_code(&self) -> u8 {
        if self.files.iter().any(|file| !file.left.is_empty()) || !self.commands.is_empty() {
            1
        } else if self.notices.iter().any(|notice| notice.incomplete) {
            3
        } else {
            0
        }
    }
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
    #[diagnostic(code(fix::ignore_rules), help("{}", _0.help()))]
    IgnoreRules(#[from] crate::input::ignore_rules::IgnoreRulesError),
}

/// Why no credential may go into a file of variables, and what to do about it; nothing if one may.
type Obstacle = Option<(&'static str, &'static str)>;

/// Edits the configuration files of a working tree, or of the part of it that is named.
///
/// # Errors
/// There is no working tree, or its ignore rules cannot be read. A file that cannot be read or written is a notice.
pub fn run(options: &Options, opinion: &dyn Opinion) -> Result<FixReport, FixError> {
    let no_tree = || FixError::NoWorkingTree { path: options.root.clone() };
    let place = real(&options.root).ok_or_else(no_tree)?;
    let folder = if place.is_dir() { Some(place.as_path()) } else { place.parent() };
    let repository = gix::discover(folder.ok_or_else(no_tree)?).map_err(|_| no_tree())?;
    let root = repository.workdir().and_then(|root| root.canonicalize().ok()).ok_or_else(no_tree)?;
    let scope = Scope::find(&root, &place).ok_or_else(no_tree)?;
    let tracked: Vec<BString> = repository
        .index_or_empty()
        .map(|index| index.entries().iter().map(|entry| entry.path(&index).to_owned()).collect())
        .unwrap_or_default();
    let mut run = Run {
        root,
        scope,
        options,
        opinion,
        tracked,
        repository: &repository,
        variables: Variables::default(),
        referred: Referred::default(),
        obstacle: None,
        gaps: Vec::new(),
        report: FixReport::default(),
    };
    let rules = IgnoreRules::new(&repository)?;
    let files = run.files();
    run.referred = Referred::new(&run.root, &files);
    run.ignore_lines(&rules, &files);
    run.open_env();
    files.into_iter().for_each(|path| run.file(path));
    run.leave_gaps();
    Ok(run.report)
}

/// One run, and all that its steps share.
pub(super) struct Run<'a> {
    pub root: PathBuf,
    pub scope: Scope,
    pub options: &'a Options,
    pub opinion: &'a dyn Opinion,
    /// The paths of the index.
    pub tracked: Vec<BString>,
    repository: &'a gix::Repository,
    variables: Variables,
    /// The variables that configurations refer to before anything is edited.
    referred: Referred,
    /// Why no credential may go into `.env`, and what to do about it, once that was asked.
    obstacle: Option<Obstacle>,
    /// What the ignore rules of the whole repository lack, where only a part of it was named.
    pub gaps: Vec<RepositoryFinding>,
    pub report: FixReport,
}

impl Run<'_> {
    /// Reads `.env`, in which variables may stand already.
    fn open_env(&mut self) {
        match replace::read(&self.root.join(self.env().to_path_lossy()), Links::Refuse) {
            Ok(content) => self.variables = Variables::new(content.unwrap_or_default()),
            Err(_) => self.obstacle = Some(Some(("cannot be read as a plain file", "make it one that you may read"))),
        }
    }

    /// Finds out whether credentials may go into `.env`, when the first one is to: it must be a file that git ignores and does
    /// not track. Where only a part of the tree was named, its own `.gitignore` gets the line for it.
    fn obstacle(&mut self) -> Obstacle {
        let env = self.env();
        if self.tracked.contains(&env) {
            self.obstacle = Some(Some(("is tracked by git", "take it out with `git rm --cached`")));
        }
        if let Some(obstacle) = self.obstacle {
            return obstacle;
        }
        let state = |run: &Self| IgnoreRules::new(run.repository).map(|rules| rules.state(env.as_bstr(), false)).ok();
        if !self.scope.is_whole() && state(self) == Some(IgnoreState::No) {
            self.cover_env();
        }
        // The rules are read again: what was just written decides where credentials may go.
        let now = if self.options.dry_run { Some(IgnoreState::Ignored) } else { state(self) };
        let obstacle = match now {
            // Files may have been edited before: what was done to them is still to be told.
            None => Some(("has ignore rules that can no longer be read", "mend them")),
            Some(IgnoreState::No) => Some(("is not ignored by git", "add it to `.gitignore`")),
            Some(_) => None,
        };
        self.obstacle = Some(obstacle);
        obstacle
    }

    /// Returns the path of the file into which credentials move.
    pub(super) fn env(&self) -> BString {
        self.scope.file(ENV)
    }

    /// Reads a file that may be edited; one that is too large, or that cannot be read, is a notice.
    pub(super) fn read(&mut self, path: &BString) -> Option<Vec<u8>> {
        let place = self.root.join(path.to_path_lossy());
        let mut unread = |message: String, help: &str| {
            self.report.notices.push(Notice::unread(path.to_string(), message, help));
            None
        };
        match place.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                return unread("is a symbolic link, which could lead anywhere".to_owned(), LINK_HELP);
            }
            Ok(metadata) if metadata.len() > LARGEST => {
                return unread(format!("is larger than {} MiB", LARGEST >> 20), "cut it into pieces");
            }
            _ => {}
        }
        match replace::read(&place, Links::Refuse) {
            // Nothing: it went away meanwhile.
            Ok(bytes) => bytes,
            Err(error) => unread(format!("could not be read: {error}"), "check its permissions"),
        }
    }

    /// Edits one file, if it is configuration, and says of other files what is left in them.
    fn file(&mut self, path: BString) {
        let Some(bytes) = self.read(&path) else { return };
        if let Some(text) = inspect::utf16(&bytes) {
            self.leave(path, text.as_bytes(), "the file is UTF-16, and only UTF-8 is edited");
        } else if is_configuration(path.as_bstr(), &bytes) {
            self.configuration(path, &bytes);
        } else {
            self.leave(path, &bytes, "no client reads this text, so no edit of it can be proven");
        }
    }

    /// Edits one file of configuration.
    fn configuration(&mut self, path: BString, bytes: &[u8]) {
        let variables = self.variables.beside(self.referred.elsewhere(&path));
        let fixed = apply(path.as_bstr(), bytes, self.options.safety, self.opinion, &variables);
        let old_credentials = credentials(bytes, &fixed.before, self.opinion);
        self.remember(bytes, &old_credentials);
        if let Some(error) = fixed.error.filter(|error| !matches!(error, DocumentError::NotUtf8 { .. })) {
            let message = format!("this configuration {}", problem(bytes, error));
            self.report.notices.push(Notice::unread(path.to_string(), message, "mend the file, and run it again"));
        }
        if fixed.applied.is_empty() {
            self.keep(path, bytes, fixed.left);
            return;
        }
        let moves = !fixed.taken.is_empty() && !self.options.show;
        if let Some((why, what)) = if moves { self.obstacle() } else { None } {
            let env = self.env();
            let reason = format!(
                "the file's credentials would go into `{env}`, which {why}: {what}, or run `keysweep fix --show`"
            );
            self.leave(path, bytes, &reason);
            return;
        }
        let new_credentials = credentials(&fixed.bytes, &fixed.after, self.opinion);
        let mut values = fixed.taken.iter().map(|taken| taken.secret.reveal().to_vec()).collect();
        let old_hidden = hidden(bytes, &old_credentials, &mut values);
        let new_hidden = hidden(&fixed.bytes, &new_credentials, &mut values);
        let text = diff(bytes, &old_hidden, &fixed.bytes, &new_hidden);
        if !self.store(&path, &fixed) {
            return;
        }
        let stores = fixed.taken.iter().filter_map(|taken| Some((taken.variable.clone(), taken.store.clone()?)));
        self.report.stores.extend(stores);
        self.report.is_loaded |= fixed.taken.iter().any(|taken| taken.store.is_none());
        self.variables.add(&fixed.taken);
        let instead = instead(path.as_bstr(), bytes);
        self.report.files.push(FixedFile { path, applied: fixed.applied, diff: text, left: fixed.left, instead });
    }

    /// Leaves all that a lint says of a text.
    fn leave(&mut self, path: BString, text: &[u8], reason: &str) {
        let findings = left::lint(path.as_bstr(), text, self.opinion).findings;
        let secrets: Vec<Span> = findings.iter().filter_map(|finding| finding.secret).collect();
        let left = left::all(path.as_bstr(), text, findings, self.opinion, reason);
        if !left.is_empty() {
            self.remember(text, &credentials(text, &secrets, self.opinion));
            self.keep(path, text, left);
        }
    }

    /// Takes note of what is left of a file in which nothing was done.
    fn keep(&mut self, path: BString, bytes: &[u8], left: Vec<Left>) {
        if !left.is_empty() {
            let is_read = is_configuration(path.as_bstr(), bytes);
            let instead = if is_read { instead(path.as_bstr(), bytes) } else { Vec::new() };
            let file = FixedFile { path, applied: Vec::new(), diff: String::new(), left, instead };
            self.report.files.push(file);
        }
    }

    /// Keeps in mind the credentials of a file.
    fn remember(&mut self, bytes: &[u8], spans: &[Span]) {
        spans.iter().for_each(|span| self.report.secrets.add(Secret::new(&bytes[span.range()])));
    }

    /// Writes the credentials first and the edited file after, so that none is lost on the way; a dry run writes nothing.
    fn store(&mut self, path: &BString, fixed: &Fixed) -> bool {
        if self.options.show {
            self.report.shown.extend(fixed.taken.iter().cloned());
        } else if !fixed.taken.is_empty() {
            let env = self.env();
            let written = self.variables.with(&fixed.taken);
            let private = Replace { permissions: Permissions::Private, ..Replace::default() };
            if !self.options.dry_run {
                if !self.write(env.as_bstr(), &written.bytes, private) {
                    return false;
                }
                self.variables.replace(written.bytes);
            }
            let known: HashSet<String> = self.report.variables.iter().map(|(name, _)| name.clone()).collect();
            let new = written.added.into_iter().filter(|name| !known.contains(name));
            self.report.variables.extend(new.map(|name| (name, env.clone())));
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
