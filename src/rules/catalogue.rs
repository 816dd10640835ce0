//! All rules at work: the built-in ones, parsed when first needed, and the user's own.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock, OnceLock};

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::pattern::{Pattern, PatternError};
use super::schema::{Provider, RuleEntry, RuleFile};
use super::syntax::SyntaxError;
use crate::finding::{Kind, Meta, Rotation};

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// A row of the table that the build script makes of `rules/`.
struct Entry {
    provider: usize,
    position: usize,
    id: &'static str,
    keywords: &'static [&'static str],
    pattern: &'static str,
}

/// The parsed text of each built-in provider, by its place in `PROVIDERS`.
static PARSED: LazyLock<Vec<OnceLock<Arc<RuleFile>>>> =
    LazyLock::new(|| PROVIDERS.iter().map(|_| OnceLock::new()).collect());

/// Returns the parsed file of a built-in provider.
fn builtin(provider: usize) -> Arc<RuleFile> {
    Arc::clone(PARSED[provider].get_or_init(|| {
        let (name, text) = PROVIDERS[provider];
        Arc::new(
            toml::from_str(text).unwrap_or_else(|error| panic!("the built-in rules/{name}.toml is broken: {error}")),
        )
    }))
}

/// Where the full text of a rule lies.
#[derive(Clone, Debug)]
enum Text {
    Builtin(usize),
    Own(Arc<RuleFile>),
}

/// One kind of credential, ready to be searched for. What starting up does not need is made on first use.
#[derive(Debug)]
pub struct Rule {
    /// `provider/thing`.
    pub id: Cow<'static, str>,
    /// What every match contains, lower case.
    pub keywords: Vec<Cow<'static, str>>,
    /// The pattern's text; empty for a rule that Rust code finds.
    pub pattern: Cow<'static, str>,
    position: usize,
    text: Text,
    compiled: OnceLock<Option<Arc<Pattern>>>,
    meta: OnceLock<Arc<Meta>>,
    rotation: OnceLock<Arc<Rotation>>,
    paths: OnceLock<Option<GlobSet>>,
}

impl Rule {
    fn new(entry: &Entry) -> Self {
        let keywords = entry.keywords.iter().map(|&keyword| Cow::Borrowed(keyword)).collect();
        Self::make(
            Cow::Borrowed(entry.id),
            keywords,
            Cow::Borrowed(entry.pattern),
            entry.position,
            Text::Builtin(entry.provider),
        )
    }

    fn make(
        id: Cow<'static, str>,
        keywords: Vec<Cow<'static, str>>,
        pattern: Cow<'static, str>,
        position: usize,
        text: Text,
    ) -> Self {
        Self {
            id,
            keywords,
            pattern,
            position,
            text,
            compiled: OnceLock::new(),
            meta: OnceLock::new(),
            rotation: OnceLock::new(),
            paths: OnceLock::new(),
        }
    }

    /// Makes the rules of a file of the user's, after checking each.
    ///
    /// # Errors
    /// The text is not a rule file, or a rule's pattern, keywords or paths are wrong.
    pub fn parse(text: &str) -> Result<Vec<Self>, RuleError> {
        let file: RuleFile = toml::from_str(text).map_err(|error| SyntaxError::new(text, &error))?;
        Self::from_file(file)
    }

    /// Makes the rules of a parsed file, after checking each.
    ///
    /// # Errors
    /// A rule's pattern, keywords or paths are wrong.
    pub fn from_file(file: RuleFile) -> Result<Vec<Self>, RuleError> {
        let file = Arc::new(file);
        let own = |(position, entry): (usize, &RuleEntry)| {
            check_entry(&file.provider, entry).map_err(|issue| RuleError::Rule { id: entry.id.clone(), issue })?;
            let keywords = entry.keywords.iter().map(|keyword| Cow::Owned(keyword.clone())).collect();
            let pattern = Cow::Owned(entry.pattern.clone());
            Ok(Self::make(Cow::Owned(entry.id.clone()), keywords, pattern, position, Text::Own(Arc::clone(&file))))
        };
        file.rules.iter().enumerate().map(own).collect()
    }

    /// Returns the file that the rule stands in.
    pub fn file(&self) -> Arc<RuleFile> {
        match &self.text {
            Text::Builtin(provider) => builtin(*provider),
            Text::Own(file) => Arc::clone(file),
        }
    }

    /// Returns everything that the rule's file says about it.
    pub fn entry(&self) -> RuleEntryRef {
        RuleEntryRef { file: self.file(), position: self.position }
    }

    /// Returns the compiled pattern, or `None` for a rule that Rust code finds.
    pub fn compiled(&self) -> Option<&Arc<Pattern>> {
        self.compiled.get_or_init(|| Pattern::compile(&self.pattern, &self.keywords).ok().map(Arc::new)).as_ref()
    }

    /// Checks the pattern; a rule that Rust code finds has none.
    ///
    /// # Errors
    /// The pattern does not compile or is not bounded.
    pub fn check_pattern(&self) -> Result<(), PatternError> {
        if self.pattern.is_empty() { Ok(()) } else { Pattern::compile(&self.pattern, &self.keywords).map(|_| ()) }
    }

    /// Returns the pattern as the engine compiles it, or `None` for a rule that Rust code finds.
    pub fn pattern_text(&self) -> Option<String> {
        (!self.pattern.is_empty()).then(|| super::pattern::expand(&self.pattern))
    }

