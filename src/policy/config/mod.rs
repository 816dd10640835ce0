//! `keysweep.toml`: threshold, rules, paths, allows. What is not known in it is an error that says where it stands.

mod allow;
mod error;
mod glob;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

pub use self::allow::Allow;
use self::allow::{AllowText, Wrong, allow};
pub use self::error::{ConfigError, NOTHING_SCANNED};
pub use self::glob::Globs;
use super::names;
use crate::finding::{Confidence, Severity, Threshold, masked};
use crate::replace::{self, Links};
use crate::rules::{Catalogue, Rule, RuleError, RuleFile, SyntaxError};

/// The file's name.
pub const FILE: &str = "keysweep.toml";

/// The configuration of one repository.
#[derive(Clone, Debug, Default)]
pub struct Config {
    path: Option<PathBuf>,
    /// What was parsed, to tell where something stands in it.
    source: String,
    text: Text,
    /// The allow entries.
    pub allow: Vec<Allow>,
    exclude: Globs,
    /// What is left out for one run.
    also_excluded: Globs,
}

/// The file as serde reads it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Text {
    severity: Option<Severity>,
    confidence: Option<Confidence>,
    exclude: Vec<Spanned<String>>,
    baseline: Option<PathBuf>,
    rules: Rules,
    allow: Vec<Spanned<AllowText>>,
    rule_files: Vec<PathBuf>,
    own: Option<RuleFile>,
    pre_receive: PreReceive,
}

/// What holds on a server for what is pushed to it.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct PreReceive {
    comments: bool,
}

/// Which rules are at work and how loud they are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Rules {
    off: Vec<Spanned<String>>,
    level: BTreeMap<Spanned<String>, Level>,
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

impl Config {
    /// Reads the configuration at `root`, or the file given. Without either, the defaults are at work.
    ///
    /// # Errors
    /// The file given does not exist, or a file is not valid.
    pub fn load(root: Option<&Path>, given: Option<&Path>) -> Result<Self, ConfigError> {
        let (path, links) = match (given, root) {
            (Some(given), _) => (given.to_path_buf(), Links::Follow),
            (None, Some(root)) => (root.join(FILE), Links::Refuse),
            (None, None) => return Ok(Self::default()),
        };
        let access = |source| ConfigError::Access { path: path.display().to_string(), source };
        let bytes = match replace::read(&path, links) {
            Ok(None) if given.is_none() => return Ok(Self::default()),
            Ok(None) => return Err(access(std::io::ErrorKind::NotFound.into())),
            Ok(Some(bytes)) => bytes,
            Err(error) if given.is_none() && error.kind() == std::io::ErrorKind::NotADirectory => {
                return Ok(Self::default());
            }
            // A folder that may not be entered: nothing else in it can be read either, which the scan of it tells.
            Err(_) if given.is_none() && is_denied(&path) => return Ok(Self::default()),
            Err(_) if is_directory(&path, links) => {
                return Err(ConfigError::Directory { path: path.display().to_string() });
            }
            Err(error) => return Err(access(error)),
        };
        let not_text = |_| ConfigError::NotText { path: path.display().to_string() };
        let text = String::from_utf8(bytes).map_err(not_text)?;
        Self::parse(text, path)
    }

