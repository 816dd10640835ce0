//! What may be wrong with a rule that the schema alone cannot tell.

use super::catalogue::globs;
use super::pattern::{Pattern, PatternError};
use super::schema::{Provider, RuleEntry};
use super::syntax::SyntaxError;

/// What is wrong with one rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RuleIssue {
    /// The id is not `provider/thing` in kebab-case with the file's provider.
    #[error("the id must be `{0}/thing`, in lower case with hyphens")]
    Id(String),
    /// A keyword is missing, short, or not lower case.
    #[error("a rule needs keywords of at least three lower-case bytes")]
    Keyword,
    /// The pattern is wrong.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A word of `check.near` or `check.not-near` can never stand there.
    #[error("`{word}` in `{list}`: a word there is lower case, not empty, and has no line feed")]
    Near {
        /// The word, escaped.
        word: String,
        /// The list that it stands in.
        list: &'static str,
    },
    /// A path is no glob.
    #[error("`{0}` is not a glob")]
    Path(String),
    /// `check.proof` names no proof.
    #[error("`{0}` is not the name of a proof")]
    Proof(String),
}

/// Why rules could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The text is not a rule file.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
    /// One rule is wrong.
    #[error("rule `{id}`: {issue}")]
    Rule {
        /// The rule's id.
        id: String,
        /// What is wrong.
        issue: RuleIssue,
    },
}

/// Checks what the schema alone cannot.
pub(super) fn check_entry(provider: &Provider, entry: &RuleEntry) -> Result<(), RuleIssue> {
    let kebab = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    if !entry.id.split_once('/').is_some_and(|(family, thing)| family == provider.id && kebab(family) && kebab(thing)) {
        return Err(RuleIssue::Id(provider.id.clone()));
    }
    let keyword = |keyword: &String| keyword.len() >= 3 && !keyword.bytes().any(|b| b.is_ascii_uppercase());
    if entry.keywords.is_empty() && !entry.pattern.is_empty() || !entry.keywords.iter().all(keyword) {
        return Err(RuleIssue::Keyword);
    }
    if !entry.pattern.is_empty() {
        Pattern::compile(&entry.pattern)?;
    }
    let check = &entry.check;
    for (list, words) in [("near", &check.near), ("not-near", &check.not_near)] {
        let is_wrong = |word: &&String| {
            word.is_empty() || word.bytes().any(|byte| byte.is_ascii_uppercase() || matches!(byte, b'\n' | b'\r'))
        };
        if let Some(word) = words.iter().find(is_wrong) {
            return Err(RuleIssue::Near { word: word.escape_debug().to_string(), list });
        }
    }
    globs(&entry.paths).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleFile;

    fn issue_of_words(name: &str, word: &str) -> Option<RuleIssue> {
        let text = format!(
            "[provider]\nid = 'acme'\nname = 'Acme'\n[[rule]]\nid = 'acme/key'\ntitle = 'Acme key'\nseverity = 'high'\n\
             keywords = ['acme']\npattern = 'acme(?<secret>[0-9]{{4}})'\nwhy = 'It opens the account.'\n\
             check = {{ {name} = [{word:?}] }}\n"
        );
        let file: RuleFile = toml::from_str(&text).expect("a rule file");
        check_entry(&file.provider, &file.rules[0]).err()
    }

    #[test]
    fn a_word_that_can_never_stand_near_a_match_is_an_issue() {
        for (word, expected) in [("acme", false), ("acme\n", true), ("ac\r\nme", true), ("Acme", true), ("", true)] {
            for name in ["near", "not-near"] {
                assert_eq!(issue_of_words(name, word).is_some(), expected, "{name} {word:?}");
            }
        }
        let message = issue_of_words("near", "a\nb").map(|issue| issue.to_string()).unwrap_or_default();
        assert!(message.contains(r"`a\nb` in `near`"), "{message}");
    }
}
