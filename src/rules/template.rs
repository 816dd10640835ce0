//! Fills the example templates of rule files, so that no token lies in the repository.
//!
//! A template is text with fields: `{class:count}` yields random characters of a class, `{uuid}` a UUID,
//! `{jwt:claim=value,...}` a signed-looking JWT, `{sum:name}` the checksum of the token so far, `{secret}`
//! nothing. A brace that opens no known field is itself, so JSON needs no escapes.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::checksum::Checksum;

/// How many characters a field may ask for: more than any token has.
pub const LONGEST: usize = 4096;

/// Returns the first field of a template that asks for more than [`LONGEST`] characters, and is not filled.
pub fn too_long(template: &str) -> Option<&str> {
    let fields = template.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
    fields.map(|(field, _)| field).find(|field| {
        let class = field.split_once(':').filter(|(name, _)| alphabet(name).is_some());
        class.is_some_and(|(_, count)| is_number(count) && length(count).is_none())
    })
}

/// A small seeded generator (SplitMix64): the same seed gives the same examples on every machine.
#[derive(Clone, Debug)]
pub struct Generator(u64);

impl Generator {
    /// Starts the sequence of `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next number below `bound`, which must not be zero.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    /// Returns `count` characters of `alphabet`, with a digit among them where the alphabet has digits.
    fn characters(&mut self, alphabet: &[u8], count: usize) -> String {
        let mut out: Vec<u8> = (0..count).map(|_| alphabet[self.below(alphabet.len())]).collect();
        let is_digit = |byte: &u8| byte.is_ascii_digit();
        if count > 2 && alphabet.iter().any(is_digit) && !out.iter().any(is_digit) {
            let digits: Vec<u8> = alphabet.iter().copied().filter(is_digit).collect();
            let at = 1 + self.below(count - 2);
            out[at] = digits[self.below(digits.len())];
        }
        // A token does not begin or end with punctuation, or its neighbours could run into it.
        for at in [0, count.saturating_sub(1)] {
            while out.get(at).is_some_and(|byte| !byte.is_ascii_alphanumeric()) {
                out[at] = alphabet[self.below(alphabet.len())];
            }
        }
        String::from_utf8(out).expect("alphabets are ASCII")
    }

    /// Fills every field of `template`.
    pub fn fill(&mut self, template: &str) -> String {
        let mut out = String::with_capacity(template.len() + 64);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            rest = &rest[open..];
            let field = rest.find('}').and_then(|close| Some((self.field(&rest[1..close], &out)?, close)));
            let taken = match field {
                Some((text, close)) => {
                    out.push_str(&text);
                    close + 1
                }
                None => {
                    out.push('{');
                    1
                }
            };
            rest = &rest[taken..];
        }
        out.push_str(rest);
        out
    }

    /// Returns the text of one field, or `None` if `field` names none. `before` is the text so far.
    fn field(&mut self, field: &str, before: &str) -> Option<String> {
        let (name, argument) = field.split_once(':').unwrap_or((field, ""));
        if let Some(alphabet) = alphabet(name) {
            return Some(self.characters(alphabet, length(argument)?));
        }
        Some(match name {
            "secret" if argument.is_empty() => String::new(),
            "uuid" if argument.is_empty() => self.uuid(),
            "jwt" => self.jwt(argument),
            "sum" => {
                let token = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |at| at + 1);
                String::from_utf8(Checksum::by_name(argument)?.of(&before.as_bytes()[token..])).ok()?
            }
            _ => return None,
        })
    }

    fn uuid(&mut self) -> String {
        let hex = alphabet("hex").expect("the class exists");
        let groups = [(8, ""), (4, "-"), (3, "-4"), (3, "-a"), (12, "-")];
        groups.iter().map(|(count, before)| format!("{before}{}", self.characters(hex, *count))).collect()
    }

    /// Returns a JWT whose payload has the given claims; a number stays a number, `a|b` becomes a list.
    fn jwt(&mut self, claims: &str) -> String {
        let mut payload = serde_json::Map::new();
        for claim in claims.split(',').filter(|claim| !claim.is_empty()) {
            let (key, value) = claim.split_once('=').unwrap_or((claim, ""));
            let value = match value.parse::<u64>() {
                Ok(number) => number.into(),
                Err(_) if value.contains('|') => value.split('|').collect::<Vec<_>>().into(),
                Err(_) => value.into(),
            };
            payload.insert(key.to_owned(), value);
        }
        payload.entry("sub").or_insert_with(|| self.uuid().into());
        payload.entry("iat").or_insert_with(|| (1_750_000_000 + self.below(1_000_000)).into());
        let header = URL_SAFE_NO_PAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        let payload = URL_SAFE_NO_PAD.encode(serde_json::Value::Object(payload).to_string());
        let signature = self.characters(alphabet("word").expect("the class exists"), 43);
        format!("{header}.{payload}.{signature}")
    }
}

/// Reads how many characters a field asks for; `None` for too many, and for what is no number.
fn length(count: &str) -> Option<usize> {
    count.parse().ok().filter(|&count| count <= LONGEST)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the characters of a class, or `None` if there is no such class.
fn alphabet(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "hex" => b"0123456789abcdef",
        "HEX" => b"0123456789ABCDEF",
        "digit" => b"0123456789",
        "lower" => b"abcdefghijklmnopqrstuvwxyz",
        "upper" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "alpha" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "alnum" => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "lowernum" => b"0123456789abcdefghijklmnopqrstuvwxyz",
        "uppernum" => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "word" => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-",
        "base64" => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/",
        "base32" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_filled_and_other_braces_stay() {
        let text = Generator::new(1).fill(r#"{"key": "{hex:8}", "x": "${VAR}"}{secret}"#);
        assert_eq!(text.len(), r#"{"key": "00000000", "x": "${VAR}"}"#.len());
        assert!(text.contains("${VAR}"));
        assert_eq!(text, Generator::new(1).fill(r#"{"key": "{hex:8}", "x": "${VAR}"}"#));
    }

    #[test]
    fn a_field_that_asks_for_too_much_stays_and_is_told() {
        for (template, expected) in [
            ("acme_{hex:4096}", None),
            ("acme_{hex:4097}", Some("hex:4097")),
            ("{{alnum:9999999999999}}", Some("alnum:9999999999999")),
            ("{hex:8}{word:99999999999999999999999999}", Some("word:99999999999999999999999999")),
            ("{jwt:exp=1900000000}{other:9999999999999}{hex:x}{hex:}", None),
        ] {
            assert_eq!(too_long(template), expected, "{template}");
        }
        assert_eq!(Generator::new(1).fill("a{hex:9999999999999}"), "a{hex:9999999999999}");
    }

    #[test]
    fn a_checksum_covers_the_token_it_ends() {
        let text = Generator::new(7).fill("T=ghp_{alnum:30}{sum:github}");
        assert!(Checksum::GitHub.holds(text.strip_prefix("T=").expect("the template starts so").as_bytes()));
    }

    #[test]
    fn a_jwt_holds_its_claims() {
        let token = Generator::new(3).fill("{jwt:aud=a|access,exp=1900000000}");
        let payload = token.split('.').nth(1).expect("a JWT has three parts");
        let claims: serde_json::Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON");
        assert_eq!(claims["aud"][1], "access");
        assert_eq!(claims["exp"], 1_900_000_000);
    }
}
