//! keysweep for other programs: what the commands do, without a command line.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use bstr::BString;

use crate::finding::{Confidence, Finding, Severity, Verdict};
use crate::input::Coverage;
use crate::policy::config::{Config, ConfigError};
use crate::scan::{self, Report, Request, ScanError, Target, Texts};

/// Looks for leaked credentials. One scanner serves any number of scans, from any number of threads.
///
/// ```
/// use keysweep::Scanner;
///
/// let scanner = Scanner::new();
/// // Put together here, so that no token lies in this file.
/// let line = format!("gitlab_token = \"{}\"\n", ["glpat-", "xY3kP9mQ2vR7", "tB5nW8zL"].concat());
/// let findings = scanner.text("settings.py", line.as_bytes());
/// assert_eq!(findings[0].meta.id, "gitlab/personal-access-token");
/// assert_eq!(findings[0].places[0].start.line, 0);
/// assert!(!findings[0].masked.contains("xY3k"), "a finding holds no secret");
/// ```
#[derive(Debug)]
pub struct Scanner {
    texts: Texts,
    config: Option<PathBuf>,
    severity: Option<Severity>,
    confidence: Option<Confidence>,
}

impl Default for Scanner {
    fn default() -> Self {
        Self::new()
    }
}

impl Scanner {
    /// Makes a scanner with the built-in rules. Scans of trees and repositories read the `keysweep.toml` and the baseline
    /// that lie there; texts know none.
    pub fn new() -> Self {
        let texts = Texts::new(Config::default()).expect("the built-in rules are valid");
        Self { texts, config: None, severity: None, confidence: None }
    }

    /// Makes a scanner that goes by the configuration file `config`, whatever it scans.
    ///
    /// # Errors
    /// The file cannot be read or is not valid.
    pub fn with_config(config: impl Into<PathBuf>) -> Result<Self, ConfigError> {
        let config = config.into();
        let texts = Texts::new(Config::load(None, Some(&config))?)?;
        Ok(Self { texts, config: Some(config), severity: None, confidence: None })
    }

    /// Sets the mildest severity that blocks, in reports.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Sets the lowest confidence that blocks, in reports.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }

    /// Returns what is in a text that nobody has allowed. `path` is the name of the file that the text is or is going to be;
    /// it may be empty.
    pub fn text(&self, path: &str, bytes: &[u8]) -> Vec<Finding> {
        let mut findings = self.texts.find((!path.is_empty()).then(|| BString::from(path)), bytes);
        findings.retain(|finding| finding.verdict == Verdict::Active);
        findings
    }

    /// Scans the working tree around the current directory, or the files and directories that are named.
    ///
    /// # Errors
    /// A path cannot be reached, or a configuration is not valid. What could not be read is a notice of the report.
    pub fn tree(&self, paths: &[impl AsRef<Path>]) -> Result<Report, ScanError> {
        self.run(Target::Tree(paths.iter().map(|path| path.as_ref().to_owned()).collect()))
    }

    /// Scans what the next commit of the repository around `directory` would add.
    ///
    /// # Errors
    /// There is no repository, or its index or a configuration is not valid.
    pub fn staged(&self, directory: impl AsRef<Path>) -> Result<Report, ScanError> {
        self.run(Target::Staged(directory.as_ref().to_owned()))
    }

    /// Scans what the commits of a range added, in git's words for ranges, such as `main..HEAD`.
    ///
    /// # Errors
    /// There is no repository, the range names something that is not there, or a configuration is not valid.
    pub fn range(&self, directory: impl AsRef<Path>, range: &str) -> Result<Report, ScanError> {
        self.run(Target::Range(directory.as_ref().to_owned(), range.to_owned()))
    }

    /// Scans every object of the repository around `directory`, reachable or not.
    ///
    /// # Errors
    /// There is no repository, or a configuration is not valid.
    pub fn history(&self, directory: impl AsRef<Path>) -> Result<Report, ScanError> {
        self.run(Target::History(directory.as_ref().to_owned()))
    }

    fn run(&self, target: Target) -> Result<Report, ScanError> {
        let request = Request {
            target,
            config: self.config.clone(),
            severity: self.severity,
            confidence: self.confidence,
            ..Request::default()
        };
        scan::run(&request, &Coverage::default(), &AtomicBool::new(false))
    }
}