    /// Parses the text of the file `path`.
    ///
    /// # Errors
    /// The text is not a valid configuration.
    pub fn parse(text: String, path: PathBuf) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        let parsed: Text = toml::from_str(&text)
            .map_err(|error| ConfigError::Syntax { path: name.clone(), problem: SyntaxError::new(&text, &error) })?;
        let wrong = |(offset, problem): Wrong| {
            let problem = SyntaxError::at(&text, offset, problem.to_owned());
            ConfigError::Syntax { path: name.clone(), problem }
        };
        let exclude = Globs::new(parsed.exclude.iter().map(|glob| glob.as_ref().as_str()))
            .map_err(|(number, problem)| wrong((parsed.exclude[number].span().start, problem)))?;
        let allow = parsed.allow.iter().map(|entry| allow(entry, &text).map_err(&wrong)).collect::<Result<_, _>>()?;
        let also_excluded = Globs::default();
        Ok(Self { path: Some(path), source: text, text: parsed, allow, exclude, also_excluded })
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
        self.exclude.matches(path) || self.also_excluded.matches(path)
    }

    /// Leaves out more files, for one run.
    ///
    /// # Errors
    /// One of the globs is none.
    pub fn exclude(&mut self, globs: &[String]) -> Result<(), ConfigError> {
        self.also_excluded = Globs::new(globs.iter().map(String::as_str))
            .map_err(|(number, problem)| ConfigError::Glob { glob: globs[number].clone(), problem })?;
        Ok(())
    }

    /// Tells whether a rule or lint is switched off.
    pub fn is_off(&self, id: &str) -> bool {
        self.text.rules.off.iter().any(|pattern| super::rule_matches(pattern.as_ref(), id))
    }

    /// Counts the rules that are at work, and those that are switched off.
    pub fn count(&self, catalogue: &Catalogue) -> [usize; 2] {
        // Built-in rules are made when they are asked for, which takes time where it is not necessary.
        if self.text.rules.off.is_empty() {
            return [catalogue.len(), 0];
        }
        let off = catalogue.rules().iter().filter(|rule| self.is_off(&rule.id)).count();
        [catalogue.len() - off, off]
    }

    /// Tells whether any finding may be allowed or switched off by this configuration.
    pub fn may_allow(&self) -> bool {
        !self.allow.is_empty() || !self.text.rules.off.is_empty()
    }

    /// Tells whether comments that allow findings count in what is pushed to this repository.
    pub const fn takes_pushed_comments(&self) -> bool {
        self.text.pre_receive.comments
    }

    /// Returns the levels that the user gave a rule or its provider; the rule's own entry wins.
    pub fn level(&self, id: &str) -> Option<Level> {
        let levels = &self.text.rules.level;
        levels
            .get(id)
            .or_else(|| {
                levels.iter().find(|(pattern, _)| super::rule_matches(pattern.as_ref(), id)).map(|(_, level)| level)
            })
            .copied()
    }

    /// Returns where the baseline lies, if the configuration says so; relative to the file's folder.
    pub fn baseline(&self) -> Option<PathBuf> {
        self.text.baseline.as_ref().map(|path| self.folder().join(path))
    }

    /// Returns the built-in rules with the user's own. Rules that are off stay among them: what they find is dropped
    /// later, so that no other rule takes it for something else.
    ///
    /// # Errors
    /// A file of the user's rules cannot be read, a rule is wrong, or a rule is named that does not exist.
    pub fn catalogue(&self) -> Result<Catalogue, ConfigError> {
        let mut catalogue = Catalogue::builtin();
        let wrong = |path: String, error: RuleError| ConfigError::Rule { path, message: printable(&error.told()) };
        if let Some(own) = &self.text.own {
            catalogue.add(Rule::from_file(own.clone()).map_err(|error| wrong(self.name(), error))?);
        }
        for file in &self.text.rule_files {
            let path = self.folder().join(file);
            let name = printable(&path.to_string_lossy());
            let access = |source| ConfigError::RuleFile { path: name.clone(), source };
            let real = path.canonicalize().map_err(access)?;
            // Through links and `..` a repository could name any file of whoever scans it.
            if !real.starts_with(self.folder().canonicalize().map_err(access)?) {
                return Err(ConfigError::Outside { path: name });
            }
            let text = std::fs::read_to_string(&real).map_err(access)?;
            catalogue.add(Rule::parse(&text).map_err(|error| wrong(name.clone(), error))?);
        }
        self.check_names(&catalogue)?;
        Ok(catalogue)
    }

    /// Checks that every rule that is named exists: what is misspelt would be a scan that is louder or quieter than meant.
    fn check_names(&self, catalogue: &Catalogue) -> Result<(), ConfigError> {
        let Rules { off, level } = &self.text.rules;
        let allowed = self.text.allow.iter().filter_map(|allow| allow.as_ref().rule.as_ref());
        match off.iter().chain(level.keys()).chain(allowed).find(|name| !names::names_any(name.as_ref(), catalogue)) {
            None => Ok(()),
            Some(name) => {
                let meant = names::suggestion(name.as_ref(), catalogue);
                let problem = format!("no rule, lint or provider is called so; {meant}");
                let problem = SyntaxError::at(&self.source, name.span().start, problem);
                Err(ConfigError::Syntax { path: self.name(), problem })
            }
        }
    }

    /// Returns the folder that paths in the file start from.
    fn folder(&self) -> &Path {
        let folder = self.path.as_deref().and_then(Path::parent);
        folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }
}

