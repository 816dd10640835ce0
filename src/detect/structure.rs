//! Reads what credentials say of themselves: checksums whose formula is not certain, and what is packed into a token.
//!
//! Nothing here drops a match: what fits raises the confidence and is told as evidence, what does not is let be.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::proof::{Proven, decode_base64};
use crate::finding::Confidence;
use crate::quantity::counted;

/// Reads what the proof `name` looks for.
pub(super) fn read(name: &str, text: &[u8], proven: &mut Proven) {
    let fits = match name {
        "atlassian" => atlassian(text).then(|| "checksum valid".to_owned()),
        "gitlab" => gitlab(text).then(|| "checksum valid".to_owned()),
        "bech32" => bech32(text).then(|| "checksum valid".to_owned()),
        "macaroon" => macaroon(text),
        "sentry" => sentry(text),
        "azure-key" => azure_key(text),
        _ => None,
    };
    if let Some(evidence) = fits {
        proven.evidence.push(evidence);
        proven.confidence = Confidence::High;
    }
    if name == "azure-key" && is_of_emulator(text) {
        proven.evidence.push("the published key of a local emulator".to_owned());
        proven.confidence = Confidence::Low;
    }
    if name == "aws-account" {
        proven.evidence.extend(aws_account(text).map(|account| format!("of account {account:012}")));
    }
}

/// Atlassian: eight hexadecimal digits of the CRC32 of all before them, the `=` included. Found on published tokens.
fn atlassian(text: &[u8]) -> bool {
    let Some(sign) = text.iter().position(|&byte| byte == b'=') else { return false };
    let (body, sum) = text.split_at(sign + 1);
    format!("{:08X}", crc32fast::hash(body)).as_bytes() == sum
}

/// GitLab's routable tokens: seven digits to base 36 of the CRC32 of all before them, by its documentation.
fn gitlab(text: &[u8]) -> bool {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let Some(start) = text.len().checked_sub(7) else { return false };
    let (body, sum) = text.split_at(start);
    let mut rest = crc32fast::hash(body);
    sum.iter().rev().all(|&digit| {
        let fits = digit == DIGITS[(rest % 36) as usize];
        rest /= 36;
        fits
    })
}

/// BIP 173: a human part, a `1`, and base 32 that ends with a checksum over both.
fn bech32(text: &[u8]) -> bool {
    const DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let lower = text.to_ascii_lowercase();
    let Some(one) = lower.iter().rposition(|&byte| byte == b'1') else { return false };
    let (human, data) = (&lower[..one], &lower[one + 1..]);
    let value = |byte: &u8| DIGITS.iter().position(|digit| digit == byte).map(|value| value as u32);
    let Some(data) = data.iter().map(value).collect::<Option<Vec<u32>>>() else { return false };
    let high = human.iter().map(|byte| u32::from(byte >> 5));
    let low = human.iter().map(|byte| u32::from(byte & 31));
    let step = |sum: u32, value: u32| {
        const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        let top = sum >> 25;
        let next = (sum & 0x01ff_ffff) << 5 ^ value;
        GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1).fold(next, |sum, (_, part)| sum ^ part)
    };
    data.len() > 6 && high.chain([0]).chain(low).chain(data).fold(1, step) == 1
}

/// A macaroon of version 2 behind a token's prefix: where it is for, and how many restrictions it has.
fn macaroon(text: &[u8]) -> Option<String> {
    let dash = text.iter().position(|&byte| byte == b'-')?;
    let bytes = decode_base64(&text[dash + 1..])?;
    let mut rest = bytes.strip_prefix(&[2])?;
    let (mut place, mut identifiers, mut signed) = (None, 0u64, false);
    while let Some((&kind, behind)) = rest.split_first() {
        if kind == 0 {
            rest = behind;
            continue;
        }
        let (length, behind) = varint(behind)?;
        let field = behind.get(..length)?;
        rest = &behind[length..];
        match kind {
            1 => place = place.or_else(|| plain(field)),
            2 if place.is_some() => identifiers += 1,
            6 => signed = length == 32,
            _ => {}
        }
    }
    // The first identifier names the token itself.
    let restrictions = identifiers.checked_sub(1)?;
    let place = place.unwrap_or_default();
    signed.then(|| match restrictions {
        0 => format!("macaroon for {place}, without restrictions"),
        more => format!("macaroon for {place} with {}", counted(more, "restriction", "restrictions")),
    })
}

