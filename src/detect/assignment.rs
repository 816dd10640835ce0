//! Reads an assignment around an anchor word: the key's name, the operator, the value.
//!
//! Works on any language by its punctuation alone, because a pattern for each would be slower and still
//! miss the next one. Judging the value is the business of [`super::generic`].

use std::sync::Arc;

use super::cursor::Cursor;
use super::engine::Candidate;
use super::generic;
use super::line;
use crate::rules::Rule;
use crate::source::Span;

/// The id of the rule that judges assignments.
pub const RULE: &str = "generic/secret";

/// The greatest length of a key's name, on either side of the anchor.
pub(super) const KEY: usize = 48;
/// The least length of a value.
const LEAST_VALUE: usize = 4;
/// The least length of a value behind a blank, where most words are none.
const LEAST_WORD: usize = 16;
/// The same for one with a digit, as words have none.
const LEAST_WORD_WITH_DIGIT: usize = 8;

/// How far around an assignment another verdict is looked for; must stay within [`super::INFLUENCE`].
const AROUND: usize = 160;

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
    /// By quotes, or by the braces of a reference whose default it is.
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
    /// Name and value are those of two fields, `name` and `value`.
    Field,
}

impl Assignment {
    /// Reads the assignment whose name contains the anchor word at `at`, or `None` if there is none.
    pub fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let word = if is_key_byte(bytes[at]) { at } else { at + 1 };
        let key = key_around(bytes, word);
        let mut cursor = Cursor::new(bytes, key.end);
        let operator = cursor.operator(key)?;
        let (value, quote) = match cursor.default(key) {
            Some(value) => (value, Quote::Quoted),
            None => cursor.value(key, operator)?,
        };
        let least = match operator {
            Operator::Space if bytes[value.range()].iter().any(u8::is_ascii_digit) => LEAST_WORD_WITH_DIGIT,
            Operator::Space => LEAST_WORD,
            _ => LEAST_VALUE,
        };
        let assignment = Self { key, value, quote, operator };
        (value.len() >= least || value.len() < LEAST_VALUE && line::rest(bytes, &assignment).is_some())
            .then_some(assignment)
    }

    /// Tells whether the name or the value borders on bytes that stand in no text, as where a name and a value lie by
    /// chance in a compiled program. A zero is none of them: the variables of an environment lie between zeros.
    pub(super) fn is_beside_garbage(&self, bytes: &[u8]) -> bool {
        let is_garbage = |byte: u8| matches!(byte, 1..=8 | 11 | 12 | 14..=26 | 28..=31 | 0x7f);
        // Text beyond ASCII has pairs of such bytes.
        let is_lonely = |at: usize| {
            let is_high = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|byte| byte & 0x80 != 0);
            is_high(Some(at)) && !is_high(at.checked_sub(1)) && !is_high(Some(at + 1))
        };
        let is_noise = |at: usize| bytes.get(at).is_some_and(|&byte| is_garbage(byte)) || is_lonely(at);
        self.key.start.checked_sub(1).is_some_and(is_noise) || is_noise(self.key.end) || is_noise(self.value.end)
    }

    /// Tells whether the name is a keyword of Lisp or an argument of Tcl's `set`, so that a text behind it is its value.
    pub(super) fn is_of_keyword(&self, bytes: &[u8]) -> bool {
        let before = &bytes[..self.key.start];
        self.quote == Quote::Quoted
            && (matches!(before, [.., b' ' | b'{' | b'(' | b'\n', b':'])
                || before.ends_with(b"\nset ")
                || before == b"set ")
    }

    /// Tells whether the name says that a test has passed, as in `G7 PASS: all is well`: a word before it, a sentence behind it, or
    /// another verdict in the next line or the last. A macro that ends so, as in `LOOP_PASS("name", Class())`, names a compiler's.
    pub(super) fn is_verdict(&self, bytes: &[u8]) -> bool {
        let name = &bytes[self.key.range()];
        if self.operator == Operator::Call {
            return name.ends_with(b"PASS") && bytes.get(self.key.end) == Some(&b'(');
        }
        self.quote == Quote::None
            && self.operator == Operator::Colon
            && name == b"PASS"
            && (matches!(bytes[self.value.end..], [b' ', b'a'..=b'z', ..])
                || matches!(bytes[..self.key.start], [.., last, b' '] if last.is_ascii_alphanumeric())
                || self.is_among_verdicts(bytes))
    }

    /// Tells whether the line above or the one below begins with a verdict as well.
    fn is_among_verdicts(&self, bytes: &[u8]) -> bool {
        const VERDICTS: &[&[u8]] = &[b"PASS: ", b"FAIL: ", b"XFAIL: ", b"UNSUPPORTED: ", b"UNTESTED: "];
        let before = &bytes[self.key.start.saturating_sub(AROUND)..self.key.start];
        let behind = &bytes[self.value.end..(self.value.end + AROUND).min(bytes.len())];
        let is_verdict = |line: &[u8]| VERDICTS.iter().any(|verdict| line.starts_with(verdict));
        before.split(|&byte| byte == b'\n').rev().nth(1).is_some_and(is_verdict)
            || behind.split(|&byte| byte == b'\n').nth(1).is_some_and(is_verdict)
    }
}

