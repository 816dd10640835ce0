//! Decides whether a value can be a credential by what it looks like.

use std::ops::Range;

/// Tells whether a value under a name that says `key` can be one: made by a machine, not a word, path or number.
pub fn can_be_key(value: &str) -> bool {
    let len = value.len();
    if !(8..=8192).contains(&len) || value.contains(char::is_whitespace) && !value.contains("-----BEGIN") {
        return value.contains("-----BEGIN");
    }
    let is_name = is_host(value) || is_version(value) || is_project(value) || is_numbered_phrase(value);
    if is_plain_number(value) || is_path(value) || is_name {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    if digits == 0 {
        return len >= 16 && letters * 10 >= len * 7 && !is_words(value);
    }
    letters > 0 || digits >= 12
}

/// Tells whether a value under a name that says `password` can be one.
pub fn can_be_password(value: &str) -> bool {
    let plain_word = value.len() < 8 && value.bytes().all(|byte| byte.is_ascii_lowercase());
    (4..=256).contains(&value.len())
        && !plain_word
        && !matches!(
            value.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "none" | "null" | "disabled" | "enabled"
        )
        && !is_path(value)
        && !value.starts_with("--")
        && (value.split_whitespace().count() < 4 || is_app_password(value))
}

/// Tells whether a value is a password that a service makes for one program: four groups of four small letters for
/// Google, six of letters and digits for WordPress.
fn is_app_password(value: &str) -> bool {
    let is_group = |group: &str| group.len() == 4 && group.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let has = |wanted: fn(&u8) -> bool| value.bytes().any(|byte| wanted(&byte));
    let small = !has(u8::is_ascii_digit) && !has(u8::is_ascii_uppercase);
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    value.split(' ').all(is_group)
        && match value.split(' ').count() {
            4 => small,
            6 => mixed,
            _ => false,
        }
}

/// Tells whether a value is hexadecimal digits and as long as a key, if it is no digest.
pub fn is_long_hex(value: &str) -> bool {
    let has = |wanted: fn(&u8) -> bool| value.bytes().any(|byte| wanted(&byte));
    matches!(value.len(), 32..=128)
        && value.bytes().all(|byte| byte.is_ascii_hexdigit())
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
}

/// Tells whether a value is words that can be spoken, with a short number or a version among them, as in `acme-prod-01` or
/// `ignored-by-router-v2`: people name things so and write what is no key.
fn is_numbered_phrase(value: &str) -> bool {
    let parts: Vec<&str> = value.split(['-', '_', ' ']).collect();
    // `oauth2`, `saml2` and `1password` are words with a number of their own.
    let letters = |part: &str| -> Range<usize> {
        let has_number = |is_at: bool| usize::from(part.len() > 4 && is_at);
        has_number(part.starts_with(|c: char| c.is_ascii_digit()))
            ..part.len() - has_number(part.ends_with(|c: char| c.is_ascii_digit()))
    };
    let is_word = |part: &&str| {
        let part = &part[letters(part)];
        (1..=14).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_lowercase())
            && (part.len() < 5 || is_pronounceable(part))
    };
    let is_number = |part: &str| {
        let digits = part.strip_prefix('v').unwrap_or(part);
        (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let spoken =
        parts.iter().filter(|part| part.len() > 2 && is_word(part) && is_pronounceable(&part[letters(part)])).count();
    let numbers = parts.iter().filter(|part| is_number(part)).count();
    let words = parts.len() - numbers;
    let numbered = parts.iter().filter(|part| is_word(part) && letters(part).len() < part.len()).count();
    parts.len() > 1
        && (1..=2).contains(&(numbers + numbered))
        && spoken > 0
        && spoken * 2 >= words
        && parts.iter().all(|part| is_word(part) || is_number(part))
}

/// Tells whether a value looks made by a machine even where no name says what it is.
///
/// Identifiers are common in such places, so a UUID, a plain number and a short hex text do not count.
pub fn looks_made(value: &str) -> bool {
    let is_charset =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'=' | b'.' | b'~' | b':');
    if value.len() < 20
        || value.len() > 4096
        || !value.bytes().all(is_charset)
        || is_uuid(value)
        || is_path(value)
        || is_host(value)
        || is_version(value)
    {
        return false;
    }
    // Those are the lengths of commits and digests.
    let is_digest = matches!(value.len(), 40 | 64) && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    !is_digest && value.split(|c: char| !c.is_ascii_alphanumeric()).any(is_mixed)
}

/// Tells whether a text of letters and digits changes so often between them that no person wrote it.
fn is_mixed(part: &str) -> bool {
    let bytes = part.as_bytes();
    if bytes.len() < 16 {
        return false;
    }
    let class = |byte: u8| {
        if byte.is_ascii_digit() {
            0
        } else if byte.is_ascii_uppercase() {
            1
        } else {
            2
        }
    };
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let hex = bytes.iter().all(u8::is_ascii_hexdigit);
    let changes = bytes.windows(2).filter(|two| class(two[0]) != class(two[1])).count();
    let long = hex && bytes.len() >= 32 && bytes.len() - digits >= 4;
    digits >= 2 && digits < bytes.len() && (!hex || bytes.len() >= 24) && (long || changes * 5 >= bytes.len())
}

/// Tells whether a value is a UUID.
pub fn is_uuid(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Tells whether a value names a file.
pub fn is_path(value: &str) -> bool {
    let ends = [
        ".json", ".pem", ".key", ".txt", ".env", ".yaml", ".yml", ".toml", ".db", ".sqlite", ".js", ".ts", ".py",
        ".sh", ".p8", ".p12", ".pfx", ".crt", ".cert", ".cer", ".md", ".csv", ".log", ".ini", ".conf", ".xml", ".exe",
        ".mjs", ".cjs", ".jar", ".sock",
    ];
    let drive = value.as_bytes().get(1) == Some(&b':') && matches!(value.as_bytes().get(2), Some(b'\\' | b'/'));
    let rooted = value.starts_with("./")
        || value.starts_with("../")
        || value.starts_with("~/")
        || value.starts_with("file:")
        || drive;
    let absolute = value.starts_with('/') && (value.matches('/').count() > 1 || value.len() < 16);
    rooted || absolute || is_resource(value) || ends.iter().any(|end| value.to_ascii_lowercase().ends_with(end))
}

/// Tells whether a value is the name of a resource, as in `projects/1234/secrets/docs/versions/1`: words and numbers of small
/// letters, at least half of them words.
fn is_resource(value: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte))
    };
    let is_word = |part: &&&str| part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let parts: Vec<&str> = value.split('/').collect();
    parts.len() > 3 && parts.iter().all(|part| is_part(part)) && parts.iter().filter(is_word).count() * 2 >= parts.len()
}

