//! What the user said about findings: configuration, inline comments and the baseline give each its verdict.

pub mod baseline;
pub mod config;
pub mod fingerprint;
pub mod names;

use std::cell::LazyCell;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;

use crate::finding::{Finding, InlineAllow, Permission, Place, Threshold, Verdict};
use baseline::Baseline;
use config::{Allow, Config, Globs};

/// All that decides about findings, ready to be applied.
#[derive(Debug, Default)]
pub struct Policy {
    /// The configuration, or the defaults.
    pub config: Config,
    /// The baseline, if there is one.
    pub baseline: Option<Baseline>,
    /// Whether comments allow nothing, because whoever wrote them has no say here.
    pub mutes_comments: bool,
}

impl Policy {
    /// Returns the levels from which a finding blocks.
    pub fn threshold(&self) -> Threshold {
        self.config.threshold()
    }

    /// Gives every finding its levels and its verdict; tells of each allow entry whether it spoke for any.
    pub fn judge(&self, findings: &mut [Finding]) -> Vec<bool> {
        let used: Vec<AtomicBool> = self.config.allow.iter().map(|_| AtomicBool::new(false)).collect();
        let judge = |finding: &mut Finding| {
            if let Some(level) = self.config.level(&finding.meta.id) {
                finding.severity = level.severity.unwrap_or(finding.severity);
                finding.confidence = level.confidence.unwrap_or(finding.confidence);
            }
            finding.verdict = self.verdict(finding, &used);
        };
        // Only where fingerprints are compared it takes longer than starting threads.
        let is_compared = self.baseline.is_some() || self.config.allow.iter().any(|allow| allow.fingerprint.is_some());
        if is_compared && findings.len() > 1 {
            findings.par_iter_mut().for_each(judge);
        } else {
            findings.iter_mut().for_each(judge);
        }
        used.into_iter().map(AtomicBool::into_inner).collect()
    }

    /// Decides about one finding: it is allowed if every place is, known if the baseline has it.
    fn verdict(&self, finding: &Finding, used: &[AtomicBool]) -> Verdict {
        let recorded = LazyCell::new(|| self.baseline.as_ref().map(|baseline| baseline.key.fingerprint(finding)));
        let entries: Vec<(&Allow, &AtomicBool)> = self
            .config
            .allow
            .iter()
            .zip(used)
            .filter(|(allow, _)| may_allow(allow, finding, &|| recorded.as_deref()))
            .collect();
        let permission = |place: &Place| {
            let here = |allow: &Allow| allow.path.as_ref().is_none_or(|globs| place_matches(globs, place));
            let mut entries = entries.iter().filter(|(allow, _)| here(allow)).map(|(allow, used)| {
                used.store(true, Ordering::Relaxed);
                (Permission::Configuration(self.config.name()), allow.reason.clone())
            });
            let entry = entries.next();
            entries.for_each(drop);
            let speaks = |allow: &&InlineAllow| !self.mutes_comments && names_rule(allow, &finding.meta.id);
            let inline = || place.allow.as_ref().filter(speaks);
            entry.or_else(|| inline().map(|allow| (Permission::Inline, allow.reason.clone())))
        };
        // All of them, so that every entry is asked.
        let permissions: Vec<Option<(Permission, String)>> = finding.places.iter().map(permission).collect();
        let permissions: Option<Vec<(Permission, String)>> = permissions.into_iter().collect();
        if let Some([(by, reason), others @ ..]) = permissions.as_deref() {
            let mut reasons = vec![reason.as_str()];
            for (_, reason) in others {
                if !reasons.contains(&reason.as_str()) {
                    reasons.push(reason);
                }
            }
            return Verdict::Allowed { by: by.clone(), reason: reasons.join("; ") };
        }
        let is_known = |baseline: &Baseline| recorded.as_deref().is_some_and(|name| baseline.contains(name));
        if self.baseline.as_ref().is_some_and(is_known) { Verdict::Known } else { Verdict::Active }
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

/// Tells whether an entry of the configuration speaks of a finding, as far as that does not depend on the place.
///
/// `recorded` tells the finding's name in the baseline, which an entry may hold as well.
fn may_allow<'a>(allow: &Allow, finding: &Finding, recorded: &dyn Fn() -> Option<&'a str>) -> bool {
    let is_named = |name: &String| *name == finding.fingerprint() || recorded() == Some(name.as_str());
    // The fingerprint last: it may have to be made.
    allow.rule.as_ref().is_none_or(|rule| rule_matches(rule, &finding.meta.id))
        && allow.fingerprint.as_ref().is_none_or(is_named)
}

/// Tells whether all paths of a place match.
fn place_matches(globs: &Globs, place: &Place) -> bool {
    let matches = |path: &[u8]| globs.matches(path);
    match (place.origin.path(), &place.attribution) {
        (Some(path), _) => matches(path),
        (None, Some(attribution)) => {
            !attribution.paths.is_empty() && attribution.paths.iter().all(|path| matches(path))
        }
        (None, None) => false,
    }
}
