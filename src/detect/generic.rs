//! Judges whether the value of an assignment is a secret of no known provider.
//!
//! Two questions: does the name say secret, and does the value look like one? A name that says password is
//! enough for a short value that is no word; a name that says key or token needs a value that looks random.

use super::assignment::{Assignment, Operator, Quote};
use super::form;
use super::line;
use super::name::{self, Name, name};
use super::notation::{self, is_for_programs, looks_structured};
use super::password::{is_in_name, is_of_two_parts};
use super::place::{self, Kind};
use super::placeholder::{is_placeholder, is_reference};
use super::proof;
use super::public;
use super::scheme::{Scheme, without_scheme};
use super::sequence::is_interleaved_sequence;
use super::shape::{self, Shape};
use crate::finding::Confidence;
use crate::rules::Rule;
use crate::source::Span;

/// What is thought of an assignment whose value is likely a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The secret's bytes: the value without a scheme such as `Bearer`.
    pub value: Span,
    /// How sure it is.
    pub confidence: Confidence,
    /// What was measured.
    pub evidence: Vec<String>,
}

/// Tells whether a provider's rule alone judges what stands under this name.
pub(super) fn is_left_to_others(rule: &Rule, key: &[u8]) -> bool {
    let names = &rule.entry().check.not_named;
    let plain: Vec<u8> = key.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    names.iter().any(|name| name.as_bytes() == plain)
}

/// Judges an assignment; `None` means that its value is likely no secret.
pub fn judge(bytes: &[u8], path: Option<&[u8]>, assignment: &Assignment) -> Option<Judgement> {
    let (value, scheme) = without_scheme(bytes, assignment.value);
    let text = &bytes[value.range()];
    let is_bare = assignment.quote == Quote::None;
    // Most values need no look at their names, which takes longer.
    let has_blank = !form::is_plain(text);
    let is_hopeless =
        if has_blank { !may_have_blank(assignment, text) } else { is_bare && is_expression(bytes, assignment, text) };
    if is_hopeless && !place::has_values_to_the_end(path) {
        return None;
    }
    let mut name = name(&bytes[assignment.key.range()])?;
    let is_doubtful = || is_doubtful(bytes, path, assignment);
    let rest = if has_blank && !is_hopeless {
        (name == Name::Password).then_some(value)
    } else {
        value_of_line(bytes, path, assignment, name)
    };
    if let Some(value) = rest {
        return Some(judged(bytes, value, Confidence::Medium, is_doubtful()));
    }
    if stands_for_nothing(text)
        || assignment.is_verdict(bytes)
        || assignment.operator == Operator::Call && name::is_one(text)
        || place::names_no_secret(bytes, assignment.key)
        || scheme == Some(Scheme::Basic) && !proof::is_basic_auth(text)
    {
        return None;
    }
    if scheme == Some(Scheme::Bearer) && name == Name::Vague {
        name = Name::Token;
    }
    let (shape, kind) = (Shape::of(text), Kind::of(path));
    let is_said = assignment.operator != Operator::Space
        || name == Name::Token && is_long_random(&shape)
        || assignment.is_of_keyword(bytes);
    let is_literal = || {
        !place::is_template_expression(bytes, value.start)
            && bare_value_is_literal(bytes, assignment, text, &shape, kind)
    };
    if is_bare && !is_literal() || !is_said {
        return None;
    }
    let likely = is_likely(name, text, &shape, assignment, kind);
    let doubtful = (likely || name == Name::Password) && is_doubtful();
    let is_simple = || name == Name::Password && !doubtful && is_simple_password(bytes, assignment, text, kind);
    let sure = if likely { sure(name, &shape) } else { is_simple().then_some(Confidence::Low)? };
    let is_in_name = || name == Name::Password && is_in_name(&bytes[assignment.key.range()], text);
    (!is_interleaved_sequence(text) && !is_in_name()).then(|| judged(bytes, value, sure, doubtful))
}