/// Reads a number of seven bits a byte, the lowest first.
fn varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if first < &0x80 {
        return Some((usize::from(*first), rest));
    }
    let (second, rest) = rest.split_first()?;
    (second < &0x80).then(|| (usize::from(first & 0x7f) | usize::from(*second) << 7, rest))
}

/// Returns a name if it is one that may be shown: short and of plain letters.
fn plain(name: &[u8]) -> Option<String> {
    let fits = !name.is_empty()
        && name.len() <= 60
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._:/-".contains(byte));
    fits.then(|| String::from_utf8_lossy(name).into_owned())
}

/// Sentry's organization token: JSON with the organization, the region and the date of issue.
fn sentry(text: &[u8]) -> Option<String> {
    let payload = text.split(|&byte| byte == b'_').nth(1)?;
    let padding = payload.iter().rev().take_while(|&&byte| byte == b'=').count();
    let json: Value = serde_json::from_slice(&decode_base64(&payload[..payload.len() - padding])?).ok()?;
    let organization = plain(json.get("org")?.as_str()?.as_bytes())?;
    let issued =
        json.get("iat").and_then(Value::as_f64).and_then(|seconds| jiff::Timestamp::from_second(seconds as i64).ok());
    let date = issued.map(|date| format!(", issued {}", date.strftime("%Y-%m-%d"))).unwrap_or_default();
    Some(format!("for the organization {organization}{date}"))
}

/// The account that an AWS access key id names: forty bits of its base 32, in ids made since 2019.
fn aws_account(text: &[u8]) -> Option<u64> {
    let body = text.get(4..14)?;
    if matches!(body[0], b'I' | b'J') {
        return None;
    }
    let digit = |byte: &u8| match byte {
        b'A'..=b'Z' => Some(u64::from(byte - b'A')),
        b'2'..=b'7' => Some(u64::from(byte - b'2') + 26),
        _ => None,
    };
    let bits = body.iter().try_fold(0, |bits, byte| Some(bits << 5 | digit(byte)?))?;
    let account = (bits >> 2 & 0x7fff_ffff_ff80) >> 7;
    (account < 1_000_000_000_000).then_some(account)
}

/// The mark of an Azure key in its common format: which service it is for.
fn azure_key(text: &[u8]) -> Option<String> {
    const SERVICES: &[(&[u8], &str)] = &[
        (b"AZDO", "Azure DevOps"),
        (b"ACOG", "Azure AI services"),
        (b"AzFu", "Azure Functions"),
        (b"AzSe", "Azure AI Search"),
        (b"AzCa", "Azure Cache for Redis"),
        (b"+ACR", "Azure Container Registry"),
        (b"APIM", "API Management"),
        (b"ACDb", "Cosmos DB"),
        (b"+ASt", "Azure Storage"),
        (b"+ABa", "Azure Batch"),
        (b"+AMC", "Azure Machine Learning"),
        (b"AIoT", "Azure IoT Hub"),
        (b"+ASb", "Service Bus"),
        (b"+AEh", "Event Hubs"),
        (b"+ARm", "Azure Relay"),
    ];
    // The mark stands in the last twelve digits; before it, anything may be one by chance.
    let tail = &text[text.len().saturating_sub(14)..];
    let found = SERVICES.iter().find(|(mark, _)| memchr::memmem::find(tail, mark).is_some())?;
    Some(format!("mark of {}", found.1))
}

