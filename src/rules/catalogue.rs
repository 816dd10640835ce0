//! All rules at work: the built-in ones, parsed when first needed, and the user's own.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::bounds::Bounds;
use super::builtin::{self, Entry, Parts};
use super::issue::{RuleError, RuleIssue, check_entry};
use super::lexicon::Lexicon;
use super::near::Near;
use super::pattern::{Pattern, PatternError};
use super::schema::{Provider, RuleEntry, RuleFile};
use super::syntax::SyntaxError;
use super::token_run::may_be_name;
use crate::finding::{Kind, Meta, Rotation};

/// Why nothing is wrong with a rule's pattern and paths: [`check_entry`] has taken those of the user's rules, and a test lets it
/// take those of all built-in ones.
const CHECKED: &str = "a rule is made of what was checked";

/// Where the full text of a rule lies.
#[derive(Clone, Debug)]
enum Text {
    Builtin(usize, Parts),
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
    /// The name of the proof that a match must pass, or nothing.
    pub proof: Cow<'static, str>,
    /// Words of which one must stand near a match, lower case; none if there is no such condition.
    pub near: Vec<Cow<'static, str>>,
    position: usize,
    text: Text,
    bounds: OnceLock<Option<Bounds>>,
    matcher: OnceLock<Option<Pattern>>,
    near_finder: OnceLock<Near>,
    meta: OnceLock<Arc<Meta>>,
    rotation: OnceLock<Arc<Rotation>>,
    paths: OnceLock<Option<GlobSet>>,
}

impl Rule {
    /// Makes a built-in rule.
    pub(super) fn new(entry: &Entry) -> Self {
        // Words may have line ends in them.
        let words = |text: &'static str| text.split_terminator('\0').map(Cow::Borrowed).collect();
        let pattern = Cow::Borrowed(entry.pattern.get());
        Self {
            id: Cow::Borrowed(entry.id.get()),
            keywords: words(entry.keywords.get()),
            proof: Cow::Borrowed(entry.proof.get()),
            near: words(entry.near.get()),
            position: entry.position.into(),
            text: Text::Builtin(entry.provider.into(), entry.parts),
            bounds: OnceLock::from((!pattern.is_empty()).then_some(entry.bounds)),
            pattern,
            matcher: OnceLock::new(),
            near_finder: OnceLock::new(),
            meta: OnceLock::new(),
            rotation: OnceLock::new(),
            // Its file need not be parsed to know that it has no paths.
            paths: if entry.everywhere { OnceLock::from(None) } else { OnceLock::new() },
        }
    }

    fn own(file: &Arc<RuleFile>, position: usize) -> Self {
        let entry = &file.rules[position];
        let owned = |words: &[String]| words.iter().map(|word| Cow::Owned(word.clone())).collect();
        Self {
            id: Cow::Owned(entry.id.clone()),
            keywords: owned(&entry.keywords),
            pattern: Cow::Owned(entry.pattern.clone()),
            proof: Cow::Owned(entry.check.proof.clone().unwrap_or_default()),
            near: owned(&entry.check.near),
            position,
            text: Text::Own(Arc::clone(file)),
            bounds: OnceLock::new(),
            matcher: OnceLock::new(),
            near_finder: OnceLock::new(),
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
            Ok(Self::own(&file, position))
        };
        file.rules.iter().enumerate().map(own).collect()
    }

    /// Tells whether the rule is one of the user's.
    pub const fn is_own(&self) -> bool {
        matches!(self.text, Text::Own(_))
    }

    /// Returns the file that the rule stands in.
    pub fn file(&self) -> Arc<RuleFile> {
        match &self.text {
            Text::Builtin(provider, _) => builtin::file(*provider),
            Text::Own(file) => Arc::clone(file),
        }
    }

    /// Returns everything that the rule's file says about it.
    pub fn entry(&self) -> RuleEntryRef {
        RuleEntryRef { file: self.file(), position: self.position }
    }

    /// Returns the pattern, ready to be tried, or `None` for a rule that Rust code finds.
    pub fn matcher(&self) -> Option<&Pattern> {
        let make = || match (&self.pattern, &self.text) {
            (pattern, _) if pattern.is_empty() => None,
            (Cow::Borrowed(pattern), Text::Builtin(_, parts)) => Some(Pattern::built_in(pattern, parts.bytes())),
            (pattern, _) => Some(Pattern::read(pattern.clone()).expect(CHECKED)),
        };
        self.matcher.get_or_init(make).as_ref()
    }

    /// Returns what finds the words of [`Rule::near`].
    pub fn near_finder(&self) -> &Near {
        self.near_finder.get_or_init(|| Near::new(&self.near))
    }

    /// Returns what holds for every match of the pattern, without compiling it; `None` for a rule that Rust code finds.
    pub fn bounds(&self) -> Option<&Bounds> {
        let read = || {
            let pattern = super::pattern::parse(&self.pattern).expect(CHECKED);
            Bounds::of(&pattern, &self.keywords, self.entry().check.min_digits).expect(CHECKED)
        };
        self.bounds.get_or_init(|| (!self.pattern.is_empty()).then(read)).as_ref()
    }

