//! What keysweep reports: findings, their places, and what a rule or lint says about itself.

mod level;
mod masked;
mod place;
mod rotation;
mod threshold;

use std::sync::{Arc, OnceLock};

pub use level::{Confidence, Severity};
pub use masked::{masked, masked_secret, random_looking};
pub use place::{Attribution, CommitMark, Excerpt, FILE_NAME, InlineAllow, Place, Reach};
pub use rotation::Rotation;
pub use threshold::Threshold;

use crate::secret::{Identity, Secret};

/// What a rule or a lint says about every finding it makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// `provider/thing` or `mcp/problem`: kebab-case, stable for ever.
    pub id: String,
    /// The problem in a few words, lower case, no final period.
    pub title: String,
    /// How much harm a real finding means.
    pub severity: Severity,
    /// How sure a finding is real, before any proof.
    pub confidence: Confidence,
    /// What an attacker gains.
    pub why: String,
    /// What to do, in one or two sentences; a rule's rotation steps are longer and live in its provider.
    pub fix: String,
    /// Whether this is a credential that must be rotated, or a configuration problem.
    pub kind: Kind,
}

impl Meta {
    /// Returns the provider's part of the id.
    pub fn family(&self) -> &str {
        family(&self.id)
    }
}

/// Returns the part of the id of a rule or lint before the slash.
pub fn family(id: &str) -> &str {
    id.split('/').next().unwrap_or_default()
}

/// The two kinds of problem that keysweep knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A credential lies in the open: rotate it.
    Credential,
    /// A configuration that leaks or will leak: mend it.
    Lint,
}

/// One problem, wherever it occurs.
///
/// Holds no byte of a secret, only masked text. The exception is `revealed`, which is filled when the
/// user asked for `--reveal` and read by the JSON report alone.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule or lint that made it.
    pub meta: Arc<Meta>,
    /// Equal for equal secrets; for a lint, made of id, path and pointer.
    pub identity: Identity,
    /// How much harm it means here; starts as the rule's.
    pub severity: Severity,
    /// How sure it is here: a proof raises it, a doubtful place lowers it.
    pub confidence: Confidence,
    /// What is wrong here, lower case, no final period, no secret.
    pub message: String,
    /// The secret with all but its public prefix hidden; empty for most lints.
    pub masked: String,
    /// What was proven or measured, such as `checksum valid`.
    pub evidence: Vec<String>,
    /// Where it is, in the order found; never empty.
    pub places: Vec<Place>,
    /// What the user's policy says of it.
    pub verdict: Verdict,
    /// The variable's name to use in place of the literal, where one is customary.
    pub variable: Option<String>,
    /// How to take the credential out of service; `None` for a lint.
    pub rotation: Option<Arc<Rotation>>,
    /// What [`Finding::fingerprint`] returns, once that is known: for a secret that could be guessed it is slow to make.
    pub fingerprint: OnceLock<String>,
    /// The raw bytes, only under `--reveal`.
    pub revealed: Option<Secret>,
}

impl Finding {
    /// Makes an active finding at one place with the levels of `meta`.
    pub fn new(meta: Arc<Meta>, identity: Identity, message: impl Into<String>, place: Place) -> Self {
        Self {
            severity: meta.severity,
            confidence: meta.confidence,
            meta,
            identity,
            message: message.into(),
            masked: String::new(),
            evidence: Vec::new(),
            places: vec![place],
            verdict: Verdict::Active,
            variable: None,
            rotation: None,
            fingerprint: OnceLock::new(),
            revealed: None,
        }
    }

    /// Returns what is wrong; its title if nothing else is said.
    pub fn message(&self) -> &str {
        self.or_title(&self.message)
    }

    /// Returns what is wrong at one of its places; its title if nothing else is said.
    pub fn message_at<'a>(&'a self, place: &'a Place) -> &'a str {
        self.or_title(place.message.as_deref().unwrap_or(&self.message))
    }

    fn or_title<'a>(&'a self, message: &'a str) -> &'a str {
        if message.is_empty() { &self.meta.title } else { message }
    }

    /// Writes the message to the places that have none of their own.
    pub fn tell_places(&mut self) {
        for place in self.places.iter_mut().filter(|place| place.message.is_none()) {
            place.message = Some(self.message.clone());
        }
    }
}

/// What policy decided about a finding; nothing is dropped in silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Reported, and it counts towards the exit code if its level reaches the threshold.
    Active,
    /// Allowed by an inline comment or an entry of the configuration.
    Allowed {
        /// Where the permission stands.
        by: Permission,
        /// The reason given there; a comment may have none.
        reason: String,
    },
    /// Recorded in the baseline, so known before.
    Known,
}

/// Where a permission stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// In comments on the lines of the finding.
    Inline,
    /// In an entry of the configuration of this name.
    Configuration(String),
}

impl Permission {
    /// Returns the words that reports have for it: `inline`, or the configuration's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Inline => "inline",
            Self::Configuration(name) => name,
        }
    }
}

/// Something that could not be looked at, or that the user should know about the scan itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about: a path or an object's name, printable.
    pub subject: String,
    /// What happened, lower case, without bytes of the file.
    pub message: String,
    /// What to do about it; empty when nothing can be done.
    pub help: String,
    /// Whether the scan missed something because of it: then a clean result is not a clean repository.
    pub incomplete: bool,
}

impl Notice {
    /// Makes a notice of something that could not be read.
    pub fn unread(subject: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { subject: subject.into(), message: message.into(), help: help.into(), incomplete: true }
    }

    /// Makes a notice that leaves the scan complete.
    pub fn note(subject: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { subject: subject.into(), message: message.into(), help: help.into(), incomplete: false }
    }
}
