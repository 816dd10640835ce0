//! Lints what needs more than one file's bytes: a repository's ignore rules and tracked files.

use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};

use crate::finding::{Excerpt, Finding, Notice, Place};
use crate::input::ignore_rules::IgnoreRules;
use crate::input::index::Index;
use crate::input::repository::Repository;
use crate::lint::{Persona, RepositoryFacts, RepositoryFinding, clients, is_secret_file, lint_repository};
use crate::secret::Identity;
use crate::source::{LineIndex, Origin};

/// The lints of a working tree's ignore rules and tracked files, as far as the index alone tells.
pub struct WorkingTree<'a> {
    repository: &'a Repository,
    persona: Persona,
    tracked: Vec<&'a BStr>,
    clients: Vec<&'static str>,
    findings: Vec<Finding>,
    notices: Vec<Notice>,
}

impl<'a> WorkingTree<'a> {
    /// Lints for the clients whose configuration is tracked.
    pub fn new(repository: &'a Repository, persona: Persona) -> Self {
        // An index that cannot be read is noted where its files are looked for, or its ignore rules.
        let index = repository.index().ok();
        let paths = |index: &'a Index| (0..index.len()).map(|position| index.path(position));
        let tracked: Vec<&BStr> = index.into_iter().flat_map(paths).collect();
        let (clients, mut notices) = (clients(tracked.iter().copied()), Vec::new());
        let findings = lint(repository, &tracked, &clients, persona, &mut notices);
        Self { repository, persona, clients, tracked, findings, notices }
    }

    /// Returns all findings of a working tree in which `seen` may be agents' configuration.
    pub fn finish(mut self, seen: &[BString], notices: &mut Vec<Notice>) -> Vec<Finding> {
        let mut others = clients(seen.iter().map(BStr::new));
        others.retain(|client| !self.clients.contains(client));
        if !others.is_empty() {
            self.clients.append(&mut others);
            self.notices.clear();
            self.findings = lint(self.repository, &self.tracked, &self.clients, self.persona, &mut self.notices);
        }
        notices.append(&mut self.notices);
        self.findings
    }
}

/// Lints the paths that a commit adds: of files that must not be committed.
///
/// Git's ignore rules are read only if there is such a file: a hook has no time for more.
pub fn staged<'a>(
    repository: &Repository,
    added: impl Iterator<Item = &'a BStr>,
    persona: Persona,
    notices: &mut Vec<Notice>,
) -> Vec<Finding> {
    let secret: Vec<&BStr> = added.filter(|path| is_secret_file(path, persona)).collect();
    if secret.is_empty() {
        return Vec::new();
    }
    let mut findings = lint(repository, &secret, &clients(secret.iter().copied()), persona, notices);
    findings.retain(|finding| finding.places[0].origin.path().is_some_and(|path| secret.contains(&path)));
    findings
}

fn lint(
    repository: &Repository,
    tracked: &[&BStr],
    clients: &[&'static str],
    persona: Persona,
    notices: &mut Vec<Notice>,
) -> Vec<Finding> {
    let Some(root) = repository.work_tree() else { return Vec::new() };
    let rules = match IgnoreRules::of(repository) {
        Ok(rules) => rules,
        Err(error) => {
            notices.push(Notice::unread(".gitignore", error.to_string(), error.help()));
            return Vec::new();
        }
    };
    let gitignore = std::fs::read(root.join(".gitignore")).ok();
    let facts = RepositoryFacts {
        tracked,
        untracked: &[],
        clients,
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
        start: at(lint.span.start),
        end: at(lint.span.end),
        excerpt: Excerpt { line: at(lint.span.start).line, ..Excerpt::default() },
        ..Place::new(Origin::File { path: path.clone() }, lint.span)
    };
    let identity = Identity::of_place(&lint.meta.id, &[path.as_bytes(), b"\0", lint.pointer.as_bytes()].concat());
    let mut finding = Finding::new(Arc::clone(&lint.meta), identity, lint.message, place);
    finding.severity = lint.severity;
    finding.confidence = lint.confidence;
    finding
}