    /// Checks the pattern; a rule that Rust code finds has none.
    ///
    /// # Errors
    /// The pattern does not compile or is not bounded.
    pub fn check_pattern(&self) -> Result<(), PatternError> {
        if self.pattern.is_empty() { Ok(()) } else { Pattern::compile(&self.pattern).map(|_| ()) }
    }

    /// Returns the pattern as the engine compiles it, or `None` for a rule that Rust code finds.
    pub fn pattern_text(&self) -> Option<String> {
        (!self.pattern.is_empty()).then(|| super::shorthand::expand(&self.pattern))
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
            (!entry.paths.is_empty()).then(|| globs(&entry.paths).expect(CHECKED))
        });
        match (paths, path) {
            (None, _) => true,
            (Some(globs), Some(path)) => globs.is_match(String::from_utf8_lossy(path).as_ref()),
            // An object of history has no path while it is read: the pattern alone decides.
            (Some(_), None) => true,
        }
    }

    /// Returns the keywords with which a secret begins, in whatever case.
    pub fn keywords_at_start(&self, secret: &[u8]) -> impl Iterator<Item = &str> {
        let starts = |keyword: &&str| {
            secret.get(..keyword.len()).is_some_and(|start| start.eq_ignore_ascii_case(keyword.as_bytes()))
        };
        self.keywords.iter().map(AsRef::as_ref).filter(starts)
    }

    /// Returns the provider's part of the id.
    pub fn family(&self) -> &str {
        crate::finding::family(&self.id)
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

/// Compiles the globs of a rule.
pub(super) fn globs(paths: &[String]) -> Result<GlobSet, RuleIssue> {
    let mut set = GlobSetBuilder::new();
    for path in paths {
        set.add(Glob::new(path).map_err(|_| RuleIssue::Path(path.clone()))?);
    }
    set.build().map_err(|_| RuleIssue::Path(paths.join(", ")))
}

/// All rules at work. Cheap to clone as long as they are the built-in ones.
#[derive(Clone, Debug)]
pub struct Catalogue {
    rules: Rules,
}

#[derive(Clone, Debug)]
enum Rules {
    /// The built-in ones, as they are.
    Builtin,
    Own(Vec<Arc<Rule>>),
}

impl Catalogue {
    /// Returns the built-in rules.
    pub const fn builtin() -> Self {
        Self { rules: Rules::Builtin }
    }

    /// Makes a catalogue of the given rules alone.
    pub const fn of(rules: Vec<Arc<Rule>>) -> Self {
        Self { rules: Rules::Own(rules) }
    }

    /// Adds rules of the user's; one with the id of another takes its place.
    pub fn add(&mut self, rules: Vec<Rule>) {
        let mut all = self.rules().to_vec();
        for rule in rules {
            let rule = Arc::new(rule);
            match all.iter_mut().find(|other| other.id == rule.id) {
                Some(other) => *other = rule,
                None => all.push(rule),
            }
        }
        self.rules = Rules::Own(all);
    }

    /// Returns all rules, built-in ones first, in the order of their files.
    pub fn rules(&self) -> &[Arc<Rule>] {
        match &self.rules {
            Rules::Builtin => builtin::all(),
            Rules::Own(rules) => rules,
        }
    }

    /// Returns the number of rules.
    pub fn len(&self) -> usize {
        match &self.rules {
            Rules::Builtin => builtin::COUNT,
            Rules::Own(rules) => rules.len(),
        }
    }

    /// Tells whether there is no rule.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the rule at a place among all, which must be less than [`Catalogue::len`].
    pub fn rule(&self, place: usize) -> &Arc<Rule> {
        match &self.rules {
            Rules::Builtin => builtin::rule(place),
            Rules::Own(rules) => &rules[place],
        }
    }

    /// Finds a rule by its id.
    pub fn get(&self, id: &str) -> Option<&Arc<Rule>> {
        match &self.rules {
            Rules::Builtin => builtin::find(id),
            Rules::Own(rules) => rules.iter().find(|rule| rule.id == id),
        }
    }

    /// Returns the keywords of all rules; each names rules by their places.
    pub fn lexicon(&self) -> Lexicon {
        let Rules::Own(rules) = &self.rules else { return builtin::lexicon() };
        let place = |place| u16::try_from(place).expect("there are fewer than 65,536 rules");
        let words = |(at, rule): (usize, &Arc<Rule>)| {
            let at_word = rule.bounds().is_some_and(|bounds| bounds.at_word);
            rule.keywords.iter().map(|word| (word.to_string(), place(at), at_word)).collect::<Vec<_>>()
        };
        Lexicon::new(rules.iter().enumerate().flat_map(words))
    }

    /// Tells whether secrets of some rule of the user's may well look like names. Built-in rules have anchors for such secrets.
    pub fn has_namelike_secrets(&self) -> bool {
        let Rules::Own(rules) = &self.rules else { return false };
        let may_be_name =
            |rule: &Arc<Rule>| super::pattern::parse(&rule.pattern).is_ok_and(|pattern| may_be_name(&pattern));
        rules.iter().filter(|rule| rule.is_own()).any(may_be_name)
    }

    /// Returns the texts of all built-in rule files with their names, for the tests that prove them.
    pub fn files() -> &'static [(&'static str, &'static str)] {
        builtin::files()
    }
}
