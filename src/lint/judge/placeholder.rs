//! Decides whether a value only shows where a credential goes.

use super::words::Words;
use crate::wording::PLACEHOLDERS;

/// Words of which placeholders are made, in several languages.
static WORDS: Words = Words::new(
    "goes development characters character chars long least min some somerandomstring hash base64 jwt string32 remplacez par mot passe reemplazar con contrasena tua chiave inserisci wachtwoord haslo sifre parola kennwort \
    passwort different that please private dont commit never must your my the put insert enter paste add replace set with here this me actual real own api apikey key keys \
    token tokens secret secrets pat password passwd pass pwd id url value credential credentials name host user \
    username account access personal bearer auth client private public org team workspace example sample dummy \
    fake test testing placeholder demo default todo tbd none null nil undefined empty na foo bar baz qux string \
    text some any xxx xx abc abcd abcdef change changeme changeit fill in from to for a an of or and is not \
    needed required optional use if it at on get new service admin root guest dev local localhost prod \
    production redacted removed hidden masked configured omitted hunter letmein welcome strong secure random \
    super generated seu sua aqui tu su votre ihr dein hier schlüssel schluessel clé contraseña clave chave senha cle you",
);

/// More such words: the names of what the credentials are for.
static PRODUCTS: Words = Words::new(
    "github gitlab slack notion figma openai anthropic google brave tavily exa firecrawl linear jira atlassian \
    confluence stripe supabase postgres postgresql mysql mongo mongodb redis db database aws azure gemini claude \
    smithery sentry perplexity hf huggingface replicate elevenlabs discord telegram bot airtable asana hubspot \
    zapier context mcp server app application project integration session jwt sk ghp pk neo4j vnc",
);

/// Further pieces that no credential contains, in lower case.
const PIECES: &[&str] = &["foobar", "somerandom", "your ", "replace_", "replace-", "fake_", "fake-", "goes here"];

/// Tells whether `value` is a placeholder: a word for what belongs there, a mask, an example.
pub fn is_placeholder(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'', '`']);
    if value.is_empty() || value.contains("...") || value.contains(['…', '•', '●', '＊']) {
        return true;
    }
    let lower = value.to_lowercase();
    if PLACEHOLDERS.iter().chain(PIECES).any(|piece| lower.contains(piece)) {
        return true;
    }
    is_foreign(&lower)
        || is_unsigned(value)
        || is_hash(value)
        || is_bracketed(value)
        || is_mask(value)
        || is_sequence(&lower)
        || is_repeated(value)
        || is_of_words(&lower)
        || is_phrase(&lower)
        || is_named(value)
}

/// The length of the shortest signature of a JSON Web Token: 32 bytes in base64.
const SHORTEST_SIGNATURE: usize = 43;

/// Pieces of words for credentials, and for putting them in, in Russian and Ukrainian.
const CYRILLIC: [&str; 14] = [
    "ваш",
    "мой",
    "тво",
    "ключ",
    "парол",
    "токен",
    "секрет",
    "введ",
    "встав",
    "сюда",
    "здесь",
    "пример",
    "укажи",
    "замен",
];

/// Tells whether a value in small letters is of an alphabet in which credentials are described and not made.
///
/// A password may be Cyrillic all the same, with digits in it, if it says nothing of what it stands for.
fn is_foreign(lower: &str) -> bool {
    let is_cyrillic = |c: char| ('\u{400}'..='\u{52f}').contains(&c);
    let is_eastern = |c: char| ('\u{3040}'..='\u{9fff}').contains(&c) || ('\u{ac00}'..='\u{d7a3}').contains(&c);
    if !lower.contains(|c: char| is_cyrillic(c) || is_eastern(c)) {
        return false;
    }
    let digits = lower.chars().filter(char::is_ascii_digit).count();
    let says_what = CYRILLIC.iter().any(|piece| lower.contains(piece));
    lower.contains(is_eastern) || says_what || digits < 3
}

/// Tells whether a value is a JSON Web Token with something too short for a signature behind it, as in `eyJ….eyJ….mock_token`.
fn is_unsigned(value: &str) -> bool {
    let parts: Vec<&str> = value.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { return false };
    header.starts_with("eyJ") && claims.starts_with("eyJ") && signature.len() < SHORTEST_SIGNATURE
}

