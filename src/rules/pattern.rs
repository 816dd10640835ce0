//! Compiles a rule's pattern, and proves how far it can reach.

use std::borrow::Cow;
use std::ops::Range;

use regex_automata::meta::Regex;
use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

/// What `%assign%` stands for: from the tail of a name over the operator to where its value starts.
///
/// Takes dotenv, INI, YAML, JSON, most languages' assignments, named arguments, calls with name and value,
/// XML elements and attributes.
const ASSIGN: &str = concat!(
    r#"(?:[A-Za-z0-9_.\-]{0,40}[\\"'`\[\])>]{0,3}(?:[ \t]{0,3}:[ \t]?[A-Za-z&<>\[\]?]{1,16}|[ \t]string)?[ \t]{0,16}"#,
    r#"(?:\|\|[:=]|[.+]=|:{0,3}={1,3}>?|:{1,2}|,|\(|\?=|<-|->|>[ \t\r\n]{0,12}|[ \t](?:is|to)[ \t])[ \t]{0,16}"#,
    r#"(?:(?i:bearer|basic|token|str|env|string)[ \t(]{1,2})?[\\"'`(\[{>]{0,4}"#,
    r#"|[A-Za-z0-9_.\- ]{0,24}(?i:secret|token|key|access|private|pass|password)[ \t-]{1,2}["'`]?)"#,
);

/// The greatest length that a match of a rule's pattern may have.
pub const GREATEST_REACH: usize = 16 * 1024;

/// Why a pattern is no pattern of a rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PatternError {
    /// The syntax is wrong; the text is the rule author's own, so it may be shown.
    #[error("the pattern does not compile: {0}")]
    Syntax(String),
    /// The pattern has no group named `secret`.
    #[error("the pattern has no group `(?<secret>...)`")]
    NoSecret,
    /// The pattern can match without its group named `secret`.
    #[error("the pattern can match without its group `(?<secret>...)`: it must be in every alternative")]
    SecretOptional,
    /// A repetition has no upper bound, so the window that must be searched has none either.
    #[error("the pattern can match without an end: give every repetition an upper bound, as in `{{20,200}}`")]
    Unbounded,
    /// The bounds add up to more than [`GREATEST_REACH`].
    #[error("the pattern can match {0} bytes: more than {GREATEST_REACH}")]
    TooLong(usize),
    /// The pattern matches nothing at all or the empty text.
    #[error("the pattern can match the empty text")]
    Empty,
}

/// Writes out the shorthands of a pattern.
pub fn expand(text: &str) -> String {
    text.replace("%assign%", ASSIGN)
}

/// A compiled pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    secret: usize,
    reach: usize,
    lead: usize,
    needs_at_sign: bool,
}

