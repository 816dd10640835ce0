//! Finds literal credentials in JSON that stands in a text.

use std::ops::Range;

use super::Judge;
use crate::document::{Format, Node, parse};

/// Tells whether a text looks like JSON, however its quotes are escaped.
pub(super) fn is_json(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches(['"', '\'', '\\']);
    (text.starts_with('{') || text.starts_with('[')) && text.contains(':') && text.contains('"')
}

/// Finds `"name": "value"` in a text, also where the quotes are escaped, as byte ranges.
pub fn pairs(text: &str) -> Vec<(Range<usize>, Range<usize>)> {
    let bytes = text.as_bytes();
    let is_quote = |byte: u8| matches!(byte, b'"' | b'\'');
    let mut found = Vec::new();
    for colon in memchr::memchr_iter(b':', bytes) {
        let mut end = colon;
        while end > 0 && bytes[end - 1].is_ascii_whitespace() {
            end -= 1;
        }
        if end == 0 || !is_quote(bytes[end - 1]) {
            continue;
        }
        end -= 1;
        end -= backslashes(bytes, end);
        let name = bytes[..end].iter().rposition(|&byte| is_quote(byte)).map_or(0, |at| at + 1);
        let mut start = colon + 1;
        while start < bytes.len() && (bytes[start].is_ascii_whitespace() || bytes[start] == b'\\') {
            start += 1;
        }
        if start >= bytes.len() || !is_quote(bytes[start]) || end - name > 80 {
            continue;
        }
        start += 1;
        let close = closing_quote(bytes, start);
        if text.get(name..end).is_some() && text.get(start..close).is_some() {
            found.push((name..end, start..close));
        }
    }
    found
}

/// Returns where the text ends that a quote opens before `start`: at such a quote that no more backslashes escape than the
/// first, or with its line.
fn closing_quote(bytes: &[u8], start: usize) -> usize {
    let open = bytes[start - 1];
    let depth = backslashes(bytes, start - 1);
    for at in memchr::memchr2_iter(open, b'\n', &bytes[start..]).map(|at| start + at) {
        let escapes = backslashes(&bytes[start..], at - start);
        if bytes[at] == b'\n' {
            return at;
        }
        // Before those of the quote stand those of backslashes in the value, of which each level of escapes doubles the number.
        if escapes <= depth || escapes % (2 * (depth + 1)) == depth {
            return at - escapes.min(depth);
        }
    }
    bytes.len()
}

/// Returns how many backslashes stand right before `at`.
fn backslashes(bytes: &[u8], at: usize) -> usize {
    bytes[..at].iter().rev().take_while(|&&byte| byte == b'\\').count()
}

/// Tells whether JSON holds a literal credential under a name that says so.
pub fn json_names_secret(json: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(json) else { return false };
    let judge = Judge { opinion: &|_| false };
    is_json(text) && (!judge.pairs(text).is_empty() || judge.in_lists(text))
}

impl Judge<'_> {
    /// Tells whether the lists of a JSON text hold a credential among the arguments.
    fn in_lists(&self, text: &str) -> bool {
        let Ok(document) = parse(text.as_bytes(), Format::Json) else { return false };
        let mut nodes: Vec<&Node> = document.roots.iter().collect();
        while let Some(node) = nodes.pop() {
            let words: Vec<&str> = node.elements().unwrap_or(&[]).iter().filter_map(|element| element.text()).collect();
            if !self.arguments(&words).is_empty() {
                return true;
            }
            nodes.extend(node.children());
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_value_ends_with_the_quote_that_opened_it() {
        for (text, value) in [
            (r#"{"password": "it's"}"#, "it's"),
            (r#"{"password": "a\"b"}"#, r#"a\"b"#),
            (r#"{"password": "a\\"}"#, r"a\\"),
            (r#"{\"password\": \"it's\"}"#, "it's"),
            (r#"{\"password\":\"a\\\"b\"}"#, r#"a\\\"b"#),
            (r#"{\"password\":\"open"}"#, "open"),
            (r#"{\"password\":\"a\\\\\", \"b\": 1}"#, r"a\\\\"),
            ("{'password': 'a\"b'}", "a\"b"),
            ("{\"password\": \"open\n\"", "open"),
        ] {
            let found: Vec<&str> = pairs(text).into_iter().map(|(_, value)| &text[value]).collect();
            assert_eq!(found, [value], "{text}");
        }
    }

    proptest! {
        #[test]
        fn pairs_lie_in_the_text(text in "[\"'\\\\:,{}a é\n]{0,40}") {
            for (name, value) in pairs(&text) {
                prop_assert!(name.end <= value.start && text.get(name).is_some() && text.get(value).is_some());
            }
        }
    }
}
