//! Finds a credential that stands beside references in one text.

use super::value::is_long_hex;
use super::{Form, Judge, Literal, SCHEMES, Says, is_placeholder, is_public, looks_made, says};
use crate::finding::Confidence;
use crate::mcp::{Reference, Syntax, references};

impl Judge<'_> {
    /// Judges what is written out between the references of a text, as in `Bearer ${PREFIX}-literal`.
    ///
    /// Words and signs that only join the references are none: the text must look made by a machine.
    pub(super) fn between(&self, name: &str, text: &str, references: &[Reference]) -> Vec<Literal> {
        let mut found = Vec::new();
        let mut at = 0;
        let ends =
            references.iter().map(|reference| reference.range.clone()).chain(std::iter::once(text.len()..text.len()));
        for next in ends {
            let mut from = at;
            for word in text[at..next.start].split_inclusive(ends_word) {
                let value = word.trim_matches(|c| ends_word(c) || joins(c));
                if !is_placeholder(value) && !is_public(value) && self.is_key_of(name, value) {
                    let start = from + word.find(value).unwrap_or(0);
                    let (range, form) = (start..start + value.len(), Form::Value);
                    found.push(Literal { range, form, name: name.to_owned(), confidence: Confidence::Medium });
                }
                from += word.len();
            }
            at = next.end;
        }
        found
    }

    /// Tells whether a value is a credential by itself, or looks made and is called one.
    fn is_key_of(&self, name: &str, value: &str) -> bool {
        let known = value.len() >= 16 && (self.opinion)(value.as_bytes());
        known || says(name) != Says::Nothing && (looks_made(value) || is_long_hex(value))
    }
}

/// Returns the references in the text of a setting. A password may have a blank and `$HOME` among its signs: that refers to
/// nothing, unless a scheme stands before it.
pub fn meant(name: &str, text: &str) -> Vec<Reference> {
    let mut found = references(text);
    if found.iter().any(|reference| reference.syntax == Syntax::Bare) && says(name) == Says::Password {
        let is_scheme = |before: &str| before.is_empty() || SCHEMES.contains(&before);
        found.retain(|reference| {
            let before = &text[..reference.range.start];
            reference.syntax != Syntax::Bare || !before.ends_with(' ') || is_scheme(before.trim_start())
        });
    }
    found
}

/// Tells whether a character stands between the words of a setting.
fn ends_word(c: char) -> bool {
    c.is_whitespace() || "\"'`,;:=/".contains(c)
}

/// Tells whether a character joins a word with the reference beside it.
const fn joins(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | '@' | '|' | '~')
}

#[cfg(test)]
mod tests {
    use super::super::Place;
    use super::*;

    const KEY: &str = "kJ8sLq2vNx7Rt4WzP0bQ";

    fn found(name: &str, text: &str) -> Vec<String> {
        let judge = Judge { opinion: &|_| false };
        judge.literals(name, text, Place::Header).into_iter().map(|literal| text[literal.range].to_owned()).collect()
    }

    #[test]
    fn a_credential_beside_a_reference_is_found() {
        let hex = "9f8e2c71b04d4e6f8a1c9d3b5e7f9a1b";
        for (name, text, expected) in [
            ("Authorization", format!("Bearer ${{PREFIX}}-{KEY}"), KEY),
            ("X-Api-Key", format!("${{STAGE}}_{hex}"), hex),
            ("API_TOKEN", format!("{KEY}-${{REGION}}"), KEY),
            ("API_TOKEN", format!("{{{{user}}}}:{KEY}"), KEY),
        ] {
            assert_eq!(found(name, &text), [expected], "{text}");
        }
    }

    #[test]
    fn what_joins_references_is_none() {
        for (name, text) in [
            ("Authorization", "Bearer ${TOKEN}"),
            ("Authorization", "Basic ${USER}:${PASSWORD}"),
            ("API_KEY", "${ORG}-production-api-key-${N}"),
            ("API_KEY", "YOUR_KEY ${A}"),
            ("IMAGE", "${REGISTRY}/app:9f8e2c71b04d4e6f8a1c9d3b"),
            ("TOKEN", "$(op read op://vault/kJ8sLq2vNx7Rt4WzP0bQ)"),
            ("KEY_FILE", "${HOME}/.config/kJ8sLq2vNx7Rt4WzP0bQ"),
        ] {
            assert_eq!(found(name, text), Vec::<String>::new(), "{text}");
        }
    }
}
