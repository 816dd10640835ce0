//! Finds a credential that is not all of its text: other words or a comment stand around it.

use std::ops::Range;

use super::wallet::opens_wallet;
use super::{Judge, Says, can_be_key, is_placeholder, is_public, looks_made, says};
use crate::mcp::references;

/// How many words a text may have that holds a credential among them.
const MOST_WORDS: usize = 6;
/// Into how many lines a credential may have been wrapped.
const MOST_LINES: usize = 3;

impl Judge<'_> {
    /// Finds the credential in a text of several words: a comment stands behind it, a scheme of the service's own before it, or
    /// it was wrapped.
    pub(super) fn in_words(&self, name: &str, text: &str, scheme: bool) -> Option<Range<usize>> {
        if opens_wallet(name, text) {
            return Some(0..text.len());
        }
        let is_wanted = scheme || says(name) == Says::Key;
        if !is_wanted || !text.contains(char::is_whitespace) || text.len() > 8192 || text.contains("-----BEGIN") {
            return None;
        }
        let code = text.find(" #").or_else(|| text.find("\t#")).map_or(text, |comment| &text[..comment]).trim_end();
        let is_one = |word: &str| references(word).is_empty() && !is_placeholder(word) && !is_public(word);
        if code.len() < text.len() && !code.contains(char::is_whitespace) && is_one(code) && can_be_key(code) {
            return Some(0..code.len());
        }
        let words: Vec<&str> = code.split_whitespace().take(MOST_WORDS + 1).collect();
        if words.len() > MOST_WORDS {
            return None;
        }
        if let Some(word) = words.iter().find(|word| is_one(word) && self.is_credential(word)) {
            let start = text.find(*word)?;
            return Some(start..start + word.len());
        }
        let joined = words.concat();
        (words.len() <= MOST_LINES && is_one(&joined) && looks_made(&joined)).then_some(0..code.len())
    }
}
