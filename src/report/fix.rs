//! Shows what `keysweep fix` did, or would do.

use std::fmt::Write as _;

use bstr::ByteSlice as _;

use super::escape::{plain, printable};
use crate::finding::{Notice, Severity};
use crate::fix::{FixReport, FixedFile, Left};

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
        let _ = writeln!(out, "\nThese values {verb} into `.env`: {}", names.join(", "));
        if names.iter().any(|name| report.stores.iter().all(|(stored, _)| stored != name)) {
            out.push_str(
                "Load it before you start the client, for example with `set -a; . ./.env; set +a` or direnv.\n",
            );
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
    out
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
    let mut left = false;
    for Left { finding, reason } in file.left.iter().filter(|left| left.finding.severity >= Severity::Medium) {
        let _ = writeln!(out, "{path}: left: {} ({}): {}", plain(&finding.message), finding.meta.id, plain(reason));
        left |= finding.secret.is_some();
    }
    let owner = crate::mcp::reading(file.path.as_bstr(), b"").into_iter().next();
    for way in owner.iter().filter(|_| left).flat_map(|owner| &owner.client.instead) {
        let _ = writeln!(out, "    instead: {way}");
    }
}
