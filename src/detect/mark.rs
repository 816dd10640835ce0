//! Places of keywords, and the windows of rules that they make: overlapping ones of a rule form a chain.

use super::changes::Changes;
use super::proof;
use super::window::OPENING;
use crate::rules::{Rule, starts_word};
use crate::source::{Span, join};

/// How far before a keyword the matches of a rule may start that is tried at its keywords, and not in windows around them.
const NEAREST: usize = 4;

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
    /// Whether a match may stand where it opens no window by itself.
    needs_opening: bool,
    /// Whether a keyword within a word leads to no match.
    at_word: bool,
    /// A sign without which around it a keyword leads to no match.
    sign: Option<u8>,
}

impl Extent {
    /// Reads a rule's pattern, or returns `None` if it has none.
    pub(super) fn of(rule: &Rule) -> Option<Self> {
        let bounds = rule.bounds()?;
        // A secret with a run of its own has its window by that, whatever stands before it.
        let needs_opening = !bounds.needs.have_run();
        let influence = proof::influence(&rule.proof).max(if needs_opening { OPENING } else { 0 });
        Some(Self {
            before: bounds.lead,
            at_word: bounds.at_word,
            sign: bounds.needs.sign,
            behind: bounds.reach,
            margin: bounds.reach + influence,
            needs_opening,
        })
    }

    /// Tells whether matches start at the rule's keywords, or next to them.
    pub(super) const fn is_anchored(&self) -> bool {
        self.before <= NEAREST
    }

    /// Tells whether a keyword counts only where a window opens: no match of the rule opens one by itself.
    pub(super) const fn needs_opening(&self) -> bool {
        self.needs_opening
    }

    /// Joins the windows around keywords, whose places ascend, where they overlap.
    pub(super) fn chains(&self, places: impl Iterator<Item = usize>) -> Vec<Span> {
        let mut chains = places.map(|at| self.window(at)).collect();
        join(&mut chains);
        chains
    }

    /// Returns the bytes that a match with a keyword at `at` may take; it may end behind the text.
    pub(super) fn window(&self, at: usize) -> Span {
        Span::new(at.saturating_sub(self.before), at + self.behind)
    }

    /// Tells whether a keyword at `at` may lead to a match.
    pub(super) fn may_match(&self, bytes: &[u8], at: usize) -> bool {
        (!self.at_word || starts_word(bytes, at)) && (self.is_anchored() || self.has_sign(bytes, at))
    }

    /// Tells whether the sign stands around a keyword at `at` that must stand there.
    pub(super) fn has_sign(&self, bytes: &[u8], at: usize) -> bool {
        let window = self.window(at);
        self.sign.is_none_or(|sign| memchr::memchr(sign, &bytes[window.start..window.end.min(bytes.len())]).is_some())
    }
}

/// Windows of a rule that overlap, as one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    /// The rule.
    pub(super) rule: u16,
    /// All bytes of the windows.
    pub(super) span: Span,
    /// The last of the keywords that lead to it, by its place in the list of all.
    last: u32,
}

/// A keyword that leads to a chain.
#[derive(Clone, Copy, Debug)]
struct Lead {
    at: usize,
    /// The one before it in the chain, or [`NONE`].
    before: u32,
}

/// Stands for no keyword.
const NONE: u32 = u32::MAX;

/// The chains of all rules, while they grow; one for each thread.
#[derive(Debug, Default)]
pub(super) struct Chains {
    /// For each rule the last chain.
    last: Vec<Option<Chain>>,
    /// The rules that have one.
    open: Vec<u16>,
    /// The keywords that lead to chains of a version: of a whole text there may be as many as bytes, and nobody asks for them.
    leads: Vec<Lead>,
    /// The chains that changes can decide about, or all.
    near: Vec<Chain>,
}

impl Chains {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.near.clear();
        self.leads.clear();
    }

    /// Adds the window around a keyword at `at` to the chains of `rule`; places must ascend.
    #[inline]
    pub(super) fn add(&mut self, rule: u16, at: usize, extent: &Extent, changes: Option<&Changes>) {
        let window = extent.window(at);
        let index = usize::from(rule);
        if index >= self.last.len() {
            self.last.resize(index + 1, None);
        }
        match &mut self.last[index] {
            Some(chain) if window.start <= chain.span.end => {
                chain.span.end = chain.span.end.max(window.end);
                if changes.is_some() {
                    self.leads.push(Lead { at, before: std::mem::replace(&mut chain.last, self.leads.len() as u32) });
                }
            }
            other => {
                let first = Chain { rule, span: window, last: self.leads.len() as u32 };
                if changes.is_some() {
                    self.leads.push(Lead { at, before: NONE });
                }
                match other.replace(first) {
                    Some(done) => self.close(done, extent, changes),
                    None => self.open.push(rule),
                }
            }
        }
    }

    /// Ends all chains.
    pub(super) fn finish<'a>(&mut self, changes: Option<&Changes>, extent: impl Fn(u16) -> Option<&'a Extent>) {
        while let Some(rule) = self.open.pop() {
            if let (Some(chain), Some(extent)) = (self.last[usize::from(rule)].take(), extent(rule)) {
                self.close(chain, extent, changes);
            }
        }
    }

    fn close(&mut self, chain: Chain, extent: &Extent, changes: Option<&Changes>) {
        let around = Span::new(chain.span.start.saturating_sub(extent.margin), chain.span.end + extent.margin);
        if changes.is_none_or(|changes| changes.touch(around)) {
            self.near.push(chain);
        }
    }

    /// Returns the chains that must be searched.
    pub(super) fn near(&self) -> &[Chain] {
        &self.near
    }

    /// Writes to `places` where the keywords of a chain of a version stand, ascending.
    pub(super) fn places(&self, chain: &Chain, places: &mut Vec<usize>) {
        places.clear();
        let mut next = chain.last;
        while let Some(lead) = self.leads.get(next as usize) {
            places.push(lead.at);
            next = lead.before;
        }
        places.reverse();
    }
}

/// From where on each rule that is tried at its keywords is to be tried; one for each thread.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// For each rule the search it was tried in last, and the place.
    places: Vec<(usize, usize)>,
    search: usize,
}

impl Progress {
    /// Starts a new search.
    pub(super) fn restart(&mut self) {
        self.search += 1;
    }

    /// Returns the first place at which a match of a rule may start, to be moved on.
    pub(super) fn of(&mut self, rule: u16) -> &mut usize {
        let index = usize::from(rule);
        if index >= self.places.len() {
            self.places.resize(index + 1, (0, 0));
        }
        let (search, place) = &mut self.places[index];
        if std::mem::replace(search, self.search) != self.search {
            *place = 0;
        }
        place
    }
}
