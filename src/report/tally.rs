//! Counts a report's findings by what they mean for the user, and says what its exit code means.

use crate::finding::{Severity, Verdict};
use crate::quantity::{bytes, counted, duration, list, number};
use crate::scan::{MISSED, Mode, Record, Report};

/// How many findings there are of each kind; every finding is counted once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Findings that make the exit code 1, by severity, mildest first.
    pub blocking: [u64; 4],
    /// Active findings below the threshold.
    pub advice: u64,
    /// Findings that the user allowed.
    pub allowed: u64,
    /// Findings that the baseline holds, or that were there before the change.
    pub known: u64,
    /// Places of all findings.
    pub places: u64,
}

impl Tally {
    /// Counts the findings of `report`.
    pub fn of(report: &Report) -> Self {
        let mut tally = Self::default();
        for finding in &report.findings {
            tally.places += finding.places.len() as u64;
            match finding.verdict {
                Verdict::Allowed { .. } => tally.allowed += 1,
                Verdict::Known => tally.known += 1,
                Verdict::Active if report.threshold.blocks(finding) => tally.blocking[finding.severity as usize] += 1,
                Verdict::Active => tally.advice += 1,
            }
        }
        tally
    }

    /// Returns how many findings block.
    pub fn blocked(&self) -> u64 {
        self.blocking.iter().sum()
    }

    /// Returns the blocking findings by severity, worst first: `2 critical, 1 high`.
    pub fn by_severity(&self) -> String {
        let parts: Vec<String> = Severity::ALL
            .into_iter()
            .rev()
            .filter(|severity| self.blocking[*severity as usize] > 0)
            .map(|severity| format!("{} {severity}", self.blocking[severity as usize]))
            .collect();
        parts.join(", ")
    }

    /// Returns what does not block, as in `2 below the threshold, 4 allowed`; empty if there is none.
    pub fn quiet(&self, mode: Mode) -> String {
        let mut parts = Vec::new();
        if self.advice > 0 {
            parts.push(format!("{} below the threshold", number(self.advice)));
        }
        if self.allowed > 0 {
            parts.push(format!("{} allowed", number(self.allowed)));
        }
        if self.known > 0 {
            parts.push(format!("{} {}", number(self.known), known(mode)));
        }
        parts.join(", ")
    }
}

/// Says how the findings of a scan can be known: those of a change were there before it, or are in the baseline.
pub const fn known(mode: Mode) -> &'static str {
    match mode {
        Mode::Staged | Mode::Range => "known: there before the change, or in the baseline",
        _ => "known from the baseline",
    }
}

/// Says the same of one finding, behind the word for it.
pub const fn seen_before(mode: Mode) -> &'static str {
    match mode {
        Mode::Staged | Mode::Range => "there before the change, or recorded in the baseline",
        _ => "recorded in the baseline",
    }
}

/// Returns the one line that says how the run ended.
pub fn headline(report: &Report) -> String {
    let tally = Tally::of(report);
    let found = match tally.blocked() {
        0 => String::from(if report.mode == Mode::Lint { "no problem found" } else { "nothing leaked was found" }),
        count => format!("{}: {}", counted(count, "finding blocks", "findings block"), tally.by_severity()),
    };
    if report.interrupted {
        format!("{found}, but the run was interrupted")
    } else if report.incomplete() {
        format!("{found}, but not everything could be looked at")
    } else {
        found
    }
}

/// Tells whether there was nothing at all to look at.
pub fn is_empty(record: &Record) -> bool {
    let counts = [record.files, record.entries, record.blobs, record.trees, record.commits, record.tags];
    counts.iter().all(|count| *count == 0) && record.metadata == 0 && record.skipped == 0
}

/// Returns what was looked at: `1,200 files (3.4 MB) with 221 rules in 80 ms`.
pub fn coverage(record: &Record) -> String {
    let kinds = [
        (record.files, "file", "files"),
        (record.entries, "index entry", "index entries"),
        (record.blobs, "blob", "blobs"),
        (record.trees, "tree", "trees"),
        (record.commits, "commit", "commits"),
        (record.tags, "tag", "tags"),
        (record.metadata, "ref, log or configuration entry", "refs, logs and configuration entries"),
    ];
    let seen: Vec<String> =
        kinds.into_iter().filter(|kind| kind.0 > 0).map(|(count, one, many)| counted(count, one, many)).collect();
    let seen = if seen.is_empty() { "nothing".to_owned() } else { list(&seen) };
    let skipped = if record.skipped > 0 { format!(", {} excluded", number(record.skipped)) } else { String::new() };
    let rules = match (record.rules as u64, record.rules_off as u64) {
        (0, 0) => String::new(),
        (0, off) => format!(" without any rule, as all {} are switched off,", number(off)),
        (rules, 0) => format!(" with {}", counted(rules, "rule", "rules")),
        (rules, off) => format!(" with {}, {} switched off,", counted(rules, "rule", "rules"), number(off)),
    };
    let part = record.part.as_ref().map(|part| format!(", a part of history: {part}")).unwrap_or_default();
    format!("{seen} ({}){rules} in {}{skipped}{part}", bytes(record.bytes), duration(record.milliseconds))
}

/// Returns what was looked at, and what the exit code of the run means.
pub fn ending(report: &Report) -> String {
    format!("looked at {}; {}", coverage(&report.record), exit_meaning(report))
}

/// Returns what the exit code of the run means.
pub fn exit_meaning(report: &Report) -> String {
    let code = report.exit_code();
    match code {
        0 => format!("exit code {code}: clean and complete"),
        1 => format!(
            "exit code {code}: findings of at least {} severity and {} confidence",
            report.threshold.severity, report.threshold.confidence
        ),
        MISSED => format!("exit code {code}: not everything could be looked at, so this is no proof of a clean state"),
        _ => format!("exit code {code}: interrupted, what was not reached was not looked at"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coverage_names_only_what_was_seen() {
        let record = Record { files: 1, bytes: 5, rules: 1, milliseconds: 3, ..Record::default() };
        assert_eq!(coverage(&record), "1 file (5 B) with 1 rule in 3 ms");
        let record = Record { rules_off: 1200, ..record };
        assert_eq!(coverage(&record), "1 file (5 B) with 1 rule, 1,200 switched off, in 3 ms");
        let record = Record { rules: 0, ..record };
        let all = "1 file (5 B) without any rule, as all 1,200 are switched off, in 3 ms";
        assert_eq!(coverage(&record), all);
        let record = Record { blobs: 2000, commits: 10, bytes: 5, skipped: 4, ..Record::default() };
        assert_eq!(coverage(&record), "2,000 blobs and 10 commits (5 B) in 0 ms, 4 excluded");
        let record = Record { commits: 1, part: Some("commits at most 2 deep".to_owned()), ..Record::default() };
        assert_eq!(coverage(&record), "1 commit (0 B) in 0 ms, a part of history: commits at most 2 deep");
        assert_eq!(coverage(&Record::default()), "nothing (0 B) in 0 ms");
    }
}
