//! What a lint reports.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::finding::{Confidence, Kind, Meta, Severity};
use crate::secret::Secret;
use crate::source::Span;

/// For whom a lint speaks up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Persona {
    /// Everybody.
    #[default]
    Regular,
    /// Who wants to hear about every weakness.
    Pedantic,
    /// Who looks for anything worth a question, at the price of false alarms.
    Auditor,
}

impl Persona {
    /// Returns the word used on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Regular => "regular",
            Self::Pedantic => "pedantic",
            Self::Auditor => "auditor",
        }
    }
}

impl std::str::FromStr for Persona {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let all = [Self::Regular, Self::Pedantic, Self::Auditor];
        let known = all.into_iter().find(|persona| persona.name() == word);
        known.ok_or_else(|| format!("`{word}` is not one of regular, pedantic, auditor"))
    }
}

/// What a lint says about itself: the source of its [`Meta`] and of its page.
#[derive(Debug)]
pub struct About {
    /// `mcp/problem` or `git/problem`.
    pub id: &'static str,
    /// The problem in a few words.
    pub title: &'static str,
    /// How much harm it means.
    pub severity: Severity,
    /// How sure a finding is.
    pub confidence: Confidence,
    /// For whom it speaks up.
    pub persona: Persona,
    /// What an attacker gains, or what breaks.
    pub why: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// What it looks at, more closely.
    pub details: &'static str,
}

/// Returns the shared description of a lint.
pub fn meta(about: &'static About) -> Arc<Meta> {
    static ALL: OnceLock<HashMap<&'static str, Arc<Meta>>> = OnceLock::new();
    let all = ALL.get_or_init(|| super::all().map(|about| (about.id, Arc::new(made(about)))).collect());
    all.get(about.id).map_or_else(|| Arc::new(made(about)), Arc::clone)
}

fn made(about: &About) -> Meta {
    Meta {
        id: about.id.to_owned(),
        title: about.title.to_owned(),
        severity: about.severity,
        confidence: about.confidence,
        why: about.why.to_owned(),
        fix: about.fix.to_owned(),
        kind: Kind::Lint,
    }
}

/// How far an edit may be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Safety {
    /// It can only be shown.
    ShowOnly,
    /// It may change what the program does.
    Unsafe,
    /// It does what the file did, without the literal.
    Safe,
}

/// A replacement of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace; empty for an insertion.
    pub span: Span,
    /// What takes their place. Never contains a secret.
    pub text: String,
}

/// The credential that an edit takes out of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The variable or entry that the file refers to afterwards.
    pub variable: String,
    /// The decoded value's bytes in the file, if they stand there as they are.
    pub span: Span,
    /// What those bytes mean: escapes of the document's format are undone.
    pub value: Secret,
    /// Whether the edit may call the variable otherwise; not where the client hands it on under its own name.
    pub renamable: bool,
    /// How the client gets the value, if not from the environment.
    pub store: Option<String>,
}

/// A set of edits that mends one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The edits, which do not overlap.
    pub edits: Vec<Edit>,
    /// How far they may be trusted.
    pub safety: Safety,
    /// The credential that they take out.
    pub moved: Option<Moved>,
}

/// A problem that a lint found in one file.
#[derive(Clone, Debug)]
pub struct LintFinding {
    /// The lint.
    pub meta: Arc<Meta>,
    /// How much harm it means here.
    pub severity: Severity,
    /// How sure it is here.
    pub confidence: Confidence,
    /// The bytes it is about.
    pub span: Span,
    /// The place in the document, as a JSON Pointer; empty where there is none.
    pub pointer: String,
    /// What is wrong here. Holds no value of the file.
    pub message: String,
    /// The bytes of a literal credential, to be masked and to be merged with what the engine finds there.
    pub secret: Option<Span>,
    /// Whether the name that a literal goes by says that it is a credential.
    pub named: bool,
    /// The variable's name to use in place of the literal.
    pub variable: Option<String>,
    /// The edits that mend it.
    pub fix: Option<Fix>,
}

impl LintFinding {
    /// Makes a finding with the levels of the lint.
    pub fn new(about: &'static About, span: Span, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            meta: meta(about),
            severity: about.severity,
            confidence: about.confidence,
            span,
            pointer: pointer.into(),
            message: message.into(),
            secret: None,
            named: false,
            variable: None,
            fix: None,
        }
    }

    /// Returns the finding with these bytes as its secret.
    #[must_use]
    pub fn with_secret(mut self, span: Span) -> Self {
        self.secret = Some(span);
        self
    }
}