/// Tells whether a byte may be part of a key's name.
pub(super) const fn is_key_byte(byte: u8) -> bool {
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

/// Judges every assignment and adds those whose value is likely a secret.
pub fn candidates(
    rule: &Arc<Rule>,
    bytes: &[u8],
    path: Option<&[u8]>,
    assignments: &[Assignment],
    found: &mut Vec<Candidate>,
) {
    for assignment in assignments {
        let Some(judgement) = generic::judge(bytes, path, assignment) else { continue };
        if generic::is_left_to_others(rule, &bytes[assignment.key.range()]) {
            continue;
        }
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
            "#define PASSWORD  \"corr3ct\"",
            "ENV API_TOKEN corr3ct\n",
            "  SetEnv API_TOKEN corr3ct\n",
            "setenv API_TOKEN 'corr3ct'",
            "credentials {\n  username 'me'\n  password 'corr3ct'\n}",
            r#"credentials { username "me"; password "corr3ct" }"#,
            "curl_setopt($ch, CURLOPT_USERPWD, 'corr3ct');",
            "curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, \"corr3ct\");",
            "The default password for the user 'admin' is 'corr3ct'.",
            "the password for username \"admin\" is \"corr3ct\"",
            concat!("machine git.corp.io login", " me password corr3ct\n"),
            r#"<password type="plain">corr3ct</password>"#,
            "<password encoding='none'>\n  corr3ct\n</password>",
            r#"<password hint="a>b">corr3ct</password>"#,
            "credentials {\r\n\tpassword 'corr3ct'\r\n}",
            "default\n  login me\n  password corr3ct\n",
            "RUN x && ENV API_TOKEN corr3ct\n",
            "(setq api-key \"corr3ct\")",
            "**Password**: `corr3ct`",
            "process.env.API_TOKEN || 'corr3ct'",
            "os.getenv(\"API_TOKEN\") or \"corr3ct\"",
            "${API_TOKEN:-corr3ct}",
            "@Value(\"${api.token:corr3ct}\")",
            "token := []byte(\"corr3ct\")",
            "let token = SecretString::from(\"corr3ct\");",
        ] {
            assert_eq!(values(text), ["corr3ct"], "{text}");
        }
    }

    #[test]
    fn garbage_beside_a_value_is_told_from_the_variables_of_an_environment() {
        for (text, expected) in [
            (&b"\x06pwd=k9Xq2Lm4\0"[..], true),
            (b"\xdapwd=k9Xq2Lm4", true),
            (b"\0pwd=k9Xq2Lm4\0next", false),
            ("\u{201c}pwd=k9Xq2Lm4\u{201d}".as_bytes(), false),
            (b"\x1b[1mpwd=k9Xq2Lm4\x1b[0m", false),
        ] {
            let at = memchr::memmem::find(text, b"pwd").expect("a name");
            let assignment = Assignment::at(text, at).expect("an assignment");
            assert_eq!(assignment.is_beside_garbage(text), expected, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn verdicts_and_passes_of_compilers_are_told_from_passwords() {
        for (text, expected) in [
            ("LOOP_PASS(\"sccpxzw\", SCCPPass())", true),
            ("with_pass(\"changeme\")", false),
            ("DB_PASS, \"changeme\")", false),
            ("PASS: ld-elf7/x9\nFAIL: ld-elf8\n", true),
            ("XFAIL: ld-elf7\nPASS: ld-elf8/x9\n", true),
            ("PASS: k9Xq2Lm\nUSER: svc\n", false),
            ("PASS: k9Xq2Lm\n  FAIL: ld-elf8\n", false),
        ] {
            let at = text.to_ascii_lowercase().find("pass").expect("a name");
            let verdict = Assignment::at(text.as_bytes(), at).map(|found| found.is_verdict(text.as_bytes()));
            assert_eq!(verdict.unwrap_or(false), expected, "{text}");
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
        assert_eq!(values("passphrase corr3ct9z"), ["corr3ct9z"]);
        assert_eq!(values("${API_TOKEN:-${OTHER}}"), ["-${OTHER}}"]);
        for text in [
            "`--smtp-pass` or `sendemail.smtpPass`",
            "the password is wrong",
            "the password reset page",
            "def password(self):",
            "if password:\n",
            "MYENV PASSWORD 'corr3ct'",
            "unsetenv PASSWORD corr3ct",
            "MY_ENV PASSWORD corr3ct",
            "the-ENV PASSWORD corr3ct",
            "it takes a name and a\npassword `corr3ct` in\n",
            "type Login struct {\n\tPassword `corr3ct`\n}",
            "#define PASSWORD `corr3ct`",
            "<password hint=\"a>b\"/>correct</b>",
            "#define PASSWORD corr3ct",
            "password for all. That is 'corr3ct'",
            "the password for login 'admin' was 'corr3ct'",
            "<password reset>correct</password>",
            "<password hint='none'/>correct</b>",
            "log in to the page and your password corr3ct",
            "see the password 'corr3ct'",
            "tokens(PASSWORD, 'corr3ct')",
        ] {
            assert_eq!(values(text), [""; 0], "{text}");
        }
    }
}
