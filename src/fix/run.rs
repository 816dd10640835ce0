//! `keysweep fix`: finds the configuration files of a working tree, edits them, and moves the credentials.

use std::cell::RefCell;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteSlice};

use super::apply::{edited, secrets};
use super::{Applied, Fixed, Left, Opinion, Taken, apply, diff, dotenv};
use crate::finding::Notice;
use crate::input::ignore_rules::{IgnoreRules, IgnoreState};
use crate::lint::{Persona, RepositoryFacts, RepositoryFinding, Safety, is_configuration, lint_repository};

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
pub fn run(options: &Options, opinion: Opinion<'_>) -> Result<FixReport, FixError> {
    let no_tree = || FixError::NoWorkingTree { path: options.root.clone() };
    let repository = gix::discover(&options.root).map_err(|_| no_tree())?;
    let root = repository.workdir().ok_or_else(no_tree)?.to_path_buf();
    let mut report = FixReport::default();
    let tracked: Vec<BString> = repository
        .index_or_empty()
        .map(|index| index.entries().iter().map(|entry| entry.path(&index).to_owned()).collect())
        .unwrap_or_default();
    let configurations = configurations(&root, &tracked);
    ignore_lines(&repository, &root, &tracked, &configurations, options, &mut report)?;
    // The rules are read again: what was just written decides where credentials may go.
    let rules = IgnoreRules::new(&repository)?;
    let covered = |name: &str| rules.state(name.into(), false) != IgnoreState::No || options.dry_run;
    let mut env = Variables::read(&root);
    for path in configurations {
        let Ok(bytes) = fs::read(root.join(path.to_path_lossy())) else {
            report.notices.push(Notice::unread(path.to_string(), "could not be read", "check its permissions"));
            continue;
        };
        if is_configuration(path.as_bstr(), &bytes) {
            file(&root, path, &bytes, options, opinion, &covered, &mut env, &mut report);
        }
    }
    Ok(report)
}

/// Appends the lines that `.gitignore` lacks, and names the commands for files that git tracks already.
fn ignore_lines(
    repository: &gix::Repository,
    root: &Path,
    tracked: &[BString],
    present: &[BString],
    options: &Options,
    report: &mut FixReport,
) -> Result<(), FixError> {
    let rules = IgnoreRules::new(repository)?;
    let old = fs::read(root.join(".gitignore")).ok();
    let facts = RepositoryFacts {
        tracked,
        untracked: present,
        gitignore: old.as_deref(),
        ignored: &|path: &BStr, is_directory| rules.state(path, is_directory),
        persona: options.persona,
        strict: true,
    };
    let findings = lint_repository(&facts);
    let (gaps, tracked): (Vec<RepositoryFinding>, Vec<RepositoryFinding>) =
        findings.into_iter().partition(|found| found.finding.fix.is_some());
    for found in tracked {
        report.commands.push(format!("git rm --cached -- {}", quoted(&found.path)));
    }
    let edits: Vec<_> =
        gaps.iter().filter_map(|found| found.finding.fix.as_ref()).flat_map(|fix| fix.edits.clone()).collect();
    let old = old.unwrap_or_default();
    let Some(new) = edited(&old, &edits).filter(|_| !edits.is_empty()) else { return Ok(()) };
    let applied = gaps
        .iter()
        .map(|found| Applied { id: found.finding.meta.id.clone(), message: found.finding.message.clone() })
        .collect();
    let text = diff(".gitignore".into(), &old, &[], &new, &[]);
    if !options.dry_run && !write(&root.join(".gitignore"), &new, false, report) {
        return Ok(());
    }
    report.files.push(FixedFile { path: ".gitignore".into(), applied, diff: text, left: Vec::new() });
    Ok(())
}

/// Returns a path as a shell reads it.
fn quoted(path: &BString) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-/".contains(byte);
    if path.iter().all(plain) { path.to_string() } else { format!("'{}'", path.to_str_lossy().replace('\'', "'\\''")) }
}

/// Returns the files that git would show: tracked, or not ignored.
fn configurations(root: &Path, tracked: &[BString]) -> Vec<BString> {
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
    paths.extend(tracked.iter().filter(|path| root.join(path.to_path_lossy()).is_file()).cloned());
    paths.sort();
    paths.dedup();
    paths
}

/// The variables of the dotenv file at the root.
struct Variables {
    content: Vec<u8>,
    added: RefCell<Vec<Taken>>,
}

