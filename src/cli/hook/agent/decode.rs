//! Decodes what agents write: JSON, with what their languages and systems get wrong about it.

use serde_json::Value;

/// Decodes a JSON text: a byte order mark may precede it, and bytes and halves of characters that stand alone, as where a
/// text was cut off, become replacement characters. `None` if it is no JSON all the same.
pub fn value(input: &[u8]) -> Option<Value> {
    let input = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    serde_json::from_slice(input).or_else(|_| serde_json::from_str(&mended(&String::from_utf8_lossy(input)))).ok()
}

/// Replaces escapes that are half a character.
fn mended(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        result += &rest[..at];
        rest = &rest[at..];
        let next = rest.get(6..).and_then(unit);
        let length = match (unit(rest), next) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                result += "\\ufffd";
                rest = &rest[6..];
                continue;
            }
            (Some(_), _) => 6,
            // Any other escape: the mark and one character.
            (None, _) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        result += &rest[..length];
        rest = &rest[length..];
    }
    result + rest
}

/// Returns the value of the escape `\uXXXX` that a text begins with.
fn unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_agents_get_wrong_about_json_is_read_all_the_same() {
        let replaced = Value::from("a\u{fffd}b");
        for input in [&b"\"a\\ud83db\""[..], b"\"a\\udc00b\"", b"\"a\xffb\"", b"\xef\xbb\xbf\"a\\ud83db\""] {
            assert_eq!(value(input).as_ref(), Some(&replaced), "{input:?}");
        }
        for (input, expected) in [
            (&b"\"\\ud83d\\ude00 \\ud83d\""[..], "\u{1f600} \u{fffd}"),
            (b"\"\\\\ud83d \\ud83d\"", "\\ud83d \u{fffd}"),
            (b"\"\\u00e4\\ud83d\\n\"", "\u{e4}\u{fffd}\n"),
        ] {
            assert_eq!(value(input), Some(Value::from(expected)), "{input:?}");
        }
        for input in [&b""[..], b"{", b"\"\\", b"\"\\u12\"", b"\"\\ud83d"] {
            assert_eq!(value(input), None, "{input:?}");
        }
    }
}