/// Says how sure a likely value is by its name.
fn sure(name: Name, shape: &Shape) -> Confidence {
    match name {
        Name::Vague => Confidence::Low,
        // A few letters are rather a name that is in no dictionary.
        Name::Password if shape.letters() == shape.length && shape.length < 8 => Confidence::Low,
        Name::Password | Name::Token => Confidence::Medium,
    }
}

/// Tells whether a value is likely made up, or the public key of an account, by its place and its name.
fn is_doubtful(bytes: &[u8], path: Option<&[u8]>, assignment: &Assignment) -> bool {
    let is_account = || {
        bytes[assignment.key.range()].eq_ignore_ascii_case(b"token")
            && public::may_be_account(&bytes[assignment.value.range()])
    };
    Kind::of(path) == Kind::Doubtful || place::is_rehearsal(bytes, path, assignment.key.start) || is_account()
}

/// Tells whether a value looks like what its name says.
fn is_likely(name: Name, text: &[u8], shape: &Shape, assignment: &Assignment, kind: Kind) -> bool {
    match name {
        // A translation's words may end with a number.
        Name::Password if kind == Kind::Doubtful && (shape.changes < 3 || shape.digits < 2) => false,
        Name::Password => is_password(text, shape, assignment),
        Name::Token => is_token(text, shape),
        Name::Vague => is_token(text, shape) && shape.length >= 20 && shape.changes >= 5 && !shape.hex,
    }
}

/// Writes down what was found.
fn judged(bytes: &[u8], value: Span, sure: Confidence, doubtful: bool) -> Judgement {
    let confidence = if doubtful { sure.lowered() } else { sure };
    let entropy = shape::entropy(&bytes[value.range()]);
    Judgement { value, confidence, evidence: vec![format!("{entropy:.1} bits of entropy per character")] }
}

/// Returns the rest of an assignment's line if the file has values without quotes and that is what its name says.
fn value_of_line(bytes: &[u8], path: Option<&[u8]>, assignment: &Assignment, name: Name) -> Option<Span> {
    if name == Name::Vague {
        return None;
    }
    let value = place::has_values_to_the_end(path).then(|| line::rest(bytes, assignment))??;
    let text = &bytes[value.range()];
    let holds = line::is_password(text, &Shape::of(text))
        && (name == Name::Password || line::is_token(text))
        && !stands_for_nothing(text)
        && !is_interleaved_sequence(text)
        && !place::is_template_expression(bytes, value.start);
    holds.then_some(value)
}

/// Tells whether a value is a reference, a placeholder, or what is made of a secret.
fn stands_for_nothing(text: &[u8]) -> bool {
    !form::is_plain(text)
        || is_reference(text)
        || is_placeholder(text)
        || form::encodes_words(text)
        || form::is_password_hash(text)
        || form::is_made_up(text)
        || is_for_programs(text)
        || public::is_public(text)
}

/// Tells whether a value may have a blank in it: a password in quotes that is two random words.
fn may_have_blank(assignment: &Assignment, text: &[u8]) -> bool {
    assignment.quote == Quote::Quoted
        && matches!(assignment.operator, Operator::Assign | Operator::Colon)
        && is_of_two_parts(text)
}

/// Tells by its signs whether a value without quotes is an expression of a program.
fn is_expression(bytes: &[u8], assignment: &Assignment, text: &[u8]) -> bool {
    let calls = text.iter().any(|byte| matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'*' | b'|' | b'>'));
    // What has its names begin with `$` has its texts in quotes.
    let is_variable = bytes[assignment.key.start] == b'$' && assignment.operator == Operator::Assign;
    calls || is_variable || notation::is_variable(text)
}

