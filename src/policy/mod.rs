//! What the user said about findings: configuration, inline comments and the baseline give each its verdict.

pub mod baseline;
pub mod config;
pub mod fingerprint;
pub mod names;

use std::cell::LazyCell;

use globset::GlobMatcher;
use rayon::prelude::*;

use crate::finding::{Finding, InlineAllow, Permission, Threshold, Verdict};
use baseline::Baseline;
use config::{Allow, Config};
use fingerprint::Key;

/// All that decides about findings, ready to be applied.
#[derive(Debug, Default)]
pub struct Policy {
    /// The configuration, or the defaults.
    pub config: Config,
    /// The baseline, if there is one.
    pub baseline: Option<Baseline>,
}

impl Policy {
    /// Returns the levels from which a finding blocks.
    pub fn threshold(&self) -> Threshold {
        self.config.threshold()
    }

    /// Gives every finding its fingerprint, its levels and its verdict.
    pub fn judge(&self, findings: &mut [Finding]) {
        let key = self.baseline.as_ref().map_or_else(Key::default, |baseline| baseline.key.clone());
        findings.par_iter_mut().for_each(|finding| {
            finding.fingerprint = key.fingerprint(finding);
            if let Some(level) = self.config.level(&finding.meta.id) {
                finding.severity = level.severity.unwrap_or(finding.severity);
                finding.confidence = level.confidence.unwrap_or(finding.confidence);
            }
            finding.verdict = self.verdict(finding);
        });
    }

    /// Decides about one finding: it is allowed if every place is, known if the baseline has it.
    fn verdict(&self, finding: &Finding) -> Verdict {
        // An entry may hold a fingerprint from before the baseline was written, made with the key for all.
        let earlier = LazyCell::new(|| self.baseline.is_some().then(|| Key::default().fingerprint(finding)));
        if let Some(allow) = self.config.allow.iter().find(|allow| allows(allow, finding, &|| earlier.as_deref())) {
            return Verdict::Allowed {
                by: Permission::Configuration(self.config.name()),
                reason: allow.reason.clone(),
            };
        }
        let inline =
            |place: &crate::finding::Place| place.allow.clone().filter(|allow| names_rule(allow, &finding.meta.id));
        let allows: Option<Vec<InlineAllow>> = finding.places.iter().map(inline).collect();
        if let Some(first) = allows.as_ref().and_then(|allows| allows.first()) {
            return Verdict::Allowed { by: Permission::Inline, reason: first.reason.clone() };
        }
        match &self.baseline {
            Some(baseline) if baseline.contains(&finding.fingerprint) => Verdict::Known,
            _ => Verdict::Active,
        }
    }
}

/// Tells whether an inline comment speaks of a rule; `provider` or `provider/*` names all of a provider's.
fn names_rule(allow: &InlineAllow, id: &str) -> bool {
    allow.rules.is_empty() || allow.rules.iter().any(|rule| rule_matches(rule, id))
}

/// Tells whether `pattern` (an id, a provider, or `provider/*`) names the rule `id`.
pub fn rule_matches(pattern: &str, id: &str) -> bool {
    let family = pattern.strip_suffix("/*").unwrap_or(pattern);
    pattern == id || pattern == "*" || id.split('/').next() == Some(family)
}

/// Tells whether an entry of the configuration allows a finding: every condition that it has must hold.
///
/// `earlier` tells the finding's fingerprint by the key that is used where there is no baseline, if that is another.
fn allows<'a>(allow: &Allow, finding: &Finding, earlier: &dyn Fn() -> Option<&'a str>) -> bool {
    let rule = allow.rule.as_ref().is_none_or(|rule| rule_matches(rule, &finding.meta.id));
    let is_named = |name: &String| *name == finding.fingerprint || earlier() == Some(name.as_str());
    let path =
        allow.path.as_ref().is_none_or(|glob| finding.places.iter().all(|place| place_matches(&glob.matcher, place)));
    // The fingerprint last: it may have to be made.
    rule && path && allow.fingerprint.as_ref().is_none_or(is_named)
}

/// Tells whether all paths of a place match.
fn place_matches(glob: &GlobMatcher, place: &crate::finding::Place) -> bool {
    let matches = |path: &[u8]| glob.is_match(String::from_utf8_lossy(path).as_ref());
    match (place.origin.path(), &place.attribution) {
        (Some(path), _) => matches(path),
        (None, Some(attribution)) => {
            !attribution.paths.is_empty() && attribution.paths.iter().all(|path| matches(path))
        }
        (None, None) => false,
    }
}
