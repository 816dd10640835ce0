//! Appends the lines that `.gitignore` lacks, and names the commands for files that git tracks already.

use bstr::{BStr, BString, ByteSlice as _};

use super::apply::edited;
use super::run::Run;
use super::{Applied, FixedFile, Left, diff};
use crate::finding::Notice;
use crate::input::ignore_rules::IgnoreRules;
use crate::lint::{Edit, RepositoryFacts, RepositoryFinding, UNCOVERED_SECRET_FILE, clients, lint_repository};
use crate::replace::{self, Links, Replace};
use crate::source::Span;

const NAME: &str = ".gitignore";

impl Run<'_> {
    /// Mends the ignore rules of the working tree, in which the files `present` lie. Where only a part of it was named, what
    /// the root's lack is left.
    pub(super) fn ignore_lines(&mut self, rules: &IgnoreRules, present: &[BString]) {
        let Some(old) = self.gitignore(NAME.into()) else { return };
        let [tracked, present] =
            [&self.tracked, present].map(|paths| paths.iter().map(|path| path.as_bstr()).collect::<Vec<_>>());
        let clients = clients(tracked.iter().chain(&present).copied());
        let facts = RepositoryFacts {
            tracked: &tracked,
            untracked: &present,
            clients: &clients,
            gitignore: old.as_deref(),
            ignored: &|path: &BStr, is_directory| rules.state(path, is_directory),
            persona: self.options.persona,
        };
        let (nested, findings): (Vec<RepositoryFinding>, Vec<RepositoryFinding>) = lint_repository(&facts)
            .into_iter()
            .partition(|found| found.finding.meta.id == UNCOVERED_SECRET_FILE.id && found.path != NAME);
        self.leave_nested(nested);
        let (gaps, tracked): (Vec<RepositoryFinding>, Vec<RepositoryFinding>) =
            findings.into_iter().partition(|found| found.finding.fix.is_some());
        self.report.commands.extend(tracked.iter().map(|found| format!("git rm --cached -- {}", quoted(&found.path))));
        if !self.scope.is_whole() {
            self.gaps = gaps;
            return;
        }
        let edits: Vec<_> =
            gaps.iter().filter_map(|found| found.finding.fix.as_ref()).flat_map(|fix| fix.edits.clone()).collect();
        let applied = gaps
            .iter()
            .map(|found| Applied { id: found.finding.meta.id.clone(), message: found.finding.message.clone() })
            .collect();
        self.append(NAME.into(), &old.unwrap_or_default(), &edits, applied);
    }

    /// Reads a file of ignore rules: nothing for one that is not there, and a notice for one that cannot be read.
    fn gitignore(&mut self, path: &BStr) -> Option<Option<Vec<u8>>> {
        let read = replace::read(&self.root.join(path.to_path_lossy()), Links::Refuse);
        read.map_err(|error| {
            let message = format!("could not be read: {error}");
            let help = "make it a plain file that you may read";
            self.report.notices.push(Notice::unread(path.to_string(), message, help));
        })
        .ok()
    }

    /// Has git ignore the file of variables beside what was named.
    pub(super) fn cover_env(&mut self) {
        let env = self.env();
        let path = self.scope.file(NAME);
        let Some(old) = self.gitignore(path.as_bstr()) else { return };
        let old = old.unwrap_or_default();
        let end = Span::new(old.len(), old.len());
        let is_open = !old.is_empty() && !old.ends_with(b"\n");
        let text = if is_open { "\n.env\n" } else { ".env\n" }.to_owned();
        let applied = Applied {
            id: UNCOVERED_SECRET_FILE.id.to_owned(),
            message: format!("`{env}`, into which credentials go, is not ignored"),
        };
        self.append(path, &old, &[Edit { span: end, text }], vec![applied]);
    }

    /// Leaves what the ignore rules of the whole repository lack, but for the line that was appended for a credential.
    pub(super) fn leave_gaps(&mut self) {
        let mut gaps = std::mem::take(&mut self.gaps);
        if self.report.files.iter().any(|file| file.path == NAME && !file.applied.is_empty()) {
            gaps.retain(|gap| gap.finding.pointer != "/.env");
        }
        let reason = format!("it lies outside of `{}`: `keysweep fix` without a path appends it", self.scope.named);
        let left: Vec<Left> =
            gaps.into_iter().map(|found| Left { finding: found.finding, reason: reason.clone().into() }).collect();
        if !left.is_empty() {
            let (applied, diff, instead) = (Vec::new(), String::new(), Vec::new());
            self.report.files.push(FixedFile { path: NAME.into(), applied, diff, left, instead });
        }
    }

    /// Leaves what nested files take out of what git ignores: what they are there for is not known.
    fn leave_nested(&mut self, nested: Vec<RepositoryFinding>) {
        for RepositoryFinding { path, finding } in nested {
            if !self.scope.holds(path.as_bstr()) {
                continue;
            }
            let left = vec![Left { finding, reason: "its line that begins with `!` is there for a reason".into() }];
            let (applied, diff, instead) = (Vec::new(), String::new(), Vec::new());
            self.report.files.push(FixedFile { path, applied, diff, left, instead });
        }
    }

    /// Appends lines, which end as those that are there do.
    fn append(&mut self, path: BString, old: &[u8], edits: &[Edit], applied: Vec<Applied>) {
        let end = old.find_byte(b'\n').filter(|&at| old[..at].ends_with(b"\r")).map_or("\n", |_| "\r\n");
        let ended = |edit: &Edit| Edit { text: edit.text.replace('\n', end), ..edit.clone() };
        let edits: Vec<Edit> = edits.iter().map(ended).collect();
        let Some(new) = edited(old, &edits).filter(|_| !edits.is_empty()) else { return };
        let text = diff(old, &[], &new, &[]);
        if self.options.dry_run || self.write(path.as_bstr(), &new, Replace::default()) {
            let (left, instead) = (Vec::new(), Vec::new());
            self.report.files.push(FixedFile { path, applied, diff: text, left, instead });
        }
    }
}

/// Returns a path as a shell reads it.
fn quoted(path: &BString) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-/".contains(byte);
    if path.iter().all(plain) { path.to_string() } else { format!("'{}'", path.to_str_lossy().replace('\'', "'\\''")) }
}
