//! Reads `keysweep:allow` comments.

use crate::finding::InlineAllow;

/// What such a comment contains.
pub const MARK: &str = "keysweep:allow";

/// Reads the comment in one line of printable text, if there is one.
///
/// Brackets that are empty or not closed allow nothing: they were meant to name a rule, not all of them.
pub fn read(line: &str) -> Option<InlineAllow> {
    let rest = &line[line.find(MARK)? + MARK.len()..];
    if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let (rules, reason) = match rest.trim_start().strip_prefix('[') {
        Some(rest) => {
            let (rules, reason) = rest.split_once(']')?;
            let rules: Vec<String> =
                rules.split(',').map(|rule| rule.trim().to_owned()).filter(|rule| !rule.is_empty()).collect();
            (Some(rules).filter(|rules| !rules.is_empty())?, reason)
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
            ("# keysweep:allow [a/b] a blank before the brackets", vec!["a/b"], "a blank before the brackets"),
        ] {
            let allow = read(line).expect(line);
            assert_eq!(allow.rules, rules, "{line}");
            assert_eq!(allow.reason, reason, "{line}");
        }
        assert_eq!(read("keysweep allows nothing"), None);
    }

    #[test]
    fn what_was_meant_to_name_a_rule_does_not_allow_all() {
        for line in [
            "# keysweep:allow[jwt/token sample",
            "# keysweep:allow[",
            "# keysweep:allow[] why",
            "# keysweep:allow[ , ]",
            "# keysweep:allow [jwt/token",
            "# keysweep:allowed",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
