//! Tells values that stand for a secret from secrets: references, templates and placeholders.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::sequence::longest_sequence;
use super::shape::Shape;
use crate::wording::{PLACEHOLDERS, VAULTS};

/// Words that stand somewhere in a reference; each has `env` or `meta` in it.
const REFERENCES_WITHIN: &[&[u8]] =
    &[b"process.env", b"os.environ", b"getenv", b"import.meta", b"$env:", b"$Env:", b"$ENV:"];

/// What a reference begins with, unless it leads to a vault.
const REFERENCES_BEGIN: &[&[u8]] = &[b"arn:aws:", b"alias/", b"ENC[", b"ENC(", b"{env:", b"{file:", b"ENV["];

/// Tags of YAML that stand for a reference, alone or before a name.
const TAGS: &[&[u8]] = &[b"!vault", b"!env", b"!secret", b"!Ref", b"!Sub", b"!GetAtt"];

/// Tells whether `value` is, or contains, a reference that some program replaces: `${NAME}`, `$(cmd)`,
/// `{{ name }}`, `%NAME%`, `<name>`, `op://vault/item`, `process.env.NAME` and the like.
pub fn is_reference(value: &[u8]) -> bool {
    let starts = |prefixes: &[&[u8]]| prefixes.iter().any(|prefix| value.starts_with(prefix));
    holds_reference(value)
        || starts(REFERENCES_BEGIN)
        || VAULTS.iter().any(|vault| value.starts_with(vault.as_bytes()))
        || (value.len() > 2 && value[0] == b'$' && is_name(&value[1..]))
        || (value.len() > 2 && value.starts_with(b"%") && value.ends_with(b"%"))
        || (value.starts_with(b"%(") && value.ends_with(b")s"))
        || is_at_name(value)
        || TAGS
            .iter()
            .any(|tag| value.strip_prefix(*tag).is_some_and(|rest| matches!(rest.first(), None | Some(b' ' | b'.'))))
        || (value.first() == Some(&b'<') && value.last() == Some(&b'>'))
        || (value.first() == Some(&b'{') && value.last() == Some(&b'}'))
        || (value.first() == Some(&b'[') && value.last() == Some(&b']'))
        || (value.starts_with(b"__") && value.ends_with(b"__"))
        || has_field(value)
}

/// Tells whether a reference stands somewhere in a value.
fn holds_reference(value: &[u8]) -> bool {
    let is_sign =
        |pair: &[u8]| matches!(pair, b"${" | b"$(" | b"{{" | b"#{" | b"<%" | b"%>" | b"$[" | b"@{" | b"%{" | b"[[");
    let holds = |needle: &[u8]| memchr::memmem::find(value, needle).is_some();
    let may_have_word = value.windows(3).any(|three| matches!(three, b"env" | b"Env" | b"ENV" | b"met"));
    value.windows(2).any(is_sign) || may_have_word && REFERENCES_WITHIN.iter().any(|word| holds(word))
}

/// Tells whether a value is a name that a build replaces, as in `@DB_PASSWORD@`.
fn is_at_name(value: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    let Some(name) = value.strip_prefix(b"@").and_then(|rest| rest.strip_suffix(b"@")) else { return false };
    let doubled = matches!(name, [b'@', _, .., b'@']);
    let name = if doubled { &name[1..name.len() - 1] } else { name };
    !name.is_empty() && name.iter().all(|byte| is_part(byte) || doubled && byte.is_ascii_digit())
}

/// Tells whether a value has a field for a formatter, as in `key-{name}` or `{hex:32}`.
fn has_field(value: &[u8]) -> bool {
    let Some(open) = memchr::memchr(b'{', value) else { return false };
    let Some(close) = memchr::memchr(b'}', &value[open..]) else { return false };
    value[open + 1..open + close].iter().all(|&byte| byte.is_ascii_alphanumeric() || b"_.:-!$ ".contains(&byte))
}

/// Tells whether `text` is a name as shells and languages have them.
fn is_name(text: &[u8]) -> bool {
    !text[0].is_ascii_digit() && text.iter().all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Further parts of values that people write where a secret belongs.
pub(super) const TELLING: &[&str] = &[
    "sample",
    "change_this",
    "changethis",
    "replace_me",
    "replace-me",
    "replace_with",
    "replace-with",
    "yourkey",
    "yoursecret",
    "yourpassword",
    "my_api",
    "my-api",
    "enter_",
    "enter-your",
    "fixme",
    "not-real",
    "fake",
    "••••",
    "goes_here",
    "deadbeef",
    "foobar",
    "lorem",
    "hunter2",
    "mysecret",
    "mysekret",
    "my_secret",
    "my-secret",
    "mypassword",
    "my_password",
    "my-password",
    "mytoken",
    "my_token",
    "my-token",
    "someapikey",
    "some_",
    "some-",
    "seu_token",
    "tu_token",
    "abcdef123",
    "123456789",
    "987654321",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "00000000",
    "11111111",
    "undefined",
    "dont_commit",
    "not_a_",
    "not-a-",
    "notasecret",
    "invalid",
    "test_key",
    "testkey",
    "test-key",
    "test_token",
    "testtoken",
    "test-token",
    "test_secret",
    "testsecret",
    "test-secret",
    "test-api",
    "test_api",
    "abcdefg",
    "asdfqwer",
    "qwerasdf",
    "...",
];

/// Finds either kind of parts in lower-case text, all at once: every assignment's value is looked through.
pub(super) static PARTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    // A hook judges a few values: another kind is made more slowly than it finds.
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    let parts = PLACEHOLDERS.iter().chain(TELLING);
    AhoCorasick::builder().kind(kind).build(parts).expect("they are few and short")
});

