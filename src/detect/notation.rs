//! Tells values that are written in a notation, and so are no secrets: paths, expressions, options, names of algorithms, words.
//!
//! There are two degrees. [`is_for_programs`] is certain enough to be asked of every value. [`looks_structured`] goes by signs that
//! also stand in passwords, and is asked together with how random a value is.

use super::shape::Shape;
use crate::wording::is_first_capital;

/// Tells whether a value is written for a program rather than to sign in with. No password has one of these forms, whatever signs
/// are in it.
pub(super) fn is_for_programs(text: &[u8]) -> bool {
    is_account(text)
        || is_pattern(text)
        || is_flag(text)
        || is_name_of_file_or_class(text)
        || is_constant(text)
        || is_tag(text)
        || is_path_of_fields(text)
        || text.starts_with(b"PBEWith")
        || matches!(text, [b'\\', b'U', digit, ..] if digit.is_ascii_hexdigit())
        || text.starts_with(b"projects/") && memchr::memmem::find(text, b"/secrets/").is_some()
}

/// Tells whether a value without quotes is a variable or a member of something, as in `s:machine_password`, with the scope of Vim,
/// and `Thing::password`.
pub(super) fn is_variable(text: &[u8]) -> bool {
    text.ends_with(b":") || text.windows(2).any(|pair| pair == b"::" || pair == b"->") || is_scoped_variable(text)
}

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
        || is_setting(text)
        || is_validation(text)
        || kebab_words(text)
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

fn is_scoped_variable(text: &[u8]) -> bool {
    let [b'a' | b'b' | b'g' | b'l' | b's' | b't' | b'v' | b'w', b':', name @ ..] = text else { return false };
    name.first().is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_')
        && name.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'#'))
        && digits(name) <= 2
}

fn digits(text: &[u8]) -> usize {
    text.iter().filter(|byte| byte.is_ascii_digit()).count()
}

/// Tells whether a value is a line of `/etc/passwd`, or its beginning: a name, no password, numbers of user and group.
fn is_account(text: &[u8]) -> bool {
    let mut fields = text.split(|&byte| byte == b':');
    let mut next = || fields.next().unwrap_or_default();
    let is_number = |field: &[u8]| !field.is_empty() && field.iter().all(u8::is_ascii_digit);
    !next().is_empty() && matches!(next(), b"x" | b"*" | b"!" | b"!!" | b"") && is_number(next()) && is_number(next())
}

/// Tells whether a value is a regular expression: it has groups that are no text, repeated classes, or several escapes of one.
fn is_pattern(text: &[u8]) -> bool {
    let pairs = || text.windows(2);
    let groups = text.windows(3).any(|three| matches!(three, [b'(', b'?', b':' | b'i' | b'P' | b'=' | b'!' | b'<']));
    let repeats =
        |three: &[u8]| matches!(three, [before, b']', b'+' | b'*' | b'?' | b'{'] if before.is_ascii_alphanumeric());
    let is_range = |three: &&[u8]| matches!(*three, b"a-z" | b"A-Z" | b"0-9");
    let ranges = text.windows(3).filter(is_range).count();
    let is_class = ranges > 0 || memchr::memmem::find(text, b"[^").is_some();
    let is_escape = |pair: &&[u8]| matches!(**pair, [b'\\', b'w' | b'W' | b'd' | b'D' | b's' | b'S' | b'b']);
    groups
        || ranges >= 2
        || is_class && text.windows(3).any(repeats)
        || pairs().filter(is_escape).count() >= 2
            && pairs().any(|pair| matches!(pair, [b'w' | b's' | b'd' | b'S', b'+' | b'*']))
}

/// Tells whether a value is the next option of a command, as in `-pass -no_debug`, one with its own value, or a name that waits
/// for one.
fn is_flag(text: &[u8]) -> bool {
    if let [name @ .., b'='] = text {
        return name.len() >= 4 && name.iter().all(u8::is_ascii_alphabetic) && share_of_words(name) >= 0.7;
    }
    let [b'-', name @ ..] = text else { return false };
    if let Some(end) = memchr::memchr(b'=', name) {
        return end >= 3 && name[..end].iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'-');
    }
    name[0].is_ascii_alphabetic()
        && name.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && digits(name) <= 2
        && (!name.iter().any(u8::is_ascii_uppercase) || share_of_words(name) >= 0.7)
}

/// Tells whether a value is made of words as names of files and classes are: `MachinePassRegistry.def`, `X86AvoidStallPass`.
fn is_name_of_file_or_class(text: &[u8]) -> bool {
    let is_name =
        |text: &[u8]| text.len() >= 6 && text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    // The number of a processor stands at the end of a word.
    let is_part = |part: &[u8]| {
        let letters = part.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        letters > 0 && part[letters..].iter().all(u8::is_ascii_digit)
    };
    match memchr::memrchr(b'.', text) {
        Some(dot) => {
            let (stem, extension) = (&text[..dot], &text[dot + 1..]);
            let is_extension = (1..=4).contains(&extension.len()) && extension.iter().all(u8::is_ascii_lowercase);
            is_extension && is_name(stem) && share_of_words(stem) >= 0.6
        }
        None => {
            text.ends_with(b"Pass") && is_name(text) && camel_parts(text).count() >= 3 && camel_parts(text).all(is_part)
        }
    }
}

