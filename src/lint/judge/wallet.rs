//! Recognises what opens a wallet and looks like no key: the words it is made from, the bytes it consists of.

use std::collections::HashSet;

use super::{Says, is_placeholder, says};
use crate::wording::words;

/// Tells whether a text opens a wallet, by its form and by the name that it goes by.
pub(super) fn opens_wallet(name: &str, text: &str) -> bool {
    is_seed_phrase(name, text) && !is_placeholder(text) || is_key_bytes(name, text)
}

/// Tells whether a text is the words from which the keys of a wallet are made, and goes by a name that says so.
fn is_seed_phrase(name: &str, text: &str) -> bool {
    let count = text.split_whitespace().count();
    let is_word = |word: &str| (3..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !matches!(count, 12 | 15 | 18 | 21 | 24) || !text.split_whitespace().all(is_word) {
        return false;
    }
    let about = words(name.as_bytes());
    let is_named = about.iter().any(|word| matches!(word.as_str(), "mnemonic" | "seed" | "seedphrase"))
        || about.ends_with(&["recovery".to_owned(), "phrase".to_owned()]);
    // What everybody tries out repeats a word, as in `test test test … junk`.
    is_named && text.split_whitespace().collect::<HashSet<_>>().len() * 3 > count * 2
}

/// Tells whether a text is the bytes of a key, written as numbers in a list, as Solana's programs keep them.
fn is_key_bytes(name: &str, text: &str) -> bool {
    let Some(list) = text.trim().strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else { return false };
    let is_named = says(name) == Says::Key || words(name.as_bytes()).iter().any(|word| word == "keypair");
    let bytes: Option<Vec<u8>> = list.split(',').take(65).map(|number| number.trim().parse().ok()).collect();
    is_named
        && bytes.is_some_and(|bytes| {
            matches!(bytes.len(), 32 | 64) && bytes.iter().collect::<HashSet<_>>().len() > bytes.len() / 2
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_wallet_are_a_credential_under_a_name_that_says_so() {
        let phrase = "lamp river quiet stone maple orbit velvet tiger canyon prism walnut ember";
        for name in ["MNEMONIC", "WALLET_SEED_PHRASE", "walletMnemonic", "RECOVERY_PHRASE"] {
            assert!(opens_wallet(name, phrase), "{name}");
        }
        let tried = format!("{} junk", ["test"; 11].join(" "));
        for (name, text) in [
            ("PROMPT", phrase),
            ("MNEMONIC", tried.as_str()),
            ("MNEMONIC", "lamp river quiet"),
            ("SEED_PHRASE", "put here the twelve words your wallet showed when you made this"),
        ] {
            assert!(!opens_wallet(name, text), "{name} {text}");
        }
    }

    #[test]
    fn the_bytes_of_a_key_are_a_credential() {
        let bytes = |count: usize| {
            format!("[{}]", (0..count).map(|at| (at * 37 % 251).to_string()).collect::<Vec<_>>().join(","))
        };
        assert!(opens_wallet("SOLANA_PRIVATE_KEY", &bytes(64)) && opens_wallet("ACME_KEYPAIR", &bytes(64)));
        assert!(opens_wallet("WALLET_SECRET", &bytes(32).replace(',', ", ")));
        assert!(!opens_wallet("PORTS", &bytes(64)) && !opens_wallet("API_KEY", &bytes(8)));
        assert!(!opens_wallet("PRIVATE_KEY", &format!("[{}]", ["0"; 64].join(","))));
    }
}
