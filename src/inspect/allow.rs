//! Reads `keysweep:allow` comments.

use crate::finding::InlineAllow;

/// What such a comment contains.
pub const MARK: &str = "keysweep:allow";

/// Returns where the mark of the comment in one line of text begins that allows something, if there is one.
///
/// It may stand anywhere, because not every language has comments. One right behind a backtick is spoken of, and does not count.
pub fn mark(line: &str) -> Option<usize> {
    found(line).map(|(at, _)| at)
}

/// Reads the comment in one line of printable text, if there is one.
pub fn read(line: &str) -> Option<InlineAllow> {
    found(line).map(|(_, allow)| allow)
}

fn found(line: &str) -> Option<(usize, InlineAllow)> {
    let marks = line.match_indices(MARK).map(|(at, _)| at).filter(|at| !line[..*at].ends_with('`'));
    // Brackets that are not closed may take in the mark behind them.
    let mut marks = marks.filter(|at| !line[at + MARK.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_'));
    let at = marks.next()?;
    Some((at, said(&line[at + MARK.len()..])?))
}

/// Reads what stands behind the mark.
///
/// Brackets that are empty or not closed allow nothing: they were meant to name a rule, not all of them.
fn said(rest: &str) -> Option<InlineAllow> {
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
        for line in ["keysweep allows nothing", "# About `keysweep:allow` comments", "`keysweep:allowed`"] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn the_first_mark_counts_that_is_not_spoken_of() {
        for (line, expected) in [
            ("x = 1 # ok keysweep:allow", Some(11)),
            ("\"keysweep:allow\" # keysweep:allow", Some(1)),
            ("# `keysweep:allow`: keysweep:allow[a/b]", Some(20)),
            ("keysweep:allowed # keysweep:allow", Some(19)),
            ("# keysweep:allow[ keysweep:allow", None),
            ("# `keysweep:allow`", None),
        ] {
            assert_eq!(mark(line), expected, "{line}");
        }
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
