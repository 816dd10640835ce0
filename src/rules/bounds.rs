//! How large the matches of a pattern are and what each must have: known when the program is built, so that most places are
//! turned down before a pattern is compiled.

use std::borrow::Cow;

use regex_syntax::hir::Hir;

use super::needs::Needs;

/// What holds for every match of a pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// It has at most so many bytes.
    pub reach: usize,
    /// It has at most so many bytes before its first keyword.
    pub lead: usize,
    /// One of its keywords stands where a word starts, or something behind one.
    pub at_word: bool,
    /// What it must have.
    pub needs: Needs,
}

impl Bounds {
    /// Reads a pattern whose secrets must have some digits; `None` if its matches have no bound.
    pub fn of(pattern: &Hir, keywords: &[Cow<'static, str>], digits: usize) -> Option<Self> {
        let reach = pattern.properties().maximum_len()?;
        let lead = super::reach::lead(pattern, keywords).unwrap_or(reach);
        Some(Self { reach, lead, at_word: super::reach::at_word(pattern, keywords), needs: Needs::of(pattern, digits) })
    }
}
