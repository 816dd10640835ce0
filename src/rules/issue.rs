//! What may be wrong with a rule that the schema alone cannot tell.

use miette::Diagnostic as _;

use super::catalogue::globs;
use super::pattern::{Pattern, PatternError};
use super::schema::{Check, PROOFS, Provider, RuleEntry};
use super::syntax::SyntaxError;

/// What is wrong with one rule.
#[derive(Debug, thiserror::Error, miette::Diagnostic, PartialEq, Eq)]
pub enum RuleIssue {
    /// The id is not `provider/thing` in kebab-case with the file's provider.
    #[error("the id is not `{0}/thing`")]
    #[diagnostic(code(rules::id), help("write the provider, a slash, and a name in lower case with hyphens"))]
    Id(String),
    /// A keyword is missing, short, or not lower case.
    #[error("a keyword is missing, shorter than three bytes, or not in lower case")]
    #[diagnostic(code(rules::keyword), help("give longer ones in lower case, of which every match has one"))]
    Keyword,
    /// The pattern is wrong.
    #[error(transparent)]
    #[diagnostic(
        code(rules::pattern),
        help("a pattern names its secret `(?<secret>...)`, and each of its repetitions has an upper bound")
    )]
    Pattern(#[from] PatternError),
    /// A word of `check.near` or `check.not-near` can never stand there.
    #[error("`{word}` in `{list}` can never stand there")]
    #[diagnostic(code(rules::near), help("write words in lower case, without line feeds, and no empty one"))]
    Near {
        /// The word, escaped.
        word: String,
        /// The list that it stands in.
        list: &'static str,
    },
    /// A name of `check.not-named` is compared with no name that is written so.
    #[error("`{0}` in `not-named` is the name of nothing")]
    #[diagnostic(
        code(rules::not_named),
        help("write letters and digits alone, in lower case: `acmekey` for `ACME_KEY`")
    )]
    NotNamed(String),
    /// A path is no glob.
    #[error("`{0}` is not a glob")]
    #[diagnostic(code(rules::path), help("write a glob as in `.gitignore`, such as `**/acme.conf`"))]
    Path(String),
    /// A text that people read is empty.
    #[error("its `{0}` is empty")]
    #[diagnostic(code(rules::text), help("say in a few words what leaks, and what whoever holds it can do"))]
    Text(&'static str),
    /// The entropy is none of a text.
    #[error("`min-entropy` is not between 0 and 8")]
    #[diagnostic(code(rules::entropy), help("give bits per character: a password has about 3, random base64 4 to 6"))]
    Entropy,
    /// A link leads to no page.
    #[error("`docs` is no address of a page")]
    #[diagnostic(code(rules::docs), help("write an address that begins with `https://`"))]
    Docs,
    /// `check.proof` names no proof.
    #[error("`{0}` is not the name of a proof")]
    #[diagnostic(code(rules::proof), help("`CONTRIBUTING.md` lists the proofs"))]
    Proof(String),
}

/// Why rules could not be taken.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum RuleError {
    /// The text is not a rule file.
    #[error(transparent)]
    #[diagnostic(code(rules::syntax), help("`CONTRIBUTING.md` explains every key of a rule file"))]
    Syntax(#[from] SyntaxError),
    /// One rule is wrong.
    #[error("rule `{id}` cannot be used")]
    #[diagnostic(code(rules::rule), help("{}", issue.help().map(|help| help.to_string()).unwrap_or_default()))]
    Rule {
        /// The rule's id.
        id: String,
        /// What is wrong.
        #[source]
        issue: RuleIssue,
    },
}

impl RuleError {
    /// Returns all of it in one line: what is wrong, and with a rule also what to do.
    pub fn told(&self) -> String {
        match (self, self.help()) {
            (Self::Rule { id, issue }, Some(help)) => format!("rule `{id}`: {issue}; {help}"),
            (error, _) => error.to_string(),
        }
    }
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
    let texts = [("title", &entry.title), ("why", &entry.why)];
    if let Some((name, _)) = texts.iter().find(|(_, text)| text.trim().is_empty()) {
        return Err(RuleIssue::Text(name));
    }
    let links = [&entry.rotation.docs, &provider.rotation.docs];
    if links.iter().any(|docs| !docs.is_empty() && !docs.starts_with("https://") && !docs.starts_with("http://")) {
        return Err(RuleIssue::Docs);
    }
    check_checks(&entry.check)?;
    globs(&entry.paths).map(|_| ())
}

