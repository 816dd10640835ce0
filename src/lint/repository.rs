//! The lints that look at a repository as a whole: what git ignores and what it tracks.

use std::collections::BTreeSet;

use bstr::{BStr, BString, ByteSlice};

use super::finding::{Edit, Fix, LintFinding, Persona, Safety};
use super::{tracked_secret_file, uncovered_secret_file};
use crate::input::ignore_rules::IgnoreState;
use crate::mcp::{Audience, CredentialFile, Where, credential_files, credential_files_at, spelling};
use crate::source::Span;

/// What the lints must know about a repository. Paths are relative to its root, with `/`.
pub struct RepositoryFacts<'a> {
    /// All paths of the index.
    pub tracked: &'a [&'a BStr],
    /// Other files of the working tree, of which those that say what git ignores count.
    pub untracked: &'a [&'a BStr],
    /// The [clients] whose own configuration lies there, tracked or not.
    pub clients: &'a [&'static str],
    /// The content of the `.gitignore` at the root, if there is one.
    pub gitignore: Option<&'a [u8]>,
    /// Asks git's rules about a path; the flag tells whether it is a directory.
    pub ignored: &'a dyn Fn(&BStr, bool) -> IgnoreState,
    /// For whom.
    pub persona: Persona,
}

/// A finding and the path that it is about.
#[derive(Clone, Debug)]
pub struct RepositoryFinding {
    /// The path: of a tracked file, or of the `.gitignore` that has a gap.
    pub path: BString,
    /// What was found; an edit concerns `path`.
    pub finding: LintFinding,
}

/// Lints what a repository ignores and tracks.
pub fn lint_repository(facts: &RepositoryFacts<'_>) -> Vec<RepositoryFinding> {
    let clients = facts.clients;
    // Where no agent is at work, nobody is about to write credentials there.
    let counts = !clients.is_empty();
    let mut found = Vec::new();
    let closer: BTreeSet<&BStr> =
        facts.tracked.iter().chain(facts.untracked).copied().filter(|path| path.ends_with(b"/.gitignore")).collect();
    for file in credential_files() {
        let relevant = match &file.ignore {
            Some(Where::Everywhere) => true,
            Some(Where::Agents) => !clients.is_empty(),
            Some(Where::Client(id)) => clients.contains(&id.as_str()) || facts.persona == Persona::Auditor,
            Some(Where::Asked) => facts.persona == Persona::Auditor,
            None => false,
        };
        if relevant {
            uncovered(facts, file, counts, &mut found);
            uncovered_again(facts, &closer, file, &mut found);
        }
    }
    for &path in facts.tracked {
        if is_secret_file(path, facts.persona) {
            found.push(tracked(facts, path));
        }
    }
    found
}

/// Returns the clients whose own configuration is among the files; a store of credentials stands for all of them.
pub fn clients<'p>(paths: impl IntoIterator<Item = &'p BStr>) -> Vec<&'static str> {
    let mut clients: Vec<&str> = paths
        .into_iter()
        .flat_map(|path| {
            let store = super::recognition::is_store(path).then_some("*");
            let may_hold = crate::mcp::may_hold(path);
            let readings = if may_hold { crate::mcp::reading(path, b"") } else { Vec::new() };
            // Who reads another client's file as well is not in use for that.
            readings.into_iter().take(1).map(|reading| reading.client.id.as_str()).chain(store)
        })
        .collect();
    clients.sort_unstable();
    clients.dedup();
    clients
}