/// Tells whether the value names what it stands for: `chat_pass`, `app-secret`.
fn is_named(value: &str) -> bool {
    let Some((start, end)) = value.rsplit_once(['_', '-']) else { return false };
    matches!(end, "pass" | "password" | "passwd" | "pwd" | "pw" | "secret")
        && start
            .split(['_', '-'])
            .all(|part| (1..=12).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// Tells whether nothing but words of placeholders is left when those of `name` are taken out: `shop_secret` for `shop`.
pub fn is_made_of(value: &str, name: &str) -> bool {
    let (mut rest, name) = (value.to_lowercase(), name.to_lowercase());
    for word in name.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2) {
        rest = rest.replace(word, " ");
    }
    !rest.bytes().any(|byte| byte.is_ascii_alphabetic()) && rest.bytes().filter(u8::is_ascii_digit).count() <= 4
        || is_of_words(&rest)
}

/// Tells whether a value that looks made up may be the password of a machine on the internet all the same, such as
/// `admin123` or `123456`: not if it says that it stands for another.
pub fn is_weak_password(value: &str) -> bool {
    let lower = value.to_lowercase();
    let template =
        ["pass", "pwd", "secret", "your", "token", "key", "user", "test", "demo", "sample", "string", "none"];
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    (5..=64).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_graphic())
        && digits > 0
        && !template.iter().chain(PLACEHOLDERS).chain(PIECES).any(|word| lower.contains(word))
        && !value.contains("...")
        && !is_hash(value)
        && !is_bracketed(value)
        && !is_mask(value)
        && !is_repeated(value)
}

/// Tells whether the value is what a server keeps of a password: nobody can log in with it.
fn is_hash(value: &str) -> bool {
    let marks = ["$2a$", "$2b$", "$2y$", "$argon2", "$pbkdf2", "$scrypt$", "$5$", "$6$", "{SSHA", "pbkdf2:", "scrypt:"];
    marks.iter().any(|mark| value.starts_with(mark))
}

fn is_bracketed(value: &str) -> bool {
    let pairs = [('<', '>'), ('[', ']'), ('{', '}'), ('(', ')')];
    pairs.iter().any(|&(open, close)| value.starts_with(open) && value.ends_with(close))
        || value
            .split_once('<')
            .and_then(|(_, behind)| behind.split_once('>'))
            .is_some_and(|(inside, _)| is_hint(inside))
}

/// Tells whether what stands between angle brackets can be a word for what belongs there.
fn is_hint(inside: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || " _-./:'".contains(c);
    inside.starts_with(char::is_alphabetic) && inside.chars().all(is_part)
}

/// Tells whether three or more signs of a mask stand in a row, or nearly all characters are the same.
fn is_mask(value: &str) -> bool {
    let bytes = value.as_bytes();
    let masked = bytes.windows(3).any(|three| matches!(three, b"***" | b"xxx" | b"XXX" | b"___" | b"???" | b"###"));
    let mut distinct = [false; 256];
    bytes.iter().for_each(|&byte| distinct[byte as usize] = true);
    let distinct = distinct.iter().filter(|&&seen| seen).count();
    masked || bytes.len() >= 6 && distinct <= 2 || bytes.len() >= 8 && distinct <= 3
}

/// Tells whether the value counts or spells out a keyboard: `abc123`, `sk-1234567890abcdef`.
fn is_sequence(lower: &str) -> bool {
    let body: Vec<u8> = lower.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let steps = body
        .windows(2)
        .filter(|two| {
            two[1] == two[0] + 1
                || two[1] == two[0]
                || two == b"90"
                || two == b"9a"
                || two == b"f0"
                || two == b"f1"
                || two == b"z0"
                || two == b"z1"
                || two == b"0a"
                || two == b"c1"
        })
        .count();
    let known = ["qwerty", "asdf", "deadbeef", "abc123", "123456", "1a2b3c", "a1b2c3", "test123", "cafebabe"];
    body.len() >= 6 && steps * 10 >= (body.len() - 1) * 6
        || body.len() <= 16 && known.iter().any(|known| lower.contains(known))
        || ["a1b2c3d4", "1a2b3c4d", "1234567890", "0123456789", "9876543210", "abcdefgh"]
            .iter()
            .any(|known| lower.contains(known))
}

/// Tells whether the value is one piece of four characters or fewer over and over.
fn is_repeated(value: &str) -> bool {
    let bytes = value.as_bytes();
    (1..=4).any(|len| {
        bytes.len() >= 3 * len && bytes.len() >= 6 && bytes.chunks(len).all(|chunk| bytes.starts_with(chunk))
    })
}

/// Tells whether nothing is left when the words of placeholders, signs and a short number are taken away.
fn is_of_words(lower: &str) -> bool {
    let parts: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let digits: usize = lower.bytes().filter(u8::is_ascii_digit).count();
    digits <= 5
        && parts.iter().any(|part| part.bytes().any(|byte| byte.is_ascii_alphabetic()))
        && parts.iter().all(|part| splits(part))
}

