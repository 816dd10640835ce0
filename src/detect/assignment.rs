//! Reads an assignment around an anchor word: the key's name, the operator, the value.
//!
//! Works on any language by its punctuation alone, because a pattern for each would be slower and still
//! miss the next one. Judging the value is the business of [`super::generic`].

use std::sync::Arc;

use super::engine::Candidate;
use super::generic;
use crate::rules::Rule;
use crate::source::Span;

/// The id of the rule that judges assignments.
pub const RULE: &str = "generic/secret";

/// The greatest length of a key's name, on either side of the anchor.
const KEY: usize = 48;
/// The greatest length of a value.
const VALUE: usize = 512;
/// The least length of a value.
const LEAST_VALUE: usize = 4;
/// The least length of a value behind a blank, where most words are none.
const LEAST_WORD: usize = 16;

/// A name, an operator and a literal value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The name's bytes.
    pub key: Span,
    /// The value's bytes, without quotes.
    pub value: Span,
    /// How the value is delimited.
    pub quote: Quote,
    /// What stands between name and value.
    pub operator: Operator,
}

/// How a value is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// By white space or punctuation.
    None,
    /// By quotes.
    Quoted,
    /// By an XML element.
    Element,
}

/// What stands between a name and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `=`, `:=`, `=>` and the like.
    Assign,
    /// `:` as in YAML and JSON.
    Colon,
    /// `==` or `!=`: the value is compared with, not given.
    Compare,
    /// `(` or `,`: name and value are arguments, or the name is a function's.
    Call,
    /// White space behind a command-line flag.
    Flag,
    /// White space behind a word.
    Space,
    /// ` is ` and a quoted value, as in a sentence.
    Is,
}

impl Assignment {
    /// Reads the assignment whose name contains the anchor word at `at`, or `None` if there is none.
    pub fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let word = if is_key_byte(bytes[at]) { at } else { at + 1 };
        let key = key_around(bytes, word);
        let mut cursor = Cursor { bytes, at: key.end };
        let closed = cursor.skip_while(3, |byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b')' | b'\\' | b'['));
        let operator = cursor.operator(key, closed > 0)?;
        cursor.skip_blank(24);
        let element = operator == Operator::Assign
            && cursor.at > 0
            && bytes[cursor.at - 1] == b'>'
            && !bytes[..cursor.at].ends_with(b"=>");
        let (value, quote) = if element { (cursor.element(), Quote::Element) } else { cursor.value(operator)? };
        let least = if operator == Operator::Space { LEAST_WORD } else { LEAST_VALUE };
        (value.len() >= least).then_some(Self { key, value, quote, operator })
    }
}

/// Tells whether a byte may be part of a key's name.
const fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

fn key_around(bytes: &[u8], word: usize) -> Span {
    let mut start = word;
    while start > 0 && word - start < KEY && is_key_byte(bytes[start - 1]) {
        start -= 1;
    }
    let mut end = word;
    while end < bytes.len() && end - word < KEY && is_key_byte(bytes[end]) {
        end += 1;
    }
    Span::new(start, end)
}

