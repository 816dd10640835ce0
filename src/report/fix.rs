//! Shows what `keysweep fix` did, or would do.

use std::fmt::Write as _;

use bstr::ByteSlice as _;

use super::escape::{plain, printable};
use crate::finding::Notice;
use crate::fix::{FixReport, FixedFile, Left};
use crate::quantity::{counted, number};

/// Returns what was done, what is left, and what is to be done by hand.
///
/// Only values that were asked for stand in the clear; the caller has hidden all others.
pub fn text(report: &FixReport, dry_run: bool) -> String {
    let mut out = String::new();
    for file in &report.files {
        file_text(file, dry_run, &mut out);
    }
    if !report.variables.is_empty() {
        let verb = if dry_run { "would go" } else { "went" };
        let names: Vec<&str> = report.variables.iter().map(|(name, _)| name.as_str()).collect();
        let env = printable(report.variables[0].1.as_bstr());
        let _ = writeln!(out, "\nThese values {verb} into `{env}`: {}", names.join(", "));
        if report.is_loaded {
            let how = format!("`set -a; . ./{env}; set +a`");
            let _ = writeln!(out, "Load it before you start the client, for example with {how} or direnv.");
        }
        for (name, how) in &report.stores {
            let _ = writeln!(out, "    {name}: {}", plain(how));
        }
        out.push_str("They were in the open: rotate them (`keysweep rotate`).\n");
    }
    for taken in &report.shown {
        let value = String::from_utf8_lossy(taken.secret.reveal());
        let _ = writeln!(out, "{}={value}", taken.variable);
    }
    if !report.commands.is_empty() {
        out.push_str("\nGit tracks files that hold credentials. To take them out of the next commit, run:\n");
        for command in &report.commands {
            let _ = writeln!(out, "    {}", plain(command));
        }
    }
    for Notice { subject, message, help, .. } in &report.notices {
        let _ = writeln!(out, "\n{}: {}\n    {}", plain(subject), plain(message), plain(help));
    }
    if out.is_empty() {
        out.push_str("nothing to mend\n");
    }
    ending(report, dry_run, &mut out);
    out
}

/// Counts what was mended and what is left.
fn ending(report: &FixReport, dry_run: bool, out: &mut String) {
    let count = |part: fn(&FixedFile) -> usize| report.files.iter().map(part).sum::<usize>() as u64;
    let (mended, left) = (count(|file| file.applied.len()), count(|file| file.left.len()));
    if mended + left > 0 {
        let verb = if dry_run { "would be mended" } else { "mended" };
        let _ = writeln!(out, "\n{} {verb}, {} left", counted(mended, "finding", "findings"), number(left));
    }
}

fn file_text(file: &FixedFile, dry_run: bool, out: &mut String) {
    let path = printable(file.path.as_bstr());
    if dry_run && !file.diff.is_empty() {
        let _ = writeln!(out, "--- a/{path}\n+++ b/{path}");
        file.diff.lines().for_each(|line| {
            let _ = writeln!(out, "{}", plain(line));
        });
    } else if !file.applied.is_empty() {
        let _ = writeln!(out, "{path}:");
        for applied in &file.applied {
            let _ = writeln!(out, "    mended: {} ({})", plain(&applied.message), applied.id);
        }
    }
    left_text(file, &path, out);
}

/// Tells what is left of a file, the worst first, and what to do about each kind of it.
fn left_text(file: &FixedFile, path: &str, out: &mut String) {
    let mut left: Vec<&Left> = file.left.iter().collect();
    left.sort_by_key(|left| (std::cmp::Reverse(left.finding.severity), left.finding.meta.id.clone()));
    for kind in left.chunk_by(|a, b| a.finding.meta.id == b.finding.meta.id) {
        for Left { finding, reason } in kind {
            let _ = writeln!(out, "{path}: left: {} ({}): {}", plain(&finding.message), finding.meta.id, plain(reason));
        }
        let _ = writeln!(out, "    by hand: {}", plain(&by_hand(&kind[0].finding.meta.fix)));
    }
    if left.iter().any(|left| left.finding.secret.is_some()) {
        for way in &file.instead {
            let _ = writeln!(out, "    instead: {}", plain(way));
        }
    }
}

/// Returns what a lint says is to be done, without what `keysweep fix` would do: it did not.
fn by_hand(fix: &str) -> String {
    match fix.split_once("; `keysweep fix`") {
        Some((what, _)) => format!("{what}."),
        None => fix.to_owned(),
    }
}