impl Variables {
    fn read(root: &Path) -> Self {
        Self { content: fs::read(root.join(".env")).unwrap_or_default(), added: RefCell::default() }
    }
}

#[expect(clippy::too_many_arguments, reason = "the pieces of one run, each used once")]
fn file(
    root: &Path,
    path: BString,
    bytes: &[u8],
    options: &Options,
    opinion: Opinion<'_>,
    covered: &dyn Fn(&str) -> bool,
    env: &mut Variables,
    report: &mut FixReport,
) {
    let reserved = |name: &str, secret: &crate::secret::Secret| {
        dotenv::differs(&env.content, name, secret)
            || env.added.borrow().iter().any(|taken| taken.variable == name && taken.secret != *secret)
    };
    let fixed = apply(path.as_bstr(), bytes, options.safety, opinion, &reserved);
    if fixed.applied.is_empty() {
        if !fixed.left.is_empty() {
            report.files.push(FixedFile { path, applied: Vec::new(), diff: String::new(), left: fixed.left });
        }
        return;
    }
    let old_secrets = secrets(path.as_bstr(), bytes, opinion);
    let new_secrets = secrets(path.as_bstr(), &fixed.bytes, opinion);
    let text = diff(path.as_bstr(), bytes, &old_secrets, &fixed.bytes, &new_secrets);
    if !options.dry_run && !store(root, &path, &fixed, options, covered, env, report) {
        return;
    }
    if options.dry_run {
        let names = fixed.taken.iter().map(|taken| (taken.variable.clone(), BString::from(".env")));
        let new: Vec<_> = names.filter(|name| !report.variables.contains(name)).collect();
        report.variables.extend(new);
        report.variables.dedup();
    }
    let stores = fixed.taken.iter().filter_map(|taken| Some((taken.variable.clone(), taken.store.clone()?)));
    report.stores.extend(stores);
    env.added.borrow_mut().extend(fixed.taken.iter().cloned());
    report.files.push(FixedFile { path, applied: fixed.applied, diff: text, left: fixed.left });
}

/// Writes the credentials first and the edited file after, so that none is lost on the way.
fn store(
    root: &Path,
    path: &BString,
    fixed: &Fixed,
    options: &Options,
    covered: &dyn Fn(&str) -> bool,
    env: &mut Variables,
    report: &mut FixReport,
) -> bool {
    let taken: Vec<&Taken> = fixed.taken.iter().collect();
    if options.show {
        report.shown.extend(fixed.taken.iter().cloned());
    } else if !taken.is_empty() {
        if !covered(".env") {
            let message = "was left as it is, because git does not ignore `.env`, where its credentials would go";
            report.notices.push(Notice::unread(
                path.to_string(),
                message,
                "add `.env` to `.gitignore`, or run `keysweep fix --show`",
            ));
            return false;
        }
        let written = dotenv::with_variables(&env.content, &taken);
        if !write(&root.join(".env"), &written.bytes, true, report) {
            return false;
        }
        env.content = written.bytes;
        report.variables.extend(written.added.into_iter().map(|name| (name, ".env".into())));
    }
    write(&root.join(path.to_path_lossy()), &fixed.bytes, false, report)
}

/// Replaces a file as a whole: readers see the old content or the new one, never half of it.
///
/// A private file is readable by its owner alone from its first byte on; any other keeps its permissions.
fn write(path: &Path, bytes: &[u8], private: bool, report: &mut FixReport) -> bool {
    let result = replace(path, bytes, private);
    if let Err(error) = &result {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        report.notices.push(Notice::unread(
            name,
            format!("could not be written: {}", error.kind()),
            "check its permissions",
        ));
    }
    result.is_ok()
}

fn replace(path: &Path, bytes: &[u8], private: bool) -> std::io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = target.parent().unwrap_or(Path::new("."));
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = folder.join(format!(".{name}.keysweep-{}", std::process::id()));
    let mut open = fs::OpenOptions::new();
    open.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        let mode = fs::metadata(&target).map(|old| old.permissions().mode() & 0o777);
        open.mode(if private { 0o600 } else { mode.unwrap_or(0o644) });
    }
    let done = open.open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let done = done.and_then(|()| fs::rename(&beside, &target));
    if done.is_err() {
        // Nothing more can be done about a leftover than to try.
        let _ = fs::remove_file(&beside);
    }
    done
}