/// Tells whether a value is a host's name, a package or an image, with or without a port.
fn is_host(value: &str) -> bool {
    let value = value.split([':', '/']).next().unwrap_or(value);
    let labels: Vec<&str> = value.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty()
            && label.len() <= 24
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let top = labels.last().copied().unwrap_or_default();
    labels.len() > 1
        && labels.iter().all(is_label)
        && top.len() <= 8
        && (top.bytes().all(|byte| byte.is_ascii_lowercase())
            || labels.iter().all(|label| label.len() <= 3 && label.bytes().all(|byte| byte.is_ascii_digit())))
}

/// Tells whether a value is a version, a date or a model's name.
fn is_version(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let is_date = lower.len() >= 8
        && lower.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b':' | b't' | b'z'));
    let models = ["gpt-", "claude-", "gemini-", "llama", "mistral", "text-embedding", "deepseek", "qwen", "o1-", "o3-"];
    is_date && lower.contains(['.', '-']) || models.iter().any(|model| lower.starts_with(model)) && lower.len() < 40
}

/// Tells whether a value is made to be published, though it looks like a key and is called one.
pub fn is_public(value: &str) -> bool {
    const STARTS: [&str; 8] =
        ["sb_publishable_", "pk_live_", "pk_test_", "pk.eyJ", "phc_", "ca-pub-", "encrypted:", "ENC["];
    STARTS.iter().any(|start| value.starts_with(start))
        || is_anonymous(value)
        || is_chain_address(value)
        || is_reporting(value)
}

/// Tells whether a value is an address of Sentry with the key that may only report errors.
fn is_reporting(value: &str) -> bool {
    let Some((key, rest)) = value.strip_prefix("https://").and_then(|rest| rest.split_once('@')) else { return false };
    let (host, project) = rest.split_once('/').unwrap_or((rest, ""));
    is_long_hex(key)
        && (host.contains("sentry") || host.contains("ingest"))
        && !project.is_empty()
        && project.bytes().all(|byte| byte.is_ascii_digit())
}

