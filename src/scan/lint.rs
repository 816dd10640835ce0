//! Lints what needs more than one file's bytes: a repository's ignore rules and tracked files, and the
//! configuration that lies in history.

use std::collections::HashSet;
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;

use crate::detect::Scratch;
use crate::finding::{Attribution, Excerpt, Finding, Kind, Notice, Place};
use crate::input::history::submodules;
use crate::input::ignore_rules::IgnoreRules;
use crate::input::repository::Repository;
use crate::inspect::Inspector;
use crate::lint::{Persona, RepositoryFacts, RepositoryFinding, lint_repository};
use crate::secret::Identity;
use crate::source::{LineIndex, ObjectKind, Origin};

/// How many paths of one object are linted: a file that was moved about is the same file.
const MOST_PATHS: usize = 4;

/// Lints the ignore rules and the tracked files of a working tree.
pub fn working_tree(repository: &Repository, persona: Persona, notices: &mut Vec<Notice>) -> Vec<Finding> {
    let git = repository.git();
    let tracked: Vec<BString> = match git.index_or_empty() {
        Ok(index) => index.entries().iter().map(|entry| entry.path(&index).to_owned()).collect(),
        Err(_) => Vec::new(),
    };
    lint(repository, &tracked, persona, notices)
}

/// Lints the paths that a commit adds: of files that must not be committed.
pub fn staged(repository: &Repository, added: &[BString], persona: Persona, notices: &mut Vec<Notice>) -> Vec<Finding> {
    let is_tracked_file =
        |finding: &Finding| finding.places[0].origin.path().is_some_and(|path| added.iter().any(|added| added == path));
    lint(repository, added, persona, notices).into_iter().filter(is_tracked_file).collect()
}

fn lint(repository: &Repository, tracked: &[BString], persona: Persona, notices: &mut Vec<Notice>) -> Vec<Finding> {
    let Some(root) = repository.work_tree() else { return Vec::new() };
    let rules = match IgnoreRules::new(repository.git()) {
        Ok(rules) => rules,
        Err(error) => {
            notices.push(Notice::unread(".gitignore", error.to_string(), "`git status` says what is wrong"));
            return Vec::new();
        }
    };
    let gitignore = std::fs::read(root.join(".gitignore")).ok();
    let facts = RepositoryFacts {
        tracked,
        gitignore: gitignore.as_deref(),
        ignored: &|path: &BStr, is_directory| rules.state(path, is_directory),
        persona,
    };
    lint_repository(&facts).into_iter().map(|found| finding(found, gitignore.as_deref())).collect()
}

/// Makes the finding of a lint that is about a path.
fn finding(found: RepositoryFinding, gitignore: Option<&[u8]>) -> Finding {
    let RepositoryFinding { path, finding: lint } = found;
    let text = if path == ".gitignore" { gitignore.unwrap_or_default() } else { b"" };
    let lines = LineIndex::new(text);
    let at = |offset: usize| lines.position(offset.min(text.len()));
    let place = Place {
        origin: Origin::File { path: path.clone() },
        span: lint.span,
        start: at(lint.span.start),
        end: at(lint.span.end),
        excerpt: Excerpt { line: at(lint.span.start).line, ..Excerpt::default() },
        via: Vec::new(),
        allow: None,
        attribution: None,
    };
    let identity = Identity::of(&lint.meta.id, &[path.as_bytes(), b"\0", lint.pointer.as_bytes()].concat());
    let mut finding = Finding::new(Arc::clone(&lint.meta), identity, lint.message, place);
    finding.severity = lint.severity;
    finding.confidence = lint.confidence;
    finding
}

/// Lints objects of history that look like configuration, by the paths that they had, also those of submodules.
pub fn history(
    repository: &Repository,
    objects: &HashSet<ObjectId>,
    known: &dyn Fn(&ObjectId) -> Option<Attribution>,
    inspector: &Inspector,
    notices: &mut Vec<Notice>,
) -> Vec<Finding> {
    if objects.is_empty() {
        return Vec::new();
    }
    let (mut buffer, mut scratch, mut findings) = (Vec::new(), Scratch::default(), Vec::new());
    let database = repository.objects().clone().with(submodules(repository.git()));
    for id in objects {
        let Some(attribution) = known(id).filter(|attribution| !attribution.paths.is_empty()) else { continue };
        if let Err(error) = database.read_as(id, ObjectKind::Blob, &mut buffer) {
            let message = format!("looks like configuration and was not checked as such: {error}");
            notices.push(Notice::unread(format!("blob {id}"), message, error.help()));
            continue;
        }
        for path in attribution.paths.iter().take(MOST_PATHS) {
            let origin = Origin::Object { id: *id, kind: ObjectKind::Blob, path: Some(path.clone()), commit: None };
            let inspected = inspector.inspect(&origin, &buffer, &mut scratch);
            findings.extend(inspected.findings.into_iter().filter(|finding| finding.meta.kind == Kind::Lint));
        }
    }
    findings.sort_by(|a, b| (&a.places[0].origin, a.places[0].span).cmp(&(&b.places[0].origin, b.places[0].span)));
    findings
}