/// Tells whether a value without quotes is a literal here, and not an expression of a program.
fn bare_value_is_literal(bytes: &[u8], assignment: &Assignment, text: &[u8], shape: &Shape, kind: Kind) -> bool {
    if is_expression(bytes, assignment, text) || assignment.is_beside_garbage(bytes) {
        return false;
    }
    let identifier = text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$'));
    let random = shape.digits >= 2 && shape.changes >= 4;
    match kind {
        Kind::Code => {
            let path = identifier && text.contains(&b'.') && !text[0].is_ascii_digit();
            assignment.operator == Operator::Flag || random && shape.length >= 12 && !path
        }
        // A program without a known ending, or a snippet in a document: an identifier with dots is an expression.
        _ => {
            let expression = identifier && text.contains(&b'.') && !random && shape.wordiness() > 0.4;
            !expression
                && assignment.operator != Operator::Compare
                && bytes.get(assignment.value.end) != Some(&b'(')
                && (shape.digits > 0 || !line::goes_on_with_word(bytes, assignment.value.end))
        }
    }
}

/// Tells whether a value is so random that no sentence would have it as a word.
fn is_long_random(shape: &Shape) -> bool {
    shape.length >= 20 && shape.digits >= 3 && shape.symbols == 0 && shape.changes >= 5 && shape.entropy >= 3.2
}

/// Tells whether a value looks like something that a person chose as a password.
fn is_password(text: &[u8], shape: &Shape, assignment: &Assignment) -> bool {
    if shape.length < 5 || shape.length > 128 || looks_structured(text) {
        return false;
    }
    if assignment.operator == Operator::Compare && shape.length < 6 {
        return false;
    }
    if shape.digits == 0 && shape.symbols == 0 {
        // Letters alone: a word of any language is more likely a name or a label.
        let names_itself = || {
            let text = text.to_ascii_lowercase();
            memchr::memmem::find(&text, b"passw").is_some() || text.ends_with(b"pw")
        };
        return shape.pairs > 2 && shape.surprise >= 3.9 && !names_itself();
    }
    if shape.letters() == 0 {
        return shape.digits >= 6 && shape.symbols > 0 && shape.length < 24;
    }
    let wordy = shape.wordiness();
    if wordy > 0.65 {
        return false;
    }
    shape.kinds() >= 3
        || (shape.digits >= 2 && wordy < 0.6)
        || shape.surprise >= 3.9
        || shape.changes >= 3 && wordy < 0.5
}

/// Tells whether a word is likely a password all the same: a variable is set to it or compared with it, and it is no
/// name for something.
fn is_simple_password(bytes: &[u8], assignment: &Assignment, text: &[u8], kind: Kind) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
    let letters = text.iter().filter(|byte| byte.is_ascii_lowercase()).count();
    let constant = !bytes[assignment.key.range()].iter().any(u8::is_ascii_lowercase);
    let set = match assignment.operator {
        Operator::Assign if assignment.quote == Quote::None => constant && kind == Kind::Configuration,
        Operator::Assign | Operator::Compare | Operator::Is => assignment.quote == Quote::Quoted,
        _ => false,
    };
    let names_something = [&b"pass"[..], b"pw", b"secret", b"token", b"key", b"user", b"auth", b"login"]
        .iter()
        .any(|name| memchr::memmem::find(text, name).is_some());
    set && (6..=20).contains(&text.len()) && letters >= 4 && text.iter().all(is_part) && !names_something
}

/// Returns what follows a short prefix such as `glpat-` or `ucat_`.
fn without_prefix(text: &[u8]) -> &[u8] {
    match text.iter().position(|byte| !byte.is_ascii_lowercase()) {
        Some(at @ 2..=6) if matches!(text[at], b'_' | b'-') => &text[at + 1..],
        _ => text,
    }
}