impl Pattern {
    /// Compiles `text`, in byte mode without Unicode classes.
    ///
    /// # Errors
    /// The pattern is wrong, or a match could be of any length.
    pub fn compile(text: &str, keywords: &[Cow<'static, str>]) -> Result<Self, PatternError> {
        let text = expand(text);
        let hir = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(&text)
            .map_err(|error| PatternError::Syntax(error.to_string()))?;
        let reach = hir.properties().maximum_len().ok_or(PatternError::Unbounded)?;
        if reach > GREATEST_REACH {
            return Err(PatternError::TooLong(reach));
        }
        if hir.properties().minimum_len().is_none_or(|least| least == 0) {
            return Err(PatternError::Empty);
        }
        let regex = Regex::builder()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .configure(Regex::config().utf8_empty(false).nfa_size_limit(Some(64 << 20)))
            .build(&text)
            .map_err(|error| PatternError::Syntax(error.to_string()))?;
        let secret =
            regex.group_info().to_index(regex_automata::PatternID::ZERO, "secret").ok_or(PatternError::NoSecret)?;
        if !super::reach::captures(&hir, "secret") {
            return Err(PatternError::SecretOptional);
        }
        let lead = super::reach::lead(&hir, keywords).unwrap_or(reach);
        let needs_at_sign = super::reach::requires(&hir, b'@');
        Ok(Self { regex, secret, reach, lead, needs_at_sign })
    }

    /// Returns the greatest number of bytes that a match can have.
    pub const fn reach(&self) -> usize {
        self.reach
    }

    /// Returns the greatest number of bytes that a match can have before the end of its first keyword.
    pub const fn lead(&self) -> usize {
        self.lead
    }

    /// Calls `each` with the span of every match in `window` and of its secret, in order.
    ///
    /// Word boundaries at the window's edges look at the bytes outside of it. A match may start where the
    /// secret before it ended, because tokens often share a separator.
    pub fn matches(&self, bytes: &[u8], window: Range<usize>, mut each: impl FnMut(Range<usize>, Range<usize>)) {
        // Patterns of addresses start with what every URL starts with: the sign between user and host is rarer.
        if self.needs_at_sign && memchr::memchr(b'@', &bytes[window.clone()]).is_none() {
            return;
        }
        let mut captures: Option<Captures> = None;
        let mut from = window.start;
        while from < window.end {
            let input = Input::new(bytes).range(from..window.end).anchored(Anchored::No);
            // Finding the end of a match is cheap, capturing groups is not: ask for groups only on a match.
            let Some(found) = self.regex.search_half(&input) else { return };
            let captures = captures.get_or_insert_with(|| self.regex.create_captures());
            let input = Input::new(bytes).range(from..window.end.max(found.offset()));
            self.regex.search_captures(&input, captures);
            let Some(whole) = captures.get_match() else { return };
            let Some(secret) = captures.get_group(self.secret) else {
                // Compiling has ruled this out; a match behind it must not be missed all the same.
                from = whole.end().max(from + 1);
                continue;
            };
            each(whole.range(), secret.range());
            from = secret.end.max(whole.start() + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(pattern: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let pattern = Pattern::compile(pattern, &[]).expect("the test's pattern is right");
        pattern.matches(text.as_bytes(), 0..text.len(), |_, secret| found.push(text[secret].to_owned()));
        found
    }

    #[test]
    fn a_pattern_must_be_bounded_and_name_its_secret() {
        assert_eq!(Pattern::compile("(?<secret>a+)", &[]).err(), Some(PatternError::Unbounded));
        assert_eq!(Pattern::compile("a{3}", &[]).err(), Some(PatternError::NoSecret));
        assert_eq!(Pattern::compile("(?<secret>a{0,3})", &[]).err(), Some(PatternError::Empty));
        for pattern in ["x(?<secret>a)?", "x|(?<secret>a)", "x(?:(?<secret>a)|b)", "x(?:y(?<secret>a)){0,2}"] {
            assert_eq!(Pattern::compile(pattern, &[]).err(), Some(PatternError::SecretOptional), "{pattern}");
        }
        for pattern in ["x(?:y(?<secret>a)){1,2}", "(?:(x|y)(?<secret>a)z?)", r"\b(?<secret>(a|b))"] {
            assert!(Pattern::compile(pattern, &[]).is_ok(), "{pattern}");
        }
        assert!(matches!(
            Pattern::compile("(?<secret>a{99999})", &[]).err(),
            Some(PatternError::TooLong(_) | PatternError::Syntax(_))
        ));
    }

    #[test]
    fn matches_may_share_a_separator() {
        assert_eq!(secrets(r"(?:,|^)(?<secret>[a-z]{2})(?:,|$)", "ab,cd,ef"), ["ab", "cd", "ef"]);
    }

    #[test]
    fn an_assignment_is_recognised_in_many_languages() {
        let pattern = r"(?i:acme)%assign%(?<secret>[0-9a-f]{8})\b";
        for text in [
            "ACME_KEY=0123abcd",
            "export acme.key = '0123abcd'",
            r#"{"acmeKey": "0123abcd"}"#,
            "acme-key: 0123abcd",
            r#"var AcmeKey string = "0123abcd""#,
            r#"acme_key := "0123abcd""#,
            r#"'acme_key' => '0123abcd',"#,
            r#"System.setProperty("ACME_KEY", "0123abcd")"#,
            r#"const acmeKey: string = "0123abcd";"#,
            r#"<acmeKey>0123abcd</acmeKey>"#,
            r#"acme_key ::= "0123abcd""#,
            r#"{\"acmeKey\":\"0123abcd\"}"#,
            r#"acme_token ?= 0123abcd"#,
            r#"acme ||= "0123abcd""#,
            r#"acme_token :::= "0123abcd""#,
            r#"$acmeToken .= "0123abcd""#,
            "<acmeToken>\n    0123abcd\n</acmeToken>",
            "--acme-token 0123abcd",
            "acme SECRET 0123abcd",
        ] {
            assert_eq!(secrets(pattern, text), ["0123abcd"], "{text}");
        }
        assert!(secrets(pattern, "acme/assets/0123abcd").is_empty());
    }
}
