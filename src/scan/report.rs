//! The result of one run: findings, notices, and what was looked at.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::finding::{Finding, Notice, Threshold};
use crate::input::Coverage;

/// The exit code of a run that has missed something and found nothing that blocks.
pub const MISSED: u8 = 3;
/// The exit code of a run that was interrupted: 128 and the number of SIGINT.
pub const INTERRUPTED: u8 = 130;

/// What was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The working tree.
    Tree,
    /// The index against HEAD.
    Staged,
    /// Every object of the repository.
    History,
    /// What the commits of a range added.
    Range,
    /// Transcripts of agents and histories of shells.
    Transcripts,
    /// Standard input.
    Stdin,
    /// Configuration lints alone.
    Lint,
}

impl Mode {
    /// Returns the word used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Staged => "staged",
            Self::History => "history",
            Self::Range => "range",
            Self::Transcripts => "transcripts",
            Self::Stdin => "stdin",
            Self::Lint => "lint",
        }
    }
}

/// Who may let pass what is no leak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leave {
    /// Whoever wrote it, by a comment or in the configuration.
    #[default]
    Author,
    /// Whoever runs the server that it was sent to.
    Server {
        /// Whether comments in what was sent count all the same.
        comments: bool,
    },
}

/// What one run looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Files of the working tree.
    pub files: u64,
    /// Entries of the index.
    pub entries: u64,
    /// Blobs among the objects.
    pub blobs: u64,
    /// Trees among the objects.
    pub trees: u64,
    /// Commits among the objects.
    pub commits: u64,
    /// Annotated tags among the objects.
    pub tags: u64,
    /// Refs, reflogs and configuration files.
    pub metadata: u64,
    /// Bytes inspected.
    pub bytes: u64,
    /// How many of these are in blobs, trees, commits and tags.
    pub object_bytes: [u64; 4],
    /// What was left out on purpose: files that a configured exclusion or an option names.
    pub skipped: u64,
    /// Whether all of history was asked for, and the clone is shallow or partial.
    pub partial: bool,
    /// To which part of a history the run kept, in words; `None` if it was asked for all.
    pub part: Option<String>,
    /// How many rules were at work.
    pub rules: usize,
    /// How many the configuration switches off.
    pub rules_off: usize,
    /// How long the run took, in milliseconds.
    pub milliseconds: u64,
}

impl Record {
    /// Takes the counters as they are now.
    pub fn of(coverage: &Coverage) -> Self {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Self {
            files: count(&coverage.files),
            entries: count(&coverage.entries),
            blobs: count(&coverage.blobs),
            trees: count(&coverage.trees),
            commits: count(&coverage.commits),
            tags: count(&coverage.tags),
            metadata: count(&coverage.metadata),
            bytes: count(&coverage.bytes),
            object_bytes: coverage.object_bytes.each_ref().map(count),
            skipped: count(&coverage.skipped),
            partial: coverage.partial.load(Ordering::Relaxed),
            part: None,
            rules: 0,
            rules_off: 0,
            milliseconds: 0,
        }
    }
}

/// The result of one run, ready to be rendered.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was scanned.
    pub mode: Mode,
    /// The root of what was scanned, printable.
    pub root: String,
    /// All findings with their verdicts: worst first, then by place.
    pub findings: Vec<Finding>,
    /// What could not be read, and what else the user should know.
    pub notices: Vec<Notice>,
    /// What was looked at.
    pub record: Record,
    /// The level from which a finding blocks.
    pub threshold: Threshold,
    /// Who may let pass what is no leak.
    pub leave: Leave,
    /// Whether the run was interrupted.
    pub interrupted: bool,
}

impl Report {
    /// Returns the findings that block.
    pub fn blocking(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| self.threshold.blocks(finding))
    }

    /// Tells whether something could not be looked at.
    pub fn incomplete(&self) -> bool {
        self.interrupted || self.notices.iter().any(|notice| notice.incomplete)
    }

    /// Returns the exit code that the result calls for: 0 clean and complete, 1 blocking findings,
    /// [`MISSED`] incomplete without a blocking finding, [`INTERRUPTED`] interrupted.
    pub fn exit_code(&self) -> u8 {
        if self.interrupted {
            INTERRUPTED
        } else if self.blocking().next().is_some() {
            1
        } else if self.incomplete() {
            MISSED
        } else {
            0
        }
    }
}
