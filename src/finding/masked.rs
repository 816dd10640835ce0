//! Turns bytes of a scanned file into text that is safe to print.

use crate::source::Span;

/// Returns `bytes` as text that is safe to print, hiding every span in `secrets`.
///
/// The result has exactly as many bytes as the input, so spans keep pointing at the right place: each
/// hidden, control, or non-ASCII byte that is not part of valid UTF-8 becomes one ASCII byte. `secrets`
/// must hold *all* candidates of the source, also the suppressed ones.
pub fn masked(bytes: &[u8], secrets: &[Span]) -> String {
    let mut out = bytes.to_vec();
    for secret in secrets {
        let end = secret.end.min(out.len());
        let start = secret.start.min(end);
        out[start..end].fill(b'*');
    }
    // A hidden span may have cut a character in two: what is no longer UTF-8 becomes `?`.
    let mut from = 0;
    while let Err(error) = std::str::from_utf8(&out[from..]) {
        let bad = from + error.valid_up_to();
        let len = error.error_len().unwrap_or(out.len() - bad);
        out[bad..bad + len].fill(b'?');
        from = bad + len;
    }
    let mut text = String::from_utf8(out).expect("every byte that is not UTF-8 was replaced above");
    if text.chars().any(is_unprintable) {
        text = text
            .chars()
            .flat_map(|c| {
                std::iter::repeat_n(
                    if is_unprintable(c) { '?' } else { c },
                    if is_unprintable(c) { c.len_utf8() } else { 1 },
                )
            })
            .collect();
    }
    text
}

/// Tells whether a terminal could act on `c`, or show something else than what is there.
fn is_unprintable(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Returns a secret as a short text that tells it from others without giving it away.
///
/// Keeps `public` leading bytes (the provider's prefix, which is no secret) and says how long the rest is.
pub fn masked_secret(secret: &[u8], public: usize) -> String {
    let public = public.min(secret.len() / 2);
    let prefix: String =
        secret[..public].iter().map(|&byte| if byte.is_ascii_graphic() { byte as char } else { '?' }).collect();
    format!("{prefix}*** ({} characters)", secret.len())
}

/// Finds words that may be secrets of which no rule knows: where one stands, another does often.
pub fn random_looking(text: &[u8]) -> impl Iterator<Item = Span> + '_ {
    const LEAST: usize = 20;
    let is_part = |byte: u8| byte.is_ascii_alphanumeric();
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < text.len() {
            let start = at + text[at..].iter().position(|&byte| is_part(byte))?;
            at = start + text[start..].iter().position(|&byte| !is_part(byte)).unwrap_or(text.len() - start);
            let word = &text[start..at];
            let has = |kind: fn(&u8) -> bool| word.iter().any(kind);
            if word.len() >= LEAST && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) {
                return Some(Span::new(start, at));
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn masking_keeps_the_length_and_hides_every_secret_byte(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            cuts in proptest::collection::vec((0usize..200, 0usize..200), 0..4),
        ) {
            let secrets: Vec<Span> = cuts.iter().map(|&(a, b)| Span::new(a.min(b), a.max(b))).collect();
            let text = masked(&bytes, &secrets);
            prop_assert_eq!(text.len(), bytes.len());
            for secret in &secrets {
                let end = secret.end.min(bytes.len());
                for offset in secret.start.min(end)..end {
                    prop_assert!(matches!(text.as_bytes()[offset], b'*' | b'?'));
                }
            }
            prop_assert!(!text.chars().any(is_unprintable));
        }
    }

    #[test]
    fn a_short_secret_shows_at_most_half_of_itself() {
        assert_eq!(masked_secret(b"abcd", 4), "ab*** (4 characters)");
        assert_eq!(masked_secret(b"", 4), "*** (0 characters)");
    }
}
