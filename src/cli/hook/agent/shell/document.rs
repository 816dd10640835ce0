//! Here-documents: where they end, and what a shell puts into them.

use super::{Reader, expand};

/// Text that follows the line which announces it.
pub(super) struct Document {
    command: usize,
    end: String,
    indented: bool,
    /// Whether a shell puts in what its variables and substitutions stand for.
    is_filled: bool,
}

impl Reader<'_, '_> {
    /// Takes note of the document that `<<` announces.
    pub(super) fn announce(&mut self) {
        let indented = self.characters.next_if_eq(&'-').is_some();
        while self.characters.next_if(|next| *next == ' ' || *next == '\t').is_some() {}
        let (end, is_filled) = self.end_of_document();
        self.documents.push(Document { command: self.commands.len() - 1, end, indented, is_filled });
    }

    /// Reads the word that ends a document; tells whether no part of it is quoted.
    fn end_of_document(&mut self) -> (String, bool) {
        let (mut end, mut is_filled) = (String::new(), true);
        // The quote that is open; `$` for one with escapes.
        let mut open = None;
        let is_of_word = |next: &char| !next.is_whitespace() && !";&|()<>".contains(*next);
        while let Some(next) = self.characters.next_if(|next| open.is_some() || is_of_word(next)) {
            match (open, next) {
                (None, '\\') => match self.characters.next() {
                    // The line goes on.
                    Some('\n') | None => {}
                    Some(next) => {
                        is_filled = false;
                        end.push(next);
                    }
                },
                (None, '$') if self.characters.peek() == Some(&'"') => {}
                (None, '$') if self.characters.next_if_eq(&'\'').is_some() => open = Some('$'),
                (None, '\'' | '"') => open = Some(next),
                (Some('$'), '\\') => end.extend(expand::escaped(self.characters)),
                (Some('$'), '\'') => open = None,
                (Some(quote), next) if quote == next && quote != '$' => open = None,
                (_, next) => end.push(next),
            }
            is_filled &= open.is_none();
        }
        (end, is_filled)
    }

    /// Reads the documents that the line before has announced.
    pub(super) fn documents(&mut self) {
        for document in std::mem::take(&mut self.documents) {
            let mut text = String::new();
            while self.characters.peek().is_some() {
                let mut line: String = std::iter::from_fn(|| self.characters.next_if(|&next| next != '\n')).collect();
                self.characters.next();
                if document.indented {
                    line = line.trim_start_matches('\t').to_owned();
                }
                if line == document.end {
                    break;
                }
                text += &line;
                text.push('\n');
            }
            self.commands[document.command].input = if document.is_filled { self.filled(text) } else { text };
        }
    }

    /// Returns a text with what a shell puts into it; commands in its substitutions are run.
    fn filled(&mut self, text: String) -> String {
        if self.values.are_left() || !text.contains(['$', '`', '\\']) {
            return text;
        }
        let mut characters = text.chars().peekable();
        let mut reader = Reader::new(&mut characters, self.depth, std::mem::take(&mut self.values));
        reader.text(None);
        let Reader { inner, word, mut values, .. } = reader;
        let filled = values.expanded(&word.unwrap_or_default()).join(" ");
        self.inner.extend(inner);
        self.values = values;
        filled
    }
}