/// Tells whether two or more parts, and at least half of them, are such words, and the others are short and plain.
fn is_phrase(lower: &str) -> bool {
    let parts: Vec<&str> = lower.split(['_', '-', '.', ' ']).filter(|part| !part.is_empty()).collect();
    let known = parts.iter().filter(|part| part.len() > 2 && (WORDS.has(part) || PRODUCTS.has(part))).count();
    let plain = |part: &&str| {
        let bytes = part.as_bytes();
        bytes.len() <= 12 && bytes.iter().all(u8::is_ascii_lowercase)
            || bytes.len() <= 5 && bytes.iter().all(u8::is_ascii_digit)
    };
    known >= 2 && known * 2 >= parts.len() && parts.iter().all(plain)
}

/// Tells whether `part` can be cut into words of placeholders and digits.
fn splits(part: &str) -> bool {
    let bytes = part.as_bytes();
    if bytes.len() > 48 {
        return false;
    }
    let mut reached = vec![false; bytes.len() + 1];
    reached[0] = true;
    for start in 0..bytes.len() {
        if !reached[start] {
            continue;
        }
        if bytes[start].is_ascii_digit() {
            reached[start + 1] = true;
        }
        for len in 1..=(bytes.len() - start).min(16) {
            // Single letters only stand alone, or anything could be cut.
            let alone = len > 1 || bytes.len() == 1;
            let word = part.get(start..start + len).unwrap_or("");
            if alone && (WORDS.has(word) || PRODUCTS.has(word)) {
                reached[start + len] = true;
            }
        }
    }
    reached[bytes.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_masks_and_examples_are_placeholders() {
        let cases = "YOUR_API_KEY|your-token-here|<TOKEN>|<your api key>|{API_KEY}|[REDACTED]|xxx|XXXXXXXX|sk-...|sk-xxxx|ghp_xxxxxxxxxxxx|changeme|CHANGE-ME|\
            replace_me|dummy|secret|token123|abc123|mykey|SEU_TOKEN_AQUI|tu_api_key|votre_cle|API_KEY_HERE|****|ntn_****|mcp_3adf...|your api key here|\
            hard-coded-example|placeholder-key|000000000000|aaaaaaaa|123456|1234567890|sk-1234567890abcdef|my-secret-password|not-needed|EMPTY|none|test-key|\
            你的密钥|ここにキー|PASTE_TOKEN_HERE|sk-<your-key>-9x|Bearer <API KEY>|test-api-key-12345|github_token|a1b2c3d4e5f6|password|postgres|admin123|00000000-0000-0000-0000-000000000000|sk-your-key|\
            insert-your-key|your_figma_api_key|YOURAPIKEY|enter your token|mySecretToken|superSecret123|abcdefghijklmnop|tpg-dev-secret-key-12345|app-secret-that-is-different|SPIDERHUB_MYSQL_PASSWORD|SomeRandomStringWith32Characters|$2b$10$Vcs9kZ1Qe7|您的密碼|ваш_пароль|youvncpassword|DEIN_API_SCHLÜSSEL|foobared|neo4j|development-key-12345|your32characterapikeygoeshere123|chat_pass|vault-dev-password";
        for value in cases.split('|') {
            assert!(is_placeholder(value.trim()), "{value}");
        }
    }

    #[test]
    fn a_web_token_without_a_signature_opens_nothing() {
        for (signature, expected) in
            [("mock_token".to_owned(), true), (String::new(), true), ("kJ8sLq2v".repeat(6), false)]
        {
            let token = format!("{}.{}.{signature}", "eyJhbGciOiJIUzI1NiJ9", "eyJpc3MiOiJzdXBhYmFzZSJ9");
            assert_eq!(is_placeholder(&token), expected, "{signature}");
        }
    }

    #[test]
    fn a_weak_password_is_told_from_words_that_stand_for_one() {
        for value in ["admin123", "root@2024", "123456", "qwe123"] {
            assert!(is_weak_password(value) && is_placeholder(value) || !is_placeholder(value), "{value}");
            assert!(is_weak_password(value), "{value}");
        }
        for value in ["password123", "yourpass1", "admin", "xxxx1234", "<pw1>", "000000", "test1234", "a1"] {
            assert!(!is_weak_password(value), "{value}");
        }
        assert!(is_made_of("shop_secret", "shop") && is_made_of("shop123", "shop_user"));
        assert!(!is_made_of("kJ8sLq2vNx7R", "shop") && !is_made_of("shop_kJ8sLq2v", "shop"));
    }

    #[test]
    fn made_credentials_are_no_placeholders() {
        for value in [
            "Tr0ub4dor&3",
            "Mp9<>x!q",
            "a>b9<Kq!7",
            "9f8e2c71b04d4e6f8a1c",
            "kJ8sLq2vNx7Rt4Wz",
            "Mp9!xQ",
            "8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83",
        ] {
            assert!(!is_placeholder(value), "{value}");
        }
    }
}
