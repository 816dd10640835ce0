//! `keysweep.toml`: threshold, rules, paths, allows. Unknown keys are errors that point into the file.

use std::path::{Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobMatcher, GlobSet, GlobSetBuilder};
use miette::{NamedSource, SourceSpan};
use serde::Deserialize;

use crate::finding::{Confidence, Severity, Threshold};
use crate::rules::{Catalogue, Rule, RuleFile};

/// The file's name.
pub const FILE: &str = "keysweep.toml";

/// The configuration of one repository.
#[derive(Clone, Debug, Default)]
pub struct Config {
    path: Option<PathBuf>,
    text: Text,
    /// The allow entries.
    pub allow: Vec<Allow>,
    exclude: GlobSet,
}

/// The file as serde reads it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Text {
    severity: Option<Severity>,
    confidence: Option<Confidence>,
    exclude: Vec<String>,
    baseline: Option<PathBuf>,
    rules: Rules,
    allow: Vec<AllowText>,
    rule_files: Vec<PathBuf>,
    own: Option<RuleFile>,
}

/// Which rules are at work and how loud they are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Rules {
    off: Vec<String>,
    level: std::collections::BTreeMap<String, Level>,
}

/// New levels for a rule's findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Level {
    /// The severity, if it is to be another.
    pub severity: Option<Severity>,
    /// The confidence, if it is to be another.
    pub confidence: Option<Confidence>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct AllowText {
    rule: Option<String>,
    path: Option<String>,
    fingerprint: Option<String>,
    reason: String,
}

/// One allow entry: findings for which all of its conditions hold.
#[derive(Clone, Debug)]
pub struct Allow {
    /// A rule id, a provider, or `provider/*`.
    pub rule: Option<String>,
    /// The paths.
    pub path: Option<PathGlob>,
    /// One finding.
    pub fingerprint: Option<String>,
    /// Why.
    pub reason: String,
}

/// A glob with its text.
#[derive(Clone, Debug)]
pub struct PathGlob {
    /// The compiled glob.
    pub matcher: GlobMatcher,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration `{path}`")]
    #[diagnostic(code(config::access), help("check the path given with `--config`"))]
    Access {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not valid TOML, or has a key or value that is not known.
    #[error("the configuration is not valid")]
    #[diagnostic(code(config::syntax), help("the keys are described in docs/configuration.md"))]
    Syntax {
        /// What is wrong, in the words of the TOML parser (the file is the user's own, not a scanned one).
        message: String,
        /// The file.
        #[source_code]
        file: NamedSource<String>,
        /// Where.
        #[label("{message}")]
        at: SourceSpan,
    },
    /// An entry is wrong.
    #[error("{message}")]
    #[diagnostic(code(config::entry), help("correct the entry in `{path}`; nothing was scanned"))]
    Entry {
        /// The file.
        path: String,
        /// What is wrong.
        message: String,
    },
}

impl Config {
    /// Reads the configuration at `root`, or the file given. Without either, the defaults are at work.
    ///
    /// # Errors
    /// The file given does not exist, or a file is not valid.
    pub fn load(root: Option<&Path>, given: Option<&Path>) -> Result<Self, ConfigError> {
        let path = match (given, root) {
            (Some(given), _) => given.to_path_buf(),
            (None, Some(root)) => root.join(FILE),
            (None, None) => return Ok(Self::default()),
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(text, path),
            Err(error)
                if given.is_none()
                    && matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
            {
                Ok(Self::default())
            }
            Err(source) => Err(ConfigError::Access { path: path.display().to_string(), source }),
        }
    }

    /// Parses the text of the file `path`.
    ///
    /// # Errors
    /// The text is not a valid configuration.
    pub fn parse(text: String, path: PathBuf) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let parsed: Text = match toml::from_str(&text) {
            Ok(parsed) => parsed,
            Err(error) => {
                let at = error.span().unwrap_or(0..0);
                let file = NamedSource::new(name, text).with_language("toml");
                return Err(ConfigError::Syntax { message: error.message().to_owned(), file, at: at.into() });
            }
        };
        let entry = |message: String| ConfigError::Entry { path: name.clone(), message };
        let mut exclude = GlobSetBuilder::new();
        for glob in &parsed.exclude {
            exclude.add(path_glob(glob).map_err(&entry)?);
        }
        let exclude = exclude.build().map_err(|error| entry(error.to_string()))?;
        let allow = parsed.allow.iter().map(|text| allow(text).map_err(&entry)).collect::<Result<_, _>>()?;
        Ok(Self { path: Some(path), text: parsed, allow, exclude })
    }

    /// Returns the file's name for people.
    pub fn name(&self) -> String {
        self.path.as_ref().map_or_else(|| FILE.to_owned(), |path| path.display().to_string())
    }

    /// Returns the levels from which a finding blocks.
    pub fn threshold(&self) -> Threshold {
        let default = Threshold::default();
        Threshold {
            severity: self.text.severity.unwrap_or(default.severity),
            confidence: self.text.confidence.unwrap_or(default.confidence),
        }
    }