fn uncovered(facts: &RepositoryFacts<'_>, file: &CredentialFile, counts: bool, found: &mut Vec<RepositoryFinding>) {
    let state =
        probes(facts, file).into_iter().map(|probe| state(facts, probe.as_bstr())).min().unwrap_or(IgnoreState::No);
    let message = match state {
        IgnoreState::Ignored => return,
        IgnoreState::No => format!("`{}` is not ignored", file.line),
        IgnoreState::Exclude => format!("only this clone ignores `{}`, by `info/exclude`", file.line),
        IgnoreState::Global => format!("only your own configuration of git ignores `{}`", file.line),
    };
    let end = facts.gitignore.map_or(0, <[u8]>::len);
    let mut finding =
        LintFinding::new(&uncovered_secret_file::ABOUT, Span::new(end, end), format!("/{}", file.line), message);
    if file.ignore == Some(Where::Everywhere) && counts && state == IgnoreState::No {
        finding.severity = crate::finding::Severity::Medium;
    }
    let open_line = facts.gitignore.is_some_and(|bytes| !bytes.is_empty() && !bytes.ends_with(b"\n"));
    let text = if open_line { format!("\n{}", file.line) } else { format!("{}\n", file.line) };
    finding.fix =
        Some(Fix { edits: vec![Edit { span: Span::new(end, end), text }], safety: Safety::Safe, moved: None });
    found.push(RepositoryFinding { path: ".gitignore".into(), finding });
}

/// Reports folders whose own `.gitignore` takes a file out of what git ignores, as `!.env` does.
///
/// Git asks the closest file first and there the last line that matches, so a line at the root changes nothing.
fn uncovered_again(
    facts: &RepositoryFacts<'_>,
    closer: &BTreeSet<&BStr>,
    file: &CredentialFile,
    found: &mut Vec<RepositoryFinding>,
) {
    for &path in closer {
        let Some(folder) = path.strip_suffix(b".gitignore") else { continue };
        // A folder beside it, in which nothing lies, shows what the files above say.
        let beside = [folder.trim_end_with(|c| c == '/'), b".beside/"].concat();
        let there = |folder: &[u8]| state(facts, [folder, file.path().as_bytes()].concat().as_bstr());
        if there(folder) == IgnoreState::No && there(&beside) != IgnoreState::No {
            let message = format!("this file takes `{}` out of what git ignores", file.line);
            let pointer = format!("/{}", file.line);
            let mut finding = LintFinding::new(&uncovered_secret_file::ABOUT, Span::default(), pointer, message);
            if file.ignore == Some(Where::Everywhere) {
                finding.severity = crate::finding::Severity::Medium;
            }
            found.push(RepositoryFinding { path: path.to_owned(), finding });
        }
    }
}

/// Returns the paths that must be ignored: at the root, and beside every example of a dotenv file.
fn probes(facts: &RepositoryFacts<'_>, file: &CredentialFile) -> Vec<BString> {
    let mut probes = vec![BString::from(file.path())];
    if file.line == ".env" {
        for path in facts.tracked {
            let Some(folder) = path.rfind_byte(b'/').map(|at| &path[..=at]) else { continue };
            // Most names have no dot at their beginning, and need not be read with care.
            if !path[folder.len()..].starts_with(b".") {
                continue;
            }
            let spelled = spelling(path);
            if spelled.copy && spelled.path.ends_with("/.env") {
                probes.push([folder.as_bytes(), b".env"].concat().into());
            }
        }
    }
    probes
}

/// Asks about a path and the folders above it, since an ignored folder covers what is in it.
fn state(facts: &RepositoryFacts<'_>, probe: &BStr) -> IgnoreState {
    let folders = probe
        .find_iter(b"/")
        .map(|at| BString::from(&probe[..at]))
        .map(|folder| (facts.ignored)(folder.as_bstr(), true));
    folders.chain([(facts.ignored)(probe, false)]).max().unwrap_or(IgnoreState::No)
}

fn tracked(facts: &RepositoryFacts<'_>, path: &BStr) -> RepositoryFinding {
    let ignored = state(facts, path) != IgnoreState::No;
    let message = if ignored { "this file is ignored, but git tracks it all the same" } else { "git tracks this file" };
    let finding = LintFinding::new(&tracked_secret_file::ABOUT, Span::default(), "", message);
    RepositoryFinding { path: path.to_owned(), finding }
}

