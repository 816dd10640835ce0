//! Guides for rotation on a terminal: the secrets of one kind, then what to do about them.

use std::io::{self, Write};

use super::guidance;
use super::page::{Page, Tone};
use crate::finding::Verdict;
use crate::quantity::counted;
use crate::report::RenderOptions;
use crate::report::escape::plain;
use crate::report::rotation::places;
use crate::rotate::Guide;

/// How many places of a secret are named.
const PLACES: usize = 3;

/// Writes all guides with an empty line behind each.
pub fn render(guides: &[Guide<'_>], options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(options, out);
    for guide in guides {
        tell(guide, options.verbose, &mut page)?;
    }
    Ok(())
}

fn tell(guide: &Guide<'_>, verbose: bool, page: &mut Page<'_>) -> io::Result<()> {
    let severity = page.paint(Tone::of(guide.meta.severity), guide.meta.severity.name());
    let title = page.paint(Tone::Strong, &plain(&guide.meta.title));
    let id = page.paint(Tone::Soft, &format!("[{}]", plain(&guide.meta.id)));
    let many = match guide.findings.len() {
        0 | 1 => String::new(),
        count => format!(", {}", counted(count as u64, "secret", "secrets")),
    };
    page.line(&format!("{severity}: {title} {id}{many}"))?;
    for finding in &guide.findings {
        let known = if finding.verdict == Verdict::Known { ", known before" } else { "" };
        let limit = if verbose { usize::MAX } else { PLACES };
        page.field("secret", &format!("{}{known}", plain(&finding.masked)))?;
        page.item("", "", &format!("at {}", places(finding, limit)))?;
        page.item("", "", &format!("fingerprint {}", plain(finding.fingerprint())))?;
    }
    page.field("why", &plain(&guide.meta.why))?;
    guidance::steps(&guide.rotation, &guide.meta.fix, page)?;
    if let Some(variable) = &guide.variable {
        page.field("instead", &format!("read it from the environment variable {}", plain(variable)))?;
    }
    page.blank()
}
