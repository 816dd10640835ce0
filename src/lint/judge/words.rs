//! A list of words that is asked for one of them.

use std::collections::HashSet;
use std::sync::OnceLock;

/// Words, written in one text with blanks between them.
pub(super) struct Words {
    text: &'static str,
    set: OnceLock<HashSet<&'static str>>,
}

impl Words {
    /// Takes the words as they are written.
    pub const fn new(text: &'static str) -> Self {
        Self { text, set: OnceLock::new() }
    }

    /// Tells whether `word` is one of them.
    pub fn has(&self, word: &str) -> bool {
        self.set.get_or_init(|| self.text.split_ascii_whitespace().collect()).contains(word)
    }
}