    /// Returns what the rule says about its findings.
    pub fn meta(&self) -> &Arc<Meta> {
        self.meta.get_or_init(|| {
            let entry = self.entry();
            let rotation = self.rotation();
            Arc::new(Meta {
                id: entry.id.clone(),
                title: entry.title.clone(),
                severity: entry.severity,
                confidence: entry.confidence,
                why: entry.why.clone(),
                fix: rotation.steps.first().cloned().unwrap_or_default(),
                kind: Kind::Credential,
            })
        })
    }

    /// Returns how to rotate what the rule finds.
    pub fn rotation(&self) -> &Arc<Rotation> {
        self.rotation.get_or_init(|| {
            let entry = self.entry();
            Arc::new(entry.rotation.or(&entry.file.provider.rotation))
        })
    }

    /// Tells whether the rule applies to a file of this path; a rule without paths applies to all.
    pub fn applies_to(&self, path: Option<&[u8]>) -> bool {
        let paths = self.paths.get_or_init(|| {
            let entry = self.entry();
            (!entry.paths.is_empty()).then(|| globs(&entry.paths).unwrap_or_else(|_| GlobSet::empty()))
        });
        match (paths, path) {
            (None, _) => true,
            (Some(globs), Some(path)) => globs.is_match(String::from_utf8_lossy(path).as_ref()),
            // An object of history has no path while it is read: the pattern alone decides.
            (Some(_), None) => true,
        }
    }

    /// Returns the provider's part of the id.
    pub fn family(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }
}

/// A rule's entry within its file.
#[derive(Clone, Debug)]
pub struct RuleEntryRef {
    file: Arc<RuleFile>,
    position: usize,
}

impl RuleEntryRef {
    /// Returns who issues the credential.
    pub fn provider(&self) -> &Provider {
        &self.file.provider
    }
}

impl std::ops::Deref for RuleEntryRef {
    type Target = RuleEntry;

    fn deref(&self) -> &RuleEntry {
        &self.file.rules[self.position]
    }
}

/// What is wrong with one rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RuleIssue {
    /// The id is not `provider/thing` in kebab-case with the file's provider.
    #[error("the id must be `{0}/thing`, in lower case with hyphens")]
    Id(String),
    /// A keyword is missing, short, or not lower case.
    #[error("a rule needs keywords of at least three lower-case bytes")]
    Keyword,
    /// The pattern is wrong.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A path is no glob.
    #[error("`{0}` is not a glob")]
    Path(String),
    /// `check.proof` names no proof.
    #[error("`{0}` is not the name of a proof")]
    Proof(String),
}

/// Why rules could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The text is not a rule file.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// One rule is wrong.
    #[error("rule `{id}`: {issue}")]
    Rule {
        /// The rule's id.
        id: String,
        /// What is wrong.
        issue: RuleIssue,
    },
}

/// Checks what the schema alone cannot.
fn check_entry(provider: &Provider, entry: &RuleEntry) -> Result<(), RuleIssue> {
    let kebab = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !entry.id.split_once('/').is_some_and(|(family, thing)| family == provider.id && kebab(family) && kebab(thing)) {
        return Err(RuleIssue::Id(provider.id.clone()));
    }
    let keyword = |keyword: &String| keyword.len() >= 3 && !keyword.bytes().any(|b| b.is_ascii_uppercase());
    if entry.keywords.is_empty() && !entry.pattern.is_empty() || !entry.keywords.iter().all(keyword) {
        return Err(RuleIssue::Keyword);
    }
    if !entry.pattern.is_empty() {
        Pattern::compile(&entry.pattern, &[])?;
    }
    globs(&entry.paths).map(|_| ())
}

/// Compiles the globs of a rule.
fn globs(paths: &[String]) -> Result<GlobSet, RuleIssue> {
    let mut set = GlobSetBuilder::new();
    for path in paths {
        set.add(Glob::new(path).map_err(|_| RuleIssue::Path(path.clone()))?);
    }
    set.build().map_err(|_| RuleIssue::Path(paths.join(", ")))
}

/// All rules at work.
#[derive(Debug)]
pub struct Catalogue {
    rules: Vec<Arc<Rule>>,
}

impl Catalogue {
    /// Returns the built-in rules.
    pub fn builtin() -> Self {
        Self { rules: ENTRIES.iter().map(|entry| Arc::new(Rule::new(entry))).collect() }
    }

    /// Makes a catalogue of the given rules alone.
    pub const fn of(rules: Vec<Arc<Rule>>) -> Self {
        Self { rules }
    }

    /// Adds rules of the user's; one with the id of another takes its place.
    pub fn add(&mut self, rules: Vec<Rule>) {
        for rule in rules {
            let rule = Arc::new(rule);
            match self.rules.iter_mut().find(|other| other.id == rule.id) {
                Some(other) => *other = rule,
                None => self.rules.push(rule),
            }
        }
    }

    /// Returns all rules, built-in ones first, in the order of their files.
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.rules
    }

    /// Finds a rule by its id.
    pub fn get(&self, id: &str) -> Option<&Arc<Rule>> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// Returns the texts of all built-in rule files with their names, for the tests that prove them.
    pub fn files() -> &'static [(&'static str, &'static str)] {
        PROVIDERS
    }
}
