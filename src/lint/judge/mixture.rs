//! Finds a credential that stands beside references in one text.

use super::value::is_long_hex;
use super::{Form, Judge, Literal, SCHEMES, Says, is_address_or_json, is_placeholder, is_public, looks_made, says};
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

/// Returns the references in the text of a setting. A password may have `$HOME` among its signs: that refers to nothing, unless
/// it is all of the value but for a scheme, other references and what joins them, or the beginning of a path.
pub fn meant(name: &str, text: &str) -> Vec<Reference> {
    let mut found = references(text);
    let is_bare = |reference: &Reference| reference.syntax == Syntax::Bare;
    let is_path = || found.first().is_some_and(|first| is_bare(first) && is_path_behind(text, first));
    if found.iter().any(is_bare)
        && says(name) == Says::Password
        && !is_address_or_json(text)
        && !joins_all(text, &found)
        && !is_path()
    {
        found.retain(|reference| !is_bare(reference));
    }
    found
}

/// Tells whether nothing but a scheme and what joins references stands beside these.
fn joins_all(text: &str, references: &[Reference]) -> bool {
    let ends = references.iter().map(|reference| reference.range.end);
    let starts = references.iter().map(|reference| reference.range.start).chain(std::iter::once(text.len()));
    let mut between = std::iter::once(0).chain(ends).zip(starts).map(|(from, to)| &text[from..to]);
    let is_scheme = |before: &str| before.chars().all(is_joint) || SCHEMES.contains(&before.trim_start());
    between.next().is_some_and(is_scheme) && between.all(|text| text.chars().all(is_joint))
}

/// Tells whether a path goes on behind a reference that a text begins with.
fn is_path_behind(text: &str, reference: &Reference) -> bool {
    let behind = &text[reference.range.end..];
    reference.range.start == 0 && behind.starts_with('/') && !behind.contains(char::is_whitespace)
}

/// Tells whether a character joins two references.
fn is_joint(c: char) -> bool {
    ends_word(c) || joins(c)
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
