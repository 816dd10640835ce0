//! Tells values whose form shows that nobody can sign in with them: hashes of passwords, tokens that were damaged or made up,
//! words in base64, and what is written for a program to read: patterns, options, names.

use super::notation::kebab_words;
use super::placeholder::is_placeholder;
use super::proof::{decode_base64, is_header_of_jwt, is_public};
use super::shape::Shape;
use crate::rules::checksum::Checksum;

/// Tells whether the bytes could be a secret at all: printable ASCII without white space.
pub(super) fn is_plain(text: &[u8]) -> bool {
    text.len() >= 4 && text.iter().all(u8::is_ascii_graphic)
}

/// Tells whether a value is what a server keeps of a password, which nobody can sign in with.
pub(super) fn is_password_hash(text: &[u8]) -> bool {
    [
        &b"$2a$"[..],
        b"$2b$",
        b"$2x$",
        b"$2y$",
        b"$argon2",
        b"$1$",
        b"$5$",
        b"$6$",
        b"$y$",
        b"$apr1$",
        b"$scrypt$",
        b"$pbkdf2",
        b"pbkdf2_",
        b"pbkdf2:",
        b"scrypt:",
        b"{SSHA",
        b"{SHA",
        b"{bcrypt}",
    ]
    .iter()
    .any(|mark| text.starts_with(mark))
}

/// How tokens begin whose every form is known to a rule of their provider: any other value was damaged or made up.
const KNOWN: &[&[u8]] = &[
    b"github_pat_",
    b"hvs.",
    b"hvb.",
    b"hvr.",
    b"sk-ant-",
    b"AIzaSy",
    b"SG.",
    b"dop_v1_",
    b"doo_v1_",
    b"dor_v1_",
    b"shpat_",
    b"shpss_",
    b"shpca_",
    b"shppa_",
    b"dckr_pat_",
    b"sntrys_",
    b"sntryu_",
    b"lin_api_",
    b"rubygems_",
    b"PMAK-",
    b"figd_",
    b"essu_",
    b"pypi-AgE",
];

/// Tells whether a value begins as a provider's token does and is none: it has another form, or a wrong checksum.
pub(super) fn is_made_up(text: &[u8]) -> bool {
    if KNOWN.iter().any(|prefix| text.starts_with(prefix)) || is_header_of_jwt(text) {
        return true;
    }
    let checksum = match text {
        [b'g', b'h', b'o' | b'p' | b'r' | b's' | b'u', b'_', rest @ ..] if rest.len() == 36 => Checksum::GitHub,
        [b'n', b'p', b'm', b'_', rest @ ..] if rest.len() == 36 => Checksum::Npm,
        _ => return false,
    };
    text[4..].iter().all(u8::is_ascii_alphanumeric) && !checksum.holds(text)
}

/// Tells whether a value is base64 of a name, a placeholder or a certificate.
pub(super) fn encodes_words(text: &[u8]) -> bool {
    if text.starts_with(b"LS0tLS1CRUdJTi") {
        return decode_base64(text).is_some_and(|armor| is_public(&armor));
    }
    text.len() >= 12
        && text.len().is_multiple_of(4)
        && decode_base64(text).is_some_and(|inner| {
            inner.iter().all(u8::is_ascii_graphic) && (is_placeholder(&inner) || kebab_words(&inner))
        })
}

/// Tells whether a value is written for a program rather than to sign in with.
pub(super) fn is_for_programs(text: &[u8]) -> bool {
    is_account(text)
        || is_pattern(text)
        || is_option(text)
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
fn is_option(text: &[u8]) -> bool {
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

/// Returns the words of a name in CamelCase or with underscores: `X86AvoidSFBPass` has `X86`, `Avoid`, `SFB` and `Pass`.
fn camel_parts(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let starts = |at: &usize| {
            let (before, byte) = (rest[*at - 1], rest[*at]);
            let is_last_capital = byte.is_ascii_uppercase() && rest.get(*at + 1).is_some_and(u8::is_ascii_lowercase);
            matches!(byte, b'_' | b'-') || byte.is_ascii_uppercase() && !before.is_ascii_uppercase() || is_last_capital
        };
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

    #[test]
    fn a_token_of_a_known_beginning_and_another_form_is_made_up() {
        for (begin, body, expected) in [
            ("hvs.", "CAESIB8KI2QJk0ePUYdOQXaxl0", true),
            ("SG.", "ngeVfQFYQlKU0ufo8x5d1A", true),
            ("gho_", "16C7e42F292c6912E7710c838347Ae178B4a", true),
            ("gho_", "16C7e42F292c6912E7710c838347Ae178B4", false),
            ("hvx.", "CAESIB8KI2QJk0ePUYdOQXaxl0", false),
        ] {
            assert_eq!(is_made_up(format!("{begin}{body}").as_bytes()), expected, "{begin}");
        }
    }

    #[test]
    fn the_header_of_a_token_alone_is_none() {
        let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXV";
        assert!(is_header_of_jwt(header.as_bytes()) && is_header_of_jwt(b"eyJ0eXAiOiJKV1QifQ"));
        assert!(
            !is_header_of_jwt(format!("{header}CJ9.eyJqdGkiOiJx").as_bytes()) && !is_header_of_jwt(b"eyJ4IjoicThaazR0")
        );
    }
}
