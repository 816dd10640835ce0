//! Reads `keysweep:allow` comments.

use crate::finding::InlineAllow;

/// What such a comment contains.
const MARK: &str = "keysweep:allow";

/// Reads the comment in one line of printable text, if there is one.
pub fn read(line: &str) -> Option<InlineAllow> {
    let rest = &line[line.find(MARK)? + MARK.len()..];
    let (rules, reason) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((rules, reason)) => {
            (rules.split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect(), reason)
        }
        None => (Vec::new(), rest),
    };
    let reason = reason.trim_start_matches([':', ' ', '-']);
    let reason =
        ["-->", "*/", "--}}", "#}"].iter().fold(reason, |reason, end| reason.split(end).next().unwrap_or_default());
    Some(InlineAllow { rules, reason: reason.trim().to_owned() })
}

/// Tells whether a line holds a comment and nothing else, so that an allow in it speaks for the next line.
pub fn is_comment_line(line: &str) -> bool {
    let line = line.trim_start();
    ["#", "//", "--", "/*", "<!--", ";", "%", "'", "*"].iter().any(|mark| line.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_and_reason_are_read() {
        for (line, rules, reason) in [
            ("x = 1 # keysweep:allow[jwt/token] sample of the docs", vec!["jwt/token"], "sample of the docs"),
            ("// keysweep:allow[a/b, c/d]: test", vec!["a/b", "c/d"], "test"),
            ("<!-- keysweep:allow why not -->", vec![], "why not"),
            ("/* keysweep:allow */", vec![], ""),
        ] {
            let allow = read(line).expect(line);
            assert_eq!(allow.rules, rules, "{line}");
            assert_eq!(allow.reason, reason, "{line}");
        }
        assert_eq!(read("keysweep allows nothing"), None);
    }
}
