//! Follows the armour of a private key to its end, and reads what the key says of itself.

use std::ops::Range;

use bstr::ByteSlice;

use super::proof::{Proven, decode_base64, is_base64_byte};
use super::shape;
use crate::finding::{Confidence, Severity};

/// The greatest length of a block from `-----BEGIN` to `-----END`.
pub(super) const GREATEST_BLOCK: usize = 16 * 1024;
/// The least length of the longest line of a key.
const LEAST_LINE: usize = 24;

/// Follows a block of armour to its end; without one, or with almost nothing inside, it is no key.
pub(super) fn prove(bytes: &[u8], proven: &mut Proven) -> bool {
    let start = proven.secret.start;
    let block = &bytes[start..(start + GREATEST_BLOCK).min(bytes.len())];
    let Some(body) = memchr::memmem::find(block, b"KEY").map(|at| at + 3) else { return false };
    let end = memchr::memmem::find(&block[body..], b"-----END").map(|at| body + at);
    let inside = body..end.unwrap_or_else(|| (body + 2048).min(block.len()));
    if is_abridged(&block[inside.clone()]) {
        return false;
    }
    if end.is_none() {
        proven.evidence.push("the block has no end".to_owned());
    }
    let behind = end.map_or(inside.end, |end| {
        end + block[end..].iter().skip(8).position(|&byte| byte == b'\n').map_or(8, |at| at + 8).min(64)
    });
    proven.secret.end = (start + behind).min(bytes.len());
    describe(block, inside.clone(), proven);
    if end.is_some() && is_der(&block[..body]) && is_damaged(&block[inside.clone()]) {
        proven.evidence.push("what is inside is no whole key".to_owned());
        proven.confidence = Confidence::Low;
    }
    // The header alone, in a sentence about it, is followed by words and not by lines of base64.
    let text = &block[inside];
    shape::entropy(text) > 3.5 && longest_base64(text) >= LEAST_LINE
}

/// Tells whether a block has too little in it, or blanks to be filled.
fn is_abridged(text: &[u8]) -> bool {
    let letters = text.iter().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).count();
    letters < 40
        || [&b"abcdefghij"[..], b"1234567890"].iter().any(|run| memchr::memmem::find(text, run).is_some())
        || text.windows(3).any(|window| window == b"..." || window == b"${" || window == b"xxx" || window == b"XXX")
}

/// The length in bytes below which a key that says to be longer was cut off, by someone who shows what a key looks like.
const STUMP: usize = 64;

/// Tells whether a block that begins so holds a key as DER, unless it is encrypted by itself.
fn is_der(begin: &[u8]) -> bool {
    [&b"BEGIN PRIVATE KEY"[..], b"RSA PRIVATE KEY", b"EC PRIVATE KEY", b"DSA PRIVATE KEY"]
        .iter()
        .any(|name| begin.ends_with(name))
}

/// Tells whether what is inside a block can be read and is no DER, or but the beginning of it.
fn is_damaged(text: &[u8]) -> bool {
    const SEQUENCE: u8 = 0x30;
    // Programs write a sign in front of each line.
    let margin = |byte: &u8| byte.is_ascii_whitespace() || b"|*#\"'+,\\".contains(byte);
    let mut base64 = Vec::new();
    let text = text.replace("\\n", "\n");
    for line in text.split(|&byte| byte == b'\n').skip(1) {
        let start = line.iter().take_while(|byte| margin(byte)).count();
        let end = line.len() - line.iter().rev().take_while(|byte| margin(byte)).count();
        let line = line.get(start..end).unwrap_or_default();
        if !line.iter().all(|&byte| is_base64_byte(byte)) {
            return false;
        }
        base64.extend(line.iter().filter(|&&byte| byte != b'='));
    }
    decode_base64(&base64)
        .is_some_and(|der| der.len() >= 16 && (der[0] != SEQUENCE || der.len() < STUMP && element(&der).is_none()))
}

