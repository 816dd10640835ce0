//! What is proven about a match before it becomes a candidate: no network, no clock but for expiry.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::chance::{self, counts, insists};
use super::notation::kebab_words;
use super::password;
use super::place;
use super::placeholder::{is_monotonous, is_placeholder, is_reference};
use super::{INFLUENCE, armor, jwt, shape, structure};
use crate::finding::{Confidence, Severity};
use crate::rules::checksum::Checksum;
use crate::rules::{Placeholders, Rule};
use crate::source::Span;

/// How many bytes before a match a word of `near` may stand.
const NEAR_BEFORE: usize = 200;
/// How many bytes behind it.
const NEAR_BEHIND: usize = 100;

/// A match that holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Proven {
    /// The secret's bytes; a proof may have found that it goes on behind the match.
    pub secret: Span,
    /// The rule's confidence, or what the proof made of it.
    pub confidence: Confidence,
    /// The rule's severity, or what the proof made of it.
    pub severity: Severity,
    /// What was proven, for people.
    pub evidence: Vec<String>,
}

/// Decodes standard and URL-safe base64, with or without padding.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
pub(super) const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Returns how many bytes around a match a rule's checks may look at, by the name of its proof.
pub(super) fn influence(proof: &str) -> usize {
    if proof == "pem" { armor::GREATEST_BLOCK + INFLUENCE } else { INFLUENCE }
}

/// Applies a rule's checks to one match; `None` means that it is no credential.
pub fn prove(
    rule: &Rule,
    bytes: &[u8],
    path: Option<&[u8]>,
    whole: &Range<usize>,
    secret: Range<usize>,
) -> Option<Proven> {
    let entry = rule.entry();
    let check = &entry.check;
    let text = &bytes[secret.clone()];
    let mut proven = Proven {
        secret: secret.clone().into(),
        confidence: entry.confidence,
        severity: entry.severity,
        evidence: Vec::new(),
    };
    let checksum = check.proof.as_deref().and_then(Checksum::by_name).map(|checksum| checksum.holds(text));
    let certain = checksum == Some(true);
    if !certain
        && (place::is_wrapped_data(bytes, secret.start, secret.end)
            || entry.confidence < Confidence::High && place::is_template_expression(bytes, secret.start))
    {
        return None;
    }
    if check.min_digits > 0 && text.iter().filter(|byte| byte.is_ascii_digit()).count() < check.min_digits
        || check.min_entropy > 0.0 && shape::entropy(text) < check.min_entropy
        || !rule.near.is_empty() && !has_near(rule, bytes, path, whole)
        || has_on_line(&check.not_near, bytes, whole)
    {
        return None;
    }
    // A checksum can be computed over filling, too, and is for the sake of tests.
    let filling = if certain {
        is_monotonous(text) || insists(text)
    } else {
        let prefix = rule.keywords_at_start(text).map(str::len).max().unwrap_or(0);
        stands_for_a_secret(text, entry.confidence, prefix)
    };
    if filling && check.placeholders == Placeholders::Drop {
        return None;
    }
    match (check.proof.as_deref(), checksum) {
        (None, _) => Some(proven),
        (Some(_), Some(holds)) => {
            proven.evidence.push("checksum valid".to_owned());
            proven.confidence = Confidence::High;
            holds.then_some(proven)
        }
        (Some(name), None) => named(name, bytes, path, whole.start, &mut proven).then_some(proven),
    }
}

/// Tells whether the text is a placeholder. A long token of a provider's own format may contain any short
/// word by chance, so there only the shapes of placeholders count; a shorter one behind a `prefix` of the provider's
/// may contain one.
fn stands_for_a_secret(text: &[u8], confidence: Confidence, prefix: usize) -> bool {
    if is_reference(text) || is_monotonous(text) {
        return true;
    }
    let is_long = confidence == Confidence::High && text.len() >= 64 && !is_address(text);
    if is_long {
        return counts(text);
    }
    let may_be_chance = confidence == Confidence::High && prefix > 0;
    is_placeholder(text) && !(may_be_chance && chance::is_chance(text, prefix))
}

