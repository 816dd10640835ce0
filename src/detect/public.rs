//! Tells values that everybody may know, whatever their names say: addresses of a chain, digests, colours, what a form demands.

/// The names of digests, as they stand before one.
const DIGESTS: [&[u8]; 5] = [b"sha256:", b"sha512:", b"sha384:", b"sha1:", b"md5:"];
/// How many digits a colour has: with or without the transparency, short or long.
const COLOURS: [usize; 4] = [3, 4, 6, 8];
/// How long the base58 of 32 bytes may be, unless they begin with zeros.
const ACCOUNT: std::ops::RangeInclusive<usize> = 43..=44;
/// What stands for tokens and secrets in the standards of OAuth, RFC 5849 and 6749, and of OpenID, and is copied from there into
/// documentation.
const OF_STANDARDS: [&[u8]; 16] = [
    b"0685bd9184jfhq22",
    b"ad180jjd733klru7",
    b"9djdj82h48djs9d2",
    b"j49sn3j29djd",
    b"kkk9d7dh3k39sjv7",
    b"dh893hdasih9",
    b"hh5s93j4hdidpola",
    b"hdhd0244k9j7ao03",
    b"nnch734d00sl2jdk",
    b"pfkkdhi9sl3r4s00",
    b"2YotnFZFEjr1zCsicMWpAA",
    b"tGzv3JOkF0XG5Qx2TlKWIA",
    b"7Fjfp0ZBr1KtDRbnfVdmIw",
    b"h480djs93hd8",
    b"SlAV32hkKG",
    b"8xLOxBtZp8",
];

/// Tells whether nobody need hide a value.
pub(super) fn is_public(text: &[u8]) -> bool {
    OF_STANDARDS.contains(&text)
        || is_address(text)
        || is_digest(text)
        || is_colour(text)
        || is_no_password(text)
        || is_demanded(text)
}

/// Tells whether a value is the address of an account or a contract: a private key is longer.
fn is_address(text: &[u8]) -> bool {
    matches!(text, [b'0', b'x' | b'X', digits @ ..] if digits.len() == 40 && is_hex(digits))
}

fn is_digest(text: &[u8]) -> bool {
    DIGESTS.iter().any(|name| text.strip_prefix(*name).is_some_and(|digest| digest.len() >= 32 && is_hex(digest)))
}

fn is_colour(text: &[u8]) -> bool {
    matches!(text, [b'#', digits @ ..] if COLOURS.contains(&digits.len()) && is_hex(digits))
}

/// Tells whether a value says that there is no password: not applicable, or a locked account.
fn is_no_password(text: &[u8]) -> bool {
    let is_absent = text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(b"n/a"));
    is_absent && text.get(3).is_none_or(|byte| !byte.is_ascii_alphanumeric())
        || text.starts_with(b"*LK*")
        || text.starts_with(b"*NP*")
}

/// Tells whether a value is what a form demands of one: rules with `|` between, the first of which is a well-known one.
fn is_demanded(text: &[u8]) -> bool {
    let first = text.split(|&byte| byte == b'|').next().unwrap_or_default();
    first.len() < text.len() && matches!(first, b"required" | b"nullable" | b"sometimes" | b"bail" | b"present")
}

/// Tells whether a value may be the public key of an account of Solana: 32 bytes in base58.
pub(super) fn may_be_account(text: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l');
    ACCOUNT.contains(&text.len()) && text.iter().all(is_digit)
}

fn is_hex(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_may_know_is_told_by_its_form() {
        let hex = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b";
        for text in [
            &format!("0x{hex}"),
            &format!("sha1:{hex}"),
            "2YotnFZFEjr1zCsicMWpAA",
            "#1F2937A0",
            "n/a",
            "N/A-2024",
            "*LK*k9Xq",
            "required|min:8|max64|mixedCase1",
        ] {
            assert!(is_public(text.as_bytes()), "{text}");
        }
        for text in [&format!("0x{hex}9f86"), hex, "#1F2937A0b", "n/ak9Xq", "*k9Xq2Lm", "required9Xq", "k9Xq|required"]
        {
            assert!(!is_public(text.as_bytes()), "{text}");
        }
        let account = format!("{}{}", "7xKXtg2CW87d97TXJSDpbD5j", "BkheTqA83TZRuJosgAsU");
        assert!(may_be_account(account.as_bytes()) && !may_be_account(account.replace('7', "0").as_bytes()));
    }
}