/// Writes down what the head and the content of a block say: a passphrase, the kind and the length of the key.
fn describe(block: &[u8], inside: Range<usize>, proven: &mut Proven) {
    let head = &block[..(inside.start + 120).min(block.len())];
    let is = |word: &[u8]| memchr::memmem::find(&block[..inside.start], word).is_some();
    let mut encrypted =
        [&b"ENCRYPTED"[..], b"Proc-Type: 4"].iter().any(|word| memchr::memmem::find(head, word).is_some());
    let content = content(&block[inside.clone()]);
    if is(b"PGP") {
        encrypted |= content.as_deref().and_then(pgp_is_encrypted).unwrap_or(false);
    } else if let Some(bits) = content.as_deref().filter(|_| !encrypted).and_then(rsa_bits) {
        proven.evidence.push(format!("RSA key of {bits} bits"));
    }
    if encrypted {
        proven.evidence.push("the key is encrypted with a passphrase".to_owned());
        proven.severity = Severity::Medium;
    }
}

/// Decodes the lines of a block that are base64 alone, whether lines end in fact or as `\n` in a string.
fn content(text: &[u8]) -> Option<Vec<u8>> {
    let lines = text.replace("\\n", "\n");
    let lines = lines.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    // A line that begins with `=` is OpenPGP's checksum over the rest.
    let lines = lines
        .filter(|line| line.first().is_some_and(|&byte| byte != b'=') && line.iter().all(|&byte| is_base64_byte(byte)));
    let base64: Vec<u8> = lines.flatten().copied().filter(|&byte| byte != b'=').collect();
    decode_base64(&base64)
}

/// Returns tag and content of the DER element that `der` begins with, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 3))?;
            (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
        }
        _ => return None,
    };
    let (inside, behind) = rest.split_at_checked(length)?;
    Some((tag, inside, behind))
}

/// Returns the length of an RSA key's modulus, if the bytes are a whole key of PKCS #1 or #8.
fn rsa_bits(der: &[u8]) -> Option<usize> {
    const INTEGER: u8 = 2;
    const STRING: u8 = 4;
    const SEQUENCE: u8 = 0x30;
    let (SEQUENCE, key, _) = element(der)? else { return None };
    let (INTEGER, _version, rest) = element(key)? else { return None };
    match element(rest)? {
        (INTEGER, modulus, _) => Some(modulus.iter().skip_while(|&&byte| byte == 0).count() * 8),
        (SEQUENCE, algorithm, rest) if algorithm.starts_with(b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01") => {
            let (STRING, key, _) = element(rest)? else { return None };
            rsa_bits(key)
        }
        _ => None,
    }
}

/// Tells whether the secret key that OpenPGP packets begin with is protected by a passphrase, by RFC 9580,
/// whose section 4.2 tells the lengths of packets.
fn pgp_is_encrypted(packets: &[u8]) -> Option<bool> {
    let (&head, rest) = packets.split_first()?;
    let (tag, length, rest) = match head {
        0xc0.. => {
            let (&first, rest) = rest.split_first()?;
            let more = match first {
                192..=223 => 1,
                255 => 4,
                // One octet tells the whole length, or that of a first part.
                _ => 0,
            };
            (head & 0x3f, more, rest)
        }
        // An indeterminate length has no octets.
        0x80.. if head & 3 == 3 => (head >> 2 & 15, 0, rest),
        0x80.. => (head >> 2 & 15, 1 << (head & 3), rest),
        _ => return None,
    };
    let body = rest.get(length..)?;
    let (5 | 7, Some(4)) = (tag, body.first()) else { return None };
    let mut rest = body.get(6..)?;
    let skip = |rest: &mut &[u8], bytes: usize| rest.split_off(..bytes).map(|_| ());
    let number = |rest: &mut &[u8]| {
        let bits = rest.split_off(..2)?;
        skip(rest, (usize::from(bits[0]) << 8 | usize::from(bits[1])).div_ceil(8))
    };
    let short = |rest: &mut &[u8]| rest.split_off_first().and_then(|&length| skip(rest, usize::from(length)));
    match body.get(5)? {
        1..=3 => (0..2).try_for_each(|_| number(&mut rest))?,
        16 => (0..3).try_for_each(|_| number(&mut rest))?,
        17 => (0..4).try_for_each(|_| number(&mut rest))?,
        18 => short(&mut rest).and_then(|()| number(&mut rest)).and_then(|()| short(&mut rest))?,
        19 | 22 => short(&mut rest).and_then(|()| number(&mut rest))?,
        25 | 27 => skip(&mut rest, 32)?,
        _ => return None,
    }
    rest.first().map(|&usage| usage != 0)
}

