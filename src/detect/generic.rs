//! Judges whether the value of an assignment is a secret of no known provider.
//!
//! Two questions: does the name say secret, and does the value look like one? A name that says password is
//! enough for a short value that is no word; a name that says key or token needs a value that looks random.

use super::assignment::{Assignment, Operator, Quote};
use super::placeholder::{is_interleaved_sequence, is_placeholder, is_reference};
use super::shape::Shape;
use crate::finding::Confidence;
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

/// What a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    /// A password: chosen by a person, may be short.
    Password,
    /// A secret, token or API key: made by a machine.
    Token,
    /// A key or an authentication of some kind: only a very random value counts.
    Vague,
}

/// Judges an assignment; `None` means that its value is likely no secret.
pub fn judge(bytes: &[u8], path: Option<&[u8]>, assignment: &Assignment) -> Option<Judgement> {
    let name = name(&bytes[assignment.key.range()])?;
    let value = without_scheme(bytes, assignment.value);
    let text = &bytes[value.range()];
    if is_reference(text) || is_placeholder(text) || is_interleaved_sequence(text) || !is_plain(text) {
        return None;
    }
    let shape = Shape::of(text);
    let place = Place::of(path);
    if assignment.quote == Quote::None && !bare_value_is_literal(bytes, assignment, text, &shape, place) {
        return None;
    }
    if assignment.operator == Operator::Space && !(name == Name::Token && is_long_random(&shape)) {
        return None;
    }
    let likely = match name {
        Name::Password => is_password(text, &shape, assignment),
        Name::Token => is_token(text, &shape),
        Name::Vague => is_token(text, &shape) && shape.length >= 20 && shape.changes >= 5 && !shape.hex,
    };
    if !likely {
        return None;
    }
    let sure = match name {
        Name::Vague => Confidence::Low,
        Name::Password | Name::Token => Confidence::Medium,
    };
    let confidence = if place == Place::Doubtful { sure.lowered() } else { sure };
    let evidence = vec![format!("{:.1} bits of entropy per character", shape.entropy)];
    Some(Judgement { value, confidence, evidence })
}

/// What kind of file a value stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A program: a bare word is a variable.
    Code,
    /// A configuration: a bare word is a value.
    Configuration,
    /// A lock file, checksums, a translation: full of values that look random or names that say password.
    Doubtful,
}

impl Place {
    fn of(path: Option<&[u8]>) -> Self {
        let Some(path) = path else { return Self::Configuration };
        let lower = path.to_ascii_lowercase();
        let file = lower.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        let extension = file.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
        let doubtful: [&[u8]; 12] = [
            b"package-lock.json",
            b"yarn.lock",
            b"pnpm-lock.yaml",
            b"cargo.lock",
            b"poetry.lock",
            b"composer.lock",
            b"gemfile.lock",
            b"go.sum",
            b"uv.lock",
            b"deno.lock",
            b"bun.lock",
            b"checksums.txt",
        ];
        let contains = |part: &[u8]| memchr::memmem::find(&lower, part).is_some();
        if doubtful.contains(&file)
            || extension == b"po"
            || extension == b"pot"
            || contains(b"locale")
            || contains(b"i18n/")
            || contains(b"translations/")
            || contains(b".min.")
        {
            return Self::Doubtful;
        }
        match extension {
            b"rs" | b"go" | b"py" | b"js" | b"jsx" | b"ts" | b"tsx" | b"mjs" | b"cjs" | b"java" | b"kt" | b"kts"
            | b"scala" | b"c" | b"cc" | b"cpp" | b"h" | b"hpp" | b"cs" | b"rb" | b"php" | b"swift" | b"m" | b"mm"
            | b"dart" | b"lua" | b"pl" | b"pm" | b"r" | b"ex" | b"exs" | b"erl" | b"hs" | b"clj" | b"vue"
            | b"svelte" | b"groovy" | b"gradle" | b"vb" | b"fs" | b"zig" | b"nim" | b"jl" | b"ipynb" | b"html"
            | b"css" | b"sql" | b"erb" | b"d" | b"v" => Self::Code,
            _ => Self::Configuration,
        }
    }
}

/// Returns the value without `Bearer `, `Basic `, `Token ` in front.
fn without_scheme(bytes: &[u8], value: Span) -> Span {
    let text = &bytes[value.range()];
    for scheme in [&b"bearer "[..], b"basic ", b"token ", b"apikey "] {
        if text.len() > scheme.len() && text[..scheme.len()].eq_ignore_ascii_case(scheme) {
            return Span::new(value.start + scheme.len(), value.end);
        }
    }
    value
}

/// Tells whether the bytes could be a secret at all: printable ASCII without white space.
fn is_plain(text: &[u8]) -> bool {
    text.len() >= 4 && text.iter().all(u8::is_ascii_graphic)
}

