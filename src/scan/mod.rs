//! The pipeline: inputs through inspection and policy to a report.

mod advice;
mod before;
mod cache;
mod elsewhere;
mod gather;
mod history;
mod lint;
mod redact;
mod report;
mod request;
mod settle;
mod source;
mod text;

pub use crate::finding::Threshold;
pub use cache::{CacheError, usual as usual_cache};
pub use gather::Gather;
pub use redact::Redactor;
pub use report::{INTERRUPTED, Leave, MISSED, Mode, Record, Report};
pub use request::Request;
pub use source::{ScanError, Target};
pub use text::Texts;

use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bstr::{BStr, BString};

use crate::detect::Engine;
use crate::finding::{Finding, Place, Verdict};
use crate::input::Coverage;
use crate::inspect::{Inspector, Options};
use crate::policy::baseline::Baseline;
use crate::policy::config::Config;
use crate::policy::{Policy, names};
use crate::replace::Links;
use crate::rules::Catalogue;
use crate::source::Origin;

/// The baseline's name at the root of what is scanned.
pub const BASELINE: &str = "keysweep.baseline.json";

/// Scans, and judges what was found.
///
/// `stop` ends the scan early when it becomes true; `coverage` can be watched from another thread meanwhile.
///
/// # Errors
/// The job cannot be done at all: no repository, an unknown revision, a configuration that is not valid. What
/// could not be read on the way is a notice of the report instead.
pub fn run(request: &Request, coverage: &Coverage, stop: &AtomicBool) -> Result<Report, ScanError> {
    let begun = Instant::now();
    let mut source = source::Source::open(&request.target)?;
    let policy = policy(request, source.root())?;
    source.narrow(|path| request.covers(path), |path| policy.config.excludes(path), coverage);
    let catalogue = policy.config.catalogue()?;
    check_rules(request, &catalogue)?;
    let engine = Engine::new(&catalogue);
    let rules = policy.config.count(&catalogue);
    let options = options(request);
    let inspector = Inspector::new(engine, options);
    let cache = source.cache(request.cache.as_deref(), &catalogue, options)?;
    let gather = Gather::new(&inspector, &policy.config, coverage, stop);
    let trail = source.read(request.persona, &gather, coverage, cache.as_ref().map(|cache| &cache.known))?;
    coverage.read.store(true, Ordering::Relaxed);
    let mut gathered = gather.finish();
    if let Some(cache) = cache.filter(|_| !stop.load(Ordering::Relaxed)) {
        cache.close(&mut gathered);
    }
    source.complete(trail, &inspector, request.persona, &mut gathered);
    gathered.notices.extend(source.elsewhere(request));
    gathered.notices.extend(source.undecided(|path| request.covers(path) && !policy.config.excludes(path)));
    // Before they are joined: what a rule found that is off must not speak for what another one found elsewhere.
    retain_wanted(&mut gathered.findings, request, &policy.config);
    let mut findings = gather::join(gathered.findings);
    findings.iter_mut().for_each(|finding| tell_members_once(&mut finding.places));
    let used = policy.judge(&mut findings);
    source.forgive(&inspector, &mut findings);
    gathered.notices.extend(advice::misspelt(&findings, &catalogue));
    if request.thorough && request.is_whole() {
        gathered.notices.extend(advice::unused(&policy.config, &used));
    }
    let threshold = request.threshold(policy.threshold());
    sort(&mut findings, threshold);
    let mut root = source.root().map_or_else(String::new, real);
    let mut redactor = redact::Redactor::new(&inspector, &gathered.secrets);
    redactor.redact(&mut findings, &mut gathered.notices);
    redactor.text(&mut root);
    Ok(Report {
        mode: if request.lints_only { Mode::Lint } else { request.target.mode() },
        root,
        findings,
        notices: gathered.notices,
        record: record(request, coverage, rules, begun),
        threshold,
        leave: request.leave(&policy.config),
        interrupted: stop.load(Ordering::Relaxed),
    })
}

/// Returns what was looked at.
fn record(request: &Request, coverage: &Coverage, [rules, rules_off]: [usize; 2], begun: Instant) -> Record {
    let milliseconds = begun.elapsed().as_millis() as u64;
    Record { part: request.target.part(), rules, rules_off, milliseconds, ..Record::of(coverage) }
}