/// Tells whether a secret is an address of the web, whose parts are words: it begins with the scheme, or with a host and a path.
fn is_address(text: &[u8]) -> bool {
    if text.starts_with(b"https://") || text.starts_with(b"http://") {
        return true;
    }
    let host = memchr::memchr(b'/', text).map(|end| &text[..end]);
    let is_part = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    let is_domain = |end: &[u8]| end.len() >= 2 && end.iter().all(u8::is_ascii_lowercase);
    host.is_some_and(|host| {
        let dot = memchr::memrchr(b'.', host);
        host.iter().all(is_part) && dot.is_some_and(|dot| dot > 0 && is_domain(&host[dot + 1..]))
    })
}

/// Tells whether one of the words that a rule wants near its matches stands around one, or in the path.
pub(super) fn has_near(rule: &Rule, bytes: &[u8], path: Option<&[u8]>, whole: &Range<usize>) -> bool {
    let around = &bytes[whole.start.saturating_sub(NEAR_BEFORE)..(whole.end + NEAR_BEHIND).min(bytes.len())];
    let near = rule.near_finder();
    near.is_in(&around.to_ascii_lowercase())
        || path.is_some_and(|path| near.may_be_in_paths() && near.is_in(&path.to_ascii_lowercase()))
}

/// Tells whether one of the words stands on the line of a match, as far as they are looked for.
fn has_on_line(words: &[String], bytes: &[u8], whole: &Range<usize>) -> bool {
    if words.is_empty() {
        return false;
    }
    let from = whole.start.saturating_sub(NEAR_BEFORE);
    let start = memchr::memrchr(b'\n', &bytes[from..whole.start]).map_or(from, |at| from + at + 1);
    let behind = &bytes[whole.end..(whole.end + NEAR_BEHIND).min(bytes.len())];
    let end = whole.end + memchr::memchr(b'\n', behind).unwrap_or(behind.len());
    let line = bytes[start..end].to_ascii_lowercase();
    words.iter().any(|word| memchr::memmem::find(&line, word.as_bytes()).is_some())
}

/// Applies a proof by its name that is no checksum. A formula that is certain drops the match when it fails; one that is
/// not only adds evidence when it holds.
fn named(name: &str, bytes: &[u8], path: Option<&[u8]>, start: usize, proven: &mut Proven) -> bool {
    let text = &bytes[proven.secret.range()];
    let in_rehearsal = |confidence: Confidence| match place::is_rehearsal(bytes, path, start) {
        true => confidence.lowered(),
        false => confidence,
    };
    match name {
        "jwt" => {
            let holds = jwt::prove(text, proven);
            proven.confidence = in_rehearsal(proven.confidence);
            holds
        }
        "pem" => armor::prove(bytes, proven),
        "base64-json" => base64_json(text, proven),
        "base64-digits" => base64_digits(text),
        "base64" => {
            let decoded = decode_base64(text);
            // A short text of a fixture says nothing but what it is for.
            let is_word = decoded.as_ref().is_some_and(|text| text.len() < 24 && !is_random(text));
            proven.confidence = in_rehearsal(proven.confidence);
            proven.confidence = if is_word { in_rehearsal(proven.confidence) } else { proven.confidence };
            if decoded.as_ref().is_some_and(|text| is_sentence(text) || kebab_words(text)) {
                proven.confidence = Confidence::Low;
            }
            // The path of a secret elsewhere has no capitals.
            let is_path = text.contains(&b'/') && !text.iter().any(u8::is_ascii_uppercase);
            !is_path && decoded.is_some_and(|text| !is_sample(&text) && !is_public_armor(&text))
        }
        "basic-auth" => {
            if password::is_doubtful_pair(&decode_base64(text).unwrap_or_default(), bytes, path, start) {
                proven.confidence = Confidence::Low;
            }
            is_basic_auth(text)
        }
        "random" => {
            proven.confidence = in_rehearsal(proven.confidence);
            is_random(text)
        }
        "password" => password::prove(bytes, path, start, proven),
        _ => {
            structure::read(name, text, proven);
            true
        }
    }
}

