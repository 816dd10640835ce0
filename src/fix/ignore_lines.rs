//! Appends the lines that `.gitignore` lacks, and names the commands for files that git tracks already.

use bstr::{BStr, BString, ByteSlice as _};

use super::apply::edited;
use super::run::Run;
use super::{Applied, FixedFile, diff};
use crate::finding::Notice;
use crate::input::ignore_rules::IgnoreRules;
use crate::lint::{RepositoryFacts, RepositoryFinding, lint_repository};
use crate::replace::{self, Links, Replace};

const NAME: &str = ".gitignore";

impl Run<'_> {
    /// Mends the ignore rules of the working tree, in which the files `present` lie.
    pub(super) fn ignore_lines(&mut self, rules: &IgnoreRules, present: &[BString]) {
        let path = self.root.join(NAME);
        let old = match replace::read(&path, Links::Refuse) {
            Ok(old) => old,
            Err(error) => {
                let message = format!("could not be read: {error}");
                self.report.notices.push(Notice::unread(NAME, message, "make it a plain file that you may read"));
                return;
            }
        };
        let facts = RepositoryFacts {
            tracked: &self.tracked,
            untracked: present,
            gitignore: old.as_deref(),
            ignored: &|path: &BStr, is_directory| rules.state(path, is_directory),
            persona: self.options.persona,
            strict: true,
        };
        let findings = lint_repository(&facts);
        let (gaps, tracked): (Vec<RepositoryFinding>, Vec<RepositoryFinding>) =
            findings.into_iter().partition(|found| found.finding.fix.is_some());
        self.report.commands.extend(tracked.iter().map(|found| format!("git rm --cached -- {}", quoted(&found.path))));
        let edits: Vec<_> =
            gaps.iter().filter_map(|found| found.finding.fix.as_ref()).flat_map(|fix| fix.edits.clone()).collect();
        let old = old.unwrap_or_default();
        let Some(new) = edited(&old, &edits).filter(|_| !edits.is_empty()) else { return };
        let applied = gaps
            .iter()
            .map(|found| Applied { id: found.finding.meta.id.clone(), message: found.finding.message.clone() })
            .collect();
        let text = diff(&old, &[], &new, &[]);
        if self.options.dry_run || self.write(NAME.into(), &new, Replace::default()) {
            self.report.files.push(FixedFile { path: NAME.into(), applied, diff: text, left: Vec::new() });
        }
    }
}

/// Returns a path as a shell reads it.
fn quoted(path: &BString) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-/".contains(byte);
    if path.iter().all(plain) { path.to_string() } else { format!("'{}'", path.to_str_lossy().replace('\'', "'\\''")) }
}
