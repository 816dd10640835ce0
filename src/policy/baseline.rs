//! The baseline: findings that were known when it was written, by keyed fingerprint.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::fingerprint::Key;
use crate::finding::Finding;
use crate::replace::{self, Links, Replace};

/// The version of the file's format.
const VERSION: u32 = 1;

/// The known findings of a repository.
#[derive(Clone, Debug)]
pub struct Baseline {
    /// The key of the fingerprints.
    pub key: Key,
    known: BTreeMap<String, Entry>,
}

/// What is written down about a known finding, for people who read the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The rule or lint.
    pub rule: String,
    /// The first place when it was written.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// Where it was found, which is where it has to be missed before the entry is out of date.
    #[serde(default, skip_serializing_if = "Found::is_tree")]
    pub found: Found,
}

impl Entry {
    /// Returns the path of the first place when it was written.
    pub fn path(&self) -> &str {
        let mut parts = self.place.rsplitn(3, ':');
        let (column, line, path) = (parts.next(), parts.next(), parts.next());
        let is_number = |text: Option<&str>| text.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        path.filter(|_| is_number(column) && is_number(line)).unwrap_or(&self.place)
    }
}

/// Where a known finding was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// In the working tree.
    #[default]
    Tree,
    /// In the history, which never loses it unless it is rewritten.
    History,
}

impl Found {
    /// Tells whether it is the working tree.
    fn is_tree(&self) -> bool {
        *self == Self::Tree
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    key: String,
    findings: BTreeMap<String, Entry>,
}

/// Why a baseline could not be read or written.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum BaselineError {
    /// The file cannot be read or written.
    #[error("cannot access the baseline `{path}`")]
    #[diagnostic(
        code(baseline::access),
        help("check the path and its permissions; a link is followed only if `--baseline` names it")
    )]
    Access {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no such file.
    #[error("there is no baseline `{path}`")]
    #[diagnostic(
        code(baseline::missing),
        help("`keysweep baseline write` makes one; `--baseline FILE` names one that lies elsewhere")
    )]
    Missing {
        /// The file.
        path: String,
    },
    /// The file is not a baseline of this version.
    #[error("`{path}` is not a keysweep baseline of version {VERSION}")]
    #[diagnostic(
        code(baseline::format),
        help("take it back from git, or move it away and make another with `keysweep baseline write`")
    )]
    Format {
        /// The file.
        path: String,
    },
    /// No random key could be made.
    #[error("the system gave no random numbers for the baseline's key")]
    #[diagnostic(code(baseline::random))]
    Random,
}

impl Baseline {
    /// Makes an empty baseline with a new key.
    ///
    /// # Errors
    /// The system has no random numbers to give.
    pub fn new() -> Result<Self, BaselineError> {
        let key = Key::random().map_err(|_| BaselineError::Random)?;
        Ok(Self { key, known: BTreeMap::new() })
    }

    /// Reads a baseline, or makes an empty one if there is no file.
    ///
    /// # Errors
    /// The file cannot be read or is no baseline.
    pub fn read_or_new(path: &Path, links: Links) -> Result<Self, BaselineError> {
        let access = |source| BaselineError::Access { path: path.display().to_string(), source };
        replace::read(path, links).map_err(access)?.map_or_else(Self::new, |text| Self::parse(&text, path))
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// The file cannot be read or is no baseline.
    pub fn read(path: &Path, links: Links) -> Result<Self, BaselineError> {
        let access = |source| BaselineError::Access { path: path.display().to_string(), source };
        let text = replace::read(path, links).map_err(access)?;
        Self::parse(&text.ok_or_else(|| BaselineError::Missing { path: path.display().to_string() })?, path)
    }

    /// Parses the text of the file `path`.
    fn parse(text: &[u8], path: &Path) -> Result<Self, BaselineError> {
        let format = || BaselineError::Format { path: path.display().to_string() };
        let file: File = serde_json::from_slice(text).map_err(|_| format())?;
        let key = Key::from_hex(&file.key).filter(|_| file.version == VERSION).ok_or_else(format)?;
        Ok(Self { key, known: file.findings })
    }

    /// Writes the baseline, in place of the file that was there, in one step.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path, links: Links) -> Result<(), BaselineError> {
        let access = |source| BaselineError::Access { path: path.display().to_string(), source };
        let file = File { version: VERSION, key: self.key.to_hex(), findings: self.known.clone() };
        let mut text = serde_json::to_string_pretty(&file).expect("strings and numbers are valid JSON");
        text.push('\n');
        Replace { links, ..Replace::default() }.write(path, text.as_bytes()).map_err(access)
    }

    /// Tells whether a finding is known.
    pub fn contains(&self, fingerprint: &str) -> bool {
        self.known.contains_key(fingerprint)
    }

    /// Adds a finding; `place` says where it is, for people. Tells whether it was not known before.
    pub fn add(&mut self, finding: &Finding, place: String, found: Found) -> bool {
        let entry = Entry { rule: finding.meta.id.clone(), place, found };
        self.known.insert(self.key.fingerprint(finding), entry).is_none()
    }

    /// Keeps the entries that `keep` approves.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Entry) -> bool) {
        self.known.retain(|fingerprint, entry| keep(fingerprint, entry));
    }

    /// Returns the entries by fingerprint.
    pub const fn entries(&self) -> &BTreeMap<String, Entry> {
        &self.known
    }
}
