//! Finds out where in its matches the keywords of a pattern can stand, from its structure.

use std::borrow::Cow;

use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, HirKind, Look, Repetition};

use super::lexicon::is_word_byte;

/// How many beginnings of a pattern are written out.
const BEGINNINGS: usize = 4096;
/// How much of each beginning is written out; less of it if that makes too many.
const LENGTHS: [usize; 4] = [64, 12, 6, 4];
/// How many bytes a class may have whose members are written out within a pattern.
const FEW: usize = 16;

/// Returns the greatest number of bytes that a match can have before the first keyword in it, or
/// `None` if some match seems to have no keyword.
pub fn lead(pattern: &Hir, keywords: &[Cow<'static, str>]) -> Option<usize> {
    let finder = Finder { keywords };
    let folded = fold(pattern);
    match (finder.in_beginnings(&folded), finder.first(&folded)) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Makes a pattern that matches every text of `hir` in lower case, and perhaps others.
fn fold(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Look(look) => Hir::look(*look),
        HirKind::Literal(literal) => Hir::literal(literal.0.to_ascii_lowercase()),
        HirKind::Class(Class::Bytes(class)) => Hir::class(Class::Bytes(fold_class(class))),
        HirKind::Class(class) => Hir::class(class.clone()),
        HirKind::Capture(capture) => fold(&capture.sub),
        HirKind::Repetition(repetition) => {
            Hir::repetition(Repetition { sub: Box::new(fold(&repetition.sub)), ..repetition.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(parts.iter().map(fold).collect()),
        HirKind::Alternation(branches) => Hir::alternation(branches.iter().map(fold).collect()),
    }
}

fn fold_class(class: &ClassBytes) -> ClassBytes {
    let bytes = class.iter().flat_map(|range| range.start()..=range.end());
    ClassBytes::new(bytes.map(|byte| ClassBytesRange::new(byte.to_ascii_lowercase(), byte.to_ascii_lowercase())))
}

/// Tells whether in every match a keyword stands where a word starts, or something behind one, with at most one byte before it.
pub fn at_word(pattern: &Hir, keywords: &[Cow<'static, str>]) -> bool {
    if begins_with_boundary(pattern) {
        return lead(pattern, keywords) == Some(0);
    }
    let HirKind::Concat(parts) = pattern.kind() else { return false };
    let is_word = |keyword: &Cow<'static, str>| keyword.bytes().next().is_some_and(is_word_byte);
    is_guard(&parts[0]) && keywords.iter().all(is_word) && lead(&Hir::concat(parts[1..].to_vec()), keywords) == Some(0)
}

/// Tells whether every match starts with a test for a boundary between a word and something else.
fn begins_with_boundary(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Look(look) => matches!(look, Look::WordAscii | Look::WordStartAscii),
        HirKind::Capture(capture) => begins_with_boundary(&capture.sub),
        HirKind::Concat(parts) => parts.first().is_some_and(begins_with_boundary),
        HirKind::Alternation(branches) => branches.iter().all(begins_with_boundary),
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
    /// Returns the greatest offset at which the first keyword of a match starts, if it is in what every match begins with.
    fn in_beginnings(&self, folded: &Hir) -> Option<usize> {
        let offset = |length| {
            let mut extractor = Extractor::new();
            extractor.limit_class(64).limit_repeat(32).limit_literal_len(length).limit_total(BEGINNINGS);
            let beginnings = extractor.extract(folded);
            let beginnings = beginnings.literals().filter(|texts| !texts.is_empty())?;
            beginnings.iter().map(|text| self.in_text(text.as_bytes())).try_fold(0, |most, at| Some(most.max(at?)))
        };
        LENGTHS.into_iter().find_map(offset)
    }

    /// Returns the greatest offset at which the first keyword of a match of `folded` starts.
    fn first(&self, folded: &Hir) -> Option<usize> {
        match folded.kind() {
            HirKind::Literal(literal) => self.in_text(&literal.0),
            HirKind::Capture(capture) => self.first(&capture.sub),
            HirKind::Repetition(repetition) if repetition.min > 0 => self.first(&repetition.sub),
            HirKind::Alternation(branches) => {
                branches.iter().map(|branch| self.first(branch)).try_fold(0, |most, at| Some(most.max(at?)))
            }
            HirKind::Concat(parts) => self.in_parts(parts),
            HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) | HirKind::Repetition(_) => None,
        }
    }

    /// Goes through the parts of a sequence: what stands from one of them on may have a keyword.
    fn in_parts(&self, parts: &[Hir]) -> Option<usize> {
        let mut before = 0;
        for (at, part) in parts.iter().enumerate() {
            let begins_plainly = match part.kind() {
                HirKind::Class(Class::Bytes(class)) => class.iter().map(|range| range.len()).sum::<usize>() <= FEW,
                kind => !matches!(kind, HirKind::Class(_) | HirKind::Look(_)),
            };
            let from_here = || self.in_beginnings(&Hir::concat(parts[at..].to_vec()));
            if let Some(here) = self.first(part).or_else(|| begins_plainly.then(from_here)?) {
                return Some(before + here);
            }
            before += part.properties().maximum_len()?;
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
    fn every_match_of_a_built_in_rule_has_one_of_its_keywords() {
        let catalogue = crate::rules::Catalogue::builtin();
        let rules = catalogue.rules().iter().filter(|rule| !rule.pattern.is_empty());
        let without = rules.filter(|rule| lead(&hir(&rule.pattern), &rule.keywords).is_none());
        let without: Vec<&str> = without.map(|rule| rule.id.as_ref()).collect();
        assert!(without.is_empty(), "{}: {without:?}", without.len());
    }

    #[test]
    fn the_first_keyword_bounds_the_lead() {
        assert_eq!(lead_of(r"\b(?<secret>acme_[a-z]{20})", "acme_"), Some(0));
        assert_eq!(lead_of(r"[a-z]{0,10}(?i:acme).{0,50}", "acme"), Some(10));
        assert_eq!(lead_of(r"(?:xacme|acmeyyy)z", "acme"), Some(1));
        assert_eq!(lead_of(r"(?:ac|x)me", "acme"), None);
        assert_eq!(lead_of(r"(?:ac|xac)me", "acme"), Some(1));
        assert_eq!(lead_of(r"[a-z]{0,9}-ac(?:k|m)e", "acme"), None);
        assert_eq!(lead_of(r"(?i:[a-z]{0,9}-ac(?:x?)me)?s?acme", "acme"), Some(16));
        assert_eq!(lead_of(r"ac(?:me)[a-z]{3}", "acme"), Some(0));
        assert_eq!(lead_of(r"(?:acme)?x", "acme"), None);
        assert_eq!(lead_of(r"\b[aA]c[mM]e[0-9]{3}", "acme"), Some(0));
        assert_eq!(lead_of(r"a[cx]me", "acme"), None);
    }
}