/// Tells whether a machine made the text: it is no word, no phrase of a URL, whose blanks are `%20`, no base64 of words, and no
/// sample.
fn is_random(text: &[u8]) -> bool {
    let shape = shape::Shape::of(text);
    shape.looks_random()
        && memchr::memmem::find(text, b"%20").is_none()
        && !jwt::is_sample_token(text)
        && !is_header_of_jwt(text)
        && !decode_base64(text).is_some_and(|text| is_sentence(&text))
}

/// Tells whether a value is nothing but the first part of a JSON Web Token, which says how it would be signed.
pub(super) fn is_header_of_jwt(text: &[u8]) -> bool {
    let whole = text.len() / 4 * 4;
    text.starts_with(b"eyJ")
        && text.len() < 80
        && !text.contains(&b'.')
        && decode_base64(&text[..whole])
            .is_some_and(|json| json.starts_with(br#"{"alg":""#) || json.starts_with(br#"{"typ":"JWT""#))
}

/// Tells whether a text up to its first dot is base64 of a number.
fn base64_digits(text: &[u8]) -> bool {
    let first = text.split(|&byte| byte == b'.').next().unwrap_or_default();
    decode_base64(first).is_some_and(|id| !id.is_empty() && id.iter().all(u8::is_ascii_digit))
}

/// Decodes the JSON behind a token's prefix.
fn base64_json(text: &[u8], proven: &mut Proven) -> bool {
    let payload = text.splitn(2, |&byte| byte == b'_').nth(1).unwrap_or(text);
    let end = payload.iter().rposition(|&byte| byte == b'_').unwrap_or(payload.len());
    // A sample may have a padding that does not fit.
    let padding = payload[..end].iter().rev().take_while(|&&byte| byte == b'=').count();
    let Some(json) = decode_base64(&payload[..end - padding]).filter(|json| json.first() == Some(&b'{')) else {
        return false;
    };
    proven.evidence.push("payload is the provider's JSON".to_owned());
    !is_sample(&json)
}

/// Tells whether a decoded text says that it is an example, as those of documentation do.
fn is_sample(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"EXAMPLE").is_some()
}

/// Tells whether a decoded text is made to be published: certificates or public keys, also in base64 once more.
pub(super) fn is_public_armor(text: &[u8]) -> bool {
    let holds = |text: &[u8], part: &[u8]| memchr::memmem::find(text, part).is_some();
    let is_alone = |text: &[u8]| {
        (holds(text, b"-----BEGIN CERTIFICATE-----") || holds(text, b"-----BEGIN PUBLIC KEY-----"))
            && !holds(text, b"PRIVATE KEY-----")
    };
    is_alone(text) || text.len() >= 64 && decode_base64(text.trim_ascii()).is_some_and(|inner| is_alone(&inner))
}

/// Tells whether a decoded text is a few words of a language, with blanks between them.
fn is_sentence(text: &[u8]) -> bool {
    let blanks = text.iter().filter(|&&byte| byte == b' ').count();
    let is_part = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b',' | b'.' | b'\'' | b'!' | b'\n');
    blanks >= 2 && text.iter().all(is_part)
}

/// Tells whether a byte is a digit of base64 or fills it up.
pub(super) const fn is_base64_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// Decodes base64 of either alphabet.
pub(super) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let url = text.iter().any(|byte| matches!(byte, b'-' | b'_'));
    if url { BASE64_URL.decode(text).ok() } else { BASE64.decode(text).ok() }
}

