//! What is asked of a scan.

use std::path::PathBuf;

use bstr::BString;

use super::{Leave, Target};
use crate::finding::{Confidence, Place, Severity, Threshold};
use crate::input;
use crate::lint::Persona;
use crate::policy::config::Config;
use crate::policy::rule_matches;

/// What to scan, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Where the bytes come from.
    pub target: Target,
    /// The configuration file, if it is not the one at the root of what is scanned.
    pub config: Option<PathBuf>,
    /// The baseline file, if it is not the configured one.
    pub baseline: Option<PathBuf>,
    /// Whether the baseline is left aside, so that known findings are reported too.
    pub ignore_baseline: bool,
    /// Whether findings carry their raw secrets.
    pub reveal: bool,
    /// The mildest severity that blocks, if it is not the configured one.
    pub severity: Option<Severity>,
    /// The lowest confidence that blocks, if it is not the configured one.
    pub confidence: Option<Confidence>,
    /// For whom lints speak up.
    pub persona: Persona,
    /// Whether only lints report, and every finding of theirs blocks.
    pub lints_only: bool,
    /// Files and folders of a repository, from its root on, to which a scan of what is staged, of a range or of history keeps;
    /// none for all.
    pub within: Vec<BString>,
    /// Globs on files that are left out, besides the configured ones.
    pub exclude: Vec<String>,
    /// The rules, lints or providers that report; none for all.
    pub rules: Vec<String>,
    /// Whether it was sent to a server by somebody who has no say there.
    pub received: bool,
    /// Whether permissions that allow nothing are told.
    pub thorough: bool,
    /// The folder in which it is remembered what of a history was looked at; `None` to look at everything.
    pub cache: Option<PathBuf>,
}

impl Request {
    /// Tells whether a finding of this rule in this place is asked for.
    pub(super) fn wants(&self, id: &str, place: &Place, config: &Config) -> bool {
        let is_wanted = self.rules.is_empty() || self.rules.iter().any(|rule| rule_matches(rule, id));
        let known = place.attribution.as_ref().map_or(&[][..], |history| &history.paths);
        let own = place.origin.path().map(|path| path.to_owned());
        let paths: Vec<&[u8]> = own.iter().chain(known).map(|path| path.as_slice()).collect();
        let is_excluded = !paths.is_empty() && paths.iter().all(|path| config.excludes(path));
        is_wanted && !is_excluded && (self.within.is_empty() || paths.iter().any(|path| self.covers(path)))
    }

    /// Tells whether a path lies in the files and folders that are asked for.
    pub(super) fn covers(&self, path: &[u8]) -> bool {
        self.within.is_empty() || self.within.iter().any(|folder| input::is_within(path, folder))
    }

    /// Tells whether all that there is of a kind is looked at, so that a permission without use has none.
    pub(super) const fn is_whole(&self) -> bool {
        let is_all = match &self.target {
            Target::Tree(paths) => paths.is_empty(),
            Target::History(_) => true,
            _ => false,
        };
        is_all && self.within.is_empty() && self.rules.is_empty() && self.exclude.is_empty() && !self.lints_only
    }

    /// Returns who may let pass what is no leak.
    pub(super) const fn leave(&self, config: &Config) -> Leave {
        if self.received { Leave::Server { comments: config.takes_pushed_comments() } } else { Leave::Author }
    }

    /// Returns the levels from which a finding blocks, where `configured` holds unless the request says otherwise.
    pub(super) fn threshold(&self, configured: Threshold) -> Threshold {
        let every = Threshold { severity: Severity::Low, confidence: Confidence::Low };
        let configured = if self.lints_only { every } else { configured };
        Threshold {
            severity: self.severity.unwrap_or(configured.severity),
            confidence: self.confidence.unwrap_or(configured.confidence),
        }
    }
}