/// Tells whether a value is the name of a constant or a variable of the environment that holds a secret.
fn is_constant(text: &[u8]) -> bool {
    const CALLED: &[&[u8]] = &[b"PASS", b"PASSWORD", b"PASSWD", b"PWD", b"SECRET", b"TOKEN", b"KEY"];
    let parts = || text.split(|&byte| byte == b'_');
    parts().count() >= 3
        && parts().all(|part| part.len() >= 2 && part.iter().all(u8::is_ascii_alphabetic))
        && parts().next().is_some_and(|first| first.iter().all(u8::is_ascii_uppercase))
        && parts().any(|part| CALLED.contains(&part))
}

/// Tells whether a value describes a field of a message to Protocol Buffers, as in `bytes,1,opt,name=token`.
fn is_tag(text: &[u8]) -> bool {
    let mut parts = text.split(|&byte| byte == b',');
    matches!(parts.next(), Some(b"bytes" | b"varint" | b"group" | b"fixed32" | b"fixed64" | b"zigzag32" | b"zigzag64"))
        && parts.next().is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// Tells whether a value leads to a field of an item, as in `Jobs[-1].JobId`.
fn is_path_of_fields(text: &[u8]) -> bool {
    let is_name = |text: &[u8]| !text.is_empty() && text.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'.');
    let Some(open) = memchr::memchr(b'[', text) else { return false };
    let Some(close) = memchr::memmem::find(text, b"].") else { return false };
    let index = text.get(open + 1..close).unwrap_or(b"?");
    is_name(&text[..open])
        && is_name(&text[close + 2..])
        && index.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'*'))
}

/// Cuts a name into its words, each with the sign before it: `X86AvoidSFB_Pass` has `X86`, `Avoid`, `SFB` and `_Pass`.
fn camel_parts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let starts = |at: &usize| matches!(rest[*at], b'_' | b'-') || is_first_capital(rest, *at);
        let end = (1..rest.len()).find(starts).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        rest = behind;
        (!part.is_empty()).then_some(part)
    })
}

/// Returns how much of a name is words of three letters and more, from 0 to 1.
fn share_of_words(text: &[u8]) -> f32 {
    let letters = |part: &[u8]| part.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let is_word = |part: &&[u8]| letters(part) >= 3 && digits(part) == 0 && Shape::of(part).surprise < 3.4;
    let words: usize = camel_parts(text).filter(is_word).map(<[u8]>::len).sum();
    words as f32 / text.len().max(1) as f32
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

/// Tells whether a value is a setting with its own value, as in `repeatlast=0`.
fn is_setting(text: &[u8]) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_for_programs_is_told_from_passwords() {
        for text in [
            "deploy:x:1000:1000:Deploy,,,:/home/deploy:/bin/sh",
            "daemon:*:1:1:System",
            "(?:key|pwd|token)[A-Z]{3}",
            r"\bpass\w+\s*=\s*(\S+)",
            "^[a-z]+x|y$",
            "(foo|bar9)+[^x]*$",
            "a-zA-Z0-9+",
            "-no_debug",
            "-withTimestamp",
            "-pbkdf2",
            "-stdlib=libc++",
            "scmVersionType=",
            "MachinePassRegistry.def",
            "X86LowerAMXTypePass.cpp",
            "X86AvoidSFBPass",
            "CLOUDSDK_PROXY_PASSWORD",
            "CLOUDSDK_PROXY_PASSWORD_value",
            "bytes,1,opt,name=password,proto3",
            "Jobs[-1].JobId",
            "PBEWithSHA1AndRC2_40",
            r"\U3299\UFE0F",
            "projects/12345/secrets/my-password/versions/1",
        ] {
            assert!(is_for_programs(text.as_bytes()), "{text}");
        }
        for text in [
            "k9Xq:x:Zk4tq9",
            "k9(Xq)[Zk4]+tq",
            "pa\\w9Xq2",
            "-k9Xq2Lm4",
            "hgfdKXqzvwQw=",
            "Summer.Kx9q2v.zq",
            "Kx9qVw2zPass",
            "CorrectHorseBattery9",
            "KXQ_ZVW_9FQ2",
            "bytes,k9Xq",
            "Kx9q[4].Zk",
            "9f86d081-8a0f-4c7d-a0-9fa-f5b0f00",
        ] {
            assert!(!is_for_programs(text.as_bytes()), "{text}");
        }
        for (text, expected) in [
            ("g:netrw_machine", true),
            ("a:netrw_passwd", true),
            ("s:k9Xq2Lm4Z0", false),
            ("g:", false),
            ("x:machine", false),
        ] {
            assert_eq!(is_scoped_variable(text.as_bytes()), expected, "{text}");
        }
    }
}