/// Returns the password of a pair with a user's name in base64.
pub fn password_of(text: &[u8]) -> Option<Vec<u8>> {
    let pair = decode_base64(text)?;
    parted(&pair).map(|(_, password)| password.to_vec())
}

/// Parts a user's name from the password behind it.
fn parted(pair: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', pair)?;
    Some((&pair[..colon], &pair[colon + 1..]))
}

/// Tells whether base64 holds a user's name and a password.
pub(super) fn is_basic_auth(text: &[u8]) -> bool {
    decode_base64(text).is_some_and(|pair| basic_auth(&pair))
}

/// Tells whether decoded bytes are a user's name and a password that is no placeholder.
fn basic_auth(pair: &[u8]) -> bool {
    let Some((user, password)) = parted(pair) else { return false };
    pair.iter().all(u8::is_ascii_graphic)
        && !user.is_empty()
        && !user.iter().any(|byte| matches!(byte, b'{' | b'"'))
        && password.len() >= 4
        && !is_placeholder(password)
        && !is_reference(password)
        && !is_placeholder(pair)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_behind_a_prefix_is_read_and_samples_are_passed_over() {
        let proven = || Proven {
            secret: Span::default(),
            confidence: Confidence::High,
            severity: Severity::High,
            evidence: Vec::new(),
        };
        for (json, expected) in
            [("{\"k\":\"q8Zk\",\"n\":\"ci\"}", true), ("{\"k\":\"EXAMPLETEST\"}", false), ("plain", false)]
        {
            assert_eq!(base64_json(BASE64.encode(json).as_bytes(), &mut proven()), expected, "{json}");
        }
    }

    #[test]
    fn a_word_in_a_long_token_is_an_accident_and_in_an_address_none() {
        let rest = format!("{}EXAMPLE{}", "q7Zr".repeat(9), "Wm3x".repeat(9));
        for before in ["https://hooks.acme.io/", "http://hooks.acme.io/", "hooks.acme.io/v1/", "acme.com/"] {
            assert!(stands_for_a_secret(format!("{before}{rest}").as_bytes(), Confidence::High, 0), "{before}");
        }
        for before in ["", "q7Zr/", "q7.Zr/", "v4.public./", ".io/", "a.b/"] {
            assert!(!stands_for_a_secret(format!("{before}{rest}").as_bytes(), Confidence::High, 0), "{before}");
        }
    }

    #[test]
    fn what_a_manifest_publishes_is_no_secret() {
        let certificate = format!("-----BEGIN {}-----\nMIIB", "CERTIFICATE");
        let key = format!("{certificate}-----BEGIN PRIVATE {}-----\nMIIE", "KEY");
        assert!(is_public_armor(certificate.as_bytes()) && !is_public_armor(key.as_bytes()));
        let twice = BASE64.encode(format!("{{\"crt\":\"{certificate}{}\"}}", "Q8Zk4".repeat(9)));
        assert!(is_public_armor(twice.as_bytes()) && !is_public_armor(b"q8Zk4tq9Lw2Xv7Rb1Nc8"));
        assert!(is_sentence(b"this is the test") && !is_sentence(b"q8Zk4 tq9Lw 2Xv7Rb"));
        let words = BASE64.encode("this is nobody's bearer token!");
        assert!(!is_random(words.as_bytes()) && is_random(BASE64.encode("q8Zk4tq9Lw 2Xv7Rb 1Nc8").as_bytes()));
    }

    #[test]
    fn a_pair_of_user_and_password_is_told_from_other_base64() {
        assert!(basic_auth(b"deploy:k9fXq2LmZ0"));
        assert!(!basic_auth(b"user:password"));
        assert!(!basic_auth(b"no colon at all"));
        assert!(!basic_auth(br#"{"typ":"k9fXq2LmZ0"}"#));
        assert!(!basic_auth(b"\x00\x01:\xff\xfe\xfd\xfc"));
    }
}