/// Whole values that are words, not secrets.
const WORDS: &[&str] = &[
    "none",
    "null",
    "nil",
    "true",
    "false",
    "yes",
    "empty",
    "unset",
    "default",
    "value",
    "string",
    "function",
    "object",
    "undefined",
    "text",
    "secret",
    "token",
    "password",
    "passwd",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "pa55w0rd",
    "pa55word",
    "pass",
    "pwd",
    "key",
    "apikey",
    "api_key",
    "api-key",
    "test",
    "testing",
    "dummy",
    "foo",
    "bar",
    "baz",
    "admin",
    "root",
    "user",
    "guest",
    "abc",
    "abc123",
    "letmein",
    "required",
    "optional",
    "missing",
    "somerandom",
    "correct",
    "incorrect",
    "wrong",
    "expired",
    "mandatory",
    "changed",
    "disabled",
    "enabled",
    "unknown",
    "plain",
    "plaintext",
    "generated",
    "encrypted",
    "hidden",
    "private",
    "public",
    "bearer",
    "basic",
    "username",
    "hostname",
    "localhost",
    "production",
    "development",
    "staging",
];

/// Tells whether `value` is written in place of a secret: a telling word, one character over and over, a
/// keyboard run, an ellipsis.
pub fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let Ok(text) = std::str::from_utf8(&lower) else { return false };
    let trimmed = text.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '*');
    WORDS.contains(&trimmed)
        || is_trial(trimmed)
        || PARTS.is_match(&lower)
        || trimmed.starts_with("your")
        || text.contains('…')
        || text.ends_with("..")
        || is_monotonous(&lower)
        || (4..lower.len()).contains(&trimmed.len()) && is_monotonous(trimmed.as_bytes())
        || names_itself(&lower)
}

/// Tells whether a value is a word for trying something out with a short number behind it: `test1234`.
fn is_trial(text: &str) -> bool {
    let word = text.trim_end_matches(|c: char| c.is_ascii_digit());
    text.len() - word.len() <= 4 && matches!(word, "test" | "testing" | "demo" | "dummy" | "sample" | "foo" | "bar")
}

/// What people call a secret.
const CALLED: &[&[u8]] =
    &[b"password", b"passwd", b"pass", b"pwd", b"secret", b"token", b"key", b"apikey", b"credential", b"credentials"];

/// Tells whether a value is a name for a secret rather than one: short words, one of which says so, as in
/// `NEW_PASSWORD` or `my-smtp-password`.
fn names_itself(lower: &[u8]) -> bool {
    let parts = || lower.split(|byte| matches!(byte, b'-' | b'_' | b'.' | b' '));
    let is_word = |part: &[u8]| {
        let letters = part.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
        (1..=14).contains(&letters)
            && part.len() - letters <= 3
            && part[letters..].iter().all(u8::is_ascii_digit)
            && (letters <= 5 || Shape::of(&part[..letters]).surprise < 4.2)
    };
    parts().count() >= 2 && parts().any(|part| CALLED.contains(&part)) && parts().all(is_word)
}

/// Tells whether a few characters make up all of a longer value, or one short piece is repeated.
pub fn is_monotonous(value: &[u8]) -> bool {
    if value.len() < 8 {
        return value.windows(2).all(|pair| pair[0] == pair[1]);
    }
    if has_filler(value) {
        return true;
    }
    let mut seen = [false; 256];
    value.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    let distinct = seen.iter().filter(|&&seen| seen).count();
    let repeats =
        |period: usize| value.len() >= period * 3 && value.iter().skip(period).zip(value).all(|(a, b)| a == b);
    distinct <= 3 || (1..=6).any(repeats) || longest_sequence(value) * 2 > value.len().max(12)
}

/// Tells whether a value has a stretch of six characters that people fill blanks with.
fn has_filler(value: &[u8]) -> bool {
    value.chunk_by(|a, b| a == b).any(|run| run.len() >= 6 && matches!(run[0], b'x' | b'X' | b'*' | b'#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_every_client_are_references() {
        for text in [
            "${TOKEN}",
            "$TOKEN",
            "${env:TOKEN}",
            "${input:token}",
            "{env:TOKEN}",
            "{{token}}",
            "%TOKEN%",
            "$(pass show x)",
            "op://vault/item/field",
            "<token>",
            "process.env.TOKEN",
            "${{ secrets.X }}",
            "$env:TOKEN",
            "%(token)s",
            "@DB_TOKEN@",
            "@@DB_TOKEN2@@",
            "!Ref",
            "!GetAtt db.Password",
            "$ENV:TOKEN",
            "ENC(4Tq9Lw2Xv7Rb1Nc8)",
        ] {
            assert!(is_reference(text.as_bytes()), "{text}");
        }
        for text in
            ["pa$$word", "a$b", "s3cr3t", "100%", "@k9Xq2@", "@@", "%(k9Xq2", "k9$envX", "!Submarine-9", "!Reflex7"]
        {
            assert!(!is_reference(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn placeholders_are_told_from_secrets() {
        for text in [
            "YOUR_API_KEY",
            "xxxxxxxxxxxx",
            "sk-...",
            "changeme",
            "abcdefghijklmnop",
            "1234567890abcdef",
            "token",
            "aaaaaaaa",
            "abcabcabcabc",
            "<your token>",
            "pat.q8xxxxxxxxZk",
            "NEW_PASSWORD",
            "passwd-on-proxy",
            "storage.mysql.password",
            "test1234",
            "111111@",
        ] {
            assert!(is_placeholder(text.as_bytes()), "{text}");
        }
        for text in ["k9fXq2LmZ0aB", "Tr0ub4dor&3", "9f86d081884c7d65", "prod-key-4f9aXq81", "AAAAAAAAB3Nz9fK2"] {
            assert!(!is_placeholder(text.as_bytes()), "{text}");
        }
    }
}