/// A position in bytes that only moves on.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(b'\n')
    }

    fn skip_while(&mut self, most: usize, accept: impl Fn(u8) -> bool) -> usize {
        let start = self.at;
        while self.at - start < most && self.at < self.bytes.len() && accept(self.peek()) {
            self.at += 1;
        }
        self.at - start
    }

    fn skip_blank(&mut self, most: usize) -> usize {
        self.skip_while(most, |byte| byte == b' ' || byte == b'\t')
    }

    fn take(&mut self, text: &[u8]) -> bool {
        let found = self.bytes[self.at..].starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    /// Reads an operator; `closed` tells that the name stood in quotes or brackets.
    fn operator(&mut self, key: Span, closed: bool) -> Option<Operator> {
        let start = self.at;
        let blank = self.skip_blank(24);
        for (text, operator) in [
            (&b"==="[..], Operator::Compare),
            (b"!==", Operator::Compare),
            (b"==", Operator::Compare),
            (b"!=", Operator::Compare),
            (b":::=", Operator::Assign),
            (b"::=", Operator::Assign),
            (b":=", Operator::Assign),
            (b"=>", Operator::Assign),
            (b"->", Operator::Assign),
            (b"<-", Operator::Assign),
            (b"||=", Operator::Assign),
            (b"||:", Operator::Assign),
            (b"?=", Operator::Assign),
            (b"+=", Operator::Assign),
            (b".=", Operator::Assign),
            (b"=", Operator::Assign),
        ] {
            if self.take(text) {
                return Some(operator);
            }
        }
        // A path of names, as in `SecurePassword::Hash`.
        if self.bytes[self.at..].starts_with(b"::") {
            return None;
        }
        if self.take(b":") {
            // A colon may introduce a type, as in `password: string = "..."`.
            let before_type = self.at;
            self.skip_blank(2);
            let length = self.skip_while(24, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'&' | b'<' | b'>' | b'?' | b'[' | b']' | b'\'')
            });
            if length > 0 {
                self.skip_blank(2);
                // Options that are strung together, as in `pass:repeat=0`, have neither blanks nor quotes.
                let is_apart = self.at > before_type + length
                    || self.bytes.get(self.at + 1).is_some_and(|&byte| is_quote(byte) || byte == b' ');
                if self.peek() == b'=' && self.bytes.get(self.at + 1) != Some(&b'=') && is_apart {
                    self.at += 1;
                    return Some(Operator::Assign);
                }
            }
            self.at = before_type;
            return Some(Operator::Colon);
        }
        if self.take(b">") && blank == 0 {
            return Some(Operator::Assign);
        }
        if self.take(b"(") && blank == 0 || (closed && self.is_argument(key) && self.take(b",")) {
            return Some(Operator::Call);
        }
        let flag = key.start >= 1 && self.bytes[key.start] == b'-'
            || (key.start >= 2 && self.bytes[..key.start].ends_with(b"--"));
        if flag && blank > 0 && !closed {
            self.at = start + blank;
            return Some(Operator::Flag);
        }
        if blank == 1 && self.take(b"is ") {
            return is_quote(self.peek()).then_some(Operator::Is);
        }
        // Words of a log or a note, as in `acme token 0123...`: the value alone can tell.
        if blank == 1 && !closed && self.peek().is_ascii_alphanumeric() && !self.bytes[self.at..].starts_with(b"string")
        {
            return Some(Operator::Space);
        }
        // `var password string = "..."`
        if blank == 1 && self.take(b"string") {
            self.skip_blank(2);
            return self.take(b"=").then_some(Operator::Assign);
        }
        None
    }

    /// Tells whether a quoted name is an argument or an item: an opening bracket or a comma stands before it.
    fn is_argument(&self, key: Span) -> bool {
        let before = self.bytes[key.start.saturating_sub(KEY)..key.start].trim_ascii_end();
        let quoted = before.last().is_some_and(|&byte| is_quote(byte));
        let before = before[..before.len() - usize::from(quoted)].trim_ascii_end();
        quoted && before.last().is_none_or(|byte| matches!(byte, b'(' | b'[' | b',' | b'{'))
    }

    /// Reads up to the next `<`, the end of an element, without the white space around it.
    fn element(&self) -> Span {
        let rest = &self.bytes[self.at..(self.at + VALUE).min(self.bytes.len())];
        let end = memchr::memchr(b'<', rest).unwrap_or(0);
        let blank = end - rest[..end].trim_ascii_start().len();
        let text = rest[blank..end].trim_ascii_end();
        Span::new(self.at + blank, self.at + blank + text.len())
    }

    /// Reads a value, quoted or bare.
    fn value(&mut self, operator: Operator) -> Option<(Span, Quote)> {
        self.skip_while(2, |byte| matches!(byte, b'(' | b'{' | b'['));
        self.skip_blank(2);
        let prefix = self.at;
        // Python's b"", C#'s @"", C++'s L"" and the like.
        self.skip_while(2, |byte| byte.is_ascii_alphabetic() || byte == b'@' || byte == b'$');
        let escaped = self.peek() == b'\\' && self.bytes.get(self.at + 1).is_some_and(|byte| is_quote(*byte));
        if escaped {
            self.at += 1;
        }
        if is_quote(self.peek()) {
            return Some((self.quoted(escaped)?, Quote::Quoted));
        }
        self.at = prefix;
        if operator == Operator::Call {
            return None;
        }
        let start = self.at;
        self.bare();
        // `Authorization: Bearer 0123...`
        let scheme = self.bytes[start..self.at].to_ascii_lowercase();
        if matches!(scheme.as_slice(), b"bearer" | b"basic" | b"token") && self.skip_blank(1) == 1 {
            self.bare();
        }
        let value = &self.bytes[start..self.at];
        Some((Span::new(start, start + before_next_field(value)), Quote::None))
    }

    fn bare(&mut self) {
        self.skip_while(VALUE, |byte| {
            !byte.is_ascii_whitespace() && !is_quote(byte) && !matches!(byte, b'<' | b';' | b',' | b'\\')
        });
    }

    /// Reads a quoted value; the cursor stands on the opening quote.
    fn quoted(&mut self, escaped: bool) -> Option<Span> {
        let quote = self.peek();
        let opening = self.skip_while(3, |byte| byte == quote);
        if opening == 2 {
            return None;
        }
        let rest = &self.bytes[self.at..(self.at + VALUE).min(self.bytes.len())];
        let mut end = 0;
        while end < rest.len() && rest[end] != quote && rest[end] != b'\n' {
            if rest[end] == b'\\' {
                if escaped {
                    break;
                }
                end += 1;
            }
            end += 1;
        }
        (end < rest.len() && rest[end] != b'\n').then(|| Span::new(self.at, self.at + end))
    }
}

