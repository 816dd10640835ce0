//! Places of keywords, and the windows of rules that they make: overlapping ones of a rule form a chain.

use super::changes::Changes;
use super::proof;
use crate::rules::{Rule, is_boundary};
use crate::source::Span;

/// A place of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    /// Where it starts.
    pub(super) at: usize,
    /// Which keyword it is.
    pub(super) keyword: u16,
}

/// How far around a keyword matches of a rule reach, and what decides about them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// How many bytes before a keyword a match can start.
    before: usize,
    /// How many bytes behind a keyword's start a match can end.
    behind: usize,
    /// How far from a chain a change can decide about what matches there.
    margin: usize,
    /// Whether a keyword within a word leads to no match.
    at_word: bool,
    /// Whether a keyword without an `@` around it leads to no match.
    at_sign: bool,
}

impl Extent {
    /// Reads a rule's pattern, or returns `None` if it has none.
    pub(super) fn of(rule: &Rule) -> Option<Self> {
        let bounds = rule.bounds()?;
        let influence = proof::influence(&rule.proof);
        Some(Self {
            before: bounds.lead,
            at_word: bounds.at_word,
            at_sign: bounds.needs.at_sign,
            behind: bounds.reach,
            margin: bounds.reach + influence,
        })
    }

    /// Tells whether a keyword at `at` may lead to a match.
    pub(super) fn may_match(&self, bytes: &[u8], at: usize) -> bool {
        let around = || &bytes[at.saturating_sub(self.before)..(at + self.behind).min(bytes.len())];
        (!self.at_word || is_boundary(bytes, at)) && (!self.at_sign || memchr::memchr(b'@', around()).is_some())
    }
}

/// The chains of all rules, while they grow; one for each thread.
#[derive(Debug, Default)]
pub(super) struct Chains {
    /// For each rule the last chain.
    last: Vec<Option<Span>>,
    /// The rules that have one.
    open: Vec<u16>,
    /// The chains that changes can decide about, or all.
    near: Vec<(u16, Span)>,
}

impl Chains {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.near.clear();
    }

    /// Adds the window around a keyword at `at` to the chains of `rule`; places must ascend.
    #[inline]
    pub(super) fn add(&mut self, rule: u16, at: usize, extent: &Extent, changes: Option<&Changes>) {
        let window = Span::new(at.saturating_sub(extent.before), at + extent.behind);
        let index = usize::from(rule);
        if index >= self.last.len() {
            self.last.resize(index + 1, None);
        }
        match &mut self.last[index] {
            Some(chain) if window.start <= chain.end => chain.end = chain.end.max(window.end),
            Some(chain) => {
                let done = std::mem::replace(chain, window);
                self.close(rule, done, extent, changes);
            }
            none => {
                *none = Some(window);
                self.open.push(rule);
            }
        }
    }

    /// Ends all chains.
    pub(super) fn finish<'a>(&mut self, changes: Option<&Changes>, extent: impl Fn(u16) -> Option<&'a Extent>) {
        while let Some(rule) = self.open.pop() {
            if let (Some(chain), Some(extent)) = (self.last[usize::from(rule)].take(), extent(rule)) {
                self.close(rule, chain, extent, changes);
            }
        }
    }

    fn close(&mut self, rule: u16, chain: Span, extent: &Extent, changes: Option<&Changes>) {
        let around = Span::new(chain.start.saturating_sub(extent.margin), chain.end + extent.margin);
        if changes.is_none_or(|changes| changes.touch(around)) {
            self.near.push((rule, chain));
        }
    }

    /// Returns the chains that must be searched, each with its rule.
    pub(super) fn near(&self) -> &[(u16, Span)] {
        &self.near
    }
}
