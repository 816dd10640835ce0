//! The end of the text, where a terminal's reader looks first: what was missed, the counts, the result.

use std::io;

use super::page::{Page, Tone};
use crate::finding::Notice;
use crate::quantity::{counted, number};
use crate::report::RenderOptions;
use crate::report::columns::wrap;
use crate::report::escape::plain;
use crate::report::tally::{self, Tally};
use crate::scan::{Mode, Report};

/// How many notices of each kind are told.
const NOTICES: usize = 20;

/// What a commit that is blocked can do at last.
const LAST_WAY: &str = "rotate what leaked; allow a false alarm as told with it; only as the last way, \
    `git commit --no-verify` skips every check";

/// Writes the notices and the summary; a clean and complete run with nothing to say is one line.
pub fn tell(report: &Report, options: &RenderOptions, page: &mut Page<'_>) -> io::Result<()> {
    let (missed, notes): (Vec<&Notice>, Vec<&Notice>) = report.notices.iter().partition(|notice| notice.incomplete);
    if !options.quiet {
        notices(&notes, "note", Tone::Low, options.verbose, page)?;
    }
    let tally = Tally::of(report);
    if report.findings.is_empty() && !report.incomplete() {
        if tally::is_empty(&report.record) {
            // A home directory may be another than is thought.
            let place = match report.mode {
                Mode::Transcripts => {
                    format!(": {} has no transcripts or histories that are known", plain(&report.root))
                }
                _ => String::new(),
            };
            return page.line(&format!("there was nothing to look at{place}"));
        }
        let found = page.paint(Tone::Good, &tally::headline(report));
        return page.line(&format!("{found} in {}", tally::coverage(&report.record)));
    }
    if report.incomplete() {
        loud(report, missed.len(), page)?;
        notices(&missed, "missed", Tone::High, options.verbose, page)?;
    }
    page.heading("result")?;
    let tone = match report.exit_code() {
        0 => Tone::Good,
        1 => Tone::Critical,
        _ => Tone::Medium,
    };
    let headline = page.paint(tone, &tally::headline(report));
    page.line(&headline)?;
    let quiet = tally.quiet(report.mode);
    if !quiet.is_empty() {
        page.line(&format!("not counted as blocking: {quiet}"))?;
    }
    for line in wrap(&format!("looked at {}", tally::coverage(&report.record)), page.width()) {
        page.line(&line)?;
    }
    let meaning = tally::exit_meaning(report);
    let last = match report.mode {
        Mode::Staged if report.exit_code() == 1 => Some(LAST_WAY),
        _ => None,
    };
    for text in [meaning.as_str()].into_iter().chain(last) {
        for line in wrap(text, page.width()) {
            page.line(&line)?;
        }
    }
    Ok(())
}

fn loud(report: &Report, missed: usize, page: &mut Page<'_>) -> io::Result<()> {
    let text = match (report.interrupted, missed) {
        (true, 0) => "INTERRUPTED: what was not reached was not looked at".to_owned(),
        (true, count) => format!("INTERRUPTED, and {} could not be read", counted(count as u64, "thing", "things")),
        (false, count) => format!("INCOMPLETE: {} could not be looked at", counted(count as u64, "thing", "things")),
    };
    let text = page.paint(Tone::High, &format!("! {text}"));
    page.line(&text)
}

fn notices(notices: &[&Notice], name: &str, tone: Tone, verbose: bool, page: &mut Page<'_>) -> io::Result<()> {
    let limit = if verbose { notices.len() } else { NOTICES.min(notices.len()) };
    for notice in &notices[..limit] {
        let name = page.paint(tone, name);
        page.line(&format!("  {name} {}: {}", plain(&notice.subject), plain(&notice.message)))?;
        for line in wrap(&plain(&notice.help), page.width().saturating_sub(6)).iter().filter(|line| !line.is_empty()) {
            page.line(&format!("      {line}"))?;
        }
    }
    if limit < notices.len() {
        page.line(&format!("  and {} more; `--verbose` tells them all", number((notices.len() - limit) as u64)))?;
    }
    if !notices.is_empty() {
        page.blank()?;
    }
    Ok(())
}