/// Tells whether a directory lies at a path, or, where links are followed, where it leads.
fn is_directory(path: &Path, links: Links) -> bool {
    let metadata = if links == Links::Follow { path.metadata() } else { path.symlink_metadata() };
    metadata.is_ok_and(|metadata| metadata.is_dir())
}

/// Tells whether a path lies in a folder that may not be entered.
fn is_denied(path: &Path) -> bool {
    path.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
}

/// Returns a text of several lines without what a terminal could act on.
fn printable(text: &str) -> String {
    text.lines().map(|line| masked(line.as_bytes(), &[])).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::parse(text.to_owned(), PathBuf::from("keysweep.toml"))
    }

    #[test]
    fn an_unknown_key_is_an_error_that_says_where_it_stands_and_quotes_nothing() {
        for (text, expected) in [
            (
                "severity = 'high'\nhunter2 = 1\n",
                "`keysweep.toml` is not valid: line 2, column 1: there is no such key; known here are ",
            ),
            (
                "severity = 'high'\nexlude = []\n",
                "`keysweep.toml` is not valid: line 2, column 1: there is no such key; did you mean `exclude`?",
            ),
            ("exclude = ['a', 'hunter2{']", "`keysweep.toml` is not valid: line 1, column 17: this is not a glob"),
            (
                "severity = 'low'\n[[allow]]\nrule = 'hunter2'\nreason = ''",
                "`keysweep.toml` is not valid: line 2, column 1: an allow entry needs a `reason`",
            ),
            (
                "[hunter2]\naws_secret_access_key = hunter2\n",
                "`keysweep.toml` is not valid: line 2, column 25: this is not TOML",
            ),
        ] {
            let error = parse(text).expect_err("the text is wrong").to_string();
            assert!(error.starts_with(expected), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_wrong_rule_is_named_without_acting_on_the_terminal() {
        let own = "[own.provider]\nid = 'acme'\nname = 'Acme'\n[[own.rule]]\nid = \"acme/\\u001b[31mkey\"\ntitle = 'K'\n\
            severity = 'low'\nkeywords = ['acme_']\npattern = '(?<secret>acme_[a-z]{9})'\nwhy = 'W'";
        let error = parse(own).expect("it is a configuration").catalogue().expect_err("the id is wrong").to_string();
        assert!(error.contains("rule `acme/?[31mkey`") && !error.contains('\u{1b}'), "{error:?}");
    }

    #[test]
    fn a_rule_that_does_not_exist_is_an_error_with_the_nearest_name() {
        for (text, expected) in [
            (
                "[rules]\noff = ['jwt', 'githb/oauth-token']",
                "line 2, column 15: no rule, lint or provider is called so; did you mean `github/oauth-token`",
            ),
            (
                "[rules.level]\n'jwt/tokem' = { severity = 'low' }",
                "line 2, column 1: no rule, lint or provider is called so; did you mean `jwt/token`",
            ),
            (
                "[[allow]]\nrule = 'mcp/unpinned-pakage'\nreason = 'x'",
                "line 2, column 8: no rule, lint or provider is called so; did you mean `mcp/unpinned-package`",
            ),
            (
                "[[allow]]\nrule = 'qqqqqqqqqqqq'\nreason = 'x'",
                "line 2, column 8: no rule, lint or provider is called so; `keysweep rules` lists",
            ),
        ] {
            let error =
                parse(text).expect("it is a configuration").catalogue().expect_err("a name is wrong").to_string();
            assert!(error.contains(expected), "{error}");
        }
        let known = "[rules]\noff = ['jwt', 'github/*', 'acme/key', 'mcp/plain-http', '*']\n[own.provider]\nid = 'acme'\nname = 'Acme'\n\
            [[own.rule]]\nid = 'acme/key'\ntitle = 'K'\nseverity = 'low'\nkeywords = ['acme_']\npattern = '(?<secret>acme_[a-z]{9})'\nwhy = 'W'";
        parse(known).expect("it is a configuration").catalogue().expect("every name is known");
    }

    #[test]
    fn a_glob_that_can_match_nothing_is_an_error_where_it_stands() {
        for (text, expected) in [
            ("exclude = ['a', '']", "line 1, column 17: this names no path"),
            ("[[allow]]\nreason = 'x'\npath = ''", "line 3, column 8: this names no path"),
            ("[[allow]]\nreason = 'x'\npath = '!a'", "line 3, column 8: this would allow nothing"),
        ] {
            let error = parse(text).expect_err("the text is wrong").to_string();
            assert!(error.contains(expected), "{error}");
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
