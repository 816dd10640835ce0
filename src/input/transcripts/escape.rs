//! Undoes the escapes of strings in JSON and in code, at any depth, and remembers where each byte came from.

/// A text without escapes.
#[derive(Debug, Default)]
pub(super) struct Unescaped {
    pub(super) text: Vec<u8>,
    /// Where the text goes on after an escape: the place in the text, and in what it was made of.
    jumps: Vec<(u32, u32)>,
}

impl Unescaped {
    /// Undoes the escapes of `raw` in this text's place.
    ///
    /// A string in a string has two backslashes for one, and four in the next: any number of them before a letter that
    /// means white space is white space, and before a quote nothing but the quote. The line feeds that come of it keep a
    /// letter of an escape from looking like the start of what stands behind it.
    pub(super) fn undo(&mut self, raw: &[u8]) {
        self.text.clear();
        self.jumps.clear();
        let mut from = 0;
        for slash in memchr::memchr_iter(b'\\', raw) {
            if slash < from {
                continue;
            }
            let letter = slash + raw[slash..].iter().take_while(|&&byte| byte == b'\\').count();
            let Some((bytes, end)) = meaning(raw, letter) else { continue };
            self.text.extend_from_slice(&raw[from..slash]);
            self.text.extend_from_slice(bytes.as_ref());
            self.jumps.push((self.text.len() as u32, end as u32));
            from = end;
        }
        self.text.extend_from_slice(&raw[from..]);
    }

    /// Returns the place in the raw text of a place in this one.
    pub(super) fn raw(&self, place: usize) -> usize {
        match self.jumps.partition_point(|&(text, _)| text as usize <= place) {
            0 => place,
            after => {
                let (text, raw) = self.jumps[after - 1];
                raw as usize + (place - text as usize)
            }
        }
    }
}

/// One character, in UTF-8.
struct Character([u8; 4], usize);

impl AsRef<[u8]> for Character {
    fn as_ref(&self) -> &[u8] {
        &self.0[..self.1]
    }
}

/// Returns what backslashes before the byte at `letter` make of it, and where the escape ends; `None` if they mean
/// nothing here, as in a regular expression.
fn meaning(raw: &[u8], letter: usize) -> Option<(Character, usize)> {
    let (character, end) = match raw.get(letter)? {
        b'n' => ('\n', letter + 1),
        b'r' => ('\r', letter + 1),
        b't' => ('\t', letter + 1),
        quote @ (b'"' | b'\'' | b'/' | b'`') => (char::from(*quote), letter + 1),
        b'u' => {
            let digits = std::str::from_utf8(raw.get(letter + 1..letter + 5)?).ok()?;
            // Half of a pair stands for nothing; what follows is the other half.
            (char::from_u32(u32::from_str_radix(digits, 16).ok()?).unwrap_or(char::REPLACEMENT_CHARACTER), letter + 5)
        }
        _ => return None,
    };
    let mut bytes = [0; 4];
    let len = character.encode_utf8(&mut bytes).len();
    Some((Character(bytes, len), end))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn undone(raw: &str) -> String {
        let mut unescaped = Unescaped::default();
        unescaped.undo(raw.as_bytes());
        String::from_utf8(unescaped.text).expect("text stays text")
    }

    #[test]
    fn escapes_are_undone_at_any_depth() {
        for (raw, expected) in [
            (r#"{"text":"a\nb"}"#, "{\"text\":\"a\nb\"}"),
            (r#"{\"text\":\"a\\nb\"}"#, "{\"text\":\"a\nb\"}"),
            (r#"{\\\"text\\\":\\\"a\\\\nb\\\"}"#, "{\"text\":\"a\nb\"}"),
            (r"a\u0041\u00e9b", "aAéb"),
            (r"https:\/\/x", "https://x"),
            (r"\d+\w\\s", r"\d+\w\\s"),
            ("\\", "\\"),
            (r"\u12", r"\u12"),
        ] {
            assert_eq!(undone(raw), expected, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn every_byte_outside_of_escapes_leads_back_to_itself(raw in r#"[abnu0"\\]{0,60}"#) {
            let mut unescaped = Unescaped::default();
            unescaped.undo(raw.as_bytes());
            let mut last = 0;
            for place in 0..unescaped.text.len() {
                let back = unescaped.raw(place);
                prop_assert!(back >= last && back < raw.len());
                last = back;
                if matches!(unescaped.text[place], b'a' | b'b') {
                    prop_assert_eq!(raw.as_bytes()[back], unescaped.text[place]);
                }
            }
            prop_assert_eq!(unescaped.raw(unescaped.text.len()), raw.len());
        }
    }
}