/// Tells whether a file of that path is made to hold credentials.
pub fn is_secret_file(path: &BStr, persona: Persona) -> bool {
    let counts = |audience: Option<Audience>| match audience {
        Some(Audience::Everybody) => true,
        Some(Audience::Pedantic) => persona >= Persona::Pedantic,
        None => false,
    };
    credential_files_at(path).any(|file| counts(file.tracked)) && !super::recognition::is_dotenv_example(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lint(tracked: &[&str], ignored: &[&str], persona: Persona) -> Vec<String> {
        let tracked: Vec<&BStr> = tracked.iter().map(|&path| path.into()).collect();
        let ignored = |path: &BStr, _: bool| {
            if ignored.iter().any(|known| path == *known) { IgnoreState::Ignored } else { IgnoreState::No }
        };
        let facts = RepositoryFacts {
            tracked: &tracked,
            untracked: &[],
            clients: &clients(tracked.iter().copied()),
            gitignore: Some(b"x\n"),
            ignored: &ignored,
            persona,
        };
        lint_repository(&facts).into_iter().map(|found| format!("{} {}", found.path, found.finding.pointer)).collect()
    }

    #[test]
    fn the_two_files_of_every_repository_are_asked_for_first() {
        assert_eq!(lint(&["README.md"], &[], Persona::Regular), [".gitignore /.env", ".gitignore /.doxhub/"]);
        assert_eq!(lint(&["README.md"], &[".env", ".doxhub"], Persona::Regular), Vec::<String>::new());
    }

    #[test]
    fn a_clients_files_are_asked_for_where_it_is_used() {
        let found = lint(&[".codex/config.toml"], &[".env", ".doxhub", ".env.local"], Persona::Regular);
        assert_eq!(found, [".gitignore /.codex/auth.json"]);
        assert!(lint(&["README.md"], &[".env", ".doxhub"], Persona::Auditor).len() > 30);
    }

    #[test]
    fn a_dotenv_file_beside_its_example_must_be_ignored_too() {
        let found = lint(&["app/.env.example"], &[".env", ".doxhub"], Persona::Regular);
        assert_eq!(found, [".gitignore /.env"]);
    }

    #[test]
    fn a_nested_ignore_file_that_takes_a_file_out_is_named() {
        let files = [".gitignore", "web/.gitignore", "api/.gitignore"].map(BStr::new);
        let rules = |path: &BStr, _: bool| {
            let open = path == "web/.env" || !(path.ends_with(b".env") || path.ends_with(b".doxhub"));
            if open { IgnoreState::No } else { IgnoreState::Ignored }
        };
        for (tracked, untracked) in [(&files[..], &files[..0]), (&files[..1], &files[1..])] {
            let facts = RepositoryFacts {
                tracked,
                untracked,
                clients: &[],
                gitignore: Some(b".env\n.doxhub/\n"),
                ignored: &rules,
                persona: Persona::Regular,
            };
            let found = lint_repository(&facts);
            let named: Vec<_> =
                found.iter().map(|found| (found.path.to_string(), found.finding.message.as_str())).collect();
            assert_eq!(named, [("web/.gitignore".to_owned(), "this file takes `.env` out of what git ignores")]);
            assert!(found[0].finding.fix.is_none());
        }
    }

    #[test]
    fn tracked_secret_files_are_named_and_examples_are_not() {
        let tracked = [
            ".env",
            "app/.env.local",
            ".doxhub/credentials.json",
            "a.token",
            ".claude/settings.local.json",
            ".env.example",
            "src/env.rs",
            "x/settings.local.json",
        ];
        let found: Vec<String> = lint(
            &tracked,
            &[".env", ".doxhub", ".env.local", ".mcp.json.local", ".claude/settings.local.json", "CLAUDE.local.md"],
            Persona::Regular,
        );
        assert_eq!(
            found,
            [".env ", "app/.env.local ", ".doxhub/credentials.json ", "a.token ", ".claude/settings.local.json "]
        );
    }
}
