//! Judges the text of a configuration file that does not parse, as far as that is possible.

use std::collections::HashSet;

use super::judge::{Judge, pairs};
use super::{LintFinding, literal_setting};
use crate::source::Span;

/// Reads the quoted texts of `bytes` as names, values and arguments.
pub(super) fn check(bytes: &[u8], judge: Judge<'_>, found: &mut Vec<LintFinding>) {
    let Ok(text) = std::str::from_utf8(&bytes[..bytes.len().min(1 << 20)]) else { return };
    let mut spans: Vec<Span> = Vec::new();
    for literal in judge.pairs(text) {
        spans.push(Span::from(literal.range));
    }
    let taken: HashSet<_> = pairs(text).into_iter().map(|(_, value)| value).collect();
    let ranges: Vec<_> = quoted(text).into_iter().filter(|range| !taken.contains(range)).collect();
    let words: Vec<&str> = ranges.iter().map(|range| &text[range.clone()]).collect();
    for argument in judge.arguments(&words) {
        let start = ranges[argument.index].start;
        spans.push(Span::new(start + argument.literal.range.start, start + argument.literal.range.end));
    }
    spans.sort_unstable();
    spans.dedup();
    for span in spans {
        let message = "a literal credential in a file that does not parse";
        found.push(LintFinding::new(&literal_setting::ABOUT, span, "", message).with_secret(span));
    }
}

/// Returns what stands between double quotes on one line.
fn quoted(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let quotes: Vec<usize> = memchr::memchr_iter(b'"', line.as_bytes()).collect();
        found.extend(quotes.chunks_exact(2).map(|pair| at + pair[0] + 1..at + pair[1]));
        at += line.len();
    }
    found
}
