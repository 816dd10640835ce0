//! `keysweep fix`: finds the configuration files of a working tree, edits them, and moves the credentials.

use std::collections::HashSet;
use std::path::PathBuf;

use bstr::{BStr, BString, ByteSlice};

use super::apply::hidden;
use super::left::{self, instead, problem};
use super::scope::{Scope, real};
use super::{Applied, Fixed, Left, Opinion, Taken, Variables, apply, diff};
use crate::document::DocumentError;
use crate::finding::Notice;
use crate::input::ignore_rules::{IgnoreRules, IgnoreState};
use crate::input::tree::LARGEST;
use crate::inspect;
use crate::lint::{Persona, Safety, is_agents, is_configuration};
use crate::replace::{self, Links, Permissions, Replace};
use crate::secret::{Secret, Secrets};

/// The file into which credentials move: at the root, or in the folder that was named.
const ENV: &str = ".env";

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
    #[diagnostic(code(fix::ignore_rules), help("`git status` says what is wrong"))]
    IgnoreRules(#[from] crate::input::ignore_rules::IgnoreRulesError),
}

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
        variables: Variables::default(),
        obstacle: None,
        report: FixReport::default(),
    };
    let files = run.files();
    run.ignore_lines(&IgnoreRules::new(&repository)?, &files);
    // The rules are read again: what was just written decides where credentials may go.
    run.open_env(&IgnoreRules::new(&repository)?);
    files.into_iter().for_each(|path| run.file(path));
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
    variables: Variables,
    /// Why no credential may go into `.env`, and what to do about it.
    obstacle: Option<(&'static str, &'static str)>,
    pub report: FixReport,
}

impl Run<'_> {
    /// Returns the files that git would show: tracked, or not ignored; none that lies behind a symbolic link.
    fn files(&mut self) -> Vec<BString> {
        let root = &self.root;
        let walk = ignore::WalkBuilder::new(root.join(self.scope.named.to_path_lossy()))
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
        for path in self.tracked.iter().filter(|path| self.scope.holds(path.as_bstr())) {
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
        let env = self.env();
        match replace::read(&self.root.join(env.to_path_lossy()), Links::Refuse) {
            Ok(content) => self.variables = Variables::new(content.unwrap_or_default()),
            Err(_) => self.obstacle = Some(("cannot be read as a plain file", "make it one that you may read")),
        }
        if self.tracked.contains(&env) {
            self.obstacle = Some(("is tracked by git", "take it out with `git rm --cached`"));
        } else if rules.state(env.as_bstr(), false) == IgnoreState::No && !self.options.dry_run {
            self.obstacle = Some(("is not ignored by git", "add it to `.gitignore`"));
        }
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
            return self.leave(path, text.as_bytes(), "the file is UTF-16, and only UTF-8 is edited");
        }
        if !is_configuration(path.as_bstr(), &bytes) {
            return self.leave(path, &bytes, "no client reads this text, so no edit of it can be proven");
        }
        let fixed = apply(path.as_bstr(), &bytes, self.options.safety, self.opinion, &self.variables);
        self.remember(path.as_bstr(), &bytes);
        if let Some(error) = fixed.error.filter(|error| !matches!(error, DocumentError::NotUtf8 { .. })) {
            let message = format!("this configuration {}", problem(&bytes, error));
            self.report.notices.push(Notice::unread(path.to_string(), message, "mend the file, and run it again"));
        }
        if fixed.applied.is_empty() {
            return self.keep(path, &bytes, fixed.left);
        }
        if let Some((why, what)) = self.obstacle.filter(|_| !fixed.taken.is_empty() && !self.options.show) {
            let env = self.env();
            let reason = format!(
                "the file's credentials would go into `{env}`, which {why}: {what}, or run `keysweep fix --show`"
            );
            return self.leave(path, &bytes, &reason);
        }
        let text = self.difference(path.as_bstr(), &bytes, &fixed);
        if !self.store(&path, &fixed) {
            return;
        }
        let stores = fixed.taken.iter().filter_map(|taken| Some((taken.variable.clone(), taken.store.clone()?)));
        self.report.stores.extend(stores);
        self.variables.add(&fixed.taken);
        let instead = instead(path.as_bstr(), &bytes);
        self.report.files.push(FixedFile { path, applied: fixed.applied, diff: text, left: fixed.left, instead });
    }

    /// Leaves all that a lint says of a text.
    fn leave(&mut self, path: BString, text: &[u8], reason: &str) {
        let findings = left::lint(path.as_bstr(), text, self.opinion).findings;
        let left = left::all(path.as_bstr(), text, findings, self.opinion, reason);
        if !left.is_empty() {
            self.remember(path.as_bstr(), text);
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
