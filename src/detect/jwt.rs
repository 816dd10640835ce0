//! Reads a JSON Web Token: is it one, for whom, until when. The signature cannot be checked offline.

use serde_json::Value;

use super::proof::{Proven, decode_base64};
use crate::finding::{Confidence, Severity};
use crate::quantity::counted;

/// Seconds in a day.
const DAY: u64 = 86_400;

/// From here on, which as seconds is in the year 5138, a date is taken for milliseconds.
const MILLISECONDS: i64 = 100_000_000_000;

/// What else a header may say, by RFC 7515 and 7519.
const PARAMETERS: &[&str] = &[
    "typ", "cty", "kid", "crit", "jku", "jwk", "x5u", "x5c", "x5t", "b64", "zip", "apu", "apv", "epk", "iss", "sub",
    "aud",
];

/// Decodes the token and writes down what its claims say. A text whose first two parts are no JSON is no JWT;
/// one whose claims are those of a documentation sample is no secret.
pub fn prove(text: &[u8], proven: &mut Proven) -> bool {
    let mut parts = text.split(|&byte| byte == b'.');
    let (Some(first), Some(second)) = (parts.next(), parts.next()) else { return false };
    let (Some(header), Some(payload)) = (json(first), json(second)) else {
        // Someone changed a letter of the token, to publish it; the rest may tell enough.
        proven.confidence = Confidence::Low;
        proven.evidence.push("damaged".to_owned());
        return starts_like_a_header(first) && starts_like_claims(second);
    };
    if header.get("alg").is_none() && header.get("enc").is_none() {
        if !PARAMETERS.iter().any(|name| header.get(name).is_some()) {
            return false;
        }
        proven.evidence.push("names no algorithm".to_owned());
        proven.confidence = Confidence::Low;
        return !is_sample(&payload);
    }
    if is_sample(&payload) {
        return false;
    }
    proven.evidence.push(describe(&payload));
    let scheme = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("none") {
        proven.evidence.push("not signed".to_owned());
        proven.confidence = Confidence::Low;
    }
    let is_expired = judge_expiry(&payload, jiff::Timestamp::now().as_second(), proven);
    // Services say who issued a token, for whom or when; who plays with a library does not.
    if ["iss", "aud", "exp", "iat", "nbf", "jti", "role", "scope", "kid"]
        .iter()
        .all(|claim| payload.get(claim).is_none())
        && header.get("kid").is_none()
        && header.get("enc").is_none()
    {
        proven.confidence = proven.confidence.lowered();
    }
    // Roles that the holder of the token gets, such as Supabase's.
    if payload.get("role").and_then(Value::as_str) == Some("service_role") {
        proven.severity = if is_expired { Severity::Low } else { Severity::Critical };
        proven.confidence = Confidence::High;
    } else if payload.get("role").and_then(Value::as_str) == Some("anon") {
        proven.severity = Severity::Low;
    }
    true
}

/// Writes down how long the token is valid; one that is expired does little harm. Tells whether it is.
fn judge_expiry(payload: &Value, now: i64, proven: &mut Proven) -> bool {
    // A date may have a fraction, by RFC 7519; some write milliseconds.
    let seconds = |date: &Value| {
        let date = date.as_i64().or_else(|| date.as_f64().map(|date| date as i64))?;
        Some(if (MILLISECONDS..i64::MAX).contains(&date) { date / 1000 } else { date })
    };
    let days = |seconds: i64| seconds.unsigned_abs() / DAY;
    match payload.get("exp").and_then(seconds) {
        None => proven.evidence.push("never expires".to_owned()),
        Some(expiry) if expiry <= now => {
            proven.evidence.push(match days(now.saturating_sub(expiry)) {
                0 => "expired within the last day".to_owned(),
                days => format!("expired {} ago", counted(days, "day", "days")),
            });
            proven.severity = Severity::Low;
            return true;
        }
        Some(expiry) => proven.evidence.push(match days(expiry.saturating_sub(now)) {
            0 => "expires within a day".to_owned(),
            days => format!("expires in {}", counted(days, "day", "days")),
        }),
    }
    false
}

/// Decodes one part of a token.
fn json(part: &[u8]) -> Option<Value> {
    serde_json::from_slice(&decode_base64(part)?).ok().filter(Value::is_object)
}

/// Tells whether the text is a token whose claims are those of a documentation sample.
pub fn is_sample_token(text: &[u8]) -> bool {
    text.starts_with(b"eyJ")
        && text.split(|&byte| byte == b'.').nth(1).and_then(json).is_some_and(|claims| is_sample(&claims))
}

