//! The schemes of an `Authorization` header in front of a value.

use crate::source::Span;

/// What an `Authorization` header says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// The value is a token.
    Bearer,
    /// The value is a name and a password in base64.
    Basic,
}

/// Returns the value without `Bearer `, `Basic `, `Token ` in front, and what that was.
pub(super) fn without_scheme(bytes: &[u8], value: Span) -> (Span, Option<Scheme>) {
    let text = &bytes[value.range()];
    for (scheme, kind) in [
        (&b"bearer "[..], Scheme::Bearer),
        (b"basic ", Scheme::Basic),
        (b"token ", Scheme::Bearer),
        (b"apikey ", Scheme::Bearer),
    ] {
        if text.len() > scheme.len() && text[..scheme.len()].eq_ignore_ascii_case(scheme) {
            return (Span::new(value.start + scheme.len(), value.end), Some(kind));
        }
    }
    (value, None)
}
