//! Tells values whose form shows that nobody can sign in with them: hashes of passwords, tokens that were damaged or made up,
//! words in base64.

use super::notation::kebab_words;
use super::placeholder::is_placeholder;
use super::proof::{decode_base64, is_header_of_jwt, is_public_armor};
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
        return decode_base64(text).is_some_and(|armor| is_public_armor(&armor));
    }
    text.len() >= 12
        && text.len().is_multiple_of(4)
        && decode_base64(text).is_some_and(|inner| {
            inner.iter().all(u8::is_ascii_graphic) && (is_placeholder(&inner) || kebab_words(&inner))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

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