/// Sorts a name into what it says, or `None` if it says that its value is no secret.
fn name(key: &[u8]) -> Option<Name> {
    let words = words(key);
    let last = words.last()?.as_str();
    let has = |word: &str| words.iter().any(|other| other == word);
    const NOT_SECRET: &[&str] = &[
        "id",
        "ids",
        "name",
        "names",
        "type",
        "types",
        "url",
        "uri",
        "urls",
        "path",
        "file",
        "files",
        "dir",
        "field",
        "fields",
        "column",
        "label",
        "title",
        "hint",
        "text",
        "message",
        "msg",
        "error",
        "length",
        "len",
        "size",
        "count",
        "limit",
        "max",
        "min",
        "policy",
        "expiry",
        "expires",
        "expiration",
        "timeout",
        "ttl",
        "age",
        "prefix",
        "suffix",
        "format",
        "regex",
        "pattern",
        "header",
        "param",
        "parameter",
        "params",
        "endpoint",
        "host",
        "port",
        "method",
        "mode",
        "enabled",
        "required",
        "version",
        "algorithm",
        "alg",
        "provider",
        "class",
        "scope",
        "scopes",
        "issuer",
        "env",
        "var",
        "ref",
        "arn",
        "store",
        "manager",
        "placeholder",
        "description",
        "reset",
        "confirmation",
        "input",
        "form",
        "page",
        "template",
        "hash",
        "digest",
        "sha",
        "sha256",
        "checksum",
        "fingerprint",
        "public",
        "index",
        "idx",
        "count",
        "usage",
        "used",
        "status",
        "state",
        "level",
        "role",
        "user",
        "username",
        "email",
        "model",
        "region",
        "domain",
        "server",
        "service",
        "link",
        "button",
        "tooltip",
        "value_from",
        "valuefrom",
    ];
    if NOT_SECRET.contains(&last)
        || has("public")
        || has("keyboard")
        || has("keyword")
        || has("foreign")
        || has("primary") && last == "key" && words.len() == 2
    {
        return None;
    }
    let ends_with = |endings: &[&str]| endings.iter().any(|ending| last.ends_with(ending));
    if ["password", "passwd", "passphrase", "pwd", "pass", "passwort", "psw"].contains(&last)
        || ends_with(&["password", "passwd", "passwd", "pwd"])
    {
        return Some(Name::Password);
    }
    if ends_with(&[
        "secret",
        "token",
        "apikey",
        "secretkey",
        "accesskey",
        "privatekey",
        "authkey",
        "accesstoken",
        "authtoken",
        "credential",
        "credentials",
        "salt",
    ]) {
        return Some(Name::Token);
    }
    let before = words.len().checked_sub(2).map_or("", |at| words[at].as_str());
    if last == "key"
        && [
            "api",
            "secret",
            "access",
            "private",
            "auth",
            "encryption",
            "signing",
            "master",
            "app",
            "service",
            "admin",
            "client",
            "account",
            "storage",
            "shared",
            "license",
            "webhook",
            "session",
            "jwt",
            "crypt",
            "hmac",
            "subscription",
            "consumer",
            "dev",
            "server",
            "rest",
            "deploy",
            "project",
        ]
        .contains(&before)
    {
        return Some(Name::Token);
    }
    if has("secret") || has("token") || has("password") && !has("reset") || has("apikey") {
        return Some(if words.len() <= 4 { Name::Token } else { Name::Vague });
    }
    if ["key", "auth", "authorization", "cred", "creds", "keys", "oauth", "nkey"].contains(&last) {
        return Some(Name::Vague);
    }
    None
}

/// Splits a name into lower-case words at punctuation and at capitals.
fn words(key: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = b'_';
    for (at, &byte) in key.iter().enumerate() {
        let next_is_lower = key.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let starts = byte.is_ascii_uppercase()
            && (last.is_ascii_lowercase() || last.is_ascii_digit() || (last.is_ascii_uppercase() && next_is_lower));
        if byte.is_ascii_alphanumeric() {
            if starts || !last.is_ascii_alphanumeric() || words.is_empty() {
                words.push(String::new());
            }
            words.last_mut().expect("pushed above").push(char::from(byte.to_ascii_lowercase()));
        }
        last = byte;
    }
    while words.len() > 1 && words.last().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
        words.pop();
    }
    words
}

