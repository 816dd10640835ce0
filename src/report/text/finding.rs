//! One finding at length: what, where, since when, why it matters, what to do.

use std::io;

use super::guidance::{self, Told};
use super::page::{Page, Tone};
use super::snippet;
use crate::finding::{Confidence, Finding, Place, Severity};
use crate::quantity::number;
use crate::report::escape::plain;
use crate::report::location;

/// How many places are named besides the one that is drawn.
const PLACES: usize = 5;

/// Writes a finding that is active, and an empty line.
pub fn tell(finding: &Finding, verbose: bool, told: &mut Told, page: &mut Page<'_>) -> io::Result<()> {
    let tone = Tone::of(finding.severity);
    headline(finding, tone, page)?;
    if let Some(place) = finding.places.first() {
        if place.excerpt.text.is_empty() {
            page.field("at", &location::label(place))?;
            page.field("secret", &plain(&finding.masked))?;
        } else {
            snippet::draw(place, &plain(&finding.masked), tone, page)?;
        }
        for (index, sentence) in location::history(place).iter().enumerate() {
            page.item(if index == 0 { "history" } else { "" }, "", sentence)?;
        }
    }
    if let Some(older) = location::older(&finding.places) {
        page.item("", "", &older)?;
    }
    places(&finding.places, verbose, page)?;
    if told.is_new(&finding.meta.why) {
        page.field("why", &plain(&finding.meta.why))?;
    }
    page.field("evidence", &plain(&finding.evidence.join("; ")))?;
    guidance::tell(finding, told, page)?;
    if verbose {
        page.field("name", &plain(finding.fingerprint()))?;
    }
    page.blank()
}

fn headline(finding: &Finding, tone: Tone, page: &mut Page<'_>) -> io::Result<()> {
    let sign = match finding.severity {
        Severity::Critical | Severity::High => "✖",
        Severity::Medium => "▲",
        Severity::Low => "•",
    };
    let severity = page.paint(tone, &format!("{sign} {}", finding.severity.name()));
    let title = page.paint(Tone::Strong, &plain(&finding.meta.title));
    let rule = page.paint(Tone::Soft, &format!("[{}]", plain(&finding.meta.id)));
    let sure = match finding.confidence {
        Confidence::High => String::new(),
        level => format!(" ({level} confidence)"),
    };
    page.line(&format!("{severity}: {title} {rule}{sure}"))?;
    match finding.message() != finding.meta.title {
        true => page.paragraph(&plain(finding.message())),
        false => Ok(()),
    }
}

/// Names the places behind the first.
fn places(places: &[Place], verbose: bool, page: &mut Page<'_>) -> io::Result<()> {
    let others = places.get(1..).unwrap_or_default();
    let limit = if verbose { others.len() } else { PLACES.min(others.len()) };
    for (index, place) in others[..limit].iter().enumerate() {
        let name = if index == 0 { "also at" } else { "" };
        page.item(name, "", &other(place, verbose))?;
    }
    if limit < others.len() {
        let more = others.len() - limit;
        page.item("", "", &format!("and {} more {}", number(more as u64), if more == 1 { "place" } else { "places" }))?;
    }
    Ok(())
}

/// Returns a further place in short: the label, and the commit that brought it, if one did.
fn other(place: &Place, verbose: bool) -> String {
    let label = location::label(place);
    let inside = location::wrapping(place);
    let inside = if inside.is_empty() { inside } else { format!(", inside {inside}") };
    if verbose {
        let history = location::history(place).join("; ");
        return if history.is_empty() { format!("{label}{inside}") } else { format!("{label}{inside}, {history}") };
    }
    match location::commit(place).filter(|commit| place.origin.object() != Some(*commit)) {
        Some(commit) => format!("{label}{inside}, commit {}", location::short(commit)),
        None => format!("{label}{inside}"),
    }
}
