//! How people word what has to do with secrets: names of passwords, and what stands where a secret belongs.
//!
//! Detectors read any text and lints settings, so that each judges by more than this; what holds for both is here.

/// Words of names whose value is a password.
pub const PASSWORDS: &[&str] =
    &["password", "passwd", "passwort", "passphrase", "pwd", "pass", "passcode", "psw", "pw"];

/// Parts of values that people write where a secret belongs, in lower case.
pub const PLACEHOLDERS: &[&str] = &[
    "example",
    "placeholder",
    "dummy",
    "changeme",
    "change_me",
    "change-me",
    "replaceme",
    "your_",
    "your-",
    "yourtoken",
    "yourapi",
    "_here",
    "-here",
    "redacted",
    "insert_",
    "insert-",
    "todo",
    "not_real",
    "notreal",
    "xxxx",
    "****",
];

/// The beginnings of the addresses under which vaults have a secret.
pub const VAULTS: &[&str] = &[
    "op://",
    "vault://",
    "vault:",
    "doppler://",
    "infisical://",
    "bws://",
    "keychain://",
    "secret://",
    "aws-sm://",
    "gcp-sm://",
    "azkv://",
    "keyring://",
];

/// Tells whether the last two words of a name speak of a token of a blockchain, which everybody knows.
pub fn is_token_of_chain(before: &str, last: &str) -> bool {
    last == "token" && matches!(before, "mint" | "swap" | "erc20")
}

/// Tells whether a name has no small letters, as those of variables and constants have none.
pub fn is_in_capitals(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Writes a name in small letters with dashes: `DOCS_API_KEY` becomes `docs-api-key`.
pub fn kebab(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// Tells whether a word of a name begins with the capital at `at`: `K` in `dbKey`, and the last of several before a
/// small letter, as in `AWSKey`.
pub fn is_first_capital(name: &[u8], at: usize) -> bool {
    let follows_capital = at > 0 && name[at - 1].is_ascii_uppercase();
    name[at].is_ascii_uppercase() && (!follows_capital || name.get(at + 1).is_some_and(u8::is_ascii_lowercase))
}

/// Splits a name into lower-case words: at punctuation and at capitals. A number at the end counts names and is left out.
pub fn words(name: &[u8]) -> Vec<String> {
    // Names have few words, and those are short.
    let mut words: Vec<String> = Vec::with_capacity(4);
    let mut last = b'_';
    for (at, &byte) in name.iter().enumerate() {
        if byte.is_ascii_alphanumeric() {
            if !last.is_ascii_alphanumeric() || is_first_capital(name, at) {
                words.push(String::with_capacity(16));
            }
            words.last_mut().expect("pushed above").push(char::from(byte.to_ascii_lowercase()));
        }
        last = byte;
    }
    while words.len() > 1 && words.last().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
        words.pop();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(words(b"DB_PASSWORD"), ["db", "password"]);
        assert_eq!(words(b"clientSecretKey2"), ["client", "secret", "key2"]);
        assert_eq!(words(b"AWSSecretKey"), ["aws", "secret", "key"]);
        assert_eq!(words(b"api-key_1"), ["api", "key"]);
    }
}