    /// Tells whether files of this path are left out.
    pub fn excludes(&self, path: &[u8]) -> bool {
        !self.exclude.is_empty() && self.exclude.is_match(String::from_utf8_lossy(path).as_ref())
    }

    /// Tells whether a rule or lint is switched off.
    pub fn is_off(&self, id: &str) -> bool {
        self.text.rules.off.iter().any(|pattern| super::rule_matches(pattern, id))
    }

    /// Returns the levels that the user gave a rule or its provider; the rule's own entry wins.
    pub fn level(&self, id: &str) -> Option<Level> {
        let levels = &self.text.rules.level;
        levels
            .get(id)
            .or_else(|| levels.iter().find(|(pattern, _)| super::rule_matches(pattern, id)).map(|(_, level)| level))
            .copied()
    }

    /// Returns where the baseline lies, if the configuration says so; relative to the file's folder.
    pub fn baseline(&self) -> Option<PathBuf> {
        let folder = self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        self.text.baseline.as_ref().map(|path| folder.join(path))
    }

    /// Returns the built-in rules with the user's own. Rules that are off stay among them: what they find is dropped
    /// later, so that no other rule takes it for something else.
    ///
    /// # Errors
    /// A file of the user's rules cannot be read or a rule is wrong.
    pub fn catalogue(&self) -> Result<Catalogue, ConfigError> {
        let mut catalogue = Catalogue::builtin();
        let entry = |message: String| ConfigError::Entry { path: self.name(), message };
        if let Some(own) = &self.text.own {
            catalogue.add(Rule::from_file(own.clone()).map_err(|error| entry(error.to_string()))?);
        }
        let folder = self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        for file in &self.text.rule_files {
            let path = folder.join(file);
            let name = path.display().to_string();
            let text =
                std::fs::read_to_string(&path).map_err(|source| ConfigError::Access { path: name.clone(), source })?;
            catalogue.add(Rule::parse(&text).map_err(|error| entry(format!("{name}: {error}")))?);
        }
        Ok(catalogue)
    }
}

/// Reads one allow entry.
fn allow(text: &AllowText) -> Result<Allow, String> {
    if text.reason.trim().is_empty() {
        return Err("an allow entry needs a `reason`".to_owned());
    }
    if text.rule.is_none() && text.path.is_none() && text.fingerprint.is_none() {
        return Err("an allow entry needs a `rule`, a `path` or a `fingerprint`".to_owned());
    }
    let path =
        text.path.as_deref().map(path_glob).transpose()?.map(|glob| PathGlob { matcher: glob.compile_matcher() });
    Ok(Allow { rule: text.rule.clone(), path, fingerprint: text.fingerprint.clone(), reason: text.reason.clone() })
}

/// Compiles a glob on paths: `*` stays within a folder, `**` does not, a pattern without `/` matches anywhere,
/// one that ends with `/` all below a folder.
fn path_glob(text: &str) -> Result<Glob, String> {
    let mut glob = text.strip_prefix('/').unwrap_or(text).to_owned();
    if glob.ends_with('/') {
        glob.push_str("**");
    }
    if !text.trim_end_matches('/').contains('/') {
        glob.insert_str(0, "**/");
    }
    GlobBuilder::new(&glob).literal_separator(true).build().map_err(|_| format!("`{text}` is not a glob"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text.to_owned(), PathBuf::from("keysweep.toml"))
    }

    #[test]
    fn an_unknown_key_is_an_error_that_points_to_it() {
        let Err(ConfigError::Syntax { at, .. }) = parse("severity = 'high'\ntreshold = 1\n") else {
            panic!("not an error")
        };
        assert_eq!(at.offset(), 18);
    }

    #[test]
    fn globs_match_as_in_gitignore() {
        let config = parse("exclude = ['*.min.js', 'vendor/', '/docs/*.md']").expect("valid");
        for (path, excluded) in [
            ("a/b.min.js", true),
            ("x/vendor/y/z", true),
            ("docs/a.md", true),
            ("docs/b/a.md", false),
            ("src/a.js", false),
        ] {
            assert_eq!(config.excludes(path.as_bytes()), excluded, "{path}");
        }
    }

    #[test]
    fn an_allow_entry_needs_a_reason_and_a_condition() {
        assert!(parse("[[allow]]\nrule = 'a/b'\nreason = ' '").is_err());
        assert!(parse("[[allow]]\nreason = 'x'").is_err());
        assert!(parse("[[allow]]\nrule = 'a/b'\nreason = 'x'").is_ok());
    }

    #[test]
    fn a_rules_level_may_be_given_for_a_provider() {
        let config =
            parse("[rules.level]\njwt = { severity = 'low' }\n'a/b' = { confidence = 'high' }").expect("valid");
        assert_eq!(config.level("jwt/token").and_then(|level| level.severity), Some(Severity::Low));
        assert_eq!(config.level("a/b").and_then(|level| level.confidence), Some(Confidence::High));
        assert_eq!(config.level("c/d"), None);
    }
}
