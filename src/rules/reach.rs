//! Finds out how far before its keyword a match can start, from the structure of its pattern.

use std::borrow::Cow;

use regex_syntax::hir::{Class, Hir, HirKind};

/// Returns the greatest number of bytes that a match can have before the end of the first keyword in it, or
/// `None` if some match seems to have no keyword.
pub fn lead(pattern: &Hir, keywords: &[Cow<'static, str>]) -> Option<usize> {
    Finder { keywords }.first(pattern)
}

/// Tells whether every match contains `byte`.
pub fn requires(hir: &Hir, byte: u8) -> bool {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.contains(&byte),
        HirKind::Class(Class::Bytes(class)) => class.iter().all(|range| range.start() == byte && range.end() == byte),
        HirKind::Capture(capture) => requires(&capture.sub, byte),
        HirKind::Repetition(repetition) => repetition.min > 0 && requires(&repetition.sub, byte),
        HirKind::Concat(parts) => parts.iter().any(|part| requires(part, byte)),
        HirKind::Alternation(branches) => branches.iter().all(|branch| requires(branch, byte)),
        HirKind::Class(Class::Unicode(_)) | HirKind::Empty | HirKind::Look(_) => false,
    }
}

/// Tells whether every match takes part in the group `name`.
pub fn captures(hir: &Hir, name: &str) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => capture.name.as_deref() == Some(name) || captures(&capture.sub, name),
        HirKind::Repetition(repetition) => repetition.min > 0 && captures(&repetition.sub, name),
        HirKind::Concat(parts) => parts.iter().any(|part| captures(part, name)),
        // A name stands once in a pattern, so never in all branches.
        HirKind::Alternation(_) | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Empty | HirKind::Look(_) => false,
    }
}

struct Finder<'a> {
    keywords: &'a [Cow<'static, str>],
}

impl Finder<'_> {
    /// Returns the greatest offset at which the first keyword of a match of `hir` ends.
    fn first(&self, hir: &Hir) -> Option<usize> {
        match hir.kind() {
            HirKind::Literal(_) | HirKind::Class(_) => self.in_text(&letters(hir)?),
            HirKind::Capture(capture) => self.first(&capture.sub),
            HirKind::Repetition(repetition) if repetition.min > 0 => self.first(&repetition.sub),
            HirKind::Alternation(branches) => {
                branches.iter().map(|branch| self.first(branch)).try_fold(0, |most, end| Some(most.max(end?)))
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
                    if let Some(end) = self.in_text(&text) {
                        return Some(before + end);
                    }
                }
                None => {
                    before += text.len();
                    text.clear();
                    if let Some(end) = self.first(part) {
                        return Some(before + end);
                    }
                    before += part.properties().maximum_len()?;
                }
            }
        }
        None
    }

    /// Returns where the first keyword in a text ends.
    fn in_text(&self, text: &[u8]) -> Option<usize> {
        let find =
            |keyword: &Cow<'static, str>| memchr::memmem::find(text, keyword.as_bytes()).map(|at| at + keyword.len());
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

    fn lead_of(pattern: &str, keyword: &str) -> Option<usize> {
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(pattern)
            .expect("the test's pattern is right");
        lead(&hir, &[keyword.to_owned().into()])
    }

    #[test]
    fn the_first_keyword_bounds_the_lead() {
        assert_eq!(lead_of(r"\b(?<secret>acme_[a-z]{20})", "acme_"), Some(5));
        assert_eq!(lead_of(r"[a-z]{0,10}(?i:acme).{0,50}", "acme"), Some(14));
        assert_eq!(lead_of(r"(?:xacme|acmeyyy)z", "acme"), Some(5));
        assert_eq!(lead_of(r"(?:ac|x)me", "acme"), None);
        assert_eq!(lead_of(r"ac(?:me)[a-z]{3}", "acme"), Some(4));
        assert_eq!(lead_of(r"(?:acme)?x", "acme"), None);
    }

    #[test]
    fn a_required_byte_is_in_every_branch() {
        for (pattern, required) in
            [("a@b", true), ("(?:a@|b@)c{2}", true), ("(?:a@|b)c", false), ("(?:@)?a", false), ("[@]{2,3}", true)]
        {
            let hir =
                regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).expect("right");
            assert_eq!(requires(&hir, b'@'), required, "{pattern}");
        }
    }
}
