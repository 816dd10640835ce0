//! The shape of a rule file, as serde reads it. Unknown keys are errors.

use serde::Deserialize;

use crate::finding::{Confidence, Rotation, Severity};

/// One file of `rules/`, or the rules of a user's configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleFile {
    /// Who issues the credentials.
    pub provider: Provider,
    /// What can leak.
    #[serde(default, rename = "rule")]
    pub rules: Vec<RuleEntry>,
}

/// Who issues the credentials of a file's rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Provider {
    /// The part of every rule id before the slash.
    pub id: String,
    /// The name as the provider writes it.
    pub name: String,
    /// The provider's site.
    #[serde(default)]
    pub site: String,
    /// Facts about rotation that its rules share.
    #[serde(default)]
    pub rotation: Rotation,
}

/// One kind of credential.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleEntry {
    /// `provider/thing`; never changes.
    pub id: String,
    /// The thing in a few words.
    pub title: String,
    /// How much harm a leak means.
    pub severity: Severity,
    /// How sure a match is real.
    #[serde(default = "high")]
    pub confidence: Confidence,
    /// What every match contains, lower case.
    pub keywords: Vec<String>,
    /// The pattern with a group named `secret`; empty for a rule that is found by Rust code.
    pub pattern: String,
    /// The customary environment variable.
    #[serde(default)]
    pub variable: Option<String>,
    /// Globs of paths; if there are any, the rule applies to them alone.
    #[serde(default)]
    pub paths: Vec<String>,
    /// What an attacker gains.
    pub why: String,
    /// What is proven offline.
    #[serde(default)]
    pub check: Check,
    /// Facts about rotation that differ from the provider's.
    #[serde(default)]
    pub rotation: Rotation,
    /// Templates that prove the pattern.
    #[serde(default)]
    pub examples: Examples,
}

/// What is proven about a match without a network.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Check {
    /// The least Shannon entropy of the secret, in bits per character.
    #[serde(default)]
    pub min_entropy: f32,
    /// The least number of digits in the secret.
    #[serde(default)]
    pub min_digits: usize,
    /// One of these words (lower case) stands near the match or in the path.
    #[serde(default)]
    pub near: Vec<String>,
    /// None of these words (lower case) stands on the line of the match.
    #[serde(default)]
    pub not_near: Vec<String>,
    /// Names of variables (letters and digits, lower case) that the generic rule leaves to others: what stands under
    /// one of them and is not of the provider's fixed format is malformed.
    #[serde(default)]
    pub not_named: Vec<String>,
    /// The name of a proof in Rust.
    #[serde(default)]
    pub proof: Option<String>,
    /// Whether a value that looks like a placeholder is dropped.
    #[serde(default)]
    pub placeholders: Placeholders,
}

/// The names that `check.proof` may have.
pub const PROOFS: &[&str] = &[
    "github",
    "npm",
    "grafana",
    "zuplo",
    "jwt",
    "pem",
    "base64-json",
    "base64-digits",
    "base64",
    "basic-auth",
    "random",
    "password",
    "atlassian",
    "gitlab",
    "bech32",
    "macaroon",
    "sentry",
    "aws-account",
    "azure-key",
];

/// What happens to a value that looks like a placeholder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placeholders {
    /// It is no finding.
    #[default]
    Drop,
    /// It is one all the same.
    Keep,
}

/// Templates of texts that a rule must and must not find.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Examples {
    /// The path that the examples stand in, where the rule asks for one.
    #[serde(default)]
    pub path: Option<String>,
    /// Each yields at least one finding of the rule.
    #[serde(default, rename = "match")]
    pub matches: Vec<String>,
    /// Each yields no finding of the rule.
    #[serde(default, rename = "miss")]
    pub misses: Vec<String>,
}

const fn high() -> Confidence {
    Confidence::High
}