/// Tells whether a value without quotes is a literal here, and not an expression of a program.
fn bare_value_is_literal(bytes: &[u8], assignment: &Assignment, text: &[u8], shape: &Shape, place: Place) -> bool {
    let calls = text.iter().any(|byte| matches!(byte, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'*' | b'|' | b'>'));
    if calls || text.ends_with(b":") || text.windows(2).any(|pair| pair == b"::" || pair == b"->") {
        return false;
    }
    let identifier = text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$'));
    let random = shape.digits >= 2 && shape.changes >= 4;
    match place {
        Place::Code => {
            assignment.operator == Operator::Flag
                || (!identifier || random) && shape.length >= 12 && shape.digits > 0 && random
        }
        // A program without a known ending, or a snippet in a document: an identifier with dots is an expression.
        _ => {
            !(identifier
                && text.contains(&b'.')
                && !random
                && text.iter().filter(|&&byte| byte == b'.').count() > 0
                && shape.wordiness() > 0.4)
                && !(assignment.operator == Operator::Compare)
                && !next_is_call(bytes, assignment.value.end)
        }
    }
}

fn next_is_call(bytes: &[u8], at: usize) -> bool {
    bytes.get(at) == Some(&b'(')
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
    let kinds = [shape.digits, shape.lower, shape.upper, shape.symbols].iter().filter(|&&count| count > 0).count();
    if shape.digits == 0 && shape.symbols == 0 {
        // Letters alone: a word of any language is more likely a name or a label.
        return shape.pairs > 2 && shape.surprise >= 3.9;
    }
    if shape.letters() == 0 {
        return shape.digits >= 6 && shape.symbols > 0 && shape.length < 24;
    }
    let wordy = shape.wordiness();
    if wordy > 0.65 {
        return false;
    }
    kinds >= 3 || (shape.digits >= 2 && wordy < 0.6) || shape.surprise >= 3.9 || shape.changes >= 3 && wordy < 0.5
}

/// Tells whether a value looks made by a machine to be guessed by nobody.
fn is_token(text: &[u8], shape: &Shape) -> bool {
    if shape.length < 8 || looks_structured(text) {
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

/// Tells whether a value has the structure of something else: a path, an address, a name with dots, a date,
/// a version, an expression.
fn looks_structured(text: &[u8]) -> bool {
    let count = |wanted: u8| text.iter().filter(|&&byte| byte == wanted).count();
    let contains = |needle: &[u8]| memchr::memmem::find(text, needle).is_some();
    let dotted = count(b'.') > 0
        && text.split(|&byte| byte == b'.').all(|part| {
            let shape = Shape::of(part);
            part.is_empty()
                || part.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
                    && (shape.wordiness() > 0.5 || shape.length < 4 || shape.letters() == 0)
        });
    contains(b"://")
        || text.starts_with(b"eyJ") && contains(b".eyJ")
        || text.contains(&b'-') && text.iter().all(|&byte| byte.is_ascii_uppercase() || byte == b'-')
        || text.first() == Some(&b'/') && count(b'/') > 1
        || text.starts_with(b"./")
        || text.starts_with(b"../")
        || text.starts_with(b"~/")
        || text.starts_with(b"--")
        || dotted
        || count(b'/') >= 2 && Shape::of(text).wordiness() > 0.25
        || contains(b"@") && contains(b".") && count(b'@') == 1 && Shape::of(text).wordiness() > 0.3
        || contains(b"%s")
        || contains(b"%d")
        || contains(b"\\u")
        || contains(b"&&")
        || contains(b"()")
        || kebab_words(text)
}

/// Tells whether a value is a few plain words joined by `-` or `_`.
fn kebab_words(text: &[u8]) -> bool {
    let parts: Vec<&[u8]> =
        text.split(|byte| matches!(byte, b'-' | b'_' | b'.' | b':')).filter(|part| !part.is_empty()).collect();
    let wordy = |part: &&&[u8]| {
        let shape = Shape::of(part);
        shape.length <= 3 && shape.digits == 0
            || shape.digits == shape.length && shape.length <= 4
            || shape.wordiness() > 0.7
    };
    parts.len() >= 2
        && parts.iter().filter(wordy).count() * 4 >= parts.len() * 3
        && parts.iter().any(|part| Shape::of(part).word >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(words(b"DB_PASSWORD"), ["db", "password"]);
        assert_eq!(words(b"clientSecretKey2"), ["client", "secret", "key2"]);
        assert_eq!(words(b"AWSSecretKey"), ["aws", "secret", "key"]);
        assert_eq!(words(b"api-key_1"), ["api", "key"]);
    }

    #[test]
    fn a_name_tells_what_its_value_is() {
        for (key, expected) in [
            ("DB_PASSWORD", Some(Name::Password)),
            ("apiKey", Some(Name::Token)),
            ("client_secret", Some(Name::Token)),
            ("key", Some(Name::Vague)),
            ("password_field", None),
            ("token_type", None),
            ("publicKey", None),
            ("keyboard", None),
        ] {
            assert_eq!(name(key.as_bytes()), expected, "{key}");
        }
    }
}