/// Tells whether a value looks made by a machine to be guessed by nobody.
fn is_token(text: &[u8], shape: &Shape) -> bool {
    if shape.length < 8 || looks_structured(text) || without_prefix(text).len() < 8 {
        return false;
    }
    if shape.hex {
        return shape.length >= 16 && shape.digits > 0 && shape.letters() > 0 && shape.entropy >= 2.8;
    }
    let least_entropy = if shape.length >= 20 { 3.3 } else { 2.6 };
    if shape.entropy < least_entropy || shape.wordiness() > 0.45 {
        return false;
    }
    if shape.digits == 0 {
        return shape.length >= 12 && shape.surprise >= 4.2;
    }
    shape.changes >= 3 && (shape.surprise >= 3.4 || shape.pairs < 4 || shape.changes * 3 >= shape.length)
        || shape.surprise >= 4.2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn confidence(path: &str, text: &str) -> Option<Confidence> {
        let key = text.find(|c: char| c.is_ascii_alphabetic()).expect("a name");
        let assignment = Assignment::at(text.as_bytes(), key)?;
        judge(text.as_bytes(), Some(path.as_bytes()), &assignment).map(|judgement| judgement.confidence)
    }

    #[test]
    fn the_place_of_a_value_lowers_confidence() {
        let line = format!("api_key = \"{}\"", "Zk4tq9Lw2Xv7Rb1Nc8Hd");
        let comment = format!("// {line}");
        for (path, text, expected) in [
            ("src/client.py", &line, Some(Confidence::Medium)),
            ("config.toml", &line, Some(Confidence::Medium)),
            ("tests/client.py", &line, Some(Confidence::Low)),
            ("docs/setup.md", &line, Some(Confidence::Low)),
            ("src/client.js", &comment, Some(Confidence::Low)),
        ] {
            assert_eq!(confidence(path, text), expected, "{path}");
        }
    }

    #[test]
    fn a_token_in_quotes_may_stand_behind_its_name_alone() {
        // Where the name is not all that stands in front, the text is no statement of a program.
        let text = format!("1. access_token \"{}\"", "Zk4tq9Lw2Xv7Rb1Nc8Hd");
        assert_eq!(Assignment::at(text.as_bytes(), 3).map(|found| found.operator), Some(Operator::Space));
        assert_eq!(confidence("a.txt", &text), Some(Confidence::Medium));
        for text in ["access_token \"is not there\"", "access_token \"q7#Vx2!mZ9\"", "key \"Zk4tq9Lw2Xv7\""] {
            assert_eq!(confidence("a.txt", &format!("1. {text}")), None, "{text}");
        }
        let password = format!("password \"{}\"", "q7#Vx2!mZ9");
        assert_eq!(confidence("a.txt", &format!("1. {password}")), None);
        assert_eq!(confidence("a.txt", &password), Some(Confidence::Medium));
        assert_eq!(confidence("a.clj", &format!("{{:user \"me\" :{password}}}")), None, "the first name");
        assert_eq!(confidence("a.clj", &format!("{{:{password}}}")), Some(Confidence::Medium));
    }

    #[test]
    fn a_password_without_quotes_may_have_any_sign() {
        let password = format!("x)K!2<.vQ#{}", "7m");
        for (path, expected) in [
            (".env", Some(Confidence::Medium)),
            ("tests/a.properties", Some(Confidence::Low)),
            ("a.js", None),
            ("a", None),
        ] {
            let text = format!("DB_PASSWORD={password}\n");
            assert_eq!(confidence(path, &text), expected, "{path}");
        }
        for text in ["password=decrypt(a1B2c3)", "password: [a1, b2]", "password={{ Zk4tq9 }}", "PASSWORD=${A}x)K!2"] {
            assert_eq!(confidence("a.yml", text), None, "{text}");
        }
    }

    #[test]
    fn a_simple_password_is_a_hint() {
        for (path, text, expected) in [
            ("index.php", "$password = \"@\";", Some(Confidence::Low)),
            ("a.go", "password == \"@10\"", Some(Confidence::Low)),
            ("a.env", "APP_PASSWORD=@", Some(Confidence::Low)),
            ("notes.txt", "password is '@'", Some(Confidence::Low)),
            ("a.py", "PASSWORD=@", None),
            ("tests/a.php", "$password = \"@\";", None),
            ("a.js", "password = \"change-password\"", None),
            ("a.yml", "password: @", None),
            ("notes.txt", "password is 'incorrect'", None),
            ("a.ps1", "$password = Get-AcmeParam -name x", None),
            ("a.ts", "key: Acme18nKey.TIPS$VS_CODE", None),
            ("a.py", "password='~')", Some(Confidence::Low)),
            ("b.py", "password='~uw')", Some(Confidence::Medium)),
            ("i18n/mi.json", "\"password\": \"~uw\"", None),
        ] {
            let text = text.replace("@", "whiteduke").replace("~", "Kvxqzm");
            assert_eq!(confidence(path, &text), expected, "{path} {text}");
        }
    }

    #[test]
    fn values_that_are_no_secrets_are_passed_over() {
        for text in [
            "filter = \"overlay=eof_action=pass:repeatlast=0:w4x7\"",
            "\"acme/password-hasher\": \"^7.4|^8.0\"",
            "in 'ActiveModel::SecurePassword::InstanceMethodsOnActivation4x7.authenticate'",
            "password: \"$2a$10$Irg8k8HWkDlvL0YDBKLCYee6j6zzIFTplJcvZYKA.B8/clHPZn2Ey\"",
            "password: \"$argon2id$v=19$m=65536,t=3,p=2$BpLnfgDsc2WD8F2q$o/vzA4myCqZZ36bUGsDY\"",
            "password: \"NEW_PASSWORD\"",
            "password: \"my-smtp-password\"",
            "password: \"sha256_password\"",
            "password: youvncpassword",
            "NEO4J_PASSWORD=neo4j",
            "SSL_KEY_PASSWORD = \"sslkey\"",
            "TOKEN = \"([a-zA-Z0-9-!#$%&'*+.^_`{|}~]+)\"",
            "G7 PASS: SM121 hardware capability confirmed",
            "$password = ConvertTo-SecureString $(\"a1\"",
            "SYS_PASSWORD=###ORACLE_PWD###",
            "db.password\", \"acme_auth_backend_ldap.dn_lookup_bind\"",
            "password===\"x-oauth-basic\"",
            "injectPassword\",\"injectNpm2FaToken\"",
            "password: \"'password'==a.type\"",
            "Password : System.Security.SecureString",
            "token.encode(\"UTF-16-LE\")",
            "(?i)password: \"MySekretPa$$word\"",
            "typeof setPassword === 'function'",
            "empty .Values.db.password) }},db.password={{ .Values.db.password }}",
            &format!("checksum/secret: {}", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
            &format!("VAULT_TOKEN=hvs.{}", "CAESIB8KI2QJk0ePUYdOQXaxl0"),
            &format!("bearerToken: {}", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXV"),
            "token: \"ucat_01DQE3\"",
            "token here",
            "secret: \"99ae8af...snip...ec0f262ac\"",
            "Authorization: \"Basic dXNlcjpwYXNzd29yZA==\"",
            "password: {{ .Values.db.password1 | quote }}",
            "password: \"required|string|min:16|confirmed\"",
            "password: \"required_with:user,auth\"",
            "newSecretKey(\"PBKDF2WithHmacSHA1\", x)",
            "clusterToken: \"etcd-cluster-k8s\"",
            "secret: ZXhhbXBsZS1hcHAtc2VjcmV0",
            &format!("access_token: gho_{}", "16C7e42F292c6912E7710c838347Ae178B4a"),
            &format!("npmToken: npm_{}", "16C7e42F292c6912E7710c838347Ae178B4a"),
        ] {
            assert_eq!(confidence("a.yml", text), None, "{text}");
        }
    }
}