/// Checks what is asked of a match beyond the pattern.
fn check_checks(check: &Check) -> Result<(), RuleIssue> {
    if !(0.0..=8.0).contains(&check.min_entropy) {
        return Err(RuleIssue::Entropy);
    }
    if let Some(name) = check.proof.as_ref().filter(|name| !PROOFS.contains(&name.as_str())) {
        return Err(RuleIssue::Proof(name.escape_debug().to_string()));
    }
    for (list, words) in [("near", &check.near), ("not-near", &check.not_near)] {
        let is_wrong = |word: &&String| {
            word.is_empty() || word.bytes().any(|byte| byte.is_ascii_uppercase() || matches!(byte, b'\n' | b'\r'))
        };
        if let Some(word) = words.iter().find(is_wrong) {
            return Err(RuleIssue::Near { word: word.escape_debug().to_string(), list });
        }
    }
    let is_compared =
        |name: &String| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if let Some(name) = check.not_named.iter().find(|name| !is_compared(name)) {
        return Err(RuleIssue::NotNamed(name.escape_debug().to_string()));
    }
    Ok(())
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
    fn an_error_says_which_rule_is_wrong_why_and_what_to_do() {
        let issue = issue_of_words("near", "Acme").expect("its case is wrong");
        let error = RuleError::Rule { id: "acme/key".to_owned(), issue };
        let source = std::error::Error::source(&error).expect("it has one").to_string();
        assert_eq!(source, "`Acme` in `near` can never stand there");
        assert!(error.told().starts_with(&format!("rule `acme/key`: {source}; write words in lower case")));
    }

    #[test]
    fn what_would_be_passed_over_in_silence_is_an_issue() {
        let issue = |line: &str| {
            let text = format!(
                "[provider]\nid = 'acme'\nname = 'Acme'\n[[rule]]\nid = 'acme/key'\nseverity = 'high'\n\
                 keywords = ['acme']\npattern = 'acme(?<secret>[0-9]{{4}})'\n{line}\n"
            );
            let file: RuleFile = toml::from_str(&text).expect("a rule file");
            check_entry(&file.provider, &file.rules[0]).err()
        };
        let named = "title = 'Acme key'\nwhy = 'It opens the account.'\n";
        for (line, expected) in [
            (named.to_owned(), None),
            ("title = ' '\nwhy = 'It opens.'".to_owned(), Some(RuleIssue::Text("title"))),
            ("title = 'Acme key'\nwhy = ''".to_owned(), Some(RuleIssue::Text("why"))),
            (format!("{named}check = {{ min-entropy = -1.0 }}"), Some(RuleIssue::Entropy)),
            (format!("{named}check = {{ min-entropy = nan }}"), Some(RuleIssue::Entropy)),
            (format!("{named}check = {{ proof = 'githib' }}"), Some(RuleIssue::Proof("githib".to_owned()))),
            (format!("{named}check = {{ proof = '' }}"), Some(RuleIssue::Proof(String::new()))),
            (format!("{named}rotation = {{ docs = 'javascript:x' }}"), Some(RuleIssue::Docs)),
        ] {
            assert_eq!(issue(&line), expected, "{line}");
        }
    }

    #[test]
    fn a_word_that_can_never_stand_near_a_match_is_an_issue() {
        for (word, expected) in [("acme", false), ("acme\n", true), ("ac\r\nme", true), ("Acme", true), ("", true)] {
            for name in ["near", "not-near"] {
                assert_eq!(issue_of_words(name, word).is_some(), expected, "{name} {word:?}");
            }
        }
        for (name, expected) in [
            ("acmekey2", false),
            ("ACME_KEY", true),
            ("acme_key", true),
            ("acme-key", true),
            ("schl\u{fc}ssel", true),
            ("", true),
        ] {
            assert_eq!(issue_of_words("not-named", name).is_some(), expected, "{name:?}");
        }
        let message = issue_of_words("near", "a\nb").map(|issue| issue.to_string()).unwrap_or_default();
        assert!(message.contains(r"`a\nb` in `near`"), "{message}");
    }
}
