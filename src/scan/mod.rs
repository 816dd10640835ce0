//! The pipeline: inputs through inspection and policy to a report.

mod before;
mod gather;
mod history;
mod lint;
mod redact;
mod report;
mod settle;
mod source;
mod text;

pub use crate::finding::Threshold;
pub use gather::Gather;
pub use report::{Mode, Record, Report};
pub use source::{ScanError, Target};
pub use text::Texts;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use bstr::{BStr, BString};

use crate::detect::Engine;
use crate::finding::{Confidence, Finding, Place, Severity, Verdict};
use crate::input::Coverage;
use crate::inspect::{Inspector, Options};
use crate::lint::Persona;
use crate::policy::Policy;
use crate::policy::baseline::Baseline;
use crate::policy::config::Config;
use crate::replace::Links;
use crate::source::Origin;

/// The baseline's name at the root of what is scanned.
pub const BASELINE: &str = "keysweep.baseline.json";

/// What to scan, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Where the bytes come from.
    pub target: Target,
    /// The configuration file, if it is not the one at the root of what is scanned.
    pub config: Option<PathBuf>,
    /// The baseline file, if it is not the configured one.
    pub baseline: Option<PathBuf>,
    /// Whether the baseline is left aside, so that known findings are reported too.
    pub ignore_baseline: bool,
    /// Whether findings carry their raw secrets.
    pub reveal: bool,
    /// The mildest severity that blocks, if it is not the configured one.
    pub severity: Option<Severity>,
    /// The lowest confidence that blocks, if it is not the configured one.
    pub confidence: Option<Confidence>,
    /// For whom lints speak up.
    pub persona: Persona,
    /// Whether only lints report, and every finding of theirs blocks.
    pub lints_only: bool,
}

/// Scans, and judges what was found.
///
/// `stop` ends the scan early when it becomes true; `coverage` can be watched from another thread meanwhile.
///
/// # Errors
/// The job cannot be done at all: no repository, an unknown revision, a configuration that is not valid. What
/// could not be read on the way is a notice of the report instead.
pub fn run(request: &Request, coverage: &Coverage, stop: &AtomicBool) -> Result<Report, ScanError> {
    let begun = Instant::now();
    let source = source::Source::open(&request.target)?;
    let policy = policy(request, source.root())?;
    let engine = Engine::new(&policy.config.catalogue()?);
    let rules = engine.rule_count();
    let inspector = Inspector::new(
        engine,
        Options {
            reveal: request.reveal,
            detect: !request.lints_only,
            // Nobody reads a transcript as configuration.
            lint: !matches!(request.target, Target::Transcripts(_)),
            persona: request.persona,
        },
    );
    let gather = Gather::new(&inspector, &policy.config, coverage, stop);
    source.read(&gather, coverage)?;
    let mut gathered = gather.finish();
    source.complete(&inspector, request.persona, &mut gathered);
    // Before they are joined: what a rule found that is off must not speak for what another one found elsewhere.
    gathered.findings.retain(|finding| !policy.config.is_off(&finding.meta.id));
    let mut findings = gather::join(gathered.findings);
    policy.judge(&mut findings);
    source.forgive(&inspector, &mut findings);
    let every = Threshold { severity: Severity::Low, confidence: Confidence::Low };
    let configured = if request.lints_only { every } else { policy.threshold() };
    let threshold = Threshold {
        severity: request.severity.unwrap_or(configured.severity),
        confidence: request.confidence.unwrap_or(configured.confidence),
    };
    sort(&mut findings, threshold);
    let mut root = source.root().map_or_else(String::new, |root| root.display().to_string());
    let mut redactor = redact::Redactor::new(&inspector, &gathered.secrets);
    redactor.redact(&mut findings, &mut gathered.notices);
    redactor.text(&mut root);
    Ok(Report {
        mode: if request.lints_only { Mode::Lint } else { request.target.mode() },
        root,
        findings,
        notices: gathered.notices,
        record: Record { rules, milliseconds: begun.elapsed().as_millis() as u64, ..Record::of(coverage) },
        threshold,
        interrupted: stop.load(Ordering::Relaxed),
    })
}

/// Reads the configuration and the baseline.
///
/// # Errors
/// One of them cannot be read or is not valid.
pub fn policy(request: &Request, root: Option<&Path>) -> Result<Policy, ScanError> {
    let config = Config::load(root, request.config.as_deref())?;
    let usual = || root.map(|root| root.join(BASELINE)).filter(|path| path.symlink_metadata().is_ok());
    let baseline = match (&request.baseline, request.ignore_baseline) {
        (_, true) => None,
        (Some(given), _) => Some(Baseline::read(given, Links::Follow)?),
        (None, _) => {
            let found = config.baseline().or_else(usual);
            found.map(|path| Baseline::read(&path, Links::Refuse)).transpose()?
        }
    };
    Ok(Policy { config, baseline })
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
