//! Judges a password that a person chose: in a URL, on a command line, in `.netrc`.

use super::place;
use super::placeholder::is_placeholder;
use super::proof::Proven;
use super::sequence::is_interleaved_sequence;
use super::shape::Shape;
use crate::finding::Confidence;

/// How far behind a password the name of its host is read; must stay within [`super::INFLUENCE`].
const HOST: usize = 100;

/// Lowers the confidence of a password that protects little: one that is a word, for a host that nobody reaches,
/// or in a test or an example. One that says no more than the user's name is none.
///
/// `start` is where the match begins; between it and the password stand the scheme and the user's name.
pub(super) fn prove(bytes: &[u8], path: Option<&[u8]>, start: usize, proven: &mut Proven) -> bool {
    let text = &bytes[proven.secret.range()];
    let before = bytes[start.min(proven.secret.start)..proven.secret.start].to_ascii_lowercase();
    let is_address = user(&before) == b"mailto";
    let is_in_url = bytes.get(proven.secret.end) == Some(&b'@');
    if text.starts_with(b"%") && is_placeholder(&text[1..])
        || repeats_user(&before, text)
        || before.ends_with(b"=") && is_in_name(user(&before), text)
        || is_path(text)
        || is_address
        || is_port(text)
        || is_in_url && has_variable(text)
    {
        return false;
    }
    if is_word(text) || names_user(&before, text) || is_unreachable(&bytes[proven.secret.end..]) {
        proven.confidence = Confidence::Low;
    } else if place::is_rehearsal(bytes, path, start) {
        proven.confidence = if is_generated(text) { proven.confidence.lowered() } else { Confidence::Low };
    }
    true
}

/// Tells whether a pair of user and password protects little: the password is a word, or was likely made up for a
/// test or an example.
pub(super) fn is_doubtful_pair(pair: &[u8], bytes: &[u8], path: Option<&[u8]>, start: usize) -> bool {
    let password = pair.splitn(2, |&byte| byte == b':').nth(1).unwrap_or_default();
    is_word(password) || place::is_rehearsal(bytes, path, start) && !is_generated(password)
}

/// Tells whether a password is the path of a file that may hold one.
fn is_path(text: &[u8]) -> bool {
    let parts = text.split(|&byte| byte == b'/').skip(1);
    text.starts_with(b"/")
        && parts.clone().count() >= 2
        && parts.clone().all(|part| part.iter().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b)))
}

/// Tells whether a host's port and a path stand in a password's place, as in `redis://cache:6379/0?by=a@b`.
fn is_port(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (2..=5).contains(&digits) && text.get(digits) == Some(&b'/')
}

/// Tells whether a name stands behind a `$` somewhere in the password of a URL, as a shell's variables have them: chance makes one of
/// both cases with digits among its letters.
fn has_variable(text: &[u8]) -> bool {
    memchr::memchr_iter(b'$', text).any(|at| {
        let name = &text[at + 1..];
        let name = &name[..name.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count()];
        let is_chance = name.iter().any(u8::is_ascii_lowercase)
            && name.iter().any(u8::is_ascii_uppercase)
            && name.windows(2).any(|two| two[0].is_ascii_digit() && two[1].is_ascii_alphabetic());
        name.first().is_some_and(|first| !first.is_ascii_digit()) && !is_chance
    })
}

/// Returns the user's name, the last word before the password.
fn user(before: &[u8]) -> &[u8] {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    before.split(|byte| !is_name(byte)).rfind(|word| !word.is_empty()).unwrap_or_default()
}

/// Tells whether the user's name is the password.
fn repeats_user(before: &[u8], password: &[u8]) -> bool {
    user(before).eq_ignore_ascii_case(password)
}

/// Tells whether the name of a setting has its value in it, as `NEO4J_PASSWORD` has `neo4j` and `SSL_KEY_PASSWORD` has `sslkey`.
pub(super) fn is_in_name(name: &[u8], value: &[u8]) -> bool {
    let plain: Vec<u8> = name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    let (name, value) = (name.to_ascii_lowercase(), value.to_ascii_lowercase());
    [name, plain].iter().any(|name| value.len() <= name.len() && memchr::memmem::find(name, &value).is_some())
}

/// Tells whether letters with the user's name among them are the password.
fn names_user(before: &[u8], password: &[u8]) -> bool {
    let user = user(before);
    user.len() >= 3
        && password.iter().all(u8::is_ascii_alphabetic)
        && memchr::memmem::find(&password.to_ascii_lowercase(), user).is_some()
}

