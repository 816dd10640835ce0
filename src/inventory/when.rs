//! Reads points in time out of stores and tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use crate::document::Node;

/// Names under which stores keep the end of a credential.
const ENDS: [&str; 8] =
    ["expiresAt", "expires_at", "expires", "expiry_date", "expiry", "expiration", "expirationDate", "exp"];
/// Names under which stores keep its beginning.
const BEGINNINGS: [&str; 6] = ["createdAt", "created_at", "issuedAt", "issued_at", "created", "iat"];

/// Returns when a credential was made and when it ends, by what stands beside it or in it.
pub(super) fn life(beside: &Node, value: &str) -> (Option<Timestamp>, Option<Timestamp>) {
    let find = |names: &[&str]| {
        names.iter().find_map(|name| beside.get(name)?.scalar().and_then(|scalar| parse(&scalar.text)))
    };
    let claims = claims(value);
    let claim = |name: &str| claims.as_ref().and_then(|claims| claims.get(name)?.as_i64()).and_then(seconds);
    (find(&BEGINNINGS).or_else(|| claim("iat")), find(&ENDS).or_else(|| claim("exp")))
}

/// Reads a date, or a number of seconds or milliseconds since 1970.
fn parse(text: &str) -> Option<Timestamp> {
    if let Ok(number) = text.parse::<f64>() {
        let number = number as i64;
        return seconds(if number > 100_000_000_000 { number / 1000 } else { number });
    }
    text.parse::<Timestamp>().ok().or_else(|| {
        let date: jiff::civil::Date = text.get(..10)?.parse().ok()?;
        date.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    })
}

fn seconds(number: i64) -> Option<Timestamp> {
    // Smaller numbers are durations, not points in time.
    (number > 1_000_000_000).then(|| Timestamp::from_second(number).ok()).flatten()
}

/// Returns the claims of a JSON Web Token.
fn claims(value: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
    let mut parts = value.split('.');
    let (header, payload) = (parts.next()?, parts.next()?);
    if !header.starts_with("eyJ") || parts.next().is_none() {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}