/// Tells whether the part begins as a header with an algorithm does.
fn starts_like_a_header(part: &[u8]) -> bool {
    decode_base64(part).is_some_and(|text| text.starts_with(br#"{"alg":""#) || text.starts_with(br#"{"typ":"JWT""#))
}

/// Tells whether the part begins as claims of an issuer, a subject or an audience do.
fn starts_like_claims(part: &[u8]) -> bool {
    let claims = [&br#"{"iss":""#[..], br#"{"sub":""#, br#"{"aud":""#];
    decode_base64(part).is_some_and(|text| claims.iter().any(|claim| text.starts_with(claim)))
}

/// Tells whether the claims are those of well-known samples: `John Doe` of jwt.io, or nothing at all.
fn is_sample(payload: &Value) -> bool {
    let text = |key: &str| payload.get(key).and_then(Value::as_str).unwrap_or_default();
    let name = text("name");
    (name.eq_ignore_ascii_case("john doe") || name.eq_ignore_ascii_case("jane doe"))
        || (text("sub") == "1234567890")
        || payload.as_object().is_some_and(serde_json::Map::is_empty)
}

/// Says whom the token is from and for. Only names of parties that are no secrets are shown, and only if they
/// are short plain words.
fn describe(payload: &Value) -> String {
    let claim = |key: &str| match payload.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Array(list) => Some(list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")),
        _ => None,
    };
    let shown = |key: &str| {
        claim(key)
            .filter(|text| text.len() <= 80 && text.chars().all(|c| c.is_ascii_alphanumeric() || " ,.:/_-".contains(c)))
    };
    match (shown("aud"), shown("iss")) {
        (Some(audience), Some(issuer)) => format!("JWT for audience {audience}, issued by {issuer}"),
        (Some(audience), None) => format!("JWT for audience {audience}"),
        (None, Some(issuer)) => format!("JWT issued by {issuer}"),
        (None, None) => "JWT".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;
    use crate::detect::proof::BASE64_URL;
    use crate::source::Span;

    fn proven(header: &str, payload: &str) -> Option<Confidence> {
        proof(header, payload).map(|proven| proven.confidence)
    }

    fn proof(header: &str, payload: &str) -> Option<Proven> {
        let token = format!("{}.{}.c2lnbmF0dXJl", BASE64_URL.encode(header), BASE64_URL.encode(payload));
        let mut proven = Proven {
            secret: Span::default(),
            confidence: Confidence::High,
            severity: Severity::High,
            evidence: Vec::new(),
        };
        prove(token.as_bytes(), &mut proven).then_some(proven)
    }

    #[test]
    fn a_token_that_is_expired_does_little_harm_whatever_its_role_was() {
        for (payload, severity, evidence) in [
            (r#"{"iss":"acme","role":"service_role"}"#, Severity::Critical, "never expires"),
            (r#"{"iss":"acme","role":"service_role","exp":1516239022}"#, Severity::Low, "expired"),
            (r#"{"iss":"acme","exp":1516239022.5}"#, Severity::Low, "expired"),
            (r#"{"iss":"acme","exp":1516239022000}"#, Severity::Low, "expired"),
            (r#"{"iss":"acme","exp":99516239022.0}"#, Severity::High, "expires in"),
            (r#"{"iss":"acme","role":"anon","exp":99516239022}"#, Severity::Low, "expires in"),
        ] {
            let proven = proof(r#"{"alg":"HS256"}"#, payload).expect("a token");
            assert_eq!(proven.severity, severity, "{payload}");
            assert!(proven.evidence.iter().any(|told| told.starts_with(evidence)), "{payload}");
        }
    }

    #[test]
    fn a_damaged_token_is_a_hint_and_a_sample_is_none() {
        let header = r#"{"alg":"HS256","typ":"JWT"}"#;
        let damaged = r#"{"alg":"HS256",?typ":"JWT"}"#;
        for (header, payload, expected) in [
            (header, r#"{"iss":"acme","sub":"7"}"#, Some(Confidence::High)),
            (header, r#"{"sub":"foo"}"#, Some(Confidence::Medium)),
            (header, r#"{"iss":"acme","exp":-9223372036854775808}"#, Some(Confidence::High)),
            (header, r#"{"iss":"acme","exp":9223372036854775807}"#, Some(Confidence::High)),
            (damaged, r#"{"iss":"acme","sub":"7"}"#, Some(Confidence::Low)),
            (damaged, "nothing of the kind", None),
            ("nothing of the kind", r#"{"iss":"acme"}"#, None),
            (header, r#"{"sub":"1234567890","name":"John Doe"}"#, None),
            (r#"{"crit":["exp"]}"#, r#"{"iss":"acme"}"#, Some(Confidence::Low)),
            (r#"{"width":7}"#, r#"{"iss":"acme"}"#, None),
        ] {
            assert_eq!(proven(header, payload), expected, "{header} {payload}");
            let token = format!("{}.{}.c2ln", BASE64_URL.encode(header), BASE64_URL.encode(payload));
            assert_eq!(is_sample_token(token.as_bytes()), payload.contains("John Doe"), "{payload}");
        }
    }
}