/// Tells whether a key is one that every emulator of Azure Storage or Cosmos DB on a developer's machine has: Microsoft's
/// documentation publishes both. They are known by what their SHA-256 begins with.
fn is_of_emulator(key: &[u8]) -> bool {
    const KEYS: [[u8; 8]; 2] =
        [[0x00, 0x11, 0xcc, 0x25, 0xeb, 0x43, 0x20, 0x71], [0xaa, 0x65, 0x47, 0x43, 0x95, 0x83, 0xc3, 0xa2]];
    let digest = Sha256::digest(key);
    KEYS.iter().any(|key| digest.starts_with(key))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::super::proof::BASE64_URL;
    use super::*;
    use crate::finding::Severity;
    use crate::source::Span;

    fn evidence(name: &str, text: &[u8]) -> Option<String> {
        let mut proven = Proven {
            secret: Span::default(),
            confidence: Confidence::Medium,
            severity: Severity::High,
            evidence: Vec::new(),
        };
        read(name, text, &mut proven);
        assert_eq!(proven.confidence == Confidence::High, !proven.evidence.is_empty() && name != "aws-account");
        proven.evidence.pop()
    }

    #[test]
    fn checksums_that_fit_are_evidence_and_others_are_not() {
        let body = format!("ATATT3xFf{}=", "GF0q8Zk4tq9Lw2Xv7Rb1Nc8Hd");
        let token = format!("{body}{:08X}", crc32fast::hash(body.as_bytes()));
        assert_eq!(evidence("atlassian", token.as_bytes()).as_deref(), Some("checksum valid"));
        assert_eq!(evidence("atlassian", format!("{body}{:08X}", 0).as_bytes()), None);
        // The human part and the checksum of an empty text, from BIP 173.
        assert_eq!(
            evidence("bech32", b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw").as_deref(),
            Some("checksum valid")
        );
        assert_eq!(evidence("bech32", b"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxx"), None);
        assert_eq!(evidence("bech32", b"1"), None);
        assert_eq!(evidence("gitlab", b"glp"), None);
    }

    #[test]
    fn a_routable_token_ends_with_its_checksum() {
        let body = format!("glpat-{}.01.0u", "q8Zk4tq9Lw2Xv7Rb1Nc8HdKm5Pt");
        let (mut rest, mut sum) = (crc32fast::hash(body.as_bytes()), Vec::new());
        for _ in 0..7 {
            sum.insert(0, char::from_digit(rest % 36, 36).expect("a digit"));
            rest /= 36;
        }
        let token = format!("{body}{}", sum.into_iter().collect::<String>());
        assert_eq!(evidence("gitlab", token.as_bytes()).as_deref(), Some("checksum valid"));
        assert_eq!(evidence("gitlab", format!("{body}0000000").as_bytes()), None);
    }

    #[test]
    fn a_macaroon_tells_its_place_and_its_restrictions() {
        let field = |kind: u8, text: &[u8]| [&[kind, text.len() as u8][..], text].concat();
        let token = |restrictions: usize| {
            let mut bytes = [&[2][..], &field(1, b"pypi.org"), &field(2, b"id"), &[0]].concat();
            (0..restrictions).for_each(|_| bytes.extend([&field(2, b"[1, []]")[..], &[0]].concat()));
            bytes.extend([&[0][..], &field(6, &[7; 32])].concat());
            format!("pypi-{}", BASE64_URL.encode(bytes))
        };
        assert_eq!(
            evidence("macaroon", token(0).as_bytes()).as_deref(),
            Some("macaroon for pypi.org, without restrictions")
        );
        assert_eq!(
            evidence("macaroon", token(1).as_bytes()).as_deref(),
            Some("macaroon for pypi.org with 1 restriction")
        );
        assert_eq!(evidence("macaroon", &token(2).as_bytes()[..60]), None);
        assert_eq!(evidence("macaroon", b"pypi-AgEIcHlwaS5vcmc"), None);
    }

    #[test]
    fn what_a_token_says_is_told() {
        let payload = BASE64_URL.encode(r#"{"iat":1690880000.5,"url":"https://sentry.io","org":"acme"}"#);
        let token = format!("sntrys_{payload}_{}", "q8Zk4tq9Lw2Xv7Rb1Nc8HdKm5Pt0Wy3Sf6Gj1Ab9Ce2D");
        assert_eq!(
            evidence("sentry", token.as_bytes()).as_deref(),
            Some("for the organization acme, issued 2023-08-01")
        );
        assert_eq!(evidence("sentry", b"sntrys_eyJpYXQiOm_x"), None);
        for (marked, expected) in [
            (&b"q8Zk4tq9Lw2Xv7Rb1Nc8HdAZDO4x2a"[..], Some("mark of Azure DevOps")),
            (b"AZDOq8Zk4tq9Lw2Xv7Rb1Nc8Hd", None),
        ] {
            assert_eq!(evidence("azure-key", marked).as_deref(), expected);
        }
        // The halves of the key of Azure's storage emulator, as its documentation has them.
        let halves = ["Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6", "IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="];
        assert!(is_of_emulator(halves.concat().as_bytes()) && !is_of_emulator(halves[0].as_bytes()));
        let id = |rest: &str| format!("AKIA{rest}");
        assert_eq!(evidence("aws-account", id("IQ7ZK4TQ2LW2XV7R").as_bytes()), None);
        assert_eq!(
            evidence("aws-account", id("QBAAAAAAAAAAAAAA").as_bytes()).as_deref(),
            Some("of account 002147483648")
        );
    }
}
