//! Finds out where in its matches the keywords of a pattern can stand, from its structure.

use std::borrow::Cow;

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::lexicon::is_word_byte;

/// How many beginnings of a pattern are written out.
const BEGINNINGS: usize = 4096;

/// Returns the greatest number of bytes that a match can have before the first keyword in it, or
/// `None` if some match seems to have no keyword.
pub fn lead(pattern: &Hir, keywords: &[Cow<'static, str>]) -> Option<usize> {
    if starts(pattern, keywords) { Some(0) } else { Finder { keywords }.first(pattern) }
}

/// Tells whether every match starts with a keyword.
fn starts(pattern: &Hir, keywords: &[Cow<'static, str>]) -> bool {
    let longest = keywords.iter().map(|keyword| keyword.len()).max().unwrap_or(0);
    let mut extractor = Extractor::new();
    extractor.limit_class(64).limit_literal_len(longest).limit_total(BEGINNINGS);
    let beginnings = extractor.extract(pattern);
    let is_covered = |text: Vec<u8>| keywords.iter().any(|keyword| text.starts_with(keyword.as_bytes()));
    let covered = |texts: &[regex_syntax::hir::literal::Literal]| {
        !texts.is_empty() && texts.iter().all(|text| is_covered(text.as_bytes().to_ascii_lowercase()))
    };
    beginnings.literals().is_some_and(covered)
}

/// Tells whether in every match a keyword stands where a word starts, or something behind one, with at most one byte before it.
pub fn at_word(pattern: &Hir, keywords: &[Cow<'static, str>]) -> bool {
    if starts_word(pattern) {
        return lead(pattern, keywords) == Some(0);
    }
    let HirKind::Concat(parts) = pattern.kind() else { return false };
    let is_word = |keyword: &Cow<'static, str>| keyword.bytes().next().is_some_and(is_word_byte);
    is_guard(&parts[0]) && keywords.iter().all(is_word) && starts(&Hir::concat(parts[1..].to_vec()), keywords)
}

/// Tells whether every match starts with a test for a boundary between a word and something else.
fn starts_word(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Look(look) => matches!(look, Look::WordAscii | Look::WordStartAscii),
        HirKind::Capture(capture) => starts_word(&capture.sub),
        HirKind::Concat(parts) => parts.first().is_some_and(starts_word),
        HirKind::Alternation(branches) => branches.iter().all(starts_word),
        _ => false,
    }
}

/// Tells whether `hir` matches the start of the text or of a line, or one byte that is of no word.
fn is_guard(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Look(look) => matches!(look, Look::Start | Look::StartLF),
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().all(|range| !(range.start()..=range.end()).any(is_word_byte))
        }
        HirKind::Capture(capture) => is_guard(&capture.sub),
        HirKind::Alternation(branches) => branches.iter().all(is_guard),
        _ => false,
    }
}

struct Finder<'a> {
    keywords: &'a [Cow<'static, str>],
}

impl Finder<'_> {
    /// Returns the greatest offset at which the first keyword of a match of `hir` starts.
    fn first(&self, hir: &Hir) -> Option<usize> {
        match hir.kind() {
            HirKind::Literal(_) | HirKind::Class(_) => self.in_text(&letters(hir)?),
            HirKind::Capture(capture) => self.first(&capture.sub),
            HirKind::Repetition(repetition) if repetition.min > 0 => self.first(&repetition.sub),
            HirKind::Alternation(branches) => {
                branches.iter().map(|branch| self.first(branch)).try_fold(0, |most, at| Some(most.max(at?)))
            }
            HirKind::Concat(parts) => self.in_parts(parts),
            HirKind::Empty | HirKind::Look(_) | HirKind::Repetition(_) => None,
        }
    }

    /// Goes through the parts of a sequence; neighbours that are plain letters are read as one text.
    fn in_parts(&self, parts: &[Hir]) -> Option<usize> {
        let (mut before, mut text) = (0, Vec::new());
        for part in parts {
            match letters(part) {
                Some(more) => {
                    text.extend(more);
                    if let Some(at) = self.in_text(&text) {
                        return Some(before + at);
                    }
                }
                None => {
                    before += text.len();
                    text.clear();
                    if let Some(at) = self.first(part) {
                        return Some(before + at);
                    }
                    before += part.properties().maximum_len()?;
                }
            }
        }
        None
    }

    /// Returns where the first keyword in a text starts.
    fn in_text(&self, text: &[u8]) -> Option<usize> {
        let find = |keyword: &Cow<'static, str>| {
            let word = keyword.as_bytes();
            text.windows(word.len()).position(|part| part == word)
        };
        self.keywords.iter().filter_map(find).min()
    }
}

/// Returns the one text that `hir` matches, in lower case, or `None` if it matches several or none.
fn letters(hir: &Hir) -> Option<Vec<u8>> {
    match hir.kind() {
        HirKind::Empty => Some(Vec::new()),
        HirKind::Literal(literal) => Some(literal.0.to_ascii_lowercase()),
        HirKind::Class(Class::Bytes(class)) => {
            let mut bytes =
                class.iter().flat_map(|range| range.start()..=range.end()).map(|byte| byte.to_ascii_lowercase());
            let first = bytes.next()?;
            bytes.all(|byte| byte == first).then(|| vec![first])
        }
        HirKind::Class(Class::Unicode(class)) => {
            let mut letters =
                class.iter().flat_map(|range| range.start()..=range.end()).map(|letter| letter.to_ascii_lowercase());
            let first = letters.next().filter(char::is_ascii)?;
            letters.all(|letter| letter == first).then(|| vec![first as u8])
        }
        HirKind::Capture(capture) => letters(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(letters).try_fold(Vec::new(), |mut text, part| {
            text.extend(part?);
            Some(text)
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hir(pattern: &str) -> Hir {
        crate::rules::shorthand::parse(pattern).expect("the test's pattern is right")
    }

    fn lead_of(pattern: &str, keyword: &str) -> Option<usize> {
        lead(&hir(pattern), &[keyword.to_owned().into()])
    }

    #[test]
    fn a_keyword_is_at_a_word_if_it_is_in_all_branches() {
        for (pattern, expected) in [
            (r"\bacme", true),
            (r"(?:\bacme|\bacmex)c", true),
            (r"(?:\bacme|acme)c", false),
            (r"\bxacme", false),
            (r"acme\b", false),
            (r"(?:[^a-zA-Z0-9_]|^)(?<secret>acme)", true),
            (r"(?:[^a-zA-Z0-9]|^)(?<secret>acme)", false),
            (r"(?:[ :]|^)x?acme", false),
        ] {
            assert_eq!(at_word(&hir(pattern), &["acme".into()]), expected, "{pattern}");
        }
    }

    #[test]
    fn the_first_keyword_bounds_the_lead() {
        assert_eq!(lead_of(r"\b(?<secret>acme_[a-z]{20})", "acme_"), Some(0));
        assert_eq!(lead_of(r"[a-z]{0,10}(?i:acme).{0,50}", "acme"), Some(10));
        assert_eq!(lead_of(r"(?:xacme|acmeyyy)z", "acme"), Some(1));
        assert_eq!(lead_of(r"(?:ac|x)me", "acme"), None);
        assert_eq!(lead_of(r"ac(?:me)[a-z]{3}", "acme"), Some(0));
        assert_eq!(lead_of(r"(?:acme)?x", "acme"), None);
        assert_eq!(lead_of(r"\b[aA]c[mM]e[0-9]{3}", "acme"), Some(0));
        assert_eq!(lead_of(r"a[cx]me", "acme"), None);
    }
}