/// Tells whether a password is letters that read like words, or blanks written for a URL.
fn is_word(text: &[u8]) -> bool {
    let shape = Shape::of(text);
    let plain = text.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'.' | b'\\'));
    memchr::memmem::find(text, b"%20").is_some()
        || shape.length < 5
        || plain && shape.length < 24 && (shape.surprise < 3.9 || shape.pairs < 4)
}

/// Tells whether a text is two random words with a blank between them.
pub(super) fn is_of_two_parts(text: &[u8]) -> bool {
    let is_part = |part: &[u8]| {
        let shape = Shape::of(part);
        part.iter().all(u8::is_ascii_alphanumeric)
            && (8..=64).contains(&shape.length)
            && shape.kinds() == 3
            && shape.changes >= 3
            && shape.wordiness() < 0.4
            && !is_placeholder(part)
            && !is_interleaved_sequence(part)
    };
    (17..=129).contains(&text.len())
        && text.iter().filter(|byte| **byte == b' ').count() == 1
        && text.split(|&byte| byte == b' ').all(is_part)
}

/// Tells whether a password was made by a machine.
fn is_generated(text: &[u8]) -> bool {
    let shape = Shape::of(text);
    shape.length >= 12 && shape.digits >= 2 && shape.changes >= 4 && shape.wordiness() < 0.4
}

/// Tells whether `@host` follows and the host is the own machine or one reserved for examples.
fn is_unreachable(behind: &[u8]) -> bool {
    let Some(host) = behind.strip_prefix(b"@") else { return false };
    place::is_host_of_nobody(&host[..host.len().min(HOST)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::source::Span;

    fn proven(path: &str, text: &str, password: &str) -> Option<Confidence> {
        let at = text.rfind(password).expect("the text has the password");
        let mut proven = Proven {
            secret: Span::new(at, at + password.len()),
            confidence: Confidence::High,
            severity: Severity::High,
            evidence: Vec::new(),
        };
        prove(text.as_bytes(), Some(path.as_bytes()), 0, &mut proven).then_some(proven.confidence)
    }

    #[test]
    fn what_a_password_protects_decides_its_confidence() {
        let random = "k9Xq2Lm4Z0aB7";
        let chance = concat!("k9Xq2$", "q8Zw4p");
        let (word, words) = ("monkey7", "bobwillknow");
        for (path, text, password, expected) in [
            ("a.yml", format!("postgres://app:{random}@db.internal.net/x"), random, Some(Confidence::High)),
            ("tests/a.py", format!("postgres://app:{random}@db.internal.net/x"), random, Some(Confidence::Medium)),
            ("tests/a.py", format!("http://dhh:{word}@www.acme.net"), word, Some(Confidence::Low)),
            ("a.yml", format!("postgres://app:{random}@db.example.com/x"), random, Some(Confidence::Low)),
            ("a.yml", format!("postgres://app:{random}@localhost/x"), random, Some(Confidence::Low)),
            ("a.yml", format!("http://bob:{words}@acme.net"), words, Some(Confidence::Low)),
            ("a.yml", format!("http://bob:two%20{word}@acme.net"), "two%20monkey7", Some(Confidence::Low)),
            ("a.yml", format!("postgres://{0}:{0}@db.internal.net", "billing"), "billing", None),
            ("a.html", format!("https://mailto:{word}@acme.net"), word, None),
            ("a.yml", "redis://cache:6379/0?by=a@b".to_owned(), "6379/0?by=a", None),
            ("a.sh", "postgres://app:k9Xq2$DB_PASSWORD@db.internal.net".to_owned(), "k9Xq2$DB_PASSWORD", None),
            ("a.sh", "postgres://app:k9Xq2$dbpass@db.internal.net".to_owned(), "k9Xq2$dbpass", None),
            ("a.sh", format!("postgres://app:{chance}@db.internal.net"), chance, Some(Confidence::High)),
            ("a.sh", "PGPASSWORD=pgpass psql".to_owned(), "pgpass", None),
            ("a.sh", "openssl -passin pass:/certs/tls.key".to_owned(), "/certs/tls.key", None),
        ] {
            assert_eq!(proven(path, &text, password), expected, "{path} {text}");
        }
    }

    #[test]
    fn a_pair_whose_password_is_a_word_is_doubtful() {
        for (path, pair, expected) in [
            ("a.yml", "aladdin:opensesame", true),
            ("tests/a.yml", "testuser:testpass123", true),
            ("tests/a.yml", "deploy:k9Xq2Lm4Z0aB7", false),
            ("a.yml", "deploy:k9Xq2L", false),
        ] {
            assert_eq!(is_doubtful_pair(pair.as_bytes(), b"", Some(path.as_bytes()), 0), expected, "{pair}");
        }
    }
}