/// Leaves out places that are not asked for, and findings of rules that are off.
fn retain_wanted(findings: &mut Vec<Finding>, request: &Request, config: &Config) {
    findings.retain_mut(|Finding { meta, places, .. }| {
        places.retain(|place| request.wants(&meta.id, place, config));
        !places.is_empty() && !config.is_off(&meta.id)
    });
}

/// Returns what an inspection is to keep.
const fn options(request: &Request) -> Options {
    Options {
        reveal: request.reveal,
        detect: !request.lints_only,
        // Nobody reads a transcript as configuration.
        lint: !matches!(request.target, Target::Transcripts(_)),
        persona: request.persona,
    }
}

/// Checks that the rules that alone are to report exist.
fn check_rules(request: &Request, catalogue: &Catalogue) -> Result<(), ScanError> {
    match request.rules.iter().find(|rule| !names::names_any(rule, catalogue)) {
        Some(rule) => Err(ScanError::Rule { name: rule.clone(), meant: names::suggestion(rule, catalogue) }),
        None => Ok(()),
    }
}

/// Leaves out places in a tar archive as a text that are told as places in its members: it holds them as they are, and one
/// that cannot be read to its end is looked at in both ways.
fn tell_members_once(places: &mut Vec<Place>) {
    let mut members: HashSet<(Origin, Vec<String>)> = HashSet::new();
    for place in &*places {
        if let Some((_, outside)) = place.via.split_last().filter(|(last, _)| last.starts_with("tar member ")) {
            members.insert((place.origin.clone(), outside.to_vec()));
        }
    }
    if !members.is_empty() {
        places.retain(|place| !members.contains(&(place.origin.clone(), place.via.clone())));
    }
}

/// Returns a path for people, without links and not relative.
fn real(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_owned()).display().to_string()
}

/// Reads the configuration and the baseline.
///
/// # Errors
/// One of them cannot be read or is not valid.
pub fn policy(request: &Request, root: Option<&Path>) -> Result<Policy, ScanError> {
    let mut config = Config::load(root, request.config.as_deref())?;
    config.exclude(&request.exclude)?;
    let usual = || root.map(|root| root.join(BASELINE)).filter(|path| path.symlink_metadata().is_ok());
    let baseline = match (&request.baseline, request.ignore_baseline) {
        (_, true) => None,
        (Some(given), _) => Some(Baseline::read(given, Links::Follow)?),
        (None, _) => {
            let found = config.baseline().or_else(usual);
            found.map(|path| Baseline::read(&path, Links::Refuse)).transpose()?
        }
    };
    let mutes_comments = request.leave(&config) == (Leave::Server { comments: false });
    Ok(Policy { config, baseline, mutes_comments })
}

/// Sorts findings: what blocks first, then the worst, then the surest, then what most can see and HEAD still has, then by
/// place.
fn sort(findings: &mut [Finding], threshold: Threshold) {
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| {
            let active = finding.verdict == Verdict::Active;
            let history = finding.places[0].attribution.as_ref();
            let seen = history.map(|history| (history.reach, history.in_head));
            (threshold.blocks(finding), active, finding.severity, finding.confidence, seen)
        };
        let place = |finding: &Finding| {
            let place = &finding.places[0];
            (location(place), place.start, place.span)
        };
        key(b).cmp(&key(a)).then_with(|| place(a).cmp(&place(b))).then_with(|| a.meta.id.cmp(&b.meta.id))
    });
}

/// Returns what places are ordered by: the path, where there is one, and what holds them.
fn location(place: &Place) -> (Option<BString>, Origin) {
    let history = place.attribution.as_ref();
    let path = place.origin.path().map(BStr::to_owned);
    (path.or_else(|| history.and_then(|history| history.paths.first()).cloned()), place.origin.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    #[test]
    fn what_a_member_of_a_tar_archive_holds_is_told_once() {
        let place = |path: &str, via: &[&str]| Place {
            via: via.iter().map(ToString::to_string).collect(),
            ..Place::new(Origin::File { path: path.into() }, Span::default())
        };
        let mut places = vec![
            place("a.tgz", &["gzip"]),
            place("a.tgz", &["gzip", "tar member b"]),
            place("c.gz", &["gzip"]),
            place("a.tgz", &[]),
        ];
        tell_members_once(&mut places);
        let left: Vec<usize> = places.iter().map(|place| place.via.len()).collect();
        assert_eq!(left, [2, 1, 0]);
    }
}