/// Returns where a value ends that stands in a query string: before the next `&name=`.
fn before_next_field(value: &[u8]) -> usize {
    let next = memchr::memchr_iter(b'&', value).find(|&at| {
        let name = value[at + 1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.[]%".contains(byte));
        let length = name.count();
        length > 0 && value.get(at + 1 + length) == Some(&b'=')
    });
    next.unwrap_or(value.len())
}

const fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// Tells whether a provider's rule alone judges what stands under this name.
fn is_left_to_others(rule: &Rule, key: &[u8]) -> bool {
    let names = &rule.entry().check.not_named;
    let plain: Vec<u8> = key.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    names.iter().any(|name| name.as_bytes() == plain)
}

/// Judges every assignment and adds those whose value is likely a secret.
pub fn candidates(
    rule: &Arc<Rule>,
    bytes: &[u8],
    path: Option<&[u8]>,
    assignments: &[Assignment],
    found: &mut Vec<Candidate>,
) {
    let mut last = Span::default();
    for assignment in assignments {
        if assignment.value == last {
            continue;
        }
        last = assignment.value;
        if is_left_to_others(rule, &bytes[assignment.key.range()]) {
            continue;
        }
        let Some(judgement) = generic::judge(bytes, path, assignment) else { continue };
        found.push(Candidate {
            rule: Arc::clone(rule),
            whole: Span::new(assignment.key.start, judgement.value.end),
            secret: judgement.value,
            confidence: judgement.confidence,
            severity: rule.meta().severity,
            evidence: judgement.evidence,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::{anchor, sieve};
    use super::*;

    fn values(text: &str) -> Vec<&str> {
        let mut sifted = sieve::Sifted::default();
        sieve::sift(text.as_bytes(), sieve::Names::PassedOver, &mut sifted);
        let mut values: Vec<&str> = sifted
            .anchors
            .iter()
            .filter(|(_, kind)| *kind == anchor::AnchorKind::Word)
            .filter_map(|&(at, _)| Assignment::at(text.as_bytes(), at))
            .map(|assignment| &text[assignment.value.range()])
            .collect();
        values.dedup();
        values
    }

    #[test]
    fn assignments_of_many_languages_are_read() {
        for text in [
            "PASSWORD=corr3ct",
            "export DB_PASSWORD='corr3ct'",
            r#"{"password": "corr3ct"}"#,
            "password: corr3ct",
            r#"password := "corr3ct""#,
            r#"$password = "corr3ct";"#,
            r#"'password' => 'corr3ct',"#,
            r#"define('DB_PASSWORD', 'corr3ct');"#,
            r#"let password: &str = "corr3ct";"#,
            r#"private String password = "corr3ct";"#,
            r#"<password>corr3ct</password>"#,
            r#"setPassword("corr3ct")"#,
            r#"mysql --password corr3ct"#,
            r#"mysql --password=corr3ct"#,
            r#"config["password"] = "corr3ct""#,
            r#"{\"password\":\"corr3ct\"}"#,
            r#"password = b"corr3ct""#,
            r#"var password string = "corr3ct""#,
            r#"Server=x;Password=corr3ct;"#,
            r#"api_key ||= "corr3ct""#,
            "user=me&password=corr3ct&next=%2F",
            "The default password is 'corr3ct'.",
        ] {
            assert_eq!(values(text), ["corr3ct"], "{text}");
        }
    }

    #[test]
    fn the_scheme_of_a_header_belongs_to_its_value() {
        assert_eq!(values("Authorization: Bearer corr3ct more"), ["Bearer corr3ct"]);
        assert_eq!(values("auth: basic\nnext: line"), ["basic"]);
    }

    #[test]
    fn prose_is_no_assignment() {
        assert_eq!(values(r#"{"kind": "api-key", "name": "something"}"#), [""; 0]);
        for text in ["the password is wrong", "def password(self):", "if password:\n"] {
            assert_eq!(values(text), [""; 0], "{text}");
        }
    }
}