/// Tells whether a value is an address of Ethereum: half as long as the key to it.
fn is_chain_address(value: &str) -> bool {
    value.strip_prefix("0x").is_some_and(|digits| digits.len() == 40 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Tells whether a value is a JSON Web Token for those who have not signed in, as Supabase hands it to every browser.
fn is_anonymous(value: &str) -> bool {
    let claims = value.starts_with("eyJ").then(|| value.split('.').nth(1)).flatten();
    claims.and_then(super::decode_base64).is_some_and(|claims| {
        let claims: Vec<u8> = claims.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
        memchr::memmem::find(&claims, b"\"role\":\"anon\"").is_some()
    })
}

/// Tells whether a value names a project that Google made: people take it for the key beside it.
fn is_project(value: &str) -> bool {
    value.strip_prefix("gen-lang-client-").is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_plain_number(value: &str) -> bool {
    value.parse::<f64>().is_ok() && value.len() < 12
}

/// Tells whether a value is words joined by signs or capitals: an identifier, not a credential.
fn is_words(value: &str) -> bool {
    let one_case = |word: &str| {
        word.bytes().all(|byte| byte.is_ascii_lowercase()) || word.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    let parts: Vec<&str> = value.split(['_', '-', '.', '/', ':', '@', '$']).filter(|part| !part.is_empty()).collect();
    let short = |part: &&str| part.len() <= 14 && (one_case(part) || one_case(&part[1..]));
    parts.len() > 1 && parts.iter().all(|part| part.is_ascii() && short(part))
        || is_camel(value)
        || is_pronounceable(value)
}

/// Tells whether a value is `likeThisName`: small words, each begun by a capital.
fn is_camel(value: &str) -> bool {
    let capitals = value.bytes().filter(u8::is_ascii_uppercase).count();
    let doubled = value.as_bytes().windows(2).filter(|two| two.iter().all(u8::is_ascii_uppercase)).count();
    value.bytes().all(|byte| byte.is_ascii_alphabetic()) && doubled == 0 && capitals > 0 && capitals * 4 <= value.len()
}

/// Tells whether letters of one case alternate between vowels and consonants as words do.
fn is_pronounceable(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let vowels = lower.bytes().filter(|byte| b"aeiouy".contains(byte)).count();
    let longest = lower.split(|c: char| "aeiouy".contains(c)).map(str::len).max().unwrap_or(0);
    vowels * 4 >= lower.len()
        && vowels * 5 <= lower.len() * 3
        && longest <= 4
        && !value.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_words_paths_and_numbers() {
        let keys = [
            "9f8e2c71b04d4e6f8a1c",
            "8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83",
            "kJsLqqvNxRtWzPbQmXdF",
            "AQ3x9f-2",
            "qzxjvkwpbtrmfghd",
            "kqz-vbn-xpt-rwd-1234",
            "acme-live-9f8e2c71b04d-1",
        ];
        for value in keys {
            assert!(can_be_key(value), "{value}");
        }
        let others = [
            "short1",
            "./key.pem",
            "/etc/ssl/key",
            "C:\\keys\\a",
            "api.example.com:443",
            "GITHUB_TOKEN",
            "my-token-name",
            "camelCaseTokenName",
            "2024-05-01",
            "30000",
            "two words 1",
            "gpt-4o-mini",
            "authenticated",
            "gen-lang-client-0123456789",
            "ignored-by-router-v2",
            "local-only-no-auth-1",
            "does-not-matter-1234",
            "not-needed-lite-proxy",
            "acme-prod-01",
            "keycloak-prod-01",
            "enabled-2",
            "acme-realm-2024",
            "see-1password",
            "projects/123456789/secrets/acme/versions/1",
        ];
        for value in others {
            assert!(!can_be_key(value), "{value}");
        }
    }

    #[test]
    fn a_password_in_groups_of_letters_is_one() {
        assert!(can_be_password("qzxw kfpm rtvb lnsd") && can_be_password("qZ8k Lw2X v7Rb 9Nc1 Hd3F pT5y"));
        assert!(!can_be_password("read the whole book") && !can_be_password("this will take some more time"));
    }

    #[test]
    fn what_is_made_to_be_published_is_public() {
        use base64::Engine as _;
        let token = |claims: &str| {
            let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
            format!("eyJhbGciOiJIUzI1NiJ9.{claims}.x")
        };
        assert!(is_public(&token("{\"iss\": \"supabase\", \"role\": \"anon\"}")));
        assert!(!is_public(&token("{\"iss\":\"supabase\",\"role\":\"service_role\"}")));
        assert!(
            is_public(&format!("0x{}", "9f8e2c71b0".repeat(4))) && !is_public(&format!("0x{}", "9f8e2c71".repeat(8)))
        );
        let key = "9f8e2c71b04d4e6f8a1c9d3b5e7f9a1b";
        assert!(is_public(&format!("https://{key}@o4505.ingest.sentry.io/4507")));
        assert!(is_public("sb_publishable_kJ8sLq2vNx7Rt4WzP0bQ") && !is_public("sb_secret_kJ8sLq2vNx7Rt4WzP0bQ"));
    }

    #[test]
    fn only_a_mixed_text_looks_made_without_a_name() {
        let made = ["9f8e2c71b04d4e6f8a1c9d3b", "kJ8sLq2vNx7Rt4WzP0bQ", "ab_kJ8sLq2vNx7Rt4WzP0bQ"];
        for value in made {
            assert!(looks_made(value), "{value}");
        }
        assert!(looks_made(&format!("ab-{}", "01ffdb801678332777c027aaddbfe258")));
        let others = [
            "8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83",
            "@modelcontextprotocol/server-github",
            "mcp-server-fetch==2025.1.17",
            "--some-long-flag-name",
            "registry.example.com:5000",
            "abcdefghijklmnopqrstuvwxyz",
            "20240101123456789012",
        ];
        for value in others {
            assert!(!looks_made(value), "{value}");
        }
    }
}
