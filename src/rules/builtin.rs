//! The table of built-in rules, as the build script laid it out.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock, OnceLock};

use super::bounds::Bounds;
use super::catalogue::Rule;
use super::filter::Filter;
use super::lexicon::{Head, Lexicon};
use super::needs::{Needs, Run};
use super::schema::RuleFile;

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// The number of built-in rules.
pub(super) const COUNT: usize = ENTRIES.len();

/// A row of the table that the build script makes of `rules/`.
pub(super) struct Entry {
    pub(super) provider: u16,
    pub(super) position: u16,
    pub(super) id: Text,
    /// One a line.
    pub(super) keywords: Text,
    pub(super) pattern: Text,
    pub(super) parts: Parts,
    /// Whether the rule applies to files of every path.
    pub(super) everywhere: bool,
    pub(super) bounds: Bounds,
    pub(super) proof: Text,
    /// One a line.
    pub(super) near: Text,
}

/// A piece of the text that goes with the table.
#[derive(Clone, Copy)]
pub(super) struct Text {
    start: u32,
    end: u32,
}

impl Text {
    pub(super) fn get(self) -> &'static str {
        &TEXT[self.start as usize..self.end as usize]
    }
}

/// Where the parts of a pattern begin among those of all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parts(u32);

impl Parts {
    /// Returns the parts as bytes, and what follows them.
    pub(super) fn bytes(self) -> &'static [u8] {
        &PARTS[self.0 as usize..]
    }
}

/// Returns the rule at a place of the table, made when it is first asked for.
pub(super) fn rule(place: usize) -> &'static Arc<Rule> {
    static RULES: [OnceLock<Arc<Rule>>; COUNT] = [const { OnceLock::new() }; COUNT];
    RULES[place].get_or_init(|| Arc::new(Rule::new(&ENTRIES[place])))
}

/// Returns all rules.
pub(super) fn all() -> &'static [Arc<Rule>] {
    static ALL: LazyLock<Vec<Arc<Rule>>> = LazyLock::new(|| (0..COUNT).map(|place| Arc::clone(rule(place))).collect());
    &ALL
}

/// Finds a rule by its id.
pub(super) fn find(id: &str) -> Option<&'static Arc<Rule>> {
    ENTRIES.iter().position(|entry| entry.id.get() == id).map(rule)
}

/// Returns the keywords of all rules.
pub(super) fn lexicon() -> Lexicon {
    LEXICON.clone()
}

/// Returns the texts of all files with their names.
pub(super) fn files() -> &'static [(&'static str, &'static str)] {
    PROVIDERS
}

/// Returns the parsed file at a place among all.
pub(super) fn file(place: usize) -> Arc<RuleFile> {
    static PARSED: LazyLock<Vec<OnceLock<Arc<RuleFile>>>> =
        LazyLock::new(|| PROVIDERS.iter().map(|_| OnceLock::new()).collect());
    Arc::clone(PARSED[place].get_or_init(|| {
        let (name, text) = PROVIDERS[place];
        Arc::new(
            toml::from_str(text).unwrap_or_else(|error| panic!("the built-in rules/{name}.toml is broken: {error}")),
        )
    }))
}