/// Returns the length of the longest stretch of base64.
fn longest_base64(text: &[u8]) -> usize {
    text.split(|&byte| !is_base64_byte(byte)).map(<[u8]>::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::super::proof::BASE64;
    use super::*;
    use crate::source::Span;

    #[test]
    fn lines_of_base64_are_told_from_sentences() {
        assert!(longest_base64(b"\nProc-Type: 4,ENCRYPTED\n\nMIIEogIBAAKCAQEA+joLfff3WdFI\n") >= LEAST_LINE);
        assert!(longest_base64(b" header. Other formats such as PKCS#12 can be converted, too") < LEAST_LINE);
    }

    /// Makes a DER element.
    fn der(tag: u8, inside: &[u8]) -> Vec<u8> {
        let length = inside.len();
        let head =
            if length < 128 { vec![tag, length as u8] } else { vec![tag, 0x82, (length >> 8) as u8, length as u8] };
        [head, inside.to_vec()].concat()
    }

    #[test]
    fn the_length_of_an_rsa_key_is_read() {
        let modulus = [&[0][..], &[0xc7; 256]].concat();
        let plain = der(0x30, &[der(2, &[0]), der(2, &modulus), der(2, &[1, 0, 1])].concat());
        let algorithm = der(0x30, b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00");
        let wrapped = der(0x30, &[der(2, &[0]), algorithm, der(4, &plain)].concat());
        assert_eq!(rsa_bits(&plain), Some(2048));
        assert_eq!(rsa_bits(&wrapped), Some(2048));
        assert_eq!(rsa_bits(&plain[..100]), None);
        assert_eq!(rsa_bits(&[]), None);
    }

    #[test]
    fn a_passphrase_of_an_openpgp_key_is_seen() {
        let number = [&[0, 16][..], &[0xab, 0xcd]].concat();
        let body = |usage: u8| [&[4, 1, 2, 3, 4, 1][..], &number, &number, &[usage, 9, 9]].concat();
        for (usage, expected) in [(0, Some(false)), (254, Some(true)), (255, Some(true))] {
            let body = body(usage);
            let old = [&[0x94, body.len() as u8][..], &body].concat();
            let new = [&[0xc5, body.len() as u8][..], &body].concat();
            assert_eq!(pgp_is_encrypted(&old), expected, "{usage}");
            assert_eq!(pgp_is_encrypted(&new), expected, "{usage}");
            let indeterminate = [&[0x97][..], &body].concat();
            let partial = [&[0xc5, 0xe5][..], &body].concat();
            let long = [&[0xc5, 255, 0, 0, 0, body.len() as u8][..], &body].concat();
            for packet in [indeterminate, partial, long] {
                assert_eq!(pgp_is_encrypted(&packet), expected, "{usage} {:x?}", &packet[..2]);
            }
            assert_eq!(pgp_is_encrypted(&old[..8]), None);
        }
        assert_eq!(pgp_is_encrypted(b"no packets"), None);
    }

    #[test]
    fn a_block_that_holds_no_whole_key_is_a_hint() {
        let random: Vec<u8> = (0..90u32).map(|n| (n * n * 31 % 251) as u8).collect();
        let der = |length: u8, rest: &[u8]| BASE64.encode([&[0x30, length], rest].concat());
        let whole = der(90, &random);
        let (stump, other) = (der(90, &random[..40]), BASE64.encode(&random[2..]));
        let words = format!("{stump}\n        |(and so on)");
        for (body, expected) in [
            (whole.as_str(), Confidence::High),
            (&stump, Confidence::Low),
            (&other, Confidence::Low),
            (&words, Confidence::High),
        ] {
            let text =
                format!("-----BEGIN {0} KEY-----\n        |{body}\n        |-----END {0} KEY-----", "EC PRIVATE");
            let mut proven = Proven {
                secret: Span::new(0, 20),
                confidence: Confidence::High,
                severity: Severity::Critical,
                evidence: Vec::new(),
            };
            assert!(prove(text.as_bytes(), &mut proven), "{body}");
            assert_eq!(proven.confidence, expected, "{body}");
        }
    }
}
