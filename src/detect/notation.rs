//! Values that are written in a notation, and so are no secrets: paths, expressions, options, names of algorithms, words.

use super::shape::Shape;

/// Tells whether a value has the structure of something else: a path, an address, a name with dots, a date,
/// a version, an expression.
pub(super) fn looks_structured(text: &[u8]) -> bool {
    let count = |wanted: u8| text.iter().filter(|&&byte| byte == wanted).count();
    let contains = |needle: &[u8]| memchr::memmem::find(text, needle).is_some();
    let dotted = count(b'.') > 0
        && text.split(|&byte| byte == b'.').all(|part| {
            let shape = Shape::of(part);
            part.is_empty()
                || part.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
                    && (shape.wordiness() >= 0.5 || shape.length < 4 || shape.letters() == 0)
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
        || contains(b"==") && !text.ends_with(b"=")
        || text.starts_with(b"),")
        || text.starts_with(b"##") && text.ends_with(b"##")
        || text == b"x-oauth-basic"
        || is_path_of_names(text)
        || is_name_of_secret(text)
        || is_algorithm(text)
        || is_class_of_characters(text)
        || is_version_range(text)
        || is_option(text)
        || is_validation(text)
        || kebab_words(text)
}

/// Tells whether a value is small letters in many parts, as the names of settings are: `auth_backend.dn_lookup`.
fn is_path_of_names(text: &[u8]) -> bool {
    text.contains(&b'.')
        && text.iter().all(|&byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'.'))
        && text.iter().filter(|byte| !byte.is_ascii_alphabetic()).count() >= 3
}

/// Tells whether a value is the name of a variable, the last word of which says secret: `injectNpm2FaToken`.
fn is_name_of_secret(text: &[u8]) -> bool {
    let last = text.iter().rposition(u8::is_ascii_uppercase).unwrap_or(0);
    text[0].is_ascii_lowercase()
        && text.len() <= 32
        && text.iter().all(u8::is_ascii_alphanumeric)
        && [&b"Password"[..], b"Secret", b"Token", b"Key"].contains(&&text[last..])
        && text.iter().filter(|byte| byte.is_ascii_digit()).count() <= 2
}

/// Tells whether a value is an option with its own value, as in `repeatlast=0`.
fn is_option(text: &[u8]) -> bool {
    let letters = text.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    letters >= 4 && text.get(letters) == Some(&b'=') && text.get(letters + 1).is_some_and(|&byte| byte != b'=')
}

/// Tells whether a value says which versions of a package fit, as in `^7.4|^8.0`.
fn is_version_range(text: &[u8]) -> bool {
    matches!(text[0], b'^' | b'~' | b'<' | b'>' | b'=')
        && text.iter().all(|byte| byte.is_ascii_digit() || b"^~<>=|.*,x".contains(byte))
}

/// Tells whether a value names a way to encrypt or to sign.
fn is_algorithm(text: &[u8]) -> bool {
    let lower = text.to_ascii_lowercase();
    [
        &b"hmacsha"[..],
        b"hmac-sha",
        b"pbkdf2with",
        b"withrsa",
        b"withecdsa",
        b"/cbc/",
        b"/gcm/",
        b"/ecb/",
        b"aes-128",
        b"aes-256",
        b"utf-8",
        b"utf-16",
    ]
    .iter()
    .any(|name| memchr::memmem::find(&lower, name).is_some())
}

/// Tells whether a value is a pattern that lists which characters may stand somewhere, as in `([a-zA-Z0-9-]+)`.
fn is_class_of_characters(text: &[u8]) -> bool {
    let ranges = [&b"a-z"[..], b"A-Z", b"0-9"].into_iter().filter(|range| memchr::memmem::find(text, range).is_some());
    text.contains(&b'[') && text.contains(&b']') && ranges.count() >= 2
}

/// Tells whether a value is what a form demands of one, as in `required|min:16` or `required_with:name`.
fn is_validation(text: &[u8]) -> bool {
    let rule = |part: &[u8]| {
        let name = part.split(|&byte| byte == b':').next().unwrap_or_default();
        name.len() >= 3
            && name.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_')
            && Shape::of(name).surprise < 3.9
    };
    let parts = text.split(|&byte| byte == b'|');
    parts.clone().count() >= 2 && parts.filter(|part| !rule(part)).count() == 0
        || memchr::memchr(b':', text).is_some_and(|colon| {
            let argument = &text[colon + 1..];
            rule(text)
                && (argument.iter().all(u8::is_ascii_digit)
                    || argument.iter().all(|b| b.is_ascii_lowercase() || b"_,".contains(b)))
        })
}

/// Tells whether a value is a few plain words joined by `-` or `_`.
pub(super) fn kebab_words(text: &[u8]) -> bool {
    let parts: Vec<&[u8]> =
        text.split(|byte| matches!(byte, b'-' | b'_' | b'.' | b':')).filter(|part| !part.is_empty()).collect();
    let wordy = |part: &&&[u8]| {
        let shape = Shape::of(part);
        shape.length <= 4 && (shape.digits <= 1 || shape.digits == shape.length) || shape.wordiness() > 0.7
    };
    parts.len() >= 2
        && parts.iter().filter(wordy).count() * 4 >= parts.len() * 3
        && parts.iter().any(|part| Shape::of(part).word >= 4)
}
