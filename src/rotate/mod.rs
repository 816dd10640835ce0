//! Guidance: which of the secrets found have to be rotated, and how, one guide for each kind of credential.

use std::sync::Arc;

use crate::finding::{Finding, Kind, Meta, Rotation, Threshold, Verdict};
use crate::lint::{self, About};
use crate::policy::rule_matches;
use crate::rules::Catalogue;

/// The fewest digits that name a finding by its fingerprint.
const LEAST_DIGITS: usize = 6;

/// Which findings guidance is wanted for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selector {
    /// All that block, and all that the baseline knows.
    #[default]
    All,
    /// Those of a rule, of a lint or of a provider.
    Rule(String),
    /// Those whose fingerprints begin so.
    Fingerprint(String),
}

impl Selector {
    /// Reads a selector: the id of a rule or lint, a provider, or the first digits of a fingerprint. `None` if it is none of these.
    pub fn parse(text: &str, catalogue: &Catalogue) -> Option<Self> {
        let is_lint = || lint::all().any(|about| rule_matches(text, about.id));
        if catalogue.rules().iter().any(|rule| rule_matches(text, &rule.id)) || is_lint() {
            return Some(Self::Rule(text.to_owned()));
        }
        let digits = text.len() >= LEAST_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        digits.then(|| Self::Fingerprint(text.to_ascii_lowercase()))
    }

    /// Tells whether a finding is meant. What is allowed is no leak, and of lints only those of a credential have one to rotate.
    pub fn takes(&self, finding: &Finding, threshold: Threshold) -> bool {
        let is_credential = finding.meta.kind == Kind::Credential || finding.rotation.is_some();
        let leaked = is_credential && !matches!(finding.verdict, Verdict::Allowed { .. });
        leaked
            && match self {
                Self::All => finding.verdict == Verdict::Known || threshold.blocks(finding),
                Self::Rule(pattern) => rule_matches(pattern, &finding.meta.id),
                Self::Fingerprint(digits) => finding.fingerprint().starts_with(digits.as_str()),
            }
    }
}

/// How to rotate one kind of credential, and the secrets of that kind that were found.
#[derive(Clone, Debug)]
pub struct Guide<'a> {
    /// What the rule says about itself.
    pub meta: Arc<Meta>,
    /// What to do.
    pub rotation: Arc<Rotation>,
    /// The variable's name to use in place of the literal, where one is customary.
    pub variable: Option<String>,
    /// The secrets, in the order of the report; none when guidance was asked for without a scan.
    pub findings: Vec<&'a Finding>,
}

/// Makes one guide for each rule among the findings that the selector takes, in the order of the findings.
pub fn guides<'a>(findings: &'a [Finding], selector: &Selector, threshold: Threshold) -> Vec<Guide<'a>> {
    let mut guides: Vec<Guide<'a>> = Vec::new();
    for finding in findings.iter().filter(|finding| selector.takes(finding, threshold)) {
        let rotation = finding.rotation.clone().unwrap_or_default();
        match guides.iter_mut().find(|guide| guide.meta.id == finding.meta.id && guide.rotation == rotation) {
            Some(guide) => guide.findings.push(finding),
            None => guides.push(Guide {
                meta: Arc::clone(&finding.meta),
                rotation,
                variable: finding.variable.clone(),
                findings: vec![finding],
            }),
        }
    }
    guides
}

/// Makes the guides of all rules and lints that `pattern` names, without any finding.
pub fn guides_of_rules(catalogue: &Catalogue, pattern: &str) -> Vec<Guide<'static>> {
    let rules = catalogue.rules().iter().filter(|rule| rule_matches(pattern, &rule.id));
    rules
        .map(|rule| Guide {
            meta: Arc::clone(rule.meta()),
            rotation: Arc::clone(rule.rotation()),
            variable: rule.entry().variable.clone(),
            findings: Vec::new(),
        })
        .chain(lint::all().filter(|about| rule_matches(pattern, about.id)).map(guide_of_lint))
        .collect()
}

/// Says of a lint that it names a place, and what tells which credential stands there.
fn guide_of_lint(about: &'static About) -> Guide<'static> {
    let steps = [
        "Find out which credential stands at the place: a lint names the place, and what to rotate, if anything, depends on \
         the service that takes the credential.",
        "Rotate it by that service's steps: without `--no-scan`, `keysweep rotate` tells them for every credential it finds.",
        "Mend the place as `keysweep explain` says of the lint.",
    ];
    let commands = ["keysweep lint".to_owned(), "keysweep rotate".to_owned(), format!("keysweep explain {}", about.id)];
    let rotation =
        Rotation { steps: steps.map(str::to_owned).to_vec(), commands: commands.to_vec(), ..Rotation::default() };
    Guide { meta: lint::meta(about), rotation: Arc::new(rotation), variable: None, findings: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_is_a_rule_a_provider_or_digits_of_a_fingerprint() {
        let catalogue = Catalogue::builtin();
        let rule = |text: &str| Some(Selector::Rule(text.to_owned()));
        for (text, selector) in [
            ("github", rule("github")),
            ("jwt/token", rule("jwt/token")),
            ("mcp/literal-in-env", rule("mcp/literal-in-env")),
            ("mcp", rule("mcp")),
            ("ABCDEF01", Some(Selector::Fingerprint("abcdef01".to_owned()))),
            ("abc", None),
            ("no/such-rule", None),
        ] {
            assert_eq!(Selector::parse(text, &catalogue), selector, "{text}");
        }
    }
}
